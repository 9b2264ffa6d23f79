//! Bad input: each gives a clear finding, the rest of the site is built, and nothing panics.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use lacuna::build;
use lacuna::config::Config;
use lacuna::diag::Diagnostic;
use lacuna::files::{DiskFiles, Files};

use crate::html::elements;
use crate::support::{Sandbox, TODAY};

/// Far more than a busy machine needs for what is linear; what is quadratic takes hours.
const PATIENCE: Duration = Duration::from_mins(4);

/// Whether tests that take more than five seconds are asked for.
fn slow_tests() -> bool {
    std::env::var_os("LACUNA_SLOW_TESTS").is_some()
}

/// A book with one hostile file and a page that must be there in any case.
fn with(name: &str, bytes: &[u8]) -> Sandbox {
    let sandbox = Sandbox::new("\n-- rest.md\n# The rest\n");
    sandbox.files().write(&Path::new("/book-under-test/content").join(name), bytes).unwrap();
    sandbox
}

/// Checks that the page `bad.md` gives this finding in time, and that the rest is built.
#[track_caller]
fn check_page(bytes: &[u8], code: &str, part: &str) {
    let (sandbox, started) = (with("bad.md", bytes), Instant::now());
    sandbox.build();
    let output = sandbox.output();
    assert!(output.contains_key("rest.html") && output.contains_key("bad.html"));
    let found = sandbox.findings();
    let line = found.lines().find(|line| line.contains(&format!("[{code}]")));
    let line = line.unwrap_or_else(|| panic!("no {code} in: {found}"));
    assert!(line.starts_with("content/bad.md:") && line.contains(part), "{line}");
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
}

/// Checks that the page `bad.md` gives no finding, takes no time, and shows a text.
#[track_caller]
fn check_fine(bytes: &[u8], shown: &str) {
    let (sandbox, started) = (with("bad.md", bytes), Instant::now());
    let page = sandbox.page("bad.html");
    assert_eq!(sandbox.findings(), "");
    assert!(page.contains(shown), "no `{shown}` in a page of {} bytes", page.len());
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
}

#[test]
fn broken_front_matter_is_shown_in_place() {
    check_page(b"---\ntitle: [Keys\n---\nText.\n", "F003", "content/bad.md:");
    check_page(b"---\ntitle: a\ntitle: b\n---\n", "F003", "duplicate");
    check_page(b"---\ntitle: Keys\nText without end.\n", "F003", "front matter has no end");
    check_page(b"---\ndescripton: x\n---\n", "F001", "`descripton`");
    check_page(b"---\n- a\n- b\n---\n", "F003", "content/bad.md:");
}

#[test]
fn front_matter_that_grows_out_of_bounds_is_refused() {
    let bomb = "---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n\
                c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n\
                e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n\
                g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\ntitle: *g\n---\nText.\n";
    check_page(bomb.as_bytes(), "F003", "content/bad.md:");
    let deep = format!("---\ntitle: {}\n---\nText.\n", "[".repeat(60_000));
    check_page(deep.as_bytes(), "F003", "content/bad.md:");
}

#[test]
fn front_matter_beyond_all_measure_is_text() {
    // Longer than any front matter is: the page has none then.
    let deep = format!("---\ntitle: {}\n---\nText.\n", "[".repeat(100_000));
    check_page(deep.as_bytes(), "F003", "front matter has no end");
}

#[test]
fn deep_nesting_is_read_in_time() {
    for piece in
        ["> ", "- ", "1. ", "*", "_", "**", "[", "![", "`a ", "<", "(", "~~a ", "[^a]: ", "> - "]
    {
        let text = format!("{}deep text\n", piece.repeat(50_000));
        let sandbox = with("bad.md", text.as_bytes());
        let started = Instant::now();
        assert!(sandbox.page("bad.html").contains("deep text"), "{piece}");
        assert!(started.elapsed() < PATIENCE, "{piece}: {:?}", started.elapsed());
    }
}

