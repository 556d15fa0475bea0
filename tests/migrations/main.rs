//! Folders of migrations as teams have them: every style is recognised and ordered as its tool does it, and what is
//! broken is one line while the rest is shown.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod broken;
mod styles;
