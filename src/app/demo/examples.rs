//! The examples, built in, so that an installed program has them too.

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
    /// Loaded into every environment, in this order.
    migrations: &'static [(&'static str, &'static str)],
    /// Loaded after the migrations: (environment, or "" for all; file; SQL).
    data: &'static [(&'static str, &'static str, &'static str)],
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

/// All examples; the first is the default.
pub static EXAMPLES: &[Example] = &[Example {
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
    data: &[
        data!("", "innotrue", "data/catalogue.sql"),
        data!("production", "innotrue", "data/production.sql"),
        data!("preprod", "innotrue", "data/preprod.sql"),
    ],
}];

impl Example {
    /// What is loaded into `environment`, (file, SQL) each, in order.
    pub fn scripts(&self, environment: &str) -> Vec<(&str, &str)> {
        let mut scripts = self.migrations.to_vec();
        // The data files ask which environment they are in.
        let set = match environment {
            "production" => "SET innotrue.env = 'production'",
            _ => "SET innotrue.env = 'preprod'",
        };
        scripts.push(("the environment's name", set));
        let here = self.data.iter().filter(|(only, ..)| only.is_empty() || *only == environment);
        scripts.extend(here.map(|(_, path, sql)| (*path, *sql)));
        scripts.push(("statistics", "ANALYZE"));
        scripts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_of_an_example_is_built_in_and_in_order() {
        for example in EXAMPLES {
            let folder = format!("{}/examples/{}/migrations", env!("CARGO_MANIFEST_DIR"), example.name);
            let mut there: Vec<_> = std::fs::read_dir(folder)
                .expect("folder")
                .map(|entry| format!("migrations/{}", entry.expect("entry").file_name().to_string_lossy()))
                .collect();
            there.sort();
            let built_in: Vec<_> = example.migrations.iter().map(|(path, _)| (*path).to_owned()).collect();
            assert_eq!(built_in, there);
        }
    }
}
