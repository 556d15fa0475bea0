//! What only the target can say of a review: parents, children, ids in use, equal values, and what its server would refuse.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use tokio::try_join;

use crate::{
    core::{
        error::Result,
        name::QName,
        sync::{
            diff::{self, Became, ChildCounts, KeptIds, Review},
            key_advice,
            preflight::{self, CheckQuestion},
            reach,
            row::Row,
            set::Sets,
        },
    },
    pg::{
        connect::Transaction,
        sync::{self as pg, Attempt, Opened},
    },
};

/// Values that would not be themselves in the target, by (table, row, column).
type Unfit = Vec<((usize, usize, usize), Became)>;

/// The checks that need the target.
pub(super) struct TargetChecks<'a> {
    tx: &'a Transaction<'a>,
    opened: &'a Opened,
    sets: &'a Sets,
}

/// Blocks the rows that would write a character which the target's encoding does not have.
pub(super) async fn block_characters(tx: &Transaction<'_>, opened: &Opened, review: &mut Review) -> Result<()> {
    let missing = pg::missing_characters(tx, &opened.encoding, &diff::characters(review)).await?;
    diff::block_characters(review, &missing, &opened.encoding);
    Ok(())
}

impl<'a> TargetChecks<'a> {
    /// The checks in the snapshot `tx`, of which `opened` is known, for what `sets` declare.
    pub(super) fn of(tx: &'a Transaction<'a>, opened: &'a Opened, sets: &'a Sets) -> Self {
        TargetChecks { tx, opened, sets }
    }

