//! Whether an expression is true whatever the row.

use std::{collections::BTreeSet, ops::Range};

use super::{Expression, Kind};

/// What can be said of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// True for every row in which these columns are not NULL; for every row at all where there are none.
    Always(BTreeSet<String>),
    /// False for every row.
    Never,
    /// That depends, or is not understood.
    Unknown,
}

/// What is known of the rows.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// Whether a column is never NULL.
    pub filled: &'a dyn Fn(&str) -> bool,
    /// A column that has this value in all the rows that are asked about.
    pub equal: Option<(&'a str, &'a str)>,
}

/// One side of a comparison.
enum Operand {
    Column(String),
    Text(String),
    Number(f64),
    Other,
}

impl Expression<'_> {
    /// What can be said of it.
    pub fn truth(&self, given: Given<'_>) -> Truth {
        self.judge(0..self.tokens.len(), given)
    }

    /// The columns that all rows have to have equal to something that is called, such as `auth.uid()`, and that is the
    /// same for all rows: it names no column of the table.
    pub fn equalities(&self) -> Vec<String> {
        let mut out = Vec::new();
        self.demands(0..self.tokens.len(), &mut out);
        out
    }

    fn demands(&self, range: Range<usize>, out: &mut Vec<String>) {
        let range = self.bare(range);
        let parts = self.split(range.clone(), "AND");
        if parts.len() > 1 {
            for part in parts {
                self.demands(part, out);
            }
            return;
        }
        let Some((left, "=", right)) = self.comparison(range) else { return };
        for (column, other) in [(left.clone(), right.clone()), (right, left)] {
            if let Operand::Column(name) = self.operand(column) {
                let calls = other.clone().any(|at| self.is_call(at));
                let own = other.clone().any(|at| self.is_column(at) && self.begin(at) == at);
                if calls && !own {
                    out.push(name);
                }
            }
        }
    }

    fn judge(&self, range: Range<usize>, given: Given<'_>) -> Truth {
        let range = self.bare(range);
        let Some(first) = self.tokens.get(range.start).filter(|_| !range.is_empty()) else { return Truth::Unknown };
        if first.is_keyword("SELECT") {
            return self.selected(range).map_or(Truth::Unknown, |value| self.judge(value, given));
        }
        if self.top(range.clone()).any(|at| self.tokens[at].is_keyword("CASE")) {
            return Truth::Unknown;
        }
        let any = self.split(range.clone(), "OR");
        if any.len() > 1 {
            return either(any.into_iter().map(|part| self.judge(part, given)));
        }
        let all = self.split(range.clone(), "AND");
        if all.len() > 1 {
            return both(all.into_iter().map(|part| self.judge(part, given)));
        }
        if first.is_keyword("NOT") {
            return not(self.judge(range.start + 1..range.end, given));
        }
        match first.text {
            "true" if range.len() == 1 => Truth::Always(BTreeSet::new()),
            "false" if range.len() == 1 => Truth::Never,
            _ => self.is_something(range.clone(), given).unwrap_or_else(|| self.compared(range, given)),
        }
    }

    /// The one value of `SELECT value AS name`, without any `FROM`.
    fn selected(&self, range: Range<usize>) -> Option<Range<usize>> {
        let value = range.start + 1..range.end;
        let named = self.top(value.clone()).find(|at| self.tokens[*at].is_keyword("AS"));
        let value = match named {
            Some(at) if at + 2 == range.end => value.start..at,
            Some(_) => return None,
            None => value,
        };
        let plain = ["AND", "OR", "NOT", "IS", "NULL", "TRUE", "FALSE"];
        let other = |at: usize| {
            let token = self.tokens[at];
            token.text == "," || token.kind == Kind::Keyword && !plain.contains(&token.text)
        };
        (!value.is_empty() && !self.top(value.clone()).any(other)).then_some(value)
    }

    /// The parts of `range` between the key words `word`.
    fn split(&self, range: Range<usize>, word: &str) -> Vec<Range<usize>> {
        let mut parts = Vec::new();
        let mut from = range.start;
        for at in self.top(range.clone()).filter(|at| self.tokens[*at].is_keyword(word)) {
            parts.push(from..at);
            from = at + 1;
        }
        parts.push(from..range.end);
        parts
    }

    /// `x IS …`; `None` where it is none of those.
    fn is_something(&self, range: Range<usize>, given: Given<'_>) -> Option<Truth> {
        let is = self.top(range.clone()).find(|at| self.tokens[*at].is_keyword("IS"))?;
        let left = range.start..is;
        let words: Vec<&str> = (is + 1..range.end).map(|at| self.tokens[at].text).collect();
        let filled = |operand| match operand {
            Operand::Column(name) => self.is_kept(left.clone()) && (given.filled)(&name),
            Operand::Text(_) | Operand::Number(_) => true,
            Operand::Other => false,
        };
        Some(match words.as_slice() {
            ["TRUE"] => self.judge(left, given),
            ["NOT", "FALSE"] => match self.judge(left, given) {
                Truth::Always(_) => Truth::Always(BTreeSet::new()),
                _ => Truth::Unknown,
            },
            ["NOT", "NULL"] if filled(self.operand(left.clone())) => Truth::Always(BTreeSet::new()),
            ["NULL"] if filled(self.operand(left.clone())) => Truth::Never,
            ["DISTINCT", "FROM", ..] if self.same(left, is + 3..range.end) => Truth::Never,
            _ => Truth::Unknown,
        })
    }

    /// Left, operator and right of a comparison that is all of `range`.
    fn comparison(&self, range: Range<usize>) -> Option<(Range<usize>, &str, Range<usize>)> {
        let mut operators = self.top(range.clone()).filter(|at| self.tokens[*at].kind == Kind::Operator);
        let at = operators.next().filter(|_| operators.next().is_none())?;
        Some((range.start..at, self.tokens[at].text, at + 1..range.end))
    }

    fn compared(&self, range: Range<usize>, given: Given<'_>) -> Truth {
        let Some((left, operator, right)) = self.comparison(range) else { return Truth::Unknown };
        if let Some(truth) = given.equal.and_then(|equal| self.assumed(left.clone(), operator, right.clone(), equal)) {
            return truth;
        }
        if self.same(left.clone(), right.clone()) {
            return self.with_itself(left, operator, given);
        }
        let (Operand::Number(left), Operand::Number(right)) = (self.operand(left), self.operand(right)) else {
            return Truth::Unknown;
        };
        #[expect(clippy::float_cmp, reason = "these were read exactly")]
        let holds = match operator {
            "=" => left == right,
            "<>" => left != right,
            "<" => left < right,
            "<=" => left <= right,
            ">" => left > right,
            ">=" => left >= right,
            _ => return Truth::Unknown,
        };
        if holds { Truth::Always(BTreeSet::new()) } else { Truth::Never }
    }

    fn with_itself(&self, operand: Range<usize>, operator: &str, given: Given<'_>) -> Truth {
        let open = match self.operand(operand.clone()) {
            Operand::Column(name) if !self.is_kept(operand) || !(given.filled)(&name) => BTreeSet::from([name]),
            _ => BTreeSet::new(),
        };
        match operator {
            "=" | "<=" | ">=" => Truth::Always(open),
            "<>" | "<" | ">" if open.is_empty() => Truth::Never,
            _ => Truth::Unknown,
        }
    }

    /// Whether both are the same column or constant.
    fn same(&self, left: Range<usize>, right: Range<usize>) -> bool {
        let texts = |range: Range<usize>| self.tokens[range].iter().map(|token| token.text);
        !matches!(self.operand(left.clone()), Operand::Other) && texts(left).eq(texts(right))
    }

    /// `column = 'value'` and the like, of a column whose value is given.
    fn assumed(&self, left: Range<usize>, operator: &str, right: Range<usize>, equal: (&str, &str)) -> Option<Truth> {
        let (column, value) = equal;
        let is = |range: Range<usize>| {
            self.is_kept(range.clone()) && matches!(self.operand(range), Operand::Column(name) if name == column)
        };
        let holds = if is(left.clone()) && right.len() > 1 && self.tokens[right.start].kind == Kind::Keyword {
            let (word, list) = (self.tokens[right.start].text, self.bare(right.start + 1..right.end));
            let known = self.tokens[list.start].is_keyword("ARRAY") && !list.clone().any(|at| self.is_column(at));
            let values: Vec<String> = self.tokens[list].iter().filter_map(super::Token::value).collect();
            match (operator, word) {
                ("=", "ANY") if known => values.iter().any(|one| one == value),
                ("<>", "ALL") if known => !values.iter().any(|one| one == value),
                _ => return None,
            }
        } else {
            let other = if is(left.clone()) { right } else { Some(left).filter(|_| is(right))? };
            let Operand::Text(other) = self.operand(other) else { return None };
            match operator {
                "=" => other == value,
                "<>" => other != value,
                _ => return None,
            }
        };
        Some(if holds { Truth::Always(BTreeSet::new()) } else { Truth::Never })
    }

    /// What one side is, a cast to a type of one word left aside.
    fn operand(&self, range: Range<usize>) -> Operand {
        let range = self.bare(range);
        let cast = self.top(range.clone()).find(|at| self.tokens[*at].kind == Kind::Cast);
        if cast.is_some_and(|at| at + 2 != range.end) {
            return Operand::Other;
        }
        let value = self.bare(range.start..cast.unwrap_or(range.end));
        if value.is_empty() {
            return Operand::Other;
        }
        let (last, token) = (value.end - 1, self.tokens[value.end - 1]);
        let whole = |at: usize| matches!(self.tokens[at + 1].text, "integer" | "bigint" | "smallint");
        let number = |text: &str| exact(text).map_or(Operand::Other, Operand::Number);
        match token.kind {
            Kind::Text if value.len() == 1 => match token.value() {
                Some(text) if cast.is_some_and(whole) => number(&text),
                Some(text) => Operand::Text(text),
                None => Operand::Other,
            },
            Kind::Number if value.len() == 1 && cast.is_none_or(whole) => number(token.text),
            _ if self.begin(last) == value.start && self.is_column(last) => Operand::Column(token.name()),
            _ => Operand::Other,
        }
    }

    /// Whether `range` is cast to nothing but `text`, which keeps every value apart and makes none NULL.
    fn is_kept(&self, mut range: Range<usize>) -> bool {
        let text = |at: usize| self.tokens.get(at + 1).is_some_and(|kind| kind.text == "text");
        range.all(|at| self.tokens[at].kind != Kind::Cast || text(at))
    }
}

