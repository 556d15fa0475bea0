//! What `apply` is going to do in one environment: which files, how, and where each is recorded.

use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{
    file::File,
    folder::Folder,
    history::{Histories, History},
    problem::{Class, Problem},
    record::Recorder,
    state::{State, Status, state},
    statements::Statement,
    trace::{Look, Verdict},
    transaction::{self, Mode},
};
use crate::core::{
    error::{Error, Result, did_you_mean},
    gate::{Digest, EnvName},
    name::QName,
};

/// What the operator chose.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// Also run files whose number is lower than that of one that ran.
    pub out_of_order: bool,
    /// Record everything up to this version as applied, and do not run it: for a database that is older than its
    /// history.
    pub baseline: Option<String>,
}

/// How a file gets into a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// These statements are run, and it is recorded.
    Run(Mode, Vec<Statement>),
    /// It is recorded and not run.
    Record,
}

impl How {
    /// The word for it on screen and in JSON.
    pub fn word(&self) -> &'static str {
        match self {
            How::Run(Mode::Inside, _) => "one transaction",
            How::Run(Mode::Outside, _) => "no transaction",
            How::Record => "recorded only",
        }
    }

    /// How many statements are run.
    pub fn statements(&self) -> usize {
        match self {
            How::Run(_, list) => list.len(),
            How::Record => 0,
        }
    }
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its place among the folder's forward files.
    pub place: usize,
    /// The file.
    pub file: File,
    /// What is done with it.
    pub how: How,
}

/// What is done, in order.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The project it is for.
    pub project: String,
    /// The environment it is for.
    pub environment: EnvName,
    /// Which database that is; see [`crate::core::database`].
    pub database: String,
    /// The folder, as it was read.
    pub folder: Arc<Folder>,
    /// The history that is written.
    pub recorder: Recorder,
    /// Whether the history's table is made first.
    pub creates: bool,
    /// The files.
    pub steps: Vec<Step>,
    /// What the operator should know and what keeps nothing from being run, one line each.
    pub warnings: Vec<String>,
    /// All that the database's histories said when this was planned.
    pub known: Known,
    /// SHA-256, in hexadecimal, of all of this.
    pub digest: Digest,
}

/// What the histories of a database say, to be compared with what they say later: a line for each entry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Known(Vec<(String, String)>);

impl Known {
    /// What `histories` say.
    pub fn new(histories: &Histories) -> Known {
        let lines = |history: &History| -> Vec<(String, String)> {
            let table = format!("{} {}", history.tool, history.table);
            let entry = |entry: &super::history::Applied| {
                let name = entry.version.clone().or_else(|| entry.name.clone()).unwrap_or_default();
                (name, format!("{table} {:?} {:?} {:?}", entry.name, entry.checksum, entry.failed))
            };
            let owner = histories.stranger(&history.table).map_or_else(String::new, |owner| format!(" of {owner}"));
            let whose = (String::new(), format!("{table}{owner}"));
            std::iter::once(whose).chain(history.applied.iter().map(entry)).collect()
        };
        Known(histories.read.iter().flat_map(lines).collect())
    }

    /// An entry that only one of both has, by its version or name, those of `own` left out; `None` where there is none.
    pub fn other(&self, later: &Known, own: &[&str]) -> Option<String> {
        let only = |one: &Known, two: &Known| {
            one.0.iter().find(|line| !two.0.contains(line) && !own.contains(&line.0.as_str())).cloned()
        };
        let (name, line) = only(later, self).or_else(|| only(self, later))?;
        Some(if name.is_empty() { line } else { name })
    }
}

