//! The second line: the panes, each with the number that brings it to the front if it has one. Where they do not all
//! fit, the line scrolls: tabs are never cut, and an ellipsis stands where some are missing.

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{
        model::Model,
        pane::{Entry, Pane},
        widget::cell::Cell,
    },
};

/// Cells between tabs, the roomiest first.
const GAPS: [u16; 2] = [3, 2];

/// Draws the line.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    for (_, x, tab) in placed(model, area) {
        tab.left(Rect { x, width: area.right().saturating_sub(x), ..area }, &model.look, buffer);
    }
}

/// The pane whose tab is drawn at column `x` of the line `area`; of an ellipsis, the nearest that it stands for.
pub fn at(model: &Model, area: Rect, x: u16) -> Option<Pane> {
    let under = |(_, start, tab): &(Pane, u16, Cell)| (*start..*start + tab.width() as u16).contains(&x);
    placed(model, area).into_iter().find(under).map(|(pane, ..)| pane)
}

/// What stands in the line: which pane a click on it brings to the front, where it begins, and how it reads.
fn placed(model: &Model, area: Rect) -> Vec<(Pane, u16, Cell)> {
    let (room, ellipsis) = (area.width.saturating_sub(2), Cell::of(Role::Muted, model.look.glyphs.ellipsis));
    let tabs: Vec<(Pane, Cell)> = Pane::ALL.iter().map(|entry| (entry.pane, tab(model, entry))).collect();
    let widths: Vec<u16> = tabs.iter().map(|(_, tab)| tab.width() as u16).collect();
    let all = |gap: &u16| widths.iter().sum::<u16>() + gap * (widths.len() as u16 - 1) <= room;
    let gap = GAPS.into_iter().find(all).unwrap_or(GAPS[GAPS.len() - 1]);
    let cut = ellipsis.width() as u16 + gap;
    let shown = in_sight(&widths, model.pane as usize, gap, cut, room);
    let mut line: Vec<(Pane, Cell)> = Vec::new();
    line.extend(shown.start.checked_sub(1).map(|before| (tabs[before].0, ellipsis.clone())));
    line.extend(tabs[shown.clone()].iter().cloned());
    line.extend(tabs.get(shown.end).map(|(behind, _)| (*behind, ellipsis)));
    let mut x = area.x + 1;
    let place = |(pane, cell): (Pane, Cell)| {
        let placed = (pane, x, cell.clone());
        x += cell.width() as u16 + gap;
        placed
    };
    line.into_iter().map(place).collect()
}

/// Which tabs of these `widths` are in sight where `room` cells are: as many of the first as leave the one at `front`
/// in sight. A side where some are missing takes `cut` cells.
fn in_sight(widths: &[u16], front: usize, gap: u16, cut: u16, room: u16) -> Range<usize> {
    let last = widths.len() - 1;
    let end = |first: usize| {
        let (mut end, mut used) = (first, if first > 0 { cut } else { 0 });
        for (at, width) in widths.iter().enumerate().skip(first) {
            used += width + if at > first { gap } else { 0 };
            if used + if at < last { cut } else { 0 } > room {
                break;
            }
            end = at + 1;
        }
        end
    };
    let first = (0..=front).find(|first| end(*first) > front).unwrap_or(front);
    first..end(first).max(front + 1)
}

fn tab(model: &Model, entry: &Entry) -> Cell {
    let front = entry.pane == model.pane;
    let (number_role, title_role) = if front { (Role::Accent, Role::Accent) } else { (Role::Muted, Role::Text) };
    let number = entry.number.map(|number| format!("{number} ")).unwrap_or_default();
    let tab = Cell::of(number_role, number).and(title_role, entry.title);
    let tab = if front { tab.bold() } else { tab };
    match entry.component.badge(model) {
        Some(badge) => tab.and(Role::Text, " ").then(badge),
        None => tab,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_tabs_are_in_sight_where_there_is_room() {
        assert_eq!(in_sight(&[10, 10, 10], 0, 2, 3, 34), 0..3);
    }

    #[test]
    fn the_tab_in_front_is_always_whole_and_so_are_its_neighbours() {
        let widths = [10, 8, 7, 12, 7, 6, 7];
        for room in 12..80 {
            for front in 0..widths.len() {
                let shown = in_sight(&widths, front, 2, 3, room);
                assert!(shown.contains(&front), "{room}: {front} in {shown:?}");
                let tabs: u16 = widths[shown.clone()].iter().map(|width| width + 2).sum::<u16>() - 2;
                let missing = u16::from(shown.start > 0) + u16::from(shown.end < widths.len());
                assert!(shown.len() == 1 || tabs + 3 * missing <= room, "{room}: {shown:?}");
            }
        }
    }

    #[test]
    fn the_line_scrolls_no_further_than_it_must() {
        assert_eq!(in_sight(&[10, 10, 10, 10], 0, 2, 3, 30), 0..2);
        assert_eq!(in_sight(&[10, 10, 10, 10], 2, 2, 3, 30), 1..3);
        assert_eq!(in_sight(&[10, 10, 10, 10], 3, 2, 3, 30), 2..4);
    }
}
