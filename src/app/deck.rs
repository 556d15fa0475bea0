//! A project at work: its environments with their connections, and where its state lives.

use std::{
    collections::{BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard},
};

use super::trust;
use crate::{
    config::{
        place::{self, Vars},
        project::Project,
    },
    core::{
        audit::Rules,
        env::{Environment, SUPERUSER},
        error::{Error, Result},
    },
    pg::connect::{Connection, Conninfo, Pool, pool::DEFAULT_SIZE},
};

/// Reading connections to one server, however many environments it has. Each environment has two at least, so that one
/// that waits does not hold up the other.
const PER_SERVER: usize = 16;

fn pool_size(sharing: usize) -> usize {
    (PER_SERVER / sharing.max(1)).clamp(2, DEFAULT_SIZE)
}

type OwnedVars = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// Everything that a use-case works with.
pub struct Deck {
    /// What the team declared.
    pub project: Project,
    /// The folder for journal, before-images and snapshots.
    pub state: PathBuf,
    vars: OwnedVars,
    targets: Mutex<HashMap<String, (Conninfo, Pool)>>,
    superusers: Mutex<BTreeSet<String>>,
    declared: Mutex<Arc<Declared>>,
}

/// What the audit measures by, as the project's file said when it was read last: a team writes on while the console is
/// open.
#[derive(Debug)]
pub struct Declared {
    /// The whole file.
    pub text: String,
    /// What it says.
    pub rules: Rules,
}

impl Deck {
    /// A deck for `project`, with environment variables looked up by `vars`.
    pub fn new(project: Project, vars: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Result<Self> {
        let state = place::state_dir(&project.name, &vars as Vars)?;
        let declared = Declared { text: project.source().text.clone(), rules: project.audit.clone() };
        let declared = Mutex::new(Arc::new(declared));
        Ok(Deck {
            project,
            state,
            vars: Arc::new(vars),
            targets: Mutex::default(),
            superusers: Mutex::default(),
            declared,
        })
    }

    /// The environment `name`.
    pub fn environment(&self, name: &str) -> Result<Environment> {
        self.project.environment(name, &*self.vars)
    }

    /// The environments named, or all of them.
    pub fn names(&self, given: &[String]) -> Result<Vec<String>> {
        for name in given {
            self.known(name)?;
        }
        let all = self.project.environment_names().map(str::to_owned);
        Ok(if given.is_empty() { all.collect() } else { given.to_vec() })
    }

    /// Refuses a name that is not an environment's.
    pub fn known(&self, name: &str) -> Result<()> {
        if self.project.environment_names().any(|known| known == name) {
            return Ok(());
        }
        Err(Error::usage("there is no such environment")
            .object(name)
            .hint(crate::core::error::did_you_mean(name, self.project.environment_names())))
    }

    /// A reading connection to the environment `name`.
    pub async fn reader(&self, name: &str) -> Result<Connection> {
        let reader = self.target(name)?.1.get().await.map_err(|error| error.env(name))?;
        if reader.server().superuser {
            self.superusers().insert(name.to_owned());
        }
        Ok(reader)
    }

    /// What is to be said once of each of the environments `names` that was read as a superuser.
    pub fn superuser_notes<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
        let superusers = self.superusers();
        let mut said = BTreeSet::new();
        let names = names.into_iter().filter(|name| superusers.contains(*name) && said.insert(*name));
        names.map(|name| format!("{name}: {SUPERUSER}")).collect()
    }

    fn superusers(&self) -> MutexGuard<'_, BTreeSet<String>> {
        // A poisoned set is still a set.
        self.superusers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// How to reach the environment `name`.
    pub fn conninfo(&self, name: &str) -> Result<Conninfo> {
        Ok(self.target(name)?.0)
    }

    /// Where relative paths of the project begin: the folder of its file; the state's for one that comes with pgdeck.
    pub fn folder(&self) -> &Path {
        // A file in the working directory has an empty parent, which paths can be joined to.
        self.project.path().and_then(Path::parent).unwrap_or(&self.state)
    }

    /// A lookup of an environment variable.
    pub fn var(&self, name: &str) -> Option<String> {
        (self.vars)(name)
    }

    /// What the audit measures by.
    pub fn declared(&self) -> Arc<Declared> {
        Arc::clone(&self.declared.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    /// From now on the audit measures by this.
    pub fn declare(&self, declared: Declared) {
        *self.declared.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(declared);
    }

    /// How many environments are on the server of `conninfo`, as far as they are described.
    fn sharing(&self, conninfo: &Conninfo) -> usize {
        let others = self.project.environment_names().filter_map(|name| self.environment(name).ok());
        let others = others.filter_map(|other| Conninfo::resolve(&other, &*self.vars).ok());
        others.filter(|other| (other.host(), other.port()) == (conninfo.host(), conninfo.port())).count()
    }

    fn target(&self, name: &str) -> Result<(Conninfo, Pool)> {
        // Held for a look-up only; a poisoned map is still a map.
        let mut targets = self.targets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(target) = targets.get(name) {
            return Ok(target.clone());
        }
        // Nobody has another way to a connection, and only a connection runs the command.
        trust::allow_command(self, name)?;
        let conninfo = Conninfo::resolve(&self.environment(name)?, &*self.vars)?;
        let size = pool_size(self.sharing(&conninfo));
        let target = (conninfo.clone(), Pool::new(conninfo, size)?);
        targets.insert(name.to_owned(), target.clone());
        Ok(target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environments_of_one_server_share_its_connections() {
        assert_eq!([0, 1, 4, 5, 8, 100].map(pool_size), [4, 4, 4, 3, 2, 2]);
    }
}
