//! Sync without a connection to the source: the printed statement, and what editors make of its result.

use std::path::PathBuf;

use pgdeck::{
    app::{job::Job, sync},
    core::{
        error::{Code, Error, Result},
        sync::{bundle::Bundle, diff::Review, plan::Plan},
    },
};
use serde_json::{Value as Json, json};

use crate::support::{Pair, rows, set, show};

pub async fn query(pair: &Pair, names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    sync::query(&pair.deck, &Job::quiet(), &names, Some(pair.to)).await.unwrap().sql
}

/// What the source answers: one row of one column.
pub async fn answer(pair: &Pair, sql: &str) -> String {
    pair.source.one(sql).await
}

fn file(pair: &Pair, text: &str) -> PathBuf {
    let path = pair.state.path().join("paste.txt");
    std::fs::write(&path, text).unwrap();
    path
}

pub async fn load(pair: &Pair, text: &str, names: &[&str]) -> Result<Bundle> {
    loaded(pair, text, names).await.map(|offline| offline.bundle)
}

pub async fn loaded(pair: &Pair, text: &str, names: &[&str]) -> Result<sync::Offline> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    sync::load_offline(&pair.deck, &Job::quiet(), &file(pair, text), &names, pair.to).await
}

pub async fn review(pair: &Pair, bundle: &Bundle) -> Review {
    sync::review(&pair.deck, &Job::quiet(), bundle, pair.to, false).await.unwrap()
}

/// A plan's steps, whoever the source was.
fn steps(plan: &Plan) -> String {
    serde_json::to_string_pretty(&plan.steps).unwrap()
}

pub fn refused_in_one_line(error: &Error) {
    assert_eq!(error.code, Code::Usage, "{error}");
    assert!(error.place.as_deref().is_some_and(|place| place.contains("paste.txt")), "{error}");
    assert!(error.hint.is_some() && !error.to_string().contains('\n'), "{error}");
}

