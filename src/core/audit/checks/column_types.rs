//! TK02: types that surprise, and columns of one name with several types.

use std::collections::{BTreeMap, HashSet};

use super::own::own_tables;
use crate::core::{
    audit::{
        check::{Context, Report},
        facts::{Column, Oid, Relation},
    },
    name::ident,
};

pub(super) fn tk02(context: &Context<'_>, report: &mut Report<'_>) {
    let mut told = HashSet::new();
    for table in own_tables(context) {
        for column in &table.columns {
            if let Some(surprise) = surprise(&column.type_name) {
                told.insert((table.oid, column.number));
                report
                    .found_at(table, format!("{} is {}: {}", column.name, column.type_name, surprise.says))
                    .part(&column.name)
                    .fix(surprise.fix(table, column));
            }
        }
    }
    namesakes(context, report, &told);
}

/// What is wrong with a type, and what to have in its place.
struct Surprise {
    says: &'static str,
    better: String,
    /// How the values are converted; `None` where nobody can tell.
    using: Option<fn(&str, &str) -> String>,
}

fn surprise(type_name: &str) -> Option<Surprise> {
    let (element, array) = type_name.strip_suffix("[]").map_or((type_name, ""), |element| (element, "[]"));
    let (base, length) = split(element);
    let cast: fn(&str, &str) -> String = |column, better| format!("{column}::{better}");
    let (says, better, using) = match base.as_str() {
        "character" | "bpchar" => ("values are padded with blanks", "character varying", Some(cast)),
        "money" => ("without a currency, shown as the server's locale says", "numeric", Some(cast)),
        "json" => ("text that cannot be compared or indexed", "jsonb", Some(cast)),
        "timestamp without time zone" => {
            let in_utc: fn(&str, &str) -> String = |column, _| format!("{column} AT TIME ZONE 'UTC'");
            ("no moment, for nobody knows its zone", "timestamp with time zone", array.is_empty().then_some(in_utc))
        }
        _ => return None,
    };
    // Where the length stands in the name of the type.
    let better = better
        .strip_prefix("timestamp")
        .map_or_else(|| format!("{better}{length}{array}"), |zone| format!("timestamp{length}{zone}{array}"));
    Some(Surprise { says, better, using })
}

/// A type as `format_type` writes it, without its length, and that length, such as `(3)`.
fn split(type_name: &str) -> (String, &str) {
    let parts = type_name.split_once('(').and_then(|(before, rest)| Some((before, rest.split_once(')')?)));
    match parts {
        Some((before, (length, after))) => {
            (format!("{before}{after}"), &type_name[before.len()..before.len() + length.len() + 2])
        }
        None => (type_name.to_owned(), ""),
    }
}

impl Surprise {
    fn fix(&self, table: &Relation, column: &Column) -> String {
        let name = ident(&column.name);
        let Some(using) = self.using else {
            return format!("-- make it {}, by the zone in which it was written", self.better);
        };
        let note = if self.better.starts_with("timestamp") { "-- if what it holds is in UTC\n" } else { "" };
        let values = using(&name, &self.better);
        format!("{note}ALTER TABLE {} ALTER COLUMN {name} TYPE {} USING {values};", table.name.sql(), self.better)
    }
}

/// A column with its table.
type Place<'a> = (&'a Relation, &'a Column);

/// Columns whose namesakes in other tables have another type: all those that are foreign keys, or nearly all of many.
fn namesakes(context: &Context<'_>, report: &mut Report<'_>, told: &HashSet<(Oid, i16)>) {
    let mut by_name: BTreeMap<&str, Vec<Place<'_>>> = BTreeMap::new();
    for table in own_tables(context) {
        // Every table chooses its own key.
        for column in table.columns.iter().filter(|column| column.name != "id") {
            by_name.entry(&column.name).or_default().push((table, column));
        }
    }
    let is_key = |(table, column): &&Place<'_>| {
        context.lookup.keys(table.oid).iter().any(|key| key.columns.contains(&column.number))
    };
    for places in by_name.values().filter(|places| places.len() > 1) {
        let keys: Vec<Place<'_>> = places.iter().filter(is_key).copied().collect();
        let (rule, like) = match usual(&keys, 1) {
            Some(found) if found.1.len() == keys.len() => found,
            _ => match usual(places, 3) {
                Some(found) if found.1.len() * 4 >= places.len() * 3 => found,
                _ => continue,
            },
        };
        for place in places.iter().filter(|place| !is_key(place)) {
            let (table, column) = place;
            let kind = kind_of(&column.type_name);
            // A type of one's own was chosen for this column.
            if kind != rule && !kind.contains('.') && !told.contains(&(table.oid, column.number)) {
                other_type(report, place, &rule, &like);
            }
        }
    }
}

/// The most frequent type of `places` and where it is, if that is at least `least` times.
fn usual<'a>(places: &[Place<'a>], least: usize) -> Option<(String, Vec<Place<'a>>)> {
    let mut kinds: BTreeMap<String, Vec<Place<'a>>> = BTreeMap::new();
    for place in places {
        kinds.entry(kind_of(&place.1.type_name)).or_default().push(*place);
    }
    kinds.into_iter().max_by_key(|(_, places)| places.len()).filter(|(_, places)| places.len() >= least)
}

/// A type without its length; `varchar` is as good as `text`.
fn kind_of(type_name: &str) -> String {
    split(type_name).0.replace("character varying", "text")
}

/// How many namesakes are named.
const NAMED: usize = 3;

fn other_type(report: &mut Report<'_>, (table, column): &Place<'_>, rule: &str, like: &[Place<'_>]) {
    let detail = format!("{} is {}, elsewhere {rule}", column.name, column.type_name);
    let mut draft = report.found_at(table, detail).part(&column.name);
    for (other, namesake) in like.iter().take(NAMED) {
        draft = draft.evidence(format!("{}.{} is {}", other.name, namesake.name, namesake.type_name));
    }
    draft.fix("-- if the same is meant, give it the same type; if not, another name");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_better_keeps_the_length() {
        for (is, better) in [
            ("character(3)", "character varying(3)"),
            ("character(3)[]", "character varying(3)[]"),
            ("timestamp(3) without time zone", "timestamp(3) with time zone"),
            ("timestamp without time zone", "timestamp with time zone"),
            ("money", "numeric"),
            ("json[]", "jsonb[]"),
        ] {
            assert_eq!(surprise(is).map(|found| found.better).as_deref(), Some(better), "{is}");
        }
        for fine in ["character varying(3)", "\"char\"", "timestamp(3) with time zone", "jsonb", "public.money", "date"]
        {
            assert!(surprise(fine).is_none(), "{fine}");
        }
    }
}
