//! What was read of two made-up databases, and what the checks say of them.

use std::sync::Arc;

use pgdeck::{
    app::{audit::Audited, deck::Declared},
    core::audit::{Accepted, Audit, Finding, Rules, Severity, Unseen, check, facts::Facts},
};
use serde_json::{Value, json};

use crate::world::EVIL;

fn relation(oid: u32, name: &str, rows: u64, rls: bool, grants: &[(&str, &str)]) -> Value {
    let grants: Vec<_> = grants
        .iter()
        .flat_map(|(role, rights)| {
            rights.split(' ').map(move |right| match right.split_once(':') {
                Some((right, column)) => {
                    json!({ "grantee": role, "privilege": right, "columns": [column.parse::<i16>().expect("column")] })
                }
                None => json!({ "grantee": role, "privilege": right }),
            })
        })
        .collect();
    json!({
        "oid": oid, "name": format!("public.{name}"), "kind": "table", "owner": "owner", "parent": null, "rls": rls,
        "forced": false, "invoker": false, "rows": rows, "dead": 0, "pages": 10, "scans": 0, "scanned": 0, "unlogged": false, "xid_age": 100,
        "comment": null, "grants": grants
    })
}

fn key(name: &str, from: u32, to: u32, rule: &str) -> Value {
    json!({
        "name": name, "relation": from, "columns": [2], "references": to, "referenced": [1], "on_delete": rule,
        "on_update": "no-action", "validated": true, "set_columns": [],
        "definition": format!("FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE {}", rule.to_uppercase())
    })
}

fn policy(name: &str, relation: u32, permissive: bool, command: &str, roles: &[&str]) -> Value {
    json!({
        "name": name, "relation": relation, "permissive": permissive, "command": command, "roles": roles,
        "using": "true", "check": null
    })
}

fn role(name: &str, bypass: bool) -> Value {
    json!({ "name": name, "superuser": false, "bypass_rls": bypass, "login": false })
}

fn all<T: serde::de::DeserializeOwned>(values: Vec<Value>) -> Vec<T> {
    values.into_iter().map(|value| serde_json::from_value(value).expect("facts")).collect()
}

fn facts() -> Facts {
    let rights = "SELECT INSERT UPDATE DELETE";
    let mut facts = Facts {
        relations: all(vec![
            relation(1, "customers", 48_201, true, &[("service_role", rights), ("authenticated", "SELECT:1 UPDATE:2")]),
            relation(
                2,
                "orders",
                312_004,
                true,
                &[("service_role", rights), ("authenticated", rights), ("anon", "SELECT")],
            ),
            relation(
                3,
                "order_items",
                1_204_331,
                false,
                &[("anon", "SELECT"), ("a_role_with_quite_a_long_name", "SELECT")],
            ),
            relation(4, "invoices", 88_000, true, &[]),
            relation(5, EVIL, 12, false, &[]),
        ]),
        foreign_keys: all(vec![
            key("orders_customer_id_fkey", 2, 1, "cascade"),
            key("order_items_order_id_fkey", 3, 2, "cascade"),
            key("invoices_order_id_fkey", 4, 2, "restrict"),
            key("invoices_customer_id_fkey", 4, 1, "set-null"),
        ]),
        policies: all(vec![
            policy("own orders", 2, true, "SELECT", &["authenticated"]),
            policy("own inserts", 2, true, "INSERT", &["authenticated"]),
            policy("not archived", 2, false, "ALL", &["authenticated"]),
            policy("own rows", 1, true, "SELECT", &["authenticated"]),
        ]),
        roles: all(vec![
            role("anon", false),
            role("authenticated", false),
            role("service_role", true),
            role("a_role_with_quite_a_long_name", false),
            role("owner", false),
        ]),
        schemas: all(vec![json!({
            "name": "public", "owner": "owner", "grants": [{ "grantee": "", "privilege": "USAGE" }]
        })]),
        ..Facts::default()
    };
    for relation in &mut facts.relations {
        relation.columns = all((1..=3)
            .map(|number| {
                let name = ["id", "customer_id", "note"][number - 1];
                json!({ "number": number, "name": name, "type": "bigint",
                        "not_null": true, "comment": false })
            })
            .collect());
    }
    facts.database.version = 150_008;
    facts
}

fn finding(check: &'static str, severity: Severity, object: &str, part: Option<&str>, detail: &str) -> Finding {
    Finding {
        check,
        severity,
        object: object.into(),
        part: part.map(str::to_owned),
        detail: detail.into(),
        evidence: Vec::new(),
        fix: String::new(),
        relation: None,
        accepted: None,
    }
}

