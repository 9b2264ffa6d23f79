//! What a build writes, removes and leaves alone.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::support::{Sandbox, TODAY, check_report};
use lacuna::build::{self, Report};
use lacuna::config::Config;
use lacuna::files::{DiskFiles, Files, Kind, Walk};

const ROOT: &str = "/book-under-test";
const OUTPUT: &str = "/book-under-test/book";

/// Three pages, one of them in a folder, and a file beside it.
const BOOK: &str = "
    -- guide/data.csv
    a,b
    -- index.md
    # Home
    -- about.md
    # About
    -- guide/index.md
    # Guide
    See [data](data.csv).
    ";

fn codes(report: &Report) -> Vec<&str> {
    report.diagnostics.iter().map(|found| found.rule.code).collect()
}

fn output(sandbox: &Sandbox, url: &str) -> Option<String> {
    sandbox.output().remove(url)
}

fn put(sandbox: &Sandbox, url: &str, text: &str) {
    sandbox.files().write(&Path::new(OUTPUT).join(url), text.as_bytes()).unwrap();
}

#[test]
fn the_second_build_writes_nothing() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    let before = sandbox.output();
    let report = sandbox.build();
    assert_eq!((report.written, report.removed), (0, 0));
    assert_eq!(sandbox.output(), before);
}

#[test]
fn an_edit_in_a_text_writes_one_page_in_each_of_its_forms() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    sandbox.edit("content/guide/index.md", "See", "Look at");
    // The page, its twin in Markdown, the book for paper, the search, and the
    // list with its first words.
    check_report(
        &sandbox.build(),
        "read 1, parsed 1, resolved no, rendered 1, written 5, removed 0",
    );
}

#[test]
fn a_changed_file_is_copied_again() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    sandbox.edit("content/guide/data.csv", "a,b", "a,c");
    check_report(
        &sandbox.build(),
        "read 0, parsed 0, resolved no, rendered 0, written 1, removed 0",
    );
    assert_eq!(output(&sandbox, "guide/data.csv").as_deref(), Some("a,c\n"));
}

#[test]
fn a_new_page_reaches_the_navigation_of_all_others() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    sandbox.write("content/contact.md", "# Contact\n");
    // The page and its twin, four whose menu changed, the book for paper, `llms.txt`, the search,
    // `api/pages.json` and the manifest are new; the latter isn't counted.
    let report = sandbox.build();
    assert!(output(&sandbox, "about.html").unwrap().contains("contact.html"));
    check_report(&report, "read 1, parsed 1, resolved yes, rendered 5, written 10, removed 0");
}

#[test]
fn the_page_of_a_removed_source_is_removed() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    sandbox.remove("content/about.md");
    let report = sandbox.build();
    assert_eq!((report.removed, output(&sandbox, "about.html")), (2, None));
}

#[test]
fn folders_that_become_empty_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let content = folder.path().join("content/a/b");
    std::fs::create_dir_all(&content).unwrap();
    std::fs::write(folder.path().join("content/index.md"), "# Home\n").unwrap();
    std::fs::write(content.join("c.md"), "# C\n").unwrap();
    let (config, _) = Config::read(folder.path(), "", TODAY);
    build::build(&DiskFiles, &config).unwrap();
    assert!(config.output.join("a/b/c.html").exists());
    std::fs::remove_file(content.join("c.md")).unwrap();
    build::build(&DiskFiles, &config).unwrap();
    assert!(!config.output.join("a").exists());
    assert!(config.output.join("index.html").exists());
}

#[test]
fn a_foreign_file_stays_and_is_told() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    put(&sandbox, "notes.txt", "mine");
    let report = sandbox.build();
    assert_eq!(codes(&report), ["S003"]);
    assert_eq!(
        report.diagnostics[0].message,
        "`/book-under-test/book` holds a file that Lacuna did not write: `notes.txt`"
    );
    assert_eq!(output(&sandbox, "notes.txt").as_deref(), Some("mine"));
}

#[test]
fn a_foreign_file_stays_when_its_folder_has_no_pages_any_more() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    put(&sandbox, "guide/notes.txt", "mine");
    sandbox.remove("content/guide/index.md");
    sandbox.remove("content/guide/data.csv");
    sandbox.build();
    let left: Vec<String> =
        sandbox.output().into_keys().filter(|url| url.starts_with("guide/")).collect();
    assert_eq!(left, ["guide/notes.txt"]);
}

#[test]
fn a_hidden_foreign_file_is_nobodys_business() {
    let sandbox = Sandbox::new(BOOK);
    put(&sandbox, ".git/config", "x");
    assert_eq!(codes(&sandbox.build()), Vec::<&str>::new());
    assert_eq!(output(&sandbox, ".git/config").as_deref(), Some("x"));
}

