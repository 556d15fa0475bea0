//! What a file does about transactions: which it begins and ends itself, and which statements none can hold.

use super::{
    file::File,
    scan::{Kind, Scanner},
    statements::Statement,
};

/// How the statements of a file are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// All of them in one transaction, together with the record that they ran.
    Inside,
    /// Each for itself: what one has done stays when a later one fails.
    Outside,
}

/// What keeps a file from being run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The line of the statement that is in the way.
    pub line: usize,
    /// What is wrong, one line.
    pub detail: String,
    /// What to do, one line.
    pub hint: &'static str,
}

const MARK: &str = "begin the file with `-- no transaction`, or give the statement a file of its own";
const OWN: &str = "let the file begin with BEGIN and end with COMMIT and have neither in between, or begin it with `-- no \
                   transaction`";

/// How `file` is run, and which of its statements. A `BEGIN` that it starts with and the `COMMIT` that it ends with are
/// left out: the transaction that also holds the record takes their place. A file of one statement that no transaction
/// can hold is run outside of one without having asked: a statement alone is whole or not at all.
///
/// # Errors
/// Psql's own commands, text that does not end, transactions that nothing can be put around, and statements that none
/// can hold among others.
pub fn mode(file: &File) -> Result<(Mode, Vec<Statement>), Trouble> {
    let mut statements = file.statements();
    if let Some((open, line)) = statements.unfinished {
        let detail = format!("{} begins here and does not end", open.words().0);
        return Err(Trouble { line, detail, hint: "end it" });
    }
    if let Some(line) = other_way(file) {
        let detail = "the file holds the way back, too, and its style does not say where that begins".into();
        return Err(Trouble { line, detail, hint: "set `style` under [migrations], or put the way back elsewhere" });
    }
    if let Some(psql) = statements.list.iter().find(|statement| statement.psql) {
        let detail = "this is a command of psql's own, which no server understands".into();
        return Err(Trouble { line: psql.line, detail, hint: "write it in SQL" });
    }
    let heads: Vec<Vec<String>> = statements.list.iter().map(|statement| head(statement.text(&file.text))).collect();
    let controls: Vec<Option<Control>> = heads.iter().map(|head| control(head)).collect();
    if file.no_transaction() {
        balanced(&controls, &statements.list)?;
        return Ok((Mode::Outside, statements.list));
    }
    let wrapped = controls.len() >= 2
        && controls.first() == Some(&Some(Control::Begin))
        && controls.last() == Some(&Some(Control::Commit));
    let inner = if wrapped { 1..controls.len() - 1 } else { 0..controls.len() };
    if let Some(at) = inner.clone().find(|at| controls[*at].is_some()) {
        let detail = format!("{} cannot be run within the transaction around this file", heads[at].join(" "));
        return Err(Trouble { line: statements.list[at].line, detail, hint: OWN });
    }
    let unfit = inner.clone().find(|at| heads.get(*at).is_some_and(|head| is_unfit(head)));
    let list: Vec<Statement> = statements.list.drain(inner).collect();
    match unfit {
        None => Ok((Mode::Inside, list)),
        Some(_) if list.len() == 1 && !wrapped => Ok((Mode::Outside, list)),
        Some(at) => {
            let detail = format!("no transaction can hold {}", heads[at].join(" "));
            let line = list[at - usize::from(wrapped)].line;
            Err(Trouble { line, detail, hint: MARK })
        }
    }
}

/// A statement about the transaction that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Control {
    Begin,
    Commit,
    Rollback,
    /// What goes further: an isolation level, `AND CHAIN`, two phases.
    Other,
}

/// How many words are looked at.
const HEAD: usize = 6;

/// The first words of a statement, in capitals.
fn head(text: &str) -> Vec<String> {
    let pieces = Scanner::new(text).filter(|piece| !matches!(piece.kind, Kind::Space | Kind::Comment));
    let words = pieces.take_while(|piece| matches!(piece.kind, Kind::Word | Kind::Quoted));
    let mut head: Vec<String> = words.take(HEAD).map(|piece| text[piece.range()].to_uppercase()).collect();
    // `ALTER TABLE a.b DETACH PARTITION c CONCURRENTLY` says so only at its end.
    if starts(&head, &["ALTER", "TABLE"]) {
        let words = Scanner::new(text).filter(|piece| piece.kind == Kind::Word);
        let all: Vec<String> = words.take(40).map(|piece| text[piece.range()].to_uppercase()).collect();
        let detaches = all.windows(2).any(|pair| pair == ["DETACH", "PARTITION"]);
        if detaches && all.last().is_some_and(|last| last == "CONCURRENTLY" || last == "FINALIZE") {
            head = ["ALTER", "TABLE", "DETACH", "CONCURRENTLY"].map(str::to_owned).into();
        }
    }
    head
}