pub fn csv(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[tokio::test]
async fn a_paste_of_all_sets_reviews_as_the_live_source_in_whatever_frame() {
    let pair = Pair::innotrue().await;
    let sql = query(&pair, &[]).await;
    let bare = answer(&pair, &sql).await;
    let bundle = load(&pair, &bare, &[]).await.unwrap();
    assert_eq!(bundle.source.environment, "pasted");
    let live = pair.export().await.unwrap();
    assert_eq!(bundle.tables, live.tables, "the same rows as an export has");
    let (from_paste, from_live) = (review(&pair, &bundle).await, pair.review().await);
    assert_eq!(steps(&pair.all(&from_paste)), steps(&pair.all(&from_live)), "{}", show(&from_paste));
    assert!(pair.all(&from_live).steps.len() > 20);

    let object: Json = serde_json::from_str(&bare).unwrap();
    let mut frames = vec![
        ("string in a list", json!([{ "pgdeck": bare }]).to_string()),
        ("object in a list", serde_json::to_string_pretty(&json!([{ "pgdeck": object }])).unwrap()),
        ("object", object.to_string()),
        ("a client's result", json!({ "rowCount": 1, "rows": [{ "pgdeck": object }] }).to_string()),
        ("by statement", json!({ "WITH pinned …": [{ "pgdeck": bare }] }).to_string()),
        ("json string", json!(bare).to_string()),
        ("csv field", csv(&bare)),
        ("csv", format!("pgdeck\r\n{}\r\n", csv(&bare).replace('\n', "\r\n"))),
        ("csv, header in quotes", format!("\u{feff}\"pgdeck\"\n{}\n", csv(&bare))),
        ("blank lines", format!("\u{feff}\r\n\r\n{}\r\n\r\n", bare.replace('\n', "\r\n"))),
        ("line breaks lost", bare.replace('\n', " ")),
    ];
    for (what, options) in [
        ("aligned", &[][..]),
        ("unaligned", &["-A"]),
        ("value alone", &["-A", "-t"]),
        ("tuples", &["-t"]),
        ("expanded", &["-x"]),
        ("expanded unaligned", &["-x", "-A"]),
        ("csv of psql", &["--csv"]),
        ("boxed", &["-P", "border=2"]),
        ("boxed expanded", &["-P", "border=2", "-x"]),
        ("unicode", &["-P", "border=2", "-P", "linestyle=unicode"]),
        ("timed", &["-c", "\\timing"]),
    ] {
        frames.extend(pair.source.psql(options, &sql).map(|text| (what, text)));
    }
    for (what, text) in frames {
        let found = load(&pair, &text, &[]).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(found == bundle, "{what}");
    }
}

#[tokio::test]
async fn a_session_that_writes_values_in_its_own_way_gives_the_same_paste() {
    let schema = "CREATE TABLE t (k timestamptz PRIMARY KEY, d date, b bytea, f double precision, i interval, m money,
        n numeric, j jsonb, r regclass, a text[], z timestamptz)";
    let source = "INSERT INTO t VALUES ('2026-01-01 00:30+00', '2026-02-03', '\\x00ff5c', 0.1::float8 + 0.2, '1 day 02:03', 1234.5,
        1.50, '{\"b\": [1.0, null]}', 't', ARRAY['a', NULL, 'q\"', ''], NULL),
        ('2026-07-01 00:30+00', NULL, NULL, 'NaN', NULL, NULL, NULL, NULL, NULL, '{}', 'infinity')";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, source, "").await;
    let sql = query(&pair, &[]).await;
    let plain = answer(&pair, &sql).await;
    let odd = pair.source.connect().await;
    odd.batch_execute(
        "SET TimeZone = 'Asia/Tokyo'; SET DateStyle = 'German'; SET bytea_output = 'escape'; SET extra_float_digits = 0;
         SET IntervalStyle = 'iso_8601'; SET search_path = public, pg_catalog; SET standard_conforming_strings = off;
         SET default_transaction_read_only = on",
    )
    .await
    .unwrap();
    let shown = rows(&odd, "SELECT k::text, b::text, f::text, r::text FROM public.t ORDER BY k LIMIT 1").await;
    assert_eq!(shown, ["01.01.2026 09:30:00 JST|\\000\\377\\\\|0.3|t"], "the session is an odd one");
    assert_eq!(rows(&odd, &sql).await, [plain.as_str()]);
    let after = rows(&odd, "SELECT current_setting('TimeZone'), current_setting('search_path')").await;
    assert_eq!(after, ["Asia/Tokyo|public, pg_catalog"], "it leaves the session as it was");
    let bundle = load(&pair, &plain, &[]).await.unwrap();
    assert_eq!(bundle.tables, pair.export().await.unwrap().tables);
}

#[tokio::test]
async fn what_is_cut_off_is_refused_wherever_it_was_cut() {
    let pair = Pair::innotrue().await;
    let bare = answer(&pair, &query(&pair, &["plans", "features"]).await).await;
    let whole = load(&pair, &bare, &[]).await.unwrap();
    let wrapped = json!([{ "pgdeck": bare }]).to_string();
    let aligned = pair.source.psql(&[], &query(&pair, &["plans", "features"]).await).unwrap_or_else(|| bare.clone());
    let mut with_table = 0;
    for text in [bare.clone(), wrapped, csv(&bare), format!("pgdeck\n{}", csv(&bare)), aligned] {
        let step = text.len() / 150 + 1;
        for at in (0..text.trim_end().len()).step_by(step).filter(|at| text.is_char_boundary(*at)) {
            match load(&pair, &text[..at], &[]).await {
                Err(error) => {
                    refused_in_one_line(&error);
                    with_table += usize::from(error.object.is_some());
                }
                // Nothing but the frame is missing.
                Ok(found) => assert!(found == whole && text[at..].len() < 20, "{at} of {}", text.len()),
            }
        }
    }
    assert!(with_table > 100, "the table in which it ends is named: {with_table}");
    // An editor that shows the beginning of a value, in a frame that is whole.
    let cell = json!([{ "pgdeck": bare[..bare.len() / 2] }]).to_string();
    let error = load(&pair, &cell, &[]).await.unwrap_err();
    assert!(error.message.contains("cut off"), "{error}");
}

