//! What a team declared about sync: sets, keys, what is never synced.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::core::{
    error::{Error, Result, did_you_mean},
    glob,
    migrations::history::PATTERNS,
    name::QName,
};

/// A named group of tables that move together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// The name that people type.
    pub name: String,
    /// Its tables, roots first as declared.
    pub tables: Vec<SetTable>,
}

impl Set {
    /// What it says of `table`.
    pub fn table(&self, table: &QName) -> Option<&SetTable> {
        self.tables.iter().find(|spec| spec.qname().is_ok_and(|name| name == *table))
    }
}

/// One table of a set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SetTable {
    /// The table as it was written: `table` or `schema.table`.
    pub table: String,
    /// The columns, or expressions as in an index (`lower(email)`), that identify a row in every environment; empty
    /// means the primary key.
    pub key: Vec<String>,
    /// A condition over the table's own columns; rows outside are left alone.
    pub filter: Option<String>,
    /// Only these columns travel; empty means all.
    pub columns: Vec<String>,
    /// These columns do not travel.
    pub exclude: Vec<String>,
    /// These travel with a new row but do not make a difference.
    pub ignore: Vec<String>,
    /// What becomes of a surrogate id when a row is new.
    pub ids: Option<Ids>,
    /// Whether rows that the source does not have may be deleted.
    pub deletes: bool,
    /// What becomes of a row whose parent the target does not have.
    pub on_missing_parent: MissingParent,
    /// What becomes of foreign keys into tables that are never synced, and which tables columns without a foreign key
    /// point to, by column.
    pub references: BTreeMap<String, Across>,
    /// Columns that look like ids and mean the same in every environment.
    pub plain: Vec<String>,
    /// Where it is declared, as `file:line`.
    pub place: Option<String>,
}

/// What becomes of a row whose parent is in another set, or outside of the `where`, and not in the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MissingParent {
    /// It is blocked, and says so.
    #[default]
    Stop,
    /// Its parent comes along, and the parent's parents.
    Include,
    /// It points to nothing instead.
    Null,
    /// It stays behind.
    Skip,
}

/// What becomes of a foreign key into a table that is never synced. Its id never travels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Across {
    /// The target keeps what it has; a new row gets NULL or the column's default.
    Keep,
    /// NULL, also where the target has a value.
    Null,
    /// Rows that have a value stay behind.
    Exclude,
    /// The target's row with the same values in these columns; it must be there.
    Key(Vec<String>),
    /// The column points to this table, though no foreign key says so.
    Table(String),
}

impl SetTable {
    /// The table's qualified name.
    pub fn qname(&self) -> Result<QName> {
        QName::parse(&self.table).ok_or_else(|| Error::usage("not a table name").object(&self.table))
    }

    /// The columns that point to a table by declaration, with the table's name as it was written.
    pub fn declared(&self) -> impl Iterator<Item = (&str, &str)> {
        self.references.iter().filter_map(|(column, across)| match across {
            Across::Table(table) => Some((column.as_str(), table.as_str())),
            _ => None,
        })
    }

    /// `error` with the place of this declaration, unless it has one.
    pub fn placed(&self, error: Error) -> Error {
        Error { place: error.place.clone().or_else(|| self.place.clone()), ..error }
    }
}

/// What becomes of a surrogate id when a row is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// The source's id is kept where it is free.
    Keep,
    /// The target's default makes one.
    Target,
}

/// All sets of a project, and what is never synced.
#[derive(Debug, Clone, Default)]
pub struct Sets {
    all: Vec<Set>,
    never: Vec<String>,
    triggers_may_write: Vec<String>,
    keys: BTreeMap<QName, Vec<String>>,
    declared: BTreeMap<QName, BTreeMap<String, String>>,
}

/// Never synced in any project: schemas that a platform manages. So are the tables that migration tools keep.
const ALWAYS_NEVER: &[&str] = &[
    "auth.*",
    "storage.*",
    "realtime.*",
    "_realtime.*",
    "vault.*",
    "pgsodium.*",
    "net.*",
    "cron.*",
    "supabase_functions.*",
];

impl Sets {
    /// Checks the declarations against each other: names once, one key per table, nothing that is
    /// never synced.
    pub fn new(sets: Vec<Set>, never: Vec<String>) -> Result<Self> {
        let mut this = Sets { never, ..Sets::default() };
        for set in sets {
            if this.all.iter().any(|known| known.name == set.name) {
                return Err(Error::usage("there are two sync sets of this name").object(&set.name));
            }
            if set.tables.is_empty() {
                return Err(Error::usage("this sync set has no tables").object(&set.name));
            }
            let mut names: Vec<QName> = Vec::new();
            for table in &set.tables {
                this.declare(&set.name, table).map_err(|error| table.placed(error))?;
                let name = table.qname()?;
                if names.contains(&name) {
                    let twice = Error::usage(format!("sync set `{}` names the table twice", set.name));
                    return Err(table.placed(twice.object(name).hint("take one of the two out")));
                }
                names.push(name);
            }
            this.all.push(set);
        }
        Ok(this)
    }

    /// The same, where triggers of the target may write the tables of these patterns although they are never synced.
    #[must_use]
    pub fn letting_triggers_write(mut self, patterns: Vec<String>) -> Self {
        self.triggers_may_write = patterns;
        self
    }

    /// Whether triggers and rules of the target may write `table`, which is never synced.
    pub fn lets_triggers_write(&self, table: &QName) -> bool {
        self.triggers_may_write.iter().any(|pattern| glob::matches(pattern, table))
    }

