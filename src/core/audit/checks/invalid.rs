//! IX01: indexes that cost but do not help.

use crate::core::{
    audit::{
        check::{Context, Report},
        facts::{Index, Relation},
    },
    name::{QName, ident},
    schema::Relation as Kind,
    text::sql_comment,
};

/// The longest name that the server takes, in bytes (manual, 4.1.1).
const LONGEST_NAME: usize = 63;

pub(super) fn ix01(context: &Context<'_>, report: &mut Report<'_>) {
    for index in context.facts.indexes.iter().filter(|index| !index.valid && !index.building) {
        let Some(table) = context.lookup.relation(index.relation) else { continue };
        if table.kind == Kind::Partitioned {
            incomplete(context, report, table, index);
        } else {
            broken(context, report, table, index);
        }
    }
}

/// An index of one table, the making or dropping of which did not end.
fn broken(context: &Context<'_>, report: &mut Report<'_>, table: &Relation, index: &Index) {
    let name = QName::new(&table.name.schema, &index.name);
    let twin = context.lookup.indexes(table.oid).iter().find(|other| other.valid && alike(other, index));
    let (detail, fix) = if !index.live {
        (format!("{}: a DROP INDEX CONCURRENTLY did not end", index.name), drop(&name))
    } else if let Some(twin) = twin.filter(|_| is_remnant(&index.name)) {
        let detail = format!("{}: left behind by a REINDEX CONCURRENTLY of {} that failed", index.name, twin.name);
        (detail, drop(&name))
    } else {
        (format!("{}: invalid, so no query uses it, but every write keeps it up", index.name), rebuild(table, index))
    };
    let draft = report.found_at(table, detail).part(&index.name).evidence(index.definition.clone());
    let draft = match twin {
        Some(twin) => draft.evidence(format!("a valid index does the same: {}", twin.name)),
        None => draft,
    };
    draft.fix(fix);
}

fn drop(name: &QName) -> String {
    format!("DROP INDEX CONCURRENTLY {};", name.sql())
}

/// Whether a rebuild without locks gave the index its name.
fn is_remnant(name: &str) -> bool {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    stem.ends_with("_ccnew") || stem.ends_with("_ccold")
}

/// Builds it anew; what is unique may fail for the same rows again.
fn rebuild(table: &Relation, index: &Index) -> String {
    // The index of an exclusion constraint cannot be built beside the old one.
    let excludes = index.constraint.is_some() && !index.unique;
    let concurrently = if excludes { "" } else { " CONCURRENTLY" };
    let sql = format!("REINDEX INDEX{concurrently} {};", QName::new(&table.name.schema, &index.name).sql());
    if index.unique {
        format!("-- Fails as long as there are rows with the same values: remove those before.\n{sql}")
    } else {
        sql
    }
}

/// An index of a partitioned table that some partition has no part of.
fn incomplete(context: &Context<'_>, report: &mut Report<'_>, table: &Relation, index: &Index) {
    let partitions = context.lookup.partitions(table.oid);
    let part_of = |partition: &Relation| {
        context.lookup.indexes(partition.oid).iter().copied().find(|part| part.parent == Some(index.oid))
    };
    let lacking: Vec<&Relation> = partitions
        .iter()
        .copied()
        .filter(|partition| partition.kind != Kind::ForeignTable && part_of(partition).is_none())
        .collect();
    let waiting: Vec<&Index> =
        partitions.iter().filter_map(|partition| part_of(partition)).filter(|part| !part.valid).collect();
    let detail = match (lacking.len(), partitions.len()) {
        (0, _) => format!("{}: invalid until those of its partitions are valid", index.name),
        (lack, all) => format!("{}: invalid, because {lack} of {all} partitions have no part of it", index.name),
    };
    let mut fix: Vec<String> = lacking.iter().map(|partition| complete(context, table, index, partition)).collect();
    if lacking.is_empty() {
        fix.push(sql_comment(&format!("It becomes valid by itself as soon as {} is.", names(&waiting))));
    }
    let mut draft = report.found_at(table, detail).part(&index.name).evidence(index.definition.clone());
    for partition in &lacking {
        draft = draft.evidence(format!("without: {}", partition.name));
    }
    for part in waiting {
        draft = draft.evidence(format!("invalid itself: {}", part.name));
    }
    draft.fix(fix.join("\n"));
}