#[tokio::test]
async fn what_was_edited_is_refused_with_its_table() {
    let pair = Pair::innotrue().await;
    let bare = answer(&pair, &query(&pair, &["plans", "features"]).await).await;
    let document: Json = serde_json::from_str(&bare).unwrap();
    let change = |edit: &dyn Fn(&mut Json)| {
        let mut document = document.clone();
        edit(&mut document);
        document.to_string()
    };
    let of_plans: Vec<(&str, String)> = vec![
        ("value", change(&|d| d["tables"][1]["data"][0][2] = json!("other"))),
        ("null", change(&|d| d["tables"][1]["data"][0][2] = Json::Null)),
        ("row gone", change(&|d| _ = d["tables"][1]["data"].as_array_mut().unwrap().pop())),
        (
            "row gone, counted",
            change(&|d| {
                let rows = d["tables"][1]["data"].as_array_mut().unwrap();
                rows.pop();
                let left = rows.len();
                d["tables"][1]["rows"] = json!(left);
            }),
        ),
        ("rows swapped", change(&|d| d["tables"][1]["data"].as_array_mut().unwrap().swap(0, 1))),
        (
            "value moved to its neighbour",
            change(&|d| {
                let row = d["tables"][1]["data"][0].as_array_mut().unwrap();
                let joined = format!("{}{}", row[2].as_str().unwrap(), row[3].as_str().unwrap());
                row[2] = json!(joined);
                row[3] = json!("");
            }),
        ),
        ("shape", change(&|d| d["shapes"][1]["keep_ids"] = json!(false))),
        ("included", change(&|d| d["tables"][1]["included"] = json!(true))),
    ];
    for (what, text) in of_plans {
        let error = load(&pair, &text, &[]).await.expect_err(what);
        refused_in_one_line(&error);
        assert_eq!(error.object.as_deref(), Some("public.plans"), "{what}: {error}");
    }
    for (what, text) in [
        ("table gone", change(&|d| _ = d["tables"].as_array_mut().unwrap().pop())),
        (
            "table and shape gone",
            change(&|d| {
                d["tables"].as_array_mut().unwrap().pop();
                d["shapes"].as_array_mut().unwrap().pop();
            }),
        ),
        ("project", change(&|d| d["project"] = json!("other"))),
        ("format", change(&|d| d["format"] = json!(9))),
        ("no rows", change(&|d| d["tables"] = json!([]))),
    ] {
        refused_in_one_line(&load(&pair, &text, &[]).await.expect_err(what));
    }
}