#[test]
fn nested_lists_and_emphasis_are_read_in_time() {
    let lists: String = (0..400).map(|depth| format!("{}- item\n", "  ".repeat(depth))).collect();
    check_fine(lists.as_bytes(), "item");
    let emphasis = format!("{}deep text{}\n", "*a _b ".repeat(5_000), " b_ a*".repeat(5_000));
    check_fine(emphasis.as_bytes(), "deep text");
    let links = format!("{}deep text{}\n", "[".repeat(20_000), "](#)".repeat(20_000));
    let sandbox = with("bad.md", links.as_bytes());
    assert!(sandbox.page("bad.html").contains("deep text"));
    let rows = "|a".repeat(2_000);
    let table = format!("{rows}|\n{}|\n{rows}|\ndeep text\n", "|-".repeat(2_000));
    check_fine(table.as_bytes(), "deep text");
}

#[test]
fn bytes_that_are_no_text_are_named_and_shown_as_marks() {
    check_page(b"# Caf\xE9\n\nText.\n", "E001", "first at byte 5");
    check_page(b"\xFF\xFE#\0 \0K\0", "E001", "first at byte 0");
    let sandbox = with("bad.md", b"caf\xE9 text\n");
    assert!(sandbox.page("bad.html").contains("caf\u{FFFD} text"));
}

#[test]
fn marks_and_line_ends_of_other_systems_are_read() {
    check_fine(b"\xEF\xBB\xBF---\r\ntitle: Keys\r\n---\r\n\r\nOne\r\ntwo.\r\n", "<p>One\ntwo.</p>");
    check_fine(b"\xEF\xBB\xBF# Keys\n\nText.\n", "<h1 id=\"keys\">Keys</h1>");
    check_fine(b"before\0after\n", "before\u{FFFD}after");
    check_fine(b"", "Bad");
    check_fine(b"\n\n\n", "Bad");
    check_fine(b"---\n---\n", "Bad");
}

#[test]
fn a_page_of_five_megabytes_is_built_in_time() {
    let text = "# Large\n\n".to_string() + &"One line of a very long page.\n\n".repeat(160_000);
    check_fine(text.as_bytes(), "One line of a very long page.");
}

#[test]
fn a_page_of_fifty_megabytes_is_built() {
    if !slow_tests() {
        return;
    }
    let text = "One line of a very long page.\n\n".repeat(1_600_000);
    let sandbox = with("bad.md", text.as_bytes());
    assert!(sandbox.page("bad.html").len() > text.len());
    assert_eq!(sandbox.findings(), "");
}

#[test]
fn a_line_without_end_is_built_in_time() {
    check_fine("word ".repeat(400_000).as_bytes(), "word word");
    check_fine(&b"x".repeat(2_000_000), "xxxx");
}

#[test]
fn a_list_without_headings_still_has_its_gaps() {
    let sandbox = with("checklist.md", b"- **Keys**: none\n- **Doors**: none\n");
    let found = sandbox.findings();
    assert!(
        found.contains("warning[K004]") && found.starts_with("content/checklist.md:"),
        "{found}"
    );
    assert_eq!(sandbox.status()["summary"]["total"], 2);
}

