//! What a server runs of itself when rows of a table are written: its triggers and rules.

use serde::{Deserialize, Serialize};

/// When it runs (`pg_trigger.tgtype`, `pg_rewrite.is_instead`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TriggerKind {
    /// A trigger that runs before the row, or the statement: it may change the row, or suppress it.
    Before,
    /// A trigger that runs afterwards, or at the end of the transaction.
    After,
    /// A rule that adds statements (`DO ALSO`).
    Also,
    /// A rule that replaces the statement (`DO INSTEAD`), perhaps only for some rows.
    Instead,
}

/// What it runs for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TriggerEvent {
    /// A new row.
    Insert,
    /// A changed row.
    Update,
    /// A removed row.
    Delete,
}

/// A trigger or a rule that is enabled for the sessions of the connected role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// When it runs.
    pub kind: TriggerKind,
    /// Whether it runs for each row; else once for a statement. A rule is a part of the statement.
    pub row: bool,
    /// What it runs for; empty where that is TRUNCATE alone.
    pub events: Vec<TriggerEvent>,
    /// `UPDATE OF` these columns; empty for every update.
    pub columns: Vec<String>,
    /// Whether it has a condition (`WHEN`, or the `WHERE` of a rule).
    pub conditional: bool,
    /// The function that it calls; empty for a rule.
    pub function: String,
}

impl Trigger {
    /// Whether it may run for `event`; of an update, where one of `columns` is written.
    pub fn runs_for(&self, event: TriggerEvent, columns: &[&str]) -> bool {
        let of = |name: &String| columns.contains(&name.as_str());
        let touched = event != TriggerEvent::Update || self.columns.is_empty() || self.columns.iter().any(of);
        self.events.contains(&event) && touched
    }

    /// Whether it may keep a row from being written.
    pub fn suppresses(&self) -> bool {
        self.row && matches!(self.kind, TriggerKind::Before | TriggerKind::Instead)
    }

    /// `trigger` or `rule`.
    pub fn word(&self) -> &'static str {
        match self.kind {
            TriggerKind::Before | TriggerKind::After => "trigger",
            TriggerKind::Also | TriggerKind::Instead => "rule",
        }
    }

    /// For people: `touch (BEFORE UPDATE)`.
    pub fn display(&self) -> String {
        let event = |event: &TriggerEvent| match event {
            TriggerEvent::Insert => "INSERT",
            TriggerEvent::Update => "UPDATE",
            TriggerEvent::Delete => "DELETE",
        };
        let events: Vec<_> = self.events.iter().map(event).collect();
        let events = events.join(" OR ");
        match self.kind {
            TriggerKind::Before => format!("{} (BEFORE {events})", self.name),
            TriggerKind::After => format!("{} (AFTER {events})", self.name),
            TriggerKind::Also => format!("{} (rule ON {events} DO ALSO)", self.name),
            TriggerKind::Instead => format!("{} (rule ON {events} DO INSTEAD)", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger(columns: &[&str], events: &[TriggerEvent]) -> Trigger {
        Trigger {
            name: "touch".into(),
            kind: TriggerKind::Before,
            row: true,
            events: events.to_vec(),
            columns: columns.iter().map(|name| (*name).to_owned()).collect(),
            conditional: false,
            function: "public.touch".into(),
        }
    }

    #[test]
    fn a_list_of_columns_matters_for_updates_alone() {
        let touch = trigger(&["v"], &[TriggerEvent::Insert, TriggerEvent::Update]);
        assert!(touch.runs_for(TriggerEvent::Insert, &["k"]));
        assert!(touch.runs_for(TriggerEvent::Update, &["k", "v"]));
        assert!(!touch.runs_for(TriggerEvent::Update, &["k"]));
        assert!(!touch.runs_for(TriggerEvent::Delete, &[]));
        assert!(trigger(&[], &[TriggerEvent::Update]).runs_for(TriggerEvent::Update, &["k"]));
        assert_eq!(touch.display(), "touch (BEFORE INSERT OR UPDATE)");
    }
}
