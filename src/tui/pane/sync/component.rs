//! How the wizard answers what keys, the mouse and the screen ask of a pane: each step for itself.

use std::ops::ControlFlow;

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{
    STEPS, Stage, SyncPane, SyncWizard, ask, choose, done, layout, leave, refresh, review, screen, start, told, write,
};
use crate::{
    config::{key::Key, project::Project},
    core::sheet::Sheet,
    tui::{
        action::{Action, Context, Reason},
        model::Model,
        msg::{Effect, Mouse, Msg},
        pane::{Component, Events},
        widget::table::Position,
    },
};

impl Component for SyncWizard {
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
        screen::draw(model, area, buffer)
    }

    fn contexts(&self, model: &Model) -> Vec<Context> {
        match model.sync.stage {
            Stage::Choose => vec![Context::Choose, Context::List, Context::Scroll, Context::Sync],
            Stage::Review(_) => vec![Context::Review, Context::Parts, Context::List, Context::Scroll, Context::Sync],
            Stage::Done(_) => vec![Context::Done, Context::Sync],
            _ => vec![Context::Sync],
        }
    }

    fn typing(&self, model: &Model) -> bool {
        match &model.sync.stage {
            Stage::Choose => model.sync.choose.table.filter.editing,
            Stage::Review(reviewing) => reviewing.table().filter.editing,
            _ => false,
        }
    }

    fn typed(&self, model: &mut Model, key: Key) {
        match &mut model.sync.stage {
            Stage::Choose => model.sync.choose.change(|table, rows| table.typed(key, rows)),
            Stage::Review(reviewing) => reviewing.change(&model.look.glyphs, |table, rows| table.typed(key, rows)),
            _ => {}
        }
    }

    fn pasted(&self, model: &mut Model, text: &str) {
        match &mut model.sync.stage {
            Stage::Choose => model.sync.choose.change(|table, rows| table.pasted(text, rows)),
            Stage::Review(reviewing) => reviewing.change(&model.look.glyphs, |table, rows| table.pasted(text, rows)),
            _ => {}
        }
    }

    fn can_go_back(&self, model: &Model) -> bool {
        match &model.sync.stage {
            Stage::Choose => model.sync.choose.table.filter.active(),
            Stage::Review(reviewing) => reviewing.can_go_back(),
            _ => false,
        }
    }

    fn availability(&self, model: &Model, action: Action) -> Result<(), Reason> {
        let contexts = action.entry().contexts;
        let own = [Context::Choose, Context::Review, Context::Done];
        let here = self.contexts(model);
        if contexts.iter().any(|context| own.contains(context))
            && !contexts.iter().any(|context| here.contains(context))
        {
            return Err(Reason::new(format!("finish or leave the {} step first", STEPS[model.sync.step().min(3)])));
        }
        match &model.sync.stage {
            Stage::Choose | Stage::Review(_) if write::is(action) => write::availability(model, action),
            Stage::Choose => choose::availability(model, action),
            Stage::Review(reviewing) => review::availability(model, reviewing, action),
            Stage::Done(done) => done::availability(model, done, action),
            _ => Err(Reason::new("a sync step is running")),
        }
    }

    fn act(&self, model: &mut Model, action: Action) -> Vec<Effect> {
        match action {
            Action::SyncStart => {
                model.sync.again = false;
                return start(model);
            }
            Action::SyncApply => ask(model),
            Action::SyncAgain | Action::StepBack => leave(model),
            Action::Refresh => return refresh(model),
            Action::Undo => done::ask_undo(model),
            action if write::is(action) => write::ask(model, action),
            _ => match model.sync.stage {
                Stage::Choose => return choose::act(model, action),
                Stage::Review(_) => return review::act(model, action),
                Stage::Done(_) => done::act(model, action),
                _ => {}
            },
        }
        Vec::new()
    }

    fn sheet(&self, model: &Model) -> Option<Sheet> {
        match &model.sync.stage {
            Stage::Choose => Some(model.sync.choose.sheet()),
            Stage::Review(reviewing) => Some(reviewing.sheet()),
            _ => None,
        }
    }

    fn clicked(&self, model: &mut Model, mouse: Mouse, area: Rect) {
        let body = layout::split(area).1;
        match &mut model.sync.stage {
            Stage::Choose => choose::clicked(&mut model.sync.choose, mouse, body),
            Stage::Review(reviewing) => reviewing.clicked(mouse, body, &model.look.glyphs),
            _ => {}
        }
    }

    fn position(&self, model: &Model) -> Option<Position> {
        match &model.sync.stage {
            Stage::Choose => Some(model.sync.choose.table.position()),
            Stage::Review(reviewing) => Some(reviewing.table().position()),
            _ => None,
        }
    }
}

impl Events for SyncWizard {
    fn set_project(&self, model: &mut Model, project: &Project) {
        model.sync = SyncPane::new(project);
    }

    fn handle(&self, model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        match msg {
            Msg::Sync(sync) => ControlFlow::Break(told(model, sync)),
            other => ControlFlow::Continue(other),
        }
    }
}
