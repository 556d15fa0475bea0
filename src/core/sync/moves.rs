//! Unique values that move between the rows of a plan: who leaves one, and who takes it.
//!
//! A constraint that is not deferrable is checked row by row (PostgreSQL manual, CREATE TABLE, "Compatibility:
//! Non-Deferred Uniqueness Constraints"), so who leaves a value goes before who takes it. What is equal, the server
//! decides: here texts are compared in one form for each type, which is enough to put rows in an order that is right
//! nearly always. Where it is not known to be right, the move is *unsure*, and rows are tried.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    plan::{NewValue, Operation, Plan, Step},
    row::{Key, Value},
    shape::{Reference, RuleColumn, Shape, UniqueRule},
    spelling::comparable,
    sql,
};
use crate::core::{name::QName, schema::Origin};

/// A value of a column as it can be compared.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Token {
    Null,
    Text(String),
    /// The row that a foreign key points to.
    Parent(Key),
}

/// What one rule is about in a plan.
#[derive(Debug, Clone)]
pub struct Contest {
    /// The table.
    pub table: QName,
    /// The place of the rule in the table's shape.
    pub rule: usize,
    /// Whether equal values are all known, so that nothing else can be in the way.
    pub sure: bool,
    /// What each step leaves, and who leaves it.
    held: BTreeMap<usize, Vec<Token>>,
    leavers: HashMap<Vec<Token>, Vec<usize>>,
    /// What each step takes, and who takes it.
    taken: BTreeMap<usize, Vec<Token>>,
    takers: HashMap<Vec<Token>, Vec<usize>>,
}

impl Contest {
    fn new(table: &QName, rule: usize, sure: bool) -> Self {
        let (held, taken) = (BTreeMap::new(), BTreeMap::new());
        Contest { table: table.clone(), rule, sure, held, leavers: HashMap::new(), taken, takers: HashMap::new() }
    }

    fn leaves(&mut self, at: usize, held: Vec<Token>) {
        self.leavers.entry(held.clone()).or_default().push(at);
        self.held.insert(at, held);
    }

    fn takes(&mut self, at: usize, taken: Vec<Token>) {
        self.takers.entry(taken.clone()).or_default().push(at);
        self.taken.insert(at, taken);
    }

    /// The steps whose rows are likely to be in the way of `taker`.
    pub fn holders(&self, taker: usize) -> Vec<usize> {
        let leavers = self.taken.get(&taker).and_then(|taken| self.leavers.get(taken));
        leavers.into_iter().flatten().copied().filter(|at| *at != taker).collect()
    }

    /// The steps whose rows may be in the way of `taker` besides: any, where only the server knows.
    pub fn others(&self, taker: usize) -> Vec<usize> {
        if self.sure || !self.taken.contains_key(&taker) {
            return Vec::new();
        }
        let likely = self.holders(taker);
        self.held.keys().copied().filter(|at| *at != taker && !likely.contains(at)).collect()
    }

    /// The steps that leave something of it.
    pub fn leaving(&self) -> impl Iterator<Item = usize> {
        self.held.keys().copied()
    }

    /// Whether `step` leaves or takes something of it.
    pub fn is_about(&self, step: usize) -> bool {
        self.held.contains_key(&step) || self.taken.contains_key(&step)
    }

    /// The steps that wait for `leaver`; `None` where nobody can say.
    pub fn waiters(&self, leaver: usize) -> Option<Vec<usize>> {
        let Some(held) = self.held.get(&leaver) else { return Some(Vec::new()) };
        (!held.is_empty()).then(|| self.takers.get(held).cloned().unwrap_or_default())
    }
}

/// The moves of a plan.
#[derive(Debug, Clone, Default)]
pub struct Moves {
    /// (who leaves a value, who takes it, whether that is certain), by steps.
    pub edges: Vec<(usize, usize, bool)>,
    /// The steps that leave or take what another step takes or leaves.
    pub moving: BTreeSet<usize>,
    /// Those of which it is not known whether their order is right.
    pub unsure: BTreeSet<usize>,
    /// One for each rule that more than one step is about.
    pub contests: Vec<Contest>,
}

impl Moves {
    /// The moves of `plan`.
    pub fn of(plan: &Plan) -> Self {
        let mut this = Moves::default();
        let parents = Parents::of(plan);
        for shape in &plan.shapes {
            for (rule, unique) in shape.uniques.iter().enumerate().filter(|(_, unique)| !unique.deferrable) {
                this.rule(plan, shape, rule, unique, &parents);
            }
        }
        this
    }

