//! The first page, where there is no project: a console with nothing but a choice.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{
    model::Model,
    msg::Work,
    open,
    overlay::{Overlay, welcome::EXAMPLE},
};
use crate::{
    app::deck::Deck,
    config::{project::Project, source::Source},
    core::error::Result,
};

/// What was chosen on the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// To try the demo.
    Demo,
    /// To leave.
    Leave,
}

/// Shows the first page and returns what was chosen. Keys and looks are the operator's own, found by `vars`.
pub async fn welcome(vars: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Result<Choice> {
    let demo = Arc::new(AtomicBool::new(false));
    let chosen = Arc::clone(&demo);
    let execute = move |work: Work, _| {
        if work == Work::Demo {
            chosen.store(true, Ordering::Relaxed);
        }
        std::future::ready(())
    };
    super::run(page(vars)?, execute).await?;
    Ok(if demo.load(Ordering::Relaxed) { Choice::Demo } else { Choice::Leave })
}

/// The console on its first page. The example stands in for the project that is not there; nothing of it is shown
/// but its text.
pub fn page(vars: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Result<Model> {
    let project = Project::parse(Source::new("pgdeck.toml", EXAMPLE))?;
    let mut model = open::model(&Deck::new(project, vars)?)?;
    model.overlays.push(Overlay::Welcome);
    Ok(model)
}
