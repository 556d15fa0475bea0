//! What the wizard writes to files, beside what it applies: the prompts for it, and when there is one.

use std::sync::Arc;

use super::{Stage, choose};
use crate::{
    app::sync::{Chosen, Output, Rows},
    tui::{
        action::{Action, Reason},
        model::Model,
        msg::Origin,
        overlay::{Overlay, Prompt},
    },
};

/// Whether `action` writes a file of the wizard's.
pub fn is(action: Action) -> bool {
    use Action as A;
    matches!(action, A::WriteReport | A::WriteScript | A::WritePlan | A::WriteBundle | A::WriteSeed | A::WriteQuery)
}

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    output(model, action).map(|_| ())
}

/// Asks for the name of the file that `action` writes.
pub fn ask(model: &mut Model, action: Action) {
    if let Ok((output, name)) = output(model, action) {
        model.overlays.push(Overlay::Prompt(Prompt::output(output, name)));
    }
}

/// What `action` writes, and the name to propose for it.
fn output(model: &Model, action: Action) -> Result<(Output, String), Reason> {
    let chosen = || match &model.sync.stage {
        Stage::Review(reviewing) => {
            let (review, selection) = (Arc::clone(&reviewing.review), reviewing.selection.clone());
            Ok((plain(&review.to), Chosen { review, selection }))
        }
        _ => Err(Reason::new("there is no review")),
    };
    Ok(match action {
        Action::WriteReport => chosen().map(|(to, chosen)| (Output::Report(chosen), format!("review-{to}.md")))?,
        Action::WriteScript => chosen().map(|(to, chosen)| (Output::Script(chosen), format!("sync-{to}.sql")))?,
        Action::WritePlan => chosen().map(|(to, chosen)| (Output::Plan(chosen), format!("sync-{to}.plan")))?,
        Action::WriteBundle => {
            let rows = source(model)?;
            let name = format!("{}.bundle", plain(&rows.environment));
            (Output::Bundle(rows), name)
        }
        Action::WriteSeed => (Output::Seed(source(model)?), "seed.sql".to_owned()),
        Action::WriteQuery => (Output::Query(target(model)?), "read.sql".to_owned()),
        _ => return Err(Reason::new("not a regular file")),
    })
}

/// The rows of the chosen sets as the source has them.
fn source(model: &Model) -> Result<Rows, Reason> {
    let (sets, from) = match &model.sync.stage {
        Stage::Review(reviewing) => (reviewing.asked.sets.clone(), Some(reviewing.asked.from.clone())),
        _ => (chosen_sets(model)?, model.sync.choose.pair(model).map(|(from, _)| from)),
    };
    match from {
        Some(Origin::Environment(environment)) => {
            choose::answers(model, &environment)?;
            Ok(Rows { sets, environment })
        }
        Some(Origin::File(_)) => Err(Reason::new("the rows come from a file")),
        None => Err(Reason::new("needs two environments")),
    }
}

/// The chosen sets, with the environment whose tables a statement for them names: the one that it will be reviewed with.
fn target(model: &Model) -> Result<Rows, Reason> {
    let sets = chosen_sets(model)?;
    let Some((_, environment)) = model.sync.choose.pair(model) else {
        return Err(Reason::new("needs two environments"));
    };
    choose::answers(model, &environment)?;
    Ok(Rows { sets, environment })
}

fn chosen_sets(model: &Model) -> Result<Vec<String>, Reason> {
    let choose = &model.sync.choose;
    if choose.chosen() == 0 { Err(Reason::new("no set is chosen")) } else { Ok(choose.sets()) }
}

/// `name` as it can begin a file's name: whatever it is, it is no path.
pub(super) fn plain(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect()
}
