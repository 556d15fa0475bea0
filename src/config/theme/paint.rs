//! Colours and modifiers as people write them: `#f07178 on black bold`.

use std::fmt;

use super::Palette;
use crate::core::error::{did_you_mean, nearest};

/// A colour of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// Whatever the terminal's own is.
    #[default]
    Default,
    /// One of the 256: 0–15 the terminal's own, 16–231 a 6×6×6 cube, 232–255 greys.
    Indexed(u8),
    /// Red, green and blue.
    Rgb(u8, u8, u8),
}

/// Colours and modifiers of one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one attribute of the terminal")]
pub struct Paint {
    /// Colour of the writing; `None` leaves what is there.
    pub fg: Option<Colour>,
    /// Colour behind it; `None` leaves what is there.
    pub bg: Option<Colour>,
    /// Bold.
    pub bold: bool,
    /// Dim.
    pub dim: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// Foreground and background swapped.
    pub reverse: bool,
}

const NAMES: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

type Modifier = (&'static str, fn(&mut Paint));

const MODIFIERS: [Modifier; 5] = [
    ("bold", |paint| paint.bold = true),
    ("dim", |paint| paint.dim = true),
    ("italic", |paint| paint.italic = true),
    ("underline", |paint| paint.underline = true),
    ("reverse", |paint| paint.reverse = true),
];

/// What is wrong, and what to do.
type Complaint = (String, String);

impl Paint {
    /// Reads `FOREGROUND [on BACKGROUND] [MODIFIER …]`, in any order of the modifiers.
    pub(super) fn parse(text: &str, palette: &Palette) -> Result<Self, Complaint> {
        let (mut paint, mut words) = (Paint::default(), text.split_whitespace());
        while let Some(word) = words.next() {
            if let Some((_, set)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
                set(&mut paint);
            } else if word == "on" {
                let colour =
                    words.next().ok_or_else(|| ("`on` without a colour".into(), "name the background".into()))?;
                paint.bg = Some(Colour::parse(colour, palette)?);
            } else if paint.fg.is_none() {
                paint.fg = Some(Colour::parse(word, palette)?);
            } else {
                return Err((
                    format!("`{word}` is not a modifier"),
                    did_you_mean(word, MODIFIERS.map(|(name, _)| name)),
                ));
            }
        }
        Ok(paint)
    }

    /// Whether it uses any colour.
    pub fn coloured(&self) -> bool {
        [self.fg, self.bg].into_iter().flatten().any(|colour| colour != Colour::Default)
    }

    /// Whether its background, or without one its foreground, is red.
    pub(super) fn red(&self) -> bool {
        let twice = |part: u8| 2 * u16::from(part);
        self.bg.or(self.fg).and_then(Colour::rgb).is_some_and(|(r, g, b)| r >= 96 && u16::from(r) >= twice(g.max(b)))
    }
}

impl Colour {
    /// Reads a colour; `palette` holds the names that the file has given.
    pub(super) fn parse(text: &str, palette: &Palette) -> Result<Self, Complaint> {
        if let Some(colour) = palette.get(text) {
            return Ok(*colour);
        }
        if text == "default" {
            return Ok(Colour::Default);
        }
        if let Some(at) = NAMES.iter().position(|name| *name == text) {
            return Ok(Colour::Indexed(at as u8));
        }
        let found = match text.strip_prefix('#') {
            Some(hex) => hex_colour(hex),
            None => text.parse().ok().map(Colour::Indexed),
        };
        found.ok_or_else(|| unknown(text, palette))
    }

    /// Its red, green and blue; of the sixteen that terminals choose themselves, what they usually are.
    pub fn rgb(self) -> Option<(u8, u8, u8)> {
        let step = |n: u8| if n == 0 { 0 } else { 55 + 40 * n };
        match self {
            Colour::Default => None,
            Colour::Rgb(r, g, b) => Some((r, g, b)),
            Colour::Indexed(n @ 0..8) => Some((170 * (n & 1), 170 * (n >> 1 & 1), 170 * (n >> 2 & 1))),
            Colour::Indexed(n @ 8..16) => Some((85 + 170 * (n & 1), 85 + 170 * (n >> 1 & 1), 85 + 170 * (n >> 2 & 1))),
            Colour::Indexed(n @ 16..=231) => Some((step((n - 16) / 36), step((n - 16) / 6 % 6), step((n - 16) % 6))),
            Colour::Indexed(n) => Some((8 + 10 * (n - 232), 8 + 10 * (n - 232), 8 + 10 * (n - 232))),
        }
    }

    /// The nearest of the 240 fixed colours, for terminals that know no others.
    #[must_use]
    pub fn indexed(self) -> Self {
        let Colour::Rgb(r, g, b) = self else { return self };
        let distance = |index: &u8| {
            let there = Colour::Indexed(*index).rgb().unwrap_or_default();
            let parts = [r.abs_diff(there.0), g.abs_diff(there.1), b.abs_diff(there.2)];
            parts.map(|part| u32::from(part).pow(2)).iter().sum::<u32>()
        };
        Colour::Indexed((16..=255).min_by_key(distance).unwrap_or(7))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Colour::Default => f.write_str("default"),
            Colour::Indexed(n) => match NAMES.get(usize::from(*n)) {
                Some(name) => f.write_str(name),
                None => write!(f, "{n}"),
            },
            Colour::Rgb(r, g, b) => write!(f, "#{r:02x}{g:02x}{b:02x}"),
        }
    }
}

