//! The checks, one file per family or part of one. Adding one is one entry and its fixture in `tests/audit/fixtures/`.

mod column_types;
mod declared_functions;
mod foreign_keys;
mod functions;
mod lapses;
mod naming;
mod tables;
mod upkeep;
mod views;

use super::check::Check;

/// Every check, family by family.
pub(super) const ALL: &[&[Check]] = &[foreign_keys::CHECKS, functions::CHECKS, tables::CHECKS, upkeep::CHECKS];
