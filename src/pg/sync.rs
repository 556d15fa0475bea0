//! Reading the two sides of a sync.

mod basis;
mod blame;
mod canonical;
mod digest;
mod encoding;
mod facts;
mod fits;
pub(super) mod kinds;
mod large;
mod open;
mod preflight;
mod rows;

pub use super::identity::identity as database;
pub use basis::{acting_texts, basis};
pub use canonical::{Refused, canonical};
pub use digest::{digest, has_digests};
pub use encoding::missing_characters;
use facts::operators;
pub use facts::{Operators, children, equal, equal_by, parents, taken};
pub use fits::{Attempt, held, try_fits};
pub use large::{Known, Sent};
pub use open::{Opened, open, open_target};
pub use preflight::{failing_rows, holders, refused_inputs, write_rules};
pub use rows::{Groups, Opening, Rows, located, read, reading_refused};
