//! What a plan may do at all: what `pgdeck.toml` and the catalogue say of its tables, whatever the plan itself says.
//!
//! A digest shows that a plan was not changed by accident; whoever can write the file can compute it anew. So nothing of a
//! plan is believed that becomes SQL, or that keeps a write in its place: it has to be what a review would make of it now.

use super::{
    never::why_never,
    plan::{Assignment, Operation, Plan, Step, guards},
    set::Sets,
    shape::{Child, Part, Reference, Role, Shape, UniqueRule, children, known_table},
    sql,
};
use crate::core::{
    error::{Error, Result},
    name::QName,
    schema::{Catalog, Table},
};

/// Refuses a plan that goes beyond what `sets` declare in the database of `catalog`, in which their references are.
///
/// # Errors
/// `Refused`, with the table.
pub fn check(plan: &Plan, catalog: &Catalog, sets: &Sets) -> Result<()> {
    for shape in &plan.shapes {
        never(catalog, sets, &shape.table)?;
        if plan.undoes.is_some() {
            // What was declared may be declared otherwise since, and the run still has to be taken back.
            as_in_catalogue(catalog, shape)?;
        } else {
            as_declared(catalog, sets, shape)?;
        }
    }
    if plan.undoes.is_none() {
        for step in &plan.steps {
            let shape = plan.shape(&step.table)?;
            writes_what_travels(shape, step)?;
            guards_as_reviewed(shape, step)?;
        }
    }
    Ok(())
}

fn never(catalog: &Catalog, sets: &Sets, table: &QName) -> Result<()> {
    match why_never(catalog, sets, table) {
        None => Ok(()),
        Some(why) => Err(Error::refused(format!("{why}, and the plan writes it")).object(table)),
    }
}

fn as_declared(catalog: &Catalog, sets: &Sets, shape: &Shape) -> Result<()> {
    let spec = sets.declaration(&shape.set, &shape.table).ok_or_else(|| {
        Error::refused(format!("pgdeck.toml has no sync set `{}` with this table, and the plan writes it", shape.set))
            .object(&shape.table)
            .hint("review again")
    })?;
    let built = Shape::build(catalog, sets, &shape.set, spec)?;
    if let Some(why) = &built.blocked {
        return Err(Error::refused(format!("{why}, and the plan writes it")).object(&shape.table));
    }
    match unlike(shape, &built) {
        None => Ok(()),
        Some(what) => Err(Error::refused(format!("the plan does not match pgdeck.toml and the target: {what}"))
            .object(&shape.table)
            .hint("review again; pgdeck.toml may have been changed since the review")),
    }
}

/// What a plan says of a table otherwise than a review would.
fn unlike(shape: &Shape, built: &Shape) -> Option<String> {
    if let Some((known, _)) = shape.columns.iter().zip(&built.columns).find(|(known, built)| known != built) {
        return Some(format!("column `{}` differs", known.name));
    }
    let parts: [(&str, bool); 9] = [
        ("the columns differ", shape.columns.len() == built.columns.len()),
        ("the key differs", shape.key == built.key),
        ("the references differ", shape.references == built.references),
        ("the primary key differs", shape.locator == built.locator),
        ("the unique indexes differ", shape.uniques == built.uniques),
        ("the foreign keys that point to it differ", same_children(&shape.children, &built.children)),
        ("`where` differs", shape.filter == built.filter),
        ("`ids` differs", shape.keep_ids == built.keep_ids),
        ("its kind differs", shape.partitioned == built.partitioned),
    ];
    parts.iter().find(|(_, same)| !same).map(|(what, _)| (*what).to_owned())
}

fn same_children(known: &[Child], built: &[Child]) -> bool {
    known.len() == built.len() && known.iter().zip(built).all(|(known, built)| known.is_same(built))
}

