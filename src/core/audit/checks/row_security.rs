//! RL01 to RL20: row level security, and what strangers reach.
//!
//! One mistake is one finding: of a table without row security RL03 speaks where it has policies and RL01 where it has
//! none; of a table with it, RL04 where there is no policy at all and RL07 where none permits. RL05 and RL15 are about
//! single roles: RL05 where some command has a policy and another has none, RL15 where all of the policies are for
//! others. RL20 is about partitions that are reached past a parent which is in order, or reached by nobody.

mod common;
mod exposure;
mod expressions;
mod grants;
mod overlap;
mod policies;
mod storage;

use crate::core::audit::{
    Severity,
    check::{Check, Family},
    facts::Sight,
};

/// The family.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "RL01",
        severity: Severity::Error,
        title: "exposed table without row-level security",
        why: "Whoever holds the API's public key reads or writes every row of it: the rights of the API's roles are \
              all that stands in between, be they for the table, for some columns, or for INSERT alone.",
        how: "Enable row security, and make a policy for each role and command that needs rows. Until then only the \
              owner and roles with BYPASSRLS get any. A table that nobody is to reach needs no rights instead.",
        run: exposure::rl01,
        ..ROW_SECURITY
    },
    Check {
        id: "RL02",
        severity: Severity::Info,
        title: "row-level security is not forced for the owner",
        why: "The owner reads and writes past every policy, and so does each SECURITY DEFINER function that it owns. \
              Owners that are above row security anyway (superusers, BYPASSRLS) are not told.",
        how: "Force row security, after making a policy for what the owner itself has to do.",
        run: policies::rl02,
        ..ROW_SECURITY
    },
    Check {
        id: "RL03",
        severity: Severity::Error,
        title: "policies exist but RLS is disabled",
        why: "Somebody wrote down who may see what, and none of it holds: policies do nothing until row security is \
              enabled.",
        how: "Enable row security on the table.",
        run: policies::rl03,
        ..ROW_SECURITY
    },
    Check {
        id: "RL04",
        title: "RLS enabled, no policies",
        why: "Nobody but the owner and roles with BYPASSRLS gets a row, without any error: queries are empty. Where \
              that is meant, it is worth to be written down.",
        how: "Make the policies that are missing, or accept the finding with the reason.",
        run: policies::rl04,
        ..ROW_SECURITY
    },
    Check {
        id: "RL05",
        title: "privilege granted, but no policy allows it",
        why: "A role has policies for some commands and rights to more. What no policy permits finds no row or fails, \
              and it comes alive by the first policy that somebody adds for everybody.",
        how: "Revoke the right, or make the policy that is missing.",
        run: grants::rl05,
        ..ROW_SECURITY
    },
    Check {
        id: "RL06",
        title: "policy is always true",
        why: "Such a policy keeps nothing back: row security looks enabled, and everybody whom the policy is for has \
              all rows.",
        how: "Say which rows are meant. A table that is public on purpose is accepted with that reason.",
        run: expressions::rl06,
        ..ROW_SECURITY
    },
    Check {
        id: "RL07",
        title: "only restrictive policies",
        why: "Restrictive policies only take away from what permissive ones give. With none of those nobody gets a \
              row, but the owner and roles with BYPASSRLS.",
        how: "Make a permissive policy as well.",
        run: policies::rl07,
        ..ROW_SECURITY
    },
    Check {
        id: "RL08",
        title: "policy applies to PUBLIC",
        why: "Without TO a policy is for PUBLIC: it holds for each role that there is and for each that will be, and \
              its condition is all that tells them apart.",
        how: "Name the roles that it is for.",
        run: policies::rl08,
        ..ROW_SECURITY
    },
    Check {
        id: "RL10",
        severity: Severity::Error,
        title: "policy relies on user-editable metadata",
        why: "Each user fills user_metadata (raw_user_meta_data in auth.users) through the API. A policy that \
              reads it lets them choose their own rights.",
        how: "Keep what decides over rights in app_metadata (raw_app_meta_data), which only the server writes.",
        run: expressions::rl10,
        ..ROW_SECURITY
    },
    Check {
        id: "RL11",
        title: "auth function re-evaluated per row",
        why: "What auth.uid(), current_setting() and the like say holds for the whole statement, but as they stand the \
              server asks again for every row that it looks at.",
        how: "Put the call into a sub-select of its own, (SELECT auth.uid()): the server makes that once.",
        needs: &[Sight::Policies, Sight::Roles, Sight::Functions],
        run: expressions::rl11,
        ..ROW_SECURITY
    },
    Check {
        id: "RL12",
        title: "multiple permissive policies",
        why: "Each of them is asked for each row until one permits, and a reader has to know all of them to know who \
              may do what. A policy FOR ALL counts for each command, one for PUBLIC for each role.",
        how: "Make one policy of them, with OR in between.",
        run: overlap::rl12,
        ..ROW_SECURITY
    },
    Check {
        id: "RL13",
        severity: Severity::Info,
        title: "duplicate policy, or policy column without an index",
        why: "A second policy that says the same costs and misleads. A policy that compares a column with who is \
              asking is part of every query: without an index on that column each one reads the whole table.",
        how: "Drop the second policy. Make an index that starts with the column.",
        needs: &[Sight::Policies, Sight::Roles, Sight::Indexes],
        run: overlap::rl13,
        ..ROW_SECURITY
    },
    Check {
        id: "RL15",
        title: "unnecessary privileges for API roles",
        why: "TRUNCATE does not ask any policy; REFERENCES and TRIGGER let a role hang something onto the table. And \
              where all policies are for others, a right on rows or columns is only waiting for a mistake.",
        how: "Revoke them.",
        manual: "5.8 \"Privileges\"",
        run: grants::rl15,
        ..ROW_SECURITY
    },
    Check {
        id: "RL16",
        severity: Severity::Error,
        title: "sensitive column readable by exposed roles",
        why: "Row security chooses rows, it hides no column: whoever gets a row gets all columns that the role may \
              read. Which names count as secret is `sensitive` in [audit]. Where policies choose the rows, it is a \
              warning: people may be meant to read their own.",
        how: "Grant the other columns only, or keep the secret in a table of its own.",
        manual: "5.8 \"Privileges\"",
        run: grants::rl16,
        ..ROW_SECURITY
    },
    Check {
        id: "RL17",
        title: "public bucket can be listed, or queue without row-level security",
        why: "The files of a public bucket can be fetched by whoever knows their names; a SELECT policy on \
              storage.objects tells the names too. A queue without row security is read and filled by all who reach \
              its functions.",
        how: "Drop the policy, which a public bucket does not need to serve its files, or limit it. Enable row \
              security on the queue's table.",
        run: storage::rl17,
        ..ROW_SECURITY
    },
    Check {
        id: "RL19",
        title: "login role with BYPASSRLS",
        why: "No policy holds for a role with BYPASSRLS. A server's own key behind the API may need that; one that \
              people or an application log in with hardly ever does.",
        how: "Take it away from the role.",
        manual: "21.2 \"Role Attributes\"",
        needs: &[Sight::Roles],
        run: policies::rl19,
        ..ROW_SECURITY
    },
    Check {
        id: "RL20",
        severity: Severity::Error,
        title: "partitions bypass their parent's row-level security",
        why: "The policies of a partitioned table hold for those who go through it. A partition is a table of its own: \
              who has a right on it reads it directly, and only its own row security would hold.",
        how: "Revoke the rights on the partitions: going through the parent needs none.",
        manual: "5.12 \"Table Partitioning\"",
        run: exposure::rl20,
        ..ROW_SECURITY
    },
];

/// What the family's checks have in common.
const ROW_SECURITY: Check = Check {
    id: "",
    family: Family::RowSecurity,
    severity: Severity::Warning,
    title: "",
    why: "",
    how: "",
    manual: "5.9 \"Row Security Policies\"",
    since: 0,
    needs: &[Sight::Policies, Sight::Roles],
    run: |_, _| {},
};
