//! `pgdeck completions` and `pgdeck man`: made from the definitions that parse the command line, so they cannot differ.

use clap::{Command, CommandFactory};
use clap_complete::Shell;

use super::{args::Cli, output};
use crate::core::error::{Error, Result};

/// Prints what the shell is to read.
pub(super) fn completions(shell: Shell) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "pgdeck", &mut script);
    print(&script)
}

/// Prints the manual: a page for the program, then one for each verb.
pub(super) fn man() -> Result<()> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = Vec::new();
    page(&command, &mut pages).map_err(|error| Error::usage(format!("no manual: {error}")))?;
    print(&pages)
}

fn page(command: &Command, pages: &mut Vec<u8>) -> std::io::Result<()> {
    clap_mangen::Man::new(command.clone()).render(pages)?;
    command.get_subcommands().try_for_each(|verb| page(verb, pages))
}

fn print(bytes: &[u8]) -> Result<()> {
    output::write(&String::from_utf8_lossy(bytes))
}
