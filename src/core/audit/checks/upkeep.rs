//! BV01 to CR02: what needs care as time goes by, and who owns what.

use std::collections::BTreeMap;

use crate::core::{
    audit::{
        Severity,
        check::{Check, Context, Family, Report},
        exposure::{self, grantee_sql, role_shown},
        facts::{Extension, Grant, Relation, Schema, Sight},
    },
    name::ident,
    schema::Relation as Kind,
};

/// The family.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "BV01",
        severity: Severity::Info,
        title: "dead tuples or table bloat",
        why: "Rows that were deleted or replaced stay until VACUUM has been there, and the room that they took is not \
              given back. Every scan of the whole table reads it all.",
        how: "VACUUM makes dead rows' room usable again, beside readers and writers. Only VACUUM FULL gives it back, \
              and it keeps everybody out meanwhile; pg_repack does the same without that.",
        manual: "24.1.2 \"Recovering Disk Space\"",
        needs: &[Sight::Statistics],
        run: bv01,
        ..UPKEEP
    },
    Check {
        id: "BV03",
        severity: Severity::Error,
        title: "transaction ID wraparound risk",
        why: "A row that is not frozen within two thousand million transactions would seem to lie in the future. Three \
              million before that, the server refuses every write to the database.",
        how: "Run VACUUM (FREEZE), the oldest tables first; and look for what keeps autovacuum from it: transactions, \
              replication slots and prepared transactions that have been open for long.",
        manual: "24.1.5 \"Preventing Transaction ID Wraparound Failures\"",
        run: bv03,
        ..UPKEEP
    },
    Check {
        id: "CR01",
        title: "extension outdated, or installed in an exposed schema",
        why: "A new server brings new versions of extensions, but each stays as it was until it is updated, faults \
              included. In a schema that the API serves, every function of an extension can be called.",
        how: "Update it; and move it to a schema of its own, which then has to stand in search_path for those who \
              name its functions and types without a schema.",
        manual: "ALTER EXTENSION",
        needs: &[Sight::Extensions],
        run: cr01,
        ..UPKEEP
    },
    Check {
        id: "CR02",
        title: "others may create objects, or own tables among yours",
        why: "Who may create objects in a schema that is in everybody's search_path can put a function there that \
              others call by mistake. A table that belongs to another role than its neighbours cannot be changed by \
              those who change the neighbours, and other policies hold for its owner.",
        how: "Take CREATE away (since PostgreSQL 15 new databases come without); give the table to the others' owner.",
        manual: "5.10.6 \"Usage Patterns\" and ALTER TABLE, \"OWNER TO\"",
        needs: &[Sight::Roles],
        run: cr02,
        ..UPKEEP
    },
];

/// What the family's checks have in common.
const UPKEEP: Check = Check {
    id: "",
    family: Family::Upkeep,
    severity: Severity::Warning,
    title: "",
    why: "",
    how: "",
    manual: "",
    since: 0,
    needs: &[],
    run: |_, _| {},
};

/// Dead rows below this are no matter, whatever their part.
const DEAD: u64 = 10_000;
/// Pages below this (10 MB) are no matter, whatever they hold. `widths.sql` reads no smaller tables.
const PAGES: u64 = 1_280;
/// What of a page of 8 kB can hold rows, in bytes.
const PAGE: u64 = 8_168;

