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

/// The operations console for PostgreSQL environments; without a verb it opens on the screen.
#[derive(Debug, Parser)]
#[command(name = "pgdeck", version, after_help = exit_codes::LIST, max_term_width = 110)]
pub struct Cli {
    /// The project file, instead of the nearest pgdeck.toml (also PGDECK_CONFIG)
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How results are written
    #[arg(long, global = true, help_heading = GLOBAL, value_enum, default_value_t = Format::Table)]
    pub format: Format,
    /// Show no progress on stderr
    #[arg(short, long, global = true, help_heading = GLOBAL)]
    pub quiet: bool,
    /// Log more; -vv for debugging
    #[arg(short, long, global = true, help_heading = GLOBAL, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// How the console looks
    #[command(flatten)]
    pub console: Console,
    /// What to do
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// The heading of the options that every verb has.
const GLOBAL: &str = "Global options";

/// How the console looks; beats the config.toml of whoever uses it.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Options of the console")]
pub struct Console {
    /// Colours: dark, light, high-contrast, mono, catppuccin-mocha, gruvbox-dark, nord, solarized-light, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub theme: Option<String>,
    /// Keys: default, vim, emacs, or a file
    #[arg(long, value_name = "NAME|FILE")]
    pub keymap: Option<String>,
    /// Draw with ASCII characters only
    #[arg(long)]
    pub ascii: bool,
    /// Do not use the mouse
    #[arg(long)]
    pub no_mouse: bool,
    /// In CSV exports, put ' before text that a spreadsheet would take for a formula
    #[arg(long)]
    pub csv_safe: bool,
}

impl Console {
    /// What was asked for here, else there.
    #[must_use]
    pub fn or(&self, other: &Console) -> Console {
        Console {
            theme: self.theme.clone().or_else(|| other.theme.clone()),
            keymap: self.keymap.clone().or_else(|| other.keymap.clone()),
            ascii: self.ascii || other.ascii,
            no_mouse: self.no_mouse || other.no_mouse,
            csv_safe: self.csv_safe || other.csv_safe,
        }
    }

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
    /// Start a project: write a pgdeck.toml that expects the current state of a database
    Init(Init),
    /// Check pgdeck.toml and your own configuration
    #[command(subcommand)]
    Config(Config),
    /// Show each environment: version, size, latency, and whether it can be written
    Env(Env),
    /// Compare row counts of environments, table by table
    Counts(Counts),
    /// Find problems in an environment, with fixes
    Audit(Audit),
    /// Compare the schemas of environments
    #[command(subcommand)]
    Schema(Schema),
    /// Show which migrations there are, which of them ran where, and what is wrong with them
    Migrations(Migrations),
    /// Copy configuration rows from one environment to another
    #[command(subcommand)]
    Sync(Sync),
    /// Show the commands that the project file makes pgdeck run, and agree to them; none runs before that
    Trust(Trust),
    /// Show who changed which environment, when, and how it ended
    Journal(Journal),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page: pgdeck man | man -l -
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
    /// The example [default: innotrue]
    pub example: Option<String>,
    /// Where initdb and postgres are (also PGDECK_PG_BIN)
    #[arg(long, value_name = "DIR")]
    pub pg_bin: Option<PathBuf>,
    /// Keep the servers' data in this folder and use it again next time
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
    /// Run this verb on the example instead of opening the console
    #[arg(last = true, value_name = "VERB")]
    pub verb: Vec<std::ffi::OsString>,
    /// How the console looks
    #[command(flatten)]
    pub console: Console,
}

/// `pgdeck init`
#[derive(Debug, Args)]
pub struct Init {
    /// The database to describe, or `${VARIABLE}` that holds its URL; without a password
    #[arg(long, value_name = "URL", conflicts_with = "environment")]
    pub url: Option<String>,
    /// Describe this environment of the project: only what is expected of it is written, to stdout by default
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
    /// The file to write [default: pgdeck.toml]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// `pgdeck config`
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Check pgdeck.toml and your own config.toml, keymap.toml and theme.toml, and show what they declare
    Check(Check),
    /// Show the folders of your configuration, the cache and the project's state
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
    /// What to do; by default the environments are shown
    #[command(subcommand)]
    pub command: Option<EnvCommand>,
    /// Only these environments
    pub names: Vec<String>,
}

/// `pgdeck env forget`
#[derive(Debug, Subcommand)]
pub enum EnvCommand {
    /// Accept that this name now stands for another database, such as a fresh copy; until then pgdeck refuses to write it
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
    /// Count the rows instead of showing the planner's estimates
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
    /// Never
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
    /// Exit with 1 at findings of this severity or worse that are not accepted, and where something could not be checked
    #[arg(long, value_enum, default_value_t = Limit::Error)]
    pub fail_on: Limit,
    /// Also write the fixes to this file, to be read and then run in an SQL editor
    #[arg(long, value_name = "FILE")]
    pub sql: Option<PathBuf>,
    /// Replace the file of --sql if it exists
    #[arg(long, requires = "sql")]
    pub force: bool,
    /// Explain a check: what it looks for, why it matters, and how to fix it
    #[arg(long, value_name = "ID", conflicts_with_all = ["environment", "only", "fail_on", "sql"])]
    pub explain: Option<String>,
}

/// From where on findings fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Limit {
    /// At errors
    Error,
    /// At errors and warnings
    Warning,
    /// At every finding
    Info,
    /// Never
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
    /// Show what differs between the schemas of two environments
    Diff(Diff),
}

