//! Broken migrations: each fault is one clear line, and the rest of the folder is still shown.

use std::{fs, os::unix::fs as unix, path::Path};

use serde_json::Value as Json;

use crate::desk::Desk;

/// A folder with a fault in it.
struct Case {
    /// What is wrong.
    what: &'static str,
    /// Makes the folder, in which two good files are already.
    make: fn(&Path),
    /// How many migrations it then has, by the program's account.
    files: usize,
    /// Every problem as one line, in order; of the kind that the second word says.
    lines: &'static [(&'static str, &'static str)],
}

fn write(folder: &Path, name: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const LARGE: &str = "load data by COPY from a file of its own, and keep migrations small";
const TWICE: &str = "give the later one a number of its own, unless it ran already";

const CASES: &[Case] = &[
    Case {
        what: "no UTF-8",
        make: |folder| write(folder, "003_latin.sql", b"SELECT 1;\n-- caf\xe9\n"),
        files: 3,
        lines: &[("not-utf8", "003_latin.sql:2: byte 0xe9 is no UTF-8 — save the file as UTF-8")],
    },
    Case {
        what: "UTF-16",
        make: |folder| write(folder, "003_wide.sql", b"\xff\xfeS\0E\0L\0E\0C\0T\0;\0"),
        files: 3,
        lines: &[("not-utf8", "003_wide.sql:1: byte 0xff is no UTF-8 — save the file as UTF-8")],
    },
    Case {
        what: "a NUL byte",
        make: |folder| write(folder, "003_nul.sql", b"SELECT 1;\nSELECT '\0';\n"),
        files: 3,
        lines: &[(
            "not-utf8",
            "003_nul.sql:2: byte 0x00 is in it, which no text of SQL can hold — save the file as UTF-8",
        )],
    },
    Case {
        what: "a byte order mark",
        make: |folder| write(folder, "003_mark.sql", "\u{feff}SELECT 1;\n"),
        files: 3,
        lines: &[(
            "byte-order-mark",
            "003_mark.sql:1: it begins with a byte order mark, at which the server stops where a tool sends it along — save \
             it as UTF-8 without one",
        )],
    },
    Case {
        what: "an unfinished dollar quote",
        make: |folder| write(folder, "003_open.sql", "SELECT 1;\nDO $x$ BEGIN\nNULL; END $y$;\n"),
        files: 3,
        lines: &[(
            "unfinished",
            "003_open.sql:2: a dollar quote begins here and does not end — end it with the same $tag$",
        )],
    },
    Case {
        what: "50 MB",
        make: |folder| write(folder, "003_huge.sql", vec![b'\n'; 50 << 20]),
        files: 3,
        lines: &[("unreadable", "003_huge.sql: it is larger than the 32.0 MB that are looked into — LARGE")],
    },
    Case {
        what: "nothing",
        make: |folder| write(folder, "003_empty.sql", ""),
        files: 3,
        lines: &[(
            "empty",
            "003_empty.sql:1: there is no statement in it — write it, or delete the file if it never ran",
        )],
    },
    Case {
        what: "a link that leads round in a circle",
        make: |folder| unix::symlink(folder.join("003_round.sql"), folder.join("003_round.sql")).unwrap(),
        files: 3,
        lines: &[("unreadable", "003_round.sql: this link leads nowhere — restore what it leads to, or delete it")],
    },
    Case {
        what: "a link to the folder that it is in",
        make: |folder| unix::symlink(folder, folder.join("003_round.sql")).unwrap(),
        files: 3,
        lines: &[(
            "unreadable",
            "003_round.sql: this is a link to a folder, which is not followed — put the folder itself here, or point `dir` \
             to where it is",
        )],
    },
    Case {
        what: "a name that would act on a terminal",
        make: |folder| write(folder, "005_a\n\x1b[31mb.sql", "SELECT 1;\n"),
        files: 3,
        lines: &[(
            "gap",
            "005_a␊␛[31mb.sql:1: numbers 003 to 004 are missing before 005 — look whether a file was forgotten or deleted; \
             version control knows",
        )],
    },
    Case {
        what: "a line of a megabyte",
        make: |folder| write(folder, "003_line.sql", format!("SELECT '{}';", "x".repeat(1 << 20))),
        files: 3,
        lines: &[],
    },
    Case {
        what: "a line of a megabyte that does not end",
        make: |folder| write(folder, "003_line.sql", format!("SELECT '{}", "x".repeat(1 << 20))),
        files: 3,
        lines: &[("unfinished", "003_line.sql:1: a string constant begins here and does not end — end it with '")],
    },
    Case {
        what: "a number of 40 digits",
        make: |folder| write(folder, &format!("{}_far.sql", "4".repeat(40)), "SELECT 1;\n"),
        files: 3,
        lines: &[],
    },
    Case {
        what: "a number of 40 digits for a tool that counts in 64 bits",
        make: |folder| {
            write(folder, "003_sqlx.sql", "-- no-transaction\nSELECT 1;\n");
            write(folder, &format!("{}_far.sql", "4".repeat(40)), "SELECT 1;\n");
        },
        files: 4,
        lines: &[(
            "unnumbered",
            "4444444444444444444444444444444444444444_far.sql:1: sqlx stops here: a number of 40 digits does not fit 64 bits \
             — give it a number that fits",
        )],
    },
    Case {
        what: "two names that differ only in case",
        make: |folder| {
            write(folder, "003_late.sql", "SELECT 1;\n");
            write(folder, "003_LATE.sql", "SELECT 2;\n");
        },
        files: 4,
        lines: &[("duplicate", "003_late.sql:1: number 003 stands for 2 files: 003_LATE.sql, 003_late.sql — TWICE")],
    },
    Case {
        what: "a journal that is cut off",
        make: |folder| {
            let entry = "{\"idx\":0,\"when\":1772000000000,\"tag\":\"001_fine\"}";
            write(folder, "meta/_journal.json", format!("{{\"entries\":[\n{entry},\n{{\"idx\":1,"));
        },
        files: 2,
        lines: &[(
            "list",
            "meta/_journal.json:3: this is no journal of Drizzle: EOF while parsing a value at line 3 column 9 — restore \
             it from version control",
        )],
    },
    Case {
        what: "a journal that is another kind of JSON",
        make: |folder| write(folder, "meta/_journal.json", "[1, 2]\n"),
        files: 2,
        lines: &[(
            "list",
            "meta/_journal.json:1: this is no journal of Drizzle: invalid type: integer `1`, expected a sequence at line 1 \
             column 2 — restore it from version control",
        )],
    },
    Case {
        what: "a plan of nonsense",
        make: |folder| {
            write(folder, "sqitch.plan", "%project=shop\n\x1b[2Jwhat is\nthis?\n");
            write(folder, "deploy/users.sql", "SELECT 1;\n");
            write(folder, "revert/users.sql", "SELECT 0;\n");
        },
        files: 1,
        lines: &[(
            "list",
            "sqitch.plan:2: this is no line of a Sqitch plan: it has no time — restore it from version control",
        )],
    },
    Case {
        what: "a plan that is no text",
        make: |folder| {
            write(folder, "sqitch.plan", b"%project=\xff\n");
            write(folder, "deploy/users.sql", "SELECT 1;\n");
        },
        files: 1,
        lines: &[("not-utf8", "sqitch.plan:1: byte 0xff is no UTF-8 — save the file as UTF-8")],
    },
];

#[test]
fn each_fault_is_one_line_as_table_and_as_json_and_the_rest_is_shown() {
    let desk = Desk::reading();
    for (at, case) in CASES.iter().enumerate() {
        let name = format!("case_{at}");
        let folder = desk.path(&name);
        fs::create_dir(&folder).unwrap();
        write(&folder, "001_fine.sql", "CREATE TABLE fine_one (id int PRIMARY KEY);\n");
        write(&folder, "002_good.sql", "CREATE TABLE fine_two (id int PRIMARY KEY);\n");
        (case.make)(&folder);
        let told = |line: &str| line.replace("LARGE", LARGE).replace("TWICE", TWICE);
        let lines: Vec<String> = case.lines.iter().map(|(_, line)| told(line)).collect();
        let code = i32::from(!lines.is_empty());
        let line = |verb: &str| format!("migrations {verb} -e preprod --dir {name}");

        for text in [desk.exits(0, &line("list")), desk.exits(code, &line("check"))] {
            let problems: Vec<&str> = text.lines().filter(|line| line.contains(" — ")).collect();
            assert_eq!(problems, lines, "{}:\n{text}", case.what);
            let whole = if case.files == 1 { "1 file, ".to_owned() } else { format!("{} files, ", case.files) };
            assert!(text.lines().last().unwrap().contains(&whole), "{}: no `{whole}` in\n{text}", case.what);
        }
        for (code, verb) in [(0, "list"), (code, "check")] {
            let text = desk.exits(code, &format!("{} --format json", line(verb)));
            let record: Json = serde_json::from_str(&text).unwrap();
            assert_eq!(record["files"].as_array().unwrap().len(), case.files, "{}", case.what);
            let problems = record["problems"].as_array().unwrap();
            let kinds: Vec<&str> = problems.iter().map(|problem| problem["kind"].as_str().unwrap()).collect();
            assert_eq!(kinds, case.lines.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), "{}", case.what);
        }
        fs::remove_dir_all(folder).unwrap();
    }
}

