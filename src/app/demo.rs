//! An example project on throw-away servers: one real PostgreSQL for each of its environments.

mod examples;
mod kept;
mod recorded;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

pub use examples::{EXAMPLES, Example};

use super::{deck::Deck, job::Job};
use crate::{
    config::{place::Vars, project::Project, source::Source},
    core::error::{Error, Result, did_you_mean},
    pg::server::{OwnedDir, Programs, Server, scratch},
};

/// What an operator asked of the demo.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The example's name.
    pub example: Option<String>,
    /// Where the server programs are.
    pub pg_bin: Option<PathBuf>,
    /// Keep the servers' data and our state here.
    pub keep: Option<PathBuf>,
}

/// A running example. Dropped, its servers end and everything of theirs goes.
pub struct Demo {
    /// The example's project, connected to the servers.
    pub deck: Arc<Deck>,
    /// The servers, one per environment.
    pub servers: Vec<(String, Server)>,
    _state: Option<OwnedDir>,
}

/// The example of this name; the first one when none is given.
pub fn example(name: Option<&str>) -> Result<&'static Example> {
    let Some(name) = name else { return Ok(&EXAMPLES[0]) };
    let names = || EXAMPLES.iter().map(|example| example.name);
    EXAMPLES.iter().find(|example| example.name == name).ok_or_else(|| {
        Error::usage("there is no such example").object(name).hint(did_you_mean(name, names().collect::<Vec<_>>()))
    })
}

/// Starts the example's servers and fills them.
pub async fn start(options: &Options, job: &Job, vars: Vars<'_>) -> Result<Demo> {
    let example = example(options.example.as_deref())?;
    let programs = programs(options, job, vars).await?;
    let project = Project::parse(Source::new(format!("examples/{}/pgdeck.toml", example.name), example.project))?;
    let names: Vec<String> = project.environment_names().map(str::to_owned).collect();
    let total = names.len() as u64;
    job.progress(format!("starting {} servers, PostgreSQL {}", total, programs.version()), 0, total);
    let starts = names.iter().map(|name| server(&programs, example, name, options.keep.as_deref()));
    let servers = job.drop_on_cancel(futures_util::future::try_join_all(starts)).await?;
    job.progress(format!("{} servers are ready", names.len()), total, total);
    let bin = programs.bin().display().to_string();
    let state = if options.keep.is_some() { None } else { Some(scratch("state")?) };
    let folder = state
        .as_ref()
        .map_or_else(|| options.keep.clone().unwrap_or_default().join("state"), |state| state.path().to_path_buf());
    example.unpack(&folder)?;
    let deck = Deck::new(project, lookup(example, &servers, &folder, (&bin, vars)))?;
    Ok(Demo { deck: Arc::new(deck), servers, _state: state })
}

async fn programs(options: &Options, job: &Job, vars: Vars<'_>) -> Result<Programs> {
    let pg_bin = options.pg_bin.clone();
    // Finding may mean fetching, which blocks; the few variables it looks at are taken along.
    let known: HashMap<String, String> = ["PGDECK_PG_BIN", "PATH", "XDG_CACHE_HOME", "HOME"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), vars(name)?)))
        .collect();
    let job = job.clone();
    let find = move || {
        Programs::find(pg_bin.as_deref(), &|name: &str| known.get(name).cloned(), &|line: &str| {
            job.progress(line, 0, 0);
        })
    };
    tokio::task::spawn_blocking(find).await.map_err(|error| Error::connect(error.to_string()))?
}

async fn server(
    programs: &Programs,
    example: &'static Example,
    environment: &str,
    keep: Option<&Path>,
) -> Result<(String, Server)> {
    let filled = keep.map_or(Ok(false), |keep| kept::is_filled(keep, environment, example.name))?;
    let (programs, name, folder) = (programs.clone(), environment.to_owned(), keep.map(Path::to_path_buf));
    let start = move || Server::start(&programs, &name, folder.as_deref());
    let server = tokio::task::spawn_blocking(start).await.map_err(|error| Error::connect(error.to_string()))??;
    if !filled {
        example.load(&server, example.name, environment).await.map_err(|error| error.env(environment))?;
        keep.map_or(Ok(()), |keep| kept::note_filled(keep, environment, example.name))?;
    }
    Ok((environment.to_owned(), server))
}

/// What a demo takes from the operator's own variables: who and where they are, and how their terminal is.
const PASSED: [&str; 9] =
    ["USER", "LOGNAME", "SUDO_USER", "HOME", "XDG_CONFIG_HOME", "NO_COLOR", "COLORTERM", "TERM", "SSH_TTY"];

/// The variables that the example's project asks for, and nothing of the operator's own connections.
fn lookup(
    example: &Example,
    servers: &[(String, Server)],
    state: &Path,
    (bin, vars): (&str, Vars<'_>),
) -> impl Fn(&str) -> Option<String> + Send + Sync + 'static {
    let mut known: HashMap<String, String> = servers
        .iter()
        .map(|(name, server)| {
            (format!("{}_DATABASE_URL", name.to_uppercase()), server.url_as(example.name, example.role))
        })
        .collect();
    known.insert("PGDECK_STATE_DIR".into(), state.display().to_string());
    // Whatever needs a server beside these takes the programs that they run on.
    known.insert("PGDECK_PG_BIN".into(), bin.to_owned());
    for name in PASSED {
        if let Some(value) = vars(name) {
            known.insert(name.into(), value);
        }
    }
    move |name| known.get(name).cloned()
}
