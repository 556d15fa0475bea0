//! `pgdeck sync apply` and `pgdeck sync undo`

use serde_json::json;

use crate::{
    app::{
        store,
        sync::{self, Applied},
    },
    cli::{
        Context,
        args::{Apply, Undo},
        journal,
        output::{self, Align, Listing},
    },
    core::{
        error::{Error, Result},
        guard,
        sync::plan::{Plan, short},
    },
};

pub(super) async fn apply(arguments: &Apply, context: &Context) -> Result<u8> {
    let Some(path) = &arguments.plan else {
        return Err(
            Error::refused("there is no reviewed plan").hint("write one with `pgdeck sync review … --plan FILE`")
        );
    };
    let name = path.display().to_string();
    let file =
        store::open(path)?.ok_or_else(|| Error::usage("there is no such plan").at(&name).hint("review first"))?;
    let plan = Plan::read_from(&name, file)?;
    run_plan(&plan, arguments.confirm.as_deref(), arguments.dry_run, context).await
}

pub(super) async fn undo(arguments: &Undo, context: &Context) -> Result<u8> {
    // A run that was cut off may turn out to be rolled back.
    sync::settle(&context.deck, &context.job).await?;
    journal::warn_of_damage(&context.deck)?;
    let plan = sync::undo_plan(&context.deck, &arguments.run.as_str().into())?;
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
    let permit = guard::permit(&environment, &plan.digest, &plan.to, &typed.into())?;
    let applied = sync::apply(&context.deck, &context.job, plan, &permit, dry_run).await?;
    let printed = print_applied(plan, &applied, context);
    printed.map(|()| 0).map_err(|error| output::unprinted(error, applied.run.as_ref()))
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
    listing.notes.extend(applied.triggers.sentences(&applied.rewrote));
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
        "triggers": applied.triggers.by,
        "also_wrote": applied.triggers.also,
        "also_wrote_unknown": applied.triggers.unknown,
        "undo": undo,
    });
    output::print(context.format, &listing, &record)
}
