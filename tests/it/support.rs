//! What tests share: a book in one string, built in memory, and one `check_*` for each boundary.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use lacuna::base::SitePath;
use lacuna::build::{self, Report};
use lacuna::config::Config;
use lacuna::diag::{Diagnostic, Format, print};
use lacuna::files::{Files, MemoryFiles};

/// The day on which all tests judge.
pub(crate) const TODAY: Date = date(2026, 11, 22);

/// A book in memory.
pub(crate) struct Sandbox {
    files: MemoryFiles,
    config: Config,
    /// What was wrong with `book.toml`.
    config_findings: Vec<Diagnostic>,
}

const ROOT: &str = "/book-under-test";

impl Sandbox {
    /// A book from one string: each file begins with a line `-- path`, relative to the folder of
    /// the book. All lines may be indented alike. A file without `content/`, `themes/` or a name
    /// at the top lies below `content/`.
    pub(crate) fn new(fixture: &str) -> Self {
        let sandbox = Self::with_files(&parse_fixture(fixture));
        assert!(
            !sandbox.config_findings.iter().any(Diagnostic::is_error),
            "{}",
            sandbox.show(&sandbox.config_findings)
        );
        sandbox
    }

    pub(crate) fn with_files(given: &BTreeMap<String, String>) -> Self {
        let files = MemoryFiles::default();
        let mut has_content = false;
        for (name, text) in given {
            has_content |= name.starts_with("content/");
            files.write(&Path::new(ROOT).join(name), text.as_bytes()).unwrap();
        }
        if !has_content {
            files.write(&Path::new(ROOT).join("content/index.md"), b"# Home\n").unwrap();
        }
        let book = given.get("book.toml").map_or("", String::as_str);
        let (config, config_findings) = Config::read(Path::new(ROOT), book, TODAY);
        Self { files, config, config_findings }
    }

    /// Builds into the output folder.
    pub(crate) fn build(&self) -> Report {
        build::build(&self.files, &self.config).expect("memory has no faults")
    }

    /// Everything that is in the output folder, by URL.
    pub(crate) fn output(&self) -> BTreeMap<String, String> {
        let list = self.files.list(&self.config.output).unwrap();
        let text = |path: &PathBuf| {
            let name =
                path.strip_prefix(&self.config.output).unwrap().to_string_lossy().into_owned();
            let bytes = self.files.read(path).unwrap();
            (name, String::from_utf8_lossy(&bytes).into_owned())
        };
        list.iter().map(text).collect()
    }

    /// One file of the output; builds first.
    pub(crate) fn page(&self, url: &str) -> String {
        self.build();
        let output = self.output();
        let known: Vec<&String> = output.keys().collect();
        output.get(url).unwrap_or_else(|| panic!("no `{url}` among {known:?}")).clone()
    }

    /// The text of the page without the frame: what stands in `<div class="prose">`.
    pub(crate) fn prose(&self, url: &str) -> String {
        let page = self.page(url);
        let (_, inner) = page.split_once("<div class=\"prose\">").expect("a page has prose");
        let mut depth = 1;
        let mut tags: Vec<usize> = ["<div", "</div>"]
            .iter()
            .flat_map(|tag| inner.match_indices(tag))
            .map(|(at, _)| at)
            .collect();
        tags.sort_unstable();
        for at in tags {
            depth = if inner[at..].starts_with("</") { depth - 1 } else { depth + 1 };
            if depth == 0 {
                return inner[..at].trim().to_string();
            }
        }
        panic!("the prose of `{url}` has no end:\n{inner}");
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        self.files.write(&Path::new(ROOT).join(name), text.as_bytes()).unwrap();
    }

    pub(crate) fn remove(&self, name: &str) {
        self.files.remove(&Path::new(ROOT).join(name), Path::new(ROOT)).unwrap();
    }

