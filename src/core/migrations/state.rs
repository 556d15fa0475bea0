//! What a database's history says of the files: applied, pending, edited, failed; and what it knows that is no file.

use serde::Serialize;

use super::{
    file::File,
    folder::Folder,
    history::{Applied, Histories, Tool},
    problem::Problem,
    style::Style,
};
use crate::core::name::QName;

mod apart;
mod join;
mod said;

pub use apart::relevant;
use join::Join;

/// Where a file stands in one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It ran, and the file is what it was as far as that can be told.
    Applied,
    /// It did not run.
    Pending,
    /// It ran, and the file is not what it was.
    Edited,
    /// It ran and failed.
    Failed,
    /// It cannot be told.
    Unknown,
}

impl Status {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Status::Applied => "applied",
            Status::Pending => "pending",
            Status::Edited => "edited",
            Status::Failed => "failed",
            Status::Unknown => "unknown",
        }
    }
}

/// One file in one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// Its path within the folder.
    pub path: String,
    /// Where it stands.
    pub status: Status,
    /// Whether it is pending and one after it ran.
    pub out_of_order: bool,
    /// What the history says of it.
    pub applied: Option<Applied>,
}

/// All files in one database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The history that was believed; `None` where there is none that can be read.
    pub history: Option<(Tool, QName)>,
    /// The forward files in their order.
    pub files: Vec<FileState>,
    /// What ran and has no file.
    pub missing: Vec<Applied>,
    /// What is wrong, one line each.
    pub problems: Vec<Problem>,
}

/// Joins the files of `folder` with the histories of one database. Of several histories the one of the folder's own
/// tool is believed, else the one by which most of the files ran; where another says otherwise, that is a problem.
/// Histories of other files have been put apart by [`relevant`].
pub fn state(folder: &Folder, histories: &Histories) -> State {
    let files: Vec<&File> = folder.forward().collect();
    let joins: Vec<Join> = histories.read.iter().map(|history| Join::new(&files, history)).collect();
    let own = |join: &Join| style_of(join.history.tool) == Some(folder.style);
    // The first of equals, so that the answer does not depend on chance.
    let believed = joins.iter().rev().max_by_key(|join| (own(join), join.ran()));
    let mut state = match believed {
        Some(join) => join.state(),
        None => State { files: files.iter().map(|file| unknown(file)).collect(), ..State::default() },
    };
    let others = believed.iter().flat_map(|best| {
        joins.iter().filter(|join| !std::ptr::eq(*join, *best)).filter_map(|join| said::disagreement(best, join))
    });
    state.problems.extend(others);
    state.problems.extend(histories.unseen.iter().map(said::unseen));
    state
}

/// The style of the files that a tool runs.
fn style_of(tool: Tool) -> Option<Style> {
    Some(match tool {
        Tool::Supabase => Style::Supabase,
        Tool::Dbmate => Style::Dbmate,
        Tool::Golang => Style::Golang,
        Tool::Flyway => Style::Flyway,
        Tool::Sqlx => Style::Sqlx,
        Tool::Refinery => Style::Refinery,
        Tool::Prisma => Style::Prisma,
        Tool::Drizzle => Style::Drizzle,
        Tool::Sqitch => Style::Sqitch,
        Tool::Atlas | Tool::Rails | Tool::Goose | Tool::Alembic | Tool::Liquibase => return None,
    })
}

/// A name such that the ways in which tools write it are one: Flyway and sqlx turn `_` into a blank.
fn plain(name: &str) -> String {
    name.replace(['_', '-'], " ").trim().to_lowercase()
}

fn unknown(file: &File) -> FileState {
    FileState { path: file.path.clone(), status: Status::Unknown, out_of_order: false, applied: None }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
