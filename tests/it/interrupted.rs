//! `lacuna test` that is interrupted or killed: all that it has started ends, and nothing that had
//! ended is lost.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::parse_fixture;

/// A book on disk, and a folder for what is temporary.
struct Book {
    folder: TempDir,
    temporary: TempDir,
}

impl Book {
    fn new(fixture: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in parse_fixture(fixture) {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let temporary = tempfile::Builder::new().prefix("t").tempdir().unwrap();
        // The server of PostgreSQL may run as another account.
        let all = <std::fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o777);
        std::fs::set_permissions(temporary.path(), all).unwrap();
        Self { folder, temporary }
    }

    fn start(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_lacuna"))
            .args(["test", "--today=2026-11-22"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TMPDIR", self.temporary.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    /// Starts a test, waits until an example has made a file, sends a signal, and waits for the end.
    fn signalled(&self, signal: &str, arguments: &[&str]) -> Output {
        let child = self.start(arguments);
        self.begun();
        send(signal, &child);
        child.wait_with_output().unwrap()
    }

    /// Waits until the long example runs; gives the number of its process, and of its group.
    fn begun(&self) -> String {
        let mut group = String::new();
        self.wait_for(|folder| {
            let text = std::fs::read_to_string(folder.join("begun")).unwrap_or_default();
            group = text.trim().to_string();
            !group.is_empty()
        });
        group
    }

    /// Waits until a file is in one of the temporary folders, in which examples run.
    fn wait_for(&self, mut is_there: impl FnMut(&Path) -> bool) {
        let started = Instant::now();
        while !self.temporary_folders().iter().any(|folder| is_there(folder)) {
            assert!(started.elapsed() < Duration::from_mins(1), "the example never began");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn temporary_folders(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.temporary.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }

    fn lock(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("examples.lock")).unwrap()
    }

    /// All processes of this machine that name the temporary folder.
    fn processes(&self) -> Vec<String> {
        let output = Command::new("ps").args(["-eo", "args"]).output().unwrap();
        let all = String::from_utf8_lossy(&output.stdout).into_owned();
        let ours = self.temporary.path().to_str().unwrap();
        all.lines().filter(|line| line.contains(ours)).map(str::to_string).collect()
    }
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One example that passes, one that fails, one that doesn't end, and one that is never reached.
const LONG: &str = "
    -- book.toml
    [examples]
    jobs = 1
    [examples.runners.sh]
    teardown = [[\"touch\", \"../../../torn-down\"]]
    -- content/a.md
    ```sh
    true
    ```
    ```sh
    exit 1
    ```
    ```sh
    echo $$ > ../../begun
    sh -c \"trap '' INT; sleep 600 || : $TMPDIR\" & sleep 600
    ```
    ```sh
    touch ../../../reached
    ```
    ";

#[test]
fn an_interrupt_ends_everything_and_tells_what_had_ended() {
    let book = Book::new(LONG);
    let began = Instant::now();
    let output = book.signalled("-INT", &["--format=json"]);
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(
        text(&output.stderr),
        "4 examples: 1 passed, 1 failed, 2 not run\nerror: interrupted; 2 of 4 examples not run\n"
    );
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    let told = json["examples"].as_array().unwrap().iter();
    let told: Vec<_> = told
        .map(|row| (row["outcome"].as_str().unwrap(), row["message"].as_str().unwrap()))
        .collect();
    let not_run = ("not-run", "it was interrupted");
    assert_eq!(told, [("passed", ""), ("failed", "exit status: 1"), not_run, not_run]);
    assert!(book.processes().is_empty());
    let left: Vec<PathBuf> = book.temporary_folders();
    assert_eq!(left, [book.temporary.path().join("torn-down")]);
    assert!(began.elapsed() < Duration::from_mins(1));
}

#[test]
fn a_person_reads_only_what_failed_before_the_interrupt() {
    let output = Book::new(LONG).signalled("-TERM", &[]);
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(text(&output.stdout), "content/a.md:4: this sh example fails: exit status: 1\n");
}

#[test]
fn what_had_ended_before_an_interrupt_is_recorded_and_remembered() {
    let book = Book::new(LONG);
    book.signalled("-INT", &["--record"]);
    let outcomes = |lock: &str| ["passed", "failed"].map(|word| lock.matches(word).count());
    assert_eq!(outcomes(&book.lock()), [1, 1]);
    let second = book.signalled("-INT", &[]);
    assert!(text(&second.stderr).contains("2 not run (1 remembered)"), "{}", text(&second.stderr));
}

#[test]
fn what_had_ended_before_the_program_was_killed_is_recorded_and_remembered() {
    let book = Book::new(LONG);
    let mut child = book.start(&["--record"]);
    let group = book.begun();
    child.kill().unwrap();
    child.wait().unwrap();
    // A program that is killed can't end what it has started.
    let ended = Command::new("kill").args(["-KILL", "--", &format!("-{group}")]).status().unwrap();
    assert!(ended.success());
    let outcomes = |lock: &str| ["\"passed\"", "\"failed\""].map(|word| lock.matches(word).count());
    assert_eq!(outcomes(&book.lock()), [1, 1]);
    let mended = std::fs::read_to_string(book.folder.path().join("content/a.md")).unwrap();
    let mended = mended.replace("sleep 600", "sleep 0").replace("exit 1", "exit 0");
    std::fs::write(book.folder.path().join("content/a.md"), mended).unwrap();
    let output = book.start(&["--record"]).wait_with_output().unwrap();
    assert_eq!(
        text(&output.stderr),
        "4 examples: 4 passed (1 remembered)\nrecorded 4 results in examples.lock\n"
    );
    assert_eq!(outcomes(&book.lock()), [4, 0]);
}

#[test]
fn an_interrupt_takes_the_cluster_of_postgresql_down() {
    let installed = Path::new("/usr/lib/postgresql").exists();
    if !installed {
        let is_asked = std::env::var_os("LACUNA_SLOW_TESTS").is_some();
        assert!(!is_asked, "PostgreSQL is missing; scripts/test installs it");
        return;
    }
    for fence in ["```sql", "```sql no_run"] {
        let book = Book::new(&format!(
            "-- book.toml\n-- content/a.md\n{fence}\nselect pg_sleep(600);\n```\n"
        ));
        let child = book.start(&["--format=json"]);
        book.wait_for(|folder| folder.join("data/postmaster.pid").exists());
        // Nothing that it shares lies where it would stay.
        let files = |folder: &Path| folder.join("data/pg_dynshmem").read_dir();
        book.wait_for(|folder| files(folder).is_ok_and(|mut files| files.next().is_some()));
        send("-INT", &child);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{fence}: {}", text(&output.stderr));
        let json: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(json["examples"][0]["outcome"], "not-run", "{fence}");
        assert!(book.processes().is_empty(), "{fence}");
        assert!(book.temporary_folders().is_empty(), "{fence}");
    }
}
