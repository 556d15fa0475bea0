//! pgdeck, the operations deck for PostgreSQL environments.
//!
//! Layers go down, features go across, and a feature has the same name in every layer:
//!
//! | layer | knows | never names |
//! |---|---|---|
//! | [`tui`], [`cli`] | what a person sees and types | the driver |
//! | [`app`] | the use-cases: each is one verb and one effect of the console | a terminal |
//! | [`pg`] | the driver, TLS, SQL text, throw-away servers | a terminal |
//! | [`config`] | files: `pgdeck.toml`, keymaps, themes, where state lives | the driver |
//! | [`core`] | the rules, pure: no driver, terminal, clock, file or environment variable | everything else |
//!
//! `tests/layering.rs` reads the sources and fails where a layer names what it must not know.

pub mod app;
pub mod cli;
pub mod config;
pub mod core;
pub mod pg;
pub mod tui;
