//! The last step: what was written, and how to take it back.

use std::sync::Arc;

use ratatui::{buffer::Buffer, layout::Rect};

use super::{Stage, remaining, review};
use crate::{
    app::sync::Applied,
    config::theme::Role,
    core::{
        error::Error,
        sync::{diff::Review, plan::short},
    },
    tui::{
        action::{Action, Reason},
        model::Model,
        overlay::{Overlay, Page},
        pane::{journal, list},
        widget::{cell::Cell, section},
    },
};

/// An apply with its second review.
#[derive(Debug, Clone)]
pub struct Done {
    applied: Arc<Applied>,
    review: Result<Arc<Review>, Error>,
}

impl Done {
    /// What was `applied`, and what the review after it found.
    pub fn new(applied: Arc<Applied>, review: Result<Arc<Review>, Error>) -> Self {
        Done { applied, review }
    }

    /// The environment that was written.
    pub fn to(&self) -> &str {
        &self.applied.environment
    }
}

/// Whether `action` can be done just now.
pub fn availability(model: &Model, done: &Done, action: Action) -> Result<(), Reason> {
    match action {
        Action::SyncAgain | Action::ShowSql => Ok(()),
        Action::Undo => list::writable(model, done.to()),
        _ => Err(Reason::new("the sync is finished; start over with a new review")),
    }
}

/// Asks whether the run is to be taken back.
pub fn ask_undo(model: &mut Model) {
    let Stage::Done(done) = &model.sync.stage else { return };
    let (run, to, rows) = (done.applied.run.clone().unwrap_or_default(), done.to().to_owned(), done.applied.rows);
    let facts = vec![
        Cell::text(format!("Take back run {run}: {rows}.")),
        Cell::default(),
        Cell::of(Role::Muted, "Rows that changed since are refused, and nothing is written then."),
    ];
    journal::ask(model, &run, &to, facts);
}

/// Does `action`.
pub fn act(model: &mut Model, action: Action) {
    let Stage::Done(done) = &model.sync.stage else { return };
    if action == Action::ShowSql {
        let title = done.applied.run.as_ref().map_or_else(|| done.to().to_owned(), |run| format!("run {run}"));
        let page = Page::of(title, paragraphs(model, done));
        model.overlays.push(Overlay::Page(page));
    }
}

/// Draws it.
pub fn draw(model: &Model, done: &Done, area: Rect, buffer: &mut Buffer) {
    review::draw_paragraphs(model, &paragraphs(model, done), area, buffer);
}

fn paragraphs(model: &Model, done: &Done) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let applied = &done.applied;
    let rows = applied.rows;
    let mut lines = vec![
        Cell::of(Role::Ok, format!("{} ", glyphs.done))
            .then(Cell::text(format!("{} is as reviewed", done.to())).bold())
            .and(Role::Muted, format!("   plan {}", short(&applied.digest))),
        Cell::default(),
        Cell::of(Role::Ok, format!("  {} insert", rows.insert))
            .and(Role::Warn, format!("  {} update", rows.update))
            .and(Role::Danger, format!("  {} delete", rows.delete))
            .and(Role::Muted, "   in one transaction"),
        Cell::of(Role::Muted, "  every row was read back before it was committed"),
        Cell::default(),
    ];
    lines.push(match &done.review {
        Ok(review) => match remaining(review) {
            0 => {
                Cell::of(Role::Ok, format!("{} ", glyphs.done)).and(Role::Text, "A second review finds no difference.")
            }
            left => Cell::text(format!("A second review finds {left} rows that differ: those that were left out.")),
        },
        Err(error) => Cell::of(Role::Warn, format!("The second review could not be made: {error}")),
    });
    let run = applied.run.clone().unwrap_or_default();
    let key = model.key(Action::Undo).unwrap_or_default();
    lines.extend([
        Cell::default(),
        section::head("undo"),
        Cell::of(Role::Accent, key).bold().and(Role::Text, " takes the run back, or later in a shell:"),
        Cell::text(format!("  pgdeck sync undo {run} --confirm {}", done.to())),
    ]);
    let told = applied.triggers.sentences(&applied.rewrote);
    if !told.is_empty() {
        lines.extend([Cell::default(), section::head("triggers")]);
    }
    lines.extend(told.iter().map(|what| Cell::of(Role::Warn, format!("In the target, {what}."))));
    lines
}
