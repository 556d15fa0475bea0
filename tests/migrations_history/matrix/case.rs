//! The states: what is on disk, and what the tool remembers.

use super::{
    item::{Item, Run},
    style::{Naming, Width},
};

/// A state that a folder and a history can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// All ran.
    Applied,
    /// The last two did not run.
    Pending,
    /// The second was changed after it ran.
    Edited,
    /// The third failed.
    Failed,
    /// The third ran, and its file is gone.
    Missing,
    /// The last ran, and its file is gone.
    MissingLast,
    /// The third did not run, later ones did.
    OutOfOrder,
    /// Two files have the third number; one of them ran.
    Duplicate,
    /// There never was a third.
    Gap,
    /// The last ran as number 7.
    Moved,
    /// The third ran under another name.
    OtherName,
    /// A file without a number is there too.
    Unnumbered,
    /// One number is written with another width.
    Padded,
    /// One number is written in two widths, for two files.
    PaddedTwice,
    /// The second has the line ends of Windows, and had not when it ran.
    Crlf,
    /// The history may not be read.
    Unseen,
    /// Another tool's history knows of the first three only.
    Disagree,
    /// The last ran and was taken back.
    Reverted,
    /// Nothing ran: the table is there, and empty.
    Empty,
    /// The history is about another application's migrations.
    Foreign,
}

impl State {
    pub const ALL: [State; 20] = [
        State::Applied,
        State::Pending,
        State::Edited,
        State::Failed,
        State::Missing,
        State::MissingLast,
        State::OutOfOrder,
        State::Duplicate,
        State::Gap,
        State::Moved,
        State::OtherName,
        State::Unnumbered,
        State::Padded,
        State::PaddedTwice,
        State::Crlf,
        State::Unseen,
        State::Disagree,
        State::Reverted,
        State::Empty,
        State::Foreign,
    ];

    /// Whether files of this naming can be in it: dates are not padded, and what has no number has no wrong one.
    pub fn can_be(self, naming: Naming) -> bool {
        let numbered = !matches!(naming.width(), Width::Date | Width::None);
        !matches!(self, State::Padded | State::PaddedTwice) || numbered
    }

    /// The files.
    pub fn files(self) -> Vec<Item> {
        let mut items = Item::upto(5);
        match self {
            State::Missing | State::Gap => drop(items.remove(2)),
            State::MissingLast => drop(items.pop()),
            State::Duplicate => items.insert(3, Item { table: "returns", ..items[2].called("returns") }),
            State::OtherName => items[2] = items[2].called("orders_v2"),
            State::Padded => items[3] = items[3].oddly(),
            State::PaddedTwice => items[4] = items[4].numbered(4).oddly(),
            _ => {}
        }
        items
    }

    /// What a file's text is today, of what it was when it ran.
    pub fn text(self, item: &Item, text: String) -> String {
        match (self, item.number) {
            (State::Edited, 2) => text.replacen("bigint", "integer", 1),
            (State::Crlf, 2) => text.replace('\n', "\r\n"),
            _ => text,
        }
    }

    /// What ran.
    pub fn runs(self) -> Vec<Run> {
        let mut runs: Vec<Run> = Item::upto(5).into_iter().map(Run::of).collect();
        match self {
            State::Pending => runs.truncate(3),
            State::Failed => {
                runs.truncate(3);
                runs[2].failed = true;
            }
            State::OutOfOrder | State::Gap => drop(runs.remove(2)),
            State::Moved => runs[4].item.number = 7,
            State::Padded => runs[3].item = runs[3].item.oddly(),
            State::PaddedTwice => drop(runs.pop()),
            State::Reverted => runs[4].reverted = true,
            State::Empty => runs.clear(),
            State::Foreign => {
                let of = |number, name| Run::of(Item { number, name, table: name, odd: false });
                runs = vec![of(9001, "accounts"), of(9002, "sessions")];
            }
            _ => {}
        }
        runs
    }
}
