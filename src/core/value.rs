//! How a database's value looks to people: NULL, the empty text and the text `NULL` are never the same.
//!
//! JSON has `null` for NULL and needs none of this. CSV leaves NULL empty and quotes an empty text, as COPY does.

use std::borrow::Cow;

/// A value as people read it: `NULL`, a text as it is, or a text in quotes where it could be taken for something else.
///
/// ```
/// use pgdeck::core::value::shown;
/// assert_eq!(shown(None), "NULL");
/// assert_eq!(shown(Some("")), "''");
/// assert_eq!(shown(Some("null")), "'null'");
/// assert_eq!(shown(Some("it's")), "it's");
/// ```
pub fn shown(value: Option<&str>) -> Cow<'_, str> {
    match value {
        None => Cow::Borrowed("NULL"),
        Some(text) if is_ambiguous(text) => Cow::Owned(quoted(text)),
        Some(text) => Cow::Borrowed(text),
    }
}

/// Whether a text needs its quotes: it is empty, has blanks around it, says NULL, or has quotes around it already.
pub fn is_ambiguous(text: &str) -> bool {
    text.is_empty()
        || text.starts_with(' ')
        || text.ends_with(' ')
        || text.eq_ignore_ascii_case("null")
        || (text.starts_with('\'') && text.ends_with('\''))
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn no_two_values_look_the_same() {
        let values =
            [None, Some(""), Some(" "), Some("NULL"), Some("null"), Some("'NULL'"), Some("''"), Some("'"), Some("a")];
        let texts: std::collections::BTreeSet<_> = values.iter().map(|value| shown(*value)).collect();
        assert_eq!(texts.len(), values.len(), "{texts:?}");
    }

    #[test]
    fn what_needs_no_quotes_has_none() {
        assert_eq!([shown(Some("it's")), shown(Some("nullable")), shown(Some("x y"))], ["it's", "nullable", "x y"]);
        assert_eq!([shown(None), shown(Some("")), shown(Some("NULL"))], ["NULL", "''", "'NULL'"]);
    }
}
