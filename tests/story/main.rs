//! The console driven by keys, with real servers behind it: what a person sees, and what the database
//! then holds, asked in plain SQL.

#![allow(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod apply;
mod audit;
mod drift;
mod look;
mod migrations;
mod offline;
mod outputs;
mod overview;
mod pictures;
mod reconnect;
mod refuse;
mod support;
mod trust;
