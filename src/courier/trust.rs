//! Which certificates are believed: those of the authorities that Mozilla trusts, and those of a file.

use std::path::Path;
use std::sync::{Arc, OnceLock};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The file of certificates cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("The file {path} of webhooks.ca_file cannot be used: {problem}.")]
pub struct TrustError {
    path: String,
    problem: String,
}

/// Certificates of authorities.
pub(super) struct Trust {
    own: Vec<CertificateDer<'static>>,
    config: OnceLock<Option<Arc<ClientConfig>>>,
}

impl Trust {
    /// With the certificates of a file, if there is one.
    pub(super) fn new(file: Option<&Path>) -> Result<Self, TrustError> {
        let own = file.map(read).transpose()?.unwrap_or_default();
        Ok(Self { own, config: OnceLock::new() })
    }

    /// What connections are secured with; none where that cannot be made.
    pub(super) fn config(&self) -> Option<Arc<ClientConfig>> {
        self.config.get_or_init(|| self.make()).clone()
    }

    fn make(&self) -> Option<Arc<ClientConfig>> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        roots.add_parsable_certificates(self.own.iter().cloned());
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .inspect_err(|error| tracing::error!(%error, "webhooks have no way to secure a connection"))
            .ok()?;
        Some(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
    }
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>, TrustError> {
    let wrong = |problem: String| TrustError { path: path.display().to_string(), problem };
    let found: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?.collect();
    let found = found.map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() { Err(wrong("it holds no certificate".to_owned())) } else { Ok(found) }
}
