//! Whose history a table is, by its columns; by its name only where the columns alone say too little.
//!
//! Most tools let a team choose the table's name and schema, so that neither decides where the columns are the tool's
//! own. A table with a column more than any version of a tool makes is not that tool's.

use super::Tool;
use crate::core::name::QName;

/// A table that may be a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The table.
    pub table: QName,
    /// Its columns: the name, and the type's name in `pg_type` (`int8`, `_text`).
    pub columns: Vec<(String, String)>,
    /// Whether Rails' `ar_internal_metadata` is in the same schema.
    pub rails: bool,
}

/// What a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognised {
    /// A tool's history.
    History(Tool),
    /// It has the name of a history and other columns, as the text says.
    Lookalike(String),
    /// Any other table.
    Other,
}

/// Types that tools, and their versions, use for the same column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Text,
    Texts,
    Int,
    Bool,
    Time,
    Bytes,
    Json,
}

impl Class {
    fn of(name: &str) -> Option<Class> {
        Some(match name {
            "text" | "varchar" | "bpchar" => Class::Text,
            "_text" | "_varchar" => Class::Texts,
            "int2" | "int4" | "int8" => Class::Int,
            "bool" => Class::Bool,
            "timestamp" | "timestamptz" => Class::Time,
            "bytea" => Class::Bytes,
            "json" | "jsonb" => Class::Json,
            _ => return None,
        })
    }
}

/// What the name of a table has to be, in lower case, where its columns are not the tool's own.
#[derive(Debug, Clone, Copy)]
enum Name {
    Any,
    Is(&'static str),
    Has(&'static str),
}

impl Name {
    fn admits(self, name: &str) -> bool {
        match self {
            Name::Any => true,
            Name::Is(whole) => name == whole,
            Name::Has(part) => name.to_lowercase().contains(part),
        }
    }
}

type Columns = &'static [(&'static str, Class)];

struct Signature {
    tool: Tool,
    /// What the tool calls it unless told otherwise.
    usual: &'static str,
    name: Name,
    required: Columns,
    /// Those that not every version of the tool makes.
    optional: Columns,
}

/// Rails' is dbmate's with another table beside it.
const SIGNATURES: &[Signature] = &[
    Signature {
        tool: Tool::Supabase,
        usual: "schema_migrations",
        name: Name::Is("schema_migrations"),
        required: &[("version", Class::Text)],
        optional: &[
            ("statements", Class::Texts),
            ("name", Class::Text),
            ("created_by", Class::Text),
            ("idempotency_key", Class::Text),
            ("rollback", Class::Texts),
        ],
    },
    Signature {
        tool: Tool::Dbmate,
        usual: "schema_migrations",
        name: Name::Has("schema_migrations"),
        required: &[("version", Class::Text)],
        optional: &[],
    },
    Signature {
        tool: Tool::Golang,
        usual: "schema_migrations",
        name: Name::Any,
        required: &[("version", Class::Int), ("dirty", Class::Bool)],
        optional: &[],
    },
    Signature {
        tool: Tool::Flyway,
        usual: "flyway_schema_history",
        name: Name::Any,
        required: &[
            ("installed_rank", Class::Int),
            ("version", Class::Text),
            ("description", Class::Text),
            ("type", Class::Text),
            ("script", Class::Text),
            ("checksum", Class::Int),
            ("installed_by", Class::Text),
            ("installed_on", Class::Time),
            ("execution_time", Class::Int),
            ("success", Class::Bool),
        ],
        optional: &[],
    },
    Signature {
        tool: Tool::Sqlx,
        usual: "_sqlx_migrations",
        name: Name::Any,
        required: &[
            ("version", Class::Int),
            ("description", Class::Text),
            ("installed_on", Class::Time),
            ("success", Class::Bool),
            ("checksum", Class::Bytes),
            ("execution_time", Class::Int),
        ],
        optional: &[],
    },
    Signature {
        tool: Tool::Refinery,
        usual: "refinery_schema_history",
        name: Name::Any,
        required: &[
            ("version", Class::Int),
            ("name", Class::Text),
            ("applied_on", Class::Text),
            ("checksum", Class::Text),
        ],
        optional: &[],
    },
    Signature {
        tool: Tool::Prisma,
        usual: "_prisma_migrations",
        name: Name::Any,
        required: &[
            ("id", Class::Text),
            ("checksum", Class::Text),
            ("finished_at", Class::Time),
            ("migration_name", Class::Text),
            ("logs", Class::Text),
            ("rolled_back_at", Class::Time),
            ("started_at", Class::Time),
            ("applied_steps_count", Class::Int),
        ],
        optional: &[],
    },
    Signature {
        tool: Tool::Drizzle,
        usual: "__drizzle_migrations",
        name: Name::Has("migrations"),
        required: &[("id", Class::Int), ("hash", Class::Text), ("created_at", Class::Int)],
        // drizzle-team/drizzle-orm src/up-migrations/pg.ts: three columns more from 1.0 on.
        optional: &[("name", Class::Text), ("applied_at", Class::Time), ("version", Class::Int)],
    },
    Signature {
        tool: Tool::Atlas,
        usual: "atlas_schema_revisions",
        name: Name::Any,
        required: &[
            ("version", Class::Text),
            ("description", Class::Text),
            ("type", Class::Int),
            ("applied", Class::Int),
            ("total", Class::Int),
            ("executed_at", Class::Time),
            ("execution_time", Class::Int),
            ("error", Class::Text),
            ("hash", Class::Text),
            ("operator_version", Class::Text),
        ],
        optional: &[("error_stmt", Class::Text), ("partial_hashes", Class::Json)],
    },
    Signature {
        tool: Tool::Sqitch,
        usual: "changes",
        name: Name::Is("changes"),
        required: &[
            ("change_id", Class::Text),
            ("change", Class::Text),
            ("project", Class::Text),
            ("note", Class::Text),
            ("committed_at", Class::Time),
            ("committer_name", Class::Text),
            ("committer_email", Class::Text),
            ("planned_at", Class::Time),
            ("planner_name", Class::Text),
            ("planner_email", Class::Text),
        ],
        optional: &[("script_hash", Class::Text)],
    },
    Signature {
        tool: Tool::Goose,
        usual: "goose_db_version",
        name: Name::Any,
        required: &[
            ("id", Class::Int),
            ("version_id", Class::Int),
            ("is_applied", Class::Bool),
            ("tstamp", Class::Time),
        ],
        optional: &[],
    },
    Signature {
        tool: Tool::Alembic,
        usual: "alembic_version",
        name: Name::Any,
        required: &[("version_num", Class::Text)],
        optional: &[],
    },
    Signature {
        tool: Tool::Liquibase,
        usual: "databasechangelog",
        name: Name::Any,
        required: &[
            ("id", Class::Text),
            ("author", Class::Text),
            ("filename", Class::Text),
            ("dateexecuted", Class::Time),
            ("orderexecuted", Class::Int),
            ("exectype", Class::Text),
            ("md5sum", Class::Text),
            ("description", Class::Text),
            ("comments", Class::Text),
            ("tag", Class::Text),
            ("liquibase", Class::Text),
        ],
        optional: &[("contexts", Class::Text), ("labels", Class::Text), ("deployment_id", Class::Text)],
    },
];

