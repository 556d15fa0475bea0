use super::*;

fn row(version: &str, kind: &str, flag: bool) -> Row {
    let version = Some(version.to_owned()).filter(|version| !version.is_empty());
    Row { version, name: Some("n".to_owned()), kind: Some(kind.to_owned()), flag: Some(flag), ..Row::default() }
}

fn read(tool: Tool, rows: Vec<Row>) -> History {
    let mut histories = histories(tool, &QName::new("public", "t"), rows);
    assert_eq!(histories.len(), 1);
    histories.remove(0)
}

fn versions(applied: &[Applied]) -> Vec<(&str, bool)> {
    applied.iter().map(|one| (one.version.as_deref().unwrap_or("-"), one.failed.is_some())).collect()
}

#[test]
fn flyway_undoes_repairs_repeats_and_begins_late() {
    let rows = vec![
        row("", "SCHEMA", true),
        row("1", "BASELINE", true),
        row("2", "SQL", true),
        row("2", "UNDO_SQL", true),
        row("3", "SQL", true),
        row("3", "DELETE", true),
        row("", "SQL", true),
        row("4", "SQL", false),
        row("", "SQL", true),
        row("5", "SQL", true),
        row("5", "UNDO_SQL", false),
    ];
    let history = read(Tool::Flyway, rows);
    assert_eq!(history.baseline.as_deref(), Some("1"));
    assert_eq!(versions(&history.applied), [("4", true), ("-", false), ("5", true)]);
    assert_eq!(versions(&history.reverted), [("2", false), ("3", false)]);
}

#[test]
fn goose_counts_the_last_row_of_a_version() {
    let rows =
        vec![row("0", "", true), row("1", "", true), row("1", "", false), row("2", "", true), row("1", "", true)];
    let history = read(Tool::Goose, rows);
    assert_eq!(versions(&history.applied), [("2", false), ("1", false)]);
}

#[test]
fn a_log_is_cut_to_the_line_of_the_error() {
    let log =
        "A migration failed to apply.\n\nDatabase error:\nERROR: duplicate key value\nDETAIL: Key (email)=(a@b.c)";
    let failed =
        Row { name: Some("2024_x".to_owned()), log: Some(log.to_owned()), flag: Some(false), ..Row::default() };
    let history = read(Tool::Prisma, vec![failed]);
    assert_eq!(history.applied[0].failed.as_deref(), Some("ERROR: duplicate key value"));
    assert_eq!(reason(&"é".repeat(2000)).map(|line| line.chars().count()), Some(REASON));
    assert_eq!(reason(" \n"), None);
}

#[test]
fn atlas_is_whole_only_when_all_was_run_or_somebody_said_so() {
    let revision = |version: &str, kind: &str, applied, log: Option<&str>| Row {
        applied: Some(applied),
        total: Some(3),
        log: log.map(str::to_owned),
        ..row(version, kind, true)
    };
    let rows = vec![
        revision(".atlas_cloud_identifier", "0", 0, None),
        revision("1", "1", 0, None),
        revision("2", "2", 3, None),
        revision("3", "2", 1, None),
        revision("4", "6", 1, Some("pq: no")),
        revision("5", "2", 3, Some("pq: no")),
    ];
    let history = read(Tool::Atlas, rows);
    assert_eq!(history.baseline.as_deref(), Some("1"));
    assert_eq!(versions(&history.applied), [("2", false), ("3", true), ("4", false), ("5", true)]);
    assert_eq!(history.applied[1].failed.as_deref(), Some("1 of 3 statements were run"));
}

#[test]
fn an_empty_table_is_an_empty_history() {
    assert!(read(Tool::Sqitch, Vec::new()).applied.is_empty());
    assert!(read(Tool::Golang, Vec::new()).current_only);
}
