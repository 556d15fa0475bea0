//! Functions, triggers and extensions.

use serde::Deserialize;

use super::{Grant, Oid};
use crate::core::name::QName;

/// How a function may change between calls (`pg_proc.provolatile`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Volatility {
    /// Always the same.
    Immutable,
    /// The same within a statement.
    Stable,
    /// Anything.
    Volatile,
}

/// A function, procedure or aggregate.
#[derive(Debug, Clone, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "these are the catalogue's own")]
pub struct Function {
    /// Its id.
    pub oid: Oid,
    /// Its name.
    pub name: QName,
    /// `pg_get_function_identity_arguments`: what names it in `ALTER FUNCTION`.
    pub arguments: String,
    /// The types of its input arguments, as `format_type` writes them, with commas between.
    pub types: String,
    /// Whether it is a procedure.
    pub procedure: bool,
    /// Whether it is an aggregate.
    pub aggregate: bool,
    /// Who owns it.
    pub owner: String,
    /// `SECURITY DEFINER`.
    pub definer: bool,
    /// What `SET search_path` fixes it to; `None` where it is whatever the caller has.
    pub search_path: Option<String>,
    /// The language.
    pub language: String,
    /// Whether a SQL function's body is parsed when it is made (`BEGIN ATOMIC`, PostgreSQL 14), names resolved.
    pub atomic: bool,
    /// How it may change between calls.
    pub volatility: Volatility,
    /// `LEAKPROOF`.
    pub leakproof: bool,
    /// Whether it is for triggers (returns `trigger` or `event_trigger`).
    pub trigger: bool,
    /// Who may call it, the owner left out.
    #[serde(default)]
    pub grants: Vec<Grant>,
}

/// A trigger.
#[derive(Debug, Clone, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The table.
    pub relation: Oid,
    /// Whether it fires at all.
    pub enabled: bool,
    /// Whether a partition has it from its parent, enabled or disabled as there.
    pub copied: bool,
    /// The constraint that it enforces, where the server made it for that.
    pub enforces: Option<String>,
}

/// An extension.
#[derive(Debug, Clone, Deserialize)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// The schema of its objects.
    pub schema: String,
    /// Whether that can be changed.
    pub relocatable: bool,
    /// What is installed.
    pub version: String,
    /// What the server's files have.
    pub available: Option<String>,
    /// The names of its functions and relations, which are not among the facts otherwise.
    #[serde(default)]
    pub members: Vec<String>,
}
