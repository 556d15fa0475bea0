//! What a project file makes pgdeck run, and what its user agreed to.
//!
//! An agreement is about one thing that is run: it is kept as a SHA-256 over the project file's path and everything that
//! decides what happens. An edit of that asks again; any other edit does not.

use serde::{Deserialize, Serialize};

use super::{error::Error, migrations::checksum::sha256};

/// Something that a project file makes pgdeck run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Runs {
    /// A program that prints a password.
    Command(Command),
    /// The SQL of a folder, on a throw-away server.
    Replay(Replay),
}

/// `password_command` of an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Command {
    /// The environment.
    pub environment: String,
    /// Where it is written, as `file:line`.
    pub place: String,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Where its output is sent, as written in the file.
    pub sent_to: Vec<String>,
    /// Files of the project that the command names, each with the SHA-256 of its content.
    pub files: Vec<(String, String)>,
}

/// Migrations that are replayed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replay {
    /// Where the folder is written, as `file:line`, or the file where it is not.
    pub place: String,
    /// The folder, in full.
    pub folder: String,
    /// The folder as it was typed, where it is not the project's own.
    pub dir: Option<String>,
    /// The file that is run before the first migration, in full.
    pub before: Option<String>,
    /// How many migrations there are.
    pub files: usize,
    /// The SHA-256 of all that is run, where it is run as a superuser.
    pub as_superuser: Option<String>,
}

impl Runs {
    /// Where it is written, as `file:line`.
    pub fn place(&self) -> &str {
        match self {
            Runs::Command(command) => &command.place,
            Runs::Replay(replay) => &replay.place,
        }
    }

    /// The environment that it is about.
    pub fn environment(&self) -> Option<&str> {
        match self {
            Runs::Command(command) => Some(&command.environment),
            Runs::Replay(_) => None,
        }
    }

    /// What is run, in full.
    pub fn what(&self) -> String {
        match self {
            Runs::Command(command) => format!("password_command {}", quoted(&command.command)),
            Runs::Replay(replay) => {
                let files = if replay.files == 1 { "1 file".to_owned() } else { format!("{} files", replay.files) };
                let before = replay.before.as_ref().map(|file| format!(", after {file}")).unwrap_or_default();
                format!("replay of the migrations in {} ({files}){before}", replay.folder)
            }
        }
    }

    /// How and for what, one sentence each.
    pub fn about(&self) -> Vec<String> {
        match self {
            Runs::Command(command) => {
                let to = command.sent_to.join(", ");
                let mut lines = vec![format!("runs on this computer, as you; the first line it prints is the password sent to {to}")];
                lines.extend(command.files.iter().map(|(path, digest)| format!("{path} is part of it, SHA-256 {digest}")));
                lines
            }
            Runs::Replay(Replay { as_superuser: None, .. }) => {
                vec!["runs on a throw-away server, as a role without superuser rights".to_owned()]
            }
            Runs::Replay(Replay { as_superuser: Some(digest), .. }) => vec![
                "runs on a throw-away server as a superuser: this SQL can start programs and read and write files as you"
                    .to_owned(),
                format!("holds for these files as they are now, SHA-256 {digest}"),
            ],
        }
    }

    /// What an agreement to it is known by.
    pub fn digest(&self, project: &str) -> String {
        let json = match self {
            Runs::Command(Command { environment, command, sent_to, files, .. }) => {
                serde_json::json!(["password_command", project, environment, command, sent_to, files])
            }
            Runs::Replay(Replay { folder, before, as_superuser, .. }) => {
                serde_json::json!(["replay", project, folder, before, as_superuser])
            }
        };
        sha256(&json.to_string())
    }

    /// Why it is not run.
    pub fn refusal(&self) -> Error {
        let message = match self {
            Runs::Command(command) => format!("password_command was not agreed to: {}", quoted(&command.command)),
            Runs::Replay(Replay { folder, as_superuser: None, .. }) => {
                format!("replaying migrations was not agreed to: {folder}")
            }
            Runs::Replay(Replay { folder, .. }) => {
                format!("replaying these migrations as a superuser was not agreed to: {folder}")
            }
        };
        let hint = format!("run `pgdeck trust{}` to see and agree", self.options());
        let error = Error::refused(message).at(self.place()).hint(hint).lasting();
        match self.environment() {
            Some(environment) => error.env(environment),
            None => error,
        }
    }

    /// What `pgdeck trust` has to be told to ask about it.
    fn options(&self) -> String {
        let Runs::Replay(Replay { dir, as_superuser, .. }) = self else { return String::new() };
        let dir = dir.as_ref().map(|dir| format!(" --dir {dir}")).unwrap_or_default();
        if as_superuser.is_some() { format!("{dir} --as-superuser") } else { dir }
    }
}

