//! The rows on the screen: heads of sections, problems of several lines, files of one line each.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    MigrationsList,
    lines::{self, Line},
    list,
    mark::{Mark, node},
    matrix::{Matrix, pad},
    rows::{Row, Section, What},
    summary,
};
use crate::{
    config::theme::Role,
    core::migrations::style::Style,
    tui::{
        layout,
        model::Model,
        msg::Mouse,
        widget::{cell::Cell, gauge::counted, section, table::Hit},
    },
};

/// Cells before a file's title: the marker of the selection, the line of all files, and a blank.
const BEFORE: u16 = 4;
/// The longest version that is shown in full: a moment has fourteen digits.
const VERSION: usize = 14;

/// Where the list is drawn.
fn body(model: &Model) -> Rect {
    let area = layout::areas(model.size).map_or(Rect::ZERO, |areas| super::super::inside(areas.body));
    list::body(list::areas(&MigrationsList, model, area).0)
}

/// The lines of the list that are in sight.
fn in_sight(model: &Model, body: Rect) -> Vec<Line> {
    let room = usize::from(body.width.saturating_sub(1));
    lines::lines(&model.migrations, &model.look, room, body.height.into())
}

/// How many rows are in sight as a whole.
pub fn visible(model: &Model) -> usize {
    in_sight(model, body(model)).iter().filter(|line| matches!(line, Line::Row(_, 0))).count().max(1)
}

/// What of the list, drawn in `area`, is under the mouse.
pub fn hit(model: &Model, mouse: Mouse, area: Rect) -> Option<Hit> {
    if !area.contains((mouse.x, mouse.y).into()) {
        return None;
    }
    match in_sight(model, area).get(usize::from(mouse.y - area.y))? {
        Line::Row(at, _) => Some(Hit::Row(*at)),
        _ => None,
    }
}

/// Draws the rows, from one line below the title on.
pub fn rows(model: &Model, focused: bool, body: Rect, buffer: &mut Buffer) {
    let pane = &model.migrations;
    let columns = Columns::new(model, body);
    if pane.list.table.order().is_empty() {
        let line = Rect { y: body.y + 1.min(body.height), height: 1, x: body.x + 1, ..body };
        list::nothing_fits(&MigrationsList, model).left(line.intersection(body), &model.look, buffer);
        return;
    }
    for (y, line) in (body.y..).zip(in_sight(model, body)) {
        let place = Rect { x: body.x, y, width: body.width, height: 1 };
        let inside = Rect { x: place.x + 1, width: place.width.saturating_sub(1), ..place };
        match line {
            Line::Blank => {}
            Line::Head(section) => {
                head(model, section, &columns).left(inside, &model.look, buffer);
            }
            Line::Row(at, part) => {
                let selected = at == pane.list.table.cursor();
                let row = &pane.rows[pane.list.table.order()[at] as usize];
                row_line(model, row, at, part, selected, &columns).left(inside, &model.look, buffer);
                if selected {
                    buffer.set_style(place, model.look.style(Role::Selection));
                    let marker = if focused { model.look.glyphs.selected } else { " " };
                    buffer.set_stringn(place.x, place.y, marker, 1, model.look.style(Role::Accent));
                }
            }
        }
    }
}

/// How wide the parts of a file's line are.
struct Columns {
    matrix: Matrix,
    version: usize,
    width: usize,
    /// Whether only the selected problem is said in full.
    many: bool,
}

impl Columns {
    fn new(model: &Model, body: Rect) -> Self {
        let pane = &model.migrations;
        let room = usize::from(body.width.saturating_sub(BEFORE));
        let matrix = Matrix::new(model, room);
        let version = pane.facts.version.min(VERSION).min(matrix.title / 2);
        Columns {
            matrix,
            version,
            width: usize::from(body.width.saturating_sub(1)),
            many: lines::many(pane, body.height.into()),
        }
    }
}

