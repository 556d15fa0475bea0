//! `pgdeck migrations show`: one file.

use serde_json::{Map, Value as Json, json};

use crate::{
    app::migrations::standing::{Overview, Standing},
    cli::{
        Context,
        output::{self, Listing},
    },
    core::{
        error::{Error, Result, did_you_mean},
        migrations::{
            difference::{Difference, Line, Side},
            file::File,
            risk,
        },
        sql_text::printable_sql,
        text::printable_lines,
    },
};

pub(super) fn run(overview: &Overview, version: &str, context: &Context) -> Result<u8> {
    let same = |file: &&File| {
        file.version.as_deref() == Some(version)
            || file.path == version
            || file.path.rsplit('/').next() == Some(version)
    };
    let files: Vec<&File> = overview.folder.files.iter().filter(same).collect();
    if files.is_empty() {
        let known = overview.folder.files.iter().filter_map(|file| file.version.as_deref());
        return Err(Error::usage("there is no such migration").object(version).hint(did_you_mean(version, known)));
    }
    if context.format == output::Format::Json {
        let files: Vec<Json> = files.iter().map(|file| record(overview, file)).collect();
        return output::print(context.format, &Listing::default(), &json!({ "files": files })).map(|()| 0);
    }
    let shown: Vec<String> = files.iter().map(|file| shown(overview, file)).collect();
    output::write(&shown.join("\n")).map(|()| 0)
}

/// A file for people: where it ran, what is wrong with it, what is risky, and its text.
fn shown(overview: &Overview, file: &File) -> String {
    let mut lines = vec![file.path.clone()];
    let at = overview.place(&file.path);
    for standing in &overview.environments {
        let told = at.map_or("goes back", |at| standing.told(at).word());
        let when = at.and_then(|at| standing.applied(at)?.at.clone());
        let when = when.map(|when| format!(", {when}")).unwrap_or_default();
        lines.push(format!("  {}: {told}{when}", standing.environment));
    }
    lines.extend(overview.problems_of(&file.path).map(|(_, problem)| format!("  {problem}")));
    lines.extend(
        risk::risks(file)
            .iter()
            .map(|risk| format!("  line {}: risky: {}: {} — {}", risk.line, risk.object, risk.reason(), risk.hint())),
    );
    lines.push(format!("  {} statements", file.statements().list.len()));
    for (environment, difference) in at.into_iter().flat_map(|at| overview.differences(at)) {
        lines.extend(differs(environment, difference));
    }
    let about = printable_lines(&lines.join("\n")).into_owned();
    let text = file.text.trim_end().replace("\r\n", "\n");
    format!("{about}\n\n{}\n", printable_sql(&text))
}

/// How the file differs from what ran in `environment`; `-` ran there, `+` is in the file.
fn differs(environment: &str, difference: &Difference) -> Vec<String> {
    let hunks = match difference {
        Difference::Checksum { .. } => {
            return vec![format!("  {environment}: {}", difference.says().unwrap_or_default())];
        }
        Difference::Statements { hunks } => hunks,
    };
    let mut lines = vec![String::new(), format!("  {environment} ran (-) what the file (+) does not say:")];
    for (nth, hunk) in hunks.iter().enumerate() {
        if nth > 0 {
            lines.push("  …".to_owned());
        }
        lines.extend(hunk.iter().map(|Line { side, line, text }| {
            let sign = match side {
                Side::Both => ' ',
                Side::Ran => '-',
                Side::File => '+',
            };
            let number = line.map(|line| line.to_string()).unwrap_or_default();
            format!("  {number:>5} {sign} {text}")
        }));
    }
    lines
}

fn record(overview: &Overview, file: &File) -> Json {
    let at = overview.place(&file.path);
    let of =
        |standing: &Standing| (standing.environment.clone(), json!(at.map(|at| standing.told(at).status().word())));
    let statements = file.statements().list.into_iter();
    let statements = statements.map(|statement| json!({ "line": statement.line, "sql": statement.text(&file.text) }));
    json!({
        "version": file.version,
        "name": file.name,
        "file": file.path,
        "status": overview.environments.iter().map(|standing| of(standing)).collect::<Map<_, _>>(),
        "differences": at.into_iter().flat_map(|at| overview.differences(at)).map(differences).collect::<Vec<_>>(),
        "statements": statements.collect::<Vec<_>>(),
    })
}

/// The difference, and whose it is.
fn differences((environment, difference): (&str, &Difference)) -> Json {
    let mut record = json!(difference);
    record["environment"] = json!(environment);
    record
}
