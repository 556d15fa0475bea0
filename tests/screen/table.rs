use pgdeck::{
    config::theme::Role,
    tui::{
        action::Action,
        look::Look,
        widget::{
            cell::Cell,
            gauge::{bar, thousands},
            table::{Column, Rows, SortKey, Table, TableState},
        },
    },
};
use ratatui::{buffer::Buffer, layout::Rect};

use crate::{style_of, text};

const TABLES: [(&str, i64, Option<i64>); 9] = [
    ("program_modules", 312, Some(298)),
    ("capability_questions", 1204, Some(1190)),
    ("email_templates", 46, Some(44)),
    ("plans", 4, Some(5)),
    ("audit_logs", 1_200_000, None),
    ("日本語のとても長いテーブル名です", 88, Some(88)),
    ("emoji_👩‍🏫_table", 10, Some(10)),
    ("evil\x1b[2Jname\u{202e}", 6, Some(6)),
    ("a_very_long_table_name_that_will_not_fit_anywhere_at_all", 19, Some(19)),
];

fn columns() -> Vec<Column> {
    vec![
        Column::text("table").sized(10, 40),
        Column::number("production"),
        Column::number("preprod"),
        Column::number("Δ").sized(3, 8),
        Column::text("").sized(8, 8).priority(2),
        Column::number("size").priority(1).grow(),
    ]
}

fn delta(row: usize) -> Option<i64> {
    TABLES[row].2.map(|there| TABLES[row].1 - there)
}

fn cell(row: usize, column: usize) -> Cell {
    let (name, here, there) = TABLES[row];
    match column {
        0 => Cell::text(name),
        1 => Cell::text(thousands(here as u64)),
        2 => there.map_or(Cell::of(Role::Warn, "? RLS"), |there| Cell::text(thousands(there as u64))),
        3 => delta(row).map_or(Cell::of(Role::Muted, "?"), |delta| match delta {
            0 => Cell::of(Role::Muted, "="),
            _ => Cell::of(Role::Warn, format!("{delta:+}")).bold(),
        }),
        4 => Cell::of(
            Role::Warn,
            bar(delta(row).unwrap_or(0).unsigned_abs() as f64, 14.0, 8, &pgdeck::tui::glyphs::UNICODE),
        ),
        _ => Cell::of(Role::Muted, format!("{} kB", here * 8)),
    }
}

fn key(row: usize, column: usize) -> SortKey {
    match column {
        0 => SortKey::Text(TABLES[row].0.into()),
        3 => delta(row).map_or(SortKey::Unknown, |delta| SortKey::Number(delta.abs() as f64)),
        _ => SortKey::Number(TABLES[row].1 as f64),
    }
}

fn rows() -> Rows<'static> {
    Rows { count: TABLES.len(), cell: &cell, key: &key, text: &|row| TABLES[row].0.to_owned() }
}

fn loaded() -> TableState {
    let mut state = TableState::sorted(3, true);
    state.load(&columns(), &rows(), |_| false);
    state
}

fn drawn(state: &TableState, width: u16, old: bool) -> Buffer {
    let look = Look::built_in("dark").expect("look");
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, 10));
    let area = buffer.area;
    Table { columns: &columns(), state, rows: &rows(), focused: true, stale: old }.draw(area, &look, &mut buffer);
    buffer
}

#[test]
fn columns_lean_shrink_and_drop_out() {
    let state = loaded();
    for width in [118, 78, 58, 38] {
        insta::assert_snapshot!(format!("table-{width}"), text(&drawn(&state, width, false)));
    }
}

#[test]
fn a_filter_leaves_what_fits() {
    let mut state = loaded();
    state.filter.editing = true;
    for c in "pro".chars() {
        state.typed(pgdeck::config::key::Key::char(c), &rows());
    }
    insta::assert_snapshot!("table-filtered", text(&drawn(&state, 78, false)));
    assert_eq!((state.position().shown, state.position().all), (1, 9));
}

#[test]
fn roles_show_what_is_selected_and_what_is_old() {
    let look = Look::built_in("dark").expect("look");
    let mut state = loaded();
    assert_eq!(style_of(&drawn(&state, 78, false), "program_modules").bg, look.style(Role::Selection).bg);
    assert_eq!(style_of(&drawn(&state, 78, false), "+14").fg, look.style(Role::Warn).fg);
    assert_eq!(style_of(&drawn(&state, 78, true), "+14").fg, look.style(Role::Muted).fg);
    assert!(state.act(Action::Down, 9, 6, &rows()));
    assert_ne!(style_of(&drawn(&state, 78, false), "program_modules").bg, look.style(Role::Selection).bg);
}

#[test]
fn nothing_from_a_database_reaches_the_screen_raw() {
    let screen = text(&drawn(&loaded(), 118, false));
    assert!(screen.chars().all(|c| c == '\n' || !c.is_control()) && !screen.contains('\u{202e}'), "{screen:?}");
}

/// What is out of sight is not asked for: a frame of ten thousand rows makes as many cells as one of a hundred.
#[test]
fn only_the_rows_in_sight_are_made() {
    let made = |count: usize| {
        let calls = std::cell::Cell::new(0);
        let cell = |row: usize, column: usize| {
            calls.set(calls.get() + 1);
            Cell::text(format!("row {row} column {column}"))
        };
        let key = |row: usize, _: usize| SortKey::Number(row as f64);
        let rows = Rows { count, cell: &cell, key: &key, text: &|row| format!("table_{row}") };
        let (columns, mut state) = (columns(), TableState::default());
        state.load(&columns, &rows, |_| false);
        let look = Look::built_in("dark").expect("look");
        let mut buffer = Buffer::empty(Rect::new(0, 0, 120, 40));
        let area = buffer.area;
        state.act(Action::PageDown, 39, 6, &rows);
        calls.set(0);
        let table = Table { columns: &columns, state: &state, rows: &rows, focused: true, stale: false };
        table.draw(area, &look, &mut buffer);
        calls.get()
    };
    assert_eq!(made(10_000), made(100));
}
