//! How the source's columns map to the target's.

use std::collections::BTreeSet;

use super::{
    Cell, Change, Field, RowReview,
    columns::{differences, generated_once},
    tied::tied,
};
use crate::core::{
    sync::{
        row::{Key, Row, Value},
        shape::{Role, Shape, ShapeColumn, labels},
        sql::{Term, is_loose, is_number},
    },
    value::shown,
};

/// How the source's positions map to the target's.
pub struct Fields<'a> {
    target: &'a Shape,
    /// (source column, target column) that are compared.
    compared: Vec<(usize, usize)>,
    /// (source column, target column) that travel with a new row.
    inserted: Vec<(usize, usize)>,
    /// (source reference, target reference).
    references: Vec<(usize, usize)>,
    /// Columns of type `character` in the source.
    padded: Vec<usize>,
    /// What the operator should know of the table.
    pub warnings: Vec<String>,
    /// Why the tables cannot be compared.
    pub problem: Option<String>,
    /// Why no new row can be inserted.
    no_insert: Option<String>,
    /// What the operator should know where rows are inserted.
    insert_warnings: Vec<String>,
}

impl<'a> Fields<'a> {
    /// Maps `source` to `target`, or says what stands in the way.
    pub fn of(source: &Shape, target: &'a Shape) -> Self {
        let mut this = Fields {
            target,
            compared: Vec::new(),
            inserted: Vec::new(),
            references: Vec::new(),
            padded: (0..source.columns.len()).filter(|at| source.columns[*at].cast == "bpchar").collect(),
            warnings: Vec::new(),
            problem: None,
            no_insert: None,
            insert_warnings: Vec::new(),
        };
        if labels(&source.key) != labels(&target.key) {
            this.problem = Some(format!(
                "the key differs: {} in the source, {} in the target",
                labels(&source.key).join(", "),
                labels(&target.key).join(", ")
            ));
            return this;
        }
        // Only where a file was made under another definition: what the one side leaves out is not missing there.
        if source.filter != target.filter {
            let filter = |shape: &Shape| shape.filter.clone().map_or_else(|| "none".to_owned(), |f| format!("`{f}`"));
            let (from, to) = (filter(source), filter(target));
            this.problem = Some(format!("`where` differs: {from} for the source's rows, {to} in pgdeck.toml"));
            return this;
        }
        this.match_columns(source);
        this.match_references(source);
        this.check_inserts();
        this.check_counters();
        this.hear(source);
        this
    }

    /// What either side's shape says of itself.
    fn hear(&mut self, source: &Shape) {
        let target = self.target;
        self.problem = match (&source.blocked, &target.blocked) {
            (Some(source), Some(target)) if source == target => Some(source.clone()),
            (Some(source), _) => Some(format!("in the source, {source}")),
            (None, Some(target)) => Some(format!("in the target, {target}")),
            (None, None) => self.problem.take(),
        };
        self.warnings.extend(source.warnings.iter().map(|warning| {
            if target.warnings.contains(warning) { warning.clone() } else { format!("in the source, {warning}") }
        }));
        let other = target.warnings.iter().filter(|warning| !source.warnings.contains(warning));
        self.warnings.extend(other.map(|warning| format!("in the target, {warning}")));
    }

    /// What is compared, in the places of the source's and of the target's shape.
    pub fn terms(&self, source: &Shape) -> (Vec<Term>, Vec<Term>) {
        let columns = self.compared.iter().map(|&(from, to)| (Term::Column(from), Term::Column(to)));
        let references = self.references.iter().filter(|(from, to)| {
            let reference = &self.target.references[*to];
            // What writes no column of its own differs where the values of others do.
            !source.references[*from].ignored && !self.target.in_key(reference) && !self.target.is_silent(reference)
        });
        columns.chain(references.map(|&(from, to)| (Term::Reference(from), Term::Reference(to)))).unzip()
    }

    /// The target's columns whose type is not declared as in the source.
    pub(super) fn retyped(&self, source: &Shape) -> Vec<usize> {
        let other = |&(from, to): &(usize, usize)| {
            let (from, to) = (&source.columns[from], &self.target.columns[to]);
            (&from.cast, &from.definition.declared) != (&to.cast, &to.definition.declared)
        };
        let pairs: BTreeSet<_> = self.compared.iter().chain(&self.inserted).copied().collect();
        pairs.iter().filter(|pair| other(pair)).map(|(_, to)| *to).collect()
    }

