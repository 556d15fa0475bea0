//! `sslmode` (PostgreSQL manual, 34.19.3 "Protection Provided in Different Modes").

use crate::core::error::{Error, Result, did_you_mean, nearest};

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
                // Repeated only where it plainly is a mistyped mode, and not a piece of an address's password.
                let what = match nearest(word, KNOWN) {
                    Some(_) => format!("`{word}` is not an sslmode"),
                    None => "sslmode has an unknown value".to_owned(),
                };
                return Err(Error::usage(what).hint(did_you_mean(word, KNOWN)));
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
        let error = SslMode::parse("hunter2@h").expect_err("a piece of a password").to_string();
        assert!(!error.contains("hunter2") && error.contains("verify-full"), "{error}");
        assert!(SslMode::parse("").is_err());
    }
}
