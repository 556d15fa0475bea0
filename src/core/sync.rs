//! Sync: export → review → apply → verify → undo.
//!
//! Rows of two environments are matched by **key**, never by surrogate id, and foreign keys travel as
//! the key of the row that they point to. A plan names rows by key, so the same plan is right
//! whatever the ids are.
//!
//! | room | holds |
//! |---|---|
//! | [`set`] | what a team declared: sets, keys, what is never synced |
//! | [`declared`] | references that a team declares where the server has no foreign key |
//! | [`shape`] | a table as a set sees it: key, references, columns and their roles |
//! | [`row`] | a row read through its shape |
//! | `spelling` | one form for equal values |
//! | [`bundle`] | the exported file |
//! | [`query`] | the statement that a person runs where pgdeck cannot connect |
//! | [`paste`] | what that statement returned, as SQL editors hand it over |
//! | [`digest`] | which parts of two tables differ |
//! | [`key_advice`] | keys to declare where rows are matched by ids |
//! | [`diff`] | two sides → a review |
//! | [`mod@never`] | what is never synced, and what cannot be because of it |
//! | [`preflight`] | what the target's server would refuse |
//! | [`fires`] | the triggers and rules that run for a plan, and what they did |
//! | [`reach`] | never-synced tables that triggers and rules write |
//! | [`select`] | what the operator chose of a review |
//! | [`plan`] | the chosen steps, in order, under one digest |
//! | [`basis`] | what a plan rests on in the target's catalogue |
//! | [`bounds`] | what a plan may do at all, whatever it says |
//! | [`sql`] | steps → statements |
//! | [`batch`] | statements that go together |
//! | [`circle`] | rows that point to each other in a circle |
//! | [`moves`] | unique values that move between rows |
//! | [`schedule`] | all statements of a plan, in order |
//! | [`park`] | rows that wait on a value which is not their own |
//! | [`script`] | a plan as SQL for people |
//! | [`report`] | a review as a document |
//! | [`seed`] | rows as SQL for a team's seed.sql |
//! | [`unique`] | whether a key can stand for several rows |
//! | [`check`] | whether what a team declared fits a database |
//! | [`undo`] | before-images → a plan that restores them |

pub mod basis;
pub mod batch;
pub mod bounds;
pub mod bundle;
pub mod check;
pub mod circle;
pub mod declared;
pub mod diff;
pub mod digest;
pub mod fires;
#[cfg(test)]
mod fixture;
pub mod key_advice;
pub mod moves;
pub mod never;
pub mod park;
pub mod paste;
pub mod plan;
pub mod preflight;
pub mod query;
pub mod reach;
pub mod report;
pub mod row;
pub mod schedule;
pub mod script;
pub mod seed;
pub mod select;
pub mod set;
pub mod shape;
mod spelling;
pub mod sql;
pub mod undo;
pub mod unique;
pub mod value;
