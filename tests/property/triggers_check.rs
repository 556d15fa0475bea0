//! What triggers of the target do: told, or everything refused with the trigger's name; never called stale, never silent.

use std::collections::{BTreeMap, BTreeSet};

use pgdeck::{
    app::sync::{self, Applied},
    core::{
        error::{Code, Error},
        sync::{
            diff::{Change, Review, RowReview, TableReview},
            fires::Also,
            plan::Plan,
            script::script,
            select::Selection,
        },
    },
};

use crate::{
    run::Told,
    support::{Db, Pair, show},
    triggers::{self, Case, Rows, Said, Side, TRIGGERS, said},
};

/// What must have occurred among the cases of a whole run.
pub const KINDS: &[&str] = &[
    "stamps",
    "counts",
    "inserts a child",
    "suppresses",
    "rewrites",
    "deletes children",
    "writes elsewhere",
    "undone",
];

/// A row: the first letter of its table, and its key.
type At = (char, String);

/// What a database holds, and the ids of its rows.
type State = (Side, BTreeMap<At, String>);

async fn read(db: &Db) -> State {
    let (mut side, mut ids) = (Side::default(), BTreeMap::new());
    let text = |text: &str| text.to_owned();
    for line in db.rows("SELECT id, k, v, n, stamp FROM p").await {
        let [id, k, v, n, stamp] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        ids.insert(('p', text(k)), text(id));
        side.p.insert(text(k), BTreeMap::from([("v", text(v)), ("n", text(n)), ("stamp", text(stamp))]));
    }
    for line in db.rows("SELECT c.id, c.k, p.k, c.v, c.stamp FROM c JOIN p ON p.id = p_id").await {
        let [id, k, parent, v, stamp] = line.split('|').collect::<Vec<_>>().try_into().unwrap();
        ids.insert(('c', text(k)), text(id));
        side.c.insert(text(k), BTreeMap::from([("v", text(v)), ("p_id", text(parent)), ("stamp", text(stamp))]));
    }
    (side, ids)
}

/// What the set says of a column.
fn of(case: &Case, table: char, column: &str) -> Said {
    match (table, column) {
        (_, "stamp") => said(case.stamp),
        ('p', "n") => said(case.count),
        _ => Said::Compared,
    }
}

/// What differs, by row.
type Differences = BTreeMap<At, Change>;

fn differences(case: &Case, source: &Side, target: &Side) -> Differences {
    let mut out = Differences::new();
    for (table, source, target) in [('p', &source.p, &target.p), ('c', &source.c, &target.c)] {
        for (key, row) in source {
            let differs = |old: &BTreeMap<&str, String>| {
                row.iter().any(|(name, value)| of(case, table, name) == Said::Compared && old[name] != *value)
            };
            match target.get(key) {
                None => _ = out.insert((table, key.clone()), Change::Insert),
                Some(old) if differs(old) => _ = out.insert((table, key.clone()), Change::Update),
                Some(_) => {}
            }
        }
        for key in target.keys().filter(|key| case.deletes && !source.contains_key(*key)) {
            out.insert((table, key.clone()), Change::Delete);
        }
    }
    out
}

fn told(review: &Review) -> Differences {
    let rows = review.tables.iter().flat_map(|table| table.rows.iter().map(move |row| (table, row)));
    let row = |(table, row): (&TableReview, &RowReview)| {
        let name = table.table.name.chars().next().unwrap();
        ((name, row.key.0[0].clone().unwrap().to_string()), row.change)
    };
    rows.map(row).collect()
}

/// What the target would hold if no trigger did anything.
fn result(case: &Case, found: &Differences, source: &Side, target: &Side) -> Side {
    let mut out = target.clone();
    for ((table, key), change) in found {
        let (from, to): (&Rows, &mut Rows) =
            if *table == 'p' { (&source.p, &mut out.p) } else { (&source.c, &mut out.c) };
        match change {
            Change::Delete => _ = to.remove(key),
            Change::Insert => _ = to.insert(key.clone(), from[key].clone()),
            _ => {
                for (name, value) in from[key].iter().filter(|(name, _)| of(case, *table, name) == Said::Compared) {
                    to.get_mut(key).unwrap().insert(name, value.clone());
                }
            }
        }
    }
    out
}

