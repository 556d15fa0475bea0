//! Migrations: the files a team has, the histories its databases keep, and what one says of the other.

pub mod checksum;
pub mod confine;
pub mod difference;
pub mod file;
pub mod folder;
pub mod history;
pub mod list;
pub mod numbering;
pub mod plan;
pub mod problem;
pub mod record;
pub mod replay;
pub mod risk;
pub mod scan;
pub mod state;
pub mod statements;
pub mod style;
pub mod trace;
pub mod transaction;
