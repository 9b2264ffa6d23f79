//! The same pages for paper, and for programs that read text.

use super::support::Sandbox;

const BOOK: &str = "
-- book.toml
[book]
title = \"Book\"
description = \"What it is.\"
-- checklist.md
# What is missing
## Critical
### Operations
- **Backups**: Nobody knows how
- **Alerts**: Nobody knows when
-- index.md
# Book
See [backups](operations/backups.md#steps).
-- operations/backups.md
---
description: How to restore.
---
# Backups {#top}
## Steps
[up](#steps), [title](#top), [alerts](alerts.md), [out](../guide/one.md#a), [data](x.csv?b#c), [web](https://a.org/)
A note[^1], `id=\"kept\"`.

[^1]: The note.
-- operations/x.csv
a,b
-- guide/index.md
# Guide
-- guide/one.md
# One
## Steps
## A
";

fn printed(url: &str) -> String {
    Sandbox::new(BOOK).page(url)
}

/// The addresses of a page's text, in order.
fn addresses(page: &str) -> Vec<&str> {
    let main = page.split_once("<section class=\"chapter\"").unwrap().1;
    let links = main.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    links.filter(|link| !link.contains("fn") && !link.starts_with("../assets")).collect()
}

#[test]
fn links_between_chapters_lead_to_places_on_the_same_page() {
    let page = printed("operations/print.html");
    let expected = [
        "#operations/backups?steps",
        "#operations/backups?steps",
        "#operations/backups?top",
        "#operations/alerts",
        "../guide/one.html#a",
        "x.csv?b#c",
        "https://a.org/",
    ];
    assert_eq!(addresses(&page)[..7], expected);
}

#[test]
fn ids_on_a_printed_page_are_unique_and_each_place_exists() {
    let page = printed("print.html");
    let part = |mark| page.split(mark).skip(1).map(|rest| rest.split('"').next().unwrap());
    let ids: Vec<&str> = part(" id=\"").collect();
    for id in &ids {
        assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{id} is there twice");
    }
    for place in part(" href=\"#") {
        assert!(ids.contains(&place), "nothing at #{place}");
    }
    assert!(ids.contains(&"guide/one?steps"), "{ids:?}");
    assert!(page.contains("id=&quot;kept&quot;"), "{page}");
}

#[test]
fn a_printed_page_has_a_list_of_its_chapters_with_their_status() {
    let page = printed("operations/print.html");
    let list = page.split_once("<ol class=\"chapters\">").unwrap().1.split("</ol>").next().unwrap();
    let titles: Vec<&str> = list
        .split("<a href=\"#")
        .skip(1)
        .map(|link| link.split("</a>").next().unwrap().split('>').next_back().unwrap())
        .collect();
    assert_eq!(titles, ["Operations", "Backups", "Alerts"]);
    assert!(list.contains("(missing)"), "{list}");
}

#[test]
fn pages_for_paper_and_in_markdown_can_be_switched_off() {
    let off = "[output.html]\nmarkdown = false\n[output.html.print]\nenable = false\n";
    let sandbox = Sandbox::new(&BOOK.replace("[book]", &format!("{off}[book]")));
    sandbox.build();
    let output = sandbox.output();
    let left: Vec<&String> = output
        .keys()
        .filter(|url| url.ends_with("print.html") || url.ends_with(".md") || *url == "llms.txt")
        .collect();
    assert_eq!(left, Vec::<&String>::new());
    assert!(!output["index.html"].contains("print.html"), "{}", output["index.html"]);
}

#[test]
fn a_page_of_the_content_keeps_the_place_of_a_printed_one() {
    let sandbox = Sandbox::new(&format!("{BOOK}-- print.md\n# Printing\nHow to print.\n"));
    assert!(sandbox.page("print.html").contains("How to print."));
}

#[test]
fn the_twin_of_a_page_is_its_text_with_its_status_and_without_front_matter() {
    let sandbox = Sandbox::new(BOOK);
    let twin = sandbox.page("operations/backups.md");
    let head = "> Backups: outline. The section At a glance is absent. Owner: nobody.\n";
    assert!(twin.starts_with(head), "{twin}");
    assert!(twin.contains("\n# Backups {#top}\n## Steps\n"), "{twin}");
    assert!(!twin.contains("description"), "{twin}");
    let page = sandbox.page("operations/backups.html");
    let link = "<link rel=\"alternate\" type=\"text/markdown\" href=\"../operations/backups.md\">";
    assert!(page.contains(link), "{page}");
}

#[test]
fn a_gap_without_a_page_and_an_area_have_twins_too() {
    let sandbox = Sandbox::new(BOOK);
    let twin = sandbox.page("operations/alerts.md");
    assert!(twin.contains("> It answers for: Nobody knows when\n\n# Alerts\n"), "{twin}");
    let area = sandbox.page("operations/index.md");
    assert_eq!(
        area,
        "# Operations\n\n- [Backups](backups.md): outline\n- [Alerts](alerts.md): missing\n"
    );
}

#[test]
fn the_list_for_programs_names_each_page_with_its_status() {
    let list = printed("llms.txt");
    assert!(list.starts_with("# Book\n\n> What it is.\n\n## "), "{list}");
    for line in [
        "- [Backups](operations/backups.md) (outline): How to restore.\n",
        "- [Alerts](operations/alerts.md) (missing): Nobody knows when\n",
        "- [One](guide/one.md)\n",
    ] {
        assert!(list.contains(line), "{line} in\n{list}");
    }
}

#[test]
fn the_files_that_a_page_links_to_are_listed_with_their_sizes() {
    let page = printed("operations/backups.html");
    let list = page.split_once("aria-label=\"Files of this page\">").unwrap().1;
    let list = list.split("</section>").next().unwrap();
    let link = "<a href=\"../operations/x.csv\" download>x.csv</a>";
    assert_eq!(list.matches("<li>").count(), 1, "{list}");
    assert!(list.contains(&format!("{link} <span class=\"soft\">4 bytes</span>")), "{list}");
}

/// What search engines read of a page.
fn structured(book: &str, url: &str) -> serde_json::Value {
    let page = Sandbox::new(book).page(url);
    let data = page.split_once("<script type=\"application/ld+json\">").unwrap().1;
    serde_json::from_str(data.split("</script>").next().unwrap()).unwrap()
}

const INVITED: &str = "[output.html]\nsite-url = \"https://a.org/b/\"\nindexable = true\n";

#[test]
fn search_engines_that_are_invited_get_structured_data_that_ends_no_element() {
    let book = BOOK.replace("[book]", &format!("{INVITED}[book]"));
    let evil = book.replace("description: How to restore.", "description: \"</script><b>\"");
    let data = structured(&evil, "operations/backups.html");
    assert_eq!(data["@type"], "TechArticle");
    assert_eq!(data["url"], "https://a.org/b/operations/backups.html");
    assert_eq!(data["description"], "</script><b>");
    let steps = data["breadcrumb"]["itemListElement"].as_array().unwrap();
    let items: Vec<&str> = steps.iter().map(|step| step["item"].as_str().unwrap()).collect();
    assert_eq!(items, ["https://a.org/b/", "https://a.org/b/operations/"]);
    assert!(!printed("operations/backups.html").contains("ld+json"));
}

#[test]
fn search_engines_know_the_site_by_its_own_title() {
    let book = BOOK.replace("[book]", &format!("{INVITED}[book]"));
    let data = structured(&book.replace("\n# Book\n", "\n# Welcome\n"), "index.html");
    assert_eq!((&data["@type"], &data["name"]), (&"WebSite".into(), &"Book".into()));
}

#[test]
fn the_feed_of_statuses_has_those_whose_day_is_recorded() {
    let waiver = "-- waivers.yaml
- gap: operations/alerts
  kind: not-applicable
  reason: We have none
  requested_by: bob
  approved_by: ann
  approved_on: 2026-11-01
  expires: 2027-03-01
";
    let book = BOOK.replace("[book]", &format!("{INVITED}[book]"));
    let feed = Sandbox::new(&format!("{book}{waiver}")).page("status/feed.xml");
    let entries: Vec<&str> =
        feed.split("<entry>").skip(1).map(|entry| entry.split("</id>").next().unwrap()).collect();
    assert_eq!(
        entries,
        [
            "\n<title>Alerts: waived</title>\n<id>https://a.org/b/operations/alerts.html#waived-2026-11-01"
        ]
    );
}
