//! The catalogue: what a database says about its tables. One model for every feature.
//!
//! Filled by `pg::catalog` from `pg_catalog` (PostgreSQL manual, chapter 53 "System Catalogs").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    name::QName,
    trigger::{Trigger, TriggerEvent},
};

/// All tables, views and foreign tables that the connected role can name.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// By qualified name.
    pub tables: BTreeMap<QName, Table>,
}

impl Catalog {
    /// The table `name`.
    pub fn table(&self, name: &QName) -> Option<&Table> {
        self.tables.get(name)
    }

    /// Every foreign key that points to `name`, with the table it belongs to.
    pub fn references_to<'a>(&'a self, name: &'a QName) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> {
        self.pointing().filter(move |(_, key)| key.references == *name)
    }

    /// Every foreign key with the table it belongs to; those that stand on partitions once, as their root's.
    pub fn pointing(&self) -> impl Iterator<Item = (&Table, &ForeignKey)> {
        let roots = self.tables.values().filter(|table| !table.partition);
        roots.flat_map(|table| {
            let partial = table.partial_keys.iter().map(|partial| &partial.key);
            table.foreign_keys.iter().chain(partial).map(move |key| (table, key))
        })
    }

    /// The partitioned table that `name` is a part of, at any depth; `name` itself where it is no partition.
    pub fn root<'a>(&'a self, name: &'a QName) -> &'a QName {
        let mut at = name;
        // A partition has one parent, and no table is its own ancestor.
        while let Some(parent) = self.tables.get(at).filter(|table| table.partition).and_then(|t| t.parents.first()) {
            at = parent;
        }
        at
    }

    /// Each table above `name`, that it is a partition of or inherits from, after the one through which it is reached.
    pub fn ancestors(&self, name: &QName) -> Vec<(&Table, &Table)> {
        let mut out: Vec<(&Table, &Table)> = Vec::new();
        let mut open: Vec<&Table> = self.table(name).into_iter().collect();
        while let Some(child) = open.pop() {
            for parent in child.parents.iter().filter_map(|parent| self.table(parent)) {
                if !out.iter().any(|(_, known)| known.name == parent.name) {
                    out.push((child, parent));
                    open.push(parent);
                }
            }
        }
        out
    }

    /// The tables that inherit from `name` by INHERITS, at any depth, by name.
    pub fn heirs(&self, name: &QName) -> Vec<&Table> {
        let mut found: BTreeMap<&QName, &Table> = BTreeMap::new();
        let mut open = vec![name];
        while let Some(parent) = open.pop() {
            for table in self.tables.values().filter(|t| !t.partition && t.parents.contains(parent)) {
                if found.insert(&table.name, table).is_none() {
                    open.push(&table.name);
                }
            }
        }
        found.into_values().collect()
    }
}

/// What kind of relation a table is (`pg_class.relkind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// An ordinary table.
    Table,
    /// A partitioned parent.
    Partitioned,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A foreign table.
    ForeignTable,
}

/// One relation.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: QName,
    /// What it is.
    pub relation: Relation,
    /// Whether it is a partition of another table, and so counted with its parent.
    pub partition: bool,
    /// The planner's row estimate; `None` when the server has none yet.
    pub estimate: Option<u64>,
    /// Whether the connected role may select from it.
    pub readable: bool,
    /// An index that calls the code of somebody else, with the function and its owner: to read the table may run it.
    pub foreign_code: Option<String>,
    /// Whether row level security hides rows from the connected role.
    pub rls_hides: bool,
    /// Whether row level security is enabled.
    pub rls_enabled: bool,
    /// Number of policies.
    pub policies: u32,
    /// `COMMENT ON TABLE`.
    pub comment: Option<String>,
    /// In the order of `attnum`.
    pub columns: Vec<Column>,
    /// By name.
    pub foreign_keys: Vec<ForeignKey>,
    /// Foreign keys with a `PERIOD` (PostgreSQL 18): they point to all rows that cover the period together, and to no
    /// single one.
    pub period_keys: Vec<ForeignKey>,
    /// Primary key and unique indexes.
    pub uniques: Vec<Unique>,
    /// The triggers and rules that run when it is written, by name.
    pub triggers: Vec<Trigger>,
    /// What it inherits from: the table that it is a partition of, or its parents by INHERITS.
    pub parents: Vec<QName>,
    /// Of a partitioned table: foreign keys that only some of its partitions have.
    pub partial_keys: Vec<PartialKey>,
    /// Of a partitioned table: partitions, at any depth, that are foreign tables.
    pub foreign_partitions: Vec<QName>,
}

impl Table {
    /// The column `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns of the primary key, empty where there is none.
    pub fn primary_key(&self) -> &[String] {
        self.uniques.iter().find(|unique| unique.primary).map_or(&[], |unique| &unique.columns)
    }
}

/// How a column's value comes about (`pg_attribute.attidentity`, `attgenerated`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Written like any other.
    #[default]
    Plain,
    /// `GENERATED ALWAYS AS IDENTITY`.
    IdentityAlways,
    /// `GENERATED BY DEFAULT AS IDENTITY`.
    IdentityByDefault,
    /// `GENERATED ALWAYS AS (…)`, never written.
    Generated,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// `format_type(atttypid, -1)`: the type without its length, so that a cast never cuts a value.
    pub cast: String,
    /// `format_type(atttypid, atttypmod)`: the type as it was declared.
    pub declared: String,
    /// `NOT NULL`.
    pub not_null: bool,
    /// The default expression.
    pub default: Option<String>,
    /// How its value comes about.
    pub origin: Origin,
    /// Whether its collation calls only identical texts equal (`pg_collation.collisdeterministic`).
    pub deterministic: bool,
    /// The sequences that number it.
    pub counters: Vec<Counter>,
    /// What else is declared of it.
    pub definition: Definition,
    /// What its type is made of, where it has parts.
    pub parts: Option<Parts>,
}