/// Plans what brings `environment` to the end of `folder`. Nothing to do is a plan without steps.
///
/// # Errors
/// `Refused` for the first thing that makes it doubtful what would have to run, or in which order, and for a file that
/// cannot be run or recorded.
pub fn plan(
    names: (&str, &str),
    folder: Arc<Folder>,
    histories: &Histories,
    looks: &[Look],
    choice: &Choice,
) -> Result<Plan> {
    let (project, environment) = names;
    let state = state(&folder, histories);
    let creates = state.history.is_none();
    let recorder = match &state.history {
        Some((tool, table)) => Recorder { tool: *tool, table: table.clone() },
        None => Recorder::usual(folder.style),
    };
    owned(&recorder.table, histories).map_err(|error| error.env(environment))?;
    let chosen = chosen(&folder, &state, histories, looks, choice).map_err(|error| error.env(environment))?;
    let doubts = Doubts { folder: &folder, state: &state, chosen: &chosen, choice };
    doubts.first().map_or(Ok(()), |problem| Err(doubtful(problem, environment)))?;
    let mut warnings = doubts.warnings();
    if creates {
        // A new history is made although there is another: somebody else's, let us hope.
        warnings.extend(histories.lookalikes.iter().map(|other| format!("{}: {}", other.table, other.reason)));
    }
    let files: Vec<&File> = folder.forward().collect();
    let steps: Vec<Step> = chosen
        .iter()
        .map(|(place, run)| step(*place, files[*place], *run, &recorder).map_err(|error| error.env(environment)))
        .collect::<Result<_>>()?;
    let known = Known::new(histories);
    let mut plan = Plan {
        project: project.to_owned(),
        environment: environment.into(),
        database: histories.database.clone(),
        folder,
        recorder,
        creates,
        steps,
        warnings,
        known,
        digest: Digest::default(),
    };
    plan.digest = digest(&plan);
    Ok(plan)
}

/// Refuses a history that somebody else could have put there: its triggers would run with the rights of whoever writes it.
fn owned(table: &QName, histories: &Histories) -> Result<()> {
    let Some(owner) = histories.stranger(table) else { return Ok(()) };
    let message =
        format!("the history belongs to {owner}, whose triggers would run with the rights of this connection");
    let hint = format!(
        "connect as {owner}; or, if you trust this table, change its owner: ALTER TABLE {} OWNER TO …",
        table.sql()
    );
    Err(Error::refused(message).object(table).hint(hint))
}

/// The files by place, and whether each is run: those that are pending; where there is no history, those after the
/// baseline, and all of them where nothing of them is there.
fn chosen(
    folder: &Folder,
    state: &State,
    histories: &Histories,
    looks: &[Look],
    choice: &Choice,
) -> Result<Vec<(usize, bool)>> {
    if let Some(unseen) = histories.unseen.first() {
        let message = format!("what ran cannot be read: {}", unseen.reason);
        return Err(Error::refused(message).object(&unseen.table).hint("grant the role SELECT on it"));
    }
    if let Some((tool, table)) = &state.history {
        if choice.baseline.is_some() {
            let message = format!("there is a history already ({tool}), so nothing needs a baseline");
            return Err(Error::refused(message).object(table).hint("leave --baseline out"));
        }
        let pending = |(_, file): &(usize, &super::state::FileState)| file.status == Status::Pending;
        return Ok(state.files.iter().enumerate().filter(pending).map(|(place, _)| (place, true)).collect());
    }
    let files: Vec<&File> = folder.forward().collect();
    if let Some(version) = &choice.baseline {
        let is_it = |file: &&File| file.version.as_deref() == Some(version) || file.path == *version;
        let Some(last) = files.iter().rposition(is_it) else {
            let known = files.iter().filter_map(|file| file.version.as_deref());
            return Err(Error::usage("there is no such migration").object(version).hint(did_you_mean(version, known)));
        };
        return Ok((0..files.len()).map(|place| (place, place > last)).collect());
    }
    let there = |look: &Look| matches!(look.verdict, Verdict::All | Verdict::Some);
    if let Some(last) = looks.iter().rposition(there) {
        let version = files[last].version.clone().unwrap_or_else(|| files[last].path.clone());
        let whole = looks[last].verdict == Verdict::All;
        let untold = files[last + 1..].iter().filter(|_| whole).count();
        let hint = if untold > 0 {
            let next = files[last + 1].title();
            format!("`--baseline {version}` records all up to it as applied; {next} would run, which leaves no trace")
        } else if whole {
            format!("`--baseline {version}` records all up to it as applied")
        } else {
            "look at `pgdeck migrations show` of it, and record what ran with --baseline".into()
        };
        let message = "no migration history found, but objects of this file already exist";
        return Err(Error::refused(message).object(files[last].title()).hint(hint));
    }
    Ok((0..files.len()).map(|place| (place, true)).collect())
}

