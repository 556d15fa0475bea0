//! Migrations of any tool: a folder of files, what a database remembers of them, expressions that a server wrote.

use pgdeck::core::{
    audit::expression::{Expression, Given},
    migrations::{
        checksum, difference,
        file::section,
        folder,
        folder::Found,
        history::{self, Candidate, Histories, Row, Tool, histories, recognise},
        risk::risks,
        scan::normalised,
        state::state,
        statements::split,
        style::Style,
        trace, transaction,
    },
    name::QName,
};

use crate::fuzz;

/// Between two files of one input; each begins with its path.
const NEXT: &[u8] = b"\x1e";

fn found(bytes: &[u8]) -> Vec<Found> {
    let mut files = Vec::new();
    for file in bytes.split(|byte| *byte == NEXT[0]) {
        let end = file.iter().position(|byte| *byte == b'\n').unwrap_or(file.len());
        let path = String::from_utf8_lossy(&file[..end]).into_owned();
        files.push(Found { path, content: Ok(file.get(end + 1..).unwrap_or_default().to_vec()) });
    }
    files
}

fn folders() -> Vec<Vec<u8>> {
    let of = |files: &[(&str, &str)]| -> Vec<u8> {
        let files = files.iter().map(|(path, text)| format!("{path}\n{text}")).collect::<Vec<_>>();
        files.join("\x1e").into_bytes()
    };
    let innotrue = include_str!("../../examples/innotrue/migrations/20250106090000_roles_and_auth.sql");
    vec![
        of(&[("20260105090000_init.sql", innotrue), ("20260106_b.sql", "ALTER TABLE a DROP COLUMN b;")]),
        of(&[
            ("V1__a.sql", SQL),
            ("V1.1__b.sql", "SELECT 1"),
            ("R__view.sql", "CREATE VIEW v AS SELECT 1;"),
            ("U1__a.sql", ""),
        ]),
        of(&[
            ("1_a.up.sql", SQL),
            ("1_a.down.sql", "DROP TABLE a;"),
            ("2_b.up.sql", "COPY a FROM stdin;\n1\tx\n\\.\n"),
        ]),
        of(&[(
            "20260101_a.sql",
            "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n-- +goose Down\nSELECT 2;",
        )]),
        of(&[(
            "20260101_a.sql",
            "-- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON a (b);\n-- migrate:down\n",
        )]),
        of(&[
            (
                "meta/_journal.json",
                "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":[\n{\"idx\":0,\"when\":1706700000000,\"tag\":\"0000_first\"}\n]}",
            ),
            ("0000_first.sql", "CREATE TABLE a ();--> statement-breakpoint\nSELECT 1;"),
        ]),
        of(&[
            (
                "sqitch.plan",
                "%syntax-version=1.0.0\n%project=shop\n\nusers 2024-01-31T12:00:00Z A <a@example.org> # x\n@v1 2024-02-02T12:00:00Z A <a@example.org>\nusers [users@v1] 2024-02-03T12:00:00Z A <a@example.org>\n",
            ),
            ("deploy/users.sql", "BEGIN;\nCREATE TABLE a ();\nCOMMIT;"),
        ]),
        of(&[("20260101000000_a/migration.sql", SQL)]),
        of(&[(
            "0001_a.sql",
            "-- liquibase formatted sql\n--changeset me:1 runInTransaction:false\nSELECT 1;\n--rollback SELECT 2;\n",
        )]),
    ]
}

const SQL: &str = "/* a /* nested */ comment */ BEGIN;
CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN ';'; END $body$;
CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;
INSERT INTO a VALUES (E'it''s \\' ;', U&'d\\0061t', \"odd ; name\", $1, 'x'
  'y', B'01');
SELECT set_config('search_path', 'app', false); SET search_path TO app, public;
ALTER TABLE app.a ADD COLUMN b int NOT NULL DEFAULT 1, DROP COLUMN c, ALTER d TYPE text;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON a (b); DELETE FROM a; TRUNCATE a;
DO $$ BEGIN EXECUTE 'DROP TABLE b'; END $$; \\echo hi \\g
COMMIT;
";

/// Everything that is asked of a folder's files, without a database.
fn looked_at(bytes: &[u8]) -> bool {
    let folder = folder::read("migrations", found(bytes), None);
    for problem in &folder.problems {
        assert!(!problem.detail.trim().is_empty() && !problem.place().is_empty());
        assert!(!problem.detail.contains('\n'), "{:?}", problem.detail);
    }
    for file in &folder.files {
        let forward = file.forward();
        assert!(file.text.get(forward).is_some(), "a piece of the text");
        let statements = file.statements();
        let _ = statements.list.iter().map(|statement| statement.text(&file.text).len()).sum::<usize>();
        let (whole, trouble) = (transaction::whole(file), transaction::mode(file));
        drop((whole, trouble, risks(file), file.no_transaction(), file.may_come_late(), file.title()));
        drop((checksum::sqitch(&file.text), checksum::flyway(&file.text)));
    }
    drop(state(&folder, &Histories::default()));
    folder.problems.is_empty()
}

#[test]
fn folder_of_migrations() {
    let samples = folders();
    for sample in &samples {
        let folder = folder::read("migrations", found(sample), None);
        assert!(folder.files.len() + folder.problems.len() > 0, "{}", sample.escape_ascii());
    }
    fuzz::any("folder of migrations", &samples, looked_at);
}

/// The statements of a text are its pieces, in order, none twice, and nothing but blanks and signs between them.
#[test]
fn statements_of_sql() {
    let samples = vec![SQL.as_bytes().to_vec(), b"SELECT 1;;\n--x\nSELECT 2".to_vec()];
    fuzz::any("statements", &samples, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let statements = split(&text);
        // Rows of a COPY begin on the next line: what stands behind it on its own comes after it and before them.
        let (mut end, mut line, mut rows) = (0, 1, 0..0);
        for statement in &statements.list {
            assert!(statement.range.start >= end && statement.range.end >= statement.range.start);
            assert!(statement.range.end <= rows.start || statement.range.start >= rows.end, "a statement in rows");
            assert!(text.get(statement.range.clone()).is_some(), "cut within a character");
            assert!(statement.line >= line, "lines go on");
            let counted = 1 + text[..statement.range.start].matches('\n').count();
            assert_eq!(statement.line, counted, "the line of its first word");
            rows = statement.rows.clone().unwrap_or(rows);
            (end, line) = (statement.range.end, statement.line);
        }
        assert!(end <= text.len());
        let _ = (transaction::kept(&text, &statements.list, 0), normalised(&text), section(&text, "up"));
        let _ = trace::read(&text);
        statements.unfinished.is_none()
    });
}

const TOOLS: [Tool; 14] = [
    Tool::Supabase,
    Tool::Dbmate,
    Tool::Golang,
    Tool::Flyway,
    Tool::Sqlx,
    Tool::Refinery,
    Tool::Prisma,
    Tool::Drizzle,
    Tool::Atlas,
    Tool::Sqitch,
    Tool::Rails,
    Tool::Goose,
    Tool::Alembic,
    Tool::Liquibase,
];

/// What a server answers of a tool's table, and the folder that it is laid beside.
#[test]
fn rows_of_a_history() {
    let folders: Vec<_> = folders().iter().map(|sample| folder::read("migrations", found(sample), None)).collect();
    let samples = [
        r#"[{"version":"1","name":"a","checksum":"-12345","kind":"SQL","flag":true},{"version":"1.1","name":"b","kind":"UNDO_SQL","flag":false,"log":"x\ny"}]"#,
        r#"[{"version":"20260101","name":"a","statements":["SELECT 1",null],"applied":1,"total":2,"at":"2026-01-01"},{"kind":"BASELINE","version":"20260101"}]"#,
        r#"[{"version":"-1","flag":true},{"checksum":"00ff","project":"shop","script":"deploy/users.sql","reverted":true}]"#,
    ];
    let samples: Vec<Vec<u8>> = samples.map(|text| text.as_bytes().to_vec()).to_vec();
    fuzz::any("rows of a history", &samples, |bytes| {
        let Ok(rows) = serde_json::from_slice::<Vec<Row>>(bytes) else { return false };
        for tool in TOOLS {
            let read = histories(tool, &QName::new("public", "history"), rows.clone());
            for history in &read {
                for (applied, file) in history.applied.iter().zip(&folders[0].files) {
                    drop(difference::difference(file, applied, tool));
                }
            }
            let all = Histories { read, ..Histories::default() };
            for folder in &folders {
                drop(state(folder, &all));
            }
        }
        true
    });
}

#[test]
fn tables_that_may_be_histories() {
    let samples = vec![b"public schema_migrations version text dirty bool".to_vec()];
    let usual: Vec<&str> = history::usual().collect();
    fuzz::any("tables that may be histories", &samples, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let words: Vec<&str> = text.split_whitespace().collect();
        let [schema, name, rest @ ..] = words.as_slice() else { return false };
        for name in usual.iter().chain([name]) {
            let columns = rest.chunks(2).map(|pair| (pair[0].to_owned(), pair.last().unwrap().to_string())).collect();
            let candidate =
                Candidate { table: QName::new(*schema, *name), columns, rails: bytes.len().is_multiple_of(2) };
            drop(recognise(&candidate));
        }
        true
    });
}

