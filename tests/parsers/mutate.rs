//! Inputs that nobody would write, made of such as somebody would.

use serde_json::Value as Json;

use crate::dice::Dice;

/// Pieces that parsers trip over.
pub const PIECES: &[&[u8]] = &[
    b"\0",
    b"\r\n",
    b"\r",
    b"\n",
    b"\t",
    b"\x1b[31m",
    b"\x7f",
    b"\xc2\x9b",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xe2\x80",
    "\u{feff}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{200b}".as_bytes(),
    "\u{a0}".as_bytes(),
    "\u{e0041}".as_bytes(),
    "ß".as_bytes(),
    "İ".as_bytes(),
    "é".as_bytes(),
    "😀".as_bytes(),
    "“".as_bytes(),
    b"99999999999999999999999999999999",
    b"-9223372036854775808",
    b"18446744073709551616",
    b"4294967296",
    b"1e999999999",
    b"-0",
    b"0x7fffffffffffffff",
    b"NaN",
    b"null",
    b"true",
    b"\"",
    b"'",
    b"''",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\\x",
    b"$$",
    b"$a$",
    b"/*",
    b"*/",
    b"--",
    b"#",
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b"[[",
    b"]]",
    b"=",
    b",",
    b";",
    b":",
    b"::",
    b"%",
    b"%00",
    b"%zz",
    b"@",
    b"?",
    b"&",
    b"*",
    b"|",
    b"+",
    b"\"\"\"",
    b"'''",
    b"COPY a FROM stdin;\n",
    b"\\.\n",
    b"BEGIN ATOMIC",
    b"E'",
    b"U&\"",
];

/// An input: one of `samples` changed here and there, tokens of them in any order, or anything at all.
pub fn input(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    match dice.below(16) {
        0 => anything(dice),
        1 => soup(dice, samples),
        2 => json(dice, samples).unwrap_or_else(|| changed(dice, samples)),
        _ => changed(dice, samples),
    }
}

fn changed(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = samples[dice.below(samples.len())].clone();
    for _ in 0..=dice.below(4) {
        change(dice, &mut bytes, samples);
    }
    bytes
}

fn change(dice: &mut Dice, bytes: &mut Vec<u8>, samples: &[Vec<u8>]) {
    let at = dice.below(bytes.len() + 1);
    match dice.below(14) {
        0 if !bytes.is_empty() => {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
        }
        1 if !bytes.is_empty() => {
            let at = dice.below(bytes.len());
            bytes[at] = dice.next() as u8;
        }
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(dice.range(bytes.len()))),
        4 => {
            let again = bytes[dice.range(bytes.len())].to_vec();
            let most = if dice.once_in(20) { 300 } else { 3 };
            let times = 1 + dice.below(most);
            bytes.splice(at..at, again.repeat(times));
        }
        5 => {
            let other = &samples[dice.below(samples.len())];
            let piece = other[dice.range(other.len())].to_vec();
            bytes.splice(at..at, piece);
        }
        6 => {
            let times = if dice.once_in(12) { 1 + dice.below(5000) } else { 1 };
            bytes.splice(at..at, dice.pick(PIECES).repeat(times));
        }
        7 => {
            let range = dice.range(bytes.len());
            bytes.splice(range, dice.pick(PIECES).iter().copied());
        }
        8 => swap_lines(dice, bytes),
        9 => *bytes = replaced(bytes, b"\n", b"\r\n"),
        10 => number(dice, bytes),
        11 => {
            let (open, close) = dice.pick(&[&("[", "]"), &("{", "}"), &("(", ")"), &("/*", "*/"), &("{\"a\":", "}")]);
            let depth = if dice.once_in(20) { 20_000 } else { 1 + dice.below(300) };
            bytes.splice(at..at, [open.repeat(depth), close.repeat(depth)].concat().into_bytes());
        }
        12 => {
            let piece = bytes[dice.range(bytes.len())].to_ascii_uppercase();
            bytes.splice(at..at, piece);
        }
        _ => bytes.insert(at, dice.next() as u8),
    }
}

