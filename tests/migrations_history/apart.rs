//! A database holds histories of other applications too; they say nothing of these files.

use std::fs;

use pgdeck::{
    app::{job::Job, migrations::standing::overview},
    core::migrations::trace::Verdict,
};

use crate::support::{Database, majors};

/// What every database of Supabase's has, whoever made the team's own tables.
const PLATFORM: &str = "CREATE SCHEMA auth; CREATE SCHEMA storage; CREATE SCHEMA realtime;
    CREATE TABLE auth.schema_migrations (version varchar(255) PRIMARY KEY);
    INSERT INTO auth.schema_migrations VALUES ('20171026211738'), ('20171026211808'), ('00');
    CREATE TABLE storage.migrations (id integer PRIMARY KEY, name varchar(100) NOT NULL UNIQUE,
      hash varchar(40) NOT NULL, executed_at timestamp DEFAULT now());
    CREATE TABLE realtime.schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp(0));
    CREATE TABLE plans (id int);";

const OWN: &str = "CREATE SCHEMA supabase_migrations;
    CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text);
    INSERT INTO supabase_migrations.schema_migrations VALUES ('001', NULL, 'plans');
    CREATE ROLE clerk LOGIN; GRANT USAGE ON SCHEMA supabase_migrations TO clerk;
    GRANT SELECT ON supabase_migrations.schema_migrations TO clerk;";

/// What is said of two files by `role`: where they stand, what they look like, all problems, all that is apart.
async fn said(database: &Database, role: &str) -> (Vec<&'static str>, Vec<Verdict>, Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("001_plans.sql"), "CREATE TABLE plans (id int);\n").unwrap();
    fs::write(folder.path().join("002_prices.sql"), "CREATE TABLE prices (id int);\n").unwrap();
    let deck = database.deck_of(role, "supabase");
    let seen = overview(&deck, &Job::quiet(), Some(folder.path()), &["here".to_owned()]).await.unwrap();
    let here = &seen.environments[0];
    (
        here.state.files.iter().map(|file| file.status.word()).collect(),
        here.looks.iter().map(|look| look.verdict).collect(),
        here.state.problems.iter().map(ToString::to_string).collect(),
        here.lookalikes.iter().map(|one| format!("{}: {}", one.table, one.reason)).collect(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn the_histories_of_a_platform_are_not_those_of_the_teams_files() {
    let others = "auth.schema_migrations: a history of dbmate that knows none of these files, and so is about others";
    for server in majors() {
        let bare = server.database("platform", PLATFORM).await;
        let (files, looks, problems, apart) = said(&bare, "postgres").await;
        assert_eq!(files, ["unknown", "unknown"]);
        assert_eq!(looks, [Verdict::All, Verdict::None], "what is there has to speak");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(apart.iter().filter(|line| *line == others).count(), 1, "{apart:?}");

        let both = server.database("both", &format!("{PLATFORM}{OWN}")).await;
        let (files, looks, problems, apart) = said(&both, "postgres").await;
        assert_eq!((files, looks), (vec!["applied", "pending"], vec![]));
        assert_eq!(problems, Vec::<String>::new(), "that others do not know a file is no disagreement");
        assert_eq!(apart.iter().filter(|line| *line == others).count(), 1, "{apart:?}");

        let (files, _, problems, apart) = said(&both, "clerk").await;
        assert_eq!((files, problems), (vec!["applied", "pending"], vec![]), "nor is what clerk may not read");
        let shut = "auth.schema_migrations: a history of dbmate that cannot be read: clerk has no right to schema auth";
        assert_eq!(apart.iter().filter(|line| *line == shut).count(), 1, "{apart:?}");
    }
}
