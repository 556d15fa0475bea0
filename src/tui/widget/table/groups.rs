//! A table whose rows stand in groups, each below a line of its own. The lines are no rows: nothing selects them. The
//! group of the first row in sight always shows its line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Column, Hit, Table, TableState, columns, rect};
use crate::tui::{look::Look, widget::cell::Cell};

/// Which rows belong together. They have to stand together in the order too.
pub struct Groups<'a> {
    /// Whether two rows are of one group.
    pub same: &'a dyn Fn(usize, usize) -> bool,
    /// What stands above a group, which is these rows.
    pub head: &'a dyn Fn(&[u32]) -> Cell,
}

/// A line of the table, by places in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// The head of the group of this row.
    Head(usize),
    /// A row.
    Row(usize),
}

impl Groups<'_> {
    fn begins(&self, order: &[u32], at: usize) -> bool {
        at == 0 || !(self.same)(order[at - 1] as usize, order[at] as usize)
    }

    /// The lines that `room` lines show: the selected row is among them.
    fn lines(&self, state: &TableState, room: usize) -> Vec<Line> {
        let (order, cursor) = (state.order(), state.cursor());
        if room < 2 {
            return (0..order.len().min(room)).map(|_| Line::Row(cursor)).collect();
        }
        let mut top = state.top(room);
        // From the top to the selected row, heads included.
        let mut used = 1 + (top..=cursor).map(|at| 1 + usize::from(at > top && self.begins(order, at))).sum::<usize>();
        while used > room && top < cursor {
            top += 1;
            used -= 1 + usize::from(self.begins(order, top));
        }
        let mut lines = Vec::with_capacity(room);
        for at in top..order.len() {
            if at == top || self.begins(order, at) {
                lines.push(Line::Head(at));
            }
            lines.push(Line::Row(at));
            if lines.len() >= room {
                break;
            }
        }
        lines.truncate(room);
        lines
    }

    /// The rows, by their places in the order, of the group that the one at `at` is in.
    fn members<'s>(&self, state: &'s TableState, at: usize) -> &'s [u32] {
        let order = state.order();
        let first = (0..=at).rev().find(|at| self.begins(order, *at)).unwrap_or(0);
        let behind = (at + 1..order.len()).find(|at| self.begins(order, *at)).unwrap_or(order.len());
        &order[first..behind]
    }

    /// How many rows are in sight where the table has `height` lines, its head among them.
    pub fn visible(&self, state: &TableState, height: u16) -> usize {
        let lines = self.lines(state, usize::from(height.saturating_sub(1)));
        lines.iter().filter(|line| matches!(line, Line::Row(_))).count().max(1)
    }
}

impl Table<'_> {
    /// Draws the head, and the rows that can be seen below the heads of their groups.
    pub fn draw_grouped(&self, groups: &Groups<'_>, area: Rect, look: &Look, buffer: &mut Buffer) {
        if area.height < 2 || area.width < 2 {
            return;
        }
        let places = self.heads(area, look, buffer);
        for (y, line) in (1..area.height).zip(groups.lines(self.state, usize::from(area.height - 1))) {
            match line {
                Line::Head(at) => {
                    let line = Rect { x: area.x + 1, y: area.y + y, width: area.width - 1, height: 1 };
                    (groups.head)(groups.members(self.state, at)).left(line, look, buffer);
                }
                Line::Row(at) => {
                    let row = self.state.order()[at] as usize;
                    self.row(row, at == self.state.cursor(), y, area, &places, look, buffer);
                }
            }
        }
    }
}

impl TableState {
    /// What of a grouped table drawn in `area` lies at column `x` and line `y` of the screen.
    pub fn hit_grouped(&self, columns: &[Column], groups: &Groups<'_>, area: Rect, x: u16, y: u16) -> Option<Hit> {
        if y <= area.y || !area.contains((x, y).into()) {
            return self.hit(columns, area, x, y);
        }
        let lines = groups.lines(self, usize::from(area.height.saturating_sub(1)));
        match lines.get(usize::from(y - area.y - 1)) {
            Some(Line::Row(at)) => Some(Hit::Row(*at)),
            _ => None,
        }
    }
}

impl Table<'_> {
    /// Draws the heads of the columns; says where the columns are.
    pub(super) fn heads(&self, area: Rect, look: &Look, buffer: &mut Buffer) -> Vec<columns::Place> {
        let places = columns::place(self.columns, self.state.widths(), area.width - 1);
        for place in &places {
            let (column, at) = (&self.columns[place.column], rect(area, place, 0));
            self.title(column, place.column, look).draw(at, column.align.into(), look, buffer);
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{
        action::Action,
        widget::table::{Rows, SortKey},
    };

    /// Twelve rows in groups of three, the cursor moved by `actions`, in `room` lines: `h` a head, digits rows.
    fn shown(actions: &[Action], room: usize) -> String {
        let rows = Rows {
            count: 12,
            cell: &|row, _| Cell::text(row.to_string()),
            key: &|row, _| SortKey::Number(row as f64),
            text: &|row| row.to_string(),
        };
        let groups = Groups { same: &|a, b| a / 3 == b / 3, head: &|_| Cell::default() };
        let mut state = TableState::sorted(0, false);
        state.load(&[Column::text("x")], &rows, |_| false);
        for action in actions {
            let visible = groups.visible(&state, room as u16 + 1);
            state.act(*action, visible, 1, &rows);
        }
        let lines = groups.lines(&state, room);
        assert!(lines.contains(&Line::Row(state.cursor())) || room == 0, "{lines:?}");
        let line = |line: &Line| match line {
            Line::Head(_) => "h".to_owned(),
            Line::Row(at) => format!("{at} "),
        };
        lines.iter().map(line).collect()
    }

    #[test]
    fn every_group_has_its_head_and_the_first_in_sight_too() {
        assert_eq!(shown(&[], 6), "h0 1 2 h3 ");
        assert_eq!(shown(&[Action::Bottom], 6), "h8 h9 10 11 ");
        assert_eq!(shown(&[], 40).matches('h').count(), 4);
    }

    #[test]
    fn the_selected_row_is_in_sight_wherever_it_goes() {
        for room in 1..16 {
            for steps in 0..14 {
                shown(&vec![Action::Down; steps], room);
                shown(&[vec![Action::Bottom], vec![Action::Up; steps]].concat(), room);
                shown(&[vec![Action::PageDown; steps], vec![Action::PageUp; steps / 2]].concat(), room);
            }
        }
    }

    #[test]
    fn a_group_is_all_of_its_rows_though_not_all_are_in_sight() {
        let order = TableState::default();
        let groups = Groups { same: &|_, _| true, head: &|_| Cell::default() };
        assert_eq!(groups.members(&order, 0), [0_u32; 0]);
    }
}
