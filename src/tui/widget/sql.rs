//! SQL to read: keywords and comments stand out. Our own statements write keywords in capitals, so that is what is
//! looked for, outside of names and texts in quotes.

use crate::config::theme::Role;

use super::cell::Cell;

/// The lines of `sql`, each with its roles.
pub fn lines(sql: &str) -> Vec<Cell> {
    let mut open = Open::Nothing;
    sql.lines().map(|line| painted(line, &mut open)).collect()
}

/// What is not closed yet where a line begins.
enum Open {
    Nothing,
    /// A comment up to `*/`, or what is quoted up to this.
    Until(String, Role),
}

fn painted(line: &str, open: &mut Open) -> Cell {
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
            Open::Nothing => next(rest, open),
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
fn next(rest: &str, open: &mut Open) -> (Role, usize) {
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
    let keyword = word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase() || c == '_');
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
    fn what_is_quoted_over_several_lines_stays_text() {
        let roles = lines("$$\nSELECT\n$$ SELECT");
        assert_eq!(roles[1], Cell::text("SELECT"));
        assert_eq!(roles[2], Cell::text("$$ ").and(Role::SqlKeyword, "SELECT"));
    }
}
