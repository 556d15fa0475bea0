//! `pgdeck.toml`: what a team declares about its environments and what it syncs.

pub mod accept;
mod audit;
pub mod migrations;
mod table_entry;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use serde::Deserialize;
use toml::{Spanned, map::Map};

use self::table_entry::{TableEntry, names};
use super::{place::Vars, source::Source};
use crate::core::{
    audit::Rules,
    env::{Environment, Kind, Target},
    error::{Error, Result, did_you_mean, nearest},
    glob,
    name::QName,
    sync::set::{Across, Ids, MissingParent, Set, SetTable, Sets},
    trust::Command,
};

/// A project, checked.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// Its environments, in the order of the file.
    environments: Vec<(String, Section)>,
    /// Groups of tables, for people.
    pub categories: Vec<Category>,
    /// What tables are for, by name as written.
    pub purposes: BTreeMap<String, String>,
    /// What is synced, and what never is.
    pub sets: Sets,
    /// What the audit measures by.
    pub audit: Rules,
    /// Where its migrations are.
    pub migrations: migrations::Migrations,
    source: Source,
    /// The file that it was read from; `None` for one that comes with pgdeck.
    path: Option<PathBuf>,
}

/// A group of tables.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Its title.
    pub name: String,
    /// Globs over its tables.
    pub tables: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    project: ProjectSection,
    #[serde(default)]
    env: Map<String, toml::Value>,
    #[serde(default)]
    category: Vec<Category>,
    #[serde(default)]
    purpose: BTreeMap<String, String>,
    #[serde(default)]
    expect: audit::ExpectSection,
    #[serde(default)]
    accept: Vec<Spanned<audit::AcceptSection>>,
    #[serde(default)]
    audit: audit::AuditSection,
    #[serde(default)]
    migrations: migrations::Section,
    #[serde(default)]
    sync: SyncSection,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProjectSection {
    name: String,
    exposed_schemas: Option<Vec<String>>,
    exposed_roles: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Environments {
    #[serde(default)]
    env: BTreeMap<Spanned<String>, Section>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Section {
    kind: Kind,
    writable: Option<bool>,
    url: Option<Spanned<String>>,
    host: Option<String>,
    port: Option<u16>,
    user: Option<String>,
    dbname: Option<String>,
    sslmode: Option<String>,
    sslrootcert: Option<String>,
    password_command: Option<Spanned<Vec<String>>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct SyncSection {
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    triggers_may_write: Vec<String>,
    #[serde(default)]
    set: Vec<Spanned<SetSection>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetSection {
    name: String,
    tables: Vec<Spanned<TableEntry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableSection {
    table: String,
    #[serde(default, deserialize_with = "names")]
    key: Vec<String>,
    #[serde(rename = "where")]
    filter: Option<String>,
    #[serde(default, deserialize_with = "names")]
    columns: Vec<String>,
    #[serde(default, deserialize_with = "names")]
    exclude: Vec<String>,
    #[serde(default, deserialize_with = "names")]
    ignore: Vec<String>,
    ids: Option<IdsWord>,
    #[serde(default)]
    deletes: bool,
    #[serde(default)]
    on_missing_parent: MissingParent,
    #[serde(default)]
    references: BTreeMap<String, AcrossWord>,
    #[serde(default, deserialize_with = "names")]
    plain: Vec<String>,
}

/// `"keep"`, `"null"`, `"exclude"`, the columns by which the parent is known, or the table that the column points to.
#[derive(Deserialize, Clone)]
#[serde(untagged, expecting = "expected \"keep\", \"null\", \"exclude\", a list of columns or a table")]
enum AcrossWord {
    Word(AcrossRule),
    Key(Vec<String>),
    Table(String),
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum AcrossRule {
    Keep,
    Null,
    Exclude,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum IdsWord {
    Keep,
    Target,
}

impl Project {
    /// Reads the file at `path`.
    pub fn load(path: &Path) -> Result<Project> {
        let source = Source::read(path)?.ok_or_else(|| Error::usage("there is no such file").at(path.display()))?;
        Ok(Project { path: Some(path.to_owned()), ..Project::parse(source)? })
    }

    /// The file that it was read from; `None` for one that comes with pgdeck.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The text that it was read from.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The file's path, as it stands before the line in `file:line`.
    pub fn file(&self) -> &str {
        &self.source.name
    }

    /// Reads and checks a file's text.
    pub fn parse(source: Source) -> Result<Project> {
        source.shallow()?;
        let file: File = toml::from_str(&source.text).map_err(|error| complaint(&source, &error))?;
        let sections: Environments = toml::from_str(&source.text).map_err(|error| complaint(&source, &error))?;
        let mut environments = Vec::new();
        for name in file.env.keys() {
            if let Some((_, section)) = sections.env.iter().find(|(spanned, _)| spanned.get_ref() == name) {
                refuse_password(&source, name, section)?;
                environments.push((name.clone(), section.clone()));
            }
        }
        if environments.is_empty() {
            return Err(Error::usage("no environment is declared")
                .at(&source.name)
                .hint("add a section [env.NAME] with a `kind`"));
        }
        let sets = sets(&source, file.sync)?;
        let ProjectSection { name, exposed_schemas, exposed_roles } = file.project;
        let exposed = audit::Exposed { schemas: exposed_schemas, roles: exposed_roles };
        let audit = audit::rules(&source, exposed, file.expect, file.accept, file.audit)?;
        let migrations = migrations::migrations(&source, file.migrations)?;
        Ok(Project {
            name,
            environments,
            categories: file.category,
            purposes: file.purpose,
            sets,
            audit,
            migrations,
            source,
            path: None,
        })
    }

    /// The environments' names, in the order of the file.
    pub fn environment_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.environments.iter().map(|(name, _)| name.as_str())
    }

    /// What the environments are, in the order of the file: name, kind, writable.
    pub fn environments(&self) -> impl Iterator<Item = (&str, Kind, bool)> {
        self.environments.iter().map(|(name, section)| (name.as_str(), section.kind, section.is_writable()))
    }

    /// The environment `name`, with the variables in its URL replaced from `vars`.
    pub fn environment(&self, name: &str, vars: Vars) -> Result<Environment> {
        let Some((_, section)) = self.environments.iter().find(|(known, _)| known == name) else {
            return Err(Error::usage("there is no such environment")
                .object(name)
                .hint(did_you_mean(name, self.environment_names())));
        };
        let url = section.url.as_ref().map(|url| self.expand(name, url, vars)).transpose()?;
        let target = Target {
            url,
            host: section.host.clone(),
            port: section.port,
            user: section.user.clone(),
            dbname: section.dbname.clone(),
            sslmode: section.sslmode.clone(),
            sslrootcert: section.sslrootcert.clone(),
            password_command: section.command().to_vec(),
        };
        Ok(Environment { name: name.into(), kind: section.kind, writable: section.is_writable(), target })
    }

    /// What the project makes pgdeck run to learn passwords, in the order of the file. Files are not looked at.
    pub fn commands(&self) -> impl Iterator<Item = Command> {
        self.environments.iter().filter(|(_, section)| !section.command().is_empty()).map(|(name, section)| {
            let at = section.password_command.as_ref().map_or(0, |command| command.span().start);
            Command {
                environment: name.clone(),
                place: format!("{}:{}", self.source.name, self.source.line(at)),
                command: section.command().to_vec(),
                sent_to: section.address(),
                files: Vec::new(),
            }
        })
    }

    /// The purpose that the team wrote down for `table`.
    pub fn purpose(&self, table: &QName) -> Option<&str> {
        let full = format!("{}.{}", table.schema, table.name);
        self.purposes.get(&full).or_else(|| self.purposes.get(&table.name)).map(String::as_str)
    }

    /// The first category that holds `table`.
    pub fn category(&self, table: &QName) -> Option<&str> {
        let holds = |category: &&Category| category.tables.iter().any(|pattern| glob::matches(pattern, table));
        self.categories.iter().find(holds).map(|category| category.name.as_str())
    }

    /// Replaces `${NAME}` in a URL.
    fn expand(&self, environment: &str, url: &Spanned<String>, vars: Vars) -> Result<SecretString> {
        let mut out = String::new();
        let mut rest = url.get_ref().as_str();
        while let Some((before, after)) = rest.split_once("${") {
            let Some((name, after)) = after.split_once('}') else {
                return Err(self.source.error(url.span().start, "`${` is not closed by `}`").env(environment));
            };
            let value = vars(name).ok_or_else(|| {
                self.source
                    .error(url.span().start, format!("the environment variable {name} is not set"))
                    .env(environment)
                    .hint(format!("export {name}=postgresql://…"))
            })?;
            out.push_str(before);
            out.push_str(&value);
            rest = after;
        }
        out.push_str(rest);
        // Nothing at all would mean "the local server", which nobody asked for.
        if out.trim().is_empty() {
            return Err(self
                .source
                .error(url.span().start, "the URL is empty, or its environment variable is")
                .env(environment));
        }
        Ok(SecretString::from(out))
    }
}

impl Section {
    fn is_writable(&self) -> bool {
        self.writable.unwrap_or_else(|| self.kind.writable_by_default())
    }

    fn command(&self) -> &[String] {
        self.password_command.as_ref().map(|command| command.get_ref().as_slice()).unwrap_or_default()
    }

    /// Where it is and how much it insists on TLS, as written. What is not written comes from the shell.
    fn address(&self) -> Vec<String> {
        let url = self.url.as_ref().map(|url| url.get_ref().clone());
        let host = self.host.clone().or_else(|| url.is_none().then(|| "${PGHOST}".to_owned()));
        let port = self.port.map(|port| format!("port {port}"));
        let user = self.user.as_ref().map(|user| format!("user {user}"));
        let sslmode = self.sslmode.as_ref().map(|word| format!("sslmode {word}"));
        let root = self.sslrootcert.as_ref().map(|path| format!("sslrootcert {path}"));
        [url, host, port, user, sslmode, root].into_iter().flatten().collect()
    }
}

/// A password has no place in a file that is committed.
fn refuse_password(source: &Source, name: &str, section: &Section) -> Result<()> {
    let Some(url) = &section.url else { return Ok(()) };
    let text = url.get_ref();
    let after_scheme = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let authority = after_scheme.split(['/', '?']).next().unwrap_or_default();
    let in_user = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
    let in_query = text.split(['?', '&']).find_map(|part| part.strip_prefix("password="));
    match in_user.or(in_query) {
        Some(password) if !password.is_empty() && !password.starts_with("${") => Err(source
            .error(url.span().start, "the URL holds a password")
            .env(name)
            .hint("use password_command, ~/.pgpass or ${VARIABLE} instead")),
        _ => Ok(()),
    }
}

fn sets(source: &Source, section: SyncSection) -> Result<Sets> {
    let mut known: Vec<(String, Vec<String>, usize)> = Vec::new();
    let mut sets = Vec::new();
    for set in section.set {
        let at = set.span().start;
        let SetSection { name, tables } = set.into_inner();
        let names = tables.iter().map(|table| table.get_ref().0.table.clone()).collect();
        known.push((name.clone(), names, at));
        let placed = |table: Spanned<TableEntry>| {
            let place = source.error(table.span().start, "").place;
            SetTable { place, ..SetTable::from(table.into_inner().0) }
        };
        sets.push(Set { name, tables: tables.into_iter().map(placed).collect() });
    }
    let declared = Sets::new(sets, section.never).map(|sets| sets.letting_triggers_write(section.triggers_may_write));
    declared.map_err(|error| {
        // The last set that the error names is the one at fault.
        let named = |name: &String| error.object.as_ref() == Some(name);
        let holds = |tables: &[String]| error.object.as_ref().is_some_and(|object| tables.contains(object));
        if error.place.is_some() {
            return error;
        }
        let at = known.iter().rev().find(|(name, tables, _)| named(name) || holds(tables)).map(|(.., at)| *at);
        match at {
            Some(at) => Error { place: source.error(at, "").place, ..error },
            None => error.at(&source.name),
        }
    })
}

impl From<TableSection> for SetTable {
    fn from(section: TableSection) -> Self {
        SetTable {
            table: section.table,
            key: section.key,
            filter: section.filter,
            columns: section.columns,
            exclude: section.exclude,
            ignore: section.ignore,
            ids: section.ids.map(|ids| match ids {
                IdsWord::Keep => Ids::Keep,
                IdsWord::Target => Ids::Target,
            }),
            deletes: section.deletes,
            on_missing_parent: section.on_missing_parent,
            references: section.references.into_iter().map(|(column, word)| (column, word.into())).collect(),
            plain: section.plain,
            place: None,
        }
    }
}

impl From<AcrossWord> for Across {
    fn from(word: AcrossWord) -> Self {
        match word {
            AcrossWord::Word(AcrossRule::Keep) => Across::Keep,
            AcrossWord::Word(AcrossRule::Null) => Across::Null,
            AcrossWord::Word(AcrossRule::Exclude) => Across::Exclude,
            AcrossWord::Key(columns) => Across::Key(columns),
            AcrossWord::Table(table) => Across::Table(table),
        }
    }
}

/// A parser's error with its line, and the nearest known key where one was mistyped.
fn complaint(source: &Source, error: &toml::de::Error) -> Error {
    let message = error.message().trim();
    let mut names = message.split('`').skip(1).step_by(2);
    let start = error.span().map_or(0, |span| span.start);
    let unknown = message.starts_with("unknown field") || message.starts_with("unknown variant");
    match names.next().filter(|_| unknown) {
        Some(typed) => {
            let known: Vec<_> = names.collect();
            let what = if message.starts_with("unknown field") { "key" } else { "word" };
            let hint = match nearest(typed, known.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("here stands one of: {}", known.join(", ")),
            };
            source.error(start, format!("unknown {what} `{typed}`")).hint(hint)
        }
        None if message == "missing field `kind`" => source
            .error(start, "the environment has no `kind`")
            .hint("write kind = \"development\", \"staging\" or \"production\""),
        None => source.error(start, message.replace('\n', ", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[project]\nname = \"x\"\n[env.production]\nkind = \"production\"\nurl = \"${URL}\"\n";

    fn parse(text: &str) -> Result<Project> {
        Project::parse(Source::new("pgdeck.toml", text))
    }

    #[test]
    fn production_is_read_only_unless_it_says_otherwise() {
        let project = parse(&format!("{HEAD}[env.preprod]\nkind = \"staging\"\n")).expect("project");
        let facts: Vec<_> = project.environments().collect();
        assert_eq!(facts, [("production", Kind::Production, false), ("preprod", Kind::Staging, true)]);
    }

    #[test]
    fn mistakes_name_the_line_and_the_nearest_key() {
        for (text, place, says) in [
            (format!("{HEAD}[sync]\nnevr = []\n"), "pgdeck.toml:7", "did you mean `never`"),
            (format!("{HEAD}[env.a]\nkind = \"stagin\"\n"), "pgdeck.toml:7", "did you mean `staging`"),
            (format!("{HEAD}[env.a]\nurl = \"x\"\n"), "pgdeck.toml:6", "no `kind`"),
            ("[project]\nname = \n".to_owned(), "pgdeck.toml:2", ""),
            (
                format!("{HEAD}[env.a]\nkind = \"staging\"\nurl = \"postgresql://u:geheim@h/d\"\n"),
                "pgdeck.toml:8",
                "holds a password",
            ),
            (
                format!("{HEAD}[sync]\nnever = [\"a\"]\n[[sync.set]]\nname = \"s\"\ntables = [{{ table = \"a\" }}]\n"),
                "pgdeck.toml:10",
                "never synced",
            ),
            (
                format!(
                    "{HEAD}[[sync.set]]\nname = \"plans\"\ntables = []\n\
                     [[sync.set]]\nname = \"a\"\ntables = [{{ table = \"a\" }}]\n"
                ),
                "pgdeck.toml:6",
                "plans: this sync set has no tables",
            ),
            (
                format!("{HEAD}[[sync.set]]\nname = \"s\"\ntables = [{{ table = \"a\", kye = [\"b\"] }}]\n"),
                "pgdeck.toml:8",
                "did you mean `key`",
            ),
        ] {
            let error = parse(&text).expect_err(&text);
            assert_eq!(error.place.as_deref(), Some(place), "{error}");
            assert!(error.to_string().contains(says), "{error}");
            assert!(!error.to_string().contains("geheim"), "{error}");
        }
    }

    /// Deep enough to end the process where nobody looks first: brackets within keys of many parts.
    #[test]
    fn a_text_that_is_nested_without_end_is_refused() {
        let key = ["a"; 79].join(".");
        let deep = format!("{}1{}", format!("{{{key} = ").repeat(75), "}".repeat(75));
        let table = format!("{{ table = \"a\", references = {{ x = {deep} }} }}");
        let error = parse(&format!("{HEAD}[[sync.set]]\nname = \"s\"\ntables = [{table}]\n")).expect_err("deep");
        assert_eq!(error.place.as_deref(), Some("pgdeck.toml:8"), "{error}");
        assert!(error.to_string().contains("levels deep"), "{error}");
    }

    #[test]
    fn variables_in_a_url_come_from_outside() {
        let project = parse(HEAD).expect("project");
        let set = |name: &str| (name == "URL").then(|| "postgresql://h/d".to_owned());
        assert!(project.environment("production", &set).is_ok());
        let error = project.environment("production", &|_| None).expect_err("not set");
        assert_eq!(error.place.as_deref(), Some("pgdeck.toml:5"));
        let error = project.environment("production", &|_| Some(String::new())).expect_err("empty");
        assert!(error.to_string().contains("is empty"), "{error}");
        let error = project.environment("prodution", &set).expect_err("unknown");
        assert!(error.to_string().contains("did you mean `production`"), "{error}");
    }
}
