//! Runs git without anything that the repository's own settings could start.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The output of a call; none when it failed.
pub(super) fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = command(root).args(arguments).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn command(root: &Path) -> Command {
    let settings = ["core.quotepath=off", "core.fsmonitor=false", "log.showSignature=false"];
    let mut command = Command::new("git");
    command.arg("--no-pager").arg("--literal-pathspecs").arg("-C").arg(root);
    for setting in settings {
        command.args(["-c", setting]);
    }
    command.env("GIT_OPTIONAL_LOCKS", "0");
    command
}

/// Reads objects by name, all through one process, which starts with the first question.
#[derive(Debug, Default)]
pub(super) struct Objects {
    root: PathBuf,
    batch: Mutex<Option<Batch>>,
}

/// What an object is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Object {
    Blob(Vec<u8>),
    Tree,
    Other(Vec<u8>),
}

impl Objects {
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf(), batch: Mutex::default() }
    }

    /// The object of a name such as `HEAD:content/index.md`; none when there is none.
    pub(super) fn read(&self, name: &str) -> Option<Object> {
        // Names are sent one a line.
        if name.contains('\n') {
            return None;
        }
        let mut batch = self.batch.lock().unwrap_or_else(PoisonError::into_inner);
        if batch.is_none() {
            *batch = Batch::start(&self.root);
        }
        batch.as_mut()?.ask(name)
    }
}

/// `git cat-file --batch`, waiting for names.
#[derive(Debug)]
struct Batch {
    child: Child,
    /// Closed before the process is waited for.
    names: Option<ChildStdin>,
    objects: BufReader<ChildStdout>,
}

impl Batch {
    fn start(root: &Path) -> Option<Self> {
        let mut child = command(root)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let names = child.stdin.take();
        let objects = BufReader::new(child.stdout.take()?);
        Some(Self { child, names, objects })
    }

    fn ask(&mut self, name: &str) -> Option<Object> {
        let names = self.names.as_mut()?;
        writeln!(names, "{name}").ok()?;
        names.flush().ok()?;
        let mut head = Vec::new();
        self.objects.read_until(b'\n', &mut head).ok()?;
        let head = String::from_utf8_lossy(&head).into_owned();
        let mut words = head.trim_end().rsplit(' ');
        // `<id> blob 120`, or `<name> missing`.
        let size: u64 = words.next()?.parse().ok()?;
        let kind = words.next()?;
        let mut bytes = Vec::new();
        // A line end follows the object.
        (&mut self.objects).take(size + 1).read_to_end(&mut bytes).ok()?;
        bytes.pop();
        Some(match kind {
            "blob" => Object::Blob(bytes),
            "tree" => Object::Tree,
            _ => Object::Other(bytes),
        })
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // Without further names the process ends by itself.
        drop(self.names.take());
        drop(self.child.wait());
    }
}
