//! A table as a sync set sees it: its key, its references, and what each column is for.

use serde::{Deserialize, Serialize};

use super::{
    row::Key,
    set::{Across, Ids, MissingParent, SetTable, Sets},
};
use crate::core::{
    error::{Error, Result, did_you_mean},
    name::{QName, ident, literal},
    schema::{Catalog, Column, ForeignKey, OnDelete, Origin, Relation, Table},
};

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Travels and is compared.
    Value,
    /// A surrogate id: part of the primary key, not of the key. Never compared.
    Id,
    /// Travels with a new row, makes no difference.
    Ignored,
    /// Part of a foreign key: its value belongs to this environment alone, the parent's key travels instead.
    Foreign,
    /// Stays as it is: excluded, or points into a table that is never synced.
    Local,
    /// NULL in the target, whatever the source holds: it points into a table that is never synced.
    Cleared,
    /// Made by the server.
    Generated,
}

impl Role {
    /// Whether the source's value leaves the source.
    pub fn travels(self) -> bool {
        matches!(self, Role::Value | Role::Id | Role::Ignored | Role::Cleared)
    }
}

/// A column with its role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapeColumn {
    /// Its name.
    pub name: String,
    /// The type to cast a text value to.
    pub cast: String,
    /// What it is for.
    pub role: Role,
    /// `NOT NULL`.
    pub not_null: bool,
    /// The SQL by which the server fills it in when nothing is given.
    pub fill: Option<String>,
    /// How its value comes about.
    pub origin: Origin,
}

/// A part of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// A column of the table itself.
    Column {
        /// Its name.
        name: String,
        /// The type to cast a text value to.
        cast: String,
    },
    /// What an expression over the table's columns gives, as text.
    Expression {
        /// As the team wrote it.
        sql: String,
    },
    /// The key of the row that a foreign key points to.
    Reference(Reference),
}

/// A foreign key that travels as its parent's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The parent.
    pub table: QName,
    /// The referenced columns, in the order of `columns`.
    pub referenced: Vec<String>,
    /// The types of the columns.
    #[serde(default)]
    pub casts: Vec<String>,
    /// The parent's key.
    pub key: Vec<Part>,
    /// Whether the parent is partitioned; what inherits from an ordinary parent is no parent.
    pub partitioned: bool,
    /// Travels with a new row, makes no difference.
    pub ignored: bool,
}

impl Reference {
    /// Whether both mean the same: the same columns point to the same table, which has the same key.
    pub fn same(&self, other: &Reference) -> bool {
        self.columns == other.columns && self.table == other.table && labels(&self.key) == labels(&other.key)
    }

    /// How many flat values the parent's key has.
    pub fn leaves(&self) -> usize {
        leaves(&self.key)
    }

    /// The name under which it travels and is shown.
    pub fn label(&self) -> String {
        self.columns.join(",")
    }
}

/// How many flat values a key has.
pub fn leaves(key: &[Part]) -> usize {
    key.iter()
        .map(|part| match part {
            Part::Column { .. } | Part::Expression { .. } => 1,
            Part::Reference(reference) => reference.leaves(),
        })
        .sum()
}

/// One name for each flat value of a key, such as `programs.slug`.
pub fn labels(key: &[Part]) -> Vec<String> {
    key.iter()
        .flat_map(|part| match part {
            Part::Column { name, .. } => vec![name.clone()],
            Part::Expression { sql } => vec![sql.clone()],
            Part::Reference(reference) => {
                labels(&reference.key).into_iter().map(|label| format!("{}.{label}", reference.table.name)).collect()
            }
        })
        .collect()
}

/// A table as a sync set sees it. Bundles and plans carry it, so that each can be read alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The set it was built for.
    pub set: String,
    /// The table.
    pub table: QName,
    /// Whether it is a partitioned parent, whose partitions are read with it.
    pub partitioned: bool,
    /// What identifies a row in every environment.
    pub key: Vec<Part>,
    /// The foreign keys that travel by their parent's key.
    pub references: Vec<Reference>,
    /// Every column, in the table's order.
    pub columns: Vec<ShapeColumn>,
    /// The columns that find one row in this environment: the primary key, else the key's columns.
    pub locator: Vec<String>,
    /// Unique indexes, by their columns.
    pub uniques: Vec<Vec<String>>,
    /// Unique indexes over expressions or a part of the rows, and exclusion constraints, by all columns that decide.
    #[serde(default)]
    pub loose_uniques: Vec<Vec<String>>,
    /// What becomes of a surrogate id when a row is new.
    pub keep_ids: bool,
    /// The condition that a row must satisfy.
    pub filter: Option<String>,
    /// Whether rows that the source does not have may be deleted.
    pub deletes: bool,
    /// What becomes of a row whose parent the target does not have.
    #[serde(default)]
    pub on_missing_parent: MissingParent,
    /// Triggers that fire when it is written.
    pub triggers: Vec<String>,
    /// The foreign keys that point to it: a row with children is never deleted.
    pub children: Vec<Child>,
}

