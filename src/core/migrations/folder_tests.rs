use super::*;

fn folder(files: &[(&str, &[u8])], style: Option<Style>) -> Folder {
    let found = |(path, text): &(&str, &[u8])| Found { path: (*path).into(), content: Ok(text.to_vec()) };
    read("migrations", files.iter().map(found).collect(), style)
}

fn order(paths: &[&str], style: Option<Style>) -> Vec<String> {
    let files: Vec<_> = paths.iter().map(|path| (*path, b"SELECT 1;".as_slice())).collect();
    folder(&files, style).files.into_iter().map(|file| file.path).collect()
}

fn lines(folder: &Folder) -> Vec<String> {
    folder.problems.iter().map(|problem| format!("{} {problem}", problem.class.word())).collect()
}

#[test]
fn files_stand_in_the_order_of_their_tool() {
    assert_eq!(order(&["10_b.sql", "9_a.sql"], Some(Style::Supabase)), ["10_b.sql", "9_a.sql"]);
    assert_eq!(order(&["10_b.sql", "9_a.sql"], Some(Style::Sqlx)), ["9_a.sql", "10_b.sql"]);
    assert_eq!(
        order(&["R__b.sql", "R__a.sql", "V1.10__x.sql", "sub/V1.9__y.sql", "U1.9__y.sql"], None),
        ["sub/V1.9__y.sql", "U1.9__y.sql", "V1.10__x.sql", "R__a.sql", "R__b.sql"]
    );
    assert_eq!(
        order(&["2_b.down.sql", "2_b.up.sql", "1_a.up.sql"], None),
        ["1_a.up.sql", "2_b.up.sql", "2_b.down.sql"]
    );
}

#[test]
fn each_fault_of_a_text_is_one_line_and_the_rest_is_shown() {
    let folder = folder(
        &[
            ("001_good.sql", b"SELECT 1;\n"),
            ("002_latin.sql", b"SELECT 1;\n-- caf\xe9\n"),
            ("003_open.sql", b"SELECT 1;\n\nDO $x$ BEGIN\n"),
            ("004_empty.sql", b"-- nothing yet\n"),
            ("005_windows.sql", b"SELECT 1;\nSELECT\r\n 2;\r\n"),
            ("notes.sql", b""),
        ],
        None,
    );
    assert_eq!(folder.files.len(), 5);
    assert_eq!(
        lines(&folder),
        [
            "not-utf8 002_latin.sql:2: byte 0xe9 is no UTF-8 — save the file as UTF-8",
            "unfinished 003_open.sql:3: a dollar quote begins here and does not end — end it with the same $tag$",
            "empty 004_empty.sql:1: there is no statement in it — write it, or delete the file if it never ran",
            "crlf 005_windows.sql:2: 2 lines end with CR LF, which changes the file's checksum — save it with LF, and add \
         `*.sql text eol=lf` to .gitattributes",
            "unnumbered notes.sql:1: its name has no number — name it as in 001_name.sql, or move it out of the folder",
        ]
    );
    assert!(!folder.files[1].exact);
}

#[test]
fn a_file_that_could_not_be_read_keeps_its_place() {
    let unread = Unread { detail: "it is too large".into(), hint: "split it".into() };
    let found = vec![
        Found { path: "001_a.sql".into(), content: Ok(b"SELECT 1;".to_vec()) },
        Found { path: "002_b.sql".into(), content: Err(unread) },
        Found { path: "003_c.sql".into(), content: Ok(b"SELECT 1;".to_vec()) },
    ];
    let folder = read("m", found, None);
    assert_eq!(folder.files.len(), 3);
    assert_eq!(lines(&folder), ["unreadable 002_b.sql: it is too large — split it"]);
}

#[test]
fn drizzle_runs_what_its_journal_names() {
    let journal = b"{\"entries\":[\n{\"when\":5,\"tag\":\"0001_b\"},\n{\"when\":4,\"tag\":\"0000_a\"},\n\
                    {\"when\":6,\"tag\":\"0002_gone\"}\n]}";
    let folder = folder(
        &[
            ("0000_a.sql", b"SELECT 1;"),
            ("0001_b.sql", b"SELECT 1;"),
            ("0002_stray.sql", b"SELECT 1;"),
            ("meta/_journal.json", journal),
        ],
        None,
    );
    assert_eq!(folder.files.iter().map(|file| file.stamp.as_deref()).collect::<Vec<_>>(), [Some("5"), Some("4")]);
    assert_eq!(
        lines(&folder),
        [
            "absent meta/_journal.json:4: 0002_gone.sql stands in meta/_journal.json and is not there — restore it from \
         version control",
            "unnumbered 0002_stray.sql:1: it does not stand in meta/_journal.json, so it is never run — add it with the \
         tool, or move it out of the folder",
        ]
    );
}

