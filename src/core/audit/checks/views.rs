//! FV03 to FV05: what strangers see through views.
//!
//! The server reads what a view names as the view's owner, or as whoever asks where the view says `security_invoker`;
//! a view inside a view that is read as its owner stays with that owner, unless it is read as its own. So a way from a
//! view down to a table says as whom the table is read, and whether its policies hold.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::core::{
    audit::{
        check::{Context, Report},
        exposure::{self, role_shown},
        facts::{Oid, Relation},
    },
    schema::Relation as Kind,
};

/// As whom something is read.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Reader<'a> {
    /// As whoever asks.
    Guest,
    /// As the owner of a view on the way.
    Owner(&'a str),
}

/// A relation that a view reads, by itself or through other views.
struct Reached<'a> {
    relation: &'a Relation,
    reader: Reader<'a>,
    /// The first view on the way that is read as its owner.
    turn: Option<&'a Relation>,
}

/// All that `guests` read through `start`, as far as the rights on the way allow. Views are among it.
fn beneath<'a>(context: &Context<'a>, start: &'a Relation, guests: &[&str]) -> Vec<Reached<'a>> {
    let (mut out, mut seen) = (Vec::new(), HashSet::new());
    let mut open = vec![Reached { relation: start, reader: Reader::Guest, turn: None }];
    while let Some(view) = open.pop() {
        let turns = !view.relation.invoker && matches!(view.relation.kind, Kind::View | Kind::MaterializedView);
        let reader = if turns { Reader::Owner(&view.relation.owner) } else { view.reader };
        let turn = view.turn.or_else(|| turns.then_some(view.relation));
        for relation in view.relation.reads.iter().filter_map(|oid| context.lookup.relation(*oid)) {
            let allowed = match reader {
                Reader::Guest => guests.iter().any(|role| may_read(context, role, relation)),
                Reader::Owner(owner) => may_read(context, owner, relation),
            };
            if allowed && seen.insert((relation.oid, reader, turn.map(|view| view.oid))) {
                open.push(Reached { relation, reader, turn });
            }
        }
        out.push(view);
    }
    out
}

fn may_read(context: &Context<'_>, role: &str, relation: &Relation) -> bool {
    is_superuser(context, role)
        || context.lookup.has_rights_of(role, &relation.owner)
        || context.lookup.has_rights_of(role, "pg_read_all_data")
        || context.lookup.rights(role, &relation.grants).contains_key("SELECT")
}

fn is_superuser(context: &Context<'_>, role: &str) -> bool {
    context.facts.roles.iter().any(|known| known.name == role && known.superuser)
}

/// Whether the policies of `table` do not hold for `role`.
fn passes_by(context: &Context<'_>, role: &str, table: &Relation) -> bool {
    context.facts.roles.iter().any(|known| known.name == role && (known.superuser || known.bypass_rls))
        || !table.forced && context.lookup.has_rights_of(role, &table.owner)
}

fn is_auth_users(relation: &Relation) -> bool {
    relation.name.schema == "auth" && relation.name.name == "users"
}

/// What is said of one view.
#[derive(Default)]
struct Passage<'a> {
    tables: BTreeSet<String>,
    through: BTreeSet<String>,
    guests: BTreeSet<&'a str>,
}

