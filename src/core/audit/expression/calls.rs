//! Which functions an expression calls, and whether once or for every row.

use std::ops::Range;

use super::{Expression, Kind};

/// A call of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The function's name, with its schema where it is not the system's, without quotes.
    pub name: String,
    /// The bytes that it takes, arguments included.
    pub span: Range<usize>,
    /// Whether it is a sub-select's that has nothing of the row in it, so that the server makes it once for all rows.
    pub once: bool,
    /// Whether its arguments are the same for every row: they name no column.
    pub steady: bool,
}

impl Expression<'_> {
    /// Every call, in their order.
    pub fn calls(&self) -> Vec<Call> {
        (0..self.tokens.len()).filter(|at| self.is_call(*at)).map(|at| self.call(at)).collect()
    }

    /// It with each of `calls` in a sub-select of its own; those inside of another are left to that.
    pub fn wrapped(&self, calls: &[&Call]) -> String {
        let inside = |call: &Call| {
            calls.iter().any(|other| {
                other.span != call.span && other.span.start <= call.span.start && call.span.end <= other.span.end
            })
        };
        let wrap = |call: &Call| (call.span.clone(), format!("(SELECT {})", &self.text[call.span.clone()]));
        let changes: Vec<_> = calls.iter().filter(|call| !inside(call)).map(|call| wrap(call)).collect();
        self.replaced(&changes)
    }

    /// Whether the token `at` ends the name of a function that is called.
    pub(super) fn is_call(&self, at: usize) -> bool {
        if !self.tokens[at].is_name() || self.tokens.get(at + 1).is_none_or(|next| next.text != "(") {
            return false;
        }
        let begin = self.begin(at);
        let cast = begin > 0 && self.tokens[begin - 1].kind == Kind::Cast;
        !cast
    }

    fn call(&self, at: usize) -> Call {
        let (begin, end) = (self.begin(at), self.partners[at + 1]);
        let parts: Vec<String> =
            self.tokens[begin..=at].iter().filter(|t| t.is_name()).map(super::Token::name).collect();
        Call {
            name: parts.join("."),
            span: self.tokens[begin].at..self.tokens[end].end(),
            once: self.once(at),
            steady: !(at + 1..end).any(|at| self.is_column(at)),
        }
    }

    /// Whether the innermost sub-select around the token `at` is made once: it reads no table, and names no column of
    /// the one outside. In there the server writes those with their table.
    fn once(&self, at: usize) -> bool {
        let select = self.around(at).find(|range| self.tokens[range.start].is_keyword("SELECT"));
        select.is_some_and(|range| {
            !self.top(range.clone()).any(|at| self.tokens[at].is_keyword("FROM"))
                && !range.clone().any(|at| self.is_column(at))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn per_row(text: &str) -> (Vec<String>, String) {
        let read = Expression::read(text).expect(text);
        let calls = read.calls();
        let calls: Vec<&Call> = calls.iter().filter(|call| !call.once && call.steady).collect();
        (calls.iter().map(|call| call.name.clone()).collect(), read.wrapped(&calls))
    }

    #[test]
    fn calls_outside_of_a_select_are_for_each_row() {
        let (names, wrapped) = per_row("((auth.uid() = user_id) OR (auth.uid() = other))");
        assert_eq!(names, ["auth.uid", "auth.uid"]);
        assert_eq!(wrapped, "(((SELECT auth.uid()) = user_id) OR ((SELECT auth.uid()) = other))");
        let (names, wrapped) = per_row("((current_setting('app.a)'::text, true))::uuid = tenant)");
        assert_eq!(names, ["current_setting"]);
        assert_eq!(wrapped, "(((SELECT current_setting('app.a)'::text, true)))::uuid = tenant)");
        let (_, wrapped) = per_row("(f(\"We.ird\".g()) AND ((a ->> 'x()'::text) = 'auth.uid()'::text))");
        assert_eq!(wrapped, "((SELECT f(\"We.ird\".g())) AND ((a ->> 'x()'::text) = 'auth.uid()'::text))");
    }

    #[test]
    fn a_select_without_anything_of_the_row_is_made_once() {
        for text in [
            "(( SELECT auth.uid() AS uid) = user_id)",
            "((( SELECT (auth.jwt() ->> 'sub'::text)))::uuid = user_id)",
            "( SELECT is_admin() AS is_admin)",
            "(EXISTS ( SELECT 1 FROM m WHERE ((m.u = ( SELECT auth.uid() AS uid)) AND (m.t = t.id))))",
        ] {
            assert_eq!(per_row(text).0, [""; 0], "{text}");
        }
    }

    #[test]
    fn a_select_that_reads_or_looks_outside_is_not() {
        let (names, wrapped) = per_row("(EXISTS ( SELECT 1 FROM m WHERE (m.u = auth.uid())))");
        assert_eq!(names, ["auth.uid"]);
        assert_eq!(wrapped, "(EXISTS ( SELECT 1 FROM m WHERE (m.u = (SELECT auth.uid()))))");
        let (names, _) = per_row("( SELECT member(t.team, auth.uid()) AS member)");
        assert_eq!(names, ["auth.uid"]);
    }
}