impl fmt::Display for Paint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = [self.bold, self.dim, self.italic, self.underline, self.reverse];
        let colours = self.fg.map(|fg| fg.to_string()).into_iter().chain(self.bg.map(|bg| format!("on {bg}")));
        let modifiers = MODIFIERS.iter().zip(on).filter(|(_, on)| *on).map(|((name, _), _)| (*name).to_owned());
        f.write_str(&colours.chain(modifiers).collect::<Vec<_>>().join(" "))
    }
}

fn hex_colour(hex: &str) -> Option<Colour> {
    if hex.len() != 6 || !hex.is_ascii() {
        return None;
    }
    let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    Some(Colour::Rgb(part(0)?, part(2)?, part(4)?))
}

fn unknown(text: &str, palette: &Palette) -> Complaint {
    let names = palette.keys().map(String::as_str).chain(NAMES).chain(["default"]);
    let hint = match (text.starts_with('#'), nearest(text, names)) {
        (false, Some(name)) => format!("did you mean `{name}`?"),
        (true, _) => "write #rrggbb".into(),
        _ => "write #rrggbb, a name such as `bright-red`, 0 to 255, or `default`".into(),
    };
    (format!("unknown colour `{text}`"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paints_read_as_they_are_written() {
        let paint =
            Paint::parse("bold rose on 236 underline", &Palette::from([("rose".into(), Colour::Rgb(240, 113, 120))]))
                .expect("paint");
        assert_eq!((paint.fg, paint.bg), (Some(Colour::Rgb(240, 113, 120)), Some(Colour::Indexed(236))));
        assert!(paint.bold && paint.underline && !paint.dim);
    }

    #[test]
    fn paints_are_written_as_they_are_read() {
        for text in ["#f07178 on 236 bold underline", "bright-red", "on default", "dim italic reverse", ""] {
            assert_eq!(Paint::parse(text, &Palette::new()).expect(text).to_string(), text);
        }
    }

    #[test]
    fn a_second_colour_without_on_is_a_mistake() {
        assert!(Paint::parse("red green", &Palette::new()).is_err());
        assert!(Paint::parse("red on", &Palette::new()).is_err());
    }

    #[test]
    fn the_nearest_of_256_is_found() {
        assert_eq!(Colour::Rgb(255, 0, 0).indexed(), Colour::Indexed(196));
        assert_eq!(Colour::Rgb(18, 18, 18).indexed(), Colour::Indexed(233));
        assert_eq!(Colour::Indexed(3).indexed(), Colour::Indexed(3));
    }
}
