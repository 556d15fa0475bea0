//! A bundle's bytes, line by line.

use std::{
    io::{BufRead, Read},
    ops::Range,
};

use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{FORMAT, Footer, Header, Line, from_line};
use crate::core::{
    error::{Error, Result},
    sync::{plan::Head, row::Row, shape::Shape},
};

/// A line up to this long is held as text before it is taken apart; a longer one is taken apart as it is read, so that a
/// large value is not held once more.
const MAX_HELD_BYTES: u64 = 1 << 20;

/// How a footer begins.
const FOOTER: &str = "{\"rows\":";

/// Where a line stands.
pub(super) struct Span<'a> {
    pub(super) bytes: Range<u64>,
    /// The digest of all before it.
    pub(super) before: &'a Sha256,
    /// The digest with it.
    pub(super) with: &'a Sha256,
}

/// Reads a bundle from its beginning to its end and hands each row to `each`, with the place of its shape and that
/// of its line. What it handed over counts only if it returns: the checksum is the last thing in the file.
pub(super) fn scan(name: &str, from: impl BufRead, each: &mut dyn FnMut(usize, Row, Span<'_>)) -> Result<Header> {
    let mut lines = Lines::new(name, from);
    let header = lines.header()?;
    let mut counts = vec![0_usize; header.tables.len()];
    let mut footer = None;
    loop {
        let (start, before) = (lines.at, lines.hash.clone());
        let Some(text) = lines.next()? else { break };
        if footer.is_some() {
            return Err(lines.broken("there is text after the footer"));
        }
        if let Text::Whole(text) = &text
            && text.starts_with(FOOTER)
        {
            footer = Some((lines.parse::<Footer>(text, "footer")?, format!("{:x}", before.finalize())));
            continue;
        }
        let line: Line = lines.take_apart(text)?;
        let Some(at) = header.tables.iter().position(|shape| shape.table == line.table) else {
            return Err(lines.broken(&format!("the header does not name {}", line.table)));
        };
        let row = from_line(&header.tables[at], &line).map_err(|what| lines.broken(&what))?;
        counts[at] += 1;
        each(at, row, Span { bytes: start..lines.at, before: &before, with: &lines.hash });
    }
    let Some((footer, sha256)) = footer else {
        return Err(lines.broken("the bundle is cut off: it has no footer"));
    };
    if footer.sha256 != sha256 || !counts_match(&footer, &header.tables, &counts) {
        return Err(Error::usage("the bundle was edited or damaged: its checksum does not match")
            .at(name)
            .hint("export it again"));
    }
    Ok(header)
}

fn counts_match(footer: &Footer, shapes: &[Shape], counts: &[usize]) -> bool {
    let mut tables = shapes.iter().zip(counts);
    footer.rows.len() == shapes.len()
        && tables.all(|(shape, count)| footer.rows.get(&shape.table.to_string()) == Some(&json!(count)))
}

/// A line, or the beginning of one that is too long to be held.
pub(super) enum Text {
    Whole(String),
    Begun(Vec<u8>),
}

/// The lines of a bundle, with the digest of all that was read.
pub(super) struct Lines<'a, R> {
    pub(super) name: &'a str,
    from: R,
    /// The line's number.
    number: usize,
    /// How many bytes were read.
    pub(super) at: u64,
    pub(super) hash: Sha256,
}

impl<'a, R: BufRead> Lines<'a, R> {
    pub(super) fn new(name: &'a str, from: R) -> Self {
        Lines::after(name, from, Sha256::new())
    }

    /// Lines behind others whose digest is `hash`.
    pub(super) fn after(name: &'a str, from: R, hash: Sha256) -> Self {
        Lines { name, from, number: 0, at: 0, hash }
    }