fn made(environment: &str, facts: Facts, audit: Audit) -> Audited {
    // As many as there are in this world, however many there are in the house.
    let audit = Audit { asked: vec![check("FK01").expect("check"); 32], ..audit };
    let declared = Arc::new(Declared { text: String::new(), rules: Rules::default() });
    Audited { environment: environment.into(), facts: Arc::new(facts), audit, declared }
}

fn replaced() -> Finding {
    Finding {
        evidence: vec![
            "is: FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE CASCADE".into(),
            "declared: ON DELETE RESTRICT (pgdeck.toml:41)".into(),
        ],
        fix: "ALTER TABLE public.orders\n  DROP CONSTRAINT orders_customer_id_fkey,\n  ADD CONSTRAINT \
              orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers(id) ON DELETE RESTRICT NOT VALID;\n\
              ALTER TABLE public.orders VALIDATE CONSTRAINT orders_customer_id_fkey;"
            .into(),
        relation: Some(2),
        ..finding(
            "FK01",
            Severity::Error,
            "public.orders",
            Some("orders_customer_id_fkey"),
            "customer_id: ON DELETE CASCADE, expected RESTRICT",
        )
    }
}

fn missing(object: &str, part: &str, relation: u32, severity: Severity) -> Finding {
    Finding {
        evidence: vec!["FOREIGN KEY (customer_id) REFERENCES customers(id)".into()],
        fix: format!("CREATE INDEX CONCURRENTLY ON {object} (customer_id);"),
        relation: Some(relation),
        ..finding("FK03", severity, object, Some(part), "no index for customer_id → public.customers")
    }
}

/// Production: errors, a warning, an info, something accepted, something not seen, a remark, a check left out.
pub fn audited() -> Audited {
    let accepted = Accepted {
        reason: "ten rows, read twice a year".into(),
        until: Some("2027-01-31".into()),
        place: "pgdeck.toml:57".into(),
    };
    let audit = Audit {
        findings: vec![
            replaced(),
            missing("public.orders", "orders_customer_id_fkey", 2, Severity::Error),
            missing(&format!("public.\"{EVIL}\""), "a \"quoted\" constraint", 5, Severity::Warning),
            missing(
                "public.customers",
                "a_constraint_whose_name_is_longer_than_any_column_has_room_for",
                1,
                Severity::Warning,
            ),
            missing("auth.identities", "identities_user_id_fkey", 99, Severity::Info),
            Finding {
                accepted: Some(accepted),
                ..missing("public.order_items", "order_items_order_id_fkey", 3, Severity::Error)
            },
        ],
        unseen: vec![Unseen {
            id: "FK01",
            severity: Severity::Error,
            object: Some("vault.secrets".into()),
            reason: "permission denied for schema vault; GRANT USAGE ON SCHEMA vault would help".into(),
        }],
        skipped: vec![check("FK03").expect("check")],
        notes: vec!["pgdeck.toml:63: accepts FK03 of public.old, which is not found here".into()],
        ..Audit::default()
    };
    made("production", facts(), audit)
}

/// The same with findings of other families.
pub fn families() -> Audited {
    let mut audited = audited();
    let exposed = Finding {
        evidence: vec!["anon: SELECT".into()],
        fix: "ALTER TABLE public.order_items ENABLE ROW LEVEL SECURITY;\n-- and a policy for whoever is to read it"
            .into(),
        relation: Some(3),
        ..finding("RL01", Severity::Error, "public.order_items", None, "row security is off, anon reads every row")
    };
    let invalid =
        finding("IX01", Severity::Error, "public.orders", Some("orders_note_idx"), "orders_note_idx is invalid");
    audited.audit.findings.extend([exposed, invalid]);
    audited
}

/// Preprod: one finding that production has too, one that it has not, one that production could not look for.
pub fn pair() -> Audited {
    let audit = Audit {
        findings: vec![
            finding("FK01", Severity::Error, "vault.secrets", None, "only here can this be seen"),
            missing("public.orders", "orders_customer_id_fkey", 2, Severity::Error),
            Finding {
                relation: Some(4),
                ..finding("FK01", Severity::Warning, "public.invoices", Some("i"), "differs")
            },
        ],
        ..Audit::default()
    };
    made("preprod", facts(), audit)
}

/// Nothing is wrong.
pub fn clean() -> Audited {
    made("production", facts(), Audit::default())
}

/// Nothing was found, because next to nothing could be looked at.
pub fn kept_out() -> Audited {
    let unseen = |id, reason: &str| Unseen { id, severity: Severity::Error, object: None, reason: reason.into() };
    let audit = Audit {
        unseen: vec![
            unseen("FK01", "permission denied for table pg_constraint"),
            unseen("FK03", "permission denied for table pg_constraint"),
        ],
        ..Audit::default()
    };
    made("production", Facts::default(), audit)
}
