//! The risks that are known, and what is said about them.

use serde::Serialize;

/// A class of risks; the word for it is a key that scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "reason() says what each is")]
pub enum Rule {
    DropTable,
    DropSchema,
    DropColumn,
    Truncate,
    Rename,
    TypeChange,
    NotNull,
    AddNotNull,
    ForeignKey,
    Check,
    Unique,
    Rewrite,
    IndexLocks,
    DropIndex,
    Reindex,
    Refresh,
    Lock,
    MissingIfExists,
    ConcurrentlyInTransaction,
}

impl Rule {
    /// The word for it in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Rule::DropTable => "drop-table",
            Rule::DropSchema => "drop-schema",
            Rule::DropColumn => "drop-column",
            Rule::Truncate => "truncate",
            Rule::Rename => "rename",
            Rule::TypeChange => "type-change",
            Rule::NotNull => "not-null",
            Rule::AddNotNull => "add-not-null",
            Rule::ForeignKey => "foreign-key",
            Rule::Check => "check",
            Rule::Unique => "unique",
            Rule::Rewrite => "rewrite",
            Rule::IndexLocks => "index-locks",
            Rule::DropIndex => "drop-index",
            Rule::Reindex => "reindex",
            Rule::Refresh => "refresh",
            Rule::Lock => "lock",
            Rule::MissingIfExists => "missing-if-exists",
            Rule::ConcurrentlyInTransaction => "concurrently-in-transaction",
        }
    }

    /// What happens, one line.
    pub fn reason(self) -> &'static str {
        match self {
            Rule::DropTable => "drops a table with all its rows",
            Rule::DropSchema => "drops a schema",
            Rule::DropColumn => "drops a column with its values; programs that still name it fail at once",
            Rule::Truncate => "empties a table",
            Rule::Rename => "programs that still use the old name fail at once",
            Rule::TypeChange => "a new type rewrites the table in most cases, and nobody reads or writes it meanwhile",
            Rule::NotNull => "reads the whole table while nobody reads or writes it",
            Rule::AddNotNull => "a column that must have a value and has no default fails where the table has rows",
            Rule::ForeignKey => "checks every row while nobody writes to either table",
            Rule::Check => "checks every row while nobody reads or writes the table",
            Rule::Unique => "builds an index while nobody reads or writes the table",
            Rule::Rewrite => "rewrites the table while nobody reads or writes it",
            Rule::IndexLocks => "nobody writes to the table while the index is built",
            Rule::DropIndex => "waits for everybody who uses the table, and everybody else waits behind it",
            Rule::Reindex => "nobody writes to the table while the index is built anew",
            Rule::Refresh => "nobody reads the view while it is filled",
            Rule::Lock => "holds a lock on the table until the transaction ends",
            Rule::MissingIfExists => "fails where what it drops is not there, as when it is run again",
            Rule::ConcurrentlyInTransaction => "CONCURRENTLY cannot run within a transaction, so this statement fails",
        }
    }

    /// What to do instead, one line.
    pub fn hint(self) -> &'static str {
        match self {
            Rule::DropTable | Rule::DropSchema | Rule::Truncate => "make sure of a backup, and that nothing uses it",
            Rule::DropColumn => "first deploy programs that do not name it",
            Rule::Rename => "add the new name beside the old one, move the programs, then drop the old one",
            Rule::TypeChange => "add a column of the new type, fill it by and by, then change over",
            Rule::NotNull => {
                "add CHECK (… IS NOT NULL) NOT VALID, validate it, then SET NOT NULL, which trusts the check"
            }
            Rule::AddNotNull => "give it a DEFAULT, or add it without NOT NULL and fill it first",
            Rule::ForeignKey | Rule::Check => "add it NOT VALID, and VALIDATE CONSTRAINT in a later statement",
            Rule::Unique => "CREATE UNIQUE INDEX CONCURRENTLY first, then add the constraint USING INDEX",
            Rule::Rewrite => "do it in a quiet hour, or in small steps",
            Rule::IndexLocks => "CREATE INDEX CONCURRENTLY, in a file that begins with `-- no transaction`",
            Rule::DropIndex => "DROP INDEX CONCURRENTLY, in a file that begins with `-- no transaction`",
            Rule::Reindex => "REINDEX … CONCURRENTLY, in a file that begins with `-- no transaction`",
            Rule::Refresh => "REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index",
            Rule::Lock => "set lock_timeout before it, and keep the transaction short",
            Rule::MissingIfExists => "write IF EXISTS",
            Rule::ConcurrentlyInTransaction => "give it a file of its own that begins with `-- no transaction`",
        }
    }
}
