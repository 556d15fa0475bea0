//! Migrations replayed on a throw-away server, and an environment compared with what came of it.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use super::{Base, Compared};
use crate::{
    app::{
        deck::Deck,
        job::Job,
        migrations::standing::{self, Overview},
        trust,
    },
    core::{
        drift::{self, State, scope},
        error::{Code, Error, Result},
        migrations::{
            confine,
            file::{File, Kind},
            history::Histories,
            replay::{self, Chosen, Replayed},
            statements::Statement,
            style::Style,
            transaction::Mode,
        },
        name::QName,
        trust::Runs,
    },
    pg::{
        drift as pg,
        migrations::{
            self as histories,
            replay::Stage,
            surroundings::{Surroundings, surroundings},
        },
        server::{Programs, Server},
    },
};

/// What an operator asked for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The folder, instead of the project's own.
    pub dir: Option<PathBuf>,
    /// Replay all files, those too that did not run in the environment.
    pub all: bool,
    /// Run them as a superuser, which can start programs and read and write files.
    pub as_superuser: bool,
    /// Where the server programs are.
    pub pg_bin: Option<PathBuf>,
}

/// What is read of the environment, of one moment.
struct There {
    state: State,
    histories: Histories,
    around: Surroundings,
}

/// A file, how it is run, and its statements.
type Prepared<'f> = (&'f File, Mode, Vec<Statement>);

/// What came of the replay.
struct Outcome {
    /// Before the first migration; `None` where nothing stands in for a platform.
    base: Option<State>,
    state: State,
}

/// Compares the environment `to` with what the migrations that ran in it make of an empty database. The server ends, and
/// its folder goes, whatever happens.
///
/// # Errors
/// An environment or a folder that there is not; no server programs; a connection's and a server's own; a file that fails
/// or that cannot be run.
pub async fn compare(deck: &Deck, job: &Job, asked: &Asked, to: &str) -> Result<Compared> {
    deck.known(to)?;
    let overview = standing::folder(deck, job, asked.dir.as_deref()).await?;
    let before = deck.project.migrations.before.as_deref().map(|path| read_before(deck, path)).transpose()?;
    let first = before.as_ref().map(|file| file.text.as_str());
    let about = trust::Asked { dir: asked.dir.clone(), as_superuser: asked.as_superuser };
    trust::allow(deck, &Runs::Replay(trust::replay(deck, &overview, first, &about)?))?;
    let mut there = there(deck, job, to).await?;
    let chosen = replay::choose(&overview.folder, &there.histories, asked.all);
    if chosen.files.is_empty() {
        return Err(nothing(&overview, &chosen, to));
    }
    let first = before.as_ref().map(prepared).transpose()?;
    let files = chosen.files.iter().map(|file| prepared(file)).collect::<Result<Vec<_>>>()?;
    if !asked.as_superuser {
        first.iter().chain(&files).try_for_each(|(file, _, list)| confine::check(file, list))?;
    }
    let programs = programs(deck, job, there.state.major(), asked.pg_bin.as_deref()).await?;
    let server = start(job, &programs).await?;
    let replayed =
        Box::pin(job.drop_on_cancel(run(job, &server, &there.around, (first.as_ref(), &files), asked.as_superuser)))
            .await;
    // Ending a server blocks for some milliseconds.
    let ended = tokio::task::spawn_blocking(move || drop(server)).await;
    let mut replayed = replayed?;
    ended.map_err(|error| Error::connect(error.to_string()))?;
    let kept = replay::bookkeeping(&there.histories);
    scope::forget(&mut replayed.state, &kept);
    let tables = scope::forget(&mut there.state, &kept);
    let base = replayed.base.as_ref();
    let platform = base.map(|base| scope::platform(base, &mut replayed.state, &mut there.state)).unwrap_or_default();
    let drift = drift::compare(&replayed.state, &there.state);
    let told = told(&overview, &chosen, &programs, before.as_ref(), &tables, platform);
    let replayed = Replayed { as_superuser: asked.as_superuser, ..told };
    Ok(Compared { from: Base::Migrations, to: to.to_owned(), drift, replayed: Some(replayed) })
}

fn told(
    overview: &Overview,
    chosen: &Chosen<'_>,
    programs: &Programs,
    before: Option<&File>,
    tables: &[QName],
    platform: Vec<String>,
) -> Replayed {
    Replayed {
        dir: overview.dir.display().to_string(),
        server: programs.version().to_owned(),
        history: chosen.history.as_ref().map(|(tool, table)| format!("{tool}, {table}")),
        as_superuser: false,
        before: before.map(|file| file.path.clone()),
        files: chosen.files.iter().map(|file| file.path.clone()).collect(),
        pending: chosen.pending.clone(),
        edited: chosen.edited.clone(),
        missing: chosen.missing.clone(),
        bookkeeping: tables.iter().map(ToString::to_string).collect(),
        platform,
    }
}