fn names(indexes: &[&Index]) -> String {
    let names: Vec<String> = indexes.iter().map(|index| ident(&index.name)).collect();
    if names.is_empty() { "each partition's".into() } else { names.join(", ") }
}

/// Gives `partition` its part: an index that it has already, else a new one.
fn complete(context: &Context<'_>, table: &Relation, index: &Index, partition: &Relation) -> String {
    let own = context.lookup.indexes(partition.oid).iter().find(|own| {
        own.valid && own.parent.is_none() && alike(own, index) && own.constraint.is_some() == index.constraint.is_some()
    });
    let schema = &partition.name.schema;
    let (name, made) = if let Some(own) = own {
        (own.name.clone(), String::new())
    } else {
        let name = free_name(context, schema, &format!("{}_{}", partition.name.name, index.name));
        let made = make(index, partition, &name);
        (name, made)
    };
    let whole = QName::new(&table.name.schema, &index.name).sql();
    format!("{made}ALTER INDEX {whole} ATTACH PARTITION {};", QName::new(schema, name).sql())
}

/// SQL that makes an index like `index` on `partition`, with the constraint that it has.
fn make(index: &Index, partition: &Relation, name: &str) -> String {
    let (unique, table, name) = (if index.unique { "UNIQUE " } else { "" }, partition.name.sql(), ident(name));
    // On a table that has partitions itself an index cannot be made without keeping writers out.
    let nested = partition.kind == Kind::Partitioned;
    let constraint = if index.primary { "PRIMARY KEY" } else { "UNIQUE" };
    if nested && index.constraint.is_some() {
        // What an index says last, a constraint says first.
        let (nulls, tail) = match tail(&index.definition).split_once(" NULLS NOT DISTINCT") {
            Some((before, after)) => (" NULLS NOT DISTINCT", format!("{before}{after}")),
            None => ("", tail(&index.definition).to_owned()),
        };
        let key = tail.split_once(" (").map_or("", |(_, key)| key);
        return format!("ALTER TABLE {table} ADD CONSTRAINT {name} {constraint}{nulls} ({key};\n");
    }
    let concurrently = if nested { "" } else { "CONCURRENTLY " };
    let created = format!("CREATE {unique}INDEX {concurrently}{name} ON {table} {};\n", tail(&index.definition));
    if index.constraint.is_none() {
        return created;
    }
    let later = if index.immediate { "" } else { " DEFERRABLE" };
    format!("{created}ALTER TABLE {table} ADD CONSTRAINT {name} {constraint} USING INDEX {name}{later};\n")
}

/// A name that nothing in `schema` has.
fn free_name(context: &Context<'_>, schema: &str, wanted: &str) -> String {
    let taken = |name: &str| {
        context.facts.indexes.iter().any(|index| index.name == name)
            || context.facts.relations.iter().any(|other| other.name.schema == schema && other.name.name == name)
    };
    let short = |suffix: &str| {
        let end = LONGEST_NAME.saturating_sub(suffix.len()).min(wanted.len());
        let end = (0..=end).rev().find(|end| wanted.is_char_boundary(*end)).unwrap_or_default();
        format!("{}{suffix}", &wanted[..end])
    };
    let suffixes = std::iter::once(String::new()).chain((1_u32..).map(|number| number.to_string()));
    suffixes.map(|suffix| short(&suffix)).find(|name| !taken(name)).unwrap_or_default()
}

/// Whether both index the same, on whatever table.
fn alike(one: &Index, other: &Index) -> bool {
    let (one_tail, other_tail) = (tail(&one.definition), tail(&other.definition));
    one.unique == other.unique && one_tail == other_tail && !one_tail.is_empty()
}

/// What a definition says behind the table's name: from `USING` on.
fn tail(definition: &str) -> &str {
    let mut quoted = false;
    // Names come first, and one in quotes may contain anything.
    for (at, c) in definition.char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if !quoted && definition[at..].starts_with(" USING ") {
            return definition[at..].trim_start();
        }
    }
    ""
}
