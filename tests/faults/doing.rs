//! What the program is about when it is hit.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// `sync apply` of a reviewed plan.
    Apply,
    /// `sync undo` of a run.
    Undo,
    /// `migrations apply` of two files.
    Migrate,
    /// `sync export` into a file.
    Export,
    /// The console, which reads both environments.
    Console,
}

impl Doing {
    pub const ALL: [Doing; 5] = [Doing::Apply, Doing::Undo, Doing::Migrate, Doing::Export, Doing::Console];
}
