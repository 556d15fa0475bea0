//! `pgdeck demo`: the console on an example, one verb on it, or the main job in plain text.

use std::{io::IsTerminal, sync::Arc};

use super::{
    Context,
    args::{Cli, Demo as Arguments, Verb},
    output::{self, Format, Listing},
    sync as verb,
};
use crate::{
    app::{
        audit, counts,
        deck::Deck,
        demo::{self, Options},
        job::Job,
        sync,
    },
    core::{
        self,
        error::{Error, Result},
        guard,
        sql_text::printable_sql,
        sync::{diff::Review, plan::Plan, select::Selection},
        text::printable,
    },
};

pub(super) async fn run(cli: &Cli, arguments: &Arguments, inner: Option<&Cli>, job: Job) -> Result<u8> {
    let options =
        Options { example: arguments.example.clone(), pg_bin: arguments.pg_bin.clone(), keep: arguments.keep.clone() };
    // A mistake should not have to wait for two servers.
    let verb = inner.map(verb_of).transpose()?;
    if cli.config.is_some() || inner.is_some_and(|inner| inner.config.is_some()) {
        return Err(Error::usage("a demo has a project of its own").hint("leave --config out"));
    }
    demo::example(options.example.as_deref())?;
    let terminal = std::io::stdout().is_terminal() && std::io::stdin().is_terminal();
    let setup = if verb.is_none() && terminal {
        Some(crate::tui::setup(arguments.console.or(&cli.console).preferences(), &super::variables)?)
    } else {
        None
    };
    let running = demo::start(&options, &job, &super::variables).await?;
    let result = match (verb, setup) {
        (Some(verb), _) => {
            let context = Context { deck: Arc::clone(&running.deck), job, format: cli.format };
            Box::pin(super::verb_on(verb, &context)).await
        }
        (None, Some(setup)) => crate::tui::open(Arc::clone(&running.deck), setup).await.map(|()| 0),
        (None, None) => tell(&running.deck, &job, running.servers[0].1.version()).await.map(|()| 0),
    };
    // Ending the servers blocks for some milliseconds.
    let ended = tokio::task::spawn_blocking(move || drop(running)).await;
    ended.map_err(|error| Error::connect(error.to_string()))?;
    result
}

fn verb_of(inner: &Cli) -> Result<&Verb> {
    match &inner.verb {
        Some(Verb::Demo(_)) => Err(Error::usage("a demo cannot run inside a demo")),
        Some(Verb::Completions { .. } | Verb::Man) => {
            Err(Error::usage("this verb needs no environments").hint("leave `demo` and `--` out"))
        }
        Some(verb) => Ok(verb),
        None => Err(Error::usage("there is no verb after `--`").hint("such as: pgdeck demo innotrue -- counts")),
    }
}

/// The example's main job as text. Where nothing travels, it is to prove that its environments are sound.
async fn tell(deck: &Deck, job: &Job, server: &str) -> Result<()> {
    let names: Vec<String> = deck.project.environment_names().map(str::to_owned).collect();
    let title = |how: &str| format!("{} on throw-away servers, PostgreSQL {server}: {how}\n", deck.project.name);
    if deck.project.sets.all().is_empty() {
        output::write(&title(&names.join(", ")))?;
        prove(deck, job, &names).await?;
    } else if let [from, to] = names.as_slice() {
        output::write(&title(&format!("{from} → {to}")))?;
        walk(deck, job, from, to).await?;
    } else {
        return Err(Error::usage("this example has no pair of environments to walk through"));
    }
    output::write("\nThe same with keys and eyes: run it in a terminal.\n")
}

/// What the audit finds in each environment, and the SQL that mends it.
async fn prove(deck: &Deck, job: &Job, names: &[String]) -> Result<()> {
    for name in names {
        let tables = counts::tables(deck, job, name, &[]).await?.counts.tables.len();
        let audit = audit::audit(deck, job, name, &[]).await?.audit;
        let open: Vec<_> = audit.findings.iter().filter(|finding| finding.accepted.is_none()).collect();
        let (checks, accepted) = (core::audit::checks().count(), audit.summary().accepted);
        let findings = format!("findings: {} open, {accepted} accepted", open.len());
        say("Audit", &format!("{name}: {tables} tables, {checks} checks; {findings}"))?;
        for finding in open {
            let severity = finding.severity.word();
            let line = format!("{} {severity:<7} {}: {}", finding.check, finding.object, finding.detail);
            output::write(&format!("\n  {}\n", printable(&line)))?;
            for line in printable_sql(&finding.fix).lines() {
                output::write(&format!("    {line}\n"))?;
            }
        }
        for unseen in &audit.unseen {
            let object = unseen.object.as_deref().map(|object| format!(" {object}")).unwrap_or_default();
            let line = format!("{}{object}: not looked at: {}", unseen.id, unseen.reason);
            output::write(&format!("\n  {}\n", printable(&line)))?;
        }
    }
    Ok(())
}

/// Carrying configuration, step by step: export, review, apply, verify, undo.
async fn walk(deck: &Deck, job: &Job, from: &str, to: &str) -> Result<()> {
    let bundle = sync::export(deck, job, &[], from).await?;
    let sets = deck.project.sets.all().len();
    say(
        "Export",
        &format!("{sets} sync sets, {} tables, {} rows read from {from}", bundle.tables.len(), bundle.rows()),
    )?;
    let review = sync::review(deck, job, &bundle, to, false).await?;
    say("Review", "what differs")?;
    print_review(&review)?;
    let plan = plan(deck, &review)?;
    let applied = sync::apply(deck, job, &plan, &permit(deck, &plan)?, false).await?;
    let run = applied.run.clone().unwrap_or_default();
    say("Apply", &format!("plan {}: {}, one transaction, run {run}", plan.short_digest(), applied.rows))?;
    let second = sync::review(deck, job, &bundle, to, false).await?;
    expect(second.is_empty(), "the second review still finds differences")?;
    say("Verify", &format!("a second review of all {sets} sets finds no difference"))?;
    let undo = sync::undo_plan(deck, &run)?;
    let undone = sync::apply(deck, job, &undo, &permit(deck, &undo)?, false).await?;
    let third = sync::review(deck, job, &bundle, to, false).await?;
    expect(self::plan(deck, &third)?.digest == plan.digest, "after the undo the review differs from the first")?;
    say("Undo", &format!("{}; a third review gives the same plan as the first", undone.rows))
}

fn say(step: &str, what: &str) -> Result<()> {
    output::write(&format!("\n{step:<8}{what}\n"))
}

fn expect(holds: bool, otherwise: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(Error::rolled_back(otherwise)) }
}

fn print_review(review: &Review) -> Result<()> {
    let listing: Listing = verb::listing(review);
    output::print(Format::Table, &listing, &serde_json::Value::Null)
}

fn plan(deck: &Deck, review: &Review) -> Result<Plan> {
    Plan::build(&deck.project.name, review, &Selection::all(review))
}

fn permit(deck: &Deck, plan: &Plan) -> Result<guard::Permit> {
    guard::permit(&deck.environment(&plan.to)?, &plan.digest, &plan.to, &plan.to.as_str().into())
}
