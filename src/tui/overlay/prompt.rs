//! The box that asks for the name of a file: to write to, or to read from.
//!
//! It stays until the file is written or read, so that a name that was refused can be corrected.

use std::{path::Path, sync::Arc};

use ratatui::{
    buffer::Buffer,
    layout::{Margin, Position, Rect},
};

use crate::{
    app::sync::Output,
    config::{key::Key, theme::Role},
    core::{
        error::{Code, Error},
        sheet::{Format, Sheet},
        sync::report,
    },
    tui::{
        look::Look,
        model::JobId,
        msg::Work,
        widget::{cell::Cell, gauge::counted, input::TextInput, section},
    },
};

/// A file's name on its way to being one.
#[derive(Debug, Clone)]
pub struct Prompt {
    asks: Asks,
    input: TextInput,
    state: State,
}

#[derive(Debug, Clone)]
enum Asks {
    /// Where a list goes.
    List(Arc<Sheet>),
    /// Where an output of the wizard goes.
    Output(Output),
    /// What the wizard reads: these sets, or any.
    Source(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Typing,
    /// This job writes or reads the file.
    Waiting(JobId),
    /// The name stands there still, and this is why it will not do.
    Refused(Role, String),
}

impl Prompt {
    /// Asks where `sheet` goes, proposing a file of its name in the working directory.
    pub fn new(sheet: Sheet) -> Self {
        let name = format!("{}.csv", sheet.name);
        Prompt::asking(Asks::List(Arc::new(sheet)), name)
    }

    /// Asks where `output` goes, proposing the file `name`.
    pub fn output(output: Output, name: impl Into<String>) -> Self {
        Prompt::asking(Asks::Output(output), name)
    }

    /// Asks for the file that is the source of the sets `sets` (any when empty), proposing `name`.
    pub fn source(sets: Vec<String>, name: impl Into<String>) -> Self {
        Prompt::asking(Asks::Source(sets), name)
    }

    fn asking(asks: Asks, name: impl Into<String>) -> Self {
        Prompt { asks, input: TextInput::holding(name), state: State::Typing }
    }

    /// Takes in a key, unless the name is being tried.
    pub fn typed(&mut self, key: Key) {
        if self.waits_for().is_none() && self.input.key(key) {
            self.state = State::Typing;
        }
    }

    /// Takes in what was pasted.
    pub fn pasted(&mut self, text: &str) {
        if self.waits_for().is_none() && self.input.paste(text) {
            self.state = State::Typing;
        }
    }

    /// What is to be done with the name as it stands, and what that is called; `None` while it cannot be one.
    pub fn work(&self) -> Option<(String, Work)> {
        let file = self.file();
        if self.waits_for().is_some() || file.is_empty() || self.wrong_ending().is_some() {
            return None;
        }
        let (doing, work) = match &self.asks {
            Asks::List(sheet) => ("writing", Work::Export(file.to_owned(), Arc::clone(sheet))),
            Asks::Output(output) => ("writing", Work::Write(file.to_owned(), output.clone())),
            Asks::Source(sets) => ("reading", Work::Look(file.to_owned(), sets.clone())),
        };
        // The name alone: a whole path would drive everything else out of the first line.
        let name = Path::new(file).file_name().map_or(file.into(), |name| name.to_string_lossy());
        Some((format!("{doing} {name}"), work))
    }

    /// Waits for what comes of `job`.
    pub fn wait(&mut self, job: JobId) {
        self.state = State::Waiting(job);
    }

    /// The job that it waits for.
    pub fn waits_for(&self) -> Option<JobId> {
        match self.state {
            State::Waiting(job) => Some(job),
            _ => None,
        }
    }

    /// Waits no longer: `job` is over, whatever came of it.
    pub fn ended(&mut self, job: JobId) {
        if self.waits_for() == Some(job) {
            self.state = State::Typing;
        }
    }

    /// Takes in why the name will not do. The file's name stands above it, so it is not said twice.
    pub fn refuse(&mut self, error: &Error) {
        let role = if error.code == Code::Interrupted { Role::Muted } else { Role::Danger };
        let mut error = error.clone();
        error.place = error.place.and_then(|place| match place.strip_prefix(self.file()) {
            Some("") => None,
            Some(line) => Some(line.strip_prefix(':').map_or(place.clone(), |line| format!("line {line}"))),
            None => Some(place),
        });
        self.state = State::Refused(role, error.to_string());
    }

    fn file(&self) -> &str {
        self.input.value().trim()
    }

