//! Shapes → the queries that read rows.

use super::{
    fields::{Fields, key_order},
    hash::Hashing,
    leaf::{equality, equals, is_built_in},
    only,
};
use crate::core::{
    name::ident,
    sync::{
        row::{Key, Row},
        shape::{Reference, Role, Shape},
        value::SharedText,
    },
};

/// Which columns are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Only what may leave the source.
    Source,
    /// Everything that a guard or a before-image needs.
    Target,
}

impl Side {
    /// Whether columns of `role` are read on this side.
    pub(super) fn reads(self, role: Role) -> bool {
        match self {
            Side::Source => role.travels(),
            Side::Target => role != Role::Generated,
        }
    }
}

/// Which rows are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subset<'a> {
    /// All of them.
    All,
    /// Those whose keys fall into these of so many buckets (see [`super::digest`]).
    Buckets(Hashing, u32, &'a [i64]),
    /// Those with the keys that are passed, one list for each flat value; also outside of the `where`.
    Keys,
}

/// A query with the way back from its fields to a [`Row`].
#[derive(Debug, Clone)]
pub struct Query {
    /// The SQL text.
    pub text: String,
    key: usize,
    columns: Vec<usize>,
    width: usize,
    references: Vec<usize>,
    /// The columns of which large values are not read.
    large: Vec<usize>,
}

/// A large value that was not read: its column, and the SHA-256 of its text.
pub type Unread = (usize, String);

impl Query {
    /// How many fields a result row has.
    pub fn fields(&self) -> usize {
        let references: usize = self.references.iter().map(|leaves| 1 + leaves).sum();
        1 + self.key + self.columns.len() + references + self.large.len()
    }

    /// The large values that were not read; NULL stands for them in the row.
    pub fn unread(&self, fields: &[Option<&str>]) -> Vec<Unread> {
        let digests = &fields[fields.len() - self.large.len()..];
        let found = self.large.iter().zip(digests);
        found.filter_map(|(at, digest)| Some((*at, (*digest)?.to_owned()))).collect()
    }

    /// One result row, every field as text.
    pub fn decode(&self, fields: &[Option<&str>]) -> Row {
        let mut fields = fields.iter().map(|field| field.map(SharedText::from));
        let mut next = || fields.next().flatten();
        let in_scope = next().as_deref() == Some("t");
        let key = Key((0..self.key).map(|_| next()).collect());
        let mut columns = vec![None; self.width];
        for &at in &self.columns {
            columns[at] = next();
        }
        let references = self
            .references
            .iter()
            .map(|leaves| {
                let there = next().as_deref() == Some("t");
                let key: Vec<_> = (0..*leaves).map(|_| next()).collect();
                there.then_some(Key(key))
            })
            .collect();
        Row { key, columns, references, in_scope }
    }

    fn new(shape: &Shape, fields: &Fields, rest: &str) -> Query {
        let large = fields.digests_of_large.clone();
        let mut selected = vec![fields.scope.clone()];
        selected.extend(fields.key.iter().cloned());
        selected.extend(fields.columns.iter().map(|(_, text)| text.clone()));
        for reference in &fields.references {
            selected.push(reference.there.clone());
            selected.extend(reference.leaves.iter().cloned());
        }
        selected.extend(large.iter().map(|(_, digest)| digest.clone()));
        Query {
            text: format!("SELECT {} FROM {} AS t{rest}", selected.join(", "), fields.from),
            key: fields.key.len(),
            columns: fields.columns.iter().map(|(at, _)| *at).collect(),
            width: shape.columns.len(),
            references: shape.references.iter().map(Reference::leaves).collect(),
            large: large.into_iter().map(|(at, _)| at).collect(),
        }
    }
}

/// Reads a table through its shape, in the byte order of its keys, which is the same on every server. The source is
/// limited to its `where`; the target is read whole, because a row outside the condition may still hold a key.
pub fn read(shape: &Shape, side: Side, subset: Subset, utf8: bool) -> Query {
    let fields = Fields::of(shape, side, subset != Subset::Keys);
    let rest = match subset {
        Subset::All => fields.joins.clone(),
        Subset::Buckets(hashing, count, wanted) => {
            // Numbers of our own making, and written out: only a constant list is looked up by its hash.
            let wanted: Vec<_> = wanted.iter().map(i64::to_string).collect();
            let bucket = hashing.bucket(&fields.key, count);
            format!("{} WHERE {bucket} = ANY ('{{{}}}'::bigint[])", fields.joins, wanted.join(","))
        }
        Subset::Keys => {
            let on: Vec<_> = fields.key.iter().enumerate().map(|(at, leaf)| format!("{leaf} = w.c{at}")).collect();
            format!("{} JOIN {} ON {}", fields.joins, lists(fields.key.len()), on.join(" AND "))
        }
    };
    let order = key_order(&fields.key, utf8);
    Query::new(shape, &fields, &format!("{rest} ORDER BY {order}"))
}

