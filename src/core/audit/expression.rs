//! A small, honest reader of the expressions that the server writes back (`pg_get_expr`): policies, above all.
//!
//! It knows brackets, names, texts and operators, and that the server puts every operation in brackets of its own. What
//! it does not understand it makes no claim about.

mod calls;
mod metadata;
mod token;
mod truth;

use std::ops::Range;

pub use self::{
    calls::Call,
    token::{Kind, Token},
    truth::{Given, Truth},
};

/// How many brackets may be open at once, or negations in a row.
const DEEPEST: usize = 200;

/// An expression, read.
#[derive(Debug, Clone)]
pub struct Expression<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    /// For each bracket the one that belongs to it.
    partners: Vec<usize>,
}

impl<'a> Expression<'a> {
    /// Reads `text`; `None` where quotes or brackets are not closed, which the server never writes, and where it is nested
    /// deeper than anybody writes: what is asked of an expression is asked of each bracket within the other.
    pub fn read(text: &'a str) -> Option<Self> {
        let tokens = token::tokens(text)?;
        let mut partners: Vec<usize> = (0..tokens.len()).collect();
        let mut open = Vec::new();
        let mut negations = 0;
        for (at, token) in tokens.iter().enumerate() {
            negations = if token.is_keyword("NOT") { negations + 1 } else { 0 };
            if open.len() > DEEPEST || negations > DEEPEST {
                return None;
            }
            match token.kind {
                Kind::Open => open.push(at),
                Kind::Close => {
                    let from = open.pop()?;
                    partners[from] = at;
                    partners[at] = from;
                }
                _ => {}
            }
        }
        open.is_empty().then_some(Expression { text, tokens, partners })
    }

    /// The expression with the bytes of each of `changes` replaced.
    pub fn replaced(&self, changes: &[(Range<usize>, String)]) -> String {
        let mut out = self.text.to_owned();
        let mut changes: Vec<_> = changes.iter().collect();
        changes.sort_by_key(|(range, _)| range.start);
        for (range, with) in changes.into_iter().rev() {
            out.replace_range(range.clone(), with);
        }
        out
    }

    /// Its text without the brackets around all of it. A sub-select keeps those that make it one.
    pub fn inner(&self) -> &'a str {
        let query = |at: usize| ["SELECT", "VALUES", "WITH"].iter().any(|word| self.tokens[at].is_keyword(word));
        let mut range = self.bare(0..self.tokens.len());
        if !range.is_empty() && query(range.start) {
            range = range.start.saturating_sub(1)..(range.end + 1).min(self.tokens.len());
        }
        match (self.tokens.get(range.start), self.tokens[range.clone()].last()) {
            (Some(first), Some(last)) => &self.text[first.at..last.end()],
            _ => self.text,
        }
    }

    /// The tokens of `range` that are in no bracket of it, brackets themselves left out but for the opening ones.
    fn top(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        let mut at = range.start;
        std::iter::from_fn(move || {
            let here = at;
            if here >= range.end {
                return None;
            }
            at = self.partners[here].max(here) + 1;
            Some(here)
        })
    }

    /// `range` without the brackets around all of it.
    fn bare(&self, mut range: Range<usize>) -> Range<usize> {
        while range.len() >= 2 && self.tokens[range.start].text == "(" && self.partners[range.start] == range.end - 1 {
            range = range.start + 1..range.end - 1;
        }
        range
    }

    /// The brackets around the token `at`, the innermost first: what is inside of each.
    fn around(&self, at: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        let open = (0..at).rev().filter(|&from| self.tokens[from].kind == Kind::Open);
        open.filter(move |&from| self.partners[from] > at).map(|from| from + 1..self.partners[from])
    }

    /// Where the name that ends with the token `at` begins: at its schema or table.
    fn begin(&self, mut at: usize) -> usize {
        while at >= 2 && self.tokens[at - 1].kind == Kind::Dot && self.tokens[at - 2].is_name() {
            at -= 2;
        }
        at
    }

    /// Whether the token `at` ends a name that stands for a value: a column, that is; not a function, a type, a
    /// collation or what a result is called.
    fn is_column(&self, at: usize) -> bool {
        let token = self.tokens[at];
        // Looked at first: of a name of many parts only the last goes back to its beginning.
        if self.tokens.get(at + 1).is_some_and(|next| next.kind == Kind::Dot || next.text == "(") {
            return false;
        }
        let begin = self.begin(at);
        let before = begin.checked_sub(1).map(|before| self.tokens[before]);
        let named = before.is_some_and(|before| {
            before.kind == Kind::Cast
                || before.is_name()
                || ["AS", "COLLATE", "OPERATOR"].iter().any(|word| before.is_keyword(word))
        });
        let constant = token.kind == Kind::Name && matches!(token.text, "true" | "false");
        token.is_name() && !constant && !named
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_have_to_fit() {
        assert!(Expression::read("((a = b)").is_none());
        assert!(Expression::read("a)").is_none());
        assert!(Expression::read("(a[1] = ')'::text)").is_some());
    }

    #[test]
    fn columns_are_told_from_functions_types_and_aliases() {
        let text = "(( SELECT f(t.a, 'x'::text) AS f) = ((b)::text COLLATE \"C\"))";
        let read = Expression::read(text).expect("readable");
        let columns: Vec<_> = (0..read.tokens.len()).filter(|at| read.is_column(*at)).collect();
        let names: Vec<_> = columns.iter().map(|at| read.tokens[*at].text).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn a_sub_select_keeps_its_brackets() {
        let inner = |text| Expression::read(text).expect("readable").inner();
        assert_eq!(inner("((a = b))"), "a = b");
        assert_eq!(inner("((a = b) OR (c = d))"), "(a = b) OR (c = d)");
        assert_eq!(inner("(( SELECT true AS bool))"), "( SELECT true AS bool)");
        assert_eq!(inner("true"), "true");
        assert_eq!(inner(""), "");
    }

    #[test]
    fn replacing_keeps_the_rest() {
        let read = Expression::read("(a = b)").expect("readable");
        assert_eq!(read.replaced(&[(1..2, "xx".into()), (5..6, "yy".into())]), "(xx = yy)");
    }
}
