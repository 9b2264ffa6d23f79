//! Any script of edits, with whatever can happen to builds and to the cache in between, gives the
//! output and the findings of a cold build, byte for byte; and so does what the preview shows.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::ToSpan;
use lacuna::base::SitePath;
use lacuna::build::{Changes, Engine, Report, Snapshot, build, build_in_memory};
use lacuna::config::Config;
use lacuna::diag::{Diagnostic, Format, print};
use lacuna::files::{Files, Kind, MemoryFiles, Stamp, Walk};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;

use crate::support::TODAY;

const ROOT: &str = "/book-under-test";

/// The names that pages have or may get.
const PAGES: &[&str] = &[
    "index.md",
    "about.md",
    "area/keys.md",
    "area/index.md",
    "guide/install.md",
    "guide/deep/more.md",
];

/// What each file may hold; an empty text stands for no file.
const TEXTS: &[(&str, &[&str])] = &[
    ("content/part.txt", &["One part.\n", "Another {{#var name}}.\n", ""]),
    ("content/data.csv", &["a,b\n1,2\n", "a,b\n3,4\n", ""]),
    (
        "content/checklist.md",
        &[
            "# List\n## Critical\n### Area\n- **Keys**: how\n- **Locks**: why\n",
            "# List\n## Critical\n### Area\n- **Keys**: where\n## Other\n### Guide\n- **Install**: x\n",
            "",
        ],
    ),
    (
        "content/waivers.yaml",
        &[
            "",
            "- gap: area/keys\n  kind: accepted-risk\n  reason: none\n  requested_by: ann\n  \
             approved_by: bea\n  approved_on: 2026-11-01\n  expires: 2026-12-01\n",
        ],
    ),
    (
        "content/area/keys.reviews.yaml",
        &[
            "",
            "- by: bea\n  on: 2026-11-02\n  verdict: requested\n",
            "- by: bea\n  on: 2026-11-02\n  verdict: approved\n  method: read\n  author: ann\n  \
             digest: v1-00000000000000000000000000000000\n",
        ],
    ),
    (
        "themes/own/templates/page.html",
        &[
            "",
            "<title>{{ page.title }}</title>{{ body | safe }}{% if next %}{{ next.title }}{% endif %}",
            "{{ page.titel }}",
            "{% if %}",
        ],
    ),
    ("themes/own/static/style.css", &["", "a {}\n", "b {}\n"]),
    (
        "book.toml",
        &[
            "[output.html]\ntheme = \"own\"\n[variables]\nname = \"x\"\n",
            "[book]\ntitle = \"Other\"\n[variables]\nname = \"y\"\n",
            "[output.html]\ntheme = \"own\"\nsmart-punctuation = true\nraw-html = false\n",
            "[output.html]\ndiagrams = false\nsite-url = \"https://example.org/x/\"\n[rules]\nbroken-link = \"off\"\n",
        ],
    ),
];

/// What stands for so many words that they are in several parts of the search.
const MANY: &str = "Many words.";

/// What pages are made of.
const LINES: &[&str] = &[
    "# Keys",
    "# Locks and \"more\"",
    "Some words.",
    MANY,
    "Other words, and <b>more</b>.",
    "See [keys](area/keys.md#rotation) and [about](/about.md).",
    "See [nothing](gone.md).",
    "## Rotation",
    "{{#include part.txt}}",
    "{{#include /content/part.txt}}",
    "{{#var name}} and {{#var other}}",
    "{{#table /content/data.csv}}",
    "```rust\nfn keys() {}\n```",
    "```rust\nfn locks() { 1 }\n```",
    "```klingon\nnuqneH\n```",
    "```mermaid title=\"Keys\"\npie\n \"Keys\" : 1\n```",
    "```mermaid title=\"Locks\"\npie\n \"Locks\" : 2\n```",
    "```mermaid\npie\n \"Locks\" : 2\n```",
    "```mermaid\npie\n Locks\n```",
    "TODO: more",
];

