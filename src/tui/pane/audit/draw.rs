//! The pane on the screen: words above, the list, and beside it what there is to say about the selected row.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{Rank, key_of, list, rows, rows::Group, summary, with_rows};
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
    beside::split(area, |width| (width * 9 / 20).clamp(48, 86))
}

/// Hands the groups of the list to `use_them`, where there are any.
fn grouped<T>(rows: &[rows::Row], group: Group, use_them: impl FnOnce(Option<&Groups<'_>>) -> T) -> T {
    if group == Group::Severity {
        return use_them(None);
    }
    let same = |a: usize, b: usize| group.same(&rows[a], &rows[b]);
    let head = |members: &[u32]| head(rows, group, members);
    use_them(Some(&Groups { same: &same, head: &head }))
}

/// The title of a group, and how many rows of each rank it has.
fn head(rows: &[rows::Row], group: Group, members: &[u32]) -> Cell {
    let Some(first) = members.first().map(|row| &rows[*row as usize]) else { return Cell::default() };
    // The name of an object is read; that of a family is a head like any other.
    let role = if group == Group::Object { Role::Text } else { Role::Heading };
    let title = Cell::of(role, group.title(first)).bold();
    let mut counts = [0; Rank::ALL.len()];
    for row in members {
        counts[rows[*row as usize].rank() as usize] += 1;
    }
    Rank::ALL.into_iter().zip(counts).fold(title, |line, (rank, count)| {
        if count == 0 { line } else { line.and(rank.role(), format!("  {}", rank.counted(count))) }
    })
}

/// How many rows are in sight.
pub fn visible(model: &Model) -> usize {
    let height = layout::areas(model.size).map_or(0, |areas| list::body(areas.body).height);
    let pane = &model.audit;
    grouped(&pane.rows, pane.group, |groups| match groups {
        Some(groups) => groups.visible(&pane.table, height),
        None => usize::from(height.saturating_sub(1).max(1)),
    })
}

/// Takes in a click.
pub fn clicked(model: &mut Model, mouse: Mouse, area: Rect) {
    let columns = rows::columns(model.audit.compared().is_some());
    let area = list::body(split(area).0);
    let hit = grouped(&model.audit.rows, model.audit.group, |groups| match groups {
        Some(groups) => model.audit.table.hit_grouped(&columns, groups, area, mouse.x, mouse.y),
        None => model.audit.table.hit(&columns, area, mouse.x, mouse.y),
    });
    let visible = visible(model);
    with_rows(model, |table, view| match hit {
        Some(Hit::Head(column)) => table.sort_by(column, view),
        Some(Hit::Row(at)) => table.select(at, visible),
        None => {}
    });
}

/// Draws it.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let pane = &model.audit;
    let Some(audited) = pane.audited() else {
        section::lines(&summary::waiting(model, area.width.into()), 0, area, &model.look, buffer);
        return None;
    };
    let clean = summary::clean(audited, &pane.rows, area.width.into()).filter(|_| pane.all == 0);
    let (left, right) = if clean.is_some() { (area, None) } else { split(area) };
    summary::title(model, audited, left.width).left(left, &model.look, buffer);
    let below = Rect { y: left.y + 1, height: left.height.saturating_sub(1).min(1), ..left };
    let filter = &pane.table.filter;
    let filtered = filter.active() || filter.editing;
    let cursor = list::head(model, &summary::below(model, audited, filtered), &pane.table, below, buffer);
    let body = list::body(left);
    if let Some(lines) = clean {
        let inside = Rect { y: body.y + 1, height: body.height.saturating_sub(1), ..body };
        section::lines(&lines, 0, inside, &model.look, buffer);
        return cursor;
    }
    rows::with(&pane.rows, pane.group, &model.look.glyphs, |view| table(model, view, body, buffer));
    if let Some(right) = right {
        section::divider(right, &model.look, buffer);
        let inside = Rect { x: right.x + 2, width: right.width - 2, ..right };
        details(model, inside, buffer);
    }
    cursor
}

fn table(model: &Model, view: &Rows<'_>, body: Rect, buffer: &mut Buffer) {
    let pane = &model.audit;
    let columns = rows::columns(pane.compared().is_some());
    let stale = !summary::stale(model).is_empty();
    let table = Table { columns: &columns, state: &pane.table, rows: view, focused: true, stale };
    grouped(&pane.rows, pane.group, |groups| match groups {
        Some(groups) => table.draw_grouped(groups, body, &model.look, buffer),
        None => table.draw(body, &model.look, buffer),
    });
    if pane.table.order().is_empty() && body.height > 2 {
        let line = Rect { y: body.y + 2, height: 1, x: body.x + 1, width: body.width.saturating_sub(1) };
        summary::nothing_fits(model).left(line, &model.look, buffer);
    }
}

/// What there is to say about the selected row.
fn details(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some((_, paragraphs)) = &model.audit.detail else { return };
    let lines: Vec<Cell> = paragraphs.iter().flat_map(|line| line.wrapped(area.width.into())).collect();
    beside::details(&lines, key_of(model, Action::Open), area, &model.look, buffer);
}
