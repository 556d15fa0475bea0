//! Values that the target's type would round, cut or refuse. Assigned to a column, `1.2345` becomes `1.23` in
//! `numeric(8,2)` without a word; so the target is asked before, of every value whose column is declared in another way.

use super::{Change, Field, Review};
use crate::core::sync::{preflight::Rules, shape::ShapeColumn, value::SharedText};

/// Values of one column, to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// The column.
    pub column: ShapeColumn,
    /// (table, row, column) in the review, each with the value.
    pub values: Vec<((usize, usize, usize), SharedText)>,
}

/// What would become of a value in its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Became {
    /// Another value.
    Other(SharedText),
    /// It is refused, as the server says.
    Refused(String),
}

/// The values of `review` that may not fit, but for those whose type, by `rules`, runs the code of somebody else.
pub fn fits(review: &Review, rules: &Rules) -> Vec<Fit> {
    let mut out = Vec::new();
    for (t, table) in review.tables.iter().enumerate() {
        let Some(shape) = &table.shape else { continue };
        let foreign = |at: &&usize| {
            let rules = rules.get(&table.table);
            rules.is_some_and(|rules| rules.foreign_types.contains_key(&shape.columns[**at].name))
        };
        for &place in table.retyped.iter().filter(|at| !foreign(at)) {
            let mut fit = Fit { column: shape.columns[place].clone(), values: Vec::new() };
            let moves = |change: Change| change != Change::Delete;
            for (r, row) in table.rows.iter().enumerate().filter(|(_, row)| row.blocked.is_none() && moves(row.change))
            {
                let new = row.cells.iter().find(|cell| cell.field == Field::Column(place)).and_then(|c| c.new.clone());
                fit.values.extend(new.map(|value| ((t, r, place), value)));
            }
            if !fit.values.is_empty() {
                out.push(fit);
            }
        }
    }
    out
}

/// Blocks the rows with a value that would not be itself in the target. What is called equal there is not written.
pub fn block_unfit(review: &mut Review, unfit: &[((usize, usize, usize), Became)]) {
    for ((t, r, place), became) in unfit {
        let table = &mut review.tables[*t];
        let row = &mut table.rows[*r];
        // An id that is taken has left the row.
        let cell = row.cells.iter().find(|cell| cell.field == Field::Column(*place) && !cell.representation);
        let (Some(shape), Some(cell), None) = (&table.shape, cell, &row.blocked) else { continue };
        let declared = &shape.columns[*place].definition.declared;
        let (column, value) = (&cell.column, cell.new.as_deref().unwrap_or_default());
        row.blocked = Some(match became {
            Became::Other(other) => {
                format!("`{column}` is {declared} in the target, where `{value}` would become `{other}`")
            }
            Became::Refused(why) => format!("`{column}` is {declared} in the target, which refuses `{value}`: {why}"),
        });
    }
}
