//! A file with its name, so that every complaint about it can say `file:line`.

mod depth;

use std::{io, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::core::error::{Error, Result};

/// The text of a file, and the name by which a person knows that file.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name shown in errors.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// The text `text`, known as `name`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Source { name: name.into(), text: text.into() }
    }

    /// Reads the file at `path`; `None` where there is no such file.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(bytes) => Source::decode(path.display().to_string(), bytes).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::usage(format!("cannot be read: {error}")).at(path.display())),
        }
    }

    fn decode(name: String, bytes: Vec<u8>) -> Result<Self> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Source { name, text }),
            Err(error) => {
                let good = error.utf8_error().valid_up_to();
                let source = Source::new(name, String::from_utf8_lossy(&error.as_bytes()[..good]));
                Err(source.error(good, "this is no UTF-8 text").hint("is it the right file? then save it as UTF-8"))
            }
        }
    }

    /// The line, counted from 1, that holds the byte at `offset`.
    pub fn line(&self, offset: usize) -> usize {
        1 + self.text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
    }

    /// A complaint about what stands at byte `offset`.
    pub fn error(&self, offset: usize, message: impl Into<String>) -> Error {
        Error::usage(message).at(format!("{}:{}", self.name, self.line(offset)))
    }

    /// Refuses a TOML text that is nested deeper than any file has to be. Whoever reads one asks first.
    pub fn shallow(&self) -> Result<()> {
        match depth::too_deep(&self.text) {
            Some(at) => Err(self.error(at, format!("this is nested more than {} levels deep", depth::MOST))),
            None => Ok(()),
        }
    }

    /// The text as a TOML table whose keys and values know where they stand.
    pub fn toml(&self) -> Result<DeTable<'_>> {
        self.shallow()?;
        DeTable::parse(&self.text)
            .map(Spanned::into_inner)
            .map_err(|error| self.error(error.span().map_or(0, |span| span.start), error.message().trim().to_owned()))
    }

    /// The strings of `value`, which is one string or a list of them, each with its offset.
    pub fn strings<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<Vec<(&'v str, usize)>> {
        match value.get_ref() {
            DeValue::String(text) => Ok(vec![(text, value.span().start)]),
            DeValue::Array(items) => items.iter().map(|item| self.string(item)).collect(),
            other => Err(self.error(value.span().start, format!("a string is needed here, not {}", other.type_str()))),
        }
    }

    /// The truth value `value`.
    pub fn truth(&self, value: &Spanned<DeValue<'_>>) -> Result<bool> {
        let wrong = |other: &str| format!("true or false is needed here, not {other}");
        value.get_ref().as_bool().ok_or_else(|| self.error(value.span().start, wrong(value.get_ref().type_str())))
    }

    /// The string `value` with its offset.
    pub fn string<'v>(&self, value: &'v Spanned<DeValue<'_>>) -> Result<(&'v str, usize)> {
        let offset = value.span().start;
        match value.get_ref() {
            DeValue::String(text) => Ok((text, offset)),
            other => Err(self.error(offset, format!("a string is needed here, not {}", other.type_str()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one_and_never_run_off_the_end() {
        let source = Source::new("x.toml", "a\nb\n\nc");
        assert_eq!([0, 1, 2, 4, 5, 99].map(|offset| source.line(offset)), [1, 1, 2, 3, 4, 4]);
    }

    #[test]
    fn broken_toml_names_the_line() {
        let error = Source::new("x.toml", "a = 1\nb = = 2\n").toml().expect_err("broken");
        assert_eq!(error.place.as_deref(), Some("x.toml:2"));
    }

    #[test]
    fn bytes_that_are_no_text_name_the_line() {
        let error = Source::decode("x.toml".into(), b"a = 1\nb = \"\xff\"\n".into()).expect_err("bytes");
        assert_eq!(error.place.as_deref(), Some("x.toml:2"));
    }

    #[test]
    fn a_missing_file_is_not_an_error() {
        assert!(Source::read(Path::new("no/such/file")).expect("absent").is_none());
    }
}
