//! Everything that can happen to the console, and everything that it can ask for.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    app::{
        audit::Audited,
        counts::{History, Listing},
        drift::{Base, Compared},
        env::Reached,
        migrations::{
            apply::Applied as Migrated,
            standing::{Overview, Standing},
        },
        sync::{Applied, Contents, Output},
        trust::Item,
    },
    config::{key::Key, project::accept::Entry},
    core::{
        counts::Count,
        error::{Error, Result},
        gate::{RunId, Typed},
        journal,
        migrations::{self, folder::Folder},
        name::QName,
        sheet::Sheet,
        sync::{diff::Review, plan::Plan},
    },
};

use super::{environment::EnvState, jobs::JobId};

/// Something happened. `update` is told, one after the other, and is the only one to change the model.
#[derive(Debug, Clone)]
pub enum Msg {
    /// The time since the console opened. Comes before everything that happened at that time.
    Now(Duration),
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The terminal has so many columns and lines now.
    Resize(u16, u16),
    /// The terminal's window is in front (or no longer).
    Focus(bool),
    /// The console has opened.
    Opened,
    /// Leave, because of this signal, or because the terminal is gone.
    Stopped(&'static str),
    /// Stop and give the terminal back to the shell.
    Suspend,
    /// The process goes on after it was stopped.
    Resumed,
    /// What is known of an environment changed.
    Environment(String, EnvState),
    /// The connection to an environment ended though nobody ended it.
    Lost(String, Error),
    /// A job got on.
    Progress(JobId, Progress),
    /// What an environment that answers says about itself.
    Reached(String, Arc<Reached>),
    /// The tables of an environment, with the planner's estimates.
    Tables(String, Result<Arc<Listing>>),
    /// A table of an environment was counted.
    Counted(String, QName, Count),
    /// What was recorded of counts.
    History(Result<Arc<History>>),
    /// What the checks say of an environment.
    Audited(String, Result<Arc<Audited>>),
    /// The team's folder of migrations, with no environment asked yet.
    Migrations(Result<Arc<Overview>>),
    /// Where an environment stands to the files of this folder.
    Standing(Arc<Folder>, String, Result<Arc<Standing>>),
    /// Something was accepted, or could not be.
    Accepted(Result<Arc<Accepted>>),
    /// What differs between two sides, or why the job could not find out.
    Drifted(JobId, Result<Arc<Compared>>),
    /// What is in the journal.
    Journal(Result<Arc<Vec<journal::Run>>>),
    /// The wizard got on.
    Sync(Sync),
    /// A run is to be taken back: the run, and the name that was typed.
    Undo(RunId, Typed),
    /// What would be run in an environment.
    PlannedMigrations(Result<Migrating>),
    /// These migrations are to be run: the name that was typed.
    Migrate(Migrating, Typed),
    /// They ran, or did not.
    Migrated(Migrating, Result<Arc<Migrated>>),
    /// What became of the file that a prompt asked for. The job is the one that the prompt waits for.
    Filed(JobId, Result<Filed>),
    /// What the project makes pgdeck run.
    Trust(Vec<Item>),
    /// These are agreed to: what was typed.
    Agree(Vec<Item>, Typed),
    /// They were agreed to, or that could not be kept.
    Agreed(Result<()>),
    /// Something to say.
    Said(Tone, String),
    /// Something went wrong.
    Failed(Error),
}

/// What came of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filed {
    /// It was written; this is to be said.
    Written(String),
    /// The file of this name can be the wizard's source.
    Source(String, Arc<Contents>),
}

/// Where the sync wizard's rows come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An environment.
    Environment(String),
    /// A file, as it was typed.
    File(String),
}

impl Default for Origin {
    fn default() -> Self {
        Origin::Environment(String::new())
    }
}

impl fmt::Display for Origin {
    /// The environment's name, or the last part of the file's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Environment(name) => f.write_str(name),
            Origin::File(file) => f.write_str(file.rsplit('/').next().unwrap_or(file)),
        }
    }
}

/// What the sync wizard compares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The sets; all when empty.
    pub sets: Vec<String>,
    /// The source.
    pub from: Origin,
    /// The target.
    pub to: String,
    /// Whether rows that the source does not have may be deleted.
    pub deletes: bool,
}

/// A finding that is to be accepted.
#[derive(Debug, Clone)]
pub struct Accepting {
    /// What is written into the project's file.
    pub entry: Entry,
    /// What was read of each environment, to be judged anew then.
    pub again: Vec<Arc<Audited>>,
}

/// What was read is the same only where it is the very same reading.
impl PartialEq for Accepting {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.again.iter().zip(&other.again);
        self.entry == other.entry
            && self.again.len() == other.again.len()
            && pairs.all(|(one, other)| Arc::ptr_eq(one, other))
    }
}

impl Eq for Accepting {}

/// Migrations that are to be run, or tried.
#[derive(Debug, Clone)]
pub struct Migrating {
    /// What is run.
    pub plan: Arc<migrations::plan::Plan>,
    /// Whether all of it is rolled back.
    pub dry_run: bool,
}

