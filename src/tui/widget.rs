//! The pieces that panes are built from. None of them knows a pane, and all writing is a [`cell::Cell`].

pub mod cell;
pub mod chart;
pub mod check;
pub mod diff;
pub mod filter;
pub mod gauge;
pub mod input;
pub mod json;
pub mod section;
pub mod spark;
pub mod sql;
pub mod steps;
pub mod table;
pub mod tree;
