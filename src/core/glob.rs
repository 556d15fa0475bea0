//! Globs over names: `*` any run of characters, `?` any one. A backslash before `*`, `?` or a backslash makes it itself.

use super::name::QName;

/// Whether `pattern` names `table`. With a dot it is matched against `schema.table`, without one
/// against the table's name in every schema.
pub fn matches(pattern: &str, table: &QName) -> bool {
    if pattern.contains('.') {
        glob(pattern.as_bytes(), format!("{}.{}", table.schema, table.name).as_bytes())
    } else {
        glob(pattern.as_bytes(), table.name.as_bytes())
    }
}

/// Whether `pattern` is `text`, as a whole.
pub fn text(pattern: &str, text: &str) -> bool {
    glob(pattern.as_bytes(), text.as_bytes())
}

/// The pattern that names `text` and nothing else.
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        // A backslash means something only before one of these.
        if "*?".contains(c) || c == '\\' && rest.peek().is_some_and(|next| "*?\\".contains(*next)) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// What stands next in a pattern.
enum Piece {
    /// Any run of bytes.
    Many,
    /// Any byte.
    One,
    /// This byte.
    Byte(u8),
}

/// What stands at `at`, and where the next begins; `None` at the end.
fn piece(pattern: &[u8], at: usize) -> Option<(Piece, usize)> {
    Some(match (pattern.get(at)?, pattern.get(at + 1)) {
        (b'*', _) => (Piece::Many, at + 1),
        (b'?', _) => (Piece::One, at + 1),
        (b'\\', Some(escaped @ (b'*' | b'?' | b'\\'))) => (Piece::Byte(*escaped), at + 2),
        (byte, _) => (Piece::Byte(*byte), at + 1),
    })
}

/// Linear-time matching: on a mismatch go back to the last `*` only.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match piece(pattern, p) {
            Some((Piece::Many, next)) => {
                star = Some((next, t));
                p = next;
            }
            Some((Piece::One, next)) => (p, t) = (next, t + 1),
            Some((Piece::Byte(byte), next)) if byte == text[t] => (p, t) = (next, t + 1),
            _ => match star {
                Some((next, from)) => {
                    star = Some((next, from + 1));
                    (p, t) = (next, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|&c| c == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_with_and_without_a_schema() {
        let users = QName::new("auth", "users");
        let roles = QName::new("public", "user_roles");
        assert!(matches("auth.*", &users));
        assert!(!matches("auth.*", &roles));
        assert!(matches("user_*", &roles));
        assert!(!matches("user_*", &users));
        assert!(matches("*", &roles));
        assert!(matches("public.user?roles", &roles));
        assert!(!matches("user", &roles));
    }

    #[test]
    fn what_is_escaped_is_itself() {
        for name in ["plans", "a*b", "what?", "c:\\x", "\\*", "\\\\", "public.f(integer[])", "größe*", "a\\"] {
            assert!(text(&literal(name), name), "{name} as {}", literal(name));
        }
        assert!(!text(&literal("a*b"), "axb"));
        assert!(!text(&literal("what?"), "whats"));
        assert!(text("a\\*b*", "a*bcd") && !text("a\\*b*", "axbcd"));
        assert!(text("c:\\x", "c:\\x"), "a backslash before anything else is itself");
    }
}
