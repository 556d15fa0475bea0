//! Characters that a database in another encoding than UTF-8 does not have.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::{
    core::error::Result,
    pg::{connect::Transaction, query},
};

/// Encodings that take every character: `SQL_ASCII` holds bytes, whatever they mean.
const ANY: [&str; 2] = ["UTF8", "SQL_ASCII"];

/// Which of `characters` the database, which is in `encoding`, does not have; one round trip, and none where it has all.
///
/// They travel as bytes, because the server would refuse a text of them before it is asked anything.
pub async fn missing_characters(
    tx: &Transaction<'_>,
    encoding: &str,
    characters: &BTreeSet<char>,
) -> Result<BTreeSet<char>> {
    if characters.is_empty() || ANY.contains(&encoding) {
        return Ok(BTreeSet::new());
    }
    let list: Vec<_> = characters.iter().map(|c| hex(*c)).collect();
    let ask = format!(
        "DO $$ DECLARE c text; missing text := ''; BEGIN FOREACH c IN ARRAY '{{{}}}'::text[] LOOP BEGIN \
         PERFORM convert(decode(c, 'hex'), 'UTF8', getdatabaseencoding()); \
         EXCEPTION WHEN untranslatable_character OR character_not_in_repertoire THEN missing := missing || ' ' || c; END; \
         END LOOP; PERFORM set_config('pgdeck.missing', missing, true); END $$",
        list.join(",")
    );
    let (asked, answer) = futures_util::join!(
        query::rows(tx, &ask, &[]),
        query::scalar(tx, "SELECT current_setting('pgdeck.missing', true)", &[])
    );
    asked?;
    let answer = answer?.unwrap_or_default();
    let missing: BTreeSet<&str> = answer.split_whitespace().collect();
    Ok(characters.iter().copied().filter(|c| missing.contains(hex(*c).as_str())).collect())
}

/// The bytes of `c` in UTF-8.
fn hex(c: char) -> String {
    let mut buffer = [0; 4];
    c.encode_utf8(&mut buffer).bytes().fold(String::new(), |mut out, byte| {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}
