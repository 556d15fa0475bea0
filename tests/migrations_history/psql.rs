//! Statements end where psql ends them: each file is counted, run by psql, and counted by the server.

use std::{fs, path::PathBuf, process::Command};

use pgdeck::core::migrations::statements::split;

use crate::support::{Server, majors};

/// Files that are hard to cut.
const FILES: &[&str] = &[
    "SELECT ';', E'\\';', $$;$$, \"a;b\" FROM (SELECT 1 AS \"a;b\") x; -- ;\nSELECT 2 /* ; /* ; */ */;",
    "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql\nBEGIN ATOMIC\n SELECT CASE WHEN a > 1 THEN 2 END;\n SELECT 3;\nEND;\nSELECT f(1);",
    "CREATE TABLE t (a text); CREATE RULE r AS ON DELETE TO t DO ALSO (SELECT 1; SELECT 2); DELETE FROM t;",
    "CREATE TABLE c (a text);\nCOPY c (a) FROM stdin;\nit's; one\n$$\n\\.\nSELECT count(*) FROM c;",
    "BEGIN;\nSELECT 1;;\n;COMMIT;\nDO $x$ BEGIN PERFORM 1; END $x$;",
    "SELECT 1\n\\g\nSELECT 2 \\g\n\\echo done\nSELECT 3",
    "SELECT 'a'\n'b;';\nSELECT U&'d\\0061;';\nSELECT $a$ $b$ ; $a$, 1 AS a$b$;",
    "CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 'END;'; END; CALL p(); SELECT 1 AS \"end\";",
    "SELECT 1 AS begin; SELECT 2 AS atomic; PREPARE q AS SELECT 1; EXECUTE q;",
    "\u{feff}SELECT 1;\r\nSELECT 2; -- the end",
];

/// The one beside the server, else the one on `PATH`.
fn psql(server: &Server) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(server.bin().to_path_buf()).chain(std::env::split_paths(&path));
    folders.map(|folder| folder.join("psql")).find(|program| program.exists())
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_as_many_as_psql_sends() {
    for server in majors() {
        let Some(program) = psql(&server) else {
            eprintln!("there is no psql, so it is not asked");
            continue;
        };
        for (at, text) in FILES.iter().enumerate() {
            // A body that begins atomically is known from 14 on.
            if text.contains("ATOMIC") && server.version().starts_with("13") {
                continue;
            }
            let database = server.database(&format!("psql_{at}"), "").await;
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("file.sql");
            fs::write(&path, text).unwrap();
            let mut psql = Command::new(&program);
            psql.env("PGOPTIONS", "-c log_statement=all -c client_min_messages=log");
            let output = psql.args(["-X", "-q", "-f"]).arg(&path).arg(database.url("postgres")).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(!said.contains("ERROR"), "{text}\n{said}");
            // It sends a semicolon alone, too.
            let statements = said.lines().filter_map(|line| line.split_once("LOG:  statement: "));
            let sent = statements.filter(|(_, statement)| statement.trim() != ";").count();
            let found = split(text);
            assert_eq!(found.unfinished, None, "{text}");
            let found: Vec<&str> = found.list.iter().filter(|one| !one.psql).map(|one| one.text(text)).collect();
            assert_eq!(found.len(), sent, "{text}\nis cut into {found:#?}\npsql:\n{said}");
        }
    }
}
