//! What keeps a table's rows where they are, and what a person has to know of them: references that hold for a part of
//! the rows, rows of other tables that inherit from it, ids that nothing says the meaning of.

use super::{Child, Part, Reference, Role, ShapeColumn, children, reference::excluded};
use crate::core::{
    name::QName,
    schema::{Catalog, ForeignKey, PartialKey, Table},
    sync::{
        never::why_never,
        set::{SetTable, Sets},
    },
};

/// Names of partitions that are shown.
const SHOWN: usize = 5;

/// Why no row of `table` can move.
pub(super) fn blocked(
    catalog: &Catalog,
    sets: &Sets,
    table: &Table,
    spec: &SetTable,
    references: &[Reference],
) -> Option<String> {
    // The table itself was refused where it was declared.
    if let Some(why) = why_never(catalog, sets, &table.name) {
        return Some(why);
    }
    if let Some(why) = unreadable(catalog, table, references) {
        return Some(why);
    }
    if !table.foreign_partitions.is_empty() {
        let names = names(&table.name, &table.foreign_partitions);
        return Some(format!("partitions of it are foreign tables ({names}), and only tables can be synced"));
    }
    let travels = |key: &ForeignKey| !key.columns.iter().any(|column| excluded(spec, column));
    if let Some(partial) =
        table.partial_keys.iter().find(|partial| travels(&partial.key) && !is_covered(table, partial))
    {
        return Some(only_some(table, partial));
    }
    let by_period = |key: &&ForeignKey| travels(key) && !key.columns.iter().all(|name| spec.plain.contains(name));
    if let Some(key) = table.period_keys.iter().find(by_period) {
        return Some(period(key));
    }
    if let Some((parent, key)) =
        inherited(catalog, table).find(|(_, key)| !is_answered(table, spec, key) && travels(key))
    {
        return Some(not_inherited(parent, key));
    }
    let one =
        |key: &&ForeignKey| key.partition.is_some() && travels(key) && sets.never_pattern(&key.references).is_none();
    if let Some(key) = table.foreign_keys.iter().find(one) {
        return Some(one_partition(key));
    }
    references.iter().find_map(|reference| parent_in_doubt(catalog, reference))
}

/// What the connected role may not read.
fn unreadable(catalog: &Catalog, table: &Table, references: &[Reference]) -> Option<String> {
    let lacks =
        |name: &QName| format!("the connected role has no SELECT privilege on {name}, or no USAGE on its schema");
    if !table.readable {
        return Some(lacks(&table.name));
    }
    if let Some(index) = &table.foreign_code {
        return Some(foreign_code(index));
    }
    let child = |child: &Child| Some((child.table.clone(), catalog.table(&child.table)?.foreign_code.clone()?));
    if let Some((child, index)) = children(catalog, &table.name).iter().find_map(child) {
        return Some(format!("rows of {child} that point to it cannot be looked for: {}", foreign_code(&index)));
    }
    let parents = || references.iter().filter_map(|reference| catalog.table(&reference.table));
    let foreign = |parent: &Table| parent.foreign_code.as_ref().map(|index| (parent.name.clone(), index.clone()));
    if let Some((parent, index)) = parents().find_map(foreign) {
        return Some(format!("its parent {parent} cannot be read: {}", foreign_code(&index)));
    }
    parents()
        .filter(|parent| !parent.readable)
        .map(|parent| format!("its parent cannot be read: {}", lacks(&parent.name)))
        .next()
}

fn foreign_code(index: &str) -> String {
    format!(
        "{index}, and to read the table may run it with the rights of this connection: connect as a role without superuser \
         rights that belongs to its owner"
    )
}

/// Whether another key says for all rows what these columns point to.
fn is_covered(table: &Table, partial: &PartialKey) -> bool {
    let same = |key: &ForeignKey| key.columns == partial.key.columns;
    table.foreign_keys.iter().any(|key| same(key) && (key.enforced || key.references == partial.key.references))
}

/// Foreign keys of the tables that `table` inherits from: its rows have their columns, and the server does not check them.
fn inherited<'a>(catalog: &'a Catalog, table: &'a Table) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> {
    let above = catalog.ancestors(&table.name).into_iter().map(|(_, parent)| parent);
    above.flat_map(|parent| parent.foreign_keys.iter().map(move |key| (parent, key)))
}

/// Whether the table itself, or the team, says what the columns of `key` mean.
fn is_answered(table: &Table, spec: &SetTable, key: &ForeignKey) -> bool {
    let own = |own: &ForeignKey| key.columns.iter().all(|name| own.columns.contains(name));
    table.foreign_keys.iter().any(own) || key.columns.iter().all(|name| spec.plain.contains(name))
}

