//! Which lines of the list are in sight: heads of sections, problems of several lines, files of one line each. The
//! section of the first row in sight always shows its head, and the selected row is in sight.

use super::{
    MigrationsPane,
    rows::{Row, Section, What},
};
use crate::{
    config::theme::Role,
    core::error::Error,
    tui::{look::Look, widget::cell::Cell},
};

/// How far the lines of a problem behind its first stand to the right.
const INDENT: &str = "  ";

/// A line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Nothing, above a head that is not the first.
    Blank,
    /// The head of a section.
    Head(Section),
    /// The line `.1` of the row at the place `.0` in the order.
    Row(usize, usize),
}

/// The lines that `room` lines of `width` cells show.
pub fn lines(pane: &MigrationsPane, look: &Look, width: usize, room: usize) -> Vec<Line> {
    let (order, cursor) = (pane.list.table.order(), pane.list.table.cursor());
    let row = |at: usize| &pane.rows[order[at] as usize];
    let many = many(pane, room);
    let height = |at: usize| match row(at).section() {
        Section::Problems if at == cursor || !many => problem(row(at), look, width).len(),
        _ => 1,
    };
    let begins = |at: usize| at == 0 || row(at - 1).section() != row(at).section();
    // What a row adds below another one: itself, and the head above it.
    let adds = |at: usize| height(at) + if begins(at) { 2 } else { 0 };
    let mut top = pane.list.table.top(room.max(1));
    let mut used = 1
        + (top..=cursor)
            .filter(|at| *at < order.len())
            .map(|at| if at == top { height(at) } else { adds(at) })
            .sum::<usize>();
    while used > room && top < cursor {
        used -= height(top);
        top += 1;
        used -= if begins(top) { 2 } else { 0 };
    }
    let mut lines = Vec::with_capacity(room + 4);
    for at in top..order.len() {
        if at > top && begins(at) {
            lines.push(Line::Blank);
        }
        if at == top || begins(at) {
            lines.push(Line::Head(row(at).section()));
        }
        lines.extend((0..height(at)).map(|part| Line::Row(at, part)));
        if lines.len() >= room {
            break;
        }
    }
    lines.truncate(room);
    lines
}

/// Whether there are so many problems that only the selected one is said in full.
pub fn many(pane: &MigrationsPane, room: usize) -> bool {
    let wrong = |row: &&u32| pane.rows[**row as usize].section() == Section::Problems;
    // A place, what happened, what to do.
    3 * pane.list.table.order().iter().take_while(wrong).count() > room / 2
}

/// What is wrong in one line, where there are many.
pub fn brief(row: &Row, look: &Look) -> Cell {
    let mut lines = problem(row, look, usize::MAX).into_iter();
    let (first, detail) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    first.then(detail.in_role(Role::Muted))
}

/// The lines of what is wrong: where, what, and what to do.
pub fn problem(row: &Row, look: &Look, width: usize) -> Vec<Cell> {
    let (first, detail, hint) = match &row.what {
        What::Silent(name, error) => (silent(name, look), message(error), error.hint.clone().unwrap_or_default()),
        What::Problem(environments, problem) => {
            let word = format!("{} {}", look.glyphs.failed, problem.class.word());
            let mut first = Cell::of(Role::Danger, word).and(Role::Text, "  ").and(Role::Text, problem.place());
            if !environments.is_empty() {
                let gap = if problem.paths.is_empty() { "" } else { "  " };
                first = first.and(Role::Muted, format!("{gap}in {}", environments.join(", ")));
            }
            (first, problem.detail.clone(), problem.hint.clone())
        }
        _ => return Vec::new(),
    };
    let mut lines = vec![first];
    lines.extend(Cell::text(format!("{INDENT}{detail}")).wrapped(width));
    if !hint.is_empty() {
        let arrow = Cell::of(Role::Accent, format!("{INDENT}{} ", look.glyphs.arrow));
        lines.extend(arrow.and(Role::Text, hint).wrapped(width));
    }
    lines
}

fn silent(name: &str, look: &Look) -> Cell {
    Cell::of(Role::Danger, format!("{} no answer", look.glyphs.failed)).and(Role::Text, "  ").and(Role::Text, name)
}

/// What happened, without what the first line says already and without what to do.
fn message(error: &Error) -> String {
    match &error.object {
        Some(object) => format!("{object}: {}", error.message),
        None => error.message.clone(),
    }
}
