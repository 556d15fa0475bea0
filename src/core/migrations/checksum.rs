//! What each tool hashes a migration's file to, from its bytes.
//!
//! | tool | algorithm | over | source |
//! |---|---|---|---|
//! | sqlx | SHA-384 | the bytes, `-- no-transaction` and carriage returns included | launchbadge/sqlx, sqlx-core/src/migrate/{migration,source}.rs |
//! | Prisma | SHA-256 | the text; either form of line breaks counts as the same | prisma/prisma-engines, …/schema-connector/src/checksum.rs |
//! | Drizzle | SHA-256 | the text with its breakpoints; some versions put LF for CR LF first | drizzle-team/drizzle-orm, drizzle-orm/src/migrator.ts |
//! | Flyway | CRC-32, signed | the lines without their breaks, one after the other, without a byte order mark | flyway/flyway, `…/internal/resolver/ChecksumCalculator.java` |
//! | refinery | SipHash-1-3 with a key of zeros | name, version, text, as Rust hashes strings and integers | rust-db/refinery, `refinery_core/src/migration.rs` |
//! | Sqitch | SHA-1 | the bytes of the deploy script | sqitchers/sqitch, lib/App/Sqitch/Plan/Change.pm (`script_hash`) |
//!
//! sqlx can be told to leave characters out (`ignored_chars`), which its table does not say; Atlas' hash covers all files
//! up to one, and Liquibase's a parsed change: neither is computed.

use std::{
    fmt::Write as _,
    hash::{Hash, Hasher},
};

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};
use siphasher::sip::SipHasher13;

use super::history::Checksum;

/// sqlx's checksum, in hexadecimal.
pub fn sqlx(text: &str) -> String {
    hexadecimal(&Sha384::digest(text.as_bytes()))
}

/// Prisma's and Drizzle's checksum, in hexadecimal.
pub fn sha256(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

/// The same of a content that need not be text.
pub fn sha256_of(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// Flyway's checksum.
pub fn flyway(text: &str) -> i32 {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut crc = crc32fast::Hasher::new();
    text.split(['\r', '\n']).for_each(|line| crc.update(line.as_bytes()));
    crc.finalize().cast_signed()
}

/// refinery's checksum of a version that fits its usual 32 bits.
pub fn refinery(name: &str, version: i32, text: &str) -> u64 {
    sip(name, version, text)
}

/// refinery's checksum where it was built with 64-bit versions (its feature `int8-versions`).
pub fn refinery_wide(name: &str, version: i64, text: &str) -> u64 {
    sip(name, version, text)
}

fn sip(name: &str, version: impl Hash, text: &str) -> u64 {
    let mut hasher = SipHasher13::new();
    name.hash(&mut hasher);
    version.hash(&mut hasher);
    text.hash(&mut hasher);
    hasher.finish()
}

/// Whether `recorded` is the checksum of the migration `name`, `version` (as written) with this text; `None` where
/// pgdeck does not compute that tool's checksum, or the tool could not have taken such a version.
pub fn matches(recorded: &Checksum, name: &str, version: Option<&str>, text: &str) -> Option<bool> {
    match recorded {
        Checksum::Crc32(sum) => Some(*sum == flyway(text)),
        Checksum::Sha384(sum) => Some(sum.eq_ignore_ascii_case(&sqlx(text))),
        Checksum::Sha256(sum) => Some(is_sha256(sum, text)),
        Checksum::SipHash13(sum) => {
            let wide: i64 = version?.parse().ok()?;
            let narrow = i32::try_from(wide).is_ok_and(|version| *sum == refinery(name, version, text));
            Some(narrow || *sum == refinery_wide(name, wide, text))
        }
        Checksum::Sha1(sum) => Some(sum.eq_ignore_ascii_case(&sqitch(text))),
        Checksum::Other(_) => None,
    }
}

/// As Prisma compares: as it is, or with the other form of line breaks, for version control changes them; and an older
/// Prisma wrote each byte without its leading zero.
fn is_sha256(sum: &str, text: &str) -> bool {
    let unix = text.replace("\r\n", "\n");
    let windows = unix.replace('\n', "\r\n");
    [text, &unix, &windows].into_iter().any(|text| {
        let digest = Sha256::digest(text.as_bytes());
        sum.eq_ignore_ascii_case(&hexadecimal(&digest)) || sum.len() < 64 && sum == unpadded(&digest)
    })
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

fn unpadded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:x}");
        out
    })
}

