//! The triggers and rules of the target that run for a plan, and what they did.

use serde::{Deserialize, Serialize};

use super::{
    plan::{Operation, Plan, Step},
    shape::Shape,
    sql,
};
use crate::core::{
    name::QName,
    trigger::{Trigger, TriggerEvent, TriggerKind},
};

/// What triggers wrote in a table besides the rows of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Also {
    /// The table, as `schema.table`.
    pub table: String,
    /// New rows.
    pub inserted: u64,
    /// Changed rows.
    pub updated: u64,
    /// Removed rows.
    pub deleted: u64,
    /// What became of the table itself: the server counts no rows then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebuilt: Option<Rebuilt>,
    /// The triggers that may have been it, as `trigger NAME on TABLE`.
    #[serde(default)]
    pub by: Vec<String>,
    /// The ids (of the primary key) of rows that are there now, as far as they were looked for: in tables of the plan, and
    /// in tables that point to its rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
}

/// What a trigger did to a whole table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rebuilt {
    /// Emptied by TRUNCATE, or written anew by ALTER TABLE.
    Rewritten,
    /// Dropped, or under another name.
    Gone,
}

impl Rebuilt {
    /// For people, in the past tense.
    pub const fn did(self) -> &'static str {
        match self {
            Rebuilt::Rewritten => "truncated or rewrote",
            Rebuilt::Gone => "dropped or renamed",
        }
    }

    /// For people, of the table.
    const fn was(self) -> &'static str {
        match self {
            Rebuilt::Rewritten => "truncated or rewritten",
            Rebuilt::Gone => "dropped or renamed",
        }
    }
}

/// How many rows a sentence names.
const SHOWN: usize = 5;

impl Also {
    /// `public.plan_log (2 inserted)`.
    pub fn display(&self) -> String {
        let counts = [(self.inserted, "inserted"), (self.updated, "updated"), (self.deleted, "deleted")];
        let counts = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        let counts: Vec<_> = counts.chain(self.rebuilt.map(|how| how.was().to_owned())).collect();
        let dots = if self.rows.len() > SHOWN { ", …" } else { "" };
        let rows: Vec<_> = self.rows.iter().take(SHOWN).map(String::as_str).collect();
        let rows = if rows.is_empty() { String::new() } else { format!(": {}{dots}", rows.join(", ")) };
        format!("{} ({}{rows})", self.table, counts.join(", "))
    }
}

/// What triggers of the target did during a run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TriggersDid {
    /// Those that may have run, as `trigger NAME on TABLE`.
    pub by: Vec<String>,
    /// What they wrote besides the rows of the plan. An undo does not take it back.
    pub also: Vec<Also>,
    /// Why it is not known what they wrote besides.
    pub unknown: Option<String>,
}

impl TriggersDid {
    /// What there is to say, a sentence each; `rewrote` are the values of the plan's rows that they replaced.
    pub fn sentences(&self, rewrote: &[String]) -> Vec<String> {
        let by = who(&self.by);
        let mut out: Vec<_> = rewrote.iter().map(|what| format!("{by} rewrote {what}")).collect();
        if !self.also.is_empty() {
            let also: Vec<_> = self.also.iter().map(Also::display).collect();
            out.push(format!("{by} also wrote: {}; an undo does not take that back", also.join(", ")));
        }
        out.extend(self.unknown.clone());
        out
    }
}

/// Who wrote where no trigger of the plan's tables ran.
const NO_TRIGGER: &str = "a function of the target that is no trigger of these tables (of a CHECK, domain, default, index, \
                          generated column or policy)";

/// Names for those that may be to blame: the one, or all of them as alternatives, `A, B or C`.
pub fn who(names: &[String]) -> String {
    match names {
        [] => NO_TRIGGER.to_owned(),
        [one] => one.clone(),
        [several @ .., last] => format!("{} or {last}", several.join(", ")),
    }
}

/// What runs for a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fires<'a> {
    /// The table that is written.
    pub table: &'a QName,
    /// What runs.
    pub trigger: &'a Trigger,
}

impl Fires<'_> {
    /// For people.
    pub fn name(&self) -> String {
        format!("{} `{}` on {}", self.trigger.word(), self.trigger.name, self.table)
    }
}

