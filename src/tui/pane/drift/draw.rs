//! The pane on the screen: words above, the list, and beside it what there is to say about the selected row.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{
    key_of, list, rows,
    rows::{Group, Row},
    summary, with_rows,
};
use crate::{
    config::theme::Role,
    tui::{
        action::Action,
        layout,
        model::Model,
        msg::Mouse,
        pane::beside,
        widget::{
            cell::Cell,
            section,
            table::{Groups, Hit, Rows, Table},
        },
    },
};

/// The list, and beside it the details where there is room.
fn split(area: Rect) -> (Rect, Option<Rect>) {
    beside::split(area, |width| (width / 2).clamp(50, 96))
}

/// Hands the groups of the list to `use_them`. Where rows do not stand in groups, only what could not be compared or
/// seen stands apart.
fn groups<T>(rows: &[Row], group: Group, use_them: impl FnOnce(&Groups<'_>) -> T) -> T {
    let same = |a: usize, b: usize| group.same(&rows[a], &rows[b]);
    let head = |members: &[u32]| head(rows, group, members);
    use_them(&Groups { same: &same, head: &head })
}

/// The title of a group, and how many rows of each mark it has.
fn head(rows: &[Row], group: Group, members: &[u32]) -> Cell {
    let members: Vec<Row> = members.iter().filter_map(|row| rows.get(*row as usize)).cloned().collect();
    let Some(first) = members.first() else { return Cell::default() };
    let title = Cell::of(Role::Heading, group.title(first).to_uppercase()).bold();
    if group == Group::Change {
        title.and(Role::Muted, format!("  {}", members.len()))
    } else {
        title.then(summary::tally(&members, "  "))
    }
}

/// How many rows are in sight.
pub fn visible(model: &Model) -> usize {
    let height = layout::areas(model.size).map_or(0, |areas| list::body(areas.body).height);
    let pane = &model.drift;
    groups(&pane.rows, pane.group, |groups| groups.visible(&pane.table, height))
}

/// Takes in a click.
pub fn clicked(model: &mut Model, mouse: Mouse, area: Rect) {
    let columns = rows::columns(model.drift.group);
    let area = list::body(split(area).0);
    let pane = &model.drift;
    let hit = groups(&pane.rows, pane.group, |groups| pane.table.hit_grouped(&columns, groups, area, mouse.x, mouse.y));
    let visible = visible(model);
    with_rows(model, |table, view| match hit {
        Some(Hit::Head(column)) => table.sort_by(column, view),
        Some(Hit::Row(at)) => table.select(at, visible),
        None => {}
    });
}

/// Draws it.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let pane = &model.drift;
    let Some(compared) = pane.compared() else {
        section::lines(&summary::waiting(model, area.width.into()), 0, area, &model.look, buffer);
        return None;
    };
    let same = pane.all == 0;
    let (left, right) = if same { (area, None) } else { split(area) };
    summary::title(model, compared, &rows::of(compared), left.width).left(left, &model.look, buffer);
    let below = Rect { y: left.y + 1, height: left.height.saturating_sub(1).min(1), ..left };
    if same {
        let inside = Rect { y: area.y + 2, height: area.height.saturating_sub(2), ..area };
        section::lines(&summary::none(model, compared, area.width.into()), 0, inside, &model.look, buffer);
        return None;
    }
    let filter = &pane.table.filter;
    let filtered = filter.active() || filter.editing;
    let cursor = list::head(model, &summary::below(model, compared, filtered), &pane.table, below, buffer);
    rows::with(&pane.rows, pane.group, &model.look.glyphs, |view| table(model, view, list::body(left), buffer));
    if let Some(right) = right {
        section::divider(right, &model.look, buffer);
        let inside = Rect { x: right.x + 2, width: right.width - 2, ..right };
        details(model, inside, buffer);
    }
    cursor
}

fn table(model: &Model, view: &Rows<'_>, body: Rect, buffer: &mut Buffer) {
    let pane = &model.drift;
    let columns = rows::columns(pane.group);
    let stale = !summary::stale(model).is_empty();
    let table = Table { columns: &columns, state: &pane.table, rows: view, focused: true, stale };
    groups(&pane.rows, pane.group, |groups| table.draw_grouped(groups, body, &model.look, buffer));
    if pane.table.order().is_empty() && body.height > 2 {
        let line = Rect { y: body.y + 2, height: 1, x: body.x + 1, width: body.width.saturating_sub(1) };
        summary::nothing_fits(model).left(line, &model.look, buffer);
    }
}

/// What there is to say about the selected row.
fn details(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some((_, paragraphs)) = &model.drift.detail else { return };
    let lines: Vec<Cell> = paragraphs.iter().flat_map(|line| line.wrapped(area.width.into())).collect();
    beside::details(&lines, key_of(model, Action::Open), area, &model.look, buffer);
}
