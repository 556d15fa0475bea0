//! The box that asks for an environment's name before anything is written to it.
//!
//! It opens on Cancel. Letters go into the field wherever the focus is; Apply cannot be reached until
//! the name stands there exactly, and is left again as soon as it does not.

use ratatui::{
    buffer::Buffer,
    layout::{Margin, Position, Rect},
};

use crate::{
    app::trust::Item,
    config::{key::Key, theme::Role},
    core::{
        env::Kind,
        gate::{RunId, Typed},
    },
    tui::{
        action::Action,
        look::Look,
        msg::{Migrating, Msg, Sync},
        widget::{cell::Cell, input::TextInput, section},
    },
};

/// Cells of the box, where the screen has so many.
const WIDTH: u16 = 66;

/// Cells between the box's edge and what stands in it.
const MARGIN: u16 = 3;

/// A question that is answered by typing a name.
#[derive(Debug, Clone)]
pub struct Confirm {
    /// What will be done: `Apply`. Also the name of the button.
    pub verb: String,
    /// The name that must be typed.
    pub name: String,
    /// What that environment is.
    pub kind: Kind,
    /// What there is to know before: how many rows of which tables, where the undo is kept.
    pub facts: Vec<Cell>,
    /// What becomes of what was typed, when the answer is yes.
    pub asked: Asked,
    input: TextInput,
    on_apply: bool,
    /// The first fact in sight where not all have room.
    top: usize,
}

/// What a box asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// The plan that the wizard shows.
    Apply,
    /// Taking this run back.
    Undo(RunId),
    /// Running these migrations.
    Migrate(Migrating),
    /// Running what the project names.
    Trust(Vec<Item>),
}

impl Asked {
    fn message(&self, typed: Typed) -> Msg {
        match self {
            Asked::Apply => Msg::Sync(Sync::Confirmed(typed)),
            Asked::Undo(run) => Msg::Undo(run.clone(), typed),
            Asked::Migrate(asked) => Msg::Migrate(asked.clone(), typed),
            Asked::Trust(items) => Msg::Agree(items.clone(), typed),
        }
    }
}

/// What Enter meant.
#[derive(Debug)]
pub enum Answer {
    /// Nothing yet.
    Wait,
    /// No.
    Cancel,
    /// Yes.
    Apply(Box<Msg>),
}

impl Confirm {
    /// Asks whether to `verb` the environment `name`, telling `facts`.
    pub fn new(verb: impl Into<String>, name: impl Into<String>, kind: Kind, facts: Vec<Cell>, asked: Asked) -> Self {
        let (verb, name, input) = (verb.into(), name.into(), TextInput::default());
        Confirm { verb, name, kind, facts, asked, input, on_apply: false, top: 0 }
    }

    /// Whether the name stands there exactly.
    pub fn matches(&self) -> bool {
        self.input.value() == self.name
    }

    /// Takes in a key.
    pub fn typed(&mut self, key: Key) {
        self.input.key(key);
        self.on_apply &= self.matches();
    }

    /// Takes in what was pasted.
    pub fn pasted(&mut self, text: &str) {
        self.input.paste(text);
        self.on_apply &= self.matches();
    }

    /// Moves between the buttons, or through the facts as they are laid over `body`.
    pub fn act(&mut self, action: Action, body: Rect) {
        match action {
            Action::FocusNext | Action::FocusPrevious => self.on_apply = !self.on_apply && self.matches(),
            Action::Up => self.top = self.top.saturating_sub(1),
            Action::Down => {
                let hidden = self.lines(body).len().saturating_sub(usize::from(self.room(body).height));
                self.top = (self.top + 1).min(hidden);
            }
            _ => {}
        }
    }

    /// Presses the button that has the focus.
    pub fn accept(&self) -> Answer {
        match (self.on_apply, self.matches()) {
            (true, true) => Answer::Apply(Box::new(self.asked.message(self.input.value().into()))),
            // Enter right behind a typed name is a habit, not an answer.
            (false, _) if !self.input.is_empty() => Answer::Wait,
            _ => Answer::Cancel,
        }
    }

    /// The facts in lines that fit into the box over `body`: none is cut.
    fn lines(&self, body: Rect) -> Vec<Cell> {
        let width = WIDTH.min(body.width).saturating_sub(2 * MARGIN);
        self.facts.iter().flat_map(|fact| fact.wrapped(width.into())).collect()
    }

    /// The box over `body`.
    fn area(&self, body: Rect) -> Rect {
        section::centred(body, WIDTH, self.lines(body).len() as u16 + 6)
    }

    /// Where the facts stand in the box over `body`.
    fn room(&self, body: Rect) -> Rect {
        let inside = self.area(body).inner(Margin::new(MARGIN, 1));
        let roomy = usize::from(inside.height) >= self.lines(body).len() + 4;
        Rect {
            y: inside.y + u16::from(roomy),
            height: inside.height.saturating_sub(if roomy { 4 } else { 2 }),
            ..inside
        }
    }

