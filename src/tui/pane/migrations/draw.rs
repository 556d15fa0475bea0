//! The pane on the screen: words above, the list, and beside it what there is to say about the selected row.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{
    key_of,
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
        action::Action,
        layout,
        model::Model,
        msg::Mouse,
        overlay::page,
        pane::beside,
        widget::{cell::Cell, gauge::counted, section},
    },
};

/// Cells before a file's title: the marker of the selection, the line of all files, and a blank.
const BEFORE: u16 = 4;
/// The longest version that is shown in full: a moment has fourteen digits.
const VERSION: usize = 14;

/// The list, and beside it the details where there is room.
fn split(area: Rect) -> (Rect, Option<Rect>) {
    beside::split(area, |width| (width * 2 / 5).clamp(44, 86))
}

/// The cells that a line of the details has, where they stand beside the list.
pub fn side(model: &Model) -> Option<u16> {
    let areas = layout::areas(model.size)?;
    let (_, right) = split(super::super::inside(areas.body));
    right.map(|right| right.width - 2)
}

/// The cells that a line of the details has where they are a page of their own.
pub fn page(model: &Model) -> usize {
    layout::areas(model.size).map_or(0, |areas| page::inside(areas.body).width.into())
}

/// Where the list is drawn.
fn body(model: &Model) -> Rect {
    layout::areas(model.size).map_or(Rect::ZERO, |areas| list::body(split(super::super::inside(areas.body)).0))
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

/// Takes in a click.
pub fn clicked(model: &mut Model, mouse: Mouse, area: Rect) {
    let body = list::body(split(area).0);
    if !body.contains((mouse.x, mouse.y).into()) {
        return;
    }
    let hit = in_sight(model, body).get(usize::from(mouse.y - body.y)).copied();
    if let Some(Line::Row(at, _)) = hit {
        let visible = visible(model);
        model.migrations.table.select(at, visible);
    }
}

/// Draws it.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let pane = &model.migrations;
    if pane.all == 0 {
        section::lines(&summary::waiting(model, area.width.into()), 0, area, &model.look, buffer);
        return None;
    }
    let (left, right) = split(area);
    summary::title(model, left.width.into()).left(left, &model.look, buffer);
    let below = Rect { y: left.y + 1, height: left.height.saturating_sub(1).min(1), ..left };
    let filtered = pane.table.filter.active() || pane.table.filter.editing;
    let words = if filtered { Cell::of(Role::Muted, "only what fits") } else { summary::below(model) };
    let cursor = list::head(model, &words, &pane.table, below, buffer);
    rows(model, list::body(left), buffer);
    if let Some(right) = right {
        section::divider(right, &model.look, buffer);
        let inside = Rect { x: right.x + 2, width: right.width - 2, ..right };
        details(model, inside, buffer);
    }
    cursor
}

/// The list itself, from one line below the title on.
fn rows(model: &Model, body: Rect, buffer: &mut Buffer) {
    let pane = &model.migrations;
    let columns = Columns::new(model, body);
    if pane.table.order().is_empty() {
        let line = Rect { y: body.y + 1.min(body.height), height: 1, x: body.x + 1, ..body };
        summary::nothing_fits(model).left(line.intersection(body), &model.look, buffer);
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
                let selected = at == pane.table.cursor();
                let row = &pane.rows[pane.table.order()[at] as usize];
                row_line(model, row, at, part, selected, &columns).left(inside, &model.look, buffer);
                if selected {
                    buffer.set_style(place, model.look.style(Role::Selection));
                    let marker = model.look.glyphs.selected;
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
        let row = pane.table.order().get(at).map(|row| &pane.rows[*row as usize]);
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

/// What there is to say about the selected row.
fn details(model: &Model, area: Rect, buffer: &mut Buffer) {
    let Some((_, _, lines)) = &model.migrations.detail else { return };
    beside::details(lines, key_of(model, Action::Open), area, &model.look, buffer);
}
