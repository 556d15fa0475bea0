//! Show delete impact: a few lines beside the list, and the whole of it as a tree that folds.

use std::collections::{BTreeMap, BTreeSet};

use super::key_of;
use crate::{
    config::theme::Role,
    core::{
        audit::{
            facts::{Oid, Relation},
            lookup::Lookup,
            reach::{Step, reach},
        },
        name::QName,
        schema::OnDelete,
        text::{counted, thousands},
    },
    tui::{
        action::Action,
        model::Model,
        overlay::Tree,
        widget::{
            cell::Cell,
            gauge::bar,
            section::{head, labelled},
            tree::Node,
        },
    },
};

/// Tables that are named beside the list.
const NAMED: usize = 6;
/// Cells of a bar.
const BAR: usize = 10;

/// What a delete of rows of `root` takes along in the worst case; nothing where that is nothing.
pub fn lines(model: &Model, lookup: &Lookup<'_>, root: &Relation) -> Vec<Cell> {
    let steps = reach(lookup, root.oid);
    let taken = taken(&steps);
    if steps.is_empty() {
        return Vec::new();
    }
    let tree = Cell::of(Role::Muted, "  ").then(key_of(model, Action::Reach)).and(Role::Muted, " shows the tree");
    let mut lines =
        vec![Cell::default(), head("one delete in").and(Role::Text, format!(" {}", short(&root.name))).then(tree)];
    if taken.is_empty() {
        lines.push(Cell::of(
            Role::Muted,
            format!("deletes nothing else; {} in the way or changed", tables(each(&steps))),
        ));
        return lines;
    }
    lines.push(Cell::of(Role::Muted, format!("can delete rows in {}", counted(taken.len(), "more table"))));
    let most = taken.iter().filter_map(|table| table.rows).max().unwrap_or(0);
    let widest = taken.iter().take(NAMED).map(|table| short(&table.name).chars().count()).max().unwrap_or(0).min(24);
    for table in taken.iter().take(NAMED) {
        let rows = match table.rows {
            Some(rows) => Cell::of(Role::Warn, bar(rows as f64, most as f64, BAR, &model.look.glyphs))
                .and(Role::Text, format!(" ~{}", thousands(rows))),
            None => Cell::of(Role::Muted, "never counted"),
        };
        let name = Cell::text(short(&table.name)).cut(widest, model.look.glyphs.ellipsis);
        lines.push(labelled(&name.plain(), widest, rows));
    }
    if taken.len() > NAMED {
        lines.push(Cell::of(Role::Muted, format!("and {} more", tables(taken.len() - NAMED))));
    }
    lines
}

fn tables(count: usize) -> String {
    if count == 1 { "1 table".to_owned() } else { format!("{count} tables") }
}

fn each(steps: &[Step<'_>]) -> usize {
    steps.iter().map(|step| step.table.oid).collect::<BTreeSet<_>>().len()
}

/// The tables whose rows go too, each once, the largest first.
fn taken<'a>(steps: &[Step<'a>]) -> Vec<&'a Relation> {
    let cascades = steps.iter().filter(|step| step.key.on_delete == OnDelete::Cascade);
    let each: BTreeMap<Oid, &Relation> = cascades.map(|step| (step.table.oid, step.table)).collect();
    let mut taken: Vec<_> = each.into_values().collect();
    taken.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
    taken
}

/// The tree of what a delete of rows of `root` reaches.
pub fn tree(lookup: &Lookup<'_>, root: &Relation) -> Tree {
    let steps = reach(lookup, root.oid);
    let first = Cell::text(short(&root.name)).bold();
    let first = if steps.is_empty() { first.and(Role::Muted, "  nothing refers to it") } else { first };
    let mut nodes = vec![Node { depth: 0, label: first }];
    nodes.extend(steps.iter().map(|step| Node { depth: step.depth, label: label(lookup, step) }));
    Tree::new(format!("What one delete in {} reaches", root.name), nodes)
}

fn label(lookup: &Lookup<'_>, step: &Step<'_>) -> Cell {
    let (role, becomes) = match step.key.on_delete {
        OnDelete::Cascade => (Role::Danger, "its rows go too"),
        OnDelete::SetNull | OnDelete::SetDefault => (Role::Warn, "its rows stay, changed"),
        OnDelete::NoAction | OnDelete::Restrict | OnDelete::Declared => (Role::Ok, "its rows stop the delete"),
    };
    let columns = lookup.columns(step.table.oid, &step.key.columns).join(", ");
    let rows = step.table.rows.map(|rows| format!("  ~{} rows", thousands(rows))).unwrap_or_default();
    let label = Cell::text(short(&step.table.name))
        .and(role, format!("  {}", step.key.on_delete.word()))
        .and(Role::Muted, format!("  {columns}  {becomes}{rows}"));
    if step.again { label.and(Role::Muted, "  shown elsewhere here") } else { label }
}

/// The schema is worth its room only where it is not `public`.
pub fn short(name: &QName) -> String {
    if name.schema == "public" { name.name.clone() } else { name.to_string() }
}
