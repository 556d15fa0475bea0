//! Where a story takes place: a folder with a project and a state of its own, and the program to be run in it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
    time::Duration,
};

use assert_cmd::Command;
use predicates::{Predicate, str::contains};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::world::{self, Databases};

/// Nothing takes as long unless it hangs.
pub const SOON: Duration = Duration::from_secs(60);
/// Stands in the project's addresses and must never be seen.
pub const SECRET: &str = "hunter2-geheim";

pub struct Desk {
    folder: TempDir,
    pub databases: Databases,
}

impl Desk {
    /// For a story that only reads.
    pub fn reading() -> Desk {
        Desk::at(world::shared())
    }

    /// For a story that writes.
    pub async fn writing() -> Desk {
        Desk::at(world::copies().await)
    }

    fn at(databases: Databases) -> Desk {
        let desk = Desk { folder: tempfile::tempdir().unwrap(), databases };
        desk.write("pgdeck.toml", include_str!("../../examples/innotrue/pgdeck.toml"));
        desk
    }

    /// A path in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes the example's project with `from` replaced by `to`.
    pub fn project(&self, from: &str, to: &str) {
        let text = include_str!("../../examples/innotrue/pgdeck.toml");
        assert!(text.contains(from), "{from}");
        self.write("pgdeck.toml", text.replacen(from, to, 1));
    }

    /// Variables of the program; nothing else of the caller's reaches it.
    pub fn variables(&self) -> Vec<(&'static str, String)> {
        let folder = self.folder.path().display().to_string();
        let mut variables = vec![
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("HOME", folder.clone()),
            ("PRODUCTION_DATABASE_URL", self.databases.production()),
            ("PREPROD_DATABASE_URL", self.databases.preprod()),
            ("PGPASSWORD", SECRET.into()),
        ];
        variables.extend(std::env::var("TMPDIR").map(|folder| ("TMPDIR", folder)));
        variables
    }

    /// The program, about to run in the folder.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(program());
        command.env_clear().envs(self.variables()).current_dir(self.folder.path()).timeout(SOON);
        command.args(line.split_whitespace());
        command
    }

    /// Agrees to what the project runs, as its user does. A command is shown in full, secrets in it included.
    pub fn trust(&self) {
        self.command("trust --yes").assert().success();
    }

    /// Runs what has to work; returns what it printed.
    pub fn fine(&self, line: &str) -> String {
        self.exits(0, line)
    }

    /// Runs what ends with `code` and still has a result to print.
    pub fn exits(&self, code: i32, line: &str) -> String {
        let said = Said::of(&mut self.command(line));
        assert_eq!((said.code, said.err.as_str()), (code, ""), "`{line}` printed {}", said.out);
        said.out
    }

    /// The same as JSON.
    pub fn json(&self, line: &str) -> Json {
        serde_json::from_str(&self.fine(&format!("{line} --format json"))).unwrap()
    }

    /// Runs what has to fail, twice: as one line that contains `says`, and as JSON.
    pub fn fails(&self, code: i32, line: &str, says: &str) -> String {
        self.fails_with(code, line, says, |command| command)
    }

    /// The same with the program's surroundings changed by `change`.
    pub fn fails_with(
        &self,
        code: i32,
        line: &str,
        says: &str,
        change: impl Fn(&mut Command) -> &mut Command,
    ) -> String {
        let said = Said::of(change(&mut self.command(line)));
        assert_eq!(said.code, code, "`{line}` said {}{}", said.out, said.err);
        said.is_one_line_on_stderr(line);
        assert!(contains(says).eval(&said.err), "`{line}` does not say `{says}` but {}", said.err);
        let json = Said::of(change(&mut self.command(line)).args(["--format", "json"]));
        json.is_json_error(code, line);
        said.err
    }

    /// Runs what clap refuses, in its own words.
    pub fn misused(&self, line: &str, says: &str) {
        let said = Said::of(&mut self.command(line));
        assert_eq!((said.code, said.out.as_str()), (2, ""), "`{line}`");
        assert!(said.err.starts_with("error: ") && said.err.contains(says), "`{line}` said {}", said.err);
    }
}

pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_pgdeck"))
}

/// What the program said, and how it ended.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(command: &mut Command) -> Said {
        Said::from(command.output().unwrap())
    }

    pub fn is_one_line_on_stderr(&self, what: &str) {
        assert_eq!(self.out, "", "`{what}` failed and printed a result");
        assert!(self.err.starts_with("pgdeck: "), "`{what}` said {}", self.err);
        assert!(self.err.ends_with('\n') && self.err.matches('\n').count() == 1, "`{what}` said {}", self.err);
    }

    fn is_json_error(&self, code: i32, what: &str) {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "`{what}` as JSON said {}", self.err);
        assert_eq!(self.err.matches('\n').count(), 1, "`{what}` said {}", self.err);
        let json: Json = serde_json::from_str(&self.err).unwrap_or_else(|error| panic!("{error}: {}", self.err));
        let word = json["error"]["code"].as_str().unwrap();
        let words = [
            (2, "usage"),
            (3, "connect"),
            (4, "refused"),
            (5, "stale"),
            (6, "rolled-back"),
            (7, "server"),
            (8, "unknown"),
            (9, "unrecorded"),
            (70, "internal"),
            (130, "interrupted"),
        ];
        assert!(words.contains(&(code, word)), "`{what}` ended with {code}, its JSON says {word}");
        assert!(json["error"]["message"].as_str().is_some_and(|message| !message.is_empty()), "{json}");
        for key in ["environment", "object", "hint", "sqlstate"] {
            assert!(json["error"].get(key).is_some(), "`{key}` is missing in {json}");
        }
    }
}

impl From<Output> for Said {
    /// Holds for everything the program ever says: it is text, no secret, no panic, nothing that acts on a terminal.
    fn from(output: Output) -> Said {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let said = Said {
            code: output.status.code().expect("ended by itself"),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        for text in [&said.out, &said.err] {
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "raw control character in {text:?}");
            assert!(!text.contains(SECRET), "{text}");
            for trace in ["panicked", "backtrace", "Location:", "RUST_"] {
                assert!(!text.contains(trace), "{text}");
            }
        }
        said
    }
}