    fn rule(&mut self, plan: &Plan, shape: &Shape, rule: usize, unique: &UniqueRule, parents: &Parents) {
        let steps = plan.steps.iter().enumerate().filter(|(_, step)| step.table == shape.table);
        let steps: Vec<_> = steps.filter(|(_, step)| touches(shape, unique, step)).collect();
        let leaves = |step: &Step| step.operation != Operation::Insert;
        let arrives = |step: &Step| step.operation != Operation::Delete;
        let mut sides = steps.iter().map(|(_, step)| (leaves(step), arrives(step)));
        let only_one = steps.len() < 2;
        if only_one || !sides.clone().any(|(leaves, _)| leaves) || !sides.any(|(_, takes)| takes) {
            return;
        }
        let reader = Reader { shape, parents };
        let mut columns: Vec<&RuleColumn> = unique.columns.iter().filter(|column| !column.predicate).collect();
        let all = columns.len();
        columns.retain(|column| !unique.exclusion && reader.is_known(column, &steps));
        let sure = unique.by_text() && columns.len() == all;
        let tokens = |step: &Step, read: &dyn Fn(&Step, &RuleColumn) -> Option<Token>| -> Vec<Token> {
            columns.iter().filter_map(|column| read(step, column)).collect()
        };
        let old = |step: &Step| tokens(step, &|step, column| reader.old(step, column));
        let new = |step: &Step| tokens(step, &|step, column| reader.wanted(step, column));
        let mut contest = Contest::new(&shape.table, rule, sure);
        for &(at, step) in &steps {
            let (held, taken) = (old(step), new(step));
            let stays = sure && leaves(step) && arrives(step) && held == taken;
            let counts = |tokens: &[Token]| !stays && (unique.nulls_equal || !tokens.contains(&Token::Null));
            if leaves(step) && counts(&held) {
                contest.leaves(at, held);
            }
            if arrives(step) && counts(&taken) {
                contest.takes(at, taken);
            }
        }
        let known = std::mem::take(&mut self.moving);
        // What an expression or an exclusion makes of different values, nobody knows but the server.
        let by_value = unique.plain && !columns.is_empty() && columns.iter().all(|column| is_comparable(column));
        if by_value {
            self.groups(plan, unique, &contest);
        } else {
            let others = |at: usize| contest.taken.keys().any(|taker| *taker != at);
            if contest.held.keys().any(|at| others(*at)) {
                let all: BTreeSet<_> = contest.held.keys().chain(contest.taken.keys()).copied().collect();
                self.moving.extend(&all);
                self.unsure.extend(&all);
            }
            if !columns.is_empty() && !unique.exclusion {
                self.edges(plan, unique, &contest);
            }
        }
        if contest.held.keys().chain(contest.taken.keys()).any(|at| self.moving.contains(at)) {
            self.contests.push(contest);
        }
        self.moving.extend(known);
    }

    /// Notes the steps that leave and take the same value.
    fn groups(&mut self, plan: &Plan, unique: &UniqueRule, contest: &Contest) {
        for (held, leavers) in &contest.leavers {
            let Some(takers) = contest.takers.get(held) else { continue };
            if leavers.iter().any(|leaver| takers.iter().any(|taker| taker != leaver)) {
                self.moving.extend(leavers.iter().chain(takers));
                if !contest.sure {
                    self.unsure.extend(leavers.iter().chain(takers));
                }
            }
        }
        self.edges(plan, unique, contest);
    }

    /// Adds who goes before whom.
    fn edges(&mut self, plan: &Plan, unique: &UniqueRule, contest: &Contest) {
        // A row that stays where it is and only begins or ends to be covered says nothing of the order.
        let moves = |at: usize| {
            let step = &plan.steps[at];
            let values = || unique.columns.iter().filter(|column| !column.predicate);
            step.operation != Operation::Update || values().any(|column| writes(step, &column.name))
        };
        for (taker, taken) in contest.taken.iter().filter(|(at, _)| moves(**at)) {
            let leavers: Vec<_> =
                contest.leavers.get(taken).into_iter().flatten().filter(|at| moves(**at) && *at != taker).collect();
            if leavers.len() <= MAX_LEAVERS {
                self.edges.extend(leavers.into_iter().map(|at| (*at, *taker, contest.sure)));
            }
        }
    }
}

/// Of more rows that hold one value nobody knows which is in the way.
const MAX_LEAVERS: usize = 8;

/// Whether `step` can change what its row holds in `unique`.
fn touches(shape: &Shape, unique: &UniqueRule, step: &Step) -> bool {
    let made = |column: &RuleColumn| shape.column(&column.name).is_some_and(|c| c.origin == Origin::Generated);
    step.operation == Operation::Delete
        || unique.columns.iter().any(|column| made(column) || writes(step, &column.name))
}

pub(super) fn writes(step: &Step, column: &str) -> bool {
    step.set.iter().flat_map(|assignment| &assignment.columns).any(|name| name == column)
}

