//! Where files live: the project like git's, configuration and state by the XDG base directory specification.

use std::{
    io,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;

use crate::core::error::{Error, Result};

/// Looks up an environment variable; passed in, so that a demo or a test can have its own.
pub type Vars<'a> = &'a (dyn Fn(&str) -> Option<String> + Send + Sync);

/// The name of a project's file.
pub const PROJECT_FILE: &str = "pgdeck.toml";

/// Finds the project's file: `given` by option or `PGDECK_CONFIG`, else in the folder `here` or above it.
pub fn project_file(given: Option<&Path>, here: impl FnOnce() -> io::Result<PathBuf>, vars: Vars) -> Result<PathBuf> {
    search(given, here, vars)?.ok_or_else(|| {
        Error::usage(format!("there is no {PROJECT_FILE} here or above"))
            .hint("try `pgdeck demo`, begin one with `pgdeck init`, or name one with --config FILE")
    })
}

/// The same; `None` where nobody named a file and there is none.
pub fn search(given: Option<&Path>, here: impl FnOnce() -> io::Result<PathBuf>, vars: Vars) -> Result<Option<PathBuf>> {
    let variable = || vars("PGDECK_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    if let Some(path) = given.map(Path::to_path_buf).or_else(variable) {
        return if path.is_dir() { Err(folder(&path)) } else { Ok(Some(path)) };
    }
    let here = here().map_err(|error| Error::usage(format!("there is no working directory: {error}")))?;
    Ok(here.ancestors().map(|directory| directory.join(PROJECT_FILE)).find(|path| path.is_file()))
}

fn folder(path: &Path) -> Error {
    let error = Error::usage("this is a folder, not a project's file").at(path.display());
    let inside = path.join(PROJECT_FILE);
    if inside.is_file() { error.hint(format!("did you mean {}?", inside.display())) } else { error }
}

/// The folder for a project's journal, before-images and snapshots.
pub fn state_dir(project: &str, vars: Vars) -> Result<PathBuf> {
    if let Some(path) = vars("PGDECK_STATE_DIR").filter(|path| !path.is_empty()) {
        return Ok(PathBuf::from(path));
    }
    Ok(base("XDG_STATE_HOME", ".local/state", vars)?.join(file_name(project)))
}

/// The file of what a user agreed to that project files run. Not below `PGDECK_STATE_DIR`, which may lie in the folder of
/// a project: that would bring its own agreements along.
pub fn agreements(vars: Vars) -> Result<PathBuf> {
    // A project's folder never has this name, whatever the project is called: `file_name` knows no `~`.
    Ok(base("XDG_STATE_HOME", ".local/state", vars)?.join("trust~.json"))
}

/// The folder for a user's own preferences, keymaps and themes.
pub fn config_dir(vars: Vars) -> Result<PathBuf> {
    base("XDG_CONFIG_HOME", ".config", vars)
}

/// The folder for what can be fetched again.
pub fn cache_dir(vars: Vars) -> Result<PathBuf> {
    base("XDG_CACHE_HOME", ".cache", vars)
}

/// Our folder in the one that `variable` names, or in the home directory's `otherwise`.
fn base(variable: &str, otherwise: &str, vars: Vars) -> Result<PathBuf> {
    let base = match vars(variable).map(PathBuf::from).filter(|path| path.is_absolute()) {
        Some(path) => path,
        None => home(vars)?.join(otherwise),
    };
    Ok(base.join("pgdeck"))
}

fn home(vars: Vars) -> Result<PathBuf> {
    if let Some(home) = vars("HOME").filter(|home| !home.is_empty()) {
        return Ok(PathBuf::from(home));
    }
    etcetera::base_strategy::Xdg::new()
        .map(|base| base.home_dir().to_path_buf())
        .map_err(|_| Error::usage("there is no home directory").hint("set HOME or PGDECK_STATE_DIR"))
}

/// `name` as one component of a path.
fn file_name(name: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let name: String = name.chars().map(safe).collect();
    if name.trim_matches('.').is_empty() { "project".into() } else { name }
}
