//! The live preview as a browser meets it: over TCP, with files on disk.
//!
//! Nothing sleeps here: an edit is followed by waiting for events until the page is as it should
//! be, or a deadline has passed.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use lacuna::files::DiskFiles;
use lacuna::serve::{Notice, Options, serve};
use serde_json::Value;

use crate::support::{TODAY, parse_fixture};

const DEADLINE: Duration = Duration::from_secs(20);

const BOOK: &str = "
    -- book.toml
    [book]
    title = 'Book'
    -- content/index.md
    # Home
    Welcome.
    -- content/guide/index.md
    # Guide
    -- content/guide/install.md
    # Install
    Old words.
";

/// A preview of a book on disk, with one stream of events that is always open.
struct Live {
    folder: tempfile::TempDir,
    address: SocketAddr,
    notices: Receiver<Notice>,
    events: Stream,
}

impl Live {
    fn new(fixture: &str) -> Self {
        Self::with(fixture, |_| {})
    }

    fn with(fixture: &str, set: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in parse_fixture(fixture) {
            put(&folder.path().join(name), &text);
        }
        let (notices, address) = run(folder.path().to_path_buf(), set);
        let mut events = Stream::open(address, "");
        events.next();
        Self { folder, address, notices, events }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        put(&self.path(name), text);
    }

    fn get(&self, path: &str) -> Answer {
        get(self.address, path)
    }

    /// Waits until a page holds a text.
    #[track_caller]
    fn until(&mut self, path: &str, text: &str) -> Answer {
        self.until_true(path, &format!("`{text}`"), |answer| answer.body().contains(text))
    }

    #[track_caller]
    fn until_true(&mut self, path: &str, what: &str, good: impl Fn(&Answer) -> bool) -> Answer {
        let end = Instant::now() + DEADLINE;
        loop {
            let answer = self.get(path);
            if good(&answer) {
                return answer;
            }
            let left = end.saturating_duration_since(Instant::now());
            let heard = self.events.try_next(left).is_some();
            assert!(heard, "no {what} at {path}, but {}:\n{}", answer.status, answer.body());
        }
    }

    /// What is shown beside a page.
    fn state(&self, page: &str) -> Value {
        serde_json::from_str(&self.get(&format!("/__lacuna/state?page={page}")).body()).unwrap()
    }

    /// The version at hand.
    fn version(&self) -> u64 {
        Stream::open(self.address, "").next().data["version"].as_u64().unwrap()
    }

    /// Checks that a fault is shown with its rule and place, that the page stays, and that the
    /// fault goes when it is mended.
    #[track_caller]
    fn check_fault(&mut self, name: &str, broken: &str, place: &str) {
        let good = fs::read_to_string(self.path(name)).ok();
        self.write(name, broken);
        let shown = self.until("/__lacuna/state?page=/guide/install.html", place);
        assert!(shown.body().contains("\"rule\""), "{}", shown.body());
        assert!(self.get("/guide/install.html").body().contains("Old words."));
        match good {
            Some(good) => self.write(name, &good),
            None => fs::remove_file(self.path(name)).unwrap(),
        }
        self.until("/__lacuna/state?page=/guide/install.html", "\"errors\":[]");
    }
}

/// Starts a preview and waits until it is ready. Its threads end with the process.
fn run(root: PathBuf, set: impl FnOnce(&mut Options)) -> (Receiver<Notice>, SocketAddr) {
    let mut options = Options::new(root, TODAY);
    options.port = 0;
    set(&mut options);
    let (sender, notices) = channel();
    std::thread::spawn(move || {
        serve(Arc::new(DiskFiles), &options, move |notice| drop(sender.send(notice)))
    });
    loop {
        match notices.recv_timeout(DEADLINE).expect("the preview starts") {
            Notice::Ready(address) => return (notices, address),
            Notice::OtherPort(wanted, used) => assert_ne!(wanted, used),
            _ => {}
        }
    }
}

