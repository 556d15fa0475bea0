//! What there is to say about each action.

use super::{Action, Context, Entry, entry::entry};

impl Action {
    /// The table as far as the actions that bring panes to the front.
    pub(super) const BEFORE_PANES: &'static [Entry] = {
        use Action as A;
        use Context as C;
        &[
            entry(A::Help, "help", "Help", &[C::Global, C::Help], "Every key that works here, and why one does not.")
                .hint("help"),
            entry(
                A::Palette,
                "palette",
                "Palette",
                &[C::Global],
                "Find an action, a table, an environment, a check, a migration or a sync set by its name.",
            )
            .hint("palette"),
            entry(
                A::Messages,
                "messages",
                "Messages",
                &[C::Global],
                "Everything that was said in this session, in full.",
            ),
            entry(
                A::Back,
                "back",
                "Back",
                &[C::Global, C::Help],
                "Close, clear the filter, cancel the job or dismiss the message: whatever is nearest.",
            ),
            entry(A::Refresh, "refresh", "Refresh", &[C::Global], "Read again what this pane shows."),
        ]
    };

    /// The table behind them.
    pub(super) const BEHIND_PANES: &'static [Entry] = {
        use Action as A;
        use Context as C;
        &[
            entry(A::NextPane, "next-pane", "Next pane", &[C::Global], "The pane to the right."),
            entry(A::PreviousPane, "previous-pane", "Previous pane", &[C::Global], "The pane to the left."),
            entry(A::Quit, "quit", "Quit", &[C::Anywhere, C::Global, C::Welcome], "Cancel what is running and leave."),
            entry(A::Suspend, "suspend", "Suspend", &[C::Anywhere], "Back to the shell; `fg` returns here."),
            entry(A::Redraw, "redraw", "Redraw", &[C::Anywhere], "Paint the whole screen again."),
            entry(A::Up, "up", "Up", &[C::Scroll, C::Palette, C::Confirm, C::Input], "One line up."),
            entry(A::Down, "down", "Down", &[C::Scroll, C::Palette, C::Confirm, C::Input], "One line down."),
            entry(A::PageUp, "page-up", "Page up", &[C::Scroll, C::Palette, C::Input], "One screen up."),
            entry(A::PageDown, "page-down", "Page down", &[C::Scroll, C::Palette, C::Input], "One screen down."),
            entry(A::HalfPageUp, "half-page-up", "Half a page up", &[C::Scroll], "Half a screen up."),
            entry(A::HalfPageDown, "half-page-down", "Half a page down", &[C::Scroll], "Half a screen down."),
            entry(A::Top, "top", "Top", &[C::Scroll], "The first line."),
            entry(A::Bottom, "bottom", "Bottom", &[C::Scroll], "The last line."),
            entry(A::Open, "open", "Open", &[C::List], "The details of the selected row.").hint("open"),
            entry(A::Filter, "filter", "Filter", &[C::List], "Filter rows by text.").hint("filter"),
            entry(
                A::SortNext,
                "sort-next",
                "Sort by next column",
                &[C::List],
                "Sort by the column to the right of the present one.",
            )
            .hint("sort"),
            entry(A::SortReverse, "sort-reverse", "Reverse the sorting", &[C::List], "Sort the other way round."),
            entry(
                A::Copy,
                "copy",
                "Copy",
                &[C::List, C::Detail],
                "Copy the selected row's name; of a finding, the fix; of a difference, the object's SQL; of a \
                 problem, its full text.",
            )
            .hint("copy"),
            entry(A::CopyRow, "copy-row", "Copy row as JSON", &[C::List], "Copy the whole selected row as JSON."),
            entry(
                A::Export,
                "export",
                "Export the list",
                &[C::List],
                "Write the rows shown to a file: CSV, JSON or Markdown, chosen by the file extension.",
            ),
            entry(A::FocusNext, "focus-next", "Next part", &[C::Parts, C::Split, C::Confirm], "Move to the next part or button.")
                .hint("move"),
            entry(
                A::FocusPrevious,
                "focus-previous",
                "Previous part",
                &[C::Parts, C::Split, C::Confirm],
                "Move to the part or button before.",
            ),
            entry(
                A::Accept,
                "accept",
                "Accept",
                &[C::Palette, C::Confirm, C::Input],
                "Do what is selected; keep what was typed.",
            )
            .hint("accept"),
            entry(A::Cancel, "cancel", "Cancel", &[C::Palette, C::Confirm, C::Input], "Leave without doing anything.")
                .hint("cancel"),
            entry(
                A::Count,
                "count",
                "Count exactly",
                &[C::Counts],
                "Count the rows of the tables shown, in every environment.",
            )
            .hint("exact"),
            entry(A::Snapshot, "snapshot", "Snapshot", &[C::Counts], "Record the counts shown, to compare with later.")
                .hint("snapshot"),
            entry(
                A::AcceptFinding,
                "accept-finding",
                "Accept a finding…",
                &[C::Audit, C::Detail],
                "Record in pgdeck.toml why this finding is acceptable, and optionally until when.",
            )
            .hint("accept…"),
            entry(
                A::Reach,
                "reach",
                "Show delete impact",
                &[C::Audit, C::Detail],
                "What is deleted, changed or blocks the delete when a row of the finding's table is deleted, as a tree.",
            )
            .hint("reach"),
            entry(
                A::GroupBy,
                "group-by",
                "Group by",
                &[C::Audit, C::Drift],
                "Group findings by severity, family or object; differences by kind, change or name.",
            )
            .hint("group"),
            entry(
                A::CompareWith,
                "compare-with",
                "Compare with",
                &[C::Audit],
                "Show the findings of the next environment beside these; after the last one, none.",
            )
            .hint("compare"),
            entry(
                A::CompareShow,
                "compare-show",
                "Filter the comparison",
                &[C::Audit],
                "Show everything, then only this environment, only the other one, and only what both have.",
            ),
            entry(
                A::NextEnvironment,
                "next-environment",
                "Next environment",
                &[C::Audit, C::Migrations],
                "Show the next environment; for migrations, the next one with pending files.",
            ),
            entry(A::OnlyErrors, "only-errors", "Only errors", &[C::Audit], "Show only errors; press again to show everything."),
            entry(A::OnlyWarnings, "only-warnings", "Only warnings", &[C::Audit], "Show only warnings; press again to show everything."),
            entry(
                A::OnlyInfo,
                "only-info",
                "Only infos",
                &[C::Audit],
                "Show only infos; press again to show everything.",
            ),
            entry(
                A::OnlyAccepted,
                "only-accepted",
                "Only accepted",
                &[C::Audit],
                "Show only accepted findings; press again to show everything.",
            ),
            entry(A::DriftFrom, "drift-from", "Change left side", &[C::Drift], "Compare with the next environment.")
                .hint("from"),
            entry(A::DriftTo, "drift-to", "Change right side", &[C::Drift], "Compare the next environment.")
                .hint("to"),
            entry(A::DriftSwap, "drift-swap", "Swap the sides", &[C::Drift], "Compare the other way round.").hint("swap"),
            entry(
                A::OnlyKind,
                "only-kind",
                "Only this kind",
                &[C::Drift],
                "Show only differences of the selected kind; press again to show everything.",
            ),
            entry(
                A::OnlyChange,
                "only-change",
                "Only one change",
                &[C::Drift],
                "Show only additions, then removals, changes, what could not be compared, and everything again.",
            ),
            entry(
                A::OnlyProblems,
                "only-problems",
                "Only problems",
                &[C::Migrations],
                "Show only problems and the files they are about; press again to show everything.",
            )
            .hint("problems"),
            entry(
                A::OnlyPending,
                "only-pending",
                "Only pending",
                &[C::Migrations],
                "Show only files that have not run everywhere; press again to show everything.",
            )
            .hint("pending"),
            entry(
                A::ApplyPending,
                "apply-pending",
                "Apply pending migrations",
                &[C::Migrations],
                "Run the pending files in order, after you type the environment's name.",
            )
            .hint("apply"),
            entry(
                A::TryPending,
                "try-pending",
                "Dry-run pending migrations",
                &[C::Migrations],
                "Run them in one transaction and roll it back, after you type the environment's name.",
            ),
            entry(
                A::SyncStart,
                "sync-start",
                "Export and review",
                &[C::Choose],
                "Read the chosen sets from the source and compare them with the target.",
            )
            .hint("export"),
            entry(
                A::SyncApply,
                "sync-apply",
                "Apply…",
                &[C::Review],
                "Apply the chosen rows, after the target's name is typed.",
            )
            .hint("apply…")
            .danger(),
            entry(A::SyncAgain, "sync-again", "Start over", &[C::Done], "Back to selecting sets.").hint("again"),
            entry(
                A::Toggle,
                "toggle",
                "Select",
                &[C::Choose, C::Review],
                "Select or deselect the current row.",
            )
            .hint("select"),
            entry(
                A::ToggleAll,
                "toggle-all",
                "Select all",
                &[C::Choose, C::Review],
                "Select everything in this list, or nothing.",
            )
            .hint("all"),
            entry(
                A::ToggleColumn,
                "toggle-column",
                "Leave a column out",
                &[C::Review],
                "Leave the marked column of this row as the target has it.",
            )
            .hint("column"),
            entry(
                A::ShowSql,
                "show-sql",
                "Details and SQL",
                &[C::Review, C::Done],
                "Everything about what is marked: a table's warnings; a row's statements, notes and values; what a run did.",
            )
            .hint("details"),
            entry(A::NextSource, "next-source", "Other source", &[C::Choose], "Read from the next environment.")
                .hint("from"),
            entry(
                A::SourceFile,
                "source-file",
                "Read from a file…",
                &[C::Choose],
                "Take the rows from a bundle, from what the query returned, or from JSON by hand.",
            )
            .hint("file…"),
            entry(A::NextTarget, "next-target", "Other target", &[C::Choose], "Write to the next environment.")
                .hint("to"),
            entry(
                A::ToggleDeletes,
                "toggle-deletes",
                "Deletes",
                &[C::Choose],
                "Also offer to delete rows that the source does not have.",
            )
            .hint("deletes"),
            entry(
                A::StepBack,
                "step-back",
                "One step back",
                &[C::Review],
                "Back to the choice of sets; what is chosen here stays.",
            )
            .hint("back"),
            entry(
                A::WriteReport,
                "write-report",
                "Write the report…",
                &[C::Review],
                "Write all that differs to a file: Markdown or JSON, by the ending of its name.",
            )
            .hint("write…"),
            entry(
                A::WriteScript,
                "write-script",
                "Write the SQL script…",
                &[C::Review],
                "Write what is chosen as a guarded script for an SQL editor.",
            )
            .hint("write…"),
            entry(
                A::WritePlan,
                "write-plan",
                "Write the plan…",
                &[C::Review],
                "Write what is chosen as a plan for `pgdeck sync apply`.",
            )
            .hint("write…"),
            entry(
                A::WriteBundle,
                "write-bundle",
                "Write a bundle…",
                &[C::Choose, C::Review],
                "Write every row of the sets, as the source has it, to a file.",
            )
            .hint("write…"),
            entry(
                A::WriteSeed,
                "write-seed",
                "Write a seed…",
                &[C::Choose, C::Review],
                "Write every row of the sets, as the source has it, into its part of an SQL file.",
            )
            .hint("write…"),
            entry(
                A::WriteQuery,
                "write-query",
                "Write the query…",
                &[C::Choose],
                "Write the statement that reads the sets where pgdeck cannot connect.",
            )
            .hint("write…"),
            entry(
                A::Undo,
                "undo",
                "Undo…",
                &[C::Done, C::Journal],
                "Take the run back, after the environment's name is typed.",
            )
            .hint("undo…")
            .danger(),
            entry(
                A::Relations,
                "relations",
                "Foreign keys around it",
                &[C::Counts],
                "Which tables point to this one and which it points to, at any depth, as a tree.",
            )
            .hint("tree"),
            entry(A::Fold, "fold", "Fold", &[C::Tree], "Fold the branch, or go out of it.").hint("fold"),
            entry(A::Unfold, "unfold", "Unfold", &[C::Tree], "Unfold the branch, or go into it.").hint("unfold"),
            entry(
                A::TryDemo,
                "try-demo",
                "Try the demo",
                &[C::Welcome],
                "Leave this page and start the example on two throw-away servers.",
            )
            .hint("demo"),
            entry(
                A::ShowProject,
                "show-project",
                "How to write a pgdeck.toml",
                &[C::Welcome],
                "A small file with comments, to begin with.",
            )
            .hint("pgdeck.toml"),
        ]
    };
}
