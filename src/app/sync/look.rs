//! What a file is, before rows are read from it: a wrong one is better refused while its name still stands there.

use std::path::Path;

use super::{
    filed::{self, Filed},
    offline::{Opened, comes_along, opened},
    review::same_project,
};
use crate::{
    app::{deck::Deck, store},
    core::{
        error::{Error, Result},
        sync::{bundle::Bundle, paste},
    },
};

/// What a file is that may be a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A bundle of this environment.
    Bundle(String),
    /// What the statement of [`query`](super::query) returned.
    Paste,
    /// JSON that was written by hand; what it holds is known once its set is.
    ByHand,
}

/// What is in a file, at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// What it is.
    pub found: Found,
    /// The sets that have tables in it, in the order of the file; not those of parents that come along.
    pub sets: Vec<String>,
    /// How many tables it holds.
    pub tables: usize,
    /// How many rows.
    pub rows: usize,
}

/// Reads `path` to its end and says what is in it; what is cut off, was edited, is of another project or holds none of
/// the sets `names` (all when empty) is refused.
pub fn look(deck: &Deck, path: &Path, names: &[String]) -> Result<Contents> {
    let name = path.display().to_string();
    let facts = std::fs::metadata(path).map_err(|error| store::cannot("read", path, &error))?;
    if !facts.is_file() && !facts.is_dir() {
        // It is read once more for each review, and a pipe is empty then.
        return Err(Error::usage("not a regular file").at(name));
    }
    let (found, source, tables) = match Filed::open(path)? {
        Some(filed) => {
            let tables =
                filed.index.tables.iter().map(|table| (table.shape.set.clone(), table.rows, filed::comes_along(table)));
            (Found::Bundle(filed.index.source.environment.clone()), filed.index.source.clone(), tables.collect())
        }
        None => match pasted(path, &name)? {
            Some(bundle) => {
                let tables =
                    bundle.tables.iter().map(|table| (table.shape.set.clone(), table.rows.len(), comes_along(table)));
                (Found::Paste, bundle.source.clone(), tables.collect::<Vec<_>>())
            }
            None => return Ok(Contents { found: Found::ByHand, sets: Vec::new(), tables: 0, rows: 0 }),
        },
    };
    same_project(deck, &source).map_err(|error| error.at(&name))?;
    let mut sets: Vec<String> = Vec::new();
    for (set, ..) in tables.iter().filter(|(.., comes_along)| !comes_along) {
        if !sets.contains(set) {
            sets.push(set.clone());
        }
    }
    let wanted = deck.project.sets.pick(names)?;
    if !wanted.iter().any(|set| sets.contains(&set.name)) {
        let none =
            if names.is_empty() { "it holds no set of this project" } else { "it holds none of the chosen sets" };
        return Err(Error::usage(format!("{none}; what it holds: {}", few(&sets))).at(name));
    }
    Ok(Contents { found, sets, tables: tables.len(), rows: tables.iter().map(|(_, rows, _)| rows).sum() })
}

/// What the statement of a query returned; `None` where the file was written by hand.
fn pasted(path: &Path, name: &str) -> Result<Option<Bundle>> {
    match opened(path)? {
        Opened::Bundle(bundle) => Ok(Some(bundle)),
        Opened::Text(bytes) => {
            let document = paste::find(name, &bytes)?;
            document.is_paste.then(|| paste::read(name, &document)).transpose()
        }
    }
}

/// The first names of `sets`, and how many more there are.
fn few(sets: &[String]) -> String {
    const SHOWN: usize = 3;
    let shown = sets.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match sets.len().saturating_sub(SHOWN) {
        0 if sets.is_empty() => "nothing".to_owned(),
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