/// Sqitch's hash of a deploy script: SHA-1, in hexadecimal. It tells an edit, it protects nothing.
pub fn sqitch(text: &str) -> String {
    hexadecimal(&Sha1::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLANS: &str = "CREATE TABLE plans (\n  id bigint PRIMARY KEY,\n  title text NOT NULL\n);\n";

    /// `printf … | sha384sum`, and the example "abc" of FIPS 180-4.
    #[test]
    fn sqlx_is_sha_384_of_the_file() {
        assert_eq!(
            sqlx(PLANS),
            "49c91ba2c1eaa81e933342d2238ba4ecab938be51ff2b465e4cb3e033bffa422af55a0845801736873fda71b7725ae75"
        );
        assert_eq!(
            sqlx("abc"),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
        );
    }

    /// `printf … | sha256sum`, and the example "abc" of FIPS 180-4.
    #[test]
    fn prisma_and_drizzle_are_sha_256_of_the_file() {
        assert_eq!(sha256(PLANS), "7ccf750739c8f85bb9a3562ab6b814c3508214f1f5d2388eff6aca05859361ae");
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    /// Either form of line breaks, and the form without leading zeros that prisma-engines issue 1887 is about.
    #[test]
    fn prisma_does_not_mind_line_breaks_nor_its_own_old_form() {
        let recorded = Checksum::Sha256(sha256(PLANS));
        assert_eq!(matches(&recorded, "", None, &PLANS.replace('\n', "\r\n")), Some(true));
        assert_eq!(matches(&recorded, "", None, &PLANS.replace("title", "name")), Some(false));
        let old = Checksum::Sha256("7ccf75739c8f85bb9a3562ab6b814c3508214f1f5d2388eff6aca5859361ae".into());
        assert_eq!(matches(&old, "", None, PLANS), Some(true));
    }

    /// The sums that people report of the real program (flyway/flyway issues 1560 and 2474), and zlib's crc32 over the
    /// joined lines.
    #[test]
    fn flyway_is_crc_32_of_the_lines() {
        let settings =
            "DROP TABLE IF EXISTS settings;\nCREATE TABLE IF NOT EXISTS settings (\n    id INTEGER PRIMARY KEY\n);\n";
        assert_eq!(flyway(settings), -723_451_720);
        assert_eq!(flyway(&settings.replace('\n', "\r\n")), -723_451_720, "line breaks do not count");
        let column = "alter table location_history add column valid_until timestamp with time zone;";
        assert_eq!(flyway(column), -1_039_259_818);
        assert_eq!(flyway(&format!("\u{feff}{column}")), -1_039_259_818, "nor does a byte order mark");
        assert_eq!(flyway(PLANS), 840_729_288);
        assert_eq!(flyway(""), 0);
    }

    /// The first two are the sums that refinery's own tests expect of these migrations; the others come from a hash
    /// written in Python that gives the same two.
    #[test]
    fn refinery_is_sip_hash_of_name_version_and_text() {
        let initial = "CREATE TABLE persons (\n    id int,\n    name varchar(255),\n    city varchar(255)\n);\n";
        assert_eq!(refinery("initial", 1, initial), 2_959_965_718_684_201_605);
        let cars = "CREATE TABLE cars (\n    id int,\n    name varchar(255)\n);\n";
        assert_eq!(refinery("add_cars_table", 2, cars), 8_238_603_820_526_370_208);
        assert_eq!(refinery("plans", 3, PLANS), 7_510_602_257_659_572_346);
        assert_eq!(refinery_wide("plans", 3, PLANS), 12_228_453_742_704_719_756);
        let recorded = Checksum::SipHash13(12_228_453_742_704_719_756);
        assert_eq!(matches(&recorded, "plans", Some("3"), PLANS), Some(true));
        assert_eq!(matches(&recorded, "plan", Some("3"), PLANS), Some(false));
        assert_eq!(matches(&recorded, "plans", Some("3.1"), PLANS), None);
    }

    /// The examples of FIPS 180-4, one and two blocks long, and `printf … | sha1sum`.
    #[test]
    fn sqitch_is_sha_1_of_the_script() {
        assert_eq!(sqitch("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            sqitch("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        );
        assert_eq!(sqitch(PLANS), "6d05ca7e63a8b0b10191bab13be1cdda01a95ffb");
        assert_eq!(sqitch(&"a".repeat(1_000_000)), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
    }
}
