//! The second step: what differs, and which rows and columns of it are to be applied.
//!
//! Three parts: tables, the rows of the marked table, the columns of the marked row. Tab moves on.

mod about;
mod cells;
mod copy;
mod page;
mod rows;
mod selecting;
mod summary;
mod tables;

use std::sync::Arc;

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

pub use summary::facts;

pub(super) use about::draw as draw_paragraphs;

use crate::{
    config::theme::Role,
    core::{
        error::Result,
        sync::{
            diff::{Change, Review, RowReview, TableReview},
            plan::Plan,
            select::{At, Selection},
        },
    },
    tui::{
        action::{Action, Reason},
        glyphs::Glyphs,
        model::Model,
        msg::{Comparison, Effect, Mouse, Tone},
        overlay::Overlay,
        pane::list,
        widget::{
            cell::Cell,
            section,
            table::{Rows, Table, TableState},
        },
    },
};

/// Below this width one part has the screen at a time: the tables, or the rows with their columns.
const WIDE: u16 = 96;

/// Which part keys go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Tables,
    Rows,
    Cells,
}

/// A review with what was chosen of it.
#[derive(Debug, Clone)]
pub struct Reviewing {
    /// What was compared, for the review after the apply.
    pub asked: Arc<Comparison>,
    /// What differs.
    pub review: Arc<Review>,
    /// What is to be applied.
    pub selection: Selection,
    /// The tables in the order of the list: those that differ first.
    order: Vec<usize>,
    part: Part,
    tables: TableState,
    rows: TableState,
    cells: TableState,
}

impl Reviewing {
    /// A review from which everything that can move and really differs is chosen.
    pub fn new(asked: Arc<Comparison>, review: Arc<Review>, glyphs: &Glyphs) -> Self {
        let differs = |at: &usize| {
            let table = &review.tables[*at];
            !table.rows.is_empty() || table.blocked.is_some()
        };
        let all = 0..review.tables.len();
        let order = all.clone().filter(differs).chain(all.filter(|at| !differs(at))).collect();
        let mut this = Reviewing {
            selection: Selection::all(&review),
            asked,
            review,
            order,
            part: Part::Tables,
            tables: TableState::default(),
            rows: TableState::default(),
            cells: TableState::default(),
        };
        this.load(Part::Tables, glyphs);
        this.follow(Part::Tables, glyphs);
        this
    }

    /// The plan that carries out what is chosen.
    pub fn plan(&self, project: &str) -> Result<Plan> {
        Plan::build(project, &self.review, &self.selection)
    }

    /// The list that keys go to.
    pub fn table(&self) -> &TableState {
        match self.part {
            Part::Tables => &self.tables,
            Part::Rows => &self.rows,
            Part::Cells => &self.cells,
        }
    }

    fn state(&mut self, part: Part) -> &mut TableState {
        match part {
            Part::Tables => &mut self.tables,
            Part::Rows => &mut self.rows,
            Part::Cells => &mut self.cells,
        }
    }

    /// The marked table's place in the review.
    fn at_table(&self) -> Option<usize> {
        self.order.get(self.tables.selected()?).copied()
    }

    fn marked_table(&self) -> Option<&TableReview> {
        self.review.tables.get(self.at_table()?)
    }

    /// The marked row's place in the review.
    fn at_row(&self) -> Option<At> {
        Some((self.at_table()?, self.rows.selected()?))
    }

    fn marked_row(&self) -> Option<&RowReview> {
        self.marked_table()?.rows.get(self.rows.selected()?)
    }

