//! Files that hold data: readable by their owner alone, and on disk before anyone relies on them.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufWriter, ErrorKind, Read, Seek, SeekFrom, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use crate::core::error::{Code, Error, Result};

/// Creates `path` and what is above it, readable by the owner alone.
pub fn directory(path: &Path) -> Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| cannot("create", path, &error))
}

/// Writes `path` in one piece: all of it or none, whatever was there before. On disk when this returns.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut draft = Draft::new(path)?;
    draft.write_all(bytes).map_err(|error| cannot("write", path, &error))?;
    draft.keep()
}

/// What becomes of a file that has the name already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is written.
    Keep,
    /// Another takes its place.
    Replace,
}

impl Existing {
    /// As `--force` says.
    pub fn force(force: bool) -> Self {
        if force { Existing::Replace } else { Existing::Keep }
    }
}

/// Writes a file that somebody named, as [`write()`] does.
///
/// # Errors
/// `Usage` where a file has the name, unless it may be replaced.
pub fn write_named(path: &Path, bytes: &[u8], existing: Existing) -> Result<()> {
    let mut draft = Draft::named(path, existing)?;
    draft.write_all(bytes).map_err(|error| cannot("write", path, &error))?;
    draft.keep()
}

/// The same for what is written piece by piece, so that it need not be held as a whole.
pub fn write_with(
    path: &Path,
    existing: Existing,
    content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<()> {
    let wrong = |error: std::io::Error| cannot("write", path, &error);
    let mut out = BufWriter::new(Draft::named(path, existing)?);
    content(&mut out).map_err(wrong)?;
    out.into_inner().map_err(|error| wrong(error.into_error()))?.keep()
}

/// A file on its way: what stood at its path stays there until all of it is written and kept.
/// What a link points to is replaced, not the link; what is no file (a pipe, `/dev/stdout`) is written as it is.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    to: To,
    existing: Existing,
}

#[derive(Debug)]
enum To {
    Beside(tempfile::NamedTempFile),
    Straight(File),
}

impl Draft {
    /// Begins to write the file that somebody named `path`, readable by the owner alone. Another one that comes to be there
    /// meanwhile is kept as well.
    pub fn named(path: &Path, existing: Existing) -> Result<Draft> {
        vacant(path, existing)?;
        Ok(Draft { existing, ..Draft::new(path)? })
    }

    /// Begins to write `path`, readable by the owner alone.
    pub fn new(path: &Path) -> Result<Draft> {
        let wrong = |error: std::io::Error| cannot("write", path, &error);
        let beside = |path: PathBuf| Draft::beside(path, fs::Permissions::from_mode(0o600));
        match fs::metadata(path) {
            Ok(facts) if facts.is_dir() => Err(Error::usage("this is a folder").at(path.display()).hint("name a file")),
            Ok(facts) if !facts.is_file() => {
                let file = OpenOptions::new().write(true).open(path).map_err(wrong)?;
                Ok(Draft { path: path.to_owned(), to: To::Straight(file), existing: Existing::Replace })
            }
            Ok(_) => beside(fs::canonicalize(path).map_err(wrong)?),
            Err(_) => beside(path.to_owned()),
        }
    }

    fn beside(path: PathBuf, permissions: fs::Permissions) -> Result<Draft> {
        let temporary = tempfile::Builder::new().permissions(permissions).tempfile_in(parent(&path));
        let file = temporary.map_err(|error| cannot("write", &path, &error))?;
        Ok(Draft { path, to: To::Beside(file), existing: Existing::Replace })
    }