fn not_inherited(parent: &Table, key: &ForeignKey) -> String {
    let columns = key.columns.join(", ");
    let way = match key.columns.as_slice() {
        [column] => format!("declare it with references = {{ {column} = \"{}\" }}", key.references),
        _ => "leave its columns out with exclude".to_owned(),
    };
    let plain: Vec<_> = key.columns.iter().map(|name| format!("{name:?}")).collect();
    format!(
        "({columns}) → {} is a foreign key of {}, which it inherits from, and foreign keys are not inherited: {way}, or say \
         with plain = [{}] that it means the same everywhere",
        key.references,
        parent.name,
        plain.join(", ")
    )
}

fn period(key: &ForeignKey) -> String {
    let columns = key.columns.join(", ");
    let plain: Vec<_> = key.columns.iter().map(|name| format!("{name:?}")).collect();
    format!(
        "({columns}) → {} is a foreign key with a PERIOD, which points to several rows at once: leave its columns out with \
         exclude, or say with plain = [{}] that they mean the same everywhere",
        key.references,
        plain.join(", ")
    )
}

fn only_some(table: &Table, partial: &PartialKey) -> String {
    let PartialKey { key, on, of } = partial;
    let (columns, names) = (key.columns.join(", "), names(&table.name, on));
    let way = match key.columns.as_slice() {
        [column] => format!("declare it with references = {{ {column} = \"{}\" }}", key.references),
        _ => "leave its columns out with exclude".to_owned(),
    };
    format!(
        "({columns}) → {} is a foreign key of {} of {of} partitions only ({names}): add it to the others, or {way}",
        key.references,
        on.len()
    )
}

fn one_partition(key: &ForeignKey) -> String {
    let partition = key.partition.as_ref().map_or_else(String::new, ToString::to_string);
    format!(
        "({}) → {partition} points to a partition of {}, and ({}) tells rows apart in that partition only: \
         give {} a unique constraint on it, or leave the column out with exclude",
        key.columns.join(", "),
        key.references,
        key.referenced.join(", "),
        key.references
    )
}

/// A parent whose key holds values that are ids for a part of its rows cannot be found by it.
fn parent_in_doubt(catalog: &Catalog, reference: &Reference) -> Option<String> {
    let parent = catalog.table(&reference.table)?;
    reference.key.iter().find_map(|part| match part {
        Part::Column { name, .. } => {
            let partial = parent.partial_keys.iter().find(|partial| partial.key.columns.contains(name))?;
            (!is_covered(parent, partial))
                .then(|| format!("its parent {}: {}", parent.name, only_some(parent, partial)))
        }
        Part::Expression { .. } => None,
        Part::Reference(inner) => parent_in_doubt(catalog, inner),
    })
}