#[test]
fn hostile_titles_of_gaps_are_text_everywhere() {
    let titles = [
        "<script>alert(1)</script>",
        "\"quoted\" 'too'",
        "🎉 party",
        "שלום עולם",
        "a\u{202E}b\u{2066}c",
        "&amp; &lt;b&gt;",
        "{{ site.title }}",
        "{% include \"x\" %}",
        "a & b",
        "../../up",
    ];
    let list: String = titles.iter().map(|title| format!("- **{title}**: none\n")).collect();
    let sandbox = with("checklist.md", format!("## Tier\n### Area\n{list}").as_bytes());
    let status = sandbox.status();
    let shown: Vec<&str> = status["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| gap["title"].as_str().unwrap())
        .collect();
    // The list is Markdown, so character references are read.
    let titles = titles.map(|title| title.replace("&amp; &lt;b&gt;", "& <b>"));
    assert_eq!(shown, titles, "titles are kept word for word");
    for (url, text) in sandbox.output() {
        let is_data = url.ends_with(".json");
        assert!(is_data || !text.contains("<script>alert"), "{url}");
        if url.ends_with(".svg") {
            roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{url}: {error}"));
        }
        assert!(url.split('/').all(|part| part != ".."), "{url}");
    }
    let list = sandbox.page("status/index.html");
    for title in ["{{ site.title }}", "&lt;script&gt;alert(1)&lt;/script&gt;", "a &amp; b"] {
        assert!(list.contains(title), "{title}");
    }
}

#[test]
fn equal_titles_are_told_apart_and_reported() {
    let sandbox =
        with("checklist.md", b"## T\n### A\n- **Keys**: 1\n- **Keys**: 2\n### A\n- **X**: 3\n");
    let found = sandbox.findings();
    assert!(found.contains("content/checklist.md:4:1: error[K002]"), "{found}");
    let status = sandbox.status();
    let mut ids: Vec<_> =
        status["gaps"].as_array().unwrap().iter().map(|gap| gap["id"].to_string()).collect();
    ids.dedup();
    assert_eq!(ids.len(), 3, "{ids:?}");
    let output = sandbox.output();
    for id in ids {
        let url = format!("{}.html", id.trim_matches('"'));
        assert!(output.contains_key(&url), "{url} among {:?}", output.keys());
    }
}

#[test]
fn paths_out_of_the_project_are_refused() {
    check_page(b"{{#include ../../../../etc/passwd}}\n", "D006", "leads out of the project");
    check_page(b"{{#table ../../secret.csv}}\n", "D006", "leads out of the project");
    check_page(b"{{#include ..\\..\\..\\secret}}\n", "D006", "leads out of the project");
    check_page(b"[x](../../../etc/passwd)\n", "D006", "leads out of the project");
    check_page(b"[x](%2e%2e/%2e%2e/%2e%2e/etc/passwd)\n", "D006", "leads out of the project");
    check_page(b"![x](../../../etc/passwd.png)\n", "D006", "leads out of the project");
    check_page(b"---\naliases: [../../x.html]\n---\n", "S004", "../../x.html");
    check_page(b"---\naliases: [\"https://example.org/\"]\n---\n", "S004", "https://example.org/");
    check_page(b"---\ngap: ../../x\n---\n", "K003", "../../x");
    check_page(b"---\nowner: ../../x\n---\n", "F004", "../../x");
    check_page(b"[x](javascript:alert(1))\n", "L005", "run a script");
    check_page(b"[x](&#106;ava&Tab;script:alert(1))\n", "L005", "run a script");
}

#[test]
fn settings_that_lead_out_are_refused() {
    let read = |text: &str| {
        let (config, found) = Config::read(Path::new("/book-under-test"), text, TODAY);
        (config, found.iter().any(Diagnostic::is_error))
    };
    for text in [
        "[output.html]\ntheme = \"../../x\"\n",
        "[output.html]\ntheme = \"..\"\n",
        "[book]\nsrc = \"../x\"\n",
        "[book]\nsrc = \"\"\n",
        "[book]\nsrc = \".\"\n",
    ] {
        assert!(read(text).1, "{text}");
    }
    for (text, code) in [
        ("additional-css = [\"../../x.css\"]", "C002"),
        ("redirect = { \"../../x.html\" = \"index.html\" }", "S004"),
        ("redirect = { \"x.html\" = \"javascript:alert(1)\" }", "S004"),
        ("redirect = { \"x.html\" = \"javascript://%0aalert(1)\" }", "S004"),
    ] {
        let sandbox =
            Sandbox::new(&format!("\n-- book.toml\n[output.html]\n{text}\n-- rest.md\n# R\n"));
        let found = sandbox.findings();
        assert!(found.contains(&format!("error[{code}]")), "{text}: {found}");
        sandbox.build();
        for (url, page) in sandbox.output() {
            assert!(!page.contains("javascript:"), "{text}: {url}");
        }
    }
}

#[test]
fn includes_in_circles_end() {
    check_page(b"{{#include bad.md}}\n", "D005", "content/bad.md:1:1");
    let sandbox = Sandbox::new(
        "
        -- a.md
        {{#include b.md}}
        -- b.md
        {{#include c.md}}
        {{#include c.md}}
        -- c.md
        {{#include a.md}}
        {{#include b.md}}
        -- rest.md
        # R
        ",
    );
    assert!(sandbox.findings().contains("error[D005]"));
    assert!(sandbox.output().is_empty());
    sandbox.build();
    assert!(sandbox.output().contains_key("rest.html"));
}

#[test]
fn includes_that_multiply_end() {
    if !slow_tests() {
        return;
    }
    let sandbox = Sandbox::new("\n-- rest.md\n# The rest\n");
    sandbox.write("content/part.md", &"many words ".repeat(100_000));
    sandbox.write("content/bad.md", &"{{#include part.md}}\n".repeat(70));
    let started = Instant::now();
    let found = sandbox.findings();
    assert!(found.contains("error[D005]: the page has grown beyond 64 MiB"), "{found}");
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
}

#[test]
fn a_template_with_a_fault_is_shown_in_place_and_the_default_s_is_used() {
    let sandbox = Sandbox::new(
        "
        -- book.toml
        [output.html]
        theme = \"mine\"
        -- themes/mine/templates/page.html
        {% if %}
        -- rest.md
        # The rest
        ",
    );
    let found = sandbox.findings();
    assert!(
        found.contains("themes/mine/templates/page.html:1:") && found.contains("error[T001]"),
        "{found}"
    );
    assert!(sandbox.page("rest.html").contains("The rest"));
}

#[test]
fn one_page_may_not_take_the_place_of_another() {
    let sandbox = Sandbox::new(
        "
        -- guide/index.md
        # Index
        -- guide/README.md
        # Read me
        -- keys.md
        # Keys
        -- keys.html
        <p>by hand</p>
        -- ops.md
        # A page named like a folder
        -- ops/one.md
        # One
        -- 404.html
        mine
        -- assets/style.css
        mine
        ",
    );
    let found = sandbox.findings();
    assert_eq!(found.matches("error[S001]").count(), 3, "{found}");
    sandbox.build();
    let output = sandbox.output();
    assert!(output["guide/index.html"].contains("<h1 id=\"index\">Index</h1>"));
    assert!(output["guide/README.html"].contains("Read me"));
    assert!(output["keys.html"].contains("<h1 id=\"keys\">Keys</h1>"));
    assert!(output.contains_key("ops.html") && output.contains_key("ops/one.html"));
}

#[test]
fn odd_names_of_files_are_reached_by_links() {
    let names =
        ["a b", "c#d", "e?f", "100%", "it's", "quo\"te", "l<t", "ünï", "שלום", "a&b", "x;y"];
    let mut files: BTreeMap<String, String> = names
        .iter()
        .map(|name| (format!("content/{name}.md"), format!("# The page {}\n", name.len())))
        .collect();
    let link = |name: &str| {
        format!(
            "- [x](<{}.md>)\n",
            name.replace('%', "%25").replace('#', "%23").replace('?', "%3F").replace('<', "\\<")
        )
    };
    files.insert("content/index.md".to_string(), names.iter().map(|name| link(name)).collect());
    let sandbox = Sandbox::with_files(&files);
    assert_eq!(sandbox.findings(), "");
    sandbox.build();
    let output = sandbox.output();
    for (url, page) in output.iter().filter(|(url, _)| url.ends_with(".html")) {
        for element in elements(page) {
            let Some(href) = element.attributes.get("href") else { continue };
            let path = href.split(['?', '#']).next().unwrap();
            let path = lacuna::base::percent_decode(path).unwrap();
            assert!(path.is_empty() || path == "/" || output.contains_key(&path), "{url}: {href}");
        }
    }
}

#[test]
fn very_long_names_are_written_or_reported() {
    let folder = Disk::new();
    folder.write(&format!("content/{}.md", "n".repeat(252)), "# Long\n");
    folder.write("content/rest.md", "# The rest\n");
    // With `.html` the name is two letters longer than file systems take.
    match folder.build() {
        Ok(report) => assert!(report.diagnostics.iter().any(Diagnostic::is_error)),
        Err(error) => assert!(error.to_string().contains("nnnn"), "{error}"),
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_tree_are_reported_and_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.md"), "the secret").unwrap();
    let folder = Disk::new();
    folder.write("content/rest.md", "# The rest\n");
    symlink(outside.path(), folder.path("content/folder")).unwrap();
    symlink(outside.path().join("secret.md"), folder.path("content/file.md")).unwrap();
    symlink(folder.path("content"), folder.path("content/circle")).unwrap();
    symlink("nowhere", folder.path("content/dangling.md")).unwrap();
    folder.write("content/includes.md", "{{#include file.md}}\n\n{{#include folder/secret.md}}\n");
    let report = folder.build().unwrap();
    let found: Vec<String> = report
        .diagnostics
        .iter()
        .map(|found| {
            format!("{} {}", found.rule.code, found.span.as_ref().map_or("", |s| s.path.as_str()))
        })
        .collect();
    for expected in [
        "D006 content/folder",
        "D006 content/file.md",
        "E002 content/dangling.md",
        "D006 content/includes.md",
    ] {
        assert!(found.iter().any(|found| found == expected), "no {expected} in {found:?}");
    }
    assert!(folder.path("book/rest.html").exists());
    for path in DiskFiles.list(&folder.path("book")).unwrap() {
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        assert!(!text.contains("the secret"), "{}", path.display());
    }
}

#[cfg(unix)]
#[test]
fn the_output_folder_may_not_be_the_source_in_any_disguise() {
    use std::os::unix::fs::symlink;
    let folder = Disk::new();
    folder.write("content/index.md", "# Home\n");
    symlink("content", folder.path("alias")).unwrap();
    for name in
        ["content", ".", "..", "alias", "content/../content", "/", "nope/..", "content/nope/.."]
    {
        folder.write("book.toml", &format!("[build]\nbuild-dir = \"{name}\"\n"));
        let refused = folder.build().is_err();
        assert!(refused, "`{name}` is refused");
        assert!(!folder.path("content/index.html").exists(), "{name}");
        assert!(!folder.path("index.html").exists(), "{name}");
    }
}

#[test]
fn files_of_others_stay_and_are_reported() {
    let folder = Disk::new();
    folder.write("content/index.md", "# Home\n");
    folder.write("content/page.md", "# Page\n");
    folder.write("book/index.html", "mine");
    folder.write("book/notes/a.txt", "mine");
    let report = folder.build().unwrap();
    let codes: Vec<&str> = report.diagnostics.iter().map(|found| found.rule.code).collect();
    assert!(codes.contains(&"S002") && codes.contains(&"S003"), "{codes:?}");
    assert_eq!(folder.read("book/index.html"), "mine");
    assert_eq!(folder.read("book/notes/a.txt"), "mine");
    assert!(folder.path("book/page.html").exists());
}

#[test]
fn a_manifest_that_was_tampered_with_removes_nothing_outside() {
    let folder = Disk::new();
    folder.write("content/index.md", "# Home\n");
    folder.build().unwrap();
    folder.write("victim.txt", "mine");
    folder.write("book/old.html", "ours");
    let absolute = folder.path("victim.txt");
    let lines = format!(
        "../victim.txt\n../../victim.txt\n{}\n./../victim.txt\nold.html\n",
        absolute.display()
    );
    let manifest = folder.read("book/.lacuna-manifest") + &lines;
    folder.write("book/.lacuna-manifest", &manifest);
    folder.build().unwrap();
    assert_eq!(folder.read("victim.txt"), "mine");
    assert!(!folder.path("book/old.html").exists(), "what the manifest rightly names is removed");
    folder.write("book/.lacuna-manifest", &manifest);
    build::clean(&DiskFiles, &folder.config()).unwrap();
    assert_eq!(folder.read("victim.txt"), "mine");
    assert!(folder.path("content/index.md").exists());
}

#[test]
fn a_page_does_not_grow_with_the_folder_that_it_is_in() {
    let size = |count: usize| {
        let page = |number: usize| {
            (format!("content/many/p{number:04}.md"), format!("# Page {number:04}\n"))
        };
        let sandbox = Sandbox::with_files(&(0..count).map(page).collect());
        (sandbox.page("many/p0025.html").len(), sandbox.page("index.html").len())
    };
    // The window of the navigation is full from 200 entries on.
    let (small, large) = (size(500), size(5_000));
    assert!(large.0 * 100 < small.0 * 105, "{small:?} {large:?}");
    assert!(large.1 * 100 < small.1 * 105, "{small:?} {large:?}");
}

/// A book on disk.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("book.toml", "");
        folder
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        std::fs::canonicalize(self.0.path()).unwrap().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn config(&self) -> Config {
        let root = std::fs::canonicalize(self.0.path()).unwrap();
        Config::read(&root, &self.read("book.toml"), TODAY).0
    }

    fn build(&self) -> Result<build::Report, lacuna::files::Error> {
        build::build(&DiskFiles, &self.config())
    }
}
