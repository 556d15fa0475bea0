//! What a database would be if its migrations alone had made it: which files are run again on an empty one, and what is
//! to be said of that.

use serde::Serialize;

use super::{
    file::File,
    folder::Folder,
    history::{Histories, Tool},
    scan::{Kind, Scanner},
    state::{Status, state},
    statements::Statement,
    transaction::{self, Mode},
};
use crate::core::{
    error::{Error, Result},
    name::QName,
};

/// How many names a remark repeats.
const NAMED: usize = 5;

/// What is run again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen<'f> {
    /// The files, in the order in which they run; repeatable ones last.
    pub files: Vec<&'f File>,
    /// The history that chose them; `None` where there is none that can be read, or where all were asked for.
    pub history: Option<(Tool, QName)>,
    /// Files that are left out because they did not run there.
    pub pending: Vec<String>,
    /// Files that are run as they are now and ran there as something else.
    pub edited: Vec<String>,
    /// What ran there and has no file.
    pub missing: Vec<String>,
}

/// The files of `folder` that ran where these `histories` are, or all of them where no history can be read or `all` are
/// asked for.
pub fn choose<'f>(folder: &'f Folder, histories: &Histories, all: bool) -> Chosen<'f> {
    let state = state(folder, histories);
    let history = state.history.clone().filter(|_| !all);
    let mut chosen = Chosen {
        files: Vec::new(),
        pending: Vec::new(),
        edited: Vec::new(),
        missing: state.missing.iter().filter_map(|applied| applied.version.clone().or(applied.name.clone())).collect(),
        history,
    };
    for (file, there) in folder.forward().zip(&state.files) {
        let ran = matches!(there.status, Status::Applied | Status::Edited);
        if chosen.history.is_some() && !ran {
            chosen.pending.push(file.path.clone());
            continue;
        }
        if there.status == Status::Edited {
            chosen.edited.push(file.path.clone());
        }
        chosen.files.push(file);
    }
    chosen
}

/// How `file` is run again, and which of its statements. It ran somewhere, so whatever a tool puts up with is possible:
/// where no one transaction can hold it, its statements are run each for itself, as psql would.
///
/// # Errors
/// A file that could not be read, text that does not end, psql's own commands, and a way back in the same text.
pub fn prepared(file: &File) -> Result<(Mode, Vec<Statement>)> {
    if !file.exact {
        let error = Error::usage("the file cannot be read as UTF-8, so it cannot be replayed");
        return Err(error.at(&file.path).hint("`pgdeck migrations check` says what is wrong with it"));
    }
    let trouble = match transaction::mode(file) {
        Ok(ready) => return Ok(ready),
        Err(trouble) => trouble,
    };
    // It did run somewhere, as long as nothing of it is left out.
    if let Ok(statements) = transaction::whole(file) {
        return Ok((Mode::Outside, statements.list));
    }
    Err(Error::usage(format!("it cannot be replayed: {}", trouble.detail))
        .at(format!("{}:{}", file.path, trouble.line))
        .hint(trouble.hint))
}

/// The roles that `statements` of `file` create, in whose way they would be if they were there already. Those that a
/// `DO` block creates are not among them: such a block looks first.
pub fn roles(file: &File, statements: &[Statement]) -> Vec<String> {
    statements.iter().filter_map(|statement| role(statement.text(&file.text))).collect()
}

fn role(sql: &str) -> Option<String> {
    let mut words = Scanner::new(sql).filter(|piece| !matches!(piece.kind, Kind::Space | Kind::Comment));
    let mut word = || words.next().map(|piece| (piece.kind, &sql[piece.range()]));
    let (_, create) = word()?;
    let (_, what) = word()?;
    let creates = create.eq_ignore_ascii_case("CREATE")
        && ["ROLE", "USER", "GROUP"].iter().any(|known| what.eq_ignore_ascii_case(known));
    match word().filter(|_| creates)? {
        // `CREATE USER MAPPING` is about no role.
        (Kind::Word, name) if name.eq_ignore_ascii_case("MAPPING") => None,
        (Kind::Word, name) => Some(name.to_lowercase()),
        (Kind::Quoted, name) => Some(name.trim_matches('"').replace("\"\"", "\"")),
        _ => None,
    }
}

