//! What can be typed. Help, usage errors and completions derive from these definitions.

mod exit_codes;
mod sync;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use sync::{Apply, Export, Query, Review, Seed, Sync, Undo};

use super::output::Format;
use crate::{
    app::demo::{EXAMPLES, Example},
    config::preferences::{Choice, Preferences},
    core::audit::Severity,
};

/// The operations deck for PostgreSQL environments. Without a verb it opens the console.
#[derive(Debug, Parser)]
#[command(name = "pgdeck", version, after_help = exit_codes::LIST, max_term_width = 110)]
pub struct Cli {
    /// The project's file instead of the nearest pgdeck.toml (also PGDECK_CONFIG)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How results are written
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// No progress on stderr
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// More verbose logging (-vv for debug)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// How the console looks
    #[command(flatten)]
    pub console: Console,
    /// What to do
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// How the console looks; beats the config.toml of whoever uses it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of the console")]
pub struct Console {
    /// Colours: dark, light, high-contrast, mono, catppuccin-mocha, gruvbox-dark, nord, solarized-light, or a file
    #[arg(long, global = true, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// Keys: default, vim, emacs, or a file
    #[arg(long, global = true, value_name = "NAME|FILE")]
    pub keymap: Option<String>,
    /// Draw with ASCII alone
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Leave the mouse to the terminal
    #[arg(long, global = true)]
    pub no_mouse: bool,
    /// In CSV exports, put ' before text that a spreadsheet would take for a formula
    #[arg(long, global = true)]
    pub csv_safe: bool,
}

impl Console {
    /// What was asked for.
    pub fn preferences(&self) -> Preferences {
        Preferences {
            theme: self.theme.as_ref().map(|name| Choice::option("--theme", name)),
            keymap: self.keymap.as_ref().map(|name| Choice::option("--keymap", name)),
            ascii: self.ascii.then_some(true),
            mouse: self.no_mouse.then_some(false),
            csv_safe: self.csv_safe.then_some(true),
        }
    }
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Start an example's environments on throw-away servers: open the console, or run one verb on them
    Demo(Demo),
    /// Begin a project: write a pgdeck.toml, with today's state of a database as what is expected
    Init(Init),
    /// Look at pgdeck.toml and at your own configuration
    #[command(subcommand)]
    Config(Config),
    /// Environments at a glance
    Env(Env),
    /// Rows per table, side by side
    Counts(Counts),
    /// Find problems in an environment, with fixes
    Audit(Audit),
    /// The schemas of environments
    #[command(subcommand)]
    Schema(Schema),
    /// Which migrations there are, which ran where, and what is wrong with them
    Migrations(Migrations),
    /// Carry configuration rows from one environment to another
    #[command(subcommand)]
    Sync(Sync),
    /// See what the project file makes pgdeck run, and agree to it: nothing of that is run before
    Trust(Trust),
    /// Who did what to which environment, and how it ended
    Journal(Journal),
    /// Completions for a shell: what it prints is for the shell to read
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// The manual, such as: pgdeck man | man -l -
    Man,
}

/// The examples, a line each, below the options of `demo`.
fn examples() -> String {
    let width = EXAMPLES.iter().map(|example| example.name.len()).max().unwrap_or_default();
    let line = |example: &Example| format!("  {:<width$}  {}\n", example.name, example.about);
    format!("Examples:\n{}", EXAMPLES.iter().map(line).collect::<String>())
}

/// `pgdeck demo`
#[derive(Debug, Default, Args)]
#[command(after_help = examples())]
pub struct Demo {
    /// The example; innotrue if none is given
    pub example: Option<String>,
    /// Where initdb and postgres are (also PGDECK_PG_BIN)
    #[arg(long, value_name = "DIR")]
    pub pg_bin: Option<PathBuf>,
    /// Keep the servers' data in this folder, and use them again the next time
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// A verb to run on the example instead of opening the console
    #[arg(last = true, value_name = "VERB")]
    pub verb: Vec<std::ffi::OsString>,
}

/// `pgdeck init`
#[derive(Debug, Args)]
pub struct Init {
    /// The database to describe, or `${VARIABLE}` that holds its address. Passwords do not belong here
    #[arg(long, value_name = "URL", conflicts_with = "environment")]
    pub url: Option<String>,
    /// The environment of this project to describe: only its expectations are written, to stdout if no file is named
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
    /// The file to write; pgdeck.toml in the working directory if none is given
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long)]
    pub force: bool,
}

