use super::*;
use crate::core::migrations::{file, style::Style};

fn file(text: &str) -> File {
    File {
        path: "001_x.sql".into(),
        style: Style::Plain,
        version: Some("001".into()),
        stamp: None,
        name: "x".into(),
        kind: file::Kind::Up,
        text: text.into(),
        exact: true,
    }
}

fn ran(text: &str) -> (Mode, Vec<String>) {
    let file = file(text);
    let (mode, list) = mode(&file).expect("can be run");
    (mode, list.iter().map(|statement| statement.text(&file.text).to_owned()).collect())
}

fn trouble(text: &str) -> (usize, String) {
    let trouble = mode(&file(text)).expect_err("cannot be run");
    (trouble.line, trouble.detail)
}

#[test]
fn a_file_runs_inside_and_its_own_frame_is_left_out() {
    assert_eq!(ran("SELECT 1;\nSELECT 2;"), (Mode::Inside, vec!["SELECT 1".into(), "SELECT 2".into()]));
    for frame in [("BEGIN", "COMMIT"), ("begin work", "end"), ("START TRANSACTION", "commit transaction")] {
        let text = format!("-- x\n{};\nSELECT 1;\n{};\n", frame.0, frame.1);
        assert_eq!(ran(&text), (Mode::Inside, vec!["SELECT 1".into()]), "{text}");
    }
}

#[test]
fn savepoints_and_bodies_are_no_control() {
    let text = "SAVEPOINT a;\nROLLBACK TO SAVEPOINT a;\nRELEASE a;\nDO $$BEGIN COMMIT; END$$;\n";
    assert_eq!(ran(text).1.len(), 4);
}

#[test]
fn a_transaction_in_the_middle_is_in_the_way() {
    assert_eq!(trouble("SELECT 1;\nCOMMIT;\nSELECT 2;").0, 2);
    assert_eq!(trouble("BEGIN;\nSELECT 1;\nCOMMIT;\nSELECT 2;").0, 1);
    assert_eq!(trouble("BEGIN;\nROLLBACK;\nCOMMIT;").0, 2);
    assert_eq!(trouble("BEGIN ISOLATION LEVEL SERIALIZABLE;\nSELECT 1;\nCOMMIT;").0, 1);
    assert_eq!(trouble("BEGIN;\nCOMMIT AND CHAIN;\nCOMMIT;").0, 2);
    assert_eq!(trouble("SELECT 1;\nPREPARE TRANSACTION 'x';").0, 2);
}

#[test]
fn what_asks_runs_outside_with_transactions_of_its_own() {
    let text = "-- no transaction\nVACUUM;\nBEGIN;\nSELECT 1;\nCOMMIT;\n";
    assert_eq!(ran(text).0, Mode::Outside);
    assert_eq!(ran(text).1.len(), 4);
    assert_eq!(trouble("-- no transaction\nVACUUM;\nBEGIN;\nSELECT 1;\n").0, 3);
}

#[test]
fn a_statement_that_no_transaction_can_hold_runs_outside_when_it_is_alone() {
    for alone in [
        "create unique index concurrently i on t (a)",
        "CREATE INDEX CONCURRENTLY ON t (a)",
        "DROP INDEX CONCURRENTLY i",
        "REINDEX INDEX CONCURRENTLY i",
        "REINDEX TABLE CONCURRENTLY t",
        "VACUUM t",
        "ALTER SYSTEM SET a = 1",
        "ALTER TABLE p DETACH PARTITION q CONCURRENTLY",
    ] {
        assert_eq!(ran(alone).0, Mode::Outside, "{alone}");
        let (line, detail) = trouble(&format!("SELECT 1;\n{alone};"));
        assert_eq!(line, 2, "{detail}");
        assert_eq!(trouble(&format!("BEGIN;\n{alone};\nCOMMIT;")).0, 2);
    }
    for inside in ["CREATE INDEX i ON t (a)", "ALTER TABLE p DETACH PARTITION q", "REINDEX TABLE t", "DISCARD TEMP"] {
        assert_eq!(ran(inside).0, Mode::Inside, "{inside}");
    }
}

#[test]
fn what_no_server_understands_is_told_with_its_line() {
    assert_eq!(trouble("SELECT 1;\n\\i other.sql\n").0, 2);
    assert_eq!(trouble("SELECT 1;\nSELECT 'x").0, 2);
}

#[test]
fn the_way_back_in_the_same_file_is_never_run() {
    assert_eq!(trouble("-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP TABLE t;").0, 3);
    assert_eq!(trouble("-- +migrate Up\nSELECT 1;\n-- +migrate Down\nDROP TABLE t;").0, 3);
    assert_eq!(trouble("-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABLE t;").0, 3);
    let both = File { kind: file::Kind::UpAndDown, ..file("-- migrate:up\nSELECT 1;\n-- migrate:down\nDROP TABLE t;") };
    assert_eq!(mode(&both).expect("runs").1.len(), 1);
}

#[test]
fn rows_of_a_copy_are_part_of_their_statement() {
    let (_, list) = mode(&file("COPY t FROM stdin;\n1\n2\n\\.\nSELECT 1;\n")).expect("runs");
    assert_eq!((list.len(), list[0].rows.is_some()), (2, true));
}

#[test]
fn a_backslash_behind_a_statement_is_psqls_own_and_one_in_rows_is_not() {
    for text in ["SELECT 1 \\gexec", "SELECT 1 \\; COMMIT;", "COPY t FROM stdin;\n\\x\n\\.\nSELECT 1 \\g\n"] {
        assert!(trouble(text).1.contains("psql's own"), "{text}");
    }
    let rows = "COPY t FROM stdin;\n\\N\ta\\tb\n  \\x\n\\.\nCOPY t FROM stdin;\n\\.\nSELECT '\\g', E'\\'' -- \\g\n";
    assert_eq!(ran(rows).1.len(), 3);
    assert_eq!(trouble("COPY t FROM stdin; SELECT 1;\n1\n\\.\n").0, 1);
}

#[test]
fn what_its_own_transaction_took_back_is_not_kept() {
    let text =
        "SELECT 1;\nBEGIN;\nSELECT 2;\nCOMMIT;\nBEGIN;\nSELECT 3;\nROLLBACK;\nSELECT 4;\nBEGIN;\nSELECT 5;\nSELECT 6;";
    let list = super::super::statements::split(text).list;
    let stay: Vec<usize> = (0..=list.len()).map(|done| kept(text, &list, done)).collect();
    assert_eq!(stay, [0, 1, 1, 1, 4, 4, 4, 4, 5, 5, 5, 5]);
}

#[test]
fn placeholders_are_flyways_and_in_no_comment() {
    let flyway = |text: &str| mode(&File { style: Style::Flyway, ..file(text) });
    assert_eq!(flyway("-- ${a}\nSELECT '${flyway:user}';").expect_err("a placeholder").line, 2);
    for text in ["-- ${a}\nSELECT 1 /* ${b} */;", "SELECT '${', '$ {a}', '${a b}';"] {
        assert!(flyway(text).is_ok(), "{text}");
    }
    assert!(mode(&file("SELECT '${a}';")).is_ok());
}
