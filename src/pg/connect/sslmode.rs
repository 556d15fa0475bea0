//! `sslmode` (PostgreSQL manual, 34.19.3 "Protection Provided in Different Modes").

use crate::core::error::{Error, Result, did_you_mean};

/// How much a connection over TCP insists on TLS. Never used over a unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum SslMode {
    /// Plain text.
    Disable,
    /// TLS if the server has it, else plain text; no check of who it is. `allow` means this too.
    #[default]
    Prefer,
    /// TLS, without a check of who the server is unless a root certificate file exists.
    Require,
    /// TLS, and the certificate leads to a trusted one.
    VerifyCa,
    /// TLS, and the certificate leads to a trusted one and names the host.
    VerifyFull,
}

const KNOWN: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

impl SslMode {
    /// Reads libpq's word; an unknown one is an error that names the nearest.
    pub fn parse(word: &str) -> Result<Self> {
        Ok(match word {
            "disable" => SslMode::Disable,
            "allow" | "prefer" => SslMode::Prefer,
            "require" => SslMode::Require,
            "verify-ca" => SslMode::VerifyCa,
            "verify-full" => SslMode::VerifyFull,
            _ => {
                return Err(Error::usage(format!("`{word}` is not an sslmode")).hint(did_you_mean(word, KNOWN)));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libpqs_words_are_read_and_typos_are_named() {
        assert_eq!(SslMode::parse("verify-full").expect("known"), SslMode::VerifyFull);
        assert_eq!(SslMode::parse("allow").expect("known"), SslMode::Prefer);
        let error = SslMode::parse("verify-fulll").expect_err("unknown");
        assert_eq!(error.to_string(), "`verify-fulll` is not an sslmode — did you mean `verify-full`?");
        assert!(SslMode::parse("").is_err());
    }
}
