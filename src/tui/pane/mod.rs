//! The panes: which there are, and where each plugs in.
//!
//! A pane is a module with its own model (a field of [`Model`]), which answers the questions below.
//! Adding one: a variant and an entry here, its field in the model, and an arm in each `match`.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

pub mod audit;
mod beside;
pub mod counts;
pub mod drift;
pub mod journal;
mod list;
pub mod migrations;
pub mod overview;
pub mod sync;

use crate::{config::key::Key, core::sheet::Sheet};

use super::{
    action::{Action, Context, Reason},
    model::Model,
    msg::{Effect, Mouse},
    widget::{cell::Cell, table::Position},
};

/// One of the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`Pane::ALL` describes each")]
pub enum Pane {
    Overview,
    Counts,
    Audit,
    Migrations,
    Drift,
    Sync,
    Journal,
}

/// What there is to say about a pane.
#[derive(Debug)]
pub struct Entry {
    /// Which.
    pub pane: Pane,
    /// Its title.
    pub title: &'static str,
    /// What it is for, shown while it is empty.
    pub purpose: &'static str,
}

impl Pane {
    /// The panes in the order of their tabs; their numbers are counted from 1.
    pub const ALL: &'static [Entry] = &[
        Entry { pane: Pane::Overview, title: "Overview", purpose: "Every environment at a glance." },
        Entry { pane: Pane::Counts, title: "Counts", purpose: "Rows per table and environment, side by side." },
        Entry {
            pane: Pane::Audit,
            title: "Audit",
            purpose: "What is wrong with an environment, why it matters and how it is mended.",
        },
        Entry {
            pane: Pane::Migrations,
            title: "Migrations",
            purpose: "Which files there are, where each of them ran, and what is wrong.",
        },
        Entry {
            pane: Pane::Drift,
            title: "Drift",
            purpose: "What differs between the schemas of two environments, with the SQL of both.",
        },
        Entry {
            pane: Pane::Sync,
            title: "Sync",
            purpose: "Export, review, apply and verify: rows carried from one environment to another.",
        },
        Entry {
            pane: Pane::Journal,
            title: "Journal",
            purpose: "Who did what to which environment, and how it ended.",
        },
    ];

    /// Its entry in the table.
    pub fn entry(self) -> &'static Entry {
        &Pane::ALL[self as usize]
    }

    /// The pane `by` tabs further, round and round.
    #[must_use]
    pub fn step(self, by: usize) -> Self {
        Pane::ALL[(self as usize + by) % Pane::ALL.len()].pane
    }
}

/// Where keys go in the pane in front, the nearest first. Global keys come behind these by themselves.
pub fn contexts(model: &Model) -> Vec<Context> {
    match model.pane {
        Pane::Overview => overview::contexts(),
        Pane::Counts => counts::contexts(),
        Pane::Audit => audit::contexts(),
        Pane::Migrations => migrations::contexts(),
        Pane::Drift => drift::contexts(),
        Pane::Sync => sync::contexts(model),
        Pane::Journal => journal::contexts(),
    }
}

/// Whether a line is being typed in the pane in front, so that letters are letters.
pub fn typing(model: &Model) -> bool {
    match model.pane {
        Pane::Overview => model.overview.table.filter.editing,
        Pane::Counts => model.counts.table.filter.editing,
        Pane::Audit => model.audit.table.filter.editing,
        Pane::Migrations => model.migrations.table.filter.editing,
        Pane::Drift => model.drift.table.filter.editing,
        Pane::Sync => sync::typing(model),
        Pane::Journal => model.journal.table.filter.editing,
    }
}

/// Takes in a key that is bound to nothing: no letter of a filter that nobody opened.
pub fn typed(model: &mut Model, key: Key) {
    if !typing(model) {
        return;
    }
    match model.pane {
        Pane::Overview => overview::typed(model, key),
        Pane::Counts => counts::typed(model, key),
        Pane::Audit => audit::typed(model, key),
        Pane::Migrations => migrations::typed(model, key),
        Pane::Drift => drift::typed(model, key),
        Pane::Sync => sync::typed(model, key),
        Pane::Journal => journal::typed(model, key),
    }
}

/// Takes in what was pasted, where a line is being typed.
pub fn pasted(model: &mut Model, text: &str) {
    if !typing(model) {
        return;
    }
    match model.pane {
        Pane::Overview => overview::pasted(model, text),
        Pane::Counts => counts::pasted(model, text),
        Pane::Audit => audit::pasted(model, text),
        Pane::Migrations => migrations::pasted(model, text),
        Pane::Drift => drift::pasted(model, text),
        Pane::Sync => sync::pasted(model, text),
        Pane::Journal => journal::pasted(model, text),
    }
}

/// Whether Esc has something to leave inside the pane in front.
pub fn can_go_back(model: &Model) -> bool {
    match model.pane {
        Pane::Overview => model.overview.table.filter.active(),
        Pane::Counts => model.counts.table.filter.active(),
        Pane::Audit => audit::can_go_back(model),
        Pane::Migrations => migrations::can_go_back(model),
        Pane::Drift => drift::can_go_back(model),
        Pane::Sync => sync::can_go_back(model),
        Pane::Journal => model.journal.table.filter.active(),
    }
}

