//! The one table of everything that a key can do.
//!
//! Keymap validation, the hint bar, the help overlay, the palette and the page of keys in the manual
//! are all made from [`Action::all`]. A new action is one line in the enum and one entry in the table
//! (`action/table.rs`); the actions that bring a pane to the front are made from [`Pane::ALL`].

mod context;
mod entry;
mod table;

use std::{borrow::Cow, sync::LazyLock};

use crate::config::keymap::Vocabulary;

use super::pane::Pane;

pub use context::Context;
pub use entry::Entry;

/// Everything that a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`Action::all()` describes each")]
pub enum Action {
    Help,
    Palette,
    Messages,
    Back,
    Refresh,
    /// Brings this pane to the front.
    Go(Pane),
    NextPane,
    PreviousPane,
    Quit,
    Suspend,
    Redraw,
    Up,
    Down,
    PageUp,
    PageDown,
    HalfPageUp,
    HalfPageDown,
    Top,
    Bottom,
    Open,
    Filter,
    SortNext,
    SortReverse,
    Copy,
    CopyRow,
    Export,
    FocusNext,
    FocusPrevious,
    Accept,
    Cancel,
    Count,
    Snapshot,
    AcceptFinding,
    Reach,
    GroupBy,
    CompareWith,
    CompareShow,
    NextEnvironment,
    OnlyErrors,
    OnlyWarnings,
    OnlyInfo,
    OnlyAccepted,
    DriftFrom,
    DriftTo,
    DriftSwap,
    OnlyKind,
    OnlyChange,
    OnlyProblems,
    OnlyPending,
    ApplyPending,
    TryPending,
    SyncStart,
    SyncApply,
    SyncAgain,
    Toggle,
    ToggleAll,
    ToggleColumn,
    ShowSql,
    NextSource,
    SourceFile,
    NextTarget,
    ToggleDeletes,
    StepBack,
    WriteReport,
    WriteScript,
    WritePlan,
    WriteBundle,
    WriteSeed,
    WriteQuery,
    Undo,
    Relations,
    Fold,
    Unfold,
    TryDemo,
    ShowProject,
}

impl Action {
    /// The table. Its order is that of the help and of the hint bar.
    pub fn all() -> &'static [Entry] {
        static ALL: LazyLock<Vec<Entry>> = LazyLock::new(|| {
            let panes = Pane::ALL.iter().map(Entry::go);
            Action::BEFORE_PANES.iter().copied().chain(panes).chain(Action::BEHIND_PANES.iter().copied()).collect()
        });
        &ALL
    }

    /// Its entry in the table.
    pub fn entry(self) -> &'static Entry {
        let entries = Action::all();
        // An action without one has no name that a key could be bound to, and no place on the screen.
        entries.iter().find(|entry| entry.action == self).unwrap_or(&entries[0])
    }

    /// The action called `id`.
    pub fn named(id: &str) -> Option<Action> {
        Action::all().iter().find(|entry| entry.id == id).map(|entry| entry.action)
    }

    /// The names that keymaps may use.
    pub fn vocabulary() -> Vocabulary {
        let contexts = |entry: &Entry| entry.contexts.iter().map(|context| context.name()).collect();
        Vocabulary {
            contexts: Context::ALL.iter().map(|(_, name, _)| *name).collect(),
            actions: Action::all().iter().map(|entry| (entry.id, contexts(entry))).collect(),
        }
    }
}

/// Why an action cannot be used just now; completes "… is not possible:".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason(pub Cow<'static, str>);

impl Reason {
    /// The reason `why`.
    pub fn new(why: impl Into<Cow<'static, str>>) -> Self {
        Reason(why.into())
    }
}

#[cfg(test)]
mod tests;
