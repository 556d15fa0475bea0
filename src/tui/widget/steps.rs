//! The step line of a wizard: `✓ Export ─ ● Review ─ ○ Apply ─ ○ Verify`.

use crate::{config::theme::Role, tui::glyphs::Glyphs};

use super::cell::Cell;

/// The line for `steps`, of which `current` is being done; everything before it is done.
pub fn steps(steps: &[&str], current: usize, glyphs: &Glyphs) -> Cell {
    let mut line = Cell::default();
    for (at, step) in steps.iter().enumerate() {
        if at > 0 {
            line = line.and(Role::Faint, format!(" {} ", glyphs.horizontal.repeat(2)));
        }
        line = line.then(match at.cmp(&current) {
            std::cmp::Ordering::Less => Cell::of(Role::Ok, format!("{} {step}", glyphs.done)),
            std::cmp::Ordering::Equal => Cell::of(Role::Accent, format!("{} {step}", glyphs.current)).bold(),
            std::cmp::Ordering::Greater => Cell::of(Role::Muted, format!("{} {step}", glyphs.pending)),
        });
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::{ASCII, UNICODE};

    #[test]
    fn glyphs_and_not_only_colours_tell_the_steps_apart() {
        let names = ["Export", "Review", "Apply"];
        assert_eq!(steps(&names, 1, &UNICODE).plain(), "✓ Export ── ● Review ── ○ Apply");
        assert_eq!(steps(&names, 1, &ASCII).plain(), "v Export -- * Review -- o Apply");
        assert_eq!(steps(&names, 3, &UNICODE).plain(), "✓ Export ── ✓ Review ── ✓ Apply");
    }
}
