//! The text of a file, whatever an editor writes files in.

use crate::core::error::{Error, Result};

/// A file's text.
pub(super) struct Decoded {
    /// With line breaks of one kind.
    pub(super) text: String,
    /// The line with the first bytes that are no UTF-8: the rest was taken for Windows-1252.
    pub(super) guessed: Option<usize>,
}

/// Reads UTF-8 or UTF-16. What is neither may be of an old editor of Windows; whether it is, only a checksum can tell.
pub(super) fn decoded(name: &str, bytes: &[u8]) -> Result<Decoded> {
    let wide = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| from([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok()
    };
    let mut guessed = None;
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
            match std::str::from_utf8(bytes) {
                Ok(text) => Some(text.to_owned()),
                // Cut off within a character.
                Err(error) if error.error_len().is_none() => {
                    std::str::from_utf8(&bytes[..error.valid_up_to()]).ok().map(str::to_owned)
                }
                Err(error) => {
                    guessed = Some(line(bytes, error.valid_up_to()));
                    Some(bytes.iter().map(|byte| windows_1252(*byte)).collect())
                }
            }
        }
    };
    match text {
        Some(text) if !text.contains('\0') => Ok(Decoded { text: text.replace("\r\n", "\n"), guessed }),
        text => {
            let at = guessed.unwrap_or_else(|| line(bytes, text.and_then(|text| text.find('\0')).unwrap_or(0)));
            Err(Error::usage("this is not text").at(format!("{name}:{at}")).hint("save it as UTF-8"))
        }
    }
}

fn line(bytes: &[u8], at: usize) -> usize {
    bytes[..at.min(bytes.len())].split(|byte| *byte == b'\n').count()
}

/// As every browser reads it: bytes without a character stand for the control characters of Latin-1.
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
