//! What a plan rests on in the target's catalogue: how its tables are declared, and what decides what a write to them does.
//!
//! A plan is right under the catalogue that was reviewed. Read again when it runs, the basis says whether this is still the
//! one, and names the object that is not.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::plan::{Operation, Plan};
use crate::core::{
    error::{Error, Result},
    name::QName,
};

/// The query for it: one JSON object (`schema`, `table`, `object`, `definition`) per row. Takes two lists of texts, the
/// tables' schemas and names.
pub const QUERY: &str = include_str!("basis.sql");

/// Objects by table, each with its definition. The objects are named as people name them: `column note`,
/// `foreign key orders_plan_fkey of public.orders`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Basis(BTreeMap<QName, BTreeMap<String, String>>);

/// The object that stands for the table itself.
const KIND: &str = "kind";

/// One object that is not as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Difference<'a> {
    /// The table that it belongs to, or points to.
    pub table: &'a QName,
    /// The object.
    pub object: &'a str,
    /// What became of it.
    pub what: Became,
}

/// What became of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was not there.
    Added,
    /// It is not there any more.
    Dropped,
    /// It has another definition.
    Changed,
}

impl Basis {
    /// Notes an object of `table`.
    pub fn insert(&mut self, table: QName, object: String, definition: String) {
        self.0.entry(table).or_default().insert(object, definition);
    }

    /// What it says of `tables`.
    #[must_use]
    pub fn of(&self, tables: &BTreeSet<&QName>) -> Basis {
        let kept = self.0.iter().filter(|(table, _)| tables.contains(table));
        Basis(kept.map(|(table, objects)| (table.clone(), objects.clone())).collect())
    }

    /// How `live` differs from it in its tables.
    pub fn differences<'a>(&'a self, live: &'a Basis) -> Vec<Difference<'a>> {
        let none = BTreeMap::new();
        let mut out = Vec::new();
        for (table, known) in &self.0 {
            let now = live.0.get(table);
            let became = |object: &String, definition: &String| match now.unwrap_or(&none).get(object) {
                None => Some(Became::Dropped),
                Some(other) if other != definition => Some(Became::Changed),
                Some(_) => None,
            };
            let lost = known.iter().filter_map(|(object, definition)| Some((object, became(object, definition)?)));
            out.extend(lost.map(|(object, what)| Difference { table, object, what }));
            let added = now.into_iter().flatten().filter(|(object, _)| !known.contains_key(*object));
            out.extend(added.map(|(object, _)| Difference { table, object, what: Became::Added }));
        }
        out
    }

    /// Every object with its definition.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&QName, &str, &str)> {
        self.0.iter().flat_map(|(table, objects)| {
            objects.iter().map(move |(object, definition)| (table, object.as_str(), definition.as_str()))
        })
    }

    fn has(&self, table: &QName) -> bool {
        self.0.contains_key(table)
    }
}

/// Refuses a plan whose tables are not declared any more as they were reviewed. `live` is what the target says now, while
/// nobody can change it.
///
/// # Errors
/// `Stale`, with the object.
pub fn check(plan: &Plan, live: &Basis) -> Result<()> {
    let since = since(plan);
    for shape in &plan.shapes {
        if !live.has(&shape.table) {
            return Err(gone(plan, &shape.table));
        }
        if !plan.basis.has(&shape.table) {
            return Err(Error::refused("the plan does not say how this table is declared")
                .object(&shape.table)
                .hint(again(plan)));
        }
    }
    let differences = plan.basis.differences(live);
    let matters = differences.iter().filter(|difference| matters(plan, difference));
    // Of a table that is something else now, each column is.
    let Some(first) = matters.min_by_key(|difference| difference.object != KIND) else { return Ok(()) };
    Err(Error::stale(format!("{} after {since}", first.display()))
        .nothing_written()
        .object(first.table)
        .hint(again(plan)))
}

/// `table`, of `plan`, is not there any more.
pub fn gone(plan: &Plan, table: &QName) -> Error {
    let since = since(plan);
    Error::stale(format!("this table was dropped or renamed after {since}"))
        .nothing_written()
        .object(table)
        .hint(again(plan))
}

