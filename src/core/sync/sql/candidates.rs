//! Values on which a row may wait: near those of its column, of the same kind, or allowed by name.
//!
//! They are only proposed; what type, domain, CHECK, foreign key and index allow is found by trying. So nothing here
//! needs to be right, and much may be tried: what is far from any value in use first, what rows hold already last.

use super::{Statement, only};
use crate::core::{
    name::{ident, literal},
    sync::{
        row::Value,
        shape::{RuleColumn, Shape},
    },
};

/// Where NULL is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// Two of them are no conflict.
    First,
    /// Two of them are equal.
    Last,
}

/// How many are tried.
const MAX_CANDIDATES: usize = 160;

/// A query for candidates, as one column of text in the order of trying. `own` is what rows get in the end, where
/// that may be a place to wait; only where it is `typed` it computes with the values that the column holds; `row` is the condition that finds it, by the alias `t`.
pub fn candidates(
    shape: &Shape,
    column: &RuleColumn,
    own: &[Value],
    (nulls, typed): (Nulls, bool),
    row: &dyn Fn(&mut Statement),
) -> Statement {
    let (table, name) = (only(shape), ident(&column.name));
    let mut out = Statement::default();
    out.sql("WITH own(v) AS MATERIALIZED (SELECT t.").sql(&name).sql(format!(" FROM {table} AS t WHERE "));
    row(&mut out);
    out.sql("),\ncandidate(turn, n, v) AS (\n  SELECT NULL::int, NULL::bigint, NULL::text WHERE false\n");
    for value in own {
        out.sql("  UNION ALL SELECT 0, 0, ").value(value, "text").sql("\n");
    }
    if shape.column(&column.name).is_some_and(|column| !column.not_null) {
        let turn = if nulls == Nulls::First { 1 } else { 8 };
        out.sql(format!("  UNION ALL SELECT {turn}, 0, NULL\n"));
    }
    let foreign = shape.references.iter().find(|r| r.columns.contains(&column.name));
    let is_foreign = foreign.is_some();
    if let Some(reference) = foreign.filter(|reference| reference.columns.len() == 1) {
        out.sql(format!(
            "  UNION ALL SELECT 2, 0, p.v FROM (SELECT {}::text COLLATE \"C\" AS v FROM {} LIMIT 60) AS p\n",
            ident(reference.target(0)),
            reference.table.sql()
        ));
    }
    if !is_foreign {
        for (turn, select) in if typed { of_type(column, &table, &name) } else { Vec::new() } {
            out.sql(format!("  UNION ALL SELECT {turn}, {select}\n"));
        }
        out.sql(format!("  UNION ALL SELECT 6, n, v FROM ({VARIANTS}) AS x(n, v)\n"));
        out.sql(format!("  UNION ALL SELECT 5, 0, v FROM ({}) AS x(v)\n", literals(shape, column)));
    }
    out.sql(format!(
        "  UNION ALL SELECT 9, 0, v FROM (SELECT DISTINCT o.v FROM (SELECT {name}::text COLLATE \"C\" AS v FROM {table} LIMIT 5000) AS o \
         LIMIT 40) AS x\n)\nSELECT v FROM (SELECT v, min(turn) AS turn, min(n) AS n FROM candidate GROUP BY v) AS c\n\
         WHERE v IS DISTINCT FROM (SELECT v::text COLLATE \"C\" FROM own) ORDER BY turn, n, v LIMIT {MAX_CANDIDATES}"
    ));
    out
}