#[test]
fn a_list_that_cannot_be_read_is_one_line() {
    let broken = folder(&[("0000_a.sql", b"SELECT 1;"), ("meta/_journal.json", b"{\n]")], None);
    assert_eq!(broken.problems[0].class, Class::List);
    assert_eq!(broken.problems[0].place(), "meta/_journal.json:2");
    assert_eq!(folder(&[], Some(Style::Sqitch)).problems[0].class, Class::List);
}

#[test]
fn sqitch_pairs_what_goes_forward_and_back() {
    let plan = b"%project=x\n\nusers 2024-01-31T12:00:00Z A <a@example.org>\n";
    let folder = folder(
        &[
            ("deploy/users.sql", b"CREATE TABLE u ();"),
            ("revert/users.sql", b"DROP TABLE u;"),
            ("verify/users.sql", b"SELECT 1;"),
            ("sqitch.plan", plan),
        ],
        None,
    );
    assert_eq!(lines(&folder), [""; 0]);
    assert_eq!(folder.files.iter().map(|file| file.kind).collect::<Vec<_>>(), [Kind::Up, Kind::Down]);
    assert_eq!(folder.aside, ["verify/users.sql"]);
}

#[test]
fn files_in_folders_that_the_tool_does_not_read_are_set_aside() {
    let folder = folder(&[("001_a.sql", b"SELECT 1;"), ("old/000_b.sql", b"SELECT 1;")], None);
    assert_eq!((folder.files.len(), folder.aside.as_slice()), (1, ["old/000_b.sql".to_owned()].as_slice()));
}

#[test]
fn names_stand_as_the_tool_sorts_them() {
    let names = ["1_a.sql", "10_b.sql", "9_c.sql"];
    assert_eq!(
        order(&names, Some(Style::Supabase)),
        ["10_b.sql", "1_a.sql", "9_c.sql"],
        "as text, and _ stands after digits"
    );
    assert_eq!(order(&names, Some(Style::Plain)), ["1_a.sql", "9_c.sql", "10_b.sql"]);
    let folders = ["init/migration.sql", "2_b/migration.sql", "1_a/migration.sql", "1/migration.sql"];
    let sorted = ["1/migration.sql", "1_a/migration.sql", "2_b/migration.sql", "init/migration.sql"];
    assert_eq!(order(&folders, Some(Style::Prisma)), sorted);
}

#[test]
fn a_number_that_a_tool_cannot_hold_is_one_line() {
    let long = format!("{}_a.sql", "9".repeat(40));
    let files: [(&str, &[u8]); 2] = [("1_b.sql", b"SELECT 1;"), (&long, b"SELECT 1;")];
    let found = folder(&files, Some(Style::Sqlx));
    let told: Vec<_> = found.problems.iter().map(|problem| problem.detail.as_str()).collect();
    assert_eq!(told, ["sqlx stops here: a number of 40 digits does not fit 64 bits"]);
    assert_eq!((found.files.len(), folder(&files, Some(Style::Supabase)).problems.len()), (2, 0));
}

#[test]
fn a_reworked_change_has_the_script_of_the_first_tag_that_has_one() {
    let plan = b"a 2024-01-01T00:00:00Z A <a@b>\n@v1 2024-01-01T00:00:00Z A <a@b>\n\
        @v2 2024-01-01T00:00:00Z A <a@b>\na [a@v2] 2024-01-01T00:00:00Z A <a@b>\n";
    let files: [(&str, &[u8]); 4] = [
        ("sqitch.plan", plan),
        ("deploy/a.sql", b"SELECT 2;"),
        ("deploy/a@v2.sql", b"SELECT 1;"),
        ("revert/a@v2.sql", b"SELECT 0;"),
    ];
    let found = folder(&files, None);
    let paths: Vec<_> = found.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["deploy/a@v2.sql", "revert/a@v2.sql", "deploy/a.sql"]);
    assert_eq!(found.problems, []);
}
