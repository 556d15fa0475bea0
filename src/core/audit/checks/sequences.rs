//! SQ01: sequences that come to their end.

use crate::core::{
    audit::{
        Severity,
        check::{Check, Context, Family, Report},
        facts::{Filled, Relation, Sequence, Sight},
    },
    name::ident,
};

/// The family.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "SQ01",
    family: Family::Tables,
    severity: Severity::Error,
    title: "sequence nearly exhausted",
    why: "After the last number every INSERT fails. The end is that of the sequence or that of the column's type, \
          whichever comes first: an integer column ends at 2,147,483,647 whatever its sequence could count to.",
    how: "Make the column a bigint, and those that refer to it. On a big table that rewrites the table under a lock: do \
          it in time, or by way of a second column that is filled in parts. Raise the end of a bounded sequence.",
    manual: "8.1.1 \"Integer Types\"",
    since: 0,
    needs: &[Sight::Sequences],
    run: sq01,
}];

/// What ends a sequence.
#[derive(Clone, Copy)]
enum End<'a> {
    /// Its own bound.
    Bound,
    /// The type of a column.
    Column(&'a Relation, &'a Filled),
}

/// The end that comes first, with the part of the way to it that is behind, 0 to 1.
struct Reach<'a> {
    end: End<'a>,
    value: i128,
    used: f64,
}

fn sq01(context: &Context<'_>, report: &mut Report<'_>) {
    for sequence in &context.facts.sequences {
        let reach = reach(context, sequence, sequence.last.unwrap_or(sequence.start));
        // One that begins anew never ends, unless the column ends before.
        if sequence.cycle && matches!(reach.end, End::Bound) {
            continue;
        }
        if !sequence.readable {
            report.unseen(
                &sequence.name,
                format!("{} may not read its value: GRANT SELECT ON SEQUENCE", context.facts.database.role),
            );
        } else if reach.used >= context.rules.limits.sequence_used {
            found(context, report, sequence, &reach);
        }
    }
}

/// The types of columns that can be narrower than a sequence: what they hold up to, in both directions.
fn holds(type_name: &str) -> Option<(i128, i128)> {
    match type_name {
        "smallint" => Some((i16::MIN.into(), i16::MAX.into())),
        "integer" => Some((i32::MIN.into(), i32::MAX.into())),
        "bigint" => Some((i64::MIN.into(), i64::MAX.into())),
        _ => {
            let (precision, scale) = numeric(type_name)?;
            let most = 10_i128.checked_pow(precision.checked_sub(scale)?)? - 1;
            Some((-most, most))
        }
    }
}

/// Precision and scale of a `numeric(p,s)`.
fn numeric(type_name: &str) -> Option<(u32, u32)> {
    let (precision, scale) = type_name.strip_prefix("numeric(")?.strip_suffix(')')?.split_once(',')?;
    Some((precision.parse().ok()?, scale.parse().ok()?))
}

/// The end towards which a sequence counts of those of a type.
fn towards(sequence: &Sequence, (least, most): (i128, i128)) -> i128 {
    if sequence.increment > 0 { most } else { least }
}

/// Which end `sequence` comes to first, and how near `last` is to it.
fn reach<'a>(context: &Context<'a>, sequence: &'a Sequence, last: i64) -> Reach<'a> {
    let (origin, last) = (i128::from(sequence.origin), i128::from(last));
    let way = |value: i128| (value - origin).abs();
    let mut first = (End::Bound, i128::from(sequence.limit));
    for filled in &sequence.fills {
        let Some(table) = context.lookup.relation(filled.relation) else { continue };
        let Some(value) = holds(&filled.type_name).map(|range| towards(sequence, range)) else { continue };
        // At the same place it is the column that has to be widened.
        let nearer = if sequence.increment > 0 { value <= first.1 } else { value >= first.1 };
        if nearer && (value != first.1 || matches!(first.0, End::Bound)) {
            first = (End::Column(table, filled), value);
        }
    }
    let (end, value) = first;
    let past = if sequence.increment > 0 { last >= value } else { last <= value };
    #[expect(clippy::cast_precision_loss, reason = "a part of the whole")]
    let used = if past { 1.0 } else { way(last) as f64 / way(value).max(1) as f64 };
    Reach { end, value, used }
}

fn found(context: &Context<'_>, report: &mut Report<'_>, sequence: &Sequence, reach: &Reach<'_>) {
    let last = sequence.last.unwrap_or(sequence.start);
    let percent = reach.used * 100.0;
    let (end, fix) = match reach.end {
        End::Bound => ("its own end".to_owned(), raise(context, sequence)),
        End::Column(table, filled) => {
            let name = table.column(filled.number).map_or("", |column| column.name.as_str());
            (format!("the end of {}.{}, {}", table.name, ident(name), filled.type_name), widen(context, sequence))
        }
    };
    let mut draft = report
        .found(&sequence.name, format!("{percent:.1} % used: at {last} of {}, {end}", reach.value))
        .evidence(format!("sequence: {}, from {} to {}", sequence.type_name, sequence.origin, sequence.limit));
    for filled in &sequence.fills {
        let Some(table) = context.lookup.relation(filled.relation) else { continue };
        let name = table.column(filled.number).map_or("", |column| column.name.as_str());
        draft = draft.evidence(format!("fills {}.{}, {}", table.name, ident(name), filled.type_name));
        draft = draft.about(table.oid);
    }
    draft.fix(fix);
}

