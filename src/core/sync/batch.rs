//! Statements that go together: consecutive ones that differ in their values alone.
//!
//! Nothing changes places. What one of them needs of another's effect begins a new batch: a row whose parent is of the
//! same batch would not find it, because a statement does not see what it writes itself.

use std::{collections::HashSet, ops::Range};

use super::{
    plan::{NewValue, Operation, Plan, Step},
    row::Key,
    schedule::Run,
};

/// From how many alike rows on they are written together: below, one statement after the other is as fast.
pub const LEAST: usize = 200;

/// Rows of one batch, at most: the operator sees it advance, and no statement runs into the server's time limit.
const ROWS: usize = 5_000;

/// Bytes of values of one batch, at most.
const BYTES: usize = 16 << 20;

/// Consecutive statements of a plan, by their places among its runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// One after the other.
    Singly(Range<usize>),
    /// All of them by one statement.
    Together(Range<usize>),
}

/// `runs` of `plan`, in order, with batches of at least `least` statements.
pub fn parts(plan: &Plan, runs: &[Run], least: usize) -> Vec<Part> {
    let mut out = Vec::new();
    let mut open = Open::default();
    for (at, run) in runs.iter().enumerate() {
        let bytes = run.statement.size();
        if at > open.from && !open.takes(plan, runs, run, bytes) {
            close(&mut out, &open, at, least);
            open = Open { from: at, ..Open::default() };
        }
        open.rows += 1;
        open.bytes += bytes;
        open.new.extend(inserted(plan, run).map(|step| &step.key));
    }
    close(&mut out, &open, runs.len(), least);
    out
}

/// The batch that is being filled.
#[derive(Default)]
struct Open<'a> {
    from: usize,
    rows: usize,
    bytes: usize,
    /// The keys of the rows that it inserts.
    new: HashSet<&'a Key>,
}

impl Open<'_> {
    /// Whether `run`, whose values have so many bytes, is one more of it.
    fn takes(&self, plan: &Plan, runs: &[Run], run: &Run, bytes: usize) -> bool {
        let first = &runs[self.from];
        let fits = self.rows < ROWS && self.bytes + bytes <= BYTES;
        // What takes a unique value comes after what leaves it.
        let same = !first.numbered && !run.numbered && first.level == run.level && run.after.is_empty();
        let alike = same && first.statement.is_like(&run.statement);
        fits && alike && !inserted(plan, run).any(|step| self.holds_parent(plan, step))
    }

    /// Whether a row that `step` looks for is one that the batch inserts.
    fn holds_parent(&self, plan: &Plan, step: &Step) -> bool {
        let Ok(shape) = plan.shape(&step.table) else { return true };
        let own = |columns: &[String]| shape.references.iter().any(|r| r.table == step.table && r.columns == columns);
        step.set.iter().any(|assignment| match &assignment.value {
            NewValue::Parent(key) => self.new.contains(key) && own(&assignment.columns),
            NewValue::Value(_) => false,
        })
    }
}

fn inserted<'a>(plan: &'a Plan, run: &'a Run) -> impl Iterator<Item = &'a Step> {
    run.steps.iter().map(|at| &plan.steps[*at]).filter(|step| step.operation == Operation::Insert)
}

