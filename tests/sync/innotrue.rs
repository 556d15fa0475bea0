//! The innotrue example from end to end: 28 sets, reviewed, applied, verified by SQL, undone.

use std::collections::BTreeMap;

use pgdeck::core::sync::{diff::Change, script, select::Selection};
use serde::Deserialize;

use crate::support::{Db, Pair, counts, show};

#[derive(Deserialize)]
struct Expected {
    set: Vec<ExpectedSet>,
}

#[derive(Deserialize)]
struct ExpectedSet {
    name: String,
    tables: BTreeMap<String, Counts>,
}

#[derive(Deserialize, Debug, PartialEq, Eq)]
struct Counts {
    insert: usize,
    update: usize,
    only_in_target: usize,
    unchanged: usize,
}

fn expected() -> Expected {
    toml::from_str(include_str!("../../examples/innotrue/expected.toml")).unwrap()
}

#[tokio::test]
async fn a_review_finds_what_plain_sql_has_counted() {
    let pair = Pair::innotrue().await;
    let (kept, deleting) = (pair.review().await, pair.review_deletes().await);
    let expected = expected();
    assert_eq!(expected.set.len(), 28);
    let mut seen = 0;
    for set in &expected.set {
        for (name, wanted) in &set.tables {
            seen += 1;
            for review in [&kept, &deleting] {
                let table = review
                    .tables
                    .iter()
                    .find(|table| table.set == set.name && table.table.to_string() == *name)
                    .unwrap_or_else(|| panic!("{name} is not reviewed"));
                let deletes = table.rows.iter().filter(|row| row.change == Change::Delete).count();
                let only_in_target =
                    if std::ptr::eq(review, &raw const kept) { wanted.only_in_target } else { deletes };
                let found = Counts {
                    insert: table.count(Change::Insert),
                    update: table.count(Change::Update),
                    only_in_target,
                    unchanged: table.unchanged,
                };
                assert_eq!(found, *wanted, "{name}\n{}", show(review));
                assert_eq!((table.blocked.as_ref(), table.count(Change::Representation)), (None, 0), "{name}");
            }
        }
    }
    assert_eq!(seen, kept.tables.len(), "every table of every set is expected");
    assert_eq!(kept.count(Change::Delete) + kept.blocked(), 0, "no deletes unless asked");
}

/// Joined on natural keys by hand, ids nowhere. Rows that only preprod has are left out by the caller.
const BY_NATURAL_KEY: &[(&str, &str)] = &[
    (
        "plan_features",
        "SELECT p.key, f.key, pf.enabled, pf.limit_value FROM plan_features pf
         JOIN plans p ON p.id = pf.plan_id JOIN features f ON f.id = pf.feature_id ORDER BY 1, 2",
    ),
    (
        "features",
        "SELECT f.key, f.name, f.description, c.name, f.is_consumable, f.is_system, f.is_active
         FROM features f LEFT JOIN feature_categories c ON c.id = f.category_id ORDER BY 1",
    ),
    (
        "questions",
        "SELECT a.slug, d.name, q.question_key, q.question_text, q.help_text, q.order_index
         FROM capability_domain_questions q JOIN capability_domains d ON d.id = q.domain_id
         JOIN capability_assessments a ON a.id = d.assessment_id WHERE a.is_active ORDER BY 1, 2, 3",
    ),
    (
        "modules",
        "SELECT p.slug, m.order_index, m.title, m.description, t.name, m.estimated_minutes
         FROM program_modules m JOIN programs p ON p.id = m.program_id
         LEFT JOIN module_types t ON t.id = m.module_type_id WHERE p.is_active ORDER BY 1, 2",
    ),
    (
        "skill tree",
        "SELECT s.key, s.name, s.description, p.key, s.display_order FROM skill_categories s
         LEFT JOIN skill_categories p ON p.id = s.parent_id ORDER BY 1",
    ),
    (
        "milestones",
        "SELECT f.slug, t.name, g.order_index, g.title, m.order_index, m.title, m.recommended_days
         FROM guided_path_template_milestones m JOIN guided_path_template_goals g ON g.id = m.goal_id
         JOIN guided_path_templates t ON t.id = g.template_id
         JOIN guided_path_template_families f ON f.id = t.family_id ORDER BY 1, 2, 3, 5",
    ),
    ("settings", "SELECT key, value, description FROM system_settings ORDER BY 1"),
    ("emails", "SELECT template_key, name, subject, html_body, text_body, is_active FROM email_templates ORDER BY 1"),
    (
        "resources",
        "SELECT r.canonical_id, r.title, r.description, r.type, r.url, r.tags, c.name, r.is_active, r.is_public
         FROM resource_library r LEFT JOIN resource_categories c ON c.id = r.category_id ORDER BY 1",
    ),
    ("terms", "SELECT version, title, content_html, is_current FROM platform_terms WHERE is_current ORDER BY 1"),
];

