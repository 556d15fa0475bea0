//! The words around the lists: what is chosen, what the marked row is, and the facts before an apply.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{Reviewing, about, rows};
use crate::{
    config::theme::Role,
    core::{
        name::QName,
        sync::{
            diff::{Change, TableReview},
            fires,
            plan::{Plan, Tally},
            shape,
        },
        value::shown,
    },
    tui::{
        action::Action,
        model::Model,
        widget::{cell::Cell, section, table::TableState},
    },
};

/// Lines below the list of tables.
pub(super) const HEIGHT: u16 = 5;

/// Most tables that the confirmation names.
const NAMED: usize = 7;

/// What is chosen, in all.
pub(super) fn draw(model: &Model, reviewing: &Reviewing, area: Rect, buffer: &mut Buffer) {
    let (review, selection) = (&reviewing.review, &reviewing.selection);
    let count = |change| selection.count(review, change);
    let blocked = review.tables.iter().filter(|table| table.blocked.is_some()).count();
    let warnings: usize = review.tables.iter().map(|table| table.warnings.len()).sum();
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
            format!("! {}, {}", counted(review.blocked(), "blocked row"), counted(blocked, "blocked table")),
        ),
        Cell::of(
            Role::Muted,
            format!("W {}, ≈ {} formatting only", counted(warnings, "warning"), review.count(Change::Representation)),
        ),
    ];
    section::lines(&lines, 0, area, &model.look, buffer);
}

/// `1 warning`, `2 warnings`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Why there are no rows, where there are none.
pub(super) fn empty(model: &Model, reviewing: &Reviewing, area: Rect, buffer: &mut Buffer) {
    let Some(table) = reviewing.marked_table().filter(|table| table.rows.is_empty()) else { return };
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let mut lines = about::table(table);
    if table.blocked.is_none() {
        lines.insert(0, Cell::of(Role::Ok, format!("{} rows, the same on both sides", table.unchanged)));
        let kept =
            (table.kept > 0).then(|| format!("{} only in {}, kept", counted(table.kept, "row"), reviewing.review.to));
        lines.extend(kept.map(|kept| Cell::of(Role::Muted, kept)));
    }
    about::draw(model, &lines, below, buffer);
}

/// The rule above the columns, and the row that they belong to.
pub(super) fn row(model: &Model, reviewing: &Reviewing, area: Rect, buffer: &mut Buffer) {
    section::rule(area, &model.look, buffer);
    let (Some(table), Some(row)) = (reviewing.marked_table(), reviewing.marked_row()) else { return };
    let mut line =
        Cell::of(rows::role(row.change), format!("{} ", row.change.word())).then(Cell::text(&table.table.name).bold());
    let labels = table.shape.as_ref().map(|shape| shape::labels(&shape.key)).unwrap_or_default();
    for (label, value) in labels.iter().zip(&row.key.0) {
        line = line.and(Role::Muted, format!("  {label}=")).and(Role::Accent, shown(value.as_deref()));
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
pub fn facts(model: &Model, reviewing: &Reviewing, plan: &Plan) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let tally = plan.tally();
    let tables = plan.tally_by_table();
    let rows = |count: usize| if count == 1 { "1 row".to_owned() } else { format!("{count} rows") };
    let mut lines = vec![
        Cell::text(format!("{} in {}, one transaction, plan ", rows(tally.rows()), counted(tables.len(), "table")))
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
    lines.extend(warned(model, reviewing, &tables));
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
        Cell::of(Role::Muted, "Before-images for undo are on disk before COMMIT."),
    ]);
    lines
}

/// How many warnings the tables have that are written, and which key shows them.
fn warned(model: &Model, reviewing: &Reviewing, tables: &[(QName, Tally)]) -> Vec<Cell> {
    let written = |table: &&TableReview| tables.iter().any(|(name, _)| *name == table.table);
    let warned = reviewing.review.tables.iter().filter(written).filter(|table| !table.warnings.is_empty());
    let named: Vec<_> = warned.map(|table| (table.table.name.as_str(), table.warnings.len())).collect();
    if named.is_empty() {
        return Vec::new();
    }
    let all = counted(named.iter().map(|(_, count)| count).sum(), "warning");
    let named: Vec<_> = named.iter().map(|(table, count)| format!("{count} for {table}")).collect();
    let key = model.key(Action::ShowSql).unwrap_or_default();
    let says = format!("{all} ({}); in the review, {key} on a table shows its warnings.", named.join(", "));
    vec![Cell::default(), Cell::of(Role::Warn, says)]
}
