use super::*;

fn says(style: Style, path: &str) -> Option<(String, String, Kind)> {
    named(style, path).map(|named| (named.version.unwrap_or_default(), named.name, named.kind))
}

#[test]
fn every_style_reads_its_own_names() {
    for (style, path, version, name, kind) in [
        (Style::Supabase, "20240131120000_add_plans.sql", "20240131120000", "add_plans", Kind::Up),
        (Style::Supabase, "001_a.b.sql", "001", "a.b", Kind::Up),
        (Style::Golang, "000001_users.up.sql", "000001", "users", Kind::Up),
        (Style::Golang, "1_users.down.sql", "1", "users", Kind::Down),
        (Style::Dbmate, "20240131120000_a.sql", "20240131120000", "a", Kind::UpAndDown),
        (Style::Sqlx, "3_a.sql", "3", "a", Kind::Up),
        (Style::Sqlx, "3_a.down.sql", "3", "a", Kind::Down),
        (Style::Flyway, "deep/er/V1.2__a_b.sql", "1.2", "a_b", Kind::Up),
        (Style::Flyway, "V1_2__a.sql", "1_2", "a", Kind::Up),
        (Style::Flyway, "U2__a.sql", "2", "a", Kind::Undo),
        (Style::Flyway, "R__views.sql", "", "views", Kind::Repeatable),
        (Style::Refinery, "x/U7__a.sql", "7", "a", Kind::Up),
        (Style::Prisma, "20240131120000_init/migration.sql", "20240131120000", "init", Kind::Up),
        (Style::Plain, "002-add-usage.sql", "002", "add-usage", Kind::Up),
        (Style::Plain, "010_x_rollback.sql", "010", "x", Kind::Down),
        (Style::Plain, "7.sql", "7", "", Kind::Up),
        (Style::Dbmate, "20240131-a.sql", "20240131", "a", Kind::UpAndDown),
        (Style::Dbmate, "7.sql", "7", "", Kind::UpAndDown),
        (Style::Dbmate, "1st.sql", "1", "st", Kind::UpAndDown),
        (Style::Flyway, "V1.sql", "1", "", Kind::Up),
        (Style::Prisma, "init/migration.sql", "", "init", Kind::Up),
    ] {
        assert_eq!(says(style, path), Some((version.into(), name.into(), kind)), "{path}");
    }
}

#[test]
fn what_the_tool_passes_over_has_no_name() {
    for (style, path) in [
        (Style::Supabase, "a_1.sql"),
        (Style::Supabase, "001-a.sql"),
        (Style::Supabase, "old/001_a.sql"),
        (Style::Supabase, "001.sql"),
        (Style::Golang, "1_a.sql"),
        (Style::Golang, "1.up.sql"),
        (Style::Sqlx, "1.sql"),
        (Style::Dbmate, "a1.sql"),
        (Style::Refinery, "V1__a-b.sql"),
        (Style::Refinery, "V1.sql"),
        (Style::Flyway, "V1_a.sql"),
        (Style::Flyway, "V1..2__a.sql"),
        (Style::Flyway, "V__a.sql"),
        (Style::Refinery, "R__a.sql"),
        (Style::Refinery, "V1.2__a.sql"),
        (Style::Prisma, "20240131_a/other.sql"),
        (Style::Plain, "notes.sql"),
        (Style::Plain, "2nd.sql"),
        (Style::Plain, "001_a.txt"),
        (Style::Plain, "ü.sql"),
    ] {
        assert_eq!(says(style, path), None, "{path}");
    }
}

fn file(kind: Kind, text: &str) -> File {
    File {
        path: "1_a.sql".into(),
        style: Style::Dbmate,
        version: Some("1".into()),
        stamp: None,
        name: "a".into(),
        kind,
        text: text.into(),
        exact: true,
    }
}

#[test]
fn only_the_way_forward_is_run_and_lines_are_those_of_the_file() {
    let text = "-- head\n-- migrate:up\nCREATE TABLE a (id int);\n\nSELECT 1;\n-- migrate:down\nDROP TABLE a;\n";
    let file = file(Kind::UpAndDown, text);
    let list = file.statements().list;
    let found: Vec<_> = list.iter().map(|one| (one.line, one.text(&file.text))).collect();
    assert_eq!(found, [(3, "CREATE TABLE a (id int)"), (5, "SELECT 1")]);
    assert_eq!(&text[section(text, "down").unwrap()], "DROP TABLE a;\n");
}

/// Each tool's own words, as its source looks for them, and nothing that only resembles them.
#[test]
fn a_file_may_ask_for_no_transaction_in_its_tools_words() {
    let asks = |style, text: &str| File { style, ..file(Kind::Up, text) }.no_transaction();
    for (style, text) in [
        (Style::Plain, "-- no transaction\nSELECT 1;"),
        (Style::Supabase, "\u{feff}\n-- a\n-- no-transaction\n"),
        (Style::Plain, "-- a\n-- atlas:txmode none\n\nSELECT 1;"),
        (Style::Plain, "-- +goose Up\n-- +goose NO TRANSACTION\nSELECT 1;"),
        (Style::Sqlx, "-- no-transaction\nSELECT 1;"),
        (Style::Dbmate, "-- a\n--migrate:up a:b transaction:false\n"),
        (Style::Refinery, "SELECT 1;\n--- refinery:noTransaction\n"),
    ] {
        assert!(asks(style, text), "{style:?} {text}");
    }
    for (style, text) in [
        (Style::Plain, "SELECT 1; -- no transaction"),
        (Style::Plain, "SELECT 1;\n-- no transaction"),
        (Style::Plain, "-- in no transaction"),
        (Style::Plain, "-- +goose no transaction"),
        (Style::Sqlx, "-- a\n-- no-transaction\nSELECT 1;"),
        (Style::Sqlx, "-- no transaction\nSELECT 1;"),
        (Style::Sqlx, "\u{feff}-- no-transaction\n"),
        (Style::Dbmate, "-- migrate:up\n-- no transaction\n"),
        (Style::Dbmate, "-- migrate:up\n-- migrate:down transaction:false\n"),
        (Style::Refinery, "SELECT 1;\n-- refinery:noTransaction please\n"),
    ] {
        assert!(!asks(style, text), "{style:?} {text}");
    }
}

/// amacneil/dbmate looks for the mark at the beginning of a line.
#[test]
fn a_section_begins_with_a_mark_at_the_beginning_of_a_line() {
    assert_eq!(section("SELECT 1; -- migrate:up\n", "up"), None);
    assert_eq!(section("  -- migrate:up\n", "up"), None);
    assert_eq!(section("--migrate:up a:b\nx", "up"), Some(17..18));
}

#[test]
fn a_text_that_is_not_the_file_has_no_checksum() {
    let recorded = Checksum::Sha256(checksum::sha256("x"));
    assert_eq!(file(Kind::Up, "x").is(&recorded), Some(true));
    assert_eq!(File { exact: false, ..file(Kind::Up, "x") }.is(&recorded), None);
}
