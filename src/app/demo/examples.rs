//! The examples, built in, so that an installed program has them too.

use std::{borrow::Cow, path::Path};

use super::recorded;
use crate::{
    app::store,
    core::error::Result,
    pg::server::{Server, load},
};

/// An example project.
#[derive(Debug)]
pub struct Example {
    /// Its name, and its database's.
    pub name: &'static str,
    /// What it is about, one line.
    pub about: &'static str,
    /// Its `pgdeck.toml`.
    pub project: &'static str,
    /// The role that pgdeck connects as.
    pub role: &'static str,
    /// Loaded into every environment, in this order, but for what `strays` says.
    migrations: &'static [(&'static str, &'static str)],
    /// Environments where the migrations did not all run as they are now.
    strays: &'static [Stray],
    /// Environments where each migration that ran is recorded, as the Supabase CLI does it.
    recorded: &'static [&'static str],
    /// Loaded after the migrations, in this order: (environment, or "" for all; file; SQL).
    data: &'static [(&'static str, &'static str, &'static str)],
}

/// How the migrations of one environment differ from the files.
#[derive(Debug)]
struct Stray {
    environment: &'static str,
    /// How many of them ran there, from the first on.
    ran: usize,
    /// Files that were edited later: (the migration's path, where the older text is, that text).
    older: &'static [(&'static str, &'static str, &'static str)],
}

macro_rules! file {
    ($example:literal, $path:literal) => {
        ($path, include_str!(concat!("../../../examples/", $example, "/", $path)))
    };
}

macro_rules! data {
    ($environment:literal, $example:literal, $path:literal) => {
        ($environment, $path, include_str!(concat!("../../../examples/", $example, "/", $path)))
    };
}

/// Tells the data files that come after it which environment they are in.
macro_rules! tell {
    ($environment:literal, $example:literal) => {
        ($environment, "the environment's name", concat!("SET ", $example, ".env = '", $environment, "'"))
    };
}

/// All examples; the first is the default.
pub static EXAMPLES: &[Example] = &[INNOTRUE, TRACKPAY, INTROALIGNMENT];

const INNOTRUE: Example = Example {
    name: "innotrue",
    about: "a coaching platform: configuration goes from production to preprod in 28 sync sets",
    project: include_str!("../../../examples/innotrue/pgdeck.toml"),
    role: "operator",
    migrations: &[
        file!("innotrue", "migrations/20250106090000_roles_and_auth.sql"),
        file!("innotrue", "migrations/20250106091500_profiles_and_roles.sql"),
        file!("innotrue", "migrations/20250113083000_features_and_plans.sql"),
        file!("innotrue", "migrations/20250120100000_programs_and_modules.sql"),
        file!("innotrue", "migrations/20250127094500_assessments_and_scenarios.sql"),
        file!("innotrue", "migrations/20250203110000_sessions_paths_skills_resources.sql"),
        file!("innotrue", "migrations/20250210140000_messages_settings_terms.sql"),
        file!("innotrue", "migrations/20250217091500_member_activity.sql"),
        file!("innotrue", "migrations/20250224083000_row_level_security.sql"),
    ],
    strays: &[],
    recorded: &[],
    data: &[
        tell!("production", "innotrue"),
        tell!("preprod", "innotrue"),
        data!("", "innotrue", "data/catalogue.sql"),
        data!("production", "innotrue", "data/production.sql"),
        data!("preprod", "innotrue", "data/preprod.sql"),
    ],
};

const TRACKPAY: Example = Example {
    name: "trackpay",
    about: "hours worked and paid: what must hold, audited in staging and production",
    project: include_str!("../../../examples/trackpay/pgdeck.toml"),
    role: "operator",
    migrations: &[
        file!("trackpay", "migrations/20251006080000_roles_and_auth.sql"),
        file!("trackpay", "migrations/20251006083000_tables.sql"),
        file!("trackpay", "migrations/20251013090000_row_level_security.sql"),
        file!("trackpay", "migrations/20251014081500_balances.sql"),
        file!("trackpay", "migrations/20251015093000_delete_relationship.sql"),
        file!("trackpay", "migrations/20251016083000_foreign_key_rules.sql"),
    ],
    strays: &[],
    recorded: &[],
    data: &[
        tell!("staging", "trackpay"),
        tell!("production", "trackpay"),
        data!("", "trackpay", "data/rows.sql"),
        data!("staging", "trackpay", "data/staging.sql"),
        data!("production", "trackpay", "data/production.sql"),
        data!("production", "trackpay", "data/production_index.sql"),
        data!("production", "trackpay", "data/production_mistakes.sql"),
    ],
};

