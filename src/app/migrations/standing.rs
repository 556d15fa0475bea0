//! Where each environment stands to a folder of migrations.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::future::try_join_all;

use super::read;
use crate::{
    app::{deck::Deck, job::Job},
    core::{
        error::{Error, Result},
        migrations::{
            difference::{Difference, difference},
            file::File,
            folder::Folder,
            history::{Applied, Histories, Lookalike},
            numbering,
            problem::Problem,
            risk::{self, Risk},
            state::{FileState, State, Status, relevant, state},
            statements::Statements,
            trace::{self, Listing, Look, Verdict},
        },
    },
    pg::migrations as pg,
};

/// A folder of migrations, and every environment that was asked.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Where it is.
    pub dir: PathBuf,
    /// Its files.
    pub folder: Arc<Folder>,
    /// The environments, in the order in which they were asked for.
    pub environments: Vec<Arc<Standing>>,
    /// What is in each of the forward files, in their order: they are taken apart once, where nobody waits for it.
    inside: Arc<[Inside]>,
}

/// What is in a file.
#[derive(Debug, Clone)]
struct Inside {
    statements: Statements,
    risks: Vec<Risk>,
}

/// One environment.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its name.
    pub environment: String,
    /// What its history says of the files.
    pub state: State,
    /// What the files look like by what is there, in the order of the forward files; empty where a history tells.
    pub looks: Vec<Look>,
    /// How the forward files that were edited, by their place, differ from what ran.
    pub differences: BTreeMap<usize, Difference>,
    /// Tables that have the name of a history and other columns.
    pub lookalikes: Vec<Lookalike>,
    /// All that its histories say.
    pub histories: Histories,
}

/// Where a file stands: by a history, or by what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A history says so, or nothing does.
    Is(Status),
    /// The objects that the file creates say so.
    Looks(Verdict),
}

impl Told {
    /// The words for it.
    pub fn word(self) -> &'static str {
        match self {
            Told::Is(status) => status.word(),
            Told::Looks(Verdict::All) => "looks applied",
            Told::Looks(Verdict::Some) => "partly there",
            Told::Looks(Verdict::None) => "looks pending",
            Told::Looks(Verdict::Unknown) => "unknown",
        }
    }

    /// What a history says of it: nothing, where objects had to speak.
    pub fn status(self) -> Status {
        match self {
            Told::Is(status) => status,
            Told::Looks(_) => Status::Unknown,
        }
    }

    /// Whether nothing can be told.
    pub fn is_unknown(self) -> bool {
        matches!(self, Told::Is(Status::Unknown) | Told::Looks(Verdict::Unknown))
    }

    /// Whether it did not run there, as far as can be told.
    pub fn is_pending(self) -> bool {
        matches!(self, Told::Is(Status::Pending) | Told::Looks(Verdict::None))
    }
}

impl Standing {
    /// What a database keeps, laid beside the files of `folder`; `listing` is what is there where it keeps nothing.
    pub fn of(environment: String, folder: &Folder, histories: Histories, listing: Option<&Listing>) -> Self {
        let traced = |file: &File| trace::read(file.text.get(file.forward()).unwrap_or_default());
        let looks = listing
            .map_or_else(Vec::new, |listing| trace::judge(&folder.forward().map(traced).collect::<Vec<_>>(), listing));
        let state = state(folder, &histories);
        let mut differences = BTreeMap::new();
        for ((at, file), state_of) in folder.forward().enumerate().zip(&state.files) {
            let (Status::Edited, Some(applied), Some((tool, _))) = (state_of.status, &state_of.applied, &state.history)
            else {
                continue;
            };
            differences.extend(difference(file, applied, *tool).map(|difference| (at, difference)));
        }
        let lookalikes = histories.lookalikes.clone();
        Standing { environment, state, looks, differences, lookalikes, histories }
    }

    /// The forward file at `at`.
    pub fn told(&self, at: usize) -> Told {
        match (self.looks.get(at), self.state.files.get(at)) {
            (Some(look), _) => Told::Looks(look.verdict),
            (None, Some(file)) => Told::Is(file.status),
            (None, None) => Told::Is(Status::Unknown),
        }
    }

    /// What its history says of the forward file at `at`.
    pub fn file(&self, at: usize) -> Option<&FileState> {
        self.state.files.get(at)
    }

    /// What its history keeps of the run of the forward file at `at`.
    pub fn applied(&self, at: usize) -> Option<&Applied> {
        self.file(at)?.applied.as_ref()
    }

    /// What it was told by, such as `Supabase, supabase_migrations.schema_migrations`.
    pub fn source(&self) -> String {
        match &self.state.history {
            Some((tool, table)) => format!("{tool}, {table}"),
            None if self.looks.is_empty() => "no history that can be read".to_owned(),
            None => "no history, told by what is there".to_owned(),
        }
    }
}

impl Overview {
    /// The files of `folder`, which is at `dir`, each taken apart; nobody was asked yet.
    pub fn of(dir: PathBuf, folder: Folder) -> Self {
        let look = |file: &File| Inside { statements: file.statements(), risks: risk::risks(file) };
        let inside = folder.forward().map(look).collect();
        Overview { dir, folder: Arc::new(folder), environments: Vec::new(), inside }
    }

