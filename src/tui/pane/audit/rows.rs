//! What the audit says as rows: findings, what could not be looked at, remarks. How they read, what they are sorted
//! by, and how they are told from one another.

use std::{collections::HashMap, sync::Arc};

use crate::{
    app::audit::Audited,
    config::theme::Role,
    core::audit::{self, Check, Family, Finding, Severity, Unseen},
    tui::{
        glyphs::Glyphs,
        widget::{
            cell::Cell,
            table::{Column, Rows, SortKey},
        },
    },
};

use super::{rank::Rank, side::Side};

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// The audit that says it.
    pub source: Arc<Audited>,
    /// What it is.
    pub what: What,
    /// The check; nothing for a remark.
    pub check: Option<&'static Check>,
    /// Which side has it, where two environments are compared and the other one was read.
    pub side: Option<Side>,
}

/// What a row is, with its place in its audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Something wrong.
    Finding(usize),
    /// Something that could not be looked at.
    Unseen(usize),
    /// A remark on the team's file.
    Note(usize),
    /// The checks that the server is too old for.
    Skipped,
}

impl Row {
    /// What is wrong.
    pub fn finding(&self) -> Option<&Finding> {
        match self.what {
            What::Finding(at) => self.source.audit.findings.get(at),
            _ => None,
        }
    }

    /// What could not be looked at.
    pub fn unseen(&self) -> Option<&Unseen> {
        match self.what {
            What::Unseen(at) => self.source.audit.unseen.get(at),
            _ => None,
        }
    }

    /// What it says, where it is no finding and nothing unseen.
    pub fn remark(&self) -> String {
        match self.what {
            What::Note(at) => self.source.audit.notes.get(at).cloned().unwrap_or_default(),
            What::Skipped => skipped(&self.source),
            _ => String::new(),
        }
    }

    /// The check's id; nothing for a remark.
    pub fn id(&self) -> &'static str {
        self.finding().map(|finding| finding.check).or(self.unseen().map(|unseen| unseen.id)).unwrap_or_default()
    }

    /// The object; nothing where it is not about one.
    pub fn object(&self) -> &str {
        let unseen = || self.unseen().and_then(|unseen| unseen.object.as_deref());
        self.finding().map(|finding| finding.object.as_str()).or_else(unseen).unwrap_or_default()
    }

    /// The constraint, policy, index, trigger or column.
    pub fn part(&self) -> Option<&str> {
        self.finding().and_then(|finding| finding.part.as_deref())
    }

    /// The one line that says it.
    pub fn detail(&self) -> String {
        if let Some(finding) = self.finding() {
            return match &finding.accepted {
                Some(accepted) => {
                    let until = accepted.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
                    format!("accepted{until}: {}", accepted.reason)
                }
                None => finding.detail.clone(),
            };
        }
        self.unseen().map_or_else(|| self.remark(), |unseen| unseen.reason.clone())
    }

    /// How much it matters.
    pub fn rank(&self) -> Rank {
        match (self.what, self.finding()) {
            (_, Some(Finding { accepted: Some(_), .. })) => Rank::Accepted,
            (_, Some(finding)) => Rank::of(finding.severity),
            (What::Note(_) | What::Skipped, _) => Rank::Note,
            _ => Rank::Unseen,
        }
    }

    /// How bad the finding is, or would be; accepted or not.
    pub fn severity(&self) -> Option<Severity> {
        self.finding().map(|finding| finding.severity).or(self.unseen().map(|unseen| unseen.severity))
    }

    /// What tells it from every other row, in whichever audit.
    pub fn key(&self) -> Key {
        (self.kind(), self.id(), self.object().to_owned(), self.part().map(str::to_owned), self.remark())
    }

    /// 0 for a finding, 1 for something unseen, 2 for a remark.
    fn kind(&self) -> u8 {
        match self.what {
            What::Finding(_) => 0,
            What::Unseen(_) => 1,
            What::Note(_) | What::Skipped => 2,
        }
    }

    /// Whether it is about the same as `other`.
    pub fn is(&self, key: &Key) -> bool {
        let (kind, id, object, part, remark) = key;
        self.kind() == *kind
            && self.id() == *id
            && self.object() == object
            && self.part() == part.as_deref()
            && self.remark() == *remark
    }
}

/// Which checks were left out, and why.
pub fn skipped(audited: &Audited) -> String {
    let ids: Vec<_> = audited.audit.skipped.iter().map(|check| check.id).collect();
    let server = audited.facts.database.version / 10_000;
    format!("{} skipped: PostgreSQL {server} is older than what they look at ({})", ids.len(), ids.join(", "))
}

/// See [`Row::key`].
pub type Key = (u8, &'static str, String, Option<String>, String);

/// All that one audit says.
pub fn of(source: &Arc<Audited>) -> Vec<Row> {
    let audit = &source.audit;
    let findings = (0..audit.findings.len()).map(What::Finding);
    let unseen = (0..audit.unseen.len()).map(What::Unseen);
    let notes = (0..audit.notes.len()).map(What::Note);
    let skipped = (!audit.skipped.is_empty()).then_some(What::Skipped);
    let all = findings.chain(unseen).chain(notes).chain(skipped);
    let mut known: HashMap<&'static str, Option<&'static Check>> = HashMap::new();
    let row = |what| {
        let row = Row { source: Arc::clone(source), what, check: None, side: None };
        let check = *known.entry(row.id()).or_insert_with_key(|id| audit::check(id));
        Row { check, ..row }
    };
    all.map(row).collect()
}

/// How the rows stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Group {
    /// Not at all: the worst first.
    #[default]
    Severity,
    /// By the check's family.
    Family,
    /// By the object.
    Object,
}

