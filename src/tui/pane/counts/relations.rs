//! The foreign keys around a table, as a tree.

use crate::{
    config::{project::Project, theme::Role},
    core::{
        name::QName,
        relations::{self, Relation},
        schema::{Catalog, OnDelete},
    },
    tui::{
        overlay::Tree,
        widget::{cell::Cell, section::head, tree::Node},
    },
};

/// The tree around `table`: first what would go or change with its rows, then what its rows need.
pub fn tree(catalog: &Catalog, project: Option<&Project>, table: &QName) -> Tree {
    let mut nodes = Vec::new();
    let parts =
        [("point to it", relations::children(catalog, table)), ("it points to", relations::parents(catalog, table))];
    for (title, found) in parts {
        let none = if found.is_empty() { "  none" } else { "" };
        nodes.push(Node { depth: 0, label: head(title).and(Role::Muted, none) });
        nodes.extend(found.iter().map(|relation| Node { depth: relation.depth, label: label(relation, project) }));
    }
    Tree::new(format!("Foreign keys around {table}"), nodes)
}

fn label(relation: &Relation, project: Option<&Project>) -> Cell {
    let role = match relation.on_delete {
        OnDelete::Cascade | OnDelete::SetNull | OnDelete::SetDefault => Role::Warn,
        OnDelete::NoAction | OnDelete::Restrict | OnDelete::Declared => Role::Ok,
    };
    let name = if relation.table.schema == "public" { relation.table.name.clone() } else { relation.table.to_string() };
    let mut label = Cell::text(name)
        .and(role, format!("  {}", relation.on_delete.word()))
        .and(Role::Muted, format!("  {}", relation.columns.join(", ")));
    if project.is_some_and(|project| project.sets.never_pattern(&relation.table).is_some()) {
        label = label.and(Role::Muted, "  never synced");
    }
    if relation.again { label.and(Role::Muted, "  shown elsewhere here") } else { label }
}