/// `pgdeck schema diff`
#[derive(Debug, Args)]
pub struct Diff {
    /// The environment to compare with
    #[arg(long, value_name = "ENV", required_unless_present = "migrations")]
    pub from: Option<String>,
    /// Compare with what the migrations make, replayed on a throw-away server
    #[arg(long, conflicts_with = "from")]
    pub migrations: bool,
    /// The folder of the migrations, instead of the one in pgdeck.toml
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
    /// The environment to check; what only it has counts as added (+)
    #[arg(long, value_name = "ENV")]
    pub to: String,
    /// When to exit with 1; what could not be seen or compared counts as a difference
    #[arg(long, value_enum, default_value = "difference")]
    pub fail_on: FailOn,
}

/// `pgdeck migrations`
#[derive(Debug, Args)]
pub struct Migrations {
    /// What to do; by default the files are listed
    #[command(subcommand)]
    pub command: Option<MigrationsCommand>,
    /// Only these environments; may be given several times
    #[arg(short, long = "env", value_name = "ENV", global = true)]
    pub environments: Vec<String>,
    /// The folder of the migrations, instead of the one in pgdeck.toml
    #[arg(long, value_name = "DIR", global = true)]
    pub dir: Option<PathBuf>,
}

/// `pgdeck migrations …`
#[derive(Debug, Clone, Subcommand)]
pub enum MigrationsCommand {
    /// List the files in the order in which they run, and where each of them ran
    List,
    /// Show only problems, and what is risky in files that have not run; exits with 1 when there is a problem
    Check {
        /// When to exit with 1
        #[arg(long, value_enum, default_value_t = FailOn::Difference)]
        fail_on: FailOn,
    },
    /// Show one migration: its statements, its risks, and where it ran
    Show {
        /// Its version, such as 010, or the name of its file
        version: String,
    },
    /// Run the pending migrations of one environment, in order, and record them in its history
    Apply(Migrate),
}

/// `pgdeck migrations apply`
#[derive(Debug, Clone, Args)]
pub struct Migrate {
    /// The environment's name, to confirm; without it, what would run is shown
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,
    /// Try everything in one transaction, then roll back
    #[arg(long)]
    pub dry_run: bool,
    /// Run only if the plan has this digest, or one that begins with it
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<String>,
    /// Also run files with a lower number than one that ran already
    #[arg(long)]
    pub out_of_order: bool,
    /// Record all files up to this version as applied without running them, where there is no history yet
    #[arg(long, value_name = "VERSION")]
    pub baseline: Option<String>,
}

/// `pgdeck trust`
#[derive(Debug, Args)]
pub struct Trust {
    /// Agree without being asked, for example in CI
    #[arg(short, long)]
    pub yes: bool,
    /// List what was agreed to, for all projects
    #[arg(long, conflicts_with_all = ["yes", "revoke", "dir", "as_superuser"])]
    pub list: bool,
    /// Withdraw what was agreed to for this project
    #[arg(long, conflicts_with_all = ["yes", "dir", "as_superuser"])]
    pub revoke: bool,
    /// The folder of the migrations that are replayed, instead of the one in pgdeck.toml
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Also let replayed migrations run as a superuser, as long as these files stay as they are
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
