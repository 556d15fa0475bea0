use std::cell::Cell as Counter;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::key::Key,
    tui::{action::Action, look::Look, widget::cell::Cell},
};

use super::{Column, Hit, Position, Rows, SortKey, Table, TableState};

const TABLES: [(&str, Option<i32>); 5] =
    [("programs", Some(28)), ("Plans", Some(4)), ("audit_logs", None), ("features", Some(88)), ("日本語", Some(-1))];

fn columns() -> Vec<Column> {
    vec![Column::text("table").grow(), Column::number("rows")]
}

fn with_rows<T>(then: impl FnOnce(&Rows<'_>) -> T) -> T {
    let count = |row: usize| TABLES[row].1.map_or("?".to_owned(), |rows| rows.to_string());
    then(&Rows {
        count: TABLES.len(),
        cell: &|row, column| if column == 0 { Cell::text(TABLES[row].0) } else { Cell::text(count(row)) },
        key: &|row, column| match (column, TABLES[row].1) {
            (0, _) => SortKey::Text(TABLES[row].0.into()),
            (_, Some(rows)) => SortKey::Number(rows.into()),
            (_, None) => SortKey::Unknown,
        },
        text: &|row| TABLES[row].0.to_owned(),
    })
}

fn loaded() -> TableState {
    let mut state = TableState::default();
    with_rows(|rows| state.load(&columns(), rows, |_| false));
    state
}

fn shown(state: &TableState) -> Vec<&'static str> {
    state.order().iter().map(|row| TABLES[*row as usize].0).collect()
}

fn act(state: &mut TableState, action: Action) {
    with_rows(|rows| assert!(state.act(action, 3, 2, rows)));
}

fn typed(state: &mut TableState, text: &str) {
    with_rows(|rows| text.chars().for_each(|c| state.typed(Key::char(c), rows)));
}

#[test]
fn sorting_puts_the_unknown_last_either_way() {
    let mut state = loaded();
    with_rows(|rows| state.sort_by(1, rows));
    assert_eq!(shown(&state), ["features", "programs", "Plans", "日本語", "audit_logs"], "numbers: the greatest first");
    act(&mut state, Action::SortReverse);
    assert_eq!(shown(&state), ["日本語", "Plans", "programs", "features", "audit_logs"]);
    act(&mut state, Action::SortNext);
    assert_eq!(
        shown(&state),
        ["audit_logs", "features", "Plans", "programs", "日本語"],
        "words: capitals do not count"
    );
}

#[test]
fn the_selected_row_stays_selected_through_sorting_and_reloading() {
    let mut state = loaded();
    act(&mut state, Action::Bottom);
    with_rows(|rows| {
        state.sort_by(1, rows);
        assert_eq!(state.selected(), Some(4));
        state.load(&columns(), rows, |row| TABLES[row].0 == "features");
    });
    assert_eq!(state.selected(), Some(3));
}

#[test]
fn the_filter_narrows_and_tells_how_many() {
    let mut state = loaded();
    typed(&mut state, "p");
    assert_eq!(state.position(), Position { at: 1, shown: 2, all: 5 });
    typed(&mut state, "zzz");
    assert_eq!((state.position(), state.selected()), (Position { at: 0, shown: 0, all: 5 }, None));
    with_rows(|rows| state.unfilter(rows));
    assert_eq!(state.position(), Position { at: 1, shown: 5, all: 5 });
}

#[test]
fn what_fits_best_is_selected_wherever_it_is_sorted() {
    let mut state = loaded();
    with_rows(|rows| state.sort_by(1, rows));
    typed(&mut state, "p");
    assert_eq!(shown(&state), ["programs", "Plans"], "the order stays");
    typed(&mut state, "lan");
    with_rows(|rows| state.unfilter(rows));
    assert_eq!(state.selected(), Some(1), "and what was found stays selected");
    typed(&mut state, "s");
    assert!(state.position().shown > 2);
}

#[test]
fn moving_stops_at_the_ends_and_scrolls_no_more_than_it_must() {
    let mut state = loaded();
    act(&mut state, Action::Up);
    assert_eq!((state.cursor(), state.top(3)), (0, 0));
    (0..9).for_each(|_| act(&mut state, Action::Down));
    assert_eq!((state.cursor(), state.top(3)), (4, 2));
    act(&mut state, Action::Up);
    assert_eq!((state.cursor(), state.top(3)), (3, 2), "the view stays until the selection leaves it");
    act(&mut state, Action::Top);
    assert_eq!((state.cursor(), state.top(3)), (0, 0));
    assert_eq!(state.top(0), 0);
}

#[test]
fn the_mouse_finds_heads_and_rows() {
    let state = loaded();
    let area = Rect::new(5, 2, 30, 4);
    assert_eq!(state.hit(&columns(), area, 6, 2), Some(Hit::Head(0)));
    assert_eq!(state.hit(&columns(), area, 34, 2), Some(Hit::Head(1)));
    assert_eq!(state.hit(&columns(), area, 8, 4), Some(Hit::Row(1)));
    assert_eq!(state.hit(&columns(), area, 4, 4), None);
}

#[test]
fn only_rows_in_sight_are_read() {
    let read = Counter::new(0);
    let cell = |_: usize, _: usize| {
        read.set(read.get() + 1);
        Cell::text("x")
    };
    let rows = Rows { count: 10_000, cell: &cell, key: &|_, _| SortKey::Unknown, text: &|_| String::new() };
    let (columns, mut state) = (columns(), TableState::default());
    state.load(&columns, &rows, |_| false);
    read.set(0);
    let area = Rect::new(0, 0, 40, 21);
    let look = Look::built_in("dark").expect("look");
    Table { columns: &columns, state: &state, rows: &rows, focused: true, stale: false }.draw(
        area,
        &look,
        &mut Buffer::empty(area),
    );
    assert_eq!(read.get(), 20 * 2);
}
