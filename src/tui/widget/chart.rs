//! A bar chart that lies on its side: one line for each bar, with its label and its value.

use crate::{config::theme::Role, tui::glyphs::Glyphs};

use super::{cell::Cell, gauge};

/// One bar.
#[derive(Debug, Clone)]
pub struct Bar {
    /// What it is of.
    pub label: Cell,
    /// Its value as it reads.
    pub value: Cell,
    /// How long it is, beside the longest.
    pub length: f64,
    /// The role of the bar itself.
    pub role: Role,
}

/// The longest that a label and a bar may get.
const LABEL: usize = 40;
const LONGEST: usize = 32;
/// Below this a bar says nothing.
const SHORTEST: usize = 4;

/// The bars as lines of at most `room` cells: labels to the left, values right-aligned, bars behind them.
pub fn bars(bars: &[Bar], room: usize, glyphs: &Glyphs) -> Vec<Cell> {
    let widest = |part: fn(&Bar) -> &Cell| bars.iter().map(|bar| part(bar).width()).max().unwrap_or(0);
    let value = widest(|bar| &bar.value);
    let label = widest(|bar| &bar.label).min(LABEL).min(room.saturating_sub(value + 2).max(1));
    let left = room.saturating_sub(label + value + 4).min(LONGEST);
    let longest = bars.iter().map(|bar| bar.length).fold(0.0, f64::max);
    let line = |bar: &Bar| {
        let name = bar.label.cut(label, glyphs.ellipsis);
        let gap = " ".repeat(label - name.width() + 2 + value - bar.value.width());
        let line = name.and(Role::Text, gap).then(bar.value.clone());
        if left < SHORTEST || bar.length <= 0.0 {
            return line;
        }
        let drawn = gauge::bar(bar.length, longest, left, glyphs);
        line.and(Role::Text, "  ").and(bar.role, drawn.trim_end())
    };
    bars.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::{ASCII, UNICODE};

    fn three() -> Vec<Bar> {
        let bar = |label: &str, value: &str, length: f64| Bar {
            label: Cell::text(label),
            value: Cell::text(value),
            length,
            role: Role::Warn,
        };
        vec![bar("plans", "4 MB", 4.0), bar("a_very_long_name", "16 MB", 16.0), bar("none", "0 B", 0.0)]
    }

    fn plain(room: usize, glyphs: &Glyphs) -> Vec<String> {
        bars(&three(), room, glyphs).iter().map(Cell::plain).collect()
    }

    #[test]
    fn labels_values_and_bars_line_up() {
        assert_eq!(
            plain(33, &UNICODE),
            ["plans              4 MB  ██", "a_very_long_name  16 MB  ████████", "none                0 B"]
        );
        assert_eq!(plain(33, &ASCII)[0], "plans              4 MB  ##");
    }

    #[test]
    fn no_line_is_longer_than_there_is_room() {
        for room in 8..80 {
            assert!(bars(&three(), room, &UNICODE).iter().all(|line| line.width() <= room), "{room}");
        }
        assert_eq!(plain(12, &UNICODE), ["plans   4 MB", "a_ve…  16 MB", "none     0 B"]);
    }
}
