//! All that there is to say about one row.

use super::{key_of, mark::Mark, rows::Row};
use crate::{
    config::theme::Role,
    core::drift::{Difference, Side},
    tui::{
        action::Action,
        model::Model,
        widget::{
            cell::{Cell, width},
            diff,
            section::{head, labelled},
            sql,
        },
    },
};

/// The page of `row`.
pub fn lines(model: &Model, row: &Row) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let about = row.mark().cell(glyphs).bold().and(Role::Muted, "  ");
    let mut lines = match row.unseen() {
        Some(_) => vec![about.and(Role::Text, row.kind().plural())],
        None => vec![about.and(Role::Text, row.kind().word()), Cell::text(row.object()).bold()],
    };
    match (row.difference(), row.mark()) {
        (Some(difference), Mark::Changed) => lines.extend(changed(model, row, difference)),
        (Some(_), mark) => lines.extend(alone(model, row, if mark == Mark::Added { Side::To } else { Side::From })),
        (None, Mark::Unclear) => lines.extend(unclear(model, row)),
        (None, _) => lines.extend(unseen(row)),
    }
    lines.extend(others(row));
    lines.extend(super::summary::how(&row.source));
    lines
}

/// Of what one side has alone: who, and its SQL.
fn alone(model: &Model, row: &Row, side: Side) -> Vec<Cell> {
    let other = if side == Side::To { Side::From } else { Side::To };
    let who = Cell::of(Role::Muted, "in ").and(Role::Text, row.name(side));
    let mut lines = vec![who.and(Role::Muted, ", not in ").and(Role::Text, row.name(other))];
    let (from, to) = row.both();
    lines.extend(source(model, row, side, if side == Side::To { to } else { from }));
    lines
}

fn changed(model: &Model, row: &Row, difference: &Difference) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let (from, to) = (difference.from.as_deref(), difference.to.as_deref());
    let (old, new) = (difference.definitions.0.as_deref(), difference.definitions.1.as_deref());
    let sql = old.zip(new).filter(|(old, new)| old != new);
    let several = |one: &str, other: &str| one.trim().contains('\n') || other.trim().contains('\n');
    let long = several(from.unwrap_or_default(), to.unwrap_or_default());
    let mut lines = Vec::new();
    // Where the SQL shows it line by line, the field would show it once more.
    let by_line = sql.filter(|(old, new)| several(old, new));
    if !(long && by_line.is_some()) {
        lines.extend([Cell::default(), head(row.field().unwrap_or_default())]);
        lines.extend(if long { diffed(model, row, from, to) } else { values(row, from, to, glyphs.ellipsis) });
    }
    if let Some((old, new)) = by_line {
        lines.extend([Cell::default(), head(&format!("line by line: {}", row.field().unwrap_or_default()))]);
        lines.extend(diffed(model, row, Some(old), Some(new)));
    }
    match (old, new) {
        (None, None) => {}
        (Some(old), Some(new)) if old == new => {
            lines.extend([Cell::default(), head("SQL in both").then(copies(model, row, Side::From))]);
            lines.extend(sql::lines(old));
        }
        _ => {
            lines.extend(source(model, row, Side::From, old));
            lines.extend(source(model, row, Side::To, new));
        }
    }
    lines
}

/// Two values in a line each, with the words that differ.
fn values(row: &Row, from: Option<&str>, to: Option<&str>, ellipsis: &str) -> Vec<Cell> {
    let room = width(&row.name(Side::From)).max(width(&row.name(Side::To))) + 1;
    let (old, new) = match (from, to) {
        (Some(from), Some(to)) => diff::words(from, to, ellipsis),
        (from, to) => {
            (Cell::of(Role::Removed, from.unwrap_or_default()), Cell::of(Role::Added, to.unwrap_or_default()))
        }
    };
    let shown = |value: Cell, known: bool| if known { value } else { Cell::of(Role::Muted, "nothing") };
    vec![
        labelled(&row.name(Side::From), room, shown(old, from.is_some())),
        labelled(&row.name(Side::To), room, shown(new, to.is_some())),
    ]
}

/// Two texts line by line, below the signs that say which is whose.
fn diffed(model: &Model, row: &Row, from: Option<&str>, to: Option<&str>) -> Vec<Cell> {
    let legend = Cell::of(Role::Removed, format!("- {}", row.name(Side::From)));
    let mut lines = vec![legend.and(Role::Text, "   ").and(Role::Added, format!("+ {}", row.name(Side::To)))];
    lines.extend(diff::lines(from.unwrap_or_default(), to.unwrap_or_default(), model.look.glyphs.ellipsis));
    lines
}

/// The object's SQL on one side, as it is there.
fn source(model: &Model, row: &Row, side: Side, text: Option<&str>) -> Vec<Cell> {
    let title = head(&format!("SQL in {}", row.name(side)));
    let mut lines = vec![Cell::default(), title.then(copies(model, row, side))];
    match text {
        Some(text) => lines.extend(sql::lines(text)),
        None => lines.push(Cell::of(Role::Muted, "nothing")),
    }
    lines
}

/// Says that a key copies it, where it copies just this.
fn copies(model: &Model, row: &Row, side: Side) -> Cell {
    if row.sql().is_none_or(|(copied, _)| copied != side) {
        return Cell::default();
    }
    Cell::of(Role::Muted, "  ").then(key_of(model, Action::Copy)).and(Role::Muted, " copies it")
}

fn unclear(model: &Model, row: &Row) -> Vec<Cell> {
    let (from, to) = row.source.drift.versions;
    let why = format!(
        "PostgreSQL {from} and {to} write this differently, or it differs: nobody can say from here. Read both and \
         decide."
    );
    let mut lines = vec![Cell::of(Role::Warn, why)];
    let (old, new) = row.both();
    let title = format!("line by line: {}", row.field().unwrap_or_default());
    lines.extend([Cell::default(), head(&title)]);
    lines.extend(diffed(model, row, old, new));
    lines.extend(source(model, row, Side::From, old));
    lines.extend(source(model, row, Side::To, new));
    lines
}

fn unseen(row: &Row) -> Vec<Cell> {
    let Some(unseen) = row.unseen() else { return Vec::new() };
    let says = format!("{} were not compared, which does not mean that they are the same.", row.kind().plural());
    vec![
        Cell::of(Role::Muted, "in ").and(Role::Text, row.name(unseen.side)),
        Cell::default(),
        Cell::of(Role::Warn, says),
        Cell::text(&unseen.reason),
        Cell::default(),
        Cell::of(Role::Muted, "A role that may read this catalogue sees it."),
    ]
}

/// What else differs in the same object.
fn others(row: &Row) -> Vec<Cell> {
    let Some(this) = row.difference() else { return Vec::new() };
    let same =
        |other: &&Difference| (other.kind, &other.object) == (this.kind, &this.object) && other.field != this.field;
    let fields: Vec<&str> =
        row.source.drift.differences.iter().filter(same).filter_map(|it| it.field.as_deref()).collect();
    if fields.is_empty() {
        return Vec::new();
    }
    vec![Cell::default(), head("differs in this too"), Cell::text(fields.join(", "))]
}
