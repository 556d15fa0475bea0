//! The exit codes, as `--help` and the manual page list them; `core::error` gives them.

/// A line each.
pub(super) const LIST: &str = "\
Exit codes:
    0  fine
    1  findings, differences or problems at or above --fail-on
    2  usage or configuration
    3  cannot connect
    4  refused by the guard, or not agreed to: see `pgdeck trust`
    5  stale: changed since the review
    6  failed and rolled back
    7  the server refused or failed while reading
    8  not known whether it was committed: see `pgdeck journal`
    9  committed, but the journal could not be written
   70  internal error, or this machine failed, such as a full disk
  130  interrupted";