fn bv01(context: &Context<'_>, report: &mut Report<'_>) {
    for table in &context.facts.relations {
        if context.is_platforms(&table.name, &table.owner) {
            continue;
        }
        let rows = table.rows.unwrap_or_default();
        // Autovacuum comes when a fifth of the rows are dead; at half of them it has not come.
        if table.dead >= DEAD && table.dead * 2 >= rows {
            report
                .found_at(table, format!("{} dead rows beside {rows} live ones", table.dead))
                .evidence(format!("{} pages of 8 kB", table.pages))
                .fix(format!("VACUUM (ANALYZE) {};", table.name.sql()));
            continue;
        }
        if table.pages < PAGES || table.rows.is_none() || !matches!(table.kind, Kind::Table | Kind::MaterializedView) {
            continue;
        }
        let Some(room) = table.row_room else {
            let role = &context.facts.database.role;
            report.unseen(
                &table.name,
                format!("it has no statistics that {role} may read: run ANALYZE, or grant SELECT"),
            );
            continue;
        };
        let needed = (rows * u64::from(room)).div_ceil(PAGE).max(1);
        if needed * 2 < table.pages {
            let megabytes = |pages: u64| pages * 8 / 1024;
            report
                .found_at(table, format!("takes {} MB and needs about {}", megabytes(table.pages), megabytes(needed)))
                .evidence(format!("an estimate: {rows} rows of about {room} bytes, {} pages", table.pages))
                .fix(format!(
                    "-- keeps readers and writers out as long as it takes\nVACUUM (FULL, ANALYZE) {};",
                    table.name.sql()
                ));
        }
    }
}

/// Transactions after which a row would be taken for one of the future.
const WRAP: u64 = 1 << 31;
/// How many of the oldest tables are named.
const OLDEST: usize = 5;

fn bv03(context: &Context<'_>, report: &mut Report<'_>) {
    let (limit, database) = (context.rules.limits.xid_age, &context.facts.database);
    let mut old: Vec<(u64, &Relation)> =
        context.facts.relations.iter().filter_map(|table| Some((table.xid_age?, table))).collect();
    old.retain(|(age, _)| *age >= limit);
    old.sort_by_key(|(age, table)| (u64::MAX - age, &table.name));
    let ages = [("transactions", database.xid_age), ("multixacts", database.multixact_age)];
    let ages: Vec<String> = ages.iter().filter(|(_, age)| *age >= limit).map(|(what, age)| spent(what, *age)).collect();
    if !ages.is_empty() {
        let mut draft = report.found(&ident(&database.name), format!("oldest row is {}", ages.join(", ")));
        for (age, table) in old.iter().take(OLDEST) {
            draft = draft.evidence(format!("{}: {age} transactions", table.name));
        }
        draft
            .evidence(format!("{} transactions, {} multixacts", database.xid_age, database.multixact_age))
            .evidence(format!("xid_age is {limit}"))
            .fix("VACUUM (FREEZE);");
    }
    for (age, table) in old {
        report
            .found_at(table, format!("oldest row is {}", spent("transactions", age)))
            .evidence(format!("{age} transactions"))
            .evidence(format!("xid_age is {limit}"))
            .fix(format!("VACUUM (FREEZE) {};", table.name.sql()));
    }
}

fn spent(what: &str, age: u64) -> String {
    format!("{} % of all {what} old", age * 100 / WRAP)
}

fn cr01(context: &Context<'_>, report: &mut Report<'_>) {
    for extension in &context.facts.extensions {
        let name = ident(&extension.name);
        if let Some(available) = extension.available.as_deref().filter(|new| is_older(&extension.version, new)) {
            report
                .found(&name, format!("version {} is installed, the server has {available}", extension.version))
                .part("version")
                .fix(format!("ALTER EXTENSION {name} UPDATE;"));
        }
        if extension.schema == "public" || context.rules.is_exposed(&extension.schema) {
            report
                .found(&name, format!("its objects are in {}", extension.schema))
                .part("schema")
                .fix(moved(context, extension));
        }
    }
}

fn moved(context: &Context<'_>, extension: &Extension) -> String {
    if !extension.relocatable {
        return "-- it cannot be moved: drop it and create it anew WITH SCHEMA, where nothing depends on it".to_owned();
    }
    if context.rules.is_exposed("extensions") {
        return "-- move it to a schema that is not served: ALTER EXTENSION … SET SCHEMA …;".to_owned();
    }
    format!(
        "-- who names its objects without a schema needs extensions in search_path\n\
         CREATE SCHEMA IF NOT EXISTS extensions;\nGRANT USAGE ON SCHEMA extensions TO PUBLIC;\n\
         ALTER EXTENSION {} SET SCHEMA extensions;",
        ident(&extension.name)
    )
}