const INTROALIGNMENT: Example = Example {
    name: "introalignment",
    about: "introductions: 19 numbered migrations, run differently in three environments",
    project: include_str!("../../../examples/introalignment/pgdeck.toml"),
    role: "operator",
    migrations: &[
        file!("introalignment", "migrations/001_initial_schema.sql"),
        file!("introalignment", "migrations/002_engagement_games.sql"),
        file!("introalignment", "migrations/003_puzzles_content.sql"),
        file!("introalignment", "migrations/004_community_extraction.sql"),
        file!("introalignment", "migrations/005_seed_games.sql"),
        file!("introalignment", "migrations/006_seed_badges_dealbreakers.sql"),
        file!("introalignment", "migrations/007_conversation_system.sql"),
        file!("introalignment", "migrations/008_lead_scraper_system.sql"),
        file!("introalignment", "migrations/009_seed_lead_sources.sql"),
        file!("introalignment", "migrations/010_massive_source_expansion.sql"),
        file!("introalignment", "migrations/011_match_generation_system.sql"),
        file!("introalignment", "migrations/012_admin_dashboard_system.sql"),
        file!("introalignment", "migrations/013_update_content_feed_system.sql"),
        file!("introalignment", "migrations/014_seed_content_articles.sql"),
        file!("introalignment", "migrations/015_seed_finish_sentence_and_puzzles.sql"),
        file!("introalignment", "migrations/016_bot_system.sql"),
        file!("introalignment", "migrations/017_bot_system_support_tables.sql"),
        file!("introalignment", "migrations/018_subscription_billing_system.sql"),
        file!("introalignment", "migrations/019_seed_subscription_plans.sql"),
    ],
    strays: &[Stray {
        environment: "production",
        ran: 17,
        older: &[data!(
            "migrations/011_match_generation_system.sql",
            "introalignment",
            "ran/production/011_match_generation_system.sql"
        )],
    }],
    recorded: &["staging", "production"],
    data: &[
        tell!("local", "introalignment"),
        tell!("staging", "introalignment"),
        tell!("production", "introalignment"),
        data!("", "introalignment", "data/history.sql"),
        data!("", "introalignment", "data/members.sql"),
        data!("local", "introalignment", "data/billing.sql"),
        data!("staging", "introalignment", "data/billing.sql"),
        data!("local", "introalignment", "data/local.sql"),
        data!("production", "introalignment", "data/production.sql"),
    ],
};

impl Example {
    /// Writes the files that the project refers to by path into `folder`, where a demo's relative paths begin.
    pub fn unpack(&self, folder: &Path) -> Result<()> {
        for (path, text) in self.migrations {
            let path = folder.join(path);
            store::directory(path.parent().unwrap_or(folder))?;
            store::write(&path, text.as_bytes())?;
        }
        Ok(())
    }

    /// Creates the database `dbname` as `environment` has it, and fills it.
    pub async fn load(&self, server: &Server, dbname: &str, environment: &str) -> Result<()> {
        let scripts = self.scripts(environment);
        let scripts: Vec<_> = scripts.iter().map(|(name, sql)| (*name, sql.as_ref())).collect();
        load(server, dbname, &scripts).await
    }

    /// What is loaded into `environment`, (file, SQL) each, in order.
    fn scripts(&self, environment: &str) -> Vec<(&str, Cow<'static, str>)> {
        let ran = self.ran(environment);
        let mut scripts: Vec<_> = ran.iter().map(|(path, sql)| (*path, Cow::Borrowed(*sql))).collect();
        if self.recorded.contains(&environment) {
            scripts.push(("the history of the migrations", Cow::Owned(recorded::history(&ran))));
        }
        let here = self.data.iter().filter(|(only, ..)| only.is_empty() || *only == environment);
        scripts.extend(here.map(|(_, path, sql)| (*path, Cow::Borrowed(*sql))));
        scripts.push(("statistics", Cow::Borrowed("ANALYZE")));
        scripts
    }

