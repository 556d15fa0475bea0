//! Which SQL of the team's own an error is about: a `where`, a key expression, or neither.

use crate::core::{
    error::Error,
    name::QName,
    sync::shape::{Part, Reference, Shape},
};

/// The SQL in a query that somebody wrote in pgdeck.toml.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written<'a> {
    /// The set, and its `where`.
    filter: Option<(&'a str, &'a str)>,
    /// Key expressions, each with its table.
    keys: Vec<(&'a QName, &'a str)>,
}

impl<'a> Written<'a> {
    /// What a query over `shape` holds.
    pub fn of(shape: &'a Shape) -> Self {
        let filter = shape.filter.as_deref().map(|filter| (shape.set.as_str(), filter));
        let mut this = Written { filter, ..Written::default() };
        this.key(&shape.table, &shape.key);
        shape.references.iter().for_each(|reference| this.reference(reference));
        this
    }

    /// What a question about the parents behind `reference` holds.
    pub fn of_parents(reference: &'a Reference) -> Self {
        let mut this = Written::default();
        this.reference(reference);
        this
    }

    fn reference(&mut self, reference: &'a Reference) {
        self.key(&reference.table, &reference.key);
    }

    fn key(&mut self, table: &'a QName, key: &'a [Part]) {
        for part in key {
            match part {
                Part::Column { .. } => {}
                Part::Expression { sql } if self.keys.contains(&(table, sql)) => {}
                Part::Expression { sql } => self.keys.push((table, sql)),
                Part::Reference(reference) => self.reference(reference),
            }
        }
    }

    /// `error` with the name of what it is about. `position` is the byte of `query` where the server found it; where
    /// that is in none, `ours` says that only SQL of the team's own can have brought it about: a parenthesis that is
    /// missing is found far behind, and a refused value nowhere.
    pub fn blame(&self, error: Error, query: &str, position: Option<usize>, ours: bool) -> Error {
        let Some(what) = self.culprit(query, position, ours) else { return error };
        let message = format!("{what} does not work: {}", error.message);
        Error { message, ..error }.hint("correct it in pgdeck.toml; names outside of pg_catalog need their schema")
    }

    fn culprit(&self, query: &str, position: Option<usize>, ours: bool) -> Option<String> {
        let filter = |(set, _): &(&str, &str)| format!("the `where` of sync set `{set}`");
        let key = |(table, sql): &(&QName, &str)| format!("the key expression `{sql}` of {table}");
        let covers = |text: String| {
            let mut places = query.match_indices(&text).map(|(from, _)| from..from + text.len());
            position.is_some_and(|at| places.any(|place| place.contains(&at)))
        };
        // As they stand in a query, each with what only it has behind it.
        if let Some(found) = self.keys.iter().find(|(_, sql)| covers(format!("({sql}\n)::text"))) {
            return Some(key(found));
        }
        if let Some(found) = self.filter.as_ref().filter(|(_, sql)| covers(format!("({sql}\n)"))) {
            return Some(filter(found));
        }
        match (ours, &self.filter, self.keys.as_slice()) {
            (false, ..) | (_, None, []) => None,
            (_, Some(found), []) => Some(filter(found)),
            (_, None, [found]) => Some(key(found)),
            (_, None, _) => Some("a key expression".to_owned()),
            (_, Some(found), _) => Some(format!("{}, or a key expression,", filter(found))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Side, Subset, read},
        *,
    };
    use crate::core::sync::fixture::shape;

    fn blamed(at: &str, filter: Option<&str>, key: Option<&str>) -> String {
        let mut shape = Shape { filter: filter.map(str::to_owned), ..shape("t", None) };
        shape.key = key.map_or(shape.key, |sql| vec![Part::Expression { sql: sql.into() }]);
        let query = read(&shape, Side::Source, Subset::All, true).text;
        let position = query.find(at);
        assert!(position.is_some() || at.is_empty(), "{query}");
        let position = position.filter(|_| !at.is_empty());
        Written::of(&shape).blame(Error::usage("no"), &query, position, at.is_empty()).message
    }

    #[test]
    fn an_error_is_about_the_text_that_it_stands_in() {
        let (filter, key) = (Some("live(k)"), Some("plain(k)"));
        assert_eq!(blamed("live", filter, key), "the `where` of sync set `s` does not work: no");
        assert_eq!(blamed("plain", filter, key), "the key expression `plain(k)` of public.t does not work: no");
        assert_eq!(blamed("public.t", filter, key), "no");
        assert_eq!(blamed("t.pos", filter, None), "no");
        // The one may hold the other.
        assert_eq!(blamed("(plain(k) > 1", Some("plain(k) > 1"), key), "the `where` of sync set `s` does not work: no");
    }

    #[test]
    fn without_a_place_only_what_is_sure_is_said() {
        assert_eq!(blamed("", None, None), "no");
        assert_eq!(blamed("", Some("live(k)"), None), "the `where` of sync set `s` does not work: no");
        assert_eq!(blamed("", None, Some("f(k)")), "the key expression `f(k)` of public.t does not work: no");
        let both = "the `where` of sync set `s`, or a key expression, does not work: no";
        assert_eq!(blamed("", Some("live(k)"), Some("f(k)")), both);
    }
}
