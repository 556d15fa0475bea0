//! A throw-away server made ready for SQL that nobody has to trust: it runs as a role that is no superuser and a member of
//! no role of the server's own, in a database that it owns.
//!
//! `initdb` calls its superuser `postgres`, and so are many of the roles that run migrations called. The superuser makes
//! way: it gets another name, and `postgres` becomes a role like any other.

use tokio_postgres::Client;

use super::{lacking::told, surroundings::Surroundings};
use crate::core::{
    error::{Error, Result},
    migrations::confine::{Extension, Made},
    name::ident,
};

/// The superuser who sets everything up and reads what came of it.
pub(super) const ADMIN: &str = "pgdeck replay";
/// Whom `initdb` made, under this name from then on.
const FORMER: &str = "pgdeck initdb";
/// Predefined roles that start programs and read and write files. Before PostgreSQL 16 whoever may create roles may also
/// grant these, to himself too, unless they are superusers: then only a superuser may.
const OUTSIDE: &str = "UPDATE pg_catalog.pg_authid SET rolsuper = true WHERE rolname IN ('pg_execute_server_program', \
                       'pg_read_server_files', 'pg_write_server_files')";
/// The first version that looks at the granted role instead.
const LOOKS_AT_THE_ROLE: u32 = 16;
/// The first version in which the schema `public` is the owner's of the database.
const PUBLIC_IS_THE_OWNERS: u32 = 15;

/// Names of extensions that are there and that only a superuser may create, of those in $1.
const UNTRUSTED: &str = "SELECT a.name FROM pg_catalog.pg_available_extensions a \
    JOIN pg_catalog.pg_available_extension_versions v ON v.name OPERATOR(pg_catalog.=) a.name \
    AND v.version OPERATOR(pg_catalog.=) a.default_version \
    WHERE v.superuser AND NOT v.trusted";

/// Makes another superuser, before whom the first can be given another name.
pub(super) async fn admin(first: &Client) -> Result<()> {
    run(first, &format!("CREATE ROLE {} SUPERUSER LOGIN", ident(ADMIN))).await
}

/// Makes the roles and the database `database`, as the superuser [`ADMIN`]; `runner` will own it. Not made are `made`,
/// which the files make themselves.
pub(super) async fn roles(
    admin: &Client,
    major: u32,
    around: &Surroundings,
    (runner, made): (&str, &[String]),
    database: &str,
) -> Result<()> {
    run(admin, &format!("ALTER ROLE postgres RENAME TO {}", ident(FORMER))).await?;
    let mut others: Vec<&str> = around.roles.iter().map(String::as_str).chain(["postgres"]).collect();
    others.retain(|role| *role != runner && *role != ADMIN && *role != FORMER && !made.iter().any(|name| name == role));
    others.sort_unstable();
    others.dedup();
    run(admin, &format!("CREATE ROLE {} LOGIN CREATEROLE CREATEDB BYPASSRLS", ident(runner))).await?;
    for role in others {
        let (role, runner) = (ident(role), ident(runner));
        run(admin, &format!("CREATE ROLE {role}")).await?;
        run(admin, &format!("GRANT {role} TO {runner} WITH ADMIN OPTION")).await?;
    }
    if major < LOOKS_AT_THE_ROLE {
        run(admin, OUTSIDE).await?;
    }
    run(admin, &format!("CREATE DATABASE {database} OWNER {}", ident(runner))).await
}

/// Makes those of `wanted` in the new database of `admin` that only a superuser may make, before anybody else was there.
pub(super) async fn extensions(admin: &Client, major: u32, runner: &str, wanted: &[Extension]) -> Result<Made> {
    if major < PUBLIC_IS_THE_OWNERS {
        run(admin, "ALTER SCHEMA public OWNER TO postgres").await?;
    }
    let mut made = Made::default();
    if wanted.is_empty() {
        return Ok(made);
    }
    let answer = admin.simple_query(UNTRUSTED).await.map_err(|error| told(&error))?;
    let there: Vec<String> = answer
        .iter()
        .filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        })
        .collect();
    for Extension { name, schema } in wanted {
        if !there.contains(name) || made.extensions.contains(name) {
            continue;
        }
        let schema = schema.as_deref().filter(|schema| *schema != "pg_catalog");
        if let Some(schema) = schema.filter(|schema| *schema != "public") {
            let sql = format!("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", ident(schema), ident(runner));
            run(admin, &sql).await?;
            made.schemas.push(schema.to_owned());
        }
        let into = schema.map(|schema| format!(" SCHEMA {}", ident(schema))).unwrap_or_default();
        let sql = format!("CREATE EXTENSION IF NOT EXISTS {}{into} CASCADE", ident(name));
        run(admin, &sql).await.map_err(|error: Error| error.object(format!("the extension {name}")))?;
        made.extensions.push(name.clone());
    }
    Ok(made)
}

async fn run(client: &Client, sql: &str) -> Result<()> {
    client.batch_execute(sql).await.map_err(|error| told(&error))
}