/// A foreign key that points to a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// The table that it belongs to.
    pub table: QName,
    /// Its columns.
    pub columns: Vec<String>,
    /// The columns that they point to.
    pub referenced: Vec<String>,
    /// What a delete of the parent would do.
    pub on_delete: OnDelete,
    /// The columns that name one of its rows to people: its primary key.
    pub identity: Vec<String>,
}

impl Shape {
    /// The position of the column `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The column `name`.
    pub fn column(&self, name: &str) -> Option<&ShapeColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether the reference is part of the key.
    pub fn in_key(&self, reference: &Reference) -> bool {
        self.key.iter().any(|part| matches!(part, Part::Reference(r) if r.columns == reference.columns))
    }

    /// The columns that `reference` writes. Where foreign keys share a column, it belongs to the narrowest of them.
    pub fn owned<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = &'a String> {
        owned(&self.references, reference)
    }

    /// The parents that `key` names: each reference of the key, with the part of `key` that is the parent's.
    pub fn parents(&self, key: &Key) -> Vec<(&Reference, Key)> {
        let mut leaves = key.0.iter().cloned();
        let mut out = Vec::new();
        for part in &self.key {
            match part {
                Part::Column { .. } | Part::Expression { .. } => _ = leaves.next(),
                Part::Reference(reference) => {
                    out.push((reference, Key(leaves.by_ref().take(reference.leaves()).collect())));
                }
            }
        }
        out
    }

    /// The foreign keys that point to one of `columns`, each with its place among the children.
    pub fn children_by<'a>(&'a self, columns: &'a [&str]) -> impl Iterator<Item = (usize, &'a Child)> {
        let to = |child: &Child| child.referenced.iter().any(|name| columns.contains(&name.as_str()));
        self.children.iter().enumerate().filter(move |(_, child)| to(child))
    }

    /// The column names that make up the key, references by their columns.
    pub fn key_columns(&self) -> Vec<&str> {
        self.key
            .iter()
            .flat_map(|part| match part {
                Part::Column { name, .. } => vec![name.as_str()],
                Part::Expression { .. } => Vec::new(),
                Part::Reference(reference) => reference.columns.iter().map(String::as_str).collect(),
            })
            .collect()
    }

    /// Builds the shape of `spec` in the database that `catalog` describes.
    pub fn build(catalog: &Catalog, sets: &Sets, set: &str, spec: &SetTable) -> Result<Shape> {
        let name = spec.qname()?;
        let table = known_table(catalog, &name)?;
        if table.partition {
            return Err(Error::usage("this is a partition").object(name).hint("name the partitioned table instead"));
        }
        for named in [&spec.columns, &spec.exclude, &spec.ignore].into_iter().flatten() {
            known_column(table, named)?;
        }
        check_across(sets, table, spec)?;
        let key_names = key_names(table, &spec.key)?;
        let key = key_parts(catalog, sets, table, &key_names, &mut vec![name.clone()])?;
        let references = references(catalog, sets, table, spec)?;
        let columns: Vec<_> =
            table.columns.iter().map(|c| shape_column(table, sets, spec, &key_names, &references, c)).collect();
        check_key(table, &key, &columns)?;
        let locator = locator(table, &key_names);
        Ok(Shape {
            set: set.to_owned(),
            partitioned: table.relation == Relation::Partitioned,
            keep_ids: spec.ids.map_or_else(|| keeps_ids(&columns), |ids| ids == Ids::Keep),
            uniques: table.uniques.iter().filter(|u| u.exact).map(|u| u.columns.clone()).collect(),
            loose_uniques: table.uniques.iter().filter(|u| !u.exact).map(|u| u.involved.clone()).collect(),
            table: name,
            key,
            references,
            columns,
            locator,
            filter: filter(spec),
            deletes: spec.deletes,
            on_missing_parent: spec.on_missing_parent,
            triggers: table.triggers.clone(),
            children: children(catalog, &table.name),
        })
    }
}