/// `unnest` of as many lists of texts as are passed: `w(c0, c1, …, n)`.
pub(super) fn lists(count: usize) -> String {
    let arrays: Vec<_> = (1..=count).map(|at| format!("${at}::text[]")).collect();
    let names: Vec<_> = (0..count).map(|at| format!("c{at}, ")).collect();
    format!("unnest({}) WITH ORDINALITY AS w({}n)", arrays.join(", "), names.concat())
}

/// For more rows of a partitioned table it is not worth naming them twice.
const MAX_PRUNED_ROWS: usize = 1_000;

/// The condition by which the planner leaves out the partitions that hold none of `rows` rows, whose locators are passed as
/// one text array per column: it knows the lists of an `ANY` and not those of a join, and to plan a join with thousands of
/// partitions takes it half a minute.
fn only_their_partitions(shape: &Shape, rows: usize) -> String {
    if !shape.partitioned || rows > MAX_PRUNED_ROWS {
        return String::new();
    }
    let known = shape.locator.iter().enumerate().filter_map(|(at, name)| {
        let listed = |cast: &str| is_built_in(cast) && !cast.ends_with("[]");
        let column = shape.column(name).filter(|column| column.not_null && listed(&column.cast))?;
        let (value, cast) = (format!("t.{}", ident(name)), &column.cast);
        Some(format!("{value} {} ANY (${}::text[]::{cast}[])", equality(&value, cast), at + 1))
    });
    let known: Vec<_> = known.collect();
    if known.is_empty() { String::new() } else { format!(" WHERE {}", known.join(" AND ")) }
}

/// What is done with rows that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// They are read.
    Read,
    /// They are read and locked until the transaction ends.
    Lock,
    /// They are read, and asked whether they satisfy the `where`.
    Scope,
}

/// Reads `rows` rows of a target but for its large values, of which it reads the digests. The rows are those whose locators are passed as one text array per locator column.
pub fn read_located(shape: &Shape, rows: usize, lookup: Lookup) -> Query {
    let condition: Vec<_> = shape
        .locator
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let column = shape.column(name);
            let cast = column.map_or("text", |column| &column.cast);
            // Only a table without a primary key is found by columns that may be NULL.
            let nullable = column.is_some_and(|column| !column.not_null);
            equals(&format!("t.{}", ident(name)), cast, &format!("w.c{at}"), nullable)
        })
        .collect();
    let fields = Fields::of(shape, Side::Target, lookup == Lookup::Scope).without_large(shape);
    let pruned = only_their_partitions(shape, rows);
    let rest = format!(" JOIN {} ON {}{}{pruned}", lists(shape.locator.len()), condition.join(" AND "), fields.joins);
    let mut query = Query::new(shape, &fields, &rest);
    if lookup == Lookup::Lock {
        query.text.push_str(" FOR UPDATE OF t");
    }
    query
}

/// Which of the surrogate ids that are passed, one list for each id column, are some row's already: their places in
/// the lists, from 1.
pub fn taken(shape: &Shape, ids: &[usize]) -> String {
    let equal = |(at, id): (usize, &usize)| {
        let column = &shape.columns[*id];
        equals(&format!("t.{}", ident(&column.name)), &column.cast, &format!("w.c{at}"), false)
    };
    let on: Vec<_> = ids.iter().enumerate().map(equal).collect();
    format!("SELECT w.n::text FROM {} JOIN {} AS t ON {}", lists(ids.len()), only(shape), on.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::fixture::{column, shape},
        *,
    };

    #[test]
    fn rows_of_a_partitioned_table_are_found_by_lists_that_the_planner_knows() {
        let of = |partitioned: bool, not_null: bool, rows: usize| {
            let mut shape = Shape { partitioned, locator: vec!["k".into(), "at".into()], ..shape("t", None) };
            shape.columns.push(column("at", "timestamp with time zone", Role::Value));
            shape.columns[0].not_null = true;
            shape.columns[2].not_null = not_null;
            read_located(&shape, rows, Lookup::Lock).text
        };
        let (first, second) = (
            " WHERE t.k OPERATOR(pg_catalog.=) ANY ($1::text[]::text[])",
            " AND t.at OPERATOR(pg_catalog.=) ANY ($2::text[]::timestamp with time zone[])",
        );
        assert!(of(true, true, 3).ends_with(&format!("{first}{second} FOR UPDATE OF t")), "{}", of(true, true, 3));
        assert!(of(true, false, 3).ends_with(&format!("{first} FOR UPDATE OF t")), "NULL is in no list");
        let mut arrays = Shape { partitioned: true, ..shape("t", None) };
        (arrays.columns[0].cast, arrays.columns[0].not_null) = ("integer[]".into(), true);
        assert!(!read_located(&arrays, 3, Lookup::Lock).text.contains(" ANY "), "there are no lists of arrays");
        for text in [of(false, true, 3), of(true, true, MAX_PRUNED_ROWS + 1)] {
            assert!(!text.contains(" ANY "), "{text}");
        }
    }
}
