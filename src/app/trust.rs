//! Agreements to what a project file makes pgdeck run, and the file in which they are kept.
//!
//! A project that comes with pgdeck has no file and needs no agreement.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::{deck::Deck, migrations::standing::Overview, store};
use crate::{
    config::place::{self, Vars},
    core::{
        error::{Error, Result},
        migrations::checksum::sha256,
        trust::{Agreement, Agreements, Command, Replay, Runs},
    },
};

/// What of a project is asked about.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The folder of the migrations, instead of the project's own.
    pub dir: Option<PathBuf>,
    /// Migrations are to be replayed as a superuser.
    pub as_superuser: bool,
}

/// Something that a project makes pgdeck run, and whether that was agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What is run.
    pub runs: Runs,
    /// Whether it was agreed to.
    pub agreed: bool,
}

/// The project file in full, links resolved; `None` for one that comes with pgdeck.
///
/// # Errors
/// A file that is not there any more.
pub fn project(deck: &Deck) -> Result<Option<String>> {
    deck.project.path().map(canonical).transpose()
}

fn canonical(path: &Path) -> Result<String> {
    let full = fs::canonicalize(path).map_err(|error| store::cannot("find", path, &error))?;
    Ok(full.display().to_string())
}

/// Everything that the project makes pgdeck run.
///
/// # Errors
/// A folder of migrations that was named and cannot be read.
pub fn items(deck: &Deck, asked: &Asked) -> Result<Vec<Item>> {
    let Some(project) = project(deck)? else { return Ok(Vec::new()) };
    let mut all: Vec<Runs> = commands(deck).map(Runs::Command).collect();
    let dir = asked.dir.clone().unwrap_or_else(|| deck.folder().join(&deck.project.migrations.dir));
    if asked.dir.is_some() || asked.as_superuser || dir.is_dir() {
        let folder = super::migrations::read(&dir, deck.project.migrations.style)?;
        let overview = Overview::of(dir, folder);
        let first = before(deck).filter(|_| asked.as_superuser);
        let first = first.map(|path| fs::read_to_string(&path).map_err(|error| store::cannot("read", &path, &error)));
        let first = first.transpose()?;
        all.push(Runs::Replay(replay(deck, &overview, first.as_deref(), asked)?));
    }
    let known = read(&vars(deck)).unwrap_or_default();
    Ok(all.into_iter().map(|runs| Item { agreed: known.hold(&project, &runs), runs }).collect())
}

/// The commands of the project, with the files that they name.
fn commands(deck: &Deck) -> impl Iterator<Item = Command> {
    deck.project.commands().map(|command| {
        let files = command.command.iter().filter_map(|word| part(deck, word)).collect();
        Command { files, ..command }
    })
}

/// A file that comes with the project and that a command names: a relative path begins in the working directory, where
/// the command runs. Its content is part of what is agreed to.
fn part(deck: &Deck, word: &str) -> Option<(String, String)> {
    let path = Path::new(word);
    let inside = || {
        let folder = fs::canonicalize(folder(deck)).ok()?;
        fs::canonicalize(path).ok().filter(|full| full.starts_with(folder))
    };
    if path.is_absolute() && inside().is_none() || !path.is_file() {
        return None;
    }
    // What cannot be read has no content that could be agreed to.
    let digest = fs::read(path).map_or_else(|error| error.to_string(), |bytes| store::sha256(&bytes));
    Some((word.to_owned(), digest))
}

