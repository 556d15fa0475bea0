//! What `pgdeck sync` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::FailOn;

/// `pgdeck sync`
#[derive(Debug, Subcommand)]
pub enum Sync {
    /// The sync sets of the project
    Sets,
    /// Read sets from an environment into a bundle
    Export(Export),
    /// Print the statement to run by hand at a source that pgdeck cannot reach
    Query(Query),
    /// Compare the source with the target, row by row
    Review(Review),
    /// Run a reviewed plan in one transaction
    Apply(Apply),
    /// Take a run back
    Undo(Undo),
    /// Write the rows of sets into a part of an SQL file, such as seed.sql, that is kept by pgdeck
    Seed(Seed),
}

/// `pgdeck sync export`
#[derive(Debug, Args)]
pub struct Export {
    /// The sets; all of them if none is given
    #[arg(value_name = "SET")]
    pub sets: Vec<String>,
    /// The source
    #[arg(long, value_name = "ENV")]
    pub from: String,
    /// The bundle to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Replace the file if it exists already
    #[arg(long)]
    pub force: bool,
}

/// `pgdeck sync query`
#[derive(Debug, Args)]
pub struct Query {
    /// The sets; all of them if none is given
    #[arg(value_name = "SET")]
    pub sets: Vec<String>,
    /// Whose tables and columns the statement names; the first that is not production if not given
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
}

/// `pgdeck sync review`
#[derive(Debug, Args)]
pub struct Review {
    /// The sets; all of them if none is given
    #[arg(value_name = "SET")]
    pub sets: Vec<String>,
    /// The source
    #[arg(long, value_name = "ENV", required_unless_present = "bundle", conflicts_with = "bundle")]
    pub from: Option<String>,
    /// An exported bundle as the source, or what the statement of `sync query` returned
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// The target
    #[arg(long, value_name = "ENV")]
    pub to: String,
    /// Also delete rows that the source does not have
    #[arg(long)]
    pub deletes: bool,
    /// Write the plan that makes the target equal, for `sync apply`
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Write the same as a guarded SQL script
    #[arg(long, value_name = "FILE")]
    pub sql: Option<PathBuf>,
    /// Write all that differs as a document: .md for Markdown, .json for JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Replace files that exist already
    #[arg(long)]
    pub force: bool,
    /// Exit with 1 at any difference
    #[arg(long, value_enum, default_value = "never")]
    pub fail_on: FailOn,
}

/// `pgdeck sync apply`
#[derive(Debug, Args)]
pub struct Apply {
    /// The plan that `sync review` wrote
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// The target's name, typed once more
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,
    /// Do everything, then roll back
    #[arg(long)]
    pub dry_run: bool,
}

/// `pgdeck sync undo`
#[derive(Debug, Args)]
pub struct Undo {
    /// The run, as `apply` or `journal` names it
    pub run: String,
    /// The target's name, typed once more
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,
    /// Do everything, then roll back
    #[arg(long)]
    pub dry_run: bool,
}

/// `pgdeck sync seed`
#[derive(Debug, Args)]
pub struct Seed {
    /// The sets; all of them if none is given
    #[arg(value_name = "SET")]
    pub sets: Vec<String>,
    /// The source
    #[arg(long, value_name = "ENV")]
    pub from: String,
    /// The SQL file; outside of the lines that begin and end pgdeck's part it stays as it is
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
