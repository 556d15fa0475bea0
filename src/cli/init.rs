//! `pgdeck init`

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use super::{
    Context,
    args::Init as Arguments,
    output::{self, Format, Listing},
    variables,
};
use crate::{
    app::{deck::Deck, init, job::Job},
    config::place::PROJECT_FILE,
    core::{audit::baseline::Baseline, error::Result},
};

/// A project's first file, with or without a database to describe.
pub(super) async fn begin(arguments: &Arguments, job: &Job, format: Format) -> Result<u8> {
    let file = arguments.out.clone().unwrap_or_else(|| PathBuf::from(PROJECT_FILE));
    // Known before anything is read.
    init::free(&file, arguments.force)?;
    let (project, mut text) = init::project(&name(&file), arguments.url.as_deref(), &file)?;
    let mut written = None;
    if arguments.url.is_some() {
        let deck = Deck::new(project, variables)?;
        let baseline = Box::pin(init::expectations(&deck, job, init::FIRST)).await?;
        text = format!("{text}\n{}", baseline.toml);
        written = Some(baseline);
    }
    init::write(&file, &text, arguments.force)?;
    told(&file, written.as_ref(), format)
}

/// What holds in an environment of the project.
pub(super) async fn describe(arguments: &Arguments, context: &Context) -> Result<u8> {
    let Some(environment) = &arguments.environment else {
        return begin(arguments, &context.job, context.format).await;
    };
    if let Some(file) = &arguments.out {
        init::free(file, arguments.force)?;
    }
    let baseline = Box::pin(init::expectations(&context.deck, &context.job, environment)).await?;
    match &arguments.out {
        None => output::write(&baseline.toml).map(|()| 0),
        Some(file) => {
            init::write(file, &baseline.toml, arguments.force)?;
            told(file, Some(&baseline), context.format)
        }
    }
}

/// The project's name: that of the folder of its file.
fn name(file: &Path) -> String {
    let folder = std::path::absolute(file).ok();
    let folder = folder.as_deref().and_then(Path::parent).and_then(Path::file_name);
    folder.map_or_else(|| "project".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn told(file: &Path, baseline: Option<&Baseline>, format: Format) -> Result<u8> {
    let mut listing = Listing::default();
    let said = match baseline {
        Some(baseline) => {
            format!("{} tables and {} foreign keys are expected as they are", baseline.tables, baseline.foreign_keys)
        }
        None => "one environment to be filled in".to_owned(),
    };
    listing.notes.push(format!("{}: {said}", file.display()));
    listing.notes.push("next: `pgdeck config check`, then `pgdeck env` or `pgdeck audit`".to_owned());
    let count = |of: fn(&Baseline) -> usize| baseline.map_or(Json::Null, |baseline| json!(of(baseline)));
    let record = json!({
        "file": file.display().to_string(),
        "tables": count(|baseline| baseline.tables),
        "foreign_keys": count(|baseline| baseline.foreign_keys),
    });
    output::print(format, &listing, &record)?;
    Ok(0)
}
