//! One value of a key: as text that is the same for equal values, and compared.

/// The text of `value`, of type `cast`, in one form for all values that the type's own operator calls equal.
///
/// `numeric` keeps the zeros it was given, floating point has two zeros, `citext` ignores case.
pub(super) fn text(value: &str, cast: &str) -> String {
    match cast {
        "numeric" => format!("pg_catalog.trim_scale({value})::text"),
        "real" | "double precision" => format!("({value} OPERATOR(pg_catalog.+) 0::{cast})::text"),
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

/// The `=` that no schema on a path can replace.
pub(super) const EQUALS: &str = "OPERATOR(pg_catalog.=)";

/// The `=` between `left`, of the built-in type `cast`, and a value of this type.
///
/// A session that writes has schemas of the target on its path, and one of them could have an operator that fits better
/// than the one that is meant: `varchar` is compared by the operator of `text`, a domain by that of its type. Two texts
/// have none nearer than `pg_catalog`'s own, which is found first.
pub(super) fn equality(left: &str, cast: &str) -> &'static str {
    if cast == "text" && left.ends_with("::text") { "=" } else { EQUALS }
}

/// `value = other`, where `other` is a text; with `nullable` two NULLs are equal.
pub(super) fn equals(value: &str, cast: &str, other: &str, nullable: bool) -> String {
    let operator = |left: &str, cast| if nullable { "IS NOT DISTINCT FROM" } else { equality(left, cast) };
    if is_built_in(cast) {
        format!("{value} {} {other}::{cast}", operator(value, cast))
    } else {
        let left = text(value, cast);
        format!("{left} {} {}", operator(&left, "text"), text(other, cast))
    }
}

/// `left = right` for two values of type `cast`, as the type's own operator means it.
pub(super) fn same(left: &str, right: &str, cast: &str) -> String {
    if is_built_in(cast) {
        format!("{left} {} {right}", equality(left, cast))
    } else {
        let left = text(left, cast);
        format!("{left} {} {}", equality(&left, "text"), text(right, cast))
    }
}

/// What stands on both sides of `=` so that a key column of type `cast` is compared with a value given as text.
pub(super) fn operands(value: &str, cast: &str) -> (String, String) {
    if is_built_in(cast) { (value.to_owned(), cast.to_owned()) } else { (text(value, cast), "text".to_owned()) }
}
