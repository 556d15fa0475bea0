//! A folder of migrations as a whole: its style, its files in the order in which they run, and what is wrong with it.

mod listed;

use super::{
    file::{File, Kind, named},
    numbering,
    problem::{Class, Problem},
    style::{Style, detect},
};

/// A file as it was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its path within the folder, with `/` between parts.
    pub path: String,
    /// Its bytes, or one line on why there are none.
    pub content: Result<Vec<u8>, Unread>,
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// What is wrong, one line.
    pub detail: String,
    /// What to do.
    pub hint: String,
}

/// A folder of migrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its style.
    pub style: Style,
    /// The migrations, in the order in which the style's tool runs them; what goes back stands after what it takes back.
    pub files: Vec<File>,
    /// What is wrong, in the order of the files.
    pub problems: Vec<Problem>,
    /// SQL files that the tool does not read because of where they are.
    pub aside: Vec<String>,
    /// The project that a list names, where it names one (Sqitch).
    pub project: Option<String>,
}

impl Folder {
    /// The migrations that bring a database forward, in order.
    pub fn forward(&self) -> impl Iterator<Item = &File> + Clone {
        self.files.iter().filter(|file| file.kind.is_forward())
    }
}

/// Makes a folder of what was found in `dir`. The style is found out where `forced` is none.
pub fn read(dir: &str, mut found: Vec<Found>, forced: Option<Style>) -> Folder {
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let sources: Vec<Source> = found.into_iter().map(Source::new).collect();
    let style = forced.unwrap_or_else(|| {
        detect(dir, &sources.iter().map(|source| (source.path.as_str(), source.text.as_str())).collect::<Vec<_>>())
    });
    let mut folder = Folder { style, files: Vec::new(), problems: Vec::new(), aside: Vec::new(), project: None };
    match style {
        Style::Drizzle | Style::Sqitch => listed::read(&mut folder, sources),
        _ => by_name(&mut folder, sources),
    }
    folder.problems.extend(numbering::problems(style, &folder.files));
    let place = |path: Option<&String>| folder.files.iter().position(|file| Some(&file.path) == path);
    let order: Vec<_> = folder.problems.iter().map(|problem| place(problem.paths.first())).collect();
    let mut problems: Vec<_> = order.into_iter().zip(folder.problems).collect();
    problems.sort_by_key(|(place, _)| place.unwrap_or(usize::MAX));
    folder.problems = problems.into_iter().map(|(_, problem)| problem).collect();
    folder
}

/// A file with its text, and what was wrong with reading it.
struct Source {
    path: String,
    text: String,
    exact: bool,
    problem: Option<Problem>,
}

impl Source {
    fn new(found: Found) -> Self {
        let path = found.path;
        match found.content.map(String::from_utf8) {
            Ok(Ok(text)) => Source { path, text, exact: true, problem: None },
            Ok(Err(error)) => {
                let good = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let line = 1 + String::from_utf8_lossy(&bytes[..good]).matches('\n').count();
                let detail = format!("byte {:#04x} is no UTF-8", bytes.get(good).copied().unwrap_or_default());
                let problem = Problem::new(Class::NotUtf8, &path, detail, "save the file as UTF-8").at(line);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Source { path, text, exact: false, problem: Some(problem) }
            }
            Err(unread) => {
                let problem = Problem::new(Class::Unreadable, &path, unread.detail, unread.hint);
                Source { path, text: String::new(), exact: false, problem: Some(problem) }
            }
        }
    }

    fn is_sql(&self) -> bool {
        let ending = self.path.rsplit_once('.').map(|(_, ending)| ending);
        ending.is_some_and(|ending| ending.eq_ignore_ascii_case("sql"))
    }

    fn file(self, style: Style, says: super::file::Named, problems: &mut Vec<Problem>) -> File {
        let read = !matches!(&self.problem, Some(problem) if problem.class == Class::Unreadable);
        problems.extend(self.problem.map(|problem| problem.of(says.version.as_ref())));
        let file = File {
            path: self.path,
            style,
            version: says.version,
            stamp: None,
            name: says.name,
            kind: says.kind,
            text: self.text,
            exact: self.exact,
        };
        if read {
            problems.extend(text_problems(&file));
        }
        file
    }
}

fn by_name(folder: &mut Folder, sources: Vec<Source>) {
    let style = folder.style;
    for source in sources.into_iter().filter(Source::is_sql) {
        if let Some(says) = named(style, &source.path) {
            folder.problems.extend(too_large(style, &source.path, says.version.as_deref()));
            folder.files.push(source.file(style, says, &mut folder.problems));
        } else if source.path.contains('/') && !style.goes_down() && style != Style::Prisma {
            folder.aside.push(source.path);
        } else {
            folder.problems.push(unnumbered(style, &source.path));
            folder.problems.extend(source.problem);
        }
    }
    if style.is_textual() {
        // `/` ends a folder's name, and stands before all that a name goes on with.
        folder.files.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
        return;
    }
    folder.files.sort_by(|a, b| {
        let last = |file: &File| file.kind == Kind::Repeatable;
        let versions = |a: &File, b: &File| match (&a.version, &b.version) {
            (Some(a), Some(b)) => style.order(a, b),
            (a, b) => a.is_some().cmp(&b.is_some()),
        };
        last(a)
            .cmp(&last(b))
            .then_with(|| versions(a, b))
            .then_with(|| a.kind.cmp(&b.kind))
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| a.path.cmp(&b.path))
    });
}

