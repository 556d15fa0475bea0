//! Export → review → apply → verify → undo, with connections and files.

mod apply;
mod check;
mod compare;
mod export;
mod filed;
mod look;
mod offline;
mod output;
mod review;
mod runs;
mod seed;
mod settle;
mod shapes;
mod target_checks;

pub use apply::{Applied, apply, apply_in_batches};
pub use check::{Checked, check};
pub use compare::compare;
pub use export::{Exported, export, export_file, load_bundle, save_bundle};
pub use look::{Contents, Found, look as look_into};
pub use offline::{Offline, PrintedQuery, load as load_offline, query, review as review_file};
pub use output::{Chosen, Output, Rows, Written, write as write_output};
pub use review::{review, save_report};
pub use runs::undo_plan;
pub use seed::{Seeded, seed};
pub use settle::{Unsettled, settle};
