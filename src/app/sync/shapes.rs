//! The shapes of sets in one database.

use crate::{
    app::deck::Deck,
    core::{
        error::{Error, Result},
        name::QName,
        schema::Catalog,
        sync::{set::MissingParent, shape::Shape},
    },
};

/// The shapes of the sets `names` (all when empty), in the order of the sets.
pub(super) fn shapes(deck: &Deck, catalog: &Catalog, names: &[String]) -> Result<Vec<Shape>> {
    let mut shapes: Vec<Shape> = Vec::new();
    for set in deck.project.sets.pick(names)? {
        for table in &set.tables {
            let shape = Shape::build(catalog, &deck.project.sets, &set.name, table)?;
            // A table may stand in several sets; its rows are read once, so the sets must mean the same rows.
            match shapes.iter().find(|known| known.table == shape.table) {
                None => shapes.push(shape),
                Some(known) if alike(known, &shape) => {}
                Some(known) => return Err(not_alike(&known.set, &shape)),
            }
        }
    }
    Ok(shapes)
}

/// Whether both mean the same rows; what is doubtful of them may be said in one set and answered in the other.
fn alike(known: &Shape, shape: &Shape) -> bool {
    Shape { set: known.set.clone(), warnings: known.warnings.clone(), ..shape.clone() } == *known
}

fn not_alike(set: &str, shape: &Shape) -> Error {
    Error::usage(format!("sync sets `{set}` and `{}` do not treat it alike, so they cannot go together", shape.set))
        .object(&shape.table)
        .hint("name the sets, and sync them one after the other")
}

/// `shape`, which another database has, as the project declares it in the database of `catalog`.
pub(super) fn counterpart(deck: &Deck, catalog: &Catalog, shape: &Shape) -> Result<Shape> {
    let spec = deck.project.sets.declaration(&shape.set, &shape.table).ok_or_else(|| {
        Error::usage(format!("pgdeck.toml has no sync set `{}` with this table", shape.set)).object(&shape.table)
    })?;
    Shape::build(catalog, &deck.project.sets, &shape.set, spec)
}

/// The tables beyond `shapes` whose rows may come along because a row needs its parent, each with the rule that its
/// own parents come along too.
pub(super) fn included(deck: &Deck, catalog: &Catalog, shapes: &[Shape]) -> Result<Vec<Shape>> {
    let mut out: Vec<Shape> = Vec::new();
    let mut open: Vec<Shape> =
        shapes.iter().filter(|shape| shape.on_missing_parent == MissingParent::Include).cloned().collect();
    let mut seen: Vec<QName> = Vec::new();
    while let Some(shape) = open.pop() {
        for reference in &shape.references {
            if seen.contains(&reference.table) {
                continue;
            }
            seen.push(reference.table.clone());
            if let Some(known) = shapes.iter().find(|known| known.table == reference.table) {
                open.push(known.clone());
                continue;
            }
            let Some(set) = deck.project.sets.set_of(&reference.table) else { continue };
            let Some(spec) = set.table(&reference.table) else { continue };
            let built = Shape::build(catalog, &deck.project.sets, &set.name, spec)?;
            let parent = Shape { on_missing_parent: MissingParent::Include, deletes: false, ..built };
            open.push(parent.clone());
            out.push(parent);
        }
    }
    out.sort_by(|a, b| a.table.cmp(&b.table));
    Ok(out)
}
