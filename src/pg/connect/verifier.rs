//! Who the server is: libpq's checks, made with webpki.
//!
//! The signature over the handshake is checked in every mode, so that at least the holder of the key in
//! the certificate is at the other end. webpki refuses three kinds of certificate that libpq (OpenSSL)
//! accepts: one that is itself in `sslrootcert`, one whose name is only in its common name, and X.509
//! version 1. The first two are handled here; the third is accepted where no certificate is checked, and
//! refused in words where it is.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use rustls::{
    CertificateError, DigitallySignedStruct, Error as TlsError, OtherError, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_name,
    },
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
        verify_tls13_signature_with_raw_key,
    },
    pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime},
    server::ParsedCertificate,
};

use super::certificate::Facts;

/// Why a certificate is refused, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It names other hosts.
    WrongName { host: String, names: String },
    /// Nobody trusted signed it; who did.
    UnknownIssuer { issuer: String, self_signed: bool },
    /// Since when.
    Expired(String),
    /// Until when.
    NotYet(String),
    /// X.509 version 1.
    Version1,
    /// It is not a certificate.
    Unreadable,
    /// What webpki says.
    Other(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server's certificate ")?;
        match self {
            Refusal::WrongName { host, names } => write!(f, "is for {names}, not for `{host}`"),
            Refusal::UnknownIssuer { self_signed: true, .. } => f.write_str("is self-signed and not trusted"),
            Refusal::UnknownIssuer { issuer, .. } => write!(f, "is signed by an issuer that is not trusted ({issuer})"),
            Refusal::Expired(since) => write!(f, "expired on {since}"),
            Refusal::NotYet(until) => write!(f, "is not valid before {until}"),
            Refusal::Version1 => f.write_str("is X.509 version 1, which cannot be verified"),
            Refusal::Unreadable => f.write_str("cannot be read"),
            Refusal::Other(why) => write!(f, "is not valid: {why}"),
        }
    }
}

impl std::error::Error for Refusal {}

impl Refusal {
    /// What to do about it.
    pub(super) fn hint(&self) -> &'static str {
        match self {
            Refusal::WrongName { .. } => {
                "connect by a name it has, or use sslmode=verify-ca to leave the name unchecked"
            }
            Refusal::UnknownIssuer { .. } => "name the file of the certificate that signed it with sslrootcert",
            Refusal::Expired(_) => "the server needs a new one; also check this machine's clock",
            Refusal::NotYet(_) => "check this machine's clock",
            Refusal::Version1 => "issue it again with extensions, such as a subjectAltName",
            Refusal::Unreadable | Refusal::Other(_) => "the server needs another certificate",
        }
    }
}

impl From<Refusal> for TlsError {
    fn from(refusal: Refusal) -> Self {
        TlsError::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refusal))))
    }
}

/// The trusted certificates, as webpki's verifier and as they are.
#[derive(Debug)]
pub(super) struct Trust {
    webpki: Arc<WebPkiServerVerifier>,
    certificates: Vec<CertificateDer<'static>>,
    names: bool,
}

/// Checks a server as its `sslmode` says.
#[derive(Debug)]
pub(super) struct Verifier {
    algorithms: WebPkiSupportedAlgorithms,
    trust: Option<Trust>,
}

impl Verifier {
    /// TLS without a check of who the server is.
    pub(super) fn of_anybody(provider: &CryptoProvider) -> Self {
        Verifier { algorithms: provider.signature_verification_algorithms, trust: None }
    }

    /// Requires a certificate that leads to one of `certificates` and, with `names`, has the host's name.
    /// `None` if none of them can be used.
    pub(super) fn trusting(
        certificates: Vec<CertificateDer<'static>>,
        names: bool,
        provider: &Arc<CryptoProvider>,
    ) -> Option<Self> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates.iter().cloned());
        let webpki = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build().ok()?;
        let trust = Trust { webpki, certificates, names };
        Some(Verifier { algorithms: provider.signature_verification_algorithms, trust: Some(trust) })
    }
}

impl Trust {
    fn check(&self, chain: &Chain<'_>, facts: &Facts) -> Result<(), Refusal> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(chain.now.as_secs());
        if let Some(since) = facts.expired(now) {
            return Err(Refusal::Expired(since));
        }
        if let Some(until) = facts.not_yet(now) {
            return Err(Refusal::NotYet(until));
        }
        let named = if self.certificates.contains(chain.leaf) {
            // Trusted as it is: there is no chain to follow, and webpki would refuse it as a CA's.
            names(chain.leaf, chain.host)
        } else {
            self.follow(chain, facts)?
        };
        let host = chain.host.to_str();
        if !self.names || named || facts.common_name_is(&host) {
            return Ok(());
        }
        Err(Refusal::WrongName { host: host.into_owned(), names: facts.names_for_people() })
    }

    /// Whether the certificate has the host's name; an error if it leads to nobody trusted. webpki looks
    /// at the name last, so that complaint means that the rest was in order.
    fn follow(&self, chain: &Chain<'_>, facts: &Facts) -> Result<bool, Refusal> {
        let verdict = self.webpki.verify_server_cert(chain.leaf, chain.intermediates, chain.host, &[], chain.now);
        match verdict {
            Ok(_) => Ok(true),
            Err(TlsError::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(false),
            // Whatever webpki minds about it, nobody else vouches for it.
            Err(_) if facts.self_signed => Err(facts.unknown_issuer()),
            Err(_) if facts.version_1 => Err(Refusal::Version1),
            Err(TlsError::InvalidCertificate(CertificateError::UnknownIssuer)) => Err(facts.unknown_issuer()),
            Err(TlsError::InvalidCertificate(why)) => Err(Refusal::Other(why.to_string())),
            Err(why) => Err(Refusal::Other(why.to_string())),
        }
    }
}

impl Facts {
    fn unknown_issuer(&self) -> Refusal {
        Refusal::UnknownIssuer { issuer: self.issuer.clone(), self_signed: self.self_signed }
    }
}

struct Chain<'a> {
    leaf: &'a CertificateDer<'a>,
    intermediates: &'a [CertificateDer<'a>],
    host: &'a ServerName<'a>,
    now: UnixTime,
}

fn names(leaf: &CertificateDer<'_>, host: &ServerName<'_>) -> bool {
    ParsedCertificate::try_from(leaf).is_ok_and(|parsed| verify_server_name(&parsed, host).is_ok())
}

fn version_1(certificate: &CertificateDer<'_>) -> Option<Facts> {
    Facts::read(certificate).filter(|facts| facts.version_1)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if let Some(trust) = &self.trust {
            let facts = Facts::read(end_entity).ok_or(Refusal::Unreadable)?;
            trust.check(&Chain { leaf: end_entity, intermediates, host: server_name, now }, &facts)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, cert, dss, &self.algorithms).map_err(|error| match version_1(cert) {
            Some(_) => Refusal::Version1.into(),
            None => error,
        })
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        match version_1(cert) {
            // webpki does not read the certificate, but the signature can be checked with its key.
            Some(facts) => {
                let key = SubjectPublicKeyInfoDer::from(facts.public_key);
                verify_tls13_signature_with_raw_key(message, &key, dss, &self.algorithms)
            }
            None => verify_tls13_signature(message, cert, dss, &self.algorithms),
        }
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