    fn header(&mut self) -> Result<Header> {
        let text = match self.next()? {
            Some(Text::Whole(text)) => text,
            Some(Text::Begun(begun)) => self.rest(begun)?,
            None => return Err(Error::usage("the bundle is empty").at(self.name).hint("export it again")),
        };
        // Another version's bundle is another version's, whatever else of it cannot be read.
        if let Ok(Head { format }) = serde_json::from_str(&text)
            && format != FORMAT
        {
            let what = format!("this bundle has format {format}, this pgdeck reads {FORMAT}");
            return Err(Error::usage(what).at(self.name).hint("export it again"));
        }
        let header: Header = self.parse(&text, "header")?;
        if header.pgdeck != "bundle" {
            return Err(Error::usage("this is not a bundle").at(self.name).hint("export it again"));
        }
        Ok(header)
    }

    /// The next line.
    pub(super) fn next(&mut self) -> Result<Option<Text>> {
        let mut bytes = Vec::new();
        self.number += 1;
        let read = (&mut self.from).take(MAX_HELD_BYTES).read_until(b'\n', &mut bytes);
        let read = read.map_err(|error| self.broken(&error.to_string()))? as u64;
        if read == 0 {
            return Ok(None);
        }
        self.saw(&bytes);
        match bytes.last() {
            Some(b'\n') => self.text(bytes).map(|text| Some(Text::Whole(text))),
            _ if read == MAX_HELD_BYTES => Ok(Some(Text::Begun(bytes))),
            _ => Err(self.cut_off()),
        }
    }

    fn saw(&mut self, bytes: &[u8]) {
        self.at += bytes.len() as u64;
        self.hash.update(bytes);
    }

    fn text(&self, bytes: Vec<u8>) -> Result<String> {
        String::from_utf8(bytes).map_err(|_| self.broken("stream did not contain valid UTF-8"))
    }

    /// The whole of a line of which `bytes` are the beginning.
    fn rest(&mut self, mut bytes: Vec<u8>) -> Result<String> {
        let begun = bytes.len();
        self.from.read_until(b'\n', &mut bytes).map_err(|error| self.broken(&error.to_string()))?;
        self.saw(&bytes[begun..]);
        if bytes.last() != Some(&b'\n') {
            return Err(self.cut_off());
        }
        self.text(bytes)
    }

    /// The row in a line.
    pub(super) fn take_apart(&mut self, text: Text) -> Result<Line> {
        let begun = match text {
            Text::Whole(text) => return self.parse(&text, "row"),
            Text::Begun(bytes) => bytes,
        };
        let mut rest = RestOfLine { from: &mut self.from, hash: &mut self.hash, read: 0, ended: false };
        let parsed = serde_json::from_reader(begun.as_slice().chain(&mut rest));
        let (read, ended) = (rest.read, rest.ended);
        self.at += read;
        match parsed {
            Ok(line) if ended => Ok(line),
            Err(error) if !error.is_eof() => Err(self.no_row(&error)),
            _ => Err(self.cut_off()),
        }
    }

    pub(super) fn parse<T: DeserializeOwned>(&self, text: &str, what: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| self.broken(&format!("not a {what} of a bundle ({error})")))
    }

    fn no_row(&self, error: &serde_json::Error) -> Error {
        self.broken(&format!("not a row of a bundle ({error})"))
    }

    fn cut_off(&self) -> Error {
        self.broken("the bundle is cut off in the middle of a line")
    }

    pub(super) fn broken(&self, what: &str) -> Error {
        Error::usage(what).at(format!("{}:{}", self.name, self.number)).hint("export it again")
    }
}

/// What is left of a line, up to its end; what is read of it goes into the digest.
struct RestOfLine<'a, R> {
    from: &'a mut R,
    hash: &'a mut Sha256,
    read: u64,
    ended: bool,
}

impl<R: BufRead> Read for RestOfLine<'_, R> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let there = self.from.fill_buf()?;
        let most = there.len().min(to.len());
        let length = there[..most].iter().position(|byte| *byte == b'\n').map_or(most, |at| at + 1);
        to[..length].copy_from_slice(&there[..length]);
        self.ended = to[..length].last() == Some(&b'\n');
        self.hash.update(&to[..length]);
        self.from.consume(length);
        self.read += length as u64;
        Ok(length)
    }
}
