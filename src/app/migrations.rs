//! A team's folder of migrations, read from disk.

pub mod apply;
pub mod standing;

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::core::{
    error::{Error, Result},
    migrations::{
        folder::{self, Folder, Found, Unread},
        style::Style,
    },
    size,
};

/// How large a file may be to be looked into, in bytes.
pub const FILE_LIMIT: u64 = 32 << 20;
/// How much of a folder is looked into, in bytes.
pub const FOLDER_LIMIT: u64 = 256 << 20;
/// How many files a folder may have.
const FILES: usize = 50_000;
/// How deep folders are gone into: `meta/_journal.json`, `V1/V1__name.sql`.
const DEPTH: usize = 6;

/// Reads the migrations in `dir`. The style is found out where `style` is none. A folder that is not there is an error;
/// a file that cannot be read or is too large is a problem of the folder, and the rest is there.
pub fn read(dir: &Path, style: Option<Style>) -> Result<Folder> {
    let mut walk = Walk { root: dir, left: FOLDER_LIMIT, found: Vec::new() };
    let facts = fs::metadata(dir).map_err(|error| no_folder(dir, &error))?;
    if !facts.is_dir() {
        return Err(wrong(dir, "this is no folder"));
    }
    walk.folder(dir, 0).map_err(|error| no_folder(dir, &error))?;
    if walk.found.len() > FILES {
        return Err(wrong(dir, &format!("there are more than {FILES} files in it")));
    }
    Ok(folder::read(&dir.display().to_string(), walk.found, style))
}

fn wrong(dir: &Path, message: &str) -> Error {
    Error::usage(message).object(dir.display()).hint("set `dir` under [migrations] in pgdeck.toml, or give --dir")
}

fn no_folder(dir: &Path, error: &io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => wrong(dir, "there is no such folder"),
        _ => wrong(dir, &format!("the folder cannot be read: {error}")),
    }
}

struct Walk<'a> {
    root: &'a Path,
    left: u64,
    found: Vec<Found>,
}

impl Walk<'_> {
    /// Takes in what is in `folder`; an error is about that folder itself.
    fn folder(&mut self, folder: &Path, depth: usize) -> io::Result<()> {
        let mut paths: Vec<PathBuf> =
            fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
        paths.sort();
        for path in paths {
            let hidden = path.file_name().is_some_and(|name| {
                let name = name.to_string_lossy();
                name.starts_with('.') || name == "node_modules"
            });
            if hidden || self.found.len() > FILES {
                continue;
            }
            self.entry(&path, depth);
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, depth: usize) {
        // A link to a file is read, as tools do; one to a folder could lead round in a circle.
        let link = path.is_symlink();
        match fs::metadata(path) {
            Ok(facts) if facts.is_dir() && link => {
                let hint = "put the folder itself here, or point `dir` to where it is";
                self.unread(path, "this is a link to a folder, which is not followed".into(), hint);
            }
            Ok(facts) if facts.is_dir() => {
                if depth < DEPTH
                    && let Err(error) = self.folder(path, depth + 1)
                {
                    self.unread(path, format!("the folder cannot be read: {error}"), "look at its permissions");
                }
            }
            _ if !is_ours(path) => {}
            Ok(facts) if facts.is_file() => self.file(path),
            Ok(_) => self.unread(path, "this is no ordinary file".into(), "move it out of the folder"),
            Err(_) if link => {
                self.unread(path, "this link leads nowhere".into(), "restore what it leads to, or delete it");
            }
            Err(error) => self.unread(path, format!("it cannot be read: {error}"), "look at its permissions"),
        }
    }

    fn file(&mut self, path: &Path) {
        // Not the size that the file had a moment ago, but what comes: it may grow meanwhile.
        let limit = FILE_LIMIT.min(self.left);
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
        match read {
            Err(error) => self.unread(path, format!("it cannot be read: {error}"), "look at its permissions"),
            Ok(_) if bytes.len() as u64 > limit => {
                let whole = limit < FILE_LIMIT;
                let limit = size::bytes(if whole { FOLDER_LIMIT } else { FILE_LIMIT });
                let what = if whole { "the folder" } else { "it" };
                let detail = format!("{what} is larger than the {limit} that are looked into");
                self.unread(path, detail, "load data by COPY from a file of its own, and keep migrations small");
            }
            Ok(_) => {
                self.left -= bytes.len() as u64;
                let path = self.inner(path);
                self.found.push(Found { path, content: Ok(bytes) });
            }
        }
    }

    fn unread(&mut self, path: &Path, detail: String, hint: &str) {
        let path = self.inner(path);
        self.found.push(Found { path, content: Err(Unread { detail, hint: hint.into() }) });
    }

    /// The path within the folder, with `/` between parts.
    fn inner(&self, path: &Path) -> String {
        let inner = path.strip_prefix(self.root).unwrap_or(path);
        inner.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
    }
}

/// Whether a migration tool could read a file of this name.
fn is_ours(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let sql = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("sql"));
    sql || name == "_journal.json" || name == "sqitch.plan"
}
