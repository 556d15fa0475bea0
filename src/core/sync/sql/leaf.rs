//! One value of a key: as text that is the same for equal values, and compared.

use crate::core::schema::Column;

/// The text of `value`, of type `cast`, in one form for all values that the type's own operator calls equal.
///
/// `numeric` keeps the zeros it was given, floating point has two zeros, a month of an interval is thirty days, `citext`
/// ignores case. Blanks at the end of `character` mean nothing, and `::text` leaves them out.
pub(super) fn text(value: &str, cast: &str) -> String {
    match Form::of(cast) {
        Form::Plain | Form::Blanks => format!("{value}::text"),
        Form::Numeric => format!("pg_catalog.trim_scale({value})::text"),
        Form::Float => format!("({value} OPERATOR(pg_catalog.+) 0::{cast})::text"),
        Form::Interval => format!("pg_catalog.justify_interval({value})::text"),
        Form::Case => format!("pg_catalog.lower({value}::text)"),
        // Numbers and punctuation are all that stands in these: no digit is part of another text.
        Form::Numerics => format!(
            r"pg_catalog.regexp_replace(pg_catalog.regexp_replace({value}::text, '(\.\d*[1-9])0+(?!\d)', '\1', 'g'), '\.0+(?!\d)', '', 'g')"
        ),
        Form::Floats => {
            format!(r"pg_catalog.regexp_replace({value}::text, '(^|[^e\d])-0(?![.\de])', '\10', 'g')")
        }
    }
}

/// What the texts of equal values may differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Nothing.
    Plain,
    Blanks,
    Numeric,
    Float,
    Interval,
    Case,
    /// As `numeric`, many of them.
    Numerics,
    /// As floating point, many of them.
    Floats,
}

impl Form {
    fn of(cast: &str) -> Form {
        match cast {
            "numeric" => Form::Numeric,
            "real" | "double precision" => Form::Float,
            "interval" => Form::Interval,
            "bpchar" => Form::Blanks,
            "numeric[]" | "numrange" | "nummultirange" | "numrange[]" | "nummultirange[]" => Form::Numerics,
            "real[]" | "double precision[]" => Form::Floats,
            _ if is_citext(cast.strip_suffix("[]").unwrap_or(cast)) => Form::Case,
            _ => Form::Plain,
        }
    }
}

/// Whether two texts of type `cast` can be one key: such a key column is compared as well.
pub fn is_loose(cast: &str) -> bool {
    Form::of(cast) != Form::Plain
}

/// Why values of the type of `column` cannot be parts of a key: those that are equal may be written in several ways,
/// and no one form is known; or the type does not say what is equal.
pub fn no_key(column: &Column) -> Option<String> {
    let cast = column.cast.as_str();
    let types = column.parts.as_ref().map_or(std::slice::from_ref(&column.cast), |parts| &parts.types);
    if let Some(kind) = types.iter().find(|kind| WITHOUT_EQUALITY.contains(&kind.as_str())) {
        return Some(format!("is {cast}, and {kind} does not say which values are equal"));
    }
    if column.definition.output.is_some() && cast != "bpchar" {
        return Some(format!("is {cast}, which a cast writes as another text than its value"));
    }
    let loose = |kind: &&String| is_loose(kind) || *kind == "jsonb";
    // One form is known of a type without parts, and of some with parts.
    let known = is_loose(cast);
    types.iter().find(loose).filter(|_| !known).map(|kind| {
        let within = if kind == cast { String::new() } else { format!(", with {kind} in it") };
        format!("is {cast}{within}, where equal values can be written in several ways")
    })
}

/// Types without an equality operator, or with one that means something else (of a `circle` its area).
const WITHOUT_EQUALITY: [&str; 11] =
    ["json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle", "jsonpath", "refcursor"];

fn is_citext(cast: &str) -> bool {
    cast == "citext" || cast.ends_with(".citext")
}

/// Whether the type is one that every session finds: the operators of others may be out of reach, because sessions
/// have an empty `search_path`.
pub(super) fn is_built_in(cast: &str) -> bool {
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
