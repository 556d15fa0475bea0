//! The one table of everything that a key can do.
//!
//! Keymap validation, the hint bar, the help overlay, the palette and the page of keys in the manual
//! are all made from [`Action::ALL`]. A new action is one line in the enum and one entry in the table
//! (`action/table.rs`).

mod context;
mod entry;
mod table;

use std::borrow::Cow;

use crate::config::keymap::Vocabulary;

pub use context::Context;
pub use entry::Entry;

/// Everything that a key can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`Action::ALL` describes each")]
pub enum Action {
    Help,
    Palette,
    Messages,
    Back,
    Refresh,
    GoOverview,
    GoCounts,
    GoAudit,
    GoMigrations,
    GoDrift,
    GoSync,
    GoJournal,
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
    /// Its entry in the table.
    pub fn entry(self) -> &'static Entry {
        &Action::ALL[self as usize]
    }

    /// The action called `id`.
    pub fn named(id: &str) -> Option<Action> {
        Action::ALL.iter().find(|entry| entry.id == id).map(|entry| entry.action)
    }

    /// The names that keymaps may use.
    pub fn vocabulary() -> Vocabulary {
        let contexts = |entry: &Entry| entry.contexts.iter().map(|context| context.name()).collect();
        Vocabulary {
            contexts: Context::ALL.iter().map(|(_, name, _)| *name).collect(),
            actions: Action::ALL.iter().map(|entry| (entry.id, contexts(entry))).collect(),
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
