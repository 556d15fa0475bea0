//! SQL from elsewhere, made safe to show and still the same SQL.
//!
//! A name or a value may hold escape sequences or characters that hide or reorder their neighbours. In SQL that is to be
//! run they can be neither left out nor replaced, so that they are spelled: in a constant as `E'\x1b'`, in a name as
//! `U&"\001b"` (PostgreSQL manual, 4.1.1 and 4.1.2). Comments are made printable, for nothing in them has a value.

use std::{borrow::Cow, fmt::Write as _};

use super::{
    migrations::scan::{Kind, Piece, Scanner},
    text::{is_printable, printable},
};

/// `sql` with every character that could act on a terminal spelled by an escape: it means the same. Line breaks and tabs
/// stay. What is no SQL (a constant without an end, a stray control character) is made printable instead.
pub fn printable_sql(sql: &str) -> Cow<'_, str> {
    if sql.chars().all(stays) {
        return Cow::Borrowed(sql);
    }
    let pieces: Vec<Piece> = Scanner::new(sql).collect();
    let mut out = String::with_capacity(sql.len() + 64);
    let mut at = 0;
    while at < pieces.len() {
        let end = chain(sql, &pieces, at);
        let text = &sql[pieces[at].start..pieces[end - 1].end];
        if text.chars().all(stays) {
            out.push_str(text);
        } else if end > at + 1 {
            constants(&mut out, sql, &pieces[at..end]);
        } else {
            piece(&mut out, sql, &pieces, at);
        }
        at = end;
    }
    Cow::Owned(out)
}

fn stays(c: char) -> bool {
    c == '\n' || c == '\t' || is_printable(c)
}

/// Where the constant that begins at `at` ends: a plain one goes on behind white space with a line break.
fn chain(sql: &str, pieces: &[Piece], at: usize) -> usize {
    let plain = |piece: &Piece| piece.kind == Kind::Text && sql.as_bytes()[piece.start] == b'\'';
    let mut end = at + 1;
    if !plain(&pieces[at]) || prefixed(sql, pieces, at).is_some() {
        return end;
    }
    loop {
        let between = pieces[end..].iter().take_while(|piece| {
            piece.kind == Kind::Space || piece.kind == Kind::Comment && sql[piece.range()].starts_with("--")
        });
        let next = end + between.count();
        let broken = pieces[end..next].iter().any(|piece| sql[piece.range()].contains(['\n', '\r']));
        if !broken || !pieces.get(next).is_some_and(plain) {
            return end;
        }
        end = next + 1;
    }
}

/// What stands right before the quote at `at` and belongs to it: `U&`, or a letter.
fn prefixed<'a>(sql: &'a str, pieces: &[Piece], at: usize) -> Option<&'a str> {
    let touches = |before: usize| pieces[before].end == pieces[before + 1].start;
    let word = |at: usize| (pieces[at].kind == Kind::Word).then(|| &sql[pieces[at].range()]);
    if at >= 2 && pieces[at - 1].kind == Kind::Symbol(b'&') && touches(at - 1) && touches(at - 2) {
        return word(at - 2).filter(|word| word.eq_ignore_ascii_case("u"));
    }
    (at >= 1 && touches(at - 1)).then(|| word(at - 1)).flatten()
}

/// Constants that are one.
fn constants(out: &mut String, sql: &str, pieces: &[Piece]) {
    for (at, one) in pieces.iter().enumerate() {
        let text = &sql[one.range()];
        match one.kind {
            Kind::Text => {
                out.push_str(if at == 0 { "E" } else { "" });
                escaped(out, &text.replace('\\', "\\\\"));
            }
            _ => out.extend(text.chars().map(|c| if c == '\n' { c } else { shown(c) })),
        }
    }
}

fn piece(out: &mut String, sql: &str, pieces: &[Piece], at: usize) {
    let text = &sql[pieces[at].range()];
    let ended = |quote: char| text.len() > 1 && text.ends_with(quote);
    let prefix = prefixed(sql, pieces, at);
    match pieces[at].kind {
        Kind::Text if text.starts_with('$') => dollar(out, sql, pieces, at),
        Kind::Text if text.starts_with(['e', 'E']) && ended('\'') => escaped(out, text),
        Kind::Text if ended('\'') && prefix.is_none() => constants(out, sql, &pieces[at..=at]),
        Kind::Text | Kind::Quoted if prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case("u")) => {
            unicode(out, text);
        }
        Kind::Quoted if ended('"') && prefix.is_none() => {
            out.push_str("U&");
            unicode(out, &text.replace('\\', "\\\\"));
        }
        // The server folds the letters of ASCII in a name without quotes, and takes every other character for a letter.
        Kind::Word => {
            out.push_str("U&\"");
            unicode(out, &text.to_ascii_lowercase());
            out.push('"');
        }
        Kind::Space => out.extend(text.chars().map(|c| if stays(c) { c } else { ' ' })),
        Kind::Comment => out.extend(text.chars().map(|c| if stays(c) { c } else { shown(c) })),
        _ => out.push_str(&printable(text)),
    }
}

