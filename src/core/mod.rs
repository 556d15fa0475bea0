//! The rules of the house. Pure: no driver, no terminal, no clock, no file, no environment variable.

pub mod env;
pub mod error;
pub mod guard;
pub mod name;
pub mod text;