/// A plan is what its digest says.
impl PartialEq for Migrating {
    fn eq(&self, other: &Self) -> bool {
        self.plan.digest == other.plan.digest && self.dry_run == other.dry_run
    }
}

impl Eq for Migrating {}

/// What became of it.
#[derive(Debug, Clone)]
pub struct Accepted {
    /// Where it stands, as `file:line`.
    pub place: String,
    /// What the checks say now.
    pub audited: Vec<Arc<Audited>>,
}

/// How the sync wizard gets on. What belongs to a step that was left meanwhile is thrown away.
#[derive(Debug, Clone)]
pub enum Sync {
    /// Both sides were compared.
    Reviewed(Arc<Review>),
    /// The target's name was typed, as given.
    Confirmed(Typed),
    /// The plan was applied, verified row by row, and committed.
    Applied(Arc<Applied>),
    /// The target was reviewed once more after the apply.
    Verified(Arc<Review>),
    /// A run was taken back.
    Undone(Arc<Applied>),
    /// The step that was being done failed; nothing was written.
    Failed(Error),
}

/// How a job gets on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// So much is done, of so much where that is known.
    Done(u64, Option<u64>),
    /// It is over; what came of it was told by a message of its own. The loop says this by itself when
    /// the work has returned, so that no job can be left standing.
    Ended,
}

/// How something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked. Goes away by itself.
    Done,
    /// Good to know. Goes away by itself.
    Note,
    /// It failed. Stays until it is dismissed.
    Failed,
}

/// What the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mouse {
    /// What.
    pub kind: MouseKind,
    /// The column, counted from 0.
    pub x: u16,
    /// The line, counted from 0.
    pub y: u16,
}

/// What the mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button went down.
    Click,
    /// The wheel turned towards the person.
    WheelDown,
    /// The wheel turned away from the person.
    WheelUp,
}

/// Something to be done outside of the model. The loop does all of it itself but for the work, which it
/// hands to its executor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave the console.
    Quit,
    /// Give the terminal back to the shell until it says go on.
    Suspend,
    /// Paint everything again.
    Redraw,
    /// Put this on the clipboard.
    Copy(String),
    /// Do this as the job of that name. Made by `Model::start`.
    Run(JobId, Work),
    /// Tell a job to stop, on the server too. It runs on until its work has returned.
    Cancel(JobId),
}

/// What the console can have done by those who can do it. Each is a use-case of `app`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// Connect to this environment; answered by [`Msg::Environment`], and by [`Msg::Reached`] where it answers.
    Connect(String),
    /// Read this environment's tables; answered by [`Msg::Tables`].
    Tables(String),
    /// Count these tables of this environment; each answered by [`Msg::Counted`].
    Count(String, Vec<QName>),
    /// Record what is counted now, under a name made of the time; answered by [`Msg::Said`] and [`Msg::History`].
    Snapshot(Vec<(String, Vec<(QName, Count)>)>),
    /// Audit this environment; answered by [`Msg::Audited`].
    Audit(String),
    /// Read the team's folder of migrations; answered by [`Msg::Migrations`].
    Migrations,
    /// Ask this environment which files of this folder ran there; answered by [`Msg::Standing`].
    Standing(String, Arc<Folder>),
    /// Plan what this environment lacks, to be run or only tried; answered by [`Msg::PlannedMigrations`].
    PlanMigrations(String, bool),
    /// Run these migrations; the name is what was typed. Answered by [`Msg::Migrated`].
    Migrate(Migrating, Typed),
    /// Accept a finding; answered by [`Msg::Accepted`].
    Accept(Arc<Accepting>),
    /// Compare the schemas of these two; answered by [`Msg::Drifted`].
    Drift(Base, String),
    /// Read what was recorded of counts; answered by [`Msg::History`].
    History,
    /// Write these rows to the new file of this name; answered by [`Msg::Filed`].
    Export(String, Arc<Sheet>),
    /// Write this to the file of this name; answered by [`Msg::Filed`].
    Write(String, Output),
    /// See whether the file of this name can be a source of these sets, or of any; answered by [`Msg::Filed`].
    Look(String, Vec<String>),
    /// Start the demo. Asked for on the first page only, which is left with it.
    Demo,
    /// Read what the project makes pgdeck run; answered by [`Msg::Trust`].
    Trust,
    /// Agree to these; answered by [`Msg::Agreed`].
    Agree(Arc<Vec<Item>>),
    /// Read the journal; answered by [`Msg::Journal`].
    Journal,
    /// Compare both sides; answered by [`Sync::Reviewed`].
    Compare(Arc<Comparison>),
    /// Apply this plan; the name is what was typed. Answered by [`Sync::Applied`].
    Apply(Arc<Plan>, Typed),
    /// The review after an apply; answered by [`Sync::Verified`].
    Verify(Arc<Comparison>),
    /// Take this run back; the name is what was typed. Answered by [`Sync::Undone`].
    Undo(RunId, Typed),
}
