//! Statements that are dangerous where data and people are: what they lock, rewrite or take away.
//!
//! A look at words, not at a database: what is said of a table that the same file creates is left out, for nobody uses
//! it yet, and bodies of functions and of `DO` are not looked into.

use std::collections::BTreeSet;

use super::{
    file::File,
    scan::{Kind, Scanner},
    style::Style,
};

mod alter;
mod rule;

pub use rule::Rule;

/// One risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Risk {
    /// What is risky.
    pub rule: Rule,
    /// The line of the statement within the file, counted from 1.
    pub line: usize,
    /// The table, column or index as the statement writes it.
    pub object: String,
}

impl Risk {
    /// What happens, one line.
    pub fn reason(&self) -> &'static str {
        self.rule.reason()
    }

    /// What to do instead, one line.
    pub fn hint(&self) -> &'static str {
        self.rule.hint()
    }
}

/// Statements longer than this hold data; the words that matter stand at their beginning.
const WORDS: usize = 20_000;

/// The risks of what `file` runs, in its order.
pub fn risks(file: &File) -> Vec<Risk> {
    let mut reader = Reader {
        outside: file.no_transaction(),
        alone: file.style == Style::Flyway,
        begun: false,
        created: BTreeSet::new(),
        found: Vec::new(),
    };
    for statement in file.statements().list.iter().filter(|statement| !statement.psql) {
        reader.statement(statement.text(&file.text), statement.line);
    }
    reader.found
}

/// A word or sign of a statement, and how many parentheses are around it.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    quoted: bool,
    depth: usize,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        !self.quoted && self.text.eq_ignore_ascii_case(word)
    }
}

/// Words of a statement.
#[derive(Debug, Clone, Copy)]
struct Words<'a, 't>(&'t [Token<'a>]);

impl<'a, 't> Words<'a, 't> {
    fn is(&self, at: usize, word: &str) -> bool {
        self.0.get(at).is_some_and(|token| token.is(word))
    }