fn swap_lines(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let mut lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if !lines.is_empty() {
        let (a, b) = (dice.below(lines.len()), dice.below(lines.len()));
        lines.swap(a, b);
        *bytes = lines.concat();
    }
}

pub fn replaced(bytes: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        if bytes[at..].starts_with(what) {
            out.extend_from_slice(with);
            at += what.len();
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

/// Another number in the place of one.
fn number(dice: &mut Dice, bytes: &mut Vec<u8>) {
    let digits: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()).collect();
    let Some(start) = (!digits.is_empty()).then(|| digits[dice.below(digits.len())]) else { return };
    let end =
        bytes[start..].iter().position(|byte| !byte.is_ascii_digit()).map_or(bytes.len(), |length| start + length);
    let other =
        dice.pick::<[u8]>(&[b"0", b"1", b"-1", b"999999999999999999999", b"4294967295", b"2147483648", b"65536", b""]);
    bytes.splice(start..end, other.iter().copied());
}

fn anything(dice: &mut Dice) -> Vec<u8> {
    let most = if dice.once_in(10) { 5000 } else { 60 };
    let length = dice.below(most);
    (0..length).map(|_| dice.next() as u8).collect()
}

/// Words and signs of the samples, and pieces, in any order.
fn soup(dice: &mut Dice, samples: &[Vec<u8>]) -> Vec<u8> {
    let sample = &samples[dice.below(samples.len())];
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let tokens: Vec<&[u8]> = sample.chunk_by(|a, b| is_word(a) && is_word(b)).collect();
    let mut out = Vec::new();
    for _ in 0..dice.below(200) {
        let from = if tokens.is_empty() || dice.once_in(4) { PIECES } else { &tokens };
        out.extend_from_slice(dice.pick(from));
    }
    out
}

/// A sample of JSON with one of its values changed, so that it stays JSON.
fn json(dice: &mut Dice, samples: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut value: Json = serde_json::from_slice(&samples[dice.below(samples.len())]).ok()?;
    for _ in 0..=dice.below(2) {
        change_json(dice, &mut value);
    }
    serde_json::to_vec(&value).ok()
}

/// Changes one value somewhere in `value`.
pub fn change_json(dice: &mut Dice, value: &mut Json) {
    let inner = match value {
        Json::Array(list) => list.len(),
        Json::Object(map) => map.len(),
        _ => 0,
    };
    if inner == 0 || dice.once_in(8) {
        *value = other_json(dice, value);
        return;
    }
    let at = dice.below(inner);
    match value {
        Json::Array(list) => match dice.below(8) {
            0 => drop(list.remove(at)),
            1 => list.push(list[at].clone()),
            2 => list.swap(0, at),
            _ => change_json(dice, &mut list[at]),
        },
        Json::Object(map) => {
            let key = map.keys().nth(at).cloned().unwrap_or_default();
            match dice.below(10) {
                0 => drop(map.remove(&key)),
                1 => {
                    let value = map.remove(&key).unwrap_or_default();
                    map.insert(String::from_utf8_lossy(dice.pick(PIECES)).into_owned(), value);
                }
                _ => map.get_mut(&key).into_iter().for_each(|value| change_json(dice, value)),
            }
        }
        _ => {}
    }
}

fn other_json(dice: &mut Dice, value: &Json) -> Json {
    match dice.below(9) {
        0 => Json::Null,
        1 => Json::Bool(dice.once_in(2)),
        2 => Json::from(dice.next()),
        3 => Json::from(-1),
        4 => Json::Array(vec![value.clone()]),
        5 => Json::Array(Vec::new()),
        6 => Json::Object(serde_json::Map::new()),
        7 => Json::from(String::from_utf8_lossy(dice.pick(PIECES)).into_owned()),
        _ => Json::from(format!("{}{}", value.as_str().unwrap_or("a"), String::from_utf8_lossy(dice.pick(PIECES)))),
    }
}
