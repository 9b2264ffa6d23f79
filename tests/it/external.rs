//! Links to other sites: what `lacuna check --external` asks a server of our own, and says.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

/// What was asked: method and path, in order.
type Asked = Arc<Mutex<Vec<String>>>;

/// Another site, with what it answers: a status and headers by method and path. It ends with the
/// test.
struct OtherSite {
    address: String,
    asked: Asked,
}

impl OtherSite {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Asked::default();
        let log = Arc::clone(&asked);
        std::thread::spawn(move || {
            // One connection after the other: whoever asks two questions at once waits for ever.
            for stream in listener.incoming() {
                answer(stream.unwrap(), &log);
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

/// Answers one question and closes the connection.
fn answer(mut stream: TcpStream, log: &Asked) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else { return };
    let headers: Vec<String> = lines.map_while(Result::ok).take_while(|l| !l.is_empty()).collect();
    assert!(headers.iter().any(|header| header.to_lowercase().starts_with("user-agent: lacuna/")));
    let question = first.trim_end_matches(" HTTP/1.1").to_string();
    let before = log.lock().unwrap().iter().filter(|asked| **asked == question).count();
    log.lock().unwrap().push(question.clone());
    let status = match (question.as_str(), before) {
        ("HEAD /fine" | "GET /get-only", _) | ("HEAD /busy" | "HEAD /until", 1) => "200 OK",
        ("HEAD /until", 0) => {
            "503 Service Unavailable\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n\
             Retry-After: Sun, 22 Nov 2026 12:00:01 GMT"
        }
        ("HEAD /busy", 0) => "429 Too Many Requests\r\nRetry-After: 1",
        ("HEAD /later", _) => "503 Service Unavailable\r\nRetry-After: 3600",
        ("HEAD /get-only", _) => "405 Method Not Allowed",
        ("HEAD /closed", _) => "401 Unauthorized",
        ("HEAD /moved", _) => "301 Moved Permanently\r\nLocation: /fine",
        ("HEAD /round" | "GET /round", _) => "302 Found\r\nLocation: /round",
        _ => "404 Not Found",
    };
    let reply = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    stream.write_all(reply.as_bytes()).unwrap();
}

/// A book on disk with one page.
struct Book(TempDir);

impl Book {
    fn new(settings: &str, page: &str) -> Self {
        let book = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(book.0.path().join("content")).unwrap();
        std::fs::write(book.0.path().join("book.toml"), settings).unwrap();
        std::fs::write(book.0.path().join("content/index.md"), page).unwrap();
        book
    }

    fn check(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lacuna"));
        command.args(["check", "--format=short"]).args(arguments).current_dir(self.0.path());
        for name in ["http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(name).env_remove(name.to_uppercase());
        }
        let output = command.stdin(Stdio::null()).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }
}

/// Checks what is asked for one link, and what is said about it after its address.
#[track_caller]
fn check_link(path: &str, asked: &[&str], said: Option<&str>) {
    let site = OtherSite::start();
    let url = format!("http://{}{path}", site.address);
    let book = Book::new("", &format!("# Home\n\n[there]({url}#part)\n"));
    let (code, out, err) = book.check(&["--external", "--today=2026-11-22"]);
    assert_eq!(site.asked(), asked, "{err}");
    let expected = said.map_or(String::new(), |said| {
        format!("content/index.md:3:1: warning[L006]: `{url}` {said}\n")
    });
    assert_eq!((code, out), (Some(0), expected), "{err}");
}

#[test]
fn an_address_that_leads_somewhere_is_asked_for_once_and_without_its_text() {
    check_link("/fine", &["HEAD /fine"], None);
}

#[test]
fn an_address_that_leads_nowhere_is_told_after_a_second_question() {
    check_link("/gone", &["HEAD /gone", "GET /gone"], Some("answers 404 Not Found"));
}

#[test]
fn a_site_that_knows_get_only_is_asked_again() {
    check_link("/get-only", &["HEAD /get-only", "GET /get-only"], None);
}

#[test]
fn a_page_behind_a_door_exists() {
    check_link("/closed", &["HEAD /closed"], None);
}

#[test]
fn a_redirect_is_followed() {
    check_link("/moved", &["HEAD /moved", "HEAD /fine"], None);
}

#[test]
fn a_redirect_that_never_ends_is_told() {
    let site = OtherSite::start();
    let url = format!("http://{}/round", site.address);
    let book = Book::new("", &format!("[there]({url})\n"));
    let (_, out, _) = book.check(&["--external"]);
    assert!(out.contains(&format!("`{url}` can't be reached: ")), "{out}");
}

#[test]
fn a_machine_that_asks_for_patience_gets_it() {
    for path in ["/busy", "/until"] {
        let started = std::time::Instant::now();
        let asked = format!("HEAD {path}");
        check_link(path, &[&asked, &asked], None);
        assert!(started.elapsed() >= std::time::Duration::from_secs(1), "{path}");
    }
}

#[test]
fn a_machine_that_asks_for_an_hour_is_left_alone_and_that_is_no_finding() {
    check_link("/later", &["HEAD /later"], None);
    let site = OtherSite::start();
    let url = format!("http://{}/later", site.address);
    let (_, _, err) = Book::new("", &format!("[there]({url})\n")).check(&["--external"]);
    let told = format!(
        "not known: `{url}` answers 503 Service Unavailable, and asks to come back later\n"
    );
    assert!(err.contains(&told), "{err}");
}

#[test]
fn a_machine_that_does_not_answer_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let book = Book::new("", &format!("[there](http://{address}/)\n"));
    let (code, out, _) = book.check(&["--external", "--strict"]);
    assert!(out.contains(&format!("`http://{address}/` can't be reached: ")), "{out}");
    assert_eq!(code, Some(1));
}

#[test]
fn each_link_to_a_dead_address_is_a_finding_and_the_address_is_asked_for_once() {
    let site = OtherSite::start();
    let url = format!("http://{}/gone", site.address);
    let book = Book::new("", &format!("[a]({url}#one)\n\n[b]({url}#two)\n"));
    let (_, out, err) = book.check(&["--external"]);
    assert_eq!(out.matches("[L006]").count(), 2, "{out}");
    assert_eq!(site.asked(), ["HEAD /gone", "GET /gone"]);
    assert!(err.contains("followed 1 link to other sites (0 remembered)\n"), "{err}");
}

#[test]
fn what_led_somewhere_is_remembered_for_a_week_and_what_did_not_is_asked_again() {
    let site = OtherSite::start();
    let [fine, gone] = ["fine", "gone"].map(|path| format!("http://{}/{path}", site.address));
    let book = Book::new("", &format!("[a]({fine}) [b]({gone})\n"));
    book.check(&["--external", "--today=2026-11-22"]);
    assert_eq!(site.asked(), ["HEAD /fine", "HEAD /gone", "GET /gone"]);
    let (_, out, _) = book.check(&["--external", "--today=2026-11-29"]);
    assert_eq!(site.asked(), ["HEAD /gone", "GET /gone"]);
    assert_eq!(out.matches("[L006]").count(), 1);
    book.check(&["--external", "--today=2026-11-30"]);
    assert_eq!(site.asked(), ["HEAD /fine", "HEAD /gone", "GET /gone"]);
}

#[test]
fn only_those_are_asked_that_may_be() {
    let site = OtherSite::start();
    let url = |path: &str| format!("http://{}/{path}", site.address);
    let text = BTreeMap::from([
        ("allowed", url("private/page")),
        ("fine", url("fine")),
        ("mail", "mailto:ann@lacuna.example".to_string()),
        ("reserved", "https://portal.harbourline.example/".to_string()),
        ("template", "https://example.com/path".to_string()),
    ]);
    let page: String = text.iter().map(|(name, url)| format!("[{name}]({url})\n")).collect();
    let settings = format!("[check.external]\nallow = [\"{}\"]\n", url("private/*"));
    let book = Book::new(&settings, &page);
    let (code, out, _) = book.check(&["--external"]);
    assert_eq!((code, out.as_str()), (Some(0), ""));
    assert_eq!(site.asked(), ["HEAD /fine"]);
}

#[test]
fn without_the_flag_nobody_is_asked() {
    let site = OtherSite::start();
    let book = Book::new("", &format!("[there](http://{}/gone)\n", site.address));
    assert_eq!(book.check(&[]).1, "");
    assert_eq!(site.asked(), Vec::<String>::new());
}
