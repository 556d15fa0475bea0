//! Draws the model. Reads, and never changes anything.

use ratatui::{Frame, layout::Rect};

use crate::config::theme::Role;

use super::{
    chrome::{chord, hints, message, status, tabs},
    layout::{LEAST, areas},
    model::Model,
    overlay::{self, Overlay},
    pane,
    widget::{
        cell::{Cell, wrap},
        section,
    },
};

/// Draws everything.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let screen = frame.area();
    let Some(areas) = areas((screen.width, screen.height)) else {
        too_small(model, screen, frame);
        return;
    };
    let buffer = frame.buffer_mut();
    buffer.set_style(screen, model.look.ground());
    let mut cursor = None;
    // Without a project there is nothing to show below the first page.
    if !matches!(model.overlays.first(), Some(Overlay::Welcome)) {
        status::draw(model, areas.status, buffer);
        tabs::draw(model, areas.tabs, buffer);
        if !areas.rule.is_empty() {
            section::rule(areas.rule, &model.look, buffer);
        }
        cursor = pane::draw(model, areas.body, buffer);
    }
    if !model.overlays.is_empty() {
        cursor = overlay::draw(model, areas.body, buffer);
    }
    message::draw(model, areas.message, buffer);
    hints::draw(model, areas.hints, buffer);
    chord::draw(model, areas.above_hints(), buffer);
    if let Some(position) = cursor.filter(|position| screen.contains(*position)) {
        frame.set_cursor_position(position);
    }
}

/// One calm sentence, wherever it fits.
fn too_small(model: &Model, screen: Rect, frame: &mut Frame<'_>) {
    let text = format!(
        "pgdeck needs {} by {} cells, the terminal has {} by {}",
        LEAST.0, LEAST.1, screen.width, screen.height
    );
    frame.buffer_mut().set_style(screen, model.look.ground());
    let lines: Vec<_> = wrap(&text, screen.width.into()).into_iter().map(|line| Cell::of(Role::Muted, line)).collect();
    section::lines(&lines, 0, screen, &model.look, frame.buffer_mut());
}