#[test]
fn the_good_files_beside_a_fault_have_their_rows() {
    let desk = Desk::reading();
    let folder = desk.path("rows");
    fs::create_dir(&folder).unwrap();
    write(&folder, "001_fine.sql", "CREATE TABLE fine_one (id int PRIMARY KEY);\n");
    write(&folder, "002_open.sql", "SELECT '");
    write(&folder, "003_\x1b]0;x\x07.sql", "SELECT 1;\n");
    write(&folder, "meta/_journal.json", "{");
    let table = desk.fine("migrations -e preprod --dir rows");
    for row in ["0001", "001", "002", "003"].iter().skip(1) {
        assert!(table.lines().any(|line| line.split_whitespace().next() == Some(*row)), "{row} is not in\n{table}");
    }
    assert!(table.contains("␛]0;x␇"), "{table}");
}

#[test]
fn a_folder_that_is_not_there_is_one_line() {
    let desk = Desk::reading();
    for verb in ["list", "check"] {
        let says = "there is no such folder — set `dir` under [migrations] in pgdeck.toml, or give --dir";
        desk.fails(2, &format!("migrations {verb} -e preprod --dir nowhere"), says);
        desk.write("a_file", "");
        let says = "this is no folder — set `dir` under [migrations] in pgdeck.toml, or give --dir";
        desk.fails(2, &format!("migrations {verb} -e preprod --dir a_file"), says);
    }
}