/// The parents that are known by an id of the target, and those that are new: by table and referenced column.
struct Parents<'a> {
    by_id: HashMap<(&'a QName, &'a str), HashMap<&'a str, Key>>,
    new: BTreeSet<(&'a QName, &'a Key)>,
}

impl<'a> Parents<'a> {
    fn of(plan: &'a Plan) -> Self {
        let mut this = Parents { by_id: HashMap::new(), new: BTreeSet::new() };
        for step in &plan.steps {
            if step.operation == Operation::Insert {
                this.new.insert((&step.table, &step.key));
            }
            for (name, value) in &step.guard {
                if let Some(id) = value {
                    this.by_id.entry((&step.table, name)).or_default().insert(id, step.key.clone());
                }
            }
            let Ok(shape) = plan.shape(&step.table) else { continue };
            for (reference, key) in shape.parents(&step.key) {
                let ([column], [referenced]) = (reference.columns.as_slice(), reference.referenced.as_slice()) else {
                    continue;
                };
                if let Some(Some(id)) = step.guard.get(column) {
                    this.by_id.entry((&reference.table, referenced)).or_default().insert(id, key);
                }
            }
        }
        this
    }
}

struct Reader<'a> {
    shape: &'a Shape,
    parents: &'a Parents<'a>,
}

impl Reader<'_> {
    /// Whether what steps hold and take in `column` can be compared with each other.
    fn is_known(&self, column: &RuleColumn, steps: &[(usize, &Step)]) -> bool {
        let mut ids = false;
        let mut keys = false;
        for (_, step) in steps {
            let old = (step.operation != Operation::Insert).then(|| self.old(step, column));
            let new = (step.operation != Operation::Delete).then(|| self.wanted(step, column));
            for token in [old, new].into_iter().flatten() {
                match token {
                    None => return false,
                    Some(Token::Null) => {}
                    Some(Token::Text(_)) => ids = true,
                    Some(Token::Parent(key)) => {
                        let reference = self.reference(&column.name);
                        let new = reference.is_some_and(|r| self.parents.new.contains(&(&r.table, &key)));
                        keys = keys || !new;
                    }
                }
            }
        }
        // An id that leads to no row of the plan says nothing next to a key.
        !(ids && keys)
    }

    fn reference(&self, column: &str) -> Option<&Reference> {
        self.shape.references.iter().find(|reference| reference.columns.iter().any(|name| name == column))
    }

    fn in_key(&self, step: &Step, column: &str) -> Option<Token> {
        let parents = self.shape.parents(&step.key);
        let (_, key) = parents.into_iter().find(|(r, _)| r.columns.iter().any(|name| name == column))?;
        Some(if key.0.iter().all(Option::is_none) { Token::Null } else { Token::Parent(key) })
    }

    fn text(&self, column: &RuleColumn, value: &Value) -> Token {
        let Some(text) = value else { return Token::Null };
        if let Some(reference) = self.reference(&column.name).filter(|reference| reference.columns.len() == 1) {
            let ids = self.parents.by_id.get(&(&reference.table, reference.target(0)));
            if let Some(key) = ids.and_then(|ids| ids.get(&**text)) {
                return Token::Parent(key.clone());
            }
        }
        Token::Text(comparable(&column.base.name, text))
    }

    /// What the row of `step` holds; `None` where it is not known.
    fn old(&self, step: &Step, column: &RuleColumn) -> Option<Token> {
        self.in_key(step, &column.name).or_else(|| Some(self.text(column, step.guard.get(&column.name)?)))
    }

    /// What it is to hold.
    fn wanted(&self, step: &Step, column: &RuleColumn) -> Option<Token> {
        if let Some(token) = self.in_key(step, &column.name) {
            return Some(token);
        }
        let made = self.shape.column(&column.name).is_some_and(|c| c.origin == Origin::Generated);
        let mut written = step.set.iter().flat_map(|assignment| sql::written(self.shape, assignment));
        match written.find(|(_, _, name)| *name == column.name) {
            Some((assignment, ..)) => Some(match &assignment.value {
                NewValue::Value(value) => self.text(column, value),
                NewValue::Parent(key) => Token::Parent(key.clone()),
            }),
            None if step.operation == Operation::Insert || made => None,
            None => self.old(step, column),
        }
    }
}

/// Whether equal values of the column's type have one [`comparable`] form, for certain.
fn is_comparable(column: &RuleColumn) -> bool {
    let name = column.base.name.as_str();
    column.base.kind == 'e'
        || matches!(name, "smallint" | "integer" | "bigint" | "oid" | "uuid" | "date" | "boolean" | "text")
        || matches!(name, "character varying" | "character" | "bpchar" | "\"char\"" | "name" | "numeric" | "bytea")
        || name.starts_with("timestamp")
}