/// What becomes SQL, or guards a delete, has to be what the catalogue says.
fn as_in_catalogue(catalog: &Catalog, shape: &Shape) -> Result<()> {
    let table = known_table(catalog, &shape.table)?;
    let differs = |what: String| {
        Err(Error::refused(format!("the run's record does not match the target: {what}")).object(&shape.table))
    };
    for column in &shape.columns {
        if cast(table, &column.name) != Some(&column.cast) {
            return differs(format!("column `{}` differs", column.name));
        }
    }
    for reference in shape.references.iter().chain(shape.key.iter().filter_map(referring)) {
        if let Some(what) = unlike_reference(catalog, table, reference) {
            return differs(what);
        }
    }
    let key = shape.key.iter().all(|part| match part {
        Part::Column { name, cast: known } => cast(table, name) == Some(known),
        Part::Expression { .. } | Part::Reference(_) => true,
    });
    match () {
        () if !key => differs("the key differs".to_owned()),
        // What was dropped since restricts nothing.
        () if children(catalog, &shape.table).iter().any(|child| !shape.children.iter().any(|c| c.is_same(child))) => {
            differs("the foreign keys that point to it differ".to_owned())
        }
        () if table.uniques.iter().map(UniqueRule::of).any(|unique| !shape.uniques.contains(&unique)) => {
            differs("the unique indexes differ".to_owned())
        }
        () => Ok(()),
    }
}

fn cast<'a>(table: &'a Table, column: &str) -> Option<&'a String> {
    table.column(column).map(|column| &column.cast)
}

fn referring(part: &Part) -> Option<&Reference> {
    match part {
        Part::Reference(reference) => Some(reference),
        Part::Column { .. } | Part::Expression { .. } => None,
    }
}

fn unlike_reference(catalog: &Catalog, table: &Table, reference: &Reference) -> Option<String> {
    let what = || format!("the reference by `{}` differs", reference.label());
    let Some(parent) = catalog.table(&reference.table) else { return Some(what()) };
    let casts = reference.columns.iter().zip(&reference.casts).all(|(name, known)| cast(table, name) == Some(known));
    let parts = reference.key.iter().all(|part| match part {
        Part::Column { name, cast: known } => cast(parent, name) == Some(known),
        Part::Expression { .. } => true,
        Part::Reference(next) => unlike_reference(catalog, parent, next).is_none(),
    });
    (!(casts && parts)).then(what)
}

/// A step of a review writes columns that travel, and no other.
fn writes_what_travels(shape: &Shape, step: &Step) -> Result<()> {
    let travels = |role: Role| match step.operation {
        Operation::Insert => role.travels() || role == Role::Foreign,
        Operation::Update => matches!(role, Role::Value | Role::Foreign | Role::Cleared),
        Operation::Delete => false,
    };
    let written = |assignment: &Assignment| -> Vec<String> {
        sql::written(shape, assignment).map(|(_, _, name)| name.to_owned()).collect()
    };
    for name in step.set.iter().flat_map(written) {
        let what = match shape.column(&name) {
            Some(column) if !travels(column.role) => "which does not travel",
            Some(_) => continue,
            None => "which the table does not have",
        };
        return Err(Error::refused(format!("the plan writes column `{name}`, {what}"))
            .object(&shape.table)
            .hint("review again"));
    }
    Ok(())
}

/// A step of a review guards all that its kind compares, so that nobody's change since is written over.
fn guards_as_reviewed(shape: &Shape, step: &Step) -> Result<()> {
    let guarded = |name: &str| shape.column(name).is_some_and(|column| guards(step.operation, column.role));
    let missing = shape
        .columns
        .iter()
        .find(|column| guards(step.operation, column.role) && !step.guard.contains_key(&column.name));
    let what = match (missing, step.guard.keys().find(|name| !guarded(name))) {
        (Some(column), _) => format!("the plan does not compare column `{}` of {}", column.name, step.key.display()),
        (None, Some(name)) => {
            format!("the plan compares column `{name}` of {}, which a review does not", step.key.display())
        }
        (None, None) => return Ok(()),
    };
    Err(Error::refused(what).object(&shape.table).hint("review again"))
}
