//! Text from elsewhere, made safe to show.
//!
//! A value in a database may hold escape sequences, line breaks or characters that turn the writing
//! direction round. None of them may reach a terminal as they are.

use std::{borrow::Cow, fmt::Write as _};

/// `text` with every control character replaced by its visible picture (U+2400 block), and every
/// character that would reorder or hide its neighbours replaced by U+FFFD.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| shown(c) == c) { Cow::Borrowed(text) } else { text.chars().map(shown).collect() }
}

/// Whether `c` can be shown as it is: it neither acts on a terminal nor hides or reorders its neighbours.
pub fn is_printable(c: char) -> bool {
    shown(c) == c
}

/// The same, but lines stay lines.
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let kept = |c| if c == '\n' { c } else { shown(c) };
    if text.chars().all(|c| kept(c) == c) { Cow::Borrowed(text) } else { text.chars().map(kept).collect() }
}

/// Each line of `text` as an SQL comment. Nothing in it can end the comment early: the server takes a carriage return
/// for the end of a line too (PostgreSQL manual, 4.1.5 "Comments").
pub fn sql_comment(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| format!("-- {}", printable(line))).collect();
    lines.join("\n")
}

fn shown(c: char) -> char {
    match c {
        '\0'..='\x1f' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\x7f' => '\u{2421}',
        // C1 controls, line and paragraph separators, bidirectional controls, invisible operators, letters and joiners
        // without a shape (soft hyphen, grapheme joiner, Hangul and Khmer fillers, Mongolian separators), the marks of
        // interlinear notes, tags.
        '\u{80}'..='\u{9f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{61c}'
        | '\u{feff}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180e}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        _ => c,
    }
}

/// JSON with escapes for whatever could act on a terminal. serde escapes the characters below U+0020 only; the others
/// can stand nowhere but in a string, so that any of them may be replaced.
pub fn json_shown(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c == '\n' || matches!(printable(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_)) {
            out.push(c);
        } else {
            // Writing to a string does not fail.
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| _ = write!(out, "\\u{unit:04x}"));
        }
    }
    out
}

/// A whole number with its thousands apart: `1,204`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// How many there are of what `one` is called: `1 row`, `1,204 rows`.
pub fn counted(number: usize, one: &str) -> String {
    format!("{} {one}{}", thousands(number as u64), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn escape_sequences_become_pictures() {
        assert_eq!(printable("a\x1b[31mb\u{9b}c\x07"), "a␛[31mb\u{fffd}c␇");
    }

    #[test]
    fn a_comment_is_never_left() {
        assert_eq!(sql_comment("a\rDROP b;\nc\u{2028}d"), "-- a␍DROP b;\n-- c\u{fffd}d");
        assert_eq!(printable_lines("a\nb\rc"), "a\nb␍c");
    }

    #[test]
    fn direction_overrides_are_replaced() {
        assert_eq!(printable("abc\u{202e}def"), "abc\u{fffd}def");
    }

    #[test]
    fn what_has_no_shape_is_shown() {
        let hidden = "\u{ad}\u{34f}\u{115f}\u{180e}\u{3164}\u{ffa0}\u{fff9}\u{fffa}\u{fffb}\u{e0000}\u{e007f}";
        assert_eq!(printable(hidden), "\u{fffd}".repeat(hidden.chars().count()));
        assert!(hidden.chars().all(|c| !is_printable(c)));
        assert!(json_shown(&format!("\"{hidden}\"")).is_ascii());
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(printable("Größe 👩‍🏫 naïve"), Cow::Borrowed(_)));
    }
}
