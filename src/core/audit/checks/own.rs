//! What is the team's own: not a platform's, not a migration tool's.

use crate::core::{
    audit::{check::Context, facts::Relation},
    migrations::history::is_kept_by_a_tool,
    schema::Relation as Kind,
};

/// The tables that are the team's to shape: partitioned ones once, without their partitions; none of the platform's,
/// none of a migration tool.
pub(super) fn own_tables<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Relation> {
    own_relations(context).filter(|relation| matches!(relation.kind, Kind::Table | Kind::Partitioned))
}

/// The same of all relations.
pub(super) fn own_relations<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Relation> {
    context.facts.relations.iter().filter(|relation| {
        relation.parent.is_none()
            && !is_kept_by_a_tool(&relation.name)
            && !context.is_platforms(&relation.name, &relation.owner)
    })
}
