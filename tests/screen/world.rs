//! A made-up world for the panes: what two environments hold, a review, a journal. Everything goes in by messages,
//! as it does in life.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use pgdeck::{
    app::{
        counts::{History, Listing, Snapshot},
        env::Reached,
        sync::Applied,
    },
    config::{project::Project, source::Source},
    core::{
        counts::{Count, Counts},
        error::Error,
        journal::{self, Action, Entry, Outcome},
        name::QName,
        schema::{Definition, ForeignKey, OnDelete, Origin, Relation, Table},
        sync::{
            bundle::{self, Bundle, BundleTable},
            diff::{Compare, Review},
            fires::TriggersDid,
            plan::Tally,
            row::{Key, Row},
            set::MissingParent,
            shape::{Part, Role, Shape, ShapeColumn},
        },
        trigger::{Trigger, TriggerEvent, TriggerKind},
    },
    tui::{
        model::{EnvState, Model},
        msg::{Msg, Sync},
        update::update,
    },
};

use crate::innotrue;

const PROJECT: &str = r#"
[project]
name = "innotrue"
[env.production]
kind = "production"
host = "db.internal"
[env.preprod]
kind = "staging"
host = "db-preprod.internal"
[purpose]
plans = "What customers can buy"
[sync]
never = ["auth.*", "audit_logs"]
[[sync.set]]
name = "plans"
tables = [{ table = "plans", key = ["key"] }]
[[sync.set]]
name = "emails"
tables = [{ table = "email_templates", key = ["key"] }, { table = "email_layouts", key = ["key"] }]
"#;

/// A name that tries to move the cursor, and one that is long and wide.
pub const EVIL: &str = "evil\u{1b}[2Jname";
const WIDE: &str = "日本語のとても長いテーブル名です";

/// Name, rows in production, rows in preprod; `None` where they cannot be known.
const TABLES: [(&str, Option<u64>, Option<u64>); 12] = [
    ("program_modules", Some(312), Some(298)),
    ("capability_domain_questions", Some(1204), Some(1190)),
    ("email_templates", Some(46), Some(44)),
    ("email_layouts", Some(3), Some(3)),
    ("plans", Some(4), Some(5)),
    ("programs", Some(28), Some(27)),
    ("features", Some(88), Some(88)),
    ("audit_logs", Some(1_204_331), Some(61)),
    ("a_table_whose_name_is_longer_than_any_column_has_room_for", Some(19), Some(19)),
    ("auth.users", None, None),
    (EVIL, Some(6), Some(6)),
    (WIDE, Some(10), Some(9)),
];

fn name(table: &str) -> QName {
    table.split_once('.').map_or_else(|| QName::new("public", table), |(schema, name)| QName::new(schema, name))
}

fn table(name: QName, estimate: Option<u64>) -> Table {
    let parent = (name.name == "program_modules").then(|| ForeignKey {
        name: "fk".into(),
        columns: vec!["program_id".into()],
        references: QName::new("public", "programs"),
        referenced: vec!["id".into()],
        on_delete: OnDelete::Cascade,
        on_update: OnDelete::NoAction,
        match_full: false,
        enforced: true,
        partition: None,
    });
    Table {
        relation: Relation::Table,
        partition: false,
        readable: estimate.is_some(),
        estimate,
        foreign_code: None,
        rls_hides: false,
        rls_enabled: true,
        policies: 2,
        comment: None,
        columns: Vec::new(),
        foreign_keys: parent.into_iter().collect(),
        uniques: Vec::new(),
        triggers: vec![Trigger {
            name: "set_updated_at".into(),
            kind: TriggerKind::Before,
            row: true,
            events: vec![TriggerEvent::Update],
            columns: Vec::new(),
            conditional: false,
            function: "public.set_updated_at".into(),
        }],
        parents: Vec::new(),
        period_keys: Vec::new(),
        partial_keys: Vec::new(),
        foreign_partitions: Vec::new(),
        name,
    }
}

fn listing(first: bool) -> Listing {
    let mut listing = Listing::default();
    for (title, production, preprod) in TABLES {
        let (name, rows) = (name(title), if first { production } else { preprod });
        let count = rows.map_or_else(|| Count::unknown("no right to read"), |rows| Count::Estimate { rows });
        listing.counts.tables.insert(name.clone(), count);
        listing.sizes.insert(name.clone(), rows.unwrap_or(40) * 8192);
        listing.catalog.tables.insert(name.clone(), table(name, rows));
    }
    listing
}

fn ready(version: &str, ms: u64) -> EnvState {
    EnvState::Ready { version: version.into(), latency: Duration::from_millis(ms) }
}