async fn holds_production(pair: &Pair) {
    for (what, sql) in BY_NATURAL_KEY {
        let production = pair.source.rows(sql).await;
        let preprod = pair.target.rows(sql).await;
        assert!(production.len() > usize::from(*what != "terms"), "{what}: too little to prove anything");
        let missing: Vec<_> = production.iter().filter(|row| !preprod.contains(row)).collect();
        assert!(missing.is_empty(), "{what}: {missing:#?}");
    }
}

/// The checksum of every never-sync table, by table.
async fn never_synced(db: &Db) -> Vec<String> {
    let mut out = Vec::new();
    for table in [
        "auth.users",
        "public.profiles",
        "public.user_roles",
        "public.program_enrollments",
        "public.module_progress",
        "public.credit_balances",
        "public.credit_transactions",
        "public.notification_preferences",
        "public.session_bookings",
        "public.oauth_tokens",
        "public.consent_records",
        "public.audit_logs",
    ] {
        let sum =
            db.one(&format!("SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {table} t")).await;
        assert!(!sum.starts_with("0|"), "{table} is empty and proves nothing");
        out.push(format!("{table} {sum}"));
    }
    out
}

#[tokio::test]
async fn apply_carries_everything_over_and_undo_brings_everything_back() {
    let pair = Pair::innotrue().await;
    let (before, dumped, never) = (pair.target.dump().await, pair.target.pg_dump(), never_synced(&pair.target).await);
    let source = pair.source.dump().await;
    let review = pair.review().await;
    let plan = pair.all(&review);
    let applied = pair.apply(&plan).await.unwrap();
    assert_eq!((applied.rows.insert, applied.rows.update, applied.rows.delete), {
        let sum = |of: fn(&Counts) -> usize| expected().set.iter().flat_map(|set| set.tables.values()).map(of).sum();
        (sum(|c| c.insert), sum(|c| c.update), 0usize)
    });
    holds_production(&pair).await;
    let again = pair.review().await;
    assert!(again.is_empty(), "{}", show(&again));
    assert_eq!(never_synced(&pair.target).await, never);
    assert_ne!(pair.target.dump().await, before);
    pair.undo(applied.run.as_deref().unwrap()).await.unwrap();
    assert_eq!(never_synced(&pair.target).await, never);
    assert!(pair.target.dump().await == before, "undo must bring every row back");
    assert!(pair.target.pg_dump() == dumped, "and everything else");
    assert!(pair.source.dump().await == source, "the source is never written");
}

#[tokio::test]
async fn with_deletes_what_only_preprod_has_goes_and_comes_back() {
    let pair = Pair::innotrue().await;
    let (before, never) = (pair.target.dump().await, never_synced(&pair.target).await);
    let review = pair.review_deletes().await;
    let deletes = review.count(Change::Delete);
    assert!(deletes > 10, "{}", show(&review));
    let plan = pair.all(&review);
    assert_eq!(plan.tally().delete, deletes, "every delete that is not blocked is chosen");
    let applied = pair.apply(&plan).await.unwrap();
    holds_production(&pair).await;
    let module = "SELECT count(*) FROM program_modules m JOIN programs p ON p.id = m.program_id
        WHERE p.slug = 'executive-presence' AND m.order_index = 9";
    assert_eq!(pair.target.one(module).await, "0");
    assert_eq!(pair.target.one("SELECT count(*) FROM system_settings WHERE key LIKE 'qa.%'").await, "0");
    let again = pair.review_deletes().await;
    assert!(Selection::all(&again).is_empty(), "{}", show(&again));
    for table in &again.tables {
        let [insert, update, delete, ..] = counts(table);
        assert_eq!((insert, update, delete), (0, 0, 0), "{}", table.table);
        assert!(table.rows.iter().all(|row| row.change == Change::Delete && row.blocked.is_some()));
    }
    assert_eq!(never_synced(&pair.target).await, never);
    pair.undo(applied.run.as_deref().unwrap()).await.unwrap();
    assert!(pair.target.dump().await == before, "undo must bring every row back, with its id");
}

