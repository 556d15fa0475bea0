//! How functions are named.

use crate::core::audit::facts::Function;

/// A function for people and for acceptances: its name and the types of its arguments.
pub(super) fn shown(function: &Function) -> String {
    format!("{}({})", function.name, function.types)
}

/// A function as `ALTER`, `GRANT` and `REVOKE` name it.
pub(super) fn sql(function: &Function) -> String {
    let word = if function.procedure { "PROCEDURE" } else { "FUNCTION" };
    format!("{word} {}({})", function.name.sql(), function.arguments)
}
