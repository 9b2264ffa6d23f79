//! A handbook in a real git repository, with the people who work on it.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A handbook in a repository of its own, on a day that the test sets.
pub(crate) struct Repository {
    folder: TempDir,
    today: String,
}

/// What a call gave.
pub(crate) struct Called {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// The page of the gap that tests are about.
pub(crate) const PAGE: &str = "content/operations/backups.md";
/// Its reviews.
pub(crate) const REVIEWS: &str = "content/operations/backups.reviews.yaml";
/// The gap.
pub(crate) const GAP: &str = "operations/backups";

const BOOK: &str = "\
[people.ann]
name = \"Ann\"
emails = [\"ann@example.org\"]
[people.bea]
name = \"Bea\"
emails = [\"bea@example.org\"]
[people.cat]
name = \"Cat\"
emails = [\"cat@example.org\"]
";

const CHECKLIST: &str = "\
# List
## Critical
### Operations
- **Backups**: Nobody knows how.
- **Restores**: Nor this.
## Minor
### People
- **Leave**: Nobody says who is away.
";

/// The sections of guidance.
pub(crate) const SECTIONS: [&str; 7] = [
    "At a glance",
    "Why it matters",
    "Guidance",
    "Procedure",
    "Example",
    "Acceptance criteria",
    "References",
];

/// A page with all sections of guidance, 25 words in each.
pub(crate) fn full_page(title: &str) -> String {
    let text = vec!["word"; 25].join(" ");
    let sections = SECTIONS.map(|section| format!("\n## {section}\n\n{text}\n"));
    format!("# {title}\n{}", sections.concat())
}

impl Repository {
    /// A repository with the checklist and people `ann`, `bea` and `cat`, on 2026-11-22.
    pub(crate) fn new() -> Self {
        Self::with_settings("")
    }

    pub(crate) fn with_settings(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Self { folder, today: "2026-11-22".to_string() };
        repository.git(&["init", "-q", "-b", "main"]);
        repository.write("book.toml", &format!("{settings}\n{BOOK}"));
        repository.write("content/checklist.md", CHECKLIST);
        repository.commit("cat");
        repository
    }

    /// With a full page of the gap by `bea`.
    pub(crate) fn written() -> Self {
        let repository = Self::new();
        repository.write(PAGE, &full_page("Backups"));
        repository.commit("bea");
        repository
    }

    /// With a page by `bea` that `ann` has approved.
    pub(crate) fn approved() -> Self {
        let repository = Self::written();
        repository.approve("ann");
        repository.commit("ann");
        repository
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Replaces a text in a file; the text must be there.
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) {
        let text = self.read(name);
        assert!(text.contains(old), "`{name}` has no `{old}`");
        self.write(name, &text.replacen(old, new, 1));
    }

    /// From now on it is another day.
    pub(crate) fn set_today(&mut self, day: &str) {
        self.today = day.to_string();
    }

    /// Days go by.
    pub(crate) fn wait(&mut self, days: i8) {
        let today: jiff::civil::Date = self.today.parse().unwrap();
        self.today = today.saturating_add(jiff::Span::new().days(i64::from(days))).to_string();
    }

    /// Makes an SSH key for somebody, below `.keys`.
    pub(crate) fn make_key(&self, who: &str) {
        self.write(".keys/README", "");
        let mut command = Command::new("ssh-keygen");
        command
            .args(["-q", "-t", "ed25519", "-N", "", "-C", who, "-f"])
            .arg(self.path(".keys").join(who));
        assert!(command.status().unwrap().success());
    }

    /// Commits everything as one of the people, signed with the key of another.
    pub(crate) fn commit_signed(&self, who: &str, signer: &str) {
        self.git(&["add", "--all"]);
        let key = format!("user.signingKey={}", self.path(".keys").join(signer).display());
        let signed = ["-c", "gpg.format=ssh", "-c", &key, "commit", "-q", "-S", "-m", "A change"];
        self.git_as(who, &signed);
    }

    /// Commits everything as one of the people.
    pub(crate) fn commit(&self, who: &str) {
        self.git(&["add", "--all"]);
        self.git_as(who, &["commit", "-q", "--allow-empty", "-m", "A change"]);
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_as("cat", arguments)
    }

    #[track_caller]
    pub(crate) fn git_as(&self, who: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(arguments);
        let called = Called::of(&self.prepare(command, who).output().unwrap());
        assert_eq!(called.code, Some(0), "git {arguments:?}: {}", called.err);
        called.out
    }

    pub(crate) fn git_with_input(&self, arguments: &[&str], input: &str) {
        let mut command = Command::new("git");
        command.args(arguments);
        let mut child = self.prepare(command, "cat").stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
    }

    /// Runs Lacuna as one of the people.
    pub(crate) fn lacuna_as(&self, who: &str, arguments: &[&str]) -> Called {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lacuna"));
        command.args(arguments).args(["--today", &self.today]);
        Called::of(&self.prepare(command, who).output().unwrap())
    }

    /// Settings of whoever runs the tests must not matter.
    fn prepare(&self, mut command: Command, who: &str) -> Command {
        let name = format!("{}{}", who[..1].to_uppercase(), &who[1..]);
        let email = format!("{who}@example.org");
        let date = format!("{}T12:00:00Z", self.today);
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        for (variable, value) in [
            ("GIT_AUTHOR_NAME", name.as_str()),
            ("GIT_AUTHOR_EMAIL", &email),
            ("GIT_AUTHOR_DATE", &date),
            ("GIT_COMMITTER_NAME", &name),
            ("GIT_COMMITTER_EMAIL", &email),
            ("GIT_COMMITTER_DATE", &date),
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_NOSYSTEM", "1"),
        ] {
            command.env(variable, value);
        }
        for variable in ["SOURCE_DATE_EPOCH", "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] {
            command.env_remove(variable);
        }
        command
    }

    /// Runs a command as `ann` that must succeed; gives its data.
    #[track_caller]
    pub(crate) fn data(&self, arguments: &[&str]) -> String {
        let called = self.lacuna_as("ann", arguments);
        assert_eq!(called.code, Some(0), "{arguments:?}: {}", called.err);
        called.out
    }

    /// Runs a command that must be refused with an exit code; gives what it says.
    #[track_caller]
    pub(crate) fn refused(&self, who: &str, code: i32, arguments: &[&str]) -> String {
        let called = self.lacuna_as(who, arguments);
        assert_eq!(called.code, Some(code), "{arguments:?}: {}{}", called.out, called.err);
        called.err
    }

    /// Approves the page as one of the people.
    #[track_caller]
    pub(crate) fn approve(&self, who: &str) {
        self.approve_with(who, &[]);
    }

    #[track_caller]
    pub(crate) fn approve_with(&self, who: &str, more: &[&str]) {
        let arguments = ["approve", GAP, "--by", who, "--method", "read"];
        let called = self.lacuna_as(who, &[&arguments[..], more].concat());
        assert_eq!(called.code, Some(0), "{}", called.err);
    }

    /// What is known of the gap.
    #[track_caller]
    pub(crate) fn gap(&self) -> Value {
        let all: Value =
            serde_json::from_str(&self.data(&["status", GAP, "--format", "json"])).unwrap();
        all["gaps"][0].clone()
    }

    /// When the next review is due.
    #[track_caller]
    pub(crate) fn due(&self) -> String {
        self.gap()["review"]["due"].as_str().unwrap().to_string()
    }

    /// Status and flags of the gap, the status first; `unowned` is left out.
    #[track_caller]
    pub(crate) fn standing(&self) -> String {
        let gap = self.gap();
        let flags = gap["flags"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap());
        let flags = flags.filter(|flag| *flag != "unowned");
        std::iter::once(gap["status"].as_str().unwrap()).chain(flags).collect::<Vec<_>>().join(", ")
    }
}

impl Called {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("output is UTF-8");
        Self { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}