/// Between dollars nothing can be spelled: the code of a DO is SQL again, anything else becomes a constant with escapes.
fn dollar(out: &mut String, sql: &str, pieces: &[Piece], at: usize) {
    let text = &sql[pieces[at].range()];
    let tag = text[1..].find('$').map_or(text.len(), |end| end + 2);
    let Some(inner) = text.get(tag..text.len().saturating_sub(tag)).filter(|_| text.ends_with(&text[..tag])) else {
        out.push_str(&printable(text));
        return;
    };
    let before = pieces[..at].iter().rev().find(|piece| !matches!(piece.kind, Kind::Space | Kind::Comment));
    if before.is_some_and(|before| sql[before.range()].eq_ignore_ascii_case("do")) {
        let _ = write!(out, "{}{}{}", &text[..tag], printable_sql(inner), &text[..tag]);
    } else {
        escaped(out, &format!("E'{}'", inner.replace('\\', "\\\\").replace('\'', "''")));
    }
}

/// Spells what does not stay in a constant with escapes.
fn escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        // Writing to a string does not fail.
        let _ = match u32::from(c) {
            _ if stays(c) => write!(out, "{c}"),
            code if c.is_ascii() => write!(out, "\\x{code:02x}"),
            code if code <= 0xffff => write!(out, "\\u{code:04x}"),
            code => write!(out, "\\U{code:08x}"),
        };
    }
}

/// The same behind `U&`.
fn unicode(out: &mut String, text: &str) {
    for c in text.chars() {
        let _ = match u32::from(c) {
            _ if stays(c) => write!(out, "{c}"),
            code if code <= 0xffff => write!(out, "\\{code:04x}"),
            code => write!(out, "\\+{code:06x}"),
        };
    }
}

fn shown(c: char) -> char {
    printable(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_and_names_are_spelled() {
        for (sql, wanted) in [
            ("SELECT 'a\u{1b}[31m''b\\n'", r"SELECT E'a\x1b[31m''b\\n'"),
            ("SELECT E'a\u{9b}\\n'", r"SELECT E'a\u009b\n'"),
            ("SELECT 'a'\n  'b\\\u{202e}'", "SELECT E'a'\n  'b\\\\\\u202e'"),
            ("SELECT \"a\u{1b}\"\"\\b\"", r#"SELECT U&"a\001b""\\b""#),
            ("SELECT \"\u{e0041}\"", r#"SELECT U&"\+0e0041""#),
            ("SELECT U&'d\\0061\u{ad}', u&\"\u{7}\"", r#"SELECT U&'d\0061\00ad', u&"\0007""#),
            ("SELECT Na\u{ad}me", r#"SELECT U&"na\00adme""#),
            ("SELECT $x$it's\\\u{1b}\nb$x$", "SELECT E'it''s\\\\\\x1b\nb'"),
            ("DO $x$ BEGIN PERFORM 'a\u{1b}'; END $x$;", r"DO $x$ BEGIN PERFORM E'a\x1b'; END $x$;"),
            ("-- a\u{1b}\n/* \u{202e} */ SELECT\u{c}1", "-- a␛\n/* \u{fffd} */ SELECT 1"),
        ] {
            assert_eq!(printable_sql(sql), wanted, "{sql:?}");
        }
    }

    #[test]
    fn what_is_printable_is_borrowed_and_nothing_else_gets_through() {
        assert!(matches!(printable_sql("SELECT 'é', \"ü\"\n\t-- ok"), Cow::Borrowed(_)));
        for broken in ["'a\u{1b}", "\"a\u{1b}", "$x$ \u{1b}", "N'\u{1b}'", "\u{1b}", "\\\u{1b}x", "E'\u{1b}", "\r"] {
            assert!(printable_sql(broken).chars().all(stays), "{broken:?}: {:?}", printable_sql(broken));
        }
    }
}
