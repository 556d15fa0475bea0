use super::*;
use crate::core::migrations::{
    checksum,
    folder::{Found, read},
    history::{Checksum, History, Unseen},
    problem::Class,
};

const SQL: &str = "CREATE TABLE a (id int);\nSELECT 1;\n";

fn folder(style: Style, paths: &[&str]) -> Folder {
    let found = |path: &&str| Found { path: (*path).into(), content: Ok(SQL.as_bytes().to_vec()) };
    read("m", paths.iter().map(found).collect(), Some(style))
}

fn ran(version: &str, name: &str) -> Applied {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Applied { version: text(version), name: text(name), ..Applied::default() }
}

fn history(tool: Tool, applied: Vec<Applied>) -> History {
    History {
        tool,
        table: QName::new("public", format!("{tool:?}").to_lowercase()),
        project: None,
        applied,
        reverted: Vec::new(),
        baseline: None,
        current_only: tool.current_only(),
    }
}

fn states(folder: &Folder, read: Vec<History>) -> (Vec<&'static str>, Vec<&'static str>) {
    let state = state(folder, &Histories { read, ..Histories::default() });
    let words = state.files.iter().map(|file| file.status.word()).collect();
    (words, state.problems.iter().map(|problem| problem.class.word()).collect())
}

#[test]
fn what_ran_is_applied_and_the_rest_pending() {
    let folder = folder(Style::Supabase, &["001_a.sql", "002_b.sql", "003_c.sql"]);
    let list = vec![ran("001", "a"), ran("002", "b")];
    assert_eq!(states(&folder, vec![history(Tool::Supabase, list)]), (vec!["applied", "applied", "pending"], vec![]));
    let none = state(&folder, &Histories::default());
    assert!(none.history.is_none() && none.files.iter().all(|file| file.status == Status::Unknown));
}

#[test]
fn a_number_is_a_number_however_it_is_written() {
    let folder = folder(Style::Plain, &["001_a.sql", "002_b.sql"]);
    for tool in [Tool::Dbmate, Tool::Goose, Tool::Rails] {
        assert_eq!(states(&folder, vec![history(tool, vec![ran("1", "")])]), (vec!["applied", "pending"], vec![]));
    }
}

#[test]
fn one_that_was_passed_over_is_out_of_order() {
    let folder = folder(Style::Supabase, &["001_a.sql", "002_b.sql", "003_c.sql"]);
    let list = vec![ran("001", "a"), ran("003", "c")];
    let expected = (vec!["applied", "pending", "applied"], vec!["out-of-order"]);
    assert_eq!(states(&folder, vec![history(Tool::Supabase, list)]), expected);
}

#[test]
fn an_edit_shows_by_each_checksum() {
    for (tool, style, path, sum) in [
        (Tool::Sqlx, Style::Sqlx, "1_a.sql", Checksum::Sha384(checksum::sqlx(SQL))),
        (Tool::Prisma, Style::Prisma, "1_a/migration.sql", Checksum::Sha256(checksum::sha256(SQL))),
        (Tool::Flyway, Style::Flyway, "V1__a.sql", Checksum::Crc32(checksum::flyway(SQL))),
        (Tool::Refinery, Style::Refinery, "V1__a.sql", Checksum::SipHash13(checksum::refinery("a", 1, SQL))),
    ] {
        let mut folder = folder(style, &[path]);
        let with = || history(tool, vec![Applied { checksum: Some(sum.clone()), ..ran("1", "a") }]);
        assert_eq!(states(&folder, vec![with()]), (vec!["applied"], vec![]), "{tool}");
        folder.files[0].text.push_str("SELECT 2;");
        assert_eq!(states(&folder, vec![with()]), (vec!["edited"], vec!["edited"]), "{tool}");
        folder.files[0].exact = false;
        assert_eq!(states(&folder, vec![with()]), (vec!["applied"], vec![]), "{tool}: what was not read is not judged");
    }
}

#[test]
fn an_edit_shows_by_the_statements_that_ran() {
    let folder = folder(Style::Supabase, &["001_a.sql"]);
    let with = |list: &[&str]| {
        let statements = Some(list.iter().map(|text| (*text).to_owned()).collect());
        vec![history(Tool::Supabase, vec![Applied { statements, ..ran("001", "a") }])]
    };
    for same in
        [vec!["CREATE TABLE a  (id int)", "SELECT 1"], vec!["-- x\r\nCREATE TABLE a (id int);\nSELECT 1;"], vec![]]
    {
        assert_eq!(states(&folder, with(&same)), (vec!["applied"], vec![]), "{same:?}");
    }
    assert_eq!(states(&folder, with(&["CREATE TABLE a (id int)"])), (vec!["edited"], vec!["edited"]));
}

#[test]
fn failed_and_dirty_ones_say_so() {
    let failed = |version: &str| Applied { failed: Some("dirty".into()), ..ran(version, "") };
    let folder = folder(Style::Golang, &["1_a.up.sql", "2_b.up.sql", "3_c.up.sql"]);
    let expected = (vec!["applied", "failed", "pending"], vec!["failed"]);
    assert_eq!(states(&folder, vec![history(Tool::Golang, vec![failed("2")])]), expected);
}

