//! What is around every pane: where you are, what is running, what was said, which keys there are.

pub mod chord;
pub mod hints;
pub mod message;
pub mod status;
pub mod tabs;