/// `pgdeck config`
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Read pgdeck.toml and your own config.toml, keymap.toml and theme.toml, and say what they declare
    Check(Check),
    /// The folders of your configuration, of the cache, and of the project's state
    Path,
}

/// `pgdeck config check`
#[derive(Debug, Args)]
pub struct Check {
    /// Also connect to every environment, and check the sync sets against its tables; exits with 1 when a table cannot
    /// be synced, with 3 when an environment cannot be reached
    #[arg(long)]
    pub live: bool,
    /// With --live: only these environments; may be given several times
    #[arg(short, long = "env", value_name = "ENV", requires = "live")]
    pub environments: Vec<String>,
}

/// `pgdeck env`
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Env {
    /// What to do; shows them if nothing is said
    #[command(subcommand)]
    pub command: Option<EnvCommand>,
    /// Only these environments
    pub names: Vec<String>,
}

/// `pgdeck env forget`
#[derive(Debug, Subcommand)]
pub enum EnvCommand {
    /// Agree that an environment is another database by now, such as a fresh copy: pgdeck writes only the database that it
    /// wrote last under this name
    Forget {
        /// The environment
        #[arg(value_name = "ENV")]
        name: String,
    },
}

/// `pgdeck counts`
#[derive(Debug, Args)]
pub struct Counts {
    /// Only these environments; may be given several times
    #[arg(short, long = "env", value_name = "ENV")]
    pub environments: Vec<String>,
    /// Count rows instead of taking the planner's estimate
    #[arg(long)]
    pub exact: bool,
    /// Only tables whose name matches, such as 'plan*' or 'auth.*'
    #[arg(value_name = "TABLE_GLOB")]
    pub tables: Vec<String>,
    /// Record the counts under this name
    #[arg(long, value_name = "NAME")]
    pub save: Option<String>,
    /// Compare with the counts recorded under this name
    #[arg(long, value_name = "NAME")]
    pub against: Option<String>,
    /// Exit with 1 when environments (or, with --against, then and now) differ
    #[arg(long, value_enum)]
    pub fail_on: Option<FailOn>,
}

/// When a verb that finds differences exits with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum FailOn {
    /// At any difference
    Difference,
    /// At none
    Never,
}

/// `pgdeck audit`
#[derive(Debug, Args)]
pub struct Audit {
    /// The environment
    #[arg(short, long = "env", value_name = "ENV", required_unless_present = "explain")]
    pub environment: Option<String>,
    /// Only these checks, such as FK01
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub only: Vec<String>,
    /// Exit with 1 when something at least as bad was found and not accepted, or could not be looked at
    #[arg(long, value_enum, default_value_t = Limit::Error)]
    pub fail_on: Limit,
    /// Also write the fixes to this file, to be read and run in an SQL editor
    #[arg(long, value_name = "FILE")]
    pub sql: Option<PathBuf>,
    /// Replace the file of --sql if it exists already
    #[arg(long, requires = "sql")]
    pub force: bool,
    /// What a check looks for, why that matters, and how it is mended
    #[arg(long, value_name = "ID", conflicts_with_all = ["environment", "only", "fail_on", "sql"])]
    pub explain: Option<String>,
}

/// From where on findings fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Limit {
    /// At errors
    Error,
    /// At warnings, too
    Warning,
    /// At everything
    Info,
    /// At nothing
    Never,
}

impl Limit {
    /// The mildest severity that fails; `None` for none.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Limit::Error => Some(Severity::Error),
            Limit::Warning => Some(Severity::Warning),
            Limit::Info => Some(Severity::Info),
            Limit::Never => None,
        }
    }
}

/// `pgdeck schema`
#[derive(Debug, Subcommand)]
pub enum Schema {
    /// What differs between the schemas of two environments
    Diff(Diff),
}

