//! The help: every key that works below it, made from the action table and the keymap as it is.

use ratatui::{
    buffer::Buffer,
    layout::{Margin, Position, Rect},
};

use crate::{
    config::theme::Role,
    tui::{
        action::{Action, Context, Entry, Reason},
        keys::label,
        model::Model,
        update::availability,
        widget::{
            cell::{Cell, width, wrap},
            section,
        },
    },
};

/// How many lines the help has where it is laid over `body`.
pub fn length(model: &Model, body: Rect) -> usize {
    lines(model, inside(body).width).len()
}

/// Where the writing is in the help that is laid over `body`.
pub fn inside(body: Rect) -> Rect {
    body.inner(Margin::new(2, 1))
}

/// Draws it from the line `top` on.
pub fn draw(model: &Model, top: usize, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let inside = inside(body);
    let lines = lines(model, inside.width);
    let top = top.min(lines.len().saturating_sub(inside.height.into()));
    let last = (top + usize::from(inside.height)).min(lines.len());
    let title = Cell::text("Help").bold().and(Role::Muted, format!("  {}", model.pane.entry().title));
    section::frame(body, &title, Role::Border, &model.look, buffer);
    let seen = Cell::of(Role::Muted, format!(" lines {} to {last} of {} ", top + 1, lines.len()));
    seen.right(Rect { y: body.bottom() - 1, height: 1, width: body.width - 2, ..body }, &model.look, buffer);
    section::lines(&lines, top, inside, &model.look, buffer);
    None
}

fn lines(model: &Model, screen: u16) -> Vec<Cell> {
    let groups: Vec<_> = model.ground().into_iter().map(|context| (context, group(model, context))).collect();
    let widest = |text: fn(&Line) -> &str| {
        let all = groups.iter().flat_map(|(_, group)| group);
        all.map(|line| width(text(line)) + 2).max().unwrap_or(0)
    };
    let room = (widest(|line| &line.keys), widest(|line| &line.title));
    let mut lines = Vec::new();
    for (context, group) in groups.iter().filter(|(_, group)| !group.is_empty()) {
        if !lines.is_empty() {
            lines.push(Cell::default());
        }
        lines.push(section::head(context.title()));
        lines.extend(group.iter().flat_map(|line| line.cells(room, screen.into())));
    }
    lines
}

/// What there is to say about one action.
struct Line {
    keys: String,
    title: String,
    /// What it does, or why it cannot be used just now.
    says: Result<&'static str, Reason>,
}

fn group(model: &Model, context: Context) -> Vec<Line> {
    let entries = Action::all().iter().filter(|entry| entry.contexts.contains(&context));
    entries.map(|entry| line(model, context, entry)).collect()
}

fn line(model: &Model, context: Context, entry: &'static Entry) -> Line {
    let keys: Vec<_> = model.keys.of(entry.action, context).map(|chord| label(chord, &model.look.glyphs)).collect();
    let keys = if keys.is_empty() { "no key".to_owned() } else { keys.join("  ") };
    let title = format!("{}{}", entry.title, if entry.danger { " (writes)" } else { "" });
    Line { keys, title, says: availability(model, entry.action).map(|()| entry.description) }
}

impl Line {
    /// `g g  home   Top   The first line.` in columns of the widths `room`; what is said goes on below where the
    /// `screen` is too narrow for it.
    fn cells(&self, room: (usize, usize), screen: usize) -> Vec<Cell> {
        let (keys, title) = (padded(&self.keys, room.0), padded(&self.title, room.1));
        let (head, why, says) = match &self.says {
            Ok(says) => (Cell::of(Role::Accent, keys).and(Role::Text, title), "", *says),
            Err(Reason(why)) => (Cell::of(Role::Faint, keys).and(Role::Faint, title), "not now: ", why.as_ref()),
        };
        let left = screen.saturating_sub(head.width()).max(LEAST);
        let blank = Cell::text(" ".repeat(head.width()));
        let mut said = wrap(&format!("{why}{says}"), left).into_iter();
        let first = said.next().unwrap_or_default();
        let reason = first.strip_prefix(why).unwrap_or(&first);
        let first = head.and(Role::Warn, why).and(Role::Muted, reason);
        std::iter::once(first).chain(said.map(|line| blank.clone().and(Role::Muted, line))).collect()
    }
}

/// On the narrowest screens the end of a line is cut rather than a column of single words.
const LEAST: usize = 16;

fn padded(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(width(text)).max(1)))
}
