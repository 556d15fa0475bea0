//! What a throw-away server says where a database lacks something.

use tokio_postgres::error::SqlState;

use crate::{
    core::error::{Code, Error},
    pg::connect::error::describe,
};

/// What the server said, and what to do about it where the database is what migrations have made of it so far.
pub(super) fn told(error: &tokio_postgres::Error) -> Error {
    let said = describe(error);
    let code = if said.code == Code::Connect { Code::Connect } else { Code::Server };
    Error { code, hint: hint(error).map(str::to_owned).or(said.hint), ..said }
}

fn hint(error: &tokio_postgres::Error) -> Option<&'static str> {
    const PLATFORM: &str = "no file before it makes this; if the platform brings it along, create it in a file that \
                            `before` under [migrations] names";
    let answer = error.as_db_error()?;
    let lacking = [
        SqlState::INVALID_SCHEMA_NAME,
        SqlState::UNDEFINED_TABLE,
        SqlState::UNDEFINED_COLUMN,
        SqlState::UNDEFINED_FUNCTION,
        SqlState::UNDEFINED_OBJECT,
    ];
    match answer.code() {
        code if lacking.contains(code) => Some(PLATFORM),
        code if *code == SqlState::FEATURE_NOT_SUPPORTED && answer.message().contains("extension") => {
            Some("the throw-away server lacks this extension: name programs that have it with --pg-bin")
        }
        _ => None,
    }
}
