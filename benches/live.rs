//! How long it takes until the preview answers, and from saving a page until it can be had and the
//! browser has heard.
//!
//! `cargo bench --bench live -- 10000` makes a book of 10,000 pages (1,000 without a number),
//! starts the preview without and with a cache, and edits 50 pages, first their text and then their
//! title. With `--peers` the same pages are edited under `mdbook serve` and `hugo server`, where
//! they are installed; `MDBOOK` and `HUGO` name programs that aren't in the path.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on has nothing to say")]

#[expect(dead_code, reason = "each benchmark uses a part of it")]
mod shared;

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use shared::corpus::{self, Corpus};
use shared::peers;

const EDITS: usize = 50;
/// Edits of each peer.
const PEER_EDITS: usize = 5;
const STARTS: usize = 5;
/// A person saves now and then; whatever comes at once is gathered, which isn't measured.
const PAUSE: Duration = Duration::from_millis(600);
const PATIENCE: Duration = Duration::from_mins(5);

fn main() {
    let pages = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(1000);
    let with_peers = std::env::args().any(|word| word == "--peers");
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("book");
    let corpus = Corpus { pages, rich: true };
    corpus.write(&root).unwrap();
    let peers = if with_peers { peers::all(&root, folder.path()) } else { Vec::new() };

    println!("{pages} pages, milliseconds: median, 95 %");
    println!("the first page, without a cache: {}", figures(vec![Server::lacuna(&root).took]));
    let server = Server::lacuna(&root);
    // A large site is shown before all of it is read; this file is made of all pages.
    server.get("/api/pages.json").unwrap();
    edits("text", &root, &server, corpus, |page, edit| {
        corpus.text(page, "", &format!("Edit {edit}."))
    });
    edits("title", &root, &server, corpus, |page, edit| {
        corpus.text(page, &format!(" Edit {edit}."), "")
    });
    drop(server);
    let starts = (0..STARTS).map(|_| Server::lacuna(&root).took);
    println!("the first page, with a cache: {}", figures(starts.collect()));
    for peer in &peers {
        let server = Server::start(|port| peer.serve(port), &peer.url(&corpus::path(0)));
        let first = figures(vec![server.took]);
        let seen = (0..PEER_EDITS).map(|edit| {
            let page = corpus::path(edit * 7919 % pages);
            let file = peer.content.join(&page);
            let text = fs::read_to_string(&file).unwrap();
            server.open(&peer.url(&page));
            std::thread::sleep(PAUSE);
            server.edit(&file, &format!("{text}\nEdit {edit}.\n"), &peer.url(&page), edit)
        });
        println!(
            "{}: a text until its page {}; the first page {first}",
            peer.name,
            figures(seen.collect())
        );
    }
}

/// Edits pages and prints how long it took until each was heard of and seen.
fn edits(
    what: &str,
    root: &Path,
    server: &Server,
    corpus: Corpus,
    edited: impl Fn(usize, usize) -> String,
) {
    let mut events = server.events();
    let (mut seen, mut heard) = (Vec::new(), Vec::new());
    for edit in 0..EDITS {
        let page = edit * 7919 % corpus.pages;
        let path = corpus::path(page);
        let url = format!("/{}", path.replace(".md", ".html"));
        server.open(&url);
        std::thread::sleep(PAUSE);
        let start = Instant::now();
        fs::write(root.join("content").join(path), edited(page, edit)).unwrap();
        wait(&mut events);
        heard.push(start.elapsed());
        server.until(&url, edit, start);
        seen.push(start.elapsed());
    }
    println!("a {what} until the event {}; until its page {}", figures(heard), figures(seen));
}

fn figures(mut times: Vec<Duration>) -> String {
    times.sort();
    let at =
        |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    format!("{:.1}, {:.1}", at(50), at(95))
}

/// A preview that runs, until it is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
    /// From its start until the first page could be had.
    took: Duration,
}

impl Server {
    fn lacuna(root: &Path) -> Self {
        let command = |port: u16| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_lacuna"));
            command.arg("serve").arg("--root").arg(root).args(["--port", &port.to_string()]);
            command
        };
        Self::start(command, "/section-0/page-0.html")
    }

    fn start(command: impl Fn(u16) -> Command, url: &str) -> Self {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let mut command = command(free.port());
        let start = Instant::now();
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Self { child, address: free, took: Duration::ZERO };
        while !server.get(url).is_ok_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            assert!(start.elapsed() < PATIENCE, "{command:?} doesn't answer");
            std::thread::sleep(Duration::from_millis(1));
        }
        server.took = start.elapsed();
        server
    }

    /// Whoever writes looks at the page that is written.
    fn open(&self, url: &str) {
        self.get(url).unwrap();
    }

    fn edit(&self, file: &PathBuf, text: &str, url: &str, edit: usize) -> Duration {
        let start = Instant::now();
        fs::write(file, text).unwrap();
        self.until(url, edit, start);
        start.elapsed()
    }

    fn until(&self, url: &str, edit: usize, start: Instant) {
        let mark = format!("Edit {edit}.");
        while !self.get(url).is_ok_and(|answer| answer.contains(&mark)) {
            assert!(start.elapsed() < PATIENCE, "{url} never changed");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn get(&self, path: &str) -> io::Result<String> {
        let mut socket = TcpStream::connect(self.address)?;
        write!(socket, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut text = String::new();
        socket.read_to_string(&mut text)?;
        Ok(text)
    }

    fn events(&self) -> BufReader<TcpStream> {
        let mut socket = TcpStream::connect(self.address).unwrap();
        write!(socket, "GET /__lacuna/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let mut events = BufReader::new(socket);
        wait(&mut events);
        events
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended by itself needs no end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Waits for the next event.
fn wait(events: &mut impl BufRead) {
    let mut line = String::new();
    while !line.starts_with("data: ") {
        line.clear();
        assert_ne!(events.read_line(&mut line).unwrap(), 0, "the stream has ended");
    }
}
