//! What each key of a row means: a column, a parent's key, or rows that are nested in it.

use super::{
    Draft,
    leads::{Leads, Origin, aliases, slots},
    value::Object,
};
use crate::core::{
    error::{Error, Result, nearest},
    schema::Definition,
    sync::{
        shape::{Part, Role, Shape},
        sql::Slot,
    },
};

/// Rows that are nested in others.
#[derive(Debug)]
pub(super) struct Child {
    /// The key of the list.
    pub(super) key: String,
    /// The place of their table.
    pub(super) shape: usize,
    /// The place of the reference to the row around them.
    pub(super) reference: usize,
}

/// How the rows of one table are read.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// One for each slot of the draft.
    pub(super) origins: Vec<Origin>,
    pub(super) nested: Vec<Child>,
    pub(super) warnings: Vec<String>,
    key: Vec<Slot>,
    columns: Vec<usize>,
    references: Vec<usize>,
    leaves: Vec<Slot>,
    /// Keys that mean nothing here.
    unknown: Vec<String>,
}

/// The table whose rows `objects` are.
pub(super) fn root(objects: &[Object], shapes: &[Shape]) -> Result<usize> {
    let objects: Vec<&Object> = objects.iter().collect();
    let mut fits: Vec<(usize, usize)> = Vec::new();
    let mut why = None;
    for at in 0..shapes.len() {
        match Layout::of(shapes, at, None, &objects) {
            Ok(layout) => fits.push((layout.unknown.len(), at)),
            Err(error) => _ = why.get_or_insert(error),
        }
    }
    fits.sort_unstable();
    let names = |fits: &[(usize, usize)]| {
        let names: Vec<_> = fits.iter().map(|(_, at)| shapes[*at].table.to_string()).collect();
        names.join(", ")
    };
    match fits.as_slice() {
        [] => Err(why.unwrap_or_else(|| Error::usage("the sync set has no tables"))),
        [(fewest, _), (next, _), ..] if fewest == next => {
            let alike: Vec<_> = fits.iter().filter(|(unknown, _)| unknown == fewest).copied().collect();
            Err(Error::usage(format!("its rows could be of any of: {}", names(&alike)))
                .hint("add a column to the query that only one of them has"))
        }
        [(_, at), ..] => {
            let layout = Layout::of(shapes, *at, None, &objects)?;
            if layout.unknown.len() > layout.columns.len() {
                return Err(Error::usage(format!("most of its keys are not there: {}", layout.unknown.join(", ")))
                    .object(&shapes[*at].table)
                    .hint("name the set that the rows belong to"));
            }
            Ok(*at)
        }
    }
}

/// Rows with other keys than the rest would look as if their columns were NULL.
pub(super) fn alike(shape: &Shape, objects: &[&Object]) -> Result<()> {
    let Some((first, rest)) = objects.split_first() else { return Ok(()) };
    for (at, object) in rest.iter().enumerate() {
        let differs = first.keys().iter().find(|key| !object.has(key)).map(|key| (at + 2, key));
        let other = || object.keys().iter().find(|key| !first.has(key)).map(|key| (1, key));
        if let Some((row, key)) = differs.or_else(other) {
            return Err(Error::usage(format!("row {row} has no `{key}`, and others have"))
                .object(&shape.table)
                .hint("let the query write every column of every row, also where it is NULL"));
        }
    }
    Ok(())
}