#[test]
fn a_foreign_file_in_the_way_of_a_page_is_an_error_and_stays() {
    for (url, taken) in [
        ("about.html", "about.html"),
        ("guide", "guide/index.html"),
        ("about.html/x", "about.html"),
    ] {
        let sandbox = Sandbox::new(BOOK);
        put(&sandbox, url, "mine");
        let report = sandbox.build();
        assert!(codes(&report).contains(&"S002"), "{url}: {:?}", codes(&report));
        assert!(
            report.diagnostics.iter().any(|found| found.message
                == format!("`{OUTPUT}/{taken}` was not written by Lacuna, so it isn't replaced")),
            "{:?}",
            report.diagnostics
        );
        assert_eq!(output(&sandbox, url).as_deref(), Some("mine"));
    }
}

#[test]
fn a_file_that_is_what_we_would_write_is_taken_over() {
    let sandbox = Sandbox::new(BOOK);
    put(&sandbox, "guide/data.csv", "a,b\n");
    assert_eq!(codes(&sandbox.build()), Vec::<&str>::new());
    sandbox.remove("content/guide/data.csv");
    sandbox.build();
    assert_eq!(output(&sandbox, "guide/data.csv"), None);
}

#[test]
fn the_manifest_lists_all_files() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    let mut files = sandbox.output();
    let manifest = files.remove(".lacuna-manifest").unwrap();
    let listed: Vec<&str> = manifest.lines().skip(1).collect();
    assert_eq!(listed, files.keys().collect::<Vec<_>>());
}

#[test]
fn a_manifest_cannot_make_us_remove_what_lies_elsewhere() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    let lines = "lacuna-manifest 1\n../content/about.md\n/content/about.md\n./gone\n";
    put(&sandbox, ".lacuna-manifest", lines);
    let before = sandbox.output().len();
    sandbox.build();
    assert!(sandbox.files().read(&Path::new(ROOT).join("content/about.md")).is_ok());
    assert_eq!(sandbox.output().len(), before);
}

#[test]
fn a_killed_build_is_taken_up_by_the_next() {
    let whole = Sandbox::new(BOOK);
    whole.build();
    let sandbox = Sandbox::new(BOOK);
    // As left by a build that was stopped: names of files that don't exist, a file of an earlier
    // text, and a file of a page that has gone.
    put(
        &sandbox,
        ".lacuna-manifest",
        "lacuna-manifest 1\nabout.html\nguide/index.html\nold.html\nnever.html\n",
    );
    put(&sandbox, "about.html", "an earlier text");
    put(&sandbox, "old.html", "gone");
    let report = sandbox.build();
    assert_eq!(codes(&report), Vec::<&str>::new());
    assert_eq!(sandbox.output(), whole.output());
}

#[test]
fn a_build_that_is_stopped_anywhere_is_taken_up_by_the_next() {
    let whole = Sandbox::new(BOOK);
    whole.build();
    for allowed in 0..20 {
        let sandbox = Sandbox::new(BOOK);
        let config = sandbox_config();
        let stopping = Recording::stopping_after(sandbox.files(), allowed);
        let stopped = build::build(&stopping, &config);
        let report = sandbox.build();
        assert_eq!(codes(&report), Vec::<&str>::new(), "after {allowed} writes: {stopped:?}");
        assert_eq!(sandbox.output(), whole.output(), "after {allowed} writes");
    }
}

#[test]
fn the_output_folder_may_neither_be_nor_hold_the_source() {
    for folder in ["content", ".", "..", "/", "content/.."] {
        let mut sandbox = Sandbox::new(BOOK);
        let path = lexical(&Path::new(ROOT).join(folder));
        sandbox.config().output = path;
        let config = sandbox.config().clone();
        let error = build::build(sandbox.files(), &config).err().map(|error| error.to_string());
        let error = error.unwrap_or_else(|| panic!("`{folder}` was taken"));
        assert!(
            error.contains("it is the folder of the content or of `book.toml`, or holds it"),
            "{error}"
        );
    }
}

#[test]
fn the_output_folder_may_lie_in_the_content() {
    let mut sandbox = Sandbox::new(BOOK);
    sandbox.config().output = Path::new(ROOT).join("content/out");
    sandbox.build();
    let report = sandbox.build();
    assert_eq!((report.written, report.rendered), (0, 0));
    assert!(!sandbox.output().keys().any(|url| url.starts_with("out/")));
}

#[test]
fn cleaning_removes_what_we_wrote_and_nothing_else() {
    let mut sandbox = Sandbox::new(BOOK);
    sandbox.build();
    put(&sandbox, "notes.txt", "mine");
    let config = sandbox.config().clone();
    build::clean(sandbox.files(), &config).unwrap();
    assert_eq!(sandbox.output().into_keys().collect::<Vec<_>>(), ["notes.txt"]);
}

const OWN_THEME: &str = "-- book.toml
[output.html]
theme = \"own\"
-- index.md
# Home
-- page.md
# Page
";

#[test]
fn a_theme_overrides_one_template_and_keeps_the_others() {
    let sandbox = Sandbox::new(&format!(
        "{OWN_THEME}-- themes/own/templates/home.html
<p>Ours: {{{{ page.title }}}}</p>
-- themes/own/static/style.css
ours {{}}
-- themes/own/static/more.css
more {{}}
"
    ));
    assert_eq!(sandbox.page("index.html"), "<p>Ours: Home</p>\n");
    assert!(sandbox.page("page.html").contains("<h1 id=\"page\">Page</h1>"));
    assert_eq!(sandbox.page("assets/style.css"), "ours {}\n");
    assert_eq!(sandbox.page("assets/more.css"), "more {}\n");
    assert!(sandbox.output().contains_key("assets/script.js"));
}