const FRONTS: &[&str] = &[
    "",
    "---\ntitle: Front\norder: 3\n---\n",
    "---\n# a comment\ngap: area/keys\n---\n",
    "---\ngap: area/none\naliases: [old.html, ../bad.html]\n---\n",
    "---\nowner: nobody\ndraft: true\nunknown: 1\n---\n",
];

/// What happens between two looks at the output.
#[derive(Clone, Debug)]
enum Step {
    /// A page gets another text.
    Page(&'static str, String),
    Remove(&'static str),
    Rename(&'static str, &'static str),
    /// A file gets one of its texts.
    Text(usize, usize),
    /// The day changes.
    Day(i32),
    Build,
    BuildWith(usize),
    BuildTwice,
    /// A build is killed after so many writes.
    Killed(usize),
    /// The files of the cache are damaged from one byte on.
    Damage(usize),
    Cut(usize),
    OtherVersion,
    /// Somebody changes or removes a page of the output.
    Output(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let text = (select(FRONTS), vec(select(LINES), 0..7));
    let many = "Some words. ".repeat(300);
    let text = text.prop_map(move |(front, lines)| {
        format!("{front}{}\n", lines.join("\n\n").replace(MANY, many.trim_end()))
    });
    let other = (0..TEXTS.len()).prop_flat_map(|file| (Just(file), 0..TEXTS[file].1.len()));
    prop_oneof![
        6 => (select(PAGES), text).prop_map(|(page, text)| Step::Page(page, text)),
        1 => select(PAGES).prop_map(Step::Remove),
        1 => (select(PAGES), select(PAGES)).prop_map(|(from, to)| Step::Rename(from, to)),
        6 => other.prop_map(|(file, text)| Step::Text(file, text)),
        1 => (0..60).prop_map(Step::Day),
        5 => Just(Step::Build),
        1 => (1_usize..5).prop_map(Step::BuildWith),
        1 => Just(Step::BuildTwice),
        2 => (0_usize..40).prop_map(Step::Killed),
        1 => (0_usize..400).prop_map(Step::Damage),
        1 => (0_usize..400).prop_map(Step::Cut),
        1 => Just(Step::OtherVersion),
        1 => (0_usize..12).prop_map(Step::Output),
    ]
}

fn settings() -> ProptestConfig {
    ProptestConfig {
        cases: 48,
        failure_persistence: None,
        max_shrink_iters: 400,
        rng_seed: RngSeed::Fixed(2026),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn any_script_of_edits_gives_the_output_of_a_cold_build(steps in vec(step(), 1..24)) {
        let book = Book::new();
        for step in &steps {
            book.take(step);
        }
        let report = book.build();
        let (expected, cold) = book.cold();
        prop_assert_eq!(book.output(), expected);
        prop_assert_eq!(book.show(&report.diagnostics), book.show(&cold.diagnostics));
        // And there is nothing left to do.
        let again = book.build();
        let work = (again.parsed, again.resolved, again.written, again.removed);
        prop_assert_eq!(work, (0, false, 0, 0));
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn any_script_of_edits_shows_in_the_preview_what_a_cold_build_has(
        steps in vec((step(), any::<bool>()), 1..24)
    ) {
        let book = Book::new();
        let mut engine = Engine::open(&book.files, &book.config());
        let mut shown = book.look(&mut engine, &Changes::All, None);
        for (step, is_kept) in &steps {
            let before = book.sources();
            book.take(step);
            let changes = book.changes_since(&before, step);
            shown = book.look(&mut engine, &changes, Some(&shown));
            if *is_kept {
                engine.close(&book.files, &book.config());
            }
        }
        let (expected, cold) = book.cold_in_full();
        for (url, bytes) in &expected {
            let now = shown.render(&book.files, url).map(|made| made.unwrap().ok());
            prop_assert_eq!(now, Some(Some(bytes.clone())), "{}", url);
        }
        let is_of_a_template = |found: &Diagnostic| found.rule.code.starts_with('T');
        let found = |all: &[Diagnostic]| -> Vec<Diagnostic> {
            all.iter().filter(|found| !is_of_a_template(found)).cloned().collect()
        };
        let (found, expected) = (found(&shown.diagnostics), found(&cold.diagnostics));
        prop_assert_eq!(book.show(&found), book.show(&expected));
    }
}

struct Book {
    files: MemoryFiles,
    days: AtomicUsize,
}

impl Book {
    fn new() -> Self {
        let book = Self { files: MemoryFiles::default(), days: AtomicUsize::new(0) };
        for page in ["index.md", "about.md", "area/keys.md"] {
            book.write(&format!("content/{page}"), "# Page\n\nWords.\n");
        }
        for (file, texts) in TEXTS {
            book.put(file, texts[0]);
        }
        book
    }

    fn write(&self, name: &str, text: &str) {
        self.files.write(&Path::new(ROOT).join(name), text.as_bytes()).unwrap();
    }

    fn put(&self, name: &str, text: &str) {
        match text {
            "" => drop(self.files.remove(&Path::new(ROOT).join(name), Path::new(ROOT))),
            _ => self.write(name, text),
        }
    }

    fn config(&self) -> Config {
        let text = self.files.read(&Path::new(ROOT).join("book.toml")).unwrap();
        let days = i32::try_from(self.days.load(Ordering::SeqCst)).unwrap();
        let day = TODAY.checked_add(days.days()).unwrap();
        Config::read(Path::new(ROOT), std::str::from_utf8(&text).unwrap(), day).0
    }

    fn build(&self) -> Report {
        build(&self.files, &self.config()).unwrap()
    }

    fn take(&self, step: &Step) {
        match step {
            Step::Page(page, text) => self.write(&format!("content/{page}"), text),
            Step::Remove(page) => self.put(&format!("content/{page}"), ""),
            Step::Rename(from, to) => {
                let path = |name: &str| Path::new(ROOT).join("content").join(name);
                if let Ok(text) = self.files.read(&path(from)) {
                    self.put(&format!("content/{from}"), "");
                    self.files.write(&path(to), &text).unwrap();
                }
            }
            Step::Text(file, text) => self.put(TEXTS[*file].0, TEXTS[*file].1[*text]),
            Step::Day(day) => {
                self.days.store(usize::try_from(*day).unwrap(), Ordering::SeqCst);
            }
            Step::Build => drop(self.build()),
            Step::BuildWith(threads) => {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(*threads).build().unwrap();
                drop(pool.install(|| self.build()));
            }
            Step::BuildTwice => std::thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| build(&self.files, &self.config()));
                }
            }),
            Step::Killed(writes) => {
                let files = Killed { files: &self.files, left: AtomicUsize::new(*writes) };
                drop(build(&files, &self.config()));
            }
            Step::Damage(at) => self.each_cached(|bytes| {
                bytes.iter_mut().skip(*at).step_by(97).for_each(|byte| *byte ^= 0x55);
            }),
            Step::Cut(length) => self.each_cached(|bytes| bytes.truncate(*length)),
            Step::OtherVersion => self.each_cached(|bytes| {
                bytes.iter_mut().take(1).for_each(|byte| *byte ^= 1);
            }),
            Step::Output(number) => self.damage_output(*number),
        }
    }

    fn each_cached(&self, damage: impl Fn(&mut Vec<u8>)) {
        for path in self.files.list(&Path::new(ROOT).join(".lacuna")).unwrap() {
            let mut bytes = self.files.read(&path).unwrap();
            damage(&mut bytes);
            self.files.write(&path, &bytes).unwrap();
        }
    }

    fn damage_output(&self, number: usize) {
        let pages = self.files.list(&Path::new(ROOT).join("book")).unwrap();
        let pages: Vec<&PathBuf> =
            pages.iter().filter(|path| path.extension().is_some_and(|end| end == "html")).collect();
        match pages.get(number) {
            Some(path) if number.is_multiple_of(2) => self.files.write(path, b"changed").unwrap(),
            Some(path) => self.files.remove(path, Path::new(ROOT)).unwrap(),
            None => {}
        }
    }

    /// Brings a preview up to date.
    fn look(&self, engine: &mut Engine, changes: &Changes, earlier: Option<&Snapshot>) -> Snapshot {
        Snapshot::take(engine, &self.files, Arc::new(self.config()), changes, earlier).unwrap()
    }

    /// All files that the site is made from, by their paths.
    fn sources(&self) -> BTreeMap<SitePath, Vec<u8>> {
        let all = self.files.list(Path::new(ROOT)).unwrap();
        let ours = ["book", ".lacuna"].map(|folder| Path::new(ROOT).join(folder));
        let sources = all.iter().filter(|path| !ours.iter().any(|folder| path.starts_with(folder)));
        let source = |path: &PathBuf| {
            (SitePath::below(Path::new(ROOT), path).unwrap(), self.files.read(path).unwrap())
        };
        sources.map(source).collect()
    }

    /// What a watcher tells of a step. Settings and days are no files of the content.
    fn changes_since(&self, before: &BTreeMap<SitePath, Vec<u8>>, step: &Step) -> Changes {
        let now = self.sources();
        let all = before.keys().chain(now.keys());
        let changed: BTreeSet<SitePath> =
            all.filter(|path| before.get(*path) != now.get(*path)).cloned().collect();
        let is_settings = changed.iter().any(|path| path.as_str() == "book.toml");
        match step {
            Step::Day(_) => Changes::All,
            _ if is_settings => Changes::All,
            _ => Changes::Files(changed),
        }
    }

    /// The output of a cold build of the same files, but for pages that keep their last good version.
    fn cold(&self) -> (BTreeMap<String, Vec<u8>>, Report) {
        let (mut outputs, report) = self.cold_in_full();
        // A page that can't be rendered keeps its last good version, which a cold build hasn't.
        if report.diagnostics.iter().any(|found| found.rule.code == "T001") {
            outputs.retain(|url, _| self.files.read(&on_disk(url)).is_ok());
        }
        (outputs, report)
    }

    fn cold_in_full(&self) -> (BTreeMap<String, Vec<u8>>, Report) {
        let files = MemoryFiles::default();
        for (path, bytes) in self.sources() {
            files.write(&path.on_disk(Path::new(ROOT)), &bytes).unwrap();
        }
        build_in_memory(&files, &self.config()).unwrap()
    }

    fn output(&self) -> BTreeMap<String, Vec<u8>> {
        let (known, report) = {
            let files = self.files.list(&Path::new(ROOT).join("book")).unwrap();
            (files, self.build())
        };
        let failed = report.diagnostics.iter().any(|found| found.rule.code == "T001");
        let expected = if failed { Some(self.cold().0) } else { None };
        let url = |path: &PathBuf| {
            path.strip_prefix(Path::new(ROOT).join("book")).unwrap().to_string_lossy().into_owned()
        };
        known
            .iter()
            .map(|path| (url(path), self.files.read(path).unwrap()))
            .filter(|(url, _)| url != ".lacuna-manifest")
            .filter(|(url, _)| expected.as_ref().is_none_or(|known| known.contains_key(url)))
            .collect()
    }

    fn show(&self, found: &[Diagnostic]) -> String {
        print(found, Format::Short, &|path| {
            let bytes = self.files.read(&path.on_disk(Path::new(ROOT))).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        })
    }
}

fn on_disk(url: &str) -> PathBuf {
    Path::new(ROOT).join("book").join(url)
}

/// Files that can't be written any more after so many writes.
struct Killed<'a> {
    files: &'a MemoryFiles,
    left: AtomicUsize,
}

impl Killed<'_> {
    fn spend(&self) -> io::Result<()> {
        let spend = |left: usize| left.checked_sub(1);
        let spent = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spend);
        spent.map(drop).map_err(|_| io::ErrorKind::StorageFull.into())
    }
}

impl Files for Killed<'_> {
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
        self.spend()?;
        self.files.write(path, bytes)
    }

    fn remove(&self, path: &Path, root: &Path) -> io::Result<()> {
        self.spend()?;
        self.files.remove(path, root)
    }

    fn kind(&self, path: &Path) -> Kind {
        self.files.kind(path)
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        self.files.resolve(path)
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        self.files.stamp(path)
    }

    fn read_part(&self, path: &Path, part: Range<usize>) -> io::Result<Vec<u8>> {
        self.files.read_part(path, part)
    }
}
