//! What is known without asking: privileges, NULLs, replica identity and publications.

use std::collections::BTreeSet;

use super::{Narrow, Rules, WriteRules, resulting};
use crate::core::{
    schema::Origin,
    sync::{
        diff::{Change, Field, Review, RowReview, TableReview},
        shape::Shape,
    },
};

/// Blocks every row that the server would refuse, and says which of the others could not be undone.
pub fn block_refused(review: &mut Review, rules: &Rules) {
    for table in &mut review.tables {
        let (Some(shape), Some(rules)) = (table.shape.clone(), rules.get(&table.table)) else { continue };
        for row in table.rows.iter_mut().filter(|row| row.blocked.is_none()) {
            row.blocked = refusal(&shape, row, rules);
            if row.blocked.is_none()
                && let Some(column) = null_refused(&shape, row)
            {
                let side = if changed_columns(&shape, row).contains(column.as_str()) { "source" } else { "target" };
                let what = format!("`{column}` is NULL in the {side} and must not be NULL in the target");
                if rules.may_change(row.change) {
                    row.notes.push(format!("{what}: the server refuses the row unless a trigger fills it"));
                } else {
                    row.blocked = Some(what);
                }
            }
            if let Some(column) = null_lost(&shape, row).filter(|_| row.blocked.is_none()) {
                row.notes.push(format!(
                    "`{column}` is NULL in the target and must not be: the server would refuse to take it back, so this \
                     change cannot be undone"
                ));
            }
        }
        let warnings = undo_warnings(table, &shape, rules);
        table.warnings.extend(warnings);
    }
}

fn refusal(shape: &Shape, row: &RowReview, rules: &WriteRules) -> Option<String> {
    let (role, table) = (&rules.role, &shape.table);
    if !rules.usage {
        return Some(format!("the role `{role}` has no USAGE privilege on schema `{}`", rules.schema));
    }
    let lacks = |privilege: &str| Some(format!("the role `{role}` has no {privilege} privilege on {table}"));
    let unidentified = |command: &str, relations: &[String]| {
        let relation = relations.first()?;
        Some(format!(
            "{relation} is published and has no replica identity, so the server refuses {command}: \
             ALTER TABLE {relation} REPLICA IDENTITY FULL, or give it a primary key"
        ))
    };
    match row.change {
        Change::Insert => {
            let columns = changed_columns(shape, row);
            let missing = columns.iter().find(|column| !rules.insert.iter().any(|known| known == *column));
            match missing {
                Some(_) if rules.insert.is_empty() => lacks("INSERT"),
                Some(column) => lacks(&format!("INSERT ({column})")),
                None => sequence_refused(shape, &columns, rules),
            }
        }
        Change::Update | Change::Representation => {
            let columns = changed_columns(shape, row);
            let missing = columns.iter().find(|column| !rules.update.iter().any(|known| known == *column));
            match missing {
                Some(_) if rules.update.is_empty() => lacks("UPDATE"),
                Some(column) => lacks(&format!("UPDATE ({column})")),
                None => unidentified("UPDATE", &rules.unidentified_updates)
                    .or_else(|| narrow("UPDATE", rules.narrow.iter().find(|narrow| narrow.updates))),
            }
        }
        Change::Delete if !rules.delete => lacks("DELETE"),
        // Rows are locked while they are compared with what was reviewed, and a lock needs UPDATE on some column.
        Change::Delete if rules.update.is_empty() => {
            Some(format!("the role `{role}` has no UPDATE privilege on {table}, which locking the row needs"))
        }
        Change::Delete => unidentified("DELETE", &rules.unidentified_deletes)
            .or_else(|| narrow("DELETE", rules.narrow.iter().find(|narrow| narrow.deletes))),
    }
}

/// Why the server refuses `command` because of a publication.
fn narrow(command: &str, narrow: Option<&Narrow>) -> Option<String> {
    let Narrow { relation, publication, filter, .. } = narrow?;
    Some(if *filter {
        format!(
            "the publication `{publication}` filters the rows of {relation} by columns outside of its replica identity, so \
             the server refuses {command}: ALTER TABLE {relation} REPLICA IDENTITY FULL, or filter by other columns"
        )
    } else {
        format!(
            "the publication `{publication}` publishes only some columns of {relation}, and not all of its replica \
             identity, so the server refuses {command}: add those columns to the publication"
        )
    })
}

