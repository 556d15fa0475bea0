//! Accepting a finding: an entry in the team's file.

use std::path::Path;

use crate::{
    app::{
        deck::{Deck, Declared},
        store::{self, Existing},
    },
    config::{
        project::{
            Project,
            accept::{Entry, written},
        },
        source::Source,
    },
    core::{
        error::{Error, Result},
        glob,
    },
};

/// Writes `entry` into the project's file and goes on by what stands there then. Returns where it stands, as
/// `file:line`.
///
/// A file that is no longer what was read last is read again, and nothing is written: whoever asked should know. The
/// same once more goes on from what stands there now.
pub fn accept(deck: &Deck, entry: &Entry) -> Result<String> {
    let Some(path) = deck.project.path() else {
        return Err(Error::usage("this project has no pgdeck.toml that could be written to"));
    };
    if let Some(until) = entry.until.filter(|until| *until < jiff::Zoned::now().date()) {
        return Err(Error::usage(format!("the date {until} is in the past"))
            .hint("use a future date, or leave it empty for no end"));
    }
    let source = read(path)?;
    if source.text != deck.declared().text {
        declare(deck, source)?;
        return Err(Error::stale(format!("{} was changed meanwhile and is read again", name(path)))
            .hint("accept once more to write into it as it is now"));
    }
    let new = Source { text: written(&source, entry)?, ..source };
    // What could not be read again is not written.
    let project = Project::parse(new.clone())?;
    let place = place(&project, entry).ok_or_else(|| {
        Error::usage("the acceptance cannot be written there").at(path.display()).hint("write it by hand")
    })?;
    store::write_ours(path, new.text.as_bytes(), Existing::Replace)?;
    deck.declare(Declared { text: new.text, rules: project.audit });
    Ok(place)
}

/// Goes on by what stands in the project's file now; says whether that is something else than before.
pub fn reread(deck: &Deck) -> Result<bool> {
    let Some(path) = deck.project.path() else { return Ok(false) };
    let source = read(path)?;
    if source.text == deck.declared().text {
        return Ok(false);
    }
    declare(deck, source).map(|()| true)
}

fn read(path: &Path) -> Result<Source> {
    Source::read(path)?.ok_or_else(|| Error::usage("this file is gone").at(path.display()))
}

fn declare(deck: &Deck, source: Source) -> Result<()> {
    let text = source.text.clone();
    let rules = Project::parse(source)?.audit;
    deck.declare(Declared { text, rules });
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

fn place(project: &Project, entry: &Entry) -> Option<String> {
    let object = glob::literal(&entry.object);
    let same = project.audit.accepted.iter().rev().find(|known| {
        known.check.eq_ignore_ascii_case(&entry.check)
            && known.object == object
            && known.part == entry.part
            && known.reason == entry.reason
            && known.until == entry.until
    });
    same.map(|known| known.place.clone())
}
