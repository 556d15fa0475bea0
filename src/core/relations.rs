//! What stands around a table: the tables it points to, and those that point to it, at any depth.

use std::collections::{BTreeSet, HashMap};

use super::{
    name::QName,
    schema::{Catalog, ForeignKey, OnDelete},
};

/// One step along a foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// How many steps away from the table that was asked about; 1 for its neighbours.
    pub depth: usize,
    /// The table at the other end.
    pub table: QName,
    /// The columns of the child.
    pub columns: Vec<String>,
    /// What a delete of the parent does to the child.
    pub on_delete: OnDelete,
    /// Whether what stands around this table is told elsewhere: it is there already, or it is a circle.
    pub again: bool,
}

/// Everything that `table` points to, in the order in which a tree is read.
pub fn parents(catalog: &Catalog, table: &QName) -> Vec<Relation> {
    walk(table, &|name| {
        let Some(table) = catalog.table(name) else { return Vec::new() };
        let partial = table.partial_keys.iter().map(|partial| &partial.key);
        table.foreign_keys.iter().chain(partial).map(|key| (key.references.clone(), key)).collect()
    })
}

/// Everything that points to `table`, in the order in which a tree is read.
pub fn children(catalog: &Catalog, table: &QName) -> Vec<Relation> {
    let mut pointing: HashMap<&QName, Vec<(&QName, &ForeignKey)>> = HashMap::new();
    for (child, key) in catalog.pointing() {
        pointing.entry(&key.references).or_default().push((&child.name, key));
    }
    walk(table, &|name| {
        let found = pointing.get(name).map(Vec::as_slice).unwrap_or_default();
        found.iter().map(|(child, key)| ((*child).clone(), *key)).collect()
    })
}

type Steps<'a> = dyn Fn(&QName) -> Vec<(QName, &'a ForeignKey)> + 'a;

/// Each table is gone into once, so the walk is as long as there are foreign keys, whatever circles they make.
fn walk<'a>(from: &QName, steps: &Steps<'a>) -> Vec<Relation> {
    let mut out = Vec::new();
    let mut seen = BTreeSet::from([from.clone()]);
    let mut open: Vec<(usize, QName, &ForeignKey)> = Vec::new();
    let push = |open: &mut Vec<(usize, QName, &'a ForeignKey)>, depth, name: &QName| {
        open.extend(steps(name).into_iter().rev().map(|(table, key)| (depth, table, key)));
    };
    push(&mut open, 1, from);
    while let Some((depth, table, key)) = open.pop() {
        let again = !seen.insert(table.clone());
        if !again {
            push(&mut open, depth + 1, &table);
        }
        out.push(Relation { depth, table, columns: key.columns.clone(), on_delete: key.on_delete, again });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::schema::{Relation as Kind, Table};

    fn table(name: &str, parents: &[&str]) -> Table {
        let key = |parent: &&str| ForeignKey {
            name: format!("{name}_{parent}"),
            columns: vec![format!("{parent}_id")],
            references: QName::new("public", *parent),
            referenced: vec!["id".into()],
            on_delete: OnDelete::Cascade,
            on_update: OnDelete::NoAction,
            match_full: false,
            enforced: true,
            partition: None,
        };
        Table {
            name: QName::new("public", name),
            relation: Kind::Table,
            partition: false,
            estimate: None,
            readable: true,
            foreign_code: None,
            rls_hides: false,
            rls_enabled: false,
            policies: 0,
            comment: None,
            columns: Vec::new(),
            foreign_keys: parents.iter().map(key).collect(),
            uniques: Vec::new(),
            triggers: Vec::new(),
            parents: Vec::new(),
            period_keys: Vec::new(),
            partial_keys: Vec::new(),
            foreign_partitions: Vec::new(),
        }
    }

    fn catalog(tables: &[(&str, &[&str])]) -> Catalog {
        let tables = tables.iter().map(|(name, parents)| table(name, parents));
        Catalog { tables: tables.map(|table| (table.name.clone(), table)).collect() }
    }

    fn shown(relations: &[Relation]) -> Vec<String> {
        let line =
            |r: &Relation| format!("{}{}{}", " ".repeat(r.depth), r.table.name, if r.again { " again" } else { "" });
        relations.iter().map(line).collect()
    }

    #[test]
    fn both_directions_are_trees_at_any_depth() {
        let catalog = catalog(&[("a", &[]), ("b", &["a"]), ("c", &["b"]), ("d", &["b", "a"])]);
        let a = QName::new("public", "a");
        assert_eq!(shown(&children(&catalog, &a)), [" b", "  c", "  d", " d again"]);
        assert_eq!(shown(&parents(&catalog, &QName::new("public", "d"))), [" b", "  a", " a again"]);
    }

    #[test]
    fn circles_end() {
        let catalog = catalog(&[("a", &["b"]), ("b", &["a", "b"])]);
        let a = QName::new("public", "a");
        assert_eq!(shown(&children(&catalog, &a)), [" b", "  a again", "  b again"]);
    }
}