fn put(path: &std::path::Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A stream of events.
struct Stream(BufReader<TcpStream>);

struct Heard {
    id: String,
    data: Value,
}

impl Stream {
    fn open(address: SocketAddr, last: &str) -> Self {
        let mut stream = Self::connect(address, last);
        let status = stream.line(DEADLINE).unwrap();
        assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        stream
    }

    /// Asks for events without looking at the answer.
    fn connect(address: SocketAddr, last: &str) -> Self {
        let mut socket = TcpStream::connect(address).unwrap();
        let last =
            if last.is_empty() { String::new() } else { format!("Last-Event-ID: {last}\r\n") };
        write!(socket, "GET /__lacuna/events HTTP/1.1\r\nHost: localhost\r\n{last}\r\n").unwrap();
        Self(BufReader::new(socket))
    }

    fn line(&mut self, wait: Duration) -> Option<String> {
        let mut line = String::new();
        self.0.get_ref().set_read_timeout(Some(wait.max(Duration::from_millis(1)))).unwrap();
        self.0.read_line(&mut line).ok().filter(|length| *length > 0)?;
        Some(line.trim_end().to_string())
    }

    fn try_next(&mut self, wait: Duration) -> Option<Heard> {
        let end = Instant::now() + wait;
        let mut id = String::new();
        loop {
            let line = self.line(end.saturating_duration_since(Instant::now()))?;
            if let Some(found) = line.strip_prefix("id: ") {
                id = found.to_string();
            } else if let Some(data) = line.strip_prefix("data: ") {
                return Some(Heard { id, data: serde_json::from_str(data).unwrap() });
            }
        }
    }

    #[track_caller]
    fn next(&mut self) -> Heard {
        self.try_next(DEADLINE).expect("an event comes in time")
    }
}

/// What came back.
struct Answer {
    status: u16,
    head: String,
    bytes: Vec<u8>,
}

impl Answer {
    fn body(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn get(address: SocketAddr, path: &str) -> Answer {
    ask(address, "GET", path, "")
}

fn ask(address: SocketAddr, method: &str, path: &str, headers: &str) -> Answer {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost:{}\r\nConnection: close\r\n{headers}\r\n",
        address.port()
    );
    raw(address, request.as_bytes()).unwrap_or_else(|| panic!("no answer to {method} {path}"))
}

/// Sends bytes as they are and reads until the end; none when nothing comes back.
fn raw(address: SocketAddr, request: &[u8]) -> Option<Answer> {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.write_all(request).unwrap();
    let mut bytes = Vec::new();
    drop(socket.read_to_end(&mut bytes));
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head, bytes: bytes[end + 4..].to_vec() })
}

// Serving.

#[test]
fn whoever_asks_before_the_first_page_can_be_had_waits_for_it() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in parse_fixture(BOOK) {
        put(&folder.path().join(name), &text);
    }
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut options = Options::new(folder.path().to_path_buf(), TODAY);
    (options.port, options.any_port) = (free.port(), false);
    std::thread::spawn(move || serve(Arc::new(DiskFiles), &options, |_| {}));
    let end = Instant::now() + DEADLINE;
    while TcpStream::connect(free).is_err() {
        assert!(Instant::now() < end, "nothing listens");
    }
    let page = get(free, "/guide/install.html");
    assert!(page.status == 200 && page.body().contains("Old words."), "{}", page.body());
}