/// The names of `tables`, without the schema that they share with `with`.
fn names(with: &QName, tables: &[QName]) -> String {
    let short = |name: &QName| if name.schema == with.schema { name.name.clone() } else { name.to_string() };
    let mut shown: Vec<_> = tables.iter().take(SHOWN).map(short).collect();
    if tables.len() > SHOWN {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

/// What a person has to know of `table`.
pub(super) fn warnings(
    catalog: &Catalog,
    sets: &Sets,
    table: &Table,
    spec: &SetTable,
    columns: &[ShapeColumn],
    references: &[Reference],
) -> Vec<String> {
    let mut out: Vec<String> = heirs(catalog, sets, table).into_iter().collect();
    out.extend(columns.iter().filter_map(|column| never_synced(sets, table, column, references)));
    let travels = |column: &&ShapeColumn| matches!(column.role, Role::Value | Role::Ignored);
    let free = |column: &&ShapeColumn| !has_key(table, &column.name) && !spec.plain.contains(&column.name);
    let ids = columns.iter().filter(travels).filter(free).filter(|column| !is_natural(table, spec, &column.name));
    out.extend(ids.filter_map(|column| id(catalog, table, column)));
    out
}

/// Rows of tables that inherit from it belong to these.
fn heirs(catalog: &Catalog, sets: &Sets, table: &Table) -> Option<String> {
    let heirs: Vec<QName> = catalog.heirs(&table.name).into_iter().map(|heir| heir.name.clone()).collect();
    let alone: Vec<QName> = heirs.into_iter().filter(|heir| sets.key(heir).is_none()).collect();
    let names = names(&table.name, &alone);
    let (verb, them) = match alone.len() {
        0 => return None,
        1 => ("table inherits", "it"),
        _ => ("tables inherit", "each of them"),
    };
    Some(format!(
        "{} {verb} from it ({names}), and only rows of {} itself are compared: \
         to sync the others, add {them} to a sync set by name",
        alone.len(),
        table.name
    ))
}

/// A value that points into a never-synced table, and travels because a synced row is known by it.
fn never_synced(sets: &Sets, table: &Table, column: &ShapeColumn, references: &[Reference]) -> Option<String> {
    let wide = references.iter().find(|reference| reference.plain.contains(&column.name))?;
    let to = |key: &&ForeignKey| key.columns.contains(&column.name) && sets.never_pattern(&key.references).is_some();
    let never = table.foreign_keys.iter().find(to)?;
    Some(format!(
        "`{}` points to {}, which is never synced; its value travels all the same, \
         because the key of {} holds it as a plain value",
        column.name, never.references, wide.table
    ))
}

fn has_key(table: &Table, column: &str) -> bool {
    let partial = table.partial_keys.iter().map(|partial| &partial.key);
    table.foreign_keys.iter().chain(partial).any(|key| key.columns.iter().any(|name| name == column))
}

/// Whether `column` alone is the key: whoever declared it says that it identifies a row everywhere.
fn is_natural(table: &Table, spec: &SetTable, column: &str) -> bool {
    let key = if spec.key.is_empty() { table.primary_key() } else { &spec.key };
    key.len() == 1 && key[0] == column
}

/// What an id is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named<'a> {
    One(&'a str),
    Many(&'a str),
}

impl<'a> Named<'a> {
    /// The stem of a name that ends as ids do: `owner_id`, `ownerId`, `OWNER_ID`, `tag_ids`.
    fn of(name: &'a str) -> Option<Self> {
        let cut = |end: &str, apart: bool| {
            let at = name.len().checked_sub(end.len()).filter(|at| *at > 0 && name.is_char_boundary(*at))?;
            let (stem, rest) = name.split_at(at);
            // Where no underscore parts the words, a capital does.
            let parted = apart || stem.ends_with(|c: char| c.is_lowercase() || c.is_numeric());
            (parted && if apart { rest.eq_ignore_ascii_case(end) } else { rest == end }).then_some(stem)
        };
        let one = cut("_id", true).or_else(|| cut("Id", false)).or_else(|| cut("ID", false));
        let many = || cut("_ids", true).or_else(|| cut("Ids", false)).or_else(|| cut("IDs", false));
        one.map(Named::One).or_else(|| many().map(Named::Many))
    }
}

const IDS: &[&str] = &["smallint", "integer", "bigint", "numeric", "uuid"];

/// The warning for a column that looks like an id and has no foreign key.
fn id(catalog: &Catalog, table: &Table, column: &ShapeColumn) -> Option<String> {
    let name = &column.name;
    let (Named::One(stem) | Named::Many(stem)) = Named::of(name)?;
    let element = column.cast.strip_suffix("[]");
    if !IDS.contains(&element.unwrap_or(&column.cast)) {
        return None;
    }
    let plain = format!("plain = [\"{name}\"] if they mean the same in every environment");
    let unknown = "ids without a foreign key travel as they are, and may be other rows in the target";
    if element.is_some() {
        return Some(format!(
            "`{name}`: {unknown}; a list of ids cannot be declared as a reference: say exclude = [\"{name}\"], or {plain}"
        ));
    }
    if let Some(kind) = kind(table, name, stem) {
        return Some(format!(
            "`{name}`: {unknown}; with `{kind}` it may point to several tables, which cannot be declared as a \
             reference: say exclude = [\"{name}\"], or {plain}"
        ));
    }
    let parent = guess(catalog, table, stem).map_or_else(|| "TABLE".to_owned(), ToString::to_string);
    Some(format!("`{name}`: {unknown}; say references = {{ {name} = \"{parent}\" }}, or {plain}"))
}

/// The column that says which table an id is of: `subject_type` for `subject_id`.
fn kind<'a>(table: &'a Table, id: &str, stem: &str) -> Option<&'a str> {
    let same = |name: &str| {
        let stem_of = ["_type", "_kind", "_class", "_table", "Type", "Kind", "Class", "Table"];
        stem_of.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.eq_ignore_ascii_case(stem)))
    };
    table.columns.iter().map(|column| column.name.as_str()).find(|name| *name != id && same(name))
}

/// The one table that an id may be of by its name: `plans` for `plan_id`.
fn guess<'a>(catalog: &'a Catalog, table: &Table, stem: &str) -> Option<&'a QName> {
    let stem = stem.to_lowercase();
    let plural = stem.strip_suffix('y').map(|start| format!("{start}ies"));
    let names: Vec<String> = [Some(stem.clone()), Some(format!("{stem}s")), Some(format!("{stem}es")), plural]
        .into_iter()
        .flatten()
        .collect();
    let fits = |name: &&QName| name.schema == table.name.schema && names.contains(&name.name.to_lowercase());
    let mut found = catalog.tables.values().filter(|t| !t.partition && t.primary_key().len() == 1).map(|t| &t.name);
    let first = found.find(fits)?;
    found.find(fits).is_none().then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_known_by_the_end_of_their_names() {
        for (name, named) in [
            ("owner_id", Some(Named::One("owner"))),
            ("OWNER_ID", Some(Named::One("OWNER"))),
            ("ownerId", Some(Named::One("owner"))),
            ("ownerID", Some(Named::One("owner"))),
            ("tag_ids", Some(Named::Many("tag"))),
            ("tagIds", Some(Named::Many("tag"))),
            ("paid", None),
            ("PAID", None),
            ("id", None),
            ("_id", None),
            ("grids", None),
            ("é_id", Some(Named::One("é"))),
        ] {
            assert_eq!(Named::of(name), named, "{name}");
        }
    }
}
