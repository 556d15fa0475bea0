//! `pgdeck migrations list` and `check`: the files and where they ran, or only what is wrong.

use serde_json::{Map, Value as Json, json};

use crate::{
    app::migrations::standing::{Overview, Standing},
    cli::output::{Align, Listing},
};

/// The files, unless only what is wrong is asked for; then all that is wrong, what is risky, and one line on it all.
pub(super) fn listing(overview: &Overview, only_wrong: bool) -> Listing {
    let columns = ["version", "name"].map(str::to_owned).into_iter();
    let columns = columns.chain(overview.environments.iter().map(|standing| standing.environment.clone()));
    let mut listing = Listing::new(columns.map(|name| (name, Align::Left)));
    let rows = overview.folder.forward().enumerate().map(|(at, file)| {
        let mut row = vec![file.version.clone().unwrap_or_default(), file.name.clone()];
        row.extend(overview.environments.iter().map(|standing| standing.told(at).word().to_owned()));
        row
    });
    if !only_wrong {
        listing.rows.extend(rows);
    }
    listing.notes.extend(notes(overview));
    listing
}

fn notes(overview: &Overview) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    notes.extend(overview.problems().map(|(environment, problem)| match environment {
        Some(environment) => format!("{environment}: {problem}"),
        None => problem.to_string(),
    }));
    notes.extend(overview.environments.iter().flat_map(|standing| {
        standing.lookalikes.iter().map(|table| format!("{}: {}: {}", standing.environment, table.table, table.reason))
    }));
    for (file, risk) in overview.pending_risks() {
        let (path, line, object) = (&file.path, risk.line, &risk.object);
        notes.push(format!("{path}:{line}: risky: {object}: {} — {}", risk.reason(), risk.hint()));
    }
    let renames = overview.renames();
    if !renames.is_empty() {
        let renames: Vec<_> = renames.iter().map(|rename| format!("{} → {}", rename.from, rename.to)).collect();
        notes.push(format!("numbers that would fit, nothing is renamed: {}", renames.join(", ")));
    }
    notes.push(overview.summary());
    notes
}

/// The same as JSON.
pub(super) fn record(overview: &Overview) -> Json {
    let environments = &overview.environments;
    let files = overview.folder.forward().enumerate().map(|(at, file)| {
        let mut kinds: Vec<&str> = overview.problems_of(&file.path).map(|(_, problem)| problem.class.word()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let of = |standing: &Standing| (standing.environment.clone(), json!(standing.told(at).status().word()));
        let looks: Map<String, Json> = environments
            .iter()
            .filter(|standing| !standing.looks.is_empty())
            .map(|standing| (standing.environment.clone(), json!(standing.looks[at].verdict)))
            .collect();
        json!({
            "version": file.version,
            "name": file.name,
            "file": file.path,
            "problems": kinds,
            "status": environments.iter().map(|standing| of(standing)).collect::<Map<_, _>>(),
            "looks": looks,
        })
    });
    let missing = |standing: &Standing| {
        let versions = standing.state.missing.iter().map(|applied| applied.version.as_ref().or(applied.name.as_ref()));
        (standing.environment.clone(), json!(versions.collect::<Vec<_>>()))
    };
    let problems = overview.problems().map(|(environment, problem)| {
        json!({
            "kind": problem.class.word(), "versions": problem.versions, "detail": problem.detail,
            "hint": problem.hint, "place": problem.place(), "environment": environment,
        })
    });
    let risks = overview.pending_risks().into_iter().map(|(file, risk)| {
        json!({
            "file": file.path, "line": risk.line, "object": risk.object, "rule": risk.rule.word(),
            "detail": risk.reason(), "hint": risk.hint(),
        })
    });
    json!({
        "style": overview.folder.style.word(),
        "files": files.collect::<Vec<_>>(),
        "missing_on_disk": environments.iter().map(|standing| missing(standing)).collect::<Map<_, _>>(),
        "problems": problems.collect::<Vec<_>>(),
        "risks": risks.collect::<Vec<_>>(),
    })
}
