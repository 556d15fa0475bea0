//! All that there is to say about one row.

use super::{Rank, key_of, matrix, reach, rows::Row};
use crate::{
    app::audit::Audited,
    config::theme::Role,
    core::audit::{
        Check, Finding,
        check::Context,
        facts::{Oid, Relation},
        lookup::Lookup,
    },
    tui::{
        action::Action,
        model::Model,
        widget::{cell::Cell, section::head, sql},
    },
};

/// The page of `row`.
pub fn lines(model: &Model, row: &Row) -> Vec<Cell> {
    let Some(check) = row.check else {
        return vec![Cell::text("Remark").bold(), Cell::default(), Cell::text(row.remark())];
    };
    let id = Cell::of(row.rank().role(), check.id).bold();
    let mut lines = vec![id.then(Cell::text(format!("  {}", check.title)).bold()), about(row)];
    lines.extend(states(model, row));
    lines.push(Cell::default());
    match row.finding() {
        Some(finding) => lines.extend(found(model, row, finding)),
        None => lines.extend([
            Cell::of(Role::Warn, "This could not be looked at, which does not mean that it is in order."),
            Cell::text(row.detail()),
        ]),
    }
    lines.extend(explained(check));
    lines
}

/// The object with its part.
fn about(row: &Row) -> Cell {
    let object = if row.object().is_empty() { "every object" } else { row.object() };
    let part = row.part().map(|part| format!("  {part}")).unwrap_or_default();
    Cell::text(object).and(Role::Muted, part)
}

/// How bad it is, who has it, and why it is all right where somebody said so.
fn states(model: &Model, row: &Row) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let mut first = row.rank().cell(glyphs);
    if let (Rank::Accepted, Some(severity)) = (row.rank(), row.severity()) {
        first = first.and(Role::Muted, format!(", else {}", severity.word()));
    }
    first = first.and(Role::Muted, " in ").and(Role::Text, &row.source.environment);
    if let (Some(side), Some(there)) = (row.side, other(model, row)) {
        first = first.then(super::compare::also(side, there));
    }
    let mut lines = vec![first];
    if let Some(accepted) = row.finding().and_then(|finding| finding.accepted.as_ref()) {
        let until = accepted.until.as_ref().map_or("for ever".to_owned(), |until| format!("until {until}"));
        lines.push(Cell::of(Role::Ok, format!("accepted {until}: ")).and(Role::Text, &accepted.reason));
        lines.push(Cell::of(Role::Muted, &accepted.place));
    }
    lines
}

/// The name of the environment that the row's own is compared with.
fn other<'m>(model: &'m Model, row: &Row) -> Option<&'m str> {
    let mut names = model.audit.chosen.iter().chain(&model.audit.against);
    names.find(|name| **name != row.source.environment).map(String::as_str)
}

fn found(model: &Model, row: &Row, finding: &Finding) -> Vec<Cell> {
    let mut lines = vec![Cell::text(&finding.detail)];
    lines.extend(finding.evidence.iter().flat_map(|line| line.lines()).map(|line| Cell::of(Role::Muted, line)));
    if !finding.fix.trim().is_empty() {
        let says = Cell::of(Role::Muted, "  ")
            .then(key_of(model, Action::Copy))
            .and(Role::Muted, " copies it, nothing runs by itself");
        lines.extend([Cell::default(), head("fix").then(says)]);
        lines.extend(sql::lines(&finding.fix));
    }
    lines.extend(pictures(model, &row.source, finding));
    lines
}

/// Who may do what with the table, and what a delete of it reaches. Both from what was read already.
fn pictures(model: &Model, audited: &Audited, finding: &Finding) -> Vec<Cell> {
    let lookup = Lookup::new(&audited.facts);
    let context = Context { facts: &audited.facts, lookup: &lookup, rules: &audited.declared.rules };
    let mut lines = Vec::new();
    if let Some(relation) = finding.relation.and_then(|oid| lookup.relation(oid)) {
        lines.extend(matrix::lines(&context, relation, &model.look.glyphs));
    }
    if let Some(root) = root(&lookup, finding) {
        lines.extend(reach::lines(model, &lookup, root));
    }
    lines
}

/// The table with whose rows the finding is about what becomes of: the parent of a foreign key, else the table itself.
pub fn root<'a>(lookup: &Lookup<'a>, finding: &Finding) -> Option<&'a Relation> {
    let relation: Oid = finding.relation?;
    let key = lookup.keys(relation).iter().find(|key| Some(&key.name) == finding.part.as_ref());
    lookup.relation(key.map_or(relation, |key| key.references))
}

fn explained(check: &Check) -> Vec<Cell> {
    vec![
        Cell::default(),
        head("why it matters"),
        Cell::text(check.why),
        Cell::default(),
        head("how it is mended"),
        Cell::text(check.how),
        Cell::default(),
        head("manual"),
        Cell::of(Role::Muted, format!("PostgreSQL {}", check.manual)),
    ]
}