impl Group {
    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Group::Severity => Group::Family,
            Group::Family => Group::Object,
            Group::Object => Group::Severity,
        }
    }

    /// Its word: rows stand by …
    pub fn word(self) -> &'static str {
        match self {
            Group::Severity => "severity",
            Group::Family => "family",
            Group::Object => "object",
        }
    }

    /// Whether two rows are of one group.
    pub fn same(self, one: &Row, other: &Row) -> bool {
        let family = |row: &Row| row.check.map(|check| check.family);
        match self {
            Group::Severity => true,
            Group::Family => family(one) == family(other),
            Group::Object => one.object() == other.object(),
        }
    }

    /// What the rows of one group have in common, sorted as the groups are.
    pub fn of(self, row: &Row) -> String {
        match self {
            Group::Severity => String::new(),
            Group::Family => {
                let family = row.check.map(|check| check.family);
                let at = Family::ALL.iter().position(|known| Some(*known) == family);
                at.unwrap_or(Family::ALL.len()).to_string()
            }
            // What is about no object comes last.
            Group::Object => format!("{} {}", u8::from(row.object().is_empty()), row.object()),
        }
    }

    /// The title of the group of `row`.
    pub fn title(self, row: &Row) -> String {
        match (self, row.check) {
            (Group::Object, _) if !row.object().is_empty() => short(row.object()).to_owned(),
            (Group::Object, Some(_)) => "every object".to_owned(),
            (Group::Family, Some(check)) => check.family.title().to_uppercase(),
            _ => "REMARKS".to_owned(),
        }
    }
}

/// The schema is worth its room only where it is not `public`.
pub fn short(object: &str) -> &str {
    object.strip_prefix("public.").unwrap_or(object)
}

/// The columns: severity, check, object, which side where `comparing`, and what is wrong.
pub fn columns(comparing: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::text("severity").sized(10, 12),
        Column::text("check").sized(5, 6).priority(2),
        Column::text("object").sized(20, 44),
    ];
    if comparing {
        columns.push(Column::text("where").sized(15, 22).priority(1));
    }
    columns.push(Column::text("what").sized(12, 400).priority(3).grow());
    columns
}

/// Calls `read` with the rows as a table reads them.
pub fn with(rows: &[Row], group: Group, glyphs: &Glyphs, read: &mut dyn FnMut(&Rows<'_>)) {
    read(&Rows {
        count: rows.len(),
        cell: &|row, column| cell(&rows[row], column, group, glyphs),
        // Groups stay together whatever they are sorted by inside.
        key: &|row, column| SortKey::Text(format!("{}\u{1}{}", group.of(&rows[row]), key(&rows[row], column))),
        text: &|row| {
            let row = &rows[row];
            format!("{} {} {} {}", row.id(), row.object(), row.part().unwrap_or_default(), row.remark())
        },
    });
}

fn key(row: &Row, column: usize) -> String {
    match (column, row.side) {
        (0, _) => (row.rank() as usize).to_string(),
        (1, _) => row.id().to_owned(),
        (2, _) => format!("{} {}", row.object(), row.part().unwrap_or_default()),
        (3, Some(side)) => side.place().to_string(),
        _ => row.detail(),
    }
}

fn cell(row: &Row, column: usize, group: Group, glyphs: &Glyphs) -> Cell {
    let rank = row.rank();
    let role = if matches!(rank, Rank::Accepted | Rank::Note) { Role::Muted } else { Role::Text };
    match (column, row.side) {
        (0, _) => rank.cell(glyphs),
        (1, _) => Cell::of(Role::Muted, row.id()),
        (2, _) => object(row, role, group),
        (3, Some(side)) => side.cell(&row.source.environment, rank),
        _ => Cell::of(Role::Muted, row.detail()),
    }
}

/// The object with its part; below a head that names the object, the part alone.
fn object(row: &Row, role: Role, group: Group) -> Cell {
    let part = row.part().map(|part| part_of(short(row.object()), part)).unwrap_or_default();
    match (row.object(), row.id()) {
        ("", "") => Cell::default(),
        ("", _) => Cell::of(Role::Muted, "every object"),
        (object, _) if group == Group::Object => Cell::of(role, if part.is_empty() { short(object) } else { part }),
        (object, _) if part.is_empty() => Cell::of(role, short(object)),
        (object, _) => Cell::of(role, short(object)).and(Role::Muted, format!(" {part}")),
    }
}

/// The name of a part without the object's, with which the server begins the names that it makes: `_client_id_fkey`.
fn part_of<'p>(object: &str, part: &'p str) -> &'p str {
    part.strip_prefix(object).filter(|rest| rest.starts_with('_') && rest.len() > 1).unwrap_or(part)
}