/// The head of a section.
fn head(model: &Model, section: Section, columns: &Columns) -> Cell {
    let pane = &model.migrations;
    match section {
        Section::Problems => {
            let wrong = pane.facts.problems;
            let line = section::head("problems");
            let line = if wrong > 0 { line.and(Role::Danger, format!("  {wrong}")) } else { line };
            let silent = pane.rows.iter().filter(|row| matches!(row.what, What::Silent(..))).count();
            let says = format!("  {} without an answer", counted(silent, "environment"));
            if silent > 0 { line.and(Role::Warn, says) } else { line }
        }
        Section::Order | Section::Gone => {
            let title = match (section, pane.overview.as_ref().map(|overview| overview.folder.style)) {
                (Section::Gone, _) => "ran, and has no file",
                (_, Some(Style::Drizzle | Style::Sqitch)) => "in the order of the list",
                _ => "in the order of running",
            };
            let room = columns.matrix.title + usize::from(BEFORE) - 1;
            let title = section::head(title).cut(room, model.look.glyphs.ellipsis);
            pad(title, room).then(columns.matrix.heads(model))
        }
    }
}

/// One line of a row.
fn row_line(model: &Model, row: &Row, at: usize, part: usize, selected: bool, columns: &Columns) -> Cell {
    let pane = &model.migrations;
    let (line, title, marks) = match &row.what {
        What::Silent(..) | What::Problem(..) => {
            if columns.many && !selected {
                return lines::brief(row, &model.look);
            }
            let line = lines::problem(row, &model.look, columns.width).into_iter().nth(part).unwrap_or_default();
            return if selected && part == 0 { line.bold() } else { line };
        }
        What::File(file) => {
            let marks: Vec<Mark> =
                model.environments.iter().map(|environment| Mark::of(pane, environment, *file)).collect();
            (branch(model, at, &marks), title(model, *file, columns), marks)
        }
        What::Gone(gone) => {
            let mark = |environment: &crate::tui::model::EnvStatus| match (
                gone.ran.contains_key(&environment.name),
                pane.standing(&environment.name),
            ) {
                (true, _) => Mark::Ran,
                (false, Some(_)) => Mark::Nothing,
                (false, None) => Mark::without(pane, environment),
            };
            let title = named(&gone.version, &gone.name, columns);
            let sign = Cell::of(Role::Danger, format!(" {} ", model.look.glyphs.failed));
            (sign, title, model.environments.iter().map(mark).collect())
        }
    };
    let title = pad(title.cut(columns.matrix.title, model.look.glyphs.ellipsis), columns.matrix.title);
    let title = if selected { title.bold() } else { title };
    let cells = columns.matrix.cells(&marks, &model.look);
    let line = line.then(title).then(cells);
    if summary::stale(model).is_empty() { line } else { line.in_role(Role::Muted) }
}

/// The file's part of the line that joins all files, as far as they are shown.
fn branch(model: &Model, at: usize, marks: &[Mark]) -> Cell {
    let (glyphs, pane) = (&model.look.glyphs, &model.migrations);
    let is_file = |at: usize| {
        let row = pane.list.table.order().get(at).map(|row| &pane.rows[*row as usize]);
        row.is_some_and(|row| row.file().is_some())
    };
    let before = at > 0 && is_file(at - 1);
    let joint = match (before, is_file(at + 1)) {
        (false, true) => glyphs.corners[0],
        (true, true) => glyphs.tee,
        (true, false) => glyphs.corners[2],
        (false, false) => glyphs.horizontal,
    };
    let (sign, role) = node(marks, glyphs);
    Cell::of(Role::Border, joint).and(role, sign).and(Role::Text, " ")
}

fn title(model: &Model, file: usize, columns: &Columns) -> Cell {
    let Some(file) = model.migrations.file(file) else { return Cell::default() };
    match &file.version {
        Some(version) => named(version, &file.name, columns),
        None => named("", if file.name.is_empty() { &file.path } else { &file.name }, columns),
    }
}

fn named(version: &str, name: &str, columns: &Columns) -> Cell {
    if columns.version == 0 {
        return Cell::text(name);
    }
    let version = Cell::of(Role::Muted, version).cut(columns.version, "");
    pad(version, columns.version).and(Role::Text, "  ").and(Role::Text, name)
}
