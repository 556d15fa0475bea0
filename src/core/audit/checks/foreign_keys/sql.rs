//! The SQL of fixes to foreign keys.

use crate::core::{
    audit::{
        check::Context,
        facts::{ForeignKey, Relation},
    },
    name::ident,
    schema::{OnDelete, Relation as Kind},
};

/// The constraint's definition with another delete rule.
pub(super) fn with_delete_rule(key: &ForeignKey, rule: OnDelete) -> String {
    let (head, tail) = parts(&key.definition);
    let masked = masked(head);
    let head = masked.find(" ON DELETE ").map_or(head, |at| &head[..at]);
    format!("{head} ON DELETE {}{tail}", rule.word())
}

/// The constraint's definition with `MATCH FULL`.
pub(super) fn with_match_full(key: &ForeignKey) -> String {
    let (head, tail) = parts(&key.definition);
    let masked = masked(head);
    let at = [" ON UPDATE ", " ON DELETE "].iter().filter_map(|word| masked.find(word)).min().unwrap_or(head.len());
    format!("{} MATCH FULL{}{tail}", &head[..at], &head[at..])
}

/// Whether the constraint is `MATCH FULL`.
pub(super) fn is_match_full(key: &ForeignKey) -> bool {
    masked(&key.definition).contains(" MATCH FULL")
}

/// Whether the constraint is declared and not enforced (PostgreSQL 18).
pub(super) fn is_enforced(key: &ForeignKey) -> bool {
    !masked(&key.definition).ends_with(" NOT ENFORCED")
}

/// A definition without `NOT VALID` and `NOT ENFORCED`, parted before `DEFERRABLE`. The order is that of the server's
/// ruleutils.c: columns, MATCH, ON UPDATE, ON DELETE, DEFERRABLE, INITIALLY, NOT ENFORCED, NOT VALID.
fn parts(definition: &str) -> (&str, &str) {
    let definition = definition.trim_end_matches(" NOT VALID").trim_end_matches(" NOT ENFORCED");
    definition.split_at(masked(definition).find(" DEFERRABLE").unwrap_or(definition.len()))
}

/// `sql` with everything in double quotes replaced by as many bytes, so that words are not found in names.
fn masked(sql: &str) -> String {
    let mut quoted = false;
    let mask = |byte: u8| {
        quoted ^= byte == b'"';
        if quoted || !byte.is_ascii() { b'_' } else { byte }
    };
    sql.bytes().map(mask).map(char::from).collect()
}

/// Replaces a constraint, so that the check of the rows does not keep writers out.
pub(super) fn replace(table: &Relation, key: &ForeignKey, definition: &str) -> String {
    let drop = format!("DROP CONSTRAINT {}", ident(&key.name));
    add_with(table, Some(&drop), &key.name, definition)
}

/// Adds a constraint likewise.
pub(super) fn add(table: &Relation, name: &str, definition: &str) -> String {
    add_with(table, None, name, definition)
}

fn add_with(table: &Relation, before: Option<&str>, name: &str, definition: &str) -> String {
    let (table_sql, name) = (table.name.sql(), ident(name));
    let before = before.map(|action| format!("{action},\n  ")).unwrap_or_default();
    // A partitioned table takes no NOT VALID foreign key before PostgreSQL 18.
    if table.kind == Kind::Partitioned {
        return format!("ALTER TABLE {table_sql}\n  {before}ADD CONSTRAINT {name} {definition};");
    }
    format!(
        "ALTER TABLE {table_sql}\n  {before}ADD CONSTRAINT {name} {definition} NOT VALID;\n\
         ALTER TABLE {table_sql} VALIDATE CONSTRAINT {name};"
    )
}

/// Drops a constraint.
pub(super) fn drop(table: &Relation, key: &ForeignKey) -> String {
    format!("ALTER TABLE {} DROP CONSTRAINT {};", table.name.sql(), ident(&key.name))
}

/// `table.column → parent.column`, for people.
pub(super) fn arrow(context: &Context<'_>, key: &ForeignKey) -> String {
    let columns = |relation, numbers: &[i16]| context.lookup.columns(relation, numbers).join(", ");
    let (from, to) = (columns(key.relation, &key.columns), columns(key.references, &key.referenced));
    format!("{from} → {} ({to})", context.lookup.name(key.references))
}

/// The columns of a key, for people.
pub(super) fn columns(context: &Context<'_>, key: &ForeignKey) -> String {
    context.lookup.columns(key.relation, &key.columns).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(definition: &str) -> ForeignKey {
        ForeignKey {
            name: "k".into(),
            relation: 1,
            columns: vec![1],
            references: 2,
            referenced: vec![1],
            on_delete: OnDelete::Cascade,
            on_update: OnDelete::NoAction,
            validated: true,
            set_columns: Vec::new(),
            definition: definition.into(),
        }
    }

    #[test]
    fn options_stay_where_the_server_wants_them() {
        let full = "FOREIGN KEY (a) REFERENCES p(id) MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (a) DEFERRABLE \
                    INITIALLY DEFERRED NOT ENFORCED NOT VALID";
        assert_eq!(
            with_delete_rule(&key(full), OnDelete::Restrict),
            "FOREIGN KEY (a) REFERENCES p(id) MATCH FULL ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED"
        );
        assert_eq!(
            with_match_full(&key("FOREIGN KEY (a) REFERENCES p(id) ON DELETE CASCADE DEFERRABLE")),
            "FOREIGN KEY (a) REFERENCES p(id) MATCH FULL ON DELETE CASCADE DEFERRABLE"
        );
    }

    #[test]
    fn words_in_names_are_no_words() {
        let hostile = "FOREIGN KEY (\"é ON DELETE x\") REFERENCES p(\"y DEFERRABLE MATCH FULL\")";
        assert_eq!(with_delete_rule(&key(hostile), OnDelete::SetNull), format!("{hostile} ON DELETE SET NULL"));
        assert_eq!(with_match_full(&key(hostile)), format!("{hostile} MATCH FULL"));
        assert!(!is_match_full(&key(hostile)));
    }
}
