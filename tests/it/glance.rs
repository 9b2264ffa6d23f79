//! A first look at a large site shows what the whole site shows.

use std::collections::BTreeMap;
use std::sync::Arc;

use lacuna::build::{Changes, Engine, Glance, Snapshot};

use crate::support::{Sandbox, parse_fixture};

const FIXTURE: &str = "
    -- book.toml
    [book]
    title = 'Book'
    -- content/checklist.md
    # Missing

    ## Critical

    ### Safety

    - **Fire**: What to do.
    - **Water**: Where it is.
    - **Air**: How it is.
    -- content/index.md
    # Home
    See [a page](many/page-7.md#detail).
    -- content/safety/fire.md
    # Fire
    Call for help as [the plan](../many/page-3.md#detail) says.
    -- content/safety/water.md
    # Water
    Look into [the plan](../many/page-3.md#nowhere), which has no such place.
";

/// The book of the fixture with so many further pages.
fn book(pages: usize) -> Sandbox {
    let mut files: BTreeMap<String, String> = parse_fixture(FIXTURE);
    for page in 0..pages {
        let title =
            if page % 2 == 0 { format!("# Page {page}") } else { format!("Page {page}\n===") };
        let text = format!(
            "---\ntags: [one]\n---\n\n{title}\n\nSome `text`.\n\n## Detail\n\n\
             ```rust\nlet page = {page};\n```\n\n[On](page-{}.md).\n",
            (page + 1) % pages
        );
        files.insert(format!("content/many/page-{page}.md"), text);
    }
    Sandbox::with_files(&files)
}

fn whole(book: &mut Sandbox) -> Snapshot {
    let config = Arc::new(book.config().clone());
    Snapshot::take(&mut Engine::default(), book.files(), config, &Changes::All, None).unwrap()
}

fn glance(book: &mut Sandbox) -> Glance {
    Glance::new(Arc::new(book.config().clone())).unwrap()
}

fn shown(snapshot: &Snapshot, book: &Sandbox, url: &str) -> String {
    assert!(snapshot.can_show(url), "{url}");
    let bytes = snapshot.render(book.files(), url).unwrap().unwrap().unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_a_glance_shows_is_what_the_whole_site_shows() {
    let mut book = book(1_000);
    let whole = whole(&mut book);
    let mut glance = glance(&mut book);
    for url in ["index.html", "many/page-12.html", "safety/air.html"] {
        let seen = glance.look(book.files(), url).unwrap().unwrap();
        for url in [url, "safety/fire.html", "safety/water.html", "status/index.html", "404.html"] {
            assert_eq!(shown(&seen, &book, url), shown(&whole, &book, url), "{url}");
        }
        assert!(seen.diagnostics.is_empty());
    }
}

#[test]
fn a_glance_shows_only_what_it_has_read() {
    let mut book = book(1_000);
    let mut glance = glance(&mut book);
    let seen = glance.look(book.files(), "many/page-12.html").unwrap().unwrap();
    assert!(!seen.is_whole());
    for url in ["many/page-13.html", "search/index.js", "print.html", "api/pages.json"] {
        assert!(!seen.can_show(url), "{url}");
    }
    let more = glance.look(book.files(), "many/page-13.html").unwrap().unwrap();
    assert!(more.can_show("many/page-13.html") && more.can_show("many/page-12.html"));
}

#[test]
fn a_small_site_is_read_at_once() {
    let mut book = book(900);
    let mut glance = glance(&mut book);
    assert!(glance.look(book.files(), "index.html").unwrap().is_none());
}
