//! The proof of drift, on real servers: what differs is found and nothing else, and nothing is invented.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod confined;
mod equal;
mod planted;
mod replay;
mod support;
mod unseen;
