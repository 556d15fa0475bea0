//! Keys as people write them in a keymap: `j`, `G`, `ctrl-d`, `shift-tab`, `g g`.

use std::fmt;

use crate::core::error::did_you_mean;

/// What is pressed, without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the key that it names")]
pub enum Code {
    Char(char),
    Function(u8),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Home,
    End,
    PageUp,
    PageDown,
    Up,
    Down,
    Left,
    Right,
}

/// One key press. An upper-case letter carries its shift in itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// With Control held.
    pub ctrl: bool,
    /// With Alt (Meta, Option) held.
    pub alt: bool,
    /// With Shift held; never set for characters.
    pub shift: bool,
}

const NAMES: &[(&str, Code)] = &[
    ("space", Code::Char(' ')),
    ("enter", Code::Enter),
    ("esc", Code::Esc),
    ("tab", Code::Tab),
    ("backspace", Code::Backspace),
    ("delete", Code::Delete),
    ("insert", Code::Insert),
    ("home", Code::Home),
    ("end", Code::End),
    ("pageup", Code::PageUp),
    ("pagedown", Code::PageDown),
    ("up", Code::Up),
    ("down", Code::Down),
    ("left", Code::Left),
    ("right", Code::Right),
];

type Modifier = (&'static str, fn(&mut Key));

const MODIFIERS: &[Modifier] =
    &[("ctrl-", |key| key.ctrl = true), ("alt-", |key| key.alt = true), ("shift-", |key| key.shift = true)];

/// What a terminal sends instead, so that a binding to the left side could never be reached.
const SAME_BYTE: &[(char, &str)] = &[('i', "tab"), ('m', "enter"), ('[', "esc")];

impl Key {
    /// The key `code`, nothing held.
    pub const fn plain(code: Code) -> Self {
        Key { code, ctrl: false, alt: false, shift: false }
    }

    /// The character `c`, nothing held.
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// Reads one key, or says what is wrong with it and what to do.
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        let (mut key, mut rest) = (Key::char(' '), text);
        while let Some((name, hold)) =
            MODIFIERS.iter().find(|(name, _)| rest.len() > name.len() && rest.starts_with(name))
        {
            hold(&mut key);
            rest = &rest[name.len()..];
        }
        key.code = code(rest).ok_or_else(|| unknown(text, rest))?;
        // In its one form: `ctrl-M` is the same byte too.
        let key = key.normal();
        match SAME_BYTE.iter().find(|(c, _)| key.ctrl && key.code == Code::Char(*c)) {
            Some((_, twin)) => {
                Err((format!("`{text}` reaches a program as `{twin}`"), format!("bind `{twin}`, or another key")))
            }
            None => Ok(key),
        }
    }

    /// Reads keys pressed one after the other, separated by blanks.
    pub fn parse_chord(text: &str) -> Result<Vec<Self>, (String, String)> {
        let keys: Vec<_> = text.split_whitespace().map(Key::parse).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(("an empty key".into(), "write one, or `[]` for none".into())) } else { Ok(keys) }
    }

    /// The same key in the one form that compares: a shifted letter is its capital, Control has no capitals.
    #[must_use]
    pub fn normal(mut self) -> Self {
        if let Code::Char(c) = self.code {
            let upper = self.shift && !self.ctrl;
            self.code = Code::Char(match () {
                () if upper => c.to_uppercase().next().unwrap_or(c),
                () if self.ctrl => c.to_ascii_lowercase(),
                () => c,
            });
            self.shift = false;
        }
        self
    }
}

fn code(text: &str) -> Option<Code> {
    if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == text) {
        return Some(*code);
    }
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) if !c.is_control() && c != ' ' => Some(Code::Char(c)),
        (Some('f'), Some(_)) => text[1..].parse().ok().filter(|n| (1..=12).contains(n)).map(Code::Function),
        _ => None,
    }
}

fn unknown(text: &str, rest: &str) -> (String, String) {
    let names: Vec<_> = NAMES.iter().map(|(name, _)| *name).collect();
    (format!("unknown key `{text}`"), did_you_mean(rest, names))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (held, name) in [(self.ctrl, "ctrl-"), (self.alt, "alt-"), (self.shift, "shift-")] {
            if held {
                f.write_str(name)?;
            }
        }
        match (NAMES.iter().find(|(_, code)| *code == self.code), self.code) {
            (Some((name, _)), _) => f.write_str(name),
            (None, Code::Char(c)) => write!(f, "{c}"),
            (None, Code::Function(n)) => write!(f, "f{n}"),
            (None, _) => Ok(()),
        }
    }
}

/// Keys pressed one after the other, as they are written.
pub fn chord(keys: &[Key]) -> String {
    keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_as_they_are_written() {
        for text in ["j", "G", "ctrl-d", "alt-x", "shift-tab", "space", "f12", "?", "-", "ctrl--", "ctrl-alt-up", "é"]
        {
            assert_eq!(Key::parse(text).expect(text).to_string(), text);
        }
        assert_eq!(chord(&Key::parse_chord(" g   g ").expect("chord")), "g g");
    }

    #[test]
    fn shift_and_control_have_one_form() {
        assert_eq!(Key::parse("shift-g"), Ok(Key::char('G')));
        assert_eq!(Key::parse("ctrl-D"), Key::parse("ctrl-d"));
    }

    #[test]
    fn unknown_keys_name_the_nearest() {
        let (what, todo) = Key::parse("ctrl-entre").expect_err("unknown");
        assert_eq!((what.as_str(), todo.as_str()), ("unknown key `ctrl-entre`", "did you mean `enter`?"));
        for text in ["", "ctrl-", "f13", "hyper-x", "ctrl-i", "ctrl-I", "ctrl-shift-m"] {
            assert!(Key::parse(text).is_err(), "{text}");
        }
    }
}
