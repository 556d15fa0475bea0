//! `pgdeck sync query`, and what its statement returned.

use std::io::Write;

use serde_json::json;

use crate::{
    app::sync,
    cli::{Context, args::Query, output},
    core::{error::Result, sql_text::printable_sql, text::printable},
};

/// Prints the statement and nothing else to stdout, because it is to be copied. What a terminal would act on in a name or a
/// condition is spelled, so that the statement still is the same.
pub(super) async fn query(arguments: &Query, context: &Context) -> Result<u8> {
    let environment = arguments.environment.as_deref();
    let printed = sync::query(&context.deck, &context.job, &arguments.sets, environment).await?;
    if context.format == output::Format::Json {
        output::print(context.format, &output::Listing::default(), &json!({ "sql": printed.sql }))?;
    } else {
        output::write(&printable_sql(&printed.sql))?;
    }
    let next = "save what it returns, then: pgdeck sync review --bundle FILE --to ENV";
    let said = format!("tables and columns as in {}; {next}", printed.environment);
    // Without stderr the statement is still there.
    let _ = writeln!(std::io::stderr(), "{}", printable(&said));
    Ok(0)
}
