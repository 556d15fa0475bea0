//! One value of a key: as text that is the same for equal values, and compared.

/// The text of `value`, of type `cast`, in one form for all values that the type's own operator calls equal.
///
/// `numeric` keeps the zeros it was given, floating point has two zeros, `citext` ignores case.
pub(super) fn text(value: &str, cast: &str) -> String {
    match cast {
        "numeric" => format!("trim_scale({value})::text"),
        "real" | "double precision" => format!("({value} + 0)::text"),
        _ if is_citext(cast) => format!("lower({value}::text)"),
        _ => format!("{value}::text"),
    }
}

/// Whether two texts of type `cast` can be one key: such a key column is compared as well.
pub fn is_loose(cast: &str) -> bool {
    matches!(cast, "numeric" | "real" | "double precision") || is_citext(cast)
}

fn is_citext(cast: &str) -> bool {
    cast == "citext" || cast.ends_with(".citext")
}

/// Whether the type is one that every session finds: the operators of others may be out of reach, because sessions
/// have an empty `search_path`.
fn is_built_in(cast: &str) -> bool {
    !cast.contains('.')
}

/// `value = other`, where `other` is a text; with `nullable` two NULLs are equal.
pub(super) fn equals(value: &str, cast: &str, other: &str, nullable: bool) -> String {
    let operator = if nullable { "IS NOT DISTINCT FROM" } else { "=" };
    if is_built_in(cast) {
        format!("{value} {operator} {other}::{cast}")
    } else {
        format!("{} {operator} {}", text(value, cast), text(other, cast))
    }
}

/// `left = right` for two values of type `cast`, as the type's own operator means it.
pub(super) fn same(left: &str, right: &str, cast: &str) -> String {
    if is_built_in(cast) {
        format!("{left} = {right}")
    } else {
        format!("{} = {}", text(left, cast), text(right, cast))
    }
}

/// What stands on both sides of `=` so that a key column of type `cast` is compared with a value given as text.
pub(super) fn operands(value: &str, cast: &str) -> (String, String) {
    if is_built_in(cast) { (value.to_owned(), cast.to_owned()) } else { (text(value, cast), "text".to_owned()) }
}