    fn starts(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(at, word)| self.is(at, word))
    }

    fn from(&self, at: usize) -> Words<'a, 't> {
        Words(self.0.get(at..).unwrap_or_default())
    }

    /// Where `words` stand one after the other, at the depth of the first word.
    fn find(&self, words: &[&str]) -> Option<usize> {
        let depth = self.0.first()?.depth;
        (0..self.0.len()).find(|at| self.0[*at].depth == depth && self.from(*at).starts(words))
    }

    fn has(&self, words: &[&str]) -> bool {
        self.find(words).is_some()
    }

    /// What is left after any of `words`, in this order, each of which may be missing.
    fn after(&self, words: &[&str]) -> Words<'a, 't> {
        words.iter().fold(*self, |left, word| if left.is(0, word) { left.from(1) } else { left })
    }

    /// The name that stands at the beginning: `schema.table`.
    fn name(&self) -> String {
        let mut name = String::new();
        for pair in self.0.chunks(2) {
            name.push_str(pair[0].text);
            match pair.get(1) {
                Some(dot) if dot.text == "." => name.push('.'),
                _ => break,
            }
        }
        name
    }

    /// The parts between commas of this depth.
    fn parts(&self) -> impl Iterator<Item = Words<'a, 't>> + use<'a, 't> {
        let depth = self.0.first().map_or(0, |token| token.depth);
        self.0.split(move |token| token.depth == depth && token.text == ",").map(Words)
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut depth = 0_usize;
    let mut tokens = Vec::new();
    for piece in Scanner::new(text) {
        match piece.kind {
            Kind::Space | Kind::Comment => continue,
            Kind::Symbol(b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        // A byte that is a sign of its own is always ASCII: whatever is above is part of a word.
        let text = text.get(piece.range()).unwrap_or_default();
        tokens.push(Token { text, quoted: matches!(piece.kind, Kind::Quoted | Kind::Text), depth });
        if piece.kind == Kind::Symbol(b'(') {
            depth += 1;
        }
        if tokens.len() >= WORDS {
            break;
        }
    }
    tokens
}

struct Reader {
    /// Whether the file asks to be run outside of a transaction.
    outside: bool,
    /// Whether the tool itself leaves the transaction where a statement needs that.
    alone: bool,
    /// Whether the file began a transaction of its own.
    begun: bool,
    /// What this file created.
    created: BTreeSet<String>,
    found: Vec<Risk>,
}

/// Statements that can be risky, by their first word; all others may be long and are not taken apart.
const FIRST: [&str; 15] = [
    "alter", "create", "drop", "truncate", "reindex", "cluster", "vacuum", "lock", "refresh", "begin", "start",
    "commit", "end", "rollback", "abort",
];

/// The name without quotes and without the schema that is searched anyway.
fn plain(name: &str) -> String {
    let name = name.to_lowercase().replace('"', "");
    name.strip_prefix("public.").unwrap_or(&name).to_owned()
}

impl Reader {
    fn statement(&mut self, text: &str, line: usize) {
        let first = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        if !FIRST.iter().any(|word| word.eq_ignore_ascii_case(first)) {
            return;
        }
        let tokens = tokens(text);
        let words = Words(&tokens);
        match first.to_ascii_lowercase().as_str() {
            "alter" => self.alter(words, line),
            "create" => self.create(words, line),
            "drop" => self.drop(words.from(1), line),
            "truncate" => {
                let names = words.from(1).after(&["table", "only"]).parts();
                names.for_each(|name| self.push(Rule::Truncate, line, &name.name()));
            }
            "begin" | "start" => self.begun = true,
            "commit" | "end" | "rollback" | "abort" => self.begun = false,
            _ => self.upkeep(words, line),
        }
    }

    fn push(&mut self, rule: Rule, line: usize, object: &str) {
        if !self.created.contains(&plain(object)) {
            self.found.push(Risk { rule, line, object: object.to_owned() });
        }
    }

    /// A statement that runs beside others cannot run in a transaction.
    fn concurrently(&mut self, line: usize, object: &str) {
        if self.begun || !self.outside && !self.alone {
            self.found.push(Risk { rule: Rule::ConcurrentlyInTransaction, line, object: object.to_owned() });
        }
    }

    fn create(&mut self, words: Words, line: usize) {
        let rest = words.from(1).after(&["or", "replace"]);
        let rest = rest.after(&["global", "local", "temporary", "temp", "unlogged"]);
        let index = rest.after(&["unique"]);
        if index.is(0, "index") {
            self.index(index.from(1), line);
        } else if rest.is(0, "table") || rest.starts(&["materialized", "view"]) {
            let name = rest.after(&["table", "materialized", "view", "if", "not", "exists"]).name();
            self.created.insert(plain(&name));
        }
    }

    fn index(&mut self, words: Words, line: usize) {
        let table = words.find(&["on"]).map(|on| words.from(on + 1).after(&["only"]).name()).unwrap_or_default();
        if words.is(0, "concurrently") {
            self.concurrently(line, &table);
        } else {
            self.push(Rule::IndexLocks, line, &table);
        }
    }

    fn drop(&mut self, words: Words, line: usize) {
        let kinds: &[&str] = &["materialized", "foreign", "event"];
        let kind = words.after(kinds);
        let rest = kind.from(1);
        let concurrently = rest.is(0, "concurrently");
        let rest = rest.after(&["concurrently"]);
        let sure = !rest.starts(&["if", "exists"]);
        let name = rest.after(&["if", "exists"]).name();
        if concurrently {
            self.concurrently(line, &name);
        }
        match () {
            () if kind.is(0, "table") => self.push(Rule::DropTable, line, &name),
            () if kind.is(0, "schema") => self.push(Rule::DropSchema, line, &name),
            () if kind.is(0, "index") && !concurrently => self.push(Rule::DropIndex, line, &name),
            () => {}
        }
        // DROP OWNED BY knows no IF EXISTS.
        if sure && !kind.is(0, "owned") {
            self.push(Rule::MissingIfExists, line, &name);
        }
    }

    fn upkeep(&mut self, words: Words, line: usize) {
        let name = |words: Words| words.name();
        if words.starts(&["vacuum"]) && words.0.iter().any(|token| token.is("full")) {
            self.push(Rule::Rewrite, line, "VACUUM FULL");
        } else if words.is(0, "cluster") {
            self.push(Rule::Rewrite, line, &name(words.from(1).after(&["verbose"])));
        } else if words.is(0, "lock") {
            self.push(Rule::Lock, line, &name(words.from(1).after(&["table", "only"])));
        } else if words.starts(&["refresh", "materialized", "view"]) && !words.is(3, "concurrently") {
            self.push(Rule::Refresh, line, &name(words.from(3)));
        } else if words.is(0, "reindex") {
            let object = name(words.from(2).after(&["concurrently"]));
            if words.0.iter().any(|token| token.is("concurrently")) {
                self.concurrently(line, &object);
            } else {
                self.push(Rule::Reindex, line, &object);
            }
        }
    }
}

#[cfg(test)]
#[path = "risk_tests.rs"]
mod tests;
