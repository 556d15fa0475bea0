//! What `pgdeck sync` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::FailOn;

/// `pgdeck sync`
#[derive(Debug, Subcommand)]
pub enum Sync {
    /// List the sync sets of the project
    Sets,
    /// Export sets from an environment into a bundle
    Export(Export),
    /// Print the query to run by hand where pgdeck cannot connect to the source
    Query(Query),
    /// Compare the source with the target, row by row
    Review(Review),
    /// Apply a reviewed plan in one transaction
    Apply(Apply),
    /// Undo an applied run
    Undo(Undo),
    /// Write the rows of sets into an SQL file such as seed.sql, between two marker lines
    Seed(Seed),
}

/// `pgdeck sync export`
#[derive(Debug, Args)]
pub struct Export {
    /// The sets [default: all]
    #[arg(value_name = "SET")]
    pub sets: Vec<String>,
    /// The source
    #[arg(long, value_name = "ENV")]
    pub from: String,
    /// The bundle to write
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// `pgdeck sync query`
#[derive(Debug, Args)]
pub struct Query {
    /// The sets [default: all]
    #[arg(value_name = "SET")]
    pub sets: Vec<String>,
    /// The environment whose tables the query is written for; by default the first that is not production
    #[arg(short, long = "env", value_name = "ENV")]
    pub environment: Option<String>,
}

/// `pgdeck sync review`
#[derive(Debug, Args)]
pub struct Review {
    /// The sets [default: all]
    #[arg(value_name = "SET")]
    pub sets: Vec<String>,
    /// The source
    #[arg(long, value_name = "ENV", required_unless_present = "bundle", conflicts_with = "bundle")]
    pub from: Option<String>,
    /// Read the source from a file: an exported bundle, or the result of `sync query`
    #[arg(long, value_name = "FILE")]
    pub bundle: Option<PathBuf>,
    /// The target
    #[arg(long, value_name = "ENV")]
    pub to: String,
    /// Also delete rows that are not in the source
    #[arg(long)]
    pub deletes: bool,
    /// Write the plan for `sync apply` to this file
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Write the plan as an SQL script with the same checks
    #[arg(long, value_name = "FILE")]
    pub sql: Option<PathBuf>,
    /// Write the differences as a document: .md for Markdown, .json for JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Replace files that exist
    #[arg(long)]
    pub force: bool,
    /// When to exit with 1
    #[arg(long, value_enum, default_value = "never")]
    pub fail_on: FailOn,
}

/// `pgdeck sync apply`
#[derive(Debug, Args)]
pub struct Apply {
    /// The plan that `sync review` wrote
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// The target's name, to confirm
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,
    /// Run everything, then roll back
    #[arg(long)]
    pub dry_run: bool,
}

/// `pgdeck sync undo`
#[derive(Debug, Args)]
pub struct Undo {
    /// The run, as `sync apply` and `journal` show it
    pub run: String,
    /// The target's name, to confirm
    #[arg(long, value_name = "ENV")]
    pub confirm: Option<String>,
    /// Run everything, then roll back
    #[arg(long)]
    pub dry_run: bool,
}

/// `pgdeck sync seed`
#[derive(Debug, Args)]
pub struct Seed {
    /// The sets [default: all]
    #[arg(value_name = "SET")]
    pub sets: Vec<String>,
    /// The source
    #[arg(long, value_name = "ENV")]
    pub from: String,
    /// The SQL file; only the part between pgdeck's marker lines is replaced
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}
