//! Shapes → questions about rows: do parents exist, who points to a row, which values are equal.

use super::{column_text, fields::parent_key, from_only, leaf::equals, read::lists};
use crate::core::{
    name::ident,
    sync::shape::{Child, Reference, Shape},
};

/// How many rows of the table that `reference` points to have each of the keys that are passed, one list for each flat
/// value: the key's place in the lists, from 1, and the number where it is not 0.
pub fn parents(reference: &Reference, nullable: bool) -> String {
    let (leaves, from) = parent_key(reference);
    let names: Vec<_> = (0..leaves.len()).map(|at| format!("k{at}")).collect();
    // `=` lets the server use a hash; only keys with NULLs need the other.
    let operator = if nullable { "IS NOT DISTINCT FROM" } else { "=" };
    let on: Vec<_> = (0..leaves.len()).map(|at| format!("p.k{at} {operator} w.c{at}")).collect();
    format!(
        "SELECT w.n::text, count(*)::text FROM (SELECT {} FROM {from}) AS p({}) JOIN {} ON {} GROUP BY w.n",
        leaves.join(", "),
        names.join(", "),
        lists(leaves.len()),
        on.join(" AND ")
    )
}

/// Counts, for each row passed as lists of referenced values, the rows of `child` that point to it, shows the first
/// three of them, and says in which spellings they hold its values: a list of lists, as JSON. `of` is the shape of the
/// child's table; without it no spelling is asked for.
pub fn children(shape: &Shape, child: &Child, of: Option<&Shape>) -> String {
    let cast = |name: &String| shape.column(name).map_or("text", |column| &column.cast);
    let equal = |(at, (column, referenced)): (usize, (&String, &String))| {
        equals(&format!("t.{}", ident(column)), cast(referenced), &format!("w.c{at}"), false)
    };
    let on: Vec<_> = child.columns.iter().zip(&child.referenced).enumerate().map(equal).collect();
    let shown: Vec<_> = child.identity.iter().map(|name| format!("t.{}::text", ident(name))).collect();
    let shown =
        if shown.is_empty() { "NULL::text".to_owned() } else { format!("concat_ws(' · ', {})", shown.join(", ")) };
    let spelled = of.map_or_else(
        || "NULL::text".to_owned(),
        |of| {
            let texts: Vec<_> = child.columns.iter().map(|name| column_text(of, "t", name)).collect();
            format!("jsonb_agg(DISTINCT jsonb_build_array({}))::text", texts.join(", "))
        },
    );
    format!(
        "SELECT w.n::text, count(*)::text, array_to_string((array_agg({shown} ORDER BY {shown} COLLATE \"C\"))[1:3], ', '), \
         {spelled} FROM {} JOIN {} AS t ON {} GROUP BY w.n",
        lists(child.columns.len()),
        from_only(child.partitioned, &child.table),
        on.join(" AND ")
    )
}

/// Asks the server which pairs of texts are equal by `operator`, the type's own.
pub fn representation(cast: &str, operator: &str) -> String {
    format!(
        "SELECT (w.a::{cast} {operator} w.b::{cast})::text FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w(a, b, n) ORDER BY w.n"
    )
}
