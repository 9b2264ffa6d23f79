//! How long it takes from saving a page until it can be had, and until the browser has heard.
//!
//! `cargo bench --bench live -- 10000` makes a book of 10,000 pages (1,000 without a number),
//! starts the preview on it and edits 50 pages, first their text and then their title.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on has nothing to say")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use jiff::civil::date;
use lacuna::files::DiskFiles;
use lacuna::serve::{Notice, Options, serve};

const EDITS: usize = 50;
/// So many pages in a folder.
const FOLDER: usize = 100;

fn main() {
    let pages = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(1000);
    let root = tempfile::tempdir().unwrap();
    write_book(root.path(), pages);
    let start = Instant::now();
    let address = run(root.path());
    get(address, "/index.html");
    println!("{pages} pages: the first page after {}", ms(start.elapsed()));
    measure("edits of text  ", root.path(), address, pages, |page, edit| {
        text(page, pages, "", &format!("Edit {edit} of the text."))
    });
    measure("edits of titles", root.path(), address, pages, |page, edit| {
        text(page, pages, &format!(" and edit {edit}"), "")
    });
}

/// Runs the preview; its threads end with the process.
fn run(root: &Path) -> SocketAddr {
    let mut options = Options::new(root.to_path_buf(), date(2026, 11, 22));
    options.port = 0;
    let (sender, notices) = channel();
    std::thread::spawn(move || {
        serve(Arc::new(DiskFiles), &options, move |notice| drop(sender.send(notice)))
    });
    loop {
        if let Notice::Ready(address) = notices.recv().unwrap() {
            return address;
        }
    }
}

/// Edits pages and prints how long it took until each was seen.
fn measure(
    what: &str,
    root: &Path,
    address: SocketAddr,
    pages: usize,
    edited: impl Fn(usize, usize) -> String,
) {
    let mut events = events(address);
    let (mut seen, mut heard) = (Vec::new(), Vec::new());
    for edit in 0..EDITS {
        let page = edit * 7919 % pages;
        let new = edited(page, edit);
        let mark = format!("dit {edit}");
        // A person saves now and then; whatever comes at once is gathered, which isn't measured.
        std::thread::sleep(Duration::from_millis(600));
        let start = Instant::now();
        fs::write(root.join(path(page)), new).unwrap();
        wait(&mut events);
        heard.push(start.elapsed());
        let url = format!("/{}", path(page).trim_start_matches("content/").replace(".md", ".html"));
        while !get(address, &url).contains(&mark) {
            assert!(start.elapsed() < Duration::from_secs(30), "{url} never changed");
        }
        seen.push(start.elapsed());
    }
    println!("{what}: event {}, page {}", figures(&mut heard), figures(&mut seen));
}

fn figures(times: &mut [Duration]) -> String {
    times.sort();
    let at = |part: usize| ms(times[(times.len() * part / 100).min(times.len() - 1)]);
    format!("median {}, 95 % {}", at(50), at(95))
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}

fn events(address: SocketAddr) -> BufReader<TcpStream> {
    let mut socket = TcpStream::connect(address).unwrap();
    write!(socket, "GET /__lacuna/events HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut events = BufReader::new(socket);
    wait(&mut events);
    events
}

/// Waits for the next event.
fn wait(events: &mut impl BufRead) {
    let mut line = String::new();
    while !line.starts_with("data: ") {
        line.clear();
        assert_ne!(events.read_line(&mut line).unwrap(), 0, "the stream has ended");
    }
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    write!(socket, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).unwrap();
    text
}

fn write_book(root: &Path, pages: usize) {
    fs::write(root.join("book.toml"), "[book]\ntitle = \"Benchmark\"\n").unwrap();
    fs::create_dir_all(root.join("content")).unwrap();
    fs::write(root.join("content/index.md"), "# Benchmark\n\nA generated book.\n").unwrap();
    for page in 0..pages {
        let file = root.join(path(page));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text(page, pages, "", "")).unwrap();
    }
}

fn path(page: usize) -> String {
    format!("content/part-{}/page-{page}.md", page / FOLDER)
}

/// The text of a page: eight sections with words, code and links, always the same.
fn text(page: usize, pages: usize, title: &str, addition: &str) -> String {
    let mut random = page as u64 + 1;
    let mut text = format!("# Page {page}{title}\n\n{addition}\n\n");
    for section in 0..8 {
        text.push_str(&format!("## Section {section}\n\n"));
        for _ in 0..80 {
            text.push_str(WORDS[next(&mut random) % WORDS.len()]);
            text.push(' ');
        }
        let to = next(&mut random) % pages;
        let up = format!("../{}", path(to).trim_start_matches("content/"));
        text.push_str(&format!("[Page {to}]({up}#section-{section}).\n\n"));
        if section % 2 == 0 {
            text.push_str(&format!(
                "```rust\nfn step_{section}(count: usize) -> Option<usize> {{\n    \
                 (0..count).filter(|n| n % {}).max() // comment\n}}\n```\n\n",
                section + 2
            ));
        }
    }
    text
}

const WORDS: &[&str] = &[
    "the",
    "service",
    "reads",
    "each",
    "request",
    "and",
    "keeps",
    "a",
    "record",
    "of",
    "it",
    "in",
    "one",
    "place",
    "where",
    "people",
    "find",
    "what",
    "they",
    "need",
    "when",
    "something",
    "fails",
    "keys",
    "are",
    "rotated",
    "by",
    "team",
    "that",
    "owns",
    "them",
    "before",
    "they",
    "expire",
];

/// Steps a linear congruential generator (Knuth, MMIX).
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap()
}
