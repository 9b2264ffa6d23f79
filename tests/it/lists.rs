//! The numbers of the home page and the status page, and the lists behind them.

use super::support::Sandbox;

const BOOK: &str = "
-- book.toml
[output.html]
source-url-template = \"https://example.org/tree/{path}\"
report-url-template = \"https://example.org/new?title={title}&page={url}\"
[tiers.critical]
target = \"draft\"
[people.ann]
name = \"Ann & Co\"
[[home.links]]
title = \"On call\"
page = \"https://pager.example.org/\"
[[home.links]]
title = \"Restore\"
page = \"operations/backups.md\"
-- checklist.md
# What is missing
## Critical
### Operations
- **Backups & more** {#backups}: Nobody knows how
- **Alerts**: Nobody knows when
- **Old**: Nobody knows why
## Useful
### People
- **Leave**: Who is away
-- waivers.yaml
- gap: operations/old
  kind: not-applicable
  reason: We have none
  requested_by: bob
  approved_by: ann
  approved_on: 2026-11-01
  expires: 2027-03-01
-- operations/backups.md
# Backups
WORDS
-- operations/backups.reviews.yaml
- by: ann
  on: 2026-11-10
  verdict: requested
";

/// The book with a page that is long enough to be in review.
fn sandbox() -> Sandbox {
    let sections =
        ["At a glance", "Why it matters", "Guidance", "Procedure", "Template", "References"];
    let filler = "Words that say something about the matter. ".repeat(30);
    let mut words: String = sections.map(|title| format!("\n## {title}\n\n{filler}\n")).concat();
    words.push_str("\n## Acceptance criteria\n\nIt works.\n");
    Sandbox::new(&BOOK.replace("WORDS", &words))
}

/// The titles of the gaps that a page lists, after the headings above them.
fn listed(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in page.split("<section class=\"gaps\" id=\"").skip(1) {
        found.push(format!("# {}", part.split('"').next().unwrap()));
        for row in part.split("<th scope=\"row\">").skip(1) {
            let title = row.split("</a>").next().unwrap();
            found.push(title.rsplit('>').next().unwrap().to_string());
        }
    }
    found
}

#[track_caller]
fn check_list(url: &str, expected: &[&str]) {
    assert_eq!(listed(&sandbox().page(url)), expected, "{url}");
}

#[test]
fn each_tier_has_a_list_of_its_gaps_by_status() {
    check_list(
        "status/tier-critical.html",
        &["# missing", "Alerts", "# in-review", "Backups &amp; more", "# waived", "Old"],
    );
    check_list("status/tier-useful.html", &["# missing", "Leave"]);
}

#[test]
fn each_status_has_a_list_of_its_gaps_by_tier() {
    check_list("status/missing.html", &["# tier-critical", "Alerts", "# tier-useful", "Leave"]);
    check_list("status/waived.html", &["# tier-critical", "Old"]);
    check_list("status/written.html", &["# tier-critical", "Backups &amp; more"]);
    check_list("status/complete.html", &[]);
    check_list(
        "status/unowned.html",
        &["# tier-critical", "Backups &amp; more", "Alerts", "Old", "# tier-useful", "Leave"],
    );
}

#[test]
fn what_is_in_review_is_listed_by_whose_turn_it_is() {
    let sandbox = sandbox();
    let page = sandbox.page("status/in-review.html");
    assert_eq!(listed(&page), ["# reviewer-1", "Backups &amp; more"]);
    assert!(page.contains("<h2 id=\"h-reviewer-1\">Ann &amp; Co "), "{page}");
    let home = sandbox.page("index.html");
    let link = "<a href=\"status/in-review.html#reviewer-1\"><strong>1</strong> in review by Ann";
    assert!(home.contains(link), "{home}");
}

#[test]
fn each_number_leads_to_the_list_behind_it() {
    let sandbox = sandbox();
    let (home, status) = (sandbox.page("index.html"), sandbox.page("status/index.html"));
    for (root, page) in [("", &home), ("../", &status)] {
        for link in [
            "status/written.html\">Written</a>",
            "status/complete.html\">Approved</a>",
            "status/waived.html\">1 waived</a>",
            "status/unowned.html\"><strong>4</strong> without an owner</a>",
            "status/tier-critical.html#missing\">1</a>",
            "status/missing.html\">2</a>",
        ] {
            assert!(page.contains(&format!("<a href=\"{root}{link}")), "{link} in\n{page}");
        }
    }
    let output = sandbox.output();
    for (at, _) in home.match_indices("href=\"status/") {
        let url = home[at + 6..].split(['"', '#', '?']).next().unwrap();
        assert!(output.contains_key(url), "nothing at {url}");
    }
}

#[test]
fn a_tier_says_how_many_of_its_gaps_are_at_its_target() {
    let page = sandbox().page("status/tier-critical.html");
    assert!(page.contains("<strong>1</strong> at the target “draft”"), "{page}");
}

#[test]
fn a_tier_has_a_target_by_its_rank_and_none_where_there_is_nothing_to_do() {
    let list = "
-- checklist.md
# What is missing
## First
### One
- **A**: a
## Second
### Two
- **B**: b
## Third
### Three
- **C**: c
";
    let home = Sandbox::new(list).page("index.html");
    let found: Vec<&str> = home.split("at the target ").skip(1).collect();
    let found: Vec<&str> = found.iter().map(|rest| rest.split('<').next().unwrap()).collect();
    assert_eq!(found, ["“complete”", "“draft”"]);
}

#[test]
fn links_for_readers_in_a_hurry_come_before_the_text() {
    let page = sandbox().page("index.html");
    let (links, rest) = page.split_once("<ul class=\"links\">").unwrap();
    assert!(!links.contains("Coverage"), "{links}");
    assert!(rest.contains("<a href=\"https://pager.example.org/\">On call</a>"), "{rest}");
    assert!(rest.contains("<a href=\"operations/backups.html\">Restore</a>"), "{rest}");
}

#[test]
fn a_page_links_to_its_source_and_to_where_mistakes_are_reported() {
    let page = sandbox().page("operations/backups.html");
    for link in [
        "https://example.org/tree/content/operations/backups.md",
        "https://example.org/new?title=Backups%20%26%20more&amp;page=operations/backups.html",
    ] {
        assert!(page.contains(&format!("<a href=\"{link}\">")), "{link} in\n{page}");
    }
}
