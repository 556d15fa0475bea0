//! All that there is to say about one row.

use super::{
    MigrationsPane,
    mark::Mark,
    rows::{Gone, Row, What},
    sql, summary,
};
use crate::{
    app::migrations::standing::{Overview, Standing},
    config::theme::Role,
    core::migrations::{
        difference::{Difference, Side},
        file::File,
        problem::Problem,
    },
    tui::{
        glyphs::Glyphs,
        model::{EnvStatus, Model},
        widget::{
            cell::{Cell, width},
            gauge::counted,
            section::{head, labelled},
        },
    },
};

/// The longest name of an environment that what follows is lined up behind.
const NAME: usize = 20;
/// Objects that are named where there is no history.
const OBJECTS: usize = 6;

/// The page of `row`, where SQL has `room` cells; the rest is in paragraphs.
pub fn lines(model: &Model, row: &Row, room: usize) -> Vec<Cell> {
    let Some(overview) = &model.migrations.overview else { return Vec::new() };
    match &row.what {
        What::File(at) => {
            overview.folder.forward().nth(*at).map_or_else(Vec::new, |f| file(model, overview, (*at, f), room))
        }
        What::Problem(environments, problem) => wrong(model, overview, (environments, problem), room),
        What::Gone(gone) => no_file(model, gone, room),
        What::Silent(name, error) => vec![
            Cell::text(format!("{name} did not answer")).bold(),
            Cell::default(),
            Cell::of(Role::Danger, error.to_string()),
            Cell::default(),
            Cell::of(Role::Muted, "What the other environments say is shown all the same."),
        ],
    }
}

/// The title of the page of `row`.
pub fn title(model: &Model, row: &Row) -> String {
    match &row.what {
        What::File(at) => model.migrations.file(*at).map(|file| file.path.clone()).unwrap_or_default(),
        What::Problem(_, problem) => format!("{} {}", problem.class.word(), problem.place()).trim().to_owned(),
        What::Gone(gone) => format!("{} {}", gone.version, gone.name).trim().to_owned(),
        What::Silent(name, _) => name.clone(),
    }
}

fn file(model: &Model, overview: &Overview, (at, file): (usize, &File), room: usize) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let mut lines = vec![Cell::text(file.title()).bold(), about(overview, at, file, glyphs), Cell::default()];
    lines.extend(environments(model, at));
    lines.extend(problems(overview, file, glyphs));
    for (environment, difference) in overview.differences(at) {
        lines.extend(differs(environment, difference, room, glyphs));
    }
    lines.extend(renamed(model, file));
    lines.extend(risks(overview, at));
    if let Some(statements) = overview.statements(at).filter(|statements| !statements.list.is_empty()) {
        lines.extend([Cell::default(), head("statements").and(Role::Muted, format!("  {}", statements.list.len()))]);
        lines.extend(sql::listed(statements, &file.text, room, glyphs));
    }
    if !file.text.is_empty() {
        lines.extend([Cell::default(), head("text")]);
        lines.extend(sql::numbered(&file.text, room, glyphs));
    }
    lines
}

/// The file, how much is in it, and what takes it back.
fn about(overview: &Overview, at: usize, file: &File, glyphs: &Glyphs) -> Cell {
    let statements = overview.statements(at).map_or(0, |statements| statements.list.len());
    let mut parts = vec![file.path.clone(), counted(statements, "statement")];
    let back = overview.folder.files.iter().filter(|other| !other.kind.is_forward() && other.version == file.version);
    parts.extend(back.map(|back| format!("taken back by {}", back.path)));
    if file.no_transaction() {
        parts.push("outside of a transaction".to_owned());
    }
    Cell::of(Role::Muted, parts.join(&format!(" {} ", glyphs.dot)))
}

/// Where and when it ran, an environment a line.
fn environments(model: &Model, at: usize) -> Vec<Cell> {
    let room = model.environments.iter().map(|environment| width(&environment.name)).max().unwrap_or(0).min(NAME);
    let line = |environment: &EnvStatus| {
        let mark = Mark::of(&model.migrations, environment, at);
        let word = Cell::of(mark.role(), mark.word(&model.look.glyphs));
        let more = more(&model.migrations, environment, at);
        let more = more.map(|more| Cell::of(Role::Muted, format!("  {more}"))).unwrap_or_default();
        labelled(&environment.name, room, word.then(more))
    };
    model.environments.iter().map(line).collect()
}

/// When it ran, or what it rests on that it looks so.
fn more(pane: &MigrationsPane, environment: &EnvStatus, at: usize) -> Option<String> {
    let standing: &Standing = pane.standing(&environment.name)?;
    let Some(look) = standing.looks.get(at) else { return standing.applied(at)?.at.clone() };
    let all = look.there.len() + look.missing.len();
    if all == 0 {
        return Some("it leaves no trace".to_owned());
    }
    let missing: Vec<String> = look.missing.iter().take(OBJECTS).map(ToString::to_string).collect();
    let mut says = format!("{} of {}", look.there.len(), counted(all, "object"));
    if !missing.is_empty() && !look.there.is_empty() {
        says = format!("{says}, not {}", missing.join(", "));
    }
    Some(says)
}

