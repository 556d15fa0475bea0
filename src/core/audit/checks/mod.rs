//! The checks, one file per family or part of one. Adding one is one entry and its fixture in `tests/audit/fixtures/`.

mod declared_functions;
mod foreign_keys;
mod functions;
mod lapses;
mod views;

use super::check::Check;

/// Every check, family by family.
pub(super) const ALL: &[&[Check]] = &[foreign_keys::CHECKS, functions::CHECKS];
