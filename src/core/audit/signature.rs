//! The arguments of functions: as people write them, and as the server does.

use super::facts::Function;
use crate::core::name::ident;

/// Whether `written`, the arguments of an expectation, means those of `function`.
///
/// What is written may have names, modes and defaults, lengths, and any spelling of a type that SQL has: `int4`,
/// `varchar(20)`, `p_at timestamptz`, `mood` for `public.mood`.
pub fn takes(function: &Function, written: &str) -> bool {
    let wanted: Vec<String> = split(written).into_iter().filter(|argument| !is_output(argument)).collect();
    let types = split(&function.types);
    wanted.len() == types.len() && wanted.iter().zip(&types).all(|(wanted, is)| means(wanted, is))
}

fn is_output(argument: &str) -> bool {
    first_word(argument).is_some_and(|(word, _)| word.eq_ignore_ascii_case("out"))
}

/// Whether the argument `wanted` is of the type `is`.
fn means(wanted: &str, is: &str) -> bool {
    let wanted = match first_word(wanted) {
        Some((mode, rest)) if ["in", "inout", "variadic"].contains(&mode.to_lowercase().as_str()) => rest,
        _ => wanted,
    };
    let lower = wanted.to_ascii_lowercase();
    let end = [" default ", "="].iter().filter_map(|word| lower.find(word)).min();
    let wanted = &wanted[..end.unwrap_or(wanted.len())];
    let is = canonical(is);
    let same = |text: &str| {
        let text = canonical(text);
        is == text || !text.contains('.') && is.rsplit_once('.').is_some_and(|(_, name)| name == text)
    };
    same(wanted) || first_word(wanted).is_some_and(|(_, rest)| same(rest))
}

/// The first word or quoted name of `text`, and what follows it.
fn first_word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim();
    let from = if let Some(quoted) = text.strip_prefix('"') { quoted.find('"')? + 2 } else { 0 };
    let at = from + text[from..].find(char::is_whitespace)?;
    Some((&text[..at], text[at..].trim_start()))
}

/// The parts of a list with commas between, outside of parentheses and quotes. An empty list has none.
fn split(list: &str) -> Vec<String> {
    let (mut parts, mut depth, mut quote) = (vec![String::new()], 0_usize, None);
    for c in list.chars() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (_, Some(end)) if c == end => quote = None,
            ('(', None) => depth += 1,
            (')', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    if list.trim().is_empty() { Vec::new() } else { parts.iter().map(|part| part.trim().to_owned()).collect() }
}

/// A type as `format_type` writes it, without lengths; of an array, any number of dimensions is the same.
fn canonical(written: &str) -> String {
    let plain = without_lengths(written);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let joined = words.join(" ");
    let plain = joined.strip_prefix("pg_catalog.").unwrap_or(&joined);
    let (plain, mut array) = match plain.split_once('[') {
        Some((element, _)) => (element.trim_end(), true),
        None => plain.strip_suffix(" array").map_or((plain, false), |element| (element, true)),
    };
    let mut name = spelled_out(plain).unwrap_or(plain);
    // The name of an array type is its element's behind a `_`.
    if let Some(element) = plain.strip_prefix('_').and_then(spelled_out_or_same) {
        (name, array) = (element, true);
    }
    if array { format!("{name}[]") } else { name.to_owned() }
}

/// Lower case and without what stands in parentheses, outside of quotes. Quotes that change nothing go.
fn without_lengths(written: &str) -> String {
    let (mut out, mut depth) = (String::new(), 0_usize);
    for (at, part) in written.trim().split('"').enumerate() {
        if at % 2 == 1 {
            out.push_str(&ident(part));
            continue;
        }
        for c in part.chars() {
            match c {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ if depth == 0 => out.push(c.to_ascii_lowercase()),
                _ => {}
            }
        }
    }
    out
}

/// The long name of a type with a short one (PostgreSQL manual, 8.0 "Data Types", table 8.1).
fn spelled_out(name: &str) -> Option<&'static str> {
    Some(match name {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "int2" => "smallint",
        "bool" => "boolean",
        "float8" | "float" => "double precision",
        "float4" => "real",
        "decimal" | "dec" => "numeric",
        "varchar" | "char varying" => "character varying",
        "char" | "bpchar" | "nchar" => "character",
        "varbit" => "bit varying",
        "timestamp" => "timestamp without time zone",
        "timestamptz" => "timestamp with time zone",
        "time" => "time without time zone",
        "timetz" => "time with time zone",
        _ => return None,
    })
}

/// The same, and types that have one name only: enough to know an array type by its name.
fn spelled_out_or_same(name: &str) -> Option<&'static str> {
    let same = ["text", "uuid", "json", "jsonb", "numeric", "date", "bytea", "interval", "inet", "name"];
    spelled_out(name).or_else(|| same.into_iter().find(|known| *known == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(written: &str, is: &str) -> bool {
        let (wanted, types) = (split(written), split(is));
        wanted.len() == types.len() && wanted.iter().zip(&types).all(|(wanted, is)| means(wanted, is))
    }

    #[test]
    fn every_spelling_of_a_type_is_the_type() {
        for (written, is) in [
            ("", ""),
            ("uuid", "uuid"),
            ("int4, INT, int8", "integer, integer, bigint"),
            ("varchar(20), Character  Varying", "character varying, character varying"),
            ("numeric(10, 2), decimal", "numeric, numeric"),
            ("timestamptz, timestamp(3)", "timestamp with time zone, timestamp without time zone"),
            ("timestamp (3) with time zone", "timestamp with time zone"),
            ("text[], int4[3], _int8, text array", "text[], integer[], bigint[], text[]"),
            ("mood, mood[], public.mood", "public.mood, public.mood[], public.mood"),
            ("p_id uuid, p_at double precision DEFAULT 1.5", "uuid, double precision"),
            ("a text DEFAULT 'x, (', b int", "text, integer"),
            ("IN a int, VARIADIC rest text[]", "integer, text[]"),
            ("\"Odd, Name\" bool = true", "boolean"),
            ("pg_catalog.int4, \"char\"", "integer, \"char\""),
            ("\"Mood\", \"mood\"", "public.\"Mood\", public.mood"),
        ] {
            assert!(pair(written, is), "{written} should be {is}");
        }
    }

    #[test]
    fn another_type_is_another() {
        for (written, is) in [
            ("", "uuid"),
            ("uuid", ""),
            ("uuid", "text"),
            ("int", "bigint"),
            ("text", "text[]"),
            ("timestamp", "timestamp with time zone"),
            ("\"mood\"", "public.\"Mood\""),
            ("app.mood", "public.mood"),
            ("char", "\"char\""),
            ("int, text", "integer"),
        ] {
            assert!(!pair(written, is), "{written} should not be {is}");
        }
    }
}