fn problems(overview: &Overview, file: &File, glyphs: &Glyphs) -> Vec<Cell> {
    let mut lines = Vec::new();
    let mut about: Vec<(Vec<String>, &Problem)> = Vec::new();
    for (environment, problem) in overview.problems_of(&file.path) {
        let known = about.iter().position(|(_, known)| *known == problem);
        let at = known.unwrap_or_else(|| {
            about.push((Vec::new(), problem));
            about.len() - 1
        });
        about[at].0.extend(environment.map(str::to_owned));
    }
    for (environments, problem) in about {
        lines.push(Cell::default());
        lines.extend(stated(&environments, problem, glyphs));
    }
    lines
}

/// The problem in three lines: what it is and where, what happened, what to do.
fn stated(environments: &[String], problem: &Problem, glyphs: &Glyphs) -> Vec<Cell> {
    let place = if environments.is_empty() { String::new() } else { format!("  in {}", environments.join(", ")) };
    let first = Cell::of(Role::Danger, format!("{} {}", glyphs.failed, problem.class.word())).bold();
    vec![
        first.and(Role::Muted, place),
        Cell::text(&problem.detail),
        Cell::of(Role::Accent, format!("{} ", glyphs.arrow)).and(Role::Text, &problem.hint),
    ]
}

/// How it differs from what ran in `environment`.
fn differs(environment: &str, difference: &Difference, room: usize, glyphs: &Glyphs) -> Vec<Cell> {
    let title = head("differs").and(Role::Muted, format!("  from what ran in {environment}"));
    let mut lines = vec![Cell::default(), title];
    let Difference::Statements { hunks } = difference else {
        lines.extend(difference.says().map(Cell::text));
        return lines;
    };
    lines.push(
        Cell::of(Role::Removed, format!("{} only ran", glyphs.minus))
            .and(Role::Text, "   ")
            .and(Role::Added, "+ only in the file"),
    );
    for (nth, hunk) in hunks.iter().enumerate() {
        if nth > 0 {
            lines.push(Cell::of(Role::Muted, format!("{}  {}", sql::number(None), glyphs.ellipsis)));
        }
        lines.extend(hunk.iter().flat_map(|line| {
            let (sign, role) = match line.side {
                Side::Both => (" ", Role::Muted),
                Side::Ran => (glyphs.minus, Role::Removed),
                Side::File => ("+", Role::Added),
            };
            let number = Cell::of(Role::Muted, format!("{} ", sql::number(line.line)));
            sql::hung(number.and(role, format!("{sign} ")), &Cell::of(role, &line.text), room)
        }));
    }
    lines
}

/// The name that would fit.
fn renamed(model: &Model, file: &File) -> Vec<Cell> {
    let to = model.migrations.facts.renames.get(&file.path);
    to.map_or_else(Vec::new, |to| {
        vec![
            Cell::default(),
            head("number"),
            Cell::text("would be ").then(Cell::text(to).bold()).and(Role::Muted, "; nothing is renamed"),
        ]
    })
}

fn risks(overview: &Overview, at: usize) -> Vec<Cell> {
    let risks = overview.risks(at);
    if risks.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Cell::default(), head("risks")];
    for risk in risks {
        let first =
            Cell::of(Role::Warn, format!("line {}", risk.line)).and(Role::Text, "  ").and(Role::Text, &risk.object);
        lines.push(first);
        lines.push(Cell::text(format!("  {}", risk.reason())));
        lines.push(Cell::of(Role::Muted, format!("  {}", risk.hint())));
    }
    lines
}

/// What is wrong, and then the page of the file that it is about.
fn wrong(model: &Model, overview: &Overview, (environments, problem): (&[String], &Problem), room: usize) -> Vec<Cell> {
    let about = problem.paths.first().and_then(|path| overview.place(path));
    if let Some((at, about)) = about.and_then(|at| Some((at, overview.folder.forward().nth(at)?))) {
        return file(model, overview, (at, about), room);
    }
    let mut lines = stated(environments, problem, &model.look.glyphs);
    let place = problem.place();
    if !place.is_empty() {
        lines.insert(0, Cell::text(format!("{}/{place}", summary::dir(model))).bold());
        lines.insert(1, Cell::default());
    }
    lines
}

/// What ran and has no file: where, when, and the statements where they were recorded.
fn no_file(model: &Model, gone: &Gone, room: usize) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let mut lines = vec![
        Cell::text(format!("{} {}", gone.version, gone.name).trim()).bold(),
        Cell::of(Role::Muted, "ran, and has no file"),
        Cell::default(),
    ];
    let longest = gone.ran.keys().map(|name| width(name)).max().unwrap_or(0).min(NAME);
    for (environment, applied) in &gone.ran {
        let when = applied.at.as_ref().map(|at| format!("  {at}")).unwrap_or_default();
        lines.push(labelled(environment, longest, Cell::of(Role::Danger, "ran").and(Role::Muted, when)));
    }
    let recorded = gone.ran.iter().find_map(|(environment, applied)| Some((environment, applied.statements.as_ref()?)));
    if let Some((environment, statements)) = recorded {
        let title = head("what ran").and(Role::Muted, format!("  as {environment} recorded it"));
        lines.extend([Cell::default(), title]);
        lines.extend(sql::numbered(&format!("{};\n", statements.join(";\n")), room, glyphs));
    }
    lines
}
