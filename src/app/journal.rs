//! The journal's file: JSON Lines, appended and fsynced, one line when a run begins and one when it ends.

use std::path::PathBuf;

use super::{deck::Deck, store};
use crate::core::{
    error::{Error, Result},
    journal::{Entry, Run, runs},
};

fn path(deck: &Deck) -> PathBuf {
    deck.state.join("journal.jsonl")
}

/// Writes one entry, on disk when this returns.
pub fn append(deck: &Deck, entry: &Entry) -> Result<()> {
    store::directory(&deck.state)?;
    let line = serde_json::to_string(entry).map_err(|error| Error::usage(error.to_string()))?;
    store::append_line(&path(deck), &line)
}

/// All runs, newest first. A line that breaks off is what a crash leaves: its run counts as cut off. Any other line
/// that cannot be read is an error that names it: a journal with holes is none.
pub fn read(deck: &Deck) -> Result<Vec<Run>> {
    let path = path(deck);
    let Some(text) = store::read(&path)? else { return Ok(Vec::new()) };
    let mut entries = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = || format!("{}:{}", path.display(), at + 1);
        match serde_json::from_str::<Entry>(line) {
            Ok(entry) => entries.push(entry),
            Err(error) if error.is_eof() => tracing::warn!(place = place(), "a line of the journal breaks off"),
            Err(error) => {
                return Err(Error::usage(format!("this line of the journal cannot be read ({error})"))
                    .at(place())
                    .hint("restore the file or move it away"));
            }
        }
    }
    Ok(runs(&entries))
}

/// Who runs this: the operating system's name of the account.
pub fn operator(deck: &Deck) -> String {
    deck.var("SUDO_USER").or_else(|| whoami::username().ok()).unwrap_or_else(|| {
        let uid = rustix::process::getuid().as_raw();
        format!("uid {uid}")
    })
}
