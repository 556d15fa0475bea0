//! The work that the console asks for, done by the use-cases of `app` and answered by messages.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Handle,
    model::EnvState,
    msg::{Accepted, Accepting, Comparison, Filed, Migrating, Msg, Origin, Sync, Tone, Work},
    widget::gauge::counted,
};
use crate::{
    app::{
        audit, counts,
        deck::Deck,
        drift, env, export,
        job::Job,
        journal,
        migrations::{self, standing},
        sync::{self, Output, Written},
        trust,
    },
    core::{
        counts::{Count, Counts},
        error::{Code, Error, Result},
        gate::{RunId, Typed},
        guard,
        migrations::plan::Choice,
        name::QName,
        sync::{diff::Review, plan::Plan},
    },
};

/// Does `work`, and tells `handle` what came of it.
pub async fn execute(deck: Arc<Deck>, work: Work, handle: Handle) {
    let job = job(&handle);
    match work {
        Work::Connect(name) => connect(&deck, &job, name, &handle).await,
        Work::Tables(name) => {
            let tables = counts::estimates(&deck, &job, &name, &[]).await;
            handle.tell(Msg::Tables(name, tables.map(Arc::new)));
        }
        Work::Count(name, tables) => {
            if let Err(error) = count(&deck, &job, &name, &tables, &handle).await {
                fail(&handle, error);
            }
        }
        Work::Audit(name) => {
            let audited = audited(&deck, &job, &name).await;
            handle.tell(Msg::Audited(name, audited.map(Arc::new)));
        }
        Work::Migrations => {
            let folder = standing::folder(&deck, &job, None).await;
            handle.tell(Msg::Migrations(folder.map(Arc::new)));
        }
        Work::Standing(name, folder) => {
            let standing = Box::pin(standing::standing(&deck, &job, &name, &folder)).await;
            handle.tell(Msg::Standing(folder, name, standing.map(Arc::new)));
        }
        Work::Drift(from, to) => {
            let compared = Box::pin(drift::compare(&deck, &job, &from, &to)).await;
            let replay = from == drift::Base::Migrations && !as_agreed(&compared);
            handle.tell(Msg::Drifted(handle.job, compared.map(Arc::new)));
            if replay {
                ask(&deck, &handle).await;
            }
        }
        Work::PlanMigrations(name, dry_run) => {
            let planned = Box::pin(migrations::apply::plan(&deck, &job, None, &name, &Choice::default())).await;
            handle.tell(Msg::PlannedMigrations(planned.map(|plan| Migrating { plan: Arc::new(plan), dry_run })));
        }
        Work::Migrate(asked, typed) => {
            let ran = migrate(&deck, &job, &asked, &typed).await;
            handle.tell(Msg::Migrated(asked, ran.map(Arc::new)));
        }
        Work::Trust => ask(&deck, &handle).await,
        Work::Agree(items) => handle.tell(Msg::Agreed(trust::agree(&deck, &items))),
        Work::Accept(asked) => handle.tell(Msg::Accepted(accept(&deck, &asked).map(Arc::new))),
        Work::Snapshot(environments) => snapshot(&deck, environments, &handle),
        Work::Journal => {
            // What was cut off is settled where that is possible; the rest is shown as it is.
            let settled = sync::settle(&deck, &job).await;
            match settled {
                Ok(_) => journal(&deck, &handle),
                Err(error) => handle.tell(Msg::Journal(Err(error))),
            }
        }
        Work::History => handle.tell(Msg::History(counts::history(&deck).map(Arc::new))),
        Work::Export(file, sheet) => {
            let written = export::write(&path(&deck, &file).display().to_string(), &sheet);
            let says = |()| Filed::Written(format!("{} written to {file}", counted(sheet.rows.len(), "row")));
            handle.tell(Msg::Filed(handle.job, written.map(says)));
        }
        Work::Write(file, output) => {
            let written = sync::write_output(&deck, &job, &output, &path(&deck, &file)).await;
            let says = |written| Filed::Written(says(&output, &written, &file));
            handle.tell(Msg::Filed(handle.job, written.map(says)));
        }
        Work::Look(file, sets) => {
            let seen = look(&deck, path(&deck, &file), sets).await;
            handle.tell(Msg::Filed(handle.job, seen.map(|contents| Filed::Source(file, Arc::new(contents)))));
        }
        // Whoever opened the first page does this.
        Work::Demo => {}
        Work::Compare(asked) => step(&handle, review(&deck, &job, &asked).await, Sync::Reviewed),
        Work::Verify(asked) => step(&handle, review(&deck, &job, &asked).await, Sync::Verified),
        Work::Apply(plan, typed) => {
            let applied = apply(&deck, &job, &plan, &typed).await;
            step(&handle, applied, |applied| Sync::Applied(Arc::new(applied)));
            journal(&deck, &handle);
        }
        Work::Undo(run, typed) => {
            let undone = undo(&deck, &job, &run, &typed).await;
            step(&handle, undone, |undone| Sync::Undone(Arc::new(undone)));
            journal(&deck, &handle);
        }
    }
}

