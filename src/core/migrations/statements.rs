//! A migration's statements, with the lines they stand on.
//!
//! Statements end where psql would end them: at a `;` outside of parentheses and of a function's `BEGIN ATOMIC` body,
//! or at one of psql's own commands that send what was typed.

use std::ops::Range;

use super::scan::{Kind, Open, Piece, Scanner};

/// One statement of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes, from its first word to the last before the `;`, comments within included.
    pub range: Range<usize>,
    /// The line of its first word, counted from 1.
    pub line: usize,
    /// Whether it is a line of psql's own, which no server understands.
    pub psql: bool,
    /// The rows that follow a `COPY … FROM stdin`.
    pub rows: Option<Range<usize>>,
}

impl Statement {
    /// Its text within `text`, the text that was split.
    pub fn text<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.range.clone()).unwrap_or_default()
    }
}

/// The statements of a text, and what keeps the last from being one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statements {
    /// The statements, in order.
    pub list: Vec<Statement>,
    /// What was begun on which line and never ended: all that follows it is in the last statement.
    pub unfinished: Option<(Open, usize)>,
}

/// psql's commands that send what was typed before them.
const SENDING: [&str; 10] = ["g", "gx", "gexec", "gset", "gdesc", "watch", "crosstabview", "crosstab", "bind", "parse"];

/// How many words a statement's beginning is known by: `CREATE OR REPLACE FUNCTION`.
const HEAD: usize = 4;

/// Splits `text`. One pass, without recursion: a text of any depth takes time in proportion to its length.
pub fn split(text: &str) -> Statements {
    let mut splitter =
        Splitter { text, scanner: Scanner::new(text), lines: Lines::new(text), out: Statements::default() };
    splitter.run();
    splitter.out
}

/// Counts line breaks, each once.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        Lines { text, at: 0, line: 1 }
    }

    /// The line of byte `at`, which is not before the one asked for last.
    fn of(&mut self, at: usize) -> usize {
        let passed = self.text.get(self.at..at).unwrap_or_default();
        self.line += passed.matches('\n').count();
        self.at = self.at.max(at);
        self.line
    }
}

/// What is known of the statement that is being read.
#[derive(Default)]
struct Current<'a> {
    first: Option<usize>,
    end: usize,
    /// Its first words, as far as they come without anything between them.
    head: Vec<&'a str>,
    /// Where parentheses are open.
    parentheses: usize,
    outermost: usize,
    /// How many blocks of a function's body are open, and where the first began.
    blocks: usize,
    body: usize,
    /// Whether the last two words were `FROM STDIN`, outside of parentheses.
    from: bool,
    stdin: bool,
}

impl Current<'_> {
    fn is_routine(&self) -> bool {
        let is = |at: usize, word: &str| self.head.get(at).is_some_and(|found| found.eq_ignore_ascii_case(word));
        let named = |at| is(at, "function") || is(at, "procedure");
        is(0, "create") && (named(1) || is(1, "or") && is(2, "replace") && named(3))
    }

    fn is_copy(&self) -> bool {
        self.stdin && self.head.first().is_some_and(|word| word.eq_ignore_ascii_case("copy"))
    }
}

struct Splitter<'a> {
    text: &'a str,
    scanner: Scanner<'a>,
    lines: Lines<'a>,
    out: Statements,
}

impl<'a> Splitter<'a> {
    fn run(&mut self) {
        let mut current = Current::default();
        while let Some(piece) = self.scanner.next() {
            match piece.kind {
                Kind::Space | Kind::Comment => {}
                Kind::Symbol(b';') if current.parentheses == 0 && current.blocks == 0 => {
                    let rows = current.is_copy().then(|| self.rows(piece.end)).flatten();
                    self.end(&std::mem::take(&mut current), rows.clone());
                    if let Some(rows) = rows {
                        self.beside(piece.end, rows.start);
                    }
                }
                Kind::Backslash => self.backslash(&mut current, piece),
                _ => self.take(&mut current, piece),
            }
        }
        self.close(&current);
        self.end(&current, None);
    }

