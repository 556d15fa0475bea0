//! One card for each environment, side by side where there is room.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    app::env::Reached,
    config::theme::Role,
    core::{
        error::Error,
        journal::{Action as Did, Outcome, Run},
        size,
        text::thousands,
    },
    tui::{
        action::Action,
        chrome::status::{badge, round_trip},
        model::{EnvState, EnvStatus, Model},
        reconnect,
        widget::{
            cell::{Cell, wrap},
            gauge,
            section::labelled,
        },
    },
};

/// The lines of a card.
pub const HEIGHT: u16 = 9;

/// The fewest and the most cells that a card is wide, its marker included.
const NARROW: u16 = 38;
const WIDE: u16 = 64;

/// Cells between cards.
const GAP: u16 = 2;

const LABEL: usize = 8;

/// Where cards go, as many as fit into `area` around the one that is selected, of `count` in all.
pub fn places(count: usize, selected: usize, area: Rect) -> Vec<(usize, Rect)> {
    if count == 0 || area.is_empty() {
        return Vec::new();
    }
    let across = usize::from((area.width + GAP) / (NARROW + GAP)).clamp(1, count);
    let width = ((area.width + GAP) / across as u16).saturating_sub(GAP).min(WIDE);
    let down = usize::from((area.height + 1) / (HEIGHT + 1)).max(1);
    let first = (selected / across + 1).saturating_sub(down);
    let place = |at: usize| {
        let (x, y) = ((at % across) as u16, (at / across - first) as u16);
        let (x, y) = (area.x + x * (width + GAP), area.y + y * (HEIGHT + 1));
        (at, Rect { x, y, width, height: HEIGHT.min(area.bottom() - y) })
    };
    (first * across..count.min((first + down) * across)).map(place).collect()
}

/// Draws the card of the environment at `at` in the order.
pub fn draw(model: &Model, at: usize, area: Rect, buffer: &mut Buffer) {
    let order = model.overview.list.table.order();
    let Some(environment) = order.get(at).and_then(|at| model.environments.get(*at as usize)) else { return };
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    let mut lines = lines(model, environment, inside.width.into());
    // What is missed least goes first: the database's name, then the rights, then the lesser objects.
    for least in [2, 6, 5, 4] {
        if lines.len() > usize::from(area.height) && lines.len() > least {
            lines.remove(least);
        }
    }
    for (row, line) in inside.rows().zip(&lines) {
        line.left(row, &model.look, buffer);
    }
    if at == model.overview.list.table.cursor() {
        // The badge keeps its colour: production is red, selected or not.
        let badge = badge(environment.kind).width() as u16 + 1;
        let name = Rect { x: area.x + badge, width: area.width.saturating_sub(badge), height: 1, ..area };
        buffer.set_style(name, model.look.style(Role::Selection));
        for y in area.top()..area.bottom() {
            buffer.set_stringn(area.x, y, model.look.glyphs.selected, 1, model.look.style(Role::Accent));
        }
    }
}

fn lines(model: &Model, environment: &EnvStatus, room: usize) -> Vec<Cell> {
    let (role, access) = if environment.writable { (Role::Warn, "RW") } else { (Role::Ok, "RO") };
    let name = badge(environment.kind)
        .then(
            Cell::text(format!(" {}", environment.name))
                .bold()
                .cut(room.saturating_sub(14), model.look.glyphs.ellipsis),
        )
        .and(role, format!("  {access}"));
    let mut lines = vec![name];
    match (&environment.state, model.overview.reached.get(&environment.name)) {
        (EnvState::Failed(error), _) => lines.extend(failed(model, &environment.name, error, room)),
        (_, Some(reached)) => {
            let told = told(model, environment, reached, room);
            let old = !matches!(environment.state, EnvState::Ready { .. })
                || model.overview.reading.contains(&environment.name);
            lines.extend(told.into_iter().map(|line| if old { line.in_role(Role::Muted) } else { line }));
        }
        (state, None) => lines.extend(waiting(model, state)),
    }
    lines
}

/// What the environment said about itself.
fn told(model: &Model, environment: &EnvStatus, reached: &Reached, room: usize) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let summary = &reached.summary;
    // The newest answer counts, where there is one.
    let (version, latency) = match &environment.state {
        EnvState::Ready { version, latency } => (version, *latency),
        _ => (&reached.version, reached.latency),
    };
    let mut answer = Cell::of(Role::Ok, format!("{} reachable", glyphs.done))
        .and(Role::Text, format!("  {version}"))
        .and(Role::Muted, format!("  {}", round_trip(latency)));
    if reached.standby {
        answer = answer.and(Role::Warn, "  standby");
    }
    let pair = |left: (&str, u64), right: (&str, u64)| {
        let fact = |(label, value): (&str, u64), room: usize| {
            labelled(label, 9, Cell::text(format!("{:>1$}", thousands(value), room)))
        };
        fact(left, 7).and(Role::Text, "   ").then(fact(right, 7))
    };
    vec![
        answer,
        labelled("database", LABEL, Cell::text(&summary.database)),
        size_line(model, summary.bytes, room),
        pair(("tables", summary.tables), ("columns", summary.columns)),
        pair(("functions", summary.functions), ("triggers", summary.triggers)),
        pair(("indexes", summary.indexes), ("policies", summary.policies)),
        labelled("rights", LABEL, rights(model, &environment.name)),
        labelled("last run", LABEL, last_run(model, &environment.name)),
    ]
}

