//! The attributes that a terminal writes with, and the shortest codes from one to the next.

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};

/// Attributes of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

/// What a terminal writes with when nothing was said.
pub(super) const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// What can be seen on a blank.
const SEEN: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED);

/// Whether nothing of `cell` can be seen but its background.
pub(super) fn is_blank(cell: &Cell) -> bool {
    cell.symbol() == " " && !cell.modifier.intersects(SEEN)
}

impl Pen {
    /// What writing `cell` takes. What cannot be seen on a blank stays as it is.
    pub(super) fn for_cell(self, cell: &Cell) -> Pen {
        if is_blank(cell) && !self.modifier.intersects(SEEN) {
            return Pen { bg: cell.bg, ..self };
        }
        Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// Whether cells that it erases are as blank as can be. Not all terminals erase with another background.
    pub(super) fn erases(self) -> bool {
        self.bg == Color::Reset && !self.modifier.intersects(SEEN)
    }

    /// Writes the codes that make a terminal write with `next` instead.
    pub(super) fn change(self, next: Pen, bytes: &mut Vec<u8>) {
        if next == self {
            return;
        }
        let mut codes = Vec::new();
        if next != PLAIN {
            codes = modifiers(self.modifier, next.modifier);
            codes.extend((next.fg != self.fg).then(|| colour(next.fg, 30)));
            codes.extend((next.bg != self.bg).then(|| colour(next.bg, 40)));
        }
        bytes.extend_from_slice(b"\x1b[");
        bytes.extend_from_slice(codes.join(";").as_bytes());
        bytes.push(b'm');
    }
}

/// What is switched on and off, and the code of each.
const MODIFIERS: [(Modifier, &str, &str); 5] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::REVERSED, "7", "27"),
];

fn modifiers(from: Modifier, to: Modifier) -> Vec<String> {
    let gone = from - to;
    let mut off: Vec<_> =
        MODIFIERS.iter().filter(|(modifier, ..)| gone.contains(*modifier)).map(|(_, _, off)| *off).collect();
    off.dedup();
    // One code ends both bold and dim, so the one that stays is said again.
    let again = if off.contains(&"22") { from & to & (Modifier::BOLD | Modifier::DIM) } else { Modifier::empty() };
    let new = (to - from) | again;
    let on = MODIFIERS.iter().filter(|(modifier, ..)| new.contains(*modifier)).map(|(_, on, _)| *on);
    off.iter().copied().chain(on).map(str::to_owned).collect()
}

fn colour(colour: Color, base: u8) -> String {
    match colour {
        Color::Indexed(n @ 0..8) => (base + n).to_string(),
        Color::Indexed(n @ 8..16) => (base + 60 + n - 8).to_string(),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
        // Themes name no other colours.
        _ => (base + 9).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bold_survives_the_end_of_dim() {
        assert_eq!(modifiers(Modifier::BOLD | Modifier::DIM, Modifier::BOLD), ["22", "1"]);
    }

    #[test]
    fn colours_have_the_shortest_codes() {
        let codes = [Color::Indexed(1), Color::Indexed(9), Color::Indexed(200), Color::Reset].map(|c| colour(c, 40));
        assert_eq!(codes, ["41", "101", "48;5;200", "49"]);
    }
}