/// A number that the style's tool cannot hold, and for which it stops.
fn too_large(style: Style, path: &str, version: Option<&str>) -> Option<Problem> {
    let version = version?;
    let (tool, bits, fits) = match style {
        Style::Golang => ("golang-migrate", 64, version.parse::<u64>().is_ok()),
        Style::Sqlx => ("sqlx", 64, version.parse::<i64>().is_ok()),
        Style::Refinery => ("refinery", 64, version.parse::<i64>().is_ok()),
        _ => return None,
    };
    let detail = format!("{tool} stops here: a number of {} digits does not fit {bits} bits", version.len());
    let problem = Problem::new(Class::Unnumbered, path, detail, "give it a number that fits").at(1);
    (!fits).then(|| problem.of(Some(&version.to_owned())))
}

fn unnumbered(style: Style, path: &str) -> Problem {
    let (detail, example) = match style {
        // launchbadge/sqlx, sqlx-core/src/migrate/source.rs: what has no `_` is passed over, the rest has to be a number.
        Style::Sqlx if path.contains('_') => {
            ("sqlx stops here: what stands before the first _ is no number", "1_name.sql")
        }
        Style::Supabase => ("Supabase passes it over: its name is not NUMBER_NAME.sql", "20240131120000_name.sql"),
        Style::Golang => ("golang-migrate passes it over: its name is not N_NAME.up.sql or .down.sql", "1_name.up.sql"),
        Style::Dbmate => ("dbmate passes it over: its name does not begin with a number", "20240131120000_name.sql"),
        Style::Refinery => ("refinery passes it over: its name is not V1__NAME.sql or U1__NAME.sql", "V1__name.sql"),
        Style::Flyway => {
            ("Flyway passes it over: its name is not V1__NAME.sql, U1__NAME.sql or R__NAME.sql", "V1__name.sql")
        }
        Style::Prisma => (
            "Prisma passes it over: it is not migration.sql in a folder of its own",
            "20240131120000_name/migration.sql",
        ),
        Style::Sqlx => ("sqlx passes it over: its name is not NUMBER_NAME.sql", "1_name.sql"),
        Style::Drizzle | Style::Sqitch | Style::Plain => ("its name has no number", "001_name.sql"),
    };
    Problem::new(Class::Unnumbered, path, detail, format!("name it as in {example}, or move it out of the folder"))
        .at(1)
}

/// What is wrong with a file's text.
fn text_problems(file: &File) -> Vec<Problem> {
    let mut found = Vec::new();
    let of = |class, detail: String, hint: &str, line| {
        Problem::new(class, &file.path, detail, hint).at(line).of(file.version.as_ref())
    };
    if file.text.starts_with('\u{feff}') {
        let detail = "it begins with a byte order mark, at which the server stops where a tool sends it along";
        found.push(of(Class::ByteOrderMark, detail.into(), "save it as UTF-8 without one", 1));
    }
    if let Some(at) = file.text.find('\0').filter(|_| file.exact) {
        let line = 1 + file.text[..at].matches('\n').count();
        let detail = "byte 0x00 is in it, which no text of SQL can hold".to_owned();
        found.push(of(Class::NotUtf8, detail, "save the file as UTF-8", line));
    }
    let statements = file.statements();
    if let Some((open, line)) = statements.unfinished {
        let (what, end) = open.words();
        let detail = format!("{what} begins here and does not end");
        found.push(of(Class::Unfinished, detail, &format!("end it with {end}"), line));
    }
    if statements.list.is_empty() && file.kind.is_forward() {
        let detail = match file.kind {
            Kind::UpAndDown if super::file::section(&file.text, "up").is_none() => "there is no `-- migrate:up` in it",
            _ => "there is no statement in it",
        };
        found.push(of(Class::Empty, detail.into(), "write it, or delete the file if it never ran", 1));
    }
    found.extend(crlf(file).map(|(line, count)| {
        let detail = format!("{count} lines end with CR LF, which changes the file's checksum");
        of(Class::Crlf, detail, "save it with LF, and add `*.sql text eol=lf` to .gitattributes", line)
    }));
    found
}

/// The first line that ends with CR LF, and how many do.
fn crlf(file: &File) -> Option<(usize, usize)> {
    let count = file.text.matches("\r\n").count();
    let first = file.text.find("\r\n")?;
    Some((1 + file.text[..first].matches('\n').count(), count))
}

#[cfg(test)]
#[path = "folder_tests.rs"]
mod tests;
