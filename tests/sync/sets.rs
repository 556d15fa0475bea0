//! What a set says: `where`, `columns`, `exclude`, `ignore`; and what is never synced.

use pgdeck::{
    app::{job::Job, sync},
    core::{error::Code, sync::diff::Change},
};

use crate::support::{Pair, counts, row, set, show, table};

#[tokio::test]
async fn a_condition_limits_what_is_exported_and_never_makes_a_second_row() {
    let schema =
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, active boolean, v text)";
    let sets = set(r#"{ table = "t", key = ["k"], where = "active -- only these" }"#);
    let source =
        "INSERT INTO t (k, active, v) VALUES ('revived', true, 'new'), ('retired', false, 'x'), ('same', true, 's')";
    // `revived` is outside the condition here and holds the key all the same; `unknown` is neither in nor out.
    let target = "INSERT INTO t (k, active, v) VALUES ('revived', false, 'old'), ('same', true, 's'), ('inactive here', false, 'x'),
        ('unknown', NULL, 'x'), ('gone', true, 'x'), ('retired', true, 'x')";
    let pair = Pair::new(&sets, schema, source, target).await;
    let review = pair.review_deletes().await;
    assert_eq!(counts(table(&review, "public.t")), [0, 1, 2, 0, 0, 1], "{}", show(&review));
    assert_eq!(row(&review, "public.t", "revived").change, Change::Update);
    pair.sync_deletes().await;
    assert_eq!(
        pair.target.rows("SELECT k, active, v FROM t ORDER BY 1").await,
        ["inactive here|f|x", "revived|t|new", "same|t|s", "unknown|∅|x"]
    );
}

#[tokio::test]
async fn a_condition_that_does_not_hold_together_is_named() {
    let pair =
        Pair::new(&set(r#"{ table = "t", where = "nonsense >" }"#), "CREATE TABLE t (k text PRIMARY KEY)", "", "")
            .await;
    let error = pair.export().await.unwrap_err();
    assert_eq!((error.object.as_deref(), error.environment.as_deref()), (Some("public.t"), Some("source")), "{error}");
}

const WIDE: &str = "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE);
    CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), k text UNIQUE, a text DEFAULT 'default', b text, p_id int REFERENCES p)";

