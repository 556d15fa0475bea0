//! The rows of sets in a part of a team's SQL file.

use std::{fs, io::ErrorKind, path::Path};

use crate::{
    app::{deck::Deck, job::Job, store, sync::export},
    core::{
        error::{Error, Result},
        sync::{
            bundle::Bundle,
            seed::{self, region},
        },
    },
};

/// What [`seed()`] did.
#[derive(Debug)]
pub struct Seeded {
    /// The rows that the file holds now.
    pub bundle: Bundle,
    /// What the region is called.
    pub region: String,
    /// Whether the file is another than before.
    pub changed: bool,
}

/// Writes the rows that the sets `names` (all when empty) have in `environment` into their region of the SQL file
/// `path`. What is wrong with the file is said before anything is read, and then nothing is written.
pub async fn seed(deck: &Deck, job: &Job, names: &[String], environment: &str, path: &Path) -> Result<Seeded> {
    let file = path.display().to_string();
    region::check(&file, &text(path)?.unwrap_or_default())?;
    let sets: Vec<_> = deck.project.sets.pick(names)?.iter().map(|set| set.name.as_str()).collect();
    // A region of all sets stays the same one when a set is added.
    let region = if names.is_empty() { "*".to_owned() } else { region::label(&sets) };
    // As it is typed, for the region to say.
    let verb = std::iter::once("pgdeck sync seed").chain(sets.iter().copied().filter(|_| !names.is_empty()));
    let verb = verb.collect::<Vec<_>>().join(" ");
    let bundle = export(deck, job, names, environment).await?;
    let body = seed::body(&bundle, &verb).map_err(|error| error.env(environment))?;
    let old = text(path)?;
    let new = region::replace(&file, old.as_deref().unwrap_or_default(), &region, &body)?;
    let changed = old.as_ref() != Some(&new);
    if changed {
        store::write_ours_with_rows(path, new.as_bytes())?;
    }
    Ok(Seeded { bundle, region, changed })
}

/// The text of the file; `None` where there is none yet.
fn text(path: &Path) -> Result<Option<String>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(store::cannot("read", path, &error)),
        Ok(facts) if facts.is_dir() => {
            return Err(Error::usage("this is a folder").at(path.display()).hint("name an SQL file"));
        }
        Ok(facts) if !facts.is_file() => {
            return Err(Error::usage("not a regular file, so it cannot hold a region").at(path.display()));
        }
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(|error| store::cannot("read", path, &error))?;
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].split(|byte| *byte == b'\n').count();
        Error::usage("this line is not UTF-8").at(format!("{}:{line}", path.display())).hint("save the file as UTF-8")
    })
}
