//! Whether a migration looks applied where no history says so: by the objects that its file creates.
//!
//! An object is a trace of one file only if no other file creates it too and none takes it away later. What the reader
//! does not understand (a `DO` block, a function called by `SELECT`, data) leaves no trace, and nothing is said of it.

mod cursor;
mod read;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
};

pub use read::read;
use serde::Serialize;

use crate::core::name::{QName, ident};

/// The kinds of objects that are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A schema.
    Schema,
    /// An extension.
    Extension,
    /// A table: plain, partitioned, foreign.
    Table,
    /// A column of a table.
    Column,
    /// A constraint with a name, of a table.
    Constraint,
    /// An index that is valid.
    Index,
    /// A view or a materialized view.
    View,
    /// A sequence.
    Sequence,
    /// A type or a domain.
    Type,
    /// A function, procedure or aggregate of that name, whatever its arguments.
    Function,
    /// A policy of a table.
    Policy,
    /// A trigger of a table.
    Trigger,
}

impl Kind {
    /// Its name in a sentence, which is also the listing's word.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Schema => "schema",
            Kind::Extension => "extension",
            Kind::Table => "table",
            Kind::Column => "column",
            Kind::Constraint => "constraint",
            Kind::Index => "index",
            Kind::View => "view",
            Kind::Sequence => "sequence",
            Kind::Type => "type",
            Kind::Function => "function",
            Kind::Policy => "policy",
            Kind::Trigger => "trigger",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Kind> {
        ALL.into_iter().find(|kind| kind.word() == word)
    }
}

const ALL: [Kind; 12] = [
    Kind::Schema,
    Kind::Extension,
    Kind::Table,
    Kind::Column,
    Kind::Constraint,
    Kind::Index,
    Kind::View,
    Kind::Sequence,
    Kind::Type,
    Kind::Function,
    Kind::Policy,
    Kind::Trigger,
];

/// Something that a file creates and a database has.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Object {
    /// What it is.
    pub kind: Kind,
    /// Its schema, empty for what has none (schemas, extensions). What belongs to a table has the table's.
    pub schema: String,
    /// The table that it is a part of, for columns, constraints, policies and triggers.
    pub table: Option<String>,
    /// Its own name.
    pub name: String,
}

impl Object {
    /// An object of its own.
    pub fn new(kind: Kind, name: QName) -> Self {
        Object { kind, schema: name.schema, table: None, name: name.name }
    }

    /// A part of `table`.
    pub fn part(kind: Kind, table: &QName, name: impl Into<String>) -> Self {
        Object { kind, schema: table.schema.clone(), table: Some(table.name.clone()), name: name.into() }
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = ident(&self.name);
        let kind = self.kind.word();
        match &self.table {
            Some(table) => write!(f, "{kind} {name} of {}", QName::new(&self.schema, table)),
            None if self.schema.is_empty() => write!(f, "{kind} {name}"),
            None => write!(f, "{kind} {}", QName::new(&self.schema, &self.name)),
        }
    }
}

/// What a file does to objects, as far as the reader understands it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// What it makes, anew or for the first time, and does not take away again.
    pub creates: BTreeSet<Object>,
    /// What it takes away or renames, though it may make the like again. Tables, views and sequences share their names,
    /// so that each of them is named as all three. The parts of a table go with it and are not named.
    pub drops: BTreeSet<Object>,
    /// The indexes that it creates, with the table of each: they go with it.
    pub indexes: BTreeMap<Object, String>,
    /// Statements that may create something and that the reader does not understand.
    pub unread: usize,
}

/// What the catalogue of a database lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Listing {
    /// Every object.
    pub objects: HashSet<Object>,
}

/// How much of what a file leaves behind is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All of it: the file looks applied.
    All,
    /// Some of it, which no whole run explains.
    Some,
    /// None of it: the file looks pending.
    None,
    /// It leaves nothing by which one could tell.
    Unknown,
}

