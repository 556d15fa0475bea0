//! `pgdeck sync review`

use crate::{
    app::{
        store::{self, Existing},
        sync,
    },
    cli::{
        Context,
        args::{FailOn, Review as ReviewArguments},
        output::{self, Align, Listing},
    },
    core::{
        error::{Error, Result},
        sync::{
            diff::{Change, Review, TableReview},
            fires,
            plan::Plan,
            report::{self, Report},
            script,
            select::Selection,
        },
    },
};

pub(super) async fn review(arguments: &ReviewArguments, context: &Context) -> Result<u8> {
    let (deck, job) = (&context.deck, &context.job);
    if let Some(path) = &arguments.report {
        // Known before anything is read.
        report::Format::of(&path.display().to_string())?;
    }
    let existing = Existing::force(arguments.force);
    let files: Vec<_> = [&arguments.plan, &arguments.sql, &arguments.report].into_iter().flatten().collect();
    for (at, path) in files.iter().enumerate() {
        store::vacant(path, existing)?;
        if files[..at].contains(path) {
            return Err(Error::usage("two results would be written to this file")
                .at(path.display())
                .hint("name two files"));
        }
    }
    deck.known(&arguments.to)?;
    let review = match (&arguments.bundle, &arguments.from) {
        (Some(path), _) => {
            sync::review_file(deck, job, path, &arguments.sets, &arguments.to, arguments.deletes).await?
        }
        (None, Some(from)) => sync::compare(deck, job, &arguments.sets, from, &arguments.to, arguments.deletes).await?,
        (None, None) => return Err(Error::usage("no source given").hint("give --from ENV or --bundle FILE")),
    };
    let selection = Selection::all(&review);
    let plan = Plan::build(&deck.project.name, &review, &selection)?;
    if let Some(path) = &arguments.plan {
        store::write_with(path, existing, |to| plan.write(to))?;
    }
    if let Some(path) = &arguments.sql {
        store::write_named(path, script::script(&plan)?.as_bytes(), existing)?;
    }
    if let Some(path) = &arguments.report {
        sync::save_report(&Report { review: &review, selection: &selection, plan: &plan }, path, existing)?;
    }
    let mut listing = listing(&review);
    listing.notes.extend(fires::announced(&plan));
    let read = arguments.from.iter().chain([&arguments.to]).map(String::as_str);
    listing.notes.extend(deck.superuser_notes(read));
    let mut record = report::record(&review, &plan);
    if let Some(closed) = closed(context, &arguments.to) {
        if let Some(warnings) = record["warnings"].as_array_mut() {
            warnings.push(closed.clone().into());
        }
        listing.notes.push(closed);
    }
    let written = files.iter().map(|path| format!(" → {}", path.display()));
    listing.notes.push(format!("plan {}: {}{}", plan.short_digest(), plan.tally(), written.collect::<String>()));
    output::print(context.format, &listing, &record)?;
    let differs = !review.is_empty() && review.tables.iter().any(differs);
    Ok(u8::from(differs && arguments.fail_on == FailOn::Difference))
}

/// What to say where the project lets nobody write to `to`.
fn closed(context: &Context, to: &str) -> Option<String> {
    let (_, kind, writable) = context.deck.project.environments().find(|(name, ..)| *name == to)?;
    let says =
        format!("{to} ({}) is not writable in pgdeck.toml: this can be reviewed, and not be applied", kind.word());
    (!writable).then_some(says)
}

fn differs(table: &TableReview) -> bool {
    table.blocked.is_some() || table.rows.iter().any(|row| row.change != Change::Representation)
}

/// The review as people read it: tables that differ, then what is blocked, then what to know.
pub(in crate::cli) fn listing(review: &Review) -> Listing {
    let headings =
        ["insert", "update", "delete", "unchanged", "blocked", "formatting only"].map(|name| (name, Align::Right));
    let mut listing = Listing::new([("set", Align::Left), ("table", Align::Left)].into_iter().chain(headings));
    let (mut equal, mut keeping) = (0, 0);
    for table in &review.tables {
        if !table.rows.is_empty() || table.blocked.is_some() {
            listing.rows.push(row(table));
        } else if table.kept > 0 {
            keeping += 1;
        } else {
            equal += 1;
        }
        listing.notes.extend(table.kept_rows(&review.to).map(|kept| format!("{}: {kept}", table.table)));
        listing.notes.extend(table.blocked.iter().map(|reason| format!("{} is blocked: {reason}", table.table)));
        listing.notes.extend(table.warnings.iter().map(|warning| format!("{}: {warning}", table.table)));
        for row in &table.rows {
            listing
                .notes
                .extend(row.blocked.iter().map(|why| format!("{} {}: blocked, {why}", table.table, row.key.display())));
            listing.notes.extend(row.notes.iter().map(|note| format!("{} {}: {note}", table.table, row.key.display())));
        }
    }
    let tables = review.tables.len();
    let kept = if keeping == 0 { String::new() } else { format!(", {keeping} only by rows that are kept") };
    listing.notes.push(format!(
        "{} → {}: {} of {tables} tables differ{kept}, {equal} are equal",
        review.from,
        review.to,
        tables - equal
    ));
    listing
}

fn row(table: &TableReview) -> Vec<String> {
    let number = |number: usize| if number == 0 { "·".to_owned() } else { number.to_string() };
    let mut row = vec![table.set.clone(), table.table.to_string()];
    row.extend([Change::Insert, Change::Update, Change::Delete].map(|change| number(table.count(change))));
    row.extend([table.unchanged, table.blocked_rows(), table.count(Change::Representation)].map(number));
    row
}
