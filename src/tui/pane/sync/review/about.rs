//! What there is to know of the marked table and of the marked row, besides their values.

use ratatui::{buffer::Buffer, layout::Rect};

use super::Reviewing;
use crate::{
    config::theme::Role,
    core::sync::{
        diff::{Change, Field, RowReview, TableReview},
        fires::{self, Fires},
        plan::Operation,
    },
    tui::{
        action::Action,
        model::Model,
        overlay::Page,
        widget::{cell::Cell, section},
    },
};

/// Why no row of the table can move, and its warnings.
pub(super) fn table(table: &TableReview) -> Vec<Cell> {
    let why = table.blocked.iter().map(|why| Cell::of(Role::Danger, format!("blocked: {why}")));
    let warnings = table.warnings.iter().map(|warning| Cell::of(Role::Warn, format!("warning: {warning}")));
    why.chain(warnings).collect()
}

/// Why the marked row stays, what is to know of it, and what runs in the target where it is written.
pub(super) fn row(reviewing: &Reviewing) -> Vec<Cell> {
    let Some(row) = reviewing.marked_row() else { return Vec::new() };
    let why = row.blocked.iter().map(|why| Cell::of(Role::Danger, format!("blocked: {why}")));
    let notes = row.notes.iter().map(|note| Cell::of(Role::Warn, note));
    let mut lines: Vec<_> = why.chain(notes).collect();
    let names = fires(reviewing, row);
    if !names.is_empty() {
        lines.push(Cell::of(Role::Muted, format!("fires {}", names.join(", "))));
    }
    lines
}

/// The triggers and rules of the target that run where the marked row is written with the columns that are chosen.
fn fires(reviewing: &Reviewing, row: &RowReview) -> Vec<String> {
    let (Some(at), Some(shape)) = (reviewing.at_row(), reviewing.marked_table().and_then(|table| table.shape.as_ref()))
    else {
        return Vec::new();
    };
    let operation = match row.change {
        _ if row.blocked.is_some() => return Vec::new(),
        Change::Insert => Operation::Insert,
        Change::Delete => Operation::Delete,
        Change::Update | Change::Representation => Operation::Update,
    };
    // A row that is left out shows what would run if it went with all that differs.
    let left_out = !reviewing.selection.contains(at);
    let goes = |column: &str| left_out || reviewing.selection.includes(at, column);
    let columns: Vec<_> = row
        .cells
        .iter()
        .filter(|cell| goes(&cell.column))
        .flat_map(|cell| match cell.field {
            Field::Column(at) => {
                shape.columns.get(at).map(|column| column.name.as_str()).into_iter().collect::<Vec<_>>()
            }
            Field::Reference(at) => {
                shape.references.get(at).iter().flat_map(|r| &r.columns).map(String::as_str).collect()
            }
        })
        .collect();
    let runs = fires::fires_for(shape, operation, &columns);
    let name = |fires: &Fires| {
        if *fires.table == shape.table {
            fires.trigger.display()
        } else {
            format!("{} on {}", fires.trigger.display(), fires.table)
        }
    };
    runs.iter().map(name).collect()
}

/// The marked table in full.
pub(super) fn page(table: &TableReview) -> Page {
    let changes = [Change::Insert, Change::Update, Change::Delete, Change::Representation];
    let counts = changes.map(|change| (change.word(), table.count(change)));
    let others =
        [("blocked", table.blocked_rows()), ("unchanged", table.unchanged), ("only in the target, kept", table.kept)];
    let counts = counts.into_iter().chain(others).filter(|(_, count)| *count > 0);
    let counts: Vec<_> = counts.map(|(word, count)| format!("{count} {word}")).collect();
    let mut lines = vec![Cell::of(Role::Muted, format!("set {}   {}", table.set, counts.join(", ")))];
    for paragraph in self::table(table) {
        lines.extend([Cell::default(), paragraph]);
    }
    let triggers = table.shape.iter().flat_map(|shape| &shape.triggers);
    let triggers: Vec<_> = triggers.map(|trigger| Cell::text(trigger.display())).collect();
    if !triggers.is_empty() {
        lines.extend([Cell::default(), section::head("triggers and rules")]);
        lines.extend(triggers);
    }
    Page::of(table.table.to_string(), lines)
}

/// `paragraphs` in lines of `width` cells.
pub(super) fn wrapped(paragraphs: &[Cell], width: u16) -> Vec<Cell> {
    paragraphs.iter().flat_map(|paragraph| paragraph.wrapped(width.into())).collect()
}

/// Draws `paragraphs` over `area`; where they do not fit, the last line says which key shows all of them.
pub(in super::super) fn draw(model: &Model, paragraphs: &[Cell], area: Rect, buffer: &mut Buffer) {
    let mut lines = wrapped(paragraphs, area.width);
    let room = usize::from(area.height);
    if lines.len() > room && room > 0 {
        let rest = lines.len() - (room - 1);
        lines.truncate(room - 1);
        let key = model.key(Action::ShowSql).unwrap_or_default();
        let more = format!("{} {rest} more {}: ", model.look.glyphs.ellipsis, if rest == 1 { "line" } else { "lines" });
        let key = Cell::of(Role::Accent, key).bold();
        lines.push(Cell::of(Role::Muted, more).then(key).and(Role::Muted, " shows everything"));
    }
    section::lines(&lines, 0, area, &model.look, buffer);
}