/// Whether version `is` comes before `new`. Names that are no numbers with dots between have no order: then any other
/// one is newer.
fn is_older(is: &str, new: &str) -> bool {
    let numbers = |version: &str| version.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u64>>>();
    match (numbers(is), numbers(new)) {
        (Some(is), Some(new)) => is < new,
        _ => is != new,
    }
}

fn cr02(context: &Context<'_>, report: &mut Report<'_>) {
    for schema in &context.facts.schemas {
        creators(context, report, schema);
    }
    let mut tables: BTreeMap<&str, Vec<&Relation>> = BTreeMap::new();
    for table in context.facts.relations.iter().filter(|table| matches!(table.kind, Kind::Table | Kind::Partitioned)) {
        if !context.is_platforms(&table.name, &table.owner) {
            tables.entry(&table.name.schema).or_default().push(table);
        }
    }
    for (schema, tables) in tables {
        strays(context, report, schema, &tables);
    }
}

/// PUBLIC and strangers that may create objects in `schema`.
fn creators(context: &Context<'_>, report: &mut Report<'_>, schema: &Schema) {
    let strangers: Vec<&str> = context.strangers().collect();
    let suspect =
        |grantee: &str| grantee.is_empty() || strangers.iter().any(|role| context.lookup.has_rights_of(role, grantee));
    let create = |grant: &&Grant| grant.privilege == "CREATE" && suspect(&grant.grantee);
    let roles: Vec<&str> = schema.grants.iter().filter(create).map(|grant| grant.grantee.as_str()).collect();
    let theirs = exposure::is_administrator(&schema.owner) && !context.rules.is_exposed(&schema.name);
    if roles.is_empty() || theirs {
        return;
    }
    let shown: Vec<&str> = roles.iter().map(|role| role_shown(role)).collect();
    let from: Vec<String> = roles.iter().map(|role| grantee_sql(role)).collect();
    let name = ident(&schema.name);
    report
        .found(&name, format!("{} may create objects in it", shown.join(", ")))
        .evidence(format!("owner: {}", schema.owner))
        .fix(format!("REVOKE CREATE ON SCHEMA {name} FROM {};", from.join(", ")));
}

/// Tables of a schema that belong to another than most of them do; where no role has most, than the schema's owner.
fn strays(context: &Context<'_>, report: &mut Report<'_>, schema: &str, tables: &[&Relation]) {
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for table in tables {
        *owners.entry(&table.owner).or_default() += 1;
    }
    let most = owners.iter().find(|(_, count)| **count * 2 > tables.len() && **count > 1).map(|(owner, _)| *owner);
    let of_schema = || {
        let found = context.facts.schemas.iter().find(|known| known.name == schema)?;
        // Stands for whoever owns the database.
        let owner = if found.owner == "pg_database_owner" { &context.facts.database.owner } else { &found.owner };
        owners.contains_key(owner.as_str()).then_some(owner.as_str())
    };
    let Some(usual) = most.or_else(of_schema) else { return };
    let count = owners.get(usual).copied().unwrap_or_default();
    for table in tables.iter().filter(|table| table.owner != usual) {
        report
            .found_at(table, format!("belongs to {}, not to {usual}", table.owner))
            .evidence(format!("{count} of {} tables in {schema} belong to {usual}", tables.len()))
            .fix(format!("ALTER TABLE {} OWNER TO {};", table.name.sql(), ident(usual)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_their_numbers() {
        for (is, new, older) in [
            ("1.3", "1.6", true),
            ("1.9", "1.10", true),
            ("1.10", "1.9", false),
            ("1.6", "1.6", false),
            ("2", "2.1", true),
            ("3.4.0dev", "3.4.0", true),
            ("unpackaged", "unpackaged", false),
        ] {
            assert_eq!(is_older(is, new), older, "{is} {new}");
        }
    }
}
