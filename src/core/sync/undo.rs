//! Before-images → a plan that restores them.

use std::{
    collections::BTreeMap,
    io::{BufReader, Cursor, Read, Seek},
};

use serde::{Deserialize, Serialize};

use super::{
    fires::Also,
    plan::{Assignment, FORMAT, Head, NewValue, Operation, Plan, Step, digest},
    row::Value,
    shape::{Role, Shape},
    value::reading_once,
};
use crate::core::{
    error::{Error, Result},
    gate::{Digest, RunId},
};

/// A row as it stood in the target, every column that can be written.
pub type Image = BTreeMap<String, Value>;

/// What a run found and left, kept on disk before COMMIT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// `run`.
    pub pgdeck: String,
    /// The run's name.
    pub run: RunId,
    /// The plan that ran.
    pub plan: Plan,
    /// One per step.
    pub images: Vec<Images>,
    /// The transaction's id on the server, by which a lost COMMIT is settled.
    pub xid: String,
    /// What triggers of the target wrote besides; an undo leaves it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    /// SHA-256 over everything above.
    pub digest: Digest,
}

/// What every version's records say of themselves.
#[derive(Deserialize)]
struct RecordHead {
    plan: Head,
}

impl Record {
    /// The record of `run`, which carried out `plan`.
    pub fn new(run: &RunId, plan: &Plan, images: &[Images], xid: &str, also: &[Also]) -> Self {
        let bare = Record {
            pgdeck: "run".into(),
            run: run.clone(),
            plan: plan.clone(),
            images: images.to_vec(),
            xid: xid.to_owned(),
            also: also.to_vec(),
            digest: Digest::default(),
        };
        Record { digest: digest(&bare), ..bare }
    }

    /// Reads the record of `run`, or says what is wrong with it.
    pub fn read(run: &str, text: &str) -> Result<Self, String> {
        Record::read_from(run, Cursor::new(text))
    }

    /// The same from a file, without holding its text besides.
    pub fn read_from(run: &str, mut from: impl Read + Seek) -> Result<Self, String> {
        let other = |format: u32| {
            format!(
                "the run is of another version of pgdeck (format {format}, this one reads {FORMAT}); undo it with that version"
            )
        };
        let record: Record = match reading_once(|| serde_json::from_reader(BufReader::new(&mut from))) {
            Ok(record) => record,
            Err(error) => {
                let head = from.rewind().ok().and_then(|()| serde_json::from_reader(BufReader::new(&mut from)).ok());
                let head = head.filter(|head: &RecordHead| head.plan.format != FORMAT);
                return Err(head.map_or_else(|| error.to_string(), |head| other(head.plan.format)));
            }
        };
        if record.plan.format != FORMAT {
            return Err(other(record.plan.format));
        }
        if record.run != run || record.pgdeck != "run" {
            return Err(format!("they are those of `{}`", record.run));
        }
        if record.images.len() != record.plan.steps.len()
            || record.digest != digest(&Record { digest: Digest::default(), ..record.clone() })
        {
            return Err("they were edited or damaged: their checksum does not match".into());
        }
        Ok(record)
    }
}

/// One row before and after.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Images {
    /// `None` where there was no row.
    pub before: Option<Image>,
    /// `None` where there is no row any more.
    pub after: Option<Image>,
    /// The columns that triggers of the target wrote during the run. The next write of the row, such as the undo of a later
    /// run, makes them write there again, so that what they hold says nothing about a change by somebody else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewrote: Vec<String>,
}

/// The plan that takes `record` back. It touches a row only while it is as the run left it, but for columns that make no
/// difference, and those that triggers wrote during the run: they would refuse every undo but the last run's.
pub fn plan(record: &Record) -> Result<Plan> {
    let steps = record.plan.steps.iter().zip(&record.images).rev();
    let steps = steps.map(|(step, images)| take_back(record.plan.shape(&step.table)?, step, images));
    let steps: Vec<Step> = steps.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    let plan = Plan {
        pgdeck: "plan".into(),
        format: FORMAT,
        project: record.plan.project.clone(),
        from: format!("undo {}", record.run),
        to: record.plan.to.clone(),
        database: record.plan.database.clone(),
        undoes: Some(record.run.clone()),
        shapes: record.plan.shapes.clone(),
        basis: record.plan.basis.clone(),
        agreed: record.plan.agreed.clone(),
        steps,
        also: record.also.clone(),
        digest: Digest::default(),
    };
    Ok(plan.sealed())
}

/// `error` with a hint that fits where `plan` is an undo: nothing was reviewed that could be reviewed again.
pub fn hinted(plan: &Plan, error: Error) -> Error {
    let reviewed = error.hint.as_deref().is_some_and(|hint| hint.starts_with("review again"));
    if plan.undoes.is_none() || !reviewed {
        return error;
    }
    error.hint("undo the runs that came later first; what somebody else changed since stays, or is set back by hand")
}

fn take_back(shape: &Shape, step: &Step, images: &Images) -> Result<Option<Step>> {
    let base = Step {
        operation: Operation::Update,
        table: step.table.clone(),
        key: step.key.clone(),
        locator: Vec::new(),
        set: Vec::new(),
        guard: BTreeMap::new(),
    };
    let guard = |image: &Image| -> Image {
        let compared = |name: &String| {
            shape.column(name).is_none_or(|column| column.role != Role::Ignored) && !images.rewrote.contains(name)
        };
        image.iter().filter(|(name, _)| compared(name)).map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let locator = |image: &Image| shape.locator.iter().map(|name| image.get(name).cloned().flatten()).collect();
    Ok(match (&images.before, &images.after) {
        (None, Some(after)) => {
            Some(Step { operation: Operation::Delete, locator: locator(after), guard: guard(after), ..base })
        }
        (Some(before), None) => Some(Step { operation: Operation::Insert, set: all(before), ..base }),
        (Some(before), Some(after)) => {
            let changed: Image = before
                .iter()
                .filter(|(name, value)| after.get(*name) != Some(*value))
                .map(|(n, v)| (n.clone(), v.clone()))
                .collect();
            let step = Step { locator: locator(after), guard: guard(after), set: all(&changed), ..base };
            (!step.set.is_empty()).then_some(step)
        }
        (None, None) => {
            return Err(Error::usage("the run's record has no image of this row").object(format!(
                "{} {}",
                step.table,
                step.key.display()
            )));
        }
    })
}

fn all(image: &Image) -> Vec<Assignment> {
    image
        .iter()
        .map(|(name, value)| Assignment { columns: vec![name.clone()], value: NewValue::Value(value.clone()) })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{plan as plan_of, shape, step},
        *,
    };

    #[test]
    fn a_run_is_taken_back_from_its_end() {
        let insert = |key: &str| step(Operation::Insert, "t", key, &[("k", key)], &[]);
        let image =
            |key: &str| Images { after: Some([("k".to_owned(), Some(key.into()))].into()), ..Images::default() };
        let ran = plan_of(shape("t", None), vec![insert("a"), insert("b")]);
        let back = plan(&Record::new(&"run".into(), &ran, &[image("a"), image("b")], "7", &[])).expect("plan");
        let steps: Vec<_> = back.steps.iter().map(|step| (step.operation, step.key.display())).collect();
        assert_eq!(steps, [(Operation::Delete, "b".to_owned()), (Operation::Delete, "a".to_owned())]);
    }
}
