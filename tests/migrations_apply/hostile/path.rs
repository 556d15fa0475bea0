//! Somebody who may create in a schema of the role's search path (everybody in `public`, up to PostgreSQL 14) has no
//! function and no operator of theirs called by a statement of pgdeck (CVE-2018-1058).

use std::fmt::Write as _;

use super::{FLYWAY, GOLANG};
use crate::{bouncer::bouncer, support::Place};

/// Functions that `pg_catalog` has for no such types exactly, and that a call would be taken to be of.
const FUNCTIONS: [(&str, &[&str]); 11] = [
    ("json_build_array", &["name"]),
    ("json_build_array", &["name", "name"]),
    ("json_build_array", &["name", "name", "name"]),
    ("json_build_object", &["text", "name"]),
    ("concat", &["name", "text"]),
    ("format", &["text", "name"]),
    ("format", &["text", "name", "name"]),
    ("quote_ident", &["name"]),
    ("quote_literal", &["name"]),
    ("to_jsonb", &["pg_catalog.pg_class"]),
    ("to_jsonb", &["pg_catalog.pg_index"]),
];
/// Operators likewise.
const OPERATORS: [(&str, &str, &str); 10] = [
    ("=", "name", "varchar"),
    ("=", "varchar", "name"),
    ("=", "varchar", "text"),
    ("=", "text", "varchar"),
    ("=", "varchar", "varchar"),
    ("<>", "varchar", "text"),
    ("<>", "name", "varchar"),
    ("||", "name", "name"),
    ("||", "text", "name"),
    ("<", "varchar", "varchar"),
];

/// SQL that plants all of them in `public`, owned by mallory; each tells in a table of hers that it was called.
fn planted() -> String {
    let mut sql = String::from(
        "CREATE ROLE mallory; GRANT CREATE ON SCHEMA public TO mallory; CREATE SCHEMA hers AUTHORIZATION mallory; \
         CREATE SEQUENCE hers.calls; ALTER SEQUENCE hers.calls OWNER TO mallory; SET ROLE mallory;\n",
    );
    // A sequence keeps its value through a rollback.
    let body = "BEGIN PERFORM pg_catalog.nextval('hers.calls'); RAISE 'mallory was called: %', pg_catalog.current_query(); END";
    for (name, types) in FUNCTIONS {
        let types = types.join(", ");
        let _ = writeln!(sql, "CREATE FUNCTION public.{name}({types}) RETURNS json LANGUAGE plpgsql AS $${body}$$;");
    }
    for (at, (operator, left, right)) in OPERATORS.iter().enumerate() {
        let returns = if *operator == "||" { "text" } else { "boolean" };
        let _ = writeln!(
            sql,
            "CREATE FUNCTION public.op{at}({left}, {right}) RETURNS {returns} LANGUAGE plpgsql AS $${body}$$;\n\
             CREATE OPERATOR public.{operator} (LEFTARG = {left}, RIGHTARG = {right}, FUNCTION = public.op{at});"
        );
    }
    sql.push_str("RESET ROLE;\n");
    sql
}

async fn uncalled(place: &Place) {
    assert_eq!(place.rows("SELECT is_called FROM hers.calls").await, ["f"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_the_roles_search_path_is_called_by_our_own_statements() {
    // The file's own statements find it, for they run under the role's own path, the second file too.
    let own = "DO $$ BEGIN ASSERT current_setting('search_path') = '\"$user\", public'; END $$;\n";
    for history in ["", GOLANG, FLYWAY] {
        let (first, second) =
            if history == FLYWAY { ("V1__a.sql", "V2__b.sql") } else { ("001_a.up.sql", "002_b.up.sql") };
        let (a, b) = (format!("{own}CREATE TABLE a (id int);"), format!("{own}CREATE TABLE b (id int);"));
        let place = Place::new(&format!("{}{history}", planted()), &[(first, &a), (second, &b)]).await;
        let plan = place.plan().await.unwrap();
        place.run(&plan, true).await.unwrap();
        uncalled(&place).await;
        place.run(&plan, false).await.unwrap();
        uncalled(&place).await;
        assert!(place.tables().await.contains(&"b".to_owned()));
        // Outside of a transaction, where the session has the role's path.
        let third = if history == FLYWAY { "V3__i.sql" } else { "003_i.up.sql" };
        place.write(third, "CREATE INDEX CONCURRENTLY i ON a (id);");
        place.apply().await.unwrap();
        // One that fails: what is done about it is our own, too.
        let fourth = if history == FLYWAY { "V4__x.sql" } else { "004_x.up.sql" };
        place.write(fourth, "CREATE TABLE x (id int); SELECT 1 / 0;");
        place.fails().await;
        uncalled(&place).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_behind_a_pooler() {
    let files = [("001_a.sql", "CREATE TABLE a (id int);"), ("002_i.sql", "CREATE INDEX CONCURRENTLY i ON a (id);")];
    let mut place = Place::new(&planted(), &files).await;
    let Some(bouncer) = bouncer(&place.server) else { return };
    place.go_through(bouncer.port);
    place.apply().await.unwrap();
    uncalled(&place).await;
    assert_eq!(place.recorded().await.len(), 2);
}

/// A test that cannot fail proves nothing: what was planted is what a statement without schemas would call.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_planted_would_be_called() {
    let place = Place::new(&planted(), &[]).await;
    for sql in [
        "SELECT json_build_array(nspname, nspname) FROM pg_namespace",
        "SELECT 'a'::varchar = 'b'::varchar",
        "SELECT to_jsonb(c) FROM pg_class c",
    ] {
        let error = place.client.simple_query(sql).await.expect_err(sql);
        assert!(error.as_db_error().is_some_and(|error| error.message().starts_with("mallory was called")), "{sql}");
    }
}
