//! Reading the two sides of a sync.

mod canonical;
mod digest;
mod encoding;
mod facts;
mod open;
mod rows;

pub use canonical::{Refused, canonical};
pub use digest::digest;
pub use encoding::missing_characters;
use facts::operators;
pub use facts::{Operators, children, equal, equal_by, parents, taken};
pub use open::{Opened, open};
pub use rows::{Groups, Opening, Rows, located, read};
