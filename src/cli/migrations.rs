//! `pgdeck migrations`

use serde_json::{Map, Value as Json, json};

use super::{
    Context,
    args::{FailOn, Migrations as Arguments, MigrationsCommand as Command},
    output::{self, Align, Listing},
};
use crate::{
    app::migrations::standing::{self, Overview, Standing},
    core::{
        error::{Error, Result, did_you_mean},
        migrations::{
            file::File,
            numbering,
            problem::Problem,
            risk::{self, Risk},
            state::Status,
            trace::Verdict,
        },
        text::printable_lines,
    },
};

pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<u8> {
    let names = context.deck.names(&arguments.environments)?;
    let overview = standing::overview(&context.deck, &context.job, arguments.dir.as_deref(), &names).await?;
    match &arguments.command {
        None | Some(Command::List) => {
            let mut listing = listing(&overview, false);
            listing.notes.push(summary(&overview));
            output::print(context.format, &listing, &record(&overview)).map(|()| 0)
        }
        Some(Command::Check { fail_on }) => {
            let mut listing = listing(&overview, true);
            listing.notes.push(summary(&overview));
            output::print(context.format, &listing, &record(&overview))?;
            Ok(u8::from(*fail_on == FailOn::Difference && problems(&overview).next().is_some()))
        }
        Some(Command::Show { version }) => show(&overview, version, context),
    }
}

/// Every problem, of the folder and of each environment, with the environment's name.
fn problems(overview: &Overview) -> impl Iterator<Item = (Option<&str>, &Problem)> {
    let folder = overview.folder.problems.iter().map(|problem| (None, problem));
    let environments = overview.environments.iter().flat_map(|standing| {
        standing.state.problems.iter().map(|problem| (Some(standing.environment.as_str()), problem))
    });
    folder.chain(environments)
}

/// The risks of the files that have not run in some environment.
fn pending_risks(overview: &Overview) -> Vec<(&File, Risk)> {
    let pending =
        |at: usize| overview.environments.iter().any(|standing| status(standing, at) == Told::Is(Status::Pending));
    let files = overview.folder.forward().enumerate().filter(|(at, _)| pending(*at));
    files.flat_map(|(_, file)| risk::risks(file).into_iter().map(move |risk| (file, risk))).collect()
}

/// Where a file stands: by a history, or by what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Is(Status),
    Looks(Verdict),
}

impl Told {
    fn word(self) -> &'static str {
        match self {
            Told::Is(status) => status.word(),
            Told::Looks(Verdict::All) => "looks applied",
            Told::Looks(Verdict::Some) => "partly there",
            Told::Looks(Verdict::None) => "looks pending",
            Told::Looks(Verdict::Unknown) => "unknown",
        }
    }
}

/// The forward file at `at` in one environment.
fn status(standing: &Standing, at: usize) -> Told {
    match (standing.looks.get(at), standing.state.files.get(at)) {
        (Some(look), _) => Told::Looks(look.verdict),
        (None, Some(file)) => Told::Is(file.status),
        (None, None) => Told::Is(Status::Unknown),
    }
}

/// The files, unless only what is wrong is asked for; then all that is wrong, and what is risky.
fn listing(overview: &Overview, only_wrong: bool) -> Listing {
    let columns = ["version", "name"].map(str::to_owned).into_iter();
    let columns = columns.chain(overview.environments.iter().map(|standing| standing.environment.clone()));
    let mut listing = Listing::new(columns.map(|name| (name, Align::Left)));
    let rows = overview.folder.forward().enumerate().map(|(at, file)| {
        let mut row = vec![file.version.clone().unwrap_or_default(), file.name.clone()];
        row.extend(overview.environments.iter().map(|standing| status(standing, at).word().to_owned()));
        row
    });
    if !only_wrong {
        listing.rows.extend(rows);
    }
    listing.notes.extend(problems(overview).map(|(environment, problem)| match environment {
        Some(environment) => format!("{environment}: {problem}"),
        None => problem.to_string(),
    }));
    let lookalikes = overview.environments.iter().flat_map(|standing| {
        standing.lookalikes.iter().map(|table| format!("{}: {}: {}", standing.environment, table.table, table.reason))
    });
    listing.notes.extend(lookalikes);
    for (file, risk) in pending_risks(overview) {
        let (path, line, object) = (&file.path, risk.line, &risk.object);
        listing.notes.push(format!("{path}:{line}: risky: {object}: {} — {}", risk.reason(), risk.hint()));
    }
    let renames = renames(overview);
    if !renames.is_empty() {
        let renames: Vec<_> = renames.iter().map(|rename| format!("{} → {}", rename.from, rename.to)).collect();
        listing.notes.push(format!("numbers that would fit, nothing is renamed: {}", renames.join(", ")));
    }
    listing
}

/// New names for files whose numbers do not fit; those that ran anywhere, or may have, keep theirs.
fn renames(overview: &Overview) -> Vec<numbering::Rename> {
    let forward: Vec<&File> = overview.folder.forward().collect();
    let ran = |file: &File| {
        let at = forward.iter().position(|known| known.path == file.path);
        let told = at.map(|at| overview.environments.iter().map(move |standing| status(standing, at)));
        told.is_some_and(|mut told| {
            told.any(|told| !matches!(told, Told::Is(Status::Pending) | Told::Looks(Verdict::None)))
        })
    };
    numbering::renumber(overview.folder.style, &overview.folder.files, ran)
}

