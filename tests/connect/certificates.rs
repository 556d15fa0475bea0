//! Certificates as they are found in the wild.

use std::{path::Path, process::Command};

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

/// A server's certificate without extensions, and its root. `None`, said aloud, where `openssl` is missing
/// or too new to make one.
pub fn version_1() -> Option<(Identity, Identity)> {
    let directory = tempfile::tempdir().expect("directory");
    for arguments in [
        "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.crt -subj /CN=root -days 2",
        "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
        "x509 -req -in server.csr -CA root.crt -CAkey root.key -CAcreateserial -out server.crt -days 2",
    ] {
        let done = Command::new("openssl").args(arguments.split(' ')).current_dir(&directory).output();
        if !done.is_ok_and(|done| done.status.success()) {
            println!("left out: openssl cannot make the certificate");
            return None;
        }
    }
    let shown =
        Command::new("openssl").args(["x509", "-text", "-noout", "-in", "server.crt"]).current_dir(&directory).output();
    if !String::from_utf8_lossy(&shown.expect("openssl").stdout).contains("Version: 1") {
        println!("left out: openssl makes version 3 by itself");
        return None;
    }
    let read = |path: &Path| std::fs::read_to_string(path).expect("read");
    let identity = |name: &str| Identity {
        certificate: read(&directory.path().join(format!("{name}.crt"))),
        key: read(&directory.path().join(format!("{name}.key"))),
    };
    Some((identity("server"), identity("root")))
}