    fn take(&self, current: &mut Current<'a>, piece: Piece) {
        let first = current.first.is_none();
        current.first.get_or_insert(piece.start);
        current.end = piece.end;
        match piece.kind {
            Kind::Word => self.word(current, piece, first),
            Kind::Symbol(b'(') => {
                if current.parentheses == 0 {
                    current.outermost = piece.start;
                }
                current.parentheses += 1;
            }
            Kind::Symbol(b')') => current.parentheses = current.parentheses.saturating_sub(1),
            _ => {}
        }
    }

    fn word(&self, current: &mut Current<'a>, piece: Piece, first: bool) {
        let word = &self.text[piece.range()];
        if current.head.len() < HEAD && (first || !current.head.is_empty()) {
            current.head.push(word);
        }
        if current.parentheses > 0 {
            return;
        }
        let is = |wanted: &str| word.eq_ignore_ascii_case(wanted);
        current.stdin |= current.from && is("stdin");
        current.from = is("from");
        let opens = is("begin") || current.blocks > 0 && is("case");
        if opens && current.is_routine() {
            if current.blocks == 0 {
                current.body = piece.start;
            }
            current.blocks += 1;
        } else if is("end") {
            current.blocks = current.blocks.saturating_sub(1);
        }
    }

    /// A line of psql's: a statement of its own kind where none is being read, else the end of one or a part of it.
    fn backslash(&mut self, current: &mut Current<'a>, piece: Piece) {
        let command = self.text[piece.range()].trim_start_matches('\\').split(|c: char| !c.is_alphanumeric()).next();
        if current.first.is_none() {
            let end = piece.start + self.text[piece.range()].trim_end().len();
            let line = self.lines.of(piece.start);
            self.out.list.push(Statement { range: piece.start..end, line, psql: true, rows: None });
        } else if SENDING.contains(&command.unwrap_or_default()) {
            self.end(&std::mem::take(current), None);
        }
    }

    /// The rows after the line that `from` is in, up to a line of `\.` alone.
    fn rows(&mut self, from: usize) -> Option<Range<usize>> {
        let bytes = self.text.as_bytes();
        let start = from + bytes.get(from..)?.iter().position(|byte| *byte == b'\n')? + 1;
        let mut at = start;
        while at < bytes.len() {
            let end = bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |found| at + found);
            if self.text[at..end].trim_end_matches('\r') == "\\." {
                self.scanner.skip_to(end);
                return Some(start..at);
            }
            at = end + 1;
        }
        let line = Lines::new(self.text).of(start);
        self.out.unfinished = Some((Open::Rows, line));
        self.scanner.skip_to(bytes.len());
        Some(start..bytes.len())
    }

    /// What stands behind a COPY on its line, before the rows.
    fn beside(&mut self, from: usize, to: usize) {
        let beside = split(self.text.get(from..to).unwrap_or_default());
        for statement in beside.list {
            let range = statement.range.start + from..statement.range.end + from;
            let line = self.lines.of(range.start);
            self.out.list.push(Statement { range, line, rows: None, ..statement });
        }
        if let Some((open, _)) = beside.unfinished {
            self.out.unfinished = Some((open, self.lines.of(from)));
        }
    }

    fn end(&mut self, current: &Current<'a>, rows: Option<Range<usize>>) {
        if let Some(start) = current.first {
            let line = self.lines.of(start);
            self.out.list.push(Statement { range: start..current.end, line, psql: false, rows });
        }
    }

    /// Notes what is still open at the end of the text; the scanner's word comes first, for it hides the others.
    fn close(&mut self, current: &Current<'a>) {
        let own = if current.parentheses > 0 {
            Some((Open::Parenthesis, current.outermost))
        } else {
            (current.blocks > 0).then_some((Open::Body, current.body))
        };
        if let Some((open, at)) = self.scanner.open.or(own) {
            self.out.unfinished = Some((open, Lines::new(self.text).of(at)));
        }
    }
}

#[cfg(test)]
#[path = "statements_tests.rs"]
mod tests;