    fn declare(&mut self, set: &str, table: &SetTable) -> Result<()> {
        let name = table.qname()?;
        if let Some(pattern) = self.never_pattern(&name) {
            return Err(Error::usage(format!("sync set `{set}` names a table that is never synced (`{pattern}`)"))
                .object(name)
                .hint("take it out of the set or out of `never`"));
        }
        let declared = table.declared().map(|(column, table)| (column.to_owned(), table.to_owned())).collect();
        match self.declared.get(&name) {
            Some(known) if *known != declared => {
                return Err(Error::usage(format!("sync set `{set}` declares other references of it than another set"))
                    .object(name)
                    .hint("declare the same `references` to tables in all sets: they are part of what a row means"));
            }
            _ => _ = self.declared.insert(name.clone(), declared),
        }
        match self.keys.get(&name) {
            Some(key) if *key != table.key => Err(Error::usage(format!(
                "sync set `{set}` gives it the key {:?}, another set gives it {key:?}",
                table.key
            ))
            .object(name)
            .hint("a table has one key in all sets")),
            _ => {
                self.keys.insert(name, table.key.clone());
                Ok(())
            }
        }
    }

    /// All sets, as declared.
    pub fn all(&self) -> &[Set] {
        &self.all
    }

    /// The sets of these names, in declared order; all of them when `names` is empty.
    pub fn pick(&self, names: &[String]) -> Result<Vec<&Set>> {
        if self.all.is_empty() {
            return Err(Error::usage("pgdeck.toml declares no sync set").hint("add a [[sync.set]]"));
        }
        for name in names {
            if !self.all.iter().any(|set| set.name == *name) {
                return Err(Error::usage("there is no such sync set")
                    .object(name)
                    .hint(did_you_mean(name, self.all.iter().map(|set| set.name.as_str()))));
            }
        }
        Ok(self.all.iter().filter(|set| names.is_empty() || names.contains(&set.name)).collect())
    }

    /// Every table that some set declares.
    pub fn tables(&self) -> Vec<QName> {
        self.keys.keys().cloned().collect()
    }

    /// The declared key of `table`: `None` where no set names it, empty where a set leaves it to the primary key.
    pub fn key(&self, table: &QName) -> Option<&[String]> {
        self.keys.get(table).map(Vec::as_slice)
    }

    /// The references that sets declare, of all tables: table, column, and the name of the table it points to.
    pub fn declared(&self) -> impl Iterator<Item = (&QName, &str, &str)> {
        self.declared
            .iter()
            .flat_map(|(table, columns)| columns.iter().map(move |(c, to)| (table, c.as_str(), to.as_str())))
    }

    /// What the set `set` says of `table`.
    pub fn declaration(&self, set: &str, table: &QName) -> Option<&SetTable> {
        self.all.iter().find(|known| known.name == set)?.table(table)
    }

    /// The set that declares `table`.
    pub fn set_of(&self, table: &QName) -> Option<&Set> {
        self.all.iter().find(|set| set.table(table).is_some())
    }

    /// The pattern by which `table` is never synced. Upper and lower case are one here: a table that is protected by
    /// mistake is reported, one that is forgotten by mistake is written.
    pub fn never_pattern(&self, table: &QName) -> Option<&str> {
        let table = QName::new(table.schema.to_lowercase(), table.name.to_lowercase());
        let patterns = self.never.iter().map(String::as_str).chain(ALWAYS_NEVER.iter().copied()).chain(PATTERNS);
        patterns.into_iter().find(|pattern| glob::matches(&pattern.to_lowercase(), &table))
    }

    /// The team's own never-sync patterns.
    pub fn never(&self) -> &[String] {
        &self.never
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str, table: &str, key: &[&str]) -> Set {
        let key = key.iter().map(ToString::to_string).collect();
        Set { name: name.into(), tables: vec![SetTable { table: table.into(), key, ..SetTable::default() }] }
    }

    #[test]
    fn a_set_cannot_name_what_is_never_synced() {
        let error = Sets::new(vec![set("roles", "user_roles", &[])], vec!["user_*".into()]).expect_err("refused");
        assert!(error.to_string().contains("user_roles") && error.to_string().contains("never synced"), "{error}");
        let error = Sets::new(vec![set("users", "auth.users", &[])], vec![]).expect_err("refused");
        assert!(error.to_string().contains("auth.*"), "{error}");
    }

    #[test]
    fn no_set_names_what_a_migration_tool_keeps() {
        for table in ["alembic_version", "goose_db_version", "\"DATABASECHANGELOG\"", "other.databasechangeloglock"] {
            let error = Sets::new(vec![set("history", table, &[])], vec![]).expect_err(table);
            assert!(error.to_string().contains("never synced"), "{error}");
        }
    }

    #[test]
    fn a_table_has_one_key_in_all_sets() {
        let twice = vec![set("a", "plans", &["key"]), set("b", "public.plans", &["name"])];
        assert!(Sets::new(twice, vec![]).expect_err("two keys").to_string().contains("one key"));
    }

    #[test]
    fn an_unknown_set_names_the_nearest() {
        let sets = Sets::new(vec![set("plans", "plans", &["key"])], vec![]).expect("sets");
        let error = sets.pick(&["plan".into()]).expect_err("unknown");
        assert!(error.to_string().contains("did you mean `plans`"), "{error}");
    }
}
