//! One row as SQL: changed where it is there and differs, inserted where it is not.

use std::fmt::Write as _;

use super::order::Placed;
use crate::core::{
    name::ident,
    schema::Origin,
    sync::{
        plan::{Assignment, NewValue},
        row::Key,
        shape::{Role, Shape, ShapeColumn},
        sql::{self, Statement},
    },
};

/// Whether a new row brings a value for the column.
pub(super) fn inserted(shape: &Shape, column: &ShapeColumn) -> bool {
    column.role.travels() && (column.role != Role::Id || shape.keep_ids)
}

/// A row with what it is to hold.
pub(super) struct Wanted<'a> {
    shape: &'a Shape,
    key: &'a Key,
    /// What a new row gets, and whether an old row gets it too.
    assignments: Vec<(Assignment, bool)>,
    /// What is set once all rows are there.
    pub later: Vec<Assignment>,
}

impl<'a> Wanted<'a> {
    pub fn of(placed: &'a Placed<'a>) -> Self {
        let Placed { shape, row, key, .. } = placed;
        let mut this = Wanted { shape, key, assignments: Vec::new(), later: Vec::new() };
        let in_key = shape.key_columns();
        for (column, value) in shape.columns.iter().zip(&row.columns).filter(|(column, _)| inserted(shape, column)) {
            let compared = column.role == Role::Value && !in_key.contains(&column.name.as_str());
            let value = NewValue::Value(value.clone());
            this.assignments.push((Assignment { columns: vec![column.name.clone()], value }, compared));
        }
        for (at, (reference, key)) in shape.references.iter().zip(&row.references).enumerate() {
            let columns = reference.columns.clone();
            let value = key.clone().map_or(NewValue::Value(None), NewValue::Parent);
            if placed.later.contains(&at) {
                let none = NewValue::Value(None);
                this.assignments.push((Assignment { columns: columns.clone(), value: none }, false));
                this.later.push(Assignment { columns, value });
            } else {
                let compared = !reference.ignored && !shape.in_key(reference);
                this.assignments.push((Assignment { columns, value }, compared));
            }
        }
        this
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.shape.table, self.key.display())
    }

    /// The columns that old rows get.
    fn compared(&self) -> Vec<&str> {
        let compared = self.assignments.iter().filter(|(_, compared)| *compared);
        compared.flat_map(|(assignment, _)| sql::written(self.shape, assignment)).map(|(_, _, name)| name).collect()
    }

    /// `WITH v AS (…)`: the values, a line each.
    fn values<'b>(&'b self, assignments: impl Iterator<Item = &'b Assignment>) -> String {
        let mut lines = Vec::new();
        for (assignment, at, name) in assignments.flat_map(|assignment| sql::written(self.shape, assignment)) {
            let mut value = Statement::default();
            sql::assigned(&mut value, self.shape, assignment, at);
            lines.push(format!("  {} AS {}", value.seed(), ident(name)));
        }
        format!("WITH v AS (SELECT\n{}\n)", lines.join(",\n"))
    }

    fn found(&self) -> String {
        sql::found(self.shape, self.key).seed()
    }

    fn update(&self, columns: &[&str]) -> String {
        let list = |each: &dyn Fn(String) -> String| {
            columns.iter().map(|name| each(ident(name))).collect::<Vec<_>>().join(", ")
        };
        format!(
            "UPDATE {} AS t SET {} FROM v\nWHERE {} AND ROW({}) IS DISTINCT FROM ROW({})",
            sql::only(self.shape),
            list(&|name| format!("{name} = v.{name}")),
            self.found(),
            list(&|name| format!("t.{name}::text")),
            list(&|name| format!("v.{name}::text")),
        )
    }

    /// Changes the row where it is there and differs, inserts it where it is not.
    pub fn written(&self) -> String {
        let all = self.assignments.iter().map(|(assignment, _)| assignment);
        let names: Vec<_> = all.clone().flat_map(|a| sql::written(self.shape, a)).map(|(_, _, name)| name).collect();
        let mut out = self.values(all);
        let compared = self.compared();
        if !compared.is_empty() {
            let _ = write!(out, ", changed AS (\n{}\n)", self.update(&compared));
        }
        let new = format!("NOT EXISTS (SELECT FROM {} AS t WHERE {})", sql::only(self.shape), self.found());
        let ids: Vec<&str> = names.iter().copied().filter(|name| self.is_id(name)).collect();
        let optional = |name: &&str| self.shape.column(name).is_some_and(|column| column.fill.is_some());
        if ids.is_empty() || !ids.iter().all(optional) {
            let _ = write!(out, "\n{}\nWHERE {new}", self.insert(&names));
            return out;
        }
        // An id that is another row's by now: the server makes one.
        let taken: Vec<_> = ids.iter().map(|name| format!("t.{0} OPERATOR(pg_catalog.=) v.{0}", ident(name))).collect();
        let rest: Vec<&str> = names.iter().copied().filter(|name| !ids.contains(name)).collect();
        let _ = write!(
            out,
            ", kept AS (\n{}\nWHERE {new}\n  AND NOT EXISTS (SELECT FROM {} AS t WHERE {})\nRETURNING true\n)\n{}\nWHERE {new}\n  AND NOT EXISTS (SELECT FROM kept)",
            self.insert(&names),
            sql::only(self.shape),
            taken.join(" AND "),
            self.insert(&rest),
        );
        out
    }

    fn is_id(&self, name: &str) -> bool {
        self.shape.column(name).is_some_and(|column| column.role == Role::Id)
    }

    fn insert(&self, names: &[&str]) -> String {
        let columns: Vec<_> = names.iter().map(|name| ident(name)).collect();
        let always = |name: &&str| self.shape.column(name).is_some_and(|c| c.origin == Origin::IdentityAlways);
        let overriding = if names.iter().any(always) { " OVERRIDING SYSTEM VALUE" } else { "" };
        let values: Vec<_> = columns.iter().map(|name| format!("v.{name}")).collect();
        format!(
            "INSERT INTO {} ({}){overriding}\nSELECT {} FROM v",
            self.shape.table.sql(),
            columns.join(", "),
            values.join(", ")
        )
    }

    pub fn set_later(&self) -> String {
        let columns: Vec<_> =
            self.later.iter().flat_map(|a| sql::written(self.shape, a)).map(|(_, _, name)| name).collect();
        format!("{}\n{}", self.values(self.later.iter()), self.update(&columns))
    }

    /// Moves the row out of the way of unique values that another row may take, where it does not hold what it is to
    /// hold. Two rows that swap a value cannot be updated one after the other.
    pub fn parks(&self) -> Vec<String> {
        let compared = self.compared();
        let key = self.shape.key_columns();
        let moves = |unique: &&Vec<String>| !key.iter().all(|name| unique.iter().any(|u| u == name));
        let uniques = self.shape.uniques.iter().filter(moves);
        uniques
            .filter_map(|unique| self.park(&unique.iter().map(String::as_str).collect::<Vec<_>>(), &compared))
            .collect()
    }

    fn park(&self, unique: &[&str], compared: &[&str]) -> Option<String> {
        let mut columns =
            unique.iter().filter(|name| compared.contains(name)).filter_map(|name| self.shape.column(name));
        let (column, place) = columns.find_map(|column| Some((column, parking(self.shape, column)?)))?;
        let written = self.assignments.iter().flat_map(|(a, _)| sql::written(self.shape, a));
        let differs: Vec<_> = written
            .filter(|(_, _, name)| unique.contains(name))
            .map(|(assignment, at, name)| {
                let mut value = Statement::default();
                sql::assigned(&mut value, self.shape, assignment, at);
                format!("t.{}::text IS DISTINCT FROM {}::text", ident(name), value.seed())
            })
            .collect();
        Some(format!(
            "UPDATE {} AS t SET {} = {place}\nWHERE {} AND ({})",
            sql::only(self.shape),
            ident(&column.name),
            self.found(),
            differs.join(" OR ")
        ))
    }
}

/// A value that no row has, as SQL.
fn parking(shape: &Shape, column: &ShapeColumn) -> Option<String> {
    let (table, name) = (sql::only(shape), ident(&column.name));
    match column.cast.as_str() {
        "smallint" | "integer" | "bigint" | "numeric" if column.role == Role::Value => {
            Some(format!("(SELECT pg_catalog.max(o.{name}) OPERATOR(pg_catalog.+) 1 FROM {table} AS o)"))
        }
        _ if !column.not_null => Some("NULL".into()),
        "text" | "character varying" => Some(format!(
            "(SELECT pg_catalog.concat('pgdeck-', pg_catalog.count(*)) FROM {table} AS o WHERE o.{name}::text LIKE 'pgdeck-%')"
        )),
        "uuid" if column.role == Role::Value => Some("pg_catalog.gen_random_uuid()".into()),
        _ => None,
    }
}
