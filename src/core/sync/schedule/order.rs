//! One order for statements of which some must, and some should, come before others.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::{algo::kosaraju_scc, graphmap::DiGraphMap};

/// How often circles are looked for: each time one wait is chosen for each of them.
const MAX_ROUNDS: usize = 64;

/// Statements in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    /// The statements with their levels: those of one level take nothing from each other that is known.
    pub levels: Vec<(usize, usize)>,
    /// (who takes, from whom): the other is in a circle with it, and has to wait elsewhere before.
    pub waits: Vec<(usize, usize)>,
    /// The statements of circles.
    pub circular: BTreeSet<usize>,
}

/// Orders `count` statements, which stand in the order that they have where nothing else is said. `must` and `should` are
/// (first, later); where they lead round, one of `should` is given up.
pub(super) fn order(count: usize, must: &BTreeSet<(usize, usize)>, should: &BTreeSet<(usize, usize)>) -> Order {
    let mut out = Order::default();
    let mut must = must.clone();
    for circle in circles(&must, &BTreeSet::new()) {
        // Never seen; the order that they stand in is the better guess then.
        must.retain(|(first, later)| first < later || !(circle.contains(first) && circle.contains(later)));
    }
    let mut should = should.clone();
    for round in 0..=MAX_ROUNDS {
        let circles = circles(&must, &should);
        if circles.is_empty() {
            break;
        }
        for circle in circles {
            out.circular.extend(&circle);
            if round == MAX_ROUNDS {
                should.retain(|(first, later)| !(circle.contains(first) && circle.contains(later)));
            } else if let Some((first, later)) = given_up(&circle, &must, &should) {
                should.remove(&(first, later));
                out.waits.push((later, first));
            }
        }
    }
    out.levels = levels(count, &must, &should);
    out
}

fn circles(must: &BTreeSet<(usize, usize)>, should: &BTreeSet<(usize, usize)>) -> Vec<BTreeSet<usize>> {
    let mut graph = DiGraphMap::<usize, ()>::new();
    for &(first, later) in must.iter().chain(should) {
        graph.add_edge(first, later, ());
    }
    let circles = kosaraju_scc(&graph).into_iter().filter(|circle| circle.len() > 1);
    circles.map(|circle| circle.into_iter().collect()).collect()
}

/// One way round `circle`, and the first of its `should` on it.
fn given_up(
    circle: &BTreeSet<usize>,
    must: &BTreeSet<(usize, usize)>,
    should: &BTreeSet<(usize, usize)>,
) -> Option<(usize, usize)> {
    let next = |at: usize| {
        let edges = |set: &BTreeSet<(usize, usize)>| {
            set.range((at, 0)..=(at, usize::MAX)).map(|(_, later)| *later).find(|later| circle.contains(later))
        };
        edges(should).or_else(|| edges(must))
    };
    let mut path = vec![*circle.first()?];
    let mut seen: BTreeMap<usize, usize> = BTreeMap::from([(path[0], 0)]);
    let begin = loop {
        let later = next(*path.last()?)?;
        if let Some(begin) = seen.insert(later, path.len()) {
            break begin;
        }
        path.push(later);
    };
    let round = &path[begin..];
    let edges = round.iter().zip(round.iter().cycle().skip(1)).map(|(first, later)| (*first, *later));
    edges.filter(|edge| should.contains(edge)).min()
}

fn levels(count: usize, must: &BTreeSet<(usize, usize)>, should: &BTreeSet<(usize, usize)>) -> Vec<(usize, usize)> {
    let mut level = vec![0; count];
    let mut open = vec![0_usize; count];
    for &(_, later) in must.iter().chain(should) {
        open[later] += 1;
    }
    let mut ready: Vec<usize> = (0..count).filter(|at| open[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        let edges = |set: &'_ BTreeSet<(usize, usize)>| -> Vec<usize> {
            set.range((at, 0)..=(at, usize::MAX)).map(|(_, later)| *later).collect()
        };
        for (laters, takes) in [(edges(must), false), (edges(should), true)] {
            for later in laters {
                let above = usize::from(takes || later < at);
                level[later] = level[later].max(level[at] + above);
                open[later] -= 1;
                if open[later] == 0 {
                    ready.push(later);
                }
            }
        }
    }
    let mut out: Vec<_> = level.into_iter().enumerate().map(|(at, level)| (level, at)).collect();
    out.sort_unstable();
    out.into_iter().map(|(level, at)| (at, level)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(count: usize, must: &[(usize, usize)], should: &[(usize, usize)]) -> (Vec<usize>, Vec<(usize, usize)>) {
        let order = order(count, &must.iter().copied().collect(), &should.iter().copied().collect());
        (order.levels.iter().map(|(at, _)| *at).collect(), order.waits)
    }

    #[test]
    fn nothing_changes_places_without_a_reason() {
        assert_eq!(of(4, &[(0, 2)], &[]), (vec![0, 1, 2, 3], vec![]));
        assert_eq!(of(4, &[(3, 1)], &[]), (vec![0, 2, 3, 1], vec![]));
    }

    #[test]
    fn who_leaves_goes_before_who_takes() {
        assert_eq!(of(3, &[], &[(1, 0), (2, 1)]), (vec![2, 1, 0], vec![]));
        // What needs the one that waits, waits with it.
        assert_eq!(of(4, &[(0, 1)], &[(3, 0)]), (vec![2, 3, 0, 1], vec![]));
    }

    #[test]
    fn of_a_circle_one_waits_elsewhere() {
        let (levels, waits) = of(3, &[], &[(0, 1), (1, 2), (2, 0)]);
        assert_eq!((levels, waits), (vec![1, 2, 0], vec![(1, 0)]));
        let (_, waits) = of(4, &[(2, 0)], &[(0, 1), (1, 2)]);
        assert_eq!(waits, [(1, 0)], "what must be is never given up");
    }
}
