//! Migrations: the files a team has, the histories its databases keep, and what one says of the other.

pub mod history;
