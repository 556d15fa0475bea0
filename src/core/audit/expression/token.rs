//! The words of an expression, as `pg_get_expr` writes them (manual, 4.1 "Lexical Structure").
//!
//! The server's own output is a small part of the language: no comments, no dollar quotes, key words in capitals (but
//! for `true` and `false`), and names in double quotes unless they are lower case and no key word.

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bare name in lower case, `true` and `false` included.
    Name,
    /// A name in double quotes.
    Quoted,
    /// A key word: anything bare with a capital in it.
    Keyword,
    /// A text in single quotes, with its prefix if it has one.
    Text,
    /// A number.
    Number,
    /// An operator.
    Operator,
    /// `(` or `[`.
    Open,
    /// `)` or `]`.
    Close,
    /// `::`
    Cast,
    /// `.`
    Dot,
    /// Anything else of one character.
    Other,
}

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it stands.
    pub text: &'a str,
    /// The byte at which it begins.
    pub at: usize,
}

impl Token<'_> {
    /// The byte behind it.
    pub fn end(&self) -> usize {
        self.at + self.text.len()
    }

    /// Whether it is a name of something.
    pub fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Name | Kind::Quoted)
    }

    /// Whether it is the key word `word`.
    pub fn is_keyword(&self, word: &str) -> bool {
        self.kind == Kind::Keyword && self.text == word
    }

    /// The name that it stands for, without its quotes.
    pub fn name(&self) -> String {
        match self.kind {
            Kind::Quoted => self.inner('"'),
            _ => self.text.to_owned(),
        }
    }

    /// The value of a text, without its quotes; `None` where it has a prefix (`E`, `B`, `X`).
    pub fn value(&self) -> Option<String> {
        (self.kind == Kind::Text && self.text.starts_with('\'')).then(|| self.inner('\''))
    }

    fn inner(&self, quote: char) -> String {
        let inner = self.text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)).unwrap_or(self.text);
        inner.replace(&format!("{quote}{quote}"), &quote.to_string())
    }
}

/// The tokens of `text`; `None` where something is not closed.
pub fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let (mut out, mut at) = (Vec::new(), 0);
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (kind, length) = token(&text[at..], first)?;
        out.push(Token { kind, text: &text[at..at + length], at });
        at += length;
    }
    Some(out)
}

fn token(rest: &str, first: char) -> Option<(Kind, usize)> {
    let while_ = |is: fn(char) -> bool| rest.find(|c| !is(c)).unwrap_or(rest.len());
    let escaped = matches!(first, 'E' | 'B' | 'X') && rest[1..].starts_with('\'');
    Some(match first {
        '\'' => (Kind::Text, quoted(rest, '\'', false)?),
        '"' => (Kind::Quoted, quoted(rest, '"', false)?),
        _ if escaped => (Kind::Text, 1 + quoted(&rest[1..], '\'', first == 'E')?),
        '(' | '[' => (Kind::Open, 1),
        ')' | ']' => (Kind::Close, 1),
        ':' if rest.starts_with("::") => (Kind::Cast, 2),
        '.' => (Kind::Dot, 1),
        '0'..='9' => (Kind::Number, while_(|c| c.is_ascii_alphanumeric() || c == '.')),
        _ if is_operator(first) => (Kind::Operator, while_(is_operator)),
        _ if first.is_alphabetic() || first == '_' || !first.is_ascii() => {
            let length = while_(|c| c.is_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii());
            let capital = rest[..length].contains(|c: char| c.is_ascii_uppercase());
            (if capital { Kind::Keyword } else { Kind::Name }, length)
        }
        _ => (Kind::Other, first.len_utf8()),
    })
}

fn is_operator(c: char) -> bool {
    "+-*/<>=~!@#%^&|`?".contains(c)
}

/// The length of what begins with `quote`, to where it is closed. A doubled quote does not close it; where `escapes`
/// hold, neither does one behind a backslash.
fn quoted(rest: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if escapes && c == '\\' {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Option<Vec<&str>> {
        tokens(text).map(|tokens| tokens.iter().map(|token| token.text).collect())
    }

    #[test]
    fn what_quotes_hold_is_one_token() {
        let is = |text, wanted: &[&str]| assert_eq!(texts(text), Some(wanted.to_vec()));
        is("('it''s)'::text = \"a\"\"(\")", &["(", "'it''s)'", "::", "text", "=", "\"a\"\"(\"", ")"]);
        is(r"(a ~ E'\\d''\'x'::text)", &["(", "a", "~", r"E'\\d''\'x'", "::", "text", ")"]);
        is("größe >= 1.5e3 OR x->>'k'", &["größe", ">=", "1.5e3", "OR", "x", "->>", "'k'"]);
        is("OPERATOR(public.=)", &["OPERATOR", "(", "public", ".", "=", ")"]);
    }

    #[test]
    fn what_is_not_closed_is_not_read() {
        assert_eq!(texts("'a"), None);
        assert_eq!(texts("\"a"), None);
        assert_eq!(texts(r"E'a\'"), None);
    }

    #[test]
    fn names_and_values_lose_their_quotes() {
        let all = tokens(r#"'it''s' "We""ird" E'\\' plain"#).unwrap_or_default();
        assert_eq!(all[0].value().as_deref(), Some("it's"));
        assert_eq!(all[1].name(), "We\"ird");
        assert_eq!(all[2].value(), None);
        assert_eq!(all[3].name(), "plain");
    }
}
