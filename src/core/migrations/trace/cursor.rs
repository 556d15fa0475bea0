//! The words of a statement, one after the other.

use crate::core::{
    migrations::scan::{Kind, Piece, Scanner},
    name::QName,
};

/// A place in a statement. White space and comments are not there.
pub struct Cursor<'a> {
    text: &'a str,
    pieces: Vec<Piece>,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At the first word of `text`.
    pub fn new(text: &'a str) -> Self {
        let pieces = Scanner::new(text).filter(|piece| !matches!(piece.kind, Kind::Space | Kind::Comment));
        Cursor { text, pieces: pieces.collect(), at: 0 }
    }

    fn piece(&self, ahead: usize) -> Option<(Kind, &'a str)> {
        let piece = self.pieces.get(self.at + ahead)?;
        Some((piece.kind, self.text.get(piece.range())?))
    }

    /// Whether the next words are these, in lower case here and in any there.
    pub fn sees(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(
            |(ahead, word)| matches!(self.piece(ahead), Some((Kind::Word, text)) if text.eq_ignore_ascii_case(word)),
        )
    }

    /// The same, and goes past them.
    pub fn eat(&mut self, words: &[&str]) -> bool {
        let seen = self.sees(words);
        self.at += if seen { words.len() } else { 0 };
        seen
    }

    /// Goes past whichever of these words come next.
    pub fn skip_any(&mut self, words: &[&str]) {
        while words.iter().any(|word| self.eat(&[word])) {}
    }

    /// Whether this byte comes next; goes past it.
    pub fn symbol(&mut self, byte: u8) -> bool {
        let seen = matches!(self.piece(0), Some((Kind::Symbol(found), _)) if found == byte);
        self.at += usize::from(seen);
        seen
    }

    /// An identifier, as the server keeps it.
    pub fn name(&mut self) -> Option<String> {
        let name = match self.piece(0)? {
            (Kind::Word, word) => word.to_ascii_lowercase(),
            (Kind::Quoted, quoted) => quoted.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\""),
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    /// A name that may have its schema; `schema` is that of one that has none, `None` where it cannot be known.
    pub fn qname(&mut self, schema: Option<&str>) -> Option<QName> {
        let first = self.name()?;
        if !self.symbol(b'.') {
            return Some(QName::new(schema?, first));
        }
        let name = self.name()?;
        (!self.symbol(b'.')).then(|| QName::new(first, name))
    }

    /// A text without escapes or prefix.
    pub fn text(&mut self) -> Option<String> {
        let (Kind::Text, text) = self.piece(0)? else { return None };
        let inner = text.strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
        self.at += 1;
        Some(inner)
    }

    /// Whether nothing follows.
    pub fn ended(&self) -> bool {
        self.at >= self.pieces.len()
    }

    /// Goes past one piece, or past everything in parentheses where one opens.
    pub fn step(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.piece(0) {
                None => return,
                Some((Kind::Symbol(b'(' | b'['), _)) => depth += 1,
                Some((Kind::Symbol(b')' | b']'), _)) => depth = depth.saturating_sub(1),
                Some(_) => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Goes to the next of these words outside of parentheses, and past it.
    pub fn seek(&mut self, word: &str) -> bool {
        while !self.ended() {
            if self.eat(&[word]) {
                return true;
            }
            self.step();
        }
        false
    }

    /// Goes past the next comma outside of parentheses; no further than a closing one.
    pub fn next_part(&mut self) -> bool {
        while let Some((kind, _)) = self.piece(0) {
            match kind {
                Kind::Symbol(b')') => return false,
                Kind::Symbol(b',') => {
                    self.at += 1;
                    return true;
                }
                _ => self.step(),
            }
        }
        false
    }
}