/// A command as it is written in the file.
fn quoted(command: &[String]) -> String {
    let words: Vec<_> = command.iter().map(|word| serde_json::Value::from(word.as_str()).to_string()).collect();
    format!("[{}]", words.join(", "))
}

/// Something that was agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// The project file, in full.
    pub project: String,
    /// What is run.
    pub what: String,
    /// What it is known by.
    pub digest: String,
    /// When, in UTC.
    pub at: String,
}

/// Everything that was agreed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreements {
    /// The agreements, the oldest first.
    #[serde(rename = "pgdeck trust")]
    pub list: Vec<Agreement>,
}

impl Agreements {
    /// Whether `runs` of the file `project` was agreed to.
    pub fn hold(&self, project: &str, runs: &Runs) -> bool {
        let digest = runs.digest(project);
        self.list.iter().any(|agreement| agreement.digest == digest)
    }

    /// Takes in that `runs` of the file `project` was agreed to.
    pub fn add(&mut self, project: &str, runs: &Runs, at: &str) {
        if !self.hold(project, runs) {
            let (project, what, digest) = (project.to_owned(), runs.what(), runs.digest(project));
            self.list.push(Agreement { project, what, digest, at: at.to_owned() });
        }
    }

    /// Takes back everything about the file `project`; says how much that was.
    pub fn revoke(&mut self, project: &str) -> usize {
        let before = self.list.len();
        self.list.retain(|agreement| agreement.project != project);
        before - self.list.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command() -> Command {
        Command {
            environment: "production".into(),
            place: "pgdeck.toml:8".into(),
            command: vec!["pass".into(), "db".into()],
            sent_to: vec!["db.example.com".into()],
            files: Vec::new(),
        }
    }

    fn replay(as_superuser: Option<&str>) -> Replay {
        Replay {
            place: "pgdeck.toml".into(),
            folder: "/p/migrations".into(),
            dir: None,
            before: None,
            files: 3,
            as_superuser: as_superuser.map(str::to_owned),
        }
    }

    #[test]
    fn what_decides_what_happens_changes_the_digest_and_nothing_else_does() {
        let runs = Runs::Command(command());
        let digest = runs.digest("/p/pgdeck.toml");
        assert_eq!(
            Runs::Command(Command { place: "pgdeck.toml:9".into(), ..command() }).digest("/p/pgdeck.toml"),
            digest
        );
        let text = |text: &str| vec![text.to_owned()];
        let others = [
            Command { environment: "staging".into(), ..command() },
            Command { command: text("pass db"), ..command() },
            Command { command: vec!["pass".into(), "db".into(), String::new()], ..command() },
            Command { sent_to: text("evil.example.com"), ..command() },
            Command { files: vec![("pass".into(), "1".into())], ..command() },
        ];
        for other in others {
            assert_ne!(Runs::Command(other.clone()).digest("/p/pgdeck.toml"), digest, "{other:?}");
        }
        assert_ne!(runs.digest("/q/pgdeck.toml"), digest, "a copy elsewhere");
        let digest = |replay: Replay| Runs::Replay(replay).digest("/p/pgdeck.toml");
        assert_eq!(digest(Replay { files: 4, ..replay(None) }), digest(replay(None)));
        assert_ne!(digest(replay(Some("1"))), digest(replay(None)));
        assert_ne!(digest(replay(Some("1"))), digest(replay(Some("2"))));
        assert_ne!(digest(Replay { folder: "/q".into(), ..replay(None) }), digest(replay(None)));
        assert_ne!(digest(Replay { before: Some("/p/b".into()), ..replay(None) }), digest(replay(None)));
    }

    #[test]
    fn a_refusal_is_one_line_with_place_and_what_to_do() {
        let error = Runs::Command(Command { command: vec!["sh".into(), "a\n\"b".into()], ..command() }).refusal();
        assert_eq!(
            error.to_string(),
            "pgdeck.toml:8: production: password_command was not agreed to: [\"sh\", \"a\\n\\\"b\"] — run `pgdeck trust` to \
             see and agree"
        );
        assert!(
            Runs::Replay(Replay { dir: Some("db".into()), ..replay(Some("1")) })
                .refusal()
                .to_string()
                .ends_with("run `pgdeck trust --dir db --as-superuser` to see and agree")
        );
    }

    #[test]
    fn what_is_revoked_is_of_one_project() {
        let (runs, mut agreements) = (Runs::Command(command()), Agreements::default());
        for project in ["/p/pgdeck.toml", "/p/pgdeck.toml", "/q/pgdeck.toml"] {
            agreements.add(project, &runs, "2026-11-20");
        }
        assert_eq!(agreements.list.len(), 2);
        assert_eq!(agreements.revoke("/p/pgdeck.toml"), 1);
        assert!(!agreements.hold("/p/pgdeck.toml", &runs) && agreements.hold("/q/pgdeck.toml", &runs));
    }
}