pub(super) fn fv03(context: &Context<'_>, report: &mut Report<'_>) {
    let mut found: BTreeMap<Oid, Passage<'_>> = BTreeMap::new();
    for start in context.facts.relations.iter().filter(|relation| relation.kind == Kind::View) {
        let guests: Vec<&str> = context.reached_by(start).into_iter().map(|(role, _)| role).collect();
        if guests.is_empty() {
            continue;
        }
        for reached in beneath(context, start, &guests) {
            let (Reader::Owner(owner), Some(turn)) = (reached.reader, reached.turn) else { continue };
            // A materialized view has no such option (FV05), and auth.users is worse (FV04).
            let mendable = turn.kind == Kind::View && !is_auth_users(reached.relation);
            if mendable && reached.relation.rls && passes_by(context, owner, reached.relation) {
                let passage = found.entry(turn.oid).or_default();
                passage.tables.insert(reached.relation.name.to_string());
                passage.guests.extend(&guests);
                if start.oid != turn.oid {
                    passage.through.insert(start.name.to_string());
                }
            }
        }
    }
    for (oid, passage) in found {
        let Some(view) = context.lookup.relation(oid) else { continue };
        let guests: Vec<&str> = passage.guests.iter().map(|role| role_shown(role)).collect();
        let tables: Vec<String> = passage.tables.into_iter().collect();
        let detail = format!("shows rows of {} past their policies to {}", tables.join(", "), guests.join(", "));
        let mut draft =
            report.found_at(view, detail).evidence(format!("security_invoker is off, owner {}", view.owner));
        for start in passage.through {
            draft = draft.evidence(format!("reached through {start}"));
        }
        draft.fix(format!("ALTER VIEW {} SET (security_invoker = true);", view.name.sql()));
    }
}

pub(super) fn fv04(context: &Context<'_>, report: &mut Report<'_>) {
    for view in &context.facts.relations {
        let guests = readers(context, view);
        let Some(way) = way_to_users(context, view, &guests) else { continue };
        let names: Vec<&str> = guests.iter().map(|role| role_shown(role)).collect();
        report
            .found_at(view, format!("{} may read it, and it reads auth.users", names.join(", ")))
            .evidence(way)
            .fix(revoked(context, view, &guests));
    }
}

/// The API's roles that may read a view or materialized view.
fn readers<'a>(context: &Context<'a>, view: &'a Relation) -> Vec<&'a str> {
    if !matches!(view.kind, Kind::View | Kind::MaterializedView) {
        return Vec::new();
    }
    let reached = context.reached_by(view).into_iter();
    reached.filter(|(_, rights)| rights.contains_key("SELECT")).map(|(role, _)| role).collect()
}

/// As whom `guests` read auth.users through `view`; `None` where they do not.
fn way_to_users(context: &Context<'_>, view: &Relation, guests: &[&str]) -> Option<String> {
    if guests.is_empty() || view.reads.is_empty() {
        return None;
    }
    let view = context.lookup.relation(view.oid)?;
    let users = beneath(context, view, guests).into_iter().find(|reached| is_auth_users(reached.relation))?;
    Some(match (users.reader, users.turn) {
        (Reader::Owner(owner), Some(turn)) => format!("auth.users is read as {owner}, by way of {}", turn.name),
        _ => "auth.users is read as whoever asks, who has a right to it".to_owned(),
    })
}

pub(super) fn fv05(context: &Context<'_>, report: &mut Report<'_>) {
    for relation in &context.facts.relations {
        let (what, needed) = match relation.kind {
            Kind::MaterializedView => ("materialized view", Some("SELECT")),
            Kind::ForeignTable => ("foreign table", None),
            _ => continue,
        };
        let reached = context.reached_by(relation).into_iter();
        let guests: Vec<&str> = reached
            .filter(|(_, rights)| needed.is_none_or(|right| rights.contains_key(right)))
            .map(|(role, _)| role)
            .collect();
        if guests.is_empty() || way_to_users(context, relation, &guests).is_some() {
            continue;
        }
        let names: Vec<&str> = guests.iter().map(|role| role_shown(role)).collect();
        let mut draft = report.found_at(relation, format!("{what} that {} may read as a whole", names.join(", ")));
        for read in relation.reads.iter().filter_map(|oid| context.lookup.relation(*oid)) {
            let rows = if read.rls { ", whose policies do not hold here" } else { "" };
            draft = draft.evidence(format!("reads {}{rows}", read.name));
        }
        draft.fix(revoked(context, relation, &guests));
    }
}

fn revoked(context: &Context<'_>, relation: &Relation, guests: &[&str]) -> String {
    format!("REVOKE ALL ON {} FROM {};", relation.name.sql(), exposure::sources(context, guests, &relation.grants))
}
