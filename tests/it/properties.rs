//! What holds for any book: random trees of pages, lists and settings, and random bytes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lacuna::base::{encode_url, percent_decode};
use lacuna::build::{build, build_in_memory, check};
use lacuna::config::Config;
use lacuna::diag::{Diagnostic, Format, print};
use lacuna::files::{DiskFiles, Files, MemoryFiles};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::RngSeed;

use crate::html::{Element, elements};
use crate::support::TODAY;

const ROOT: &str = "/book-under-test";

/// No page may show this as markup.
const MARKER: &str = "\"'><x-inject a=\"b\">";

/// The same for places where a quotation mark would end the value.
const BARE_MARKER: &str = "<x-inject a=b>";

type Book = BTreeMap<String, String>;

fn settings() -> ProptestConfig {
    ProptestConfig {
        cases: 40,
        failure_persistence: None,
        max_shrink_iters: 300,
        rng_seed: RngSeed::Fixed(2026),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn building_twice_writes_nothing_the_second_time(book in book()) {
        let (files, config) = open(&book);
        let first = build(&files, &config).unwrap();
        prop_assert!(first.written > 0);
        let second = build(&files, &config).unwrap();
        prop_assert_eq!((second.written, second.removed), (0, 0));
        prop_assert_eq!(show(&files, &second.diagnostics), show(&files, &first.diagnostics));
    }

    #[test]
    fn one_thread_gives_the_bytes_of_eight(book in book()) {
        let (files, config) = open(&book);
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| build_in_memory(&files, &config).unwrap())
        };
        let ((one, report_one), (eight, report_eight)) = (with(1), with(8));
        prop_assert_eq!(one, eight);
        prop_assert_eq!(
            show(&files, &report_one.diagnostics),
            show(&files, &report_eight.diagnostics)
        );
    }

    #[test]
    fn what_is_built_in_memory_is_what_is_written(book in book()) {
        let (files, config) = open(&book);
        let (made, _) = build_in_memory(&files, &config).unwrap();
        build(&files, &config).unwrap();
        let mut written = outputs(&files, &config);
        written.remove(".lacuna-manifest");
        prop_assert_eq!(made, written);
    }

    #[test]
    fn every_link_leads_somewhere_or_is_reported(book in book()) {
        let (files, config) = open(&book);
        let (made, report) = build_in_memory(&files, &config).unwrap();
        let site = Linked::new(&made);
        let reported = reported(&report.diagnostics);
        for (url, page) in &site.pages {
            for written in links(page) {
                // On a printed page the id of the chapter comes first.
                let own = written.find('?').filter(|_| url.ends_with("print.html"));
                let own = own.map(|at| format!("#{}", &written[at + 1..]));
                let fragment = written.find('#').map_or("", |at| &written[at..]);
                let fragment = own.as_deref().unwrap_or(fragment);
                if reported.contains(&written) || reported.contains(fragment) {
                    continue;
                }
                let fault = site.follow(url, &written);
                prop_assert!(fault.is_none(), "{}: `{}`: {:?}", url, written, fault);
            }
        }
    }

    #[test]
    fn ids_stand_once_on_a_page_unless_that_is_reported(book in book()) {
        let (files, config) = open(&book);
        let (made, report) = build_in_memory(&files, &config).unwrap();
        let twice: Vec<&str> = report
            .diagnostics
            .iter()
            .filter(|found| found.rule.code == "P002")
            .filter_map(|found| found.message.split('`').nth(1))
            .collect();
        for (url, bytes) in made.iter().filter(|(url, _)| url.ends_with(".html")) {
            let mut seen = BTreeSet::new();
            for element in elements(std::str::from_utf8(bytes).unwrap()) {
                let Some(id) = element.attributes.get("id") else { continue };
                let known = twice.contains(&id.as_str());
                prop_assert!(seen.insert(id.clone()) || known, "{}: id `{}` stands twice", url, id);
            }
        }
    }

    #[test]
    fn pages_hold_no_styles_and_no_scripts_but_the_theme_s(book in book()) {
        let (files, config) = open(&book);
        let (made, _) = build_in_memory(&files, &config).unwrap();
        for (url, bytes) in made.iter().filter(|(url, _)| url.ends_with(".html")) {
            for element in elements(std::str::from_utf8(bytes).unwrap()) {
                let Element { name, attributes, script } = &element;
                prop_assert!(!attributes.contains_key("style"), "{}: {:?}", url, element);
                prop_assert!(name != "style", "{}: an inline style sheet", url);
                prop_assert!(
                    !attributes.keys().any(|name| name.starts_with("on")),
                    "{}: {:?}", url, element
                );
                let theme = script.is_empty() || THEME.contains(&format!("<script>{script}<"));
                prop_assert!(theme, "{}: the script `{}`", url, script);
            }
        }
    }

    #[test]
    fn no_text_of_the_content_becomes_markup(book in book()) {
        let (files, config) = open(&book);
        let (made, _) = build_in_memory(&files, &config).unwrap();
        for (url, bytes) in &made {
            let Some((_, kind)) = url.rsplit_once('.') else { continue };
            // What people put beside pages is copied as it is.
            if book.contains_key(&format!("content/{url}")) {
                continue;
            }
            let text = std::str::from_utf8(bytes).unwrap();
            if matches!(kind, "html" | "svg" | "xml") {
                prop_assert!(!text.contains("<x-inject"), "{}:\n{}", url, around(text));
            }
            match kind {
                "svg" | "xml" => {
                    let parsed = roxmltree::Document::parse(text);
                    prop_assert!(parsed.is_ok(), "{}: {:?}\n{}", url, parsed.err(), text);
                }
                "json" => {
                    let parsed = serde_json::from_str::<serde_json::Value>(text);
                    prop_assert!(parsed.is_ok(), "{}: {:?}\n{}", url, parsed.err(), text);
                }
                _ => {}
            }
        }
    }

    #[test]
    fn places_of_findings_lie_within_their_files(book in book()) {
        let (files, config) = open(&book);
        let report = check(&files, &config).unwrap();
        check_places(&files, &report.diagnostics)?;
    }

    #[test]
    fn bytes_that_are_no_text_never_panic(
        page in hostile_bytes(),
        list in hostile_bytes(),
        settings in hostile_bytes(),
        reviews in hostile_bytes(),
        waivers in hostile_bytes(),
        summary in hostile_bytes(),
        with_summary in any::<bool>(),
    ) {
        let files = MemoryFiles::default();
        let write = |name: &str, bytes: &[u8]| {
            files.write(&Path::new(ROOT).join("content").join(name), bytes).unwrap();
        };
        write("area/page.md", &page);
        write("index.md", &[b"# Home\n\n{{#include area/page.md}}\n\n", page.as_slice()].concat());
        write("area/page.reviews.yaml", &reviews);
        write("data.csv", &page);
        write("data.yaml", &reviews);
        write("tables.md", b"{{#table data.csv}}\n\n{{#table data.yaml}}\n{{#value data.yaml a.b}}");
        write("checklist.md", &list);
        write("waivers.yaml", &waivers);
        if with_summary {
            write("SUMMARY.md", &summary);
        }
        let settings = String::from_utf8_lossy(&settings).into_owned();
        files.write(&Path::new(ROOT).join("book.toml"), settings.as_bytes()).unwrap();
        let (mut config, found) = Config::read(Path::new(ROOT), &settings, TODAY);
        check_places(&files, &found)?;
        // Random settings rarely name a folder; the content must be read in any case.
        config.src = "content".to_string();
        let (made, report) = build_in_memory(&files, &config).unwrap();
        check_places(&files, &report.diagnostics)?;
        show(&files, &report.diagnostics);
        print(&report.diagnostics, Format::Human { color: true }, &|path| text(&files, path));
        prop_assert!(made.contains_key("index.html"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..settings() })]

    #[test]
    fn the_order_in_which_files_were_made_does_not_matter(book in book()) {
        let on_disk = |names: Vec<&String>| {
            let folder = tempfile::tempdir().unwrap();
            for name in names {
                DiskFiles.write(&folder.path().join(name), book[name].as_bytes()).unwrap();
            }
            let root = std::fs::canonicalize(folder.path()).unwrap();
            let (config, _) = Config::read(&root, &book["book.toml"], TODAY);
            let (made, report) = build_in_memory(&DiskFiles, &config).unwrap();
            let findings: Vec<String> = report
                .diagnostics
                .iter()
                .map(|found| format!("{} {:?} {}", found.rule.code, found.span, found.message))
                .collect();
            (made, findings)
        };
        prop_assert_eq!(on_disk(book.keys().collect()), on_disk(book.keys().rev().collect()));
    }
}

