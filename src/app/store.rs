//! Files that hold data: readable by their owner alone, and on disk before anyone relies on them.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use crate::core::error::{Error, Result};

/// Creates `path` and what is above it, readable by the owner alone.
pub fn directory(path: &Path) -> Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| cannot("create", path, &error))
}

/// Writes `path` in one piece: all of it or none, whatever was there before. On disk when this returns.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let parent = parent(path);
    let mut file = tempfile::NamedTempFile::new_in(parent).map_err(|error| cannot("write", path, &error))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(|error| cannot("write", path, &error))?;
    file.persist(path).map_err(|error| cannot("write", path, &error.error))?;
    sync_directory(parent)
}

/// Creates `path`, empty; `None` where it exists.
pub fn create_new(path: &Path) -> Result<Option<File>> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(cannot("create", path, &error)),
    }
}

/// Appends one line to `path`. On disk when this returns. Two writers never mix: a line is one `write`
/// in append mode.
pub fn append_line(path: &Path, line: &str) -> Result<()> {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| cannot("append to", path, &error))?;
    let line = format!("{line}\n");
    file.write_all(line.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| cannot("append to", path, &error))?;
    sync_directory(parent(path))
}

/// The text of `path`; `None` where it does not exist.
pub fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", path, &error)),
    }
}

/// What could not be done with which file.
pub fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::usage(format!("cannot {what} this file: {error}")).at(path.display())
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new name is on disk only when its directory is.
fn sync_directory(path: &Path) -> Result<()> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(|error| cannot("write", path, &error))
}
