//! Where rows are read from and where they go: two environments, or a file and an environment.

use std::sync::Arc;

use super::Choose;
use crate::{
    app::sync::{Contents, Found},
    tui::{
        action::Reason,
        model::{EnvState, Model},
        msg::Origin,
        widget::gauge::counted,
    },
};

/// The file that rows are read from.
#[derive(Debug, Clone)]
pub(super) struct FromFile {
    /// As it was typed.
    pub name: String,
    /// What is in it.
    pub contents: Arc<Contents>,
    /// The sets that were chosen and that it does not hold; chosen again when it is left.
    without: Vec<usize>,
}

impl Choose {
    /// Source and target, where there are two.
    pub fn pair(&self, model: &Model) -> Option<(Origin, String)> {
        let name = |at: usize| model.environments.get(at).map(|environment| environment.name.clone());
        match &self.file {
            Some(file) => Some((Origin::File(file.name.clone()), name(self.to)?)),
            None if self.from == self.to => None,
            None => Some((Origin::Environment(name(self.from)?), name(self.to)?)),
        }
    }

    /// Whether rows come from JSON by hand.
    pub(super) fn by_hand(&self) -> bool {
        self.file.as_ref().is_some_and(|file| file.contents.found == Found::ByHand)
    }

    /// Chooses the set at `at`, or not, as the operator says: leaving a file changes that no more.
    pub(super) fn decide(&mut self, at: usize, chosen: bool) {
        self.sets[at].chosen = chosen;
        if let Some(file) = &mut self.file {
            file.without.retain(|without| *without != at);
        }
    }

    /// The sets that a file is wanted for: those that are chosen, or were before a file had not got them. None where
    /// that is all of them.
    pub(super) fn wanted(&self) -> Vec<String> {
        let without = |at: usize| self.file.as_ref().is_some_and(|file| file.without.contains(&at));
        let wanted: Vec<_> = self
            .sets
            .iter()
            .enumerate()
            .filter(|(at, set)| set.chosen || without(*at))
            .map(|(_, set)| &set.name)
            .collect();
        if wanted.len() == self.sets.len() { Vec::new() } else { wanted.into_iter().cloned().collect() }
    }

    /// Takes the rows from the file `name` from now on, of the chosen sets those that it holds.
    pub fn read_from(&mut self, name: String, contents: Arc<Contents>) {
        self.leave_file();
        let mut without = Vec::new();
        if contents.found != Found::ByHand {
            if self.chosen() == 0 {
                self.sets.iter_mut().for_each(|set| set.chosen = true);
            }
            for (at, set) in self.sets.iter_mut().enumerate() {
                if set.chosen && !contents.sets.contains(&set.name) {
                    set.chosen = false;
                    without.push(at);
                }
            }
        }
        self.file = Some(FromFile { name, contents, without });
    }

    /// Whether there was a file to leave; what it did not hold is chosen again.
    fn leave_file(&mut self) -> bool {
        let Some(file) = self.file.take() else { return false };
        for at in file.without {
            self.sets[at].chosen = true;
        }
        true
    }

    /// The next environment that is not the other side. A file is left for an environment.
    pub(super) fn next(&mut self, source: bool, environments: usize) {
        if source && self.leave_file() && self.from != self.to {
            // Back to the environment that was the source before the file.
            return;
        }
        let other = match (source, &self.file) {
            (true, _) => Some(self.to),
            (false, None) => Some(self.from),
            (false, Some(_)) => None,
        };
        let mine = if source { &mut self.from } else { &mut self.to };
        *mine = (1..=environments).map(|by| (*mine + by) % environments).find(|at| Some(*at) != other).unwrap_or(*mine);
    }
}

/// Whether what is chosen can be read.
pub(super) fn can_start(model: &Model) -> Result<(), Reason> {
    let choose = &model.sync.choose;
    let Some((from, to)) = choose.pair(model) else { return Err(Reason::new("needs two environments")) };
    match (choose.chosen(), &choose.file) {
        (0, _) => return Err(Reason::new("no set is chosen")),
        (2.., Some(file)) if file.contents.found == Found::ByHand => {
            return Err(Reason::new("hand-written JSON holds one sync set: select only that set"));
        }
        (_, Some(file)) => file_can(file, choose, &to)?,
        _ => {}
    }
    if let Origin::Environment(from) = from {
        answers(model, &from)?;
    }
    answers(model, &to)
}

/// Whether `file` holds what is chosen, and not of the target itself.
fn file_can(file: &FromFile, choose: &Choose, to: &str) -> Result<(), Reason> {
    let contents = &file.contents;
    if contents.found == Found::Bundle(to.to_owned()) {
        return Err(Reason::new(format!("these are the rows of {to} itself; choose another target")));
    }
    let missing = choose.sets.iter().find(|set| set.chosen && !contents.sets.contains(&set.name));
    match missing.filter(|_| contents.found != Found::ByHand) {
        Some(set) => Err(Reason::new(format!("the file does not hold the set {}", set.name))),
        None => Ok(()),
    }
}

/// Whether `environment` has not failed to answer.
pub fn answers(model: &Model, environment: &str) -> Result<(), Reason> {
    match model.environment(environment).map(|environment| &environment.state) {
        Some(EnvState::Failed(_)) => Err(Reason::new(format!("{environment} does not answer"))),
        Some(EnvState::Connecting) => Err(Reason::new(format!("{environment} is still being connected"))),
        _ => Ok(()),
    }
}

/// What a file holds, in a few words.
pub fn holds(contents: &Contents) -> String {
    let rows = counted(contents.rows, "row");
    match &contents.found {
        Found::Bundle(environment) => format!("{rows} of {environment}"),
        Found::Paste => format!("{rows}, as the query returned them"),
        Found::ByHand => "JSON by hand, of one set".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{project::Project, source::Source};

    fn choose(sets: &[&str]) -> Choose {
        let head = "[project]\nname = \"p\"\n[env.a]\nkind = \"production\"\n[env.b]\nkind = \"staging\"\n";
        let set = |set: &&str| format!("[[sync.set]]\nname = \"{set}\"\ntables = [{{ table = \"t_{set}\" }}]\n");
        let text = head.to_owned() + &sets.iter().map(set).collect::<String>();
        Choose::new(&Project::parse(Source::new("pgdeck.toml", text)).expect("project"))
    }

    fn file(found: Found, sets: &[&str]) -> Arc<Contents> {
        Arc::new(Contents { found, sets: sets.iter().map(ToString::to_string).collect(), tables: 1, rows: 1 })
    }

    #[test]
    fn the_only_set_is_named_for_json_by_hand() {
        let mut choose = choose(&["plans"]);
        assert!(choose.sets().is_empty(), "all of them");
        choose.read_from("rows.json".into(), file(Found::ByHand, &[]));
        assert_eq!(choose.sets(), ["plans"]);
    }

    #[test]
    fn another_file_is_looked_at_for_what_was_chosen_before_the_first() {
        let mut choose = choose(&["plans", "emails", "terms"]);
        choose.decide(2, false);
        assert_eq!(choose.wanted(), ["plans", "emails"]);
        choose.read_from("plans.bundle".into(), file(Found::Bundle("a".into()), &["plans", "terms"]));
        assert_eq!((choose.sets(), choose.wanted()), (vec!["plans".into()], vec!["plans".into(), "emails".into()]));
        choose.read_from("emails.bundle".into(), file(Found::Paste, &["emails"]));
        assert_eq!(choose.sets(), ["emails"]);
        choose.next(true, 2);
        assert_eq!(choose.sets(), ["plans", "emails"]);
    }
}
