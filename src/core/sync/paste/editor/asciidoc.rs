//! psql's `\pset format asciidoc`: a cell of a table, in which every bar has a backslash before it.

/// The value in `text`, and how many lines came before it.
pub(super) fn value(text: &str) -> Option<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let begin = lines.iter().position(|line| line.trim_end() == "|====")? + 1;
    let cell = begin + lines[begin..].iter().position(|line| line.contains(['{', '[', '"']) && line.contains('|'))?;
    let end = lines[cell..].iter().position(|line| line.trim_end() == "|====").map_or(lines.len(), |at| cell + at);
    let value = lines[cell..end].join("\n");
    // A bar of the frame has no backslash, and the value begins behind the last one before it.
    let start = value.find(['{', '[', '"'])?;
    Some((value[start..].replace("\\|", "|"), cell))
}
