//! Equal values that are written in several ways: one form for all of them, as far as it can be said without the server.
//!
//! What is compared by it decides about order alone: who comes first. What is written, found or guarded is the server's
//! to compare.

use super::shape::Shape;

/// `text` of type `cast` in one form for all values that the type calls equal.
pub(super) fn comparable(cast: &str, text: &str) -> String {
    let elements = cast.strip_suffix("[]").unwrap_or(cast);
    match elements {
        "bpchar" | "character" => text.trim_end_matches(' ').to_owned(),
        "numeric" | "numrange" | "nummultirange" => without_zeros(text),
        "real" | "double precision" => without_sign_of_zero(text),
        "interval" => length(text).map_or_else(|| text.to_owned(), |length| length.to_string()),
        _ if elements == "citext" || elements.ends_with(".citext") => text.to_lowercase(),
        _ => text.to_owned(),
    }
}

/// The same of the column `name` of `shape`.
pub(super) fn of_column(shape: &Shape, name: &str, text: &str) -> String {
    shape.column(name).map_or_else(|| text.to_owned(), |column| comparable(&column.cast, text))
}

/// Numbers without the zeros at the end of their fractions; what stands between them is punctuation.
fn without_zeros(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dot) = rest.find('.') {
        let digits = rest[dot + 1..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |end| dot + 1 + end);
        out.push_str(&rest[..dot]);
        out.push_str(rest[dot..digits].trim_end_matches('0').trim_end_matches('.'));
        rest = &rest[digits..];
    }
    out + rest
}

/// Floating point numbers, of which zero has two spellings.
fn without_sign_of_zero(text: &str) -> String {
    let number = |number: &str| if number == "-0" { "0".to_owned() } else { number.to_owned() };
    text.split(',')
        .map(|part| {
            let inner = part.trim_matches(['{', '}']);
            part.replace(inner, &number(inner))
        })
        .collect::<Vec<_>>()
        .join(",")
}

/// The microseconds of an interval, in which a month has thirty days and a day 24 hours (PostgreSQL manual, 9.9): the
/// form that `IntervalStyle` `postgres` gives.
fn length(text: &str) -> Option<i128> {
    const SECOND: i128 = 1_000_000;
    const DAY: i128 = 24 * 3600 * SECOND;
    let mut total: i128 = 0;
    let mut words = text.split(' ');
    while let Some(word) = words.next() {
        if word.contains(':') {
            total = total.checked_add(clock(word)?)?;
            continue;
        }
        let days = match words.next()?.trim_end_matches('s') {
            "year" => 360,
            "mon" => 30,
            "day" => 1,
            _ => return None,
        };
        total = total.checked_add(i128::from(word.parse::<i64>().ok()?) * days * DAY)?;
    }
    Some(total)
}

/// `-01:02:03.5` in microseconds.
fn clock(word: &str) -> Option<i128> {
    let (sign, digits) = word.strip_prefix('-').map_or((1, word.trim_start_matches('+')), |digits| (-1, digits));
    let mut parts = digits.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    // What a file says may be any number.
    let number = |text: &str| text.parse::<i64>().ok().map(i128::from);
    let micros = number(&format!("{fraction:0<6}"))?;
    Some(sign * (((number(hours)? * 60 + number(minutes)?) * 60 + number(whole)?) * 1_000_000 + micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_form() {
        for (cast, one, other) in [
            ("bpchar", "a", "a   "),
            ("numeric", "1.0", "1.00"),
            ("numeric", "100", "100.0"),
            ("numeric[]", "{1.0,2}", "{1,2.00}"),
            ("numrange", "[1.0,2)", "[1,2.0)"),
            ("double precision", "-0", "0"),
            ("double precision[]", "{-0,1}", "{0,1}"),
            ("interval", "1 mon", "30 days"),
            ("interval", "1 day", "24:00:00"),
            ("interval", "1 year -1 days +00:00:00.5", "359 days 00:00:00.500000"),
            ("interval", "-00:00:01", "-1 days +23:59:59"),
            ("public.citext", "Abc", "aBC"),
            ("citext[]", "{Abc}", "{aBC}"),
        ] {
            assert_eq!(comparable(cast, one), comparable(cast, other), "{cast}");
        }
    }

    #[test]
    fn other_values_have_other_forms() {
        for (cast, one, other) in [
            ("text", "a", "a "),
            ("text", "1.0", "1.00"),
            ("numeric", "100", "1"),
            ("numeric", "10.01", "10.1"),
            ("numeric", "NaN", "0"),
            ("double precision", "-0.5", "0.5"),
            ("interval", "1 mon", "31 days"),
            ("interval", "00:00:00.5", "00:00:00.05"),
            ("interval[]", "{1 mon}", "{31 days}"),
            ("interval", "99999999999999999999999999999999999999 years", "1 year"),
            ("interval", "99999999999999999999999999999999999999:00:00", "01:00:00"),
            ("citext", "a", "b"),
        ] {
            assert_ne!(comparable(cast, one), comparable(cast, other), "{cast}");
        }
    }
}
