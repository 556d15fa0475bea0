//! The history that the Supabase CLI keeps of the migrations that it has run, for environments of an example that are
//! to have one: `supabase_migrations.schema_migrations`, a row for each file, with the statements as they ran.

/// The columns as that tool makes them.
const TABLE: &str = "CREATE SCHEMA supabase_migrations;
CREATE TABLE supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY, statements text[], name text);
";

/// SQL that makes the history of `ran`: (path, the text that ran) each, the path's file being `VERSION_NAME.sql`.
pub(super) fn history(ran: &[(&str, &str)]) -> String {
    let mut sql = TABLE.to_owned();
    for (path, text) in ran {
        let file = path.rsplit('/').next().unwrap_or(path);
        let file = file.strip_suffix(".sql").unwrap_or(file);
        let (version, name) = file.split_once('_').unwrap_or((file, ""));
        let statements: Vec<String> = statements(text).into_iter().map(literal).collect();
        sql.push_str("INSERT INTO supabase_migrations.schema_migrations (version, statements, name)\nVALUES (");
        sql.push_str(&literal(version));
        sql.push_str(", ARRAY[");
        sql.push_str(&statements.join(", "));
        sql.push_str("]::text[], ");
        sql.push_str(&literal(name));
        sql.push_str(");\n");
    }
    sql
}

fn literal(text: &str) -> String {
    // `standard_conforming_strings` is on, so that a backslash is one.
    format!("'{}'", text.replace('\'', "''"))
}

/// The statements of a file, without the `;` that ends each, and with the comments before them, as that tool keeps
/// them. In the files of the examples a statement ends with a `;` at the end of a line, outside of `$$`.
fn statements(text: &str) -> Vec<&str> {
    let (mut statements, mut begin, mut at, mut in_body) = (Vec::new(), 0, 0, false);
    for line in text.split_inclusive('\n') {
        at += line.len();
        let is_comment = line.trim_start().starts_with("--");
        if is_comment && !in_body {
            continue;
        }
        in_body ^= line.matches("$$").count() % 2 == 1;
        if !in_body && line.trim_end().ends_with(';') {
            statements.push(text[begin..at].trim().trim_end_matches(';'));
            begin = at;
        }
    }
    let rest = text[begin..].trim();
    if !rest.is_empty() {
        statements.push(rest);
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_its_comments_and_ends_outside_of_bodies() {
        let function = "CREATE FUNCTION f() AS $$ SELECT 1; $$;";
        let text = format!("-- first;\nSELECT 1;\n\nDO $$\nBEGIN -- it's;\n  NULL;\nEND\n$$;\n{function}\n-- end\n");
        assert_eq!(
            statements(&text),
            [
                "-- first;\nSELECT 1",
                "DO $$\nBEGIN -- it's;\n  NULL;\nEND\n$$",
                "CREATE FUNCTION f() AS $$ SELECT 1; $$",
                "-- end"
            ]
        );
    }

    #[test]
    fn a_file_is_a_row_with_its_number_and_its_name() {
        let sql = history(&[("migrations/007_it_is.sql", "SELECT 'it''s';\nSELECT 2;\n")]);
        assert!(sql.ends_with("VALUES ('007', ARRAY['SELECT ''it''''s''', 'SELECT 2']::text[], 'it_is');\n"), "{sql}");
    }
}
