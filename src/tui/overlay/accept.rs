//! The box that asks why a finding is all right, and until when.

use jiff::civil::Date;
use ratatui::{
    buffer::Buffer,
    layout::{Margin, Position, Rect},
};

use crate::{
    config::{key::Key, project::accept::Entry, theme::Role},
    core::{audit::Finding, error::Error},
    tui::{
        action::Action,
        look::Look,
        widget::{cell::Cell, input::TextInput, section},
    },
};

/// A finding on its way to being accepted.
#[derive(Debug, Clone)]
pub struct Accept {
    check: String,
    object: String,
    part: Option<String>,
    detail: String,
    reason: TextInput,
    until: TextInput,
    on_until: bool,
    /// Whether it is being written.
    writing: bool,
    /// Why it could not be done as it was typed.
    wrong: Option<String>,
}

/// Lines of the box, its frame included.
const HEIGHT: u16 = 11;

impl Accept {
    /// Asks about `finding`. Without a file there is nothing to write to, which is said at once.
    pub fn new(finding: &Finding, file: bool) -> Self {
        let missing = "This project has no pgdeck.toml that it could be written to.";
        Accept {
            check: finding.check.to_owned(),
            object: finding.object.clone(),
            part: finding.part.clone(),
            detail: finding.detail.clone(),
            reason: TextInput::default(),
            until: TextInput::default(),
            on_until: false,
            writing: false,
            wrong: (!file).then(|| missing.to_owned()),
        }
    }

    fn field(&mut self) -> &mut TextInput {
        if self.on_until { &mut self.until } else { &mut self.reason }
    }

    /// Takes in a key.
    pub fn typed(&mut self, key: Key) {
        if self.field().key(key) {
            self.wrong = None;
        }
    }

    /// Takes in what was pasted.
    pub fn pasted(&mut self, text: &str) {
        if self.field().paste(text) {
            self.wrong = None;
        }
    }

    /// Moves to the other line.
    pub fn act(&mut self, action: Action) {
        match action {
            Action::FocusNext | Action::FocusPrevious => self.on_until = !self.on_until,
            Action::Up => self.on_until = false,
            Action::Down => self.on_until = true,
            _ => {}
        }
    }

    /// What is to be written, once all that it needs stands there; from then on the box waits.
    pub fn accept(&mut self) -> Option<Entry> {
        let until = self.until.value().trim();
        let day = day(until);
        if self.reason.value().trim().is_empty() {
            self.wrong = Some("An acceptance needs a reason.".to_owned());
            self.on_until = false;
        } else if day.is_none() && !until.is_empty() {
            self.wrong = Some("Not a date; write it as 2027-01-31, or leave it empty.".to_owned());
            self.on_until = true;
        } else if !self.writing {
            (self.writing, self.wrong) = (true, None);
            return Some(Entry {
                check: self.check.clone(),
                object: self.object.clone(),
                part: self.part.clone(),
                reason: self.reason.value().trim().to_owned(),
                until: day,
            });
        }
        None
    }

    /// Whether it waits to hear how the writing went.
    pub fn waits(&self) -> bool {
        self.writing
    }

    /// It was not written, for this reason. What was typed stays.
    pub fn refused(&mut self, error: &Error) {
        (self.writing, self.wrong) = (false, Some(error.to_string()));
    }

    /// Draws it over `body`; says where the cursor belongs.
    pub fn draw(&self, body: Rect, look: &Look, buffer: &mut Buffer) -> Position {
        let area = section::centred(body, 74, HEIGHT);
        let title = Cell::text(format!("Accept {} of {}", self.check, self.object)).bold();
        section::frame(area, &title, Role::Accent, look, buffer);
        let inside = area.inner(Margin::new(3, 1));
        let roomy = inside.height >= HEIGHT - 2;
        let line = |y: u16| Rect { y: inside.y + y, height: 1.min(inside.height.saturating_sub(y)), ..inside };
        let first = if roomy { 3 } else { 0 };
        if roomy {
            let part = self.part.as_ref().map(|part| format!("{part}: ")).unwrap_or_default();
            Cell::of(Role::Muted, part).and(Role::Text, &self.detail).left(line(1), look, buffer);
        }
        let reason = field("Reason", &self.reason, !self.on_until, line(first), u16::MAX, look, buffer);
        let until = field("Until", &self.until, self.on_until, line(first + 1), 12, look, buffer);
        let behind = Rect { x: inside.x + 22, width: inside.width.saturating_sub(22), ..line(first + 1) };
        Cell::of(Role::Muted, "the last day, as 2027-01-31; empty: for ever").left(behind, look, buffer);
        let says = Rect { y: inside.y + first + 3, height: inside.height.saturating_sub(first + 3), ..inside };
        section::lines(&self.says().wrapped(says.width.into()), 0, says, look, buffer);
        if self.on_until { until } else { reason }
    }

    fn says(&self) -> Cell {
        match (&self.wrong, self.writing) {
            (Some(wrong), _) => Cell::of(Role::Danger, wrong),
            (None, true) => Cell::of(Role::Muted, "Writing…"),
            (None, false) => Cell::of(
                Role::Muted,
                "Goes into pgdeck.toml as [[accept]], for every environment. The finding stays in sight and is counted.",
            ),
        }
    }
}

/// Draws a line that is typed, behind its label; says where the cursor belongs.
fn field(
    label: &str,
    input: &TextInput,
    here: bool,
    line: Rect,
    most: u16,
    look: &Look,
    buffer: &mut Buffer,
) -> Position {
    let role = if here { Role::Accent } else { Role::Muted };
    Cell::of(role, label).left(line, look, buffer);
    let area = Rect { x: line.x + 8, width: line.width.saturating_sub(8).min(most), ..line };
    input.draw(area, look, buffer)
}

/// A day without a time.
fn day(text: &str) -> Option<Date> {
    (text.len() == "2027-01-31".len()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::audit::Severity;

    fn asked() -> Accept {
        let finding = Finding {
            check: "FK03",
            severity: Severity::Warning,
            object: "public.plans".into(),
            part: Some("fk".into()),
            detail: "no index".into(),
            evidence: Vec::new(),
            fix: String::new(),
            relation: None,
            accepted: None,
        };
        Accept::new(&finding, true)
    }

    #[test]
    fn it_needs_a_reason_and_takes_only_days() {
        let mut accept = asked();
        assert_eq!(accept.accept(), None);
        assert!(accept.says().plain().contains("needs a reason"));
        accept.pasted("ten rows ");
        for wrong in ["tomorrow", "2027-02-30", "2027-1-31", "2027-01-31T10:00"] {
            accept.until = TextInput::holding(wrong);
            assert_eq!(accept.accept(), None, "{wrong}");
            assert!(accept.says().plain().contains("Not a date") && accept.on_until, "{wrong}");
        }
        accept.until = TextInput::holding("2027-01-31");
        let entry = accept.accept().expect("entry");
        assert_eq!((entry.reason.as_str(), entry.until), ("ten rows", Some(jiff::civil::date(2027, 1, 31))));
        assert_eq!(accept.accept(), None, "it is being written");
    }

    #[test]
    fn what_was_typed_stays_when_it_could_not_be_written() {
        let mut accept = asked();
        accept.pasted("ten rows");
        assert!(accept.accept().is_some() && accept.waits());
        accept.refused(&Error::stale("pgdeck.toml was changed meanwhile"));
        assert!(accept.says().plain().contains("changed meanwhile") && !accept.waits());
        assert_eq!(accept.accept().expect("again").reason, "ten rows");
    }
}