fn facts(version: &str, ms: u64, bytes: Option<u64>, standby: bool) -> Reached {
    let summary = format!(
        r#"{{"database": "innotrue", "bytes": {}, "tables": 12, "columns": 402, "functions": 31,
            "triggers": 24, "indexes": 135, "policies": 101}}"#,
        bytes.map_or("null".into(), |bytes| bytes.to_string())
    );
    let summary = serde_json::from_str(&summary).expect("summary");
    Reached { version: version.into(), standby, superuser: false, latency: Duration::from_millis(ms), summary }
}

/// Nothing is known yet.
pub fn loading() -> Model {
    let mut model = innotrue();
    model.set_project(&Project::parse(Source::new("pgdeck.toml", PROJECT)).expect("project"));
    for environment in &mut model.environments {
        environment.state = EnvState::Connecting;
    }
    model
}

/// Production answers, preprod does not.
pub fn broken() -> Model {
    let mut model = loading();
    answer(&mut model, "production", &facts("17.6", 11, Some(1_503_238_553), false), true);
    let error = Error::connect("connection to db-preprod.internal, port 5432, was refused")
        .env("preprod")
        .hint("is the server running, and does a firewall stand in between?");
    update(&mut model, Msg::Environment("preprod".into(), EnvState::Failed(error)));
    update(&mut model, Msg::Journal(Ok(Arc::new(Vec::new()))));
    model.messages.dismiss();
    settle(&mut model);
    model
}

/// Everything was read.
pub fn full() -> Model {
    let mut model = loading();
    answer(&mut model, "production", &facts("17.6", 11, Some(1_503_238_553), false), true);
    answer(&mut model, "preprod", &facts("15.8", 2, None, true), false);
    update(&mut model, Msg::Journal(Ok(Arc::new(journal()))));
    settle(&mut model);
    model
}

fn answer(model: &mut Model, environment: &str, facts: &Reached, first: bool) {
    update(model, Msg::Reached(environment.into(), Arc::new(facts.clone())));
    let state = ready(&facts.version, facts.latency.as_millis() as u64);
    update(model, Msg::Environment(environment.into(), state));
    update(model, Msg::Tables(environment.into(), Ok(Arc::new(listing(first)))));
}

/// Ends every job, as the loop does when the work has returned.
pub fn settle(model: &mut Model) {
    let jobs: Vec<_> = model.jobs.running().iter().map(|job| job.id).collect();
    for job in jobs {
        model.jobs.end(job);
    }
}

/// Two snapshots of the tables of production.
pub fn recorded(model: &mut Model) {
    let snapshot = |day: u8, rows: u64| {
        let tables = BTreeMap::from([(name("program_modules"), Count::Exact { rows })]);
        Snapshot {
            at: format!("2026-11-{day:02}T08:00:00Z").parse().expect("time"),
            environments: BTreeMap::from([("production".to_owned(), Counts { tables })]),
        }
    };
    let history = History::new(vec![snapshot(1, 260), snapshot(2, 270), snapshot(3, 300), snapshot(4, 312)]);
    update(model, Msg::History(Ok(Arc::new(history))));
}

/// Three runs: applied, taken back, cut off.
pub fn journal() -> Vec<journal::Run> {
    let entry = |number: u32, at: &str, action, outcome, from: &str| Entry {
        at: at.parse().expect("time"),
        run: format!("2026-11-20-{number}").into(),
        action,
        environment: "preprod".into(),
        database: None,
        from: from.into(),
        digest: "7f3a91c2d4e5f60718293a4b5c6d7e8f".into(),
        operator: "ada".into(),
        outcome,
        rows: Tally { insert: 31, update: 79, delete: 0 },
        migrations: None,
        xid: Some("743".into()),
        error: (outcome == Outcome::RolledBack).then(|| "public.plans: changed since the review".into()),
    };
    let mut reader = journal::Reader::default();
    for entry in [
        entry(1, "2026-11-20T08:02:11Z", Action::Apply, Outcome::Applied, "production"),
        entry(2, "2026-11-20T08:04:59Z", Action::Undo, Outcome::Applied, "undo 2026-11-20-1"),
        entry(3, "2026-11-20T09:31:00Z", Action::Apply, Outcome::RolledBack, "production"),
    ] {
        reader.line(&serde_json::to_vec(&entry).expect("line"));
    }
    reader.end().runs
}

