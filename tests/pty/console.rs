//! The console in a terminal, on the environments of a desk.

use crate::{
    desk::{Desk, program},
    tty::Tty,
};

/// The console on the environments of `desk`.
pub fn console(desk: &Desk) -> Tty {
    console_with(desk, &[])
}

/// The same with these variables.
pub fn console_with(desk: &Desk, more: &[(&str, &str)]) -> Tty {
    Tty::start(program(), &[], &variables(desk, more), &desk.path(""))
}

/// The variables of `desk`, those of a good terminal, and `more`.
pub fn variables(desk: &Desk, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut variables: Vec<_> = desk.variables().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let terminal = [("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")];
    variables.extend(terminal.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    variables
}
