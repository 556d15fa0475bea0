//! TK01 to TK04: tables by themselves. The list of them, keys, and tables that the team declared.

use crate::core::{
    audit::{
        Severity,
        check::{Check, Context, Family, Report},
        facts::{Index, Relation, Sight},
    },
    name::{QName, ident},
    schema::Relation as Kind,
};

use super::{column_types, naming, own::own_tables};

/// The family.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "TK01",
        severity: Severity::Warning,
        title: "no primary key",
        why: "Without a key nothing says which row is meant: duplicates come in, replication cannot tell rows apart, \
              and no tool can compare or copy the table row by row.",
        how: "Make one of columns that are unique and always filled, or add a column for it.",
        manual: "5.5.4 \"Primary Keys\"",
        needs: &[Sight::Indexes, Sight::Constraints],
        run: tk01,
        ..TABLES
    },
    Check {
        id: "TK02",
        title: "discouraged column type",
        why: "A char(n) is padded with blanks, money has no currency and its output depends on the server's language, \
              timestamp does not know which moment it means, and json keeps text that cannot be compared or indexed. \
              A column that has another type than its namesakes makes joins fail or convert.",
        how: "Change the type. That rewrites the table under a lock, so on a big one add a column and move over.",
        manual: "chapter 8 \"Data Types\"",
        needs: &[Sight::Constraints],
        run: column_types::tk02,
        ..TABLES
    },
    Check {
        id: "TK03",
        title: "name that needs quoting, or table without a comment",
        why: "A name with capitals, blanks or of a reserved word has to be quoted in every statement for ever. A \
              comment is what a reader of the catalogue, of a diagram or of a generated document has to go by.",
        how: "Rename together with everything that uses the name; say in one sentence what the table is for.",
        manual: "4.1.1 \"Identifiers and Key Words\" and COMMENT",
        run: naming::tk03,
        ..TABLES
    },
    Check {
        id: "TK04",
        severity: Severity::Error,
        title: "declared table is missing",
        why: "The application needs this table. A migration was not run here, or was run under another name.",
        how: "Run the migration that makes it, or change the declaration in pgdeck.toml.",
        manual: "CREATE TABLE",
        needs: &[Sight::Extensions],
        run: tk04,
        ..TABLES
    },
];

/// What the family's checks have in common.
const TABLES: Check = Check {
    id: "",
    family: Family::Tables,
    severity: Severity::Info,
    title: "",
    why: "",
    how: "",
    manual: "",
    since: 0,
    needs: &[],
    run: |_, _| {},
};

fn tk01(context: &Context<'_>, report: &mut Report<'_>) {
    for table in own_tables(context) {
        let indexes = context.lookup.indexes(table.oid);
        if indexes.iter().any(|index| index.primary) {
            continue;
        }
        let candidate = indexes.iter().copied().find(|index| is_key(table, index));
        let detail = match candidate {
            Some(index) => format!("no primary key, though {} could be one", index.name),
            None => "no primary key".to_owned(),
        };
        let mut draft = report.found_at(table, detail).fix(keyed(context, table, candidate));
        let partitions = context.lookup.partitions(table.oid).len();
        if partitions > 0 {
            draft = draft.evidence(format!("partitioned, {partitions} partitions"));
        }
        if table.unlogged {
            draft.severity(Severity::Info).evidence("unlogged: it is empty after a crash and is not replicated");
        }
    }
}

/// Whether `index` tells every row of `table` from every other.
fn is_key(table: &Relation, index: &Index) -> bool {
    let filled = |number: &i16| table.column(*number).is_some_and(|column| column.not_null);
    index.unique && index.valid && index.predicate.is_none() && !index.key.is_empty() && index.key.iter().all(filled)
}

/// Gives `table` a primary key, of the columns of `candidate` where there is one.
fn keyed(context: &Context<'_>, table: &Relation, candidate: Option<&Index>) -> String {
    let name = table.name.sql();
    let Some(index) = candidate else { return new_key(table) };
    let columns = context.lookup.columns(table.oid, &index.key);
    let columns: Vec<String> = columns.into_iter().map(ident).collect();
    let key = format!("ADD PRIMARY KEY ({})", columns.join(", "));
    match &index.constraint {
        // A foreign key may rest on it, and cannot move.
        Some(_) if !context.lookup.references(table.oid).is_empty() => format!("ALTER TABLE {name} {key};"),
        Some(constraint) => format!("ALTER TABLE {name}\n  DROP CONSTRAINT {},\n  {key};", ident(constraint)),
        // An index that sorts otherwise cannot be taken, nor any of a partitioned table.
        None if table.kind == Kind::Table && index.manner.iter().all(|manner| manner.ends_with(" 0")) => {
            format!("ALTER TABLE {name} ADD PRIMARY KEY USING INDEX {};", ident(&index.name))
        }
        None => format!("ALTER TABLE {name} {key};"),
    }
}

fn new_key(table: &Relation) -> String {
    if table.kind == Kind::Partitioned {
        return "-- the key has to contain the columns that the table is partitioned by:\n\
                -- ALTER TABLE … ADD PRIMARY KEY (…);"
            .to_owned();
    }
    if table.column_named("id").is_some() {
        return "-- if id is unique and always filled:\n-- ALTER TABLE … ADD PRIMARY KEY (id);".to_owned();
    }
    format!(
        "-- rewrites the table; a key of columns that it has is better, where they are unique\n\
         ALTER TABLE {} ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;",
        table.name.sql()
    )
}

fn tk04(context: &Context<'_>, report: &mut Report<'_>) {
    for expected in &context.rules.expect.tables {
        let written = expected.value.as_str();
        let name = QName::parse(written);
        // Without a schema it may lie in several.
        let anywhere = |name: &QName| {
            !written.contains('.') && context.facts.relations.iter().any(|table| table.name.name == name.name)
        };
        let known = context.lookup.named(written).is_some() || context.lookup.is_member(written);
        if known || name.as_ref().is_some_and(anywhere) {
            continue;
        }
        let detail = match context.lookup.nearest(written) {
            Some(near) => format!("there is no such table, but there is {near}"),
            None => "there is no such table".to_owned(),
        };
        report
            .found(&name.map_or_else(|| written.to_owned(), |name| name.to_string()), detail)
            .evidence(format!("declared: {}", expected.place))
            .fix("-- run the migration that makes it, or change the declaration");
    }
}