/// Two tools' tables in one database, of which one knows more than the other.
#[tokio::test]
async fn two_histories_that_disagree_are_one_line() {
    let desk = Desk::writing().await;
    let sql = "CREATE TABLE public.goose_db_version (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
          version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now());
        INSERT INTO public.goose_db_version (version_id, is_applied) VALUES (0, true), (1, true), (2, true);
        CREATE TABLE public._sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,
          installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL,
          execution_time bigint NOT NULL);
        GRANT SELECT ON public.goose_db_version, public._sqlx_migrations TO PUBLIC;
        INSERT INTO public._sqlx_migrations VALUES (1, 'fine', now(), true, sha384('SELECT 1;'), 1)";
    desk.databases.admin().await.batch_execute(sql).await.unwrap();
    let folder = desk.path("two");
    fs::create_dir(&folder).unwrap();
    write(&folder, "001_fine.sql", "SELECT 1;");
    write(&folder, "002_good.sql", "SELECT 2;");
    let wanted = "preprod: 002_good.sql: public.goose_db_version (goose) and public._sqlx_migrations (sqlx) disagree about \
                  002 good; public.goose_db_version is believed — keep one history, by one tool";
    for text in
        [desk.exits(0, "migrations list -e preprod --dir two"), desk.exits(1, "migrations check -e preprod --dir two")]
    {
        let problems: Vec<&str> = text.lines().filter(|line| line.contains(" — ")).collect();
        assert_eq!(problems, [wanted], "{text}");
    }
    let record = desk.json("migrations list -e preprod --dir two");
    assert_eq!(record["problems"].as_array().unwrap().len(), 1);
    for file in record["files"].as_array().unwrap() {
        assert_eq!(file["status"]["preprod"], "applied", "{record:#}");
    }
}