fn since(plan: &Plan) -> &'static str {
    if plan.undoes.is_some() { "the run" } else { "the review" }
}

/// Whether a difference could make the plan do something else than was reviewed. A run is undone although something that
/// acts on rows, or restricts them, was dropped since, perhaps for the undo's own sake; although a column came, unless its
/// values would be lost with rows that go; and although a partition came, as one does every month: its triggers are read
/// again, and the foreign keys that point to it are its table's.
fn matters(plan: &Plan, difference: &Difference<'_>) -> bool {
    let column = difference.object.starts_with("column ");
    let partition = difference.object.starts_with("partition ");
    if plan.undoes.is_none() || difference.object == KIND {
        return true;
    }
    match difference.what {
        Became::Dropped => column,
        Became::Added if column => {
            plan.steps.iter().any(|s| s.operation == Operation::Delete && s.table == *difference.table)
        }
        Became::Added => !partition,
        Became::Changed => true,
    }
}

fn again(plan: &Plan) -> &'static str {
    if plan.undoes.is_some() {
        "the rows from before the run are in its record (`pgdeck journal` names it); a new review compares the tables as they are now"
    } else {
        "review again"
    }
}

impl Difference<'_> {
    /// For people.
    pub fn display(&self) -> String {
        let Difference { object, what, .. } = self;
        if *object == KIND {
            return "the kind, owner, partitioning or row level security of this table was changed".to_owned();
        }
        match what {
            Became::Added => format!("{object} was added"),
            Became::Dropped => format!("{object} was dropped"),
            Became::Changed => format!("{object} was changed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{plan, shape, step},
        *,
    };

    fn basis(objects: &[(&str, &str)]) -> Basis {
        let mut basis = Basis::default();
        for (object, definition) in objects {
            basis.insert(QName::new("public", "t"), (*object).to_owned(), (*definition).to_owned());
        }
        basis
    }

    fn refusal(undoes: Option<&str>, operation: Operation, live: &[(&str, &str)]) -> Option<String> {
        let steps = vec![step(operation, "t", "a", &[("v", "1")], &[("k", "a")])];
        let mut plan = plan(shape("t", None), steps);
        plan.basis = basis(&[("kind", "table"), ("column k", "text"), ("trigger x", "…")]);
        plan.undoes = undoes.map(Into::into);
        check(&plan, &basis(live)).err().map(|error| error.to_string())
    }

    #[test]
    fn names_the_object_that_is_not_as_it_was() {
        let same = [("kind", "table"), ("column k", "text"), ("trigger x", "…")];
        assert_eq!(refusal(None, Operation::Update, &same), None);
        let told = |live: &[(&str, &str)]| refusal(None, Operation::Update, live).expect("refused");
        assert!(told(&same[..2]).contains("trigger x was dropped after the review"));
        assert!(told(&[&same[..], &[("policy p", "")]].concat()).contains("policy p was added after the review"));
        assert!(
            told(&[("kind", "table"), ("column k", "citext"), ("trigger x", "…")]).contains("column k was changed")
        );
        assert!(told(&[("kind", "view"), ("column k", "text"), ("trigger x", "…")]).contains("kind"));
        assert!(told(&[]).contains("dropped or renamed"));
    }

    #[test]
    fn an_undo_goes_on_where_nothing_can_be_lost() {
        let live = [("kind", "table"), ("column k", "text"), ("column n", "text"), ("trigger x", "…")];
        assert_eq!(refusal(Some("run"), Operation::Update, &live), None);
        assert!(
            refusal(Some("run"), Operation::Delete, &live)
                .expect("refused")
                .contains("column n was added after the run")
        );
        assert!(refusal(None, Operation::Update, &live).is_some());
        assert_eq!(refusal(Some("run"), Operation::Update, &live[..3]), None, "a trigger was dropped");
        let partition = [&live[..], &[("partition p", "…")]].concat();
        assert_eq!(refusal(Some("run"), Operation::Update, &partition), None);
        assert!(refusal(None, Operation::Update, &partition).is_some());
        assert!(refusal(None, Operation::Update, &live[..3]).is_some());
        assert!(
            refusal(Some("run"), Operation::Update, &[live[0], live[3]])
                .expect("refused")
                .contains("column k was dropped")
        );
    }
}