/// The tables in which tools keep what ran, of these `histories`: they are no part of what migrations make.
pub fn bookkeeping(histories: &Histories) -> Vec<QName> {
    let read = histories.read.iter().map(|history| (history.tool, &history.table));
    let unseen = histories.unseen.iter().map(|unseen| (unseen.tool, &unseen.table));
    let mut tables: Vec<QName> = Vec::new();
    for (tool, table) in read.chain(unseen) {
        let beside = beside(tool).iter().map(|name| QName::new(table.schema.clone(), *name));
        tables.extend(std::iter::once(table.clone()).chain(beside));
    }
    tables.sort();
    tables.dedup();
    tables
}

/// What a tool keeps beside its history, in the same schema.
fn beside(tool: Tool) -> &'static [&'static str] {
    match tool {
        Tool::Supabase => &["seed_files"],
        Tool::Rails => &["ar_internal_metadata"],
        Tool::Liquibase => &["databasechangeloglock"],
        Tool::Sqitch => &["changes", "dependencies", "events", "projects", "releases", "tags"],
        _ => &[],
    }
}

/// How migrations were replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// The folder.
    pub dir: String,
    /// The version of the throw-away server, such as `15.18`.
    pub server: String,
    /// What chose the files, such as `Supabase, supabase_migrations.schema_migrations`; nothing where all were run.
    pub history: Option<String>,
    /// Whether they were run as a superuser.
    pub as_superuser: bool,
    /// The file that was run before them.
    pub before: Option<String>,
    /// The files that were run, in order.
    pub files: Vec<String>,
    /// Those that were left out because they did not run there.
    pub pending: Vec<String>,
    /// Those that were run as they are now and ran there as something else.
    pub edited: Vec<String>,
    /// What ran there and has no file.
    pub missing: Vec<String>,
    /// Tables of histories, which were not compared.
    pub bookkeeping: Vec<String>,
    /// Schemas that `before` made: in these only what migrations made was compared.
    pub platform: Vec<String>,
}

impl Replayed {
    /// The same as remarks, one line each, for the comparison with `environment` of the major version `version`.
    pub fn notes(&self, environment: &str, version: u32) -> Vec<String> {
        let files = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
        let by = match &self.history {
            Some(history) => format!(", which are those that ran in {environment} by its history ({history})"),
            None => ", all that there are".to_owned(),
        };
        let mut notes =
            vec![format!("replayed {} of {} on PostgreSQL {}{by}", files(self.files.len()), self.dir, self.server)];
        if self.server.split(['.', ' ']).next() != Some(&version.to_string()) {
            notes.push(format!("replayed on {}, {environment} is {version}", self.server));
        }
        if self.as_superuser {
            notes.push("replayed as a superuser".to_owned());
        }
        let mut told = |names: &[String], says: &dyn Fn(String) -> String| {
            if !names.is_empty() {
                notes.push(says(listed(names)));
            }
        };
        told(&self.pending, &|names| format!("left out, because they are pending there: {names}"));
        told(&self.edited, &|names| format!("edited after they ran there, and replayed as they are now: {names}"));
        told(&self.missing, &|names| format!("ran there and have no file, so what they made is drift: {names}"));
        told(&self.bookkeeping, &|names| format!("not compared, because the history itself is kept there: {names}"));
        told(&self.platform, &|names| {
            format!(
                "made by {} first, so only what migrations make in it was compared: {names}",
                self.before.as_deref().unwrap_or("before")
            )
        });
        notes
    }
}

/// The first few of `names`, and how many more there are.
fn listed(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_a_file_creates_is_known_by_its_name() {
        for (sql, name) in [
            ("CREATE ROLE Anon NOLOGIN", Some("anon")),
            ("create /* x */ user \"A \"\"b\" PASSWORD 'secret'", Some("A \"b")),
            ("CREATE GROUP g", Some("g")),
            ("CREATE USER MAPPING FOR a SERVER b", None),
            ("CREATE TABLE role (a int)", None),
            ("DROP ROLE a", None),
            ("CREATE", None),
        ] {
            assert_eq!(role(sql).as_deref(), name, "{sql}");
        }
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let names: Vec<String> = (1..=7).map(|n| n.to_string()).collect();
        assert_eq!(listed(&names), "1, 2, 3, 4, 5 and 2 more");
        assert_eq!(listed(&names[..2]), "1, 2");
    }
}