/// Why there is nothing to replay.
fn nothing(overview: &Overview, chosen: &Chosen<'_>, to: &str) -> Error {
    let error = match &chosen.history {
        Some((tool, table)) => Error::usage(format!("by its history ({tool}, {table}) no file ran there"))
            .hint("--all replays the files that did not run"),
        None => Error::usage("there is no migration in it").hint("set `dir` under [migrations], or give --dir"),
    };
    let error = error.object(overview.dir.display());
    if chosen.history.is_some() { error.env(to) } else { error }
}

async fn there(deck: &Deck, job: &Job, environment: &str) -> Result<There> {
    job.progress(format!("reading the catalogue of {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let state = Box::pin(pg::read(&tx)).await?;
        let histories = histories::read(&tx).await?;
        let around = surroundings(&tx, histories.read.first().map(|history| &history.table)).await?;
        tx.rollback().await?;
        Ok(There { state, histories, around })
    };
    Box::pin(job.cancel_on_server(&canceller, work)).await.map_err(|error| error.env(environment))
}

/// The file that stands in for a platform, as if it were a migration.
fn read_before(deck: &Deck, path: &str) -> Result<File> {
    let text = fs::read_to_string(deck.folder().join(path)).map_err(|error| {
        Error::usage(format!("the file cannot be read: {error}"))
            .object(path)
            .hint("correct `before` under [migrations] in pgdeck.toml")
    })?;
    Ok(File {
        path: path.to_owned(),
        style: Style::Plain,
        version: None,
        stamp: None,
        name: path.to_owned(),
        kind: Kind::Up,
        text,
        exact: true,
    })
}

fn prepared(file: &File) -> Result<Prepared<'_>> {
    let (mode, list) = replay::prepared(file)?;
    Ok((file, mode, list))
}

/// The programs of the environment's own version, where they can be had.
async fn programs(deck: &Deck, job: &Job, major: u32, pg_bin: Option<&Path>) -> Result<Programs> {
    // Finding may mean fetching, which blocks; the few variables that it looks at are taken along.
    let known: HashMap<&str, String> = ["PGDECK_PG_BIN", "PATH", "XDG_CACHE_HOME", "HOME"]
        .into_iter()
        .filter_map(|name| Some((name, deck.var(name)?)))
        .collect();
    let (teller, pg_bin) = (job.clone(), pg_bin.map(Path::to_path_buf));
    let find = move || {
        let tell = |line: &str| teller.progress(line, 0, 0);
        Programs::like(major, pg_bin.as_deref(), &|name: &str| known.get(name).cloned(), &tell)
    };
    let found = async { tokio::task::spawn_blocking(find).await.map_err(|error| Error::connect(error.to_string()))? };
    job.drop_on_cancel(found).await
}

async fn start(job: &Job, programs: &Programs) -> Result<Server> {
    job.progress(format!("starting a throw-away server, PostgreSQL {}", programs.version()), 0, 0);
    let programs = programs.clone();
    let start = move || Server::start(&programs, super::MIGRATIONS, None);
    let started =
        async { tokio::task::spawn_blocking(start).await.map_err(|error| Error::connect(error.to_string()))? };
    job.drop_on_cancel(started).await
}

/// Runs `first`, which stands in for a platform, and then `files`, in an empty database.
async fn run(
    job: &Job,
    server: &Server,
    around: &Surroundings,
    (first, files): (Option<&Prepared<'_>>, &[Prepared<'_>]),
    as_superuser: bool,
) -> Result<Outcome> {
    let all = || first.into_iter().chain(files);
    let made: Vec<String> = all().flat_map(|(file, _, list)| replay::roles(file, list)).collect();
    let mut stage = if as_superuser {
        Stage::open_as_superuser(server, around, &made).await?
    } else {
        let wanted: Vec<_> = all().flat_map(|(file, _, list)| confine::extensions(file, list)).collect();
        Stage::open(server, around, &made, &wanted).await?
    };
    let go_on = |_| if job.is_cancelled() { Err(stopped()) } else { Ok(()) };
    let mut base = None;
    if let Some((file, mode, list)) = first {
        job.progress(format!("running {}", file.path), 0, 0);
        stage.run(file, *mode, list, &go_on).await?;
        base = Some(stage.state().await?);
        stage.begin_anew().await?;
    }
    for (at, (file, mode, list)) in files.iter().enumerate() {
        job.progress(format!("replaying {}", file.path), at as u64, files.len() as u64);
        stage.run(file, *mode, list, &go_on).await?;
    }
    job.progress("reading what came of it", files.len() as u64, files.len() as u64);
    Ok(Outcome { base, state: stage.state().await? })
}

fn stopped() -> Error {
    Error::new(Code::Interrupted, "stopped by the operator")
}
