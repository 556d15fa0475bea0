//! The one error type: what happened, where, and what to do next.

use std::fmt;

/// The classes of failure that scripts can tell apart. Each has a documented exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The arguments or a file that pgdeck reads are wrong.
    Usage,
    /// No usable connection: server programs missing, unreachable, refused, wrong password.
    Connect,
    /// The guard said no: not writable, wrong name typed, no plan.
    Refused,
    /// The target is no longer what was reviewed.
    Stale,
    /// Something failed while rows or files were written; the transaction was rolled back.
    RolledBack,
    /// The server refused or failed, and nothing was being written.
    Server,
    /// COMMIT was sent, and nobody knows whether it was done.
    Unknown,
    /// Committed, but the journal does not say how the run ended.
    Unrecorded,
    /// A fault of pgdeck, or of the machine that it runs on.
    Internal,
    /// Stopped by the operator.
    Interrupted,
}

impl Code {
    /// The process exit code of `design/cli`.
    pub fn exit(self) -> u8 {
        match self {
            Code::Usage => 2,
            Code::Connect => 3,
            Code::Refused => 4,
            Code::Stale => 5,
            Code::RolledBack => 6,
            Code::Server => 7,
            Code::Unknown => 8,
            Code::Unrecorded => 9,
            Code::Internal => 70,
            Code::Interrupted => 130,
        }
    }

    /// The word used in the JSON form of an error.
    pub fn word(self) -> &'static str {
        match self {
            Code::Usage => "usage",
            Code::Connect => "connect",
            Code::Refused => "refused",
            Code::Stale => "stale",
            Code::RolledBack => "rolled-back",
            Code::Server => "server",
            Code::Unknown => "unknown",
            Code::Unrecorded => "unrecorded",
            Code::Internal => "internal",
            Code::Interrupted => "interrupted",
        }
    }
}

/// A failure, described for the person who has to act on it. Never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Error {
    /// Which class of failure.
    pub code: Code,
    /// What happened, one line.
    pub message: String,
    /// The file and line, where a file is at fault.
    pub place: Option<String>,
    /// The environment it happened in.
    pub environment: Option<String>,
    /// The table, row, set or file that it happened to.
    pub object: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
    /// The SQLSTATE of the server's answer (PostgreSQL manual, appendix A).
    pub sqlstate: Option<String>,
    /// What lies beneath, for whoever looks for the cause; the nearest first.
    pub causes: Vec<String>,
    /// Whether trying the same again cannot help: somebody has to change something first.
    pub lasting: bool,
    /// Whether the message says what became of what was to be written.
    pub outcome_said: bool,
}

/// The most characters of a part: what was typed or stands in a file may be of any length, and an error is a line.
const LONGEST: usize = 4000;
/// How many of them are those of its end.
const LAST: usize = 500;

/// `text` without the user and the password of an address, wherever one was written or pasted.
fn without_credentials(text: String) -> String {
    const BEGINNING: &str = "://";
    if !text.contains(BEGINNING) {
        return text;
    }
    let mut parts = text.split(BEGINNING);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let address = part.find(|c: char| c.is_whitespace() || "`\"'<>".contains(c)).unwrap_or(part.len());
        let credentials = part[..address].rfind('@').filter(|at| part[..*at].contains(':'));
        out += BEGINNING;
        match credentials {
            Some(at) => {
                out.push('…');
                out += &part[at..];
            }
            None => out += part,
        }
    }
    out
}

