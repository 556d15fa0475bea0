//! `pgdeck config`

use serde_json::json;

use super::{
    Context,
    args::Config,
    output::{self, Align, Listing},
};
use crate::core::error::Result;

pub(super) fn run(command: &Config, context: &Context) -> Result<u8> {
    match command {
        Config::Check => check(context),
        Config::Path => {
            let path = context.deck.state.display().to_string();
            let listing = Listing { notes: vec![path.clone()], ..Listing::default() };
            output::print(context.format, &listing, &json!({ "state": path }))
        }
    }
    .map(|()| 0)
}

fn check(context: &Context) -> Result<()> {
    let project = &context.deck.project;
    let mut listing = Listing::new([("environment", Align::Left), ("kind", Align::Left), ("access", Align::Left)]);
    for (name, kind, writable) in project.environments() {
        listing.rows.push(vec![name.into(), kind.word().into(), if writable { "RW" } else { "RO" }.into()]);
    }
    let (sets, never) = (project.sets.all().len(), project.sets.never().len());
    listing.notes.push(format!("{}: {sets} sync sets, {never} never-sync patterns: fine", project.name));
    let environments: Vec<_> = project
        .environments()
        .map(|(name, kind, writable)| json!({ "name": name, "kind": kind, "writable": writable }))
        .collect();
    output::print(
        context.format,
        &listing,
        &json!({ "project": project.name, "environments": environments, "sets": sets }),
    )
}