/// `pgdeck schema diff`
#[derive(Debug, Args)]
pub struct Diff {
    /// The environment to start from
    #[arg(long, value_name = "ENV", required_unless_present = "migrations")]
    pub from: Option<String>,
    /// Start from what the migrations make, replayed on a throw-away server
    #[arg(long, conflicts_with = "from")]
    pub migrations: bool,
    /// The folder of the migrations, instead of the one that pgdeck.toml names
    #[arg(long, value_name = "DIR", requires = "migrations", conflicts_with = "from")]
    pub dir: Option<PathBuf>,
    /// Replay all migrations, not only those that ran in the environment by its history
    #[arg(long, requires = "migrations", conflicts_with = "from")]
    pub all: bool,
    /// Replay them as a superuser, which can start programs and read and write files; needs `pgdeck trust --as-superuser`
    #[arg(long, requires = "migrations", conflicts_with = "from")]
    pub as_superuser: bool,
    /// Where initdb and postgres are (also PGDECK_PG_BIN)
    #[arg(long, value_name = "DIR", requires = "migrations", conflicts_with = "from")]
    pub pg_bin: Option<PathBuf>,
    /// The environment that is compared with it: what only this one has is added
    #[arg(long, value_name = "ENV")]
    pub to: String,
    /// Exit with 1 at any difference, or where something could not be seen or compared
    #[arg(long, value_enum, default_value = "difference")]
    pub fail_on: FailOn,
}

/// `pgdeck migrations`
#[derive(Debug, Args)]
pub struct Migrations {
    /// What to do; lists if nothing is said
    #[command(subcommand)]
    pub command: Option<MigrationsCommand>,
    /// Only these environments; may be given several times
    #[arg(short, long = "env", value_name = "ENV", global = true)]
    pub environments: Vec<String>,
    /// The folder, instead of the one that pgdeck.toml names
    #[arg(long, value_name = "DIR", global = true)]
    pub dir: Option<PathBuf>,
}

/// `pgdeck migrations …`
#[derive(Debug, Clone, Subcommand)]
pub enum MigrationsCommand {
    /// The files in the order in which they run, and where each of them ran
    List,
    /// Only what is wrong, and what is risky in files that have not run; exits with 1 when something is wrong
    Check {
        /// When to exit with 1
        #[arg(long, value_enum, default_value_t = FailOn::Difference)]
        fail_on: FailOn,
    },
    /// One migration: its statements, its risks, and where it ran
    Show {
        /// Its version, such as 010, or the name of its file
        version: String,
    },
    /// Run what is pending in one environment, in order, and record it in the history that it keeps
    Apply(Migrate),
}

/// `pgdeck migrations apply`
#[derive(Debug, Clone, Args)]
pub struct Migrate {
    /// The environment's name, typed once more; without it, what would run is shown
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,
    /// Try everything in one transaction, then roll back
    #[arg(long)]
    pub dry_run: bool,
    /// Run it only if it still is the plan of this digest, or of one that begins so
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<String>,
    /// Also run files whose number is lower than that of one that ran
    #[arg(long)]
    pub out_of_order: bool,
    /// Where there is no history yet: record all up to this version as applied, without running it
    #[arg(long, value_name = "VERSION")]
    pub baseline: Option<String>,
}

/// `pgdeck trust`
#[derive(Debug, Args)]
pub struct Trust {
    /// Agree without being asked, such as in CI
    #[arg(short, long)]
    pub yes: bool,
    /// What was agreed to, of all projects
    #[arg(long, conflicts_with_all = ["yes", "revoke", "dir", "as_superuser"])]
    pub list: bool,
    /// Take back what was agreed to of this project
    #[arg(long, conflicts_with_all = ["yes", "dir", "as_superuser"])]
    pub revoke: bool,
    /// The folder of the migrations that are replayed, instead of the one that pgdeck.toml names
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Also let replayed migrations run as a superuser, as these files are now
    #[arg(long)]
    pub as_superuser: bool,
}

/// `pgdeck journal`
#[derive(Debug, Args)]
pub struct Journal {
    /// Only this environment
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
    /// Only runs since this day, such as 2026-11-20
    #[arg(long, value_name = "DATE")]
    pub since: Option<jiff::civil::Date>,
}