/// What a file looks like in a database, and what that rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The answer.
    pub verdict: Verdict,
    /// The traces that are there.
    pub there: Vec<Object>,
    /// The traces that are not.
    pub missing: Vec<Object>,
    /// Statements of the file that nothing is known of.
    pub unread: usize,
}

/// The files that make an object: how many, and the first.
type Makers<'a> = HashMap<&'a Object, (usize, usize)>;

/// What each file looks like, given all files in the order in which they run.
pub fn judge(traces: &[Trace], listing: &Listing) -> Vec<Look> {
    let mut makers = Makers::new();
    for (at, trace) in traces.iter().enumerate() {
        for object in &trace.creates {
            makers.entry(object).or_insert((0, at)).0 += 1;
        }
    }
    // What the files behind the one that is looked at take away.
    let mut gone: HashSet<&Object> = HashSet::new();
    let mut looks: Vec<Look> = Vec::with_capacity(traces.len());
    for (at, trace) in traces.iter().enumerate().rev() {
        looks.push(Looker { at, trace, listing, makers: &makers, gone: &gone }.look());
        gone.extend(&trace.drops);
    }
    looks.reverse();
    looks
}

struct Looker<'a> {
    at: usize,
    trace: &'a Trace,
    listing: &'a Listing,
    makers: &'a Makers<'a>,
    gone: &'a HashSet<&'a Object>,
}

impl Looker<'_> {
    fn look(&self) -> Look {
        // What it takes away first was there before it, though no file may name it (a constraint that the server named).
        let own = |object: &&Object| {
            self.makers.get(object).is_some_and(|(count, _)| *count == 1) && !self.trace.drops.contains(*object)
        };
        let (there, missing) = self.sort(self.trace.creates.iter().filter(own));
        if !there.is_empty() || !missing.is_empty() {
            let verdict = match (there.is_empty(), missing.is_empty()) {
                (_, true) => Verdict::All,
                (true, false) => Verdict::None,
                (false, false) => Verdict::Some,
            };
            return self.answer(verdict, there, missing);
        }
        // What other files make too cannot show that this one ran; but where it lacks, this one did not.
        let (there, missing) = self.sort(self.trace.creates.iter());
        if !missing.is_empty() {
            let verdict = if there.is_empty() { Verdict::None } else { Verdict::Some };
            return self.answer(verdict, there, missing);
        }
        // What only takes away did not run where all of that still is. Where it is gone, it may never have been.
        let taken = self.trace.drops.iter().filter(|object| self.made_before(object));
        let (still, taken): (Vec<&Object>, Vec<&Object>) =
            taken.partition(|object| self.listing.objects.contains(*object));
        if there.is_empty() && taken.is_empty() && !still.is_empty() {
            return self.answer(Verdict::None, Vec::new(), Vec::new());
        }
        self.answer(Verdict::Unknown, there, missing)
    }

    fn answer(&self, verdict: Verdict, there: Vec<Object>, missing: Vec<Object>) -> Look {
        Look { verdict, there, missing, unread: self.trace.unread }
    }

    /// Those that are there and those that are not, without what a later file takes away.
    fn sort<'b>(&self, objects: impl Iterator<Item = &'b Object>) -> (Vec<Object>, Vec<Object>) {
        objects.filter(|object| !self.goes(object)).cloned().partition(|object| self.listing.objects.contains(object))
    }

    /// Whether one file makes it, and one before this one.
    fn made_before(&self, object: &Object) -> bool {
        self.makers.get(object).is_some_and(|(count, first)| *count == 1 && *first < self.at)
    }

    /// Whether a later file takes it away, by itself or with its table or schema.
    fn goes(&self, object: &Object) -> bool {
        let table = object.table.as_ref().or_else(|| self.trace.indexes.get(object));
        let relation = |name: &String| Object::new(Kind::Table, QName::new(&object.schema, name));
        self.gone.contains(object)
            || table.is_some_and(|table| self.gone.contains(&relation(table)))
            || self.gone.contains(&Object::new(Kind::Schema, QName::new("", &object.schema)))
    }
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
