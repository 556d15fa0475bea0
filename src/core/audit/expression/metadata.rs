//! Where an expression trusts what users may write about themselves: `user_metadata` of a Supabase token and
//! `raw_user_meta_data` of `auth.users`.

use std::ops::Range;

use super::{Expression, Kind};

/// What users may write, and what only the server writes.
const NAMES: [(&str, &str); 2] = [("user_metadata", "app_metadata"), ("raw_user_meta_data", "raw_app_meta_data")];

/// Operators that take something out of JSON, or look whether it is there.
const JSON: [&str; 9] = ["->", "->>", "#>", "#>>", "?", "@?", "@@", "?|", "?&"];

impl Expression<'_> {
    /// The bytes of each name that users may fill, with what only the server fills to be put there.
    pub fn written_by_users(&self) -> Vec<(Range<usize>, String)> {
        (0..self.tokens.len()).filter_map(|at| self.replacement(at)).collect()
    }

    fn replacement(&self, at: usize) -> Option<(Range<usize>, String)> {
        let token = self.tokens[at];
        let (name, safe) = NAMES.into_iter().find(|(name, _)| has_word(token.text, name))?;
        let trusted = match token.kind {
            Kind::Text => self.is_key(at),
            // A column of that name may be any table's; only that of `auth.users` is meant.
            Kind::Name | Kind::Quoted => name.starts_with("raw") && self.is_column(at) && self.reads_users(),
            _ => false,
        };
        trusted.then(|| (token.at..token.end(), token.text.replace(name, safe)))
    }

    /// Whether the text at `at` is a key into JSON that comes from a call, such as `auth.jwt()`: behind an operator, in
    /// brackets behind a value, or an argument of a JSON function.
    fn is_key(&self, at: usize) -> bool {
        let mut inside = at;
        loop {
            let before = inside.checked_sub(1).map(|before| self.tokens[before]);
            if before.is_some_and(|before| before.kind == Kind::Operator && JSON.contains(&before.text)) {
                let from = self.around(inside).next().map_or(0, |range| range.start);
                return (from..inside).any(|at| self.is_claims(at));
            }
            let Some(group) = self.around(inside).next() else { return false };
            let open = group.start - 1;
            let before = open.checked_sub(1);
            if let Some(before) = before.filter(|before| self.is_call(*before)) {
                return self.tokens[before].name().starts_with("json") && group.clone().any(|at| self.is_claims(at));
            }
            let is_array = before.is_some_and(|before| self.tokens[before].is_keyword("ARRAY"));
            if self.tokens[open].text == "[" && !is_array {
                let from = self.around(open).next().map_or(0, |range| range.start);
                return (from..open).any(|at| self.is_claims(at));
            }
            inside = if is_array { open - 1 } else { open };
        }
    }

    /// Whether the token `at` ends the call of something that may say who is asking: `current_setting`, or a function of
    /// a schema's own. The system's other functions only turn one value into another.
    fn is_claims(&self, at: usize) -> bool {
        self.is_call(at) && (self.begin(at) < at || self.tokens[at].text == "current_setting")
    }

    fn reads_users(&self) -> bool {
        self.tokens
            .windows(3)
            .any(|part| part[0].text == "auth" && part[1].kind == Kind::Dot && part[2].text == "users")
    }
}

/// Whether `word` stands in `text` by itself.
fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(part) && !text[at + word.len()..].chars().next().is_some_and(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> Option<String> {
        let read = Expression::read(text).expect(text);
        let changes = read.written_by_users();
        (!changes.is_empty()).then(|| read.replaced(&changes))
    }

    #[test]
    fn keys_of_a_token_that_users_may_fill() {
        for (text, safe) in [
            (
                "(((auth.jwt() -> 'user_metadata'::text) ->> 'role'::text) = 'admin'::text)",
                "(((auth.jwt() -> 'app_metadata'::text) ->> 'role'::text) = 'admin'::text)",
            ),
            (
                "((( SELECT auth.jwt() AS jwt) #>> '{user_metadata,role}'::text[]) = 'admin'::text)",
                "((( SELECT auth.jwt() AS jwt) #>> '{app_metadata,role}'::text[]) = 'admin'::text)",
            ),
            (
                "(((current_setting('request.jwt.claims'::text, true))::jsonb #> ARRAY['user_metadata'::text]) ? 'a'::text)",
                "(((current_setting('request.jwt.claims'::text, true))::jsonb #> ARRAY['app_metadata'::text]) ? 'a'::text)",
            ),
            ("((auth.jwt())['user_metadata'::text] = x)", "((auth.jwt())['app_metadata'::text] = x)"),
            (
                "jsonb_extract_path_text(auth.jwt(), VARIADIC ARRAY['user_metadata'::text, 'r'::text])",
                "jsonb_extract_path_text(auth.jwt(), VARIADIC ARRAY['app_metadata'::text, 'r'::text])",
            ),
            (
                "( SELECT (u.raw_user_meta_data ->> 'r'::text) FROM auth.users u)",
                "( SELECT (u.raw_app_meta_data ->> 'r'::text) FROM auth.users u)",
            ),
        ] {
            assert_eq!(mended(text).as_deref(), Some(safe), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_it() {
        for text in [
            "((auth.jwt() -> 'app_metadata'::text) ->> 'role'::text)",
            "(kind = 'user_metadata'::text)",
            "(kind = ANY (ARRAY['user_metadata'::text]))",
            "((settings ->> 'user_metadata'::text) = auth.uid())",
            "(to_jsonb(notes.*) ->> 'user_metadata'::text)",
            "(raw_user_meta_data ->> 'r'::text)",
            "((auth.jwt() ->> 'my_user_metadata_v2'::text) = 'x'::text)",
        ] {
            assert_eq!(mended(text), None, "{text}");
        }
    }
}