#[test]
fn a_large_site_is_shown_while_it_is_read_as_it_is_shown_then() {
    let folder = tempfile::tempdir().unwrap();
    let book = "[book]\ntitle = 'Book'\n[output.html]\nsite-url = 'https://docs.example.org/'\n";
    put(&folder.path().join("book.toml"), book);
    for page in 0..1_000 {
        let text = format!("# Page {page}\n\nWords of page {page}.\n");
        put(&folder.path().join(format!("content/page-{page}.md")), &text);
    }
    let (_notices, address) = run(folder.path().to_path_buf(), |_| {});
    let readers = (0..4).map(|reader| {
        std::thread::spawn(move || {
            for page in (reader..120).step_by(4) {
                let answer = get(address, &format!("/page-{page}.html"));
                assert_eq!(answer.status, 200);
                assert!(answer.body().contains(&format!("Words of page {page}.")), "{page}");
                assert!(!answer.body().contains("docs.example.org"), "{page}");
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    // It is made of all pages, so it waits for them.
    assert!(get(address, "/api/pages.json").body().contains("page-999.html"));
    for reader in readers {
        reader.join().unwrap();
    }
}

#[test]
fn a_page_is_served_with_the_script_and_nothing_but_the_cache_is_written() {
    let live = Live::new(BOOK);
    let page = live.get("/guide/install.html");
    assert_eq!(page.status, 200);
    assert!(page.body().contains("<head><script src=\"/__lacuna/live.js\" defer>"));
    assert!(page.body().contains("Old words."));
    assert_eq!(live.get("/__lacuna/live.js").status, 200);
    let names = fs::read_dir(live.folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, [".lacuna", "book.toml", "content"]);
}

#[test]
fn what_the_browser_has_already_is_not_sent_again() {
    let live = Live::new(BOOK);
    for path in ["/guide/install.html", "/assets/style.css", "/__lacuna/live.js"] {
        let etag = live.get(path).header("ETag").unwrap().to_string();
        for header in [etag.clone(), format!("\"x\", W/{etag}")] {
            let header = format!("If-None-Match: {header}\r\n");
            let again = ask(live.address, "GET", path, &header);
            assert_eq!((again.status, again.bytes.len()), (304, 0), "{path}");
            assert_eq!(again.header("ETag"), Some(etag.as_str()));
            assert_eq!(again.header("Content-Length"), None);
        }
        let other = ask(live.address, "GET", path, "If-None-Match: \"x\"\r\n");
        assert_eq!(other.status, 200);
    }
}

#[test]
fn head_has_the_length_and_no_body() {
    let live = Live::new(BOOK);
    let length = live.get("/index.html").bytes.len().to_string();
    let head = ask(live.address, "HEAD", "/index.html", "");
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("Content-Length"), Some(length.as_str()));
}

#[test]
fn media_can_be_had_in_parts() {
    let live = Live::new(&format!("{BOOK}    -- content/film.txt\n    0123456789\n"));
    let part = |headers: &str| {
        let answer = ask(live.address, "GET", "/film.txt", headers);
        (answer.status, answer.body(), answer.header("Content-Range").map(str::to_string))
    };
    assert_eq!(
        part("Range: bytes=2-4\r\n"),
        (206, "234".to_string(), Some("bytes 2-4/11".to_string()))
    );
    assert_eq!(part("Range: bytes=99-\r\n").0, 416);
    assert_eq!(part("Range: bytes=99-\r\n").2.as_deref(), Some("bytes */11"));
    assert_eq!(part("Range: bytes=0-1,4-5\r\n"), (200, "0123456789\n".to_string(), None));
    assert_eq!(part("Range: bytes=2-4\r\nIf-Range: \"old\"\r\n").0, 200);
}

#[test]
fn a_folder_is_its_index_and_has_a_slash() {
    let live = Live::new(BOOK);
    assert!(live.get("/").body().contains("Welcome."));
    assert!(live.get("/guide/").body().contains("Guide</h1>"));
    let moved = live.get("/guide");
    assert_eq!((moved.status, moved.header("Location")), (301, Some("/guide/")));
}

#[test]
fn an_address_without_a_page_shows_the_page_of_the_site_for_that() {
    let live = Live::new(BOOK);
    let missing = live.get("/no/such/page.html");
    assert_eq!(missing.status, 404);
    assert!(missing.body().contains("Page not found"));
    assert!(missing.body().contains("<base href=\"/\">"));
}

#[test]
fn addresses_are_percent_decoded() {
    let live = Live::new(&format!("{BOOK}    -- content/für alle.md\n    # Alle\n    Hier.\n"));
    assert!(live.get("/f%C3%BCr%20alle.html").body().contains("Hier."));
    assert!(live.get("/guide%2Finstall.html").body().contains("Old words."));
}

#[test]
fn each_kind_of_file_has_its_type() {
    let names = [
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.PNG", "image/png"),
        ("a.json", "application/json; charset=utf-8"),
        ("a.csv", "text/csv; charset=utf-8"),
        ("a.sql", "text/plain; charset=utf-8"),
        ("a.pdf", "application/pdf"),
        ("a.unknown", "application/octet-stream"),
    ];
    let files = names.map(|(name, _)| format!("    -- content/{name}\n    x\n")).concat();
    let live = Live::new(&format!("{BOOK}{files}"));
    for (name, kind) in names {
        let answer = live.get(&format!("/{name}"));
        assert_eq!(answer.header("Content-Type"), Some(kind), "{name}");
        assert_eq!(answer.header("X-Content-Type-Options"), Some("nosniff"));
    }
    let page = live.get("/index.html");
    assert_eq!(page.header("Content-Type"), Some("text/html; charset=utf-8"));
}

#[test]
fn a_redirect_is_left_as_it_is() {
    let book = BOOK.replace(
        "title = 'Book'",
        "title = 'Book'\n    [output.html.redirect]\n    '/old.html' = 'index.html'",
    );
    let live = Live::new(&book);
    let page = live.get("/old.html").body();
    assert!(page.contains("http-equiv=\"refresh\"") && !page.contains("__lacuna"), "{page}");
}

// Ways of saving.

#[test]
fn a_page_that_is_written_in_place_is_seen() {
    let mut live = Live::new(BOOK);
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    live.until("/guide/install.html", "New words.");
}

#[test]
fn a_page_that_takes_the_place_of_another_is_seen() {
    let mut live = Live::new(BOOK);
    live.write("content/guide/.install.md.x1", "# Install\n\nNew words.\n");
    fs::rename(live.path("content/guide/.install.md.x1"), live.path("content/guide/install.md"))
        .unwrap();
    live.until("/guide/install.html", "New words.");
    live.write("content/guide/sedA1b2C3", "# Install\n\nNewer words.\n");
    fs::rename(live.path("content/guide/sedA1b2C3"), live.path("content/guide/install.md"))
        .unwrap();
    live.until("/guide/install.html", "Newer words.");
    live.until_true("/guide/sedA1b2C3", "404", |answer| answer.status == 404);
}

#[test]
fn a_page_that_is_removed_and_made_again_is_seen() {
    let mut live = Live::new(BOOK);
    fs::remove_file(live.path("content/guide/install.md")).unwrap();
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    live.until("/guide/install.html", "New words.");
}

#[test]
fn what_editors_leave_beside_a_page_is_no_change() {
    let mut live = Live::new(BOOK);
    let before = live.version();
    for name in [".install.md.swp", "install.md~", "4913", "#install.md#", "install.md.swx"] {
        live.write(&format!("content/guide/{name}"), "x");
    }
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    live.until("/guide/install.html", "New words.");
    assert_eq!(live.version(), before + 1);
}

#[test]
fn a_page_that_is_removed_is_gone() {
    let mut live = Live::new(BOOK);
    fs::remove_file(live.path("content/guide/install.md")).unwrap();
    live.until_true("/guide/install.html", "404", |answer| answer.status == 404);
}

#[test]
fn a_file_that_is_written_right_after_its_folder_is_seen() {
    let mut live = Live::new(BOOK);
    live.write("content/new/deep/er/page.md", "# Page\n\nIn a new folder.\n");
    live.until("/new/deep/er/page.html", "In a new folder.");
    live.write("content/new/deep/er/page.md", "# Page\n\nChanged there.\n");
    live.until("/new/deep/er/page.html", "Changed there.");
}

#[test]
fn a_folder_that_is_renamed_is_seen() {
    let mut live = Live::new(BOOK);
    fs::rename(live.path("content/guide"), live.path("content/manual")).unwrap();
    live.until("/manual/install.html", "Old words.");
    assert_eq!(live.get("/guide/install.html").status, 404);
    live.write("content/manual/install.md", "# Install\n\nNew words.\n");
    live.until("/manual/install.html", "New words.");
}

#[test]
fn a_folder_that_is_moved_away_is_gone_and_comes_back() {
    let mut live = Live::new(BOOK);
    let away = tempfile::tempdir().unwrap();
    fs::rename(live.path("content/guide"), away.path().join("guide")).unwrap();
    live.until_true("/guide/install.html", "404", |answer| answer.status == 404);
    fs::rename(away.path().join("guide"), live.path("content/guide")).unwrap();
    live.until("/guide/install.html", "Old words.");
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    live.until("/guide/install.html", "New words.");
}

#[test]
fn content_that_is_replaced_as_a_whole_is_still_watched() {
    let mut live = Live::new(BOOK);
    fs::rename(live.path("content"), live.path("old")).unwrap();
    live.write("content/index.md", "# Home\n\nAnother book.\n");
    live.until("/index.html", "Another book.");
    live.write("content/index.md", "# Home\n\nEdited.\n");
    live.until("/index.html", "Edited.");
}

#[test]
fn an_included_file_outside_the_content_is_watched() {
    let mut live = Live::new(BOOK);
    live.write("examples/keys.sql", "select 1;\n");
    live.write(
        "content/guide/install.md",
        "# Install\n\n```sql\n{{#include ../../examples/keys.sql}}\n```\n",
    );
    live.until("/guide/install.html", ">1<");
    live.write("examples/keys.sql", "select 2;\n");
    live.until("/guide/install.html", ">2<");
}

#[test]
fn a_table_follows_its_data() {
    let mut live = Live::new(BOOK);
    live.write("content/guide/roles.csv", "role,right\nreader,read\n");
    live.write("content/guide/install.md", "# Install\n\n{{#table roles.csv}}\n");
    live.until("/guide/install.html", "reader");
    live.write("content/guide/roles.csv", "role,right\nwriter,write\n");
    live.until("/guide/install.html", "writer");
}

/// A template of pages with all blocks that others fill.
fn template(start: &str) -> String {
    let blocks = ["trust", "text", "after"];
    let blocks = blocks.map(|name| format!("{{% block {name} %}}{{% endblock {name} %}}"));
    let main = format!("{start} {{{{ body | safe }}}}{}", blocks.concat());
    format!("{{%- extends \"base.html\" -%}}{{% block main %}}{main}{{% endblock main %}}")
}

#[test]
fn a_template_of_the_project_is_watched() {
    let themed =
        BOOK.replace("title = 'Book'", "title = 'Book'\n    [output.html]\n    theme = 'mine'");
    let mut live = Live::new(&themed);
    live.write("themes/mine/templates/page.html", &template("ONE"));
    live.until("/guide/install.html", "ONE ");
    live.write("themes/mine/templates/page.html", &template("TWO"));
    live.until("/guide/install.html", "TWO ");
    live.write("themes/mine/static/style.css", "body { color: red }\n");
    let page = live.until_true("/assets/style.css", "red", |answer| answer.body().contains("red"));
    assert_eq!(page.status, 200);
}

#[test]
fn a_style_sheet_of_the_project_is_watched_and_named() {
    let styled = BOOK.replace(
        "title = 'Book'",
        "title = 'Book'\n    [output.html]\n    additional-css = ['looks/more.css']",
    );
    let mut live = Live::new(&styled);
    live.write("looks/more.css", "a { color: red }\n");
    live.until("/looks/more.css", "red");
    live.until("/guide/install.html", "looks/more.css");
    // While the folder is still being taken in an update names more; a later one names it alone.
    let alone = serde_json::json!(["/looks/more.css"]);
    for round in 0..20 {
        live.write("looks/more.css", &format!("a {{ order: {round} }}\n"));
        live.until("/looks/more.css", &format!("order: {round} "));
        while let Some(event) = live.events.try_next(Duration::from_millis(300)) {
            if event.data["files"] == alone {
                return;
            }
        }
    }
    panic!("no update names the style sheet alone");
}

#[test]
fn settings_are_watched() {
    let mut live = Live::new(BOOK);
    live.write("book.toml", "[book]\ntitle = 'Another title'\n");
    live.until("/guide/install.html", "Another title");
}

const CHECKLIST: &str = "
    -- content/checklist.md
    # Checklist
    ## Critical
    ### Operations
    - **Backups** {#backups}: What is saved is not written down
";

#[test]
fn a_status_follows_its_page_and_its_checklist() {
    let mut live = Live::new(&format!("{BOOK}{CHECKLIST}"));
    live.until("/api/status.json", "\"status\": \"missing\"");
    live.write(
        "content/operations/backups.md",
        "# Backups\n\n## Scope\n\nAll databases are saved each night.\n",
    );
    live.until_true("/api/status.json", "status", |answer| {
        !answer.body().contains("\"status\": \"missing\"")
    });
    let gaps = live.state("/operations/backups.html")["gaps"].clone();
    assert_eq!(gaps[0]["title"], "Backups");
    assert!(!gaps[0]["evidence"].as_array().unwrap().is_empty(), "{gaps}");
    live.write(
        "content/checklist.md",
        "# Checklist\n## Critical\n### Operations\n- **Restores** {#restores}: Not tried\n",
    );
    live.until("/api/status.json", "operations/restores");
}

#[test]
fn hundreds_of_files_at_once_are_few_updates() {
    let mut live = Live::new(BOOK);
    let before = live.version();
    let started = Instant::now();
    fs::create_dir_all(live.path("content/many")).unwrap();
    for number in 0..300 {
        live.write(&format!("content/many/p{number}.md"), &format!("# Page\n\nNumber {number}.\n"));
    }
    live.until_true("/api/pages.json", "page 299", |answer| {
        (0..300).all(|number| answer.body().contains(&format!("many/p{number}.html")))
    });
    for number in [0, 150, 299] {
        live.until(&format!("/many/p{number}.html"), &format!("Number {number}."));
    }
    let updates = live.version() - before;
    // On a busy machine the files don't come at once: one more for each tenth of a second.
    let few = 5 + started.elapsed().as_millis() / 100;
    assert!(u128::from(updates) <= few, "{updates} updates, {few} are few");
}

#[test]
fn changes_are_found_by_looking_too() {
    let mut live = Live::with(BOOK, |options| options.poll = true);
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    live.until("/guide/install.html", "New words.");
    live.write("content/new/page.md", "# Page\n\nIn a new folder.\n");
    live.until("/new/page.html", "In a new folder.");
}

// Faults.

#[test]
fn a_fault_in_front_matter_is_shown_until_it_is_mended() {
    Live::new(BOOK).check_fault(
        "content/guide/index.md",
        "---\ntitle: [Keys\n---\n# Guide\n",
        "content/guide/index.md:",
    );
}

#[test]
fn a_fault_in_settings_is_shown_until_it_is_mended() {
    Live::new(BOOK).check_fault("book.toml", "[book]\ntitle = 'Book\n", "book.toml:2");
}

#[test]
fn a_missing_book_is_shown_until_it_is_back() {
    let mut live = Live::new(BOOK);
    fs::rename(live.path("book.toml"), live.path("away.toml")).unwrap();
    live.until("/__lacuna/state", "book.toml");
    assert!(live.get("/guide/install.html").body().contains("Old words."));
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    fs::rename(live.path("away.toml"), live.path("book.toml")).unwrap();
    live.until("/guide/install.html", "New words.");
    live.until("/__lacuna/state", "\"errors\":[]");
}

#[test]
fn a_fault_in_the_checklist_is_shown_until_it_is_mended() {
    Live::new(&format!("{BOOK}{CHECKLIST}")).check_fault(
        "content/checklist.md",
        "# Checklist\n## Critical\n### Operations\n- Backups are not described\n- **A**: b\n",
        "content/checklist.md:4",
    );
}

#[test]
fn a_fault_in_a_template_is_shown_until_it_is_mended() {
    let themed =
        BOOK.replace("title = 'Book'", "title = 'Book'\n    [output.html]\n    theme = 'mine'");
    let themed = format!("{themed}    -- themes/mine/theme.toml\n    name = 'mine'\n");
    let mut live = Live::new(&themed);
    live.check_fault(
        "themes/mine/templates/page.html",
        "{%- extends \"base.html\" -%}\n{% block main %}{{ body | \n{% endblock main %}",
        "themes/mine/templates/page.html:",
    );
}

#[test]
fn a_template_that_cannot_be_read_leaves_the_look_as_it_was() {
    let themed =
        BOOK.replace("title = 'Book'", "title = 'Book'\n    [output.html]\n    theme = 'mine'");
    let themed = format!("{themed}    -- themes/mine/theme.toml\n    name = 'mine'\n");
    let mut live = Live::new(&themed);
    live.write("themes/mine/templates/page.html", &template("<b>Ours</b>"));
    live.until("/guide/install.html", "<b>Ours</b>");
    live.write("themes/mine/templates/page.html", &template("{{ broken |"));
    live.until("/__lacuna/state", "themes/mine/templates/page.html:1");
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    let page = live.until("/guide/install.html", "New words.");
    assert!(page.body().contains("<b>Ours</b>"), "{}", page.body());
    // A page that nobody has seen before looks the same.
    live.write("content/guide/new.md", "# New\n\nBrand new.\n");
    assert!(live.until("/guide/new.html", "Brand new.").body().contains("<b>Ours</b>"));
    live.write("themes/mine/templates/page.html", &template("<b>Mended</b>"));
    live.until("/guide/install.html", "<b>Mended</b>");
}

#[test]
fn a_template_that_fails_on_a_page_that_nobody_has_asked_for_is_told() {
    let themed =
        BOOK.replace("title = 'Book'", "title = 'Book'\n    [output.html]\n    theme = 'mine'");
    let themed = format!("{themed}    -- themes/mine/theme.toml\n    name = 'mine'\n");
    let mut live = Live::new(&themed);
    live.write("themes/mine/templates/page.html", &template("\n{{ page.title.no.such }}"));
    live.until("/__lacuna/state", "themes/mine/templates/page.html:2");
    // An edit of another page changes nothing about it.
    live.write("content/guide/index.md", "# Guide\n\nNew words.\n");
    live.until("/__lacuna/state", "themes/mine/templates/page.html:2");
    fs::remove_file(live.path("themes/mine/templates/page.html")).unwrap();
    live.until("/__lacuna/state", "\"errors\":[]");
    let told = live.notices.try_iter().filter_map(|notice| match notice {
        Notice::Found(found) => Some(found.len()),
        _ => None,
    });
    assert_eq!(told.sum::<usize>(), 1, "many pages, one fault");
}

#[test]
fn a_template_that_fails_while_it_renders_leaves_the_last_good_page() {
    let themed =
        BOOK.replace("title = 'Book'", "title = 'Book'\n    [output.html]\n    theme = 'mine'");
    let themed = format!("{themed}    -- themes/mine/theme.toml\n    name = 'mine'\n");
    let mut live = Live::new(&themed);
    assert!(live.get("/guide/install.html").body().contains("Old words."));
    live.write("themes/mine/templates/page.html", &template("\n{{ page.title.no.such }}"));
    live.events.next();
    // It is rendered when it is asked for, so the fault is known after that.
    assert!(live.get("/guide/install.html").body().contains("Old words."));
    live.until("/__lacuna/state?page=/guide/install.html", "themes/mine/templates/page.html:2");
    fs::remove_file(live.path("themes/mine/templates/page.html")).unwrap();
    live.until("/__lacuna/state?page=/guide/install.html", "\"errors\":[]");
}

// Events.

#[test]
fn two_streams_hear_of_one_change() {
    let mut live = Live::new(BOOK);
    let mut other = Stream::open(live.address, "");
    let start = other.next();
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    assert_ne!(live.events.next().id, start.id);
    assert_ne!(other.next().id, start.id);
}

#[test]
fn a_stream_that_comes_back_hears_at_once_what_it_has_missed() {
    let mut live = Live::new(BOOK);
    let known = Stream::open(live.address, "").next().id;
    let quiet = Stream::open(live.address, &known).try_next(Duration::from_millis(200));
    assert!(quiet.is_none(), "nothing is new");
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    live.until("/guide/install.html", "New words.");
    let missed = Stream::open(live.address, &known).next();
    assert_ne!(missed.id, known);
    let other_run = Stream::open(live.address, "1-1").next();
    assert_eq!(other_run.data["files"], Value::Null);
}

#[test]
fn those_who_follow_are_told_the_page_that_was_saved() {
    let mut live = Live::with(BOOK, |options| options.follow = true);
    live.write("content/guide/install.md", "# Install\n\nNew words.\n");
    assert_eq!(live.events.next().data["follow"], "/guide/install.html");
    // Whoever comes later isn't taken there.
    assert_eq!(Stream::open(live.address, "").next().data["follow"], Value::Null);
}

// Ports.

#[test]
fn when_the_port_is_taken_the_next_one_is_used_and_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("book.toml"), "");
    put(&folder.path().join("content/index.md"), "# Home\n");
    let (_notices, address) = run(folder.path().to_path_buf(), |options| options.port = port);
    assert!(address.port() > port);
    assert_eq!(get(address, "/").status, 200);
}

#[test]
fn a_strict_port_that_is_taken_is_a_failure() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::new(folder.path().to_path_buf(), TODAY);
    options.port = taken.local_addr().unwrap().port();
    options.any_port = false;
    let failure = serve(Arc::new(DiskFiles), &options, |_| {}).unwrap_err();
    assert!(failure.to_string().starts_with("can't listen on `127.0.0.1:"), "{failure}");
}

#[test]
fn each_update_is_told_with_what_it_found() {
    let mut live = Live::new(BOOK);
    live.write("content/guide/install.md", "# Install\n\n[nowhere](nowhere.md)\n");
    live.until("/__lacuna/state", "broken-link");
    let told = live.notices.recv_timeout(DEADLINE).unwrap();
    let Notice::Found(found) = told else { panic!("what was found is told first") };
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rule.name, "broken-link");
    let told = live.notices.recv_timeout(DEADLINE).unwrap();
    assert!(matches!(told, Notice::Updated(1, 0, _)));
}

#[test]
fn a_finding_that_was_told_is_not_told_again_when_it_moves() {
    let mut live = Live::new(BOOK);
    let page = |lines: &str| format!("# Install\n\n{lines}[nowhere](nowhere.md)\n");
    live.write("content/guide/install.md", &page(""));
    live.until("/__lacuna/state", "install.md:3");
    live.write("content/guide/install.md", &page("One more line.\n\n"));
    live.until("/__lacuna/state", "install.md:5");
    let told: Vec<Notice> = live.notices.try_iter().collect();
    let found = told.iter().filter(|notice| matches!(notice, Notice::Found(_)));
    assert_eq!(found.count(), 1);
}

#[test]
fn broken_settings_at_the_start_are_shown_and_can_be_mended() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("book.toml"), "[book\n");
    put(&folder.path().join("content/index.md"), "# Home\n");
    let (_notices, address) = run(folder.path().to_path_buf(), |_| {});
    assert_eq!(get(address, "/").status, 503);
    let state = get(address, "/__lacuna/state?page=/").body();
    assert!(state.contains("error[C003]") && state.contains("book.toml:1:6"), "{state}");
    put(&folder.path().join("book.toml"), "");
    let end = Instant::now() + DEADLINE;
    while get(address, "/").status != 200 {
        assert!(Instant::now() < end, "the mended settings are not taken");
    }
}