    /// Every problem, of the folder and of each environment, with the environment's name.
    pub fn problems(&self) -> impl Iterator<Item = (Option<&str>, &Problem)> {
        let folder = self.folder.problems.iter().map(|problem| (None, problem));
        let environments = self.environments.iter().flat_map(|standing| {
            standing.state.problems.iter().map(|problem| (Some(standing.environment.as_str()), problem))
        });
        folder.chain(environments)
    }

    /// The problems that name the file `path`.
    pub fn problems_of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = (Option<&'a str>, &'a Problem)> {
        self.problems().filter(move |(_, problem)| problem.paths.iter().any(|about| about == path))
    }

    /// What is risky in the forward file at `at`.
    pub fn risks(&self, at: usize) -> &[Risk] {
        self.inside.get(at).map(|inside| inside.risks.as_slice()).unwrap_or_default()
    }

    /// The statements of the forward file at `at`, those that go forward.
    pub fn statements(&self, at: usize) -> Option<&Statements> {
        self.inside.get(at).map(|inside| &inside.statements)
    }

    /// How the forward file at `at` differs from what ran, in the environments where it was edited.
    pub fn differences(&self, at: usize) -> impl Iterator<Item = (&str, &Difference)> {
        self.environments
            .iter()
            .filter_map(move |standing| Some((standing.environment.as_str(), standing.differences.get(&at)?)))
    }

    /// The place of the file `path` among the forward files.
    pub fn place(&self, path: &str) -> Option<usize> {
        self.folder.forward().position(|file| file.path == path)
    }

    /// The risks of the files that have not run in some environment, by its history.
    pub fn pending_risks(&self) -> Vec<(&File, &Risk)> {
        let pending =
            |at: usize| self.environments.iter().any(|standing| standing.told(at) == Told::Is(Status::Pending));
        let files = self.folder.forward().enumerate().filter(|(at, _)| pending(*at));
        files.flat_map(|(at, file)| self.risks(at).iter().map(move |risk| (file, risk))).collect()
    }

    /// New names for files whose numbers do not fit; those that ran anywhere, or may have, keep theirs. Nothing is
    /// renamed.
    pub fn renames(&self) -> Vec<numbering::Rename> {
        let ran = |at: usize| self.environments.iter().any(|standing| !standing.told(at).is_pending());
        let ran: std::collections::HashSet<&str> =
            self.folder.forward().enumerate().filter(|(at, _)| ran(*at)).map(|(_, file)| file.path.as_str()).collect();
        numbering::renumber(self.folder.style, &self.folder.files, |file| ran.contains(file.path.as_str()))
    }

    /// One line on all of it.
    pub fn summary(&self) -> String {
        let files = self.folder.forward().count();
        let (problems, risks) = (self.problems().count(), self.pending_risks().len());
        let histories =
            self.environments.iter().map(|standing| format!("{}: {}", standing.environment, standing.source()));
        format!(
            "{}: {files} files, {} style, {problems} problems, {risks} risky statements in what has not run; {}",
            self.dir.display(),
            self.folder.style.word(),
            histories.collect::<Vec<_>>().join(" · ")
        )
    }
}

/// Reads the folder `dir`, the project's own where none is given, and asks `environments`. One that does not answer
/// fails all of it.
pub async fn overview(deck: &Deck, job: &Job, dir: Option<&Path>, environments: &[String]) -> Result<Overview> {
    for name in environments {
        deck.known(name)?;
    }
    let mut overview = folder(deck, job, dir).await?;
    let standings = environments.iter().map(|name| Box::pin(standing(deck, job, name, &overview.folder)));
    overview.environments = try_join_all(standings).await?.into_iter().map(Arc::new).collect();
    Ok(overview)
}

/// Reads the folder `dir`, the project's own where none is given, and asks nobody.
pub async fn folder(deck: &Deck, job: &Job, dir: Option<&Path>) -> Result<Overview> {
    let dir = dir.map_or_else(|| deck.folder().join(&deck.project.migrations.dir), Path::to_path_buf);
    job.progress(format!("reading {}", dir.display()), 0, 0);
    let style = deck.project.migrations.style;
    let read = aside("the folder was not read", move || read(&dir, style).map(|folder| Overview::of(dir, folder)));
    job.drop_on_cancel(read).await
}

/// Does what takes a while and waits for nothing, where nobody else is kept waiting.
async fn aside<T: Send + 'static>(what: &str, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::usage(format!("{what}: {error}")))?
}

/// Where `environment` stands to `folder`.
pub async fn standing(deck: &Deck, job: &Job, environment: &str, folder: &Arc<Folder>) -> Result<Standing> {
    job.progress(format!("reading the history of {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let histories = relevant(folder, pg::read(&tx).await?);
        // Only where nothing is recorded do objects have to speak.
        let silent = histories.read.is_empty() && histories.unseen.is_empty();
        let listing = if silent { Some(pg::objects(&tx).await?) } else { None };
        tx.rollback().await?;
        Ok((histories, listing))
    };
    let read = Box::pin(job.cancel_on_server(&canceller, work)).await;
    let (histories, listing) = read.map_err(|error: Error| error.env(environment))?;
    let (name, folder) = (environment.to_owned(), Arc::clone(folder));
    let joined =
        aside("the history was not compared", move || Ok(Standing::of(name, &folder, histories, listing.as_ref())));
    job.drop_on_cancel(joined).await
}
