//! A plan as SQL that a person runs by hand, in any editor, without pgdeck.

mod driver;
mod reviewed;
pub(super) mod tried;

use std::{collections::BTreeMap, fmt::Write as _};

use self::tried::{Tried, Way};
use super::{
    fires::{Fires, fires, who},
    park,
    plan::{NewValue, Operation, Plan, Step},
    row::Value,
    schedule::{Run, Schedule, schedule},
    shape::{Role, Shape},
    sql::{self, Statement},
};
use crate::core::{error::Result, name::literal, settings, sql_text::printable_sql, text::is_printable};

/// What a script and a seed set for their transaction: the settings that values depend on, row security off so that no
/// row is hidden, and a limit for locks.
pub(super) fn session() -> impl Iterator<Item = (&'static str, &'static str)> {
    let pinned = settings::writing().map(|setting| (setting.name, setting.value));
    pinned.chain([("row_security", "off"), ("lock_timeout", "3s")])
}

/// PL/pgSQL that raises where the text `sql` is not read as UTF-8, in which it is written: another encoding would make
/// other characters of it, without a word. Nothing for ASCII, which is the same in all.
pub(super) fn encoding_check(sql: &str) -> String {
    // Those that are not printable will be spelled in ASCII.
    let Some(sample) = sql.chars().find(|c| !c.is_ascii() && is_printable(*c)) else { return String::new() };
    let bytes = sample.to_string().bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    format!(
        "  IF pg_catalog.convert_to('{sample}', 'UTF8') OPERATOR(pg_catalog.<>) pg_catalog.decode('{bytes}', 'hex') THEN\n    \
         RAISE EXCEPTION 'this file is in UTF-8, and the session reads it as another encoding: SET client_encoding = UTF8';\n  \
         END IF;\n"
    )
}

/// The statement that prepares the session of a script: its own path behind `pg_catalog`, for triggers of the target, and
/// what would make the rest mean something else.
fn prepared(sql: &str) -> String {
    let saved = "pg_catalog.current_setting('pgdeck.search_path')";
    let body = format!(
        "BEGIN\n  PERFORM pg_catalog.set_config('pgdeck.search_path', pg_catalog.current_setting('search_path'), true);\n  \
         PERFORM pg_catalog.set_config('search_path', '', true);\n  \
         IF pg_catalog.current_setting('session_replication_role') = 'replica' THEN\n    \
         RAISE EXCEPTION 'session_replication_role is replica: foreign keys and triggers would not run';\n  END IF;\n\
         {}  PERFORM {};\nEND",
        encoding_check(sql),
        settings::own_path(saved)
    );
    let tag = tag(&body);
    format!("DO {tag}\n{body}\n{tag};\n")
}

/// The whole script: one transaction, every statement guarded by the reviewed values, every row checked
/// at the end. Running it again changes nothing; running it on other data raises and rolls back.
pub fn script(plan: &Plan) -> Result<String> {
    let head = format!(
        "-- {}: {} → {}, {}\n-- Plan {}. One transaction: if a row of it, or how its tables are declared, changed since the\n\
         -- review, or this is another database than the one that was reviewed, nothing is written.\n\
         -- A script keeps no before-images: no `sync undo` takes it back.\nBEGIN;\n",
        comment(&plan.project),
        comment(&plan.from),
        comment(&plan.to),
        plan.tally(),
        plan.short_digest(),
    );
    let mut out = reviewed::before(plan);
    let schedule = schedule(plan)?;
    if !schedule.deferred.is_empty() {
        // Writing to a string does not fail.
        let _ = writeln!(out, "\n-- Unique values move between rows; checked at the end.");
        let _ = writeln!(out, "SET CONSTRAINTS {} DEFERRED;", schedule.deferred.join(", "));
    }
    let runs = &schedule.runs;
    // In between stand statements whose place only the server can judge.
    let tried = runs.iter().position(|run| run.unsure).unwrap_or(runs.len());
    let behind = runs.iter().rposition(|run| run.unsure).map_or(tried, |last| last + 1);
    runs[..tried].iter().for_each(|run| plain(&mut out, plan, run));
    if tried < behind {
        out.push_str(&block(plan, &schedule, tried..behind)?);
    }
    runs[behind..].iter().for_each(|run| plain(&mut out, plan, run));
    out.push_str("\nSET CONSTRAINTS ALL IMMEDIATE;\n\n");
    out.push_str(&reviewed::after(plan));
    out.push_str("\n-- Every row must now be as it was reviewed.\n");
    for step in &plan.steps {
        let condition = sql::reached(plan.shape(&step.table)?, step).script();
        let message = literal(&format!("{} {} is not as it was reviewed", step.table, step.key.display()));
        let body = format!(
            "BEGIN\n  IF NOT ({condition}) THEN\n    RAISE EXCEPTION USING MESSAGE = {message}{};\n  END IF;\nEND",
            blamed(plan, step)
        );
        let tag = tag(&body);
        let _ = write!(out, "DO {tag}\n{body}\n{tag};\n");
    }
    for (shape, column, sequence) in plan.numbered() {
        let _ = write!(
            out,
            "\n-- The next {} goes on behind these.\n{};\n",
            comment(&column.name),
            sql::advance(shape, column, sequence).script()
        );
    }
    out.push_str("\nCOMMIT;\n");
    let mut whole = head;
    for (name, value) in [("client_encoding", "UTF8")].into_iter().chain(session()) {
        let _ = writeln!(whole, "SET LOCAL {name} = '{value}';");
    }
    whole.push_str(&prepared(&out));
    Ok(printable_sql(&(whole + &out)).into_owned())
}