fn summary(overview: &Overview) -> String {
    let files = overview.folder.forward().count();
    let (problems, risks) = (problems(overview).count(), pending_risks(overview).len());
    let histories = overview.environments.iter().map(|standing| match &standing.state.history {
        Some((tool, table)) => format!("{}: {tool}, {table}", standing.environment),
        None if standing.looks.is_empty() => format!("{}: no history that can be read", standing.environment),
        None => format!("{}: no history, told by what is there", standing.environment),
    });
    let histories: Vec<String> = histories.collect();
    format!(
        "{}: {files} files, {} style, {problems} problems, {risks} risky statements in what has not run; {}",
        overview.dir.display(),
        overview.folder.style.word(),
        histories.join(" · ")
    )
}

fn record(overview: &Overview) -> Json {
    let environments = &overview.environments;
    let files = overview.folder.forward().enumerate().map(|(at, file)| {
        let about = problems(overview).filter(|(_, problem)| problem.paths.contains(&file.path));
        let mut kinds: Vec<&str> = about.map(|(_, problem)| problem.class.word()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let of = |standing: &Standing| (standing.environment.clone(), json!(told(standing, at)));
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
            "status": environments.iter().map(of).collect::<Map<_, _>>(),
            "looks": looks,
        })
    });
    let missing = |standing: &Standing| {
        let versions = standing.state.missing.iter().map(|applied| applied.version.as_ref().or(applied.name.as_ref()));
        (standing.environment.clone(), json!(versions.collect::<Vec<_>>()))
    };
    let problems = problems(overview).map(|(environment, problem)| {
        json!({
            "kind": problem.class.word(), "versions": problem.versions, "detail": problem.detail,
            "hint": problem.hint, "place": problem.place(), "environment": environment,
        })
    });
    let risks = pending_risks(overview).into_iter().map(|(file, risk)| {
        json!({
            "file": file.path, "line": risk.line, "object": risk.object, "rule": risk.rule.word(),
            "detail": risk.reason(), "hint": risk.hint(),
        })
    });
    json!({
        "style": overview.folder.style.word(),
        "files": files.collect::<Vec<_>>(),
        "missing_on_disk": environments.iter().map(missing).collect::<Map<_, _>>(),
        "problems": problems.collect::<Vec<_>>(),
        "risks": risks.collect::<Vec<_>>(),
    })
}

/// The status in JSON, which has no word for what only looks so.
fn told(standing: &Standing, at: usize) -> &'static str {
    match status(standing, at) {
        Told::Is(status) => status.word(),
        Told::Looks(_) => Status::Unknown.word(),
    }
}

fn show(overview: &Overview, version: &str, context: &Context) -> Result<u8> {
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
        let files: Vec<Json> = files.iter().map(|file| shown_record(overview, file)).collect();
        return output::print(context.format, &Listing::default(), &json!({ "files": files })).map(|()| 0);
    }
    let shown: Vec<String> = files.iter().map(|file| shown(overview, file)).collect();
    output::write(&printable_lines(&shown.join("\n"))).map(|()| 0)
}

/// A file for people: where it ran, what is wrong with it, what is risky, and its text.
fn shown(overview: &Overview, file: &File) -> String {
    let mut lines = vec![file.path.clone()];
    let at = overview.folder.forward().position(|known| known.path == file.path);
    for standing in &overview.environments {
        let told = at.map_or("goes back", |at| status(standing, at).word());
        let when = at.and_then(|at| standing.state.files.get(at)?.applied.as_ref()?.at.clone());
        let when = when.map(|when| format!(", {when}")).unwrap_or_default();
        lines.push(format!("  {}: {told}{when}", standing.environment));
    }
    let about = problems(overview).filter(|(_, problem)| problem.paths.contains(&file.path));
    lines.extend(about.map(|(_, problem)| format!("  {problem}")));
    lines.extend(
        risk::risks(file)
            .iter()
            .map(|risk| format!("  line {}: risky: {}: {} — {}", risk.line, risk.object, risk.reason(), risk.hint())),
    );
    lines.push(format!("  {} statements", file.statements().list.len()));
    lines.push(String::new());
    lines.push(file.text.trim_end().replace("\r\n", "\n"));
    lines.join("\n") + "\n"
}

fn shown_record(overview: &Overview, file: &File) -> Json {
    let at = overview.folder.forward().position(|known| known.path == file.path);
    let of = |standing: &Standing| (standing.environment.clone(), json!(at.map(|at| told(standing, at))));
    let statements = file.statements().list.into_iter();
    let statements = statements.map(|statement| json!({ "line": statement.line, "sql": statement.text(&file.text) }));
    json!({
        "version": file.version,
        "name": file.name,
        "file": file.path,
        "status": overview.environments.iter().map(of).collect::<Map<_, _>>(),
        "statements": statements.collect::<Vec<_>>(),
    })
}
