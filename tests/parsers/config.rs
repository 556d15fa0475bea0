//! Files that people write by hand: the project, keymaps, themes, preferences.

use std::path::Path;

use pgdeck::{
    config::{
        key::Key,
        preferences::Preferences,
        project::{
            Project,
            accept::{self, Entry},
        },
        source::Source,
        theme::Theme,
    },
    core::error::Error,
    tui::keys::Keys,
};

use crate::{
    fuzz::{self, FILE, Outcome, SECRET, names_the_file},
    mutate::replaced,
    samples::written,
};

pub fn project_text() -> String {
    format!(
        r#"# A project
[project]
name = "x"
[env.production]
kind = "production"
url = "${{PRODUCTION_DATABASE_URL}}"
[env.preprod]
kind = "staging"
url = "${{PREPROD_DATABASE_URL}}"
writable = true
[env.third]
kind = "development"
host = "h"
port = 5433
user = "u"
dbname = "d"
sslmode = "require"
password_command = ["printf", "{SECRET}"]
[[category]]
name = "Plans"
tables = ["plans", "track_*"]
[purpose]
plans = "Subscription plans"
[sync]
never = ["auth.*", "profiles"]
[[sync.set]]
name = "plans"
tables = [
  {{ table = "plans", key = ["key"], ignore = ["created_at"], deletes = true, where = "active" }},
  {{ table = "plan_features", key = ["plan_id", "feature_id"], ids = "keep", references = {{ feature_id = "null" }} }},
]
[expect]
tables = ["plans", "public.features"]
rls = ["profiles"]
functions = [{{ name = "f", args = "integer", grant = ["u"] }}]
fk = [{{ table = "a", columns = ["b"], references = "c", on_delete = "cascade" }}]
[audit]
unused_index_days = 90
sequence_used = 0.5
[[accept]]
check = "RL01"
object = "public.*"
reason = "agreed"
until = 2030-01-31
[migrations]
dir = "migrations"
style = "flyway"
"#
    )
}

/// As from a file.
fn source(bytes: &[u8]) -> Result<Source, Error> {
    let file = written(bytes);
    let path = file.path().display().to_string();
    let read = Source::read(file.path()).map_err(|error| {
        let place = error.place.as_deref().map(|place| place.replace(&path, FILE));
        Error { place, ..error }
    })?;
    Ok(Source { name: FILE.into(), ..read.expect("it is there") })
}

/// A password in an address, and one that a command prints, stay where they are.
fn owed(bytes: &[u8], error: &Error) {
    names_the_file(bytes, error);
    keeps_the_secret(bytes, error);
}

fn keeps_the_secret(bytes: &[u8], error: &Error) {
    let count = |what: &str| replaced(bytes, what.as_bytes(), b"").len();
    let whole = count(SECRET);
    // What was taken out of its quotes is a name like any other.
    let at_home = count(&format!("://u:{SECRET}@")) + "://u:@".len() * ((bytes.len() - whole) / SECRET.len());
    if at_home == whole {
        assert!(!error.to_string().contains(SECRET), "{error}");
    }
}

fn project_read(bytes: &[u8]) -> Outcome {
    let source = source(bytes)?;
    let project = Project::parse(source.clone())?;
    let value = |name: &str| Some(format!("postgresql://u:{SECRET}@h/{name}"));
    for name in project.environment_names() {
        if let Err(error) = project.environment(name, &value) {
            fuzz::is_one_line(&error);
            assert!(!error.to_string().contains(SECRET), "{error}");
        }
    }
    accepted(&source)
}

/// What is accepted can be written into any project, which then says so and is else as it was.
fn accepted(source: &Source) -> Outcome {
    let entry = Entry {
        check: "RL01".into(),
        object: "public.odd \"one\"".into(),
        part: Some("a\\b".into()),
        reason: "because\nof 'it'".into(),
        until: None,
    };
    let text = accept::written(source, &entry)?;
    let again = Project::parse(Source::new(FILE, text.clone()))
        .unwrap_or_else(|error| panic!("with what is accepted it is not read: {error}\n{text}"));
    let before = Project::parse(source.clone())?;
    let added = again.audit.accepted.iter().filter(|known| known.reason == entry.reason).count();
    assert_eq!(again.audit.accepted.len(), before.audit.accepted.len() + 1, "{text}");
    assert!(added >= 1, "{text}");
    Ok(())
}

#[test]
fn project() {
    let example = project_text();
    let with_url = example.replacen("${PREPROD_DATABASE_URL}", "postgresql://h:5432/d?sslmode=require", 1);
    let samples = [example.into_bytes(), with_url.into_bytes()];
    fuzz::run("project", &samples, project_read, names_the_file);
}

/// A password that was written into the file, against the rules, is not shown to whoever looks on.
#[test]
fn project_with_a_password() {
    let wrong = project_text()
        .replacen("${PREPROD_DATABASE_URL}", &format!("postgresql://u:{SECRET}@h/d"), 1)
        .replace(&format!("\"printf\", \"{SECRET}\""), "\"true\"");
    fuzz::any("project with a password", &[wrong.into_bytes()], |bytes| {
        let outcome = source(bytes).and_then(Project::parse);
        if let Err(error) = &outcome {
            fuzz::is_one_line(error);
            owed(bytes, error);
        }
        outcome.is_ok()
    });
}

#[test]
fn keymap() {
    let own = "[scroll]\ndown = [\"j\", \"ctrl-alt-f12\"]\ntop = \"g g\"\n";
    let samples = [
        own.as_bytes().to_vec(),
        include_bytes!("../../keymaps/default.toml").to_vec(),
        include_bytes!("../../keymaps/vim.toml").to_vec(),
        include_bytes!("../../keymaps/emacs.toml").to_vec(),
    ];
    fuzz::run("keymap", &samples, |bytes| Keys::load(&[source(bytes)?]).map(drop), names_the_file);
}

#[test]
fn key() {
    let good: Vec<Vec<u8>> = ["g g", "ctrl-alt-shift-f12", "space", "ü", "enter tab", "shift-ß"]
        .map(|text| text.as_bytes().to_vec())
        .to_vec();
    fuzz::any("key", &good, |bytes| {
        let Ok(chord) = Key::parse_chord(&String::from_utf8_lossy(bytes)) else { return false };
        let text = chord.iter().map(Key::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(Key::parse_chord(&text), Ok(chord), "written as {text:?}");
        true
    });
}

#[test]
fn theme() {
    let own = "base = \"dark\"\nbackground = \"#102030\"\n[palette]\nred = \"#f00\"\nfaint = \"red\"\n\
               [roles]\ntext = \"red on default bold\"\n";
    let built_in: Vec<_> = Theme::names().map(|name| Theme::built_in(name).unwrap().text.into_bytes()).collect();
    let under = Theme::read(&Theme::built_in(Theme::names().next().unwrap()).unwrap(), None).unwrap();
    let read = |bytes: &[u8]| Theme::read(&source(bytes)?, Some(&under)).map(drop);
    let mut samples = built_in;
    samples.extend(Some(own.as_bytes().to_vec()).filter(|own| read(own).is_ok()));
    fuzz::run("theme", &samples, read, names_the_file);
}

#[test]
fn preferences() {
    let own = "theme = \"mine.toml\"\nkeymap = \"vim\"\nascii = true\nmouse = false\ncsv_safe = true\n";
    let read = |bytes: &[u8]| Preferences::read(&source(bytes)?, Path::new("/none")).map(drop);
    fuzz::run("preferences", &[own.as_bytes().to_vec()], read, names_the_file);
}
