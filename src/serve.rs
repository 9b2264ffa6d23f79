//! The live preview: HTTP, events, watching.
//!
//! Pages are made from a [`Snapshot`](crate::build::Snapshot) when they are asked for, and never
//! written. When a file changes, a new snapshot takes the place of the old one, and every open
//! page hears of it. Whatever content, theme and configuration do, the last good site stays.

mod behind;
mod events;
mod http;
mod preview;
mod reply;
mod watch;

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;

use jiff::civil::Date;

use crate::diag::Diagnostic;
use crate::files::{Error, Files};
use preview::Preview;

/// How the preview is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of `book.toml`.
    pub root: PathBuf,
    /// The address to listen on.
    pub address: IpAddr,
    /// The port; 0 for any free one.
    pub port: u16,
    /// Whether another port will do when this one is taken.
    pub any_port: bool,
    /// Names that the preview answers to besides its own addresses.
    pub hosts: Vec<String>,
    /// Whether open pages go to the page that was just saved.
    pub follow: bool,
    /// Whether to look for changes from time to time, without the system's help.
    pub poll: bool,
    /// The day for which statuses are judged.
    pub today: Date,
}

impl Options {
    /// The defaults: loopback, port 3000, or the next free one.
    pub fn new(root: PathBuf, today: Date) -> Self {
        Self {
            root,
            address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: 3000,
            any_port: true,
            hosts: Vec::new(),
            follow: false,
            poll: false,
            today,
        }
    }
}

/// What the preview tells whoever started it.
pub enum Notice {
    /// The first page can be had at this address.
    Ready(SocketAddr),
    /// The port was taken, so another one is used.
    OtherPort(u16, u16),
    /// What is wrong now and wasn't before; told before the update that found it.
    Found(Vec<Diagnostic>),
    /// Something has changed; with the number of errors and warnings, and how long it took.
    Updated(usize, usize, std::time::Duration),
    /// A fault that doesn't stop the preview.
    Trouble(String),
}

/// Runs the preview until the process ends. Fails only when no port can be had.
pub fn serve(
    files: Arc<dyn Files + Send>,
    options: &Options,
    notify: impl Fn(Notice) + Send + Sync + 'static,
) -> Result<(), Error> {
    let (listener, address) = bind(options)?;
    if address.port() != options.port && options.port != 0 {
        notify(Notice::OtherPort(options.port, address.port()));
    }
    let notify = Arc::new(notify);
    let preview = Arc::new(Preview::new(files, options, address));
    let (watching, tell) = (Arc::clone(&preview), Arc::clone(&notify));
    let poll = options.poll;
    std::thread::spawn(move || watch::watch(&watching, poll, &*tell));
    let (behind, tell) = (Arc::clone(&preview), Arc::clone(&notify));
    std::thread::spawn(move || behind::rehearse(&behind, &*tell));
    http::run(listener, address, &preview, &*notify)
}

/// So many ports are tried after the one that was asked for.
const MORE_PORTS: u16 = 50;

/// Binds the port, or the next free one.
fn bind(options: &Options) -> Result<(TcpListener, SocketAddr), Error> {
    let more = if options.any_port { MORE_PORTS } else { 0 };
    let last = options.port.saturating_add(more);
    let mut port = options.port;
    loop {
        let address = SocketAddr::new(options.address, port);
        let bound = http::listen(address).and_then(|listener| {
            let bound = listener.local_addr()?;
            Ok((listener, bound))
        });
        match bound {
            Err(error) if error.kind() == ErrorKind::AddrInUse && port < last => port += 1,
            _ => return bound.map_err(Error::at("listen on", &PathBuf::from(address.to_string()))),
        }
    }
}