/// The columns that `row` writes.
fn changed_columns<'a>(shape: &'a Shape, row: &RowReview) -> BTreeSet<&'a str> {
    let columns = row.cells.iter().flat_map(|cell| match cell.field {
        Field::Column(at) => vec![shape.columns[at].name.as_str()],
        Field::Reference(at) => shape.owned(&shape.references[at]).map(String::as_str).collect(),
    });
    columns.collect()
}

/// A sequence whose next number a new row needs, and which the role may not use. That a sequence cannot be moved past a
/// number which the row brings along is a warning of the table, because it may not have to be.
fn sequence_refused(shape: &Shape, columns: &BTreeSet<&str>, rules: &WriteRules) -> Option<String> {
    let needed = |column: &str| shape.column(column).is_some() && !columns.contains(column);
    let refused = rules.sequences.iter().find(|rights| !rights.next && needed(&rights.column))?;
    Some(format!(
        "the role `{}` has no USAGE privilege on the sequence {} behind `{}`",
        rules.role, refused.sequence, refused.column
    ))
}

/// The first column that must not be NULL and would be.
fn null_refused(shape: &Shape, row: &RowReview) -> Option<String> {
    if row.change == Change::Delete {
        return None;
    }
    let columns = changed_columns(shape, row);
    // An update is checked as a whole: a NULL that was there before the column had to have a value is refused, too.
    let unchanged = shape.columns.iter().map(|column| column.name.as_str()).filter(|_| row.change != Change::Insert);
    let mut refused = columns.iter().copied().chain(unchanged).filter(|name| {
        shape.column(name).is_some_and(|column| column.not_null) && resulting(shape, row, name) == Some(None)
    });
    refused.next().map(str::to_owned)
}

/// The first column that must not be NULL, that is in the target, and that `row` takes its NULL from.
fn null_lost(shape: &Shape, row: &RowReview) -> Option<String> {
    let target = row.target.as_ref()?;
    let columns = changed_columns(shape, row);
    let goes = |name: &str| row.change == Change::Delete || columns.contains(name);
    let nulls = shape.columns.iter().zip(&target.columns).filter(|(column, value)| column.not_null && value.is_none());
    nulls.map(|(column, _)| column.name.clone()).find(|name| goes(name))
}

/// What could be applied and not be undone.
fn undo_warnings(table: &TableReview, shape: &Shape, rules: &WriteRules) -> Vec<String> {
    let mut out = Vec::new();
    let role = &rules.role;
    let moves = |change| table.count(change) > 0;
    if moves(Change::Insert) && (!rules.delete || rules.update.is_empty()) {
        let privilege = if rules.delete { "UPDATE" } else { "DELETE" };
        out.push(format!("new rows cannot be undone: the role `{role}` has no {privilege} privilege"));
    }
    if moves(Change::Insert) && !rules.unidentified_deletes.is_empty() {
        out.push("new rows cannot be undone: the table is published without a replica identity for DELETE".to_owned());
    } else if let Some(why) =
        narrow("DELETE", rules.narrow.iter().find(|narrow| narrow.deletes && moves(Change::Insert)))
    {
        out.push(format!("new rows cannot be undone: {why}"));
    }
    if moves(Change::Delete) {
        let lacking = shape.columns.iter().filter(|column| column.origin != Origin::Generated);
        let lacking = lacking.map(|column| &column.name).find(|name| !rules.insert.contains(name));
        if let Some(column) = lacking {
            out.push(format!("deletes cannot be undone: the role `{role}` has no INSERT privilege on `{column}`"));
        } else if let Some(rights) = rules.sequences.iter().find(|rights| !rights.set) {
            out.push(format!(
                "deletes cannot be undone: the role `{role}` has no UPDATE privilege on the sequence {}",
                rights.sequence
            ));
        }
    }
    out
}
