//! Who may do what with the rows of a table: roles down, commands across.

use super::reach;
use crate::{
    config::theme::Role,
    core::{
        audit::{
            check::Context,
            exposure::role_shown,
            facts::{Command, Relation},
            matrix::{Access, Cell as Allowed, matrix},
        },
        schema::Relation as Kind,
    },
    tui::{
        glyphs::Glyphs,
        widget::{cell::Cell, section::head},
    },
};

/// Cells of one command.
const WIDTH: usize = 8;
/// The longest role, in cells.
const NAME: usize = 14;

/// The matrix of `relation` below its head, with a legend of the words in it; nothing where nobody holds a right.
pub fn lines(context: &Context<'_>, relation: &Relation, glyphs: &Glyphs) -> Vec<Cell> {
    let rows = matrix(context, relation);
    if rows.is_empty() {
        return Vec::new();
    }
    let room = rows.iter().map(|row| role_shown(&row.role).chars().count()).max().unwrap_or(0).min(NAME) + 1;
    let title = if table(relation) { "policies on" } else { "rights on" };
    let state = match (table(relation), relation.rls, relation.forced) {
        (false, ..) => Cell::of(Role::Muted, "  no RLS of its own"),
        (true, false, _) => Cell::of(Role::Danger, "  RLS off"),
        (true, true, false) => Cell::of(Role::Muted, "  RLS on"),
        (true, true, true) => Cell::of(Role::Muted, "  RLS on, forced"),
    };
    let commands = Command::EACH.map(|command| format!("{:<WIDTH$}", command.word().to_lowercase()));
    let mut lines = vec![
        Cell::default(),
        head(title).and(Role::Text, format!(" {}", reach::short(&relation.name))).then(state),
        Cell::of(Role::Muted, format!("{:room$}{}", "", commands.concat())),
    ];
    for row in &rows {
        let name = Cell::text(role_shown(&row.role)).cut(room - 1, glyphs.ellipsis);
        let pad = room - name.width();
        let line = name.and(Role::Text, " ".repeat(pad));
        lines.push(row.cells.iter().fold(line, |line, cell| line.then(allowed(cell, glyphs))));
    }
    let cells = || rows.iter().flat_map(|row| &row.cells);
    let used = LEGEND.iter().filter(|(access, _)| cells().any(|cell| word(cell) == word_of(*access)));
    lines.extend(used.map(|(access, says)| Cell::of(Role::Muted, format!("{}: {says}", word_of(*access)))));
    if cells().any(|cell| !cell.columns.is_empty()) {
        lines.push(Cell::of(Role::Muted, "(n): that many columns only"));
    }
    if cells().any(|cell| cell.access == Access::Policies && !cell.restrictive.is_empty()) {
        lines.push(Cell::of(Role::Muted, "&: restrictive policies take away from it"));
    }
    lines
}

fn table(relation: &Relation) -> bool {
    matches!(relation.kind, Kind::Table | Kind::Partitioned)
}

const LEGEND: [(Access, &str); 4] = [
    (Access::Policies, "the rows that a policy lets through"),
    (Access::NoPolicy, "a right, but no policy: no row"),
    (Access::Open, "every row, nothing stands in between"),
    (Access::Bypasses, "every row, the role is above row security"),
];

fn word_of(access: Access) -> &'static str {
    match access {
        Access::NotGranted => "",
        Access::Open => "open",
        Access::Bypasses => "all",
        Access::NoPolicy => "none",
        Access::Policies => "some",
    }
}

fn word(cell: &Allowed) -> &'static str {
    word_of(cell.access)
}

fn allowed(cell: &Allowed, glyphs: &Glyphs) -> Cell {
    let role = match cell.access {
        Access::NotGranted => return Cell::of(Role::Faint, format!("{:<WIDTH$}", glyphs.dot)),
        Access::Open => Role::Danger,
        Access::Bypasses => Role::Warn,
        Access::NoPolicy => Role::Muted,
        Access::Policies => Role::Ok,
    };
    let behind = match (cell.columns.len(), cell.restrictive.is_empty()) {
        (0, false) if cell.access == Access::Policies => "&".to_owned(),
        (0, _) => String::new(),
        (columns, _) => format!("({columns})"),
    };
    Cell::of(role, format!("{:<WIDTH$}", format!("{}{behind}", word(cell))))
}
