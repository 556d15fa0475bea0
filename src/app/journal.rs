//! The journal's file: JSON Lines, appended and fsynced, one line when a run begins and one when it ends.

use std::{
    fs::File,
    io::{BufRead, BufReader, ErrorKind, Read},
    path::PathBuf,
};

use super::{deck::Deck, store};
use crate::core::{
    error::{Error, Result},
    journal::{Entry, Journal, Reader, Run},
};

fn path(deck: &Deck) -> PathBuf {
    deck.state.join("journal.jsonl")
}

/// Writes one entry, on disk when this returns.
pub fn append(deck: &Deck, entry: &Entry) -> Result<()> {
    store::directory(&deck.state)?;
    let line = serde_json::to_string(entry).map_err(|error| Error::usage(error.to_string()))?;
    store::append_line(&path(deck), &line)
}

/// Longer than any line that is written: a run's record of thousands of files has some hundred kilobytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// All runs, newest first, as far as their lines can be read.
pub fn read(deck: &Deck) -> Result<Vec<Run>> {
    read_whole(deck).map(|journal| journal.runs)
}

/// The whole journal, with what is damaged in it. A line that cannot be read costs its own record: a run whose end is
/// lost counts as cut off, and the server is asked about it.
pub fn read_whole(deck: &Deck) -> Result<Journal> {
    let path = path(deck);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Journal::default()),
        Err(error) => return Err(store::cannot("read", &path, &error)),
    };
    lines(&mut BufReader::with_capacity(1 << 16, file)).map_err(|error| store::cannot("read", &path, &error))
}

/// Takes in one line after the other: in memory is one line, and what is known of the runs.
fn lines(file: &mut impl BufRead) -> std::io::Result<Journal> {
    let (mut reader, mut line) = (Reader::default(), Vec::new());
    loop {
        line.clear();
        if file.take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            return Ok(reader.end());
        }
        if line.len() as u64 == LONGEST && !line.ends_with(b"\n") {
            file.skip_until(b'\n')?;
            reader.too_long();
        } else {
            reader.line(&line);
        }
    }
}

/// What people are to be told of damage to the journal.
pub fn damage(deck: &Deck, journal: &Journal) -> Vec<String> {
    journal.notes(&path(deck).display().to_string())
}

/// Who runs this: the operating system's name of the account.
pub fn operator(deck: &Deck) -> String {
    deck.var("SUDO_USER").or_else(|| whoami::username().ok()).unwrap_or_else(|| {
        let uid = rustix::process::getuid().as_raw();
        format!("uid {uid}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_an_end_does_not_fill_the_memory() {
        let endless = std::io::repeat(b'x').take(3 * LONGEST).chain(b"\nx\n".as_slice());
        let journal = lines(&mut BufReader::new(endless)).expect("readable");
        let told: Vec<_> = journal.damage.iter().map(|damage| (damage.line, damage.why.as_str())).collect();
        assert_eq!(told, [(1, "it is longer than any record"), (2, "it is not JSON")]);
    }
}
