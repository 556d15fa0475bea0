//! The names by which the tables of migration tools are known: one list for whoever must leave them alone.

use crate::core::{glob, name::QName};

/// What only the tool itself may write, as patterns in lower case: whole schemas, and tables wherever they are.
pub const PATTERNS: [&str; 15] = [
    "supabase_migrations.*",
    "drizzle.*",
    "sqitch.*",
    "schema_migrations",
    "ar_internal_metadata",
    "flyway_schema_history",
    "refinery_schema_history",
    "atlas_schema_revisions",
    "_sqlx_migrations",
    "_prisma_migrations",
    "__drizzle_migrations",
    "databasechangelog",
    "databasechangeloglock",
    "goose_db_version",
    "alembic_version",
];

/// Whether a migration tool keeps `table`, by its name.
pub fn is_kept_by_a_tool(table: &QName) -> bool {
    let table = QName::new(table.schema.to_lowercase(), table.name.to_lowercase());
    PATTERNS.iter().any(|pattern| glob::matches(pattern, &table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::migrations::history::usual;

    #[test]
    fn the_tables_that_tools_make_are_known() {
        for table in ["public.DATABASECHANGELOG", "a.databasechangeloglock", "sqitch.changes", "x.__drizzle_migrations"]
        {
            assert!(is_kept_by_a_tool(&QName::parse(table).expect("name")), "{table}");
        }
        assert!(!is_kept_by_a_tool(&QName::new("public", "changes")), "a team may have its own");
    }

    #[test]
    fn whatever_is_read_as_a_history_by_its_name_is_known() {
        for name in usual() {
            assert!(is_kept_by_a_tool(&QName::new("public", name)), "{name}");
        }
    }
}