impl Layout {
    /// What the keys of `objects` mean in the table at `at`; `around` is its reference to the rows around them.
    pub(super) fn of(shapes: &[Shape], at: usize, around: Option<usize>, objects: &[&Object]) -> Result<Layout> {
        let shape = &shapes[at];
        let keys = objects.first().map_or(&[][..], |object| object.keys());
        let mut this = Layout::default();
        let mut raw: Vec<&str> = Vec::new();
        let mut rest: Vec<&String> = Vec::new();
        for key in keys {
            match shape.position(key) {
                Some(place) if shape.columns[place].role.travels() => this.columns.push(place),
                Some(place) if shape.columns[place].role == Role::Foreign => raw.push(key),
                Some(_) => {}
                None => rest.push(key),
            }
        }
        let mut leads = Leads::of(shape, &rest);
        this.nested(shapes, at, objects, &mut rest, &leads)?;
        rest.retain(|key| !leads.takes(key));
        this.unknown = rest.into_iter().cloned().collect();
        let columns = || shape.columns.iter().map(|column| column.name.as_str());
        let unknown = |key: &String| {
            let near = nearest(key, columns()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("`{key}` is not a column of it, left out{near}")
        };
        this.warnings = this.unknown.iter().map(unknown).collect();
        let shared = |at: &&usize| shape.references.iter().any(|r| r.plain.contains(&shape.columns[**at].name));
        let shared = this.columns.iter().filter(shared).map(|at| shape.columns[*at].name.as_str());
        leads.by_value(shape, &raw.iter().copied().chain(shared).collect::<Vec<_>>());
        if let Some(around) = around {
            leads.found[around] =
                (0..shape.references[around].leaves()).map(|leaf| Some(Origin::Around(leaf))).collect();
        }
        this.resolve(shape, keys, &leads)?;
        this.warn_of_ids(shape, &raw, &leads);
        Ok(this)
    }

    /// The draft that it fills.
    pub(super) fn draft(&self, shape: &Shape) -> Draft {
        Draft::new(shape, self.key.clone(), &self.columns, &self.references, self.leaves.clone())
    }

    fn resolve(&mut self, shape: &Shape, keys: &[String], leads: &Leads) -> Result<()> {
        let missing = |column: &str, hint: String| {
            Error::usage(format!("its rows have no `{column}`, which is a part of its key"))
                .object(&shape.table)
                .hint(format!("add {hint} to the query"))
        };
        for part in &shape.key {
            match part {
                Part::Column { name, .. } if !keys.contains(name) => return Err(missing(name, format!("`{name}`"))),
                Part::Column { name, cast } => {
                    self.key.push(Slot {
                        label: name.clone(),
                        cast: cast.clone(),
                        leaf: true,
                        definition: Definition::default(),
                    });
                    self.origins.push(Origin::Key(name.clone()));
                }
                Part::Expression { sql } => {
                    return Err(Error::usage(format!("a part of its key is an expression ({sql})"))
                        .object(&shape.table)
                        .hint("use the query that `pgdeck sync query` prints"));
                }
                Part::Reference(reference) => {
                    let place = shape.references.iter().position(|known| known.columns == reference.columns);
                    let origins = place.and_then(|place| leads.whole(place));
                    let origins = origins.ok_or_else(|| {
                        let aliases: Vec<_> = aliases(reference).iter().map(|alias| format!("`{alias}`")).collect();
                        missing(&reference.label(), aliases.join(" and "))
                    })?;
                    self.key.extend(slots(reference));
                    self.origins.extend(origins);
                }
            }
        }
        self.origins.extend(self.columns.iter().map(|at| Origin::Key(shape.columns[*at].name.clone())));
        for (at, reference) in shape.references.iter().enumerate() {
            if let Some(origins) = leads.whole(at) {
                self.references.push(at);
                self.leaves.extend(slots(reference));
                self.origins.extend(origins);
            }
        }
        Ok(())
    }

    fn warn_of_ids(&mut self, shape: &Shape, raw: &[&str], leads: &Leads) {
        for (at, reference) in shape.references.iter().enumerate().filter(|(at, _)| leads.whole(*at).is_none()) {
            let given = reference.columns.iter().any(|column| raw.contains(&column.as_str()));
            if given || leads.found[at].iter().any(Option::is_some) {
                let aliases: Vec<_> = aliases(reference).iter().map(|alias| format!("`{alias}`")).collect();
                self.warnings.push(format!(
                    "`{}` holds ids of the source and does not travel; add {} to the query",
                    reference.label(),
                    aliases.join(" and ")
                ));
            }
        }
    }

    /// Finds the tables of nested rows, and takes their keys out of `rest`.
    fn nested(
        &mut self,
        shapes: &[Shape],
        at: usize,
        objects: &[&Object],
        rest: &mut Vec<&String>,
        leads: &Leads,
    ) -> Result<()> {
        for key in rest.clone() {
            let children: Vec<Object> =
                match objects.iter().filter(|object| object.is_list(key)).map(|object| object.list(key)).next() {
                    Some(list) => list?,
                    None => Vec::new(),
                };
            let found = child(shapes, at, key, &children.iter().collect::<Vec<_>>());
            match found {
                Ok(child) => self.nested.push(child),
                // Without a row nothing tells that it is a list at all.
                Err(_) if children.is_empty() => continue,
                Err(error) => return Err(error),
            }
            if leads.takes(key) {
                self.nested.pop();
                continue;
            }
            rest.retain(|known| *known != key);
        }
        Ok(())
    }
}

/// The table whose rows stand in the list `key` of rows of the table at `at`.
fn child(shapes: &[Shape], at: usize, key: &str, rows: &[&Object]) -> Result<Child> {
    let parent = &shapes[at].table;
    let mut fits: Vec<(bool, usize, Child)> = Vec::new();
    let mut candidates = Vec::new();
    let mut why = None;
    for (place, shape) in shapes.iter().enumerate() {
        let to: Vec<_> = (0..shape.references.len()).filter(|r| shape.references[*r].table == *parent).collect();
        let in_key = to.iter().copied().find(|r| shape.in_key(&shape.references[*r]));
        let Some(reference) = in_key.or((to.len() == 1).then(|| to[0])) else { continue };
        candidates.push(shape.table.to_string());
        let unnamed = !alike_named(&shape.table.name, key);
        let child = Child { key: key.to_owned(), shape: place, reference };
        if rows.is_empty() {
            if !unnamed {
                fits.push((unnamed, 0, child));
            }
            continue;
        }
        match Layout::of(shapes, place, Some(reference), rows) {
            Ok(layout) if !unnamed || layout.unknown.is_empty() => fits.push((unnamed, layout.unknown.len(), child)),
            Err(error) if !unnamed => why = Some(error),
            Ok(_) | Err(_) => {}
        }
    }
    fits.sort_by_key(|(unnamed, unknown, _)| (*unnamed, *unknown));
    let alone = fits.len() < 2 || (fits[0].0, fits[0].1) != (fits[1].0, fits[1].1);
    match (fits.into_iter().next(), why) {
        (Some((.., child)), _) if alone => Ok(child),
        (None, Some(why)) => Err(why),
        _ => {
            let candidates = if candidates.is_empty() { "none".to_owned() } else { candidates.join(", ") };
            Err(Error::usage(format!(
                "which table the rows under `{key}` are of is not clear; those that point to it: {candidates}"
            ))
            .object(parent)
            .hint("name the list like the table, with columns of the table alone"))
        }
    }
}

/// Whether a list is named like a table, or like the end of its name: `modules` and `program_modules`.
fn alike_named(table: &str, key: &str) -> bool {
    let plain = |name: &str| name.to_lowercase().trim_end_matches('s').to_owned();
    let (table, key) = (plain(table), plain(key));
    table == key || table.ends_with(&format!("_{key}"))
}
