//! What happened to a text that the query returned on its way, where its checksums will tell whether it was put right.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// How every answer of the query begins.
pub(super) const BEGINNING: &str = "{\"pgdeck\":\"paste\"";

/// Whether `json` is a whole JSON text.
pub(super) fn is_json(json: &str) -> bool {
    serde_json::from_str::<&RawValue>(json).is_ok()
}

/// `text` as the server wrote it: a line break inside of quotes is none of its own, it writes `\n` there; and where psql
/// shows a character that cannot be shown as `\x7F`, JSON has `\u007f`.
pub(in crate::core::sync::paste) fn mended(text: &str) -> Cow<'_, str> {
    if !text.starts_with(BEGINNING) || is_json(text) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        match c {
            '\n' | '\r' if quoted => {}
            // Within `null` or a number.
            '\n' if out.ends_with(char::is_alphanumeric) && chars.peek().is_some_and(|c| c.is_alphanumeric()) => {}
            '\\' if quoted => {
                while chars.next_if(|c| matches!(c, '\n' | '\r')).is_some() {}
                out.push(c);
                match chars.next() {
                    Some('x') => out.push_str("u00"),
                    Some(next) => out.push(next),
                    None => {}
                }
            }
            _ => {
                quoted ^= c == '"';
                out.push(c);
            }
        }
    }
    Cow::Owned(out)
}

/// What stands behind the first JSON value of `text`: the footer of a client that puts no line break before it.
pub(super) fn first_value(text: &str) -> Option<(&str, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    values.next()?.ok()?;
    Some(text.split_at(values.byte_offset()))
}
