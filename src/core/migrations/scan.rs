//! SQL text, taken apart into pieces as psql's and the server's lexers do it.
//!
//! Byte by byte and in one pass: every byte is looked at a bounded number of times, whatever the text holds, and
//! nesting is a number and no call. Pieces cover the text without a hole.

use std::ops::Range;

/// What a piece of SQL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// White space.
    Space,
    /// `-- …` to the end of the line, or `/* … */`, nested ones included.
    Comment,
    /// A word: a keyword or a plain identifier.
    Word,
    /// A quoted identifier, with its quotes.
    Quoted,
    /// A string constant with its quotes, dollar-quoted ones included.
    Text,
    /// Digits and what follows them in a number.
    Number,
    /// A line of psql's own, from the backslash to the end of the line.
    Backslash,
    /// Any other byte.
    Symbol(u8),
}

/// What begins and does not end before the text does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Open {
    /// A string constant.
    Text,
    /// A dollar-quoted string.
    Dollar,
    /// A quoted identifier.
    Quoted,
    /// A block comment.
    Comment,
    /// A parenthesis.
    Parenthesis,
    /// The rows after `COPY … FROM stdin`.
    Rows,
    /// The body of a function that begins with `BEGIN ATOMIC`.
    Body,
}

impl Open {
    /// What it is, and what would end it.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Open::Text => ("a string constant", "'"),
            Open::Dollar => ("a dollar quote", "the same $tag$"),
            Open::Quoted => ("a quoted identifier", "\""),
            Open::Comment => ("a comment", "*/"),
            Open::Parenthesis => ("a parenthesis", ")"),
            Open::Rows => ("the rows of a COPY", "a line with \\. alone"),
            Open::Body => ("a BEGIN ATOMIC body", "END"),
        }
    }
}

/// A piece: bytes `start..end` of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

impl Piece {
    /// Where it stands.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// The pieces of a text, one after the other.
#[derive(Debug, Clone)]
pub struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    /// What was begun at which byte and not ended, once the text is through.
    pub open: Option<(Open, usize)>,
}

impl<'a> Scanner<'a> {
    /// The pieces of `text`.
    pub fn new(text: &'a str) -> Self {
        Scanner { text: text.as_bytes(), at: 0, open: None }
    }

    /// The byte that the next piece begins with.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes on at byte `at`.
    pub fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.get(at).copied().unwrap_or(0)
    }

    fn seek(&self, from: usize, wanted: impl Fn(u8) -> bool) -> usize {
        let rest = self.text.get(from..).unwrap_or_default();
        rest.iter().position(|byte| wanted(*byte)).map_or(self.text.len(), |found| from + found)
    }

    fn unfinished(&mut self, open: Open, start: usize) -> usize {
        self.open = Some((open, start));
        self.text.len()
    }

    /// The end of the line that `from` is in: where its line break stands, or the end of the text.
    fn line_end(&self, from: usize) -> usize {
        self.seek(from, |byte| byte == b'\n' || byte == b'\r')
    }

    fn comment(&mut self, start: usize) -> usize {
        let (mut depth, mut at) = (1_usize, start + 2);
        loop {
            at = self.seek(at, |byte| byte == b'*' || byte == b'/');
            match (self.byte(at), self.byte(at + 1)) {
                _ if at >= self.text.len() => return self.unfinished(Open::Comment, start),
                (b'/', b'*') => (depth, at) = (depth + 1, at + 2),
                (b'*', b'/') => (depth, at) = (depth - 1, at + 2),
                _ => at += 1,
            }
            if depth == 0 {
                return at;
            }
        }
    }

    /// The end of what `quote` begins at `start`; two quotes are one inside.
    fn quoted(&mut self, start: usize, quote: u8, open: Open) -> usize {
        let mut at = start + 1;
        loop {
            at = self.seek(at, |byte| byte == quote);
            if at >= self.text.len() {
                return self.unfinished(open, start);
            }
            if self.byte(at + 1) != quote {
                return at + 1;
            }
            at += 2;
        }
    }

    /// The end of a string constant with escapes, whose quote is at `start`. Where only white space with a line break
    /// stands between it and the next quote, the server reads on, with escapes still.
    fn escaped(&mut self, start: usize) -> usize {
        let mut at = start + 1;
        loop {
            at = self.seek(at, |byte| byte == b'\'' || byte == b'\\');
            if at >= self.text.len() {
                return self.unfinished(Open::Text, start);
            }
            if self.byte(at) == b'\\' || self.byte(at + 1) == b'\'' {
                at += 2;
                continue;
            }
            let Some(next) = self.continued(at + 1) else { return at + 1 };
            at = next + 1;
        }
    }

    /// Where a quote goes on with the string constant that ended before byte `from`: behind white space with a line break
    /// in it, `--` comments being white space too (the server's `scan.l`).
    fn continued(&self, from: usize) -> Option<usize> {
        let (mut at, mut broken) = (from, false);
        loop {
            match self.byte(at) {
                b'\n' | b'\r' => (at, broken) = (at + 1, true),
                b' ' | b'\t' | 0x0b | 0x0c => at += 1,
                b'-' if self.byte(at + 1) == b'-' => at = self.line_end(at),
                b'\'' if broken => return Some(at),
                _ => return None,
            }
            if at >= self.text.len() {
                return None;
            }
        }
    }

    /// The end of the dollar quote at `start`; `None` where the dollar begins none.
    fn dollar(&mut self, start: usize) -> Option<usize> {
        let tag_end = self.seek(start + 1, |byte| !is_word(byte) || byte == b'$');
        if self.byte(tag_end) != b'$' || self.byte(start + 1).is_ascii_digit() {
            return None;
        }
        let tag = &self.text[start..=tag_end];
        let mut at = tag_end + 1;
        loop {
            at = self.seek(at, |byte| byte == b'$');
            let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) else {
                return Some(self.unfinished(Open::Dollar, start));
            };
            if rest.starts_with(tag) {
                return Some(at + tag.len());
            }
            at += 1;
        }
    }

    fn word(&mut self, start: usize) -> (Kind, usize) {
        let end = self.seek(start, |byte| !is_word(byte));
        if end == start + 1 && self.byte(end) == b'\'' && self.byte(start).eq_ignore_ascii_case(&b'e') {
            return (Kind::Text, self.escaped(end));
        }
        (Kind::Word, end)
    }
}

