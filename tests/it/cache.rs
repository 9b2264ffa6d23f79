//! What is kept between builds, and that it never shows.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lacuna::build::{self, Engine, Report};
use lacuna::config::Config;
use lacuna::files::{DiskFiles, Files, MemoryFiles};

use super::support::{Sandbox, TODAY, check_report, parse_fixture};

const BOOK: &str = "
    -- index.md
    # Home
    -- about.md
    # About
    ```rust
    fn about() {}
    ```
    -- guide/index.md
    # Guide
    See [about](../about.md).
    ";

const NOTHING: &str = "read 0, parsed 0, resolved no, rendered 0, written 0, removed 0";
const EVERYTHING: &str = "read 3, parsed 3, resolved yes, rendered 4, written 0, removed 0";

/// The files of the cache.
fn cached(sandbox: &Sandbox) -> Vec<std::path::PathBuf> {
    sandbox.files().list(Path::new("/book-under-test/.lacuna")).unwrap()
}

#[test]
fn what_has_not_changed_is_not_even_read() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    check_report(&sandbox.build(), NOTHING);
}

#[test]
fn a_file_that_is_saved_without_a_change_is_read_and_no_more() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    sandbox.edit("content/about.md", "About", "About");
    check_report(
        &sandbox.build(),
        "read 1, parsed 0, resolved no, rendered 0, written 0, removed 0",
    );
    check_report(&sandbox.build(), NOTHING);
}

#[test]
fn an_output_that_somebody_changed_or_removed_is_made_again() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    let before = sandbox.output();
    sandbox.edit("book/about.html", "About", "Forged");
    sandbox.remove("book/guide/index.html");
    check_report(
        &sandbox.build(),
        "read 0, parsed 0, resolved no, rendered 2, written 2, removed 0",
    );
    assert_eq!(sandbox.output(), before);
}

#[test]
fn a_damaged_file_of_the_cache_is_as_none() {
    let whole = Sandbox::new(BOOK);
    whole.build();
    for damage in [damaged as fn(&[u8]) -> Vec<u8>, cut, emptied, of_another_version] {
        let sandbox = Sandbox::new(BOOK);
        sandbox.build();
        for path in cached(&sandbox) {
            let bytes = sandbox.files().read(&path).unwrap();
            sandbox.files().write(&path, &damage(&bytes)).unwrap();
        }
        check_report(&sandbox.build(), EVERYTHING);
        assert_eq!(sandbox.output(), whole.output());
        check_report(&sandbox.build(), NOTHING);
    }
}

fn damaged(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(byte) = bytes.get_mut(45) {
        *byte ^= 1;
    }
    bytes
}

fn cut(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len().min(44)].to_vec()
}

fn emptied(_: &[u8]) -> Vec<u8> {
    Vec::new()
}

fn of_another_version(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(byte) = bytes.first_mut() {
        *byte ^= 1;
    }
    bytes
}

#[test]
fn a_damaged_body_is_parsed_again() {
    let sandbox = Sandbox::new(BOOK);
    sandbox.build();
    let before = sandbox.output();
    for path in cached(&sandbox) {
        // Bodies stand behind the values.
        let mut bytes = sandbox.files().read(&path).unwrap();
        let Some(last) = bytes.last_mut() else { continue };
        if path.to_string_lossy().contains("pages-") {
            *last ^= 1;
        }
        sandbox.files().write(&path, &bytes).unwrap();
    }
    for page in ["about.html", "guide/index.html", "index.html"] {
        sandbox.remove(&format!("book/{page}"));
    }
    sandbox.build();
    assert_eq!(sandbox.output(), before);
}

/// A book on disk.
fn on_disk() -> (tempfile::TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("content")).unwrap();
    fs::write(folder.path().join("content/index.md"), "# Home\n\nText.\n").unwrap();
    let (config, _) = Config::read(folder.path(), "", TODAY);
    (folder, config)
}

fn build(config: &Config) -> Report {
    build::build(&DiskFiles, config).unwrap()
}

#[test]
fn a_file_that_was_changed_a_moment_ago_is_read() {
    let (_folder, config) = on_disk();
    build(&config);
    assert_eq!(build(&config).read, 1, "its time may tick too slowly to tell");
}

#[cfg(unix)]
#[test]
fn a_file_whose_time_was_set_back_is_read() {
    let (folder, config) = on_disk();
    build(&config);
    let page = folder.path().join("content/index.md");
    let time = fs::metadata(&page).unwrap().modified().unwrap();
    fs::write(&page, "# Home\n\nWord.\n").unwrap();
    fs::File::options().write(true).open(&page).unwrap().set_modified(time).unwrap();
    // The page, its twin, the search, and the list with its first words.
    assert_eq!(build(&config).written, 4);
}

#[test]
fn the_cache_keeps_itself_out_of_git_and_goes_when_all_is_cleaned() {
    let (folder, config) = on_disk();
    build(&config);
    let ignored = fs::read_to_string(folder.path().join(".lacuna/.gitignore")).unwrap();
    assert_eq!(ignored, "*\n");
    build::clean(&DiskFiles, &config).unwrap();
    assert!(!folder.path().join(".lacuna").exists());
}

#[test]
fn a_cache_that_came_with_the_repository_is_not_believed() {
    let (folder, config) = on_disk();
    build(&config);
    let git = |arguments: &[&str]| {
        let status = Command::new("git").arg("-C").arg(folder.path()).args(arguments).output();
        assert!(status.unwrap().status.success(), "git {arguments:?}");
    };
    git(&["init", "-q"]);
    let before = build(&config).parsed;
    git(&["add", "-f", ".lacuna"]);
    assert_eq!((before, build(&config).parsed), (0, 1));
}

