//! How it reads where a file stands: words in full and short, a sign, and what each is painted in.

use crate::{
    app::migrations::standing::{Standing, Told},
    config::theme::Role,
    core::migrations::{state::Status, trace::Verdict},
    tui::{glyphs::Glyphs, model::EnvState, model::EnvStatus},
};

use super::MigrationsPane;

/// Where a file stands in one environment, as far as the console knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// The environment says so.
    Told(Told),
    /// It did not run, and one after it did.
    OutOfOrder,
    /// It ran, and there is no file.
    Ran,
    /// It is nothing to this environment.
    Nothing,
    /// The environment has yet to say.
    Reading,
    /// The environment could not be asked.
    Silent,
}

impl Mark {
    /// The forward file at `at` in `environment`.
    pub fn of(pane: &MigrationsPane, environment: &EnvStatus, at: usize) -> Mark {
        match pane.standing(&environment.name) {
            Some(standing) => Mark::in_standing(standing, at),
            None => Mark::without(pane, environment),
        }
    }

    fn in_standing(standing: &Standing, at: usize) -> Mark {
        match standing.file(at) {
            Some(file) if file.out_of_order => Mark::OutOfOrder,
            _ => Mark::Told(standing.told(at)),
        }
    }

    /// What there is to say of an environment that has said nothing.
    pub fn without(pane: &MigrationsPane, environment: &EnvStatus) -> Mark {
        let failed = matches!(environment.state, EnvState::Failed(_)) || pane.failed.contains_key(&environment.name);
        if failed && !pane.reading.contains(&environment.name) { Mark::Silent } else { Mark::Reading }
    }

    /// In full.
    pub fn word(self, glyphs: &Glyphs) -> &'static str {
        match self {
            Mark::Told(told) => told.word(),
            Mark::OutOfOrder => "out of order",
            Mark::Ran => "ran",
            Mark::Nothing => "",
            Mark::Reading => glyphs.ellipsis,
            Mark::Silent => "no answer",
        }
    }

    /// In eight cells at most; what only looks so has the sign that estimates have.
    pub fn short(self, glyphs: &Glyphs) -> &'static str {
        match self {
            Mark::Told(Told::Looks(Verdict::All)) => "~applied",
            Mark::Told(Told::Looks(Verdict::Some)) => "~partly",
            Mark::Told(Told::Looks(Verdict::None)) => "~pending",
            Mark::OutOfOrder => "pending!",
            Mark::Silent => "?",
            other => other.word(glyphs),
        }
    }

    /// In one cell.
    pub fn sign(self, glyphs: &Glyphs) -> &'static str {
        match self {
            Mark::Told(Told::Is(Status::Applied) | Told::Looks(Verdict::All)) | Mark::Ran => glyphs.current,
            Mark::Told(Told::Is(Status::Pending) | Told::Looks(Verdict::None)) => glyphs.pending,
            Mark::Told(Told::Is(Status::Edited)) => glyphs.differs,
            Mark::Told(Told::Looks(Verdict::Some)) => glyphs.half,
            Mark::Told(Told::Is(Status::Failed)) => glyphs.failed,
            Mark::Told(Told::Is(Status::Unknown) | Told::Looks(Verdict::Unknown)) | Mark::Silent => "?",
            Mark::OutOfOrder => "!",
            Mark::Nothing => " ",
            Mark::Reading => glyphs.dot,
        }
    }

    /// What it is painted in.
    pub fn role(self) -> Role {
        match self {
            Mark::Told(Told::Is(Status::Applied)) => Role::Ok,
            Mark::Told(Told::Is(Status::Pending) | Told::Looks(Verdict::None | Verdict::Some)) => Role::Warn,
            Mark::Told(Told::Is(Status::Edited | Status::Failed)) | Mark::OutOfOrder | Mark::Ran | Mark::Silent => {
                Role::Danger
            }
            Mark::Told(_) | Mark::Nothing | Mark::Reading => Role::Muted,
        }
    }
}

/// The sign of a file on the line of all files, which is the worst that any environment says of it.
pub fn node(marks: &[Mark], glyphs: &Glyphs) -> (&'static str, Role) {
    let is = |wanted: fn(&Told) -> bool| marks.iter().any(|mark| matches!(mark, Mark::Told(told) if wanted(told)));
    let failed = is(|told| *told == Told::Is(Status::Failed));
    let edited = is(|told| *told == Told::Is(Status::Edited));
    let pending = is(|told| told.is_pending()) || marks.contains(&Mark::OutOfOrder);
    let ran = is(|told| matches!(told, Told::Is(Status::Applied) | Told::Looks(Verdict::All | Verdict::Some)));
    let everywhere = marks.iter().all(|mark| matches!(mark, Mark::Told(told) if !told.is_unknown()));
    match (failed, edited, pending, ran) {
        (true, ..) => (glyphs.failed, Role::Danger),
        (_, true, ..) => (glyphs.differs, Role::Danger),
        (_, _, true, true) => (glyphs.half, Role::Warn),
        (_, _, true, false) => (glyphs.pending, Role::Warn),
        // Where one environment cannot tell, the others speak for themselves only.
        (_, _, false, true) if everywhere => (glyphs.current, Role::Ok),
        (_, _, false, true) => (glyphs.current, Role::Muted),
        (_, _, false, false) => (glyphs.dot, Role::Muted),
    }
}
