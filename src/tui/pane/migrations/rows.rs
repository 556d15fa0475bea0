//! The rows: what is wrong, the files in the order in which they run, and what ran and has no file.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::Only;
use crate::{
    app::migrations::standing::Overview,
    core::{
        error::Error,
        migrations::{history::Applied, problem::Problem},
    },
    tui::{
        model::{EnvState, Model},
        widget::{
            cell::Cell,
            table::{Rows, SortKey},
        },
    },
};

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// What it is.
    pub what: What,
    /// What tells it from every other row, before and after a reading.
    pub key: String,
    /// What the filter looks at.
    text: String,
}

/// What a row is.
#[derive(Debug, Clone)]
pub enum What {
    /// An environment that could not be asked, and why.
    Silent(String, Error),
    /// Something wrong: with the folder, or with what these environments say of it.
    Problem(Vec<String>, Problem),
    /// The file at this place among the forward files.
    File(usize),
    /// What ran and has no file.
    Gone(Gone),
}

/// What ran and has no file.
#[derive(Debug, Clone)]
pub struct Gone {
    /// Its version, or its name where it has none.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Where it ran, and what is recorded of it there.
    pub ran: BTreeMap<String, Applied>,
}

/// The part of the list that a row is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// What is wrong.
    Problems,
    /// The files.
    Order,
    /// What has no file.
    Gone,
}

impl Row {
    fn new(what: What, key: String, text: String) -> Self {
        Row { what, key, text }
    }

    /// The part of the list that it is in.
    pub fn section(&self) -> Section {
        match self.what {
            What::Silent(..) | What::Problem(..) => Section::Problems,
            What::File(_) => Section::Order,
            What::Gone(_) => Section::Gone,
        }
    }

    /// The place of its file among the forward files.
    pub fn file(&self) -> Option<usize> {
        match self.what {
            What::File(at) => Some(at),
            _ => None,
        }
    }
}

/// Every row.
pub fn all(model: &Model) -> Vec<Row> {
    let Some(overview) = &model.migrations.overview else { return Vec::new() };
    let mut rows: Vec<Row> = silent(model);
    rows.extend(problems(overview).into_iter().map(|(environments, problem)| {
        let (word, names) = (problem.class.word(), environments.join(" "));
        // What happened is a sentence: a few letters would be found in most of them.
        let text = format!("{word} {names} {} {}", problem.paths.join(" "), problem.versions.join(" "));
        let key = format!("problem {word} {problem}");
        Row::new(What::Problem(environments, problem.clone()), key, text)
    }));
    rows.extend(overview.folder.forward().enumerate().map(|(at, file)| {
        let version = file.version.as_deref().unwrap_or_default();
        let text = format!("{version} {} {}", file.name, file.path);
        Row::new(What::File(at), format!("file {}", file.path), text)
    }));
    rows.extend(gone(overview).into_iter().map(|gone| {
        let text = format!("{} {}", gone.version, gone.name);
        Row::new(What::Gone(gone), format!("gone {text}"), text)
    }));
    rows
}

/// What is wrong, each once, with the environments that say the same of it.
pub fn problems(overview: &Overview) -> Vec<(Vec<String>, &Problem)> {
    let mut found: Vec<(Vec<String>, &Problem)> = Vec::new();
    let mut places: HashMap<(&str, String), usize> = HashMap::new();
    for (environment, problem) in overview.problems() {
        let place = *places.entry((problem.class.word(), problem.to_string())).or_insert(found.len());
        if place == found.len() {
            found.push((Vec::new(), problem));
        }
        found[place].0.extend(environment.map(str::to_owned));
    }
    found
}

fn silent(model: &Model) -> Vec<Row> {
    let error = |name: &str, state: &EnvState| match state {
        EnvState::Failed(error) => Some(error.clone()),
        _ => model.migrations.failed.get(name).cloned(),
    };
    let known = |name: &str| model.migrations.standing(name).is_some();
    let environments = model.environments.iter().filter(|environment| !known(&environment.name));
    let silent = environments.filter_map(|environment| {
        let error = error(&environment.name, &environment.state)?;
        let text = format!("{} {error}", environment.name);
        let key = format!("silent {}", environment.name);
        Some(Row::new(What::Silent(environment.name.clone(), error), key, text))
    });
    silent.collect()
}

/// What ran somewhere and has no file, each once.
fn gone(overview: &Overview) -> Vec<Gone> {
    let mut found: BTreeMap<(String, String), Gone> = BTreeMap::new();
    for standing in &overview.environments {
        for applied in &standing.state.missing {
            let name = applied.name.clone().or_else(|| applied.script.clone()).unwrap_or_default();
            let version = applied.version.clone().unwrap_or_default();
            let gone =
                found.entry((version.clone(), name.clone())).or_insert(Gone { version, name, ran: BTreeMap::new() });
            gone.ran.insert(standing.environment.clone(), applied.clone());
        }
    }
    found.into_values().collect()
}

/// Which of `rows` are shown where it is `only` these.
pub fn shown(overview: Option<&Overview>, rows: &[Row], only: Option<Only>) -> Vec<bool> {
    let (Some(overview), Some(only)) = (overview, only) else { return vec![true; rows.len()] };
    let paths = |row: &Row| match &row.what {
        What::Problem(_, problem) => problem.paths.clone(),
        _ => Vec::new(),
    };
    let faulty: BTreeSet<String> = rows.iter().flat_map(paths).collect();
    let files: Vec<&str> = overview.folder.forward().map(|file| file.path.as_str()).collect();
    let pending = |at: usize| overview.environments.iter().any(|standing| standing.told(at).is_pending());
    let waiting: BTreeSet<&str> =
        files.iter().enumerate().filter(|(at, _)| pending(*at)).map(|(_, path)| *path).collect();
    let is_shown = |row: &Row| match (&row.what, only) {
        (What::File(at), Only::Problems) => files.get(*at).is_some_and(|path| faulty.contains(*path)),
        (What::File(at), Only::Pending) => pending(*at),
        (What::Problem(_, problem), Only::Pending) => problem.paths.iter().any(|path| waiting.contains(path.as_str())),
        (What::Gone(_), Only::Pending) => false,
        (What::Silent(..), _) | (_, Only::Problems) => true,
    };
    rows.iter().map(is_shown).collect()
}

/// Calls `read` with the rows as a table reads them.
pub fn with(rows: &[Row], read: &mut dyn FnMut(&Rows<'_>)) {
    read(&Rows {
        count: rows.len(),
        cell: &|_, _| Cell::default(),
        key: &|row, _| SortKey::Number(row as f64),
        text: &|row| rows[row].text.clone(),
    });
}
