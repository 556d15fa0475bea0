//! The rows that tools write for a run, as their sources do it.

use super::ledger::{Ledger, Row};

/// A text as SQL writes it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The statement that remembers a run; `None` where the tool keeps nothing of it.
pub fn row(ledger: Ledger, row: &Row) -> Option<String> {
    let (run, place, version, number) = (&row.run, row.place, quoted(&row.version), row.number);
    let name = quoted(run.item.name);
    let insert = |table: &str, values: String| Some(format!("INSERT INTO {table} VALUES ({values})"));
    let gone = run.reverted || run.failed;
    match ledger {
        Ledger::Supabase if !gone => {
            let statements: Vec<String> = row.statements().iter().map(|statement| quoted(statement)).collect();
            let statements = statements.join(", ");
            insert(
                "supabase_migrations.schema_migrations (version, name, statements)",
                format!("{version}, {name}, ARRAY[{statements}]"),
            )
        }
        Ledger::Dbmate if !gone => insert("schema_migrations", version),
        // Rails takes the number of a name for a number.
        Ledger::Rails if !gone => insert("schema_migrations", format!("'{number}'")),
        Ledger::Flyway => Some(flyway(row)),
        Ledger::Sqlx if !run.reverted => {
            let (description, checksum) = (quoted(&row.description()), row.sha384());
            insert(
                "_sqlx_migrations (version, description, success, checksum, execution_time)",
                format!("{number}, {description}, {}, '\\x{checksum}', -1", !run.failed),
            )
        }
        Ledger::Refinery if !gone => {
            insert("refinery_schema_history", format!("{number}, {name}, '2026-03-01T01:00:00Z', '{}'", row.sip()))
        }
        Ledger::Prisma => Some(prisma(row)),
        Ledger::Drizzle if !gone => insert(
            "drizzle.__drizzle_migrations (hash, created_at)",
            format!("'{}', {}", row.sha256(), run.item.stamp()),
        ),
        Ledger::DrizzleNamed if !gone => {
            let name = quoted(&format!("{}_{}", row.version, run.item.name));
            insert(
                "drizzle.__drizzle_migrations (hash, created_at, name, version)",
                format!("'{}', {}, {name}, 1", row.sha256(), run.item.stamp()),
            )
        }
        Ledger::Atlas if !run.reverted => {
            let (applied, error) = if run.failed { (1, "'pq: no'") } else { (2, "''") };
            insert(
                "atlas_schema_revisions",
                format!("{version}, {name}, 2, {applied}, 2, to_timestamp({place}), 1, {error}, '', 'h', NULL, 'v1'"),
            )
        }
        // Older versions mark what was taken back with a row of its own.
        Ledger::Goose if !run.failed => {
            let back = if run.reverted { format!(", ({number}, false)") } else { String::new() };
            let first = if place == 1 { "(0, true), " } else { "" };
            Some(format!("INSERT INTO goose_db_version (version_id, is_applied) VALUES {first}({number}, true){back}"))
        }
        Ledger::Liquibase if !gone => insert(
            "databasechangelog",
            format!("{version}, 'team', {}, to_timestamp({place}), {place}, 'EXECUTED', '9:ab'", quoted(&row.path)),
        ),
        _ => None,
    }
}

/// A failure outside of a transaction has a row with success = false; what is taken back has a second row.
fn flyway(row: &Row) -> String {
    let (run, rank) = (&row.run, row.place * 2);
    let values = |rank: usize, kind: &str, script: &str, success: bool| {
        let (version, description, script) = (quoted(&row.version), quoted(&row.description()), quoted(script));
        format!("({rank}, {version}, {description}, '{kind}', {script}, {}, 'a', now(), 5, {success})", row.crc32())
    };
    let mut rows = vec![values(rank, "SQL", &row.path, !run.failed)];
    if run.reverted {
        rows.push(values(rank + 1, "UNDO_SQL", &row.path.replacen('V', "U", 1), true));
    }
    format!("INSERT INTO flyway_schema_history VALUES {}", rows.join(", "))
}

/// `sql_migration_persistence.rs` of prisma/prisma-engines: a row when it begins, which is changed when it ends.
fn prisma(row: &Row) -> String {
    let (run, place) = (&row.run, row.place);
    let name = quoted(&format!("{}_{}", row.version, run.item.name));
    let finished = if run.failed || run.reverted { "NULL" } else { "now()" };
    let logs = if run.failed { "E'A migration failed to apply.\\n\\nERROR: no'" } else { "NULL" };
    let back = if run.reverted { "now()" } else { "NULL" };
    format!(
        "INSERT INTO _prisma_migrations VALUES ('{place}', '{}', {finished}, {name}, {logs}, {back}, \
         to_timestamp({place}), 1)",
        row.sha256()
    )
}

/// lib/App/Sqitch/Role/DBIEngine.pm: a change while it is deployed, and an event for all that happened.
pub fn sqitch(rows: &[Row]) -> String {
    let mut sql = vec!["INSERT INTO sqitch.projects VALUES ('shop', NULL, now(), 'a', 'a')".to_owned()];
    let people = "'a', 'a', now(), 'a', 'a'";
    for row in rows {
        let (run, place, name) = (&row.run, row.place * 10, quoted(row.run.item.name));
        let id = format!("'c{place}'");
        if !run.failed && !run.reverted {
            sql.push(format!(
                "INSERT INTO sqitch.changes VALUES ({id}, '{}', {name}, 'shop', '', to_timestamp({place}), {people})",
                row.sha1()
            ));
        }
        let events: &[&str] = match (run.failed, run.reverted) {
            (true, _) => &["fail"],
            (_, true) => &["deploy", "revert"],
            _ => &["deploy"],
        };
        for (after, event) in events.iter().enumerate() {
            sql.push(format!(
                "INSERT INTO sqitch.events (event, change_id, change, project, committed_at, committer_name, \
                 committer_email, planned_at, planner_name, planner_email) \
                 VALUES ('{event}', {id}, {name}, 'shop', to_timestamp({}), {people})",
                place + after
            ));
        }
    }
    sql.join(";\n")
}
