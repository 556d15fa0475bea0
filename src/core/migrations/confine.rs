//! Migrations that are replayed by a role without superuser rights: what they need beyond that, and what is done for them.
//!
//! The server itself refuses what such a role may not do. Here is only what has to be known before: extensions that a
//! superuser has to create, and roles that the files create.

use super::{
    file::File,
    scan::{Kind, Scanner},
    statements::Statement,
};
use crate::core::{
    error::{Error, Result},
    name::ident,
};

/// Extensions that only a superuser may create and that neither reach outside of the server nor load code that others
/// wrote. They are created before the first file runs: in an empty database nobody can lie in wait for their scripts.
/// Extensions that PostgreSQL calls trusted are not here: a role may create them itself.
const CREATED: [&str; 29] = [
    "address_standardizer",
    "amcheck",
    "autoinc",
    "bloom",
    "cube",
    "earthdistance",
    "hypopg",
    "index_advisor",
    "insert_username",
    "intagg",
    "moddatetime",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_graphql",
    "pg_hashids",
    "pg_jsonschema",
    "pg_partman",
    "pg_stat_statements",
    "pg_visibility",
    "pgjwt",
    "pgrouting",
    "pgrowlocks",
    "pgstattuple",
    "pgtap",
    "postgis",
    "postgis_topology",
    "refint",
    "rum",
    "vector",
];

/// Extensions that start programs, open connections, read or write files, or let functions do so.
const OUTSIDE: [&str; 19] = [
    "adminpack",
    "dblink",
    "file_fdw",
    "http",
    "multicorn",
    "mysql_fdw",
    "oracle_fdw",
    "pageinspect",
    "pg_background",
    "pg_cron",
    "pg_net",
    "pgsodium",
    "plperlu",
    "plpython2u",
    "plpython3u",
    "plpythonu",
    "plsh",
    "pltclu",
    "postgres_fdw",
];

/// Languages whose functions may do everything that the server's own process may.
const UNTRUSTED: [&str; 8] = ["c", "internal", "plperlu", "plpython2u", "plpython3u", "plpythonu", "plsh", "pltclu"];

/// What to do about a migration that needs more.
pub const HINT: &str = "a replay has no superuser rights; if you trust all of these files, `pgdeck trust --as-superuser` \
                        shows them, and `schema diff --migrations --as-superuser` runs them so";

/// `CREATE EXTENSION` of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The extension.
    pub name: String,
    /// The schema that it is to be in, where that is said.
    pub schema: Option<String>,
}

/// What was made before the first file ran.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Extensions, by name.
    pub extensions: Vec<String>,
    /// Schemas for them.
    pub schemas: Vec<String>,
}

/// Refuses a statement of `file` that needs what a replay does not have.
///
/// # Errors
/// `Refused`, with file and line, and what the statement needs.
pub fn check(file: &File, list: &[Statement]) -> Result<()> {
    for statement in list {
        if let Some(what) = beyond(statement.text(&file.text)) {
            let place = format!("{}:{}", file.path, statement.line);
            return Err(Error::refused(format!("this needs superuser rights: {what}")).at(place).hint(HINT));
        }
    }
    Ok(())
}

fn beyond(sql: &str) -> Option<String> {
    if let Some(extension) = extension(sql) {
        let outside = OUTSIDE.contains(&extension.name.as_str());
        return outside.then(|| format!("the extension {} reaches outside of the database", extension.name));
    }
    let words = words(sql);
    let creates = words.first().is_some_and(|word| word.is("create"));
    let language = words.windows(2).find(|pair| creates && pair[0].is("language")).map(|pair| pair[1].name());
    let name = language.flatten().filter(|name| UNTRUSTED.contains(&name.as_str()))?;
    Some(format!("functions in the language {name} may do what the server's own process may"))
}

/// The extensions that `list`, statements of `file`, create and that have to be created for them.
pub fn extensions(file: &File, list: &[Statement]) -> Vec<Extension> {
    let all = list.iter().filter_map(|statement| extension(statement.text(&file.text)));
    all.filter(|extension| CREATED.contains(&extension.name.as_str())).collect()
}

/// `list`, statements of `file`, as a role without superuser rights runs them after `made` was made: what is there already
/// is not created again, and a role that a file creates is one that it may give objects to. Lines stay what they are.
pub fn confined(file: &File, list: &[Statement], made: &Made) -> (File, Vec<Statement>) {
    let (mut file, mut list) = (file.clone(), list.to_vec());
    for statement in &mut list {
        let Some(instead) = instead(statement.text(&file.text), made) else { continue };
        let start = file.text.len() + 1;
        file.text.push('\n');
        file.text.push_str(&instead);
        statement.range = start..file.text.len();
    }
    (file, list)
}

fn instead(sql: &str, made: &Made) -> Option<String> {
    if extension(sql).is_some_and(|extension| made.extensions.contains(&extension.name)) {
        return Some("SELECT".to_owned());
    }
    let words = words(sql);
    if !words.first()?.is("create") {
        return None;
    }
    let second = words.get(1)?;
    if second.is("schema") {
        let rest = after_if_not_exists(&words[2..]);
        let alone = rest.len() == 1 && made.schemas.contains(&rest[0].name()?);
        return alone.then(|| "SELECT".to_owned());
    }
    let role = ["role", "user", "group"].iter().any(|known| second.is(known)) && !words.get(2)?.is("mapping");
    let name = words.get(2)?.name().filter(|_| role)?;
    // Only a superuser may give these two; nothing that is compared depends on them.
    let spared = |word: &Word| ["bypassrls", "replication"].iter().any(|known| word.is(known));
    let mut text = String::new();
    let mut from = 0;
    for word in words.iter().filter(|word| spared(word)) {
        text.push_str(&sql[from..word.start]);
        from = word.end;
    }
    text.push_str(&sql[from..]);
    let text = text.trim_end().trim_end_matches(';').to_owned();
    Some(format!("{text}\n; GRANT {} TO CURRENT_USER", ident(&name)))
}

