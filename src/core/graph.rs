//! The graph of foreign keys: in which order tables can be written.

use std::collections::BTreeSet;

use petgraph::{algo::kosaraju_scc, graphmap::DiGraphMap};

use super::name::QName;

/// Orders `tables` so that parents come before their children, by the edges `(child, parent)`.
/// Tables of one cycle stand together, by name. The order depends on the input alone.
pub fn parents_first(tables: &[QName], edges: &[(QName, QName)]) -> Vec<QName> {
    let sorted: Vec<&QName> = tables.iter().collect::<BTreeSet<_>>().into_iter().collect();
    let index = |name: &QName| sorted.binary_search(&name).ok();
    let mut graph = DiGraphMap::<usize, ()>::new();
    for node in 0..sorted.len() {
        graph.add_node(node);
    }
    for (child, parent) in edges {
        if let (Some(child), Some(parent)) = (index(child), index(parent)) {
            graph.add_edge(child, parent, ());
        }
    }
    // Kosaraju returns components in reverse topological order: what has no outgoing edge, the parents, first.
    kosaraju_scc(&graph)
        .into_iter()
        .flat_map(|mut component| {
            component.sort_unstable();
            component
        })
        .map(|node| sorted[node].clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> QName {
        QName::new("public", text)
    }

    #[test]
    fn parents_come_first_at_any_depth() {
        let tables = ["answers", "questions", "domains", "assessments"].map(name);
        let edges = [("answers", "questions"), ("questions", "domains"), ("domains", "assessments")]
            .map(|(child, parent)| (name(child), name(parent)));
        assert_eq!(parents_first(&tables, &edges), ["assessments", "domains", "questions", "answers"].map(name));
    }

    #[test]
    fn a_cycle_and_a_self_reference_still_give_every_table_once() {
        let tables = ["a", "b", "c"].map(name);
        let edges = [("a", "b"), ("b", "a"), ("c", "c"), ("c", "a")].map(|(x, y)| (name(x), name(y)));
        assert_eq!(parents_first(&tables, &edges), ["a", "b", "c"].map(name));
    }
}
