//! The columns of the environments: in full where there is room, else in short words, else as signs.

use super::mark::Mark;
use crate::{
    config::theme::Role,
    tui::{
        look::Look,
        model::Model,
        widget::cell::{Cell, width},
    },
};

/// Cells between columns.
const GAP: usize = 2;
/// A file's title is worth this many cells, before words get shorter.
const TITLE: usize = 30;
/// And this many before there are signs only.
const LEAST: usize = 18;
/// The longest of the short words.
const SHORT: usize = 8;
/// A name's beginning, where there are signs only.
const NARROW: usize = 3;

/// How much of a word is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Full,
    Short,
    Sign,
}

/// The columns as they fit into a line.
#[derive(Debug, Clone)]
pub struct Matrix {
    form: Form,
    /// The width of each column that has room.
    widths: Vec<usize>,
    /// The cells that are left for the title.
    pub title: usize,
}

impl Matrix {
    /// Fits the columns into `room` cells.
    pub fn new(model: &Model, room: usize) -> Self {
        let pane = &model.migrations;
        let widths = |form: Form| -> Vec<usize> {
            let of = |environment: &crate::tui::model::EnvStatus| {
                let looks = pane.standing(&environment.name).is_some_and(|standing| !standing.looks.is_empty());
                let name = width(&environment.name);
                match form {
                    // `looks applied` and `out of order` are longer than all the rest.
                    Form::Full => name.max(if looks { 13 } else { 12 }),
                    Form::Short => name.clamp(SHORT, SHORT + 2),
                    Form::Sign => NARROW,
                }
            };
            model.environments.iter().map(of).collect()
        };
        let used = |widths: &[usize]| widths.iter().map(|width| width + GAP).sum::<usize>();
        for (form, title) in [(Form::Full, TITLE + 10), (Form::Short, LEAST), (Form::Sign, 0)] {
            let widths = widths(form);
            if used(&widths) + title <= room || form == Form::Sign {
                // Where even signs have no room, the first environments are shown; the details name all.
                let fitting = room.saturating_sub(LEAST.min(room / 2)) / (NARROW + GAP);
                let widths: Vec<usize> =
                    if form == Form::Sign { widths.into_iter().take(fitting).collect() } else { widths };
                let title = room.saturating_sub(used(&widths));
                return Matrix { form, widths, title };
            }
        }
        Matrix { form: Form::Sign, widths: Vec::new(), title: room }
    }

    /// The names above the columns.
    pub fn heads(&self, model: &Model) -> Cell {
        let name = |(environment, room): (&crate::tui::model::EnvStatus, &usize)| {
            let name = environment.name.to_uppercase();
            let ellipsis = if self.form == Form::Sign { "" } else { model.look.glyphs.ellipsis };
            pad(Cell::of(Role::Heading, name).cut(*room, ellipsis), *room)
        };
        model.environments.iter().zip(&self.widths).map(name).fold(Cell::default(), join)
    }

    /// One line of the columns.
    pub fn cells(&self, marks: &[Mark], look: &Look) -> Cell {
        let cell = |(mark, room): (&Mark, &usize)| {
            let word = match self.form {
                Form::Full => mark.word(&look.glyphs),
                Form::Short => mark.short(&look.glyphs),
                Form::Sign => mark.sign(&look.glyphs),
            };
            pad(Cell::of(mark.role(), word), *room)
        };
        marks.iter().zip(&self.widths).map(cell).fold(Cell::default(), join)
    }
}

fn join(line: Cell, cell: Cell) -> Cell {
    line.and(Role::Text, " ".repeat(GAP)).then(cell)
}

/// `cell` with blanks up to `room` cells.
pub fn pad(cell: Cell, room: usize) -> Cell {
    let blanks = room.saturating_sub(cell.width());
    cell.and(Role::Text, " ".repeat(blanks))
}