const THEME: &str = include_str!("../../themes/handbook/templates/base.html");

// Reading what was built.

fn open(book: &Book) -> (MemoryFiles, Config) {
    let files = MemoryFiles::default();
    for (name, text) in book {
        files.write(&Path::new(ROOT).join(name), text.as_bytes()).unwrap();
    }
    let (config, found) = Config::read(Path::new(ROOT), &book["book.toml"], TODAY);
    assert!(!found.iter().any(Diagnostic::is_error), "{}", show(&files, &found));
    (files, config)
}

fn outputs(files: &MemoryFiles, config: &Config) -> BTreeMap<String, Vec<u8>> {
    let list = files.list(&config.output).unwrap();
    let read = |path: &std::path::PathBuf| {
        let url = path.strip_prefix(&config.output).unwrap().to_str().unwrap().to_string();
        (url, files.read(path).unwrap())
    };
    list.iter().map(read).collect()
}

fn text(files: &MemoryFiles, path: &lacuna::base::SitePath) -> Option<String> {
    let bytes = files.read(&path.on_disk(Path::new(ROOT))).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn show(files: &MemoryFiles, found: &[Diagnostic]) -> String {
    print(found, Format::Short, &|path| text(files, path))
}

fn around(text: &str) -> &str {
    let at = text.find("<x-inject").unwrap_or(0);
    let start = text.floor_char_boundary(at.saturating_sub(120));
    &text[start..text.floor_char_boundary((at + 60).min(text.len()))]
}

/// A place that isn't the file as a whole begins and ends within it.
fn check_places(files: &MemoryFiles, found: &[Diagnostic]) -> Result<(), TestCaseError> {
    for found in found {
        let Some(span) = &found.span else { continue };
        let (start, end) = (span.range.start as usize, span.range.end as usize);
        if end == 0 {
            continue;
        }
        // What isn't UTF-8 is read with marks in its place.
        let text = text(files, &span.path);
        prop_assert!(text.is_some(), "{:?} is in a file that doesn't exist", found);
        let length = text.unwrap().len();
        prop_assert!(
            start <= end && end <= length,
            "{} {}: {start}..{end} of {length} bytes in {}",
            found.rule.code,
            found.message,
            span.path
        );
    }
    Ok(())
}

/// The addresses that findings about links name, as they are written in pages.
fn reported(found: &[Diagnostic]) -> BTreeSet<String> {
    let codes = ["L001", "L003", "L005", "D006"];
    let about = found.iter().filter(|found| codes.contains(&found.rule.code));
    let dest = |found: &Diagnostic| {
        let (_, dest) = found.message.split_once('`')?;
        Some(encode_url(dest.rsplit_once('`')?.0))
    };
    let anchors = found.iter().filter(|found| found.rule.code == "L002");
    let fragment = |found: &Diagnostic| {
        let (_, fragment) = found.message.split_once("has no id `")?;
        Some(format!("#{}", fragment.trim_end_matches('`')))
    };
    about.filter_map(dest).chain(anchors.filter_map(fragment)).collect()
}

/// All addresses that a page holds.
fn links(page: &[Element]) -> Vec<String> {
    let mut found = Vec::new();
    for element in page {
        let values = ["href", "src"].map(|name| element.attributes.get(name));
        if element.name != "base" {
            found.extend(values.into_iter().flatten().cloned());
        }
        if element.attributes.get("http-equiv").is_some_and(|name| name == "refresh") {
            let (_, url) = element.attributes["content"].split_once("url=").unwrap();
            found.push(url.to_string());
        }
    }
    found
}

struct Linked<'a> {
    made: &'a BTreeMap<String, Vec<u8>>,
    pages: BTreeMap<&'a str, Vec<Element>>,
}

