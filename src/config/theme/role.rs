//! What pieces of the screen mean: the names that a theme gives colours to.

/// What a piece of the screen means. Widgets name roles, never colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`Role::ALL` says what each means")]
pub enum Role {
    Text,
    Muted,
    Faint,
    Title,
    Heading,
    Accent,
    Border,
    Status,
    Selection,
    Overlay,
    Input,
    Button,
    Danger,
    Ok,
    Warn,
    Info,
    Removed,
    Added,
    SqlKeyword,
    SqlComment,
    Production,
    Staging,
    Development,
}

impl Role {
    /// Every role with its name in a theme file and its meaning, in the order of the enum.
    pub const ALL: &'static [(Role, &'static str, &'static str)] = &[
        (Role::Text, "text", "Values, and everything without a meaning of its own."),
        (Role::Muted, "muted", "Labels, explanations, what is there to be looked up."),
        (Role::Faint, "faint", "What cannot be used just now."),
        (Role::Title, "title", "The name of what is shown."),
        (Role::Heading, "heading", "The heads of columns and sections."),
        (Role::Accent, "accent", "Keys, the pane in front, the marker of the selection."),
        (Role::Border, "border", "Rules and frames."),
        (Role::Status, "status", "The first and the last line; its background lies below all of them."),
        (Role::Selection, "selection", "The selected row."),
        (Role::Overlay, "overlay", "The background of what lies over a pane."),
        (Role::Input, "input", "A line that is being typed."),
        (Role::Button, "button", "The button that Enter presses."),
        (Role::Danger, "danger", "Errors, deletes, and boxes that ask about production."),
        (Role::Ok, "ok", "What is as it should be; inserts."),
        (Role::Warn, "warn", "What wants attention; updates; RW."),
        (Role::Info, "info", "What is worth knowing."),
        (Role::Removed, "diff.removed", "Words of a value that go away."),
        (Role::Added, "diff.added", "Words of a value that come."),
        (Role::SqlKeyword, "sql.keyword", "Keywords of SQL."),
        (Role::SqlComment, "sql.comment", "Comments in SQL."),
        (Role::Production, "kind.production", "The word PROD. Red, or the file is refused."),
        (Role::Staging, "kind.staging", "The word STAGING."),
        (Role::Development, "kind.development", "The word DEV."),
    ];

    pub(super) fn named(name: &str) -> Option<Role> {
        Role::ALL.iter().find(|(_, known, _)| *known == name).map(|(role, ..)| *role)
    }
}
