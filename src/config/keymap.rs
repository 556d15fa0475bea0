//! Keymaps: which keys mean which action, per context.
//!
//! ```toml
//! [list]
//! down = ["j", "down"]      # the first key is the one that the screen shows
//! top = "g g"
//! filter = []               # no key at all
//! ```
//!
//! A person's own file is laid over the built-in one: an action that it names has the keys that it
//! says and no others, and a key that it uses is taken from whatever had it in the same context.
//! What contexts and actions there are is told by the caller, so that this layer knows no console.

use crate::core::error::{Result, did_you_mean};

use super::{
    key::{Key, chord},
    source::Source,
};

/// The names that a keymap may use.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Every context.
    pub contexts: Vec<&'static str>,
    /// Every action with the contexts in which it means something.
    pub actions: Vec<(&'static str, Vec<&'static str>)>,
}

/// A keymap that comes with pgdeck.
#[derive(Debug)]
pub struct BuiltIn {
    /// What it is called on the command line and in files.
    pub name: &'static str,
    /// What it is like, in a few words.
    pub about: &'static str,
    text: &'static str,
}

/// Every built-in keymap. The first is the default, and lies below all others.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "default",
        about: "Letters and arrows, a little like vim and less.",
        text: include_str!("../../keymaps/default.toml"),
    },
    BuiltIn { name: "vim", about: "For hands that know vim.", text: include_str!("../../keymaps/vim.toml") },
    BuiltIn { name: "emacs", about: "For hands that know Emacs.", text: include_str!("../../keymaps/emacs.toml") },
];

/// The names of the built-in keymaps.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    BUILT_IN.iter().map(|keymap| keymap.name)
}

/// The built-in keymap called `name`.
pub fn built_in(name: &str) -> Option<Source> {
    let keymap = BUILT_IN.iter().find(|keymap| keymap.name == name)?;
    Some(Source::new(format!("keymaps/{name}.toml"), keymap.text))
}

/// One way to call one action in one context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Where.
    pub context: String,
    /// What.
    pub action: String,
    /// The keys, pressed one after the other.
    pub chord: Vec<Key>,
}

/// An action of a file, with the keys that the file gives it.
struct Entry {
    context: String,
    action: String,
    chords: Vec<(Vec<Key>, usize)>,
}

/// The bindings of the first of `layers` with those of each further one laid over them, in the order in which
/// they are written.
pub fn load<'s>(layers: impl IntoIterator<Item = &'s Source>, vocabulary: &Vocabulary) -> Result<Vec<Binding>> {
    let mut entries = Vec::new();
    for layer in layers {
        overlay(&mut entries, read(layer, vocabulary)?);
    }
    let bindings = entries.into_iter().flat_map(|Entry { context, action, chords }| {
        chords.into_iter().map(move |(chord, _)| Binding { context: context.clone(), action: action.clone(), chord })
    });
    Ok(bindings.collect())
}

fn read(source: &Source, vocabulary: &Vocabulary) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (name, table) in source.toml()? {
        let context = name.get_ref();
        if !vocabulary.contexts.contains(&context.as_ref()) {
            let error = source.error(name.span().start, format!("unknown context `{context}`"));
            return Err(error.hint(did_you_mean(context, vocabulary.contexts.iter().copied())));
        }
        let Some(table) = table.get_ref().as_table() else {
            return Err(source
                .error(name.span().start, format!("`{context}` is a context"))
                .hint(format!("write [{context}]")));
        };
        for (action, keys) in table {
            known(source, vocabulary, context, action.get_ref(), action.span().start)?;
            let chords = source.strings(keys)?.into_iter().map(|(text, offset)| read_chord(source, text, offset));
            let chords = chords.collect::<Result<_>>()?;
            entries.push(Entry { context: context.to_string(), action: action.get_ref().to_string(), chords });
        }
    }
    no_conflict(source, &entries)?;
    Ok(entries)
}

fn read_chord(source: &Source, text: &str, offset: usize) -> Result<(Vec<Key>, usize)> {
    match Key::parse_chord(text) {
        Ok(chord) => Ok((chord, offset)),
        Err((what, todo)) => Err(source.error(offset, what).hint(todo)),
    }
}

fn known(source: &Source, vocabulary: &Vocabulary, context: &str, action: &str, offset: usize) -> Result<()> {
    match vocabulary.actions.iter().find(|(id, _)| *id == action) {
        Some((_, contexts)) if contexts.contains(&context) => Ok(()),
        Some((_, contexts)) => Err(source
            .error(offset, format!("`{action}` means nothing in [{context}]"))
            .hint(format!("it belongs in [{}]", contexts.join("] or [")))),
        None => {
            let here = vocabulary.actions.iter().filter(|(_, contexts)| contexts.contains(&context)).map(|(id, _)| *id);
            Err(source.error(offset, format!("unknown action `{action}`")).hint(did_you_mean(action, here)))
        }
    }
}