/// The columns of `reference` that no narrower one (of those alike, no earlier one) has.
fn owned<'a>(all: &'a [Reference], reference: &'a Reference) -> impl Iterator<Item = &'a String> {
    let owner = |column: &String| {
        all.iter().filter(|other| other.columns.contains(column)).min_by_key(|other| other.columns.len())
    };
    reference.columns.iter().filter(move |column| owner(column).is_none_or(|owner| owner.columns == reference.columns))
}

/// The columns that find one row: the primary key; else the key's, or all of them where it has an expression.
fn locator(table: &Table, key: &[String]) -> Vec<String> {
    if !table.primary_key().is_empty() {
        return table.primary_key().to_vec();
    }
    if key.iter().all(|name| table.column(name).is_some()) {
        return key.to_vec();
    }
    let written = table.columns.iter().filter(|column| column.origin != Origin::Generated);
    written.map(|column| column.name.clone()).collect()
}

/// The `where`, and the rows that stay behind because they point to what is never synced.
fn filter(spec: &SetTable) -> Option<String> {
    let behind = spec.references.iter().filter(|(_, across)| **across == Across::Exclude);
    let mut conditions: Vec<_> = spec.filter.iter().map(|filter| format!("({filter}\n)")).collect();
    conditions.extend(behind.map(|(column, _)| format!("{} IS NULL", ident(column))));
    match (conditions.len(), &spec.filter) {
        (1, Some(filter)) => Some(filter.clone()),
        (0, _) => None,
        _ => Some(conditions.join(" AND ")),
    }
}

/// A rule for what is no foreign key into a table that is never synced would be read by nobody.
fn check_across(sets: &Sets, table: &Table, spec: &SetTable) -> Result<()> {
    for (column, across) in &spec.references {
        known_column(table, column)?;
        let key = foreign_key_of(table, column).filter(|key| sets.never_pattern(&key.references).is_some());
        let Some(key) = key else {
            return Err(Error::usage(format!(
                "`references` names `{column}`, which is no foreign key to a table that is never synced"
            ))
            .object(&table.name)
            .hint("take it out; other foreign keys travel by their parent's key"));
        };
        if *across == Across::Key(Vec::new()) {
            return Err(Error::usage(format!("`references` gives `{column}` no column of {}", key.references))
                .object(&table.name)
                .hint("name the columns that identify its rows in every environment"));
        }
    }
    Ok(())
}

/// A key that is not read on both sides would match the wrong rows.
fn check_key(table: &Table, key: &[Part], columns: &[ShapeColumn]) -> Result<()> {
    let role = |name: &str| columns.iter().find(|column| column.name == name).map(|column| column.role);
    for part in key {
        let (names, plain) = match part {
            Part::Column { name, .. } => (std::slice::from_ref(name), true),
            Part::Expression { .. } => continue,
            Part::Reference(reference) => (reference.columns.as_slice(), false),
        };
        for name in names {
            let why = match role(name) {
                Some(Role::Local | Role::Cleared) => {
                    "does not travel (excluded, or it points to a table that is never synced)"
                }
                Some(Role::Generated) => "is made by the server",
                Some(Role::Foreign) if plain => "is a part of a foreign key whose other columns are not in the key",
                _ => continue,
            };
            return Err(Error::usage(format!("its key column `{name}` {why}"))
                .object(&table.name)
                .hint("choose other key columns"));
        }
    }
    Ok(())
}

/// A source's id is worth keeping where it means the same everywhere: a uuid, not the next number of a sequence.
fn keeps_ids(columns: &[ShapeColumn]) -> bool {
    columns.iter().filter(|column| column.role == Role::Id).all(|column| column.cast == "uuid" || column.fill.is_none())
}

fn children(catalog: &Catalog, name: &QName) -> Vec<Child> {
    let child = |(table, key): (&Table, &ForeignKey)| Child {
        table: table.name.clone(),
        columns: key.columns.clone(),
        referenced: key.referenced.clone(),
        on_delete: key.on_delete,
        identity: table.primary_key().to_vec(),
    };
    catalog.references_to(name).map(child).collect()
}

