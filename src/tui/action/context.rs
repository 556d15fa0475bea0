//! Where keys go.

/// Where the keys go. Several are in force at once, the nearest first: see `Model::contexts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// In force always, while typing too.
    Anywhere,
    /// In force wherever nobody types and no overlay is open.
    Global,
    /// Something that scrolls.
    Scroll,
    /// A list of rows.
    List,
    /// A pane of several parts, one of which has the keys.
    Parts,
    /// A list with the details of the selected row beside it.
    Split,
    /// The counts pane.
    Counts,
    /// The audit pane.
    Audit,
    /// The migrations pane.
    Migrations,
    /// The drift pane.
    Drift,
    /// The sync pane, whichever step it is at.
    Sync,
    /// The sync pane while sets are chosen.
    Choose,
    /// The sync pane while rows are chosen.
    Review,
    /// The sync pane after an apply.
    Done,
    /// The journal pane.
    Journal,
    /// The help, and other pages laid over the screen.
    Help,
    /// A page about the row that is selected below it.
    Detail,
    /// The palette.
    Palette,
    /// A box that asks for a name.
    Confirm,
    /// A line that is being typed.
    Input,
    /// A tree laid over the screen.
    Tree,
    /// The page that is shown where there is no project.
    Welcome,
}

impl Context {
    /// Every context with its name in keymaps and its title in the help.
    pub const ALL: &'static [(Context, &'static str, &'static str)] = &[
        (Context::Anywhere, "anywhere", "While typing, too"),
        (Context::Global, "global", "Everywhere"),
        (Context::Scroll, "scroll", "Moving"),
        (Context::List, "list", "Lists"),
        (Context::Parts, "parts", "Panes of several parts"),
        (Context::Split, "split", "Lists with details beside them"),
        (Context::Counts, "counts", "Counts"),
        (Context::Audit, "audit", "Audit"),
        (Context::Migrations, "migrations", "Migrations"),
        (Context::Drift, "drift", "Drift"),
        (Context::Sync, "sync", "Sync"),
        (Context::Choose, "choose", "Sync: export"),
        (Context::Review, "review", "Sync: review"),
        (Context::Done, "done", "Sync: verify"),
        (Context::Journal, "journal", "Journal"),
        (Context::Help, "help", "Help and pages"),
        (Context::Detail, "detail", "Pages about a row"),
        (Context::Palette, "palette", "Palette"),
        (Context::Confirm, "confirm", "Confirmation"),
        (Context::Input, "input", "Typing"),
        (Context::Tree, "tree", "Trees"),
        (Context::Welcome, "welcome", "Without a project"),
    ];

    /// Its name in keymaps.
    pub fn name(self) -> &'static str {
        Context::ALL[self as usize].1
    }

    /// Its title in the help.
    pub fn title(self) -> &'static str {
        Context::ALL[self as usize].2
    }
}
