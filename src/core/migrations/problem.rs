//! What is wrong with a folder of migrations, one line each.

use std::fmt;

use serde::Serialize;

use crate::core::text::printable;

/// A class of problems; the word for it is a key that scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Two files have one number.
    Duplicate,
    /// Numbers are missing between two that are there.
    Gap,
    /// A file has no number, or its tool passes it over.
    Unnumbered,
    /// One number is written in two ways, or the tool's order is not that of the numbers.
    Padded,
    /// Lines end as on Windows.
    Crlf,
    /// The text is no UTF-8, or none that SQL can be.
    NotUtf8,
    /// It begins with a byte order mark.
    ByteOrderMark,
    /// A string, comment, quote or parenthesis does not end.
    Unfinished,
    /// Nothing is in it that could be run.
    Empty,
    /// It could not be read, or is too large to be looked into.
    Unreadable,
    /// It is in the tool's list and not in the folder.
    Absent,
    /// The tool's list cannot be used.
    List,
    /// It would run before one that ran already.
    OutOfOrder,
    /// It is not what it was when it ran.
    Edited,
    /// It ran and failed, or did not end.
    Failed,
    /// The history knows it, and there is no file.
    Missing,
    /// The history knows its name by another version.
    Moved,
    /// The history knows its version by another name.
    OtherName,
    /// Two histories of one database say different things.
    Disagree,
    /// A history is there and cannot be read.
    Unseen,
}

impl Class {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Class::Duplicate => "duplicate",
            Class::Gap => "gap",
            Class::Unnumbered => "unnumbered",
            Class::Padded => "padded",
            Class::Crlf => "crlf",
            Class::NotUtf8 => "not-utf8",
            Class::ByteOrderMark => "byte-order-mark",
            Class::Unfinished => "unfinished",
            Class::Empty => "empty",
            Class::Unreadable => "unreadable",
            Class::Absent => "absent",
            Class::List => "list",
            Class::OutOfOrder => "out-of-order",
            Class::Edited => "edited",
            Class::Failed => "failed",
            Class::Missing => "missing",
            Class::Moved => "moved",
            Class::OtherName => "other-name",
            Class::Disagree => "disagree",
            Class::Unseen => "unseen",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its class.
    pub class: Class,
    /// The versions it is about, as written.
    pub versions: Vec<String>,
    /// The files it is about, by path within the folder; the first is the one at fault.
    pub paths: Vec<String>,
    /// The line of the first file, counted from 1.
    pub line: Option<usize>,
    /// What is wrong.
    pub detail: String,
    /// What to do.
    pub hint: String,
}

impl Problem {
    /// A problem of `class` with the file `path`.
    pub fn new(class: Class, path: &str, detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Problem {
            class,
            versions: Vec::new(),
            paths: vec![path.to_owned()],
            line: None,
            detail: detail.into(),
            hint: hint.into(),
        }
    }

    /// The same, on a line.
    #[must_use]
    pub fn at(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The same, about a version.
    #[must_use]
    pub fn of(mut self, version: Option<&String>) -> Self {
        self.versions.extend(version.cloned());
        self
    }

    /// `file:line`, or the file where no line is at fault; empty where no file is.
    pub fn place(&self) -> String {
        match (self.paths.first(), self.line) {
            (Some(path), Some(line)) => format!("{path}:{line}"),
            (Some(path), None) => path.clone(),
            (None, _) => String::new(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        if !place.is_empty() {
            write!(f, "{}: ", printable(&place))?;
        }
        write!(f, "{} — {}", printable(&self.detail), printable(&self.hint))
    }
}
