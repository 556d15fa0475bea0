//! IX01 to IX06: indexes that cost more than they help, and such that should be there.

use std::collections::HashMap;

use super::{
    foreign_keys::leads_with,
    index_use::{drop_index, is_managed, needed_by, size, used},
    invalid::ix01,
    overlap,
};
use crate::core::{
    audit::{
        Severity,
        check::{Check, Context, Family, Report},
        facts::{Index, Oid, Relation, Sight},
    },
    error::nearest,
    name::{QName, ident},
    schema::Relation as Kind,
    text::sql_comment,
};

/// The family.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "IX01",
        title: "invalid index",
        severity: Severity::Error,
        why: "An index that was not finished is kept up by every write and used by no query. A unique one of that kind \
              does not keep anything unique, and one of a partitioned table lacks some partitions.",
        how: "Rebuild it without locks; where a rebuild left it behind, drop it; where a partition has no part of it, \
              make that part and attach it.",
        manual: "SQL CREATE INDEX, \"Building Indexes Concurrently\"",
        run: ix01,
        ..INDEX
    },
    Check {
        id: "IX02",
        title: "duplicate index",
        why: "Each write pays for both, and both take room and cache, but only one of them is used.",
        how: "Drop the one that belongs to no constraint, no foreign key and no replica identity.",
        run: overlap::ix02,
        ..INDEX
    },
    Check {
        id: "IX03",
        title: "redundant index (prefix of another)",
        why: "A longer index that begins with the same columns in the same order serves the same queries. Each write \
              pays for both.",
        how: "Drop the shorter one, unless it is so much smaller that its queries gain by it.",
        manual: "11.3 \"Multicolumn Indexes\"",
        run: overlap::ix03,
        ..INDEX
    },
    Check {
        id: "IX04",
        title: "unused index",
        severity: Severity::Info,
        why: "Every write pays for it. The counters are this server's own: an index may be used on a replica, by a job \
              that runs once a quarter, or may have been made yesterday.",
        how: "Look on the replicas and ask who made it, then drop it. Indexes of constraints, unique ones and those that \
              foreign keys need are left out.",
        manual: "27.2 \"The Cumulative Statistics System\"",
        needs: &[Sight::Indexes, Sight::Constraints],
        run: ix04,
        ..INDEX
    },
    Check {
        id: "IX05",
        title: "ineffective or missing index",
        severity: Severity::Info,
        why: "A truth value alone leaves half of the table on average, so the planner reads the whole of it. A big table \
              that is read as a whole time and again most likely lacks an index.",
        how: "Index the rows that are looked for with WHERE instead. For a table that is read as a whole, find the \
              queries that do so.",
        manual: "11.8 \"Partial Indexes\"",
        run: ix05,
        ..INDEX
    },
    Check {
        id: "IX06",
        title: "declared index is missing",
        severity: Severity::Error,
        why: "The team decided that this index has to be there: queries that rest on it are slow without it, and what it \
              keeps unique is not.",
        how: "Run the migration that makes it, or mend its name in pgdeck.toml.",
        run: ix06,
        ..INDEX
    },
];

/// What the family's checks have in common.
const INDEX: Check = Check {
    id: "",
    family: Family::Indexes,
    severity: Severity::Warning,
    title: "",
    why: "",
    how: "",
    manual: "11 \"Indexes\"",
    since: 0,
    needs: &[Sight::Indexes, Sight::Constraints],
    run: |_, _| {},
};

/// A table of so many rows is not read as a whole in passing.
const BIG: u64 = 100_000;
/// More often than an hourly job or a daily dump reads a table as a whole.
const SCANS_A_DAY: f64 = 50.0;
/// Tables of fewer pages are read as a whole whatever their indexes.
const SMALL: u64 = 16;

/// How often each index was used, those of partitions counted with the whole one.
fn scans(indexes: &[Index]) -> HashMap<Oid, u64> {
    let parents: HashMap<Oid, Oid> = indexes.iter().filter_map(|index| Some((index.oid, index.parent?))).collect();
    let mut scans: HashMap<Oid, u64> = HashMap::new();
    for index in indexes {
        let mut at = Some(index.oid);
        while let Some(oid) = at {
            *scans.entry(oid).or_default() += index.scans;
            at = parents.get(&oid).copied();
        }
    }
    scans
}

const DAY: f64 = 86_400.0;