/// The text of a value with one character, or all of them, replaced by others of their kind.
const VARIANTS: &str = "SELECT row_number() OVER (), v FROM (
      (SELECT overlay(o.v PLACING substr(k.kind, n::int, 1) FROM p::int FOR 1) AS v
       FROM (SELECT v::text COLLATE \"C\" FROM own) AS o(v), generate_series(length(o.v), 1, -1) AS p,
         LATERAL (SELECT CASE WHEN substr(o.v, p, 1) ~ '[0-9]' THEN '9876543210'
                              WHEN substr(o.v, p, 1) ~ '[a-z]' THEN 'zyxwvutsrqponmlkjihgfedcba'
                              WHEN substr(o.v, p, 1) ~ '[A-Z]' THEN 'ZYXWVUTSRQPONMLKJIHGFEDCBA' END) AS k(kind),
         generate_series(1, length(k.kind)) AS n
       WHERE length(o.v) <= 200 ORDER BY n, p DESC LIMIT 60)
      UNION ALL
      (SELECT string_agg(CASE WHEN c ~ '[0-9]' THEN substr('0123456789', 1 + h % 10, 1)
                              WHEN c ~ '[a-z]' THEN substr('abcdefghijklmnopqrstuvwxyz', 1 + h % 26, 1)
                              WHEN c ~ '[A-Z]' THEN substr('ABCDEFGHIJKLMNOPQRSTUVWXYZ', 1 + h % 26, 1)
                              ELSE c END, '' ORDER BY p)
       FROM (SELECT v::text COLLATE \"C\" FROM own) AS o(v), generate_series(1, 24) AS r,
         regexp_split_to_table(o.v, '') WITH ORDINALITY AS s(c, p),
         LATERAL (SELECT ('x' || substr(md5(o.v || r || '/' || p), 1, 6))::bit(24)::int) AS h(h)
       WHERE length(o.v) BETWEEN 1 AND 200 GROUP BY r)
    ) AS x(v)";

/// What the CHECKs of the table and of its domains name, between quotes and numbers without; those of the column first.
fn literals(shape: &Shape, column: &RuleColumn) -> String {
    let (table, name) = (literal(&shape.table.sql()), literal(&column.name));
    format!(
        "SELECT coalesce(replace(m[1], '''''', ''''), m[2]) FROM pg_attribute AS a JOIN pg_constraint AS k \
         ON k.conrelid = a.attrelid OR k.contypid IN (WITH RECURSIVE d(id) AS (SELECT a.atttypid UNION SELECT t.typbasetype \
         FROM d JOIN pg_type AS t ON t.oid = d.id AND t.typtype = 'd') SELECT id FROM d), \
         LATERAL regexp_matches(pg_get_constraintdef(k.oid), \
         '''((?:[^'']|'''')*)''|(-?[[:<:]][0-9]+(?:[.][0-9]+)?(?:e[+-]?[0-9]+)?)[[:>:]]', 'g') AS m \
         WHERE k.contype = 'c' AND a.attrelid = {table}::regclass AND a.attname = {name} \
         ORDER BY k.conrelid = 0 OR a.attnum = ANY (k.conkey) DESC LIMIT 60"
    )
}

/// (turn, `n, text` and where it comes from) for the column's type.
fn of_type(column: &RuleColumn, table: &str, name: &str) -> Vec<(u8, String)> {
    let base = column.base.name.as_str();
    match (column.base.kind, base) {
        ('e', _) => vec![(2, format!("n, v::text FROM unnest(enum_range(NULL::{base})) WITH ORDINALITY AS e(v, n)"))],
        ('r', _) => range(base, table, name),
        ('m', _) => vec![(2, "0, '{}'".into())],
        _ if column.base.array => {
            vec![
                (2, "0, '{}'".into()),
                (3, "0, (v || v)::text FROM own".into()),
                (3, "1, (v || v || v)::text FROM own".into()),
            ]
        }
        (_, "smallint" | "integer" | "bigint" | "oid" | "numeric" | "money" | "real" | "double precision") => {
            number(base, table, name)
        }
        (_, "date" | "timestamp without time zone" | "timestamp with time zone") => time(base, table, name),
        (_, "time without time zone" | "time with time zone") => {
            vec![(2, "n, (v + n * interval '7 minutes')::text FROM own, generate_series(1, 30) AS n".into())]
        }
        (_, "interval") => vec![(
            2,
            format!(
                "n, (m.hi + n * interval '1 day')::text FROM (SELECT max({name}) AS hi FROM {table}) AS m, generate_series(1, 5) AS n"
            ),
        )],
        (_, "boolean") => vec![(2, "0, 'false'".into()), (2, "1, 'true'".into())],
        (_, "uuid") => vec![(2, "n, gen_random_uuid()::text FROM generate_series(1, 3) AS n".into())],
        (_, "inet" | "cidr") => vec![(2, "n, (v::inet + n)::text FROM own, generate_series(1, 9) AS n".into())],
        (_, "jsonb") => vec![(2, "n, ('{\"pgdeck\": ' || n || '}') FROM generate_series(1, 3) AS n".into())],
        (_, "bytea") => vec![(2, "n, '\\x' || md5(v::text || n) FROM own, generate_series(1, 3) AS n".into())],
        (_, "text" | "character varying" | "name" | "ltree") => {
            vec![(7, "n, 'pgdeck' || n FROM generate_series(1, 3) AS n".into())]
        }
        _ => Vec::new(),
    }
}

fn number(base: &str, table: &str, name: &str) -> Vec<(u8, String)> {
    let finite = match base {
        "numeric" | "real" | "double precision" => {
            format!(" WHERE {name}::text NOT IN ('NaN', 'Infinity', '-Infinity')")
        }
        _ => String::new(),
    };
    let value = if base == "oid" { format!("{name}::bigint::numeric") } else { format!("{name}::numeric") };
    let ends = format!("(SELECT max({value}) AS hi, min({value}) AS lo FROM {table}{finite}) AS m");
    let free =
        |series: &str| format!("(SELECT g FROM {series} AS g EXCEPT SELECT {value} FROM {table}{finite}) AS f(g)");
    let mut out = vec![
        (2, format!("n, (m.hi + n)::text FROM {ends}, generate_series(1, 3) AS n")),
        (3, format!("n, (m.lo - n)::text FROM {ends}, generate_series(1, 3) AS n")),
        (
            4,
            format!(
                "g::bigint, g::text FROM (SELECT f.g FROM {ends}, LATERAL {} ORDER BY f.g LIMIT 40) AS f",
                free("generate_series(trunc(m.lo), least(trunc(m.hi), trunc(m.lo) + 20000))")
            ),
        ),
        (4, format!("100000 + f.g::bigint, f.g::text FROM {}", free("generate_series(0::numeric, 40)"))),
    ];
    if !matches!(base, "smallint" | "integer" | "bigint" | "oid") {
        out.push((5, format!("n, (m.lo + (m.hi - m.lo) * n / 64)::text FROM {ends}, generate_series(1, 63, 4) AS n")));
        out.push((
            5,
            format!("n, round(m.lo + (m.hi - m.lo) * n / 10, 2)::text FROM {ends}, generate_series(1, 9) AS n"),
        ));
    }
    out
}

fn time(base: &str, table: &str, name: &str) -> Vec<(u8, String)> {
    let ends = format!("(SELECT max({name}) AS hi, min({name}) AS lo FROM {table} WHERE isfinite({name})) AS m");
    let step = |turn: u8, from: &str, sign: &str, unit: &str, many: usize| {
        let text = format!(
            "n, ({from} {sign} n * interval '1 {unit}')::{base}::text FROM {}, generate_series(1, {many}) AS n",
            if from == "v" { "own" } else { ends.as_str() }
        );
        (turn, text)
    };
    vec![
        step(2, "m.hi", "+", "day", 3),
        step(2, "m.hi", "+", "month", 3),
        step(2, "m.hi", "+", "year", 3),
        step(3, "m.lo", "-", "day", 3),
        step(3, "m.lo", "-", "month", 3),
        step(3, "m.lo", "-", "year", 3),
        step(4, "v", "+", "day", 20),
        step(4, "v", "-", "day", 20),
        step(5, "v", "+", "month", 12),
        step(5, "v", "+", "second", 9),
        (7, format!("n, (date '2000-01-01' + n::int)::{base}::text FROM generate_series(0, 9) AS n")),
    ]
}

fn range(base: &str, table: &str, name: &str) -> Vec<(u8, String)> {
    let mut out = vec![(7, "0, 'empty'".into())];
    let ends = format!(
        "(SELECT max(upper({name})) AS hi, min(lower({name})) AS lo FROM {table} WHERE NOT isempty({name})) AS m, own"
    );
    let width = "(upper(v) - lower(v))";
    match base {
        "int4range" | "int8range" | "numrange" | "daterange" => {
            let (number, one) = if base == "daterange" { ("date", "integer") } else { ("numeric", "numeric") };
            let width = format!("coalesce({width}, 1)::{one}");
            out.push((2, format!("n, '[' || m.hi::{number} + n::{one} || ',' || m.hi::{number} + n::{one} + {width} || ')' FROM {ends}, generate_series(1, 5) AS n")));
            out.push((3, format!("n, '[' || m.lo::{number} - n::{one} - {width} || ',' || m.lo::{number} - n::{one} || ')' FROM {ends}, generate_series(1, 5) AS n")));
            // Between them, where neither side is allowed.
            out.push((4, format!("n, {base}(m.lo + n, m.lo + n + 1)::text FROM {ends}, generate_series(0, 200) AS n WHERE NOT EXISTS (SELECT FROM {table} AS u WHERE u.{name} && {base}(m.lo + n, m.lo + n + 1))")));
            let shift = format!("(m.hi::{number} - lower(v)::{number} + n)::{one}");
            out.push((4, format!("n, '[' || lower(v)::{number} + {shift} || ',' || upper(v)::{number} + {shift} || ')' FROM {ends}, generate_series(0, 9) AS n")));
        }
        "tsrange" | "tstzrange" => {
            let width = format!("coalesce({width}, interval '1 hour')");
            out.push((2, format!("n, '[\"' || m.hi + n * interval '1 day' || '\",\"' || m.hi + n * interval '1 day' + {width} || '\")' FROM {ends}, generate_series(1, 5) AS n")));
            out.push((3, format!("n, '[\"' || m.lo - n * interval '1 day' - {width} || '\",\"' || m.lo - n * interval '1 day' || '\")' FROM {ends}, generate_series(1, 5) AS n")));
        }
        _ => {}
    }
    out
}
