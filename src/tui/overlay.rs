//! What lies over a pane: help, pages, the palette, and the box that asks for a name.

pub mod accept;
pub mod confirm;
pub mod help;
pub mod page;
pub mod palette;
pub mod prompt;
pub mod tree;
pub mod welcome;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    config::key::Key,
    core::error::{Code, Result},
};

pub use accept::Accept;
pub use confirm::{Asked, Confirm};
pub use page::Page;
pub use palette::Palette;
pub use prompt::Prompt;
pub use tree::Tree;

use super::{
    action::{Action, Context, Reason},
    layout,
    model::{JobId, Model},
    msg::{Effect, Filed, Tone},
    pane, update,
};

/// One thing that lies over the screen.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// Every key that works below, from the line that is scrolled to.
    Help(usize),
    /// Something to read.
    Page(Page),
    /// Find anything by its name.
    Palette(Palette),
    /// Type a name to go on.
    Confirm(Confirm),
    /// Type the name of a file.
    Prompt(Prompt),
    /// Type why a finding is all right.
    Accept(Accept),
    /// The first page, where there is no project: nothing lies under it.
    Welcome,
    /// A tree whose branches fold.
    Tree(Tree),
}

impl Overlay {
    /// The help, from its beginning.
    pub fn help() -> Self {
        Overlay::Help(0)
    }

    /// The palette with nothing typed.
    pub fn palette() -> Self {
        Overlay::Palette(Palette::default())
    }
}

/// Where keys go while `overlay` is the uppermost.
pub fn contexts(overlay: &Overlay) -> &'static [Context] {
    match overlay {
        Overlay::Page(page) if page.detail => &[Context::Detail, Context::Help, Context::Scroll, Context::Anywhere],
        Overlay::Help(_) | Overlay::Page(_) => &[Context::Help, Context::Scroll, Context::Anywhere],
        Overlay::Palette(_) => &[Context::Palette, Context::Anywhere],
        Overlay::Confirm(_) => &[Context::Confirm, Context::Anywhere],
        Overlay::Prompt(_) => &[Context::Input, Context::Anywhere],
        Overlay::Accept(_) => &[Context::Input, Context::Parts, Context::Anywhere],
        Overlay::Welcome => &[Context::Welcome, Context::Anywhere],
        Overlay::Tree(_) => &[Context::Tree, Context::Help, Context::Scroll, Context::Anywhere],
    }
}

/// Takes in a key that is bound to nothing.
pub fn typed(overlay: &mut Overlay, key: Key) {
    match overlay {
        Overlay::Help(_) | Overlay::Page(_) | Overlay::Tree(_) | Overlay::Welcome => {}
        Overlay::Palette(palette) => palette.typed(key),
        Overlay::Confirm(confirm) => confirm.typed(key),
        Overlay::Prompt(prompt) => prompt.typed(key),
        Overlay::Accept(accept) => accept.typed(key),
    }
}

/// Takes in what was pasted.
pub fn pasted(overlay: &mut Overlay, text: &str) {
    match overlay {
        Overlay::Help(_) | Overlay::Page(_) | Overlay::Tree(_) | Overlay::Welcome => {}
        Overlay::Palette(palette) => palette.pasted(text),
        Overlay::Confirm(confirm) => confirm.pasted(text),
        Overlay::Prompt(prompt) => prompt.pasted(text),
        Overlay::Accept(accept) => accept.pasted(text),
    }
}

/// Does `action` in the uppermost overlay.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(mut overlay) = model.overlays.pop() else { return Vec::new() };
    let body = body(model);
    match (&mut overlay, action) {
        (Overlay::Welcome, _) => {
            model.overlays.push(overlay);
            return welcome::act(model, action);
        }
        (Overlay::Prompt(prompt), Action::Cancel) => {
            // What is being done is stopped first; the name stays.
            let Some(job) = prompt.waits_for().and_then(|job| model.jobs.cancel(job)) else { return Vec::new() };
            model.overlays.push(overlay);
            return vec![Effect::Cancel(job)];
        }
        (_, Action::Back | Action::Cancel) | (Overlay::Help(_), Action::Help) => return Vec::new(),
        (Overlay::Page(page), action) if page.detail && of_row(action) => {
            model.overlays.push(overlay);
            return below(model, action);
        }
        (Overlay::Help(top), _) => *top = scrolled(*top, help::length(model, body), help::inside(body).height, action),
        (Overlay::Page(page), _) => page.top = scrolled(page.top, page.length(body), page::inside(body).height, action),
        (Overlay::Palette(palette), Action::Accept) => {
            let chosen = palette.chosen(model);
            return chosen.map(|item| item.choose(model)).unwrap_or_default();
        }
        (Overlay::Palette(palette), _) => palette.act(model, action),
        (Overlay::Confirm(confirm), Action::Accept) => match confirm.accept() {
            confirm::Answer::Wait => {}
            confirm::Answer::Cancel => return Vec::new(),
            confirm::Answer::Apply(msg) => return update::update(model, *msg),
        },
        (Overlay::Confirm(confirm), _) => confirm.act(action, body),
        (Overlay::Prompt(prompt), Action::Accept) => {
            if let Some((title, work)) = prompt.work() {
                let job = model.jobs.start(title, model.now);
                prompt.wait(job);
                model.overlays.push(overlay);
                return vec![Effect::Run(job, work)];
            }
        }
        (Overlay::Prompt(_), _) => {}
        (Overlay::Accept(accept), Action::Accept) => {
            let entry = accept.accept();
            model.overlays.push(overlay);
            return entry.map(|entry| vec![pane::audit::write(model, entry)]).unwrap_or_default();
        }
        (Overlay::Accept(accept), _) => accept.act(action),
        (Overlay::Tree(tree), _) => tree.act(action, body),
    }
    model.overlays.push(overlay);
    Vec::new()
}

