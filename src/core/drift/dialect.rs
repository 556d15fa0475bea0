//! What servers of two versions write for the same expression or query, made comparable.
//!
//! From 14 on SQL's own forms come back as they were written (`EXTRACT(year FROM x)`, `x AT TIME ZONE y`) where older
//! servers wrote the functions behind them, and from 16 on columns of a query over one table stand without that table's
//! name (PostgreSQL's release notes; `ruleutils.c`). Both are brought into the older form here. Two texts that are not
//! the same after that may still mean the same: that is for the reader to judge.

use std::collections::BTreeSet;

/// How to read the texts of two sides.
pub(super) struct Dialect {
    /// A name before a dot that is none of these is a table's or its alias.
    schemas: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Atom(String),
    Group(Vec<Node>),
}

use Node::{Atom, Group};

impl Dialect {
    /// With the schemas of both sides.
    pub(super) fn new<'a>(schemas: impl Iterator<Item = &'a str>) -> Self {
        Dialect { schemas: schemas.map(str::to_owned).collect() }
    }

    /// Whether both say the same.
    pub(super) fn same(&self, one: &str, other: &str) -> bool {
        self.canonical(one) == self.canonical(other)
    }

    fn canonical(&self, text: &str) -> Vec<Node> {
        let tokens = self.without_tables(tokens(text));
        let mut tokens = tokens.into_iter();
        rewrite(group(&mut tokens))
    }

    /// Drops `t.` before a column. What follows a schema's name stays, and so does a field of a composite value, which
    /// stands behind a bracket.
    fn without_tables(&self, tokens: Vec<String>) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for token in tokens {
            if let [.., before, dot] = out.as_slice()
                && dot == "."
                && is_name(before)
                && (is_name(&token) || token == "*")
                && !self.schemas.contains(before)
                && out.len().checked_sub(3).is_none_or(|at| out[at] != ".")
            {
                out.truncate(out.len() - 2);
            }
            out.push(token);
        }
        out
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"')
}

/// The words of `text` in lower case; names without quotes where these are not needed, literals as they are.
fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(first) = chars.next() {
        let mut token = String::from(first);
        match first {
            c if c.is_whitespace() => continue,
            '\'' | '"' => {
                while let Some(c) = chars.next() {
                    token.push(c);
                    if c == first {
                        match chars.next_if_eq(&first) {
                            Some(again) => token.push(again),
                            None => break,
                        }
                    }
                }
                token = bare(token);
            }
            c if c.is_alphanumeric() || c == '_' => {
                while let Some(c) = chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$')) {
                    token.push(c);
                }
                token = token.to_lowercase();
            }
            ':' => token.extend(chars.next_if_eq(&':')),
            _ => {}
        }
        out.push(token);
    }
    out
}

