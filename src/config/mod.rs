//! Files that people write: keymaps and themes. Errors name the file, the line and the nearest known name.

pub mod key;
pub mod keymap;
pub mod source;
pub mod theme;
