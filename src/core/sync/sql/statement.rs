//! A statement with its values: as it runs, and as people read it.

use std::fmt::Write as _;

use super::{
    large::{self, MAX_WHOLE_BYTES, is_large},
    leaf::equality,
};
use crate::core::{
    name::{literal, literal_lines},
    sync::row::Value,
};

/// A statement with its parameters in place, so that what is shown is what runs. It knows where it would take its
/// values from a list of rows, so that many statements that differ in their values alone can run as one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    pub(super) pieces: Vec<Piece>,
    /// It has to see what the statements before it did.
    pub(super) alone: bool,
}

/// A part of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text that is the same for every row.
    Sql(String),
    /// A value, cast to a type by the server.
    Value(Value, String),
    /// A comparison with a value that may be NULL.
    Same(Same),
    /// The value that a parent has, of a type; next to it another row may have NULL.
    Lookup(Vec<Piece>, String),
    /// Text that belongs there only where many rows are written by one statement.
    Together(String),
    /// The place of the list of rows, with the word that stands before it.
    Rows(&'static str),
}

/// `left = value::cast`, or `bare IS NULL`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Same {
    pub(super) left: String,
    pub(super) bare: String,
    pub(super) value: Value,
    pub(super) cast: String,
    /// Whether it only says no to a row that others have found: it is not to be joined by.
    pub(super) filter: bool,
}

impl Statement {
    pub(in crate::core::sync) fn sql(&mut self, text: impl AsRef<str>) -> &mut Self {
        match self.pieces.last_mut() {
            Some(Piece::Sql(last)) => last.push_str(text.as_ref()),
            _ => self.pieces.push(Piece::Sql(text.as_ref().to_owned())),
        }
        self
    }

    /// A value, cast to `cast` by the server.
    pub(super) fn value(&mut self, value: &Value, cast: &str) -> &mut Self {
        self.pieces.push(Piece::Value(value.clone(), cast.to_owned()));
        self
    }

    /// `left = value::cast`, or `left IS NULL`.
    pub(super) fn equals(&mut self, left: &str, value: &Value, cast: &str) -> &mut Self {
        let (left, cast) = (left.to_owned(), cast.to_owned());
        self.pieces.push(Piece::Same(Same { bare: left.clone(), left, value: value.clone(), cast, filter: false }));
        self
    }

    /// `text = value`, or `column IS NULL`: a condition on a row that is found by others; `text` writes the column.
    pub(super) fn holds(&mut self, column: &str, text: String, value: &Value) -> &mut Self {
        let (left, bare) = (text, column.to_owned());
        self.pieces.push(Piece::Same(Same { left, bare, value: value.clone(), cast: "text".to_owned(), filter: true }));
        self
    }

    /// A value of type `cast` that is looked up as `lookup` writes it.
    pub(super) fn lookup(&mut self, cast: &str, lookup: impl FnOnce(&mut Statement)) -> &mut Self {
        let mut inner = Statement::default();
        lookup(&mut inner);
        self.pieces.push(Piece::Lookup(inner.pieces, cast.to_owned()));
        self
    }

    /// What only stands there where many rows are written by one statement.
    pub(super) fn only_together(&mut self, text: &str) -> &mut Self {
        self.pieces.push(Piece::Together(text.to_owned()));
        self
    }

    /// The place of the list of rows, behind `word`.
    pub(super) fn rows(&mut self, word: &'static str) -> &mut Self {
        self.pieces.push(Piece::Rows(word));
        self
    }

    /// Says that it has to see what the statements before it did.
    pub(super) fn alone(&mut self) -> &mut Self {
        self.alone = true;
        self
    }

    /// Takes for granted what the row was compared with before: it is locked, and what is different now is the doing of
    /// this very transaction. The row is found as before.
    pub fn without_guard(&mut self) {
        for piece in &mut self.pieces {
            if matches!(piece, Piece::Same(Same { filter: true, .. })) {
                *piece = Piece::Sql("true".to_owned());
            }
        }
    }

