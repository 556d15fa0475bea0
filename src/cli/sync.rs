//! `pgdeck sync`

mod apply;
mod export;
mod query;
mod review;
mod seed;
mod sets;

pub(super) use review::listing;

use super::{Context, args::Sync};
use crate::core::error::Result;

pub(super) async fn run(command: &Sync, context: &Context) -> Result<u8> {
    match command {
        Sync::Sets => sets::sets(context),
        Sync::Export(arguments) => export::export(arguments, context).await,
        Sync::Query(arguments) => query::query(arguments, context).await,
        Sync::Review(arguments) => review::review(arguments, context).await,
        Sync::Apply(arguments) => apply::apply(arguments, context).await,
        Sync::Undo(arguments) => apply::undo(arguments, context).await,
        Sync::Seed(arguments) => seed::seed(arguments, context).await,
    }
}
