//! The part of an SQL file that pgdeck writes, between two comment lines; the rest of the file is somebody else's.

use crate::core::{
    error::{Error, Result},
    text::printable,
};

const BEGIN: &str = "-- pgdeck:begin";
const END: &str = "-- pgdeck:end";

/// How a region of these sets is called: by their names. A name that could be taken for several is quoted.
pub fn label(sets: &[&str]) -> String {
    let plain = |name: &str| name.chars().all(|c| c.is_alphanumeric() || "_-. ".contains(c)) && name.trim() == name;
    let quoted = |name: &&str| if plain(name) { (*name).to_owned() } else { format!("{:?}", printable(name)) };
    sets.iter().map(quoted).collect::<Vec<_>>().join(", ")
}

/// Whether a line of `text` could be taken for a marker.
pub fn holds_marker(text: &str) -> bool {
    text.lines().any(|line| marker(line).is_some())
}

/// `text`, the file `file`, with `body` as its region `label`; appended where it has none. Nothing else changes.
/// `body` ends with a line break; where the file's lines end in CRLF, its lines do too.
pub fn replace(file: &str, text: &str, label: &str, body: &str) -> Result<String> {
    let region = regions(file, text)?.into_iter().find(|region| region.label == label);
    // A last line without an end may still end in CR, and is one of a CRLF file once it has its LF.
    let crlf = text.split('\n').next().is_some_and(|first| first.ends_with('\r'));
    let block = format!("{BEGIN} {label}\n{body}{END} {label}\n");
    let block = if crlf { block.replace('\n', "\r\n") } else { block };
    let newline = if crlf { "\r\n" } else { "\n" };
    Ok(match region {
        Some(region) => {
            // The line break behind the end is the file's own; the last line may have none.
            let block = block.strip_suffix(newline).unwrap_or(&block);
            format!("{}{block}{}", &text[..region.start], &text[region.end..])
        }
        None if text.trim_start_matches('\u{feff}').is_empty() => format!("{text}{block}"),
        None => {
            let ended = if text.ends_with('\n') { "" } else { newline };
            let blank = if text.ends_with(&format!("{newline}{newline}")) { "" } else { newline };
            format!("{text}{ended}{blank}{block}")
        }
    })
}

/// Says what is wrong with the regions of `text`, if anything is.
pub fn check(file: &str, text: &str) -> Result<()> {
    regions(file, text).map(|_| ())
}

struct Region<'a> {
    label: &'a str,
    start: usize,
    end: usize,
    line: usize,
}

fn regions<'a>(file: &str, text: &'a str) -> Result<Vec<Region<'a>>> {
    let wrong = |line: usize, what: String| {
        Error::usage(what).at(format!("{file}:{line}")).hint("mend the `-- pgdeck:` lines by hand, or remove them")
    };
    let mut found: Vec<Region> = Vec::new();
    let mut open: Option<Region> = None;
    let mut at = 0;
    for (number, whole) in text.split_inclusive('\n').enumerate() {
        let number = number + 1;
        let line = whole.trim_end_matches('\n').trim_end_matches('\r');
        let start = at + if number == 1 && line.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let end = at + line.len();
        at += whole.len();
        match (marker(&text[start..end]), open.take()) {
            (None, still) => open = still,
            (Some((true, label)), None) => {
                if let Some(first) = found.iter().find(|region| region.label == label) {
                    let what = format!("`{label}` begins a second time, the first is in line {}", first.line);
                    return Err(wrong(number, what));
                }
                open = Some(Region { label, start, end: start, line: number });
            }
            (Some((true, label)), Some(outer)) => {
                let what = format!("`{label}` begins inside of `{}`, which begins in line {}", outer.label, outer.line);
                return Err(wrong(number, what));
            }
            (Some((false, label)), Some(begun)) if begun.label == label => found.push(Region { end, ..begun }),
            (Some((false, label)), Some(begun)) => {
                let what =
                    format!("`{label}` ends here, but it is `{}` that begins in line {}", begun.label, begun.line);
                return Err(wrong(number, what));
            }
            (Some((false, label)), None) => return Err(wrong(number, format!("`{label}` ends without a beginning"))),
        }
    }
    match open {
        Some(begun) => Err(wrong(begun.line, format!("`{}` begins without an end", begun.label))),
        None => Ok(found),
    }
}

