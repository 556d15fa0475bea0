//! Migrations: the files a team has, the histories its databases keep, and what one says of the other.

pub mod checksum;
pub mod file;
pub mod history;
pub mod scan;
pub mod statements;
pub mod style;
