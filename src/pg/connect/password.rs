//! Where the password comes from: the URL, the section's `password_command`, `PGPASSWORD`, the password file.
//!
//! The section's own command comes before what the shell holds for all environments: a `PGPASSWORD` that is
//! meant for one of them must not be sent to the server of another.

use std::{process::Stdio, time::Duration};

use secrecy::SecretString;
use tokio::{
    io::AsyncReadExt,
    process::{Child, Command},
    time::timeout,
};

use super::{conninfo::Conninfo, passfile};
use crate::core::error::{Error, Result};

const PATIENCE: Duration = Duration::from_secs(30);
/// No password is longer; a command that writes without end must not fill the memory.
const MOST: u64 = 64 * 1024;

/// A password, and whether asking again could give another one.
pub(super) struct Password {
    pub(super) secret: Option<SecretString>,
    /// It came from an earlier run of `password_command`: short-lived ones expire.
    pub(super) may_be_stale: bool,
}

/// Finds the password. A command runs once for all connections of an environment, unless `again`.
pub(super) async fn find(conninfo: &Conninfo, again: bool) -> Result<Password> {
    let fresh = |secret| Password { secret, may_be_stale: false };
    if conninfo.password.is_some() {
        return Ok(fresh(conninfo.password.clone()));
    }
    if conninfo.password_command.is_empty() {
        return Ok(fresh(passfile::password(conninfo).await));
    }
    // Held while the command runs, so that four connections opened at once ask once.
    let mut kept = conninfo.remembered.password.lock().await;
    if let Some(secret) = kept.as_ref().filter(|_| !again) {
        return Ok(Password { secret: Some(secret.clone()), may_be_stale: true });
    }
    let secret = run(&conninfo.password_command).await?;
    *kept = Some(secret.clone());
    Ok(fresh(Some(secret)))
}

/// Runs `command` without a shell; the first line of what it prints is the password. Dropping the
/// future ends the command. What it prints, on stdout or stderr, is never shown.
async fn run(command: &[String]) -> Result<SecretString> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Error::usage("password_command is empty"));
    };
    let name = format!("password_command `{program}`");
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Error::connect(format!("{name} cannot be started: {}", error.kind())))?;
    match timeout(PATIENCE, finish(&mut child)).await {
        Ok(Ok(Ok(line))) => password_in(&line).ok_or_else(|| Error::connect(format!("{name} printed no password"))),
        Ok(Ok(Err(status))) => {
            Err(Error::connect(format!("{name} failed: {status}")).hint("run it by hand to see what it says"))
        }
        Ok(Err(error)) => Err(Error::connect(format!("{name} failed: {}", error.kind()))),
        Err(_) => Err(Error::connect(format!("{name} did not end within {} s and was stopped", PATIENCE.as_secs()))
            .hint("it cannot ask anything: it has no terminal")),
    }
}

/// The output, or how the command failed.
async fn finish(child: &mut Child) -> std::io::Result<Result<Vec<u8>, std::process::ExitStatus>> {
    let mut output = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MOST).read_to_end(&mut output).await?;
    }
    let status = child.wait().await?;
    Ok(if status.success() { Ok(output) } else { Err(status) })
}

fn password_in(output: &[u8]) -> Option<SecretString> {
    let text = std::str::from_utf8(output).ok()?;
    let line = text.lines().next().filter(|line| !line.is_empty())?;
    Some(SecretString::from(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    async fn shell(script: &str) -> Result<String> {
        let command = ["sh", "-c", script].map(str::to_owned);
        run(&command).await.map(|secret| secret.expose_secret().to_owned())
    }

    #[tokio::test]
    async fn the_first_line_is_the_password() {
        assert_eq!(shell("printf 'hunter2\\r\\nlogin: ada\\n'").await, Ok("hunter2".into()));
        assert_eq!(shell("printf hunter2").await, Ok("hunter2".into()));
    }

    #[tokio::test]
    async fn a_failure_names_the_command_and_its_status_and_nothing_it_printed() {
        let error = shell("echo hunter2; echo hunter2 >&2; exit 3").await.expect_err("fails").to_string();
        assert!(error.starts_with("password_command `sh` failed: exit status: 3"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        assert!(shell("true").await.expect_err("nothing").to_string().contains("printed no password"));
        let missing = run(&["/nowhere/pass".to_owned()]).await.expect_err("missing").to_string();
        assert_eq!(missing, "password_command `/nowhere/pass` cannot be started: entity not found");
    }

    #[tokio::test(start_paused = true)]
    async fn a_command_that_does_not_end_is_stopped() {
        let error = shell("exec sleep 1000").await.expect_err("stopped").to_string();
        assert!(error.contains("did not end within 30 s"), "{error}");
    }
}
