//! A made-up folder of migrations, and what two databases say of it.

use std::{path::PathBuf, sync::Arc};

use pgdeck::{
    app::migrations::standing::{Overview, Standing},
    core::{
        migrations::{
            folder::{self, Folder, Found},
            history::{Applied, Histories, History, Tool, Unseen},
            style::Style,
            trace::{Kind, Listing, Object},
        },
        name::QName,
    },
    tui::{model::Model, msg::Msg, update::update},
};

use crate::world::{EVIL, settle};

const PLANS: &str = "-- What customers can buy\nCREATE TABLE plans (\n  id bigint PRIMARY KEY,\n  title text NOT NULL\n);\n\
    CREATE INDEX plans_title_idx ON plans (title);\n";
const INVOICES: &str = "CREATE TABLE invoices (\n  id bigint PRIMARY KEY,\n  plan_id bigint REFERENCES plans (id) ON \
    DELETE CASCADE,\n  amount numeric(12, 2) NOT NULL\n);\nCREATE INDEX ON invoices (plan_id);\n";

/// The files, in the style of Supabase.
pub fn files() -> Folder {
    let evil = format!("013_{EVIL}.sql");
    let long = "014_a_migration_whose_name_is_longer_than_any_column_of_any_terminal_has_room_for_it.sql";
    let files: [(&str, &str); 9] = [
        ("001_accounts.sql", "CREATE TABLE accounts (id bigint PRIMARY KEY);\n"),
        ("002_plans.sql", PLANS),
        ("003_invoices.sql", INVOICES),
        ("004_rights.sql", "GRANT SELECT ON plans TO authenticated;\n"),
        ("010_reports.sql", "CREATE VIEW reports AS SELECT 1 AS one;\n"),
        ("010_exports.sql", "CREATE TABLE exports (id int);\r\n"),
        ("012_titles.sql", "ALTER TABLE plans DROP COLUMN title;\nALTER TABLE accounts ADD COLUMN note text;\n"),
        (&evil, "SELECT 'a\u{1b}[2Jb';\n"),
        (long, "SELECT 1;\nDO $$ BEGIN\n"),
    ];
    let found = |(path, text): (&str, &str)| Found { path: path.into(), content: Ok(text.as_bytes().to_vec()) };
    folder::read("migrations", files.into_iter().map(found).collect(), Some(Style::Supabase))
}

/// Two files and nothing wrong.
pub fn few() -> Folder {
    let found = |(path, text): (&str, &str)| Found { path: path.into(), content: Ok(text.as_bytes().to_vec()) };
    let files = [("001_accounts.sql", "CREATE TABLE accounts (id bigint PRIMARY KEY);\n"), ("002_plans.sql", PLANS)];
    folder::read("migrations", files.into_iter().map(found).collect(), Some(Style::Supabase))
}

/// No file at all.
pub fn nothing() -> Folder {
    folder::read("migrations", Vec::new(), None)
}

pub fn overview(folder: Folder) -> Arc<Overview> {
    Arc::new(Overview::of(PathBuf::from("/team/migrations"), folder))
}

fn applied(version: &str, name: &str, statements: &[&str]) -> Applied {
    Applied {
        version: Some(version.into()),
        name: Some(name.into()),
        at: Some(format!("2026-11-{} 08:15:00", &version[1..])),
        statements: Some(statements.iter().map(|statement| (*statement).to_owned()).collect()),
        ..Applied::default()
    }
}

fn history(applied: Vec<Applied>) -> Histories {
    let history = History {
        tool: Tool::Supabase,
        table: QName::new("supabase_migrations", "schema_migrations"),
        project: None,
        applied,
        reverted: Vec::new(),
        baseline: None,
        current_only: false,
    };
    Histories { read: vec![history], ..Histories::default() }
}

/// Production: a file was edited since, one failed, one was passed over, and one that ran is gone.
pub fn production(folder: &Folder) -> Standing {
    let rows = vec![
        applied("000", "legacy", &["CREATE TABLE legacy (id int)"]),
        applied("001", "accounts", &["CREATE TABLE accounts (id bigint PRIMARY KEY)"]),
        applied(
            "003",
            "invoices",
            &[
                "CREATE TABLE invoices (\n  id bigint PRIMARY KEY,\n  plan_id bigint REFERENCES plans (id),\n  amount \
                 numeric(12, 2) NOT NULL\n)",
                "CREATE INDEX ON invoices (plan_id)",
            ],
        ),
        Applied {
            failed: Some("role \"authenticated\" does not exist".into()),
            ..applied("004", "rights", &["GRANT SELECT ON plans TO authenticated"])
        },
    ];
    Standing::of("production".into(), folder, history(rows), None)
}

/// Preprod keeps no history: what is there has to speak.
pub fn preprod(folder: &Folder) -> Standing {
    let table = |name: &str| Object::new(Kind::Table, QName::new("public", name));
    let objects = [table("accounts"), table("plans"), table("invoices")].into();
    Standing::of("preprod".into(), folder, Histories::default(), Some(&Listing { objects }))
}

/// Production, where the history may not be read.
pub fn kept_out(folder: &Folder) -> Standing {
    let unseen = Unseen {
        tool: Tool::Supabase,
        table: QName::new("supabase_migrations", "schema_migrations"),
        reason: "permission denied for schema supabase_migrations".into(),
    };
    Standing::of("production".into(), folder, Histories { unseen: vec![unseen], ..Histories::default() }, None)
}

/// All of `folder` ran in `environment`.
pub fn all_ran(environment: &str, folder: &Folder) -> Standing {
    let row = |file: &pgdeck::core::migrations::file::File| Applied {
        version: file.version.clone(),
        name: Some(file.name.clone()),
        ..Applied::default()
    };
    Standing::of(environment.into(), folder, history(folder.forward().map(row).collect()), None)
}

/// Tells `model` what the folder holds.
pub fn read(model: &mut Model, overview: &Arc<Overview>) {
    update(model, Msg::Migrations(Ok(Arc::clone(overview))));
    settle(model);
}

/// Tells `model` what an environment says.
pub fn told(model: &mut Model, overview: &Arc<Overview>, standing: Standing) {
    let name = standing.environment.clone();
    update(model, Msg::Standing(Arc::clone(&overview.folder), name, Ok(Arc::new(standing))));
    settle(model);
}
