//! How things look on this terminal: a theme turned into styles, and the glyphs to draw with.

use std::borrow::Cow;

use ratatui::style::{Color, Modifier, Style};

use crate::config::theme::{Colour, Paint, Role, Theme};

use super::glyphs::{ASCII, Glyphs, UNICODE};

/// Which colours the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Any.
    True,
    /// The 256 of xterm.
    Indexed,
    /// None may be used: `NO_COLOR`.
    None,
}

/// Signs that stand in our texts, and what they become where only ASCII may be drawn.
const SIGNS: [(char, char); 14] = [
    ('…', '.'),
    ('·', '.'),
    ('−', '-'),
    ('–', '-'),
    ('—', '-'),
    ('→', '>'),
    ('←', '<'),
    ('Δ', 'd'),
    ('✓', 'v'),
    ('✗', 'x'),
    ('●', '*'),
    ('○', 'o'),
    ('▼', 'v'),
    ('▲', '^'),
];

/// Styles and glyphs, ready for widgets.
#[derive(Debug, Clone)]
pub struct Look {
    styles: Vec<Style>,
    ground: Style,
    /// What to draw with.
    pub glyphs: Glyphs,
}

impl Look {
    /// The look of `theme` on a terminal that shows `depth` colours.
    pub fn new(theme: &Theme, depth: Depth, glyphs: Glyphs) -> Self {
        let styles = Role::ALL.iter().map(|(role, ..)| style(theme.paint(*role), depth)).collect();
        let text = theme.paint(Role::Text);
        let ground = style(Paint { bg: theme.background().or(text.bg), ..text }, depth);
        Look { styles, ground, glyphs }
    }

    /// The built-in theme `name` in full colour.
    pub fn built_in(name: &str) -> crate::core::error::Result<Self> {
        let source = Theme::built_in(name).unwrap_or_else(|| crate::config::source::Source::new(name, ""));
        Ok(Look::new(&Theme::read(&source, None)?, Depth::True, UNICODE))
    }

    /// `text` as it is drawn: where only ASCII may be, our own signs in it give way to the nearest letter, each as
    /// wide as it was. Letters of a language stay, since they are somebody's values.
    pub fn drawn<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.glyphs != ASCII || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let stand_in = |c: char| SIGNS.iter().find(|(sign, _)| *sign == c).map_or(c, |(_, ascii)| *ascii);
        Cow::Owned(text.chars().map(stand_in).collect())
    }

    /// The style of a blank screen.
    pub fn ground(&self) -> Style {
        self.ground
    }

    /// The style of `role`.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

fn style(paint: Paint, depth: Depth) -> Style {
    let colour = |colour: Option<Colour>| colour.filter(|_| depth != Depth::None).map(|colour| shown(colour, depth));
    let modifiers = [
        (paint.bold, Modifier::BOLD),
        (paint.dim, Modifier::DIM),
        (paint.italic, Modifier::ITALIC),
        (paint.underline, Modifier::UNDERLINED),
        (paint.reverse, Modifier::REVERSED),
    ];
    let modifiers = modifiers.into_iter().filter(|(on, _)| *on).map(|(_, modifier)| modifier).collect();
    Style { fg: colour(paint.fg), bg: colour(paint.bg), add_modifier: modifiers, ..Style::default() }
}

fn shown(colour: Colour, depth: Depth) -> Color {
    match if depth == Depth::Indexed { colour.indexed() } else { colour } {
        Colour::Default => Color::Reset,
        Colour::Indexed(index) => Color::Indexed(index),
        Colour::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colours_no_style_names_one() {
        let theme = Theme::read(&Theme::built_in("dark").expect("dark"), None).expect("theme");
        let look = Look::new(&theme, Depth::None, UNICODE);
        for (role, name, _) in Role::ALL {
            let style = look.style(*role);
            assert_eq!((style.fg, style.bg), (None, None), "{name}");
        }
    }

    #[test]
    fn with_256_colours_none_is_true_colour() {
        let theme = Theme::read(&Theme::built_in("dark").expect("dark"), None).expect("theme");
        let look = Look::new(&theme, Depth::Indexed, UNICODE);
        let rgb = |colour| matches!(colour, Some(Color::Rgb(..)));
        assert!(Role::ALL.iter().all(|(role, ..)| !rgb(look.style(*role).fg) && !rgb(look.style(*role).bg)));
    }
}
