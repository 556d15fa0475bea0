//! What was read of two made-up schemas, compared as it is in life.

use std::{collections::BTreeMap, sync::Arc};

use pgdeck::{
    app::drift::{Base, Compared},
    core::{
        drift::{Kind, State, compare},
        migrations::replay::Replayed,
    },
};
use serde_json::{Value, json};

use crate::world::EVIL;

fn state(version: u32, records: Vec<Value>) -> State {
    let records = records.into_iter().map(|record| serde_json::from_value(record).expect("a record")).collect();
    State { version: version * 10_000, records, unseen: BTreeMap::new() }
}

fn table(name: &str) -> Value {
    json!({ "kind": "table", "path": ["public", name] })
}

fn column(table: &str, name: &str, kind: &str) -> Value {
    json!({
        "kind": "column", "path": ["public", table, name], "within": { "kind": "table", "path": ["public", table] },
        "fields": { "type": kind, "not_null": false }, "definition": format!("{name} {kind}")
    })
}

fn index(table: &str, name: &str, on: &str) -> Value {
    let sql = format!("CREATE INDEX {name} ON public.{table} USING btree ({on})");
    json!({
        "kind": "index", "path": ["public", name], "within": { "kind": "table", "path": ["public", table] },
        "fields": { "valid": true }, "texts": { "definition": sql }, "definition": sql
    })
}

fn grant(table: &str, role: &str, privileges: &str) -> Value {
    json!({
        "kind": "grant", "path": ["table", "public", table, role],
        "within": { "kind": "table", "path": ["public", table] }, "fields": { "privileges": privileges }
    })
}

fn policy(table: &str, name: &str, using: &str) -> Value {
    let sql = format!("CREATE POLICY {name} ON public.{table} FOR SELECT TO authenticated\n  USING ({using})");
    json!({
        "kind": "policy", "path": ["public", table, name], "within": { "kind": "table", "path": ["public", table] },
        "fields": { "command": "SELECT" }, "texts": { "using": using }, "definition": sql
    })
}

fn function(name: &str, extra: &str) -> Value {
    let body = format!(
        "\nBEGIN\n  IF p_amount <= 0 THEN\n    RAISE EXCEPTION 'not an amount';\n  END IF;\n{extra}\n  \
         UPDATE public.balances SET amount = amount + p_amount WHERE id = p_id;\n  RETURN p_amount;\nEND;\n"
    );
    let sql = format!(
        "CREATE OR REPLACE FUNCTION public.{name}(p_id integer, p_amount numeric)\n RETURNS numeric\n LANGUAGE plpgsql\n\
         AS $function${body}$function$\n"
    );
    json!({
        "kind": "function", "path": ["public", name], "arguments": "integer, numeric",
        "fields": { "language": "plpgsql", "security_definer": extra.is_empty() }, "texts": { "body": body },
        "definition": sql
    })
}

fn view(name: &str, query: &str) -> Value {
    let sql = format!("CREATE VIEW public.{name} AS\n{query}");
    json!({ "kind": "view", "path": ["public", name], "texts": { "query": query }, "definition": sql })
}

fn common() -> Vec<Value> {
    vec![
        json!({ "kind": "schema", "path": ["public"] }),
        table("balances"),
        column("balances", "id", "integer"),
        table("orders"),
        column("orders", "id", "bigint"),
        index("orders", "orders_customer_idx", "customer_id"),
        grant("orders", "authenticated", "SELECT"),
        policy("orders", "own", "customer_id = auth.uid()"),
        function("settle", ""),
    ]
}

fn pair(drift: pgdeck::core::drift::Drift) -> Arc<Compared> {
    Arc::new(Compared { from: Base::Environment("production".into()), to: "preprod".into(), drift, replayed: None })
}

/// Both are the same.
pub fn same() -> Arc<Compared> {
    pair(compare(&state(15, common()), &state(15, common())))
}

fn sides() -> (Vec<Value>, Vec<Value>) {
    let (mut from, mut to) = (common(), common());
    from.extend([
        column("balances", "amount", "numeric(12,2)"),
        index("orders", "orders_by_hand_idx", "created_at DESC"),
        grant("balances", "anon", "SELECT"),
        policy("balances", "own", "(user_id = ( SELECT auth.uid() AS uid)) AND (deleted_at IS NULL)"),
        function("credit", "  PERFORM public.note('credit', p_id);"),
        view("open_orders", " SELECT id,\n    customer_id\n   FROM public.orders\n  WHERE state = 'open'::text;"),
    ]);
    to.extend([
        column("balances", "amount", "numeric(14,4)"),
        table("refunds"),
        column("refunds", "id", "integer"),
        column("refunds", "reason", "text"),
        grant("balances", "anon", "INSERT, SELECT"),
        policy("balances", "own", "(user_id = ( SELECT auth.uid() AS uid)) AND (archived_at IS NULL)"),
        function("credit", "  PERFORM public.note('credit', p_id, p_amount);"),
        view(
            "open_orders",
            " SELECT id,\n    customer_id,\n    total\n   FROM public.orders\n  WHERE state = 'open'::text;",
        ),
        table(EVIL),
        column(EVIL, "id", "integer"),
    ]);
    (from, to)
}

/// Some of everything that can differ.
pub fn differing() -> Arc<Compared> {
    let (from, to) = sides();
    pair(compare(&state(15, from), &state(15, to)))
}

/// The same between two versions, of which one side hides something.
pub fn half_seen() -> Arc<Compared> {
    let (from, to) = sides();
    let (from, mut to) = (state(15, from), state(18, to));
    for kind in [Kind::Policy, Kind::EventTrigger] {
        to.unseen.insert(kind, "deploy may not read pg_policy".into());
    }
    pair(compare(&from, &to))
}

/// Nothing differs in what could be seen.
pub fn blind() -> Arc<Compared> {
    let mut to = state(15, common());
    to.unseen.insert(Kind::Grant, "deploy may not read pg_proc".into());
    pair(compare(&state(15, common()), &to))
}

/// An environment against its migrations.
pub fn replayed(compared: &Arc<Compared>) -> Arc<Compared> {
    let file = |number: u32| format!("{number:03}_file.sql");
    let replayed = Replayed {
        as_superuser: false,
        dir: "migrations".into(),
        server: "15.18".into(),
        history: Some("Supabase, supabase_migrations.schema_migrations".into()),
        before: Some("platform.sql".into()),
        files: (1..=17).map(file).collect(),
        pending: vec![file(18), file(19)],
        edited: vec![file(11)],
        missing: Vec::new(),
        bookkeeping: vec!["supabase_migrations.schema_migrations".into()],
        platform: vec!["auth".into()],
    };
    let compared = Compared::clone(compared);
    Arc::new(Compared { from: Base::Migrations, replayed: Some(replayed), ..compared })
}