fn known_table<'a>(catalog: &'a Catalog, name: &QName) -> Result<&'a Table> {
    let Some(table) = catalog.table(name) else {
        let known: Vec<_> = catalog.tables.keys().map(ToString::to_string).collect();
        let near = crate::core::error::nearest(&name.to_string(), known.iter().map(String::as_str))
            .map_or_else(|| "check the sync set in pgdeck.toml".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Error::usage("there is no such table").object(name).hint(near));
    };
    match table.relation {
        Relation::Table | Relation::Partitioned => Ok(table),
        _ => Err(Error::usage("only tables can be synced, and this is a view or a foreign table").object(name)),
    }
}

fn known_column<'a>(table: &'a Table, name: &str) -> Result<&'a Column> {
    table.column(name).ok_or_else(|| {
        Error::usage(format!("there is no column `{name}`"))
            .object(&table.name)
            .hint(did_you_mean(name, table.columns.iter().map(|column| column.name.as_str())))
    })
}

/// Whether a part of a key is an expression: written as in an index, as a call or in parentheses.
fn is_expression(table: &Table, text: &str) -> bool {
    text.contains('(') && table.column(text).is_none()
}

fn key_names(table: &Table, declared: &[String]) -> Result<Vec<String>> {
    let names = if declared.is_empty() { table.primary_key() } else { declared };
    if names.is_empty() {
        return Err(Error::usage("it has no primary key, so its rows cannot be told apart")
            .object(&table.name)
            .hint("give it a `key` in its sync set"));
    }
    Ok(names.to_vec())
}

/// The foreign key to use for `column`: the one with the fewest columns that holds it.
fn foreign_key_of<'a>(table: &'a Table, column: &str) -> Option<&'a ForeignKey> {
    table.foreign_keys.iter().filter(|key| key.columns.iter().any(|c| c == column)).min_by_key(|key| key.columns.len())
}

fn key_parts(
    catalog: &Catalog,
    sets: &Sets,
    table: &Table,
    names: &[String],
    path: &mut Vec<QName>,
) -> Result<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for name in names {
        if is_expression(table, name) {
            parts.push(Part::Expression { sql: name.clone() });
            continue;
        }
        let column = known_column(table, name)?;
        if !column.deterministic {
            return Err(Error::usage(format!(
                "its key column `{name}` has a nondeterministic collation: texts that differ can be equal there"
            ))
            .object(&table.name)
            .hint(format!("use an expression as key, such as lower({name})")));
        }
        let plain = || Part::Column { name: name.clone(), cast: column.cast.clone() };
        match foreign_key_of(table, name) {
            Some(key) if key.columns.iter().all(|c| names.contains(c)) => {
                let known = parts.iter().any(|part| matches!(part, Part::Reference(r) if r.columns == key.columns));
                if !known {
                    parts.push(reference(catalog, sets, table, key, path)?.map_or_else(plain, Part::Reference));
                }
            }
            _ => parts.push(plain()),
        }
    }
    Ok(parts)
}

fn references(catalog: &Catalog, sets: &Sets, table: &Table, spec: &SetTable) -> Result<Vec<Reference>> {
    let mut found: Vec<Reference> = Vec::new();
    for key in &table.foreign_keys {
        let local = key.columns.iter().any(|column| excluded(spec, column));
        let known = found.iter().any(|reference| reference.columns == key.columns);
        if local || known {
            continue;
        }
        if sets.never_pattern(&key.references).is_some() {
            found.extend(mapped(catalog, sets, table, spec, key)?);
            continue;
        }
        // The table itself is not on the path here: a plain self-reference is resolved one step deep.
        if let Some(reference) = reference(catalog, sets, table, key, &mut Vec::new())? {
            let ignored = key.columns.iter().all(|column| spec.ignore.contains(column));
            found.push(Reference { ignored, ..reference });
        }
    }
    // One whose columns all belong to narrower ones says nothing that they do not.
    let all = found.clone();
    found.retain(|reference| owned(&all, reference).next().is_some());
    Ok(found)
}

fn casts(table: &Table, key: &ForeignKey) -> Vec<String> {
    let cast = |name: &String| table.column(name).map_or_else(|| "text".to_owned(), |column| column.cast.clone());
    key.columns.iter().map(cast).collect()
}

