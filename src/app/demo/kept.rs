//! What `--keep` finds in its folder: nothing yet, or the servers' data of an earlier demo, filled to the end.

use std::path::Path;

use crate::{
    app::store,
    core::error::{Error, Result},
};

/// Whether `environment`'s data in `keep` are there already. Those of another example, or of a demo that was cut off
/// while it filled them, are refused: they would look like the example and not be it.
pub(super) fn is_filled(keep: &Path, environment: &str, example: &str) -> Result<bool> {
    let data = keep.join(environment);
    if !data.exists() {
        return Ok(false);
    }
    let refused =
        |what: String| Err(Error::usage(what).object(data.display()).hint("choose another folder, or remove it"));
    match store::read(&mark(keep, environment))? {
        Some(name) if name.trim() == example => Ok(true),
        Some(name) => refused(format!("the data here are of the example `{}`", name.trim())),
        None => refused("the data here were not filled to the end".into()),
    }
}

/// Notes that `environment`'s data are complete.
pub(super) fn note_filled(keep: &Path, environment: &str, example: &str) -> Result<()> {
    store::write(&mark(keep, environment), format!("{example}\n").as_bytes())
}

fn mark(keep: &Path, environment: &str) -> std::path::PathBuf {
    keep.join(format!("{environment}.example"))
}
