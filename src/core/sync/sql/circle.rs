//! The statement that writes a circle of rows, with one CTE for each.

use std::collections::BTreeSet;

use super::{
    Statement, cast, column_text,
    key::key_condition,
    only,
    write::{assigned, childless, guards, written},
};
use crate::core::{
    error::{Error, Result},
    name::{QName, ident},
    schema::Origin,
    sync::{
        circle::Rows,
        plan::{Assignment, NewValue, Operation, Plan, Step},
        row::Value,
        shape::{Reference, Shape},
    },
};

/// One statement for all steps of `circle`. It returns the place of each step among the plan's, and its row's locator
/// as a list.
pub fn circle(plan: &Plan, circle: &[usize]) -> Result<Statement> {
    match plan.steps[circle[0]].operation {
        Operation::Insert => Inserts::of(plan, circle)?.statement(),
        _ => deletes(plan, circle),
    }
}

/// Inserts that need each other's ids. What the server would make of itself is made first.
struct Inserts<'a> {
    plan: &'a Plan,
    circle: &'a [usize],
    rows: Rows<'a>,
    /// (step, column): values that the server makes and that rows of the circle point to.
    made: Vec<(usize, String)>,
}

/// Where the value of a column comes from.
enum Origins<'a> {
    /// It is given.
    Given(&'a Value),
    /// The server makes it: the place among those that are made first.
    Made(usize),
    /// A parent outside of the circle has it.
    Outside(&'a Assignment, usize),
}

impl<'a> Inserts<'a> {
    fn of(plan: &'a Plan, circle: &'a [usize]) -> Result<Self> {
        let rows = Rows::of(plan, Operation::Insert);
        let mut this = Inserts { plan, circle, rows, made: Vec::new() };
        let mut made = BTreeSet::new();
        for &at in circle {
            let shape = this.shape(at)?;
            for reference in &shape.references {
                let Some(parent) = this.inside(at, reference) else { continue };
                for column in &reference.referenced {
                    this.find_made(parent, column, 0, &mut made)?;
                }
            }
        }
        this.made = made.into_iter().collect();
        Ok(this)
    }

    fn shape(&self, at: usize) -> Result<&'a Shape> {
        self.plan.shape(&self.plan.steps[at].table)
    }

    /// The row of the circle that the row at `at` points to by `reference`.
    fn inside(&self, at: usize, reference: &Reference) -> Option<usize> {
        let parent = self.rows.parent(&self.plan.steps[at], reference);
        parent.filter(|parent| self.circle.contains(parent))
    }

    fn assignment(&self, at: usize, column: &str) -> Result<Option<(&'a Assignment, usize)>> {
        let shape = self.shape(at)?;
        let mut all = self.plan.steps[at].set.iter().flat_map(|assignment| written(shape, assignment));
        Ok(all.find(|(_, _, name)| *name == column).map(|(assignment, place, _)| (assignment, place)))
    }

    /// The reference, and the row of the circle, behind an assignment.
    fn leads(&self, at: usize, assignment: &Assignment) -> Result<Option<(&'a Reference, usize)>> {
        let references = self.shape(at)?.references.iter();
        let mut references = references.filter(|reference| reference.columns == assignment.columns);
        match (references.next(), &assignment.value) {
            (Some(reference), NewValue::Parent(_)) => Ok(self.inside(at, reference).map(|parent| (reference, parent))),
            _ => Ok(None),
        }
    }

    /// Notes the values behind `column` of the row at `at` that nobody gives.
    fn find_made(&self, at: usize, column: &str, depth: usize, made: &mut BTreeSet<(usize, String)>) -> Result<()> {
        match self.assignment(at, column)? {
            None => _ = made.insert((at, column.to_owned())),
            Some((assignment, place)) => {
                if let Some((reference, parent)) = self.leads(at, assignment)? {
                    if depth > self.circle.len() {
                        return Err(self.endless(at, column));
                    }
                    self.find_made(parent, reference.target(place), depth + 1, made)?;
                }
            }
        }
        Ok(())
    }

    fn origin(&self, at: usize, column: &str, depth: usize) -> Result<Origins<'a>> {
        let Some((assignment, place)) = self.assignment(at, column)? else {
            let made = self.made.iter().position(|(step, name)| *step == at && name == column);
            return made.map(Origins::Made).ok_or_else(|| self.endless(at, column));
        };
        if let NewValue::Value(value) = &assignment.value {
            return Ok(Origins::Given(value));
        }
        match self.leads(at, assignment)? {
            None => Ok(Origins::Outside(assignment, place)),
            Some(_) if depth > self.circle.len() => Err(self.endless(at, column)),
            Some((reference, parent)) => self.origin(parent, reference.target(place), depth + 1),
        }
    }

    fn endless(&self, at: usize, column: &str) -> Error {
        let step = &self.plan.steps[at];
        Error::usage(format!("nothing fills `{column}` of a row in a circle"))
            .object(format!("{} {}", step.table, step.key.display()))
            .hint("leave one of the rows out")
    }

    fn statement(&self) -> Result<Statement> {
        let mut out = Statement::default();
        self.whole(&mut out)?;
        if !self.made.is_empty() {
            self.ids(&mut out)?;
        }
        for (number, &at) in self.circle.iter().enumerate() {
            out.sql(if number > 0 { ",\n" } else { "" }).sql(format!("w{number} AS ("));
            self.insert(&mut out, at)?;
            returning(&mut out, self.shape(at)?, at);
            out.sql(")");
        }
        union(&mut out, self.circle.len());
        Ok(out)
    }

    /// A row when none of the circle's rows is there yet: all of them are written, or none.
    fn whole(&self, out: &mut Statement) -> Result<()> {
        out.sql("WITH whole AS MATERIALIZED (SELECT 1 WHERE ");
        for (number, &at) in self.circle.iter().enumerate() {
            let shape = self.shape(at)?;
            out.sql(if number > 0 { "\n AND " } else { "" });
            out.sql(format!("NOT EXISTS (SELECT FROM {} AS t WHERE ", only(shape)));
            key_condition(out, &shape.key, "t", &mut self.plan.steps[at].key.0.iter());
            out.sql(")");
        }
        out.sql("),\n");
        Ok(())
    }

    fn ids(&self, out: &mut Statement) -> Result<()> {
        out.sql("ids AS MATERIALIZED (SELECT ");
        for (number, (at, column)) in self.made.iter().enumerate() {
            let fill = self.shape(*at)?.column(column).and_then(|column| column.fill.as_ref());
            let fill = fill.ok_or_else(|| self.endless(*at, column))?;
            out.sql(if number > 0 { ", " } else { "" }).sql(format!("{fill} AS c{number}"));
        }
        out.sql(" FROM whole),\n");
        Ok(())
    }

    fn insert(&self, out: &mut Statement, at: usize) -> Result<()> {
        let (shape, step) = (self.shape(at)?, &self.plan.steps[at]);
        let mut names: Vec<&str> = Vec::new();
        for (_, _, name) in step.set.iter().flat_map(|assignment| written(shape, assignment)) {
            names.push(name);
        }
        names.extend(self.made.iter().filter(|(made, _)| *made == at).map(|(_, column)| column.as_str()));
        let columns: Vec<_> = names.iter().map(|name| ident(name)).collect();
        out.sql(format!("INSERT INTO {} AS t ({})", shape.table.sql(), columns.join(", ")));
        let always = |name: &&str| shape.column(name).is_some_and(|c| c.origin == Origin::IdentityAlways);
        if names.iter().any(always) {
            out.sql(" OVERRIDING SYSTEM VALUE");
        }
        out.sql("\nSELECT ");
        for (number, name) in names.iter().enumerate() {
            out.sql(if number > 0 { ", " } else { "" });
            match self.origin(at, name, 0)? {
                Origins::Given(value) => _ = out.value(value, cast(shape, name)),
                Origins::Made(number) => _ = out.sql(format!("ids.c{number}")),
                Origins::Outside(assignment, place) => assigned(out, shape, assignment, place),
            }
        }
        out.sql(if self.made.is_empty() { "\nFROM whole" } else { "\nFROM ids" });
        Ok(())
    }
}

