//! What a comparison says as rows: differences, what could not be compared, what could not be seen. How they read,
//! what they are sorted by, and how they are told from one another.

use std::sync::Arc;

use super::mark::Mark;
use crate::{
    app::drift::Compared,
    config::theme::Role,
    core::drift::{Change, Difference, Kind, Side, Unclear, Unseen},
    tui::{
        glyphs::Glyphs,
        widget::{
            cell::Cell,
            diff,
            table::{Column, Rows, SortKey},
        },
    },
};

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// The comparison that says it.
    pub source: Arc<Compared>,
    /// What it is.
    pub what: What,
}

/// What a row is, with its place in its comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Something that differs.
    Difference(usize),
    /// Something that could not be compared.
    Unclear(usize),
    /// A kind of objects that could not be seen on one side.
    Unseen(usize),
}

/// What a row is about: its mark, its kind, the object, the field, and the side that could not be seen.
pub type Key = (Mark, Kind, String, Option<String>, Option<String>);

impl Row {
    /// What differs.
    pub fn difference(&self) -> Option<&Difference> {
        match self.what {
            What::Difference(at) => self.source.drift.differences.get(at),
            _ => None,
        }
    }

    /// What could not be compared.
    pub fn unclear(&self) -> Option<&Unclear> {
        match self.what {
            What::Unclear(at) => self.source.drift.unclear.get(at),
            _ => None,
        }
    }

    /// What could not be seen.
    pub fn unseen(&self) -> Option<&Unseen> {
        match self.what {
            What::Unseen(at) => self.source.drift.unseen.get(at),
            _ => None,
        }
    }

    /// The kind of the object.
    pub fn kind(&self) -> Kind {
        let difference = self.difference().map(|difference| difference.kind);
        let unclear = self.unclear().map(|unclear| unclear.kind);
        difference.or(unclear).or(self.unseen().map(|unseen| unseen.kind)).unwrap_or(Kind::Schema)
    }

    /// The object; nothing where it is about all of a kind.
    pub fn object(&self) -> &str {
        let unclear = || self.unclear().map(|unclear| unclear.object.as_str());
        self.difference().map(|difference| difference.object.as_str()).or_else(unclear).unwrap_or_default()
    }

    /// The field that differs; nothing where the whole object does.
    pub fn field(&self) -> Option<&str> {
        let unclear = || self.unclear().map(|unclear| unclear.field.as_str());
        self.difference().and_then(|difference| difference.field.as_deref()).or_else(unclear)
    }

    /// Whether it stays where `mark` is shown alone: what was not compared is one, whatever the reason.
    pub fn is_marked(&self, mark: Mark) -> bool {
        match mark {
            Mark::Unclear | Mark::Unseen => !matches!(self.what, What::Difference(_)),
            mark => self.mark() == mark,
        }
    }

    /// What it says of the object.
    pub fn mark(&self) -> Mark {
        match (self.difference(), self.what) {
            (Some(difference), _) => Mark::of(difference.change),
            (None, What::Unclear(_)) => Mark::Unclear,
            (None, _) => Mark::Unseen,
        }
    }

    /// The name of a side.
    pub fn name(&self, side: Side) -> String {
        match side {
            Side::From => self.source.from.to_string(),
            Side::To => self.source.to.clone(),
        }
    }

    /// What tells it from the others.
    pub fn key(&self) -> Key {
        let side = self.unseen().map(|unseen| format!("{:?}", unseen.side));
        (self.mark(), self.kind(), self.object().to_owned(), self.field().map(str::to_owned), side)
    }

    /// The object's SQL on the first side, or on the one that has it.
    pub fn sql(&self) -> Option<(Side, &str)> {
        let (from, to) = self.both();
        from.map(|sql| (Side::From, sql)).or(to.map(|sql| (Side::To, sql)))
    }

    /// The object's SQL on both sides. Of a field that has none to be part of, the field's own text.
    pub fn both(&self) -> (Option<&str>, Option<&str>) {
        if let Some(unclear) = self.unclear() {
            return (Some(&unclear.from), Some(&unclear.to));
        }
        let Some(difference) = self.difference() else { return (None, None) };
        let (from, to) = &difference.definitions;
        if difference.change == Change::Changed && (from.is_some() || to.is_some()) {
            return (from.as_deref(), to.as_deref());
        }
        (difference.from.as_deref(), difference.to.as_deref())
    }

    /// The one line that says it.
    pub fn says(&self, glyphs: &Glyphs) -> String {
        if let Some(unseen) = self.unseen() {
            return format!("in {}: {}", self.name(unseen.side), unseen.reason);
        }
        match (self.mark(), self.difference()) {
            (Mark::Added | Mark::Removed, Some(difference)) => {
                let sql = difference.from.as_deref().or(difference.to.as_deref()).unwrap_or_default();
                diff::core(behind_the_name(sql, &difference.object), "", glyphs.ellipsis).0
            }
            (Mark::Changed, Some(difference)) => {
                let text = |value: &Option<String>| value.clone().unwrap_or_default();
                let (from, to) = diff::core(&text(&difference.from), &text(&difference.to), glyphs.ellipsis);
                let shown = |value: String, known: bool| if known { value } else { "nothing".to_owned() };
                let (from, to) = (shown(from, difference.from.is_some()), shown(to, difference.to.is_some()));
                format!("{from} {} {to}", glyphs.arrow)
            }
            _ => "two versions write it differently, or it differs".to_owned(),
        }
    }
}

