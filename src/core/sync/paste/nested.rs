//! Nested JSON that was written by hand: rows of one table, with lists of the rows that point to them.
//!
//! Only what is there travels. A foreign key is known by nesting, or by its parent's key under an alias
//! (`category_name` for `category_id`); its raw value belongs to the source alone.

mod layout;
mod leads;
mod value;

use serde_json::value::RawValue;

use self::{layout::Layout, leads::Origin, value::Object};
use super::Document;
use crate::core::{
    error::{Error, Result},
    name::QName,
    sync::{
        bundle::BundleTable,
        row::{Key, Row, Value},
        shape::{Part, Reference, Role, Shape},
        sql::Slot,
    },
};

/// Rows of one table, not yet as its server writes them.
#[derive(Debug, Clone)]
pub struct Draft {
    shape: Shape,
    /// What each row has a value for: first its key, then its columns, then its parents' keys.
    pub slots: Vec<Slot>,
    /// The rows.
    pub rows: Vec<Vec<Value>>,
    key: usize,
    columns: Vec<usize>,
    /// For each reference, which values of its parent's key are columns that travel as they are.
    references: Vec<Vec<bool>>,
}

/// What was found in a document.
#[derive(Debug, Clone, Default)]
pub struct Nested {
    /// The tables, parents before children.
    pub drafts: Vec<Draft>,
    /// What the operator should know of each table.
    pub warnings: Vec<(QName, String)>,
}

/// Finds the rows of the set with these `shapes`, as the target has them.
pub fn drafts(name: &str, document: &Document, shapes: &[Shape]) -> Result<Nested> {
    let list: Option<Vec<&RawValue>> =
        serde_json::from_str(&document.json).map_err(|error| document.broken(name, &error))?;
    let place = |error: Error| error.at(format!("{name}:{}", document.line));
    let objects = list.unwrap_or_default().into_iter().map(Object::read).collect::<Result<Vec<_>>>().map_err(place)?;
    if objects.is_empty() {
        return Err(place(Error::usage("it holds no rows").hint("check the condition of the query")));
    }
    let mut out = Nested::default();
    let root = layout::root(&objects, shapes).map_err(place)?;
    let unchecked = "JSON written by hand has no checksum: whether it is complete cannot be seen";
    out.warnings.push((shapes[root].table.clone(), unchecked.to_owned()));
    let rows = objects.into_iter().map(|object| (object, Vec::new())).collect();
    out.level(shapes, root, None, rows).map_err(place)?;
    Ok(out)
}

impl Nested {
    /// The rows of one table, and then those nested in them. Each row comes with the key of the row around it.
    fn level(
        &mut self,
        shapes: &[Shape],
        at: usize,
        around: Option<usize>,
        rows: Vec<(Object, Vec<Value>)>,
    ) -> Result<()> {
        let shape = &shapes[at];
        if self.drafts.iter().any(|draft| draft.shape.table == shape.table) {
            return Err(Error::usage("its rows stand in two places").object(&shape.table).hint("list them once"));
        }
        let objects: Vec<&Object> = rows.iter().map(|(object, _)| object).collect();
        layout::alike(shape, &objects)?;
        let layout = Layout::of(shapes, at, around, &objects)?;
        self.warnings.extend(layout.warnings.iter().map(|warning| (shape.table.clone(), warning.clone())));
        let mut draft = layout.draft(shape);
        let mut nested: Vec<Vec<(Object, Vec<Value>)>> = layout.nested.iter().map(|_| Vec::new()).collect();
        for (number, (object, parent)) in rows.into_iter().enumerate() {
            let read = |(slot, origin): (&Slot, &Origin)| match origin {
                Origin::Around(leaf) => Ok(parent[*leaf].clone()),
                Origin::Key(key) => object
                    .text(key, &slot.cast)
                    .map_err(|what| Error::usage(format!("row {}, `{key}`: {what}", number + 1)).object(&shape.table)),
            };
            let values: Vec<Value> = draft.slots.iter().zip(&layout.origins).map(read).collect::<Result<_>>()?;
            for (into, child) in nested.iter_mut().zip(&layout.nested) {
                let objects = object.list(&child.key).map_err(|error| error.object(&shape.table))?;
                into.extend(objects.into_iter().map(|object| (object, values[..draft.key].to_vec())));
            }
            draft.rows.push(values);
        }
        self.drafts.push(draft);
        for (child, rows) in layout.nested.iter().zip(nested) {
            if !rows.is_empty() {
                self.level(shapes, child.shape, Some(child.reference), rows)?;
            }
        }
        Ok(())
    }
}

