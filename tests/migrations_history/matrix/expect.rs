//! What has to be said of each case, from what each tool keeps and from nothing else.
//!
//! Letters are files in their order: A applied, P pending, E edited, F failed, U unknown.

use super::{
    case::State,
    ledger::Ledger,
    style::{Naming, Width},
};

/// What a history and a file have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The number, however it is written.
    Number,
    /// The name alone.
    Name,
    /// The number and the name, as they are written.
    Full,
    /// The file's path.
    Path,
    /// The time in Drizzle's journal.
    Stamp,
    /// Nothing: the history cannot be about these files.
    Nothing,
}

/// By what a tool could tell an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edits {
    /// Not at all: no checksum, or one by a rule that pgdeck does not compute.
    Untold,
    /// By a checksum that line ends change.
    Bytes,
    /// By a checksum that line ends, the name and the number change.
    All,
    /// By a checksum, or statements, that line ends do not change.
    Text,
}

/// By what a tool could tell two files of one number apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calls {
    /// By the name.
    Name,
    /// By the file's path.
    Path,
    /// By the number as the file writes it.
    Width,
    /// Not at all: it keeps a number.
    Number,
}

/// What a tool keeps.
#[derive(Debug, Clone, Copy)]
pub struct Keeps {
    /// Every migration, and not only the last.
    pub list: bool,
    /// What it calls them.
    pub calls: Calls,
    /// An edit.
    pub edits: Edits,
    /// That one failed.
    pub failures: bool,
}

/// The facts, each from the tool's table.
pub fn keeps(ledger: Ledger) -> Keeps {
    let of = |calls, edits, failures| Keeps { list: true, calls, edits, failures };
    match ledger {
        Ledger::Supabase | Ledger::DrizzleNamed => of(Calls::Name, Edits::Text, false),
        Ledger::Flyway | Ledger::Prisma => of(Calls::Name, Edits::Text, true),
        Ledger::Sqlx | Ledger::Sqitch => of(Calls::Name, Edits::Bytes, true),
        Ledger::Refinery => of(Calls::Name, Edits::All, false),
        Ledger::Atlas => of(Calls::Name, Edits::Untold, true),
        Ledger::Drizzle => of(Calls::Width, Edits::Text, false),
        Ledger::Dbmate => of(Calls::Width, Edits::Untold, false),
        Ledger::Liquibase => of(Calls::Path, Edits::Untold, false),
        Ledger::Rails | Ledger::Goose => of(Calls::Number, Edits::Untold, false),
        Ledger::Golang => Keeps { list: false, ..of(Calls::Number, Edits::Untold, true) },
        Ledger::Alembic => Keeps { list: false, ..of(Calls::Width, Edits::Untold, false) },
    }
}

/// By what a tool's history is joined with files of a naming.
pub fn key(naming: Naming, ledger: Ledger) -> Key {
    match (ledger, naming) {
        (Ledger::Sqitch, _) => Key::Name,
        (Ledger::Drizzle | Ledger::DrizzleNamed, Naming::Drizzle) => Key::Stamp,
        (Ledger::Liquibase, _) => Key::Path,
        (Ledger::DrizzleNamed, Naming::Sqitch) | (Ledger::Alembic | Ledger::Drizzle, _) => Key::Nothing,
        (Ledger::DrizzleNamed, _) => Key::Full,
        (_, Naming::Sqitch) if keeps(ledger).calls == Calls::Name => Key::Name,
        (_, Naming::Sqitch) => Key::Nothing,
        _ => Key::Number,
    }
}

/// Whether a history is the one that the folder's own tool would keep.
pub fn own(naming: Naming, ledger: Ledger) -> bool {
    let tool = match naming {
        // For plain files, which are no tool's, pgdeck itself begins Supabase's.
        Naming::Supabase3 | Naming::Supabase14 | Naming::Plain => Ledger::Supabase,
        Naming::Golang => Ledger::Golang,
        Naming::Dbmate => Ledger::Dbmate,
        Naming::Refinery => Ledger::Refinery,
        Naming::Flyway => Ledger::Flyway,
        Naming::Prisma => Ledger::Prisma,
        Naming::Drizzle => Ledger::Drizzle,
        Naming::Sqlx => Ledger::Sqlx,
        Naming::Sqitch => Ledger::Sqitch,
    };
    ledger.tool() == tool.tool()
}

/// What has to be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// A letter for each file.
    pub files: String,
    /// The classes of all problems, of the folder and of the history, sorted.
    pub problems: Vec<&'static str>,
    /// How many entries of the history have no file.
    pub missing: usize,
    /// Whether the history is told to be about other files.
    pub apart: bool,
}

fn said(files: &str, problems: &[&'static str], missing: usize) -> Said {
    Said { files: files.to_owned(), problems: problems.to_vec(), missing, apart: false }
}

/// What has to be said of a case.
pub fn expected(naming: Naming, ledger: Ledger, state: State) -> Said {
    let mut said = of_history(naming, ledger, state);
    said.problems.extend(of_folder(naming, state));
    said.problems.sort_unstable();
    said
}

/// What is wrong with the folder alone.
fn of_folder(naming: Naming, state: State) -> Option<&'static str> {
    let counted = matches!(naming.width(), Width::Bare | Width::Padded(_));
    match state {
        State::Missing | State::Gap if counted => Some("gap"),
        State::Duplicate if naming != Naming::Sqitch => Some("duplicate"),
        State::Unnumbered => Some("unnumbered"),
        // To those that compare names as text, 4 stands behind 005.
        State::Padded if naming == Naming::Supabase3 => Some("padded"),
        State::PaddedTwice => Some("padded"),
        State::Crlf => Some("crlf"),
        _ => None,
    }
}

