//! TK03: names that need quotes, and what has no comment.

use std::collections::{BTreeMap, BTreeSet};

use super::own::{own_relations, own_tables};
use crate::core::{
    audit::{
        check::{Context, Report},
        facts::Relation,
    },
    name::ident,
    text::printable,
};

pub(super) fn tk03(context: &Context<'_>, report: &mut Report<'_>) {
    let commented: BTreeSet<&str> =
        own_tables(context).filter(|table| table.comment.is_some()).map(|table| table.name.schema.as_str()).collect();
    let mut silent: BTreeMap<&str, usize> = BTreeMap::new();
    let tables: BTreeSet<u32> = own_tables(context).map(|table| table.oid).collect();
    for relation in own_relations(context) {
        let schema = relation.name.schema.as_str();
        let is_table = tables.contains(&relation.oid);
        // Where nobody writes comments, one word about that is enough.
        let uncommented = is_table && relation.comment.is_none() && commented.contains(schema);
        if is_table && !commented.contains(schema) {
            *silent.entry(schema).or_default() += 1;
        }
        tell(report, relation, uncommented);
    }
    for (schema, count) in silent {
        let tables = if count == 1 { "its one table has no comment".to_owned() } else { none_of(count) };
        report.found(&ident(schema), tables).fix("-- COMMENT ON TABLE … IS 'what its rows are';");
    }
}

fn none_of(count: usize) -> String {
    format!("none of its {count} tables has a comment")
}

/// Says what is to be said of one relation, in one finding.
fn tell(report: &mut Report<'_>, relation: &Relation, uncommented: bool) {
    let own = needs_quotes(&relation.name.name);
    let columns: Vec<&str> =
        relation.columns.iter().map(|column| column.name.as_str()).filter(|name| needs_quotes(name)).collect();
    let (mut says, mut advice) = (Vec::new(), Vec::new());
    if own {
        says.push("its name needs quotes".to_owned());
        advice.push(rename("", &relation.name.name));
    }
    if !columns.is_empty() {
        says.push(format!("columns that need quotes: {}", columns.join(", ")));
        advice.extend(columns.iter().map(|name| rename("COLUMN ", name)));
    }
    if uncommented {
        says.push("no comment".to_owned());
        advice.push("-- COMMENT ON TABLE … IS 'what its rows are';".to_owned());
    }
    if !says.is_empty() {
        let described = relation.columns.iter().filter(|column| column.comment).count();
        let mut draft = report.found_at(relation, says.join("; "));
        if uncommented && described > 0 {
            draft = draft.evidence(format!("{described} of {} columns have a comment", relation.columns.len()));
        }
        draft.fix(advice.join("\n"));
    }
}

fn rename(word: &str, name: &str) -> String {
    let plain = printable(&plain(name)).into_owned();
    format!("-- ALTER TABLE … RENAME {word}{} TO {plain};", printable(&ident(name)))
}

/// Whether `name` has to stand in quotes as the name of a table or column.
fn needs_quotes(name: &str) -> bool {
    // The server takes any letter and, behind the first, `$` (manual, 4.1.1).
    let mut letters: String = name.chars().map(|c| if c.is_ascii() { c } else { 'x' }).collect();
    if !letters.starts_with('$') {
        letters = letters.replace('$', "_");
    }
    ident(&letters) != letters && NAMES_ONLY.binary_search(&name).is_err()
}

/// Key words that need quotes as the name of a function or type, and that [`ident`] quotes for that, but not as that of
/// a table or column (manual, appendix C: "non-reserved (cannot be function or type)").
const NAMES_ONLY: &[&str] = &[
    "between",
    "bigint",
    "bit",
    "boolean",
    "char",
    "character",
    "coalesce",
    "dec",
    "decimal",
    "exists",
    "extract",
    "float",
    "greatest",
    "grouping",
    "inout",
    "int",
    "integer",
    "interval",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "least",
    "merge_action",
    "national",
    "nchar",
    "none",
    "normalize",
    "nullif",
    "numeric",
    "out",
    "overlay",
    "position",
    "precision",
    "real",
    "row",
    "setof",
    "smallint",
    "substring",
    "time",
    "timestamp",
    "treat",
    "trim",
    "values",
    "varchar",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

/// A name that says the same without quotes: `orderLines` becomes `order_lines`.
fn plain(name: &str) -> String {
    let (mut out, mut small) = (String::new(), false);
    for c in name.chars() {
        if c.is_uppercase() && small {
            out.push('_');
        }
        small = c.is_lowercase() || c.is_ascii_digit();
        let fits = c.is_alphanumeric() || c == '_';
        if fits {
            out.extend(c.to_lowercase());
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    let out = out.trim_matches('_');
    if needs_quotes(out) { format!("the_{out}") } else { out.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_needed_where_the_server_needs_them() {
        assert!(NAMES_ONLY.is_sorted());
        for name in ["Orders", "order", "user", "two words", "1st", "a-b", "left", "$cost", "größe!"] {
            assert!(needs_quotes(name), "{name}");
        }
        for name in ["orders", "position", "time", "values", "größe", "cost$", "_x1", "name", "type"] {
            assert!(!needs_quotes(name), "{name}");
        }
    }

    #[test]
    fn a_plain_name_says_the_same() {
        for (name, better) in
            [("orderLines", "order_lines"), ("Two Words", "two_words"), ("user", "the_user"), ("HTTPCode", "httpcode")]
        {
            assert_eq!(plain(name), better);
        }
    }
}