async fn wide(table: &str) -> Pair {
    let sets = set(&format!(r#"{{ table = "p", key = ["k"] }}, {{ table = "t", key = ["k"], {table} }}"#));
    let source = "INSERT INTO p (k) VALUES ('one'), ('two'); INSERT INTO t (k, a, b, p_id) VALUES ('both', 'A', 'B', 1), ('new', 'A', 'B', 1)";
    let target =
        "INSERT INTO p (k) VALUES ('two'), ('one'); INSERT INTO t (k, a, b, p_id) VALUES ('both', 'a', 'b', 1)";
    Pair::new(&sets, WIDE, source, target).await
}

const ROWS: &str = "SELECT t.k, a, b, p.k FROM t LEFT JOIN p ON p.id = p_id ORDER BY 1";

#[tokio::test]
async fn excluded_columns_do_not_travel() {
    let pair = wide(r#"exclude = ["a", "p_id"]"#).await;
    let bundle = format!("{:?}", pair.export().await.unwrap());
    assert!(bundle.contains("\"B\"") && !bundle.contains("\"A\""), "not even into the bundle");
    pair.sync().await;
    assert_eq!(pair.target.rows(ROWS).await, ["both|a|B|two", "new|default|B|∅"]);
}

#[tokio::test]
async fn only_the_listed_columns_travel() {
    let pair = wide(r#"columns = ["b"]"#).await;
    pair.sync().await;
    assert_eq!(pair.target.rows(ROWS).await, ["both|a|B|two", "new|default|B|∅"]);
    let ids = "SELECT count(*) FROM t WHERE k = 'new' AND id = ANY ($$#$$::uuid[])";
    let there = pair.source.one("SELECT array_agg(id) FROM t").await;
    assert_eq!(pair.target.one(&ids.replace('#', &there)).await, "0", "the id is not listed either");
}

#[tokio::test]
async fn ignored_columns_travel_with_a_new_row_and_make_no_difference() {
    let pair = wide(r#"ignore = ["a", "p_id"]"#).await;
    let review = pair.review().await;
    let cells: Vec<_> = row(&review, "public.t", "both").cells.iter().map(|cell| cell.column.as_str()).collect();
    assert_eq!(cells, ["b"]);
    pair.sync().await;
    assert_eq!(pair.target.rows(ROWS).await, ["both|a|B|two", "new|A|B|one"]);
}

const USERS: &str = "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY, mail text);
    CREATE TABLE members (id uuid PRIMARY KEY REFERENCES auth.users, name text);
    CREATE TABLE pages (k text PRIMARY KEY, v text, author uuid REFERENCES auth.users, editor uuid REFERENCES members ON DELETE SET NULL)";
const NEVER: &str = "[sync]\nnever = [\"members\"]\n";

#[tokio::test]
async fn a_reference_to_what_is_never_synced_is_null_in_new_rows_and_kept_in_others() {
    let user = |id: u8, mail: &str| {
        let id = format!("00000000-0000-0000-0000-00000000000{id}");
        format!("INSERT INTO auth.users VALUES ('{id}', '{mail}'); INSERT INTO members VALUES ('{id}', '{mail}')")
    };
    let page = |k: &str, v: &str, id: u8| {
        format!(
            "INSERT INTO pages SELECT '{k}', '{v}', u, u FROM (VALUES ('00000000-0000-0000-0000-00000000000{id}'::uuid)) x (u)"
        )
    };
    // User 1 exists on both sides and is two people: a copied id would be a wrong one.
    let source = [user(1, "there"), page("both", "new", 1), page("new", "new", 1)].join(";");
    let target = [user(1, "here"), user(2, "here too"), page("both", "old", 2)].join(";");
    let pair = Pair::new(&format!("{NEVER}{}", set(r#"{ table = "pages" }"#)), USERS, &source, &target).await;
    let people =
        "SELECT md5(string_agg(u::text || m::text, ',' ORDER BY u.id)) FROM auth.users u JOIN members m USING (id)";
    let before = pair.target.one(people).await;
    let bundle = format!("{:?}", pair.export().await.unwrap());
    assert!(!bundle.contains("00000000-0000"), "no id of theirs leaves the source");
    let applied = pair.sync().await;
    let rows = "SELECT k, v, right(author::text, 1), right(editor::text, 1) FROM pages ORDER BY 1";
    assert_eq!(pair.target.rows(rows).await, ["both|new|2|2", "new|new|∅|∅"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.rows(rows).await, ["both|old|2|2"]);
    assert_eq!(pair.target.one(people).await, before);
}

#[tokio::test]
async fn a_new_row_that_needs_a_reference_to_what_is_never_synced_is_blocked() {
    let schema = "CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY);
        INSERT INTO auth.users VALUES ('00000000-0000-0000-0000-000000000001');
        CREATE TABLE pages (k text PRIMARY KEY, author uuid NOT NULL REFERENCES auth.users)";
    let source = "INSERT INTO pages SELECT 'new', id FROM auth.users";
    let pair = Pair::new(&set(r#"{ table = "pages" }"#), schema, source, "").await;
    let why = row(&pair.review().await, "public.pages", "new").blocked.clone();
    assert_eq!(why.as_deref(), Some("`author` must not be NULL in the target and nothing fills it"));
}

#[tokio::test]
async fn a_delete_that_would_reach_what_is_never_synced_is_blocked_and_later_refused() {
    let schema = "CREATE TABLE plans (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE members (name text PRIMARY KEY, plan_id int REFERENCES plans ON DELETE CASCADE)";
    let target = "INSERT INTO plans (k) VALUES ('used'), ('unused'); INSERT INTO members VALUES ('m', 1)";
    let pair = Pair::new(&format!("{NEVER}{}", set(r#"{ table = "plans", key = ["k"] }"#)), schema, "", target).await;
    let review = pair.review_deletes().await;
    let why = row(&review, "public.plans", "used").blocked.clone();
    assert_eq!(why.as_deref(), Some("1 row of public.members (m) points to it (CASCADE)"));
    let plan = pair.all(&review);
    assert_eq!(plan.tally().delete, 1);
    pair.target.run("INSERT INTO members VALUES ('late', 2)").await;
    let error = pair.refused(&plan).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.plans unused")), "{error}");
}

#[tokio::test]
async fn a_child_that_the_role_cannot_see_stops_a_review_of_deletes() {
    let schema = "DO $$ BEGIN CREATE ROLE keeper LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        CREATE TABLE plans (k text PRIMARY KEY); CREATE TABLE members (name text PRIMARY KEY, plan text REFERENCES plans ON DELETE CASCADE);
        GRANT ALL ON plans TO keeper";
    let pair =
        Pair::with_role("keeper", &set(r#"{ table = "plans" }"#), schema, "", "INSERT INTO plans VALUES ('gone')")
            .await;
    assert!(pair.review().await.is_empty());
    let error = pair.try_review(true).await.unwrap_err();
    assert_eq!(error.object.as_deref(), Some("public.members"), "{error}");
    assert!(error.to_string().contains("grant SELECT, or do not ask for deletes"), "{error}");
}

#[tokio::test]
async fn an_update_that_would_reach_what_is_never_synced_is_blocked_and_later_refused() {
    let schema =
        "CREATE TABLE plans (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, code text UNIQUE);
        CREATE TABLE members (name text PRIMARY KEY, plan text REFERENCES plans (code) ON UPDATE CASCADE)";
    let source = "INSERT INTO plans (k, code) VALUES ('used', 'new'), ('unused', 'other')";
    let target = "INSERT INTO plans (k, code) VALUES ('used', 'old'), ('unused', 'old too'); INSERT INTO members VALUES ('m', 'old')";
    let sets = set(r#"{ table = "plans", key = ["k"] }"#);
    let pair = Pair::new(&format!("{NEVER}{sets}"), schema, source, target).await;
    let review = pair.review().await;
    let why = row(&review, "public.plans", "used").blocked.clone();
    assert_eq!(why.as_deref(), Some("1 row of public.members (m) points to its `code`"));
    let plan = pair.all(&review);
    assert_eq!(plan.tally().update, 1);
    pair.target.run("INSERT INTO members VALUES ('late', 'old too')").await;
    let error = pair.refused(&plan).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.plans unused")), "{error}");
    pair.target.run("DELETE FROM members WHERE name = 'late'").await;
    pair.apply(&plan).await.unwrap();
    assert_eq!(pair.target.one("SELECT * FROM members").await, "m|old");
}

#[tokio::test]
async fn a_plan_that_writes_what_has_become_never_synced_is_refused() {
    let schema = "CREATE TABLE plans (k text PRIMARY KEY); CREATE TABLE others (k text PRIMARY KEY)";
    let source = "INSERT INTO plans VALUES ('new')";
    let mut pair = Pair::new(&set(r#"{ table = "plans" }"#), schema, source, "").await;
    let plan = pair.all(&pair.review().await);
    let others = format!("[sync]\nnever = [\"plans\"]\n{}", set(r#"{ table = "others" }"#));
    pair.deck = pair.deck_of(&others);
    let error = pair.refused(&plan).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Refused, Some("public.plans")), "{error}");
    assert!(pair.journal().is_empty(), "nothing has begun");
}

#[tokio::test]
async fn sets_that_mean_other_rows_of_one_table_do_not_go_together() {
    let one = |name: &str, kind: &str| {
        format!("[[sync.set]]\nname = \"{name}\"\ntables = [{{ table = \"t\", where = \"kind = '{kind}'\" }}]\n")
    };
    let sets = format!("{}{}", one("first", "a"), one("second", "b"));
    let schema = "CREATE TABLE t (k text PRIMARY KEY, kind text)";
    let pair = Pair::new(&sets, schema, "INSERT INTO t VALUES ('1', 'a'), ('2', 'b')", "").await;
    let error = pair.export().await.unwrap_err();
    assert!(error.to_string().contains("sync sets `first` and `second` do not treat it alike"), "{error}");
    for (name, key) in [("first", "1"), ("second", "2")] {
        let bundle = Box::pin(sync::export(&pair.deck, &Job::quiet(), &[name.to_owned()], "source")).await.unwrap();
        let keys: Vec<_> =
            bundle.tables[0].rows.iter().map(|row| row.columns[0].clone().unwrap().to_string()).collect();
        assert_eq!(keys, [key]);
    }
}
