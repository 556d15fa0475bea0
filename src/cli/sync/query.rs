//! `pgdeck sync query`, and what its statement returned.

use std::path::Path;

use serde_json::json;

use crate::{
    app::sync,
    cli::{Context, args::Query, output},
    core::{
        error::{Error, Result},
        sync::bundle::Bundle,
        text::printable,
    },
};

/// Prints the statement and nothing else to stdout, as it is, because it is to be copied.
pub(super) async fn query(arguments: &Query, context: &Context) -> Result<u8> {
    use std::io::Write;

    let environment = arguments.environment.as_deref();
    let printed = sync::query(&context.deck, &context.job, &arguments.sets, environment).await?;
    if context.format == output::Format::Json {
        output::print(context.format, &output::Listing::default(), &json!({ "sql": printed.sql }))?;
    } else {
        let written = std::io::stdout().lock().write_all(printed.sql.as_bytes());
        // Whoever closed the pipe has read enough.
        written.or_else(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(Error::usage(format!("cannot write to stdout: {error}"))),
        })?;
    }
    say(&format!(
        "tables and columns as in {}; save what it returns, then: pgdeck sync review --bundle FILE --to ENV",
        printed.environment
    ));
    Ok(0)
}

/// Reads the file behind `--bundle`, whatever it is, and says what the operator should know of it.
pub(super) async fn load(path: &Path, sets: &[String], target: &str, context: &Context) -> Result<Bundle> {
    let offline = sync::load_offline(&context.deck, &context.job, path, sets, target).await?;
    offline.warnings.iter().for_each(|warning| say(warning));
    Ok(offline.bundle)
}

fn say(text: &str) {
    eprintln!("{}", printable(text));
}
