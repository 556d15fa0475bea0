//! The histories that tools keep in a database: one query finds them, and then all are read in one round trip.

pub mod apply;
mod confined;
mod lacking;
pub mod replay;
mod run;
pub mod surroundings;

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde::Deserialize;
use tokio::try_join;

use super::{catalog::records, connect::Transaction, identity::identity, query, strangers::with_strangers};
use crate::core::{
    error::{Error, Result},
    migrations::{
        history::{Candidate, Histories, Lookalike, Recognised, Row, Tool, Unseen, histories, recognise, usual},
        trace::{Kind, Listing, Object},
    },
    name::QName,
};

#[derive(Deserialize)]
struct Found {
    schema: String,
    name: String,
    columns: Vec<(String, String)>,
    usage: bool,
    select: bool,
    hides: bool,
    /// What of an index may run the code of somebody else, when the table is read.
    foreign_code: Option<String>,
    /// Whether the tables beside it may be read, by name.
    beside: Option<BTreeMap<String, bool>>,
    role: String,
    /// Its owner, where that is somebody whose code the role would not run by itself.
    stranger: Option<String>,
}

/// A history that is read, with Sqitch's other table if that can be read too.
struct Source {
    tool: Tool,
    table: QName,
    events: Option<QName>,
}

/// Every tool's history in the database: two round trips, however many there are.
///
/// # Errors
/// The server's own. A table that may not be read is none: it is [`Histories::unseen`].
pub async fn read(tx: &Transaction<'_>) -> Result<Histories> {
    let (database, found) = try_join!(biased; identity(tx), find(tx))?;
    let mut out = Histories { database, ..Histories::default() };
    let sources: Vec<Source> = found.into_iter().filter_map(|found| sort(found, &mut out)).collect();
    let rows = try_join_all(sources.iter().map(|source| rows(tx, source))).await?;
    for (source, rows) in sources.into_iter().zip(rows) {
        out.read.extend(histories(source.tool, &source.table, rows));
    }
    Ok(out)
}

async fn find(tx: &Transaction<'_>) -> Result<Vec<Found>> {
    let names: Vec<Option<&str>> = usual().map(Some).collect();
    let mut out = Vec::new();
    let mut broken = None;
    let text = with_strangers(include_str!("sql/migrations/candidates.sql"));
    query::for_each(tx, &text, &[names], |fields| {
        match serde_json::from_str(fields.first().copied().flatten().unwrap_or("null")) {
            Ok(found) => out.push(found),
            Err(error) => broken = Some(error),
        }
    })
    .await?;
    match broken {
        None => Ok(out),
        Some(error) => Err(Error::server(format!("the server's catalogue is not as expected: {error}"))),
    }
}

/// Puts a table where it belongs; one that can be read is returned.
fn sort(found: Found, out: &mut Histories) -> Option<Source> {
    let beside = found.beside.unwrap_or_default();
    let candidate = Candidate {
        table: QName::new(found.schema, found.name),
        columns: found.columns,
        rails: beside.contains_key("ar_internal_metadata"),
    };
    let tool = match recognise(&candidate) {
        Recognised::History(tool) => tool,
        Recognised::Lookalike(reason) => {
            out.lookalikes.push(Lookalike { table: candidate.table, reason });
            return None;
        }
        Recognised::Other => return None,
    };
    let table = candidate.table;
    out.strangers.extend(found.stranger.map(|owner| (table.clone(), owner)));
    let role = &found.role;
    let reason = if !found.usage {
        format!("{role} has no right to schema {}", table.schema)
    } else if !found.select {
        format!("{role} has no right to read it")
    } else if found.hides {
        format!("row security keeps rows of it from {role}")
    } else if let Some(index) = &found.foreign_code {
        format!("{index}: to read the table may run it with the rights of {role}")
    } else {
        let events = (tool == Tool::Sqitch).then(|| QName::new(table.schema.clone(), "events"));
        let events = events.filter(|events| match beside.get("events") {
            Some(true) => true,
            Some(false) => {
                let reason = format!("{role} cannot read all of it, so that failed changes are not seen");
                out.unseen.push(Unseen { tool, table: events.clone(), reason });
                false
            }
            None => false,
        });
        return Some(Source { tool, table, events });
    };
    out.unseen.push(Unseen { tool, table, reason });
    None
}

/// What the catalogue lists of the objects that migrations create: one query.
///
/// # Errors
/// The server's own, where the role may not read the catalogue among others.
pub async fn objects(tx: &Transaction<'_>) -> Result<Listing> {
    let mut listing = Listing::default();
    let mut broken = false;
    query::for_each(tx, include_str!("sql/migrations/objects.sql"), &[], |fields| match object(fields) {
        Some(object) => {
            listing.objects.insert(object);
        }
        None => broken = true,
    })
    .await?;
    if broken {
        return Err(Error::server("the server's catalogue is not as expected: an object without a name"));
    }
    Ok(listing)
}

fn object(fields: &[Option<&str>]) -> Option<Object> {
    let [Some(kind), Some(schema), table, Some(name)] = fields else { return None };
    let (kind, table) = (Kind::parse(kind)?, table.map(str::to_owned));
    Some(Object { kind, schema: (*schema).to_owned(), table, name: (*name).to_owned() })
}

/// The rows of a history.
async fn rows(tx: &Transaction<'_>, source: &Source) -> Result<Vec<Row>> {
    let rows = fill(sql(source.tool), source);
    if source.events.is_none() {
        return records(tx, &rows).await;
    }
    let events = fill(include_str!("sql/migrations/sqitch_events.sql"), source);
    let (mut rows, events): (Vec<Row>, Vec<Row>) = try_join!(records(tx, &rows), records(tx, &events))?;
    rows.extend(events);
    Ok(rows)
}

/// The statement with the tables' names put in; what a name itself holds is left alone.
fn fill(statement: &str, source: &Source) -> String {
    let events = source.events.as_ref().map(QName::sql).unwrap_or_default();
    let pieces: Vec<String> = statement.split("{table}").map(|piece| piece.replace("{events}", &events)).collect();
    pieces.join(&source.table.sql())
}

/// The statement that reads a tool's rows; `{table}` stands for the table.
fn sql(tool: Tool) -> &'static str {
    match tool {
        Tool::Supabase => include_str!("sql/migrations/supabase.sql"),
        Tool::Dbmate | Tool::Rails => include_str!("sql/migrations/dbmate.sql"),
        Tool::Golang => include_str!("sql/migrations/golang.sql"),
        Tool::Flyway => include_str!("sql/migrations/flyway.sql"),
        Tool::Sqlx => include_str!("sql/migrations/sqlx.sql"),
        Tool::Refinery => include_str!("sql/migrations/refinery.sql"),
        Tool::Prisma => include_str!("sql/migrations/prisma.sql"),
        Tool::Drizzle => include_str!("sql/migrations/drizzle.sql"),
        Tool::Atlas => include_str!("sql/migrations/atlas.sql"),
        Tool::Sqitch => include_str!("sql/migrations/sqitch.sql"),
        Tool::Goose => include_str!("sql/migrations/goose.sql"),
        Tool::Alembic => include_str!("sql/migrations/alembic.sql"),
        Tool::Liquibase => include_str!("sql/migrations/liquibase.sql"),
    }
}
