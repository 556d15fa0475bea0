//! TLS as libpq's `sslmode` asks for it (PostgreSQL manual, 34.19 "SSL Support"), with rustls and an
//! explicit ring provider: nothing depends on a process-wide default.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{
        CertificateDer,
        pem::{Error as PemError, PemObject},
    },
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    conninfo::{Conninfo, Host, Roots},
    sslmode::SslMode,
    verifier::Verifier,
};
use crate::core::error::{Error, Result};

/// What the driver needs to start TLS, made once per environment.
pub(super) async fn connector(conninfo: &Conninfo) -> Result<MakeRustlsConnect> {
    conninfo.remembered.tls.get_or_try_init(|| make(conninfo)).await.cloned()
}

async fn make(conninfo: &Conninfo) -> Result<MakeRustlsConnect> {
    // Over a unix socket there is no TLS, so no certificate has to be there for it either.
    let tcp = matches!(conninfo.host, Host::Tcp(_));
    let (mode, roots) = (if tcp { conninfo.sslmode } else { SslMode::Disable }, conninfo.roots.clone());
    // Reads files, for the system's store some hundred.
    let config = tokio::task::spawn_blocking(move || client_config(mode, &roots)).await;
    config
        .map_err(|_| Error::connect("TLS could not be set up"))?
        .map(MakeRustlsConnect::new)
        .map_err(|error| error.env(&conninfo.environment))
}

fn client_config(mode: SslMode, roots: &Roots) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let verifier = verifier(mode, roots, &provider)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Error::connect("TLS could not be set up"))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

fn verifier(mode: SslMode, roots: &Roots, provider: &Arc<CryptoProvider>) -> Result<Verifier> {
    let file = match roots {
        Roots::File(path) => Some(path),
        Roots::Default(path) => path.as_ref().filter(|path| path.exists()),
        Roots::System => None,
    };
    match (mode, file) {
        (SslMode::Disable | SslMode::Prefer, _) | (SslMode::Require, None) => Ok(Verifier::of_anybody(provider)),
        // libpq: with a root certificate file, `require` is `verify-ca`.
        (SslMode::Require | SslMode::VerifyCa, Some(path)) => from_file(path, false, provider),
        (SslMode::VerifyFull, Some(path)) => from_file(path, true, provider),
        (SslMode::VerifyCa, None) => Err(Error::usage("sslmode=verify-ca needs a root certificate file")
            .hint("name it with sslrootcert, or use sslmode=verify-full, which can use the system's certificates")),
        (SslMode::VerifyFull, None) => from_system(provider),
    }
}

fn from_file(path: &Path, names: bool, provider: &Arc<CryptoProvider>) -> Result<Verifier> {
    let wrong = |what: &str| {
        Error::usage(format!("the root certificate file {what}"))
            .object(path.display())
            .hint("sslrootcert names a PEM file of certificates to trust")
    };
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = read.map_err(|error| match error {
        PemError::Io(error) => wrong(&format!("cannot be read: {}", error.kind())),
        _ => wrong("is not a PEM file"),
    })?;
    if certificates.is_empty() {
        return Err(wrong("holds no certificate"));
    }
    Verifier::trusting(certificates, names, provider).ok_or_else(|| wrong("holds no certificate that can be used"))
}