fn deletes(plan: &Plan, circle: &[usize]) -> Result<Statement> {
    let mut out = Statement::default();
    let steps: Vec<(&Shape, &Step)> =
        circle.iter().map(|at| Ok((plan.shape(&plan.steps[*at].table)?, &plan.steps[*at]))).collect::<Result<_>>()?;
    // All go or none does: the cascade of one that went alone would reach what points to the others.
    out.sql("WITH whole AS MATERIALIZED (SELECT 1 WHERE ");
    for (number, (shape, step)) in steps.iter().enumerate() {
        out.sql(if number > 0 { "\n AND " } else { "" }).sql(format!("EXISTS (SELECT FROM {} AS t", only(shape)));
        guards(&mut out, shape, step);
        childless(&mut out, shape, shape.children.iter(), &|out, table, alias| besides(out, &steps, table, alias));
        out.sql(")");
    }
    out.sql(")");
    for (number, (&at, (shape, step))) in circle.iter().zip(&steps).enumerate() {
        out.sql(format!(",\nw{number} AS (DELETE FROM {} AS t", only(shape)));
        guards(&mut out, shape, step);
        out.sql("\n  AND EXISTS (SELECT FROM whole)");
        returning(&mut out, shape, at);
        out.sql(")");
    }
    union(&mut out, circle.len());
    Ok(out)
}

/// Leaves the circle's own rows out of the children that must not be there.
fn besides(out: &mut Statement, circle: &[(&Shape, &Step)], table: &QName, alias: &str) {
    for (shape, step) in circle.iter().filter(|(shape, _)| shape.table == *table) {
        out.sql(" AND NOT (");
        for (number, (name, value)) in shape.locator.iter().zip(&step.locator).enumerate() {
            out.sql(if number > 0 { " AND " } else { "" });
            out.sql(format!("{} IS NOT DISTINCT FROM ", column_text(shape, alias, name))).value(value, "text");
        }
        out.sql(")");
    }
}

fn returning(out: &mut Statement, shape: &Shape, at: usize) {
    let locator: Vec<_> = shape.locator.iter().map(|name| column_text(shape, "t", name)).collect();
    out.sql(format!("\nRETURNING {at}::text AS n, ARRAY[{}]::text[] AS l", locator.join(", ")));
}

fn union(out: &mut Statement, count: usize) {
    let parts: Vec<_> = (0..count).map(|number| format!("SELECT n, l FROM w{number}")).collect();
    out.sql(format!("\n{}", parts.join(" UNION ALL ")));
}
