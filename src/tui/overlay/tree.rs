//! A tree laid over the screen.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use super::page;
use crate::{
    config::theme::Role,
    tui::{
        action::Action,
        look::Look,
        widget::{
            cell::Cell,
            section,
            tree::{Node, TreeState},
        },
    },
};

/// A tree with its title.
#[derive(Debug, Clone)]
pub struct Tree {
    title: String,
    nodes: Vec<Node>,
    state: TreeState,
}

impl Tree {
    /// The tree of `nodes`, unfolded.
    pub fn new(title: impl Into<String>, nodes: Vec<Node>) -> Self {
        Tree { title: title.into(), nodes, state: TreeState::default() }
    }

    /// Moves, folds or unfolds where it is laid over `body`.
    pub fn act(&mut self, action: Action, body: Rect) {
        self.state.act(action, &self.nodes, page::inside(body).height.into());
    }

    /// Draws it over `body`.
    pub fn draw(&self, body: Rect, look: &Look, buffer: &mut Buffer) -> Option<Position> {
        section::frame(body, &Cell::text(&self.title).bold(), Role::Border, look, buffer);
        self.state.draw(&self.nodes, page::inside(body), look, buffer);
        None
    }
}
