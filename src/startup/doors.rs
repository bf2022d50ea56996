//! Where the server listens: the port of the console, and addresses of their own for the gate and for figures where the
//! operator wants that.

use super::StartError;
use crate::config::{Config, OwnAddress};
use crate::server::Listener;
use socket2::SockRef;
use std::fs::Permissions;
use std::io;
use std::net::{Shutdown, TcpListener};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

/// Bound addresses.
pub struct Doors {
    pub main: TcpListener,
    pub gate: Option<Listener>,
    /// The socket of the S3 gateway.
    pub versitygw: Option<Listener>,
    pub metrics: Option<Listener>,
}

/// Addresses that can be closed while the server that listens there still answers.
pub struct Handles(Vec<OwnedFd>);

impl Doors {
    /// Binds what the operator set.
    pub fn bind(config: &Config) -> Result<Self, StartError> {
        let main = TcpListener::bind(config.listen).map_err(told(&config.listen.to_string()))?;
        Self::beside(config, main)
    }

    /// Binds the other addresses beside a port that is bound already.
    pub fn beside(config: &Config, main: TcpListener) -> Result<Self, StartError> {
        let open = |address: Option<&OwnAddress>| address.map(bound).transpose();
        let versitygw = open(config.gate.versitygw.as_ref().map(|peer| &peer.socket))?;
        let gate = open(config.gate.listen.as_ref())?;
        Ok(Self { main, gate, versitygw, metrics: open(config.metrics.listen.as_ref())? })
    }

    /// By which they can be closed later.
    pub fn handles(&self) -> io::Result<Handles> {
        let mut handles = vec![OwnedFd::from(self.main.try_clone()?)];
        for listener in self.gate.iter().chain(&self.versitygw).chain(&self.metrics) {
            handles.push(match listener {
                Listener::Port(listener) => listener.try_clone()?.into(),
                Listener::Socket(listener) => listener.try_clone()?.into(),
            });
        }
        Ok(Handles(handles))
    }
}

impl Handles {
    /// Takes no more connections.
    pub fn close(&self) {
        for handle in &self.0 {
            if let Err(error) = SockRef::from(handle).shutdown(Shutdown::Read) {
                tracing::debug!(%error, "an address closes together with the server");
            }
        }
    }
}

fn bound(address: &OwnAddress) -> Result<Listener, StartError> {
    match address {
        OwnAddress::Port(address) => {
            TcpListener::bind(address).map(Listener::Port).map_err(told(&address.to_string()))
        }
        OwnAddress::Socket(path) => {
            socket(path).map(Listener::Socket).map_err(told(&path.display().to_string()))
        }
    }
}

fn told(address: &str) -> impl FnOnce(io::Error) -> StartError + use<> {
    let address = address.to_owned();
    move |source| StartError::Listen { address, source }
}

/// A socket for the server's own user and group. One that a killed server left, where nobody listens, is replaced.
fn socket(path: &Path) -> io::Result<UnixListener> {
    let is_left = std::fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket())
        && UnixStream::connect(path).is_err();
    if is_left {
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o660))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
