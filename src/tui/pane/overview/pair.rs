//! How far the first two environments are apart.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    core::{counts::Delta, text::thousands},
    tui::{
        action::Action,
        model::{EnvState, Model},
        pane::{
            Pane,
            counts::{self, CountRow},
        },
        widget::{
            cell::Cell,
            chart::{self, Bar},
            section,
        },
    },
};

/// Draws it where there is room for a word at least.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    if area.height < 2 || model.environments.len() < 2 {
        return;
    }
    let lines = lines(model, area.width.into(), area.height.into());
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    section::lines(&lines, 0, inside, &model.look, buffer);
}

fn lines(model: &Model, room: usize, height: usize) -> Vec<Cell> {
    let [first, second] = [&model.environments[0], &model.environments[1]];
    let head = section::head(&format!("{} and {}", first.name, second.name));
    let mut lines = vec![head.then(counts::stale(model))];
    for environment in [first, second] {
        if model.counts.listings.contains_key(&environment.name) {
            continue;
        }
        lines.push(Cell::of(
            Role::Muted,
            match environment.state {
                EnvState::Failed(_) => format!("cannot be compared: {} does not answer", environment.name),
                _ => format!("reading their tables{}", model.look.glyphs.ellipsis),
            },
        ));
        return lines;
    }
    lines.extend(summary(model).wrapped(room.saturating_sub(1)));
    let mut apart: Vec<&CountRow> = differing(model).filter(|row| !row.never).collect();
    apart.sort_by_key(|row| std::cmp::Reverse(row.distance()));
    let bars: Vec<_> = apart.iter().map(|row| bar(model, row)).collect();
    let fits = height.saturating_sub(lines.len() + 2);
    if !bars.is_empty() && fits > 0 {
        let shown = if bars.len() <= fits { bars.len() } else { fits.saturating_sub(1) };
        lines.push(Cell::default());
        lines.extend(chart::bars(&bars[..shown], room.saturating_sub(1).min(96), &model.look.glyphs));
        if shown < bars.len() {
            lines.push(more(model, bars.len() - shown));
        }
    }
    lines
}

fn more(model: &Model, left: usize) -> Cell {
    let key = model.key(Action::Go(Pane::Counts)).unwrap_or_default();
    let ellipsis = model.look.glyphs.ellipsis;
    Cell::of(Role::Muted, format!("{ellipsis} and {left} more: "))
        .then(Cell::of(Role::Accent, key).bold())
        .and(Role::Muted, " shows them all")
}

/// Tables whose rows are known in both, and differ.
fn differing(model: &Model) -> impl Iterator<Item = &CountRow> {
    model.counts.rows.iter().filter(|row| matches!(row.delta, Delta::Rows(rows) if rows != 0))
}

fn summary(model: &Model) -> Cell {
    let rows = &model.counts.rows;
    let missing = |row: &&CountRow| row.counts.iter().take(2).any(Option::is_none);
    let count = |of: &dyn Fn(&&CountRow) -> bool| rows.iter().filter(|row| of(row)).count();
    let (alone, unknown) = (count(&missing), count(&|row| row.delta == Delta::Unknown && !missing(row)));
    let (apart, never) = (differing(model).count(), differing(model).filter(|row| row.never).count());
    let role = if apart > 0 { Role::Warn } else { Role::Ok };
    let estimated = if rows.iter().any(CountRow::is_estimate) { " in row estimates" } else { " in rows" };
    let mut says = Cell::of(role, format!("{apart} of {} tables", rows.len()))
        .bold()
        .and(Role::Text, format!(" differ{estimated}"));
    if never > 0 {
        says = says.and(Role::Muted, format!(", {never} of them never synced"));
    }
    for (count, what) in [(alone, "in one of them only"), (unknown, "unknown")] {
        if count > 0 {
            says = says.and(Role::Muted, format!("   {count} {what}"));
        }
    }
    says
}

fn bar(model: &Model, row: &CountRow) -> Bar {
    let name = if row.table.schema == "public" { row.table.name.clone() } else { row.table.to_string() };
    let sign = if matches!(row.delta, Delta::Rows(rows) if rows < 0) { model.look.glyphs.minus } else { "+" };
    let distance = row.distance().unwrap_or(0);
    Bar {
        label: Cell::text(name),
        value: Cell::of(Role::Warn, format!("{sign}{}", thousands(distance))),
        length: distance as f64,
        role: Role::Warn,
    }
}
