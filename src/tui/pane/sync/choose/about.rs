//! What stands beside the sets: what the file holds where there is one, what will happen, and what never does.

use super::FromFile;
use crate::{
    app::sync::Found,
    config::theme::Role,
    tui::{
        model::Model,
        widget::{
            cell::{Cell, width},
            gauge::counted,
            section::{head, labelled},
        },
    },
};

/// What will happen, and what never does.
pub(super) fn lines(model: &Model) -> Vec<Cell> {
    let (from, to) = model.sync.choose.pair(model).unwrap_or_default();
    let muted = |text: &str| Cell::of(Role::Muted, text);
    let mut lines = model.sync.choose.file.as_ref().map(source).unwrap_or_default();
    lines.extend([
        head("what will happen"),
        labelled("export", 8, Cell::text(format!("reads {from}"))),
        labelled("review", 8, Cell::text(format!("reads {to}, row by row"))),
        labelled("apply", 8, Cell::text("one transaction, all or nothing")),
        labelled("verify", 8, Cell::text("reads what was written")),
        labelled("undo", 8, Cell::text("kept on disk before it commits")),
        Cell::default(),
        muted("Nothing is written before you have"),
        muted(&format!("typed the name {to}.")),
    ]);
    if let Some(project) = &model.declared {
        lines.extend([Cell::default(), head("never synced")]);
        lines.extend(project.sets.never().iter().map(|pattern| muted(pattern)));
    }
    lines
}

/// Cells that there are for the names of sets; where they take more, their number says more than the first of them.
const NAMES: usize = 30;

/// The file that rows are read from.
fn source(file: &FromFile) -> Vec<Cell> {
    let contents = &file.contents;
    let is = match &contents.found {
        Found::Bundle(environment) => format!("a bundle of {environment}"),
        Found::Paste => "what the query returned".to_owned(),
        Found::ByHand => "JSON by hand, of one set".to_owned(),
    };
    let mut lines = vec![
        head("source"),
        labelled("file", 8, Cell::text(file.name.rsplit('/').next().unwrap_or(&file.name))),
        labelled("is", 8, Cell::text(is)),
    ];
    if contents.found != Found::ByHand {
        let holds = format!("{} in {}", counted(contents.rows, "row"), counted(contents.tables, "table"));
        lines.push(labelled("holds", 8, Cell::text(holds)));
        let names = contents.sets.join(", ");
        let sets = if width(&names) > NAMES { counted(contents.sets.len(), "set") } else { names };
        lines.push(labelled("of", 8, Cell::text(sets)));
    }
    lines.push(Cell::default());
    lines
}
