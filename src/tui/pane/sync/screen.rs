//! The wizard on the screen: the step line, and below it the step that it is at.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{Reviewing, STEPS, Stage, choose, done, layout::split, review};
use crate::{
    config::theme::Role,
    tui::{
        model::Model,
        msg::Origin,
        widget::{cell::Cell, section, steps},
    },
};

/// Draws it.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let (line, body) = split(area);
    let used = steps::steps(&STEPS, model.sync.step(), &model.look.glyphs).left(line, &model.look, buffer);
    let rest = Rect { x: line.x + used + 3, width: line.width.saturating_sub(used + 3), ..line };
    route(model, rest.width.into()).left(rest, &model.look, buffer);
    match &model.sync.stage {
        Stage::Choose => return choose::draw(model, body, buffer),
        Stage::Review(reviewing) => return review::draw(model, reviewing, body, buffer),
        Stage::Done(done) => done::draw(model, done, body, buffer),
        stage => {
            if let (true, Some(left)) = (model.sync.again, &model.sync.left) {
                return stale(model, left, &working(model, stage), body, buffer);
            }
            let lines =
                [Cell::text(working(model, stage)), Cell::of(Role::Muted, "esc stops it; nothing is written then.")];
            section::lines(&lines, 0, body, &model.look, buffer);
        }
    }
    None
}

/// The review that was left, muted, below the word for it.
fn stale(model: &Model, left: &Reviewing, says: &str, body: Rect, buffer: &mut Buffer) -> Option<Point> {
    Cell::of(Role::Warn, "stale").and(Role::Muted, format!(": {says}")).left(body, &model.look, buffer);
    let below = 2.min(body.height);
    review::draw(model, left, Rect { y: body.y + below, height: body.height - below, ..body }, buffer);
    None
}

fn working(model: &Model, stage: &Stage) -> String {
    let (from, to) = model.sync.choose.pair(model).unwrap_or_default();
    match stage {
        Stage::Comparing(_) if matches!(from, Origin::File(_)) => {
            format!("Reading {from}, and {to} in one snapshot, read-only…")
        }
        Stage::Comparing(_) => format!("Reading {from} and {to}, each in one snapshot, read-only…"),
        Stage::Applying(_, plan) => format!("Writing {} rows to {to}, in one transaction…", plan.steps.len()),
        _ => format!("Reviewing {to} once more…"),
    }
}

/// Least cells of a file's name that are worth showing.
const NAME: usize = 8;

/// `production → preprod`, and the plan where there is one. A long name of a file is cut before it hides the target.
fn route(model: &Model, room: usize) -> Cell {
    let Some((from, to)) = model.sync.choose.pair(model) else { return Cell::default() };
    let glyphs = &model.look.glyphs;
    let target = Cell::of(Role::Muted, format!(" {} ", glyphs.arrow)).and(Role::Text, to);
    let source = Cell::text(from.to_string()).cut(room.saturating_sub(target.width()).max(NAME), glyphs.ellipsis);
    let route = source.then(target);
    match &model.sync.stage {
        Stage::Applying(_, plan) => route.and(Role::Muted, "   plan ").and(Role::Accent, plan.short_digest()),
        _ => route,
    }
}