    /// Draws it over `body`; says where the cursor belongs.
    pub fn draw(&self, body: Rect, look: &Look, buffer: &mut Buffer) -> Position {
        let inside = |area: Rect| area.inner(Margin::new(3, 1));
        let width = inside(section::centred(body, 66, 6)).width;
        let says = self.says().wrapped(width.into());
        let area = section::centred(body, 66, 5 + says.len() as u16);
        section::frame(area, &Cell::text(self.title()).bold(), Role::Accent, look, buffer);
        let inside = inside(area);
        let line = |y: u16| Rect { y: inside.y + y, height: 1.min(inside.height.saturating_sub(y)), ..inside };
        let below = Rect { y: inside.y + 3, height: inside.height.saturating_sub(3), ..inside };
        section::lines(&says, 0, below, look, buffer);
        let label = Cell::of(Role::Muted, "File  ").left(line(1), look, buffer);
        let field = Rect { x: inside.x + label, width: inside.width.saturating_sub(label), ..line(1) };
        self.input.draw(field, look, buffer)
    }

    fn title(&self) -> String {
        match &self.asks {
            Asks::List(sheet) => format!("Export {}", counted(sheet.rows.len(), "row")),
            Asks::Source(_) => "Read from a file".to_owned(),
            Asks::Output(output) => match output {
                Output::Report(_) => "Write the report".to_owned(),
                Output::Script(_) => "Write the SQL script".to_owned(),
                Output::Plan(_) => "Write the plan".to_owned(),
                Output::Query(_) => "Write the query".to_owned(),
                Output::Bundle(rows) => format!("Write a bundle of {}", rows.environment),
                Output::Seed(rows) => format!("Write the rows of {} into an SQL file", rows.environment),
            },
        }
    }

    /// What there is to know about the name as it stands.
    fn says(&self) -> Cell {
        let muted = |text: &str| Cell::of(Role::Muted, text);
        match (&self.state, &self.asks) {
            (State::Refused(role, why), _) => return Cell::of(*role, why),
            (State::Waiting(_), Asks::Source(_)) => return muted("Reading… esc stops it."),
            (State::Waiting(_), _) => return muted("Writing… esc stops it."),
            (State::Typing, _) => {}
        }
        if let Some(wrong) = self.wrong_ending() {
            return Cell::of(Role::Warn, wrong);
        }
        match &self.asks {
            Asks::List(_) => {
                let format = Format::of(self.file()).map_or("", Format::word);
                muted(&format!("{format}, as shown and in this order; a new file."))
            }
            Asks::Source(_) => muted("A bundle, what the query returned, or JSON by hand."),
            Asks::Output(Output::Report(_)) => {
                let format = Format::of(self.file()).map_or("", Format::word);
                muted(&format!("{format}: all that differs. Replaces an older report."))
            }
            Asks::Output(Output::Script(_)) => muted("One guarded transaction. Replaces an older script."),
            Asks::Output(Output::Plan(_)) => muted("For `pgdeck sync apply`. Replaces an older plan."),
            Asks::Output(Output::Bundle(_)) => muted("Every row of the sets. Replaces an older bundle."),
            Asks::Output(Output::Seed(_)) => muted("Only the part between its own lines is replaced."),
            Asks::Output(Output::Query(_)) => muted("To run where pgdeck cannot connect. Replaces an older query."),
        }
    }

    /// What the name must end in, where it does not.
    fn wrong_ending(&self) -> Option<&'static str> {
        match &self.asks {
            Asks::List(_) if Format::of(self.file()).is_none() => Some("The name must end in .csv, .json or .md."),
            Asks::Output(Output::Report(_)) if report::Format::of(self.file()).is_err() => {
                Some("The name must end in .md or .json.")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::key::Code as Pressed;

    #[test]
    fn a_name_without_a_known_ending_is_not_accepted() {
        let mut prompt = Prompt::new(Sheet { name: "counts".into(), ..Sheet::default() });
        assert!(matches!(prompt.work(), Some((_, Work::Export(file, _))) if file == "counts.csv"));
        prompt.typed(Key::plain(Pressed::Backspace));
        assert_eq!(prompt.work(), None);
        assert!(prompt.says().plain().contains(".json"));
    }

    #[test]
    fn a_name_that_is_refused_stays_and_its_line_is_told() {
        let mut prompt = Prompt::source(Vec::new(), "dir/rows.json");
        prompt.wait(JobId(7));
        prompt.typed(Key::char('x'));
        assert_eq!((prompt.work(), prompt.file()), (None, "dir/rows.json"), "nothing changes while it is tried");
        prompt.refuse(&Error::usage("this is cut off").at("dir/rows.json:3"));
        assert_eq!(prompt.says().plain(), "line 3: this is cut off");
        prompt.refuse(&Error::usage("there is no such file").at("dir/rows.json"));
        assert_eq!(prompt.says().plain(), "there is no such file");
        prompt.typed(Key::char('x'));
        assert_eq!(prompt.file(), "dir/rows.jsonx");
        assert!(prompt.says().plain().starts_with("A bundle"));
    }
}
