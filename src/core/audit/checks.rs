//! The checks, one file per family or part of one. Adding one is one entry and its fixture in `tests/audit/fixtures/`.

mod column_types;
mod declared_functions;
mod foreign_keys;
mod function_names;
mod functions;
mod index_use;
mod indexes;
mod invalid;
mod lapses;
mod naming;
mod overlap;
mod own;
mod row_security;
mod sequences;
mod tables;
mod upkeep;
mod views;

use super::check::Check;

/// Every check, family by family.
pub(super) const ALL: &[&[Check]] = &[
    foreign_keys::CHECKS,
    row_security::CHECKS,
    functions::CHECKS,
    indexes::CHECKS,
    tables::CHECKS,
    sequences::CHECKS,
    upkeep::CHECKS,
];