fn close(out: &mut Vec<Part>, open: &Open, to: usize, least: usize) {
    let rows = open.from..to;
    match (rows.len(), out.last_mut()) {
        (0, _) => {}
        (length, _) if length >= least.max(2) => out.push(Part::Together(rows)),
        (_, Some(Part::Singly(before))) => before.end = to,
        _ => out.push(Part::Singly(rows)),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            fixture::{plan, rule, shape, step},
            plan::Assignment,
            schedule::schedule,
            shape::Shape,
        },
        *,
    };

    fn parts_of(shape: Shape, steps: Vec<Step>, least: usize) -> Vec<Part> {
        let plan = plan(shape, steps);
        parts(&plan, &schedule(&plan).expect("schedule").runs, least)
    }

    fn inserts(count: usize) -> Vec<Step> {
        let insert = |n: usize| step(Operation::Insert, "t", &n.to_string(), &[("k", &n.to_string())], &[]);
        (0..count).map(insert).collect()
    }

    fn update(key: &str, column: &str, from: &str, to: &str) -> Step {
        step(Operation::Update, "t", key, &[(column, to)], &[("k", key), (column, from)])
    }

    #[test]
    fn alike_statements_go_together_from_a_number_on_and_others_singly() {
        assert_eq!(parts_of(shape("t", None), inserts(3), 3), [Part::Together(0..3)]);
        assert_eq!(parts_of(shape("t", None), inserts(3), 4), [Part::Singly(0..3)]);
        assert_eq!(parts_of(shape("t", None), inserts(1), 0), [Part::Singly(0..1)], "one is no batch");
        let mut steps = inserts(3);
        steps.extend([update("a", "pos", "1", "2"), update("b", "pos", "3", "4")]);
        steps.extend([update("c", "k", "c", "d"), step(Operation::Delete, "t", "e", &[], &[("k", "e")])]);
        let parts = parts_of(shape("t", None), steps.clone(), 2);
        assert_eq!(parts, [Part::Together(0..3), Part::Together(3..5), Part::Singly(5..7)]);
        assert_eq!(parts_of(shape("t", None), steps, 3), [Part::Together(0..3), Part::Singly(3..7)]);
    }

    #[test]
    fn a_batch_ends_with_so_many_rows_or_bytes() {
        let parts = parts_of(shape("t", None), inserts(ROWS * 2 + 1), 2);
        assert_eq!(
            parts,
            [Part::Together(0..ROWS), Part::Together(ROWS..2 * ROWS), Part::Singly(2 * ROWS..2 * ROWS + 1)]
        );
        let long = "x".repeat(BYTES / 3);
        let steps = (0..5).map(|n: usize| step(Operation::Insert, "t", &n.to_string(), &[("k", &long)], &[]));
        assert_eq!(
            parts_of(shape("t", None), steps.collect(), 2),
            [Part::Together(0..2), Part::Together(2..4), Part::Singly(4..5)]
        );
    }

    #[test]
    fn a_row_whose_parent_is_new_in_the_batch_begins_another() {
        let child = |key: &str, parent: Option<&str>| {
            let mut step = step(Operation::Insert, "t", key, &[("k", key)], &[]);
            let value = parent.map_or(NewValue::Value(None), |key| NewValue::Parent(Key(vec![Some(key.into())])));
            step.set.push(Assignment { columns: vec!["parent".into()], value });
            step
        };
        let steps = vec![
            child("a", None),
            child("b", Some("known")),
            child("c", Some("a")),
            child("d", Some("b")),
            child("e", Some("d")),
            child("f", Some("a")),
        ];
        let parts = parts_of(shape("t", Some("t")), steps.clone(), 2);
        assert_eq!(parts, [Part::Together(0..2), Part::Together(2..4), Part::Together(4..6)]);
        // Keys of another table may read the same.
        assert_eq!(parts_of(shape("t", Some("other")), steps, 2), [Part::Together(0..6)]);
    }

    #[test]
    fn who_takes_a_unique_value_does_not_go_with_who_leaves_it() {
        let unique = || Shape { uniques: vec![rule("k", "text"), rule("pos", "integer")], ..shape("t", None) };
        let chain = vec![update("a", "pos", "1", "2"), update("b", "pos", "2", "3")];
        assert_eq!(parts_of(unique(), chain, 2), [Part::Singly(0..2)]);
        let apart = vec![update("a", "pos", "1", "3"), update("b", "pos", "2", "4")];
        assert_eq!(parts_of(unique(), apart, 2), [Part::Together(0..2)]);
        // Of two that exchange theirs one waits elsewhere before the other comes.
        let mut round = vec![update("c", "pos", "5", "6"), update("d", "pos", "7", "8")];
        round.extend([update("a", "pos", "1", "2"), update("b", "pos", "2", "1")]);
        assert_eq!(parts_of(unique(), round, 2), [Part::Together(0..2), Part::Singly(2..4)]);
    }
}
