//! SQL to read: keywords and comments stand out. Our own statements write keywords in capitals, so that is what is
//! looked for, outside of names and texts in quotes. In files that people wrote, the words that begin statements and
//! clauses are known in small letters, too.

use crate::config::theme::Role;

use super::cell::Cell;

/// Keywords that people write in small letters; none that is a usual name of a column.
const SMALL: &str = " add alter and as asc begin between by cascade case check commit comment concurrently constraint \
    create cross declare default delete desc disable distinct do drop each else enable end except execute exists extension \
    for foreign from full function generated grant group having if immutable in index inner insert intersect into is \
    join key language left like limit materialized no not null on only or order outer over partition policy primary \
    procedure raise references rename replace restrict return returning returns revoke right row rows schema security \
    select sequence set stable table then to trigger truncate union unique update using validate values view volatile \
    when where with ";

/// The lines of `sql`, each with its roles.
pub fn lines(sql: &str) -> Vec<Cell> {
    let mut open = Open::Nothing;
    sql.lines().map(|line| painted(line, &mut open, false)).collect()
}

/// The same for SQL that people wrote, who may write keywords in small letters.
pub fn written(sql: &str) -> Vec<Cell> {
    let mut open = Open::Nothing;
    sql.lines().map(|line| painted(line, &mut open, true)).collect()
}

/// What is not closed yet where a line begins.
enum Open {
    Nothing,
    /// A comment up to `*/`, or what is quoted up to this.
    Until(String, Role),
}

fn painted(line: &str, open: &mut Open, small: bool) -> Cell {
    let (mut cell, mut rest) = (Cell::default(), line);
    // What has one role is one piece, so that a line is broken at its blanks only.
    let (mut run, mut of) = (String::new(), Role::Text);
    while !rest.is_empty() {
        let (role, length) = match open {
            Open::Until(end, role) => {
                let (role, found) = (*role, rest.find(end.as_str()).map(|at| at + end.len()));
                if found.is_some() {
                    *open = Open::Nothing;
                }
                (role, found.unwrap_or(rest.len()))
            }
            Open::Nothing => next(rest, open, small),
        };
        if role != of {
            cell = cell.and(of, std::mem::take(&mut run));
            of = role;
        }
        run.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    cell.and(of, run)
}

/// The role and the length of what `rest` begins with; says in `open` what has yet to be closed.
fn next(rest: &str, open: &mut Open, small: bool) -> (Role, usize) {
    if rest.starts_with("--") {
        return (Role::SqlComment, rest.len());
    }
    if rest.starts_with("/*") {
        *open = Open::Until("*/".into(), Role::SqlComment);
        return (Role::SqlComment, 2);
    }
    if let Some(quote) = rest.chars().next().filter(|c| "'\"".contains(*c)) {
        *open = Open::Until(quote.into(), Role::Text);
        return (Role::Text, 1);
    }
    if let Some(tag) = dollar_quote(rest) {
        *open = Open::Until(tag.to_owned(), Role::Text);
        return (Role::Text, tag.len());
    }
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let word = &rest[..rest.find(|c| !part(c)).unwrap_or(rest.len())];
    if word.is_empty() {
        return (Role::Text, rest.chars().next().map_or(1, char::len_utf8));
    }
    let capital = word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let keyword = capital || small && SMALL.split_ascii_whitespace().any(|known| known == word);
    (if keyword { Role::SqlKeyword } else { Role::Text }, word.len())
}

/// `$$` or `$tag$`, where `rest` begins with one.
fn dollar_quote(rest: &str) -> Option<&str> {
    let inside = rest.strip_prefix('$')?;
    let end = inside.find('$')?;
    let tag = &inside[..end];
    let plain = tag.chars().all(|c| c.is_alphanumeric() || c == '_') && !tag.starts_with(|c: char| c.is_ascii_digit());
    plain.then(|| &rest[..end + 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_and_comments_stand_out_and_nothing_is_lost() {
        let cell = &lines("ALTER TABLE public.\"SET\" DROP x; -- WHY")[0];
        let expected = Cell::of(Role::SqlKeyword, "ALTER")
            .and(Role::Text, " ")
            .and(Role::SqlKeyword, "TABLE")
            .and(Role::Text, " public.\"SET\" ")
            .and(Role::SqlKeyword, "DROP")
            .and(Role::Text, " x; ")
            .and(Role::SqlComment, "-- WHY");
        assert_eq!(*cell, expected);
        let sql = "SELECT 'it''s\nSELECT', $1, $a$ IN\n$a$, größe /* a\nb */ FROM t";
        assert_eq!(lines(sql).iter().map(Cell::plain).collect::<Vec<_>>(), sql.lines().collect::<Vec<_>>());
    }

    #[test]
    fn what_people_write_in_small_letters_is_known_where_people_wrote_it() {
        let cell = Cell::of(Role::SqlKeyword, "create").and(Role::Text, " ").and(Role::SqlKeyword, "table");
        let expected = cell.and(Role::Text, " plans (id int, title text)");
        assert_eq!(written("create table plans (id int, title text)")[0], expected);
        assert_eq!(lines("create table plans")[0], Cell::text("create table plans"));
    }

    #[test]
    fn what_is_quoted_over_several_lines_stays_text() {
        let roles = lines("$$\nSELECT\n$$ SELECT");
        assert_eq!(roles[1], Cell::text("SELECT"));
        assert_eq!(roles[2], Cell::text("$$ ").and(Role::SqlKeyword, "SELECT"));
    }
}
