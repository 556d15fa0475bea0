//! Globs over table names: `*` any run of characters, `?` any one.

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

/// Linear-time matching: on a mismatch go back to the last `*` only.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == b'?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    p = at + 1;
                    t = from + 1;
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
}
