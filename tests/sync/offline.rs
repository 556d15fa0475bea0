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

async fn query(pair: &Pair, names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    sync::query(&pair.deck, &Job::quiet(), &names, Some(pair.to)).await.unwrap().sql
}

/// What the source answers: one row of one column.
async fn answer(pair: &Pair, sql: &str) -> String {
    pair.source.one(sql).await
}

fn file(pair: &Pair, text: &str) -> PathBuf {
    let path = pair.state.path().join("paste.txt");
    std::fs::write(&path, text).unwrap();
    path
}

async fn load(pair: &Pair, text: &str, names: &[&str]) -> Result<Bundle> {
    loaded(pair, text, names).await.map(|offline| offline.bundle)
}

async fn loaded(pair: &Pair, text: &str, names: &[&str]) -> Result<sync::Offline> {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    sync::load_offline(&pair.deck, &Job::quiet(), &file(pair, text), &names, pair.to).await
}

async fn review(pair: &Pair, bundle: &Bundle) -> Review {
    sync::review(&pair.deck, &Job::quiet(), bundle, pair.to, false).await.unwrap()
}

/// A plan's steps, whoever the source was.
fn steps(plan: &Plan) -> String {
    serde_json::to_string_pretty(&plan.steps).unwrap()
}

fn refused_in_one_line(error: &Error) {
    assert_eq!(error.code, Code::Usage, "{error}");
    assert!(error.place.as_deref().is_some_and(|place| place.contains("paste.txt")), "{error}");
    assert!(error.hint.is_some() && !error.to_string().contains('\n'), "{error}");
}

fn csv(text: &str) -> String {
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
    pair.source.run("DROP OWNED BY reads_some; DROP ROLE reads_some").await;
}

/// Queries as people write them, each with its set.
const BY_HAND: &[(&str, &str)] = &[
    (
        "programs",
        "SELECT p.slug, p.name, p.description, p.category, p.is_active, p.credit_cost, p.id,
           (SELECT json_agg(to_json(m) ORDER BY m.order_index) FROM program_modules m WHERE m.program_id = p.id) AS modules
         FROM programs p WHERE p.is_active",
    ),
    (
        "assessments",
        "SELECT a.id, a.slug, a.name, a.description, a.rating_scale, a.is_active, a.feature_key, a.pass_fail_threshold,
           c.name AS category_name, f.slug AS family_slug,
           (SELECT json_agg(d) FROM (SELECT d.id, d.name, d.description, d.order_index,
              (SELECT json_agg(q) FROM capability_domain_questions q WHERE q.domain_id = d.id) AS questions
            FROM capability_domains d WHERE d.assessment_id = a.id) d) AS domains
         FROM capability_assessments a LEFT JOIN assessment_categories c ON c.id = a.category_id
         LEFT JOIN assessment_families f ON f.id = a.family_id WHERE a.is_active",
    ),
    (
        "plans",
        "SELECT p.id, p.key, p.name, p.tier_level, p.is_free, p.credit_allowance, p.created_at,
           (SELECT json_agg(json_build_object('limit_value', l.limit_value, 'feature_key', f.key, 'enabled', l.enabled))
            FROM plan_features l JOIN features f ON f.id = l.feature_id WHERE l.plan_id = p.id) AS features
         FROM plans p",
    ),
    (
        "features",
        "SELECT f.key, f.name, f.description, f.is_consumable, f.is_system, f.is_active, c.name AS category_name
         FROM features f LEFT JOIN feature_categories c ON c.id = f.category_id",
    ),
    (
        "session-types",
        "SELECT s.name, s.description, s.default_duration, s.feature_key, s.is_active,
           (SELECT json_agg(json_build_object('role_name', r.role_name, 'description', r.description, 'is_required', r.is_required))
            FROM session_type_roles r WHERE r.session_type_id = s.id) AS roles
         FROM session_types s",
    ),
    (
        "notifications",
        "SELECT c.key, c.name, c.description, c.icon, c.order_index,
           (SELECT json_agg(t) FROM notification_types t WHERE t.category_id = c.id) AS types
         FROM notification_categories c",
    ),
    (
        "scenarios",
        "SELECT s.id, s.name, s.description, s.is_active, c.name AS category_name, a.slug AS assessment_slug,
           (SELECT json_agg(x) FROM scenario_sections x WHERE x.template_id = s.id) AS sections
         FROM scenario_templates s LEFT JOIN scenario_categories c ON c.id = s.category_id
         LEFT JOIN capability_assessments a ON a.id = s.capability_assessment_id",
    ),
    (
        "guided-paths",
        "SELECT f.slug, f.name, f.description, f.is_active, (SELECT json_agg(t) FROM (
           SELECT t.id, t.name, t.description, t.category, (SELECT json_agg(g) FROM (
             SELECT g.title, g.description, g.order_index,
               (SELECT json_agg(m) FROM guided_path_template_milestones m WHERE m.goal_id = g.id) AS milestones
             FROM guided_path_template_goals g WHERE g.template_id = t.id) g) AS goals
           FROM guided_path_templates t WHERE t.family_id = f.id) t) AS templates
         FROM guided_path_template_families f",
    ),
    ("system-settings", "SELECT key, value, description FROM system_settings"),
    (
        "resources",
        "SELECT r.canonical_id, r.title, r.description, r.type, r.url, r.tags, r.is_active, r.is_public, c.name AS category_name
         FROM resource_library r LEFT JOIN resource_categories c ON c.id = r.category_id",
    ),
    ("skills", "SELECT s.name, s.description, c.key AS category_key FROM skills s LEFT JOIN skill_categories c ON c.id = s.category_id"),
    ("platform-terms", "SELECT title, content_html, version, is_current, effective_from FROM platform_terms WHERE is_current"),
];

