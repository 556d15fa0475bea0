//! What a server's certificate says, for checks that webpki does not make and for messages.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    time::SystemTime,
};

use rustls::pki_types::CertificateDer;
use x509_cert::{
    Certificate, Version,
    attr::AttributeTypeAndValue,
    der::{Decode, Encode},
    ext::pkix::{SubjectAltName, name::GeneralName},
    time::Time,
};

/// OID 2.5.4.3, `commonName` (RFC 5280, appendix A.1).
const COMMON_NAME: &str = "2.5.4.3";

/// The parts of a certificate that matter here.
pub(super) struct Facts {
    /// Names and addresses of its `subjectAltName`.
    pub(super) names: Vec<String>,
    /// The common name of its subject.
    pub(super) common_name: Option<String>,
    /// Who signed it.
    pub(super) issuer: String,
    /// Whether issuer and subject are the same.
    pub(super) self_signed: bool,
    /// X.509 version 1, which is what `openssl x509 -req` makes without extensions.
    pub(super) version_1: bool,
    /// Its public key, as DER.
    pub(super) public_key: Vec<u8>,
    not_before: Time,
    not_after: Time,
}

impl Facts {
    /// Reads a certificate; `None` if it is not one.
    pub(super) fn read(der: &CertificateDer<'_>) -> Option<Self> {
        let certificate = Certificate::from_der(der).ok()?.tbs_certificate;
        let alternatives = certificate.get::<SubjectAltName>().ok()?;
        let names = alternatives.map(|(_, names)| names.0.iter().filter_map(name).collect()).unwrap_or_default();
        let attributes = certificate.subject.0.iter().flat_map(|part| part.0.iter());
        Some(Facts {
            names,
            common_name: attributes.rev().find_map(common_name),
            issuer: certificate.issuer.to_string(),
            self_signed: certificate.issuer == certificate.subject,
            version_1: certificate.version == Version::V1,
            public_key: certificate.subject_public_key_info.to_der().ok()?,
            not_before: certificate.validity.not_before,
            not_after: certificate.validity.not_after,
        })
    }

    /// `2024-01-31T00:00:00Z` if it was over by `now`.
    pub(super) fn expired(&self, now: SystemTime) -> Option<String> {
        (now > self.not_after.to_system_time()).then(|| self.not_after.to_string())
    }

    /// `2024-01-31T00:00:00Z` if it has not begun by `now`.
    pub(super) fn not_yet(&self, now: SystemTime) -> Option<String> {
        (now < self.not_before.to_system_time()).then(|| self.not_before.to_string())
    }

    /// Whether the common name stands for `host`. Looked at only if no alternative names are given, as in
    /// libpq (manual, 34.19.1), with libpq's one wildcard: `*.` for one whole label.
    pub(super) fn common_name_is(&self, host: &str) -> bool {
        let Some(name) = self.common_name.as_ref().filter(|_| self.names.is_empty()) else { return false };
        let (name, host) = (name.to_ascii_lowercase(), host.to_ascii_lowercase());
        match name.strip_prefix("*.") {
            Some(domain) => host.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == domain),
            None => name == host,
        }
    }

    /// The names it may be used for, for a message.
    pub(super) fn names_for_people(&self) -> String {
        match (&self.names[..], &self.common_name) {
            ([], Some(name)) => format!("`{name}`"),
            ([], None) => "no name at all".into(),
            (names, _) => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        }
    }
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        GeneralName::IpAddress(octets) => address(octets.as_bytes()),
        _ => None,
    }
}

fn address(octets: &[u8]) -> Option<String> {
    let v4 = <[u8; 4]>::try_from(octets).ok().map(|octets| Ipv4Addr::from(octets).to_string());
    v4.or_else(|| <[u8; 16]>::try_from(octets).ok().map(|octets| Ipv6Addr::from(octets).to_string()))
}

fn common_name(attribute: &AttributeTypeAndValue) -> Option<String> {
    let text = || String::from_utf8(attribute.value.value().to_vec()).ok();
    // A NUL inside a name is how certificates for other hosts were once smuggled past C programs.
    (attribute.oid.to_string() == COMMON_NAME).then(text).flatten().filter(|name| !name.contains('\0'))
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair};

    use super::*;

    fn facts(common_name: &str, names: &[&str]) -> Facts {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names");
        params.distinguished_name.push(DnType::CommonName, common_name);
        let certificate = params.self_signed(&KeyPair::generate().expect("key")).expect("certificate");
        Facts::read(certificate.der()).expect("read")
    }

    #[test]
    fn names_are_read_from_both_places() {
        let facts = facts("db", &["db.example", "127.0.0.1", "::1"]);
        assert_eq!(facts.names, ["db.example", "127.0.0.1", "::1"]);
        assert_eq!(facts.names_for_people(), "`db.example`, `127.0.0.1`, `::1`");
        assert_eq!(facts.common_name.as_deref(), Some("db"));
        assert!(facts.self_signed && !facts.version_1);
    }

    #[test]
    fn the_common_name_counts_only_alone() {
        assert!(facts("DB.example", &[]).common_name_is("db.EXAMPLE"));
        assert!(!facts("db.example", &["other.example"]).common_name_is("db.example"));
        assert!(!facts("db.example", &[]).common_name_is("example"));
        let wild = facts("*.example.org", &[]);
        assert!(wild.common_name_is("db.example.org"));
        assert!(!wild.common_name_is("a.db.example.org") && !wild.common_name_is("example.org"));
    }

    #[test]
    fn validity_has_two_ends() {
        let facts = facts("db", &[]);
        assert_eq!((facts.expired(SystemTime::now()), facts.not_yet(SystemTime::now())), (None, None));
        assert!(facts.not_yet(SystemTime::UNIX_EPOCH).is_some());
        assert!(facts.expired(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1 << 40)).is_some());
    }
}
