//! `pgdeck sync`

use serde_json::{Value as Json, json};

use super::{
    Context,
    args::{Apply, Export, FailOn, Review as ReviewArguments, Sync, Undo},
    output::{self, Align, Listing},
    sync_query,
};
use crate::{
    app::{
        store,
        sync::{self, Applied},
    },
    core::{
        error::{Error, Result},
        guard,
        sync::{
            bundle::Bundle,
            diff::{Change, Review, TableReview},
            plan::{Plan, short},
            script,
            select::Selection,
            shape,
        },
    },
};

pub(super) async fn run(command: &Sync, context: &Context) -> Result<u8> {
    match command {
        Sync::Sets => sets(context),
        Sync::Export(arguments) => export(arguments, context).await,
        Sync::Query(arguments) => sync_query::run(arguments, context).await,
        Sync::Review(arguments) => review(arguments, context).await,
        Sync::Apply(arguments) => apply(arguments, context).await,
        Sync::Undo(arguments) => undo(arguments, context).await,
    }
}

fn sets(context: &Context) -> Result<u8> {
    let sets = &context.deck.project.sets;
    let mut listing =
        Listing::new([("set", Align::Left), ("table", Align::Left), ("key", Align::Left), ("where", Align::Left)]);
    let mut records = Vec::new();
    for set in sets.pick(&[])? {
        for (at, table) in set.tables.iter().enumerate() {
            let name = if at == 0 { set.name.clone() } else { String::new() };
            let key = if table.key.is_empty() { "primary key".to_owned() } else { table.key.join(", ") };
            listing.rows.push(vec![name, table.table.clone(), key, table.filter.clone().unwrap_or_default()]);
        }
        let tables: Vec<_> = set
            .tables
            .iter()
            .map(|table| json!({ "table": table.table, "key": table.key, "where": table.filter }))
            .collect();
        records.push(json!({ "name": set.name, "tables": tables }));
    }
    listing.notes.push(format!("never synced: {}", sets.never().join(", ")));
    output::print(context.format, &listing, &json!({ "sets": records, "never": sets.never() }))?;
    Ok(0)
}

async fn export(arguments: &Export, context: &Context) -> Result<u8> {
    let exported =
        sync::export_file(&context.deck, &context.job, &arguments.sets, &arguments.from, &arguments.out).await?;
    let mut listing =
        Listing::new([("set", Align::Left), ("table", Align::Left), ("rows", Align::Right), ("key", Align::Left)]);
    let mut records = Vec::new();
    for (shape, rows) in &exported.tables {
        let key = shape::labels(&shape.key).join(", ");
        listing.rows.push(vec![shape.set.clone(), shape.table.to_string(), rows.to_string(), key]);
        records.push(json!({ "set": shape.set, "table": shape.table, "rows": rows }));
    }
    let out = arguments.out.display().to_string();
    let rows: usize = exported.tables.iter().map(|(_, rows)| rows).sum();
    listing.notes.push(format!("{rows} rows of {} → {out}", arguments.from));
    let record = json!({ "from": arguments.from, "rows": rows, "tables": records, "out": out });
    output::print(context.format, &listing, &record)?;
    Ok(0)
}

async fn review(arguments: &ReviewArguments, context: &Context) -> Result<u8> {
    let (deck, job) = (&context.deck, &context.job);
    deck.known(&arguments.to)?;
    let review = match (&arguments.bundle, &arguments.from) {
        (Some(path), _) => {
            let mut held = sync::load_offline(deck, job, path, &arguments.sets, &arguments.to).await?;
            held.bundle = of_sets(held.bundle, &arguments.sets, context)?;
            let mut review = sync::review(deck, job, &held.bundle, &arguments.to, arguments.deletes).await?;
            held.remark(&mut review);
            review
        }
        (None, Some(from)) => sync::compare(deck, job, &arguments.sets, from, &arguments.to, arguments.deletes).await?,
        (None, None) => return Err(Error::usage("where from?").hint("give --from ENV or --bundle FILE")),
    };
    let plan = Plan::build(&deck.project.name, &review, &Selection::all(&review))?;
    if let Some(path) = &arguments.plan {
        store::write(path, plan.text().as_bytes())?;
    }
    if let Some(path) = &arguments.sql {
        store::write(path, script::script(&plan)?.as_bytes())?;
    }
    let mut listing = listing(&review);
    let written = [&arguments.plan, &arguments.sql].into_iter().flatten().map(|path| format!(" → {}", path.display()));
    listing.notes.push(format!("plan {}: {}{}", plan.short_digest(), plan.tally(), written.collect::<String>()));
    output::print(context.format, &listing, &record(&review, &plan))?;
    let differs = !review.is_empty() && review.tables.iter().any(differs);
    Ok(u8::from(differs && arguments.fail_on == FailOn::Difference))
}

/// The part of `bundle` that belongs to the sets `names`; all of it where none is named.
fn of_sets(mut bundle: Bundle, names: &[String], context: &Context) -> Result<Bundle> {
    if !names.is_empty() {
        context.deck.project.sets.pick(names)?;
        bundle.tables.retain(|table| names.contains(&table.shape.set));
        if bundle.tables.is_empty() {
            return Err(Error::usage("the bundle holds none of these sets").object(names.join(", ")));
        }
    }
    Ok(bundle)
}

fn differs(table: &TableReview) -> bool {
    table.blocked.is_some() || table.rows.iter().any(|row| row.change != Change::Representation)
}