impl<'a> Linked<'a> {
    fn new(made: &'a BTreeMap<String, Vec<u8>>) -> Self {
        let html = made.iter().filter(|(url, _)| url.ends_with(".html"));
        let pages = html.map(|(url, bytes)| {
            (url.as_str(), elements(std::str::from_utf8(bytes).expect("pages are UTF-8")))
        });
        Self { made, pages: pages.collect() }
    }

    /// What is wrong with an address on a page.
    fn follow(&self, from: &str, written: &str) -> Option<String> {
        let scheme = written.split_once(':').is_some_and(|(scheme, _)| {
            !scheme.is_empty() && scheme.chars().all(|char| char.is_ascii_alphabetic())
        });
        if scheme || written.starts_with("//") {
            return None;
        }
        let (rest, fragment) = written.split_once('#').unwrap_or((written, ""));
        let path = rest.split('?').next().unwrap_or_default();
        let Some(path) = percent_decode(path) else { return Some("badly encoded".to_string()) };
        let Some(target) = resolve(from, &path) else { return Some("leaves the site".to_string()) };
        if !self.made.contains_key(&target) {
            return Some(format!("there is no `{target}`"));
        }
        let fragment = percent_decode(fragment).unwrap_or_default();
        if fragment.is_empty() || fragment == "top" {
            return None;
        }
        let page = self.pages.get(target.as_str())?;
        let has = page.iter().any(|element| element.attributes.get("id") == Some(&fragment));
        (!has).then(|| format!("`{target}` has no id `{fragment}`"))
    }
}