#[test]
fn a_theme_may_extend_the_default_and_replace_one_block() {
    let sandbox = Sandbox::new(&format!(
        "{OWN_THEME}-- themes/own/templates/home.html
{{%- extends \"base.html\" -%}}
{{%- block main %}}<p>Ours</p>{{% endblock main %}}
"
    ));
    let page = sandbox.page("index.html");
    assert!(page.starts_with("<!doctype html>") && page.contains("<p>Ours</p>"), "{page}");
}

#[test]
fn a_template_that_cannot_be_read_is_told_and_the_default_takes_its_place() {
    let sandbox = Sandbox::new(&format!(
        "{OWN_THEME}-- themes/own/templates/home.html\n<p>\n{{% if page %}}\n"
    ));
    let findings = sandbox.findings();
    assert!(findings.starts_with("themes/own/templates/home.html:"), "{findings}");
    assert!(findings.contains(": error[T001]: "), "{findings}");
    assert!(sandbox.page("index.html").contains("<h1 id=\"home\">Home</h1>"));
}

#[test]
fn a_template_that_fails_keeps_the_last_good_page_and_is_told_with_its_line() {
    let template = "<p>\n{{ page.title }}\n</p>\n";
    let sandbox =
        Sandbox::new(&format!("{OWN_THEME}-- themes/own/templates/home.html\n{template}"));
    let good = sandbox.page("index.html");
    sandbox.edit("themes/own/templates/home.html", "page.title", "page.titel");
    let report = sandbox.build();
    assert_eq!(codes(&report), ["T001"]);
    assert!(
        sandbox.findings().starts_with("themes/own/templates/home.html:2:"),
        "{}",
        sandbox.findings()
    );
    assert_eq!(output(&sandbox, "index.html"), Some(good));
}

#[test]
fn the_manifest_is_written_first_and_pages_after_the_files_that_they_need() {
    let sandbox = Sandbox::new(BOOK);
    let recording = Recording::of(sandbox.files());
    build::build(&recording, &sandbox_config()).unwrap();
    let writes = recording.writes();
    let is_page = |url: &String| url.ends_with(".html");
    let first_page = writes.iter().position(is_page).unwrap();
    let last_other = writes.iter().rposition(|url| !is_page(url) && url != ".lacuna-manifest");
    assert!(last_other.unwrap() < first_page, "{writes:?}");
    assert_eq!(writes.first().map(String::as_str), Some(".lacuna-manifest"));
}

#[test]
fn a_disk_that_is_full_stops_the_build_and_keeps_the_old_files() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    let before = sandbox.output();
    sandbox.edit("content/about.md", "# About", "# About us");
    let full = Recording::stopping_after(sandbox.files(), 0);
    let error = build::build(&full, &sandbox_config()).unwrap_err();
    assert!(error.to_string().starts_with("can't write `/book-under-test/book/"), "{error}");
    assert_eq!(sandbox.output(), before);
}

#[test]
fn checking_writes_nothing() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.findings();
    assert_eq!(sandbox.output().len(), 0);
}

/// The settings of a sandbox without `book.toml`.
fn sandbox_config() -> Config {
    Config::read(Path::new(ROOT), "", TODAY).0
}

/// Resolves `..` as a shell would.
fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(out.pop()),
            std::path::Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// Files that remember what was written, and fail after so many writes.
struct Recording<'a> {
    files: &'a dyn Files,
    writes: Mutex<Vec<String>>,
    allowed: usize,
}

impl<'a> Recording<'a> {
    fn of(files: &'a dyn Files) -> Self {
        Self::stopping_after(files, usize::MAX)
    }

    fn stopping_after(files: &'a dyn Files, allowed: usize) -> Self {
        Self { files, writes: Mutex::default(), allowed }
    }

    /// The URLs that were written, in order.
    fn writes(&self) -> Vec<String> {
        self.writes.lock().unwrap().clone()
    }
}

impl Files for Recording<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files.read(path)
    }

    fn walk(&self, folder: &Path, root: &Path) -> io::Result<Walk> {
        self.files.walk(folder, root)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.files.list(folder)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        // The cache is nobody's business, and a build does without.
        let Ok(url) = path.strip_prefix(OUTPUT) else { return self.files.write(path, bytes) };
        let mut writes = self.writes.lock().unwrap();
        if writes.len() >= self.allowed {
            return Err(io::ErrorKind::StorageFull.into());
        }
        writes.push(url.to_str().unwrap().to_string());
        self.files.write(path, bytes)
    }

    fn remove(&self, path: &Path, root: &Path) -> io::Result<()> {
        self.files.remove(path, root)
    }

    fn kind(&self, path: &Path) -> Kind {
        self.files.kind(path)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.files.resolve(path)
    }
}