impl Iterator for Scanner<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let start = self.at;
        let first = *self.text.get(start)?;
        let (kind, end) = match (first, self.byte(start + 1)) {
            (b'-', b'-') => (Kind::Comment, self.line_end(start)),
            (b'/', b'*') => (Kind::Comment, self.comment(start)),
            (b'\'', _) => (Kind::Text, self.quoted(start, b'\'', Open::Text)),
            (b'"', _) => (Kind::Quoted, self.quoted(start, b'"', Open::Quoted)),
            (b'$', _) => match self.dollar(start) {
                Some(end) => (Kind::Text, end),
                None => (Kind::Symbol(b'$'), start + 1),
            },
            (b'\\', _) => (Kind::Backslash, self.line_end(start)),
            (b'0'..=b'9', _) => {
                (Kind::Number, self.seek(start, |byte| !byte.is_ascii_alphanumeric() && byte != b'.' && byte != b'_'))
            }
            _ if first.is_ascii_whitespace() || first == 0x0b => {
                (Kind::Space, self.seek(start, |byte| !byte.is_ascii_whitespace() && byte != 0x0b))
            }
            // A byte order mark is no part of a name.
            (0xef, 0xbb) if start == 0 && self.byte(2) == 0xbf => (Kind::Space, 3),
            _ if is_word(first) => self.word(start),
            _ => (Kind::Symbol(first), start + 1),
        };
        self.at = end;
        Some(Piece { kind, start, end })
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// `text` without comments and with one blank for white space and semicolons: what is left is what a server would read
/// the same, however it was cut into statements.
pub fn normalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut apart = false;
    for piece in Scanner::new(text) {
        match piece.kind {
            Kind::Space | Kind::Comment | Kind::Symbol(b';') => apart = !out.is_empty(),
            _ => {
                if std::mem::take(&mut apart) {
                    out.push(' ');
                }
                out.push_str(&text[piece.range()].replace("\r\n", "\n"));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<(Kind, &str)> {
        let all: Vec<_> = Scanner::new(text).collect();
        assert_eq!(all.iter().map(|piece| &text[piece.range()]).collect::<String>(), text, "without a hole");
        let shown = all.into_iter().filter(|piece| piece.kind != Kind::Space);
        shown.map(|piece| (piece.kind, &text[piece.range()])).collect()
    }

    fn open(text: &str) -> Option<(Open, usize)> {
        let mut scanner = Scanner::new(text);
        scanner.by_ref().count();
        scanner.open
    }

    #[test]
    fn strings_of_every_form_are_one_piece() {
        for text in [
            "'it''s'",
            r"'back\'",
            r"E'it\'s'",
            r"e'\\'",
            "$$a;b$$",
            "$x$ $$ $y$ $x$",
            "E'a'\n  'b\\'c'",
            "E'a' -- ;\n '\\''",
            "$é$;$é$",
        ] {
            assert_eq!(pieces(text), [(Kind::Text, text)], "{text}");
        }
        assert_eq!(pieces("\"a\"\"b;\""), [(Kind::Quoted, "\"a\"\"b;\"")]);
    }

    #[test]
    fn a_dollar_within_a_name_or_before_a_number_begins_no_string() {
        assert_eq!(pieces("a$b$ c"), [(Kind::Word, "a$b$"), (Kind::Word, "c")]);
        assert_eq!(pieces("$1$"), [(Kind::Symbol(b'$'), "$"), (Kind::Number, "1"), (Kind::Symbol(b'$'), "$")]);
    }

    #[test]
    fn comments_nest_and_lines_end_at_either_break() {
        assert_eq!(pieces("/* a /* b */ ; */x"), [(Kind::Comment, "/* a /* b */ ; */"), (Kind::Word, "x")]);
        assert_eq!(pieces("-- a;\rb"), [(Kind::Comment, "-- a;"), (Kind::Word, "b")]);
        assert_eq!(pieces("/*/**/*/x").len(), 2);
    }

    #[test]
    fn what_does_not_end_is_told_with_its_beginning() {
        assert_eq!(open("a 'b"), Some((Open::Text, 2)));
        assert_eq!(open("E'a\\'"), Some((Open::Text, 1)));
        assert_eq!(open("\n$a$ $b$"), Some((Open::Dollar, 1)));
        assert_eq!(open("\"x"), Some((Open::Quoted, 0)));
        assert_eq!(open("/* /* */"), Some((Open::Comment, 0)));
        assert_eq!(open("'\\'"), None, "a backslash is plain without E");
    }

    #[test]
    fn normalised_text_knows_neither_comments_nor_line_ends() {
        assert_eq!(normalised("-- x\r\nSELECT  1,\r\n '\r\n' /* y */;"), normalised("SELECT 1,\n\n '\n' ;"));
        assert_ne!(normalised("SELECT ' a'"), normalised("SELECT '  a'"));
    }
}
