//! The traps that every tool of this kind has fallen into, each with a test of its name.
//!
//! | trap | where |
//! |---|---|
//! | two rows with one key, NULL keys, natural keys through two parents, ids that differ, citext, collations, enum order | [`keys`] |
//! | unique swap, identity ALWAYS, exclusion constraint, partial unique index, triggers | [`constraints`] |
//! | unique values in chains and circles, deferrable, `NULLS NOT DISTINCT` | [`unique_moves`] |
//! | circles in several columns, few free values | [`tight_moves`] |
//! | generated columns, column order, a column on one side only, partitions, inheritance, views, names, no columns, RLS | [`tables`] |
//! | json, bytea, NaN, infinity, ranges, arrays, composite, domain, hstore, tsvector, xml, money | [`values`] |
//! | self-FK, cycles of two and three tables | `circles.rs` |
//! | target changed between review and apply | `stale.rs` |
//! | two operators, connection cut, process killed, disk full, `statement_timeout` | `fault.rs` |
//! | transaction pooler in front | `pooler.rs` |

mod constraints;
mod keys;
mod tables;
mod tight_moves;
mod unique_moves;
mod values;
