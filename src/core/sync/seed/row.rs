//! One row as SQL: changed where it is there and differs, inserted where it is not.

use std::fmt::Write as _;

use super::order::Placed;
use crate::core::{
    name::ident,
    schema::Origin,
    sync::{
        plan::{Assignment, NewValue},
        row::Key,
        script::{
            self,
            tried::{self, Tried},
        },
        shape::{Role, Shape, ShapeColumn, UniqueRule},
        sql::{self, Statement},
    },
};

/// Whether a new row brings a value for the column.
pub(super) fn inserted(shape: &Shape, column: &ShapeColumn) -> bool {
    column.role.travels() && (column.role != Role::Id || shape.keep_ids)
}

/// A row with what it is to hold.
pub(super) struct Wanted<'a> {
    pub shape: &'a Shape,
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
        let texts = |alias: &str| {
            columns.iter().map(|name| sql::column_text(self.shape, alias, name)).collect::<Vec<_>>().join(", ")
        };
        format!(
            "UPDATE {} AS t SET {} FROM v\nWHERE {} AND ROW({}) IS DISTINCT FROM ROW({})",
            sql::only(self.shape),
            list(&|name| format!("{name} = v.{name}")),
            self.found(),
            texts("t"),
            texts("v"),
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

    /// The columns on whose values the row may wait: those that it gets back by itself.
    pub fn usable(&self) -> Vec<&str> {
        self.compared()
    }

    /// As one of the statements between which unique values move.
    pub fn tried(&self) -> Tried {
        let parents = self.assignments.iter().filter_map(|(assignment, _)| self.parent(assignment));
        let compared = self.assignments.iter().filter(|(_, compared)| *compared).map(|(assignment, _)| assignment);
        Tried {
            name: script::comment(&self.name()),
            needs: parents.collect(),
            statement: self.written(),
            table: sql::only(self.shape),
            row: self.found(),
            parked: String::new(),
            waiting: String::new(),
            wanted: tried::pieces(self.shape, compared, &self.usable(), Statement::seed),
        }
    }

    /// The same for what is set once all rows are there.
    pub fn tried_later(&self) -> Tried {
        let mut needs = vec![script::comment(&self.name())];
        needs.extend(self.later.iter().filter_map(|assignment| self.parent(assignment)));
        let name = script::comment(&format!("{}, now that its parent is there", self.name()));
        Tried { name, needs, statement: self.set_later(), ..Tried::default() }
    }

    fn parent(&self, assignment: &Assignment) -> Option<String> {
        let NewValue::Parent(key) = &assignment.value else { return None };
        let reference = self.shape.references.iter().find(|reference| reference.columns == assignment.columns)?;
        let name = format!("{} {}", reference.table, key.display());
        Some(script::comment(&name)).filter(|name| *name != script::comment(&self.name()))
    }
}

/// Whether a row of `shape` may hold a unique value that another one is to hold.
pub(super) fn values_move(shape: &Shape) -> bool {
    let key = shape.key_columns();
    let stays = |name: &str| {
        key.contains(&name) || shape.column(name).is_some_and(|column| matches!(column.role, Role::Id | Role::Local))
    };
    let moves = |unique: &&UniqueRule| !unique.deferrable && !unique.columns.iter().all(|column| stays(&column.name));
    shape.uniques.iter().any(|unique| moves(&unique))
}