/// Whether the line begins or ends a region, and the region's label.
fn marker(line: &str) -> Option<(bool, &str)> {
    let label = |rest: &'_ str| rest.is_empty() || rest.starts_with([' ', '\t']);
    let begins = line.strip_prefix(BEGIN).filter(|rest| label(rest)).map(|rest| (true, rest.trim()));
    begins.or_else(|| line.strip_prefix(END).filter(|rest| label(rest)).map(|rest| (false, rest.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str, label: &str) -> String {
        replace("seed.sql", text, label, "new;\n").expect(text)
    }

    #[test]
    fn a_region_is_found_by_its_sets_and_nothing_else_changes() {
        let text = "a;  \n-- pgdeck:begin plans\nold;\n-- pgdeck:end plans\n\tb;\n-- pgdeck:begin plans, features\nx;\n-- pgdeck:end plans, features\nc";
        let new = replaced(text, "plans");
        assert_eq!(new, text.replace("old;", "new;"));
        assert_eq!(replaced(&new, "plans"), new);
        assert_eq!(replaced(text, "plans, features"), text.replace("x;", "new;"));
        let last = "-- pgdeck:begin s\n-- pgdeck:end s";
        assert_eq!(replaced(last, "s"), "-- pgdeck:begin s\nnew;\n-- pgdeck:end s");
    }

    #[test]
    fn where_there_is_none_it_is_appended_after_a_blank_line() {
        let block = "-- pgdeck:begin s\nnew;\n-- pgdeck:end s\n";
        assert_eq!(replaced("", "s"), block);
        assert_eq!(replaced("a;\n", "s"), format!("a;\n\n{block}"));
        assert_eq!(replaced("a;", "s"), format!("a;\n\n{block}"));
        assert_eq!(replaced("a;\n\n", "s"), format!("a;\n\n{block}"));
        let appended = replaced("a;\n", "s");
        assert_eq!(replaced(&appended, "s"), appended);
    }

    #[test]
    fn lines_end_as_the_files_do() {
        let block = "-- pgdeck:begin s\r\nnew;\r\n-- pgdeck:end s\r\n";
        assert_eq!(replaced("a;\r\n", "s"), format!("a;\r\n\r\n{block}"));
        let text = "\u{feff}-- pgdeck:begin s\r\nold;\r\nolder;\r\n-- pgdeck:end s\r\nb;\r\n";
        assert_eq!(replaced(text, "s"), format!("\u{feff}{block}b;\r\n"));
        let once = replaced("a;\r", "s");
        assert_eq!(replaced(&once, "s"), once);
    }

    #[test]
    fn what_is_broken_is_named_by_its_line() {
        for (text, line, says) in [
            ("a\n-- pgdeck:begin s\nb\n", 2, "begins without an end"),
            ("a\n\n-- pgdeck:end s\n", 3, "ends without a beginning"),
            ("-- pgdeck:begin s\n-- pgdeck:end s\n-- pgdeck:begin s\n-- pgdeck:end s\n", 3, "a second time"),
            ("-- pgdeck:begin s\n-- pgdeck:begin t\n-- pgdeck:end t\n-- pgdeck:end s\n", 2, "inside of `s`"),
            ("-- pgdeck:begin s\r\n-- pgdeck:end t\r\n", 2, "it is `s` that begins in line 1"),
            ("-- pgdeck:begin\n", 1, "begins without an end"),
        ] {
            let error = replace("seed.sql", text, "other", "new;\n").expect_err(text);
            assert_eq!(error.place, Some(format!("seed.sql:{line}")), "{error}");
            assert!(error.message.contains(says), "{error}");
        }
        assert!(check("seed.sql", "-- pgdeck:beginning\n -- pgdeck:end s\nSELECT '-- pgdeck:end s';\n").is_ok());
    }

    #[test]
    fn a_name_that_could_be_several_is_quoted() {
        assert_eq!(label(&["plans", "add-ons"]), "plans, add-ons");
        assert_ne!(label(&["a, b"]), label(&["a", "b"]));
        assert!(!label(&["a\n-- pgdeck:end a"]).contains('\n'));
    }
}