#[test]
fn paths_of_migrations() {
    use pgdeck::core::migrations::file::named;
    let samples: Vec<Vec<u8>> =
        ["V1.2__name.sql", "20260101000000_a/migration.sql", "1_a.up.sql", "R__x.sql", "deploy/a@v1.sql", "0001.sql"]
            .map(|path| path.as_bytes().to_vec())
            .to_vec();
    let words =
        ["supabase", "dbmate", "golang-migrate", "flyway", "sqlx", "refinery", "prisma", "drizzle", "atlas", "sqitch"];
    let styles: Vec<Style> = words.iter().filter_map(|word| Style::parse(word)).collect();
    assert!(styles.len() > 4);
    fuzz::any("paths of migrations", &samples, |bytes| {
        let path = String::from_utf8_lossy(bytes);
        let named: Vec<_> = styles.iter().filter_map(|style| named(*style, &path)).collect();
        for (style, other) in styles.iter().zip(samples.iter()) {
            let other = String::from_utf8_lossy(other);
            assert_eq!(style.order(&path, &other), style.order(&other, &path).reverse(), "an order has two sides");
        }
        !named.is_empty()
    });
}

#[test]
fn expressions_of_policies() {
    let samples: Vec<Vec<u8>> = [
        "((user_id = auth.uid()) AND (NOT (deleted IS NOT NULL)))",
        "(EXISTS ( SELECT 1\n   FROM members m\n  WHERE ((m.org = t.org) AND (m.\"user\" = auth.uid()))))",
        "(role = ANY (ARRAY['a'::text, 'it''s'::text])) OR (1 = 1) OR (x = x)",
        "((current_setting('a.b'::text, true))::uuid = id)",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec();
    fuzz::any("expressions", &samples, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let Some(read) = Expression::read(&text) else { return false };
        for equal in [None, Some(("id", "1"))] {
            let _ = read.truth(Given { filled: &|name| name.len() > 3, equal });
        }
        let calls = read.calls();
        let _ = read.wrapped(&calls.iter().collect::<Vec<_>>());
        let _ = (read.equalities(), read.written_by_users(), read.inner().len());
        assert_eq!(read.replaced(&[]), text);
        true
    });
}

#[test]
fn lists_of_migrations() {
    use pgdeck::core::migrations::list;
    let samples: Vec<Vec<u8>> = folders()
        .into_iter()
        .filter(|sample| sample.starts_with(b"meta/") || sample.starts_with(b"sqitch"))
        .map(|sample| {
            let first = sample.split(|byte| *byte == NEXT[0]).next().unwrap();
            first[first.iter().position(|byte| *byte == b'\n').unwrap() + 1..].to_vec()
        })
        .collect();
    fuzz::any("lists of migrations", &samples, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let lines = text.lines().count().max(1);
        let mut read = false;
        for outcome in [list::journal(&text), list::plan(&text)] {
            match outcome {
                Ok(_) => read = true,
                Err((line, what)) => assert!((1..=lines + 1).contains(&line) && !what.is_empty(), "{line}: {what}"),
            }
        }
        drop(list::project(&text));
        read
    });
}
