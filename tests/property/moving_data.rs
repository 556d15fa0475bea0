//! Two copies of a table whose unique values move, and what must come of them.

use std::collections::BTreeMap;

use crate::{
    fill::quoted,
    moving::{Case, Column, How, RawRow},
};

/// The parent, whether it is active, and the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub parent: String,
    pub active: bool,
    pub cells: Vec<Option<String>>,
}

/// One side: its rows by key.
pub type Side = BTreeMap<String, Row>;

/// Whether two values cannot both be there, whatever rows hold them.
fn alike(column: &Column, one: Option<&String>, two: Option<&String>) -> bool {
    match (one, two) {
        (Some(one), Some(two)) => column.class(one) == column.class(two),
        (None, None) => column.how == How::NullsEqual,
        _ => false,
    }
}

/// Whether two rows cannot both be there because of the column at `at`.
fn meet(columns: &[Column], at: usize, one: &Row, two: &Row) -> bool {
    alike(&columns[at], one.cells[at].as_ref(), two.cells[at].as_ref())
        && match columns[at].how {
            How::Scoped => one.parent == two.parent,
            How::Partial => one.active && two.active,
            _ => true,
        }
}

/// Whether `side` breaks a constraint of a column, or has two active rows of one parent.
pub fn collision(columns: &[Column], one_open: bool, side: &Side) -> bool {
    let rows: Vec<_> = side.values().collect();
    let mut pairs = rows.iter().enumerate().flat_map(|(at, one)| rows[..at].iter().map(move |two| (*one, *two)));
    pairs.any(|(one, two)| {
        let open = one_open && one.active && two.active && one.parent == two.parent;
        open || (0..columns.len()).any(|at| meet(columns, at, one, two))
    })
}

/// Both sides: the target first, the source with what its rows hold moved around.
pub fn sides(case: &Case, columns: &[Column]) -> (Side, Side) {
    let target = side(case, columns, |raw, _, _| Some(raw.target).filter(|_| raw.who % 8 != 1));
    let there: Vec<Option<Row>> = (0..case.rows.len()).map(|at| target.get(&key(at)).cloned()).collect();
    let source = side(case, columns, |raw, at, picks| {
        for (n, column) in columns.iter().enumerate() {
            let turn = usize::from(case.columns[n][3]) % 4;
            // By twos, by threes, all of them.
            let from = [at, at ^ 1, at - at % 3 + (at + 1) % 3, (at + 1) % there.len()][turn];
            let held = there.get(from).and_then(Option::as_ref).and_then(|row| row.cells[n].as_ref());
            if let Some(text) = held.filter(|_| turn > 0 && raw.source[7] % 8 > 0) {
                picks[n] = column.class(text);
            }
        }
        Some(raw.source).filter(|_| raw.who % 8 != 2)
    });
    (source, target)
}

pub fn key(at: usize) -> String {
    format!("k{at}")
}

fn side(case: &Case, columns: &[Column], picks_of: impl Fn(&RawRow, usize, &mut [usize]) -> Option<[u8; 8]>) -> Side {
    let mut side = Side::new();
    for (at, raw) in case.rows.iter().enumerate() {
        let mut classes = [usize::MAX; 4];
        let Some(picks) = picks_of(raw, at, &mut classes) else { continue };
        let parent = format!("p{}", picks[5] % 3);
        let mut row = Row { parent, active: picks[6] % 2 == 0, cells: vec![None; columns.len()] };
        row.active &= !case.one_open || !side.values().any(|other: &Row| other.active && other.parent == row.parent);
        let fits = (0..columns.len()).all(|n| place(columns, n, classes[n], picks[n], &side, &mut row));
        if fits {
            side.insert(key(at), row);
        }
    }
    side
}

/// Puts a value into the column at `n` that no other row has, beginning with `class` or by `pick`; tells whether there is
/// one.
fn place(columns: &[Column], n: usize, class: usize, pick: u8, side: &Side, row: &mut Row) -> bool {
    let column = &columns[n];
    let (pick, values) = (usize::from(pick), column.of.values);
    let first = if class == usize::MAX { pick } else { class };
    let mut wanted: Vec<Option<String>> = (0..values.len())
        .map(|step| values[(first + step) % values.len()])
        .map(|texts| Some(texts[pick % texts.len()].to_owned()))
        .collect();
    if column.null() {
        wanted.insert(if pick % 6 == 1 { 0 } else { wanted.len() }, None);
    }
    for value in wanted {
        row.cells[n] = value;
        if !side.values().any(|other| meet(columns, n, row, other)) {
            return true;
        }
    }
    false
}

/// The statements that fill one side.
pub fn inserts(columns: &[Column], side: &Side, source: bool) -> String {
    let mut out = String::new();
    for parent in 0..3 {
        let id = if source { parent + 1 } else { 3 - parent };
        out.push_str(&format!("INSERT INTO p VALUES ({id}, 'p{parent}');"));
    }
    let names: String = columns.iter().map(|column| format!(", {}", column.name)).collect();
    for (at, (key, row)) in side.iter().enumerate() {
        let id = if source { at + 1 } else { side.len() - at };
        let cell =
            |cell: &Option<String>| format!(", {}", cell.as_ref().map_or("NULL".to_owned(), |text| quoted(text)));
        let cells: String = row.cells.iter().map(cell).collect();
        out.push_str(&format!(
            "INSERT INTO t (id, k, p_id, active{names}) OVERRIDING SYSTEM VALUE
             SELECT {id}, '{key}', p.id, {}{cells} FROM p WHERE k = '{}';",
            row.active, row.parent
        ));
    }
    out + "SELECT setval('t_id_seq', 100); SELECT setval('p_id_seq', 100);"
}

/// Whether rows of the target take values of the column at `at` from each other, in a chain or in a circle.
pub fn moves(columns: &[Column], at: usize, target: &Side, wanted: &Side) -> (bool, bool) {
    let takes = |key: &String| {
        let row = wanted.get(key)?;
        let held = target.iter().find(|(other, old)| *other != key && meet(columns, at, row, old));
        held.map(|(other, _)| other.clone())
    };
    let (mut chain, mut circle) = (false, false);
    for key in wanted.keys() {
        let (mut at, mut steps) = (takes(key), 0);
        chain |= at.is_some();
        while let Some(next) = at.filter(|_| steps < 10) {
            circle |= next == *key;
            (at, steps) = (takes(&next), steps + 1);
        }
    }
    (chain, circle)
}
