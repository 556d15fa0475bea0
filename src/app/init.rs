//! Beginning a project: a first `pgdeck.toml`, and today's state as what is expected.

use std::{fmt::Write as _, path::Path};

use serde_json::json;

use super::{
    audit,
    deck::Deck,
    job::Job,
    store::{self, Existing},
};
use crate::{
    config::{project::Project, source::Source},
    core::{
        audit::baseline::{Baseline, baseline},
        error::{Error, Result},
    },
};

/// The environment of a project that begins with a URL. It is the kind that is guarded best.
pub const FIRST: &str = "production";

/// What holds in `environment` today, as expectations.
pub async fn expectations(deck: &Deck, job: &Job, environment: &str) -> Result<Baseline> {
    let facts = Box::pin(audit::facts(deck, job, environment)).await?;
    Ok(baseline(environment, &facts))
}

/// A project's first file: with the environment at `url`, else with one to be filled in. `name` is the project's, and
/// `file` what complaints about the URL name.
pub fn project(name: &str, url: Option<&str>, file: &Path) -> Result<(Project, String)> {
    let text = head(name, url);
    let project = Project::parse(Source::new(file.display().to_string(), text.clone()))?;
    Ok((project, text))
}

/// Refuses a file that is there, unless `force` says that it may be replaced.
pub fn free(file: &Path, force: bool) -> Result<()> {
    if force || file.symlink_metadata().is_err() {
        return Ok(());
    }
    let hint = "--out FILE writes another one, --force replaces it";
    Err(Error::usage("this file exists already").at(file.display()).hint(hint))
}

/// Writes the file.
pub fn write(file: &Path, text: &str, force: bool) -> Result<()> {
    free(file, force)?;
    store::write_ours(file, text.as_bytes(), Existing::force(force))
}

fn head(name: &str, url: Option<&str>) -> String {
    let mut out = format!(
        "# The project's environments and what is expected of them. `pgdeck config check` reads it.\n\n\
         [project]\nname = {}\n\n",
        json!(name)
    );
    let address = url.map_or_else(|| json!("${PRODUCTION_DATABASE_URL}"), |url| json!(url));
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "# The kind decides how much is asked before anything is written; nothing is written to production unless\n\
         # `writable = true` says so. Passwords come from .pgpass, from password_command or from a variable, never from here.\n\
         [env.{FIRST}]\nkind = \"production\"                       # development | staging | production\nurl = {address}\n"
    );
    if url.is_none() {
        out.push_str("\n# [env.staging]\n# kind = \"staging\"\n# url = \"${STAGING_DATABASE_URL}\"\n");
    }
    out
}