    /// Puts it in its place. On disk when this returns.
    pub fn keep(self) -> Result<()> {
        let To::Beside(file) = self.to else { return Ok(()) };
        file.as_file().sync_all().map_err(|error| cannot("write", &self.path, &error))?;
        let put = match self.existing {
            Existing::Replace => file.persist(&self.path),
            Existing::Keep => file.persist_noclobber(&self.path),
        };
        put.map_err(|error| match error.error.kind() {
            ErrorKind::AlreadyExists if self.existing == Existing::Keep => exists(&self.path),
            _ => cannot("write", &self.path, &error.error),
        })?;
        sync_directory(parent(&self.path))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match &mut self.to {
            To::Beside(file) => file.write(bytes),
            To::Straight(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match &mut self.to {
            To::Beside(file) => file.flush(),
            To::Straight(file) => file.flush(),
        }
    }
}

/// Writes the team's file `path` in one piece, as [`write()`] does. It keeps its permissions; a new one gets those that
/// the process gives to any file. What may not be written is not replaced either.
pub fn write_ours(path: &Path, bytes: &[u8], existing: Existing) -> Result<()> {
    write_keeping(path, bytes, 0o666, existing)
}

/// The same for a file with rows of an environment: a new one is its owner's alone.
pub fn write_ours_with_rows(path: &Path, bytes: &[u8]) -> Result<()> {
    write_keeping(path, bytes, 0o600, Existing::Replace)
}

fn write_keeping(path: &Path, bytes: &[u8], new: u32, existing: Existing) -> Result<()> {
    vacant(path, existing)?;
    let wrong = |error: std::io::Error| cannot("write", path, &error);
    let mut draft = match fs::metadata(path) {
        Ok(facts) => {
            OpenOptions::new().write(true).open(path).map_err(wrong)?;
            let draft = Draft::beside(fs::canonicalize(path).map_err(wrong)?, fs::Permissions::from_mode(0o600))?;
            if let To::Beside(file) = &draft.to {
                file.as_file().set_permissions(facts.permissions()).map_err(wrong)?;
            }
            draft
        }
        Err(_) => Draft { existing, ..Draft::beside(path.to_owned(), fs::Permissions::from_mode(new))? },
    };
    draft.write_all(bytes).map_err(wrong)?;
    draft.keep()
}

/// Refuses a file that is there, unless it may be replaced. What is no file (a pipe, `/dev/stdout`) is written to and not
/// replaced. Asked before anything is read, so that nobody waits for a refusal.
pub fn vacant(path: &Path, existing: Existing) -> Result<()> {
    let regular = fs::metadata(path).is_ok_and(|metadata| metadata.is_file());
    if existing == Existing::Replace || !regular { Ok(()) } else { Err(exists(path)) }
}

fn exists(path: &Path) -> Error {
    Error::usage("this file exists already and is not overwritten")
        .at(path.display())
        .hint("choose another name, or add --force to replace it")
}

/// Creates `path`, empty; `None` where it exists.
pub fn create_new(path: &Path) -> Result<Option<File>> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(error) => Err(cannot("create", path, &error)),
    }
}

/// Writes the new file `path`; what exists already stays as it is, and that is an error.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let Some(mut file) = create_new(path)? else {
        return Err(Error::usage("this file exists already and is not overwritten")
            .at(path.display())
            .hint("choose another name"));
    };
    if let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all()) {
        // Half a file would look like a whole one.
        let _ = fs::remove_file(path);
        return Err(cannot("write", path, &error));
    }
    sync_directory(parent(path))
}

/// Appends one line to `path`. On disk when this returns. Two writers never mix: a line is one `write`
/// in append mode. Where an earlier line was cut off (a full disk, a power cut), this one does not become part of it.
pub fn append_line(path: &Path, line: &str) -> Result<()> {
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .map_err(|error| cannot("append to", path, &error))?;
    let torn = ends_torn(&mut file).map_err(|error| cannot("read", path, &error))?;
    let line = format!("{}{line}\n", if torn { "\n" } else { "" });
    file.write_all(line.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| cannot("append to", path, &error))?;
    sync_directory(parent(path))
}

fn ends_torn(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// The text of `path`; `None` where it does not exist.
pub fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", path, &error)),
    }
}

/// The file `path`, to be read piece by piece; `None` where it does not exist.
pub fn open(path: &Path) -> Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot("read", path, &error)),
    }
}

