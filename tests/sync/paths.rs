//! Triggers of the target find their names as they are used to, and nothing of the target stands in for what pgdeck means.

use pgdeck::{
    app::{job::Job, sync},
    core::{error::Code, sync::script::script},
};

use crate::{
    offline::{answer, load, query, review},
    support::{Pair, set, show},
};

const SETS: &str = r#"{ table = "parents", key = ["k"] }, { table = "t", key = ["parent_id", "k"] }"#;
const SCHEMA: &str = "CREATE TYPE mood AS ENUM ('low', 'high'); CREATE DOMAIN short AS varchar CHECK (length(value) < 9);
    CREATE TABLE parents (id serial PRIMARY KEY, k short UNIQUE NOT NULL, m mood);
    CREATE TABLE t (id serial PRIMARY KEY, parent_id int NOT NULL REFERENCES parents, k varchar NOT NULL, n numeric, f float8, m mood, pos int NOT NULL,
        UNIQUE (parent_id, k), UNIQUE (parent_id, pos));
    CREATE TABLE log (what text);
    CREATE FUNCTION kept(v text) RETURNS boolean LANGUAGE plpgsql STABLE AS 'BEGIN RETURN v IS NOT NULL AND (SELECT count(*) FROM log) >= 0; END';
    ALTER TABLE t ADD CHECK (kept(k));
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (TG_OP || NEW.k); RETURN NEW; END';
    CREATE TRIGGER note AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION note();
    CREATE CONSTRAINT TRIGGER late AFTER INSERT ON parents DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();";

/// Everything by a name that statements of pgdeck use; whoever calls it fails.
const HOSTILE: &str = r#"CREATE SCHEMA hostile;
    DO $$ DECLARE f text; o text; BEGIN
      FOREACH f IN ARRAY ARRAY['lower(varchar)', 'lower(text)', 'unnest(text[])', 'trim_scale(numeric)', 'setval(text, bigint)', 'setval(regclass, bigint)',
          'max(int)', 'set_config(text, text, boolean)', 'current_setting(text)', 'convert_to(text, text)', 'octet_length(text)',
          'hashtextextended(text, int)', 'concat_ws(text, text, text)', 'concat(name, text, name)', 'string_agg(text, text)', 'to_json(text)', 'to_json(text[])',
          'pg_try_advisory_xact_lock(bigint)', 'pg_current_xact_id()', 'pg_sequence_last_value(oid)', 'pg_get_serial_sequence(text, text)', 'row_security_active(oid)', 'strpos(text, name)'] LOOP
        EXECUTE format('CREATE FUNCTION hostile.%s RETURNS text LANGUAGE plpgsql AS %L', f, 'BEGIN RAISE EXCEPTION ''captured''; END');
      END LOOP;
      FOREACH o IN ARRAY ARRAY['int, int', 'text, text', 'varchar, varchar', 'public.short, public.short', 'public.short, varchar', 'public.short, text', 'varchar, text',
          'numeric, numeric', 'public.mood, public.mood', 'float8, int', 'bigint, int', 'numeric, bigint'] LOOP
        EXECUTE format('CREATE FUNCTION hostile.equal(%s) RETURNS boolean LANGUAGE plpgsql AS %L', o, 'BEGIN RAISE EXCEPTION ''captured''; END');
        EXECUTE format('CREATE OPERATOR hostile.= (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile.equal)', split_part(o, ',', 1), split_part(o, ',', 2));
        EXECUTE format('CREATE OPERATOR hostile.<> (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile.equal)', split_part(o, ',', 1), split_part(o, ',', 2));
        EXECUTE format('CREATE OPERATOR hostile.+ (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile.equal)', split_part(o, ',', 1), split_part(o, ',', 2));
        EXECUTE format('CREATE OPERATOR hostile.> (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile.equal)', split_part(o, ',', 1), split_part(o, ',', 2));
      END LOOP;
    END $$;
    CREATE DOMAIN hostile.text AS pg_catalog.int4; CREATE DOMAIN hostile.uuid AS pg_catalog.int4; CREATE DOMAIN hostile."numeric" AS pg_catalog.int4;
    CREATE TABLE hostile.t (id int, k int); CREATE TABLE hostile.parents (id int); CREATE VIEW hostile.pg_settings AS SELECT 1 / 0 AS name;
    CREATE VIEW hostile.pg_sequence AS SELECT 1 / 0 AS seqrelid;"#;

const SOURCE: &str = "INSERT INTO parents (k, m) VALUES ('p', 'low'), ('q', 'high'), ('new', 'low');
    INSERT INTO t (parent_id, k, n, f, m, pos) SELECT p.id, w.x, 1.50, 0.5, 'high', row_number() OVER (PARTITION BY p.id ORDER BY w.x) FROM parents p, unnest('{a,b,c}'::text[]) AS w(x)";
