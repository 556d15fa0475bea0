//! A plan as SQL that a person runs by hand, in any editor, without pgdeck.

use std::fmt::Write as _;

use super::{park, plan::Plan, sql};
use crate::core::{error::Result, name::literal, settings};

/// What a script and a seed set for their transaction: the settings that values depend on, row security off so that no
/// row is hidden, and a limit for locks.
pub(super) fn session() -> impl Iterator<Item = (&'static str, &'static str)> {
    let pinned = settings::writing().map(|setting| (setting.name, setting.value));
    pinned.chain([("row_security", "off"), ("lock_timeout", "3s")])
}

/// PL/pgSQL that raises where the text `sql` is not read as UTF-8, in which it is written: another encoding would make
/// other characters of it, without a word. Nothing for ASCII, which is the same in all.
pub(super) fn encoding_check(sql: &str) -> String {
    let Some(sample) = sql.chars().find(|c| !c.is_ascii()) else { return String::new() };
    let bytes: String = sample.to_string().bytes().map(|byte| format!("{byte:02x}")).collect();
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
        "-- {}: {} → {}, {}\n-- Plan {}. One transaction: if anything changed since the review, nothing is written.\nBEGIN;\n",
        comment(&plan.project),
        comment(&plan.from),
        comment(&plan.to),
        plan.tally(),
        plan.short_digest(),
    );
    let mut out = String::new();
    for run in park::statements(plan)? {
        let parks = if run.parks { ", out of the way" } else { "" };
        let rows: Vec<_> = run.steps.iter().map(|at| &plan.steps[*at]).collect();
        let rows: Vec<_> = rows.iter().map(|step| format!("{} {}", step.table, step.key.display())).collect();
        let row = comment(&rows.join(", "));
        // Writing to a string does not fail.
        let _ = write!(out, "\n-- {row}{parks}\n{};\n", run.statement.script());
    }
    out.push_str("\nSET CONSTRAINTS ALL IMMEDIATE;\n\n-- Every row must now be as it was reviewed.\n");
    for step in &plan.steps {
        let condition = sql::reached(plan.shape(&step.table)?, step).script();
        let message = literal(&format!("{} {} is not as it was reviewed", step.table, step.key.display()));
        let body = format!(
            "BEGIN\n  IF NOT ({condition}) THEN\n    RAISE EXCEPTION USING MESSAGE = {message};\n  END IF;\nEND"
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
    Ok(whole + &out)
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