    /// Hands the rows of `part` to `use_them`.
    fn with<T>(&self, part: Part, glyphs: &Glyphs, use_them: impl FnOnce(&Rows<'_>) -> T) -> T {
        match part {
            Part::Tables => tables::with(self, use_them),
            Part::Rows => rows::with(self, use_them),
            Part::Cells => cells::with(self, glyphs, use_them),
        }
    }

    fn columns(&self, part: Part) -> Vec<crate::tui::widget::table::Column> {
        match part {
            Part::Tables => tables::columns(),
            Part::Rows => rows::columns(),
            Part::Cells => cells::columns(&self.review.to),
        }
    }

    fn load(&mut self, part: Part, glyphs: &Glyphs) {
        let mut table = std::mem::take(self.state(part));
        let columns = self.columns(part);
        self.with(part, glyphs, |rows| table.load(&columns, rows, |_| false));
        *self.state(part) = table;
    }

    /// Changes the list that keys go to, and what follows from it.
    pub fn change(&mut self, glyphs: &Glyphs, change: impl FnOnce(&mut TableState, &Rows<'_>)) {
        let part = self.part;
        self.change_part(part, glyphs, change);
    }

    fn change_part(&mut self, part: Part, glyphs: &Glyphs, change: impl FnOnce(&mut TableState, &Rows<'_>)) {
        let before = (self.at_table(), self.at_row());
        let mut table = std::mem::take(self.state(part));
        self.with(part, glyphs, |rows| change(&mut table, rows));
        *self.state(part) = table;
        if (self.at_table(), self.at_row()) != before {
            self.follow(part, glyphs);
        }
    }

    /// Another table is marked, so other rows are shown; another row, so other columns.
    fn follow(&mut self, part: Part, glyphs: &Glyphs) {
        if part == Part::Tables {
            self.rows = TableState::default();
            self.load(Part::Rows, glyphs);
        }
        if part != Part::Cells {
            self.cells = TableState::default();
            self.load(Part::Cells, glyphs);
        }
    }

    /// Whether Esc leaves a filter, or a part for the one before it.
    pub fn can_go_back(&self) -> bool {
        self.table().filter.active() || self.part != Part::Tables
    }

    /// Takes in a click.
    pub fn clicked(&mut self, mouse: Mouse, area: Rect, glyphs: &Glyphs) {
        for (part, area) in self.areas(area) {
            if area.contains((mouse.x, mouse.y).into()) {
                self.part = part;
                let columns = self.columns(part);
                self.change_part(part, glyphs, |table, rows| list::clicked(table, &columns, area, mouse, rows));
                return;
            }
        }
    }

    /// Where each part's list is drawn.
    fn areas(&self, area: Rect) -> Vec<(Part, Rect)> {
        self.places(area).parts
    }

    /// Where everything is drawn.
    fn places(&self, area: Rect) -> Places {
        let wide = area.width >= WIDE;
        let left = if wide { (area.width * 9 / 20).clamp(42, 60) } else { area.width };
        let tables =
            Rect { width: left - u16::from(wide), height: area.height.saturating_sub(summary::HEIGHT), ..area };
        let right = if wide { Rect { x: area.x + left + 2, width: area.width - left - 2, ..area } } else { area };
        let below = (right.height * 2 / 5).clamp(4, 16).min(right.height / 2);
        let above = right.height - below - 2;
        // A table without a row has the place of its rows for what there is to know of it.
        let about = self.marked_table().filter(|table| !table.rows.is_empty()).map(about::table).unwrap_or_default();
        let table = lines(&about, right.width, above / 3);
        let row = lines(&about::row(self), right.width, below / 2);
        let rows = Rect { height: above - table, ..right };
        let cells = Rect { y: right.y + above + 2 + row, height: below - row, ..right };
        let parts = match (wide, self.part) {
            (true, _) => vec![(Part::Tables, tables), (Part::Rows, rows), (Part::Cells, cells)],
            (false, Part::Tables) => vec![(Part::Tables, tables)],
            (false, _) => vec![(Part::Rows, rows), (Part::Cells, cells)],
        };
        Places {
            parts,
            about: Rect { y: rows.bottom(), height: table, ..right },
            head: Rect { y: right.y + above, height: 2, ..right },
            row: Rect { y: cells.y - row, height: row, ..right },
        }
    }
}

/// Where a review is drawn.
struct Places {
    parts: Vec<(Part, Rect)>,
    /// What there is to know of the marked table, below its rows.
    about: Rect,
    /// The marked row's name.
    head: Rect,
    /// What there is to know of the marked row.
    row: Rect,
}

/// How many lines of `width` cells `paragraphs` get, of at most `most`.
fn lines(paragraphs: &[Cell], width: u16, most: u16) -> u16 {
    (about::wrapped(paragraphs, width).len() as u16).min(most)
}

/// Whether `action` can be done just now.
pub fn availability(model: &Model, reviewing: &Reviewing, action: Action) -> Result<(), Reason> {
    match action {
        Action::SyncApply => can_apply(model, reviewing),
        Action::Toggle | Action::ToggleAll if reviewing.part == Part::Rows => can_toggle(reviewing),
        Action::ToggleColumn => can_toggle_column(reviewing),
        Action::Toggle if reviewing.part == Part::Cells => can_toggle_column(reviewing),
        Action::Copy | Action::CopyRow if reviewing.part == Part::Tables => Ok(()),
        Action::ShowSql if reviewing.marked_table().is_none() => Err(Reason::new("no table is marked")),
        Action::Copy | Action::CopyRow if reviewing.marked_row().is_none() => {
            Err(Reason::new("this table has no row that differs"))
        }
        Action::Open => Err(Reason::new("the marked row is shown below")),
        _ => Ok(()),
    }
}

fn can_apply(model: &Model, reviewing: &Reviewing) -> Result<(), Reason> {
    if reviewing.selection.is_empty() {
        return Err(Reason::new("no row is chosen"));
    }
    list::writable(model, &reviewing.review.to)
}

fn can_toggle(reviewing: &Reviewing) -> Result<(), Reason> {
    match reviewing.marked_row() {
        None => Err(Reason::new("this table has no row that differs")),
        Some(RowReview { blocked: Some(why), .. }) => Err(Reason::new(format!("blocked: {why}"))),
        Some(_) => Ok(()),
    }
}

fn can_toggle_column(reviewing: &Reviewing) -> Result<(), Reason> {
    match reviewing.marked_row() {
        _ if reviewing.part != Part::Cells => Err(Reason::new("tab moves to the columns")),
        Some(row) if row.change == Change::Update => Ok(()),
        _ => Err(Reason::new("only an update can leave a column out")),
    }
}

/// Does `action`.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let glyphs = model.look.glyphs;
    let body = crate::tui::layout::areas(model.size).map(|areas| areas.body).unwrap_or_default();
    let super::Stage::Review(reviewing) = &mut model.sync.stage else { return Vec::new() };
    match action {
        Action::Toggle => {
            if let Some(also) = selecting::toggle(reviewing) {
                model.say(Tone::Note, also);
            }
        }
        Action::ToggleAll => selecting::toggle_all(reviewing),
        Action::ToggleColumn => selecting::toggle_column(reviewing),
        Action::FocusNext => reviewing.part = step(reviewing, 1),
        Action::FocusPrevious => reviewing.part = step(reviewing, 2),
        Action::Back if !reviewing.table().filter.active() => reviewing.part = Part::Tables,
        Action::ShowSql => match page::of(reviewing, &model.project, &glyphs) {
            Ok(page) => model.overlays.push(Overlay::Page(page)),
            Err(error) => model.fail(&error),
        },
        Action::Copy | Action::CopyRow => {
            let copied = if action == Action::Copy { reviewing.cell() } else { reviewing.row() };
            return copied.map(|(what, text)| model.copy(what, text)).unwrap_or_default();
        }
        _ => {
            let part = reviewing.part;
            let area = reviewing.areas(super::layout::split(body).1).into_iter().find(|(known, _)| *known == part);
            let visible = area.map_or(1, |(_, area)| usize::from(area.height.saturating_sub(1)).max(1));
            let columns = reviewing.columns(part).len();
            reviewing.change(&glyphs, |table, rows| list::act(table, action, visible, columns, rows));
        }
    }
    Vec::new()
}

fn step(reviewing: &Reviewing, by: usize) -> Part {
    let parts = [Part::Tables, Part::Rows, Part::Cells];
    parts[(reviewing.part as usize + by) % parts.len()]
}

/// Draws it.
pub fn draw(model: &Model, reviewing: &Reviewing, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let look = &model.look;
    let mut cursor = None;
    // Whoever draws a review that is not at hand shows what was.
    let old = model.sync.reviewing().is_none();
    let Places { parts: areas, about, head, row } = reviewing.places(area);
    for (part, place) in &areas {
        let columns = reviewing.columns(*part);
        let state = match part {
            Part::Tables => &reviewing.tables,
            Part::Rows => &reviewing.rows,
            Part::Cells => &reviewing.cells,
        };
        let focused = *part == reviewing.part;
        reviewing.with(*part, &look.glyphs, |rows| {
            Table { columns: &columns, state, rows, focused, stale: old }.draw(*place, look, buffer);
        });
        match part {
            Part::Tables => summary::draw(
                model,
                reviewing,
                Rect { y: place.bottom(), height: area.bottom() - place.bottom(), ..*place },
                buffer,
            ),
            Part::Rows => {
                summary::empty(model, reviewing, *place, buffer);
                let of_table = reviewing.marked_table().map(about::table).unwrap_or_default();
                about::draw(model, &of_table, about, buffer);
            }
            Part::Cells => {
                summary::row(model, reviewing, head, buffer);
                about::draw(model, &about::row(reviewing), row, buffer);
            }
        }
        let typing = summary::filter(model, state, *place, buffer);
        cursor = cursor.or(typing.filter(|_| focused));
    }
    if let [(Part::Tables, left), ..] = areas[..]
        && areas.len() > 1
    {
        section::divider(Rect { x: left.right() + 1, width: 1, ..area }, Role::Border, look, buffer);
    }
    cursor
}
