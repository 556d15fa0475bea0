//! A tree whose branches fold: only what is open and in sight is drawn.

use std::collections::BTreeSet;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{action::Action, look::Look},
};

use super::cell::Cell;

/// One line of a tree. A tree is its nodes in reading order: what is inside a node follows it, deeper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// How deep it is; 0 for a root.
    pub depth: usize,
    /// What it says.
    pub label: Cell,
}

/// What is folded, which node is marked, and what is in sight.
#[derive(Debug, Clone, Default)]
pub struct TreeState {
    folded: BTreeSet<usize>,
    cursor: usize,
    top: usize,
}

impl TreeState {
    /// The marked node.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The nodes that no fold hides, in their order.
    pub fn open(&self, nodes: &[Node]) -> Vec<usize> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < nodes.len() {
            out.push(at);
            at = if self.folded.contains(&at) { end(nodes, at) } else { at + 1 };
        }
        out
    }

    /// Moves, folds or unfolds; `visible` lines have room.
    pub fn act(&mut self, action: Action, nodes: &[Node], visible: usize) {
        match action {
            Action::Fold => self.fold(nodes),
            Action::Unfold => self.unfold(nodes),
            _ => self.walk(action, nodes, visible),
        }
        let open = self.open(nodes);
        let line = open.iter().position(|at| *at == self.cursor).unwrap_or(0);
        self.top = self.top.clamp((line + 1).saturating_sub(visible.max(1)), line);
    }

    /// Folds the node; where there is nothing to fold, goes to the one it is in.
    fn fold(&mut self, nodes: &[Node]) {
        if has_inside(nodes, self.cursor) && self.folded.insert(self.cursor) {
            return;
        }
        let depth = nodes.get(self.cursor).map_or(0, |node| node.depth);
        let outer = (0..self.cursor).rev().find(|at| nodes[*at].depth < depth);
        self.cursor = outer.unwrap_or(self.cursor);
    }

    /// Unfolds the node; where it is open, goes inside.
    fn unfold(&mut self, nodes: &[Node]) {
        if !self.folded.remove(&self.cursor) && has_inside(nodes, self.cursor) {
            self.cursor += 1;
        }
    }

    fn walk(&mut self, action: Action, nodes: &[Node], visible: usize) {
        let open = self.open(nodes);
        let line = open.iter().position(|at| *at == self.cursor).unwrap_or(0);
        let (last, page) = (open.len().saturating_sub(1), visible.max(1));
        let to = match action {
            Action::Up => line.saturating_sub(1),
            Action::Down => line + 1,
            Action::PageUp => line.saturating_sub(page),
            Action::PageDown => line + page,
            Action::HalfPageUp => line.saturating_sub(page / 2),
            Action::HalfPageDown => line + page / 2,
            Action::Top => 0,
            Action::Bottom => last,
            _ => line,
        };
        self.cursor = open.get(to.min(last)).copied().unwrap_or(0);
    }

    /// Draws what is in sight.
    pub fn draw(&self, nodes: &[Node], area: Rect, look: &Look, buffer: &mut Buffer) {
        for (row, at) in area.rows().zip(self.open(nodes).into_iter().skip(self.top)) {
            let node = &nodes[at];
            let sign = match (has_inside(nodes, at), self.folded.contains(&at)) {
                (false, _) => " ",
                (true, true) => look.glyphs.collapsed,
                (true, false) => look.glyphs.expanded,
            };
            let line = Cell::of(Role::Muted, format!(" {}{sign} ", "  ".repeat(node.depth))).then(node.label.clone());
            line.left(row, look, buffer);
            if at == self.cursor {
                buffer.set_style(row, look.style(Role::Selection));
                buffer.set_stringn(row.x, row.y, look.glyphs.selected, 1, look.style(Role::Accent));
            }
        }
    }
}

fn has_inside(nodes: &[Node], at: usize) -> bool {
    end(nodes, at) > at + 1
}

/// The first node behind everything inside `at`.
fn end(nodes: &[Node], at: usize) -> usize {
    let Some(node) = nodes.get(at) else { return at };
    let inside = nodes[at + 1..].iter().take_while(|other| other.depth > node.depth).count();
    at + 1 + inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes() -> Vec<Node> {
        [0, 1, 2, 1, 0].map(|depth| Node { depth, label: Cell::text("x") }).to_vec()
    }

    fn after(actions: &[Action]) -> (usize, Vec<usize>) {
        let (nodes, mut state) = (nodes(), TreeState::default());
        for action in actions {
            state.act(*action, &nodes, 3);
        }
        (state.cursor(), state.open(&nodes))
    }

    #[test]
    fn folding_hides_what_is_inside_at_any_depth() {
        assert_eq!(after(&[Action::Fold]), (0, vec![0, 4]));
        assert_eq!(after(&[Action::Fold, Action::Down]), (4, vec![0, 4]));
        assert_eq!(after(&[Action::Down, Action::Fold, Action::Down]), (3, vec![0, 1, 3, 4]));
    }

    #[test]
    fn what_cannot_be_folded_leads_out_and_what_is_open_leads_in() {
        assert_eq!(after(&[Action::Unfold, Action::Unfold]).0, 2);
        assert_eq!(after(&[Action::Unfold, Action::Unfold, Action::Fold]).0, 1);
        assert_eq!(after(&[Action::Fold, Action::Unfold]), (0, vec![0, 1, 2, 3, 4]));
    }

    #[test]
    fn the_marked_node_stays_in_sight_and_an_empty_tree_is_no_trouble() {
        let (nodes, mut state) = (nodes(), TreeState::default());
        state.act(Action::Bottom, &nodes, 3);
        assert_eq!((state.cursor(), state.top), (4, 2));
        let mut state = TreeState::default();
        for action in [Action::Down, Action::Fold, Action::Unfold, Action::Bottom] {
            state.act(action, &[], 3);
        }
        assert_eq!(state.cursor(), 0);
    }
}