impl Draft {
    /// The table.
    pub fn table(&self) -> &QName {
        &self.shape.table
    }

    /// The row at `at` for people: its number, and its key.
    pub fn row(&self, at: usize) -> String {
        let key = Key(self.rows[at][..self.key].to_vec());
        format!("row {} ({})", at + 1, key.display())
    }

    /// The table with `rows` as the server has written them, value by value as in [`Draft::rows`].
    pub fn finish(self, rows: Vec<Vec<Value>>) -> BundleTable {
        let (key, columns, width) = (self.key, &self.columns, self.shape.columns.len());
        let row = |values: Vec<Value>| {
            let mut values = values.into_iter();
            let key = Key(values.by_ref().take(key).collect());
            let mut row = Row { key, columns: vec![None; width], references: Vec::new(), in_scope: true };
            for &at in columns {
                row.columns[at] = values.next().flatten();
            }
            for shared in &self.references {
                let key: Vec<Value> = values.by_ref().take(shared.len()).collect();
                row.references.push(is_there(shared, &key).then_some(Key(key)));
            }
            row
        };
        let rows = rows.into_iter().map(row).collect();
        BundleTable { shape: self.shape, rows }
    }

    fn new(shape: &Shape, key: Vec<Slot>, columns: &[usize], references: &[usize], leaves: Vec<Slot>) -> Draft {
        let held = |reference: usize| &shape.references[reference];
        let keeps = |at: usize| {
            columns.contains(&at)
                || shape.columns[at].role == Role::Generated
                || shape.columns[at].role == Role::Foreign
                    && references.iter().any(|r| held(*r).columns.contains(&shape.columns[at].name))
        };
        let kept: Vec<usize> = (0..shape.columns.len()).filter(|at| keeps(*at)).collect();
        let plain = |at: &usize| {
            let column = &shape.columns[*at];
            Slot {
                label: column.name.clone(),
                cast: column.cast.clone(),
                leaf: false,
                definition: column.definition.clone(),
            }
        };
        let places = columns.iter().filter_map(|at| kept.iter().position(|known| known == at)).collect();
        let widths = references.iter().map(|reference| shared_leaves(held(*reference))).collect();
        let width = key.len();
        Draft {
            slots: key.into_iter().chain(columns.iter().map(plain)).chain(leaves).collect(),
            shape: Shape {
                columns: kept.iter().map(|at| shape.columns[*at].clone()).collect(),
                references: references.iter().map(|reference| held(*reference).clone()).collect(),
                ..shape.clone()
            },
            rows: Vec::new(),
            key: width,
            columns: places,
            references: widths,
        }
    }
}

fn shared_leaves(reference: &Reference) -> Vec<bool> {
    let shared = |name: &String| {
        let pairs = reference.referenced.iter().zip(&reference.columns);
        pairs.filter(|(referenced, _)| *referenced == name).any(|(_, column)| reference.plain.contains(column))
    };
    let part = |part: &Part| match part {
        Part::Column { name, .. } => vec![shared(name)],
        Part::Expression { .. } => vec![false],
        Part::Reference(inner) => vec![false; inner.leaves()],
    };
    reference.key.iter().flat_map(part).collect()
}

/// Whether a reference with this key leads anywhere: what it shares with plain columns has a value also where it does
/// not.
fn is_there(shared: &[bool], key: &[Value]) -> bool {
    if shared.iter().all(|shared| *shared) {
        return key.iter().all(Option::is_some);
    }
    key.iter().zip(shared).any(|(value, shared)| !shared && value.is_some())
}

#[cfg(test)]
mod tests;