/// What may run for `steps` of `plan`, each once. `parked` says that a step's row is moved out of the way as well, which
/// is an update of any of its columns.
pub fn fires<'a>(plan: &'a Plan, steps: impl Iterator<Item = (&'a Step, bool)>) -> Vec<Fires<'a>> {
    let mut out: Vec<Fires> = Vec::new();
    for (step, parked) in steps {
        let Ok(shape) = plan.shape(&step.table) else { continue };
        if !fires_any(shape) {
            continue;
        }
        let columns: Vec<_> = step.set.iter().flat_map(|a| sql::written(shape, a)).map(|(_, _, name)| name).collect();
        let any: Vec<_> = if parked { shape.columns.iter().map(|c| c.name.as_str()).collect() } else { Vec::new() };
        let moved = fires_for(shape, Operation::Update, &any).into_iter().filter(|_| parked);
        for fires in fires_for(shape, step.operation, &columns).into_iter().chain(moved) {
            if !out.contains(&fires) {
                out.push(fires);
            }
        }
    }
    out
}

/// Whether anything may run when rows of the table are written.
pub fn fires_any(shape: &Shape) -> bool {
    !shape.triggers.is_empty() || shape.children.iter().any(|child| !child.triggers.is_empty())
}

/// What may run for `operation`, of an update of `columns`: of the table itself, and of those that the server cascades to.
pub fn fires_for<'a>(shape: &'a Shape, operation: Operation, columns: &[&str]) -> Vec<Fires<'a>> {
    let own = shape.triggers.iter().filter(|trigger| trigger.runs_for(event(operation), columns));
    let mut out: Vec<_> = own.map(|trigger| Fires { table: &shape.table, trigger }).collect();
    let deletes = operation == Operation::Delete;
    for child in shape.children.iter().filter(|_| operation != Operation::Insert) {
        for trigger in child.fires(deletes, columns) {
            let fires = Fires { table: &child.table, trigger };
            if !out.contains(&fires) {
                out.push(fires);
            }
        }
    }
    out
}

/// What runs for `plan`, by table, for a review: each line a table with the names.
pub fn fires_by_table(plan: &Plan) -> Vec<(&QName, Vec<&Trigger>)> {
    let mut out: Vec<(&QName, Vec<&Trigger>)> = Vec::new();
    for fires in fires(plan, plan.steps.iter().map(|step| (step, false))) {
        match out.iter_mut().find(|(table, _)| *table == fires.table) {
            Some((_, triggers)) => triggers.push(fires.trigger),
            None => out.push((fires.table, vec![fires.trigger])),
        }
    }
    out
}

/// What a review says of the triggers that will run.
pub fn announced(plan: &Plan) -> Vec<String> {
    let tables = fires_by_table(plan);
    let mut out: Vec<_> = tables
        .iter()
        .map(|(table, triggers)| {
            let names: Vec<_> = triggers.iter().map(|trigger| trigger.display()).collect();
            format!("{table}: fires {}", names.join(", "))
        })
        .collect();
    if tables.iter().flat_map(|(_, triggers)| triggers).any(|trigger| trigger.kind == TriggerKind::Also) {
        out.push(RULES.to_owned());
    }
    if !out.is_empty() {
        out.push(NOT_UNDONE.to_owned());
    }
    out
}

/// What no undo can promise.
pub const NOT_UNDONE: &str = "What triggers write elsewhere is reported after the run, and no undo takes it back.";

/// What is special about rules: their statements repeat the condition of the one that they are added to.
const RULES: &str =
    "The statements of a rule see the statement of the plan, not the row: for a new row they may find nothing to do.";

/// Why a row of a table with such a rule cannot be written: what the rule does instead could not be verified or undone.
/// An update is taken back by an update; a new row by a delete, and the other way round.
pub fn replaced(triggers: &[Trigger], operation: Operation) -> Option<String> {
    let needed = match operation {
        Operation::Update => &[TriggerEvent::Update][..],
        Operation::Insert | Operation::Delete => &[TriggerEvent::Insert, TriggerEvent::Delete],
    };
    let instead =
        |rule: &&Trigger| rule.kind == TriggerKind::Instead && rule.events.iter().any(|event| needed.contains(event));
    let rule = triggers.iter().find(instead)?;
    let event = rule.events.iter().map(|event| match event {
        TriggerEvent::Insert => "INSERT",
        TriggerEvent::Update => "UPDATE",
        TriggerEvent::Delete => "DELETE",
    });
    let sometimes = if rule.conditional { " for some rows" } else { "" };
    Some(format!(
        "rule `{}` of the target does something else instead of {}{sometimes} (DO INSTEAD), so the row could not be \
         verified and undone",
        rule.name,
        event.collect::<Vec<_>>().join(", ")
    ))
}

/// The event that an operation is to a trigger.
pub fn event(operation: Operation) -> TriggerEvent {
    match operation {
        Operation::Insert => TriggerEvent::Insert,
        Operation::Update => TriggerEvent::Update,
        Operation::Delete => TriggerEvent::Delete,
    }
}
