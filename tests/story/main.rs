//! The console driven by keys, with real servers behind it: what a person sees, and what the database
//! then holds, asked in plain SQL.

mod apply;
mod look;
mod refuse;
mod support;