    /// The migrations that ran in `environment`, (path, the text that ran) each, in order.
    fn ran(&self, environment: &str) -> Vec<(&'static str, &'static str)> {
        let mut ran = self.migrations.to_vec();
        if let Some(stray) = self.strays.iter().find(|stray| stray.environment == environment) {
            ran.truncate(stray.ran);
            for (path, sql) in &mut ran {
                if let Some((.., older)) = stray.older.iter().find(|(edited, ..)| edited == path) {
                    *sql = older;
                }
            }
        }
        ran
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{project::Project, source::Source};

    /// The files of `example` in `folder`, sorted.
    fn files(example: &Example, folder: &str) -> Vec<String> {
        let path = format!("{}/examples/{}/{folder}", env!("CARGO_MANIFEST_DIR"), example.name);
        let mut there: Vec<_> = std::fs::read_dir(path)
            .expect("folder")
            .map(|entry| format!("{folder}/{}", entry.expect("entry").file_name().to_string_lossy()))
            .collect();
        there.sort();
        there
    }

    #[test]
    fn every_migration_of_an_example_is_built_in_and_in_order() {
        for example in EXAMPLES {
            let built_in: Vec<_> = example.migrations.iter().map(|(path, _)| (*path).to_owned()).collect();
            assert_eq!(built_in, files(example, "migrations"));
        }
    }

    #[test]
    fn what_ran_elsewhere_is_an_older_text_of_a_migration_that_ran_there() {
        for example in EXAMPLES {
            for stray in example.strays {
                let ran = example.ran(stray.environment);
                assert_eq!(ran.len(), stray.ran);
                for (edited, path, older) in stray.older {
                    let (at, _) = ran.iter().enumerate().find(|(_, (path, _))| path == edited).expect(edited);
                    assert_eq!(ran[at].1, *older);
                    assert_ne!(example.migrations[at].1, *older, "{edited} was not edited");
                    let folder = format!("ran/{}", stray.environment);
                    assert_eq!(files(example, &folder), [(*path).to_owned()]);
                }
            }
        }
    }

    #[test]
    fn the_faulty_copy_of_introalignment_has_one_wrong_number_and_is_the_same_otherwise() {
        let path = format!("{}/examples/introalignment/faulty", env!("CARGO_MANIFEST_DIR"));
        let faulty = files(&INTROALIGNMENT, "faulty");
        assert_eq!(faulty.len(), INTROALIGNMENT.migrations.len());
        for (at, (right, sql)) in INTROALIGNMENT.migrations.iter().enumerate() {
            let name = right.trim_start_matches("migrations/");
            let wrong = name.replace("011_match", "010_match");
            assert_eq!(wrong != name, at == 10, "{name}");
            let text = std::fs::read_to_string(format!("{path}/{wrong}")).expect(&wrong);
            assert_eq!(text, *sql, "{wrong}");
        }
    }

    #[test]
    fn all_data_of_an_example_are_built_in() {
        for example in EXAMPLES {
            let paths = example.data.iter().map(|(_, path, _)| (*path).to_owned());
            let mut built_in: Vec<_> = paths.filter(|path| path.starts_with("data/")).collect();
            built_in.sort();
            // One file may be for several environments.
            built_in.dedup();
            assert_eq!(built_in, files(example, "data"));
        }
    }

    #[test]
    fn data_are_for_the_environments_of_the_project_and_each_is_told_its_name() {
        for example in EXAMPLES {
            let project = Project::parse(Source::new("pgdeck.toml", example.project)).expect(example.name);
            let names: Vec<_> = project.environment_names().collect();
            assert!(example.data.iter().all(|(only, ..)| only.is_empty() || names.contains(only)), "{}", example.name);
            for name in names {
                let set = format!("SET {}.env = '{name}'", example.name);
                assert!(example.scripts(name).iter().any(|(_, sql)| *sql == set), "{set}");
            }
        }
    }
}
