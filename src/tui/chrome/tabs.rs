//! The second line: the panes by number.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{
        model::Model,
        pane::{Entry, Pane},
        widget::cell::Cell,
    },
};

/// How many letters of a title are shown at most and how many cells stand between tabs, the roomiest first.
const STEPS: [(usize, u16); 4] = [(32, 3), (32, 2), (4, 3), (0, 3)];

/// Draws the line.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    for (_, x, tab) in placed(model, area) {
        tab.left(Rect { x, width: area.right().saturating_sub(x), ..area }, &model.look, buffer);
    }
}

/// The pane whose tab is drawn at column `x` of the line `area`.
pub fn at(model: &Model, area: Rect, x: u16) -> Option<Pane> {
    let under = |(_, start, tab): &(Pane, u16, Cell)| (*start..*start + tab.width() as u16).contains(&x);
    placed(model, area).into_iter().find(under).map(|(pane, ..)| pane)
}

/// The tabs with their longest titles that all fit.
fn placed(model: &Model, area: Rect) -> Vec<(Pane, u16, Cell)> {
    let room = area.width.saturating_sub(2);
    let lines = STEPS.map(|(letters, gap)| line(model, letters, gap, area.x + 1));
    let fits = |line: &&Vec<(Pane, u16, Cell)>| {
        line.last().is_none_or(|(_, x, tab)| x - area.x - 1 + tab.width() as u16 <= room)
    };
    lines.iter().find(fits).unwrap_or(&lines[STEPS.len() - 1]).clone()
}

fn line(model: &Model, letters: usize, gap: u16, start: u16) -> Vec<(Pane, u16, Cell)> {
    let mut x = start;
    let place = |entry: &Entry| {
        let tab = tab(model, entry, letters);
        let placed = (entry.pane, x, tab.clone());
        x += tab.width() as u16 + gap;
        placed
    };
    Pane::ALL.iter().map(place).collect()
}

fn tab(model: &Model, entry: &Entry, letters: usize) -> Cell {
    let front = entry.pane == model.pane;
    // The pane in front keeps a readable title even where the others are only numbers.
    let title: String = entry.title.chars().take(if front { letters.max(8) } else { letters }).collect();
    let tab = Cell::of(if front { Role::Accent } else { Role::Muted }, entry.number.map(String::from).unwrap_or_default());
    let title = if title.is_empty() { title } else { format!(" {title}") };
    let tab = if front { tab.and(Role::Accent, title).bold() } else { tab.and(Role::Text, title) };
    match entry.component.badge(model) {
        Some(badge) => tab.and(Role::Text, " ").then(badge),
        None => tab,
    }
}
