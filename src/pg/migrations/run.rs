//! Runs the statements of one file, one after the other, up to the first that fails.

use std::io::Cursor;

use futures_util::{SinkExt, TryStreamExt, pin_mut};
use tokio_postgres::{
    Client,
    error::{DbError, ErrorPosition, SqlState},
};

use crate::core::{
    error::{Error, Result},
    migrations::{
        file::File,
        scan::{Kind, Scanner},
        statements::Statement,
    },
};

/// The first statement that failed.
#[derive(Debug)]
pub(in crate::pg) struct Failed {
    /// How many statements were done before it.
    pub done: usize,
    /// What the server said, with the file, the line and the statement.
    pub error: Error,
    /// Whether it only failed because a statement before it is not committed yet: a new value of an enum type.
    pub early: bool,
}

/// How many bytes of a COPY are sent at once.
const CHUNK: usize = 64 << 10;
/// How much of a statement an error repeats, in characters.
const SHOWN: usize = 60;

/// Runs `list`, statements of `file`, on `client`. Before each `go_on` is told its number, from 0, and may stop it.
pub(in crate::pg) async fn run(
    client: &Client,
    file: &File,
    list: &[Statement],
    describe: &(dyn Fn(&tokio_postgres::Error) -> Error + Send + Sync),
    go_on: &(dyn Fn(usize) -> Result<()> + Send + Sync),
) -> Result<(), Failed> {
    for (at, statement) in list.iter().enumerate() {
        let place = || format!("{}:{}", file.path, statement.line);
        go_on(at).map_err(|error| Failed { done: at, error: error.at(place()), early: false })?;
        let answer = match &statement.rows {
            None => send(client, statement.text(&file.text)).await,
            Some(rows) => {
                copy(client, statement.text(&file.text), file.text.get(rows.clone()).unwrap_or_default()).await
            }
        };
        if let Err(error) = answer {
            let early = error.code() == Some(&SqlState::UNSAFE_NEW_ENUM_VALUE_USAGE);
            let told = told(file, list, at, error.as_db_error(), describe(&error));
            return Err(Failed { done: at, error: told, early });
        }
    }
    Ok(())
}

/// What it returns is not kept: a file may select a whole table.
async fn send(client: &Client, sql: &str) -> Result<(), tokio_postgres::Error> {
    let messages = client.simple_query_raw(sql).await?;
    pin_mut!(messages);
    while messages.try_next().await?.is_some() {}
    Ok(())
}

async fn copy(client: &Client, sql: &str, rows: &str) -> Result<(), tokio_postgres::Error> {
    let sink = client.copy_in::<_, Cursor<Vec<u8>>>(sql).await?;
    pin_mut!(sink);
    for chunk in rows.as_bytes().chunks(CHUNK) {
        sink.send(Cursor::new(chunk.to_vec())).await?;
    }
    sink.finish().await.map(drop)
}

/// The server's error with where it happened: file and line, and which statement of how many.
fn told(file: &File, list: &[Statement], at: usize, answer: Option<&DbError>, error: Error) -> Error {
    let statement = &list[at];
    let text = statement.text(&file.text);
    let position = match answer.and_then(DbError::position) {
        Some(ErrorPosition::Original(position)) => usize::try_from(*position).ok(),
        _ => None,
    };
    let (lines, column) = position.map_or((0, None), |position| {
        let before: String = text.chars().take(position.saturating_sub(1)).collect();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count(), Some(line.chars().count() + 1))
    });
    let mut place = format!("{}:{}", file.path, statement.line + lines);
    if let Some(column) = column.filter(|_| lines > 0 || statement.range.start == line_start(file, statement)) {
        place = format!("{place}:{column}");
    }
    let message = format!("statement {} of {}, {}: {}", at + 1, list.len(), beginning(text), error.message);
    Error { message, ..error }.at(place)
}

/// Where the statement's line begins: only there is a column of the statement one of the file.
fn line_start(file: &File, statement: &Statement) -> usize {
    file.text[..statement.range.start].rfind('\n').map_or(0, |at| at + 1)
}

/// How a statement begins: words and names, no constant, which may be a secret.
fn beginning(text: &str) -> String {
    let mut shown = String::new();
    for piece in Scanner::new(text) {
        match piece.kind {
            Kind::Space | Kind::Comment if shown.ends_with(' ') => {}
            Kind::Space | Kind::Comment => shown.push(' '),
            Kind::Text | Kind::Number | Kind::Backslash => {
                shown.push('…');
                break;
            }
            Kind::Word | Kind::Quoted | Kind::Symbol(_) => shown.push_str(text.get(piece.range()).unwrap_or_default()),
        }
        if shown.chars().count() > SHOWN {
            shown = shown.chars().take(SHOWN).collect();
            shown.push('…');
            break;
        }
    }
    format!("`{}`", shown.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_has_no_constant() {
        assert_eq!(beginning("ALTER  ROLE \"a\"\n PASSWORD 'secret' VALID"), "`ALTER ROLE \"a\" PASSWORD …`");
        assert_eq!(beginning("SELECT /* x */ a.b"), "`SELECT a.b`");
        assert_eq!(beginning(&format!("SELECT {}", "a".repeat(80))).chars().count(), SHOWN + 3);
    }
}
