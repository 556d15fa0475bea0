//! A table that is never synced is not written by a trigger or rule either, unless the project says so.

use pgdeck::{
    app::{job::Job, sync},
    core::{error::Code, sync::fires::Rebuilt},
};

use crate::support::{Pair, set};

const SCHEMA: &str =
    "CREATE TABLE plans (key text PRIMARY KEY, name text); CREATE TABLE profiles (who text, plan text);";
const TARGET: &str = "INSERT INTO plans VALUES ('a', 'A'); INSERT INTO profiles VALUES ('alice', 'A');";

fn sets(agreed: &str) -> String {
    format!("[sync]\nnever = [\"profiles\"]\n{agreed}\n{}", set(r#"{ table = "plans" }"#))
}

async fn pair(agreed: &str, acting: &str) -> Pair {
    Pair::new(&sets(agreed), SCHEMA, "INSERT INTO plans VALUES ('a', 'A2')", &format!("{TARGET}{acting}")).await
}

fn trigger(body: &str) -> String {
    format!(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN {body}; RETURN NEW; END$$;
         CREATE TRIGGER t AFTER UPDATE ON plans FOR EACH ROW EXECUTE FUNCTION f()"
    )
}

#[tokio::test]
async fn what_a_trigger_or_rule_writes_there_is_rolled_back_unless_it_is_agreed_to() {
    let rule = "CREATE RULE r AS ON UPDATE TO plans DO ALSO UPDATE profiles SET plan = NEW.name".to_owned();
    let hidden = trigger("EXECUTE 'UPDATE public.prof' || 'iles SET plan = ''x'''");
    let cases = [
        (
            trigger("UPDATE public.Profiles SET plan = NEW.name"),
            Some("trigger `t` names public.profiles, which is never synced"),
        ),
        (rule, Some("rule `r` names public.profiles, which is never synced")),
        (hidden, None),
    ];
    for (acting, warned) in cases {
        let pair = pair("", &acting).await;
        let before = pair.target.dump().await;
        let review = pair.review().await;
        let warnings = review.tables[0].warnings.join("; ");
        assert!(warned.is_none_or(|warned| warnings.contains(warned)), "{warnings}");
        let error = pair.apply(&pair.all(&review)).await.unwrap_err();
        assert_eq!(error.code, Code::RolledBack, "{error}");
        assert!(
            error.message.contains("wrote public.profiles (1 updated), which is never synced (`profiles`)"),
            "{error}"
        );
        assert!(error.to_string().contains(r#"triggers_may_write = ["public.profiles"]"#), "{error}");
        assert_eq!(pair.target.dump().await, before);
        // A dry run finds it out, too.
        let plan = pair.all(&review);
        assert!(Box::pin(sync::apply(&pair.deck, &Job::quiet(), &plan, &pair.permit(&plan), true)).await.is_err());
    }
    let agreed =
        pair("triggers_may_write = [\"profiles\"]", &trigger("UPDATE public.profiles SET plan = NEW.name")).await;
    let review = agreed.review().await;
    assert!(review.tables[0].warnings.join("; ").contains("pgdeck.toml lets triggers write it"), "{review:?}");
    let plan = agreed.all(&review);
    assert_eq!(plan.agreed.len(), 1);
    agreed.apply(&plan).await.unwrap();
    assert_eq!(agreed.target.rows("SELECT plan FROM profiles").await, ["A2"]);
}

/// Without the server's counts nobody knows what was written, also where a trigger turns them off on its way.
#[tokio::test]
async fn what_is_not_counted_is_not_let_through() {
    let writes = "UPDATE public.profiles SET plan = NEW.name";
    let off = trigger(&format!("PERFORM set_config('track_counts', 'off', true); {writes}"));
    let database = |acting: &str| {
        format!(
            "DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET track_counts = off', current_database()); END$$; {acting}"
        )
    };
    for acting in [off.clone(), database(&trigger(writes))] {
        let pair = pair("", &acting).await;
        let error = pair.refused(&pair.all(&pair.review().await)).await;
        assert_eq!(error.code, Code::RolledBack, "{error}");
        assert!(
            error.message.contains("it may be a table that is never synced; everything was rolled back"),
            "{error}"
        );
        assert_eq!(error.hint.as_deref(), Some("set track_counts = on for the target"));
    }
    // Where nothing is protected it is said.
    let schema = format!("{SCHEMA}{TARGET}{}", trigger(writes));
    let change = "UPDATE plans SET name = 'A2'";
    let pair = Pair::new(&set(r#"{ table = "plans" }"#), &schema, change, &database("")).await;
    let done = pair.apply(&pair.all(&pair.review().await)).await.unwrap();
    assert!(done.triggers.also.is_empty() && done.triggers.unknown.unwrap().contains("track_counts is off"));
}

/// What is written besides and is not protected stays a matter of the report.
#[tokio::test]
async fn other_tables_may_be_written() {
    let acting = format!("CREATE TABLE log (what text); {}", trigger("INSERT INTO public.log VALUES (NEW.key)"));
    let pair = pair("", &acting).await;
    let done = pair.apply(&pair.all(&pair.review().await)).await.unwrap();
    assert_eq!(done.triggers.also.len(), 1);
    assert_eq!(pair.target.one("SELECT count(*) FROM log").await, "1");
}

/// The server counts no rows where a table is emptied or written anew.
#[tokio::test]
async fn a_table_that_a_trigger_empties_or_rewrites_is_kept_or_reported() {
    let rewrite = "ALTER TABLE public.profiles ALTER who TYPE text USING who || '!'";
    for body in ["TRUNCATE public.profiles", rewrite] {
        let acting = trigger(&format!("EXECUTE $x${body}$x$"));
        let never = pair("", &acting).await;
        let before = never.target.dump().await;
        let error = never.apply(&never.all(&never.review().await)).await.unwrap_err();
        let what = "trigger `t` on public.plans wrote public.profiles (truncated or rewritten), which is never synced";
        assert!(error.code == Code::RolledBack && error.message.contains(what), "{error}");
        assert!(error.message.ends_with("; everything was rolled back"), "said once: {error}");
        assert_eq!(never.target.dump().await, before);
        let agreed = pair("triggers_may_write = [\"profiles\"]", &acting).await;
        let applied = agreed.apply(&agreed.all(&agreed.review().await)).await.unwrap();
        let also = &applied.triggers.also[0];
        assert!(
            also.rebuilt == Some(Rebuilt::Rewritten) && also.display() == "public.profiles (truncated or rewritten)",
            "{also:?}"
        );
    }
    // What nobody protects is reported.
    let other =
        pair("", &format!("CREATE TABLE public.cache AS SELECT 1 AS a;{}", trigger("EXECUTE 'TRUNCATE public.cache'")))
            .await;
    let applied = other.apply(&other.all(&other.review().await)).await.unwrap();
    let also: Vec<_> = applied.triggers.also.iter().map(pgdeck::core::sync::fires::Also::display).collect();
    assert_eq!(also, ["public.cache (truncated or rewritten)"]);
    // The plan's own: other rows of it would be in no image.
    let sets = set(r#"{ table = "plans" }, { table = "notes" }"#);
    let schema =
        "CREATE TABLE plans (key text PRIMARY KEY, name text); CREATE TABLE notes (key text PRIMARY KEY, name text);";
    let source = "INSERT INTO plans VALUES ('a', 'A2'); INSERT INTO notes VALUES ('a', 'A'), ('b', 'B2')";
    let target = "INSERT INTO plans VALUES ('a', 'A'); INSERT INTO notes VALUES ('a', 'A'), ('b', 'B');";
    let rewrites = trigger("EXECUTE 'ALTER TABLE public.notes ALTER name TYPE text USING name || name'");
    let own = Pair::new(&sets, schema, source, &format!("{target}{rewrites}")).await;
    let before = own.target.dump().await;
    let error = own.apply(&own.all(&own.review().await)).await.unwrap_err();
    assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.notes")), "{error}");
    assert_eq!(own.target.dump().await, before);
    // A table of its own for each month, and a view that is computed again, lose nobody's rows.
    let makes =
        "EXECUTE 'CREATE TABLE IF NOT EXISTS public.of_month (who text)'; REFRESH MATERIALIZED VIEW public.seen";
    let view = "CREATE MATERIALIZED VIEW public.seen AS SELECT key FROM public.plans;";
    let fine = pair("", &format!("{view}{}", trigger(makes))).await;
    let applied = fine.apply(&fine.all(&fine.review().await)).await.unwrap();
    assert!(!applied.triggers.also.iter().any(|also| also.rebuilt.is_some()), "{:?}", applied.triggers.also);
}

/// What is gone is not counted either.
#[tokio::test]
async fn a_table_that_a_trigger_drops_or_renames_is_kept_or_reported() {
    for body in ["DROP TABLE public.profiles", "ALTER TABLE public.profiles RENAME TO hidden"] {
        let acting = trigger(&format!("EXECUTE $x${body}$x$"));
        let never = pair("", &acting).await;
        let before = never.target.dump().await;
        let error = never.apply(&never.all(&never.review().await)).await.unwrap_err();
        let what = "trigger `t` on public.plans wrote public.profiles (dropped or renamed), which is never synced";
        assert!(error.code == Code::RolledBack && error.message.contains(what), "{error}");
        assert_eq!(never.target.dump().await, before);
        let agreed = pair("triggers_may_write = [\"profiles\"]", &acting).await;
        let applied = agreed.apply(&agreed.all(&agreed.review().await)).await.unwrap();
        assert_eq!(applied.triggers.also[0].rebuilt, Some(Rebuilt::Gone), "{:?}", applied.triggers);
    }
    // A table of its own that goes again loses nothing.
    let makes = "EXECUTE 'CREATE TEMP TABLE work AS SELECT 1 AS a'; EXECUTE 'DROP TABLE work'";
    let fine = pair("", &trigger(makes)).await;
    let applied = fine.apply(&fine.all(&fine.review().await)).await.unwrap();
    assert!(applied.triggers.also.is_empty(), "{:?}", applied.triggers);
}

/// Functions that the server calls for a row without any trigger. What is called immutable may call what is not.
const WRITES: &str = "CREATE FUNCTION writes(text) RETURNS text LANGUAGE plpgsql AS
    $$BEGIN INSERT INTO public.profiles VALUES ('w', $1); RETURN $1; END$$;
    CREATE FUNCTION w(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN public.writes($1); END$$;";

/// A CHECK, an index, a default and a generated column call functions, which can write as well.
#[tokio::test]
async fn what_other_functions_write_there_is_rolled_back_unless_it_is_agreed_to() {
    // The last one is a column that only the target has.
    let cases = [
        ("ALTER TABLE plans ADD CHECK (public.w(name) IS NOT NULL);", ""),
        ("CREATE INDEX ON plans (public.w(name));", ""),
        ("ALTER TABLE plans ADD made text GENERATED ALWAYS AS (public.w(name)) STORED;", ""),
        ("", "ALTER TABLE plans ADD made text; ALTER TABLE plans ALTER made SET DEFAULT public.w('x');"),
    ];
    for (declares, there) in cases {
        let of = |agreed: &str| format!("[sync]\nnever = [\"profiles\"]\n{agreed}\n{}", set("{ table = \"plans\" }"));
        let schema = format!("{SCHEMA}{WRITES}{declares}");
        let source = "INSERT INTO plans VALUES ('a', 'A2'), ('b', 'B')";
        let target = format!("INSERT INTO plans VALUES ('a', 'A'); DELETE FROM profiles; {there}");
        let pair = Pair::new(&of(""), &schema, source, &target).await;
        let before = pair.target.dump().await;
        let plan = pair.all(&pair.review().await);
        let error = pair.apply(&plan).await.expect_err(&format!("{declares}{there}"));
        assert_eq!(error.code, Code::RolledBack, "{declares}: {error}");
        let what = "a function of the target that is no trigger of these tables";
        assert!(error.message.contains(what), "{declares}: {error}");
        assert!(error.message.contains("wrote public.profiles ("), "{declares}: {error}");
        assert_eq!(pair.target.dump().await, before, "{declares}");
        let agreed = Pair::new(&of("triggers_may_write = [\"profiles\"]"), &schema, source, &target).await;
        let done = agreed.apply(&agreed.all(&agreed.review().await)).await.unwrap();
        assert_eq!(done.triggers.also[0].table, "public.profiles", "{declares}");
    }
}

/// A domain's CHECK is asked at the review already, which may write nothing.
#[tokio::test]
async fn a_domain_that_writes_is_found_by_the_review() {
    let domain = "CREATE DOMAIN d AS text CHECK (public.w(VALUE) IS NOT NULL); ALTER TABLE plans ALTER name TYPE d;";
    let sets = format!("[sync]\nnever = [\"profiles\"]\n{}", set("\"plans\""));
    let target = "INSERT INTO plans VALUES ('a', 'A'); DELETE FROM profiles;";
    let pair =
        Pair::new(&sets, &format!("{SCHEMA}{WRITES}{domain}"), "INSERT INTO plans VALUES ('a', 'A2')", target).await;
    let review = pair.review().await;
    let blocked = review.tables[0].rows[0].blocked.as_deref().unwrap_or_default();
    assert!(blocked.contains("the target's type public.d does not accept"), "{blocked}");
}

/// A deferred trigger that puts the rest off once more would write at COMMIT, behind the last look.
#[tokio::test]
async fn what_a_deferred_trigger_puts_off_again_is_not_let_through() {
    let deferred = |last: &str| {
        format!(
            "CREATE TABLE queue (at int);
             CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
               IF NEW.at < 10 THEN SET CONSTRAINTS ALL DEFERRED; INSERT INTO public.queue VALUES (NEW.at + 10); ELSE {last}; END IF;
               RETURN NULL; END$$;
             CREATE CONSTRAINT TRIGGER later AFTER INSERT ON queue DEFERRABLE INITIALLY DEFERRED
               FOR EACH ROW EXECUTE FUNCTION later(); {}",
            trigger("INSERT INTO public.queue VALUES (1)")
        )
    };
    let hidden = pair("", &deferred("INSERT INTO public.profiles VALUES ('late', 'late')")).await;
    let before = hidden.target.dump().await;
    let error = hidden.apply(&hidden.all(&hidden.review().await)).await.unwrap_err();
    assert_eq!(error.code, Code::RolledBack, "{error}");
    assert!(error.message.contains("trigger `t` on public.plans may have fired them; everything"), "{error}");
    assert_eq!(hidden.target.dump().await, before);
    // Where the work that was put off writes nothing, nothing is lost.
    let quiet = pair("", &deferred("PERFORM 1")).await;
    let done = quiet.apply(&quiet.all(&quiet.review().await)).await.unwrap();
    assert_eq!(done.triggers.also.len(), 1, "{:?}", done.triggers);
}
