//! Types of columns whose unique values move.

/// A type.
#[derive(Debug)]
pub struct Moving {
    /// Its name, as a column has it.
    pub sql: &'static str,
    /// What has to be there before.
    pub before: &'static str,
    /// Eight values, each in one or more ways of writing, as the type writes them itself. More than that pass none of the
    /// CHECKs, or few do.
    pub values: &'static [&'static [&'static str]],
    /// A CHECK of the column `?`.
    pub check: &'static str,
    /// An expression of it that tells the values apart.
    pub expression: &'static str,
    pub circle: &'static str,
}

const fn plain(sql: &'static str, values: &'static [&'static [&'static str]], circle: &'static str) -> Moving {
    Moving { sql, before: "", values, check: "", expression: "", circle }
}

const CODES: &[&[&str]] = &[&["ABC"], &["XYZ"], &["KLM"], &["AAA"], &["ZZZ"], &["QRS"], &["DEF"], &["PQR"]];
const SMALL: &[&[&str]] = &[&["1"], &["2"], &["3"], &["4"], &["5"], &["6"], &["7"], &["8"]];

#[rustfmt::skip]
pub const MOVING: &[Moving] = &[
    Moving { check: "? BETWEEN 1 AND 8", expression: "? * 2", ..plain("int", SMALL, "circle of int") },
    Moving { check: "? > 0 AND ? <= 8", expression: "? + 1", ..plain("bigint", SMALL, "circle of bigint") },
    Moving { check: "? >= 1 AND ? < 9", ..plain("smallint", SMALL, "circle of smallint") },
    Moving { check: "? BETWEEN 1 AND 8", expression: "round(? * 10)", ..plain("numeric",
        &[&["1", "1.0", "1.00"], &["2", "2.0"], &["3.5", "3.50"], &["4"], &["5.25"], &["6"], &["7.125"], &["8"]], "circle of numeric") },
    Moving { check: "? > 0 AND ? < 10", ..plain("numeric(4,2)",
        &[&["1.00"], &["2.50"], &["9.99"], &["0.01"], &["3.00"], &["4.00"], &["5.00"], &["6.00"]], "circle of numeric(p,s)") },
    Moving { check: "? > 0", ..plain("double precision",
        &[&["0.1"], &["1"], &["2.5"], &["1e+300"], &["3"], &["Infinity"], &["NaN"], &["4"]], "circle of double precision") },
    Moving { check: "length(?) = 3", expression: "lower(?)", ..plain("text", CODES, "circle of text") },
    Moving { check: "? ~ '^[A-Z]{3}$'", expression: "lower(?)", ..plain("varchar(3)", CODES, "circle of varchar") },
    Moving { check: "? ~ '^[A-Z]'", expression: "lower(?)", ..plain("char(3)",
        &[&["ABC"], &["XYZ"], &["A  "], &["AB "], &["ZZZ"], &["QRS"], &["DEF"], &["PQR"]], "circle of char") },
    Moving { before: "CREATE EXTENSION citext;", check: "length(?::text) = 3", ..plain("citext",
        &[&["foo", "Foo", "FOO"], &["bar", "BAR"], &["KLM", "klm"], &["AAA"], &["zzz"], &["QRS"], &["DEF"], &["pqr"]], "circle of citext") },
    Moving { check: "? BETWEEN '2024-01-01' AND '2024-12-31'", expression: "? + 1", ..plain("date",
        &[&["2024-01-01"], &["2024-02-01"], &["2024-02-29"], &["2024-04-01"], &["2024-05-01"], &["2024-06-01"], &["2024-12-31"], &["2024-08-01"]], "circle of date") },
    Moving { check: "? >= '2024-01-01Z'", ..plain("timestamptz",
        &[&["2024-01-01 00:00:00+00"], &["2024-01-01 00:00:00.000001+00"], &["2024-02-29 12:00:00+00"], &["2030-01-01 00:00:00+00"], &["2031-01-01 00:00:00+00"], &["infinity"], &["2024-07-01 00:00:00+00"], &["2024-08-01 00:00:00+00"]], "circle of timestamptz") },
    Moving { expression: "date_trunc('hour', ?)", ..plain("timestamp",
        &[&["2024-01-01 00:00:00"], &["2024-01-01 01:00:00"], &["2024-01-01 02:00:00"], &["2024-01-01 03:00:00"], &["2024-01-01 04:00:00"], &["2024-01-01 05:00:00"], &["2024-01-01 06:00:00"], &["2024-01-01 07:00:00"]], "circle of timestamp") },
    Moving { check: "? < '08:00'", ..plain("time",
        &[&["00:00:00"], &["01:00:00"], &["02:00:00"], &["03:00:00"], &["04:00:00"], &["05:00:00"], &["06:00:00"], &["07:00:00"]], "circle of time") },
    plain("uuid", &[&["00000000-0000-0000-0000-000000000000"], &["10000000-0000-4000-8000-000000000001"], &["10000000-0000-4000-8000-000000000002"],
        &["10000000-0000-4000-8000-000000000003"], &["10000000-0000-4000-8000-000000000004"], &["10000000-0000-4000-8000-000000000005"],
        &["10000000-0000-4000-8000-000000000006"], &["ffffffff-ffff-ffff-ffff-ffffffffffff"]], "circle of uuid"),
    Moving { before: "CREATE TYPE st AS ENUM ('draft', 'Active', 'old', 'it''s', 'a b', 'x', 'y', 'z');", ..plain("st",
        &[&["draft"], &["Active"], &["old"], &["x"], &["a b"], &["y"], &["z"]], "circle of enum") },
    Moving { before: "CREATE DOMAIN posint AS int CHECK (value BETWEEN 1 AND 8);", ..plain("posint", SMALL, "circle of domain") },
    Moving { before: "CREATE DOMAIN code AS text CHECK (value ~ '^[A-Z]{3}$');", expression: "lower(?)", ..plain("code", CODES, "circle of domain over text") },
    Moving { check: "lower(?) >= 1 AND upper(?) <= 9", expression: "lower(?)", ..plain("int4range",
        &[&["[1,2)"], &["[2,3)"], &["[3,4)"], &["[4,5)"], &["[5,6)"], &["[6,7)"], &["[7,8)"], &["[8,9)"]], "circle of int4range") },
    Moving { check: "? > '0'", ..plain("interval",
        &[&["1 mon", "30 days"], &["1 day", "24:00:00"], &["02:00:00"], &["1 year", "360 days"], &["5 days"], &["00:00:00.5"], &["7 days"], &["8 days"]], "circle of interval") },
    Moving { check: "length(?) = 1", ..plain("bytea",
        &[&["\\x01"], &["\\x02"], &["\\x00"], &["\\xff"], &["\\x5c"], &["\\x27"], &["\\x07"], &["\\x08"]], "circle of bytea") },
    plain("bit(3)", &[&["000"], &["001"], &["010"], &["011"], &["100"], &["101"], &["110"], &["111"]], "circle of bit"),
    Moving { check: "family(?) = 4", ..plain("inet",
        &[&["10.0.0.1"], &["10.0.0.2"], &["10.0.0.0/8"], &["10.0.0.4"], &["10.0.0.5"], &["10.0.0.6"], &["10.0.0.7"], &["10.0.0.8"]], "circle of inet") },
    Moving { check: "jsonb_exists(?, 'a')", ..plain("jsonb", &[&["{\"a\": 1}", "{\"a\": 1.0}"], &["{\"a\": 2}"], &["{\"a\": null}"], &["{\"a\": \"it\"}"],
        &["{\"a\": [1, 2]}"], &["{\"a\": 3}"], &["{\"a\": 4}"], &["{\"a\": 5}"]], "circle of jsonb") },
    Moving { check: "cardinality(?) = 1", ..plain("text[]",
        &[&["{a}"], &["{b}"], &["{\"a,b\"}"], &["{NULL}"], &["{\"\"}"], &["{f}"], &["{g}"], &["{h}"]], "circle of array") },
];
