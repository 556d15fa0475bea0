//! Nested JSON that people wrote by hand as the source.

use pgdeck::{
    app::{job::Job, sync},
    core::sync::{bundle::Bundle, plan::Plan},
};
use serde_json::json;

use crate::{
    offline::{answer, csv, load, loaded, refused_in_one_line, review},
    support::{Pair, row, set, show, table},
};

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
        assert_eq!(offline.bundle.tables.len(), 1 + query.matches("json_agg").count(), "{name}: a list is missing");
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

#[tokio::test]
async fn a_row_without_a_foreign_key_that_must_not_be_null_is_blocked() {
    let schema = "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE NOT NULL);
        CREATE TABLE c (k text PRIMARY KEY, p_id int NOT NULL REFERENCES p, o_id int REFERENCES p, v int);
        CREATE TABLE d (k text PRIMARY KEY, p_id int NOT NULL DEFAULT 1 REFERENCES p, v int)";
    let sets = format!(
        "{}{}",
        set(r#"{ table = "c" }, { table = "p", key = ["k"] }"#),
        "[[sync.set]]\nname = \"d\"\ntables = [\"d\"]\n"
    );
    let target = "INSERT INTO p (k) VALUES ('one'); INSERT INTO c VALUES ('old', 1, 1, 0)";
    let pair = Pair::new(&sets, schema, "", target).await;
    let text = r#"[{"k":"old","v":1},{"k":"new","v":2}]"#;
    let found = review(&pair, &load(&pair, text, &["s"]).await.unwrap()).await;
    let (old, new) = (row(&found, "public.c", "old"), row(&found, "public.c", "new"));
    assert_eq!(old.blocked, None, "a row that is there keeps its parent: {}", show(&found));
    assert_eq!(new.blocked.as_deref(), Some("`p_id` must not be NULL in the target and nothing fills it"));
    pair.apply(&pair.all(&found)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k, p_id, o_id, v FROM c").await, ["old|1|1|1"]);
    // With its parent's key it is written; with NULL for it, it is not.
    let text = r#"[{"k":"new","v":2,"p_k":"one"}]"#;
    let found = review(&pair, &load(&pair, text, &["s"]).await.unwrap()).await;
    pair.apply(&pair.all(&found)).await.unwrap();
    assert_eq!(pair.target.one("SELECT p_id, o_id FROM c WHERE k = 'new'").await, "1|∅");
    let text = r#"[{"k":"newer","v":2,"p_k":null},{"k":"new","v":2,"p_k":null}]"#;
    let found = review(&pair, &load(&pair, text, &["s"]).await.unwrap()).await;
    for key in ["new", "newer"] {
        let why = row(&found, "public.c", key).blocked.clone();
        assert_eq!(why.as_deref(), Some("`p_id` is NULL in the source and must not be NULL in the target"), "{key}");
    }
    // A default fills it.
    let found = review(&pair, &load(&pair, r#"[{"k":"new","v":2}]"#, &["d"]).await.unwrap()).await;
    pair.apply(&pair.all(&found)).await.unwrap();
    assert_eq!(pair.target.one("SELECT p_id FROM d").await, "1");
}

#[tokio::test]
async fn a_foreign_key_that_does_not_travel_and_must_not_be_null_is_blocked() {
    let schema = "CREATE TABLE users (id int PRIMARY KEY, k text); CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE c (k text PRIMARY KEY, user_id int NOT NULL REFERENCES users, v int);
        CREATE TABLE e (k text PRIMARY KEY, p_id int NOT NULL REFERENCES p, v int)";
    let rows = "INSERT INTO users VALUES (1, 'u'); INSERT INTO p (k) VALUES ('p'); INSERT INTO c VALUES ('old', 1, #); INSERT INTO e VALUES ('old', 1, #)";
    let source = rows.replace('#', "1") + "; INSERT INTO c VALUES ('new', 1, 1); INSERT INTO e VALUES ('new', 1, 1)";
    let never = |rule: &str| {
        let tables = format!(
            r#"{{ table = "c"{rule} }}, {{ table = "e", exclude = ["p_id"] }}, {{ table = "p", key = ["k"] }}"#
        );
        format!("[sync]\nnever = [\"users\"]\n{}", set(&tables))
    };
    let pair = Pair::new(&never(""), schema, &source, &rows.replace('#', "0")).await;
    for found in [pair.review().await, review(&pair, &pair.export().await.unwrap()).await] {
        for (name, column) in [("public.c", "user_id"), ("public.e", "p_id")] {
            let why = format!("`{column}` must not be NULL in the target and nothing fills it");
            assert_eq!(row(&found, name, "new").blocked.as_deref(), Some(why.as_str()));
            assert_eq!(row(&found, name, "old").blocked, None);
        }
        assert_eq!(pair.all(&found).steps.len(), 2, "{}", show(&found));
    }
    let nulls = pair.deck_of(&never(", references = { user_id = \"null\" }"));
    let found = sync::compare(&nulls, &Job::quiet(), &[], "source", "target", false).await.unwrap();
    let why = table(&found, "public.c").blocked.clone().unwrap_or_default();
    assert!(why.contains("`references` gives `user_id` the rule \"null\""), "{}", show(&found));
}