/// Whether the pane in front can do `action` just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    availability_in(model, model.pane, action)
}

/// Whether `pane` could do `action` just now if it were in front.
pub fn availability_in(model: &Model, pane: Pane, action: Action) -> Result<(), Reason> {
    let elsewhere = |home: Pane| Err(Reason::new(format!("that is in the {} pane", home.entry().title)));
    match (homes(action).next(), pane) {
        (Some(home), pane) if !homes(action).any(|home| home == pane) => elsewhere(home),
        (_, Pane::Overview) => overview::availability(model, action),
        (_, Pane::Counts) => counts::availability(model, action),
        (_, Pane::Audit) => audit::availability(model, action),
        (_, Pane::Migrations) => migrations::availability(model, action),
        (_, Pane::Drift) => drift::availability(model, action),
        (_, Pane::Sync) => sync::availability(model, action),
        (_, Pane::Journal) => journal::availability(model, action),
    }
}

/// The panes whose own action this is, by the contexts of the action's entry; none where it is anybody's.
pub fn homes(action: Action) -> impl Iterator<Item = Pane> {
    action.entry().contexts.iter().filter_map(|context| match context {
        Context::Counts => Some(Pane::Counts),
        Context::Audit => Some(Pane::Audit),
        Context::Migrations => Some(Pane::Migrations),
        Context::Drift => Some(Pane::Drift),
        Context::Sync | Context::Choose | Context::Review | Context::Done => Some(Pane::Sync),
        Context::Journal => Some(Pane::Journal),
        _ => None,
    })
}

/// The rows of the list in front, as its filter lets them through and in their order.
pub fn sheet(model: &Model) -> Option<Sheet> {
    match model.pane {
        Pane::Overview => Some(overview::sheet(model)),
        Pane::Counts => Some(counts::sheet(model)),
        Pane::Audit => Some(audit::sheet(model)),
        Pane::Migrations => Some(migrations::sheet(model)),
        Pane::Drift => Some(drift::sheet(model)),
        Pane::Sync => sync::sheet(model),
        Pane::Journal => Some(journal::sheet(model)),
    }
}

/// Does `action` in the pane in front.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match model.pane {
        Pane::Overview => overview::act(model, action),
        Pane::Counts => counts::act(model, action),
        Pane::Audit => audit::act(model, action),
        Pane::Migrations => migrations::act(model, action),
        Pane::Drift => drift::act(model, action),
        Pane::Sync => sync::act(model, action),
        Pane::Journal => journal::act(model, action),
    }
}

/// Takes in a click inside the pane in front, which is drawn in `area`.
pub fn clicked(model: &mut Model, mouse: Mouse, area: Rect) -> Vec<Effect> {
    let area = inside(area);
    match model.pane {
        Pane::Overview => overview::clicked(model, mouse, area),
        Pane::Counts => counts::clicked(model, mouse, area),
        Pane::Audit => audit::clicked(model, mouse, area),
        Pane::Migrations => migrations::clicked(model, mouse, area),
        Pane::Drift => drift::clicked(model, mouse, area),
        Pane::Sync => sync::clicked(model, mouse, area),
        Pane::Journal => journal::clicked(model, mouse, area),
    }
    Vec::new()
}

/// Where the selection of the pane in front is, for the end of the hint bar.
pub fn position(model: &Model) -> Option<Position> {
    let position = match model.pane {
        Pane::Overview => Some(model.overview.table.position()),
        Pane::Counts => Some(model.counts.table.position()),
        Pane::Audit => Some(model.audit.position()),
        Pane::Migrations => Some(model.migrations.position()),
        Pane::Drift => Some(model.drift.position()),
        Pane::Sync => sync::position(model),
        Pane::Journal => Some(model.journal.table.position()),
    };
    position.filter(|position| position.all > 0)
}

/// What stands behind the title of `pane` in its tab: how many findings, how much is pending.
pub fn badge(model: &Model, pane: Pane) -> Option<Cell> {
    match pane {
        Pane::Audit => audit::badge(model),
        Pane::Migrations => migrations::badge(model),
        Pane::Drift => drift::badge(model),
        _ => None,
    }
}

/// The part of the screen that a pane draws in and is clicked in.
fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

/// Draws the pane in front; says where the cursor belongs, if a line is being typed.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let inside = inside(area);
    match model.pane {
        Pane::Overview => overview::draw(model, inside, buffer),
        Pane::Counts => counts::draw(model, inside, buffer),
        Pane::Audit => audit::draw(model, inside, buffer),
        Pane::Migrations => migrations::draw(model, inside, buffer),
        Pane::Drift => drift::draw(model, inside, buffer),
        Pane::Sync => sync::draw(model, inside, buffer),
        Pane::Journal => journal::draw(model, inside, buffer),
    }
}
