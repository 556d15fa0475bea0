//! Files that people write: `pgdeck.toml`, keymaps, themes, preferences; and the places where they and our state live.
//! Every complaint names the file, the line and the nearest known name.

pub mod key;
pub mod keymap;
pub mod place;
pub mod preferences;
pub mod project;
pub mod source;
pub mod theme;
