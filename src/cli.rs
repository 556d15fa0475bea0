//! The command line. stdout carries results only; progress and errors go to stderr.

pub mod args;
mod audit;
mod config;
mod counts;
mod demo;
mod env;
mod init;
mod journal;
mod migrations;
mod output;
mod progress;
mod schema;
mod shell;
mod signals;
mod sync;
mod trust;

use std::{ffi::OsString, io::IsTerminal, process::ExitCode, sync::Arc};

use clap::Parser;

use self::{
    args::{Audit, Cli, Verb},
    output::Format,
    progress::Progress,
    signals::{Patience, Watch},
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
    let (cli, inner) = match parse(arguments) {
        Ok(parsed) => parsed,
        Err(error) => return usage(&error),
    };
    log(cli.verbose);
    let (format, verbose) = (cli.format, cli.verbose > 0);
    let watch = Watch::default();
    let patience = if matches!(cli.verb, Some(Verb::Demo(_))) { Patience::OWN_SERVERS } else { Patience::USUAL };
    let result = match watch.start(patience, format) {
        Ok(()) => dispatch(cli, inner, &watch).await,
        Err(error) => Err(error),
    };
    let code = result.unwrap_or_else(|error| {
        output::error(&error, format, verbose);
        error.code.exit()
    });
    watch.ended.get_or_init(|| code);
    ExitCode::from(code)
}

/// What was typed; and, where that is a verb inside a demo, the verb, so that its mistakes and its help need no
/// server. Options that hold for all verbs may stand on either side of the `--`.
fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<(Cli, Option<Cli>), clap::Error> {
    let mut cli = Cli::try_parse_from(arguments)?;
    let typed = match &cli.verb {
        Some(Verb::Demo(demo)) if !demo.verb.is_empty() => demo.verb.clone(),
        _ => return Ok((cli, None)),
    };
    let inner = Cli::try_parse_from(std::iter::once(OsString::from("pgdeck")).chain(typed))?;
    if inner.format != Format::Table {
        cli.format = inner.format;
    }
    cli.quiet |= inner.quiet;
    cli.verbose = cli.verbose.saturating_add(inner.verbose);
    Ok((cli, Some(inner)))
}

/// clap prints its own help and errors; only the exit code is ours.
fn usage(error: &clap::Error) -> ExitCode {
    // A closed pipe is not worth a word.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

/// Warnings of ours to stderr; of the driver never anything that could hold a value.
fn log(verbose: u8) {
    let level = ["warn", "info", "debug"][usize::from(verbose.min(2))];
    let filter = tracing_subscriber::EnvFilter::new(format!("warn,pgdeck={level}"));
    let colour = std::io::stderr().is_terminal() && variables("NO_COLOR").is_none_or(|value| value.is_empty());
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colour);
    // Without a log the work still goes on.
    let _ = log.without_time().try_init();
}

fn variables(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn dispatch(cli: Cli, inner: Option<Cli>, watch: &Watch) -> Result<u8> {
    let progress = Progress::new(cli.quiet);
    let job = Job::new(watch.asked.clone(), progress.clone().reporter()).leaving(watch.leaving.clone());
    let result = match &cli.verb {
        Some(Verb::Demo(demo)) => demo::run(&cli, demo, inner.as_ref(), job).await,
        Some(Verb::Completions { shell }) => shell::completions(*shell).map(|()| 0),
        Some(Verb::Man) => shell::man().map(|()| 0),
        Some(Verb::Init(arguments)) if arguments.environment.is_none() => {
            init::begin(arguments, &job, cli.format).await
        }
        Some(Verb::Audit(Audit { explain: Some(id), .. })) => audit::explain(id, cli.format),
        Some(Verb::Trust(arguments)) if arguments.list => trust::list(cli.format),
        Some(Verb::Trust(arguments)) if arguments.revoke => {
            let file = place::project_file(cli.config.as_deref(), std::env::current_dir, &variables)?;
            trust::revoke(&file, cli.format)
        }
        Some(verb) => {
            let deck = Arc::new(Deck::new(project(&cli)?, variables)?);
            verb_on(verb, &Context { deck, job, format: cli.format }).await
        }
        None => console(&cli, job).await,
    };
    progress.clear();
    result
}

async fn console(cli: &Cli, job: Job) -> Result<u8> {
    let terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    if terminal && place::search(cli.config.as_deref(), std::env::current_dir, &variables)?.is_none() {
        return first_page(cli, job).await;
    }
    let deck = Arc::new(Deck::new(project(cli)?, variables)?);
    let setup = crate::tui::setup(cli.console.preferences(), &variables)?;
    if !terminal {
        return Err(Error::usage("the console needs a terminal").hint("`pgdeck --help` lists the verbs, which do not"));
    }
    crate::tui::open(deck, setup).await.map(|()| 0)
}

/// Without a project: the page that says where to begin, and what was chosen there.
async fn first_page(cli: &Cli, job: Job) -> Result<u8> {
    use crate::tui::{Choice, welcome};
    match welcome(crate::tui::setup(cli.console.preferences(), &variables)?).await? {
        Choice::Leave => Ok(0),
        Choice::Demo => demo::run(cli, &args::Demo::default(), None, job).await,
    }
}

fn project(cli: &Cli) -> Result<Project> {
    Project::load(&place::project_file(cli.config.as_deref(), std::env::current_dir, &variables)?)
}

/// Runs one verb on a project: the operator's own, or an example's.
async fn verb_on(verb: &Verb, context: &Context) -> Result<u8> {
    if matches!(context.format, Format::Sarif | Format::Junit) && !matches!(verb, Verb::Audit(_)) {
        return Err(Error::usage("only `pgdeck audit` writes this format").hint("use table, json or markdown"));
    }
    match verb {
        Verb::Demo(_) | Verb::Completions { .. } | Verb::Man => {
            Err(Error::usage("this verb cannot run inside `pgdeck demo … --`"))
        }
        Verb::Config(command) => config::run(command, context).await,
        Verb::Init(arguments) => init::describe(arguments, context).await,
        Verb::Env(arguments) => env::run(arguments, context).await,
        Verb::Counts(arguments) => counts::run(arguments, context).await,
        Verb::Audit(arguments) => audit::run(arguments, context).await,
        Verb::Schema(command) => schema::run(command, context).await,
        Verb::Migrations(arguments) => migrations::run(arguments, context).await,
        Verb::Sync(command) => sync::run(command, context).await,
        Verb::Trust(arguments) => trust::run(arguments, context).await,
        Verb::Journal(arguments) => journal::run(arguments, context).await,
    }
}
