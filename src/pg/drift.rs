//! Reading what two environments are compared by: a constant number of queries, all in one snapshot and one round trip
//! after the first.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use serde::Deserialize;

use super::{catalog::records, connect::Transaction};
use crate::core::{
    drift::record::{Kind, Record, State},
    error::{Error, Result},
};

/// A statement, the kinds of objects that it tells, and the catalogues that it reads beyond [`ALWAYS`].
struct Query {
    sql: &'static str,
    kinds: &'static [Kind],
    catalogs: &'static [&'static str],
}

/// Read by every statement: what things are called, where they belong and what is said of them.
const ALWAYS: [&str; 4] = ["pg_class", "pg_namespace", "pg_depend", "pg_description"];

const STATISTICS: &str = include_str!("sql/drift/statistics.sql");
const PUBLICATIONS: &str = include_str!("sql/drift/publications.sql");

const QUERIES: [Query; 17] = [
    Query { sql: include_str!("sql/drift/schemas.sql"), kinds: &[Kind::Schema], catalogs: &[] },
    Query { sql: include_str!("sql/drift/extensions.sql"), kinds: &[Kind::Extension], catalogs: &["pg_extension"] },
    Query {
        sql: include_str!("sql/drift/types.sql"),
        kinds: &[Kind::Enum, Kind::Domain, Kind::CompositeType, Kind::Range],
        catalogs: &["pg_type", "pg_enum", "pg_range", "pg_attribute", "pg_collation"],
    },
    Query {
        sql: include_str!("sql/drift/sequences.sql"),
        kinds: &[Kind::Sequence],
        catalogs: &["pg_sequence", "pg_attribute"],
    },
    Query {
        sql: include_str!("sql/drift/relations.sql"),
        kinds: &[Kind::Table, Kind::View, Kind::MaterializedView],
        catalogs: &[
            "pg_rewrite",
            "pg_attribute",
            "pg_attrdef",
            "pg_inherits",
            "pg_am",
            "pg_foreign_table",
            "pg_foreign_server",
        ],
    },
    Query {
        sql: include_str!("sql/drift/columns.sql"),
        kinds: &[Kind::Column],
        catalogs: &["pg_attribute", "pg_attrdef", "pg_type", "pg_collation", "pg_constraint", "pg_inherits"],
    },
    Query {
        sql: include_str!("sql/drift/constraints.sql"),
        kinds: &[Kind::Constraint],
        catalogs: &["pg_constraint", "pg_type", "pg_index"],
    },
    Query {
        sql: include_str!("sql/drift/indexes.sql"),
        kinds: &[Kind::Index],
        catalogs: &["pg_index", "pg_constraint"],
    },
    Query { sql: STATISTICS, kinds: &[Kind::Statistics], catalogs: &["pg_statistic_ext", "pg_attribute"] },
    Query {
        sql: PUBLICATIONS,
        kinds: &[Kind::Publication],
        catalogs: &["pg_publication", "pg_publication_rel", "pg_publication_namespace", "pg_attribute"],
    },
    Query {
        sql: include_str!("sql/drift/functions.sql"),
        kinds: &[Kind::Function],
        catalogs: &["pg_proc", "pg_language", "pg_aggregate"],
    },
    Query { sql: include_str!("sql/drift/triggers.sql"), kinds: &[Kind::Trigger], catalogs: &["pg_trigger"] },
    Query { sql: include_str!("sql/drift/rules.sql"), kinds: &[Kind::Rule], catalogs: &["pg_rewrite"] },
    Query { sql: include_str!("sql/drift/policies.sql"), kinds: &[Kind::Policy], catalogs: &["pg_policy"] },
    Query {
        sql: include_str!("sql/drift/grants.sql"),
        kinds: &[Kind::Grant],
        catalogs: &["pg_attribute", "pg_proc", "pg_type"],
    },
    Query {
        sql: include_str!("sql/drift/default_privileges.sql"),
        kinds: &[Kind::DefaultPrivileges],
        catalogs: &["pg_default_acl"],
    },
    Query {
        sql: include_str!("sql/drift/event_triggers.sql"),
        kinds: &[Kind::EventTrigger],
        catalogs: &["pg_event_trigger", "pg_proc"],
    },
];

impl Query {
    /// The statement for a server of this version, such as 150018: older ones lack what some of them name.
    fn sql(&self, version: u32) -> &'static str {
        match self.sql {
            STATISTICS if version < 140_000 => include_str!("sql/drift/statistics_13.sql"),
            PUBLICATIONS if version < 150_000 => include_str!("sql/drift/publications_13.sql"),
            sql => sql,
        }
    }
}

#[derive(Deserialize)]
struct Probe {
    version: u32,
    role: String,
    unseen: Vec<String>,
}

impl Probe {
    /// Why the role cannot see all that `query` tells.
    fn kept_from(&self, query: &Query) -> Option<String> {
        let mut needed = ALWAYS.iter().chain(query.catalogs);
        let catalog = needed.find(|catalog| self.unseen.iter().any(|unseen| unseen == *catalog))?;
        Some(format!("{} may not read {catalog}", self.role))
    }
}

/// Reads all that is compared and that the role may read; says of the rest why not.
///
/// # Errors
/// The server's own, such as a catalogue that is locked.
pub async fn read(tx: &Transaction<'_>) -> Result<State> {
    let mut probe = records::<Probe>(tx, include_str!("sql/drift/probe.sql")).await?;
    let probe = probe.pop().ok_or_else(|| Error::server("the server does not know its own version"))?;
    let mut unseen = BTreeMap::new();
    let mut readable = Vec::new();
    for query in &QUERIES {
        match probe.kept_from(query) {
            Some(reason) => unseen.extend(query.kinds.iter().map(|kind| (*kind, reason.clone()))),
            None => readable.push(records::<Record>(tx, query.sql(probe.version))),
        }
    }
    let records = try_join_all(readable).await?.into_iter().flatten().collect();
    Ok(State { version: probe.version, records, unseen })
}