fn of_history(naming: Naming, ledger: Ledger, state: State) -> Said {
    let (keeps, key) = (keeps(ledger), key(naming, ledger));
    let untold = |apart| Said { apart, ..said(&"U".repeat(state.files().len()), &[], 0) };
    match state {
        State::Empty => return said("PPPPP", &[], 0),
        State::Unseen => return said("UUUUU", &["unseen"], 0),
        // The other history is goose's, which is joined by number, and Sqitch's changes have none; beside goose's own it
        // is Atlas', which keeps names.
        State::Disagree if key == Key::Nothing && naming == Naming::Sqitch && ledger != Ledger::Goose => {
            return untold(true);
        }
        State::Disagree if key == Key::Nothing => return Said { apart: true, ..said("AAAPP", &[], 0) },
        State::Disagree if naming == Naming::Sqitch => return Said { apart: true, ..said("AAAAA", &[], 0) },
        State::Disagree => return said("AAAAA", &["disagree"], 0),
        _ if key == Key::Nothing && !own(naming, ledger) => return untold(true),
        State::Foreign if !own(naming, ledger) => return untold(true),
        _ => {}
    }
    if keeps.list { of_list(naming, keeps, key, state) } else { of_last(naming, state, own(naming, ledger)) }
}

/// Of a history that lists what ran.
fn of_list(naming: Naming, keeps: Keeps, key: Key, state: State) -> Said {
    match state {
        State::Pending => said("AAAPP", &[], 0),
        State::Edited if keeps.edits != Edits::Untold => said("AEAAA", &["edited"], 0),
        State::Crlf if matches!(keeps.edits, Edits::Bytes | Edits::All) => said("AEAAA", &["edited"], 0),
        State::Failed if keeps.failures => said("AAFPP", &["failed"], 0),
        // Nothing was written down of it.
        State::Failed => said("AAPPP", &[], 0),
        State::Missing | State::MissingLast => said("AAAA", &["missing"], 1),
        State::OutOfOrder => said("AAPAA", &["out-of-order"], 0),
        State::Gap => said("AAAA", &[], 0),
        State::Duplicate if matches!(keeps.calls, Calls::Name | Calls::Path) || key == Key::Stamp => {
            said("AAAPAA", &["out-of-order"], 0)
        }
        State::Duplicate => said("AAUUAA", &["duplicate", "duplicate"], 0),
        // The number is no part of what they are known by.
        State::Moved if key == Key::Name || key == Key::Path && naming == Naming::Sqitch => said("AAAAA", &[], 0),
        // By the name, or by the checksum, which has neither name nor number in it.
        State::Moved if keeps.calls == Calls::Name || key == Key::Stamp => said("AAAAP", &["moved"], 1),
        State::Moved => said("AAAAP", &["missing"], 1),
        State::OtherName if matches!(key, Key::Name | Key::Full | Key::Path) => {
            let by_text = matches!(keeps.edits, Edits::Bytes | Edits::Text);
            // One that moved is not told to be out of order, too.
            said("AAPAA", if by_text { &["moved"] } else { &["missing", "out-of-order"] }, 1)
        }
        State::OtherName if keeps.calls == Calls::Name => said("AAAAA", &["other-name"], 0),
        State::PaddedTwice => padded_twice(naming, keeps, key),
        State::Reverted => said("AAAAP", &[], 0),
        State::Foreign => said("PPPPP", &["missing", "missing"], 2),
        _ => said("AAAAA", &[], 0),
    }
}

/// Number 4 ran as `refunds`; beside that file there is one of the same number, written otherwise.
fn padded_twice(naming: Naming, keeps: Keeps, key: Key) -> Said {
    let told = keeps.calls != Calls::Number || key == Key::Stamp;
    // Where numbers are compared as text, or a list says so, the odd one stands last; else the names decide.
    let last = matches!(naming, Naming::Supabase3 | Naming::Drizzle);
    match (told, last) {
        (true, true) => said("AAAAP", &[], 0),
        (true, false) => said("AAAPA", &["out-of-order"], 0),
        (false, _) => said("AAAUU", &["duplicate", "duplicate"], 0),
    }
}

/// Of golang-migrate's, which knows the last number that ran and whether it ran to its end.
fn of_last(naming: Naming, state: State, own: bool) -> Said {
    match state {
        State::Pending => said("AAAPP", &[], 0),
        State::Failed => said("AAFPP", &["failed"], 0),
        State::Missing | State::Gap => said("AAAA", &[], 0),
        State::MissingLast if own => said("AAAA", &["missing"], 1),
        State::Moved | State::Foreign if own => said("AAAAA", &["missing"], 1),
        // Whoever keeps this table has a file that is not here.
        State::MissingLast => Said { apart: true, ..said("UUUU", &[], 0) },
        State::Moved => Said { apart: true, ..said("UUUUU", &[], 0) },
        // One of the two ran.
        State::Duplicate => said("AAUUAA", &["duplicate", "duplicate"], 0),
        State::PaddedTwice => said("AAAUU", &["duplicate", "duplicate"], 0),
        State::Reverted => said("AAAAP", &[], 0),
        _ => {
            assert_ne!(naming, Naming::Sqitch, "nothing joins them");
            said("AAAAA", &[], 0)
        }
    }
}
