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

#[test]
fn a_number_that_is_kept_as_a_number_says_nothing_of_how_the_file_writes_it() {
    let folder = folder(Style::Plain, &["4_a.sql", "004_b.sql"]);
    for tool in [Tool::Goose, Tool::Rails, Tool::Golang] {
        let expected = (vec!["unknown", "unknown"], vec!["duplicate", "duplicate"]);
        assert_eq!(states(&folder, vec![history(tool, vec![ran("4", "")])]), expected, "{tool}");
    }
    let text = vec![history(Tool::Dbmate, vec![ran("004", "")])];
    assert_eq!(states(&folder, text), (vec!["pending", "applied"], vec!["out-of-order"]));
}

#[test]
fn of_two_files_below_the_current_number_nobody_knows_which_ran() {
    let folder = folder(Style::Golang, &["1_a.up.sql", "2_b.up.sql", "2_c.up.sql", "3_d.up.sql", "4_e.up.sql"]);
    let expected = (vec!["applied", "unknown", "unknown", "applied", "pending"], vec!["duplicate", "duplicate"]);
    assert_eq!(states(&folder, vec![history(Tool::Golang, vec![ran("3", "")])]), expected);
}

#[test]
fn a_new_name_is_no_edit_though_the_checksum_covers_it() {
    let folder = folder(Style::Refinery, &["V1__b.sql"]);
    let checksum = Some(Checksum::SipHash13(checksum::refinery("a", 1, SQL)));
    let list = vec![Applied { checksum, ..ran("1", "a") }];
    assert_eq!(states(&folder, vec![history(Tool::Refinery, list)]), (vec!["applied"], vec!["other-name"]));
}

#[test]
fn a_path_that_is_kept_tells_two_files_apart() {
    let folder = folder(Style::Plain, &["001_a.sql", "001_b.sql"]);
    let set = |id: &str| Applied { script: Some("db/migrations/001_b.sql".into()), ..ran(id, "somebody") };
    // Every file may have a change set 1, and more than one.
    let list = vec![set("1"), set("add-index")];
    assert_eq!(
        states(&folder, vec![history(Tool::Liquibase, list)]),
        (vec!["pending", "applied"], vec!["out-of-order"])
    );
}

#[test]
fn a_move_shows_by_the_text_where_no_name_is_kept() {
    let files = [("0000_a.sql", SQL), ("meta/_journal.json", "{\"entries\":[{\"when\":18,\"tag\":\"0000_a\"}]}")];
    let found = |(path, text): &(&str, &str)| Found { path: (*path).into(), content: Ok(text.as_bytes().to_vec()) };
    let folder = read("m", files.iter().map(found).collect(), None);
    let checksum = Some(Checksum::Sha256(checksum::sha256(SQL)));
    let list = vec![Applied { checksum, ..ran("17", "") }];
    assert_eq!(states(&folder, vec![history(Tool::Drizzle, list)]), (vec!["pending"], vec!["moved"]));
}

#[test]
fn refinerys_unversioned_ones_may_come_late() {
    let folder = folder(Style::Refinery, &["V1__a.sql", "U2__b.sql", "V3__c.sql"]);
    let list = vec![ran("1", "a"), ran("3", "c")];
    let expected = (vec!["applied", "pending", "applied"], vec![]);
    assert_eq!(states(&folder, vec![history(Tool::Refinery, list)]), expected);
}

fn tables(histories: &Histories) -> (Vec<String>, Vec<String>, usize) {
    let read = histories.read.iter().map(|history| history.table.to_string()).collect();
    let apart = histories.lookalikes.iter().map(|one| format!("{}: {}", one.table, one.reason)).collect();
    (read, apart, histories.unseen.len())
}

#[test]
fn a_history_that_knows_no_file_is_about_other_files() {
    let folder = folder(Style::Supabase, &["001_a.sql", "002_b.sql"]);
    let others = history(Tool::Rails, vec![ran("20260301000000", ""), ran("20260302000000", "")]);
    let own = history(Tool::Supabase, vec![ran("001", "a")]);
    let unseen = Unseen { tool: Tool::Golang, table: QName::new("x", "y"), reason: "no right to read it".into() };
    let both =
        Histories { read: vec![others.clone(), own.clone()], unseen: vec![unseen.clone()], ..Histories::default() };
    let apart = "public.rails: a history of Rails that knows none of these files, and so is about others".to_owned();
    let shut = "x.y: a history of golang-migrate that cannot be read: no right to read it".to_owned();
    assert_eq!(
        tables(&relevant(&folder, both)),
        (vec!["public.supabase".into()], vec![apart.clone(), shut], 0),
        "beside the folder's own"
    );
    let alone = Histories { read: vec![others], unseen: vec![unseen], ..Histories::default() };
    assert_eq!(tables(&relevant(&folder, alone)), (vec![], vec![apart], 1), "what cannot be read may be about them");
    let stranger = Histories { read: vec![history(Tool::Supabase, vec![ran("9", "z")])], ..Histories::default() };
    assert_eq!(tables(&relevant(&folder, stranger)).0.len(), 1, "the folder's own tool is believed");
}

#[test]
fn a_number_alone_does_not_make_a_history_be_about_these_files() {
    let folder = folder(Style::Plain, &["1_a.sql", "2_b.sql"]);
    let with = |names: [&str; 2]| {
        let read = vec![history(Tool::Flyway, vec![ran("1", names[0]), ran("2", names[1])])];
        relevant(&folder, Histories { read, ..Histories::default() }).read.len()
    };
    assert_eq!((with(["x", "y"]), with(["x", "b"])), (0, 1));
    let empty = Histories { read: vec![history(Tool::Dbmate, vec![])], ..Histories::default() };
    assert_eq!(relevant(&folder, empty).read.len(), 1, "nothing ran, as far as is known");
}

#[test]
fn another_project_of_sqitch_is_about_other_files() {
    let sources =
        [("deploy/users.sql", SQL), ("sqitch.plan", "%project=shop\nusers 2024-01-31T12:00:00Z A <a@example.org>\n")];
    let found = |(path, text): &(&str, &str)| Found { path: (*path).into(), content: Ok(text.as_bytes().to_vec()) };
    let folder = read("m", sources.iter().map(found).collect(), None);
    let of = |project: &str| History { project: Some(project.into()), ..history(Tool::Sqitch, vec![ran("", "users")]) };
    let histories = Histories { read: vec![of("library"), of("shop")], ..Histories::default() };
    let (read, apart, _) = tables(&relevant(&folder, histories));
    assert_eq!((read.len(), apart), (1, vec!["public.sqitch: a history of Sqitch, for the project library".into()]));
}

#[test]
fn where_the_journal_is_broken_the_text_tells_what_ran() {
    let sources = [("0000_a.sql", SQL), ("0001_b.sql", "SELECT 2;"), ("meta/_journal.json", "{\"entries\":[")];
    let found = |(path, text): &(&str, &str)| Found { path: (*path).into(), content: Ok(text.as_bytes().to_vec()) };
    let folder = read("m", sources.iter().map(found).collect(), None);
    assert_eq!(folder.problems.iter().map(|problem| problem.class.word()).collect::<Vec<_>>(), ["list"]);
    let list = vec![Applied { checksum: Some(Checksum::Sha256(checksum::sha256(SQL))), ..ran("17", "") }];
    assert_eq!(states(&folder, vec![history(Tool::Drizzle, list)]), (vec!["applied", "pending"], vec![]));
}
