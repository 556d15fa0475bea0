//! Export → review → apply → verify → undo, with connections and files.

mod apply;
mod export;
mod review;
mod runs;
mod seed;

pub use apply::{Applied, apply};
pub use export::{export, load_bundle, save_bundle};
pub use review::{review, save_report};
pub use runs::{Attempt, undo_plan};
pub use seed::{Seeded, seed};