/// A refusal must be the server's, and name a trigger.
fn names_a_trigger(case: &Case, error: &Error, text: &str) {
    let said = format!("{error} {:?}", error.hint);
    let named = TRIGGERS.iter().zip(&case.triggers).any(|((name, ..), on)| *on && said.contains(&format!("`{name}`")));
    assert!(error.code == Code::RolledBack && named, "{:?} {said}\n{text}", error.code);
}

/// Every difference between what would be without triggers and what is must be told.
fn all_told(case: &Case, found: &Differences, ideal: &Side, before: &State, actual: &State, applied: &Applied) {
    let text = format!("{applied:#?}");
    let mut real = BTreeSet::new();
    for (table, ideal, now) in [('p', &ideal.p, &actual.0.p), ('c', &ideal.c, &actual.0.c)] {
        let also = applied.triggers.also.iter().find(|also| also.table == format!("public.{table}"));
        // Where the plan writes nothing, rows are counted and not looked for.
        let written = found.keys().any(|(of, _)| *of == table);
        let named = |also: &Also, at: &At| !written && also.rows.is_empty() || also.rows.contains(&actual.1[at]);
        for key in ideal.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
            let at = (table, key.clone());
            let wrong = |what: &str| format!("{what} {at:?}\n{text}");
            match (ideal.get(key), now.get(key)) {
                (Some(ideal), Some(now)) => {
                    let compared = ideal.keys().filter(|name| of(case, table, name) == Said::Compared);
                    for name in compared.filter(|name| ideal[*name] != now[*name]) {
                        let planned = found.contains_key(&at);
                        let rewrote = format!("public.{table} {key} {name}");
                        real.insert(rewrote.clone());
                        let noticed = also.is_some_and(|also| also.updated > 0 && named(also, &at));
                        let told = if planned { applied.rewrote.contains(&rewrote) } else { noticed };
                        assert!(told, "{}", wrong(name));
                    }
                }
                (None, Some(_)) => {
                    assert!(!found.contains_key(&at), "{}", wrong("there"));
                    let noticed = also.is_some_and(|also| also.inserted > 0 && named(also, &at));
                    assert!(noticed, "{}", wrong("inserted"));
                }
                (Some(_), None) => {
                    assert!(!found.contains_key(&at) && before.1.contains_key(&at), "{}", wrong("missing"));
                    assert!(also.is_some_and(|also| also.deleted > 0), "{}", wrong("deleted"));
                }
                (None, None) => {}
            }
        }
    }
    let rewrote: BTreeSet<_> = applied.rewrote.iter().cloned().collect();
    assert!(rewrote.is_subset(&real), "{real:?}\n{text}");
    let by = |name: &str| applied.triggers.by.iter().any(|by| by.contains(&format!("`{name}`")));
    let quiet = applied.rewrote.is_empty() && applied.triggers.also.is_empty();
    assert!(quiet || TRIGGERS.iter().any(|(name, ..)| by(name)), "{applied:#?}");
    assert_eq!(applied.triggers.unknown, None);
}

