//! How far something is: bars, and the words beside them.

pub use crate::core::text::{counted, thousands};
use std::time::Duration;

use crate::{config::theme::Role, tui::glyphs::Glyphs};

use super::cell::Cell;

/// A bar `room` cells long, filled to `part` of `whole`, exact to an eighth of a cell.
pub fn bar(part: f64, whole: f64, room: usize, glyphs: &Glyphs) -> String {
    let share = if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (share * room as f64 * 8.0).round() as usize;
    // Something is never drawn as nothing.
    let eighths = if part > 0.0 { eighths.max(1) } else { eighths };
    let rest = if eighths % 8 > 0 { glyphs.eighths[eighths % 8] } else { "" };
    let filled = glyphs.eighths[8].repeat(eighths / 8) + rest;
    let blank = room.saturating_sub(eighths.div_ceil(8));
    filled + &" ".repeat(blank)
}

/// A bar between its two ends.
pub fn gauge(done: u64, total: u64, room: usize, glyphs: &Glyphs) -> Cell {
    Cell::of(Role::Faint, glyphs.gauge[0])
        .and(Role::Accent, bar(done as f64, total as f64, room.saturating_sub(2), glyphs))
        .and(Role::Faint, glyphs.gauge[1])
}

/// A span of time in the fewest words: `8 s`, `2 min 5 s`, `1 h 4 min`.
pub fn elapsed(time: Duration) -> String {
    match time.as_secs() {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3600 if s % 60 == 0 => format!("{} min", s / 60),
        s @ 60..3600 => format!("{} min {} s", s / 60, s % 60),
        s => format!("{} h {} min", s / 3600, s % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::{ASCII, UNICODE};

    #[test]
    fn bars_are_exact_to_an_eighth_and_always_as_long_as_asked() {
        assert_eq!(bar(0.0, 8.0, 4, &UNICODE), "    ");
        assert_eq!(bar(4.0, 8.0, 4, &UNICODE), "██  ");
        assert_eq!(bar(3.0, 8.0, 4, &UNICODE), "█▌  ");
        assert_eq!(bar(9.0, 8.0, 4, &UNICODE), "████");
        assert_eq!(bar(1.0, 1e9, 4, &UNICODE), "▏   ");
        assert_eq!(bar(3.0, 8.0, 4, &ASCII), "##  ");
        assert_eq!(bar(1.0, 0.0, 2, &UNICODE), "▏ ");
    }

    #[test]
    fn times_and_numbers_read_well() {
        assert_eq!(
            [0, 59, 60, 125, 3840].map(|s| elapsed(Duration::from_secs(s))),
            ["0 s", "59 s", "1 min", "2 min 5 s", "1 h 4 min"]
        );
        assert_eq!([0, 999, 1204, 1_234_567].map(thousands), ["0", "999", "1,204", "1,234,567"]);
    }
}
