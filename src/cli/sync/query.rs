//! `pgdeck sync query`, and what its statement returned.

use std::{
    borrow::Cow,
    io::{ErrorKind, IsTerminal, Write},
};

use serde_json::json;

use crate::{
    app::sync,
    cli::{Context, args::Query, output},
    core::{
        error::{Error, Result},
        text::printable,
    },
};

/// Prints the statement and nothing else to stdout, as it is, because it is to be copied.
pub(super) async fn query(arguments: &Query, context: &Context) -> Result<u8> {
    let environment = arguments.environment.as_deref();
    let printed = sync::query(&context.deck, &context.job, &arguments.sets, environment).await?;
    if context.format == output::Format::Json {
        output::print(context.format, &output::Listing::default(), &json!({ "sql": printed.sql }))?;
    } else {
        write(&printed.sql)?;
    }
    let next = "save what it returns, then: pgdeck sync review --bundle FILE --to ENV";
    let said = format!("tables and columns as in {}; {next}", printed.environment);
    // Without stderr the statement is still there.
    let _ = writeln!(std::io::stderr(), "{}", printable(&said));
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