#[test]
fn what_ran_without_a_file_is_missing_and_a_new_number_is_a_move() {
    let folder = folder(Style::Supabase, &["001_a.sql", "011_b.sql"]);
    let list = vec![ran("001", "a"), ran("002", "gone"), ran("010", "b")];
    let state = state(&folder, &Histories { read: vec![history(Tool::Supabase, list)], ..Histories::default() });
    let problems: Vec<_> = state.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "002 gone ran by the history of Supabase, and there is no file — restore it from version control, or take it out \
         of the history with the tool",
            "011_b.sql:1: it ran as 010, and would run again — give the file its old number, or correct the history with the \
         tool",
        ]
    );
    assert_eq!(state.missing.len(), 2);
}

#[test]
fn of_two_files_with_one_number_the_name_tells_which_ran() {
    let folder = folder(Style::Supabase, &["010_a.sql", "010_b.sql"]);
    let named = vec![history(Tool::Supabase, vec![ran("010", "b")])];
    assert_eq!(states(&folder, named), (vec!["pending", "applied"], vec!["out-of-order"]));
    let nameless = vec![history(Tool::Dbmate, vec![ran("010", "")])];
    assert_eq!(states(&folder, nameless), (vec!["unknown", "unknown"], vec!["duplicate", "duplicate"]));
    let other = vec![history(Tool::Supabase, vec![ran("010", "c")])];
    assert_eq!(states(&folder, other).1, ["other-name"]);
}

#[test]
fn a_baseline_covers_what_is_below_it() {
    let folder = folder(Style::Flyway, &["V1__a.sql", "V2__b.sql", "V3__c.sql", "R__v.sql"]);
    let baseline = History { baseline: Some("2".into()), ..history(Tool::Flyway, vec![]) };
    assert_eq!(states(&folder, vec![baseline]), (vec!["applied", "applied", "pending", "pending"], vec![]));
}

#[test]
fn a_repeatable_one_that_changed_is_pending_again() {
    let folder = folder(Style::Flyway, &["V1__a.sql", "R__the_view.sql"]);
    let view = |sum| Applied { checksum: Some(Checksum::Crc32(sum)), ..ran("", "the view") };
    let list = |sums: &[i32]| {
        let views = sums.iter().map(|sum| view(*sum));
        vec![history(Tool::Flyway, std::iter::once(ran("1", "a")).chain(views).collect())]
    };
    let sum = checksum::flyway(SQL);
    assert_eq!(states(&folder, list(&[7, sum])), (vec!["applied", "applied"], vec![]));
    assert_eq!(states(&folder, list(&[sum, 7])), (vec!["applied", "pending"], vec![]));
}

#[test]
fn lists_are_joined_by_what_their_tools_keep() {
    let sources =
        [("deploy/users.sql", SQL), ("sqitch.plan", "%project=x\nusers 2024-01-31T12:00:00Z A <a@example.org>\n")];
    let found = |(path, text): &(&str, &str)| Found { path: (*path).into(), content: Ok(text.as_bytes().to_vec()) };
    let folder = read("m", sources.iter().map(found).collect(), None);
    let sum = Some(Checksum::Sha1(checksum::sqitch(SQL)));
    let deployed = vec![history(Tool::Sqitch, vec![Applied { checksum: sum, ..ran("", "users") }])];
    assert_eq!(states(&folder, deployed), (vec!["applied"], vec![]));

    let sources = [("0000_a.sql", SQL), ("meta/_journal.json", "{\"entries\":[{\"when\":17,\"tag\":\"0000_a\"}]}")];
    let folder = read("m", sources.iter().map(found).collect(), None);
    assert_eq!(states(&folder, vec![history(Tool::Drizzle, vec![ran("17", "")])]), (vec!["applied"], vec![]));
}

#[test]
fn two_histories_that_disagree_are_one_line() {
    let folder = folder(Style::Plain, &["001_a.sql", "002_b.sql", "003_c.sql"]);
    let one = history(Tool::Supabase, vec![ran("001", "a"), ran("002", "b")]);
    let other = history(Tool::Sqlx, vec![ran("1", "a")]);
    let state = state(&folder, &Histories { read: vec![other, one], ..Histories::default() });
    assert_eq!(state.history.unwrap().0, Tool::Supabase);
    let lines: Vec<_> = state.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        ["002_b.sql: public.supabase (Supabase) and public.sqlx (sqlx) disagree about 002 b; public.supabase \
                        is believed — keep one history, by one tool"]
    );
}

#[test]
fn a_history_that_cannot_be_read_leaves_the_files_unknown() {
    let folder = folder(Style::Plain, &["001_a.sql"]);
    let table = QName::new("public", "schema_migrations");
    let unseen = Unseen { tool: Tool::Dbmate, table, reason: "no right to read it".into() };
    let state = state(&folder, &Histories { unseen: vec![unseen], ..Histories::default() });
    assert_eq!(state.files[0].status, Status::Unknown);
    assert_eq!(state.problems[0].class, Class::Unseen);
}
