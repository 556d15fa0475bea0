//! Rows of several tables, parents first; where rows point to each other in a circle, what is set afterwards.

use std::collections::{BTreeSet, HashMap};

use crate::core::{
    error::{Error, Result},
    graph,
    name::QName,
    sync::{
        bundle::Bundle,
        row::{Key, Row},
        shape::{Reference, Shape},
    },
};

/// The rows in the order of writing.
pub(super) struct Order<'a> {
    /// Parents first.
    pub rows: Vec<Placed<'a>>,
    /// Parents that none of the rows is, each with the table that needs it first.
    pub elsewhere: Vec<(&'a Reference, &'a Key, &'a QName)>,
}

/// A row with its shape.
pub(super) struct Placed<'a> {
    pub shape: &'a Shape,
    pub row: &'a Row,
    pub key: Key,
    /// References, by position, whose parent comes later.
    pub later: BTreeSet<usize>,
}

type Id<'a> = (&'a QName, Key);

/// Orders all rows of `bundle`.
pub(super) fn order(bundle: &Bundle) -> Result<Order<'_>> {
    let mut rows = placed(bundle);
    let mut places: HashMap<Id, usize> = HashMap::with_capacity(rows.len());
    for (at, row) in rows.iter().enumerate() {
        if places.insert((&row.shape.table, row.key.clone()), at).is_some() {
            return Err(Error::usage(format!("several rows have the key {}", row.key.display()))
                .object(&row.shape.table)
                .hint("its set needs a `key` that tells them apart"));
        }
    }
    let elsewhere = elsewhere(&rows, &places)?;
    let needs: Vec<Vec<(usize, usize)>> = rows.iter().map(|row| needs(row, &places)).collect();
    let order = loop {
        match visit(&needs, &rows) {
            Ok(order) => break order,
            Err(circle) => {
                let soft = circle.iter().find(|(row, reference)| can_wait(&rows[*row], *reference));
                let Some(&(row, reference)) = soft else { return Err(hard_circle(&rows, &circle)) };
                rows[row].later.insert(reference);
            }
        }
    };
    let mut rows: Vec<Option<Placed>> = rows.into_iter().map(Some).collect();
    Ok(Order { rows: order.into_iter().filter_map(|at| rows[at].take()).collect(), elsewhere })
}

/// Tables parents first, the rows of each in the bundle's order.
fn placed(bundle: &Bundle) -> Vec<Placed<'_>> {
    let names: Vec<_> = bundle.tables.iter().map(|table| table.shape.table.clone()).collect();
    // A column that has several foreign keys is a reference of its row only once, and waits for all of its parents.
    let edges = bundle.tables.iter().flat_map(|table| {
        let parents =
            table.shape.references.iter().map(|reference| (table.shape.table.clone(), reference.table.clone()));
        parents.chain(table.shape.children.iter().map(|child| (child.table.clone(), table.shape.table.clone())))
    });
    let order = graph::parents_first(&names, &edges.collect::<Vec<_>>());
    let tables = order.iter().flat_map(|name| bundle.tables.iter().filter(|table| table.shape.table == *name));
    tables
        .flat_map(|table| {
            let shape = &table.shape;
            table.rows.iter().map(move |row| Placed { shape, row, key: row.key.clone(), later: BTreeSet::new() })
        })
        .collect()
}

fn elsewhere<'a>(
    rows: &[Placed<'a>],
    places: &HashMap<Id<'a>, usize>,
) -> Result<Vec<(&'a Reference, &'a Key, &'a QName)>> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for placed in rows {
        for (reference, key) in placed.shape.references.iter().zip(&placed.row.references) {
            let Some(key) = key else { continue };
            if places.contains_key(&(&reference.table, key.clone())) {
                continue;
            }
            if key.0.iter().all(Option::is_none) {
                let what = format!("row {}: its `{}` points to no row", placed.key.display(), reference.label());
                return Err(Error::usage(what).object(&placed.shape.table).hint("mend it in the source"));
            }
            if seen.insert((&reference.table, key)) {
                out.push((reference, key, &placed.shape.table));
            }
        }
    }
    Ok(out)
}