#[tokio::test]
async fn what_is_no_paste_is_refused_in_one_line() {
    let pair = Pair::new(&set(r#"{ table = "t" }"#), "CREATE TABLE t (k text PRIMARY KEY)", "", "").await;
    for (text, says) in [
        ("", "nothing in it"),
        ("\u{feff}\n \n", "nothing in it"),
        ("<!DOCTYPE html><p>", "HTML"),
        ("pgdeck\n", "neither a bundle nor"),
        ("pgdeck\n--------\n(0 rows)\n", "no value"),
        ("ERROR:  permission denied for table t", "neither a bundle nor"),
        ("{\"error\": \"x\", \"code\": 1}", "neither a bundle nor"),
        ("[1, 2]", "neither a bundle nor"),
        ("42", "neither a bundle nor"),
        ("\"pgdeck", "quote is not closed"),
        ("\n\n{\"pgdeck\": }", "not what the query returned"),
        ("{\"pgdeck\":\"paste\"}", "not what the query returned"),
        ("a\0b", "not text"),
    ] {
        let error = load(&pair, text, &[]).await.expect_err(text);
        refused_in_one_line(&error);
        assert!(error.message.contains(says), "{text:?}: {error}");
    }
    let path = file(&pair, "");
    std::fs::write(&path, b"\n\xff\xfe\x80").unwrap();
    let error = sync::load_offline(&pair.deck, &Job::quiet(), &path, &[], pair.to).await.unwrap_err();
    assert!(error.place.as_deref().is_some_and(|place| place.ends_with("paste.txt:2")), "{error}");
    let error = sync::load_offline(&pair.deck, &Job::quiet(), pair.state.path(), &[], pair.to).await.unwrap_err();
    assert!(error.message.contains("folder"), "{error}");
}

#[tokio::test]
async fn rows_that_a_policy_hides_are_never_silently_missing() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, k text UNIQUE); CREATE TABLE t (k text PRIMARY KEY, p_id int REFERENCES p)";
    let source = "INSERT INTO p VALUES (1, 'one'), (2, 'two'); INSERT INTO t VALUES ('a', 1), ('b', 2);
        ALTER TABLE p ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON p USING (id = 1);
        DROP ROLE IF EXISTS reads_some; CREATE ROLE reads_some; GRANT SELECT ON p, t TO reads_some";
    let sets = format!(
        "{}[[sync.set]]\nname = \"p\"\ntables = [{{ table = \"p\", key = [\"k\"] }}]\n",
        set(r#"{ table = "t" }"#)
    );
    let pair = Pair::new(&sets, schema, source, "").await;
    // The hidden rows are those of a parent that is only joined.
    let sql = query(&pair, &["s"]).await;
    let reader = pair.source.connect().await;
    reader.batch_execute("SET ROLE reads_some").await.unwrap();
    let text = rows(&reader, &sql).await.remove(0);
    let error = load(&pair, &text, &[]).await.unwrap_err();
    assert_eq!((error.code, error.object.as_deref()), (Code::Refused, Some("public.p")), "{error}");
    load(&pair, &answer(&pair, &sql).await, &[]).await.unwrap();
    // The hidden rows are those that a condition asks for.
    let asks = r#"{ table = "t", exclude = ["p_id"], where = "EXISTS (SELECT FROM public.P WHERE id = p_id)" }"#;
    let deck = pair.deck_of(&set(asks));
    let sql = sync::query(&deck, &Job::quiet(), &[], None).await.unwrap();
    assert_eq!(sql.environment, "target", "the first that is not production");
    let text = rows(&reader, &sql.sql).await.remove(0);
    let error = load(&pair, &text, &[]).await.unwrap_err();
    assert_eq!((error.code, error.object.as_deref()), (Code::Refused, Some("public.p")), "{error}");
    pair.source.run("DROP OWNED BY reads_some; DROP ROLE reads_some").await;
}

#[tokio::test]
async fn parents_that_come_along_are_in_the_paste_also_from_outside_of_their_condition() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, k text UNIQUE, on_sale bool, up int REFERENCES p);
        CREATE TABLE t (k text PRIMARY KEY, p_id int REFERENCES p)";
    let source = "INSERT INTO p VALUES (1, 'top', false, NULL), (2, 'mid', false, 1), (3, 'other', true, NULL), (4, 'far', false, NULL);
        INSERT INTO t VALUES ('a', 2), ('b', NULL)";
    let sets = format!(
        "{}[[sync.set]]\nname = \"p\"\ntables = [{{ table = \"p\", key = [\"k\"], where = \"on_sale\" }}]\n",
        set(r#"{ table = "t", on_missing_parent = "include" }"#)
    );
    let pair = Pair::new(&sets, schema, source, "").await;
    let text = answer(&pair, &query(&pair, &["s"]).await).await;
    let found = review(&pair, &load(&pair, &text, &["s"]).await.unwrap()).await;
    let live = sync::compare(&pair.deck, &Job::quiet(), &["s".into()], "source", "target", false).await.unwrap();
    let (found, live) = (pair.all(&found), pair.all(&live));
    assert_eq!(found.steps.len(), 4, "{}", steps(&found));
    assert_eq!(steps(&found), steps(&live));
}
