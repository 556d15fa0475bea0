//! What psql prints around a value: a header, rules, bars, signs that a line goes on, a footer.

use super::mend::BEGINNING;

/// The value without what psql prints around it, and how many lines came before it.
pub(super) fn unframed(text: &str) -> (String, usize) {
    let mut lines: Vec<&str> = text.lines().collect();
    while lines.last().is_some_and(|line| is_footer(line)) {
        lines.pop();
    }
    // There is one line that is left. All are taken away at once: there may be any number.
    let before = lines.len().saturating_sub(1);
    let mut skipped = lines[..before].iter().position(|line| !is_message(line)).unwrap_or(before);
    lines.drain(..skipped);
    if lines.first().is_some_and(|line| line.starts_with(['+', '┌', '╔'])) {
        lines = lines.into_iter().map(unboxed).collect();
    }
    if lines.first().is_some_and(|line| is_rule(line) || is_record(line)) {
        lines.remove(0);
        skipped += 1;
    }
    let first = lines.first().copied().unwrap_or_default();
    if let Some(width) = expanded(first) {
        let value = lines.iter().enumerate().filter(|(_, line)| !is_rule(line));
        let value: Vec<_> = value.map(|(at, line)| continued(past_name(line, at, width))).collect();
        return (value.join("\n"), skipped);
    }
    if first.trim_start().starts_with(['{', '[']) {
        // JSON has no line that ends so.
        return (lines.iter().map(|line| continued(line)).collect::<Vec<_>>().join("\n"), skipped);
    }
    if first.starts_with('"') || first.trim_end() == "null" {
        return (lines.join("\n"), skipped);
    }
    let ruled = lines.get(1).is_some_and(|line| is_rule(line));
    let names_a_column = first.chars().all(|c| is_name(c) || matches!(c, ' ' | '|' | '│'));
    let headed = ruled || names_a_column && lines.len() > 1;
    if !headed {
        return (lines.join("\n"), skipped);
    }
    let after = if ruled { 2 } else { 1 };
    let value: Vec<_> = lines[after..].iter().filter(|line| !is_rule(line)).map(|line| continued(line)).collect();
    (value.join("\n"), skipped + after)
}

/// A line without the sign that it goes on, which stands for a line break of the value.
fn continued(line: &str) -> &str {
    let end = line.trim_end();
    match end.trim_end_matches(['+', '↵']) {
        // A line without the sign may have been cut anywhere, also behind a blank.
        all if all.len() == end.len() => line,
        marked => marked.trim_end(),
    }
}

/// A line of a box without the box.
fn unboxed(line: &str) -> &str {
    let frame = |c: char| is_bar(c) || is_corner(c);
    let line = line.trim_end();
    let line = line.trim_start_matches(frame);
    line.strip_suffix(frame).map_or(line, str::trim_end)
}

/// How wide the names of psql's expanded form are, with what stands between names and values, where `line` is its
/// first.
fn expanded(line: &str) -> Option<usize> {
    let at = line.find(['{', '[', '"'])?;
    let (head, value) = line.split_at(at);
    let separator = head.trim_start().trim_start_matches(is_name);
    let named = separator.len() < head.trim_start().len();
    let known = [BEGINNING, "\"{\"\"pgdeck"].iter().any(|beginning| value.starts_with(beginning));
    // Whatever `-F` gives; but an error message may name something in quotes, too.
    let separates = known || !separator.contains(char::is_alphanumeric) && separator.chars().count() < 10;
    (named && separates && head.trim() != "null").then(|| head.chars().count())
}

/// What stands behind names and separator; the lines that follow may have blanks and bars in their place, or nothing.
fn past_name(line: &str, at: usize, width: usize) -> &str {
    let Some((end, _)) = line.char_indices().nth(width) else { return line };
    let (before, value) = line.split_at(end);
    if at == 0 || before.chars().all(|c| is_bar(c) || c == ' ') { value } else { line }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '?')
}

/// What psql draws beside values.
pub(super) fn is_bar(c: char) -> bool {
    matches!(c, '|' | '│' | '║')
}

fn is_corner(c: char) -> bool {
    matches!(c, '+' | '┌' | '├' | '└' | '┐' | '┤' | '┘' | '╔' | '╠' | '╚' | '╗' | '╣' | '╝' | '╟' | '╢')
}

/// `-[ RECORD 1 ]`, `* Record 1`, in any language.
fn is_record(line: &str) -> bool {
    ["-[ ", "─[ ", "═[ ", "* "].iter().any(|beginning| line.starts_with(beginning))
}

/// `-----`, `+----+`, `─────`.
pub(super) fn is_rule(line: &str) -> bool {
    let line = line.trim();
    let drawn =
        |c: char| is_corner(c) || matches!(c, '-' | '─' | '═' | '┬' | '┴' | '┼' | '╤' | '╧' | '╪' | '╦' | '╩' | '╬');
    line.chars().count() > 2 && line.chars().all(drawn)
}

/// `(1 row)` in any language, `Time: 3 ms`, and blank lines.
pub(super) fn is_footer(line: &str) -> bool {
    let line = line.trim();
    let counted = line.strip_prefix(['(', '（']).and_then(|rest| rest.strip_suffix([')', '）']));
    let counts = |inner: &str| inner.contains(|c: char| c.is_ascii_digit()) && !inner.contains(['"', '{', '[']);
    line.is_empty() || counted.is_some_and(counts) || line.starts_with("Time: ")
}

/// `Timing is on.`, and blank lines.
fn is_message(line: &str) -> bool {
    line.is_empty() || line.ends_with('.') && !line.contains(['{', '[', '"', '|'])
}