/// (reference, row) that `row` points to.
fn needs<'a>(row: &Placed<'a>, places: &HashMap<Id<'a>, usize>) -> Vec<(usize, usize)> {
    let references = row.shape.references.iter().zip(&row.row.references).enumerate();
    references
        .filter_map(|(at, (reference, key))| Some((at, *places.get(&(&reference.table, key.clone()?))?)))
        .collect()
}

/// The order, or a circle: each (row, reference) on the way round.
fn visit(needs: &[Vec<(usize, usize)>], rows: &[Placed]) -> Result<Vec<usize>, Vec<(usize, usize)>> {
    let mut out = Vec::with_capacity(needs.len());
    let mut open = vec![false; needs.len()];
    let mut done = vec![false; needs.len()];
    for start in 0..needs.len() {
        if done[start] {
            continue;
        }
        open[start] = true;
        // (row, which of its needs is looked at)
        let mut path = vec![(start, 0)];
        while let Some((row, next)) = path.last_mut() {
            let (row, at) = (*row, *next);
            *next += 1;
            match needs[row].get(at) {
                None => {
                    (open[row], done[row]) = (false, true);
                    out.push(row);
                    path.pop();
                }
                Some((reference, parent)) if done[*parent] || rows[row].later.contains(reference) => {}
                Some((_, parent)) if open[*parent] => {
                    let begin = path.iter().position(|(row, _)| row == parent).unwrap_or(0);
                    return Err(path[begin..].iter().map(|&(row, next)| (row, needs[row][next - 1].0)).collect());
                }
                Some((_, parent)) => {
                    open[*parent] = true;
                    path.push((*parent, 0));
                }
            }
        }
    }
    Ok(out)
}

/// Whether the reference may be NULL until its parent is there, and is written by itself afterwards.
fn can_wait(row: &Placed, reference: usize) -> bool {
    let reference = &row.shape.references[reference];
    let nullable = |name: &String| row.shape.column(name).is_some_and(|column| !column.not_null);
    !row.shape.in_key(reference) && !row.shape.is_silent(reference) && row.shape.owned(reference).all(nullable)
}

fn hard_circle(rows: &[Placed], circle: &[(usize, usize)]) -> Error {
    let (row, reference) = circle[0];
    let row = &rows[row];
    let label = row.shape.references[reference].label();
    Error::usage(format!("row {} and its parents point to each other in a circle", row.key.display()))
        .object(&row.shape.table)
        .hint(format!("one of them has to come first: let `{label}` be NULL, or leave it out of the set"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::sync::fixture::{bundle, row, shape};

    fn keys(order: &Order) -> Vec<String> {
        order.rows.iter().map(|row| row.key.display()).collect()
    }

    #[test]
    fn a_tree_in_one_table_is_written_from_its_root() {
        let rows = vec![row("a", "1", Some("b")), row("b", "1", Some("c")), row("c", "1", Some("x"))];
        let bundle = bundle(vec![(shape("t", Some("t")), rows)]);
        let order = order(&bundle).expect("order");
        assert_eq!(keys(&order), ["c", "b", "a"]);
        assert_eq!(order.elsewhere.iter().map(|(_, key, _)| key.display()).collect::<Vec<_>>(), ["x"]);
    }

    #[test]
    fn a_circle_waits_where_it_can_and_is_an_error_where_not() {
        let rows = || vec![row("a", "1", Some("b")), row("b", "1", Some("a")), row("self", "1", Some("self"))];
        let soft = bundle(vec![(shape("t", Some("t")), rows())]);
        let found = order(&soft).expect("order");
        assert_eq!(keys(&found).len(), 3);
        let waits: Vec<_> =
            found.rows.iter().filter(|row| !row.later.is_empty()).map(|row| row.key.display()).collect();
        assert_eq!(waits, ["a", "self"], "one of the two is enough");
        let mut hard = shape("t", Some("t"));
        hard.columns[2].not_null = true;
        let hard = bundle(vec![(hard, rows())]);
        let error = order(&hard).err().expect("a circle");
        assert!(error.to_string().contains("in a circle") && error.to_string().contains("`parent`"), "{error}");
    }

    #[test]
    fn a_key_that_two_rows_have_is_refused() {
        let twice = bundle(vec![(shape("t", None), vec![row("a", "1", None), row("a", "2", None)])]);
        assert!(order(&twice).err().expect("twice").to_string().contains("several rows have the key a"));
    }
}