#[tokio::test]
async fn the_script_does_what_apply_does_and_a_second_time_nothing() {
    let (by_apply, by_script) = (Pair::innotrue().await, Pair::innotrue().await);
    let review = by_apply.review_deletes().await;
    let plan = by_apply.all(&review);
    by_apply.apply(&plan).await.unwrap();
    // Of the same rows, in another database.
    let script = script::script(&by_script.all(&by_script.review_deletes().await)).unwrap();
    by_script.target.script(&script).await.unwrap();
    holds_production(&by_script).await;
    assert!(by_script.review_deletes().await.count(Change::Delete) == 0);
    // Ids that the target makes and the clock differ; everything else is the same.
    for (what, sql) in BY_NATURAL_KEY {
        assert_eq!(by_script.target.rows(sql).await, by_apply.target.rows(sql).await, "{what}");
    }
    let after = by_script.target.dump().await;
    by_script.target.script(&script).await.unwrap();
    assert!(by_script.target.dump().await == after, "the second run must change nothing");
}

#[tokio::test]
async fn a_script_on_a_target_that_changed_raises_and_changes_nothing() {
    let pair = Pair::innotrue().await;
    let plan = pair.all(&pair.review().await);
    let script = script::script(&plan).unwrap();
    let step = plan.steps.iter().find(|step| step.table.name == "features" && !step.guard.is_empty()).unwrap();
    let key = step.key.display();
    pair.target.run(&format!("UPDATE features SET name = 'somebody else''s' WHERE key = '{key}'")).await;
    let before = pair.target.dump().await;
    let said = pair.target.script(&script).await.unwrap_err();
    assert!(said.contains(&format!("public.features {key} is not as it was reviewed")), "{said}");
    assert!(pair.target.dump().await == before);
}

#[tokio::test]
async fn a_dry_run_does_all_of_it_and_keeps_nothing() {
    let pair = Pair::innotrue().await;
    let plan = pair.all(&pair.review().await);
    let before = pair.target.dump().await;
    let permit = pair.permit(&plan);
    let job = pgdeck::app::job::Job::quiet();
    let applied = pgdeck::app::sync::apply(&pair.deck, &job, &plan, &permit, true).await.unwrap();
    assert_eq!((applied.run, applied.rows), (None, plan.tally()));
    assert!(pair.target.dump().await == before);
    assert_eq!(pair.journal(), []);
}

#[tokio::test]
async fn a_seed_of_all_sets_fills_an_empty_copy_of_the_schema() {
    let pair = Pair::innotrue().await;
    let file = pair.state.path().join("seed.sql");
    let seed = async || {
        let job = pgdeck::app::job::Job::quiet();
        Box::pin(pgdeck::app::sync::seed(&pair.deck, &job, &[], "production", &file)).await.unwrap()
    };
    let seeded = seed().await;
    assert!(seeded.changed && seeded.bundle.rows() > 300, "{}", seeded.bundle.rows());
    let sql = std::fs::read_to_string(&file).unwrap();
    assert!(!seed().await.changed, "the same rows are the same bytes");
    let empty = Db::copy("preprod").await;
    let tables = empty
        .one("SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') FROM pg_tables WHERE schemaname IN ('public', 'auth')")
        .await;
    empty.run(&format!("TRUNCATE {tables}")).await;
    let mut pair = pair;
    pair.target = empty;
    let empty = pair;
    let mut after = String::new();
    for run in 0..2 {
        empty.target.script(&sql).await.unwrap();
        holds_production(&empty).await;
        let dump = empty.target.dump().await;
        assert!(run == 0 || dump == after, "a second run changes nothing");
        after = dump;
    }
    for table in ["auth.users", "public.profiles", "public.audit_logs"] {
        assert_eq!(empty.target.one(&format!("SELECT count(*) FROM {table}")).await, "0", "{table}");
    }
    // Into preprod as it is, with older values and rows of its own.
    let older = Pair::innotrue().await;
    let never = never_synced(&older.target).await;
    older.target.script(&sql).await.unwrap();
    holds_production(&older).await;
    assert!(Selection::all(&older.review().await).is_empty());
    assert_eq!(never_synced(&older.target).await, never);
    let after = older.target.dump().await;
    older.target.script(&sql).await.unwrap();
    assert!(older.target.dump().await == after, "a second run changes nothing");
}