    fn match_columns(&mut self, source: &Shape) {
        // Equal keys are the same text, unless their type has several for one value.
        let key = self.target.key_columns();
        let loose = |column: &ShapeColumn| is_loose(&column.cast);
        for (at, column) in source.columns.iter().enumerate().filter(|(_, column)| column.role.travels()) {
            let Some(to) = self.target.position(&column.name) else {
                self.warnings.push(format!("column `{}` is not in the target, left out", column.name));
                continue;
            };
            let other = &self.target.columns[to];
            if generated_once(column, other) {
                continue;
            }
            if !other.role.travels() || (other.role == Role::Cleared) != (column.role == Role::Cleared) {
                self.problem =
                    Some(format!("column `{}` is a plain value in the source, and not in the target", column.name));
                continue;
            }
            if other.role == Role::Cleared && other.not_null {
                self.problem = Some(format!(
                    "`references` gives `{}` the rule \"null\", and the column must not be NULL in the target",
                    column.name
                ));
                continue;
            }
            if let Some(tied) = tied(column).or_else(|| tied(other)) {
                self.problem = Some(tied);
                continue;
            }
            if matches!(column.role, Role::Value | Role::Cleared)
                && (!key.contains(&column.name.as_str()) || loose(column))
            {
                self.compared.push((at, to));
            }
            if column.role != Role::Id || self.target.keep_ids {
                self.inserted.push((at, to));
            }
        }
        let missing = |column: &&ShapeColumn| {
            matches!(column.role, Role::Generated | Role::Foreign) && self.target.position(&column.name).is_none()
        };
        for column in source.columns.iter().filter(missing) {
            self.warnings.push(format!("column `{}` is not in the target, left out", column.name));
        }
        // Rows that were written by hand have no surrogate id; their shape is the target's.
        let hand = |column: &ShapeColumn| column.role == Role::Id && source.locator.contains(&column.name);
        let only_here = |column: &&ShapeColumn| {
            column.role != Role::Local && source.position(&column.name).is_none() && !hand(column)
        };
        for column in self.target.columns.iter().filter(only_here) {
            self.warnings.push(format!("column `{}` is not in the source, left as it is", column.name));
        }
        self.warnings.extend(differences(source, self.target));
    }

    fn match_references(&mut self, source: &Shape) {
        for (at, reference) in source.references.iter().enumerate() {
            match self.target.references.iter().position(|other| other.same(reference)) {
                Some(to) => self.references.push((at, to)),
                None => {
                    self.problem = Some(format!(
                        "the foreign key ({}) → {} is not the same in the target",
                        reference.label(),
                        reference.table
                    ));
                }
            }
        }
    }

    fn check_inserts(&mut self) {
        let missing = self.target.columns.iter().enumerate().find(|(at, column)| {
            column.not_null && column.fill.is_none() && column.role != Role::Generated && !self.is_given(*at)
        });
        self.no_insert =
            missing.map(|(_, column)| format!("`{}` must not be NULL in the target and nothing fills it", column.name));
    }

    /// Whether a new row gets a value for the target's column at `at` from the source.
    fn is_given(&self, at: usize) -> bool {
        let name = &self.target.columns[at].name;
        let references = self.references.iter().map(|&(_, to)| &self.target.references[to]);
        self.inserted.iter().any(|(_, to)| *to == at)
            || references.into_iter().any(|reference| self.target.owned(reference).any(|owned| owned == name))
    }

    /// Sequences that cannot follow what new rows bring along.
    fn check_counters(&mut self) {
        let given = self.inserted.iter().map(|(_, to)| &self.target.columns[*to]);
        for (column, counter) in given.flat_map(|column| column.counters.iter().map(move |counter| (column, counter))) {
            let (name, sequence) = (&column.name, &counter.sequence);
            if !counter.whole || !is_number(column) {
                self.insert_warnings.push(format!(
                    "`{name}` is made of the numbers of {sequence}, which is not moved past those that new rows bring: \
                     set it by hand"
                ));
            } else if !counter.settable {
                self.insert_warnings.push(format!(
                    "this role cannot move {sequence} past the numbers that new rows bring for `{name}`: an apply that \
                     has to is refused; grant SELECT and UPDATE on the sequence"
                ));
            }
        }
    }

    /// What the operator should know where rows are inserted.
    pub(super) fn insert_warnings(&self) -> &[String] {
        &self.insert_warnings
    }

    /// What the target would hold of the source's value: only for `character` blanks at the end mean nothing.
    fn converted(&self, from: usize, to: usize, row: &Row) -> Value {
        let value = row.columns[from].clone();
        if self.padded.contains(&from) && self.target.columns[to].cast != "bpchar" {
            return value.map(|text| text.trim_end_matches(' ').into());
        }
        value
    }