/// The schema that Supabase's CLI keeps its history in; the name is fixed there.
const SUPABASE: &str = "supabase_migrations";

impl Signature {
    /// Whether the table may be this tool's by where it is. What Supabase's schema holds is Supabase's.
    fn placed(&self, table: &QName) -> bool {
        let supabase = table.schema == SUPABASE && table.name == "schema_migrations";
        self.name.admits(&table.name) && supabase == (self.tool == Tool::Supabase)
    }

    /// How the columns differ: those that are missing or of another type, and those that the tool does not make.
    fn differences(&self, columns: &[(String, String)]) -> (Vec<&'static str>, Vec<String>) {
        let class = |name: &str| columns.iter().find(|(own, _)| own == name).and_then(|(_, kind)| Class::of(kind));
        let missing = self.required.iter().filter(|(name, kind)| class(name) != Some(*kind)).map(|(name, _)| *name);
        let made = |own: &str, kind: &str| {
            let of_tool = |(name, class): &(&str, Class)| *name == own && Class::of(kind) == Some(*class);
            self.required.iter().any(|(name, _)| *name == own) || self.optional.iter().any(of_tool)
        };
        let more = columns.iter().filter(|(name, kind)| !made(name, kind)).map(|(name, _)| name.clone());
        (missing.collect(), more.collect())
    }
}

/// The names that a history has unless a team chose another.
pub fn usual() -> impl Iterator<Item = &'static str> {
    SIGNATURES.iter().filter(|signature| signature.tool != Tool::Sqitch).map(|signature| signature.usual)
}

/// What `candidate` is.
pub fn recognise(candidate: &Candidate) -> Recognised {
    let of = |signature: &&Signature| {
        let (missing, more) = signature.differences(&candidate.columns);
        signature.placed(&candidate.table) && missing.is_empty() && more.is_empty()
    };
    match SIGNATURES.iter().find(of).map(|signature| signature.tool) {
        Some(Tool::Dbmate) if candidate.rails => Recognised::History(Tool::Rails),
        Some(tool) => Recognised::History(tool),
        None if usual().any(|name| name == candidate.table.name) => Recognised::Lookalike(lookalike(candidate)),
        None => Recognised::Other,
    }
}

/// How a table differs from that history of its name that it is nearest to.
fn lookalike(candidate: &Candidate) -> String {
    let named = SIGNATURES.iter().filter(|signature| {
        let supabase = candidate.table.schema == SUPABASE;
        signature.usual == candidate.table.name && (signature.tool == Tool::Supabase) <= supabase
    });
    let nearest = named.min_by_key(|signature| {
        let (missing, more) = signature.differences(&candidate.columns);
        missing.len() + more.len()
    });
    let Some(nearest) = nearest else { return "it has other columns".to_owned() };
    let (differing, more) = nearest.differences(&candidate.columns);
    let there = |name: &&str| candidate.columns.iter().any(|(own, _)| own == name);
    let (changed, missing): (Vec<&str>, Vec<&str>) = differing.into_iter().partition(there);
    let own = [("of another type", changed.join(", ")), ("of its own", more.join(", "))];
    let own: Vec<String> =
        own.iter().filter(|(_, names)| !names.is_empty()).map(|(what, names)| format!("{names} {what}")).collect();
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(format!("lacks {}", missing.join(", ")));
    }
    if !own.is_empty() {
        parts.push(format!("has {}", own.join(" and ")));
    }
    format!("named as a history of {} is, but {}", nearest.tool, parts.join(" and "))
}

#[cfg(test)]
#[path = "recognise_tests.rs"]
mod tests;