/// The review as people read it: tables that differ, then what is blocked, then what to know.
pub(super) fn listing(review: &Review) -> Listing {
    let headings =
        ["insert", "update", "delete", "unchanged", "blocked", "same value"].map(|name| (name, Align::Right));
    let mut listing = Listing::new([("set", Align::Left), ("table", Align::Left)].into_iter().chain(headings));
    let mut equal = 0;
    for table in &review.tables {
        if !table.rows.is_empty() || table.blocked.is_some() {
            listing.rows.push(row(table));
        } else {
            equal += 1;
        }
        listing.notes.extend(table.blocked.iter().map(|reason| format!("{} is blocked: {reason}", table.table)));
        listing.notes.extend(table.warnings.iter().map(|warning| format!("{}: {warning}", table.table)));
        for row in &table.rows {
            listing
                .notes
                .extend(row.blocked.iter().map(|why| format!("{} {}: blocked, {why}", table.table, row.key.display())));
        }
    }
    let tables = review.tables.len();
    listing.notes.push(format!(
        "{} → {}: {} of {tables} tables differ, {equal} are equal",
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

fn record(review: &Review, plan: &Plan) -> Json {
    let table = |table: &TableReview| {
        json!({
            "set": table.set,
            "table": table.table,
            "insert": table.count(Change::Insert),
            "update": table.count(Change::Update),
            "delete": table.count(Change::Delete),
            "unchanged": table.unchanged,
            "blocked": table.blocked_rows(),
            "representation_only": table.count(Change::Representation),
        })
    };
    let blocked = review.tables.iter().flat_map(|table| {
        let labels = table.shape.as_ref().map(|shape| shape::labels(&shape.key)).unwrap_or_default();
        let whole = table.blocked.iter().map(|reason| json!({ "table": table.table, "key": {}, "reason": reason }));
        let rows: Vec<_> = table
            .rows
            .iter()
            .filter_map(|row| {
                let key: serde_json::Map<String, Json> =
                    labels.iter().cloned().zip(row.key.0.iter().map(|part| json!(part))).collect();
                row.blocked.as_ref().map(|reason| json!({ "table": table.table, "key": key, "reason": reason }))
            })
            .collect();
        whole.chain(rows).collect::<Vec<_>>()
    });
    let warnings = review
        .tables
        .iter()
        .flat_map(|table| table.warnings.iter().map(move |text| format!("{}: {text}", table.table)));
    json!({
        "digest": plan.digest,
        "from": review.from,
        "to": review.to,
        "tables": review.tables.iter().map(table).collect::<Vec<_>>(),
        "blocked": blocked.collect::<Vec<_>>(),
        "warnings": warnings.collect::<Vec<_>>(),
    })
}

async fn apply(arguments: &Apply, context: &Context) -> Result<u8> {
    let Some(path) = &arguments.plan else {
        return Err(
            Error::refused("there is no reviewed plan").hint("write one with `pgdeck sync review … --plan FILE`")
        );
    };
    let name = path.display().to_string();
    let text =
        store::read(path)?.ok_or_else(|| Error::usage("there is no such plan").at(&name).hint("review first"))?;
    let plan = Plan::read(&name, &text)?;
    run_plan(&plan, arguments.confirm.as_deref(), arguments.dry_run, context).await
}

async fn undo(arguments: &Undo, context: &Context) -> Result<u8> {
    let plan = sync::undo_plan(&context.deck, &arguments.run)?;
    run_plan(&plan, arguments.confirm.as_deref(), arguments.dry_run, context).await
}

async fn run_plan(plan: &Plan, confirm: Option<&str>, dry_run: bool, context: &Context) -> Result<u8> {
    let project = &context.deck.project.name;
    if plan.project != *project {
        return Err(Error::refused(format!("the plan is for the project `{}`, this is `{project}`", plan.project))
            .hint("go to its project, or review here"));
    }
    let environment = context.deck.environment(&plan.to)?;
    let Some(typed) = confirm else {
        return Err(Error::refused("not confirmed").env(&plan.to).hint(format!("add --confirm {}", plan.to)));
    };
    let permit = guard::permit(&environment, &plan.digest, &plan.to, typed)?;
    let applied = sync::apply(&context.deck, &context.job, plan, &permit, dry_run).await?;
    print_applied(plan, &applied, context)?;
    Ok(0)
}

fn print_applied(plan: &Plan, applied: &Applied, context: &Context) -> Result<()> {
    let mut listing = Listing::new([
        ("table", Align::Left),
        ("insert", Align::Right),
        ("update", Align::Right),
        ("delete", Align::Right),
    ]);
    for (table, rows) in plan.tally_by_table() {
        listing.rows.push(vec![
            table.to_string(),
            rows.insert.to_string(),
            rows.update.to_string(),
            rows.delete.to_string(),
        ]);
    }
    listing.notes.extend(applied.rewrote.iter().map(|what| format!("the target's trigger rewrote {what}")));
    let digest = short(&applied.digest);
    listing.notes.push(match &applied.run {
        Some(run) => format!(
            "{}: {} applied and verified, plan {digest}; take back: pgdeck sync undo {run} --confirm {}",
            plan.to, applied.rows, plan.to
        ),
        None => format!("{}: {} would be applied, plan {digest}; nothing was kept", plan.to, applied.rows),
    });
    let undo = applied.run.as_ref().map(|run| format!("pgdeck sync undo {run} --confirm {}", plan.to));
    let record = json!({
        "run": applied.run,
        "digest": applied.digest,
        "applied": applied.rows,
        "verified": true,
        "dry_run": applied.run.is_none(),
        "rewrote": applied.rewrote,
        "undo": undo,
    });
    output::print(context.format, &listing, &record)
}
