//! The keymap as the console uses it: from keys and contexts to actions, and back for the screen.

use crate::{
    config::{
        key::{Code, Key},
        keymap,
        source::Source,
    },
    core::error::Result,
};

use super::{
    action::{Action, Context},
    glyphs::Glyphs,
};

/// The built-in keymap.
const DEFAULT: &str = include_str!("../../keymaps/default.toml");

/// Every binding, in the order of the files.
#[derive(Debug, Clone)]
pub struct Keys {
    bindings: Vec<Binding>,
}

#[derive(Debug, Clone)]
struct Binding {
    context: Context,
    action: Action,
    chord: Vec<Key>,
}

/// What the keys pressed so far mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// This.
    Action(Action),
    /// The beginning of something.
    Beginning,
    /// Nothing.
    Nothing,
}

impl Keys {
    /// The built-in keymap with a person's `own` laid over it.
    pub fn load(own: Option<&Source>) -> Result<Self> {
        let read = keymap::load(&Source::new("keymaps/default.toml", DEFAULT), own, &Action::vocabulary())?;
        let context =
            |name: &str| Context::ALL.iter().find(|(_, known, _)| *known == name).map(|(context, ..)| *context);
        let bindings = read.into_iter().filter_map(|binding| {
            Some(Binding {
                context: context(&binding.context)?,
                action: Action::named(&binding.action)?,
                chord: binding.chord,
            })
        });
        Ok(Keys { bindings: bindings.collect() })
    }

    /// What `pressed` means where `contexts` are in force, the nearest first.
    pub fn meaning(&self, contexts: &[Context], pressed: &[Key]) -> Meaning {
        for context in contexts {
            let mut here = self.bindings.iter().filter(|binding| binding.context == *context);
            match here.find(|binding| binding.chord.starts_with(pressed)) {
                Some(binding) if binding.chord.len() == pressed.len() => return Meaning::Action(binding.action),
                Some(_) => return Meaning::Beginning,
                None => {}
            }
        }
        Meaning::Nothing
    }

    /// How `pressed` can go on: the keys that are left, and what they do.
    pub fn continuations(&self, contexts: &[Context], pressed: &[Key]) -> Vec<(&[Key], Action)> {
        let goes_on = |binding: &&Binding| contexts.contains(&binding.context) && binding.chord.starts_with(pressed);
        self.bindings.iter().filter(goes_on).map(|binding| (&binding.chord[pressed.len()..], binding.action)).collect()
    }

    /// The keys of `action` in `context`, the one to show first.
    pub fn of(&self, action: Action, context: Context) -> impl Iterator<Item = &[Key]> {
        let bound = self.bindings.iter().filter(move |binding| binding.context == context && binding.action == action);
        bound.map(|binding| binding.chord.as_slice())
    }

    /// The key to show for `action` where `contexts` are in force, unless a nearer context uses it for
    /// something else.
    pub fn shown(&self, action: Action, contexts: &[Context]) -> Option<&[Key]> {
        let bound = contexts.iter().flat_map(|context| self.of(action, *context));
        bound.into_iter().find(|chord| self.meaning(contexts, chord) == Meaning::Action(action))
    }
}

/// Keys as the screen shows them: short, with `↵` for Enter and `^` for Control.
pub fn label(chord: &[Key], glyphs: &Glyphs) -> String {
    chord.iter().map(|key| key_label(*key, glyphs)).collect::<Vec<_>>().join(" ")
}

fn key_label(key: Key, glyphs: &Glyphs) -> String {
    match key.code {
        Code::Enter if !key.ctrl && !key.alt && !key.shift => glyphs.enter.to_owned(),
        Code::Char(c) if key.ctrl && !key.alt && c != ' ' => format!("^{}", c.to_ascii_uppercase()),
        _ => key.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::UNICODE;

    const LIST: &[Context] = &[Context::List, Context::Scroll, Context::Global, Context::Anywhere];

    fn pressed(text: &str) -> Vec<Key> {
        Key::parse_chord(text).expect("chord")
    }

    #[test]
    fn the_built_in_keymap_reaches_every_action() {
        let keys = Keys::load(None).expect("keymap");
        for entry in Action::ALL {
            for context in entry.contexts {
                assert!(keys.of(entry.action, *context).next().is_some(), "{} in {context:?} has no key", entry.id);
            }
        }
    }

    #[test]
    fn chords_wait_for_their_end_and_show_how_they_go_on() {
        let keys = Keys::load(None).expect("keymap");
        assert_eq!(keys.meaning(LIST, &pressed("g")), Meaning::Beginning);
        assert_eq!(keys.meaning(LIST, &pressed("g g")), Meaning::Action(Action::Top));
        assert_eq!(keys.meaning(LIST, &pressed("g x")), Meaning::Nothing);
        let shown: Vec<_> = keys.continuations(LIST, &pressed("g")).into_iter().map(|(_, action)| action).collect();
        assert!(shown.contains(&Action::Top));
    }

    #[test]
    fn the_nearest_context_wins() {
        let own = Source::new("own.toml", "[list]\nfilter = 'q'\n");
        let keys = Keys::load(Some(&own)).expect("keymap");
        assert_eq!(keys.meaning(LIST, &pressed("q")), Meaning::Action(Action::Filter));
        assert_eq!(keys.meaning(&LIST[2..], &pressed("q")), Meaning::Action(Action::Quit));
        assert_eq!(keys.shown(Action::Quit, LIST), Some(&pressed("ctrl-c")[..]), "`q` is hidden, so it is not shown");
    }

    #[test]
    fn labels_are_short() {
        let labels = ["enter", "ctrl-d", "g g", "space", "shift-tab"].map(|text| label(&pressed(text), &UNICODE));
        assert_eq!(labels, ["↵", "^D", "g g", "space", "shift-tab"]);
    }
}