#[test]
fn a_book_of_mdbook_that_does_not_name_its_source_is_served() {
    let folder = tempfile::tempdir().unwrap();
    put(&folder.path().join("book.toml"), "[book]\ntitle = \"Old\"\n");
    put(&folder.path().join("src/SUMMARY.md"), "- [Start](start.md)\n");
    put(&folder.path().join("src/start.md"), "# Start\n");
    let (_notices, address) = run(folder.path().to_path_buf(), |_| {});
    assert_eq!(get(address, "/start.html").status, 200);
}

// Hostile clients.

#[test]
fn no_spelling_of_a_path_leads_out_of_the_site() {
    let live = Live::new(BOOK);
    for path in [
        "/../book.toml",
        "/%2e%2e/book.toml",
        "/%2E%2e%2Fbook.toml",
        "/guide/..%2f..%2fbook.toml",
        "/..%5cbook.toml",
        "/%252e%252e/book.toml",
        "/%5c%5cbook.toml",
        "//book.toml",
        "//etc/passwd",
        "/./book.toml",
        "/book.toml",
        "/index.html%00.css",
        "/%ff",
        "/%zz",
        "/content/index.md",
        "http://localhost/index.html",
        "*",
    ] {
        let answer = live.get(path);
        assert!([400, 404].contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.body().contains("title = "), "{path}");
    }
}

