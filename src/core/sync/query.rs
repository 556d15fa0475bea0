//! The statement that a person runs where pgdeck cannot connect: one value that holds all rows of some sets.
//!
//! It pins for itself what a session of pgdeck is set to, because an editor's session is set to anything; and its
//! checksums are over the values, not over the JSON around them, because editors write JSON anew.

use std::collections::BTreeSet;

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    shape::{Part, Reference, Shape},
    sql::{Side, Subset, read},
};
use crate::core::{
    name::{QName, literal},
    settings,
};

/// The version of the format that this program asks for, and the only one it reads.
pub const FORMAT: u32 = 2;

/// The statement for `own` shapes of the project, and for the tables `included` whose rows may come along as parents.
pub fn text(project: &str, own: &[Shape], included: &[Shape]) -> String {
    let all: Vec<(&Shape, bool)> =
        own.iter().map(|shape| (shape, false)).chain(included.iter().map(|shape| (shape, true))).collect();
    let shapes: Vec<_> = all.iter().map(|(shape, _)| *shape).collect();
    let tables = all.iter().enumerate().map(|(at, (shape, parent))| table(at, all.len(), shape, *parent));
    let tables: Vec<_> = tables.collect();
    let opening = format!(
        "{{\"pgdeck\":\"paste\",\"format\":{FORMAT},\"project\":{},\"shapes\":{},\n\"server\":",
        json!(project),
        json!(shapes)
    );
    format!(
        "WITH pinned AS MATERIALIZED (\n  SELECT pg_catalog.concat({}) AS done\n), \
         facts AS MATERIALIZED (\n  SELECT p.done, pg_catalog.current_setting('server_version') AS server, h.names,\n    {} AS head\n  \
         FROM pinned AS p, LATERAL (\n{}\n  ) AS h\n), \
         tables AS (\n{}\n)\n\
         SELECT {} || pg_catalog.to_json(f.server)::text || ',\"rls\":' || pg_catalog.to_json(f.names)::text || ',\"tables\":[' || E'\\n'\n  \
         || pg_catalog.string_agg('{{\"table\":' || pg_catalog.to_json(t.name)::text || ',\"included\":' || t.included || ',\"rows\":' || t.rows\n    \
         || ',\"sha256\":\"' || t.sha256 || '\",\"data\":[' || E'\\n' || t.data || ']}}', E',\\n' ORDER BY t.at)\n  \
         || E'\\n]}}' AS pgdeck\nFROM facts AS f, tables AS t GROUP BY f.server, f.names;\n",
        settings::reading()
            .map(|setting| format!("pg_catalog.set_config('{}', '{}', true)", setting.name, setting.value))
            .collect::<Vec<_>>()
            .join(", "),
        head(project),
        hidden(&shapes),
        tables.join("\n  UNION ALL\n"),
        literal(&opening),
    )
}

/// What every checksum begins with: project, server, and the tables with hidden rows.
fn head(project: &str) -> String {
    let measured_here = |value: &str| {
        format!("pg_catalog.octet_length(pg_catalog.convert_to({value}, 'UTF8'))::text || ':' || {value}")
    };
    format!(
        "{} || {} || {}",
        literal(&measured([Some(project)])),
        measured_here("pg_catalog.current_setting('server_version')"),
        measured_here("pg_catalog.array_to_string(h.names, ',')")
    )
}

