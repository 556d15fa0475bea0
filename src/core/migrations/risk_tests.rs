use super::*;
use crate::core::migrations::file::Kind as FileKind;

fn found(text: &str) -> Vec<(&'static str, usize, String)> {
    let file = File {
        path: "001_a.sql".into(),
        style: Style::Plain,
        version: Some("001".into()),
        stamp: None,
        name: "a".into(),
        kind: FileKind::Up,
        text: text.into(),
        exact: true,
    };
    risks(&file).into_iter().map(|risk| (risk.rule.word(), risk.line, risk.object)).collect()
}

#[test]
fn each_risk_is_found_with_its_object() {
    for (text, rule, object) in [
        ("DROP TABLE IF EXISTS a.b;", "drop-table", "a.b"),
        ("DROP SCHEMA IF EXISTS s CASCADE", "drop-schema", "s"),
        ("ALTER TABLE t DROP COLUMN IF EXISTS c;", "drop-column", "t.c"),
        ("alter table t drop if exists c", "drop-column", "t.c"),
        ("TRUNCATE TABLE t", "truncate", "t"),
        ("ALTER TABLE t RENAME COLUMN a TO b", "rename", "t.a"),
        ("ALTER TABLE t RENAME a TO b", "rename", "t.a"),
        ("ALTER TABLE public.t RENAME TO u", "rename", "public.t"),
        ("ALTER TYPE t RENAME VALUE 'a' TO 'b'", "rename", "t"),
        ("ALTER TABLE t SET SCHEMA s", "rename", "t"),
        ("ALTER TABLE t ALTER c TYPE bigint", "type-change", "t.c"),
        ("ALTER TABLE IF EXISTS ONLY t ALTER COLUMN c SET DATA TYPE text USING c::text", "type-change", "t.c"),
        ("ALTER TABLE t ALTER COLUMN c SET NOT NULL", "not-null", "t.c"),
        ("ALTER TABLE t ADD COLUMN c int NOT NULL", "add-not-null", "t.c"),
        ("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b (id)", "foreign-key", "t"),
        ("ALTER TABLE t ADD COLUMN c int DEFAULT 1 REFERENCES b", "foreign-key", "t.c"),
        ("ALTER TABLE t ADD CHECK (a > 0)", "check", "t"),
        ("ALTER TABLE t ADD UNIQUE (a)", "unique", "t"),
        ("ALTER TABLE t ADD COLUMN c uuid DEFAULT gen_random_uuid()", "rewrite", "t.c"),
        ("ALTER TABLE t ADD c bigserial", "rewrite", "t.c"),
        ("ALTER TABLE t SET UNLOGGED", "rewrite", "t"),
        ("VACUUM (FULL) t", "rewrite", "VACUUM FULL"),
        ("CREATE UNIQUE INDEX i ON ONLY \"T\" (a)", "index-locks", "\"T\""),
        ("CREATE INDEX IF NOT EXISTS i ON s.t USING gin (a)", "index-locks", "s.t"),
        ("DROP INDEX IF EXISTS i", "drop-index", "i"),
        ("REINDEX TABLE t", "reindex", "t"),
        ("REFRESH MATERIALIZED VIEW v", "refresh", "v"),
        ("LOCK TABLE t IN EXCLUSIVE MODE", "lock", "t"),
        ("DROP FUNCTION f(int)", "missing-if-exists", "f"),
        ("DROP POLICY p ON t", "missing-if-exists", "p"),
        ("ALTER TABLE t DROP CONSTRAINT k", "missing-if-exists", "t.k"),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", "concurrently-in-transaction", "t"),
        ("DROP INDEX CONCURRENTLY IF EXISTS i", "concurrently-in-transaction", "i"),
    ] {
        assert_eq!(found(text), [(rule, 1, object.to_owned())], "{text}");
    }
}

#[test]
fn what_only_looks_alike_is_no_risk() {
    for text in [
        "CREATE TABLE t (a int NOT NULL REFERENCES b UNIQUE);\nCREATE INDEX ON t (a);\nALTER TABLE public.t ADD UNIQUE (a);",
        "ALTER TABLE t ADD COLUMN c int NOT NULL DEFAULT 0",
        "ALTER TABLE t ADD COLUMN c int REFERENCES b",
        "ALTER TABLE t ADD COLUMN c int, ALTER COLUMN d DROP NOT NULL, ALTER e SET DEFAULT random()",
        "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT f",
        "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX i",
        "ALTER TABLE t RENAME CONSTRAINT a TO b",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "-- no transaction\nCREATE INDEX CONCURRENTLY i ON t (a);",
        "SELECT 'DROP TABLE t'; -- DROP TABLE t\nINSERT INTO t VALUES ('TRUNCATE');",
        "COMMENT ON TABLE t IS 'drop'; GRANT TRUNCATE ON t TO a; CREATE TRIGGER x BEFORE TRUNCATE ON t EXECUTE FUNCTION f()",
        "\\echo DROP TABLE t",
        "ALTER TABLE \"a.b\".\"rename\" ADD COLUMN \"drop\" int",
    ] {
        assert_eq!(found(text), [], "{text}");
    }
}

#[test]
fn several_actions_and_lines_are_each_told() {
    let text = "-- x\nALTER TABLE t\n  DROP COLUMN a,\n  ALTER b TYPE numeric(10, 2);\n\nTRUNCATE a, b;";
    let all: Vec<_> = found(text).into_iter().map(|(rule, line, object)| format!("{rule} {line} {object}")).collect();
    let expected =
        ["drop-column 2 t.a", "missing-if-exists 2 t.a", "type-change 2 t.b", "truncate 6 a", "truncate 6 b"];
    assert_eq!(all, expected);
}

#[test]
fn a_transaction_of_its_own_undoes_the_wish_for_none() {
    let text =
        "-- no transaction\nBEGIN;\nCREATE INDEX CONCURRENTLY i ON t (a);\nCOMMIT;\nREINDEX INDEX CONCURRENTLY i;";
    assert_eq!(found(text), [("concurrently-in-transaction", 3, "t".to_owned())]);
}
