//! What a sync leaves in files: one door for all of it, as the console needs it.
//!
//! Each is written by what the verb of that name writes it with. A person who types a verb names the file in it; here
//! a name is proposed, so a file that pgdeck did not write as the same thing is never replaced.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read},
    path::Path,
    sync::Arc,
};

use super::{export_file, query, save_report, seed};
use crate::{
    app::{
        deck::Deck,
        job::Job,
        store::{self, Existing},
    },
    core::{
        error::{Error, Result},
        sql_text::printable_sql,
        sync::{
            diff::Review,
            plan::Plan,
            report::{self, Report},
            script,
            select::Selection,
        },
    },
};

/// Something to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// A review as a document: Markdown or JSON, by the ending of the file's name.
    Report(Chosen),
    /// A plan as SQL for any editor.
    Script(Chosen),
    /// A plan for `sync apply`.
    Plan(Chosen),
    /// Rows with a checksum.
    Bundle(Rows),
    /// Rows in their region of a team's SQL file.
    Seed(Rows),
    /// The statement that reads rows by hand; the environment is the one whose tables it names.
    Query(Rows),
}

/// A review, and what was chosen of it.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// All that differs.
    pub review: Arc<Review>,
    /// What was chosen of it.
    pub selection: Selection,
}

impl PartialEq for Chosen {
    /// Of the very same review.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.review, &other.review) && self.selection == other.selection
    }
}

impl Eq for Chosen {}

/// The rows of sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The sets; all when empty.
    pub sets: Vec<String>,
    /// Whose.
    pub environment: String,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// How many rows the file holds now, where it holds rows and nothing else.
    pub rows: Option<usize>,
    /// Whether the file is another than before.
    pub changed: bool,
}

/// Writes `output` to `path`. An older file of the same kind is replaced, as by the verb; a seed's region is written
/// into whatever file it is. Any other file is left alone, and that is an error.
pub async fn write(deck: &Deck, job: &Job, output: &Output, path: &Path) -> Result<Written> {
    let existing = free(output, path)?;
    let plan = |chosen: &Chosen| Plan::build(&deck.project.name, &chosen.review, &chosen.selection);
    let mut written = Written { rows: None, changed: true };
    match output {
        Output::Report(chosen) => {
            let report = Report { review: &chosen.review, selection: &chosen.selection, plan: &plan(chosen)? };
            save_report(&report, path, existing)?;
        }
        Output::Script(chosen) => store::write_named(path, script::script(&plan(chosen)?)?.as_bytes(), existing)?,
        Output::Plan(chosen) => {
            let plan = plan(chosen)?;
            store::write_with(path, existing, |to| plan.write(to))?;
        }
        Output::Bundle(rows) => {
            let exported = Box::pin(export_file(deck, job, &rows.sets, &rows.environment, path, existing)).await?;
            written.rows = Some(exported.tables.iter().map(|(_, rows)| rows).sum());
        }
        Output::Seed(rows) => {
            let seeded = Box::pin(seed(deck, job, &rows.sets, &rows.environment, path)).await?;
            written = Written { rows: Some(seeded.bundle.rows()), changed: seeded.changed };
        }
        Output::Query(rows) => {
            let printed = Box::pin(query(deck, job, &rows.sets, Some(&rows.environment))).await?;
            store::write_named(path, printable_sql(&printed.sql).as_bytes(), existing)?;
        }
    }
    Ok(written)
}

/// Enough of a file to tell what it is.
const BEGINNING: u64 = 1024;

