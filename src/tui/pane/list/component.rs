//! How a list answers what keys, the mouse and the screen ask of a pane.

use std::time::Duration;

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{List, areas, beside, body, change, is_scrolling, parts, place, selected, selected_key};
use crate::{
    config::key::Key,
    core::sheet::Sheet,
    tui::{
        action::{Action, Context, Reason},
        layout,
        model::Model,
        msg::{Effect, Mouse},
        overlay::{Overlay, Page, page},
        pane::{Component, split},
        widget::{
            cell::Cell,
            table::{Hit, Position},
        },
    },
};

impl<L: List> Component for L {
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
        List::draw(self, model, area, buffer)
    }

    fn contexts(&self, model: &Model) -> Vec<Context> {
        let mut contexts = L::PANE.entry().contexts.to_vec();
        contexts.extend(beside(self, model).map(|_| Context::Split));
        contexts.extend([Context::List, Context::Scroll]);
        contexts
    }

    fn typing(&self, model: &Model) -> bool {
        self.state(model).table.filter.editing
    }

    fn typed(&self, model: &mut Model, key: Key) {
        change(self, model, |table, rows| table.typed(key, rows));
    }

    fn pasted(&self, model: &mut Model, text: &str) {
        change(self, model, |table, rows| table.pasted(text, rows));
    }

    fn can_go_back(&self, model: &Model) -> bool {
        is_scrolling(self, model) || self.state(model).table.filter.active() || self.is_narrowed(model)
    }

    fn availability(&self, model: &Model, action: Action) -> Result<(), Reason> {
        match action {
            Action::FocusNext | Action::FocusPrevious => can_move_focus(self, model, action),
            Action::Accept | Action::Cancel | Action::Back => Ok(()),
            _ => List::availability(self, model, action),
        }
    }

    fn act(&self, model: &mut Model, action: Action) -> Vec<Effect> {
        if let Some(effects) = List::act(self, model, action) {
            return effects;
        }
        let filter = &self.state(model).table.filter;
        let filtered = filter.active() || filter.editing;
        match action {
            Action::FocusNext => {
                let details = &mut self.state_mut(model).details;
                details.focused = !details.focused;
            }
            Action::FocusPrevious => self.state_mut(model).details.focused = false,
            Action::Back if is_scrolling(self, model) => self.state_mut(model).details.focused = false,
            Action::Back if !filtered => self.widen(model),
            Action::Open => open(self, model),
            Action::Copy => {
                let copied = selected(self, model).and_then(|row| self.copy(model, row));
                return copied.map(|(what, text)| model.copy(&what, text)).unwrap_or_default();
            }
            Action::CopyRow => {
                let json = selected(self, model).and_then(|row| self.copy_row(model, row));
                return json.map(|(what, json)| model.copy(what, json)).unwrap_or_default();
            }
            _ => step(self, model, action),
        }
        Vec::new()
    }

    fn sheet(&self, model: &Model) -> Option<Sheet> {
        Some(List::sheet(self, model))
    }

    fn clicked(&self, model: &mut Model, mouse: Mouse, area: Rect) {
        let (left, right) = areas(self, model, area);
        let beside = right.is_some_and(|right| right.contains((mouse.x, mouse.y).into()));
        self.state_mut(model).details.focused = beside;
        let hit = if beside { None } else { self.hit(model, mouse, body(left)) };
        let visible = self.visible(model);
        change(self, model, |table, rows| match hit {
            Some(Hit::Head(column)) => table.sort_by(column, rows),
            Some(Hit::Row(at)) => table.select(at, visible),
            None => {}
        });
    }

    fn position(&self, model: &Model) -> Option<Position> {
        Some(Position { all: self.total(model), ..self.state(model).table.position() })
    }

    fn badge(&self, model: &Model) -> Option<Cell> {
        List::badge(self, model)
    }

    fn settle(&self, model: &mut Model) {
        if self.side(place(model).width).is_some() {
            follow(self, model);
        }
    }

    fn due(&self, model: &Model) -> Option<Duration> {
        self.state(model).details.due()
    }
}

/// Whether the keys can move from the list to the details, or back.
fn can_move_focus<L: List>(list: &L, model: &Model, action: Action) -> Result<(), Reason> {
    let width = place(model).width;
    if beside(list, model).is_none() {
        return Err(match list.side(width) {
            None => Reason::new("this pane has one part"),
            Some(_) if width < split::DETAILS_MIN_WIDTH => {
                let columns = model.size.0 - width + split::DETAILS_MIN_WIDTH;
                Reason::new(format!("the details stand beside the list from {columns} columns on"))
            }
            Some(_) => Reason::new("there is nothing to say about a row yet"),
        });
    }
    match action {
        Action::FocusPrevious if !is_scrolling(list, model) => Err(Reason::new("the list has the keys already")),
        _ => Ok(()),
    }
}

/// Moves, sorts or filters; while the details have the keys, moving scrolls them.
fn step<L: List>(list: &L, model: &mut Model, action: Action) {
    let moves = action.entry().contexts.contains(&Context::Scroll);
    if let Some(right) = beside(list, model).filter(|_| moves && is_scrolling(list, model)) {
        list.state_mut(model).details.scroll(action, right.height);
        return;
    }
    list.state_mut(model).details.focused = false;
    let (visible, columns) = (list.visible(model), list.columns(model).len());
    change(list, model, |table, rows| parts::act(table, action, visible, columns, rows));
}

/// Opens the page that says everything of the selected row.
fn open<L: List>(list: &L, model: &mut Model) {
    let Some(row) = selected(list, model) else { return };
    let room = layout::areas(model.size).map_or(0, |areas| page::inside(areas.body).width);
    let page = Page::of(list.page_title(model, row), list.details(model, row, room.into()));
    model.overlays.push(Overlay::Page(Page { detail: true, ..page }));
}

/// The details follow the selection when it rests.
fn follow<L: List>(list: &L, model: &mut Model) {
    let (now, key) = (model.now, selected_key(list, model));
    let width = beside(list, model).map(|right| split::text(right).width);
    let details = &mut list.state_mut(model).details;
    details.follow(key, now);
    if details.is_current(width) {
        return;
    }
    let at = details.row().cloned();
    // A row that is gone has nothing to say: the selected one has.
    let row = at.and_then(|key| super::find(list, model, &key)).or_else(|| selected(list, model));
    let paragraphs = row.zip(width).map(|(row, width)| (width, list.details(model, row, width.into())));
    let details = &mut list.state_mut(model).details;
    match paragraphs {
        Some((width, paragraphs)) => details.write(width, &paragraphs),
        None => details.forget(),
    }
}