/// The files in the folder `path` whose names end in `.ending`, by name; none where there is no such folder.
pub fn files(path: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(cannot("read", path, &error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut paths = paths.map_err(|error| cannot("read", path, &error))?;
    paths.retain(|path| path.extension().is_some_and(|found| found == ending));
    paths.sort();
    Ok(paths)
}

/// The SHA-256 of a file's content, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    crate::core::migrations::checksum::sha256_of(bytes)
}

/// What could not be done with which file.
pub fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    use std::io::ErrorKind::{FileTooLarge, OutOfMemory, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let code = match error.kind() {
        StorageFull | QuotaExceeded | ReadOnlyFilesystem | OutOfMemory | FileTooLarge => Code::Internal,
        // EIO has no kind of its own.
        _ if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => Code::Internal,
        _ => Code::Usage,
    };
    Error::new(code, format!("cannot {what} this file: {error}")).at(path.display())
}

/// `path` without its last part.
fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A new name is on disk only when its directory is.
fn sync_directory(path: &Path) -> Result<()> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(|error| cannot("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_after_one_that_was_cut_off_is_a_line_of_its_own() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("lines");
        append_line(&path, "one").expect("new");
        append_line(&path, "two").expect("whole");
        fs::write(&path, "one\ntw").expect("torn");
        append_line(&path, "three").expect("after the tear");
        assert_eq!(fs::read_to_string(&path).expect("text"), "one\ntw\nthree\n");
    }

    #[test]
    fn a_file_is_replaced_and_nothing_else_is() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("file");
        write(&path, b"one").expect("new");
        write(&path, b"two").expect("old");
        assert_eq!(fs::read(&path).expect("bytes"), b"two");
        assert!(write(folder.path(), b"x").expect_err("folder").to_string().contains("this is a folder"));
        assert_eq!(fs::read_dir(folder.path()).expect("entries").count(), 1, "no temporary file is left");
    }

    #[test]
    fn a_file_of_the_team_keeps_its_mode_and_a_new_one_is_like_any_other() {
        let folder = tempfile::tempdir().expect("folder");
        let mode = |path: &Path| fs::metadata(path).expect("facts").permissions().mode() & 0o777;
        let (path, other) = (folder.path().join("seed.sql"), folder.path().join("other"));
        write_ours(&path, b"one", Existing::Replace).expect("new");
        fs::write(&other, b"").expect("other");
        assert_eq!(mode(&path), mode(&other));
        for kept in [0o640, 0o755] {
            fs::set_permissions(&path, fs::Permissions::from_mode(kept)).expect("mode");
            write_ours(&path, b"two", Existing::Replace).expect("old");
            assert_eq!((mode(&path), fs::read(&path).expect("bytes").as_slice()), (kept, b"two".as_slice()));
        }
        assert!(write_ours(folder.path(), b"x", Existing::Replace).is_err(), "a folder");
        let rows = folder.path().join("rows.sql");
        write_ours_with_rows(&rows, b"one").expect("new");
        assert_eq!(mode(&rows), 0o600);
        fs::set_permissions(&rows, fs::Permissions::from_mode(0o644)).expect("mode");
        write_ours_with_rows(&rows, b"two").expect("old");
        assert_eq!(mode(&rows), 0o644, "as the team has it");
    }

    #[test]
    fn only_a_file_that_is_there_needs_force() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("file");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).expect("link");
        for path in [&path, &link] {
            assert_eq!(vacant(path, Existing::Keep), Ok(()), "new");
        }
        fs::write(&path, "").expect("file");
        for path in [&path, &link] {
            let error = vacant(path, Existing::Keep).expect_err("there").to_string();
            assert!(error.contains("exists already") && error.contains("--force"), "{error}");
            assert_eq!(vacant(path, Existing::Replace), Ok(()));
        }
        assert_eq!(vacant(Path::new("/dev/null"), Existing::Keep), Ok(()), "no file");
    }

    #[test]
    fn a_file_that_comes_to_be_there_meanwhile_is_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("file");
        let mut draft = Draft::named(&path, Existing::Keep).expect("draft");
        draft.write_all(b"ours").expect("write");
        fs::write(&path, "theirs").expect("theirs");
        let error = draft.keep().expect_err("there").to_string();
        assert!(error.contains("exists already and is not overwritten"), "{error}");
        assert_eq!(fs::read(&path).expect("bytes"), b"theirs");
        write_named(&path, b"ours", Existing::Replace).expect("force");
        assert_eq!(fs::read(&path).expect("bytes"), b"ours");
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1, "nothing is left over");
    }
}
