//! `pgdeck migrations`

mod apply;
mod list;
mod show;

use super::{
    Context,
    args::{FailOn, Migrations as Arguments, MigrationsCommand as Command},
    output,
};
use crate::{app::migrations::standing, core::error::Result};

pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<u8> {
    if let Some(Command::Apply(apply)) = &arguments.command {
        return apply::run(arguments, apply, context).await;
    }
    let names = context.deck.names(&arguments.environments)?;
    let overview = standing::overview(&context.deck, &context.job, arguments.dir.as_deref(), &names).await?;
    match &arguments.command {
        None | Some(Command::List | Command::Apply(_)) => {
            output::print(context.format, &list::listing(&overview, false), &list::record(&overview)).map(|()| 0)
        }
        Some(Command::Check { fail_on }) => {
            output::print(context.format, &list::listing(&overview, true), &list::record(&overview))?;
            Ok(u8::from(*fail_on == FailOn::Difference && overview.problems().next().is_some()))
        }
        Some(Command::Show { version }) => show::run(&overview, version, context),
    }
}
