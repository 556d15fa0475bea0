//! `pgdeck sync query`, and what its statement returned.

use std::{
    borrow::Cow,
    io::{ErrorKind, IsTerminal, Write},
    path::Path,
};

use serde_json::json;

use super::{Context, args::Query, output};
use crate::{
    app::sync,
    core::{
        error::{Error, Result},
        sync::bundle::Bundle,
        text::printable,
    },
};

/// Prints the statement and nothing else to stdout, as it is, because it is to be copied.
pub(super) async fn run(arguments: &Query, context: &Context) -> Result<u8> {
    let environment = arguments.environment.as_deref();
    let printed = sync::query(&context.deck, &context.job, &arguments.sets, environment).await?;
    if context.format == output::Format::Json {
        output::print(context.format, &output::Listing::default(), &json!({ "sql": printed.sql }))?;
    } else {
        write(&printed.sql)?;
    }
    say(&format!(
        "tables and columns as in {}; save what it returns, then: pgdeck sync review --bundle FILE --to ENV",
        printed.environment
    ));
    Ok(0)
}

/// Writes the statement as it is. A terminal would act on control characters in names, and made visible they would
/// name something else.
fn write(sql: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    if stdout.is_terminal() && sql.lines().any(|line| matches!(printable(line), Cow::Owned(_))) {
        return Err(Error::usage("the statement holds control characters, which a terminal would act on")
            .hint("write it to a file: pgdeck sync query … > FILE"));
    }
    match stdout.write_all(sql.as_bytes()).and_then(|()| stdout.flush()) {
        // Whoever closed the pipe has read enough.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::usage(format!("cannot write to stdout: {error}")))
        }
        _ => Ok(()),
    }
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