/// What follows the object's name in its SQL: the name stands beside it already.
fn behind_the_name<'s>(sql: &'s str, object: &str) -> &'s str {
    let name = object.split('(').next().unwrap_or_default();
    let name = name.rsplit('.').next().unwrap_or_default();
    let rest = sql.find(name).map(|at| &sql[at + name.len()..]);
    rest.filter(|rest| !name.is_empty() && !rest.trim().is_empty()).unwrap_or(sql)
}

/// All that one comparison says.
pub fn of(source: &Arc<Compared>) -> Vec<Row> {
    let drift = &source.drift;
    let differences = (0..drift.differences.len()).map(What::Difference);
    let unclear = (0..drift.unclear.len()).map(What::Unclear);
    let unseen = (0..drift.unseen.len()).map(What::Unseen);
    let all = differences.chain(unclear).chain(unseen);
    all.map(|what| Row { source: Arc::clone(source), what }).collect()
}

/// How the rows stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Group {
    /// By what the object is.
    #[default]
    Kind,
    /// By what became of it.
    Change,
    /// Not at all.
    Nothing,
}

impl Group {
    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Group::Kind => Group::Change,
            Group::Change => Group::Nothing,
            Group::Nothing => Group::Kind,
        }
    }

    /// Its word: rows stand by …
    pub fn word(self) -> &'static str {
        match self {
            Group::Kind => "kind",
            Group::Change => "change",
            Group::Nothing => "object",
        }
    }

    /// Whether two rows are of one group.
    pub fn same(self, one: &Row, other: &Row) -> bool {
        self.place(one) == self.place(other)
    }

    /// Where the group of `row` stands. What differs comes first; what could not be compared or seen is apart.
    fn place(self, row: &Row) -> (u8, usize) {
        let apart = match row.what {
            What::Difference(_) => 0,
            What::Unclear(_) => 1,
            What::Unseen(_) => 2,
        };
        match self {
            _ if apart > 0 => (apart, 0),
            Group::Kind => (0, row.kind() as usize),
            Group::Change => (0, row.mark() as usize),
            Group::Nothing => (0, 0),
        }
    }

    /// What the rows of one group have in common, sorted as the groups are.
    fn of(self, row: &Row) -> String {
        let (apart, place) = self.place(row);
        format!("{apart}{place:03}")
    }

    /// The title of the group of `row`.
    pub fn title(self, row: &Row) -> &'static str {
        match (row.what, self) {
            (What::Unclear(_), _) => "could not be compared",
            (What::Unseen(_), _) => "cannot be seen",
            (_, Group::Kind) => row.kind().plural(),
            (_, Group::Change) => row.mark().word(),
            (_, Group::Nothing) => "differences",
        }
    }
}

/// The columns: change, kind where that is not above them, object, field, and what is different.
pub fn columns(group: Group) -> Vec<Column> {
    let mut columns = vec![Column::text("change").sized(9, 12)];
    if group != Group::Kind {
        columns.push(Column::text("kind").sized(8, 18).priority(1));
    }
    columns.extend([
        Column::text("object").sized(24, 56),
        Column::text("field").sized(8, 18).priority(2),
        Column::text("what").sized(12, 400).priority(3).grow(),
    ]);
    columns
}

/// The column of the object's name.
pub fn object_column(group: Group) -> usize {
    if group == Group::Kind { 1 } else { 2 }
}

/// Calls `read` with the rows as a table reads them.
pub fn with(rows: &[Row], group: Group, glyphs: &Glyphs, read: &mut dyn FnMut(&Rows<'_>)) {
    // Without the column of the kind, those behind it mean what they mean with it.
    let column = move |column: usize| if group == Group::Kind && column > 0 { column + 1 } else { column };
    read(&Rows {
        count: rows.len(),
        cell: &|row, at| cell(&rows[row], column(at), glyphs),
        // Groups stay together whatever they are sorted by inside.
        key: &|row, at| SortKey::Text(format!("{}\u{1}{}", group.of(&rows[row]), key(&rows[row], column(at), glyphs))),
        text: &|row| {
            let row = &rows[row];
            let (kind, field) = (row.kind().plural(), row.field().unwrap_or_default());
            format!("{} {kind} {} {field}", row.mark().word(), row.object())
        },
    });
}

fn key(row: &Row, column: usize, glyphs: &Glyphs) -> String {
    let name = || format!("{}\u{1}{}", row.object(), row.field().unwrap_or_default());
    match column {
        0 => format!("{}\u{1}{}", row.mark() as usize, name()),
        1 => format!("{:03}\u{1}{}", row.kind() as usize, name()),
        2 => name(),
        3 => format!("{}\u{1}{}", row.field().unwrap_or_default(), row.object()),
        _ => row.says(glyphs),
    }
}

fn cell(row: &Row, column: usize, glyphs: &Glyphs) -> Cell {
    match column {
        0 => row.mark().cell(glyphs),
        1 => Cell::of(Role::Muted, row.kind().word()),
        2 if row.object().is_empty() => Cell::of(Role::Muted, format!("all {}", row.kind().plural())),
        2 => Cell::text(short(row.object())),
        3 => Cell::of(Role::Muted, row.field().unwrap_or_default()),
        _ => Cell::of(Role::Muted, row.says(glyphs)),
    }
}

/// The schema is worth its room only where it is not `public`.
pub fn short(object: &str) -> &str {
    object.strip_prefix("public.").unwrap_or(object)
}
