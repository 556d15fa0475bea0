//! What a role without rights is told: what it could not see, and never that all is well.

use futures_util::{StreamExt, stream};
use pgdeck::core::audit::{self, Severity};

use crate::{
    fixture::Fixture,
    support::{Audited, Database, Server, majors},
};

/// What may be kept from a role and leaves the rest to be checked.
const HIDEABLE: [&str; 18] = [
    "pg_constraint",
    "pg_index",
    "pg_am",
    "pg_locks",
    "pg_stat_progress_create_index",
    "pg_policy",
    "pg_proc",
    "pg_trigger",
    "pg_sequence",
    "pg_roles",
    "pg_auth_members",
    "pg_extension",
    "pg_rewrite",
    "pg_attrdef",
    "pg_language",
    "pg_available_extensions",
    "pg_stats",
    "pg_settings",
];

/// One for each part of the facts that may be out of sight.
const EACH_PART: [&str; 10] = [
    "pg_constraint",
    "pg_index",
    "pg_policy",
    "pg_proc",
    "pg_trigger",
    "pg_sequence",
    "pg_roles",
    "pg_extension",
    "pg_rewrite",
    "pg_stats",
];

/// Without these there is nothing to check.
const NEEDED: [&str; 8] = [
    "pg_class",
    "pg_namespace",
    "pg_attribute",
    "pg_description",
    "pg_inherits",
    "pg_depend",
    "pg_database",
    "pg_type",
];

/// A role that may log in and nothing else.
const WATCHER: &str = "DO $$ BEGIN CREATE ROLE watcher LOGIN;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;";

async fn database(server: &Server, name: &str, sql: &str) -> Database {
    let database = Database::create(server, name, false).await;
    database.run(WATCHER).await.unwrap();
    database.run(sql).await.unwrap();
    database
}

/// What each finding is about, and how it is put.
fn told(audited: &Audited) -> Vec<(String, Option<String>, String)> {
    let told = |finding: &audit::Finding| (finding.object.clone(), finding.part.clone(), finding.detail.clone());
    audited.audit.findings.iter().map(told).collect()
}

/// Whether `weak` says the same as `strong`, or that it could not see: all of it, or just what it does not tell.
fn honest(weak: &Audited, strong: &Audited) -> bool {
    let unseen = &weak.audit.unseen;
    let (weak_told, strong_told) = (told(weak), told(strong));
    let invented = weak_told.iter().any(|finding| !strong_told.contains(finding));
    let admitted =
        |object: &str| unseen.iter().any(|unseen| unseen.object.as_deref().is_none_or(|seen| seen == object));
    !invented && strong_told.iter().all(|finding| weak_told.contains(finding) || admitted(&finding.0))
}

/// Every check, by its own fixture: for a role without rights, and for one from which a catalogue is kept.
/// `PGDECK_TEST_CHECK=FK03` looks at one of them.
#[tokio::test(flavor = "multi_thread")]
async fn no_check_takes_what_it_cannot_see_for_clean_or_makes_something_up() {
    let one = std::env::var("PGDECK_TEST_CHECK").ok();
    for server in majors() {
        let fixtures = Fixture::all();
        let wanted = fixtures
            .iter()
            .filter(|fixture| one.as_ref().is_none_or(|id| *id == fixture.id) && server.major() >= fixture.since);
        let failed: Vec<String> =
            stream::iter(wanted).map(|fixture| hide_each(&server, fixture)).buffer_unordered(4).concat().await;
        assert!(failed.is_empty(), "PostgreSQL {}:\n{}", server.version(), failed.join("\n"));
    }
}