/// A number that a float holds exactly enough to be compared: no two of up to 15 digits become one.
fn exact(text: &str) -> Option<f64> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plain = text.trim_start_matches('-').chars().all(|c| c.is_ascii_digit() || c == '.');
    (plain && digits > 0 && digits <= 15).then(|| text.parse().ok()).flatten()
}

fn not(truth: Truth) -> Truth {
    match truth {
        Truth::Always(open) if open.is_empty() => Truth::Never,
        Truth::Never => Truth::Always(BTreeSet::new()),
        _ => Truth::Unknown,
    }
}

fn both(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut open = BTreeSet::new();
    let mut unknown = false;
    for truth in truths {
        match truth {
            Truth::Always(columns) => open.extend(columns),
            Truth::Never => return Truth::Never,
            Truth::Unknown => unknown = true,
        }
    }
    if unknown { Truth::Unknown } else { Truth::Always(open) }
}

fn either(truths: impl Iterator<Item = Truth>) -> Truth {
    let truths: Vec<Truth> = truths.collect();
    let least = truths.iter().filter_map(|truth| match truth {
        Truth::Always(open) => Some(open),
        _ => None,
    });
    match least.min_by_key(|open| open.len()) {
        Some(open) => Truth::Always(open.clone()),
        None if truths.iter().all(|truth| *truth == Truth::Never) => Truth::Never,
        None => Truth::Unknown,
    }
}

#[cfg(test)]
#[path = "truth_tests.rs"]
mod tests;
