//! The pictures of the README, painted from the real screen buffer. `just pictures` writes them; without
//! `UPDATE_PICTURES` this only checks that they can be made and hold what they should show.

use std::{fmt::Write as _, path::Path, time::Duration};

use pgdeck::tui::model::EnvState;
use ratatui::{
    buffer::Buffer,
    style::{Color, Modifier},
};

use crate::support::Story;

/// Size of a cell in the picture.
const CELL: (f32, f32) = (8.4, 18.0);

#[tokio::test(flavor = "multi_thread")]
async fn the_console_as_pictures() {
    let mut story = Story::open(120, 34).await;
    story.same_servers_everywhere().await;
    picture(&story, "overview", "differ in row estimates");
    story.press("2 e").await;
    picture(&story, "counts", "capability_domain_questions");
    story.press("4 / F K enter j").await;
    picture(&story, "audit", "POLICIES ON");
    story.press("7 enter").await;
    story.press(&"down ".repeat(13)).await;
    story.press("tab down down down").await;
    picture(&story, "review", "program_modules");
    story.press("enter").await;
    story.type_in("preprod").await;
    story.press("tab").await;
    picture(&story, "apply", "Apply to preprod (STAGING)");
}

impl Story {
    /// Version and latency differ from run to run; a picture should not.
    async fn same_servers_everywhere(&mut self) {
        for (name, milliseconds) in [("production", 11), ("preprod", 2)] {
            let state = EnvState::Ready { version: "17.6".into(), latency: Duration::from_millis(milliseconds) };
            self.tell(pgdeck::tui::msg::Msg::Environment(name.into(), state)).await;
        }
    }
}

fn picture(story: &Story, name: &str, shows: &str) {
    story.sees(shows);
    let svg = svg(story.buffer());
    assert!(svg.contains("</svg>"));
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pictures");
        std::fs::create_dir_all(&folder).expect("folder");
        std::fs::write(folder.join(format!("{name}.svg")), svg).expect("picture");
    }
}

/// The buffer as an SVG file: one `text` per run of cells of one style.
fn svg(buffer: &Buffer) -> String {
    let (width, height) = (f32::from(buffer.area.width) * CELL.0, f32::from(buffer.area.height) * CELL.1);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#101418\"/>\n"
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let first = &buffer[(x, y)];
            let style = (first.fg, first.bg, first.modifier);
            let from = x;
            let mut text = String::new();
            while x < buffer.area.width && (buffer[(x, y)].fg, buffer[(x, y)].bg, buffer[(x, y)].modifier) == style {
                text.push_str(buffer[(x, y)].symbol());
                x += 1;
            }
            run(&mut out, (from, y), x - from, &text, style);
        }
    }
    out.push_str("</svg>\n");
    out
}

fn run(out: &mut String, (x, y): (u16, u16), cells: u16, text: &str, (fg, bg, modifier): (Color, Color, Modifier)) {
    let (left, top, width) = (f32::from(x) * CELL.0, f32::from(y) * CELL.1, f32::from(cells) * CELL.0);
    if let Some(colour) = hex(bg) {
        let _ = writeln!(
            out,
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{colour}\"/>",
            CELL.1
        );
    }
    if text.trim().is_empty() {
        return;
    }
    let colour = hex(fg).unwrap_or_else(|| "#d0d4d8".into());
    let weight = if modifier.contains(Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = writeln!(
        out,
        "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{width:.1}\" xml:space=\"preserve\" fill=\"{colour}\"{weight}>{escaped}</text>",
        top + 13.5
    );
}

fn hex(colour: Color) -> Option<String> {
    match colour {
        Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
        _ => None,
    }
}