/// The use-case's view of the job: it reports to the console and stops when the console says so.
fn job(handle: &Handle) -> Job {
    let teller = handle.clone();
    Job::new(handle.cancelled.clone(), move |progress| {
        teller.done(progress.done, (progress.total > 0).then_some(progress.total));
    })
}

/// Tells what is in the journal, and what of it cannot be read.
fn journal(deck: &Deck, handle: &Handle) {
    let known = journal::read_whole(deck);
    if let Ok(known) = &known
        && let Some(first) = journal::damage(deck, known).first()
    {
        let what = format!("{} of the journal cannot be read", counted(known.damaged, "line"));
        handle.tell(Msg::Failed(Error::usage(what).hint(first)));
    }
    handle.tell(Msg::Journal(known.map(|known| Arc::new(known.runs))));
}

/// What the operator stopped needs no red line.
fn fail(handle: &Handle, error: Error) {
    handle.tell(if error.code == Code::Interrupted {
        Msg::Said(Tone::Note, error.message)
    } else {
        Msg::Failed(error)
    });
}

fn step<T>(handle: &Handle, result: Result<T>, told: impl FnOnce(T) -> Sync) {
    handle.tell(Msg::Sync(result.map_or_else(Sync::Failed, told)));
}

async fn connect(deck: &Deck, job: &Job, name: String, handle: &Handle) {
    let (reached, lost) = match env::connect(deck, job, &name).await {
        Ok(connected) => connected,
        Err(error) => return handle.tell(Msg::Environment(name, EnvState::Failed(error))),
    };
    let state = EnvState::Ready { version: reached.version.clone(), latency: reached.latency };
    handle.tell(Msg::Reached(name.clone(), Arc::new(reached)));
    handle.tell(Msg::Environment(name.clone(), state));
    // Outside of the job, which is over: a connection that is lost at rest is to be noticed at rest.
    let handle = handle.clone();
    tokio::spawn(async move {
        if let Some(error) = lost.await {
            handle.tell(Msg::Lost(name, error));
        }
    });
}

async fn count(deck: &Deck, job: &Job, name: &str, tables: &[QName], handle: &Handle) -> Result<()> {
    let listing = counts::estimates(deck, job, name, &[]).await?;
    let wanted: Vec<_> = tables.iter().filter_map(|table| listing.catalog.table(table).cloned()).collect();
    let each = |table, count| handle.tell(Msg::Counted(name.to_owned(), table, count));
    counts::exact(deck, job, name, &wanted, each).await
}

/// Whether nothing was refused that an agreement would allow.
fn as_agreed<T>(result: &Result<T>) -> bool {
    !result.as_ref().is_err_and(|error| error.code == Code::Refused && error.lasting)
}

/// Tells what the project makes pgdeck run. A folder is read for that, which blocks.
async fn ask(deck: &Arc<Deck>, handle: &Handle) {
    let reading = Arc::clone(deck);
    let read = tokio::task::spawn_blocking(move || trust::items(&reading, &trust::Asked::default())).await;
    match read.unwrap_or_else(|error| Err(Error::usage(error.to_string()))) {
        Ok(items) => handle.tell(Msg::Trust(items)),
        Err(error) => fail(handle, error),
    }
}