fn shape(table: &str, columns: &[(&str, &str)]) -> Shape {
    let column = |(name, cast): &(&str, &str)| ShapeColumn {
        name: (*name).into(),
        cast: (*cast).into(),
        role: Role::Value,
        not_null: false,
        fill: None,
        origin: Origin::Plain,
        counters: Vec::new(),
        definition: Definition::default(),
    };
    Shape {
        set: if table == "plans" { "plans".into() } else { "emails".into() },
        table: name(table),
        partitioned: false,
        key: vec![Part::Column { name: "key".into(), cast: "text".into() }],
        references: Vec::new(),
        columns: columns.iter().map(column).collect(),
        locator: vec!["key".into()],
        uniques: Vec::new(),
        keep_ids: false,
        filter: None,
        deletes: true,
        on_missing_parent: MissingParent::Stop,
        triggers: Vec::new(),
        children: Vec::new(),
        blocked: None,
        warnings: Vec::new(),
    }
}

fn rows(values: &[&[&str]]) -> Vec<Row> {
    let row = |values: &&[&str]| Row {
        key: Key(vec![Some(values[0].into())]),
        columns: values.iter().map(|value| (*value != "NULL").then(|| (*value).into())).collect(),
        references: Vec::new(),
        in_scope: true,
    };
    values.iter().map(row).collect()
}

const PLANS: &[(&str, &str)] = &[("key", "text"), ("name", "text"), ("limits", "jsonb"), ("note", "text")];
const EMAILS: &[(&str, &str)] = &[("key", "text"), ("subject", "text"), ("body", "text")];

/// What production holds.
pub fn source() -> Bundle {
    let table = |shape: Shape, values: &[&[&str]]| BundleTable { shape, rows: rows(values) };
    let header = r#"{"project": "innotrue", "environment": "production", "server": "17.6"}"#;
    Bundle {
        source: serde_json::from_str::<bundle::Source>(header).expect("source"),
        tables: vec![
            table(
                shape("plans", PLANS),
                &[
                    &["essential", "Essential", r#"{"seats": 5, "tags": ["a", "b"], "trial": true}"#, "NULL"],
                    &["team", "Team", "{}", "for teams"],
                ],
            ),
            table(
                shape("email_templates", EMAILS),
                &[
                    &["welcome", "Welcome to Innotrue", "Dear {{name}},\nwelcome. We are glad that you are with us."],
                    &["reset", "Reset \u{1b}[31myour password", "Follow the link."],
                ],
            ),
            table(shape("email_layouts", EMAILS), &[&["plain", "", "{{body}}"]]),
        ],
    }
}

/// How far preprod is from it.
pub fn review() -> Review {
    let targets: [&[&[&str]]; 3] = [
        &[
            &["essential", "Essential", r#"{"seats": 4, "tags": ["b"], "colour": "red"}"#, "kept"],
            &["qa-sandbox", "QA", "{}", "NULL"],
        ],
        &[
            &["welcome", "Welcome to Innotrue", "Dear {{name}},\nwelcome. We are sad that you are with us."],
            &["reset", "Reset your password", "Follow the link."],
        ],
        &[&["plain", "", "{{body}}"]],
    ];
    let source = source();
    let tables = source.tables.iter().zip(targets).map(|(table, target)| {
        let shape = &table.shape;
        Compare::new(shape, shape, true).all(&table.rows, &rows(target))
    });
    Review { from: "production".into(), to: "preprod".into(), tables: tables.collect(), ..Review::default() }
}

/// The wizard with a review in front.
pub fn reviewing() -> Model {
    let mut model = full();
    crate::press(&mut model, "7 enter");
    update(&mut model, Msg::Sync(Sync::Reviewed(Arc::new(review()))));
    settle(&mut model);
    model
}

/// The wizard after an apply.
pub fn done() -> Model {
    let mut model = reviewing();
    update(&mut model, Msg::Sync(Sync::Confirmed("preprod".into())));
    let applied = Applied {
        run: Some("2026-11-20-4".into()),
        environment: "preprod".into(),
        digest: "7f3a91c2d4e5f60718293a4b5c6d7e8f".into(),
        rows: Tally { insert: 1, update: 3, delete: 1 },
        rewrote: Vec::new(),
        triggers: TriggersDid::default(),
    };
    update(&mut model, Msg::Sync(Sync::Applied(Arc::new(applied))));
    update(&mut model, Msg::Sync(Sync::Verified(Arc::new(Review { tables: Vec::new(), ..review() }))));
    for (name, first) in [("production", true), ("preprod", false)] {
        update(&mut model, Msg::Tables(name.into(), Ok(Arc::new(listing(first)))));
    }
    settle(&mut model);
    model
}
