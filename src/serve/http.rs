//! HTTP for a preview on one machine, on `tiny_http` in one strict pattern.
//!
//! Every answer is one write of head and body with `Connection: close`, through the raw writer:
//! the library's own way of answering waits for Nagle's algorithm and can starve connections that
//! are kept open. Nothing of a request is copied into a head. Requests with a body, or with a
//! `Transfer-Encoding`, are refused.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tiny_http::{Method, Request, Server};

use super::Notice;
use super::preview::Preview;
use crate::base::percent_decode;
use crate::files::Error;

/// So many requests are answered at once, event streams included.
const MOST_REQUESTS: usize = 256;
/// So many of them may be event streams, so that there is always room for pages.
const MOST_STREAMS: usize = 200;
/// How often the library is woken, see [`nudge`].
const NUDGE: Duration = Duration::from_millis(25);
/// A body up to this is read and thrown away. Its memory isn't touched before it comes.
const MOST_BODY: usize = 256 * 1024 * 1024;
/// So many connections may be lost to longer ones, see [`writer`].
const MOST_LOST: usize = 64;
/// A client that takes no byte for so long is given up.
const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub status: u16,
    pub kind: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub(super) fn new(status: u16, kind: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, kind, headers: Vec::new(), body: body.into() }
    }

    pub(super) fn text(status: u16, text: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{text}\n"))
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A request that has passed all checks.
pub(super) struct Asked {
    /// Decoded, without the leading slash.
    pub path: String,
    pub etag: Option<String>,
    pub range: Option<String>,
    /// The version that a range must be of.
    pub if_range: Option<String>,
    /// The id of the last event that the page has heard.
    pub last_event: Option<String>,
    pub query: String,
}

impl Asked {
    /// A value of the query, as it was written.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

/// How many are being answered.
#[derive(Default)]
struct Busy {
    requests: AtomicUsize,
    streams: AtomicUsize,
    /// Connections that can't be closed any more, see [`writer`].
    lost: AtomicUsize,
}

/// Listens with a time-out for writing, which connections inherit from the listener.
pub(super) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let domain = socket2::Domain::for_address(address);
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None)?;
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_write_timeout(Some(WRITE_TIMEOUT))?;
    socket.set_tcp_nodelay(true)?;
    socket.bind(&address.into())?;
    socket.listen(1024)?;
    Ok(socket.into())
}

/// Answers requests for ever; the listener is made again when accepting fails.
pub(super) fn run(
    listener: TcpListener,
    address: SocketAddr,
    preview: &Arc<Preview>,
    notify: &dyn Fn(Notice),
) -> Result<(), Error> {
    let place = PathBuf::from(address.to_string());
    let mut server = start(listener).map_err(Error::at("listen on", &place))?;
    let busy = Arc::new(Busy::default());
    std::thread::spawn(move || nudge(address));
    loop {
        if busy.lost.load(Ordering::SeqCst) > MOST_LOST {
            let why = "too many requests came with a body that no memory can hold";
            return Err(Error::at("go on listening on", &place)(io::Error::other(why)));
        }
        match server.recv() {
            Ok(request) => answer(request, preview, &busy),
            Err(error) => {
                notify(Notice::Trouble(format!("accepting connections failed: {error}")));
                drop(server);
                server = start_again(address);
            }
        }
    }
}

fn start(listener: TcpListener) -> io::Result<Server> {
    Server::from_listener(listener, None).map_err(|error| io::Error::other(error.to_string()))
}

/// Connects now and then, and says nothing. Of connections that come at the same time the library
/// gives two to one thread, where the second one waits until the first one is closed, which may
/// be never: browsers open connections in advance. The next connection to come gets a thread
/// that sees to those that wait, so there is always a next one.
fn nudge(mut address: SocketAddr) {
    if address.ip().is_unspecified() {
        let loopback: (IpAddr, IpAddr) = (Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into());
        address.set_ip(if address.is_ipv4() { loopback.0 } else { loopback.1 });
    }
    loop {
        std::thread::sleep(NUDGE);
        drop(TcpStream::connect_timeout(&address, WRITE_TIMEOUT));
    }
}

/// Tries until it works: what was missing, such as a free file descriptor, comes back.
fn start_again(address: SocketAddr) -> Server {
    loop {
        std::thread::sleep(Duration::from_millis(100));
        if let Ok(server) = listen(address).and_then(start) {
            return server;
        }
    }
}

