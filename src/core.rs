//! The rules of the house. Pure: no driver, no terminal, no clock, no file, no environment variable.

pub mod audit;
pub mod counts;
pub mod database;
pub mod drift;
pub mod env;
pub mod error;
pub mod gate;
pub mod glob;
pub mod graph;
pub mod guard;
pub mod journal;
pub mod migrations;
pub mod name;
pub mod partitions;
pub mod relations;
pub mod schema;
pub mod settings;
pub mod sheet;
pub mod size;
pub mod sql_text;
pub mod sync;
pub mod text;
pub mod trigger;
pub mod trust;
pub mod value;
