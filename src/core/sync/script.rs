//! A plan as SQL that a person runs by hand, in any editor, without pgdeck.

use std::fmt::Write as _;

use super::{park, plan::Plan, sql};
use crate::core::{error::Result, name::literal};

/// The settings under which values were read; without them the same text could mean another value.
pub(super) const SETTINGS: [(&str, &str); 9] = [
    ("search_path", ""),
    ("timezone", "UTC"),
    ("datestyle", "ISO"),
    ("intervalstyle", "postgres"),
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
    ("lc_monetary", "C"),
    ("row_security", "off"),
    ("lock_timeout", "3s"),
];

/// The whole script: one transaction, every statement guarded by the reviewed values, every row checked
/// at the end. Running it again changes nothing; running it on other data raises and rolls back.
pub fn script(plan: &Plan) -> Result<String> {
    let mut out = format!(
        "-- {}: {} → {}, {}\n-- Plan {}. One transaction: if anything changed since the review, nothing is written.\nBEGIN;\n",
        comment(&plan.project),
        comment(&plan.from),
        comment(&plan.to),
        plan.tally(),
        plan.short_digest(),
    );
    for (name, value) in SETTINGS {
        // Writing to a string does not fail.
        let _ = writeln!(out, "SET LOCAL {name} = '{value}';");
    }
    for run in park::statements(plan)? {
        let parks = if run.parks { ", out of the way" } else { "" };
        let rows: Vec<_> = run.steps.iter().map(|at| &plan.steps[*at]).collect();
        let rows: Vec<_> = rows.iter().map(|step| format!("{} {}", step.table, step.key.display())).collect();
        let row = comment(&rows.join(", "));
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
    Ok(out)
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