/// Counts a request for as long as it is being answered.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    /// None when there are too many already.
    fn new(count: &'a AtomicUsize, most: usize) -> Option<Self> {
        let before = count.fetch_add(1, Ordering::SeqCst);
        let counted = Self(count);
        (before < most).then_some(counted)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Answers on a thread of its own, so that a slow client keeps nobody waiting.
fn answer(request: Request, preview: &Arc<Preview>, busy: &Arc<Busy>) {
    let (preview, busy) = (Arc::clone(preview), Arc::clone(busy));
    let work = move || match Counted::new(&busy.requests, MOST_REQUESTS) {
        Some(_counted) => handle(request, &preview, &busy),
        None => send(request, &too_many(), &busy),
    };
    // Without a thread to be had the connection is dropped with the closure.
    drop(std::thread::Builder::new().spawn(work));
}

fn too_many() -> Reply {
    Reply::text(503, "too many requests at once").header("Retry-After", "1")
}

fn handle(request: Request, preview: &Preview, busy: &Busy) {
    let asked = match check(&request, preview.address(), preview.hosts()) {
        Ok(asked) => asked,
        Err(reply) => return send(request, &reply, busy),
    };
    if asked.path == "__lacuna/events" && *request.method() == Method::Get {
        return match Counted::new(&busy.streams, MOST_STREAMS) {
            Some(_counted) => {
                let last = asked.query("last").or(asked.last_event.as_deref());
                super::events::stream(request.into_writer(), preview.hub(), last);
            }
            None => send(request, &too_many(), busy),
        };
    }
    let reply = catch_unwind(AssertUnwindSafe(|| preview.reply(&asked)))
        .unwrap_or_else(|_| Reply::text(500, "the preview failed; see the terminal"));
    send(request, &reply, busy);
}

/// What the preview answers to: its own host names only, so that no other site's page can reach
/// it through a name that leads here.
fn check(request: &Request, bound: SocketAddr, hosts: &[String]) -> Result<Asked, Reply> {
    let header = |name: &str| {
        let mut found = request
            .headers()
            .iter()
            .filter(|header| header.field.as_str().as_str().eq_ignore_ascii_case(name));
        let first = found.next()?.value.as_str().to_string();
        // Two that differ are two readings of one request.
        found.all(|other| other.value.as_str() == first).then_some(first)
    };
    let has = |name: &'static str| request.headers().iter().any(|header| header.field.equiv(name));
    if !matches!(request.method(), Method::Get | Method::Head) {
        return Err(Reply::text(405, "only GET and HEAD").header("Allow", "GET, HEAD"));
    }
    let has_body = request.body_length().is_some_and(|length| length > 0);
    if has_body || has("Transfer-Encoding") {
        return Err(Reply::text(400, "requests have no body here"));
    }
    let host = header("Host").ok_or_else(|| Reply::text(400, "no Host, or several"))?;
    if !is_our_host(&host, bound, hosts) {
        return Err(Reply::text(403, "this host isn't served here; see --allow-host"));
    }
    let target = request.url();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.strip_prefix('/').ok_or_else(|| Reply::text(400, "not a path"))?;
    let path = percent_decode(path).ok_or_else(|| Reply::text(400, "not a path"))?;
    let evil = |part: &str| part == ".." || part == "." || part.contains(['\\', '\0']);
    if path.split('/').any(evil) {
        return Err(Reply::text(400, "not a path"));
    }
    Ok(Asked {
        path,
        etag: header("If-None-Match"),
        range: header("Range"),
        if_range: header("If-Range"),
        last_event: header("Last-Event-ID"),
        query: query.to_string(),
    })
}

/// Loopback by any of its names, the address that is bound, any address when bound to all, and
/// the names that were allowed.
fn is_our_host(host: &str, bound: SocketAddr, hosts: &[String]) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or(rest, |(name, _)| name),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    if name.eq_ignore_ascii_case("localhost")
        || hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    {
        return true;
    }
    let Ok(literal) = name.parse::<IpAddr>() else { return false };
    literal.is_loopback() || literal == bound.ip() || !bound.ip().is_loopback()
}

/// Sends an answer as one write. A client that has gone is no fault.
fn send(request: Request, reply: &Reply, busy: &Busy) {
    let head_only = *request.method() == Method::Head;
    let mut out = format!(
        "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nConnection: close\r\n\
         Cache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n",
        reply.status,
        reason(reply.status),
        reply.kind,
    )
    .into_bytes();
    // Without a body it would have to be the length that 200 has (RFC 9110, section 8.6).
    if reply.status != 304 {
        out.extend(format!("Content-Length: {}\r\n", reply.body.len()).bytes());
    }
    for (name, value) in &reply.headers {
        out.extend(format!("{name}: {value}\r\n").bytes());
    }
    out.extend(b"\r\n");
    if !head_only && reply.status != 304 {
        out.extend(&reply.body);
    }
    let Some(mut writer) = writer(request, busy) else { return };
    drop(writer.write_all(&out).and_then(|()| writer.flush()));
}

/// Where the answer goes. Whoever lets go of a request makes the library ask for as much memory as
/// its body is long, and a length that no memory can hold would end the process. The library has
/// no other way to close the connection of such a request, so it stays open without an answer. That
/// costs a thread and two file descriptors each; when there are many, the preview ends by itself.
fn writer(request: Request, busy: &Busy) -> Option<Box<dyn Write + Send>> {
    if request.body_length().is_some_and(|length| length > MOST_BODY) {
        busy.lost.fetch_add(1, Ordering::SeqCst);
        std::mem::forget(request);
        return None;
    }
    Some(request.into_writer())
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        206 => "Partial Content",
        301 => "Moved Permanently",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        416 => "Range Not Satisfiable",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_hosts_are_answered() {
        let local: SocketAddr = "127.0.0.1:3000".parse().unwrap();
        let wide: SocketAddr = "0.0.0.0:3000".parse().unwrap();
        let allowed = ["docs.test".to_string()];
        for (host, bound, ours) in [
            ("localhost:3000", local, true),
            ("127.0.0.1", local, true),
            ("[::1]:3000", local, true),
            ("docs.test:3000", local, true),
            ("evil.example", local, false),
            ("192.168.1.5:3000", local, false),
            ("192.168.1.5:3000", wide, true),
            ("evil.example", wide, false),
            ("localhost.evil.example", local, false),
            ("", local, false),
        ] {
            assert_eq!(is_our_host(host, bound, &allowed), ours, "{host} on {bound}");
        }
    }
}