/// The size, with a bar beside that of the largest.
fn size_line(model: &Model, bytes: Option<u64>, room: usize) -> Cell {
    let Some(bytes) = bytes else {
        return labelled("size", LABEL, Cell::of(Role::Warn, "? no permission"));
    };
    let sizes = model.overview.reached.values().filter_map(|reached| reached.summary.bytes);
    let greatest = sizes.max().unwrap_or(bytes);
    let bar = gauge::bar(bytes as f64, greatest as f64, room.saturating_sub(LABEL + 13).min(24), &model.look.glyphs);
    labelled("size", LABEL, Cell::text(format!("{:<9} ", size::bytes(bytes))).and(Role::Accent, bar.trim_end()))
}

/// Whether the role may read what is there: what it may not see is unknown elsewhere, and not zero.
pub(super) fn rights(model: &Model, environment: &str) -> Cell {
    let Some(listing) = model.counts.listings.get(environment) else {
        return Cell::of(Role::Muted, format!("reading its tables{}", model.look.glyphs.ellipsis));
    };
    let tables = || listing.counts.tables.keys().filter_map(|name| listing.catalog.table(name));
    let (all, closed) = (tables().count(), tables().filter(|table| !table.readable).count());
    let hidden = tables().filter(|table| table.readable && table.rls_hides).count();
    match (all, closed, hidden) {
        (0, ..) => Cell::of(Role::Warn, "cannot see any table"),
        (_, 0, 0) => Cell::of(Role::Muted, "reads every table"),
        (all, closed, _) if all == closed => Cell::of(Role::Danger, "no SELECT on any table"),
        (_, 0, hidden) => Cell::of(Role::Warn, format!("RLS hides rows of {hidden} tables")),
        (_, closed, 0) => Cell::of(Role::Warn, format!("may not read {closed} of {all} tables")),
        (_, closed, hidden) => {
            Cell::of(Role::Warn, format!("no SELECT on {closed} tables; RLS hides rows in {hidden}"))
        }
    }
}

fn last_run(model: &Model, environment: &str) -> Cell {
    let Some(runs) = &model.journal.runs else { return Cell::of(Role::Muted, "not read yet") };
    match runs.iter().find(|run| run.last.environment == environment) {
        None => Cell::text("none"),
        Some(run) => {
            let (role, word) = run_word(run);
            Cell::of(role, word).and(Role::Muted, run.last.at.strftime(" %Y-%m-%d %H:%M").to_string())
        }
    }
}

fn waiting(model: &Model, state: &EnvState) -> Vec<Cell> {
    let says = if matches!(state, EnvState::Connecting) { "connecting" } else { "reading" };
    let glyphs = &model.look.glyphs;
    let mut lines = vec![Cell::of(Role::Muted, format!("{} {says}{}", glyphs.pending, glyphs.ellipsis))];
    lines.extend(["database", "size", "tables"].map(|label| labelled(label, LABEL, Cell::of(Role::Faint, glyphs.dot))));
    lines
}

/// What went wrong and what to do, as far as there is room; the rest is one key away.
fn failed(model: &Model, name: &str, error: &Error, room: usize) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let key = |action: Action| model.key(action).unwrap_or_default();
    let mut says: Vec<Cell> = wrap(&error.message, room).iter().map(|line| Cell::of(Role::Danger, line)).collect();
    let hint = error.hint.as_deref().unwrap_or_default();
    says.extend(wrap(hint, room).iter().filter(|line| !line.is_empty()).map(Cell::text));
    let most = usize::from(HEIGHT) - 3;
    if says.len() > most {
        says.truncate(most);
        if let Some(last) = says.last_mut() {
            *last = std::mem::take(last).and(Role::Text, glyphs.ellipsis).cut(room, glyphs.ellipsis);
        }
    }
    let mut lines = vec![Cell::of(Role::Danger, format!("{} not reachable", glyphs.failed)).bold()];
    lines.extend(says);
    let way = |action: Action, words: &str| Cell::of(Role::Accent, key(action)).bold().and(Role::Muted, words);
    let again = reconnect::countdown(model, name).map_or(String::new(), |seconds| format!(", or in {seconds} s"));
    lines.push(way(Action::Refresh, &format!(" tries again{again}   ")).then(way(Action::Open, " more")));
    lines
}

/// How a run ended, in a word.
pub(super) fn run_word(run: &Run) -> (Role, &'static str) {
    match (run.last.outcome, run.last.action) {
        (Outcome::Applied, Did::Apply) => (Role::Ok, "applied"),
        (Outcome::Applied, Did::Undo) => (Role::Ok, "undone"),
        (Outcome::RolledBack, _) => (Role::Warn, "rolled back"),
        (outcome, _) => (Role::Danger, outcome.word()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(count: usize, selected: usize, width: u16, height: u16) -> Vec<usize> {
        places(count, selected, Rect::new(0, 0, width, height)).into_iter().map(|(at, _)| at).collect()
    }

    #[test]
    fn as_many_cards_as_fit_are_in_sight_and_the_selected_one_always() {
        assert_eq!(at(2, 0, 78, 17), [0, 1]);
        assert_eq!(at(5, 4, 78, 17), [4]);
        assert_eq!(at(5, 1, 78, 30), [0, 1, 2, 3, 4]);
        assert_eq!(at(3, 2, 38, 8), [2]);
        assert_eq!(at(0, 0, 78, 17), [0; 0]);
    }

    #[test]
    fn no_card_leaves_its_area() {
        for (width, height) in (0..220).flat_map(|width| (0..50).map(move |height| (width, height))) {
            let area = Rect::new(1, 3, width, height);
            for (_, place) in places(5, 3, area) {
                assert_eq!(place.intersection(area), place, "{width}×{height}");
            }
        }
    }
}
