//! The proof of the audit, on real servers: each check finds what it is about and nothing else, and its fix heals.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod docs;
mod expectations;
mod fixture;
mod fixtures;
mod introalignment;
mod row_security;
mod support;
mod trackpay;
mod unseen;