fn folder(deck: &Deck) -> &Path {
    let folder = deck.folder();
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// The file that is run before the first migration.
fn before(deck: &Deck) -> Option<PathBuf> {
    deck.project.migrations.before.as_ref().map(|path| folder(deck).join(path))
}

/// Replaying what is in the folder `overview`; `first` is the SQL that is run before it.
///
/// # Errors
/// A folder that is not there any more.
pub fn replay(deck: &Deck, overview: &Overview, first: Option<&str>, asked: &Asked) -> Result<Replay> {
    let migrations = &deck.project.migrations;
    let files: Vec<_> = overview.folder.forward().collect();
    let as_superuser = if asked.as_superuser {
        let mut all: Vec<_> = files.iter().map(|file| (file.path.as_str(), sha256(&file.text))).collect();
        all.extend(first.map(|text| ("before", sha256(text))));
        Some(sha256(&serde_json::json!(all).to_string()))
    } else {
        None
    };
    let line = migrations.line.map(|line| format!(":{line}")).unwrap_or_default();
    Ok(Replay {
        place: format!("{}{line}", deck.project.file()),
        folder: canonical(&overview.dir)?,
        dir: asked.dir.as_ref().map(|dir| dir.display().to_string()),
        before: before(deck).map(|path| std::path::absolute(&path).unwrap_or(path).display().to_string()),
        files: files.len(),
        as_superuser,
    })
}

/// Refuses the command of the environment `name`, if it has one, unless it was agreed to.
///
/// # Errors
/// `Refused`, saying what, where, and what to do.
pub fn allow_command(deck: &Deck, name: &str) -> Result<()> {
    match commands(deck).find(|command| command.environment == name) {
        Some(command) => allow(deck, &Runs::Command(command)),
        None => Ok(()),
    }
}

/// Refuses `runs` unless it was agreed to.
///
/// # Errors
/// `Refused`, saying what, where, and what to do.
pub fn allow(deck: &Deck, runs: &Runs) -> Result<()> {
    let Some(project) = project(deck)? else { return comes_along(runs) };
    match read(&vars(deck)) {
        Ok(known) if known.hold(&project, runs) => Ok(()),
        Ok(_) => Err(runs.refusal()),
        Err(error) => {
            let refusal = runs.refusal();
            Err(Error { message: format!("{}; {error}", refusal.message), ..refusal })
        }
    }
}

/// What a project that comes with pgdeck runs is ours; a folder that was typed is not.
fn comes_along(runs: &Runs) -> Result<()> {
    match runs {
        Runs::Replay(Replay { dir: Some(_), as_superuser: Some(_), .. }) => {
            Err(Error::refused("a demo runs files that are not its own without superuser rights only")
                .hint("use a project with a file: `pgdeck init` begins one"))
        }
        _ => Ok(()),
    }
}

/// Agrees to `items` of the project; a file that holds no agreements any more is replaced.
///
/// # Errors
/// A file that cannot be written.
pub fn agree(deck: &Deck, items: &[Item]) -> Result<()> {
    let Some(project) = project(deck)? else { return Ok(()) };
    let mut known = read(&vars(deck)).unwrap_or_default();
    let now = jiff::Timestamp::now().strftime("%Y-%m-%d %H:%M:%S").to_string();
    for item in items {
        known.add(&project, &item.runs, &now);
    }
    write(&vars(deck), &known)
}

/// Everything that was agreed to, of all projects.
///
/// # Errors
/// A file that is not one of ours, or that others could have written.
pub fn list(vars: Vars<'_>) -> Result<Vec<Agreement>> {
    read(vars).map(|known| known.list)
}

/// Takes back what was agreed to of the project file `path`; says how much that was.
///
/// # Errors
/// The same, and one that cannot be written.
pub fn revoke(path: &Path, vars: Vars<'_>) -> Result<usize> {
    let mut known = read(vars)?;
    // A file that is gone is known by the name that it had.
    let full = fs::canonicalize(path).or_else(|_| std::path::absolute(path));
    let full = full.map_err(|error| store::cannot("find", path, &error))?;
    let count = known.revoke(&full.display().to_string());
    if count > 0 {
        write(vars, &known)?;
    }
    Ok(count)
}

fn vars(deck: &Deck) -> impl Fn(&str) -> Option<String> + Send + Sync {
    move |name| deck.var(name)
}

fn read(vars: Vars<'_>) -> Result<Agreements> {
    let path = place::agreements(vars)?;
    let facts = match fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Agreements::default()),
        facts => facts.map_err(|error| store::cannot("read", &path, &error))?,
    };
    let unfit = |why: String| {
        let what = format!("{why}, so nothing counts as agreed to");
        Error::refused(what).at(path.display()).hint("delete it, then agree again with `pgdeck trust`")
    };
    if facts.uid() != rustix::process::geteuid().as_raw() || facts.mode() & 0o022 != 0 {
        return Err(unfit("somebody else could have written this list of agreements".to_owned()));
    }
    let text = store::read(&path).map_err(|error| unfit(error.message))?.unwrap_or_default();
    serde_json::from_str(&text).map_err(|error| unfit(format!("this list of agreements is damaged ({error})")))
}

fn write(vars: Vars<'_>, agreements: &Agreements) -> Result<()> {
    let path = place::agreements(vars)?;
    if let Some(folder) = path.parent() {
        store::directory(folder)?;
    }
    let text = serde_json::to_string_pretty(agreements).map_err(|error| Error::usage(error.to_string()))?;
    store::write(&path, format!("{text}\n").as_bytes())
}
