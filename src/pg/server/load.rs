//! Databases with a schema and data.
//!
//! This writes without a permit, because there is nothing to protect: it takes a [`Server`], and a server
//! is always one that pgdeck started and throws away.

use tokio_postgres::{Client, NoTls};

use super::Server;
use crate::core::error::{Error, Result};

/// What a script begins with that has to fail, before the SQLSTATE of how: what a failed statement leaves behind can be
/// had in no other way.
const MUST_FAIL: &str = "-- must fail: ";

/// Creates the database `dbname` and runs `scripts` in it, (name, SQL) each, in order, as the superuser. A script whose
/// first line is `-- must fail: SQLSTATE` has to fail in that way; it is one statement, because it runs as sent.
pub async fn load(server: &Server, dbname: &str, scripts: &[(&str, &str)]) -> Result<()> {
    let admin = connect(server, "postgres").await?;
    run(&admin, dbname, &format!("CREATE DATABASE {}", crate::core::name::ident(dbname))).await?;
    let client = connect(server, dbname).await?;
    for (name, sql) in scripts {
        run(&client, name, sql).await?;
    }
    Ok(())
}

async fn connect(server: &Server, dbname: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::Config::new()
        .host_path(server.host())
        .port(server.port())
        .user("postgres")
        .dbname(dbname)
        .connect(NoTls)
        .await
        .map_err(|error| crate::pg::connect::error::describe(&error))?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            // Such as when a demo is interrupted while it loads: whoever loads says what matters.
            tracing::debug!(%error, "connection to a throw-away server ended");
        }
    });
    Ok(client)
}

async fn run(client: &Client, name: &str, sql: &str) -> Result<()> {
    let state = sql.lines().next().and_then(|line| line.strip_prefix(MUST_FAIL));
    let answer = client.batch_execute(sql).await;
    if let Some(state) = state {
        match &answer {
            Ok(()) => return Err(Error::connect(format!("this was to fail with {state}, and did not")).object(name)),
            Err(error) if error.code().is_some_and(|code| code.code() == state) => return Ok(()),
            Err(_) => {}
        }
    }
    answer.map_err(|error| {
        let line = error.as_db_error().and_then(|answer| match answer.position() {
            Some(tokio_postgres::error::ErrorPosition::Original(at)) => Some(line_of(sql, *at as usize)),
            _ => None,
        });
        let place = line.map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"));
        Error { place: Some(place), ..crate::pg::connect::error::describe(&error) }
    })
}

/// The line that holds the character at `position`, both counted from 1.
fn line_of(sql: &str, position: usize) -> usize {
    1 + sql.chars().take(position.saturating_sub(1)).filter(|c| *c == '\n').count()
}
