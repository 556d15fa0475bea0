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
            entry(A::Filter, "filter", "Filter", &[C::List], "Keep the rows that fit a few letters.").hint("filter"),
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
                "Copy the selected row's name; of a finding, the SQL that mends it; of a difference, the object's SQL; of a \
                 problem, all that is said of it.",
            )
            .hint("copy"),
            entry(A::CopyRow, "copy-row", "Copy row as JSON", &[C::List], "Copy the whole selected row as JSON."),
            entry(
                A::Export,
                "export",
                "Export the list",
                &[C::List],
                "Write the rows shown to a file: CSV, JSON or Markdown, by the ending of its name.",
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
                "Do what is chosen; keep what was typed.",
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
                "Write down in pgdeck.toml why it is all right, and maybe until when.",
            )
            .hint("accept…"),
            entry(
                A::Reach,
                "reach",
                "What one delete reaches",
                &[C::Audit, C::Detail],
                "What goes along, changes or stands in the way when a row of the finding's table is deleted, as a tree.",
            )
            .hint("reach"),
            entry(
                A::GroupBy,
                "group-by",
                "Group by",
                &[C::Audit, C::Drift],
                "The worst first, in families of checks, or by object; differences by kind, by change, or by name.",
            )
            .hint("group"),
            entry(
                A::CompareWith,
                "compare-with",
                "Compare with",
                &[C::Audit],
                "Put the findings of the next environment beside these; behind the last there is none.",
            )
            .hint("compare"),
            entry(
                A::CompareShow,
                "compare-show",
                "What of the comparison",
                &[C::Audit],
                "Everything; what only this environment has; what only the other one has; what both have.",
            ),
            entry(
                A::NextEnvironment,
                "next-environment",
                "Next environment",
                &[C::Audit, C::Migrations],
                "Look at the next environment; of migrations, the next that can get what it lacks.",
            ),
            entry(A::OnlyErrors, "only-errors", "Only errors", &[C::Audit], "Errors alone; once more, everything."),
            entry(A::OnlyWarnings, "only-warnings", "Only warnings", &[C::Audit], "Warnings alone; once more, everything."),
            entry(
                A::OnlyInfo,
                "only-info",
                "Only infos",
                &[C::Audit],
                "What is worth knowing alone; once more, everything.",
            ),
            entry(
                A::OnlyAccepted,
                "only-accepted",
                "Only accepted",
                &[C::Audit],
                "What somebody accepted alone; once more, everything.",
            ),
            entry(A::DriftFrom, "drift-from", "Compare with another", &[C::Drift], "Put the next environment on the first side.")
                .hint("from"),
            entry(A::DriftTo, "drift-to", "Compare another", &[C::Drift], "Put the next environment on the second side.")
                .hint("to"),
            entry(A::DriftSwap, "drift-swap", "Swap the sides", &[C::Drift], "Compare the other way round.").hint("swap"),
            entry(
                A::OnlyKind,
                "only-kind",
                "Only this kind",
                &[C::Drift],
                "Differences of the selected one's kind alone; once more, everything.",
            ),
            entry(
                A::OnlyChange,
                "only-change",
                "Only one change",
                &[C::Drift],
                "What was added; removed; changed; what could not be compared; and everything again.",
            ),
            entry(
                A::OnlyProblems,
                "only-problems",
                "Only problems",
                &[C::Migrations],
                "What is wrong and the files that it is about alone; once more, everything.",
            )
            .hint("problems"),
            entry(
                A::OnlyPending,
                "only-pending",
                "Only pending",
                &[C::Migrations],
                "The files alone that have not run everywhere; once more, everything.",
            )
            .hint("pending"),
            entry(
                A::ApplyPending,
                "apply-pending",
                "Apply what is pending",
                &[C::Migrations],
                "Run the files that have not run, in their order, once the environment's name was typed.",
            )
            .hint("apply"),
            entry(
                A::TryPending,
                "try-pending",
                "Try what is pending",
                &[C::Migrations],
                "Run them in one transaction and roll it back, once the environment's name was typed.",
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
            entry(A::SyncAgain, "sync-again", "Begin again", &[C::Done], "Back to the choice of sets.").hint("again"),
            entry(
                A::Toggle,
                "toggle",
                "Select",
                &[C::Choose, C::Review],
                "Choose what is under the marker, or leave it out.",
            )
            .hint("select"),
            entry(
                A::ToggleAll,
                "toggle-all",
                "Select all",
                &[C::Choose, C::Review],
                "Choose everything in this list, or nothing.",
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