fn starts(head: &[String], words: &[&str]) -> bool {
    head.len() >= words.len() && head.iter().zip(words).all(|(found, word)| found == word)
}

fn control(head: &[String]) -> Option<Control> {
    let plain = |words: &[&str]| head[1..].iter().all(|word| words.contains(&word.as_str()));
    match head.first()?.as_str() {
        "BEGIN" if plain(&["WORK", "TRANSACTION"]) => Some(Control::Begin),
        "START" if starts(head, &["START", "TRANSACTION"]) && head.len() == 2 => Some(Control::Begin),
        "COMMIT" | "END" if plain(&["WORK", "TRANSACTION"]) => Some(Control::Commit),
        "ROLLBACK" if head[1..].iter().any(|word| word == "TO") => None,
        "ROLLBACK" | "ABORT" if plain(&["WORK", "TRANSACTION"]) => Some(Control::Rollback),
        "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" => Some(Control::Other),
        "PREPARE" if starts(head, &["PREPARE", "TRANSACTION"]) => Some(Control::Other),
        _ => None,
    }
}

/// Whether whatever a file begins that runs outside of a transaction, it ends.
fn balanced(controls: &[Option<Control>], list: &[Statement]) -> Result<(), Trouble> {
    let mut begun = None;
    for (control, statement) in controls.iter().zip(list) {
        match control {
            Some(Control::Begin) => begun = Some(statement.line),
            Some(Control::Commit | Control::Rollback) => begun = None,
            Some(Control::Other) => {
                let detail = "pgdeck does not follow this kind of transaction".into();
                return Err(Trouble { line: statement.line, detail, hint: "write BEGIN, COMMIT or ROLLBACK alone" });
            }
            None => {}
        }
    }
    match begun {
        None => Ok(()),
        Some(line) => {
            Err(Trouble { line, detail: "this transaction is never ended".into(), hint: "end it with COMMIT" })
        }
    }
}

/// What the server refuses within a transaction (each command's page in the manual's part VI).
const UNFIT: [&[&str]; 14] = [
    &["VACUUM"],
    &["CREATE", "DATABASE"],
    &["DROP", "DATABASE"],
    &["CREATE", "TABLESPACE"],
    &["DROP", "TABLESPACE"],
    &["ALTER", "SYSTEM"],
    &["CREATE", "INDEX", "CONCURRENTLY"],
    &["CREATE", "UNIQUE", "INDEX", "CONCURRENTLY"],
    &["DROP", "INDEX", "CONCURRENTLY"],
    &["REINDEX", "DATABASE"],
    &["REINDEX", "SYSTEM"],
    &["REINDEX", "SCHEMA"],
    &["ALTER", "TABLE", "DETACH", "CONCURRENTLY"],
    &["DISCARD", "ALL"],
];

fn is_unfit(head: &[String]) -> bool {
    let reindexes = starts(head, &["REINDEX"]) && head.get(2).is_some_and(|word| word == "CONCURRENTLY");
    reindexes || UNFIT.iter().any(|words| starts(head, words))
}

/// The line of a comment by which a tool marks the way back in a file of both ways (goose, sql-migrate, dbmate), where
/// the file's own style knows of none.
pub(super) fn other_way(file: &File) -> Option<usize> {
    let is_mark = |text: &str| {
        let words: Vec<String> =
            text.trim_start_matches('-').split_whitespace().take(2).map(str::to_lowercase).collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["+goose" | "+migrate", "down"] => true,
            ["migrate:down", ..] => file.kind != super::file::Kind::UpAndDown,
            _ => false,
        }
    };
    let part = file.forward();
    let text = file.text.get(part.clone())?;
    let comments = Scanner::new(text).filter(|piece| piece.kind == Kind::Comment);
    let found = comments.into_iter().find(|piece| is_mark(&text[piece.range()]))?;
    Some(1 + file.text[..part.start + found.start].matches('\n').count())
}

#[cfg(test)]
#[path = "transaction_tests.rs"]
mod tests;