/// The reference that a foreign key into a never-synced table makes where a rule names its parent's key.
fn mapped(
    catalog: &Catalog,
    sets: &Sets,
    table: &Table,
    spec: &SetTable,
    key: &ForeignKey,
) -> Result<Option<Reference>> {
    let rule = key.columns.iter().find_map(|column| spec.references.get(column));
    let Some(Across::Key(names)) = rule else { return Ok(None) };
    let parent = known_table(catalog, &key.references)?;
    let parts = key_parts(catalog, sets, parent, names, &mut vec![parent.name.clone()])?;
    Ok(Some(Reference {
        columns: key.columns.clone(),
        table: parent.name.clone(),
        referenced: key.referenced.clone(),
        casts: casts(table, key),
        key: parts,
        partitioned: parent.relation == Relation::Partitioned,
        ignored: key.columns.iter().all(|column| spec.ignore.contains(column)),
    }))
}

/// The reference that `key` makes, or `None` where its value means the same in every environment.
fn reference(
    catalog: &Catalog,
    sets: &Sets,
    table: &Table,
    key: &ForeignKey,
    path: &mut Vec<QName>,
) -> Result<Option<Reference>> {
    let parent = known_table(catalog, &key.references)?;
    let Some(declared) = sets.key(&parent.name) else {
        return undeclared_parent(table, key, parent).map(|()| None);
    };
    if path.contains(&parent.name) {
        let names: Vec<_> = path.iter().map(ToString::to_string).collect();
        return Err(Error::usage(format!("its key refers to itself through {}", names.join(" → ")))
            .object(&parent.name)
            .hint("choose key columns that do not lead back to the table"));
    }
    path.push(parent.name.clone());
    let names = key_names(parent, declared)?;
    let parts = key_parts(catalog, sets, parent, &names, path)?;
    path.pop();
    Ok(Some(Reference {
        columns: key.columns.clone(),
        table: parent.name.clone(),
        referenced: key.referenced.clone(),
        casts: casts(table, key),
        key: parts,
        partitioned: parent.relation == Relation::Partitioned,
        ignored: false,
    }))
}

/// A parent that no set knows: its value may travel only where it is no surrogate id.
fn undeclared_parent(table: &Table, key: &ForeignKey, parent: &Table) -> Result<()> {
    let surrogate = key.referenced.iter().filter_map(|name| parent.column(name)).any(|column| {
        column.cast == "uuid"
            || column.default.is_some()
            || matches!(column.origin, Origin::IdentityAlways | Origin::IdentityByDefault)
    });
    if surrogate {
        return Err(Error::usage(format!(
            "`{}` points to {}, whose rows no sync set can tell apart",
            key.columns.join(", "),
            parent.name
        ))
        .object(&table.name)
        .hint(format!(
            "add {} with a `key` to a sync set, or exclude the column, or list the table under `never`",
            parent.name
        )));
    }
    Ok(())
}

fn excluded(spec: &SetTable, column: &str) -> bool {
    spec.exclude.iter().any(|name| name == column)
        || !spec.columns.is_empty() && !spec.columns.iter().chain(&spec.key).any(|name| name == column)
}

/// What the server does when nothing is given for `column`.
fn fill(table: &QName, column: &Column) -> Option<String> {
    match column.origin {
        Origin::IdentityAlways | Origin::IdentityByDefault => {
            let (table, column) = (literal(&table.sql()), literal(&column.name));
            Some(format!("nextval(pg_get_serial_sequence({table}, {column}))"))
        }
        Origin::Plain => column.default.clone(),
        Origin::Generated => None,
    }
}

fn shape_column(
    table: &Table,
    sets: &Sets,
    spec: &SetTable,
    key: &[String],
    references: &[Reference],
    column: &Column,
) -> ShapeColumn {
    let in_key = key.contains(&column.name);
    let never = foreign_key_of(table, &column.name).is_some_and(|key| sets.never_pattern(&key.references).is_some());
    let role = if column.origin == Origin::Generated {
        Role::Generated
    } else if references.iter().any(|reference| reference.columns.contains(&column.name)) {
        Role::Foreign
    } else if never && spec.references.get(&column.name) == Some(&Across::Null) {
        Role::Cleared
    } else if never || excluded(spec, &column.name) {
        Role::Local
    } else if !in_key && table.primary_key().contains(&column.name) {
        Role::Id
    } else if spec.ignore.contains(&column.name) {
        Role::Ignored
    } else {
        Role::Value
    };
    ShapeColumn {
        name: column.name.clone(),
        cast: column.cast.clone(),
        role,
        not_null: column.not_null,
        fill: fill(&table.name, column),
        origin: column.origin,
    }
}
