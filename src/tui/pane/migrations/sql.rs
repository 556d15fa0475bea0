//! A migration's text to read: with the numbers of its lines, and not more of it than anybody reads here.

use crate::{
    config::theme::Role,
    core::migrations::statements::{Statement, Statements},
    tui::{
        glyphs::Glyphs,
        widget::{cell::Cell, gauge::thousands, sql},
    },
};

/// Lines that are shown; the file has the rest.
const LINES: usize = 1_000;
/// Statements that are listed.
const STATEMENTS: usize = 200;
/// Cells of a line that are shown: a line of data may be as long as a file.
const CELLS: usize = 400;
/// Cells of a statement's first line.
const FIRST: usize = 160;
/// Cells of a line's number.
const NUMBER: usize = 5;

/// The number of a line, to the right of its column.
pub fn number(line: Option<usize>) -> String {
    line.map_or_else(|| " ".repeat(NUMBER), |line| format!("{line:>NUMBER$}"))
}

/// `body` behind `lead` in lines of at most `room` cells, each of which begins where the body does.
pub fn hung(lead: Cell, body: &Cell, room: usize) -> Vec<Cell> {
    let before = lead.width();
    let lines = body.wrapped(room.saturating_sub(before).max(before.max(1)));
    let blank = Cell::text(" ".repeat(before));
    let leads = std::iter::once(lead).chain(std::iter::repeat(blank));
    leads.zip(lines).map(|(lead, line)| lead.then(line)).collect()
}

/// The lines of `text`, each with its number, in lines of at most `room` cells.
pub fn numbered(text: &str, room: usize, glyphs: &Glyphs) -> Vec<Cell> {
    let shown: String = text.split_inclusive('\n').take(LINES).collect();
    let lines = sql::written(&shown.replace("\r\n", "\n"));
    let line = |(at, line): (usize, Cell)| {
        hung(Cell::of(Role::Muted, format!("{}  ", number(Some(at)))), &line.cut(CELLS, glyphs.ellipsis), room)
    };
    let mut cells: Vec<Cell> = (1..).zip(lines).flat_map(line).collect();
    let more = text.lines().count().saturating_sub(LINES);
    cells.extend(rest(more, "line", glyphs));
    cells
}

/// The first line of each statement of `text`, with the number of the line that it stands on.
pub fn listed(statements: &Statements, text: &str, room: usize, glyphs: &Glyphs) -> Vec<Cell> {
    let list = &statements.list;
    let mut cells: Vec<Cell> =
        list.iter().take(STATEMENTS).map(|statement| first(statement, text, room, glyphs)).collect();
    cells.extend(rest(list.len().saturating_sub(STATEMENTS), "statement", glyphs));
    cells
}

fn first(statement: &Statement, text: &str, room: usize, glyphs: &Glyphs) -> Cell {
    let line = statement.text(text).lines().next().unwrap_or_default();
    let line = sql::written(line).into_iter().next().unwrap_or_default();
    let number = Cell::of(Role::Muted, format!("{}  ", number(Some(statement.line))));
    number.then(line).cut(FIRST.min(room), glyphs.ellipsis)
}

fn rest(more: usize, what: &str, glyphs: &Glyphs) -> Option<Cell> {
    let plural = if more == 1 { "" } else { "s" };
    let says = format!("{}  {} more {what}{plural} in the file", glyphs.ellipsis, thousands(more as u64));
    (more > 0).then(|| Cell::of(Role::Muted, says))
}