fn by_hand(query: &str) -> String {
    format!("SELECT json_agg(to_json(t)) FROM ({query}) t")
}

/// The steps on the tables and columns that `bundle` holds, one text each.
fn held(plan: &Plan, bundle: &Bundle) -> Vec<String> {
    let mut out = Vec::new();
    for step in &plan.steps {
        let Some(table) = bundle.tables.iter().find(|table| table.shape.table == step.table) else { continue };
        let has = |columns: &[String]| columns.iter().all(|name| table.shape.column(name).is_some());
        let set: Vec<_> = step.set.iter().filter(|assignment| has(&assignment.columns)).collect();
        if !set.is_empty() {
            out.push(format!("{:?} {} {:?} {set:?}", step.operation, step.table, step.key));
        }
    }
    out.sort();
    out
}

#[tokio::test]
async fn json_by_hand_gives_the_steps_of_the_live_review_for_what_it_holds() {
    let pair = Pair::innotrue().await;
    for (name, query) in BY_HAND {
        let only = [(*name).to_owned()];
        let live = sync::compare(&pair.deck, &Job::quiet(), &only, "production", pair.to, false).await.unwrap();
        let live = pair.all(&live);
        let text = answer(&pair, &by_hand(query)).await;
        let offline = loaded(&pair, &text, &[name]).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(offline.warnings[0].1.contains("no checksum"), "{:?}", offline.warnings);
        let found = review(&pair, &offline.bundle).await;
        let (found, wanted) = (held(&pair.all(&found), &offline.bundle), held(&live, &offline.bundle));
        assert!(!wanted.is_empty(), "{name} proves nothing");
        assert!(found == wanted, "{name}: {:?}\n{found:#?}\n{wanted:#?}", offline.warnings);
        for text in [
            format!("[\n  {{ \"json_agg\": {text} }}\n]"),
            json!([{ "json_agg": text }]).to_string(),
            csv(&text),
            pair.source.psql(&[], &by_hand(query)).unwrap_or_else(|| text.clone()),
        ] {
            assert!(load(&pair, &text, &[name]).await.unwrap() == offline.bundle, "{name}");
        }
    }
}

#[tokio::test]
async fn values_by_hand_are_written_as_the_target_writes_them() {
    let schema =
        "CREATE TABLE t (n numeric PRIMARY KEY, at timestamptz, d double precision, j jsonb, a text[], b bytea,
        i interval, f bool, big numeric, c char(4))";
    let rows = "INSERT INTO t VALUES (1.50, '2026-01-01 00:00+00', 0.1, '{\"b\": 1, \"a\": [1.0, null]}', ARRAY['x', NULL, 'q\"'],
        '\\x00ff', '1 day', true, 12345678901234567890.123456789012345678901234567890, 'ab'),
        (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, rows, rows).await;
    let text = answer(&pair, &by_hand("SELECT * FROM t")).await;
    let bundle = load(&pair, &text, &["s"]).await.unwrap();
    let live = pair.export().await.unwrap();
    assert_eq!(bundle.tables[0].rows, live.tables[0].rows);
    assert_eq!(bundle.tables[0].rows[0].key.display(), "1.5");
    // Another way to write the same.
    let other = text.replace("T00:00:00+00:00", "T09:00:00+09:00").replace("1.50", "1.5000").replace("true", "\"yes\"");
    assert_ne!(other, text);
    let found = review(&pair, &load(&pair, &other, &["s"]).await.unwrap()).await;
    assert!(pair.all(&found).steps.is_empty(), "{}", show(&found));
    for (from, to, says) in [
        ("true", "\"maybe\"", "row 1 (1.50), `f`: invalid input syntax for type boolean"),
        ("\"n\":2", "\"n\":\"two\"", "row 2 (two), `n`: invalid input syntax for type numeric"),
        ("2026-01-01T", "2026-13-01T", "row 1 (1.50), `at`: "),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text);
        let error = load(&pair, &wrong, &["s"]).await.unwrap_err();
        refused_in_one_line(&error);
        assert_eq!(error.object.as_deref(), Some("public.t"), "{error}");
        assert!(error.message.contains(says), "{error}");
    }
    let error = load(&pair, &text, &[]).await.unwrap_err();
    assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("name one set")), "{error}");
}
