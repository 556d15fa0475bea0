//! Broken input: one clear line each, and the rest is still shown.

use std::{fs, os::unix::fs as unix, path::Path};

use pgdeck::{app::migrations::read, core::migrations::folder::Folder};

fn write(dir: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn lines(folder: &Folder) -> Vec<String> {
    folder.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let error = read(&dir.path().join("nowhere"), None).unwrap_err().to_string();
    assert!(
        error
            .ends_with("nowhere: there is no such folder — set `dir` under [migrations] in pgdeck.toml, or give --dir")
    );
    write(dir.path(), "file", "");
    assert!(read(&dir.path().join("file"), None).unwrap_err().to_string().contains("this is no folder"));
    assert_eq!(read(dir.path(), None).unwrap().files, []);
}

#[test]
fn each_fault_is_one_line_and_the_rest_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    write(path, "001_good.sql", "CREATE TABLE a (id int);\n");
    write(path, "002_latin.sql", b"SELECT 'caf\xe9';\n");
    write(path, "003_open.sql", "DO $$\nBEGIN\n");
    write(path, "004_huge.sql", vec![b' '; 50 << 20]);
    write(path, "006_last.sql", "SELECT 1;\r\n");
    write(path, "README.md", "not a migration");
    write(path, "archive/000_old.sql", "SELECT 1;");
    let folder = read(path, None).unwrap();
    assert_eq!(folder.files.len(), 5);
    assert_eq!(
        lines(&folder),
        [
            "002_latin.sql:1: byte 0xe9 is no UTF-8 — save the file as UTF-8",
            "003_open.sql:1: a dollar quote begins here and does not end — end it with the same $tag$",
            "004_huge.sql: it is larger than the 32.0 MB that are looked into — load data by COPY from a file of its own, and \
         keep migrations small",
            "006_last.sql:1: 1 line ends with CR LF, which changes the file's checksum — save it with LF, and add `*.sql text \
         eol=lf` to .gitattributes",
            "006_last.sql:1: number 005 is missing before 006 — look whether a file was forgotten or deleted; version control \
         knows",
        ]
    );
    assert_eq!(folder.aside, ["archive/000_old.sql"]);
}

#[test]
fn links_are_read_or_told_and_never_followed_in_a_circle() {
    let dir = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    write(other.path(), "b.sql", "SELECT 2;");
    write(dir.path(), "001_a.sql", "SELECT 1;");
    unix::symlink(other.path().join("b.sql"), dir.path().join("002_b.sql")).unwrap();
    unix::symlink(dir.path().join("gone"), dir.path().join("003_c.sql")).unwrap();
    unix::symlink(dir.path(), dir.path().join("round.sql")).unwrap();
    let folder = read(dir.path(), None).unwrap();
    assert_eq!(folder.files[1].text, "SELECT 2;");
    let lines = lines(&folder);
    assert_eq!(lines[0], "003_c.sql: this link leads nowhere — restore what it leads to, or delete it");
    assert!(lines.iter().any(|line| line.starts_with("round.sql: this is a link to a folder")), "{lines:?}");
}

#[test]
fn a_name_that_would_act_on_a_terminal_is_shown_harmlessly() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a\u{1b}[31m.sql", "SELECT 1;");
    assert!(lines(&read(dir.path(), None).unwrap())[0].starts_with("a␛[31m.sql:1: its name has no number"));
}