    /// Replaces a text in a file; the text must be there.
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) {
        let path = Path::new(ROOT).join(name);
        let text = String::from_utf8(self.files.read(&path).unwrap()).unwrap();
        assert!(text.contains(old), "`{name}` has no `{old}`");
        self.files.write(&path, text.replacen(old, new, 1).as_bytes()).unwrap();
    }

    /// `api/status.json` as a value.
    pub(crate) fn status(&self) -> serde_json::Value {
        serde_json::from_str(&self.page("api/status.json")).unwrap()
    }

    /// The status of one gap.
    pub(crate) fn gap(&self, id: &str) -> serde_json::Value {
        let status = self.status();
        let gaps = status["gaps"].as_array().unwrap();
        gaps.iter().find(|gap| gap["id"] == id).unwrap_or_else(|| panic!("no gap {id}")).clone()
    }

    /// What a review of a page is bound to.
    pub(crate) fn digest(&self, page: &str) -> String {
        let analysis = build::analyse(&self.files, &self.config).unwrap();
        let path = SitePath::new(page).unwrap();
        analysis.digest(&path).expect("the page closes a gap").to_string()
    }

    /// All findings, one line each, without the summary.
    pub(crate) fn findings(&self) -> String {
        let mut found = self.config_findings.clone();
        found.extend(build::check(&self.files, &self.config).unwrap().diagnostics);
        self.show(&found)
    }

    /// All findings in a format.
    pub(crate) fn findings_as(&self, format: Format) -> String {
        let found = build::check(&self.files, &self.config).unwrap().diagnostics;
        print(&found, format, &|path| self.text(path))
    }

    pub(crate) fn show(&self, found: &[Diagnostic]) -> String {
        print(found, Format::Short, &|path| self.text(path))
    }

    pub(crate) fn human(&self) -> String {
        self.findings_as(Format::Human { color: false })
    }

    /// All findings as people see them, those of `book.toml` first.
    pub(crate) fn all_human(&self) -> String {
        let format = Format::Human { color: false };
        print(&self.config_findings, format, &|path| self.text(path)) + &self.human()
    }

    fn text(&self, path: &SitePath) -> Option<String> {
        let bytes = self.files.read(&path.on_disk(Path::new(ROOT))).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(crate) fn config(&mut self) -> &mut Config {
        &mut self.config
    }

    pub(crate) fn settings(&self) -> &Config {
        &self.config
    }

    /// The same files with `book.toml` read again.
    pub(crate) fn reopened(mut self) -> Self {
        let book = self.files.read(&Path::new(ROOT).join("book.toml")).unwrap();
        self.config = Config::read(Path::new(ROOT), &String::from_utf8(book).unwrap(), TODAY).0;
        self
    }

    pub(crate) fn files(&self) -> &MemoryFiles {
        &self.files
    }
}

/// Checks that a book has exactly these findings, one line each in the `short` format.
#[track_caller]
pub(crate) fn check_findings(fixture: &str, expected: &[&str]) {
    // Faults of `book.toml` are findings, too, so the sandbox is made without looking at them.
    let sandbox = Sandbox::with_files(&parse_fixture(fixture));
    let found = sandbox.findings();
    let found: Vec<&str> = found.lines().collect();
    assert_eq!(found, expected);
}

/// Checks the HTML that the text of one page gives, without heading anchors.
#[track_caller]
pub(crate) fn check_html(markdown: &str, expected: &str) {
    check_html_with("", markdown, expected);
}

/// Checks the HTML that the text of one page gives with settings of `book.toml`.
#[track_caller]
pub(crate) fn check_html_with(book: &str, markdown: &str, expected: &str) {
    assert_eq!(html(book, markdown), expected.trim());
}

/// The HTML of a text, with settings of `book.toml`, without heading anchors.
pub(crate) fn html(book: &str, markdown: &str) -> String {
    let files =
        [("book.toml", book), ("content/index.md", "# Home\n"), ("content/page.md", markdown)];
    let files = files.map(|(name, text)| (name.to_string(), text.to_string()));
    without_anchors(&Sandbox::with_files(&files.into()).prose("page.html"))
}

/// Checks what a build did.
#[track_caller]
pub(crate) fn check_report(report: &Report, expected: &str) {
    assert_eq!(report.to_string(), expected);
}

/// Takes the links out that headings have to themselves.
pub(crate) fn without_anchors(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(start) = rest.find("<a class=\"anchor\"") {
        out.push_str(&rest[..start]);
        let end = rest[start..].find("</a>").expect("the link ends") + start + "</a>".len();
        rest = &rest[end..];
    }
    out + rest
}

/// Reads the files of a fixture.
pub(crate) fn parse_fixture(fixture: &str) -> BTreeMap<String, String> {
    let lines: Vec<&str> = fixture.lines().collect();
    let indent = lines
        .iter()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start().len())
        .min()
        .unwrap_or(0);
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut name = None;
    for line in lines {
        let line = line.get(indent..).unwrap_or_default();
        if let Some(path) = line.strip_prefix("-- ") {
            let top = path == "book.toml"
                || path == "CODEOWNERS"
                || path.starts_with("content/")
                || path.starts_with("themes/");
            let path = if top { path.to_string() } else { format!("content/{path}") };
            files.insert(path.clone(), String::new());
            name = Some(path);
        } else if let Some(text) = name.as_ref().and_then(|name| files.get_mut(name)) {
            text.push_str(line);
            text.push('\n');
        }
    }
    files
}
