//! The command line. stdout carries results only; progress and errors go to stderr.

pub mod args;
mod config;
mod counts;
mod demo;
mod env;
mod journal;
mod output;
mod progress;
mod sync;

use std::{ffi::OsString, process::ExitCode, sync::Arc};

use clap::Parser;
use tokio_util::sync::CancellationToken;

use self::{
    args::{Cli, Verb},
    output::Format,
    progress::Progress,
};
use crate::{
    app::{deck::Deck, job::Job},
    config::{place, project::Project},
    core::error::{Error, Result},
};

/// What a verb is given.
pub(crate) struct Context {
    /// The project at work.
    pub deck: Arc<Deck>,
    /// To be watched and stopped.
    pub job: Job,
    /// How results are written.
    pub format: Format,
}

/// Runs pgdeck with `arguments` and returns the process's exit code.
pub async fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    log(cli.verbose);
    let format = cli.format;
    let cancel = CancellationToken::new();
    let watch = tokio::spawn(stop_on_signal(cancel.clone()));
    let result = dispatch(cli, cancel).await;
    watch.abort();
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output::error(&error, format);
            ExitCode::from(error.code.exit())
        }
    }
}

/// clap prints its own help and errors; only the exit code is ours.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is not worth a word.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

async fn stop_on_signal(cancel: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    cancel.cancel();
}

/// Warnings of ours to stderr; of the driver never anything that could hold a value.
fn log(verbose: u8) {
    let level = ["warn", "info", "debug"][usize::from(verbose.min(2))];
    let filter = tracing_subscriber::EnvFilter::new(format!("warn,pgdeck={level},tokio_postgres=info"));
    let set = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).without_time().try_init();
    if let Err(error) = set {
        eprintln!("pgdeck: no log: {error}");
    }
}

fn variables(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn dispatch(cli: Cli, cancel: CancellationToken) -> Result<u8> {
    let progress = Progress::new(cli.quiet);
    let job = Job::new(cancel, progress.clone().reporter());
    let result = match &cli.verb {
        Some(Verb::Demo(demo)) => demo::run(&cli, demo, job).await,
        Some(verb) => {
            let deck = Arc::new(Deck::new(project(&cli)?, variables)?);
            verb_on(verb, &Context { deck, job, format: cli.format }).await
        }
        None => {
            let deck = Arc::new(Deck::new(project(&cli)?, variables)?);
            crate::tui::open(deck).await.map(|()| 0)
        }
    };
    progress.clear();
    result
}

fn project(cli: &Cli) -> Result<Project> {
    let here =
        std::env::current_dir().map_err(|error| Error::usage(format!("there is no working directory: {error}")))?;
    Project::load(&place::project_file(cli.config.as_deref(), &here, &variables)?)
}

/// Runs one verb on a project: the operator's own, or an example's.
async fn verb_on(verb: &Verb, context: &Context) -> Result<u8> {
    match verb {
        Verb::Demo(_) => Err(Error::usage("a demo cannot run inside a demo")),
        Verb::Config(command) => config::run(command, context),
        Verb::Env(arguments) => env::run(arguments, context).await,
        Verb::Counts(arguments) => counts::run(arguments, context).await,
        Verb::Sync(command) => sync::run(command, context).await,
        Verb::Journal(arguments) => journal::run(arguments, context),
    }
}
