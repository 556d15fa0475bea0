//! FK01 to FK12: what happens to children when their parents go, and what that costs.

mod declared;
mod doubtful;
mod effect;
mod index;
mod overlap;
mod sql;

pub(super) use self::index::leads_with;

use crate::core::audit::{
    Severity,
    check::{Check, Family},
    facts::Sight,
};

/// The family.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "FK01",
        title: "delete rule differs from what you declared",
        severity: Severity::Error,
        why: "The team decided what happens to children when their parent is deleted. This database does something \
              else: rows may vanish that had to stay, or a delete may fail that had to work.",
        how: "Replace the constraint by one with the declared rule, or change the declaration in pgdeck.toml. The new \
              one is added NOT VALID and then validated, so that writers wait only for a moment.",
        run: declared::fk01,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK02",
        title: "foreign key missing or not declared",
        why: "A reference that was declared and is not there lets orphans in. One that is there and was not declared \
              has a delete rule that nobody decided on. The second is only looked for where pgdeck.toml declares any.",
        how: "Add the constraint, or the declaration. A declaration that names a table or a column that does not exist \
              is itself a mistake and is told with its line.",
        run: declared::fk02,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK03",
        title: "foreign key without index",
        why: "Each delete of a parent, and each change of its key, looks for children. Without an index that means a \
              scan of the whole child table, under a lock on the parent.",
        how: "Make an index whose first columns are those of the foreign key, in any order.",
        needs: &[Sight::Constraints, Sight::Indexes],
        run: index::fk03,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK04",
        title: "ON DELETE SET NULL on a NOT NULL column",
        severity: Severity::Error,
        why: "The server takes the declaration and then refuses each delete of a parent that has children, with a \
              message about the child's column.",
        how: "Let the column be NULL, or give the foreign key another delete rule.",
        run: effect::fk04,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK05",
        title: "foreign key not validated",
        severity: Severity::Error,
        why: "Rows from before the constraint may point nowhere, and nothing says which. The planner does not rely on \
              it either.",
        how: "Validate it; that reads the table without keeping writers out. If it fails, the message names the first \
              orphan.",
        manual: "ALTER TABLE, \"VALIDATE CONSTRAINT\"",
        run: doubtful::fk05,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK06",
        title: "foreign key columns have different types",
        why: "Values are converted for each comparison, the narrower side runs out of values first, and a join may not \
              use the index.",
        how: "Give the referencing column the type of the referenced one. That rewrites the table under a lock.",
        run: doubtful::fk06,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK07",
        title: "redundant foreign key",
        why: "Each is checked on each write and on each delete of a parent. Where their delete rules differ, which one \
              prevails depends on their names.",
        how: "Drop the one that says less.",
        run: overlap::fk07,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK08",
        title: "composite foreign key with a nullable column",
        why: "With MATCH SIMPLE, the default, one NULL is enough and none of the other columns is checked: the row may \
              point nowhere.",
        how: "Make the columns NOT NULL, or declare the key MATCH FULL, which wants all or none of them NULL.",
        run: doubtful::fk08,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK09",
        title: "self-reference that blocks deletes",
        severity: Severity::Info,
        why: "A row cannot be deleted as long as another one of the table points to it, so trees have to be taken apart \
              leaf by leaf.",
        how: "Decide between CASCADE and SET NULL, or declare the rule as it is.",
        run: effect::fk09,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK10",
        title: "foreign key to a non-primary key in the auth schema",
        severity: Severity::Error,
        why: "The tables of auth belong to the platform. It promises their primary keys only: an upgrade that drops \
              another unique key fails, or takes yours with it.",
        how: "Reference the primary key.",
        manual: "",
        needs: &[Sight::Constraints, Sight::Indexes],
        run: doubtful::fk10,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK11",
        title: "foreign key to another schema, or table without foreign keys",
        severity: Severity::Info,
        why: "A reference across schemas ties together what is dumped, granted and moved apart. A table that neither \
              points anywhere nor is pointed to, where others are, often misses a constraint.",
        how: "Nothing has to be done; accept what is meant.",
        run: doubtful::fk11,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK12",
        title: "wide ON DELETE CASCADE",
        why: "CASCADE passes through tables: one delete takes rows that nobody thinks of, without a word.",
        how: "Look at the path. Declare each rule of it in [[expect.fk]] if it is meant, or break it where rows must \
              stay.",
        run: effect::fk12,
        ..FOREIGN_KEY
    },
];

/// What the family's checks have in common.
const FOREIGN_KEY: Check = Check {
    id: "",
    family: Family::ForeignKeys,
    severity: Severity::Warning,
    title: "",
    why: "",
    how: "",
    manual: "5.5.5 \"Foreign Keys\"",
    since: 0,
    needs: &[Sight::Constraints],
    run: |_, _| {},
};
