//! Never-synced tables that triggers and rules of the target write while a plan runs.
//!
//! What a function will do cannot be known beforehand; that its text names a table can. What was done is known before
//! COMMIT, from the server's counts, and decides.

use std::collections::HashMap;

use serde::Deserialize;

use super::{
    diff::{Review, TableReview},
    fires::{TriggersDid, who},
    plan::Plan,
    set::Sets,
};
use crate::core::{
    error::{Error, Result},
    name::QName,
    schema::Catalog,
    trigger::Trigger,
};

/// A trigger's or rule's text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ActingText {
    /// The schema of the table that it acts for.
    pub schema: String,
    /// The table's name.
    pub table: String,
    /// The trigger or rule, for people.
    pub name: String,
    /// What it consists of.
    pub text: String,
}

/// Says in `review` which triggers and rules name a table that is never synced, and notes which of these tables the
/// project lets them write.
pub fn remark(review: &mut Review, catalog: &Catalog, sets: &Sets, texts: &[ActingText]) {
    let never: Vec<&QName> = catalog.tables.keys().filter(|table| sets.never_pattern(table).is_some()).collect();
    review.agreed =
        never.iter().filter(|table| sets.lets_triggers_write(table)).map(|table| (*table).clone()).collect();
    let mut called: HashMap<&String, usize> = HashMap::new();
    catalog.tables.keys().for_each(|table| *called.entry(&table.name).or_default() += 1);
    for table in review.tables.iter_mut().filter(|table| !table.rows.is_empty()) {
        let acting: Vec<_> = texts.iter().filter_map(|text| Some((acts(table, text)?, text))).collect();
        for (who, text) in acting {
            let plain = plain(&text.text);
            for name in never.iter().filter(|name| names(&plain, name, called[&name.name] == 1)) {
                let what = if review.agreed.contains(name) {
                    format!("{who} names {name}, which is never synced; pgdeck.toml lets triggers write it")
                } else {
                    format!(
                        "{who} names {name}, which is never synced: if it is written, everything is rolled back; {}",
                        way(name)
                    )
                };
                table.warnings.push(what);
            }
        }
    }
}

/// How people call what `text` is of, where it may act when rows of `table` are written: of the table itself, or of one
/// that the server cascades to.
fn acts(table: &TableReview, text: &ActingText) -> Option<String> {
    let of = |name: &QName| text.schema == name.schema && text.table == name.name;
    if of(&table.table) {
        return Some(text.name.clone());
    }
    let mut children = table.shape.iter().flat_map(|shape| &shape.children);
    let acts = |trigger: &Trigger| text.name == format!("{} `{}`", trigger.word(), trigger.name);
    let child = children.find(|child| of(&child.table) && child.triggers.iter().any(acts))?;
    Some(format!("{} on {}", text.name, child.table))
}

fn way(table: &QName) -> String {
    format!("to let triggers write it, say triggers_may_write = [{:?}] under [sync] in pgdeck.toml", table.to_string())
}

/// `text` without what makes two spellings of one name differ.
fn plain(text: &str) -> String {
    text.to_lowercase().replace('"', "")
}

/// Whether the plain `text` has the name of `table` as a word; with its schema where it is not `alone` in having this name.
fn names(text: &str, table: &QName, alone: bool) -> bool {
    let name = table.name.to_lowercase();
    let name = if alone { name } else { format!("{}.{name}", table.schema.to_lowercase()) };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    text.match_indices(&name).any(|(at, found)| {
        !text[..at].chars().next_back().is_some_and(is_word)
            && !text[at + found.len()..].chars().next().is_some_and(is_word)
    })
}

/// Refuses a run in which triggers wrote a table that is never synced and was not agreed to.
///
/// # Errors
/// `RolledBack`, with the table.
pub fn check(did: &TriggersDid, plan: &Plan, sets: &Sets) -> Result<()> {
    for also in &did.also {
        let Some(table) = QName::parse(&also.table).filter(|table| !plan.agreed.contains(table)) else { continue };
        if let Some(pattern) = sets.never_pattern(&table) {
            let what = format!("{} wrote {}, which is never synced (`{pattern}`)", who(&also.by), also.display());
            return Err(Error::rolled_back(what).all_rolled_back().hint(format!("{}, and review again", way(&table))));
        }
    }
    match &did.unknown {
        Some(unknown) if !sets.never().is_empty() => {
            Err(Error::rolled_back(format!("{unknown}, and it may be a table that is never synced"))
                .all_rolled_back()
                .hint("set track_counts = on for the target"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word() {
        let named = |text: &str| names(&plain(text), &QName::new("public", "profiles"), true);
        assert!(named("UPDATE public.Profiles SET x = 1") && named("delete from \"profiles\";") && named("profiles"));
        assert!(!named("INSERT INTO my_profiles") && !named("profiles_old") && !named(""));
        let qualified = |text: &str| names(&plain(text), &QName::new("auth", "users"), false);
        assert!(qualified("DELETE FROM auth.users") && !qualified("DELETE FROM users"));
    }
}
