//! Which histories of a database are about a folder's files.
//!
//! A database holds histories of other applications too: every one of Supabase's has `auth.schema_migrations` and
//! `storage.migrations`, and a shared database has one per team. Such a history says nothing of these files, and that
//! it does not know them is no disagreement.

use super::{Join, style_of};
use crate::core::{
    migrations::{
        file::File,
        folder::Folder,
        history::{Histories, History, Lookalike, Tool},
        record::Recorder,
        style::Style,
    },
    name::QName,
};

/// `histories` with those that are about other files moved to the lookalikes, with what they are: another tool's that
/// knows none of these files, or is empty beside the folder's own; another project of Sqitch; and, where the folder's
/// own tool has said what ran, other tools' that may not be read.
#[must_use]
pub fn relevant(folder: &Folder, mut histories: Histories) -> Histories {
    let files: Vec<&File> = folder.forward().collect();
    // For files of no tool the history that pgdeck itself begins is their own: one that knows none of them is then of
    // another state of the folder, and not somebody else's.
    let usual = Recorder::usual(folder.style);
    let own_tool = |tool: Tool| style_of(tool) == Some(folder.style);
    let own = |tool: Tool, table: &QName| {
        let begun = folder.style == Style::Plain && tool == usual.tool && *table == usual.table;
        own_tool(tool) || begun
    };
    let touches: Vec<bool> = histories.read.iter().map(|history| Join::new(&files, history).touches()).collect();
    let any = |test: &dyn Fn(&History, bool) -> bool| {
        histories.read.iter().zip(&touches).any(|(history, touches)| test(history, *touches))
    };
    let own_is_there = any(&|history, _| own(history.tool, &history.table));
    let own_knows = any(&|history, touches| own(history.tool, &history.table) && touches);
    let reason = |history: &History, touches: bool| {
        let (tool, empty) = (history.tool, is_empty(history));
        let own = own(tool, &history.table);
        match &history.project {
            Some(project) if folder.project.as_ref().is_some_and(|own| own != project) => {
                Some(format!("a history of {tool}, for the project {project}"))
            }
            _ if empty && own_is_there && !own => Some(format!("a history of {tool} that is empty")),
            _ if touches || empty || own && !own_knows => None,
            _ => Some(format!("a history of {tool} that knows none of these files, and so is about others")),
        }
    };
    let (mut read, mut apart) = (Vec::new(), Vec::new());
    for (history, touches) in std::mem::take(&mut histories.read).into_iter().zip(touches) {
        match reason(&history, touches) {
            Some(reason) => apart.push(Lookalike { table: history.table, reason }),
            None => read.push(history),
        }
    }
    let (kept, unseen) = std::mem::take(&mut histories.unseen).into_iter().partition(|unseen| {
        // What the own tool's table does not tell may stand in another table of the same tool.
        !own_knows || own(unseen.tool, &unseen.table)
    });
    let told = |unseen: crate::core::migrations::history::Unseen| Lookalike {
        reason: format!("a history of {} that cannot be read: {}", unseen.tool, unseen.reason),
        table: unseen.table,
    };
    let others: Vec<_> = unseen;
    apart.extend(others.into_iter().map(told));
    histories.lookalikes.extend(apart);
    Histories { read, unseen: kept, ..histories }
}

fn is_empty(history: &History) -> bool {
    history.applied.is_empty() && history.reverted.is_empty() && history.baseline.is_none()
}