const TARGET: &str = "INSERT INTO parents (id, k, m) VALUES (91, 'q', 'low'), (90, 'p', 'low');
    INSERT INTO t (parent_id, k, n, f, m, pos) VALUES (90, 'b', 1, 0, 'low', 1), (90, 'a', 2, 1, 'low', 2), (91, 'c', 0, 0, NULL, 1), (91, 'gone', 0, 0, NULL, 7)";
const SEEN: &str = "SELECT p.k, p.m, t.k, t.n, t.f, t.m, t.pos FROM public.t JOIN public.parents p ON p.id OPERATOR(pg_catalog.=) t.parent_id WHERE t.k OPERATOR(pg_catalog.<>) 'gone' ORDER BY 1, 3";

#[tokio::test]
async fn triggers_and_checks_find_their_names_and_nothing_stands_in_for_ours() {
    for path in ["hostile, public", "hostile, pg_catalog, public", "pg_temp, hostile, public"] {
        let mut pair = Pair::new(&set(SETS), SCHEMA, SOURCE, TARGET).await;
        let wanted = pair.source.rows(SEEN).await;
        for db in [&pair.source, &pair.target] {
            db.run(&format!("{HOSTILE} TRUNCATE log; ALTER DATABASE {} SET search_path = {path}", db.name)).await;
        }
        for batch in [2, 1000] {
            pair.batch = batch;
            let plan = pair.all(&pair.review_deletes().await);
            let applied = pair.sync_deletes().await;
            assert_eq!(pair.target.rows(SEEN).await, wanted, "{path}");
            let noted = pair.target.one("SELECT pg_catalog.count(*) FROM public.log").await;
            assert!(noted.parse::<u32>().unwrap() > 5, "the triggers ran: {noted}");
            pair.undo(&applied.run.unwrap()).await.unwrap();
            let sql = script(&plan).unwrap();
            for _ in 0..2 {
                pair.target.script(&sql).await.unwrap_or_else(|error| panic!("{path}: {error}\n{sql}"));
                assert_eq!(pair.target.rows(SEEN).await, wanted, "{path}");
            }
            let again = pair.review_deletes().await;
            assert!(pair.all(&again).steps.is_empty(), "{}", show(&again));
            pair.target.run("DELETE FROM public.t WHERE k::pg_catalog.text OPERATOR(pg_catalog.=) 'a'; UPDATE public.t SET n = 7; DELETE FROM public.log").await;
        }
        let file = pair.state.path().join("seed.sql");
        sync::seed(&pair.deck, &Job::quiet(), &[], "source", &file).await.unwrap();
        let sql = std::fs::read_to_string(file).unwrap();
        for _ in 0..2 {
            pair.target.script(&sql).await.unwrap_or_else(|error| panic!("{path}: {error}\n{sql}"));
            assert_eq!(pair.target.rows(SEEN).await, wanted, "{path}");
        }
        assert!(pair.target.one("SELECT pg_catalog.count(*) FROM public.log").await.parse::<u32>().unwrap() > 0);
        // Where a path puts others before pg_catalog, what an editor runs is theirs.
        if !path.contains("pg_catalog") {
            let printed = query(&pair, &[]).await;
            let pasted = load(&pair, &answer(&pair, &printed).await, &[]).await.unwrap();
            let found = review(&pair, &pasted).await;
            assert!(found.tables.iter().all(|table| table.rows.is_empty()), "{}", show(&found));
        }
    }
}

#[tokio::test]
async fn a_function_that_does_not_find_a_name_is_named_with_what_to_do() {
    for (body, words) in [
        ("INSERT INTO missing VALUES (1)", "relation \"missing\" does not exist"),
        ("PERFORM missing(1)", "function missing(integer) does not exist"),
        ("PERFORM missing FROM public.t", "column \"missing\" does not exist"),
        ("INSERT INTO missing.t VALUES (1)", "relation \"missing.t\" does not exist"),
        ("PERFORM missing.f(1)", "schema \"missing\" does not exist"),
        ("PERFORM NULL::missing", "type \"missing\" does not exist"),
    ] {
        for late in [false, true] {
            let timing = if late {
                "CONSTRAINT TRIGGER x AFTER INSERT ON t DEFERRABLE INITIALLY DEFERRED"
            } else {
                "TRIGGER x BEFORE INSERT ON t"
            };
            let schema = format!(
                "CREATE TABLE t (k text PRIMARY KEY);
                 CREATE FUNCTION stamps() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN {body}; RETURN NEW; END $f$;
                 CREATE {timing} FOR EACH ROW EXECUTE FUNCTION stamps()"
            );
            let pair = Pair::new(
                &set(r#"{ table = "t", key = ["k"] }"#),
                &schema,
                "SET session_replication_role = replica; INSERT INTO t VALUES ('a'), ('b'), ('c')",
                "",
            )
            .await;
            let plan = pair.all(&pair.review().await);
            let error = pair.refused(&plan).await;
            assert_eq!(error.code, Code::RolledBack, "{error}");
            assert!(error.message.contains("stamps()") && error.message.contains(words), "{error}");
            assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("search_path")), "{error}");
        }
    }
}
