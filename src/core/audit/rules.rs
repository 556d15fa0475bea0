//! What the team intends: the audit's part of `pgdeck.toml`. Everything knows where it was written.

use jiff::civil::Date;

use crate::core::{glob, schema::OnDelete};

/// What a database is measured by.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Globs over the schemas that an API serves to strangers.
    pub exposed_schemas: Vec<String>,
    /// The roles as which strangers come, `PUBLIC` aside.
    pub exposed_roles: Vec<String>,
    /// What was declared.
    pub expect: Expectations,
    /// What was accepted.
    pub accepted: Vec<Acceptance>,
    /// From where on something is worth a word.
    pub limits: Limits,
}

impl Default for Rules {
    fn default() -> Self {
        Rules {
            exposed_schemas: vec!["public".into()],
            exposed_roles: vec!["anon".into(), "authenticated".into()],
            expect: Expectations::default(),
            accepted: Vec::new(),
            limits: Limits::default(),
        }
    }
}

impl Rules {
    /// Whether `schema` is served to strangers.
    pub fn is_exposed(&self, schema: &str) -> bool {
        self.exposed_schemas.iter().any(|pattern| glob::text(pattern, schema))
    }
}

/// From where on something is worth a word.
#[derive(Debug, Clone, PartialEq)]
pub struct Limits {
    /// Days for which an index has to have been idle.
    pub unused_index_days: u32,
    /// The part of a sequence's range that may be used up before it is an error, 0 to 1.
    pub sequence_used: f64,
    /// Transactions that may be behind the oldest frozen row (of about 2,147 million).
    pub xid_age: u64,
    /// Globs over the names of columns that strangers should not read.
    pub sensitive: Vec<String>,
}

impl Default for Limits {
    fn default() -> Self {
        let sensitive = [
            "*password*",
            "*passwd*",
            "*secret*",
            "*api_key*",
            "*apikey*",
            "*private_key*",
            "*access_token*",
            "*refresh_token*",
            "ssn",
            "*social_security*",
            "*passport*",
            "*tax_id*",
            "*credit_card*",
            "card_number",
            "cvv",
            "cvc",
            "iban",
            "*bank_account*",
            "date_of_birth",
            "birth_date",
        ];
        Limits {
            unused_index_days: 30,
            sequence_used: 0.9,
            xid_age: 1_000_000_000,
            sensitive: sensitive.map(str::to_owned).to_vec(),
        }
    }
}

/// Something that was written down, with its `file:line`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T> {
    /// What.
    pub value: T,
    /// Where, as `file:line`.
    pub place: String,
}

/// `[expect]`
#[derive(Debug, Clone, Default)]
pub struct Expectations {
    /// Tables that must be there, as written.
    pub tables: Vec<Written<String>>,
    /// Globs over tables that must have row security enabled.
    pub rls: Vec<Written<String>>,
    /// Functions that must be there.
    pub functions: Vec<Written<ExpectedFunction>>,
    /// Names of indexes that must be there, as written.
    pub indexes: Vec<Written<String>>,
    /// Foreign keys with their delete rules.
    pub foreign_keys: Vec<Written<ExpectedKey>>,
}

/// A function that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedFunction {
    /// Its name, with or without a schema.
    pub name: String,
    /// The types of its arguments, with commas between; `None` where any will do.
    pub arguments: Option<String>,
    /// The roles that may call it, and no other but its owner; `None` where that is not said.
    pub grant: Option<Vec<String>>,
}

/// `[[expect.fk]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedKey {
    /// The referencing table, with or without a schema.
    pub table: String,
    /// Its columns.
    pub columns: Vec<String>,
    /// The referenced table, with or without a schema.
    pub references: String,
    /// What a delete of the parent must do.
    pub on_delete: OnDelete,
}

/// `[[accept]]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acceptance {
    /// The check's id.
    pub check: String,
    /// A glob over the objects.
    pub object: String,
    /// The constraint, policy, index or column, where only that one is meant.
    pub part: Option<String>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds; `None` for ever.
    pub until: Option<Date>,
    /// Where it stands, as `file:line`.
    pub place: String,
}