/// Two chords cannot live together where one is the other or its beginning: the longer is never reached.
fn clash(a: &[Key], b: &[Key]) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

fn no_conflict(source: &Source, entries: &[Entry]) -> Result<()> {
    let mut seen: Vec<(&Entry, &[Key], usize)> = Vec::new();
    for entry in entries {
        for (keys, offset) in &entry.chords {
            if let Some((other, taken, line)) =
                seen.iter().find(|(other, taken, _)| other.context == entry.context && clash(taken, keys))
            {
                let (new, old, line) = (chord(keys), chord(taken), source.line(*line));
                let message = if taken == keys {
                    format!("`{new}` is already `{}` in [{}], line {line}", other.action, entry.context)
                } else {
                    format!("`{new}` and `{old}` of `{}`, line {line}, begin alike", other.action)
                };
                return Err(source.error(*offset, message).hint("give one of them another key"));
            }
            seen.push((entry, keys, *offset));
        }
    }
    Ok(())
}

fn overlay(entries: &mut Vec<Entry>, own: Vec<Entry>) {
    for mine in own {
        for theirs in entries.iter_mut().filter(|theirs| theirs.context == mine.context) {
            theirs.chords.retain(|(keys, _)| !mine.chords.iter().any(|(own, _)| clash(own, keys)));
        }
        match entries.iter_mut().find(|theirs| theirs.context == mine.context && theirs.action == mine.action) {
            Some(theirs) => *theirs = mine,
            None => entries.push(mine),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary {
            contexts: vec!["global", "list"],
            actions: vec![
                ("quit", vec!["global"]),
                ("down", vec!["list"]),
                ("top", vec!["list"]),
                ("filter", vec!["list"]),
            ],
        }
    }

    fn keymap(built_in: &str, own: Option<&str>) -> Result<Vec<String>> {
        let own = own.map(|text| Source::new("own.toml", text));
        let built_in = Source::new("default.toml", built_in);
        let bindings = load([&built_in].into_iter().chain(&own), &vocabulary())?;
        Ok(bindings.iter().map(|b| format!("{}.{} {}", b.context, b.action, chord(&b.chord))).collect())
    }

    fn complaint(text: &str) -> String {
        keymap("", Some(text)).expect_err("refused").to_string()
    }

    #[test]
    fn bindings_keep_their_order() {
        let bindings =
            keymap("[global]\nquit = 'q'\n[list]\ndown = ['j', 'down']\ntop = 'g g'\n", None).expect("keymap");
        assert_eq!(bindings, ["global.quit q", "list.down j", "list.down down", "list.top g g"]);
    }

    #[test]
    fn an_own_file_wins_and_takes_the_key_from_whatever_had_it() {
        let built_in = "[global]\nquit = 'q'\n[list]\ndown = ['j', 'down']\ntop = 'g g'\nfilter = '/'\n";
        let bindings = keymap(built_in, Some("[list]\nfilter = 'j'\ntop = []\n")).expect("keymap");
        assert_eq!(bindings, ["global.quit q", "list.down down", "list.filter j"]);
        let bindings = keymap(built_in, Some("[list]\nfilter = 'g'\n")).expect("keymap");
        assert!(!bindings.contains(&"list.top g g".to_owned()), "a chord that `g` now hides must go");
    }

    #[test]
    fn every_mistake_names_file_line_and_what_is_near() {
        assert_eq!(complaint("[lst]\n"), "own.toml:1: unknown context `lst` — did you mean `list`?");
        assert_eq!(complaint("[list]\n\nfiltre = 'x'"), "own.toml:3: unknown action `filtre` — did you mean `filter`?");
        assert_eq!(
            complaint("[list]\ntop = [\n'g g',\n'hme',\n]"),
            "own.toml:4: unknown key `hme` — did you mean `home`?"
        );
        assert_eq!(
            complaint("[list]\nquit = 'q'"),
            "own.toml:2: `quit` means nothing in [list] — it belongs in [global]"
        );
        assert_eq!(complaint("[list]\ntop = 1"), "own.toml:2: a string is needed here, not integer");
        assert_eq!(complaint("list = 'x'"), "own.toml:1: `list` is a context — write [list]");
    }

    #[test]
    fn conflicts_in_one_file_are_errors() {
        assert_eq!(
            complaint("[list]\ndown = 'x'\ntop = ['g g', 'x']"),
            "own.toml:3: `x` is already `down` in [list], line 2 — give one of them another key"
        );
        assert_eq!(
            complaint("[list]\ndown = 'g'\ntop = 'g g'"),
            "own.toml:3: `g g` and `g` of `down`, line 2, begin alike — give one of them another key"
        );
        assert!(complaint("[list]\ntop = 'x'\ntop = 'y'").starts_with("own.toml:3: duplicate key"));
    }

    #[test]
    fn one_key_may_mean_different_things_in_different_contexts() {
        assert!(keymap("[global]\nquit = 'q'\n[list]\ndown = 'q'", None).is_ok());
    }
}