/// Refuses a `path` that cannot be written, or at which something stands that is not to be replaced. What comes to be there
/// meanwhile is kept.
fn free(output: &Output, path: &Path) -> Result<Existing> {
    if let Output::Report(_) = output {
        report::Format::of(&path.display().to_string())?;
    }
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => folder(path).map(|()| Existing::Keep),
        Err(error) => Err(store::cannot("write", path, &error)),
        Ok(facts) if facts.is_dir() => Err(Error::usage("this is a folder").at(path.display()).hint("name a file")),
        Ok(facts) if !facts.is_file() => Err(Error::usage("not a regular file").at(path.display())),
        // Its region is all that is replaced.
        Ok(_) if matches!(output, Output::Seed(_)) => Ok(Existing::Replace),
        Ok(_) => {
            let cannot = |error: std::io::Error| store::cannot("read", path, &error);
            let mut beginning = Vec::new();
            File::open(path).map_err(cannot)?.take(BEGINNING).read_to_end(&mut beginning).map_err(cannot)?;
            if is_ours(output, &String::from_utf8_lossy(&beginning)) {
                return Ok(Existing::Replace);
            }
            let what = format!("this file exists already and is no {} of pgdeck's", word(output));
            Err(Error::usage(what).at(path.display()).hint("choose another name"))
        }
    }
}

fn folder(path: &Path) -> Result<()> {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match fs::metadata(above) {
        Ok(facts) if facts.is_dir() => Ok(()),
        Ok(_) => Err(Error::usage(format!("{} is no folder", above.display())).at(path.display())),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(Error::usage(format!("there is no folder {}", above.display())).at(path.display()))
        }
        Err(error) => Err(store::cannot("write", path, &error)),
    }
}

fn word(output: &Output) -> &'static str {
    match output {
        Output::Report(_) => "report",
        Output::Script(_) => "script",
        Output::Plan(_) => "plan",
        Output::Bundle(_) => "bundle",
        Output::Seed(_) => "seed",
        Output::Query(_) => "query",
    }
}

/// Whether a file that begins so was written as such an output. `tests/story/outputs.rs` writes each twice.
fn is_ours(output: &Output, text: &str) -> bool {
    let first_key = |name: &str| {
        let inside = text.strip_prefix('{').map(str::trim_start);
        inside.and_then(|rest| rest.strip_prefix(&format!("\"{name}\":"))).map(str::trim_start)
    };
    match output {
        Output::Report(_) => text.starts_with("# Sync of ") || first_key("digest").is_some(),
        Output::Script(_) => {
            text.starts_with("-- ") && text.lines().nth(1).is_some_and(|line| line.starts_with("-- Plan "))
        }
        Output::Plan(_) => first_key("pgdeck").is_some_and(|value| value.starts_with("\"plan\"")),
        Output::Bundle(_) => first_key("pgdeck").is_some_and(|value| value.starts_with("\"bundle\"")),
        Output::Seed(_) => true,
        Output::Query(_) => text.starts_with("WITH pinned AS MATERIALIZED ("),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        Rows { sets: Vec::new(), environment: "production".into() }
    }

    #[test]
    fn what_pgdeck_did_not_write_is_not_replaced() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("file.sql");
        let says = |output: &Output, path: &Path| free(output, path).map_err(|error| error.to_string());
        let query = Output::Query(rows());
        assert_eq!(says(&query, &path), Ok(Existing::Keep), "new");
        for (text, ours) in [("", false), ("SELECT 1;\n", false), ("WITH pinned AS MATERIALIZED (\n", true)] {
            fs::write(&path, text).expect("write");
            assert_eq!(says(&query, &path).is_ok(), ours, "{text}");
        }
        fs::write(&path, "{\"pgdeck\": \"plan\"}").expect("write");
        let refused = says(&Output::Bundle(rows()), &path).expect_err("a plan is no bundle");
        assert!(refused.contains("exists already and is no bundle"), "{refused}");
        assert_eq!(says(&Output::Seed(rows()), &path), Ok(Existing::Replace), "any file can hold a region");
        assert!(says(&query, folder.path()).expect_err("folder").contains("this is a folder"));
        let missing = says(&query, &folder.path().join("no/file")).expect_err("missing");
        assert!(missing.contains("there is no folder"), "{missing}");
        assert!(says(&query, &path.join("below")).is_err(), "a file is no folder");
    }
}
