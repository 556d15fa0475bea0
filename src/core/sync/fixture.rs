//! Small shapes, plans and reviews for the unit tests of this module.

use std::collections::BTreeMap;

use super::{
    basis::Basis,
    bundle::{Bundle, BundleTable, Source},
    diff::{Compare, ParentCounts, Review, resolve_parents},
    plan::{Assignment, FORMAT, NewValue, Operation, Plan, Step},
    row::{Key, Row, Value},
    set::MissingParent,
    shape::{Part, Reference, Role, RuleColumn, Shape, ShapeColumn, UniqueRule},
};
use crate::core::{
    gate::Digest,
    name::QName,
    schema::{BaseType, Definition, Origin},
};

/// A column that may be NULL.
pub fn column(name: &str, cast: &str, role: Role) -> ShapeColumn {
    let definition = Definition { declared: cast.into(), ..Definition::default() };
    ShapeColumn {
        name: name.into(),
        cast: cast.into(),
        role,
        not_null: false,
        fill: None,
        origin: Origin::Plain,
        counters: Vec::new(),
        definition,
    }
}

/// A unique index over one column.
pub fn rule(name: &str, base: &str) -> UniqueRule {
    let base = BaseType { name: base.into(), kind: 'b', array: false };
    UniqueRule {
        name: format!("{name}_key"),
        columns: vec![RuleColumn { name: name.into(), base, predicate: false }],
        exact: true,
        plain: true,
        nulls_equal: false,
        exclusion: false,
        deferrable: false,
    }
}

/// A table keyed by `k`, with an integer `pos`, and `parent` for each parent that is given.
pub fn shape(name: &str, parent: Option<&str>) -> Shape {
    let part = Part::Column { name: "k".into(), cast: "text".into() };
    let reference = |parent: &str| Reference {
        columns: vec!["parent".into()],
        table: QName::new("public", parent),
        referenced: vec!["k".into()],
        casts: vec!["text".into()],
        key: vec![part.clone()],
        partitioned: false,
        ignored: false,
        plain: Vec::new(),
        enforced: true,
        also: Vec::new(),
    };
    let mut columns = vec![column("k", "text", Role::Value), column("pos", "integer", Role::Value)];
    columns.extend(parent.map(|_| column("parent", "text", Role::Foreign)));
    Shape {
        set: "s".into(),
        table: QName::new("public", name),
        partitioned: false,
        references: parent.map(reference).into_iter().collect(),
        key: vec![part],
        columns,
        locator: vec!["k".into()],
        uniques: vec![rule("k", "text")],
        keep_ids: true,
        filter: None,
        deletes: false,
        on_missing_parent: MissingParent::Stop,
        triggers: Vec::new(),
        children: Vec::new(),
        blocked: None,
        warnings: Vec::new(),
    }
}

/// A row of [`shape`].
pub fn row(key: &str, pos: &str, parent: Option<&str>) -> Row {
    let references = parent.map(|parent| Some(Key(vec![Some(parent.into())]))).into_iter().collect();
    let mut columns = vec![Some(key.into()), Some(pos.into())];
    columns.extend(parent.map(|parent| Some(parent.into())));
    Row { key: Key(vec![Some(key.into())]), columns, references, in_scope: true }
}

/// What `tables` of a source hold.
pub fn bundle(tables: Vec<(Shape, Vec<Row>)>) -> Bundle {
    let source = Source { project: "p".into(), environment: "source".into(), server: "18".into(), database: None };
    Bundle { source, tables: tables.into_iter().map(|(shape, rows)| BundleTable { shape, rows }).collect() }
}

/// The review of a bundle against rows of the same shapes.
pub fn review(bundle: &Bundle, rows: Vec<Vec<Row>>) -> Review {
    let mut parents = ParentCounts::default();
    let mut review = Review { from: "source".into(), to: "target".into(), tables: Vec::new(), ..Review::default() };
    for (table, targets) in bundle.tables.iter().zip(rows) {
        review.tables.push(Compare::new(&table.shape, &table.shape, true).all(&table.rows, &targets));
        let references = bundle.tables.iter().flat_map(|table| &table.shape.references);
        for reference in references.filter(|reference| reference.table == table.shape.table) {
            for row in &targets {
                parents.insert(reference, row.key.clone(), 1);
            }
        }
    }
    resolve_parents(&mut review, &parents);
    review
}

/// A step on the row `key` of `table`: what is written, what was reviewed.
pub fn step(operation: Operation, table: &str, key: &str, set: &[(&str, &str)], guard: &[(&str, &str)]) -> Step {
    let value = |value: &str| -> Value { Some(value.into()) };
    Step {
        operation,
        table: QName::new("public", table),
        key: Key(vec![value(key)]),
        locator: vec![value(key)],
        set: set
            .iter()
            .map(|(name, new)| Assignment { columns: vec![(*name).to_owned()], value: NewValue::Value(value(new)) })
            .collect(),
        guard: guard.iter().map(|(name, old)| ((*name).to_owned(), value(old))).collect::<BTreeMap<_, _>>(),
    }
}

/// A plan of these steps.
pub fn plan(shape: Shape, steps: Vec<Step>) -> Plan {
    Plan {
        pgdeck: "plan".into(),
        format: FORMAT,
        project: "p".into(),
        from: "source".into(),
        to: "target".into(),
        database: String::new(),
        undoes: None,
        shapes: vec![shape],
        basis: Basis::default(),
        agreed: Vec::new(),
        steps,
        also: Vec::new(),
        digest: Digest::default(),
    }
    .sealed()
}