/// The tables that are read and whose policies hide rows from whoever runs the statement; also those that a condition
/// may name.
fn hidden(shapes: &[&Shape]) -> String {
    let mut read: BTreeSet<QName> = BTreeSet::new();
    for shape in shapes {
        read.insert(shape.table.clone());
        shape.references.iter().for_each(|reference| parents(reference, &mut read));
        within(&shape.key, &mut read);
    }
    let names: Vec<_> = read.iter().map(|name| literal(&name.to_string())).collect();
    let conditions: Vec<_> = shapes.iter().filter_map(|shape| shape.filter.as_deref()).collect();
    format!(
        "    SELECT coalesce(pg_catalog.array_agg(c.name ORDER BY c.name), '{{}}') AS names FROM (\n      \
         SELECT pg_catalog.concat(n.nspname, '.', c.relname) AS name, c.relname, c.oid FROM pg_catalog.pg_class AS c\n      \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relrowsecurity\n    ) AS c\n    \
         WHERE pg_catalog.row_security_active(c.oid) AND p.done IS NOT NULL\n      AND (c.name IN ({}) OR pg_catalog.strpos(pg_catalog.lower({}), pg_catalog.lower(c.relname::text)) > 0)",
        names.join(", "),
        literal(&conditions.join("\n"))
    )
}

fn parents(reference: &Reference, into: &mut BTreeSet<QName>) {
    into.insert(reference.table.clone());
    within(&reference.key, into);
}

fn within(key: &[Part], into: &mut BTreeSet<QName>) {
    for part in key {
        if let Part::Reference(reference) = part {
            parents(reference, into);
        }
    }
}

/// Values as the checksums see them: each with its length in bytes of UTF-8 before it, NULL apart from empty.
pub(super) fn measured<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> String {
    values.into_iter().fold(String::new(), |mut out, value| {
        match value {
            Some(value) => {
                out.push_str(&value.len().to_string());
                out.push(':');
                out.push_str(value);
            }
            None => out.push('-'),
        }
        out
    })
}

/// What stands for a shape in the checksum of its table, whatever an editor did to its JSON.
fn shape_digest(shape: &Shape) -> String {
    // A shape is made of texts, numbers and lists: writing it does not fail.
    let text = serde_json::to_string(shape).unwrap_or_default();
    format!("{:x}", Sha256::digest(text))
}

/// What the checksum of a table goes over before its rows.
pub(super) fn prefix(at: usize, count: usize, shape: &Shape, included: bool) -> String {
    let place = format!("{at}/{count}");
    let table = shape.table.to_string();
    let digest = shape_digest(shape);
    measured([&*place, &*table, if included { "included" } else { "own" }, &*digest].map(Some))
}

/// The rows of one table as JSON, with their number and checksum.
fn table(at: usize, count: usize, shape: &Shape, included: bool) -> String {
    // A parent may lie outside of its set's condition.
    let read_as = if included { Shape { filter: None, ..shape.clone() } } else { shape.clone() };
    let query = read(&read_as, Side::Source, Subset::All, true);
    let names: Vec<_> = (0..query.fields()).map(|at| format!("c{at}")).collect();
    let fields: Vec<_> = names.iter().map(|name| format!("q.{name}")).collect();
    // The window keeps the rows below apart from `facts`, which is outside and so comes first: nothing is written as
    // text before the settings hold.
    format!(
        "  SELECT {at} AS at, {} AS name, '{included}' AS included, pg_catalog.count(w.n)::text AS rows,\n    \
         coalesce(pg_catalog.string_agg(pg_catalog.to_json(w.f)::text, E',\\n' ORDER BY w.n), '') AS data,\n    \
         pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(f.head || {} || coalesce(pg_catalog.string_agg((\n      \
         SELECT pg_catalog.string_agg(coalesce(pg_catalog.octet_length(pg_catalog.convert_to(u.v, 'UTF8'))::text || ':' || u.v, '-'), '' ORDER BY u.o)\n      \
         FROM pg_catalog.unnest(w.f) WITH ORDINALITY AS u(v, o)), '' ORDER BY w.n), ''), 'UTF8')), 'hex') AS sha256\n  \
         FROM facts AS f LEFT JOIN LATERAL (\n    SELECT row_number() OVER () AS n, ARRAY[{}]::text[] AS f FROM (\n      {}\n    \
         ) AS q({}) WHERE f.done IS NOT NULL\n  ) AS w ON true GROUP BY f.head",
        literal(&shape.table.to_string()),
        literal(&prefix(at, count, shape, included)),
        fields.join(", "),
        query.text,
        names.join(", ")
    )
}
