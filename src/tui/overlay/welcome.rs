//! The first page: what pgdeck is and where to begin, shown where there is no project.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{
        action::Action,
        model::Model,
        msg::{Effect, Work},
        widget::{
            cell::{Cell, wrap},
            section,
        },
    },
};

use super::{Overlay, Page};

/// The example that the page shows; a test keeps it readable by pgdeck.
pub const EXAMPLE: &str = include_str!("welcome.toml");

const WHAT: [&str; 2] = [
    "The operations deck for PostgreSQL environments: see what is in each of them, side by side,",
    "and carry configuration from one to the next: reviewed, in one transaction, with an undo.",
];

const CHOICES: [(Action, &str, &str); 3] = [
    (Action::TryDemo, "try the demo", "an example on two throw-away servers"),
    (Action::ShowProject, "write a pgdeck.toml", "a small file with comments, to begin with"),
    (Action::Quit, "quit", ""),
];

/// Does what was chosen.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::TryDemo => vec![model.start("demo", Work::Demo), Effect::Quit],
        Action::ShowProject => {
            model.overlays.push(Overlay::Page(example()));
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn example() -> Page {
    let role = |line: &str| match line {
        comment if comment.starts_with('#') => Role::Muted,
        head if head.starts_with('[') => Role::Accent,
        _ => Role::Text,
    };
    let lines = EXAMPLE.lines().map(|line| (role(line), line.to_owned()));
    Page::new("pgdeck.toml, in your project's folder", lines.collect())
}

/// Draws it in the middle of `area`.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let room = area.width.saturating_sub(4).min(92);
    let full = lines(model, usize::from(room), &WHAT);
    let lines = if full.len() <= area.height.into() { full } else { lines(model, usize::from(room), &[]) };
    let place = section::centred(area, room, lines.len() as u16);
    section::lines(&lines, 0, place, &model.look, buffer);
}

fn lines(model: &Model, room: usize, what: &[&str]) -> Vec<Cell> {
    let mut lines = vec![Cell::of(Role::Accent, "pgdeck").bold(), Cell::default()];
    if !what.is_empty() {
        lines.extend(wrap(&what.join(" "), room).iter().map(Cell::text));
        lines.push(Cell::default());
    }
    lines.extend(Cell::of(Role::Muted, "There is no pgdeck.toml here or above.").wrapped(room));
    lines.push(Cell::default());
    for (action, title, about) in CHOICES {
        let key = model.key(action).unwrap_or_default();
        let line = Cell::of(Role::Accent, format!("{key:<4}")).bold().and(Role::Text, format!("{title:<21}"));
        let full = line.clone().and(Role::Muted, about);
        lines.push(if full.width() <= room { full } else { line });
    }
    lines
}

#[cfg(test)]
mod tests {
    use crate::config::{project::Project, source::Source};

    #[test]
    fn the_example_is_a_project() {
        let project = Project::parse(Source::new("pgdeck.toml", super::EXAMPLE)).expect("project");
        assert_eq!(project.environment_names().collect::<Vec<_>>(), ["production", "preprod"]);
        assert_eq!(project.sets.all().len(), 1);
    }
}
