//! Certificates as they are found in the wild.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use tempfile::NamedTempFile;

/// A certificate and its key, PEM.
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

impl Identity {
    /// The certificate as a file, for `sslrootcert`.
    pub fn root_file(&self) -> NamedTempFile {
        let file = NamedTempFile::new().expect("file");
        std::fs::write(file.path(), &self.certificate).expect("write");
        file
    }
}

/// An authority of its own.
pub struct Authority {
    pub identity: Identity,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().expect("key");
        let mut params = params(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("certificate").pem();
        let identity = Identity { certificate, key: key.serialize_pem() };
        Authority { identity, issuer: Issuer::new(params, key) }
    }

    pub fn signs(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().expect("key");
        let certificate = params.signed_by(&key, &self.issuer).expect("certificate");
        Identity { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    /// Right in every way, for `host`.
    pub fn server(&self, host: &str) -> Identity {
        self.signs(&params("the server", &[host]))
    }
}

pub fn params(common_name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).expect("names");
    params.distinguished_name.push(DnType::CommonName, common_name);
    params
}

pub fn expired(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2021, 1, 1);
    params
}

/// What `openssl req -x509` makes: signed by itself, and an authority as well.
pub fn self_signed(host: &str) -> Identity {
    let key = KeyPair::generate().expect("key");
    let mut params = params(host, &[host]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("certificate");
    Identity { certificate: certificate.pem(), key: key.serialize_pem() }
}
