//! What one side has, as records that can be laid side by side whatever server they come from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::core::name::ident;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "these are PostgreSQL's own words")]
pub enum Kind {
    Schema,
    Extension,
    Enum,
    Domain,
    CompositeType,
    Range,
    Sequence,
    Table,
    Column,
    Constraint,
    Index,
    Statistics,
    View,
    MaterializedView,
    Function,
    Trigger,
    Rule,
    Policy,
    Grant,
    DefaultPrivileges,
    EventTrigger,
    Publication,
}

impl Kind {
    /// The word, as JSON has it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Schema => "schema",
            Kind::Extension => "extension",
            Kind::Enum => "enum",
            Kind::Domain => "domain",
            Kind::CompositeType => "composite-type",
            Kind::Range => "range",
            Kind::Sequence => "sequence",
            Kind::Table => "table",
            Kind::Column => "column",
            Kind::Constraint => "constraint",
            Kind::Index => "index",
            Kind::Statistics => "statistics",
            Kind::View => "view",
            Kind::MaterializedView => "materialized-view",
            Kind::Function => "function",
            Kind::Trigger => "trigger",
            Kind::Rule => "rule",
            Kind::Policy => "policy",
            Kind::Grant => "grant",
            Kind::DefaultPrivileges => "default-privileges",
            Kind::EventTrigger => "event-trigger",
            Kind::Publication => "publication",
        }
    }

    /// What several of them are called.
    pub fn plural(self) -> &'static str {
        match self {
            Kind::Schema => "schemas",
            Kind::Extension => "extensions",
            Kind::Enum => "enums",
            Kind::Domain => "domains",
            Kind::CompositeType => "composite types",
            Kind::Range => "ranges",
            Kind::Sequence => "sequences",
            Kind::Table => "tables",
            Kind::Column => "columns",
            Kind::Constraint => "constraints",
            Kind::Index => "indexes",
            Kind::Statistics => "extended statistics",
            Kind::View => "views",
            Kind::MaterializedView => "materialized views",
            Kind::Function => "functions",
            Kind::Trigger => "triggers",
            Kind::Rule => "rules",
            Kind::Policy => "policies",
            Kind::Grant => "grants",
            Kind::DefaultPrivileges => "default privileges",
            Kind::EventTrigger => "event triggers",
            Kind::Publication => "publications",
        }
    }
}

/// Which object: unique on a side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// Its names from the schema inwards, as they are. A grant's begin with the word for what it is on and end with the
    /// role; default privileges have a role, a schema (empty for all) and what they are about.
    pub path: Vec<String>,
    /// The types of a function's arguments, as the server writes them; `domain` for a domain's constraint.
    #[serde(default)]
    pub arguments: Option<String>,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dotted = |parts: &[String]| parts.iter().map(|part| ident(part)).collect::<Vec<_>>().join(".");
        let arguments = |of: bool| match &self.arguments {
            Some(types) if of => format!("({types})"),
            _ => String::new(),
        };
        match (self.kind, self.path.as_slice()) {
            (Kind::Grant, [on, object @ .., role]) => {
                write!(f, "{on} {}{} to {}", dotted(object), arguments(on == "function"), grantee(role))
            }
            (Kind::DefaultPrivileges, [role, schema, about]) if schema.is_empty() => {
                write!(f, "{about} of {}", ident(role))
            }
            (Kind::DefaultPrivileges, [role, schema, about]) => {
                write!(f, "{about} of {} in {}", ident(role), ident(schema))
            }
            (kind, path) => write!(f, "{}{}", dotted(path), arguments(kind == Kind::Function)),
        }
    }
}

fn grantee(role: &str) -> String {
    if role.is_empty() { "PUBLIC".to_owned() } else { ident(role) }
}

/// One object of one side.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Record {
    /// Which.
    #[serde(flatten)]
    pub key: Key,
    /// What it goes with: where that is not there, nor can this be.
    #[serde(default)]
    pub within: Option<Key>,
    /// What it was inherited from: what differs there in the same way is told there.
    #[serde(default)]
    pub like: Option<Vec<Key>>,
    /// Who owns it. Not compared: environments have roles of their own.
    #[serde(default)]
    pub owner: Option<String>,
    /// What it is, by name. Written the same by every version of the server.
    #[serde(default, deserialize_with = "texts")]
    pub fields: BTreeMap<String, Option<String>>,
    /// What the server wrote out of its own understanding: versions write the same thing differently.
    #[serde(default, deserialize_with = "texts")]
    pub texts: BTreeMap<String, Option<String>>,
    /// As SQL, to be shown.
    #[serde(default)]
    pub definition: Option<String>,
}

/// JSON values as text, null as nothing.
fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Option<String>>, D::Error> {
    let values = BTreeMap::<String, Value>::deserialize(deserializer)?;
    let text = |value| match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    };
    Ok(values.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// All that was read of one environment, of one moment.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// `server_version_num`, such as 150018.
    pub version: u32,
    /// The objects.
    pub records: Vec<Record>,
    /// The kinds that the role could not read, with the reason.
    pub unseen: BTreeMap<Kind, String>,
}

impl State {
    /// The server's major version.
    pub fn major(&self) -> u32 {
        self.version / 10_000
    }

    /// The names of the schemas, with the system's own.
    pub(super) fn schemas(&self) -> BTreeSet<&str> {
        let own = self.records.iter().filter_map(|record| {
            let inside = !matches!(
                record.key.kind,
                Kind::Extension | Kind::Grant | Kind::DefaultPrivileges | Kind::EventTrigger | Kind::Publication
            );
            record.key.path.first().filter(|_| inside).map(String::as_str)
        });
        own.chain(["pg_catalog", "information_schema"]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(kind: Kind, path: &[&str], arguments: Option<&str>) -> String {
        let path = path.iter().map(|&part| part.to_owned()).collect();
        Key { kind, path, arguments: arguments.map(str::to_owned) }.to_string()
    }

    #[test]
    fn an_object_is_named_as_sql_names_it() {
        assert_eq!(shown(Kind::Column, &["public", "T", "a.b"], None), r#"public."T"."a.b""#);
        assert_eq!(shown(Kind::Function, &["public", "f"], Some("integer, text")), "public.f(integer, text)");
        assert_eq!(shown(Kind::Constraint, &["public", "d", "c"], Some("domain")), "public.d.c");
        assert_eq!(shown(Kind::Grant, &["function", "public", "f", ""], Some("")), "function public.f() to PUBLIC");
        assert_eq!(shown(Kind::Grant, &["table", "public", "t", "PUBLIC"], None), r#"table public.t to "PUBLIC""#);
        assert_eq!(shown(Kind::DefaultPrivileges, &["a", "", "tables"], None), "tables of a");
        assert_eq!(shown(Kind::DefaultPrivileges, &["a", "s", "tables"], None), "tables of a in s");
    }

    #[test]
    fn a_word_is_the_one_that_json_has() {
        for kind in [Kind::CompositeType, Kind::MaterializedView, Kind::DefaultPrivileges, Kind::Table] {
            assert_eq!(serde_json::json!(kind), kind.word());
        }
    }
}
