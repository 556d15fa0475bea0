//! Whether a script runs where its plan was reviewed: in the same database, under the same catalogue.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::tag;
use crate::core::{
    database::{PART, WHOLE},
    name::{ident, literal},
    sync::{basis, plan::Plan},
};

/// The names of the system catalogues stand before those of temporary tables, and `regclass` writes every other one with
/// its schema, as in the session of a review.
const PATH: &str = "PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);";

/// The statement that refuses another database, and a catalogue that is not as it was reviewed; it names the object.
pub(super) fn before(plan: &Plan) -> String {
    let known = plan.basis.objects().map(|(table, object, definition)| {
        let parts = [&table.schema, &table.name, object, &sum(definition)].map(literal);
        format!("    ({})", parts.join(", "))
    });
    let known: Vec<_> = known.collect();
    let mut body = format!(
        "DECLARE\n  pgdeck_own_path pg_catalog.text := pg_catalog.current_setting('search_path');\n  \
         pgdeck_here pg_catalog.text;\n  pgdeck_why pg_catalog.text;\nBEGIN\n  {PATH}\n  \
         BEGIN\n    pgdeck_here := ({WHOLE});\n  EXCEPTION WHEN insufficient_privilege THEN\n    \
         pgdeck_here := ({PART});\n  END;\n"
    );
    let (cluster, database) = plan.database.split_once('/').unwrap_or(("?", ""));
    let same = if cluster == "?" {
        format!("split_part(pgdeck_here, '/', 2) = {}", literal(database))
    } else {
        format!("pgdeck_here IN ({}, {})", literal(&plan.database), literal(&format!("?/{database}")))
    };
    let what = literal(&format!("this is another database than the one that was reviewed ({}): ", plan.database));
    // Writing to a string does not fail.
    let _ =
        write!(body, "  IF NOT ({same}) THEN\n    RAISE EXCEPTION USING MESSAGE = {what} || pgdeck_here;\n  END IF;\n");
    if !known.is_empty() {
        let _ = write!(
            body,
            "  SELECT format('%I.%I: %s was %s after the review', coalesce(k.schema, l.schema), coalesce(k.\"table\", l.\"table\"),\n    \
             CASE coalesce(k.object, l.object) WHEN 'kind' THEN 'its kind, owner, partitioning or row level security' ELSE coalesce(k.object, l.object) END, CASE WHEN k.sum IS NULL THEN 'added' WHEN l.sum IS NULL THEN 'dropped' ELSE 'changed' END)\n  \
             INTO pgdeck_why\n  FROM (VALUES\n{}\n  ) AS k(schema, \"table\", object, sum)\n  FULL JOIN (\n{}\n  ) AS l \
             ON (l.schema, l.\"table\", l.object) = (k.schema, k.\"table\", k.object)\n  WHERE k.sum IS DISTINCT FROM l.sum\n  \
             ORDER BY coalesce(k.object, l.object) <> 'kind', 1 LIMIT 1;\n  \
             IF pgdeck_why IS NOT NULL THEN\n    RAISE EXCEPTION USING MESSAGE = pgdeck_why, HINT = 'review again';\n  END IF;\n  \
             PERFORM set_config('pgdeck.catalogue', ({}), true);\n",
            known.join(",\n"),
            live(plan),
            whole(plan)
        );
    }
    body.push_str("  PERFORM set_config('search_path', pgdeck_own_path, true);\nEND");
    format!("\n-- The database and the declarations of its tables must be those of the review.\n{}", block(&body))
}

/// The statement that refuses a catalogue that was changed before the rows were locked.
pub(super) fn after(plan: &Plan) -> String {
    if plan.basis.objects().next().is_none() {
        return String::new();
    }
    let body = format!(
        "DECLARE\n  pgdeck_own_path pg_catalog.text := pg_catalog.current_setting('search_path');\nBEGIN\n  {PATH}\n  \
         IF current_setting('pgdeck.catalogue') IS DISTINCT FROM ({}) THEN\n    \
         RAISE EXCEPTION USING MESSAGE = 'a table was changed while this ran', HINT = 'review again';\n  END IF;\n  \
         PERFORM set_config('search_path', pgdeck_own_path, true);\nEND",
        whole(plan)
    );
    format!("-- Nobody changes the tables any more.\n{}", block(&body))
}

fn block(body: &str) -> String {
    let tag = tag(body);
    format!("DO {tag}\n{body}\n{tag};\n")
}

fn sum(definition: &str) -> String {
    format!("{:x}", Sha256::digest(definition))
}

/// How the tables are declared now: `schema`, `table`, `object`, and a checksum of the definition.
fn live(plan: &Plan) -> String {
    let list = |part: fn(&crate::core::name::QName) -> &str| {
        let names: Vec<_> = plan.shapes.iter().map(|shape| literal(part(&shape.table))).collect();
        format!("ARRAY[{}]", names.join(", "))
    };
    // A name may hold anything, so that nothing is put in behind one.
    let query = without_comments(basis::QUERY);
    let (head, rest) = query.split_once("$1::text[], $2::text[]").unwrap_or((&query, ""));
    let lists = format!("{}::text[], {}::text[]", list(|name| &name.schema), list(|name| &name.name));
    let field = |name: &str| format!("f.line::json ->> '{name}' AS {}", ident(name));
    format!(
        "    SELECT {}, {}, {},\n      encode(sha256(convert_to(f.line::json ->> 'definition', 'UTF8')), 'hex') AS sum\n    FROM (\n{head}{lists}{rest}    ) AS f(line)",
        field("schema"),
        field("table"),
        field("object")
    )
}

/// One checksum of all of it.
fn whole(plan: &Plan) -> String {
    format!(
        "SELECT encode(sha256(convert_to(coalesce(string_agg(w.line, ', ' ORDER BY w.line COLLATE \"C\"), ''), 'UTF8')), 'hex') \
         FROM (SELECT concat_ws(' ', l.schema, l.\"table\", l.object, l.sum) AS line FROM (\n{}\n  ) AS l) AS w",
        live(plan)
    )
}

/// The lines of a query but for those that are only for those who read its file.
fn without_comments(query: &str) -> String {
    let kept: Vec<_> = query.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    kept.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::{basis, without_comments};

    #[test]
    fn the_query_takes_its_lists_in_one_place() {
        let query = without_comments(basis::QUERY);
        assert!(query.matches("$1::text[], $2::text[]").count() == 1 && query.matches('$').count() == 2, "{query}");
        assert!(!query.contains("--"), "{query}");
    }
}