/// `text`, with its middle left out where it is longer than anybody reads.
fn readable(text: String) -> String {
    let text = without_credentials(text);
    if text.len() <= LONGEST {
        return text;
    }
    let count = text.chars().count();
    if count <= LONGEST {
        return text;
    }
    let (first, last) = (text.chars().take(LONGEST - LAST - 1), text.chars().skip(count - LAST));
    first.chain(['…']).chain(last).collect()
}

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A failure of class `code`.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Error {
            code,
            message: readable(message.into()),
            place: None,
            environment: None,
            object: None,
            hint: None,
            sqlstate: None,
            causes: Vec::new(),
            lasting: false,
            outcome_said: false,
        }
    }

    /// Wrong arguments or a wrong file.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Code::Usage, message)
    }

    /// Cannot connect.
    pub fn connect(message: impl Into<String>) -> Self {
        Self::new(Code::Connect, message)
    }

    /// Refused by the guard.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(Code::Refused, message)
    }

    /// Changed since the review.
    pub fn stale(message: impl Into<String>) -> Self {
        Self::new(Code::Stale, message)
    }

    /// Failed and rolled back.
    pub fn rolled_back(message: impl Into<String>) -> Self {
        Self::new(Code::RolledBack, message)
    }

    /// Refused by the server, or failed in it, while nothing was being written.
    pub fn server(message: impl Into<String>) -> Self {
        Self::new(Code::Server, message)
    }

    /// A fault of pgdeck, or of the machine that it runs on.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::Internal, message)
    }

    /// The same error where it ends a transaction that writes: what the server refuses was rolled back.
    #[must_use]
    pub fn in_transaction(self) -> Self {
        match self.code {
            Code::Usage | Code::Server => Error { code: Code::RolledBack, ..self },
            _ => self,
        }
    }

    /// Says that everything was rolled back.
    #[must_use]
    pub fn all_rolled_back(self) -> Self {
        self.with_outcome("everything was rolled back")
    }

    /// Says that nothing was written.
    #[must_use]
    pub fn nothing_written(self) -> Self {
        self.with_outcome("nothing was written")
    }

    fn with_outcome(mut self, outcome: &str) -> Self {
        if !self.outcome_said {
            self.message = format!("{}; {outcome}", self.message);
            self.outcome_said = true;
        }
        self
    }

    /// Says that trying the same again cannot help.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.lasting = true;
        self
    }

    /// Names the file (and line) at fault, as `file:line`.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.place = Some(place.to_string());
        self
    }

    /// Names the environment.
    #[must_use]
    pub fn env(mut self, environment: impl Into<String>) -> Self {
        self.environment.get_or_insert(environment.into());
        self
    }

    /// Names the object.
    #[must_use]
    pub fn object(mut self, object: impl fmt::Display) -> Self {
        self.object.get_or_insert_with(|| readable(object.to_string()));
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(readable(hint.into()));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.place, &self.environment, &self.object].into_iter().flatten() {
            write!(f, "{}: ", super::text::printable(part))?;
        }
        write!(f, "{}", super::text::printable(&self.message))?;
        if let Some(hint) = &self.hint {
            write!(f, " — {}", super::text::printable(hint))?;
        }
        Ok(())
    }
}

/// The known name nearest to `typed`, if one is near enough to be meant.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (lower, length) = (typed.to_lowercase(), typed.chars().count());
    let allowed = |name: &str| 2.max(name.chars().count() / 3);
    known
        .into_iter()
        // Lengths that differ by more cannot be near; and what was typed may be very long.
        .filter(|name| name.chars().count().abs_diff(length) <= allowed(name))
        .map(|name| (strsim::damerau_levenshtein(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed(name))
        .min()
        .map(|(_, name)| name)
}

/// "did you mean …" where something is near, else the list of what there is.
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(name) = nearest(typed, known.clone()) {
        return format!("did you mean `{name}`?");
    }
    let names: Vec<_> = known.into_iter().collect();
    if names.is_empty() { "none are defined".into() } else { format!("available: {}", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_names_place_environment_object_and_what_to_do() {
        let error = Error::stale("title changed").env("preprod").object("public.plans").hint("review again");
        assert_eq!(error.to_string(), "preprod: public.plans: title changed — review again");
    }

    #[test]
    fn that_nothing_was_written_is_said_once() {
        let written = Error::rolled_back("duplicate key").nothing_written();
        assert_eq!(written.message, "duplicate key; nothing was written");
        assert_eq!(written.clone().nothing_written().all_rolled_back(), written);
        let changed = Error::stale("it changed").all_rolled_back().nothing_written();
        assert_eq!(changed.message, "it changed; everything was rolled back");
    }

    #[test]
    fn control_characters_of_a_server_message_are_made_visible() {
        let error = Error::connect("bad \u{1b}[31m thing\nsecond line");
        assert_eq!(error.to_string(), "bad ␛[31m thing␊second line");
    }

    #[test]
    fn what_is_very_long_keeps_its_beginning_and_its_end() {
        let long = format!("unknown key `{}` here", "ü".repeat(1_000_000));
        let error = Error::usage(&long).object(&long).hint(&long);
        for part in [Some(error.message), error.object, error.hint].into_iter().flatten() {
            assert_eq!(part.chars().count(), LONGEST);
            assert!(part.starts_with("unknown key `üü") && part.contains("ü…ü") && part.ends_with("ü` here"));
        }
        let fits = "ü".repeat(LONGEST);
        assert_eq!(Error::usage(&fits).message, fits);
    }

    #[test]
    fn an_address_in_the_wrong_place_keeps_its_password() {
        let error = Error::usage("unknown word `postgresql://u:p/@ss@h/d`, or http://x/a:b").object("a://u:b@c");
        assert_eq!(error.to_string(), "a://…@c: unknown word `postgresql://…@h/d`, or http://x/a:b");
        assert_eq!(Error::usage("see https://u@h/ and ://").message, "see https://u@h/ and ://");
    }

    #[test]
    fn nearest_finds_typos_and_leaves_strangers() {
        assert_eq!(nearest("plnas", ["plans", "features"]), Some("plans"));
        assert_eq!(nearest("zebra", ["plans", "features"]), None);
    }
}