/// Measured by what the team's file says now, not by what it said when the console was opened.
async fn audited(deck: &Deck, job: &Job, name: &str) -> Result<audit::Audited> {
    audit::reread(deck)?;
    Box::pin(audit::audit(deck, job, name, &[])).await
}

fn accept(deck: &Deck, asked: &Accepting) -> Result<Accepted> {
    let place = audit::accept(deck, &asked.entry)?;
    let again = asked.again.iter();
    let again = again.map(|old| Arc::new(audit::judge(deck, &old.environment, Arc::clone(&old.facts), &[])));
    Ok(Accepted { place, audited: again.collect() })
}

fn snapshot(deck: &Deck, environments: Vec<(String, Vec<(QName, Count)>)>, handle: &Handle) {
    let counts: BTreeMap<_, _> = environments
        .into_iter()
        .map(|(name, tables)| (name, Counts { tables: tables.into_iter().collect() }))
        .collect();
    let recorded = counts::free_name(deck).and_then(|name| counts::save(deck, &name, counts).map(|()| name));
    handle.tell(match recorded {
        Ok(name) => Msg::Said(Tone::Done, format!("recorded; compare with: pgdeck counts --against {name}")),
        Err(error) => Msg::Failed(error),
    });
    handle.tell(Msg::History(counts::history(deck).map(Arc::new)));
}

/// The file that was typed. No shell stands in between, so `~` is a person's folder here, too.
fn path(deck: &Deck, typed: &str) -> PathBuf {
    match (typed.strip_prefix("~/"), deck.var("HOME")) {
        (Some(rest), Some(home)) => Path::new(&home).join(rest),
        _ => PathBuf::from(typed),
    }
}

async fn look(deck: &Arc<Deck>, path: PathBuf, sets: Vec<String>) -> Result<sync::Contents> {
    let deck = Arc::clone(deck);
    let seen = tokio::task::spawn_blocking(move || sync::look_into(&deck, &path, &sets)).await;
    seen.unwrap_or_else(|error| Err(Error::usage(error.to_string())))
}

/// What was written, and where.
fn says(output: &Output, written: &Written, file: &str) -> String {
    let what = match (output, written.rows) {
        (Output::Report(_), _) => "report".to_owned(),
        (Output::Script(_), _) => "script".to_owned(),
        (Output::Plan(_), _) => "plan".to_owned(),
        (Output::Query(_), _) => "query".to_owned(),
        (Output::Bundle(rows) | Output::Seed(rows), count) => {
            format!("{} of {}", counted(count.unwrap_or(0), "row"), rows.environment)
        }
    };
    if written.changed {
        format!("{what} written to {file}")
    } else {
        format!("nothing changed: {file} holds these {what} already")
    }
}

async fn review(deck: &Deck, job: &Job, asked: &Comparison) -> Result<Arc<Review>> {
    let Comparison { sets, from, to, deletes } = asked;
    let review = match from {
        Origin::Environment(from) => Box::pin(sync::compare(deck, job, sets, from, to, *deletes)).await,
        Origin::File(file) => Box::pin(sync::review_file(deck, job, &path(deck, file), sets, to, *deletes)).await,
    };
    review.map(Arc::new)
}

/// The gate of every write: what was typed is judged here, by the guard, and nowhere else.
async fn apply(deck: &Deck, job: &Job, plan: &Plan, typed: &Typed) -> Result<sync::Applied> {
    let permit = guard::permit(&deck.environment(&plan.to)?, &plan.digest, &plan.to, typed)?;
    sync::apply(deck, job, plan, &permit, false).await
}

async fn undo(deck: &Deck, job: &Job, run: &RunId, typed: &Typed) -> Result<sync::Applied> {
    sync::settle(deck, job).await?;
    apply(deck, job, &sync::undo_plan(deck, run)?, typed).await
}

/// Through the same gate.
async fn migrate(deck: &Deck, job: &Job, asked: &Migrating, typed: &Typed) -> Result<migrations::apply::Applied> {
    let Migrating { plan, dry_run } = asked;
    let permit = guard::permit(&deck.environment(&plan.environment)?, &plan.digest, &plan.environment, typed)?;
    Box::pin(migrations::apply::apply(deck, job, plan, &permit, *dry_run)).await
}