/// `"plain"` as `plain`; everything else as it is.
fn bare(token: String) -> String {
    let inner = token.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let plain = |name: &&str| {
        name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    inner.filter(plain).map(str::to_owned).unwrap_or(token)
}

/// Tokens as a tree of what is in brackets.
fn group(tokens: &mut impl Iterator<Item = String>) -> Vec<Node> {
    let mut open: Vec<Vec<Node>> = vec![Vec::new()];
    for token in tokens {
        match token.as_str() {
            "(" => open.push(Vec::new()),
            ")" if open.len() > 1 => {
                let inner = open.pop().unwrap_or_default();
                if let Some(outer) = open.last_mut() {
                    outer.push(Group(inner));
                }
            }
            _ => {
                if let Some(current) = open.last_mut() {
                    current.push(Atom(token));
                }
            }
        }
    }
    // Brackets that nothing closes are not the server's; they are kept so that nothing is equal to what lacks them.
    open.into_iter()
        .reduce(|mut all, rest| {
            all.push(Atom("(".into()));
            all.extend(rest);
            all
        })
        .unwrap_or_default()
}

/// SQL's own forms as the functions behind them.
fn rewrite(nodes: Vec<Node>) -> Vec<Node> {
    let mut out: Vec<Node> = Vec::new();
    for node in nodes {
        let Group(inner) = node else {
            out.push(node);
            continue;
        };
        let inner = rewrite(inner);
        let called = match out.last() {
            Some(Atom(name)) => call(name, &inner),
            _ => None,
        };
        if let Some((name, arguments)) = called {
            out.pop();
            out.push(Atom(name.to_owned()));
            out.push(Group(arguments));
        } else if let Some([value, zone]) = split(&inner, &["at", "time", "zone"]) {
            out.push(Atom("timezone".into()));
            out.push(Group(list([zone, value])));
        } else {
            out.push(Group(inner));
        }
    }
    out
}

/// The function that `name (inner)` stands for, if it is one of SQL's own forms.
fn call(name: &str, inner: &[Node]) -> Option<(&'static str, Vec<Node>)> {
    match name {
        "extract" => {
            let [field, value] = split(inner, &["from"])?;
            let [Atom(field)] = field else { return None };
            let field = [Atom(format!("'{field}'")), Atom("::".into()), Atom("text".into())];
            Some(("date_part", list([&field, value])))
        }
        "position" => {
            let [part, whole] = split(inner, &["in"])?;
            Some(("position", list([unwrapped(whole), unwrapped(part)])))
        }
        "substring" | "overlay" => substring(name, inner),
        "trim" => trim(inner),
        _ => None,
    }
}

fn substring(name: &str, inner: &[Node]) -> Option<(&'static str, Vec<Node>)> {
    let (name, word) = if name == "overlay" { ("overlay", "placing") } else { ("substring", "from") };
    let [value, mut rest] = split(inner, &[word])?;
    let mut parts = vec![value];
    for word in ["from", "for"] {
        if let Some([one, other]) = split(rest, &[word]) {
            parts.push(one);
            rest = other;
        }
    }
    parts.push(rest);
    Some((name, list(parts)))
}

fn trim(inner: &[Node]) -> Option<(&'static str, Vec<Node>)> {
    let [how, value] = split(inner, &["from"])?;
    let (first, characters) = how.split_first()?;
    let Atom(word) = first else { return None };
    let name = match word.as_str() {
        "both" => "btrim",
        "leading" => "ltrim",
        "trailing" => "rtrim",
        _ => return None,
    };
    Some((name, if characters.is_empty() { value.to_vec() } else { list([value, characters]) }))
}

/// What stands before and behind `words`, where these stand in `nodes` for the first time.
fn split<'a>(nodes: &'a [Node], words: &[&str]) -> Option<[&'a [Node]; 2]> {
    let is = |(node, word): (&Node, &&str)| matches!(node, Atom(text) if text == word);
    let at = nodes.windows(words.len()).position(|window| window.iter().zip(words).all(is))?;
    Some([&nodes[..at], &nodes[at + words.len()..]])
}

/// Without the brackets around everything.
fn unwrapped(nodes: &[Node]) -> &[Node] {
    match nodes {
        [Group(inner)] => inner,
        _ => nodes,
    }
}

fn list<'a>(parts: impl IntoIterator<Item = &'a [Node]>) -> Vec<Node> {
    let mut out = Vec::new();
    for part in parts {
        if !out.is_empty() {
            out.push(Atom(",".into()));
        }
        out.extend_from_slice(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        Dialect::new(["public", "shop"].into_iter()).same(one, other)
    }

    #[test]
    fn what_versions_write_differently_is_the_same() {
        for (old, new) in [
            (" SELECT t.a,\n    t.b AS \"X\"\n   FROM public.t;", " SELECT a,\n b AS \"X\"\n FROM public.t;"),
            ("date_part('year'::text, t.at)", "EXTRACT(year FROM at)"),
            ("timezone('UTC'::text, now())", "(now() AT TIME ZONE 'UTC'::text)"),
            ("\"substring\"(a, 1, 2)", "SUBSTRING(a FROM 1 FOR 2)"),
            ("\"substring\"(a, 'x'::text)", "SUBSTRING(a FROM 'x'::text)"),
            ("\"position\"(a, 'x'::text)", "POSITION(('x'::text) IN (a))"),
            ("btrim(a)", "TRIM(BOTH FROM a)"),
            ("ltrim(a, 'x'::text)", "TRIM(LEADING 'x'::text FROM a)"),
            ("\"overlay\"(a, b, 1, 2)", "OVERLAY(a PLACING b FROM 1 FOR 2)"),
            ("date_part('hour'::text, timezone('UTC'::text, a))", "EXTRACT(hour FROM (a AT TIME ZONE 'UTC'::text))"),
        ] {
            assert!(same(old, new), "{old} | {new}");
        }
    }

    #[test]
    fn what_means_something_else_is_not_the_same() {
        for (one, other) in [
            ("a = 'X'::text", "a = 'x'::text"),
            ("a = 'b  c'", "a = 'b c'"),
            ("\"A\"", "a"),
            ("public.f(a)", "shop.f(a)"),
            ("(a + b) * c", "a + (b * c)"),
            ("SELECT a FROM public.t", "SELECT a FROM shop.t"),
            ("EXTRACT(year FROM a)", "date_part('month'::text, a)"),
            ("(a AT TIME ZONE b)", "timezone(a, b)"),
            ("(t.a).b", "(t.a).c"),
            ("(a", "a"),
        ] {
            assert!(!same(one, other), "{one} | {other}");
        }
    }
}
