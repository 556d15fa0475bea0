//! Names of things in a database, and the one function that quotes them.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

/// A schema-qualified name. Shown plainly (`public.plans`), written into SQL by [`QName::sql`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QName {
    /// The schema.
    pub schema: String,
    /// The name inside it.
    pub name: String,
}

impl QName {
    /// The name `name` in `schema`.
    pub fn new(schema: impl Into<String>, name: impl Into<String>) -> Self {
        QName { schema: schema.into(), name: name.into() }
    }

    /// The form that goes into SQL: always qualified, quoted where needed.
    pub fn sql(&self) -> String {
        format!("{}.{}", ident(&self.schema), ident(&self.name))
    }

    /// Reads `schema.table`, `table` (in `public`) and quoted parts.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = split(text)?;
        match (parts.pop(), parts.pop(), parts.pop()) {
            (Some(name), None, _) => Some(QName::new("public", name)),
            (Some(name), Some(schema), None) => Some(QName::new(schema, name)),
            _ => None,
        }
    }
}

impl fmt::Display for QName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql())
    }
}

impl Serialize for QName {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.sql())
    }
}

impl<'de> Deserialize<'de> for QName {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        QName::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a table name")))
    }
}

fn split(text: &str) -> Option<Vec<String>> {
    let (mut parts, mut current, mut chars, mut quoted) = (Vec::new(), String::new(), text.chars().peekable(), false);
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                current.push('"');
            }
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(std::mem::take(&mut current)),
            _ => current.push(c),
        }
    }
    parts.push(current);
    (!quoted && parts.iter().all(|part| !part.is_empty())).then_some(parts)
}

/// An identifier as SQL: as it stands where that is safe, else in double quotes
/// (PostgreSQL manual, 4.1.1 "Identifiers and Key Words").
pub fn ident(name: &str) -> String {
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain && KEYWORDS.binary_search(&name).is_err() {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// A value as an SQL literal, for scripts that a person runs by hand. Statements that pgdeck runs
/// itself pass parameters instead.
pub fn literal(value: &str) -> String {
    let quoted = value.replace('\'', "''");
    if value.contains('\\') { format!("E'{}'", quoted.replace('\\', "\\\\")) } else { format!("'{quoted}'") }
}

/// The same without a raw line break or another control character: each line of a long text is a line of the file,
/// indented, so that none can be taken for anything else (manual, 4.1.2.1: literals with a line break between them are
/// one).
pub fn literal_lines(value: &str) -> String {
    if !value.contains(|c: char| c.is_ascii_control()) {
        return literal(value);
    }
    let mut out = String::from("E'");
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\n' if chars.peek().is_some() => out.push_str("\\n'\n    '"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            c if c.is_ascii_control() => {
                // Writing to a string does not fail.
                let _ = write!(out, "\\x{:02x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

/// Key words that cannot stand bare as a column or table name, in any of PostgreSQL 13 to 18
/// (manual, appendix C: reserved, and non-reserved that cannot be a function or type name).
const KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
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
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyword_table_is_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn only_safe_names_go_bare() {
        assert_eq!(ident("program_modules"), "program_modules");
        assert_eq!(ident("user"), "\"user\"");
        assert_eq!(ident("Mixed Case"), "\"Mixed Case\"");
        assert_eq!(ident("a\"; drop table x; --"), "\"a\"\"; drop table x; --\"");
        assert_eq!(ident("größe"), "\"größe\"");
        assert_eq!(ident(""), "\"\"");
    }

    #[test]
    fn names_survive_a_round_trip() {
        for (schema, name) in [("public", "plans"), ("we.ird", "na\"me"), ("A", "line\nbreak 🦊")] {
            let name = QName::new(schema, name);
            assert_eq!(QName::parse(&name.sql()), Some(name));
        }
        assert_eq!(QName::parse("plans"), Some(QName::new("public", "plans")));
        assert_eq!(QName::parse("a.b.c"), None);
        assert_eq!(QName::parse(""), None);
    }

    #[test]
    fn literals_escape_quotes_and_backslashes() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"a\b'c"), r"E'a\\b''c'");
    }

    #[test]
    fn no_line_of_a_literal_begins_with_the_values_own_text() {
        assert_eq!(literal_lines("it's"), "'it''s'");
        assert_eq!(literal_lines("a\n-- b\r\n'\\\u{1b}0\n"), "E'a\\n'\n    '-- b\\r\\n'\n    '''\\\\\\x1b0\\n'");
    }
}
