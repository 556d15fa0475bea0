//! The checks, one file per family or part of one. Adding one is one entry and its fixture in `tests/audit/fixtures/`.

mod foreign_keys;
mod indexes;
mod invalid;
mod overlap;
mod row_security;
mod sequences;

use super::check::Check;

/// Every check, family by family.
pub(super) const ALL: &[&[Check]] = &[foreign_keys::CHECKS, row_security::CHECKS, indexes::CHECKS, sequences::CHECKS];