    /// The text with `$1`, `$2`, … for its values.
    pub fn text(&self) -> String {
        let (mut number, mut out) = (0, String::new());
        let mut next = |_: &Value| {
            number += 1;
            format!("${number}")
        };
        spell(&self.pieces, Guards::ByText, &mut next, &mut out);
        out
    }

    /// The same where large values are not among the parameters: `written` takes the place of one, by its number, and
    /// where the row is only compared with one, its digest does.
    pub fn text_without_large(&self, written: &dyn Fn(usize) -> String) -> String {
        let (mut number, mut out) = (0, String::new());
        let mut next = |value: &Value| {
            number += 1;
            if is_large(value) { written(number) } else { format!("${number}") }
        };
        spell(&self.pieces, Guards::ByDigest, &mut next, &mut out);
        out
    }

    /// Large values that are written, with their numbers from 1.
    pub fn large(&self) -> Vec<(usize, &str)> {
        let mut out = Vec::new();
        values(&self.pieces, &mut |value, compared| out.push(value.filter(|_| !compared)));
        let large = out.into_iter().enumerate().filter_map(|(at, value)| Some((at + 1, value?)));
        large.filter(|(_, text)| text.len() > MAX_WHOLE_BYTES).collect()
    }

    /// [`Self::parameters`] with NULL for large values.
    pub fn parameters_without_large(&self) -> Vec<Option<&str>> {
        let all = self.parameters().into_iter();
        all.map(|value| value.filter(|text| text.len() <= MAX_WHOLE_BYTES)).collect()
    }

    /// The values, all of type text.
    pub fn parameters(&self) -> Vec<Option<&str>> {
        let mut out = Vec::new();
        values(&self.pieces, &mut |value, _| out.push(value));
        out
    }

    /// The text with literals for its values: for people to read, and to run by hand.
    pub fn script(&self) -> String {
        self.spelled(literal)
    }

    /// The same with values whose line breaks are escapes.
    pub(in crate::core::sync) fn seed(&self) -> String {
        self.spelled(literal_lines)
    }

    fn spelled(&self, literal: fn(&str) -> String) -> String {
        let mut out = String::new();
        let mut spelled = |value: &Value| value.as_deref().map_or_else(|| "NULL".to_owned(), literal);
        spell(&self.pieces, Guards::ByText, &mut spelled, &mut out);
        out
    }
}

/// How a row that is found is compared with a large value.
#[derive(Clone, Copy)]
enum Guards {
    ByText,
    ByDigest,
}

fn spell(pieces: &[Piece], guards: Guards, value: &mut dyn FnMut(&Value) -> String, out: &mut String) {
    for piece in pieces {
        // Writing to a string does not fail.
        match piece {
            Piece::Sql(text) => out.push_str(text),
            Piece::Value(given, cast) => _ = write!(out, "{}::{cast}", value(given)),
            Piece::Same(Same { bare, value: None, .. }) => _ = write!(out, "{bare} IS NULL"),
            Piece::Same(Same { left, value: given @ Some(text), filter: true, .. })
                if matches!(guards, Guards::ByDigest) && is_large(given) =>
            {
                // Its number is taken all the same.
                value(given);
                out.push_str(&large::holds(left, text));
            }
            Piece::Same(Same { left, value: given, cast, .. }) => {
                _ = write!(out, "{left} {} {}::{cast}", equality(left, cast), value(given));
            }
            Piece::Lookup(inner, _) => spell(inner, guards, value, out),
            Piece::Together(_) | Piece::Rows(_) => {}
        }
    }
}

/// Hands each value to `each`, and whether a row that is found is only compared with it.
fn values<'a>(pieces: &'a [Piece], each: &mut dyn FnMut(Option<&'a str>, bool)) {
    for piece in pieces {
        match piece {
            Piece::Value(value, _) => each(value.as_deref(), false),
            Piece::Same(Same { value: value @ Some(_), filter, .. }) => each(value.as_deref(), *filter),
            Piece::Lookup(inner, _) => values(inner, each),
            Piece::Same(_) | Piece::Sql(_) | Piece::Together(_) | Piece::Rows(_) => {}
        }
    }
}
