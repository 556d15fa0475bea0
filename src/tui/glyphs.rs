//! Every character that is not plain writing, with what stands in for it where only ASCII can be shown.

/// The pictures that the console draws with. Each is one cell wide, but for [`Glyphs::ellipsis`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its name says; both tables below show them")]
pub struct Glyphs {
    pub ellipsis: &'static str,
    pub selected: &'static str,
    pub horizontal: &'static str,
    pub vertical: &'static str,
    pub corners: [&'static str; 4],
    pub dot: &'static str,
    pub done: &'static str,
    pub current: &'static str,
    pub pending: &'static str,
    pub failed: &'static str,
    /// Done in some places and not in others.
    pub half: &'static str,
    pub differs: &'static str,
    /// A branch between the upper and the lower corner of a line.
    pub tee: &'static str,
    pub descending: &'static str,
    pub ascending: &'static str,
    pub enter: &'static str,
    pub arrow: &'static str,
    pub minus: &'static str,
    pub delta: &'static str,
    pub collapsed: &'static str,
    pub expanded: &'static str,
    /// The two ends of a gauge.
    pub gauge: [&'static str; 2],
    /// Empty to full, by eighths of a cell.
    pub eighths: [&'static str; 9],
    /// Lowest to highest, for a line of small columns.
    pub levels: [&'static str; 8],
    pub spinner: &'static [&'static str],
}

/// For every terminal of today.
pub const UNICODE: Glyphs = Glyphs {
    ellipsis: "…",
    selected: "▌",
    horizontal: "─",
    vertical: "│",
    corners: ["╭", "╮", "╰", "╯"],
    dot: "·",
    done: "✓",
    current: "●",
    pending: "○",
    failed: "✗",
    half: "◐",
    differs: "≠",
    tee: "├",
    descending: "▼",
    ascending: "▲",
    enter: "↵",
    arrow: "→",
    minus: "−",
    delta: "Δ",
    collapsed: "▸",
    expanded: "▾",
    gauge: ["▕", "▏"],
    eighths: [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
    levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
    spinner: &["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
};

/// For fonts, serial lines and screen readers that know nothing else.
pub const ASCII: Glyphs = Glyphs {
    ellipsis: "..",
    selected: ">",
    horizontal: "-",
    vertical: "|",
    corners: ["+", "+", "+", "+"],
    dot: ".",
    done: "v",
    current: "*",
    pending: "o",
    failed: "x",
    half: "~",
    differs: "#",
    tee: "|",
    descending: "v",
    ascending: "^",
    enter: "enter",
    arrow: ">",
    minus: "-",
    delta: "d",
    collapsed: "+",
    expanded: "-",
    gauge: ["[", "]"],
    eighths: [" ", " ", " ", " ", "#", "#", "#", "#", "#"],
    levels: ["_", ".", ":", "-", "=", "+", "*", "#"],
    spinner: &["|", "/", "-", "\\"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    fn cells(glyphs: &Glyphs) -> Vec<&'static str> {
        let single = [
            glyphs.selected,
            glyphs.horizontal,
            glyphs.vertical,
            glyphs.dot,
            glyphs.done,
            glyphs.current,
            glyphs.pending,
            glyphs.failed,
            glyphs.half,
            glyphs.differs,
            glyphs.tee,
            glyphs.descending,
            glyphs.ascending,
            glyphs.arrow,
            glyphs.minus,
            glyphs.delta,
            glyphs.collapsed,
            glyphs.expanded,
        ];
        [&single[..], &glyphs.corners, &glyphs.gauge, &glyphs.eighths, &glyphs.levels, glyphs.spinner].concat()
    }

    #[test]
    fn each_fills_one_cell_and_the_fallback_is_ascii() {
        assert!(cells(&UNICODE).iter().all(|glyph| glyph.width() == 1));
        assert!(cells(&ASCII).iter().all(|glyph| glyph.width() == 1 && glyph.is_ascii()));
        assert!([ASCII.ellipsis, ASCII.enter].iter().all(|glyph| glyph.is_ascii()));
    }
}