fn step(place: usize, file: &File, run: bool, recorder: &Recorder) -> Result<Step> {
    let refused = |line: usize, detail: String, hint: &str| {
        Error::refused(detail).at(format!("{}:{line}", file.path)).hint(hint.to_owned())
    };
    if let Some(why) = recorder.refuses(file) {
        let hint = format!("it would be recorded in {}", recorder.table);
        return Err(refused(1, format!("this file cannot be recorded: {why}"), &hint));
    }
    let how = if run {
        let (mode, statements) =
            transaction::mode(file).map_err(|trouble| refused(trouble.line, trouble.detail, trouble.hint))?;
        How::Run(mode, statements)
    } else {
        How::Record
    };
    Ok(Step { place, file: file.clone(), how })
}

/// What makes it doubtful what to run.
struct Doubts<'a> {
    folder: &'a Folder,
    state: &'a State,
    chosen: &'a [(usize, bool)],
    choice: &'a Choice,
}

impl Doubts<'_> {
    fn all(&self) -> impl Iterator<Item = &Problem> {
        self.folder.problems.iter().chain(&self.state.problems)
    }

    fn first(&self) -> Option<&Problem> {
        if self.chosen.is_empty() {
            return None;
        }
        self.all().find(|problem| self.is_in_the_way(problem))
    }

    /// Whether it is about a file that would be touched.
    fn is_about(&self, problem: &Problem) -> bool {
        let files: Vec<&File> = self.folder.forward().collect();
        self.chosen.iter().any(|(place, _)| problem.paths.contains(&files[*place].path))
    }

    fn is_in_the_way(&self, problem: &Problem) -> bool {
        match problem.class {
            // Nobody knows what belongs to it, or which of two histories is right.
            Class::List | Class::Absent | Class::Failed | Class::Disagree | Class::Unseen => true,
            Class::Duplicate
            | Class::NotUtf8
            | Class::Unfinished
            | Class::Unreadable
            | Class::Moved
            | Class::Padded => self.is_about(problem),
            Class::OutOfOrder => !self.choice.out_of_order && self.is_about(problem),
            Class::Missing => self.is_later(problem) && !self.choice.out_of_order,
            // A byte order mark is no part of the first statement.
            Class::ByteOrderMark
            | Class::Unnumbered
            | Class::Gap
            | Class::Crlf
            | Class::Empty
            | Class::Edited
            | Class::OtherName => false,
        }
    }

    /// Whether what ran and has no file comes after a file that would run: the folder is older than the database.
    fn is_later(&self, problem: &Problem) -> bool {
        let files: Vec<&File> = self.folder.forward().collect();
        // What a history knows a file by is what its entries are compared with.
        let known_by = |file: &'_ &File| file.stamp.clone().or_else(|| file.version.clone());
        let first = self.chosen.first().and_then(|(place, _)| known_by(&files[*place]));
        let later =
            |version: &String| first.as_ref().is_some_and(|first| self.folder.style.order(version, first).is_gt());
        problem.versions.iter().any(later)
    }

    fn warnings(&self) -> Vec<String> {
        let worth = |problem: &&Problem| problem.class != Class::Crlf && !self.is_in_the_way(problem);
        self.all().filter(worth).map(ToString::to_string).collect()
    }
}

fn doubtful(problem: &Problem, environment: &str) -> Error {
    let error = Error::refused(&problem.detail).env(environment);
    let hint = match problem.class {
        Class::OutOfOrder | Class::Missing => {
            format!("{}; or run it all the same with --out-of-order", problem.hint)
        }
        _ => problem.hint.clone(),
    };
    let place = problem.place();
    if place.is_empty() { error.hint(hint) } else { error.at(place).hint(hint) }
}

fn digest(plan: &Plan) -> Digest {
    let hash = |bytes: &[u8]| format!("{:x}", Sha256::digest(bytes));
    let steps: Vec<_> = plan
        .steps
        .iter()
        .map(|step| (&step.file.path, hash(step.file.text.as_bytes()), step.how.word(), step.how.statements()))
        .collect();
    let recorder = (plan.recorder.tool, plan.recorder.table.to_string(), plan.creates);
    let all = serde_json::json!((&plan.project, &plan.environment, &plan.database, recorder, steps, &plan.known));
    hash(all.to_string().as_bytes()).into()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