fn ix04(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(age) = context.facts.database.statistics_age else {
        report.unseen(&context.facts.database.name, "the server does not say since when it counts");
        return;
    };
    if age < f64::from(context.rules.limits.unused_index_days) * DAY {
        return;
    }
    let days = (age / DAY).floor();
    let scans = scans(&context.facts.indexes);
    for index in &context.facts.indexes {
        let Some(table) = context.lookup.relation(index.relation) else { continue };
        let was_used = scans.get(&index.oid).is_some_and(|scans| *scans > 0);
        let keys = context.lookup.keys(table.oid);
        let supports = keys.iter().any(|key| leads_with(context, index, &key.columns));
        if was_used || supports || index.unique || !index.valid || needed_by(index).is_some() || is_managed(table) {
            continue;
        }
        let detail = format!("{}: not used since the counters began, {days} days ago", index.name);
        let mut draft = report.found_at(table, detail).part(&index.name).evidence(index.definition.clone());
        if index.pages > 0 {
            draft = draft.evidence(format!("takes {}", size(index.pages)));
        }
        if index.expressions.is_some() {
            draft = draft.evidence("ANALYZE keeps statistics of its expression, which may be what it is for");
        }
        if (1..SMALL).contains(&table.pages) {
            draft = draft.evidence(format!("the table is small ({}) and read as a whole anyway", size(table.pages)));
        }
        draft.fix(drop_index(table, index));
    }
}

fn ix05(context: &Context<'_>, report: &mut Report<'_>) {
    for table in context.facts.relations.iter().filter(|table| !is_managed(table)) {
        for index in context.lookup.indexes(table.oid) {
            lone_boolean(context, report, table, index);
        }
        read_as_a_whole(context, report, table);
    }
}

fn lone_boolean(context: &Context<'_>, report: &mut Report<'_>, table: &Relation, index: &Index) {
    let [number] = index.key[..] else { return };
    let Some(column) = table.column(number).filter(|column| column.type_name == "boolean") else { return };
    let supports = context.lookup.keys(table.oid).iter().any(|key| leads_with(context, index, &key.columns));
    // One that is unique keeps more than one row from being so; one that includes columns is read instead of the table.
    let serves = index.unique || supports || !index.included.is_empty() || needed_by(index).is_some();
    if serves || index.predicate.is_some() || !index.valid {
        return;
    }
    let (table_sql, name) = (table.name.sql(), ident(&column.name));
    let concurrently = if table.kind == Kind::Partitioned { "" } else { " CONCURRENTLY" };
    let instead = format!(
        "If few rows are true and those are looked for, with the columns that they are looked for by:\n\
         CREATE INDEX{concurrently} ON {table_sql} (…) WHERE {name};"
    );
    let fix = format!("{}\n{}", drop_index(table, index), sql_comment(&instead));
    report
        .found_at(table, format!("{}: only {}, which is true or false", index.name, column.name))
        .part(&index.name)
        .evidence(format!("{}; {}", index.definition, used(index)))
        .fix(fix);
}

fn read_as_a_whole(context: &Context<'_>, report: &mut Report<'_>, table: &Relation) {
    let Some(rows) = table.rows.filter(|rows| *rows >= BIG) else { return };
    // Counters of less than a day say nothing of a day.
    let days = (context.facts.database.statistics_age.unwrap_or_default() / DAY).max(1.0);
    let by_index: u64 = context.lookup.indexes(table.oid).iter().map(|index| index.scans).sum();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = table.scans as f64 / days;
    // A scan that ends early, for LIMIT or EXISTS, costs little.
    let whole = table.scanned / table.scans.max(1) >= rows / 4;
    if rate < SCANS_A_DAY || table.scans <= by_index || !whole {
        return;
    }
    report
        .found_at(
            table,
            format!("read as a whole {} times, {} rows on average", table.scans, table.scanned / table.scans),
        )
        .severity(Severity::Warning)
        .evidence(format!("about {rows} rows; indexes were used {by_index} times"))
        .evidence(format!("that is {rate:.0} times a day"))
        .fix(sql_comment(&format!(
            "Find the queries that read {0}, with EXPLAIN or in pg_stat_statements,\n\
             and index what they look for:\nCREATE INDEX CONCURRENTLY ON {0} (…);",
            table.name.sql()
        )));
}

fn ix06(context: &Context<'_>, report: &mut Report<'_>) {
    let full = |index: &Index| {
        let table = context.lookup.relation(index.relation)?;
        Some(QName::new(&table.name.schema, &index.name))
    };
    for expected in &context.rules.expect.indexes {
        let name = &expected.value;
        // What takes a schema before it has none yet.
        let bare = QName::parse(&format!("public.{name}")).map(|bare| bare.name);
        let wanted = QName::parse(name);
        let meant = |index: &Index| match &bare {
            Some(bare) => index.name == *bare,
            None => wanted.is_some() && full(index) == wanted,
        };
        if context.facts.indexes.iter().any(meant) {
            continue;
        }
        let known: Vec<String> = match &bare {
            Some(_) => context.facts.indexes.iter().map(|index| index.name.clone()).collect(),
            None => context.facts.indexes.iter().filter_map(full).map(|name| name.to_string()).collect(),
        };
        let near = nearest(name, known.iter().map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!("; the nearest name is {near}"));
        report
            .found(name, format!("declared in {}, but there is no such index{hint}", expected.place))
            .evidence(format!("declared: indexes = [\"{name}\"] ({})", expected.place))
            .fix("-- The declaration names no columns: run the migration that makes it, or mend the name.");
    }
}