fn resolve(from: &str, path: &str) -> Option<String> {
    if path.is_empty() {
        return Some(from.to_string());
    }
    if path.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

// Making books.

const FOLDERS: &[&str] = &["", "guide/", "guide/deep er/", "security/", "security/keys/", "ops/"];

const NAMES: &[&str] = &[
    "index",
    "README",
    "keys",
    "back ups",
    "50%",
    "a#b",
    "what?",
    "über",
    "it's",
    "x&y",
    "on-call",
    "a;b",
    "[z]",
    "שלום",
    "naïve+more",
    "keys.v2",
    "search",
    "status",
];

const WORDS: &[&str] = &[
    "Keys",
    "are",
    "kept",
    "for",
    "**thirty**",
    "days",
    "`code`",
    "*unless*",
    "R&D",
    "says",
    "so",
    "\"quoted\"",
    "—",
    "ünïcode",
    "🎉",
    "שלום",
    "\u{202E}reversed",
    "a|b",
    "$x$",
    "\\*",
    "&amp;",
    "5 < 6",
    "<b>bold</b>",
    "~~old~~",
    "https://example.org/?a=b&c=<d>",
    "ann@example.org",
    MARKER,
    BARE_MARKER,
    "{{#var who}}",
    "{{#var unknown}}",
    "[^1]",
    "{#x}",
];

const TITLES: &[&str] = &[
    "Keys",
    "Back-ups & restores",
    "On call",
    "Keys",
    "<script>alert(1)</script>",
    "50 % \"off\"",
    "🎉",
    "שלום עולם",
    "Ünïcode",
    "a/b: c",
    "&amp; &lt;",
    "`code` *and* [link](x)",
    "\u{202E}abc",
    MARKER,
    BARE_MARKER,
    "A very long title that goes on and on until nobody remembers how it began",
];

/// One part of a page; indexes choose among the pages of the book.
#[derive(Clone, Debug)]
enum Part {
    Words(Vec<&'static str>),
    Heading(usize, &'static str),
    Link(Index, Option<&'static str>),
    Image,
    Broken(&'static str),
    Include(Index),
    Fixed(&'static str),
}

#[derive(Clone, Debug)]
struct Page {
    folder: &'static str,
    name: &'static str,
    title: Option<&'static str>,
    front: Option<Front>,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
struct Front {
    title: Option<&'static str>,
    description: &'static str,
    owner: &'static str,
    tag: &'static str,
    order: Option<i8>,
    draft: bool,
    gap: Option<Index>,
    alias: Option<&'static str>,
}

#[derive(Clone, Debug)]
struct Area {
    tier: bool,
    title: &'static str,
    gaps: Vec<(&'static str, Vec<&'static str>)>,
}

fn book() -> impl Strategy<Value = Book> {
    let extras = (any::<bool>(), any::<bool>(), any::<bool>(), vec(any::<Index>(), 0..6));
    (vec(page(), 1..9), proptest::option::weighted(0.8, vec(area(), 0..5)), extras).prop_map(
        |(pages, list, (summary, site_url, reviews, chosen))| {
            let mut book = Book::new();
            book.insert("book.toml".to_string(), book_toml(site_url));
            book.insert("content/data.csv".to_string(), data());
            book.insert("content/picture & co.svg".to_string(), "<svg/>".to_string());
            let names: Vec<String> =
                pages.iter().map(|page| format!("{}{}.md", page.folder, page.name)).collect();
            let gaps = list.as_deref().map(gaps).unwrap_or_default();
            for (page, name) in pages.iter().zip(&names) {
                book.insert(format!("content/{name}"), page_text(page, &names, &gaps));
            }
            if let Some(list) = &list {
                book.insert("content/checklist.md".to_string(), checklist(list));
                write_gap_pages(&mut book, &gaps, &chosen, reviews);
            }
            if summary {
                book.insert("content/SUMMARY.md".to_string(), summary_text(&names, &chosen));
            }
            book
        },
    )
}

fn book_toml(site_url: bool) -> String {
    let url = if site_url { "site-url = \"https://example.org/sub/\"\n" } else { "" };
    let marker = toml::Value::from(MARKER).to_string();
    format!(
        "[book]\ntitle = {marker}\ndescription = {marker}\n[output.html]\nraw-html = false\n{url}\
         [variables]\nwho = {marker}\n[owners.security]\nname = {marker}\n\
         contact = \"mailto:a@example.org?subject=\\\"><x-inject a=b>\"\n\
         [people.ann]\nname = {marker}\n"
    )
}

fn data() -> String {
    format!("name,days\nkeys,30\n\"{}\",\"a|b\"\n", MARKER.replace('"', "\"\""))
}

fn page() -> impl Strategy<Value = Page> {
    let title = proptest::option::of(select(TITLES));
    let front = proptest::option::of(front());
    (select(FOLDERS), select(NAMES), title, front, vec(part(), 0..8))
        .prop_map(|(folder, name, title, front, parts)| Page { folder, name, title, front, parts })
}

fn front() -> impl Strategy<Value = Front> {
    let words = || select(TITLES);
    let alias = select(vec!["old.html", "old/", "../out.html", "a/b.md", "old.html#x"]);
    let owner = select(vec!["security", "nobody", MARKER]);
    (
        proptest::option::of(words()),
        words(),
        owner,
        words(),
        proptest::option::of(any::<i8>()),
        any::<bool>(),
        proptest::option::of(any::<Index>()),
        proptest::option::of(alias),
    )
        .prop_map(|(title, description, owner, tag, order, draft, gap, alias)| Front {
            title,
            description,
            owner,
            tag,
            order,
            draft,
            gap,
            alias,
        })
}

fn part() -> impl Strategy<Value = Part> {
    let fragment = proptest::option::of(select(vec!["keys", "on-call", "x", "nope", "a b"]));
    let broken = select(vec![
        "nope.md",
        "../../../etc/passwd",
        "javascript:alert(1)",
        "x\\\"y.md",
        "<a b.md>",
        "%zz.md",
        "#nope",
        "http://example.org/<x>",
        "?q",
        "/",
        ".",
        "data:text/html,x",
        "guide",
        "mailto:a@b",
    ]);
    let fixed = select(vec![
        "{{#table data.csv}}",
        "{{#table nope.csv}}",
        "{{#include nope.md}}",
        "{{#inlcude x}}",
        "{{#include ../../out}}",
        "```python\nprint(\"<x-inject a=b>\")\n```",
        "```no-such-language\nx\n```",
        "~~~\n<x-inject a=b>",
        "> [!NOTE] <x-inject a=b>\n> text",
        "> [!WARNING]-\n> folded",
        "[^1]: A note with <x-inject a=b>.",
        "- [ ] to do\n- [x] done",
        "Term\n: What it means",
        "| a | b |\n|:-:|--:|\n| <x-inject a=b> | 2 |",
        "<x-inject a=\"b\">",
        "<div style=\"color: red\" onclick=\"x()\">\n\n<script>alert(1)</script>\n\n</div>",
        "![<x-inject a=b>](nope.png \"<x-inject a=b>\")",
        "![](https://example.org/x.png)",
        "$$ x < y $$",
        "```mermaid\nflowchart LR\n a --> b\n```",
        "## Twice {#x}",
        "## Twice {#x}",
    ]);
    prop_oneof![
        4 => vec(select(WORDS), 1..30).prop_map(Part::Words),
        2 => (1..5_usize, select(TITLES)).prop_map(|(level, title)| Part::Heading(level, title)),
        3 => (any::<Index>(), fragment).prop_map(|(page, fragment)| Part::Link(page, fragment)),
        1 => Just(Part::Image),
        1 => broken.prop_map(Part::Broken),
        1 => any::<Index>().prop_map(Part::Include),
        4 => fixed.prop_map(Part::Fixed),
    ]
}

fn area() -> impl Strategy<Value = Area> {
    let gap = (select(TITLES), vec(select(WORDS), 0..8));
    (any::<bool>(), select(TITLES), vec(gap, 0..4)).prop_map(|(tier, title, gaps)| Area {
        tier,
        title,
        gaps,
    })
}

fn page_text(page: &Page, names: &[String], gaps: &[String]) -> String {
    let mut out = String::new();
    if let Some(front) = &page.front {
        out += &front_text(front, gaps);
    }
    if let Some(title) = page.title {
        out += &format!("# {title}\n");
    }
    for part in &page.parts {
        out += &format!("\n{}\n", part_text(part, page, names));
    }
    out
}

fn front_text(front: &Front, gaps: &[String]) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let mut out = String::from("---\n");
    if let Some(title) = front.title {
        out += &format!("title: {}\n", quoted(title));
    }
    out += &format!("description: {}\n", quoted(front.description));
    out += &format!("owner: {}\ntags: [{}]\n", quoted(front.owner), quoted(front.tag));
    if let Some(order) = front.order {
        out += &format!("order: {order}\n");
    }
    if front.draft {
        out += "draft: true\n";
    }
    if let Some(gap) = front.gap.as_ref().filter(|_| !gaps.is_empty()) {
        out += &format!("gap: {}\n", quoted(gap.get(gaps).as_str()));
    }
    if let Some(alias) = front.alias {
        out += &format!("aliases: [{}]\n", quoted(alias));
    }
    out + "---\n"
}

fn part_text(part: &Part, page: &Page, names: &[String]) -> String {
    let up = "../".repeat(page.folder.matches('/').count());
    match part {
        Part::Words(words) => words.join(" "),
        Part::Heading(level, title) => format!("{} {title}", "#".repeat(*level)),
        Part::Link(index, fragment) => {
            let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
            format!("See [the page]({up}{}{fragment}).", address(index.get(names).as_str()))
        }
        Part::Image => format!("![A picture](<{up}picture & co.svg>)"),
        Part::Broken(dest) => format!("See [nothing]({dest})."),
        Part::Include(index) => format!("{{{{#include {up}{}}}}}", index.get(names)),
        Part::Fixed(text) => (*text).to_string(),
    }
}

/// A path as people write it in a link.
fn address(path: &str) -> String {
    let escaped = path.replace('%', "%25").replace(' ', "%20").replace('#', "%23");
    escaped.replace('?', "%3F").replace('[', "%5B").replace(']', "%5D")
}

fn checklist(list: &[Area]) -> String {
    let mut out = String::from("# List\n");
    for area in list {
        if area.tier {
            out += &format!("\n## Tier {} Missing\n", area.title);
        }
        out += &format!("\n### 1. {}\n", area.title);
        for (title, missing) in &area.gaps {
            out += &format!("- **{title}**: {}\n", missing.join(" "));
        }
    }
    out
}

/// The ids of all gaps.
fn gaps(list: &[Area]) -> Vec<String> {
    let path = lacuna::base::SitePath::new("content/checklist.md").unwrap();
    let (list, _) = lacuna::checklist::read(&path, &checklist(list));
    list.gaps.into_iter().map(|gap| gap.id).collect()
}

/// Pages, reviews and waivers of some gaps.
fn write_gap_pages(book: &mut Book, gaps: &[String], chosen: &[Index], reviews: bool) {
    let mut waivers = String::new();
    for (number, index) in chosen.iter().enumerate().filter(|_| !gaps.is_empty()) {
        let gap = index.get(gaps);
        if number % 3 == 2 {
            waivers += &format!(
                "- gap: {}\n  kind: covered-elsewhere\n  reason: {}\n  requested_by: ann\n  \
                 approved_by: bea\n  approved_on: 2026-10-01\n  expires: 2027-01-01\n  \
                 url: {}\n",
                quoted(gap),
                quoted(MARKER),
                quoted(&format!("https://example.org/{MARKER}")),
            );
            continue;
        }
        let words = "One word after the other. ".repeat(40);
        book.insert(format!("content/{gap}.md"), format!("# {MARKER}\n\n## Guidance\n\n{words}\n"));
        if reviews {
            let text = format!(
                "- by: ann\n  on: 2026-11-01\n  verdict: requested\n  note: {}\n\
                 - by: {}\n  on: 2026-11-02\n  verdict: approved\n  digest: v1-0\n  odd: 1\n",
                quoted(MARKER),
                quoted(MARKER),
            );
            book.insert(format!("content/{gap}.reviews.yaml"), text);
        }
    }
    if !waivers.is_empty() {
        book.insert("content/waivers.yaml".to_string(), waivers);
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

fn summary_text(names: &[String], chosen: &[Index]) -> String {
    let mut out = String::from("# Summary\n\n");
    for (number, index) in chosen.iter().enumerate() {
        let indent = if number % 3 == 1 { "    " } else { "" };
        out += &format!("{indent}- [{BARE_MARKER}]({})\n", address(index.get(names).as_str()));
        if number % 4 == 3 {
            out += "\n# Part <x-inject a=b>\n\n- [Draft]()\n- odd\n";
        }
    }
    out
}

/// Bytes that look like Markdown, YAML and TOML here and there.
fn hostile_bytes() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: &[&[u8]] = &[
        b"---\n",
        b"\n",
        b"\r\n",
        b"\r",
        b"\0",
        b"\xFF\xFE",
        b"\xEF\xBB\xBF",
        b"# ",
        b"## ",
        b"### ",
        b"- **",
        b"**: ",
        b"**",
        b"> ",
        b"> [!NOTE]",
        b"[^1]",
        b"[^1]: ",
        b"[a](b)",
        b"![",
        b"](",
        b"```",
        b"~~~\n",
        b"{{#include ",
        b"{{#table ",
        b"{{#var ",
        b"}}",
        b"{{",
        b"|",
        b"|---|\n",
        b": ",
        b"title: ",
        b"gap: ",
        b"owner: &a ",
        b"*a",
        b"!!tag ",
        b"- ",
        b"by: ",
        b"on: 2026-01-01",
        b"verdict: approved",
        b"expires: ",
        b"[book]\n",
        b"title = ",
        b"\"",
        b"'",
        b"<",
        b"<!--",
        b"-->",
        b"<a href=\"",
        b"{#id}",
        b"&amp;",
        b"\\",
        b"    ",
        b"\t",
        b"1. ",
        b"[x]",
        b"{",
        b"}",
        b"[",
        b"]",
        b"=",
        b"==\n",
        b"--\n",
        b"\xE2\x80\xAE",
        b"\xF0\x9F\x8E\x89",
        b"\xC3",
        b"$$",
        b"https://",
        b"www.",
        b"@",
        b"content/",
        b"../",
        b"index.md",
        b"area/page",
        b"0",
        b"a",
    ];
    let piece = prop_oneof![
        6 => select(PIECES).prop_map(<[u8]>::to_vec),
        1 => vec(any::<u8>(), 1..5),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}
