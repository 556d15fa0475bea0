//! The paths in a source, `use` trees taken apart.

/// A word or a sign, with its line.
type Token = (usize, String);

/// Takes a source apart. Comments are left out; texts and characters become one `"`.
fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while at < chars.len() {
        let end = token_end(&chars, at);
        let text: String = chars[at..end].iter().collect();
        let comment = text.starts_with("//") || text.starts_with("/*");
        if !comment && !text.trim().is_empty() {
            let is_text = text.ends_with(['"', '#']) && text.contains('"') || text.len() > 2 && text.ends_with('\'');
            tokens.push((line, if is_text { "\"".into() } else { text.clone() }));
        }
        line += text.matches('\n').count();
        at = end;
    }
    tokens
}

/// Where the token that begins at `at` ends.
fn token_end(chars: &[char], at: usize) -> usize {
    let rest = &chars[at..];
    let word = |c: &char| c.is_alphanumeric() || *c == '_';
    let starts = |text: &str| text.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c));
    let until = |from: usize, end: &str| {
        let end: Vec<char> = end.chars().collect();
        rest[from..]
            .windows(end.len())
            .position(|window| window == end)
            .map_or(chars.len(), |i| at + from + i + end.len())
    };
    if starts("//") {
        return until(0, "\n");
    }
    if starts("/*") {
        return until(2, "*/");
    }
    let prefix = rest.iter().take_while(|c| matches!(c, 'b' | 'c' | 'r')).count();
    let hashes = rest[prefix..].iter().take_while(|c| **c == '#').count();
    if rest[..prefix].contains(&'r') && rest.get(prefix + hashes) == Some(&'"') {
        return until(prefix + hashes + 1, &format!("\"{}", "#".repeat(hashes)));
    }
    if rest.get(prefix) == Some(&'"') {
        return at + prefix + quoted(&rest[prefix..], '"');
    }
    // A quote begins a character where one ends it soon, else a lifetime.
    if rest[0] == '\'' && (rest.get(1) == Some(&'\\') || rest.get(2) == Some(&'\'')) {
        return at + quoted(rest, '\'');
    }
    if starts("::") {
        return at + 2;
    }
    at + rest.iter().take_while(|c| word(c)).count().max(1)
}

/// The length of a text with its quotes.
fn quoted(chars: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// Leaves out every item under `#[cfg(test)]`: up to its `;`, or to the end of its block.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mark = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut rest = tokens;
    while let Some(first) = rest.first() {
        if rest.len() >= mark.len() && rest.iter().zip(mark).all(|((_, text), sign)| text == sign) {
            rest = &rest[item_length(rest)..];
        } else {
            kept.push(first.clone());
            rest = &rest[1..];
        }
    }
    kept
}

fn item_length(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for (at, (_, text)) in tokens.iter().enumerate() {
        match text.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return at + 1,
            "}" => depth -= 1,
            ";" if depth == 0 => return at + 1,
            _ => {}
        }
    }
    tokens.len()
}

fn is_word(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|(_, text)| text.starts_with(|c: char| c.is_alphabetic() || c == '_'))
}

fn is(tokens: &[Token], at: usize, sign: &str) -> bool {
    tokens.get(at).is_some_and(|(_, text)| text == sign)
}

/// Every path of `source` with its line: those with `::` in them, and what stands after `use`. Comments, texts and items
/// for tests do not count.
pub fn of(source: &str) -> Vec<(usize, Vec<String>)> {
    let tokens = &without_tests(&tokens(source));
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        // `use ::name` begins at the root; everything else after `::` goes on with what stands before.
        let goes_on = |at: usize| is_word(tokens, at) && !is(tokens, at, "use") || is(tokens, at, ">");
        let continued = at > 1 && is(tokens, at - 1, "::") && goes_on(at - 2);
        let begins = is(tokens, at + 1, "::") || at > 0 && is(tokens, at - 1, "use");
        if is_word(tokens, at) && begins && !continued {
            tree(tokens, at, &[], &mut out);
        }
    }
    out
}

/// Follows a path, and each branch of a `use` tree. Returns where it stopped.
fn tree(tokens: &[Token], mut at: usize, before: &[String], out: &mut Vec<(usize, Vec<String>)>) -> usize {
    let mut path = before.to_vec();
    let line = tokens.get(at).map_or(0, |(line, _)| *line);
    while is_word(tokens, at) {
        path.push(tokens[at].1.clone());
        at += 1;
        if !is(tokens, at, "::") {
            break;
        }
        at += 1;
    }
    if !is(tokens, at, "{") || !is(tokens, at - 1, "::") {
        out.push((line, path));
        return at;
    }
    at += 1;
    while at < tokens.len() && !is(tokens, at, "}") {
        if is_word(tokens, at) && !is(tokens, at, "as") {
            at = tree(tokens, at, &path, out);
        }
        // A comma, a star, a new name.
        while at < tokens.len() && !is(tokens, at, ",") && !is(tokens, at, "}") {
            at += 1;
        }
        if is(tokens, at, ",") {
            at += 1;
        }
    }
    at + 1
}