/// A sequence that numbers a column: the column's default takes the next number of it, or it belongs to the column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counter {
    /// Its name.
    pub sequence: QName,
    /// Whether the column's values are its numbers, with nothing around them: not `'INV-' || nextval('s')`.
    pub whole: bool,
    /// Whether the connected role may read and set it: `UPDATE`, and one of `SELECT` and `USAGE`.
    pub settable: bool,
}

/// Whether `default` is the next number of a sequence and nothing else, a cast apart.
pub fn is_next_number(default: &str) -> bool {
    let Some((_, rest)) =
        default.trim_start_matches('(').strip_prefix("nextval(").and_then(|rest| rest.split_once("::regclass)"))
    else {
        return false;
    };
    rest.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '(' | ')' | ' ' | '_' | '"' | '.'))
}

/// What a type with parts (an array, a range, a row type) is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The types without parts that are in it, domains as their base types.
    pub types: Vec<String>,
    /// Whether a row type is among them.
    pub row_type: bool,
}

/// How a column is declared: what may differ between two databases although its name is the same.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Definition {
    /// `format_type(atttypid, atttypmod)`; empty where it is not known.
    #[serde(default)]
    pub declared: String,
    /// Its collation where it is not that of its type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// The default expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// What a generated column is computed by, and whether it is stored; `None` where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// A type in its type whose values mean something in one database alone: `oid`, `regclass`, `xid` …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tied: Option<String>,
    /// The function that writes a value, where `::text` gives another text than it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
}

/// What happens to a child when its parent goes, or changes (`pg_constraint.confdeltype`, `confupdtype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnDelete {
    /// Refused at the end of the statement or transaction.
    #[default]
    NoAction,
    /// Refused at once.
    Restrict,
    /// The child goes too.
    Cascade,
    /// The child's columns become NULL.
    SetNull,
    /// The child's columns take their default.
    SetDefault,
    /// Nothing: the reference was declared in `pgdeck.toml`, and the server does not know of it.
    Declared,
}

impl OnDelete {
    /// Whether the server does nothing of itself but refuse.
    pub fn is_no_action(&self) -> bool {
        *self == OnDelete::NoAction
    }

    /// What the statement that the server runs on the child is: `deletes` says whether its parent goes.
    pub fn event(self, deletes: bool) -> Option<TriggerEvent> {
        match self {
            OnDelete::Cascade if deletes => Some(TriggerEvent::Delete),
            OnDelete::Cascade | OnDelete::SetNull | OnDelete::SetDefault => Some(TriggerEvent::Update),
            OnDelete::NoAction | OnDelete::Restrict | OnDelete::Declared => None,
        }
    }

    /// As it is written in DDL.
    pub fn word(self) -> &'static str {
        match self {
            OnDelete::NoAction => "NO ACTION",
            OnDelete::Restrict => "RESTRICT",
            OnDelete::Cascade => "CASCADE",
            OnDelete::SetNull => "SET NULL",
            OnDelete::SetDefault => "SET DEFAULT",
            OnDelete::Declared => "declared in pgdeck.toml",
        }
    }
}

/// One foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: String,
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The referenced table.
    pub references: QName,
    /// The referenced columns, in the order of `columns`.
    pub referenced: Vec<String>,
    /// What a delete of the parent does.
    pub on_delete: OnDelete,
    /// What another value of what it points to does.
    pub on_update: OnDelete,
    /// `MATCH FULL`: its columns are NULL together or not at all.
    pub match_full: bool,
    /// Whether the server checks what is written.
    pub enforced: bool,
    /// The partition that it points to, where the referenced columns tell rows apart in this partition only.
    pub partition: Option<QName>,
}

/// A foreign key of a partitioned table that does not hold for all of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialKey {
    /// The key, as if the partitioned table had it.
    pub key: ForeignKey,
    /// The partitions that have it, of those that hold rows.
    pub on: Vec<QName>,
    /// How many partitions hold rows.
    pub of: usize,
}

/// One unique index, or the index of an exclusion constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "these are the catalogue's own")]
pub struct Unique {
    /// The index's name.
    pub name: String,
    /// Its columns; empty where it is over expressions.
    pub columns: Vec<String>,
    /// Whether it is the primary key.
    pub primary: bool,
    /// Whether it covers every row (no `WHERE`).
    pub total: bool,
    /// `NULLS NOT DISTINCT` (PostgreSQL 15).
    pub nulls_equal: bool,
    /// Whether two rows meet if and only if its columns are equal and not NULL (with `nulls_equal`: or both NULL).
    pub exact: bool,
    /// Every column that decides, those of its expressions and of its `WHERE` too.
    pub involved: Vec<String>,
    /// The types of `involved`, in the same order.
    pub types: Vec<BaseType>,
    /// Whether two rows that it covers meet if and only if its columns are equal: no expression decides, and no
    /// collation that calls different texts equal.
    pub plain: bool,
    /// Whether it belongs to an exclusion constraint.
    pub exclusion: bool,
    /// Whether `SET CONSTRAINTS` can defer it by its name.
    pub deferrable: bool,
}

/// The type that stands behind a column's domains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseType {
    /// `format_type(oid, -1)`.
    pub name: String,
    /// `pg_type.typtype`: `b`ase, `e`num, `r`ange, `m`ultirange, `c`omposite.
    pub kind: char,
    /// Whether it is an array.
    pub array: bool,
}
