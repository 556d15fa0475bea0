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
    pane,
};

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
    /// The built-in keymap with each of `layers` laid over it.
    pub fn load(layers: &[Source]) -> Result<Self> {
        let (panes, default) = (pane::keymap(), keymap::built_in("default"));
        let below = [&panes].into_iter().chain(&default);
        let read = keymap::load(below.chain(layers), &Action::vocabulary())?;
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

    /// How `pressed` can go on where `contexts` are in force, the nearest first: the keys that are left, and
    /// what they do. What a nearer context buries is left out.
    pub fn continuations(&self, contexts: &[Context], pressed: &[Key]) -> Vec<(&[Key], Action)> {
        let here = contexts.iter().flat_map(|context| self.bindings.iter().filter(|it| it.context == *context));
        let reached = |binding: &&Binding| {
            binding.chord.starts_with(pressed)
                && self.meaning(contexts, &binding.chord) == Meaning::Action(binding.action)
        };
        let mut ways: Vec<(&[Key], Action)> = Vec::new();
        for binding in here.filter(reached) {
            let rest = &binding.chord[pressed.len()..];
            if !ways.iter().any(|(known, _)| *known == rest) {
                ways.push((rest, binding.action));
            }
        }
        ways
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

    fn built_in(name: &str) -> Keys {
        Keys::load(keymap::built_in(name).as_slice()).expect(name)
    }

    #[test]
    fn every_built_in_keymap_reaches_every_action() {
        for name in keymap::names() {
            let keys = built_in(name);
            for entry in Action::all() {
                for context in entry.contexts {
                    let bound = keys.of(entry.action, *context).next().is_some();
                    assert!(bound, "{name}: {} in {context:?} has no key", entry.id);
                }
            }
        }
    }

    /// The contexts of a pane as they are stacked, so that a key of one cannot bury an action of another.
    const STACKS: [&[Context]; 15] = [
        &[Context::Counts, Context::Split, Context::List, Context::Scroll, Context::Global, Context::Anywhere],
        &[Context::Audit, Context::Split, Context::List, Context::Scroll, Context::Global, Context::Anywhere],
        &[Context::Migrations, Context::Split, Context::List, Context::Scroll, Context::Global, Context::Anywhere],
        &[Context::Drift, Context::Split, Context::List, Context::Scroll, Context::Global, Context::Anywhere],
        &[Context::Detail, Context::Help, Context::Scroll, Context::Anywhere],
        &[Context::Input, Context::Parts, Context::Anywhere],
        &[Context::Choose, Context::List, Context::Scroll, Context::Sync, Context::Global, Context::Anywhere],
        &[
            Context::Review,
            Context::Parts,
            Context::List,
            Context::Scroll,
            Context::Sync,
            Context::Global,
            Context::Anywhere,
        ],
        &[Context::Done, Context::Sync, Context::Global, Context::Anywhere],
        &[Context::Journal, Context::List, Context::Scroll, Context::Global, Context::Anywhere],
        &[Context::Help, Context::Scroll, Context::Anywhere],
        &[Context::Palette, Context::Anywhere],
        &[Context::Tree, Context::Help, Context::Scroll, Context::Anywhere],
        &[Context::Confirm, Context::Anywhere],
        &[Context::Input, Context::Anywhere],
    ];

    fn buried(keys: &Keys, stack: &[Context]) -> Vec<&'static str> {
        let here = Action::all().iter().filter(|entry| entry.contexts.iter().any(|context| stack.contains(context)));
        here.filter(|entry| keys.shown(entry.action, stack).is_none()).map(|entry| entry.id).collect()
    }

    #[test]
    fn no_key_of_a_pane_buries_another_action_there() {
        for name in keymap::names() {
            for stack in STACKS {
                let mut buried = buried(&built_in(name), stack);
                // Enter goes on to the next step; neither a set nor a row has a page of its own to open.
                let wizard = [Context::Choose, Context::Review].contains(&stack[0]);
                buried.retain(|id| !(wizard && *id == "open"));
                assert_eq!(buried, [""; 0], "{name} in {:?}", stack[0]);
            }
        }
    }

    #[test]
    fn no_two_chords_of_a_context_begin_alike() {
        for name in keymap::names() {
            let bindings = built_in(name).bindings;
            for (at, one) in bindings.iter().enumerate() {
                let clash = bindings[at + 1..].iter().find(|other| {
                    let alike = one.chord.starts_with(&other.chord) || other.chord.starts_with(&one.chord);
                    other.context == one.context && alike
                });
                assert!(clash.is_none(), "{name}: {one:?} and {clash:?}");
            }
        }
    }

    #[test]
    fn chords_wait_for_their_end_and_show_how_they_go_on() {
        let keys = Keys::load(&[]).expect("keymap");
        assert_eq!(keys.meaning(LIST, &pressed("g")), Meaning::Beginning);
        assert_eq!(keys.meaning(LIST, &pressed("g g")), Meaning::Action(Action::Top));
        assert_eq!(keys.meaning(LIST, &pressed("g x")), Meaning::Nothing);
        let shown: Vec<_> = keys.continuations(LIST, &pressed("g")).into_iter().map(|(_, action)| action).collect();
        assert!(shown.contains(&Action::Top));
    }

    #[test]
    fn the_nearest_context_wins() {
        let own = Source::new("own.toml", "[list]\nfilter = 'q'\n");
        let keys = Keys::load(&[own]).expect("keymap");
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