/// The word for the end towards which it counts.
fn bound(sequence: &Sequence) -> &'static str {
    if sequence.increment > 0 { "MAXVALUE" } else { "MINVALUE" }
}

/// SQL that lets a sequence go as far as a bigint does.
fn free(sequence: &Sequence) -> String {
    format!("ALTER SEQUENCE {} AS bigint NO {};", sequence.name.sql(), bound(sequence))
}

/// Moves a sequence's own end to that of its columns; widens those too where that would not help for long.
fn raise(context: &Context<'_>, sequence: &Sequence) -> String {
    let (bigint_end, last) = (towards(sequence, (i64::MIN.into(), i64::MAX.into())), sequence.last);
    if i128::from(sequence.limit) == bigint_end {
        return "-- It cannot count any further: there is no longer integer type. Begin anew, or take another key."
            .to_owned();
    }
    let freed = Sequence { limit: if sequence.increment > 0 { i64::MAX } else { i64::MIN }, ..sequence.clone() };
    let then = reach(context, &freed, last.unwrap_or(sequence.start));
    match then.end {
        End::Column(..) if then.used >= context.rules.limits.sequence_used => widen(context, sequence),
        // The type of the column is the end then, which a sequence of another type would pass.
        End::Column(_, filled) if filled.type_name != "bigint" => {
            format!("ALTER SEQUENCE {} AS bigint {} {};", sequence.name.sql(), bound(sequence), then.value)
        }
        End::Column(..) => free(sequence),
        End::Bound => {
            format!("-- No column is known that it fills: make sure that whatever does so can.\n{}", free(sequence))
        }
    }
}

/// Widens every column that is too narrow, and the sequence.
fn widen(context: &Context<'_>, sequence: &Sequence) -> String {
    let last = i128::from(sequence.last.unwrap_or(sequence.start));
    let origin = i128::from(sequence.origin);
    let mut sql = vec![
        "-- Rewrites the table under a lock that keeps everybody out, and fails while a view shows the column. On a big"
            .to_owned(),
        "-- table: add a bigint column, keep it equal by a trigger, fill it in parts, then swap the two.".to_owned(),
    ];
    let mut known = false;
    for filled in &sequence.fills {
        let Some(table) = context.lookup.relation(filled.relation) else { continue };
        let Some(end) = holds(&filled.type_name).map(|range| towards(sequence, range)) else { continue };
        let Some(column) = table.column(filled.number) else { continue };
        #[expect(clippy::cast_precision_loss, reason = "a part of the whole")]
        let used = (last - origin).abs() as f64 / (end - origin).abs().max(1) as f64;
        let Some(wider) = wider(&filled.type_name).filter(|_| used >= context.rules.limits.sequence_used) else {
            continue;
        };
        known = true;
        let name = ident(&column.name);
        sql.push(format!("ALTER TABLE {} ALTER COLUMN {name} TYPE {wider};", table.name.sql()));
        sql.extend(referring(context, table, filled.number, &wider));
    }
    if !known {
        return "-- It cannot count any further: there is no longer integer type. Begin anew, or take another key."
            .to_owned();
    }
    sql.push(free(sequence));
    sql.join("\n")
}

/// The type that holds more; `None` where there is none.
fn wider(type_name: &str) -> Option<String> {
    match type_name {
        "smallint" | "integer" => Some("bigint".into()),
        "bigint" => None,
        _ => numeric(type_name).map(|(_, scale)| format!("numeric({},{scale})", 19 + scale)),
    }
}

/// The columns that refer to one, to be widened with it.
fn referring(context: &Context<'_>, table: &Relation, number: i16, wider: &str) -> Vec<String> {
    let mut sql = Vec::new();
    for key in context.lookup.references(table.oid) {
        let Some(child) = context.lookup.relation(key.relation) else { continue };
        let pairs = key.columns.iter().zip(&key.referenced).filter(|(_, referenced)| **referenced == number);
        for column in pairs.filter_map(|(own, _)| child.column(*own)).filter(|column| column.type_name != wider) {
            if sql.is_empty() {
                sql.push("-- What refers to it has to hold the same:".to_owned());
            }
            let (child, name) = (child.name.sql(), ident(&column.name));
            sql.push(format!("ALTER TABLE {child} ALTER COLUMN {name} TYPE {wider};"));
        }
    }
    sql
}
