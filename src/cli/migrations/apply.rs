//! `pgdeck migrations apply`

use serde_json::{Value as Json, json};

use crate::{
    app::migrations::apply::{self as app, Applied},
    cli::{
        Context,
        args::{Migrate, Migrations as Arguments},
        output::{self, Align, Listing},
    },
    core::{
        error::{Error, Result},
        guard,
        migrations::plan::{Choice, Plan, Step},
        sync::plan::short,
        text::counted,
    },
};

pub(super) async fn run(arguments: &Arguments, apply: &Migrate, context: &Context) -> Result<u8> {
    let [environment] = &arguments.environments[..] else {
        return Err(Error::usage("migrations are applied to one environment at a time").hint("name it with -e ENV"));
    };
    let choice = Choice { out_of_order: apply.out_of_order, baseline: apply.baseline.clone() };
    let (deck, job) = (&context.deck, &context.job);
    let plan = app::plan(deck, job, arguments.dir.as_deref(), environment, &choice).await?;
    if plan.steps.is_empty() {
        let mut listing = listing(&plan, None);
        listing.notes.push(format!("{environment}: nothing is pending"));
        return output::print(context.format, &listing, &record(&plan, None, false)).map(|()| 0);
    }
    if let Some(digest) = apply.digest.as_ref().filter(|digest| !is_digest_of(digest, &plan)) {
        return Err(Error::stale(format!("the plan changed: it is {} now", short(&plan.digest)))
            .env(environment)
            .object(digest)
            .hint("look at it again, without --confirm"));
    }
    let Some(typed) = &apply.confirm else {
        output::print(context.format, &listing(&plan, None), &record(&plan, None, false))?;
        let digest = plan.digest.get(..TYPED).unwrap_or_default();
        return Err(Error::refused("not confirmed")
            .env(environment)
            .hint(format!("to run this, add --confirm {environment} --digest {digest}")));
    };
    let permit =
        guard::permit(&deck.environment(environment)?, &plan.digest, &plan.environment, &typed.as_str().into())?;
    let applied = Box::pin(app::apply(deck, job, &plan, &permit, apply.dry_run)).await?;
    let (listing, json) = (listing(&plan, Some(&applied)), record(&plan, Some(&applied), apply.dry_run));
    let printed = output::print(context.format, &listing, &json);
    printed.map(|()| 0).map_err(|error| output::unprinted(error, applied.run.as_ref()))
}

/// How much of a digest has to be typed, in characters.
const TYPED: usize = 8;

/// Whether `typed` is the plan's digest or how it begins, with or without the dot that it is shown with.
fn is_digest_of(typed: &str, plan: &Plan) -> bool {
    let typed = typed.replace('·', "");
    typed.len() >= TYPED && plan.digest.starts_with(&typed)
}

/// What became of a step.
fn status(applied: Option<&Applied>, at: usize) -> &'static str {
    match applied {
        None => "planned",
        Some(applied) => match (applied.done.iter().any(|done| done.step == at), &applied.run) {
            (true, Some(_)) => "applied",
            (true, None) => "tried",
            (false, _) => "not tried",
        },
    }
}

fn listing(plan: &Plan, applied: Option<&Applied>) -> Listing {
    let mut listing = Listing::new([
        ("version", Align::Left),
        ("name", Align::Left),
        ("statements", Align::Right),
        ("how", Align::Left),
        ("status", Align::Left),
    ]);
    let row = |(at, step): (usize, &Step)| {
        vec![
            step.file.version.clone().unwrap_or_default(),
            step.file.name.clone(),
            step.how.statements().to_string(),
            step.how.word().into(),
            status(applied, at).into(),
        ]
    };
    listing.rows = plan.steps.iter().enumerate().map(row).collect();
    listing.notes.extend(plan.warnings.iter().cloned());
    let (environment, digest) = (&plan.environment, short(&plan.digest));
    let new = match (plan.creates, applied) {
        (false, _) => "",
        (true, Some(Applied { run: Some(_), .. })) => ", which was created",
        (true, _) => ", which will be created",
    };
    let history = format!("recorded in {} ({}){new}", plan.recorder.table, plan.recorder.tool);
    let files = plan.steps.len();
    match applied {
        _ if files == 0 => {}
        None => {
            let are = if files == 1 { "is" } else { "are" };
            let files = counted(files, "file");
            listing.notes.push(format!("{environment}: {files} {are} pending, plan {digest}, {history}"));
        }
        Some(Applied { run: Some(run), done }) => {
            let files = counted(done.len(), "file");
            listing.notes.push(format!("{environment}: {files} applied, run {run}, {history}"));
        }
        Some(Applied { run: None, done }) => {
            listing
                .notes
                .push(format!("{environment}: {} of {files} files tried, plan {digest}; nothing was kept", done.len()));
            if done.len() < files {
                let rest = "what runs outside of a transaction, or needs what is not committed yet, cannot be tried, nor \
                            can what follows it";
                listing.notes.push(rest.into());
            }
        }
    }
    listing
}

fn record(plan: &Plan, applied: Option<&Applied>, dry_run: bool) -> Json {
    let file = |(at, step): (usize, &Step)| {
        let took = applied.and_then(|applied| applied.done.iter().find(|done| done.step == at)).map(|done| done.took);
        json!({
            "version": step.file.version,
            "name": step.file.name,
            "file": step.file.path,
            "statements": step.how.statements(),
            "how": step.how.word(),
            "status": status(applied, at),
            "milliseconds": took.map(|took| u64::try_from(took.as_millis()).unwrap_or(u64::MAX)),
        })
    };
    json!({
        "environment": plan.environment,
        "digest": plan.digest,
        "run": applied.and_then(|applied| applied.run.as_ref()),
        "dry_run": dry_run,
        "history": {
            "tool": plan.recorder.tool.name(), "table": plan.recorder.table.to_string(), "new": plan.creates,
        },
        "files": plan.steps.iter().enumerate().map(file).collect::<Vec<_>>(),
        "warnings": plan.warnings,
    })
}