#[test]
fn a_build_that_finds_the_cache_in_use_waits_a_little_and_goes_without() {
    let (_folder, config) = on_disk();
    build(&config);
    let open = Engine::open(&DiskFiles, &config);
    let start = Instant::now();
    assert_eq!(build(&config).parsed, 1);
    assert!(start.elapsed() >= Duration::from_millis(200));
    drop(open);
    assert_eq!(build(&config).parsed, 0);
}

#[test]
fn two_builds_at_once_give_the_same_as_one() {
    let (folder, config) = on_disk();
    for page in 0..40 {
        let text = format!("# Page {page}\n\n```rust\nfn page_{page}() {{}}\n```\n");
        fs::write(folder.path().join(format!("content/{page}.md")), text).unwrap();
    }
    let alone = Arc::new(MemoryFiles::default());
    for path in DiskFiles.list(&folder.path().join("content")).unwrap() {
        alone.write(&path, &fs::read(&path).unwrap()).unwrap();
    }
    let (expected, _) = build::build_in_memory(&*alone, &config).unwrap();
    std::thread::scope(|scope| {
        let builds: Vec<_> = (0..2).map(|_| scope.spawn(|| build(&config))).collect();
        for build in builds {
            build.join().unwrap();
        }
    });
    build(&config);
    for (url, bytes) in expected {
        assert_eq!(fs::read(config.output.join(&url)).unwrap(), bytes, "{url}");
    }
}

#[test]
fn a_finding_of_the_site_moves_with_the_line_that_it_is_about() {
    let sandbox = Sandbox::new(
        "
        -- checklist.md
        # List
        ## Critical
        ### Area
        - **Gap**: missing
        -- page.md
        ---
        gap: area/gop
        ---
        # Page
        ",
    );
    sandbox.build();
    sandbox.edit("content/page.md", "gap: area", "# A comment\ngap: area");
    let found = sandbox.findings();
    assert!(found.contains("content/page.md:3:6: error"), "{found}");
}

/// A book with everything that an edit can be made of.
const EVERYTHING_BOOK: &str = r#"
-- book.toml
[output.html]
theme = "own"
[variables]
name = "Acme"
-- checklist.md
# List
## Critical
### Area
- **Keys**: how keys are made
-- index.md
# Home
-- about.md
# About
We are {{#var name}}.
-- area/keys.md
# Keys
{{#include /content/part.txt}}
-- part.txt
A part.
-- data.csv
a,b
-- guide/one.md
# One
Text.
-- guide/two.md
# Two
Text.
-- themes/own/templates/inject/footer.html
<p>Ours</p>
-- themes/own/static/style.css
a {}
"#;

#[test]
fn an_edit_does_no_more_work_than_it_must() {
    // New words are written for the search, too.
    let edits: &[(&str, &str, &str, &str)] = &[
        (
            "content/guide/one.md",
            "Text.",
            "Words.",
            "read 1, parsed 1, resolved no, rendered 1, written 6",
        ),
        (
            "content/guide/one.md",
            "Text.\n",
            "Text.   \n",
            "read 1, parsed 1, resolved no, rendered 0, written 1",
        ),
        (
            "content/guide/one.md",
            "# One",
            "# Uno",
            "read 1, parsed 1, resolved yes, rendered 3, written 10",
        ),
        (
            "content/part.txt",
            "A part",
            "Some",
            "read 1, parsed 1, resolved no, rendered 2, written 8",
        ),
        ("content/data.csv", "a,b", "a,c", "read 0, parsed 0, resolved no, rendered 0, written 1"),
        ("book.toml", "Acme", "Ajax", "read 5, parsed 1, resolved no, rendered 1, written 5"),
        (
            "themes/own/static/style.css",
            "a {}",
            "b {}",
            "read 0, parsed 0, resolved no, rendered 19, written 23",
        ),
        (
            "themes/own/templates/inject/footer.html",
            "Ours",
            "Us",
            "read 0, parsed 0, resolved no, rendered 19, written 22",
        ),
        (
            "content/checklist.md",
            "how keys",
            "why keys",
            "read 0, parsed 0, resolved yes, rendered 7, written 9",
        ),
    ];
    let (mut done, mut expected) = (Vec::new(), Vec::new());
    for (file, old, new, work) in edits {
        let sandbox = Sandbox::with_files(&parse_fixture(EVERYTHING_BOOK));
        sandbox.build();
        sandbox.edit(file, old, new);
        let report = sandbox.reopened().build();
        done.push(format!("{file}: {}", report.to_string().trim_end_matches(", removed 0")));
        expected.push(format!("{file}: {work}"));
    }
    assert_eq!(done, expected);
}

#[test]
fn a_build_says_why_a_page_was_made_or_not() {
    let sandbox = Sandbox::new(BOOK);
    let explain = |page: &str| {
        build::build_watched(sandbox.files(), sandbox.settings(), Some(page), &Arc::default())
            .unwrap()
            .explained
    };
    let new = "rendered: nothing is known of an earlier one; written";
    assert_eq!(
        explain("about.md"),
        ["content/about.md → about.html", "parsed: nothing is known of it yet", new]
    );
    sandbox.edit("content/about.md", "# About", "# About us");
    assert_eq!(
        explain("guide/index.html")[1..],
        [
            "not read: neither its file nor any that it includes has changed",
            "rendered, since this has changed: its navigation; what its frame shows: title, \
             contents, neighbours, status; written"
        ]
    );
    assert_eq!(explain("index.html")[2], "not rendered: nothing that it shows has changed");
    assert_eq!(explain("gone.md"), [""; 0]);
}
