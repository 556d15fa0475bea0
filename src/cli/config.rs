//! `pgdeck config`

use serde_json::json;

use super::{
    Context,
    args::Config,
    output::{self, Align, Listing},
};
use crate::{config::place, core::error::Result};

pub(super) fn run(command: &Config, context: &Context) -> Result<u8> {
    match command {
        Config::Check => check(context),
        Config::Path => path(context),
    }
    .map(|()| 0)
}

fn path(context: &Context) -> Result<()> {
    let vars = |name: &str| context.deck.var(name);
    let folders = [
        ("configuration", place::config_dir(&vars)?),
        ("cache", place::cache_dir(&vars)?),
        ("state", context.deck.state.clone()),
    ];
    let mut listing = Listing::new([("what", Align::Left), ("folder", Align::Left)]);
    let mut json = serde_json::Map::new();
    for (what, folder) in folders {
        let folder = folder.display().to_string();
        listing.rows.push(vec![what.into(), folder.clone()]);
        json.insert(what.into(), folder.into());
    }
    output::print(context.format, &listing, &json.into())
}

fn check(context: &Context) -> Result<()> {
    let project = &context.deck.project;
    let own = crate::tui::check(&|name: &str| context.deck.var(name))?;
    let mut listing = Listing::new([("environment", Align::Left), ("kind", Align::Left), ("access", Align::Left)]);
    for (name, kind, writable) in project.environments() {
        listing.rows.push(vec![name.into(), kind.word().into(), if writable { "RW" } else { "RO" }.into()]);
    }
    let (sets, never) = (project.sets.all().len(), project.sets.never().len());
    listing.notes.push(format!("{}: {sets} sync sets, {never} never-sync patterns: fine", project.name));
    listing.notes.extend(own.iter().map(|file| format!("{file}: fine")));
    let environments: Vec<_> = project
        .environments()
        .map(|(name, kind, writable)| json!({ "name": name, "kind": kind, "writable": writable }))
        .collect();
    output::print(
        context.format,
        &listing,
        &json!({ "project": project.name, "environments": environments, "sets": sets, "own": own }),
    )
}