    /// Completes `review`, in one round trip where the server refuses nothing.
    pub(super) async fn complete(&self, mut review: Review) -> Result<Review> {
        if let (Some(why), to, Some(table)) = (self.opened.read_only, &review.to, review.tables.first_mut()) {
            table.warnings.insert(0, format!("nothing can be applied to {to}: {why}"));
        }
        key_advice::advise(&mut review, &self.opened.catalog, self.sets);
        block_characters(self.tx, self.opened, &mut review).await?;
        preflight::block_refused(&mut review, &self.opened.rules);
        preflight::leave_to_the_apply(&mut review, &self.opened.rules);
        let blocked = |at: usize, row: usize| review.tables[at].rows[row].blocked.is_some();
        let mut pairs = diff::pairs(&review);
        pairs.retain(|pair| pair.new.is_ascii() || !blocked(pair.at.0, pair.at.1));
        let wanted = diff::wanted_parents(&review);
        let kept: Vec<_> = review.tables.iter().map(diff::kept_ids).collect();
        let inputs = preflight::input_questions(&review, &self.opened.rules);
        let checks = preflight::check_questions(&review, &self.opened.rules);
        let fits = diff::fits(&review, &self.opened.rules);
        let attempts: Vec<_> = fits.iter().map(Attempt::all).collect();
        // Only these can be in a plan.
        let differing = review.tables.iter().filter(|table| !table.rows.is_empty());
        let shapes: Vec<_> = differing.filter_map(|table| table.shape.as_ref()).collect();
        let tables: Vec<&QName> = shapes.iter().map(|shape| &shape.table).collect();
        let children = shapes.iter().flat_map(|shape| &shape.children).filter(|child| !child.triggers.is_empty());
        let acting: BTreeSet<&QName> = children.map(|child| &child.table).chain(tables.iter().copied()).collect();
        let acting: Vec<_> = acting.into_iter().collect();
        let uniques = preflight::unique_questions(&review);
        let (database, basis, acting, parents, taken, children, unfit, equal, refused, failing, holders) = try_join!(
            // In the order in which they are sent: a refusal is heard before what it makes fail.
            biased;
            pg::database(self.tx),
            pg::basis(self.tx, &tables),
            pg::acting_texts(self.tx, &acting),
            pg::parents(self.tx, &wanted),
            self.taken(&review, &kept),
            self.children(&review),
            // The last that are asked, because they may fail and go back.
            pg::try_fits(self.tx, &self.opened.operators, &attempts),
            pg::equal_by(self.tx, &self.opened.operators, &pairs),
            pg::refused_inputs(self.tx, &inputs),
            pg::failing_rows(self.tx, &checks),
            pg::holders(self.tx, &review, &uniques),
        )?;
        let unfit = self.narrowed(unfit).await?;
        review.database = database;
        review.basis = basis;
        reach::remark(&mut review, &self.opened.catalog, self.sets, &acting);
        for (table, rows) in taken.iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            diff::drop_taken_ids(&mut review, table, rows);
        }
        diff::mark_representation(&mut review, equal);
        diff::block_unfit(&mut review, &unfit);
        diff::block_replaced(&mut review);
        for (question, refused) in inputs.iter().zip(&refused) {
            preflight::refuse_inputs(&mut review, question, refused);
        }
        self.refuse_checks(&mut review, checks, failing).await?;
        let held: Vec<_> = uniques.into_iter().zip(holders).collect();
        preflight::refuse_held(&mut review, &self.opened.rules, &held);
        loop {
            diff::resolve_parents(&mut review, &parents);
            diff::keep_large_objects(&mut review);
            diff::check_children(&mut review, &children);
            // A row that stays after all keeps what it holds.
            if !preflight::refuse_held(&mut review, &self.opened.rules, &held) {
                break;
            }
        }
        diff::drop_unneeded(&mut review);
        Ok(review)
    }

    /// Finds the values that the server refuses, half by half; only where it refuses some this takes more round trips.
    async fn narrowed(&self, (mut found, mut again): (Unfit, Vec<Attempt<'_>>)) -> Result<Unfit> {
        while !again.is_empty() {
            let (more, rest) = pg::try_fits(self.tx, &self.opened.operators, &again).await?;
            found.extend(more);
            again = rest;
        }
        Ok(found)
    }

    /// Blocks what fails a condition. One that could not be evaluated, because a row held what its type refuses, is asked
    /// again without such rows.
    async fn refuse_checks(
        &self,
        review: &mut Review,
        checks: Vec<CheckQuestion>,
        failing: Vec<Option<Vec<usize>>>,
    ) -> Result<()> {
        let (answered, open): (Vec<_>, Vec<_>) = checks.into_iter().zip(failing).partition(|(_, rows)| rows.is_some());
        let mut again: Vec<CheckQuestion> = open.into_iter().map(|(question, _)| question).collect();
        for question in &mut again {
            let rows = &review.tables[question.table].rows;
            question.rows.retain(|(at, _)| rows[*at].blocked.is_none());
        }
        again.retain(|question| !question.rows.is_empty());
        let second = if again.is_empty() { Vec::new() } else { pg::failing_rows(self.tx, &again).await? };
        for (question, rows) in answered.iter().chain(&again.into_iter().zip(second).collect::<Vec<_>>()) {
            preflight::refuse_checks(review, &self.opened.rules, question, rows.as_deref().unwrap_or_default());
        }
        Ok(())
    }

    /// The rows of each table whose ids another row has already.
    async fn taken(&self, review: &Review, kept: &[KeptIds]) -> Result<Vec<BTreeSet<usize>>> {
        let asked = review.tables.iter().zip(kept).map(|(table, kept)| async move {
            match &table.shape {
                Some(shape) if !kept.rows.is_empty() => pg::taken(self.tx, shape, kept).await,
                _ => Ok(BTreeSet::new()),
            }
        });
        try_join_all(asked).await
    }

    async fn children(&self, review: &Review) -> Result<ChildCounts> {
        let known: Vec<_> = review.tables.iter().filter_map(|table| table.shape.as_ref()).collect();
        let known = known.as_slice();
        let asked = review.tables.iter().map(|table| async move {
            let Some(shape) = &table.shape else { return Ok(ChildCounts::new()) };
            let rows = table.rows.iter().filter(|row| row.blocked.is_none() && diff::disturbs(shape, row));
            let rows: Vec<&Row> = rows.filter_map(|row| row.target.as_ref()).collect();
            if rows.is_empty() { Ok(ChildCounts::new()) } else { pg::children(self.tx, shape, &rows, known).await }
        });
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }
}
