//! Roles whose code must not run as the role of a connection.

/// The rule, and the only place where it stands: everybody but the role itself, the roles that it belongs to, the owner of
/// the database, and superusers. Their code could be run by nobody else's doing, or could do everything anyway. A superuser
/// is a member of every role, which says nothing here.
const STRANGERS: &str = include_str!("sql/strangers.sql");

/// What of an index of the relation `c` is theirs. The server runs what an index calls and what is called immutable already
/// when it plans a query of the table, whoever asks.
const FOREIGN_INDEX: &str = include_str!("sql/foreign_index.sql");

/// `sql`, with a query of these roles (`oid`, `rolname`) where it says `:strangers`, and one of an index of the relation `c`
/// that calls their code (a text) where it says `:foreign_index`.
pub(super) fn with_strangers(sql: &str) -> String {
    sql.replace(":foreign_index", FOREIGN_INDEX).replace(":strangers", STRANGERS)
}