async fn hide_each(server: &Server, fixture: &Fixture) -> Vec<String> {
    let mut wrong = Vec::new();
    let name = format!("unseen_{}", fixture.id.to_lowercase());
    let database = Database::create(server, &name, fixture.supabase).await;
    database.run(WATCHER).await.unwrap();
    database.run(&fixture.sql).await.unwrap();
    let id = fixture.id.as_str();
    let strong = database.audit(id, &fixture.project).await;
    let plain = database.audit_as("watcher", &[id], &fixture.project).await;
    if !honest(&plain, &strong) {
        wrong.push(format!("{id}, a role without rights: {:?}\ninstead of {:?}", plain.audit, told(&strong)));
    }
    let admin = database.connect().await;
    for catalog in EACH_PART {
        admin.batch_execute(&format!("REVOKE SELECT ON pg_catalog.{catalog} FROM PUBLIC")).await.unwrap();
        let weak = database.audit_as("watcher", &[id], &fixture.project).await;
        if !honest(&weak, &strong) {
            wrong.push(format!("{id} without {catalog}: {:?}\ninstead of {:?}", weak.audit, told(&strong)));
        }
        admin.batch_execute(&format!("GRANT SELECT ON pg_catalog.{catalog} TO PUBLIC")).await.unwrap();
    }
    wrong
}

const SHOP: &str = "CREATE SCHEMA shop;
CREATE TABLE shop.customers (id serial PRIMARY KEY, done boolean);
CREATE TABLE shop.orders (id serial PRIMARY KEY, customer_id int REFERENCES shop.customers);
CREATE INDEX orders_a ON shop.orders (id, customer_id);
CREATE INDEX orders_b ON shop.orders (id, customer_id);
CREATE VIEW shop.names AS SELECT id FROM shop.customers;
CREATE SEQUENCE shop.round_seq MAXVALUE 10 CYCLE;
SELECT setval('shop.orders_id_seq', 2147483000), setval('shop.round_seq', 10);
";

