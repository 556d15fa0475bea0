//! The first line: project, environments, and the job that is running.

use std::time::Duration;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    core::env::Kind,
    tui::{
        jobs::Job,
        model::{EnvState, EnvStatus, Model},
        reconnect,
        widget::{
            cell::Cell,
            gauge::{elapsed, gauge, thousands},
        },
    },
};

/// How much is said of the environments. What they are and what they are called is said always.
#[derive(Debug, Clone, Copy)]
struct Detail {
    project: bool,
    server: bool,
    access: bool,
    /// Cells between environments.
    gap: usize,
    /// The longest name, in cells.
    name: usize,
}

/// From all there is to the least that must be.
const DETAILS: [Detail; 7] = [
    Detail { project: true, server: true, access: true, gap: 4, name: 32 },
    Detail { project: true, server: true, access: true, gap: 2, name: 32 },
    Detail { project: true, server: false, access: true, gap: 3, name: 24 },
    Detail { project: false, server: false, access: true, gap: 2, name: 16 },
    Detail { project: false, server: false, access: true, gap: 1, name: 7 },
    Detail { project: false, server: false, access: false, gap: 1, name: 7 },
    Detail { project: false, server: false, access: false, gap: 1, name: 5 },
];

/// Draws the line.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    buffer.set_style(area, model.look.style(Role::Status));
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let room = usize::from(inside.width);
    let lines: Vec<_> = DETAILS.iter().map(|detail| places(model, *detail)).collect();
    let forms = forms(model);
    let (line, kept) = share(&lines, &forms, room);
    let used = usize::from(line.left(Rect { width: (room - kept.min(room)) as u16, ..inside }, &model.look, buffer));
    if let Some(form) = forms.iter().find(|form| form.width() + GAP <= room - used) {
        form.right(inside, &model.look, buffer);
    }
}

/// Cells between the environments and the job, at least.
const GAP: usize = 2;

/// The fullest line that leaves room for what matters of the job, and that room. A bar with the time is worth
/// the project's name, a name is worth the rest of what can be left out, a count must be.
fn share<'a>(lines: &'a [Cell], forms: &[Cell], room: usize) -> (&'a Cell, usize) {
    let last = lines.len() - 1;
    let worth = [(TIMED, last - 3), (NAMED, last - 2), (COUNTED, last)];
    let pairs = worth.into_iter().flat_map(|(form, until)| {
        let kept = forms.get(form).map_or(0, |form| form.width() + GAP);
        lines[..=until].iter().map(move |line| (line, kept))
    });
    let mut fitting = pairs.filter(|(line, kept)| line.width() + kept <= room);
    fitting.next().unwrap_or((&lines[last], forms.get(COUNTED).map_or(0, |form| form.width() + GAP)))
}

fn places(model: &Model, detail: Detail) -> Cell {
    let mut line = Cell::default();
    if detail.project {
        line = Cell::of(Role::Accent, "pgdeck").bold().and(Role::Text, format!(" {}", model.project));
    }
    for environment in &model.environments {
        let gap = if line.is_empty() { 0 } else { detail.gap };
        line = line.and(Role::Status, " ".repeat(gap)).then(place(model, environment, detail));
    }
    line
}

/// ` PROD  production RO 15.8 11 ms`
fn place(model: &Model, environment: &EnvStatus, detail: Detail) -> Cell {
    let ellipsis = model.look.glyphs.ellipsis;
    let name = Cell::text(&environment.name).cut(detail.name, ellipsis);
    let mut cell = badge(environment.kind).and(Role::Text, " ").then(name);
    if detail.access {
        let (role, access) = if environment.writable { (Role::Warn, " RW") } else { (Role::Ok, " RO") };
        cell = cell.and(role, access);
    }
    match &environment.state {
        EnvState::Connecting if detail.server => cell.and(Role::Muted, format!(" connecting{ellipsis}")),
        EnvState::Connecting if detail.access => cell.and(Role::Muted, format!(" {ellipsis}")),
        EnvState::Failed(_) => cell.and(Role::Danger, unreached(model, &environment.name, detail)),
        EnvState::Ready { version, latency } if detail.server => {
            cell.and(Role::Muted, format!(" {version}")).and(Role::Muted, format!(" {}", round_trip(*latency)))
        }
        EnvState::Connecting | EnvState::Ready { .. } => cell,
    }
}

/// ` ✗ no connection, again in 8 s`
fn unreached(model: &Model, name: &str, detail: Detail) -> String {
    let failed = model.look.glyphs.failed;
    match reconnect::countdown(model, name) {
        Some(seconds) if detail.server => format!(" {failed} no connection, again in {seconds} s"),
        None if detail.server => format!(" {failed} no connection"),
        Some(seconds) if detail.access => format!(" {failed} {seconds} s"),
        _ => format!(" {failed}"),
    }
}

/// The word for what an environment is, on its colour.
pub fn badge(kind: Kind) -> Cell {
    let role = match kind {
        Kind::Production => Role::Production,
        Kind::Staging => Role::Staging,
        Kind::Development => Role::Development,
    };
    Cell::of(role, format!(" {} ", kind.word()))
}

/// A round trip in the fewest words.
pub fn round_trip(latency: Duration) -> String {
    match latency.as_millis() {
        0 => "<1 ms".into(),
        ms @ 1..10_000 => format!("{ms} ms"),
        _ => elapsed(latency),
    }
}

/// What is said of the newest job, from the most to the least.
fn forms(model: &Model) -> Vec<Cell> {
    let Some(job) = model.jobs.running().last() else { return Vec::new() };
    let spinner = Cell::of(Role::Accent, frame(model, job));
    let others = model.jobs.running().len() - 1;
    let title = if job.cancelling { "cancelling".to_owned() } else { job.title.clone() };
    let title = if others > 0 { format!(" {title} +{others}") } else { format!(" {title}") };
    let count = count(job).map_or_else(String::new, |count| format!(" {count}"));
    let time = format!(" {}", elapsed(job.elapsed(model.now)));
    let named = spinner.clone().and(Role::Text, title).and(Role::Text, &count);
    let bar = job.total.map(|total| gauge(job.done, total, 10, &model.look.glyphs)).unwrap_or_default();
    let barred = if bar.is_empty() { named.clone() } else { named.clone().and(Role::Text, " ").then(bar) };
    let rate = job.rate(model.now).map_or_else(String::new, |rate| format!(" {}/s", thousands(rate)));
    vec![
        barred.clone().and(Role::Muted, rate).and(Role::Muted, &time),
        barred.and(Role::Muted, &time),
        named.clone().and(Role::Muted, time),
        named,
        spinner.and(Role::Text, count),
    ]
}

/// Where in the forms of a job these are: with bar and time, by name, and the least.
const TIMED: usize = 1;
const NAMED: usize = 3;
const COUNTED: usize = 4;

fn frame(model: &Model, job: &Job) -> &'static str {
    let frames = model.look.glyphs.spinner;
    frames[job.elapsed(model.now).as_millis() as usize / 125 % frames.len()]
}

fn count(job: &Job) -> Option<String> {
    match job.total {
        // As wide from the first to the last, so that a step moves nothing else in the line.
        Some(total) => {
            let (done, total) = (thousands(job.done), thousands(total));
            Some(format!("{done:>width$}/{total}", width = total.len()))
        }
        None => (job.done > 0).then(|| thousands(job.done)),
    }
}
