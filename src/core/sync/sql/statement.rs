//! A statement with its values: as it runs, and as people read it.

use crate::core::{
    name::{literal, literal_lines},
    sync::row::Value,
};

/// A statement with its parameters in place, so that what is shown is what runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Sql(String),
    Value(Value),
}

impl Statement {
    pub(super) fn sql(&mut self, text: impl AsRef<str>) -> &mut Self {
        match self.pieces.last_mut() {
            Some(Piece::Sql(last)) => last.push_str(text.as_ref()),
            _ => self.pieces.push(Piece::Sql(text.as_ref().to_owned())),
        }
        self
    }

    /// A value, cast to `cast` by the server.
    pub(super) fn value(&mut self, value: &Value, cast: &str) -> &mut Self {
        self.pieces.push(Piece::Value(value.clone()));
        self.sql(format!("::{cast}"))
    }

    /// The text with `$1`, `$2`, … for its values.
    pub fn text(&self) -> String {
        let mut number = 0;
        let piece = |piece: &Piece| match piece {
            Piece::Sql(text) => text.clone(),
            Piece::Value(_) => {
                number += 1;
                format!("${number}")
            }
        };
        self.pieces.iter().map(piece).collect()
    }

    /// The values, all of type text.
    pub fn parameters(&self) -> Vec<Option<&str>> {
        let value = |piece: &'_ Piece| matches!(piece, Piece::Value(_));
        self.pieces
            .iter()
            .filter(|piece| value(piece))
            .map(|piece| match piece {
                Piece::Value(value) => value.as_deref(),
                Piece::Sql(_) => None,
            })
            .collect()
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
        let piece = |piece: &Piece| match piece {
            Piece::Sql(text) => text.clone(),
            Piece::Value(None) => "NULL".to_owned(),
            Piece::Value(Some(value)) => literal(value),
        };
        self.pieces.iter().map(piece).collect()
    }
}