/// The checks that say that they could not see, and for which objects.
fn blind(audited: &Audited) -> Vec<(&'static str, Option<&str>)> {
    audited.audit.unseen.iter().map(|unseen| (unseen.id, unseen.object.as_deref())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_only_log_in_sees_all_but_the_values_of_sequences() {
    for server in majors() {
        let database = database(&server, "login", SHOP).await;
        let strong = database.audit_as("postgres", &[], "").await;
        assert!(strong.audit.unseen.is_empty(), "{:?}", strong.audit.unseen);
        let weak = database.audit_as("watcher", &[], "").await;
        let sequences = ["shop.customers_id_seq", "shop.orders_id_seq"].map(|name| ("SQ01", Some(name)));
        assert_eq!(blind(&weak), sequences, "{}", server.version());
        assert!(weak.audit.unseen.iter().all(|unseen| unseen.reason.contains("watcher may not read its value")));
        // The one thing that the superuser finds besides.
        assert!(strong.audit.findings.iter().any(|finding| finding.check == "SQ01"));
        assert!(weak.audit.fails(Severity::Error));
        let rest: Vec<_> =
            told(&strong).into_iter().filter(|(object, ..)| object != "shop.orders_id_seq").collect::<Vec<_>>();
        assert_eq!(told(&weak), rest);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rests_on_a_hidden_catalogue_and_nothing_else_is_unseen() {
    for server in majors() {
        let database = database(&server, "hidden", SHOP).await;
        database.run("GRANT SELECT ON ALL SEQUENCES IN SCHEMA shop TO watcher;").await.unwrap();
        for catalog in HIDEABLE {
            database.run(&format!("REVOKE SELECT ON pg_catalog.{catalog} FROM PUBLIC;")).await.unwrap();
            let weak = database.audit_as("watcher", &[], "").await;
            let reason = format!("watcher may not read {catalog}");
            assert!(weak.audit.unseen.iter().all(|unseen| unseen.object.is_none() && unseen.reason == reason));
            let expected: &[&str] = match catalog {
                "pg_index" | "pg_am" | "pg_locks" | "pg_stat_progress_create_index" => &["IX01", "IX06", "FK03"],
                "pg_constraint" => &["FK01", "FK03", "IX02"],
                "pg_sequence" | "pg_attrdef" => &["SQ01"],
                _ => &[],
            };
            let known = database.audit_as("postgres", &[], "").await;
            assert!(known.audit.unseen.is_empty(), "{catalog}: a superuser sees everything");
            let blind = blind(&weak);
            for id in expected {
                assert!(blind.contains(&(id, None)), "{catalog}: {id} of {blind:?}");
                let alone = database.audit_as("watcher", &[id], "").await;
                let severity = audit::check(id).unwrap().severity;
                assert!(alone.audit.findings.is_empty() && alone.audit.fails(severity), "{catalog}: {id}");
            }
            // Neither has anything to do with keys or sequences.
            if matches!(catalog, "pg_policy" | "pg_settings" | "pg_trigger") {
                assert!(!blind.iter().any(|(id, _)| ["FK03", "IX01", "SQ01"].contains(id)), "{catalog}: {blind:?}");
            }
            database.run(&format!("GRANT SELECT ON pg_catalog.{catalog} TO PUBLIC;")).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_tables_themselves_there_is_an_error_that_names_what_may_not_be_read() {
    for server in majors() {
        let database = database(&server, "needed", SHOP).await;
        for catalog in NEEDED {
            database.run(&format!("REVOKE SELECT ON pg_catalog.{catalog} FROM PUBLIC;")).await.unwrap();
            let error = database.try_audit_as("watcher", &[], "").await.expect_err(catalog);
            assert!(error.to_string().contains(catalog), "{error}");
            assert_eq!(error.environment.as_deref(), Some("here"));
            database.run(&format!("GRANT SELECT ON pg_catalog.{catalog} TO PUBLIC;")).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_may_not_be_entered_is_looked_at_all_the_same() {
    for server in majors() {
        let database = database(&server, "closed", SHOP).await;
        database
            .run("GRANT SELECT ON ALL SEQUENCES IN SCHEMA shop TO watcher; REVOKE ALL ON SCHEMA public FROM PUBLIC;")
            .await
            .unwrap();
        let strong = database.audit_as("postgres", &[], "").await;
        let weak = database.audit_as("watcher", &[], "").await;
        assert_eq!(blind(&weak), []);
        assert_eq!(told(&weak), told(&strong));
        assert!(told(&weak).iter().any(|(object, ..)| object == "shop.orders_id_seq"));
    }
}

/// Facts on buckets are there, or the reason why they are not; a table under row security that shows no row is not one
/// without rows.
#[tokio::test(flavor = "multi_thread")]
async fn buckets_that_are_out_of_sight_are_not_taken_for_none() {
    const BUCKETS: &str = "CREATE SCHEMA storage;
CREATE TABLE storage.buckets (id text PRIMARY KEY, name text, public boolean);
INSERT INTO storage.buckets VALUES ('files', 'files', true);
";
    for server in majors() {
        let database = database(&server, "buckets", BUCKETS).await;
        let seen = |audited: &Audited| {
            let reason = audited.facts.unseen.get(&audit::facts::Sight::Buckets).cloned();
            (audited.facts.buckets.len(), reason)
        };
        for (sql, reason) in [
            ("", "watcher may not read storage.buckets"),
            ("GRANT USAGE ON SCHEMA storage TO watcher;", "watcher may not read storage.buckets"),
            (
                "GRANT SELECT ON storage.buckets TO watcher; ALTER TABLE storage.buckets ENABLE ROW LEVEL SECURITY;",
                "row-level security limits what watcher can read from storage.buckets",
            ),
        ] {
            database.run(sql).await.unwrap();
            assert_eq!(seen(&database.audit_as("watcher", &[], "").await), (0, Some(reason.to_owned())));
            assert_eq!(seen(&database.audit_as("postgres", &[], "").await), (1, None));
        }
        database.run("ALTER TABLE storage.buckets DISABLE ROW LEVEL SECURITY;").await.unwrap();
        assert_eq!(seen(&database.audit_as("watcher", &[], "").await), (1, None));
        database.run("DROP TABLE storage.buckets;\nREVOKE ALL ON SCHEMA storage FROM watcher;").await.unwrap();
        assert_eq!(seen(&database.audit_as("watcher", &[], "").await), (0, None));
    }
}

/// Whoever owns the table may give its types casts, and an audit runs as whoever started it: none of them is called.
#[tokio::test(flavor = "multi_thread")]
async fn no_cast_of_a_type_of_the_database_is_called() {
    const CASTS: &str = "CREATE SCHEMA storage;
CREATE TYPE storage.word AS ENUM ('files', 'true');
CREATE FUNCTION storage.ran(storage.word) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the cast ran'; END $$;
CREATE FUNCTION storage.told(storage.word) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the cast ran'; END $$;
CREATE CAST (storage.word AS json) WITH FUNCTION storage.ran(storage.word);
CREATE CAST (storage.word AS text) WITH FUNCTION storage.told(storage.word) AS ASSIGNMENT;
";
    for server in majors() {
        for (name, columns, public) in [
            ("casts", "id storage.word, name storage.word, public storage.word, more storage.word", true),
            ("casts_old", "id storage.word, name storage.word, more storage.word, old storage.word", false),
        ] {
            let table = format!(
                "CREATE TABLE storage.buckets ({columns});\nINSERT INTO storage.buckets VALUES ('files', 'files', 'true', 'true');\n"
            );
            let database = database(&server, name, &format!("{CASTS}{table}")).await;
            let audited = database.audit_as("postgres", &[], "").await;
            let [bucket] = audited.facts.buckets.as_slice() else { panic!("{:?}", audited.facts.buckets) };
            assert_eq!((bucket.id.as_str(), bucket.public), ("files", public));
        }
    }
}

/// One table that somebody keeps to himself costs what is said about it, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_locked_table_hides_itself_alone() {
    const LOCKABLE: &str = "CREATE POLICY own ON shop.orders USING (customer_id = 1);
CREATE TABLE shop.coupons (id int PRIMARY KEY, code text);
CREATE INDEX coupons_a ON shop.coupons (lower(code)) WHERE id > 0;
CREATE INDEX coupons_b ON shop.coupons (lower(code)) WHERE id > 0;
CREATE POLICY nobody ON shop.coupons USING (id > 0);
ALTER TABLE shop.coupons ENABLE ROW LEVEL SECURITY;
";
    for server in majors() {
        let database = database(&server, "locked", &format!("{SHOP}{LOCKABLE}")).await;
        let free = database.audit_as("postgres", &[], "").await;
        assert!(free.audit.unseen.is_empty() && free.facts.locked.is_empty(), "{:?}", free.audit.unseen);
        let about = |audited: &Audited, wanted: bool| {
            let mut told = told(audited);
            told.retain(|(object, ..)| (object == "shop.coupons") == wanted);
            told
        };
        assert!(
            about(&free, true).iter().any(|(_, part, _)| part.as_deref() == Some("coupons_b")),
            "{:?}",
            told(&free)
        );
        let holder = database.connect().await;
        holder.batch_execute("BEGIN; LOCK TABLE shop.coupons").await.unwrap();
        let held = database.audit_as("postgres", &[], "").await;
        assert_eq!(about(&held, false), about(&free, false), "the others are told as before");
        assert!(about(&held, true).iter().all(|finding| about(&free, true).contains(finding)), "nothing is invented");
        let [unseen] = held.audit.unseen.as_slice() else { panic!("{:?}", held.audit.unseen) };
        assert_eq!(unseen.object.as_deref(), Some("shop.coupons"));
        assert!(unseen.reason.contains("keeps it locked against readers"), "{}", unseen.reason);
        assert!(held.audit.fails(Severity::Error), "not known is not all right");
        holder.batch_execute("ROLLBACK").await.unwrap();
        assert_eq!(told(&database.audit_as("postgres", &[], "").await), told(&free));
    }
}