#[test]
fn a_request_that_could_be_read_in_two_ways_is_refused() {
    let live = Live::new(BOOK);
    let check = |rest: &str, expected: u16| {
        let request = format!("GET / HTTP/1.1\r\nConnection: close\r\n{rest}");
        let status = raw(live.address, request.as_bytes()).map(|answer| answer.status);
        assert_eq!(status, Some(expected), "{rest:?}");
    };
    check("Host: localhost\r\n\r\n", 200);
    check("\r\n", 400);
    check("Host: localhost\r\nHost: evil.example\r\n\r\n", 400);
    check("Host: evil.example\r\n\r\n", 403);
    check("Host: localhost.evil.example\r\n\r\n", 403);
    check("Host: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400);
    check(
        "Host: localhost\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        400,
    );
    check("Host: localhost\r\nContent-Length: 3\r\n\r\nabc", 400);
    check("Host: localhost\r\nX: a\rSet-Cookie: b\r\n\r\n", 200);
    assert_eq!(ask(live.address, "POST", "/", "Content-Length: 0\r\n").status, 405);
    assert_eq!(ask(live.address, "OPTIONS", "/", "").status, 405);
}

#[test]
fn nothing_of_a_request_gets_into_the_head_of_an_answer() {
    let live = Live::new(BOOK);
    for path in ["/guide%0d%0aSet-Cookie:%20a=b", "/guide?%0d%0aSet-Cookie:%20a=b"] {
        let answer = live.get(path);
        assert!(!answer.head.contains("Set-Cookie"), "{}", answer.head);
    }
}

#[test]
fn a_body_that_no_memory_can_hold_harms_nobody() {
    let live = Live::new(BOOK);
    let mut sockets = Vec::new();
    for length in ["99999999999999", "18446744073709551615", "70000"] {
        let mut socket = TcpStream::connect(live.address).unwrap();
        write!(socket, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n")
            .unwrap();
        sockets.push(socket);
    }
    for _ in 0..3 {
        assert_eq!(live.get("/").status, 200);
    }
}

#[test]
fn a_body_that_is_sent_is_read_and_refused() {
    let live = Live::new(BOOK);
    let body = "x".repeat(1 << 20);
    let head = format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let answer = raw(live.address, format!("{head}{body}").as_bytes());
    assert_eq!(answer.map(|answer| answer.status), Some(405));
}

#[test]
fn idle_connections_keep_nobody_waiting() {
    let live = Live::new(BOOK);
    let connect = |_| TcpStream::connect(live.address).unwrap();
    let mut idle: Vec<TcpStream> = Vec::new();
    for _ in 0..20 {
        idle.extend((0..25).map(connect));
        let start = Instant::now();
        assert_eq!(live.get("/guide/install.html").status, 200);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
    assert_eq!(idle.len(), 500);
}

#[test]
fn a_slow_reader_keeps_nobody_waiting() {
    let live = Live::new(BOOK);
    fs::write(live.path("content/large.bin"), vec![b'x'; 8 << 20]).unwrap();
    let mut live = live;
    live.until_true("/large.bin", "large file", |answer| answer.bytes.len() == 8 << 20);
    let mut slow: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut socket = TcpStream::connect(live.address).unwrap();
            write!(socket, "GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
            socket
        })
        .collect();
    for socket in &mut slow {
        let mut byte = [0];
        socket.read_exact(&mut byte).unwrap();
        let start = Instant::now();
        assert_eq!(live.get("/guide/install.html").status, 200);
        assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    }
}

#[test]
fn more_streams_than_there_is_room_for_are_turned_away_and_pages_are_not() {
    let live = Live::new(BOOK);
    let mut streams: Vec<Stream> = (0..300).map(|_| Stream::connect(live.address, "")).collect();
    let statuses: Vec<String> =
        streams.iter_mut().map(|stream| stream.line(DEADLINE).unwrap()).collect();
    let count = |status: &str| statuses.iter().filter(|line| line.contains(status)).count();
    assert_eq!(
        (count(" 200 ") + count(" 503 "), count(" 503 ") >= 100),
        (300, true),
        "{statuses:?}"
    );
    assert_eq!(live.get("/guide/install.html").status, 200);
    drop(streams);
    // The places are free again once the server has noticed.
    let end = Instant::now() + DEADLINE;
    while !Stream::connect(live.address, "").line(DEADLINE).unwrap().contains(" 200 ") {
        assert!(Instant::now() < end, "the streams were never given up");
    }
}
