//! The console. Shaped as in Elm: [`update::update`] alone changes the [`model::Model`], [`view::view`]
//! alone draws it, [`run::run`] drives both and hands effects to whoever can do them.

pub mod action;
pub mod canvas;
pub mod chrome;
pub mod debounce;
pub mod environment;
pub mod execute;
pub mod glyphs;
pub mod input;
pub mod jobs;
pub mod keys;
pub mod layout;
pub mod look;
pub mod messages;
pub mod model;
pub mod msg;
mod open;
pub mod overlay;
pub mod pane;
pub mod reconnect;
pub mod run;
pub mod setup;
pub mod terminal;
pub mod trust;
pub mod update;
pub mod view;
pub mod welcome;
pub mod widget;

pub use execute::execute;
pub use open::{model, open};
pub use run::{Console, Handle, run};
pub use setup::{Setup, check, setup};
pub use terminal::abandon;
pub use welcome::{Choice, welcome};
