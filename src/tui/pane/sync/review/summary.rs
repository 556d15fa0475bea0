//! The words around the lists: what is chosen, what the marked row is, and the facts before an apply.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{Reviewing, rows};
use crate::{
    config::theme::Role,
    core::sync::{diff::Change, fires, plan::Plan, shape},
    tui::{
        glyphs::Glyphs,
        model::Model,
        widget::{cell::Cell, section, table::TableState},
    },
};

/// Lines below the list of tables.
pub(super) const HEIGHT: u16 = 4;

/// Most tables that the confirmation names.
const NAMED: usize = 7;

/// What is chosen, in all.
pub(super) fn draw(model: &Model, reviewing: &Reviewing, area: Rect, buffer: &mut Buffer) {
    let (review, selection) = (&reviewing.review, &reviewing.selection);
    let count = |change| selection.count(review, change);
    let lines = [
        Cell::default(),
        section::head("selected"),
        Cell::of(Role::Ok, count(Change::Insert).to_string())
            .bold()
            .and(Role::Muted, " insert  ")
            .then(Cell::of(Role::Warn, count(Change::Update).to_string()).bold())
            .and(Role::Muted, " update  ")
            .then(Cell::of(Role::Danger, count(Change::Delete).to_string()).bold())
            .and(Role::Muted, " delete"),
        Cell::of(
            Role::Muted,
            format!("{} blocked, {} the same value", review.blocked(), review.count(Change::Representation)),
        ),
    ];
    section::lines(&lines, 0, area, &model.look, buffer);
}

/// Why there are no rows, where there are none.
pub(super) fn empty(model: &Model, reviewing: &Reviewing, area: Rect, buffer: &mut Buffer) {
    let Some(table) = reviewing.marked_table().filter(|table| table.rows.is_empty()) else { return };
    let line = match &table.blocked {
        Some(why) => Cell::of(Role::Danger, format!("blocked: {why}")),
        None => Cell::of(Role::Ok, format!("{} rows, the same on both sides", table.unchanged)),
    };
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let mut lines = vec![line];
    lines.extend(table.warnings.iter().map(|warning| Cell::of(Role::Warn, warning)));
    section::lines(&lines, 0, below, &model.look, buffer);
}

/// The rule above the columns, and the row that they belong to.
pub(super) fn row(model: &Model, reviewing: &Reviewing, area: Rect, buffer: &mut Buffer) {
    section::rule(area, &model.look, buffer);
    let (Some(table), Some(row)) = (reviewing.marked_table(), reviewing.marked_row()) else { return };
    let mut line =
        Cell::of(rows::role(row.change), format!("{} ", row.change.word())).then(Cell::text(&table.table.name).bold());
    let labels = table.shape.as_ref().map(|shape| shape::labels(&shape.key)).unwrap_or_default();
    for (label, value) in labels.iter().zip(&row.key.0) {
        line = line.and(Role::Muted, format!("  {label}=")).and(Role::Accent, value.as_deref().unwrap_or("NULL"));
    }
    let triggers = table.shape.iter().flat_map(|shape| &shape.triggers).map(|trigger| trigger.name.as_str());
    let triggers: Vec<_> = triggers.collect();
    if !triggers.is_empty() {
        line = line.and(Role::Muted, format!("   fires {}", triggers.join(", ")));
    }
    section::lines(&[line], 0, Rect { y: area.y + 1, height: 1, ..area }, &model.look, buffer);
}

/// The filter of the list in `area`, over the end of its head; says where the cursor belongs.
pub(super) fn filter(model: &Model, table: &TableState, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    if !table.filter.editing && !table.filter.active() {
        return None;
    }
    let width = 22.min(area.width);
    let field = Rect { x: area.right() - width, width, height: 1, ..area };
    for position in field.positions() {
        buffer[position].set_symbol(" ");
    }
    Cell::of(Role::Accent, "/").left(field, &model.look, buffer);
    let cursor = table.filter.input.draw(Rect { x: field.x + 1, width: width - 1, ..field }, &model.look, buffer);
    table.filter.editing.then_some(cursor)
}

/// What there is to know before an apply: how much of what, and what keeps it safe.
pub fn facts(plan: &Plan, glyphs: &Glyphs) -> Vec<Cell> {
    let tally = plan.tally();
    let tables = plan.tally_by_table();
    let rows = |count: usize| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    let mut lines = vec![
        Cell::text(format!("{} in {} tables, one transaction, plan ", rows(tally.rows()), tables.len()))
            .and(Role::Accent, plan.short_digest()),
        Cell::default(),
    ];
    for (table, tally) in tables.iter().take(NAMED) {
        let part = |role, sign: &str, count: usize| match count {
            0 => Cell::of(Role::Faint, "     ·"),
            count => Cell::of(role, format!("{:>6}", format!("{sign}{count}"))),
        };
        lines.push(
            Cell::text(format!("{:<34}", table.name))
                .cut(34, glyphs.ellipsis)
                .then(part(Role::Ok, "+", tally.insert))
                .then(part(Role::Warn, "~", tally.update))
                .then(part(Role::Danger, glyphs.minus, tally.delete)),
        );
    }
    if tables.len() > NAMED {
        let rest: usize = tables[NAMED..].iter().map(|(_, tally)| tally.rows()).sum();
        lines.push(Cell::of(Role::Muted, format!("{} more tables with {}", tables.len() - NAMED, rows(rest))));
    }
    let fires = fires::fires_by_table(plan);
    if !fires.is_empty() {
        lines.push(Cell::default());
        for (table, triggers) in fires.iter().take(NAMED) {
            let names: Vec<_> = triggers.iter().map(|trigger| trigger.name.as_str()).collect();
            lines.push(Cell::of(Role::Warn, format!("{} fires {}", table.name, names.join(", "))));
        }
        if fires.len() > NAMED {
            lines.push(Cell::of(Role::Warn, format!("{} more tables fire triggers", fires.len() - NAMED)));
        }
        lines.push(Cell::of(Role::Warn, fires::NOT_UNDONE));
    }
    lines.extend([
        Cell::default(),
        Cell::of(Role::Muted, "If anything changed since the review, nothing is written."),
        Cell::of(Role::Muted, "The undo is on disk before it commits."),
    ]);
    lines
}