fn extension(sql: &str) -> Option<Extension> {
    let words = words(sql);
    if !(words.first()?.is("create") && words.get(1)?.is("extension")) {
        return None;
    }
    let rest = after_if_not_exists(&words[2..]);
    let schema = rest.windows(2).skip(1).find(|pair| pair[0].is("schema")).and_then(|pair| pair[1].name());
    Some(Extension { name: rest.first()?.name()?, schema })
}

fn after_if_not_exists<'w, 's>(words: &'w [Word<'s>]) -> &'w [Word<'s>] {
    let there = ["if", "not", "exists"].iter().zip(words).filter(|(known, word)| word.is(known)).count() == 3;
    if there { &words[3..] } else { words }
}

/// A piece of a statement that is no space, no comment and no semicolon.
struct Word<'s> {
    kind: Kind,
    text: &'s str,
    start: usize,
    end: usize,
}

impl Word<'_> {
    /// Whether it is this keyword.
    fn is(&self, keyword: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(keyword)
    }

    /// The name that it is, where it is one. Languages may stand in quotes like constants.
    fn name(&self) -> Option<String> {
        match self.kind {
            Kind::Word => Some(self.text.to_lowercase()),
            Kind::Quoted => Some(self.text.trim_matches('"').replace("\"\"", "\"")),
            Kind::Text => Some(self.text.trim_matches('\'').to_lowercase()),
            _ => None,
        }
    }
}

fn words(sql: &str) -> Vec<Word<'_>> {
    Scanner::new(sql)
        .filter(|piece| !matches!(piece.kind, Kind::Space | Kind::Comment | Kind::Symbol(b';')))
        .map(|piece| Word { kind: piece.kind, text: &sql[piece.range()], start: piece.start, end: piece.end })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::migrations::{file::Kind as FileKind, statements::split, style::Style};

    fn file(text: &str) -> File {
        File {
            path: "1_a.sql".into(),
            style: Style::Plain,
            version: None,
            stamp: None,
            name: "a".into(),
            kind: FileKind::Up,
            text: text.into(),
            exact: true,
        }
    }

    fn ran(text: &str, made: &Made) -> Vec<String> {
        let file = file(text);
        let (file, list) = confined(&file, &split(&file.text).list, made);
        list.iter().map(|statement| statement.text(&file.text).to_owned()).collect()
    }

    #[test]
    fn what_reaches_outside_is_refused_with_its_line() {
        for (sql, what) in [
            ("SELECT 1;\ncreate extension if not exists \"dblink\" with schema x;", "the extension dblink"),
            ("SELECT 1;\nCREATE EXTENSION /* x */ file_fdw CASCADE", "the extension file_fdw"),
            (
                "SELECT 1;\nCREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE plpython3u AS $$ $$;",
                "language plpython3u",
            ),
            ("SELECT 1;\nCREATE FUNCTION f() RETURNS int AS 'a', 'b' LANGUAGE 'C';", "language c"),
            ("SELECT 1;\nCREATE LANGUAGE plperlu;", "language plperlu"),
        ] {
            let file = file(sql);
            let error = check(&file, &split(&file.text).list).expect_err(sql);
            assert_eq!(error.place.as_deref(), Some("1_a.sql:2"), "{sql}");
            assert!(error.message.contains(what), "{error}");
        }
        for sql in [
            "CREATE EXTENSION pgcrypto",
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ language c $$",
            "COMMENT ON EXTENSION dblink IS 'x'",
            "CREATE TABLE language (c int)",
        ] {
            let file = file(sql);
            assert_eq!(check(&file, &split(&file.text).list), Ok(()), "{sql}");
        }
    }

    #[test]
    fn extensions_that_need_a_superuser_are_known_with_their_schema() {
        let file = file(
            "CREATE EXTENSION moddatetime SCHEMA \"Ext\"; CREATE EXTENSION IF NOT EXISTS vector; CREATE EXTENSION citext;",
        );
        let found = extensions(&file, &split(&file.text).list);
        let expected = [("moddatetime", Some("Ext")), ("vector", None)];
        let expected =
            expected.map(|(name, schema)| Extension { name: name.into(), schema: schema.map(str::to_owned) });
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_there_already_is_not_created_again() {
        let made = Made { extensions: vec!["vector".into()], schemas: vec!["ext".into()] };
        let text =
            "CREATE SCHEMA ext; CREATE EXTENSION vector SCHEMA ext; CREATE EXTENSION citext; CREATE SCHEMA other;";
        assert_eq!(ran(text, &made), ["SELECT", "SELECT", "CREATE EXTENSION citext", "CREATE SCHEMA other"]);
    }

    #[test]
    fn a_role_that_a_file_creates_is_one_that_it_may_give_objects_to() {
        let none = Made::default();
        assert_eq!(
            ran("CREATE ROLE \"A b\" NOLOGIN BYPASSRLS;\nCREATE USER MAPPING FOR a SERVER b;", &none),
            ["CREATE ROLE \"A b\" NOLOGIN\n; GRANT \"A b\" TO CURRENT_USER", "CREATE USER MAPPING FOR a SERVER b"]
        );
        assert_eq!(
            ran("CREATE ROLE root SUPERUSER", &none),
            ["CREATE ROLE root SUPERUSER\n; GRANT root TO CURRENT_USER"]
        );
    }
}
