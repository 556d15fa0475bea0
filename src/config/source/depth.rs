//! How deep a TOML text is nested, seen before it is read: readers go down as deep as it goes, on a stack that ends.
//!
//! The reader of TOML has a limit of its own, for brackets and for the parts of a key apart; brackets of keys of many parts
//! come to their product.

/// Nothing that is read here has more than six levels.
pub(super) const MOST: usize = 40;

/// Where `text` is nested deeper than [`MOST`], if it is anywhere.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // For each open bracket how many levels it adds: itself, and the parts of the key before it.
    let (mut open, mut depth, mut dots, mut at) = (Vec::new(), 0, 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' | b'\'' => at = string_end(bytes, at),
            b'#' => at = line_end(bytes, at),
            b'[' | b'{' => {
                open.push(dots + 1);
                depth += dots + 1;
                dots = 0;
            }
            b']' | b'}' => {
                depth -= open.pop().unwrap_or_default();
                dots = 0;
            }
            b'.' => dots += 1,
            b',' | b'\n' => dots = 0,
            _ => {}
        }
        if depth + dots > MOST {
            return Some(at.min(bytes.len()));
        }
        at += 1;
    }
    None
}

/// The last byte of the string that begins at `start`; one in one pair of quotes ends with its line at the latest.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let many = bytes[start..].starts_with(&[quote; 3]);
    let length = if many { 3 } else { 1 };
    let mut at = start + length;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b'\n' if !many => return at - 1,
            byte if byte == quote && (!many || bytes[at..].starts_with(&[quote; 3])) => return at + length - 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    bytes[start..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| start + length - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_the_parts_of_keys_count_together() {
        let key = ["a"; 21].join(".");
        assert_eq!(too_deep(&format!("x = {{ {key} = {{ b = 1 }} }}\n")), None);
        assert!(too_deep(&format!("x = {{ {key} = {{ {key} = 1 }} }}\n")).is_some());
        assert!(too_deep(&format!("a = {}{}", "[".repeat(41), "]".repeat(41))).is_some());
        assert!(too_deep(&format!("[a{}]", ".a".repeat(40))).is_some());
        assert_eq!(too_deep(&"a = [1, 2]\nb.c = 1.5\n[x.y]\n[[z]]\n".repeat(1000)), None);
    }

    #[test]
    fn what_stands_in_strings_and_comments_does_not() {
        let deep = "[.".repeat(100);
        for text in [
            format!("a = \"{deep}\""),
            format!("a = '{deep}'"),
            format!("a = \"\\\"{deep}\""),
            format!("a = \"\"\"\n\"{deep}\n\"\"\""),
            format!("a = '''\n{deep}\n'''"),
            format!("# {deep}\na = 1"),
        ] {
            assert_eq!(too_deep(&text), None, "{text}");
            assert!(too_deep(&format!("{text}\nb = {deep}")).is_some(), "{text}");
        }
        // What has no end takes its line with it and no more.
        assert!(too_deep(&format!("a = \"b\nc = {deep}")).is_some());
    }
}