/// The hint that names the triggers which may have kept `step` from what was reviewed; nothing where there are none.
fn blamed(plan: &Plan, step: &Step) -> String {
    let fired: Vec<_> = fires(plan, std::iter::once((step, false))).iter().map(Fires::name).collect();
    if fired.is_empty() {
        return String::new();
    }
    let hint = format!("{} may have changed the row or kept it from being written", who(&fired));
    format!(", HINT = {}", literal(&comment(&hint)))
}

fn plain(out: &mut String, plan: &Plan, run: &Run) {
    // Writing to a string does not fail.
    let _ = write!(out, "\n-- {}\n{};\n", comment(&rows_of(plan, run)), run.statement.script());
}

fn rows_of(plan: &Plan, run: &Run) -> String {
    let rows = run.steps.iter().map(|at| &plan.steps[*at]);
    rows.map(|step| format!("{} {}", step.table, step.key.display())).collect::<Vec<_>>().join(", ")
}

/// The block that tries the runs of `range`.
fn block(plan: &Plan, schedule: &Schedule, range: std::ops::Range<usize>) -> Result<String> {
    let runs = &schedule.runs;
    let mut rows = Vec::new();
    let mut whole = true;
    for run in &runs[range.clone()] {
        let needs = run.needs.iter().filter(|at| range.contains(at)).map(|at| comment(&rows_of(plan, &runs[*at])));
        let mut tried = Tried {
            name: comment(&rows_of(plan, run)),
            needs: needs.collect(),
            statement: run.statement.script(),
            ..Tried::default()
        };
        let step = &plan.steps[run.steps[0]];
        if !run.numbered && run.moves && step.operation != Operation::Insert {
            let shape = plan.shape(&step.table)?;
            let back = park::brought_back_from_anywhere(shape, step, &usable(shape));
            let mut row = Statement::default();
            sql::guarded(&mut row, shape, step);
            tried.table = sql::only(shape);
            tried.row = row.script();
            let mut waiting = Statement::default();
            sql::located(&mut waiting, shape, step);
            tried.waiting = waiting.script();
            tried.parked = sql::statement(shape, &back).script();
            tried.wanted = tried::pieces(shape, back.set.iter(), &usable(shape), Statement::script);
        } else {
            whole &= run.steps.iter().all(|at| plan.steps[*at].operation == Operation::Insert);
        }
        rows.push(tried);
    }
    let mut ways: Vec<Way> = Vec::new();
    for shape in plan.shapes.iter().filter(|shape| rows.iter().any(|row| row.table == sql::only(shape))) {
        let contests = schedule.contests.iter().filter(|contest| contest.table == shape.table);
        let rules: Vec<_> = contests.map(|contest| contest.rule).collect();
        ways.extend(tried::ways(shape, (&rules, &usable(shape)), &news(plan, shape), Statement::script));
    }
    let body = tried::block(&rows, &ways, whole);
    let tag = tag(&body);
    Ok(format!(
        "\n-- These rows take unique values from each other. Each statement waits until nothing is in its way.\n\
         DO {tag}\n{body}{tag};\n"
    ))
}

/// The columns on which rows may wait: those that were reviewed, and by which no row is found.
fn usable(shape: &Shape) -> Vec<&str> {
    let reviewed = shape.columns.iter().filter(|column| matches!(column.role, Role::Value | Role::Foreign));
    let found_by = |name: &&str| shape.locator.iter().any(|l| l == name) || shape.key_columns().contains(name);
    reviewed.map(|column| column.name.as_str()).filter(|name| !found_by(name)).collect()
}

/// Values that rows of `shape` get, by column, some of each.
fn news<'a>(plan: &'a Plan, shape: &Shape) -> BTreeMap<&'a str, Vec<Value>> {
    const SOME: usize = 20;
    let mut out: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for assignment in plan.steps.iter().filter(|step| step.table == shape.table).flat_map(|step| &step.set) {
        if let (NewValue::Value(value), [name]) = (&assignment.value, assignment.columns.as_slice()) {
            let known = out.entry(name).or_default();
            if known.len() < SOME && !known.contains(value) {
                known.push(value.clone());
            }
        }
    }
    out
}

/// Text that stays inside a comment.
pub(super) fn comment(text: &str) -> String {
    crate::core::text::printable(text).into_owned()
}

/// A dollar quote that does not occur in `body`.
pub(super) fn tag(body: &str) -> String {
    let mut number = 0;
    loop {
        let tag = format!("$pgdeck{number}$");
        if !body.contains(&tag) {
            return tag;
        }
        number += 1;
    }
}