/// Runs a case to its end and says which end that was.
pub async fn check(case: &Case) -> Told {
    let (source, target) = (triggers::side(case, true), triggers::side(case, false));
    let here = triggers::inserts(&target, false) + &triggers::triggers(case);
    let mut pair =
        Pair::new(&triggers::set(case), &triggers::ddl(case), &triggers::inserts(&source, true), &here).await;
    pair.batch = case.batch;
    let before = read(&pair.target).await;
    assert_eq!((read(&pair.source).await.0, &before.0), (source.clone(), &target), "the generator knows what it wrote");
    let found = differences(case, &source, &target);
    let review = pair.try_review(case.deletes).await.unwrap();
    let offline = pair.review_of(&pair.export().await.unwrap(), case.deletes).await.unwrap();
    assert_eq!(show(&review), show(&offline), "through a bundle as from server to server");
    assert_eq!(told(&review), found, "{}", show(&review));
    let selection = Selection::all(&review);
    let plan = Plan::build("pair", &review, &selection).unwrap();
    if plan.steps.is_empty() {
        return Told { end: "nothing", kinds: BTreeSet::new() };
    }
    let mut kinds: BTreeSet<_> =
        TRIGGERS.iter().zip(&case.triggers).filter(|(_, on)| **on).map(|((_, kind, ..), _)| *kind).collect();
    // A delete that a child holds is blocked.
    let rows = review.tables.iter().enumerate().flat_map(|(t, table)| (0..table.rows.len()).map(move |r| (t, r)));
    let chosen = rows.filter(|at| selection.contains(*at)).map(|(t, r)| {
        let table = &review.tables[t];
        let key = (table.table.name.chars().next().unwrap(), table.rows[r].key.0[0].clone().unwrap().to_string());
        (key, table.rows[r].change)
    });
    let chosen: Differences = chosen.collect();
    assert!(found.iter().all(|(at, change)| chosen.contains_key(at) || *change == Change::Delete), "{}", show(&review));
    let (dump, text) = (pair.target.dump().await, script(&plan).unwrap());
    let applied = match pair.apply(&plan).await {
        Ok(applied) => applied,
        Err(error) => {
            names_a_trigger(case, &error, &text);
            assert_eq!(pair.target.dump().await, dump, "{error}");
            return Told { end: "refused", kinds };
        }
    };
    let ideal = result(case, &chosen, &source, &target);
    let after = read(&pair.target).await;
    all_told(case, &chosen, &ideal, &before, &after, &applied);
    let again = pair.try_review(case.deletes).await.unwrap();
    assert_eq!(told(&again), differences(case, &source, &after.0), "{}", show(&again));
    let end = if undone(case, &pair, &applied, &before, &after).await {
        kinds.insert("undone");
        if applied.rewrote.is_empty() && applied.triggers.also.is_empty() { "applied" } else { "told" }
    } else {
        "not undone, and said"
    };
    Told { end, kinds }
}

/// Whether the run could be undone; what comes back then is as before, but for ignored columns and what was told to stay.
async fn undone(case: &Case, pair: &Pair, applied: &Applied, before: &State, after: &State) -> bool {
    let dump = pair.target.dump().await;
    let plan = sync::undo_plan(&pair.deck, applied.run.as_ref().unwrap()).unwrap();
    let text = script(&plan).unwrap();
    let undone = match pair.apply(&plan).await {
        Ok(undone) => undone,
        Err(error) => {
            names_a_trigger(case, &error, &text);
            assert_eq!(pair.target.dump().await, dump, "{error}");
            return false;
        }
    };
    let now = read(&pair.target).await;
    // What a trigger did besides stays; what one does while this is undone is told.
    let stays = |at: &At| {
        let id = [&before.1, &after.1, &now.1].into_iter().find_map(|ids| ids.get(at));
        let also = [applied, &undone].into_iter().flat_map(|run| &run.triggers.also);
        also.into_iter().any(|also| {
            let unnamed = also.deleted > 0 || also.rows.is_empty();
            also.table == format!("public.{}", at.0) && (unnamed || id.is_some_and(|id| also.rows.contains(id)))
        })
    };
    let told = |table: char, key: &str, name: &str| undone.rewrote.contains(&format!("public.{table} {key} {name}"));
    for (table, before_rows, now_rows) in [('p', &before.0.p, &now.0.p), ('c', &before.0.c, &now.0.c)] {
        for key in before_rows.keys().chain(now_rows.keys()).collect::<BTreeSet<_>>() {
            let at = (table, key.clone());
            let same = match (before_rows.get(key), now_rows.get(key)) {
                (Some(before_row), Some(now_row)) => {
                    let compared = before_row.keys().filter(|name| of(case, table, name) == Said::Compared);
                    let mut changed = compared.filter(|name| before_row[*name] != now_row[*name]);
                    before.1[&at] == now.1[&at] && changed.all(|name| told(table, key, name))
                }
                _ => false,
            };
            assert!(same || stays(&at), "{at:?}\n{before:#?}\n{now:#?}\n{applied:#?}\n{undone:#?}\n{text}");
        }
    }
    true
}
