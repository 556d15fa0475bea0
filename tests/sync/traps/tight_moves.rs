//! Unique values that move in several columns at once, where few values are free: a row that waits in one column may hold
//! what another one needs, so that each column has to go on by itself.

use pgdeck::core::{error::Code, sync::script::script};

use super::unique_moves::{Moves, keyed};
use crate::support::Pair;

const SQL: &str = "SELECT * FROM t ORDER BY k";

async fn check(schema: &str, source: &str, target: &str) {
    let (source, target) = (format!("INSERT INTO t VALUES {source}"), format!("INSERT INTO t VALUES {target}"));
    Moves { sets: &keyed(), schema, source: &source, target: &target, sql: SQL, seed: true }.check().await;
}

/// Four rows, whose circles in `a` and in `b` hold each other up; in each column one value is free.
#[tokio::test]
async fn circles_in_two_columns_with_one_free_value_each() {
    let trigger = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER f BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()";
    for (kind, more, count) in [("BETWEEN 1 AND 5", "", 4), ("IN (1, 2, 3, 4, 5)", trigger, 1)] {
        let schema = format!(
            "CREATE TABLE t (k text PRIMARY KEY, a int NOT NULL UNIQUE CHECK (a {kind}), b int NOT NULL UNIQUE CHECK (b {kind})); {more}"
        );
        let target = "('k0', 1, 1), ('k1', 2, 2), ('k2', 3, 3), ('k3', 4, 4)";
        for source in [
            "('k0', 2, 3), ('k1', 1, 4), ('k2', 4, 1), ('k3', 3, 2)",
            "('k0', 2, 4), ('k1', 3, 1), ('k2', 4, 2), ('k3', 1, 3)",
            "('k0', 2, 2), ('k1', 1, 3), ('k2', 4, 4), ('k3', 3, 1)",
            "('k0', 5, 4), ('k1', 1, 5), ('k2', 2, 1), ('k3', 3, 2)",
        ]
        .into_iter()
        .take(count)
        {
            check(&schema, source, target).await;
        }
    }
}

#[tokio::test]
async fn circles_in_three_columns_and_one_active_row_for_each_parent() {
    let schema = "CREATE TYPE st AS ENUM ('draft', 'Active', 'old', 'it''s', 'a b', 'x', 'y', 'z');
        CREATE TABLE t (k text PRIMARY KEY, p int NOT NULL, active boolean NOT NULL, c0 st NOT NULL UNIQUE,
          c1 double precision NOT NULL UNIQUE CHECK (c1 > 0), c2 bigint NOT NULL UNIQUE CHECK (c2 > 0 AND c2 <= 8));
        CREATE UNIQUE INDEX ON t (p) WHERE active";
    let target =
        "('k0', 1, false, 'Active', 0.1, 1), ('k1', 0, true, 'y', 2.5, 5), ('k2', 0, false, 'draft', 1e300, 3),
        ('k3', 0, false, 'a b', 1, 2), ('k4', 2, false, 'x', 3, 8)";
    let source = "('k0', 1, true, 'x', 2.5, 5), ('k1', 1, false, 'z', 1e300, 3), ('k2', 1, false, 'Active', 0.1, 2),
        ('k3', 0, true, 'y', 3, 8), ('k4', 2, false, 'draft', 'Infinity', 1)";
    check(schema, source, target).await;
    check(schema, target, source).await;
}

