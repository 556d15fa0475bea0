//! `pgdeck trust`

use std::{
    fmt::Write as _,
    io::{IsTerminal, Write as _},
    path::Path,
};

use serde_json::{Value as Json, json};

use super::{
    Context,
    args::Trust,
    output::{self, Align, Format, Listing},
    variables,
};
use crate::{
    app::trust::{self, Asked, Item},
    core::{
        error::{Error, Result},
        trust::{Agreement, Runs},
    },
};

/// Shows what the project makes pgdeck run, and asks.
pub(super) async fn run(arguments: &Trust, context: &Context) -> Result<u8> {
    if arguments.list {
        return list(context.format);
    }
    let deck = &context.deck;
    let asked = Asked { dir: arguments.dir.clone(), as_superuser: arguments.as_superuser };
    let (items, project) = (trust::items(deck, &asked)?, trust::project(deck)?);
    // Whoever agrees begins a new list; what was on the old one is asked about again.
    let damage = trust::list(&|name: &str| deck.var(name)).err();
    if let Some(error) = damage.filter(|_| context.format != Format::Json) {
        output::write(&format!("{}\n", one_line(&error.to_string())))?;
    }
    let open = items.iter().filter(|item| !item.agreed).count();
    let Some(project) = project.filter(|_| open > 0) else {
        show(&items, None, true, context.format)?;
        return Ok(0);
    };
    let terminal = context.format != Format::Json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    if !arguments.yes && !terminal {
        show(&items, Some(&project), false, context.format)?;
        return Err(
            Error::refused("not agreed to: there is no terminal to ask on").hint("read the above, then add --yes")
        );
    }
    if !arguments.yes {
        show(&items, Some(&project), false, Format::Table)?;
        if context.job.drop_on_cancel(answer()).await? != "yes" {
            return Err(Error::refused("not agreed to: nothing of it will be run"));
        }
    }
    trust::agree(deck, &items)?;
    match context.format {
        Format::Json => show(&trust::items(deck, &asked)?, Some(&project), true, Format::Json)?,
        format => {
            if arguments.yes {
                show(&items, Some(&project), false, format)?;
            }
            output::write("agreed; `pgdeck trust --revoke` takes it back\n")?;
        }
    }
    Ok(0)
}

/// What is typed. On a thread of its own, which nobody waits for when the question is given up.
async fn answer() -> Result<String> {
    let (reply, answer) = tokio::sync::oneshot::channel();
    // Nobody listens only if the question was given up.
    std::thread::spawn(move || drop(reply.send(typed())));
    answer.await.map_err(|error| Error::usage(error.to_string()))?
}

/// The answer to the question on stderr.
fn typed() -> Result<String> {
    let wrong = |error: std::io::Error| Error::usage(format!("the answer cannot be read: {error}"));
    std::io::stderr().write_all(b"Type yes to agree: ").map_err(wrong)?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(wrong)?;
    Ok(line.trim().to_owned())
}

/// What is run, with where it is written, how, and for what.
fn show(items: &[Item], project: Option<&str>, agreed: bool, format: Format) -> Result<()> {
    if format == Format::Json {
        let runs: Vec<_> = items.iter().map(record).collect();
        let json = json!({ "project": project, "agreed": agreed, "runs": runs });
        return output::print(format, &Listing::default(), &json);
    }
    let mut text = match (items.is_empty(), project) {
        (true, _) => "this project makes pgdeck run nothing, so there is nothing to agree to\n".to_owned(),
        (false, None) => "everything that this project makes pgdeck run was agreed to:\n".to_owned(),
        (false, Some(project)) => format!("{project} makes pgdeck run:\n"),
    };
    for Item { runs, agreed } in items {
        let environment = runs.environment().map(|name| format!("{name}: ")).unwrap_or_default();
        let state = if *agreed { " (agreed to)" } else { "" };
        // Writing to a string does not fail.
        let _ = write!(text, "\n{}: {environment}{}{state}\n", one_line(runs.place()), one_line(&runs.what()));
        for line in runs.about() {
            let _ = writeln!(text, "    {}", one_line(&line));
        }
    }
    output::write(&text)
}

fn one_line(text: &str) -> String {
    crate::core::text::printable(text).into_owned()
}

fn record(item: &Item) -> Json {
    let (kind, facts) = match &item.runs {
        Runs::Command(command) => ("password_command", json!(command)),
        Runs::Replay(replay) => ("replay", json!(replay)),
    };
    let mut record = json!({ "kind": kind, "agreed": item.agreed });
    if let (Some(record), Json::Object(facts)) = (record.as_object_mut(), facts) {
        record.extend(facts);
    }
    record
}

/// What was agreed to, of all projects.
pub(super) fn list(format: Format) -> Result<u8> {
    let agreed = trust::list(&variables)?;
    let headings = ["project", "runs", "agreed (UTC)"].map(|name| (name, Align::Left));
    let mut listing = Listing::new(headings);
    let row = |agreement: &Agreement| [&agreement.project, &agreement.what, &agreement.at].map(String::clone).to_vec();
    listing.rows.extend(agreed.iter().map(row));
    if agreed.is_empty() {
        listing.notes.push("nothing was agreed to".to_owned());
    }
    output::print(format, &listing, &json!({ "agreed": agreed }))?;
    Ok(0)
}

/// Takes back what was agreed to of the project file `file`.
pub(super) fn revoke(file: &Path, format: Format) -> Result<u8> {
    let count = trust::revoke(file, &variables)?;
    let mut listing = Listing::default();
    listing.notes.push(match count {
        0 => "nothing of this project was agreed to".to_owned(),
        _ => format!("{count} taken back: nothing of it will be run before it is agreed to again"),
    });
    output::print(format, &listing, &json!({ "revoked": count }))?;
    Ok(0)
}
