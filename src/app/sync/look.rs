//! What a file is, before rows are read from it: a wrong one is better refused while its name still stands there.

use std::path::Path;

use super::{
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
    let (found, bundle) = match opened(path)? {
        Opened::Bundle(bundle) => (Found::Bundle(bundle.source.environment.clone()), bundle),
        Opened::Text(bytes) => {
            let document = paste::find(&name, &bytes)?;
            if !document.is_paste {
                return Ok(Contents { found: Found::ByHand, sets: Vec::new(), tables: 0, rows: 0 });
            }
            (Found::Paste, paste::read(&name, &document)?)
        }
    };
    same_project(deck, &bundle).map_err(|error| error.at(&name))?;
    let sets = sets(&bundle);
    let wanted = deck.project.sets.pick(names)?;
    if !wanted.iter().any(|set| sets.contains(&set.name)) {
        let none =
            if names.is_empty() { "it holds no set of this project" } else { "it holds none of the chosen sets" };
        return Err(Error::usage(format!("{none}; what it holds: {}", few(&sets))).at(name));
    }
    Ok(Contents { found, sets, tables: bundle.tables.len(), rows: bundle.rows() })
}

fn sets(bundle: &Bundle) -> Vec<String> {
    let mut sets: Vec<String> = Vec::new();
    for table in bundle.tables.iter().filter(|table| !comes_along(table)) {
        if !sets.contains(&table.shape.set) {
            sets.push(table.shape.set.clone());
        }
    }
    sets
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