/// A number in a CHECK stands there without quotes, and may be far from all that the column holds.
#[tokio::test]
async fn a_row_waits_on_what_a_check_names() {
    let many = "CHECK (note IN ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16', '17', '18',
        '19', '20', '21', '22', '23', '24', '25', '26', '27', '28', '29', '30', '31', '32', '33', '34', '35', '36', '37', '38',
        '39', '40', '41', '42', '43', '44', '45', '46', '47', '48', '49', '50', '51', '52', '53', '54', '55', '56', '57', '58',
        '59', '60', '61', '62', '63', '64', '65', '66', '67', '68', '69', '70'))";
    for (kind, [a, b]) in [
        ("numeric(6,2) NOT NULL CHECK (c IN (1.00, 2.50, 77.77))", ["1", "2.5"]),
        ("int NOT NULL CHECK (c IN (-900, 10, 20))", ["10", "20"]),
        ("double precision NOT NULL CHECK (c IN (0.1, 0.7, 4e+250))", ["0.1", "0.7"]),
        ("named NOT NULL", ["10", "20"]),
        ("text NOT NULL CHECK (c IN ('one', 'another', 'it''s so'))", ["'one'", "'another'"]),
    ] {
        let schema = format!(
            "CREATE DOMAIN named_before AS int CHECK (VALUE IN (10, 20, 9000)); CREATE DOMAIN named AS named_before;
             CREATE TABLE t (k text PRIMARY KEY, note text NOT NULL DEFAULT '1' {many}, c {kind} UNIQUE)"
        );
        check(&schema, &format!("('a', '1', {a}), ('b', '1', {b})"), &format!("('a', '1', {b}), ('b', '1', {a})"))
            .await;
    }
}

/// A range on which a row waits may still overlap the one that another row is to get.
#[tokio::test]
async fn ranges_that_exclude_each_other_within_bounds() {
    for (check_of, rows) in [
        ("true", ["[8,9)", "[1,2)", "[7,8)"]),
        ("NOT isempty(c)", ["[8,9)", "[1,2)", "[7,8)"]),
        ("NOT isempty(c)", ["[1,3)", "[3,6)", "[6,7)"]),
        ("NOT isempty(c)", ["[1,2)", "[2,3)", "[8,9)"]),
    ] {
        let schema = format!(
            "CREATE TABLE t (k text PRIMARY KEY, p int NOT NULL, active boolean NOT NULL, c int4range NOT NULL
               CHECK (lower(c) >= 1 AND upper(c) <= 9 AND {check_of}), EXCLUDE USING gist (c WITH &&));
             CREATE UNIQUE INDEX ON t (p) WHERE active"
        );
        let [a, b, c] = rows;
        let target = format!("('k0', 1, false, '{a}'), ('k1', 2, false, '{b}'), ('k2', 0, true, '{c}')");
        let source = format!("('k0', 1, false, '{c}'), ('k1', 0, true, '{a}'), ('k2', 2, false, '{b}')");
        check(&schema, &source, &target).await;
        check(&schema, &target, &source).await;
    }
}

/// Where a column has no value more than there are rows, a circle in it can wait nowhere, whatever is free elsewhere.
#[tokio::test]
async fn a_column_without_a_free_value_is_refused_and_nothing_is_written() {
    let schema = "CREATE TYPE three AS ENUM ('x', 'y', 'z');
        CREATE TABLE t (k text PRIMARY KEY, a three NOT NULL UNIQUE, b int NOT NULL UNIQUE)";
    let source = "INSERT INTO t VALUES ('k0', 'x', 1), ('k1', 'y', 2), ('k2', 'z', 3)";
    let target = "INSERT INTO t VALUES ('k0', 'y', 2), ('k1', 'z', 3), ('k2', 'x', 1)";
    let pair = Pair::new(&keyed(), schema, source, target).await;
    let before = pair.target.dump().await;
    let plan = pair.all(&pair.review().await);
    let error = pair.refused(&plan).await;
    assert_eq!(error.code, Code::RolledBack, "{error}");
    assert!(error.message.contains("t_a_key") && error.hint.is_some_and(|hint| hint.contains("can make room")));
    let said = pair.target.script(&script(&plan).unwrap()).await.unwrap_err();
    assert!(said.contains("t_a_key") && said.contains("no row of this script can make room for it"), "{said}");
    assert_eq!(pair.target.dump().await, before);
    // One value more is enough.
    pair.target.run("ALTER TYPE three ADD VALUE 'free'").await;
    pair.source.run("ALTER TYPE three ADD VALUE 'free'").await;
    pair.sync().await;
    assert_eq!(pair.target.rows(SQL).await, pair.source.rows(SQL).await);
}
