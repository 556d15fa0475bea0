//! What a file does about transactions: which it begins and ends itself, and which statements none can hold.

use super::{
    file::File,
    scan::{Kind, Scanner},
    statements::{Statement, Statements},
    style::Style,
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
    let mut statements = whole(file)?;
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

/// The line of the first command of psql's own, alone or behind a statement, outside of the rows of a COPY: whatever
/// follows a backslash is no part of a statement, and would be left out.
fn backslash(file: &File, list: &[Statement]) -> Option<usize> {
    let part = file.forward();
    let mut scanner = Scanner::new(file.text.get(..part.end)?);
    let mut copies = list.iter().filter_map(|statement| statement.rows.as_ref()).peekable();
    scanner.skip_to(part.start);
    while let Some(piece) = scanner.next() {
        // The line break before the rows is in this piece, and perhaps some of what they begin with.
        if let Some(rows) = copies.next_if(|rows| rows.start <= piece.end) {
            scanner.skip_to((rows.end + 2).min(part.end));
        } else if piece.kind == Kind::Backslash {
            return Some(line_of(file, piece.start));
        }
    }
    None
}

/// The first statement that begins before the rows of the COPY that it follows.
fn beside_rows(list: &[Statement]) -> Option<&Statement> {
    let begins_before =
        |pair: &&[Statement]| pair[0].rows.as_ref().is_some_and(|rows| pair[1].range.start < rows.start);
    list.windows(2).find(begins_before).map(|pair| &pair[1])
}

fn line_of(file: &File, at: usize) -> usize {
    1 + file.text.get(..at).unwrap_or_default().matches('\n').count()
}

/// What keeps a file's text from being sent as it is: sections that its tool would read otherwise, what its tool would
/// fill in first, and what no server takes.
fn unsent(file: &File) -> Result<(), Trouble> {
    let part = file.forward();
    if let Some(at) = file.text.get(part.clone()).and_then(|text| text.find('\0')) {
        let detail = "a byte of zero is in it, which no server takes".into();
        return Err(Trouble { line: line_of(file, part.start + at), detail, hint: "take it out" });
    }
    match (file.kind, file.style) {
        (super::file::Kind::UpAndDown, _) => sections(file),
        (_, Style::Flyway) => match placeholder(file) {
            Some(line) => {
                let detail =
                    "Flyway would put a value in place of this placeholder, and pgdeck does not know it".into();
                Err(Trouble { line, detail, hint: "write the value, or run this file with Flyway" })
            }
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// Whether a file of both ways has one section that goes forward, and nothing before it: what stood elsewhere would be
/// recorded and not run.
fn sections(file: &File) -> Result<(), Trouble> {
    let hint =
        "let one line `-- migrate:up` stand before what is run, and one line `-- migrate:down` before the way back";
    let mark = |line: &str| {
        let rest = line.trim_start().strip_prefix("--")?.trim_start().strip_prefix("migrate:")?;
        rest.split_whitespace().next().map(str::to_owned)
    };
    let marks: Vec<(usize, String)> =
        file.text.lines().enumerate().filter_map(|(at, line)| Some((at + 1, mark(line)?))).collect();
    let trouble = |line: usize, detail: &str| Err(Trouble { line, detail: detail.into(), hint });
    let Some(first) = marks.iter().position(|(_, word)| word == "up") else {
        return trouble(1, "there is no `-- migrate:up` in it, so that nothing of it would run");
    };
    let before = super::statements::split(file.text.get(..file.forward().start).unwrap_or_default());
    if let Some(statement) = before.list.first() {
        return trouble(statement.line, "this stands before `-- migrate:up`, and would not run");
    }
    match marks[first + 1..].iter().enumerate().find(|(at, (_, word))| *at > 0 || word != "down") {
        Some((_, (line, _))) => trouble(*line, "behind `-- migrate:up` only one `migrate:down` may follow"),
        None => Ok(()),
    }
}

/// The line of the first `${name}` that is in no comment.
fn placeholder(file: &File) -> Option<usize> {
    let named = |rest: &str| {
        let name = rest.split('}').next().unwrap_or_default();
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        name.len() < rest.len() && !name.is_empty() && name.chars().all(fits)
    };
    let text = file.text.get(file.forward())?;
    let comments: Vec<_> = Scanner::new(text).filter(|piece| piece.kind == Kind::Comment).collect();
    let outside = |at: usize| {
        let next = comments.partition_point(|piece| piece.end <= at);
        comments.get(next).is_none_or(|piece| at < piece.start)
    };
    let at = text.match_indices("${").map(|(at, _)| at).find(|at| named(&text[at + 2..]) && outside(*at))?;
    Some(line_of(file, file.forward().start + at))
}

/// How many of the first `done` statements stay that were run outside of a transaction: those that a transaction of
/// their own took back do not.
pub fn kept(text: &str, list: &[Statement], done: usize) -> usize {
    let (mut kept, mut open) = (0, None);
    for statement in &list[..done.min(list.len())] {
        match (control(&head(statement.text(text))), open) {
            (Some(Control::Begin), None) => open = Some(1),
            (Some(Control::Commit), Some(inside)) => (kept, open) = (kept + inside + 1, None),
            (Some(Control::Rollback), _) => open = None,
            (_, Some(inside)) => open = Some(inside + 1),
            (_, None) => kept += 1,
        }
    }
    kept
}

/// The statements of `file`, which are all that is in it.
///
/// # Errors
/// Text that does not end, the way back, psql's own commands, and what else would be left out.
pub fn whole(file: &File) -> Result<Statements, Trouble> {
    let statements = file.statements();
    if let Some((open, line)) = statements.unfinished {
        let detail = format!("{} begins here and does not end", open.words().0);
        return Err(Trouble { line, detail, hint: "end it" });
    }
    if let Some(line) = other_way(file) {
        let detail = "the file holds the way back, too, and its style does not say where that begins".into();
        return Err(Trouble { line, detail, hint: "set `style` under [migrations], or put the way back elsewhere" });
    }
    if let Some(line) = backslash(file, &statements.list) {
        let detail = "this is a command of psql's own, which no server understands".into();
        return Err(Trouble { line, detail, hint: "write it in SQL" });
    }
    if let Some(beside) = beside_rows(&statements.list) {
        let detail = "this stands on the line of a COPY whose rows follow".into();
        return Err(Trouble { line: beside.line, detail, hint: "give it a line of its own, behind the rows" });
    }
    unsent(file)?;
    Ok(statements)
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
            ["+goose" | "+migrate" | "+micrate" | "rambler", "down"] => true,
            ["migrate:down", ..] => file.kind != super::file::Kind::UpAndDown,
            _ => text.starts_with("--") && is_bare_mark(text),
        }
    };
    let part = file.forward();
    let text = file.text.get(part.clone())?;
    let comments = Scanner::new(text).filter(|piece| piece.kind == Kind::Comment);
    let found = comments.into_iter().find(|piece| is_mark(&text[piece.range()]))?;
    Some(1 + file.text[..part.start + found.start].matches('\n').count())
}

/// Whether a comment is nothing but the mark of node-pg-migrate, Play, tern, `MyBatis` or of a hand for the way back.
fn is_bare_mark(comment: &str) -> bool {
    let words: Vec<String> =
        comment.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["down" | "downs"] | ["down", "migration"] | ["create", "above", "drop", "below"] => true,
        ["undo"] => comment.contains('@'),
        _ => false,
    }
}

#[cfg(test)]
#[path = "transaction_tests.rs"]
mod tests;