/// Whether `action` is about a row, so that it goes on working on a page about that row.
fn of_row(action: Action) -> bool {
    action.entry().contexts.contains(&Context::Detail)
}

/// Whether `action` does something where keys go now; what lies over a pane takes all that it has keys for.
pub fn usable(model: &Model, action: Action) -> bool {
    match model.overlays.last() {
        None => update::availability(model, action).is_ok(),
        Some(Overlay::Page(page)) if page.detail && of_row(action) => pane::availability(model, action).is_ok(),
        Some(_) => true,
    }
}

/// Does `action` in the pane below, or says why not: what lies over it is about the row that is selected there.
fn below(model: &mut Model, action: Action) -> Vec<Effect> {
    match pane::availability(model, action) {
        Ok(()) => pane::act(model, action),
        Err(Reason(why)) => {
            model.say(Tone::Note, format!("{}: {why}", action.entry().title));
            Vec::new()
        }
    }
}

/// The prompt that waits for `job`, and its place.
fn waiting(model: &mut Model, job: JobId) -> Option<(usize, &mut Prompt)> {
    model.overlays.iter_mut().enumerate().find_map(|(at, overlay)| match overlay {
        Overlay::Prompt(prompt) if prompt.waits_for() == Some(job) => Some((at, prompt)),
        _ => None,
    })
}

/// Takes in what came of the file that a prompt asked for: it closes, or says why the name will not do.
pub fn filed(model: &mut Model, job: JobId, result: Result<Filed>) {
    let error = match result {
        Ok(filed) => {
            let at = waiting(model, job).map(|(at, _)| at);
            at.map(|at| model.overlays.remove(at));
            match filed {
                Filed::Written(text) => model.say(Tone::Done, text),
                // Whoever closed the prompt does not want it any more.
                Filed::Source(file, contents) if at.is_some() => pane::sync::read_from(model, file, contents),
                Filed::Source(..) => {}
            }
            return;
        }
        Err(error) => error,
    };
    match waiting(model, job) {
        Some((_, prompt)) => {
            prompt.refuse(&error);
            model.lost(&error);
        }
        None if error.code == Code::Interrupted => model.say(Tone::Note, error.message),
        None => model.fail(&error),
    }
}

/// Takes in that `job` is over, so that nothing waits for it for ever.
pub fn ended(model: &mut Model, job: JobId) {
    if let Some((_, prompt)) = waiting(model, job) {
        prompt.ended(job);
    }
}

/// Draws what lies over the pane; says where the cursor belongs, if a line is being typed.
pub fn draw(model: &Model, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let mut cursor = None;
    for overlay in &model.overlays {
        cursor = match overlay {
            Overlay::Help(top) => help::draw(model, *top, body, buffer),
            Overlay::Page(page) => page.draw(body, &model.look, buffer),
            Overlay::Palette(palette) => palette.draw(model, body, buffer),
            Overlay::Confirm(confirm) => confirm.draw(body, &model.look, buffer),
            Overlay::Prompt(prompt) => Some(prompt.draw(body, &model.look, buffer)),
            Overlay::Accept(accept) => Some(accept.draw(body, &model.look, buffer)),
            Overlay::Welcome => {
                welcome::draw(model, body, buffer);
                None
            }
            Overlay::Tree(tree) => tree.draw(body, &model.look, buffer),
        };
    }
    cursor
}

fn body(model: &Model) -> Rect {
    layout::areas(model.size).map_or(Rect::ZERO, |areas| areas.body)
}

/// The first line in sight after `action`, of `length` lines of which `visible` have room.
pub fn scrolled(top: usize, length: usize, visible: u16, action: Action) -> usize {
    let page = usize::from(visible).max(1);
    let last = length.saturating_sub(page);
    let to = match action {
        Action::Up => top.saturating_sub(1),
        Action::Down => top + 1,
        Action::PageUp => top.saturating_sub(page),
        Action::PageDown => top + page,
        Action::HalfPageUp => top.saturating_sub(page / 2),
        Action::HalfPageDown => top + page / 2,
        Action::Top => 0,
        Action::Bottom => last,
        _ => top,
    };
    to.min(last)
}