fn from_system(provider: &Arc<CryptoProvider>) -> Result<Verifier> {
    let found = rustls_native_certs::load_native_certs();
    if !found.errors.is_empty() {
        tracing::warn!(count = found.errors.len(), "some of the system's certificates cannot be read");
    }
    Verifier::trusting(found.certs, true, provider).ok_or_else(|| {
        Error::usage("this system has no trusted certificates")
            .hint("install its ca-certificates, or name a file with sslrootcert")
    })
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};
    use rustls::{
        CertificateError, ClientConnection, Error as TlsError, ServerConfig, ServerConnection,
        SupportedProtocolVersion,
        pki_types::PrivatePkcs8KeyDer,
        server::{ClientHello, ResolvesServerCert},
        sign::CertifiedKey,
        version::{TLS12, TLS13},
    };

    use super::*;
    use crate::core::error::Code;

    fn refused(mode: SslMode, roots: &Roots) -> Error {
        client_config(mode, roots).expect_err("refused")
    }

    #[test]
    fn a_root_file_that_is_missing_empty_or_nonsense_is_named() {
        let directory = tempfile::tempdir().expect("directory");
        let path = directory.path().join("root.crt");
        let roots = Roots::File(path.clone());
        let message = |mode| {
            let error = refused(mode, &roots);
            assert_eq!(error.code, Code::Usage);
            let error = error.to_string();
            assert!(error.contains(path.to_str().expect("path")), "{error}");
            error
        };
        assert!(message(SslMode::VerifyFull).contains("cannot be read: entity not found"));
        assert!(message(SslMode::Require).contains("cannot be read"));
        std::fs::write(&path, "").expect("write");
        assert!(message(SslMode::VerifyCa).contains("holds no certificate"));
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        std::fs::write(&path, pem).expect("write");
        assert!(message(SslMode::VerifyCa).contains("that can be used"));
    }

    #[test]
    fn without_a_file_only_some_modes_work() {
        let nowhere = Roots::Default(Some("/nowhere/root.crt".into()));
        for mode in [SslMode::Disable, SslMode::Prefer, SslMode::Require] {
            assert!(client_config(mode, &nowhere).is_ok());
        }
        assert!(refused(SslMode::VerifyCa, &nowhere).to_string().contains("sslrootcert"));
    }

    /// Gives the same certificate to everybody, with whatever key.
    #[derive(Debug)]
    struct Presents(Arc<CertifiedKey>);

    impl ResolvesServerCert for Presents {
        fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
            Some(self.0.clone())
        }
    }

    /// A handshake in memory with a server that shows `certificate` and signs with `key`.
    fn handshake(
        certificate: &CertificateDer<'static>,
        key: &KeyPair,
        version: &'static SupportedProtocolVersion,
    ) -> Result<(), TlsError> {
        let key = ring::sign::any_supported_type(&PrivatePkcs8KeyDer::from(key.serialize_der()).into()).expect("key");
        let presents = Presents(Arc::new(CertifiedKey::new(vec![certificate.clone()], key)));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .expect("version")
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(presents));
        let mut server = ServerConnection::new(Arc::new(config)).expect("server");
        let config = client_config(SslMode::Require, &Roots::Default(None)).expect("client");
        let mut client =
            ClientConnection::new(Arc::new(config), "db.example".try_into().expect("name")).expect("client");
        while client.is_handshaking() || server.is_handshaking() {
            let (mut there, mut back) = (Vec::new(), Vec::new());
            client.write_tls(&mut there).expect("write");
            server.read_tls(&mut &there[..]).expect("read");
            server.process_new_packets()?;
            while server.wants_write() {
                server.write_tls(&mut back).expect("write");
            }
            client.read_tls(&mut &back[..]).expect("read");
            client.process_new_packets()?;
        }
        Ok(())
    }

    #[test]
    fn whoever_shows_a_certificate_must_hold_its_key_even_where_nobody_checks_the_certificate() {
        let (own, stolen) = (KeyPair::generate().expect("key"), KeyPair::generate().expect("key"));
        let params = CertificateParams::new(vec!["db.example".to_owned()]).expect("names");
        let certificate = params.self_signed(&own).expect("certificate").der().clone();
        for version in [&TLS12, &TLS13] {
            assert_eq!(handshake(&certificate, &own, version), Ok(()));
            let refused = handshake(&certificate, &stolen, version);
            assert_eq!(refused, Err(TlsError::InvalidCertificate(CertificateError::BadSignature)));
        }
    }
}
