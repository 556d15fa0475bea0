use super::*;
use crate::core::migrations::{file::Kind, style::Style};

fn file(text: &str) -> File {
    File {
        path: "001_plans.sql".into(),
        style: Style::Supabase,
        version: Some("001".into()),
        stamp: None,
        name: "plans".into(),
        kind: Kind::Up,
        text: text.into(),
        exact: true,
    }
}

/// `-` ran, `+` and its line in the file, `=` the same.
fn told(ran: &[&str], text: &str) -> Vec<String> {
    let statements = Some(ran.iter().map(|statement| (*statement).to_owned()).collect());
    let applied = Applied { statements, ..Applied::default() };
    let Some(Difference::Statements { hunks }) = difference(&file(text), &applied, Tool::Supabase) else {
        panic!("statements")
    };
    let line = |line: &Line| match (line.side, line.line) {
        (Side::Ran, None) => format!("- {}", line.text),
        (Side::File, Some(at)) => format!("+ {at} {}", line.text),
        (Side::Both, Some(at)) => format!("= {at} {}", line.text),
        _ => panic!("{line:?}"),
    };
    hunks.iter().map(|hunk| hunk.iter().map(line).collect::<Vec<_>>().join("\n")).collect()
}

#[test]
fn the_line_that_differs_is_told_with_its_number_in_the_file() {
    let text = "-- plans\n\nCREATE TABLE plans (\n  id int,\n  title text\n);\n\nSELECT 1;\n";
    let ran = ["CREATE TABLE plans (\n  id int,\n  name text\n)", "SELECT 1"];
    assert_eq!(told(&ran, text), ["= 3 CREATE TABLE plans (\n= 4   id int,\n-   name text\n+ 5   title text\n= 6 );"]);
}

#[test]
fn statements_that_came_and_went_are_told_whole() {
    assert_eq!(told(&["SELECT 1", "SELECT 2"], "SELECT 1;\nSELECT 3;\nSELECT 2;\n"), ["+ 2 SELECT 3;"]);
    assert_eq!(told(&["SELECT 1", "SELECT 2"], "SELECT 2;\n"), ["- SELECT 1;"]);
}

#[test]
fn comments_blanks_and_line_ends_are_no_difference() {
    let ran = ["-- said then\nCREATE TABLE a (\n  id int\n)", "SELECT 1"];
    let text = "/* said now */\r\nCREATE TABLE a (\r\n\tid   int );\r\nSELECT 2;\r\n";
    assert_eq!(told(&ran, text), ["- SELECT 1;\n+ 4 SELECT 2;"]);
}

#[test]
fn far_apart_differences_are_apart_and_those_beyond_statements_are_found() {
    let long = |first: &str, last: &str| format!("SELECT {first},\n{}{last}", "  0,\n".repeat(20));
    let hunks = told(&[&long("1", "2")], &format!("{};\n", long("3", "4")));
    assert_eq!(hunks.len(), 2, "{hunks:?}");
    let copy = |row: &str| format!("COPY a FROM stdin;\n{row}\n\\.\n");
    assert_eq!(told(&[&copy("1")], &copy("2")).len(), 1);
}

#[test]
fn where_only_a_checksum_is_kept_both_are_told() {
    let recorded = Some(Checksum::Sha384(checksum::sqlx("SELECT 1;\n")));
    let applied = Applied { checksum: recorded, ..Applied::default() };
    let says = difference(&file("SELECT 2;\n"), &applied, Tool::Sqlx).and_then(|difference| difference.says());
    let says = says.expect("checksum");
    assert!(says.starts_with("sqlx records only a checksum (SHA-384): recorded "), "{says}");
    assert!(says.contains(&checksum::sqlx("SELECT 2;\n")), "{says}");
    assert_eq!(difference(&file(""), &Applied::default(), Tool::Dbmate), None);
    let atlas = Applied { checksum: Some(Checksum::Other("h1:x".into())), ..Applied::default() };
    assert_eq!(difference(&file(""), &atlas, Tool::Atlas), None);
}

/// Nothing in common, and many lines: told as one piece.
#[test]
fn what_is_large_is_one_piece() {
    let many = |word: &str| (0..20_000).map(|at| format!("SELECT '{word}{at}';\n")).collect::<Vec<_>>().concat();
    let hunks = told(&[&many("a")], &many("b"));
    assert_eq!(hunks.iter().map(|hunk| hunk.lines().count()).sum::<usize>(), 40_000);
}