    /// Draws it over `body`. Where the question and its buttons do not fit in one line, they take two.
    pub fn draw(&self, body: Rect, look: &Look, buffer: &mut Buffer) -> Option<Position> {
        let role = self.role();
        let area = self.area(body);
        let title = Cell::of(role, self.title()).bold();
        section::frame(area, &title, role, look, buffer);
        let inside = area.inner(Margin::new(MARGIN, 1));
        let prompt = self.prompt(role);
        let stacked = prompt.width() + self.name.len() + self.buttons().width() + 4 > usize::from(inside.width);
        let line = |from_end: u16| Rect { y: inside.bottom().saturating_sub(from_end), height: 1, ..inside };
        let (ask, buttons) = if stacked { (line(2), line(1)) } else { (line(2), line(2)) };
        self.draw_facts(body, look, buffer);
        if !stacked {
            self.hint().left(line(1), look, buffer);
        }
        let behind = self.buttons().right(buttons, look, buffer) + 2;
        let before = prompt.left(ask, look, buffer);
        let room = ask.width.saturating_sub(before + if stacked { 0 } else { behind });
        let field = Rect { x: ask.x + before, width: room.min(self.name.len().max(12) as u16 + 4), ..ask };
        Some(self.input.draw(field, look, buffer))
    }

    /// What there is to know, from the line that is scrolled to; a last line tells of what is out of sight.
    fn draw_facts(&self, body: Rect, look: &Look, buffer: &mut Buffer) {
        let (lines, area) = (self.lines(body), self.room(body));
        let visible = usize::from(area.height);
        let top = self.top.min(lines.len().saturating_sub(visible));
        section::lines(&lines, top, area, look, buffer);
        let below = lines.len().saturating_sub(top + visible);
        if below > 0 && visible > 0 {
            let last = Rect { y: area.bottom() - 1, height: 1, ..area };
            for position in last.positions() {
                buffer[position].set_symbol(" ");
            }
            let more = format!("{} {} more lines, down shows them", look.glyphs.ellipsis, below + 1);
            Cell::of(Role::Muted, more).left(last, look, buffer);
        }
    }

    fn title(&self) -> String {
        match &self.asked {
            Asked::Trust(_) => "The project file makes pgdeck run".to_owned(),
            Asked::Undo(_) => format!("Undo run on {} ({})", self.name, self.kind.word()),
            Asked::Migrate(Migrating { dry_run: true, .. }) => {
                format!("Dry run on {} ({})", self.name, self.kind.word())
            }
            Asked::Apply | Asked::Migrate(_) => format!("Apply to {} ({})", self.name, self.kind.word()),
        }
    }

    fn prompt(&self, role: Role) -> Cell {
        let name = Cell::of(role, &self.name).bold();
        Cell::text("Type ")
            .then(name)
            .and(Role::Text, if matches!(self.asked, Asked::Trust(_)) { " to agree: " } else { " to confirm: " })
    }

    fn role(&self) -> Role {
        match self.kind {
            Kind::Production => Role::Danger,
            Kind::Staging => Role::Warn,
            Kind::Development => Role::Info,
        }
    }

    fn hint(&self) -> Cell {
        let text = if self.matches() && !self.on_apply {
            "tab moves to the button."
        } else if !self.name.starts_with(self.input.value()) {
            match self.asked {
                Asked::Trust(_) => "Type yes, or leave with esc.",
                _ => "That is not the name; it must be the same to the letter.",
            }
        } else {
            ""
        };
        Cell::of(Role::Muted, text)
    }

    fn buttons(&self) -> Cell {
        let verb = &self.verb;
        match (self.on_apply, self.matches()) {
            (true, _) => Cell::text("  Cancel   ").then(Cell::of(Role::Button, format!("[ {verb} ]"))),
            (false, true) => Cell::of(Role::Button, "[ Cancel ]").and(Role::Text, format!("   {verb}  ")),
            (false, false) => Cell::of(Role::Button, "[ Cancel ]").and(Role::Faint, format!("   {verb}  ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::key::Code;

    fn confirm() -> Confirm {
        Confirm::new("Apply", "preprod", Kind::Staging, Vec::new(), Asked::Apply)
    }

    fn type_in(confirm: &mut Confirm, text: &str) {
        text.chars().for_each(|c| confirm.typed(Key::char(c)));
    }

    #[test]
    fn it_opens_on_cancel() {
        assert!(matches!(confirm().accept(), Answer::Cancel));
    }

    #[test]
    fn apply_cannot_be_reached_before_the_name_is_exact() {
        for wrong in ["", "prepro", "preprod ", "Preprod", "preprodd"] {
            let mut confirm = confirm();
            type_in(&mut confirm, wrong);
            confirm.act(Action::FocusNext, Rect::new(0, 0, 80, 20));
            assert!(!matches!(confirm.accept(), Answer::Apply(_)), "{wrong}");
        }
    }

    #[test]
    fn the_name_alone_applies_nothing_the_button_must_be_chosen() {
        let mut confirm = confirm();
        type_in(&mut confirm, "preprod");
        assert!(matches!(confirm.accept(), Answer::Wait));
        confirm.act(Action::FocusNext, Rect::new(0, 0, 80, 20));
        let Answer::Apply(msg) = confirm.accept() else { panic!("the name is exact") };
        assert!(matches!(*msg, Msg::Sync(Sync::Confirmed(typed)) if typed == "preprod"));
        confirm.act(Action::FocusNext, Rect::new(0, 0, 80, 20));
        assert!(matches!(confirm.accept(), Answer::Wait));
    }

    #[test]
    fn editing_the_name_takes_the_focus_away() {
        let mut confirm = confirm();
        type_in(&mut confirm, "preprod");
        confirm.act(Action::FocusNext, Rect::new(0, 0, 80, 20));
        confirm.typed(Key::plain(Code::Backspace));
        type_in(&mut confirm, "d");
        assert!(matches!(confirm.accept(), Answer::Wait));
    }

    #[test]
    fn a_pasted_line_break_is_no_answer() {
        let mut confirm = confirm();
        confirm.pasted("preprod\n");
        assert!(confirm.matches() && matches!(confirm.accept(), Answer::Wait));
    }
}
