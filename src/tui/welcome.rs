//! The first page, where there is no project: a console with nothing but a choice.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{Setup, model::Model, msg::Work, overlay::Overlay};
use crate::core::error::Result;

/// What was chosen on the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// To try the demo.
    Demo,
    /// To leave.
    Leave,
}

/// Shows the first page, set up as `setup` says, and returns what was chosen.
pub async fn welcome(setup: Setup) -> Result<Choice> {
    let demo = Arc::new(AtomicBool::new(false));
    let chosen = Arc::clone(&demo);
    let execute = move |work: Work, _| {
        if work == Work::Demo {
            chosen.store(true, Ordering::Relaxed);
        }
        std::future::ready(())
    };
    super::run(page(setup), execute).await?;
    Ok(if demo.load(Ordering::Relaxed) { Choice::Demo } else { Choice::Leave })
}

/// The console on its first page.
pub fn page(setup: Setup) -> Model {
    let mut model = Model::new("", Vec::new(), setup.keys, setup.look);
    model.mouse = setup.mouse;
    model.overlays.push(Overlay::Welcome);
    model
}