    fn cells(&self, columns: &[(usize, usize)], source: Option<&Row>, target: Option<&Row>) -> Vec<Cell> {
        let columns = columns.iter().map(|&(from, to)| Cell {
            column: self.target.columns[to].name.clone(),
            field: Field::Column(to),
            old: target.and_then(|row| row.columns[to].clone()),
            new: source.and_then(|row| self.converted(from, to, row)),
            representation: false,
        });
        let spoken = self.references.iter().filter(|(_, to)| !self.target.is_silent(&self.target.references[*to]));
        let references = spoken.map(|&(from, to)| Cell {
            column: self.target.references[to].label(),
            field: Field::Reference(to),
            old: target.and_then(|row| row.references[to].as_ref().map(|key| key.display().into())),
            new: source.and_then(|row| row.references[from].as_ref().map(|key| key.display().into())),
            representation: false,
        });
        columns.chain(references).collect()
    }

    pub(super) fn update(&self, key: &Key, source: &Row, target: &Row) -> Option<RowReview> {
        let differs = |cell: &Cell| match cell.field {
            Field::Column(_) => cell.old != cell.new,
            Field::Reference(to) => {
                let from = self.references.iter().find(|(_, t)| *t == to).map(|(from, _)| *from);
                let reference = &self.target.references[to];
                !self.target.in_key(reference)
                    && !reference.ignored
                    && from.is_none_or(|f| source.references[f] != target.references[to])
            }
        };
        let cells: Vec<_> =
            self.cells(&self.compared, Some(source), Some(target)).into_iter().filter(differs).collect();
        (!cells.is_empty()).then(|| self.row(key, Change::Update, cells, Some(source), Some(target), None))
    }

    pub(super) fn insert(&self, key: &Key, source: &Row) -> RowReview {
        let cells = self.cells(&self.inserted, Some(source), None);
        let row = self.row(key, Change::Insert, cells, Some(source), None, self.no_insert.clone());
        RowReview { included: !source.in_scope, ..row }
    }

    pub(super) fn delete(&self, key: &Key, target: &Row) -> RowReview {
        let cells = self.cells(&self.inserted, None, Some(target));
        self.row(key, Change::Delete, cells, None, Some(target), None)
    }

    fn row(
        &self,
        key: &Key,
        change: Change,
        cells: Vec<Cell>,
        source: Option<&Row>,
        target: Option<&Row>,
        blocked: Option<String>,
    ) -> RowReview {
        let notes = target.map_or_else(Vec::new, |target| dangling(self.target, change, &cells, target));
        RowReview {
            key: key.clone(),
            change,
            cells,
            blocked,
            source: source.map(|row| self.as_target(row)),
            target: target.cloned(),
            requires: Vec::new(),
            included: false,
            notes,
        }
    }

    /// The source's row in the positions of the target's shape.
    pub(super) fn as_target(&self, row: &Row) -> Row {
        let mut out = Row {
            key: row.key.clone(),
            columns: vec![None; self.target.columns.len()],
            references: vec![None; self.target.references.len()],
            in_scope: row.in_scope,
        };
        for &(from, to) in &self.inserted {
            out.columns[to] = self.converted(from, to, row);
        }
        for &(from, to) in &self.references {
            out.references[to].clone_from(&row.references[from]);
        }
        out
    }
}

/// The values of `row` that lead to no row today and that the server would not take back once they are gone.
fn dangling(shape: &Shape, change: Change, cells: &[Cell], row: &Row) -> Vec<String> {
    let leaves = |at: usize| change == Change::Delete || moves(shape, cells, at);
    let references = shape.references.iter().zip(&row.references).enumerate();
    let lost = references.filter(|(at, (reference, key))| {
        let nowhere = key.as_ref().is_some_and(|key| key.0.iter().all(Option::is_none));
        nowhere && reference.enforced && leaves(*at)
    });
    let value = |name: &String| shown(row.value(shape, name));
    lost.map(|(_, (reference, _))| {
        let held: Vec<_> = reference.columns.iter().map(value).collect();
        format!(
            "its `{}` holds {} in the target, which leads to no row of {}: the server would refuse to take it back, \
             so this change cannot be undone",
            reference.label(),
            held.join(", "),
            reference.table
        )
    })
    .collect()
}

/// Whether `cells` change where the reference at `at` points: by itself, or by a column that it shares.
pub(super) fn moves(shape: &Shape, cells: &[Cell], at: usize) -> bool {
    let reference = &shape.references[at];
    let shared = |name: &String| shape.is_silent(reference) && reference.columns.contains(name);
    cells.iter().any(|cell| match cell.field {
        Field::Reference(other) if other == at => true,
        Field::Reference(other) => shape.references.get(other).is_some_and(|other| other.columns.iter().any(shared)),
        Field::Column(column) => shared(&shape.columns[column].name),
    })
}
