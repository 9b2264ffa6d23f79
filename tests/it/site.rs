//! From a tree of files to a site: URLs, navigation, generated pages, and text that lands safely.

use super::support::{Sandbox, check_findings};

const CHECKLIST: &str = "-- checklist.md
# What is missing

## Critical Missing Information

### 1. Operations & Care

- **Restores**: Nobody tried.
- **Backups**: Nobody knows how.

## Nice-to-Have Missing Information

### 2. People

- **Leave**: Who is away.
";

fn handbook(more: &str) -> Sandbox {
    Sandbox::new(&format!("{CHECKLIST}{more}"))
}

/// What stands between two marks, the first of its kind.
#[track_caller]
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("no {start} in\n{text}"));
    rest.split_once(end).unwrap_or_else(|| panic!("no {end} after {start} in\n{text}")).0
}

/// The text of HTML without tags, white space folded.
fn plain(html: &str) -> String {
    let mut out = String::new();
    for (index, part) in html.split('<').enumerate() {
        let text =
            if index == 0 { part } else { part.split_once('>').map_or("", |(_, text)| text) };
        out.push_str(text);
        out.push(' ');
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The links of a piece of HTML, as `text → address`.
fn links(html: &str) -> Vec<String> {
    html.split("<a ")
        .skip(1)
        .map(|link| {
            let href = between(link, "href=\"", "\"");
            let inner = link.split_once('>').unwrap().1.split("</a>").next().unwrap();
            format!("{} → {href}", plain(inner))
        })
        .collect()
}

/// The navigation of a page: parts and links, in order.
fn menu(sandbox: &Sandbox, url: &str) -> Vec<String> {
    let page = sandbox.page(url);
    let menu = between(&page, "<summary>Menu</summary>", "</nav>").to_string();
    let mut lines = Vec::new();
    for piece in menu.split("<p class=\"part\"") {
        if let Some((_, rest)) =
            piece.split_once('>').filter(|_| !lines.is_empty() || piece.starts_with(" id="))
        {
            lines.push(format!("# {}", rest.split("</p>").next().unwrap()));
        }
        lines.extend(links(piece));
    }
    lines
}

fn trail(sandbox: &Sandbox, url: &str) -> Vec<String> {
    let page = sandbox.page(url);
    links(between(&page, "aria-label=\"Breadcrumb\">", "</nav>"))
}

fn neighbours(sandbox: &Sandbox, url: &str) -> Vec<String> {
    let page = sandbox.page(url);
    if !page.contains("class=\"neighbours\"") {
        return Vec::new();
    }
    links(between(&page, "class=\"neighbours\"", "</nav>"))
}

/// The pages of the output, without what each site has.
fn pages(sandbox: &Sandbox) -> Vec<String> {
    sandbox.build();
    let own = |url: &String| {
        let fixed = ["assets/", "badges/", "api/", "search/", "."];
        let made = ["404.html", "robots.txt", "due.ics", "llms.txt"];
        let list = url.starts_with("status/") && url != "status/index.html";
        let form = ["print.html", ".md", ".markdown"].iter().any(|end| url.ends_with(end));
        !(fixed.iter().any(|prefix| url.starts_with(prefix))
            || made.contains(&url.as_str())
            || list
            || form)
    };
    sandbox.output().into_keys().filter(own).collect()
}

#[test]
fn each_page_has_the_url_of_its_path() {
    let sandbox = Sandbox::new(
        "
        -- index.md
        # Home
        -- a.md
        # A
        -- guide/index.md
        # Guide
        -- guide/deep/b c.md
        # B
        -- guide/data.csv
        a,b
        -- other.markdown
        # Other
        ",
    );
    assert_eq!(
        pages(&sandbox),
        [
            "a.html",
            "guide/data.csv",
            "guide/deep/b c.html",
            "guide/deep/index.html",
            "guide/index.html",
            "index.html",
            "other.html"
        ]
    );
}

#[test]
fn what_is_not_for_readers_is_not_published() {
    let sandbox = handbook(
        "-- SUMMARY.md
- [Home](index.md)
-- index.md
# Home
-- waivers.yaml
# none
-- index.reviews.yaml
# none
-- .hidden.md
# Hidden
",
    );
    let urls = pages(&sandbox);
    let hidden = ["checklist", "SUMMARY", "waivers", "reviews", "hidden"];
    let leaked: Vec<&String> =
        urls.iter().filter(|url| hidden.iter().any(|word| url.contains(word))).collect();
    assert_eq!(leaked, Vec::<&String>::new());
}

#[test]
fn each_gap_and_area_has_a_page() {
    assert_eq!(
        pages(&handbook("")),
        [
            "index.html",
            "operations-and-care/backups.html",
            "operations-and-care/index.html",
            "operations-and-care/restores.html",
            "people/index.html",
            "people/leave.html",
            "status/index.html",
        ]
    );
}

#[test]
fn a_readme_is_the_index_of_its_folder_unless_there_is_one() {
    let sandbox = Sandbox::new(
        "
        -- README.md
        # Home
        -- a/README.md
        # A
        -- b/README.md
        # B read me
        -- b/index.md
        # B
        ",
    );
    assert_eq!(pages(&sandbox), ["a/index.html", "b/README.html", "b/index.html", "index.html"]);
}

#[test]
fn areas_stand_under_their_tiers_in_the_order_of_the_checklist() {
    assert_eq!(
        menu(&handbook(""), "index.html"),
        [
            "# Critical",
            "1 Operations &amp; Care → operations-and-care/index.html",
            "# Nice-to-Have",
            "2 People → people/index.html",
        ]
    );
}

#[test]
fn gaps_stand_in_the_order_of_the_checklist_with_their_status_before_further_pages() {
    let sandbox = handbook(
        "-- operations-and-care/backups.md
Some words.
-- operations-and-care/zebra.md
# Zebra
-- operations-and-care/apple.md
# Apple
",
    );
    assert_eq!(
        menu(&sandbox, "operations-and-care/apple.html")[1..6],
        [
            "1 Operations &amp; Care → ../operations-and-care/index.html",
            "○ Restores (missing) → ../operations-and-care/restores.html",
            "◔ Backups (outline) → ../operations-and-care/backups.html",
            "Apple → ../operations-and-care/apple.html",
            "Zebra → ../operations-and-care/zebra.html",
        ]
    );
}

#[test]
fn pages_of_a_folder_are_sorted_by_order_and_then_by_title() {
    let sandbox = Sandbox::new(
        "
        -- guide/index.md
        # Guide
        -- guide/z.md
        ---
        order: 1
        ---
        # Zero
        -- guide/a.md
        # beta
        -- guide/b.md
        # Alpha
        -- guide/c.md
        ---
        order: -1
        ---
        # Very first
        ",
    );
    assert_eq!(
        menu(&sandbox, "guide/index.html"),
        [
            "Guide → ../guide/index.html",
            "Very first → ../guide/c.html",
            "Zero → ../guide/z.html",
            "Alpha → ../guide/b.html",
            "beta → ../guide/a.html",
        ]
    );
}

#[test]
fn a_folder_without_an_index_gets_a_page_that_lists_it() {
    let sandbox = Sandbox::new("-- how-to/b.md\n# B\n-- how-to/a.md\n# A\n");
    let page = sandbox.page("how-to/index.html");
    assert!(page.contains("<h1>How to</h1>"));
    assert_eq!(
        links(between(&page, "<ul class=\"pages\">", "</ul>")),
        ["A → ../how-to/a.html", "B → ../how-to/b.html"]
    );
}

#[test]
fn a_link_to_a_folder_without_an_index_leads_to_its_list() {
    let sandbox = Sandbox::new("-- how-to/b.md\n# B\n-- a.md\n[x](how-to/) [y](how-to/index.md)\n");
    assert_eq!(
        sandbox.prose("a.html"),
        "<p><a href=\"how-to/index.html\">x</a> <a href=\"how-to/index.html\">y</a></p>"
    );
    assert_eq!(sandbox.findings(), "");
}

#[test]
fn an_alias_never_takes_the_place_of_a_page_that_is_made() {
    for alias in [
        "how-to/index.html",
        "status/index.html",
        "people/index.html",
        "404.html",
        "people/leave.html",
    ] {
        let sandbox = handbook(&format!(
            "-- how-to/b.md\n# B\n-- a.md\n---\naliases: [{alias}]\n---\nText.\n"
        ));
        let found = sandbox.findings();
        assert!(found.contains("error[S005]"), "{alias}: {found}");
        assert!(!sandbox.page(alias).contains("This page has moved"), "{alias}");
    }
}

const SUMMARY: &str = "
    -- SUMMARY.md
    # Summary

    [Preface](preface.md)

    # First part

    - [One](one.md)
      - [Two](deep/two.md)
    - [To come]()

    # Second part

    - [Not yet]()
    - [Three](three.md)
    -- preface.md
    # Preface
    -- one.md
    # One
    -- deep/two.md
    # Two
    -- three.md
    # Its own title
    -- orphan.md
    # Orphan
    ";

#[test]
fn a_summary_decides_order_titles_and_parts() {
    assert_eq!(
        menu(&Sandbox::new(SUMMARY), "preface.html"),
        [
            "Preface → preface.html",
            "# First part",
            "One → one.html",
            "# Second part",
            "Three → three.html",
        ]
    );
}

#[test]
fn a_page_that_the_summary_does_not_name_is_built_and_told() {
    let sandbox = Sandbox::new(SUMMARY);
    assert_eq!(
        sandbox.findings(),
        "content/orphan.md:1:1: warning[N001]: no line of `SUMMARY.md` leads to this page\n"
    );
    assert!(sandbox.page("orphan.html").contains("<h1 id=\"orphan\">Orphan</h1>"));
}

#[test]
fn reading_order_follows_the_summary() {
    let sandbox = Sandbox::new(SUMMARY);
    assert_eq!(
        neighbours(&sandbox, "deep/two.html"),
        ["Previous One → ../one.html", "Next Its own title → ../three.html"]
    );
    assert_eq!(neighbours(&sandbox, "orphan.html"), Vec::<String>::new());
}

#[test]
fn a_summary_may_begin_with_the_home_page() {
    let sandbox = Sandbox::new(
        "
        -- SUMMARY.md
        - [Home](index.md)
        - [One](one.md)
        -- index.md
        # Home
        -- one.md
        # One
        ",
    );
    assert_eq!(neighbours(&sandbox, "index.html"), ["Next One → one.html"]);
    assert_eq!(neighbours(&sandbox, "one.html"), ["Previous Home → index.html"]);
}

#[test]
fn the_trail_leads_from_the_home_page_through_the_sections() {
    let sandbox = Sandbox::new(
        "
        -- book.toml
        [book]
        title = \"Book\"
        -- a/index.md
        # A
        -- a/b/index.md
        # B
        -- a/b/c.md
        # C
        ",
    );
    assert_eq!(
        trail(&sandbox, "a/b/c.html"),
        ["Book → ../../index.html", "A → ../../a/index.html", "B → ../../a/b/index.html"]
    );
    assert_eq!(
        trail(&sandbox, "a/b/index.html"),
        ["Book → ../../index.html", "A → ../../a/index.html"]
    );
}

#[test]
fn previous_and_next_follow_the_navigation() {
    let sandbox = handbook("-- about.md\n# About\n");
    let walk = [
        ("index.html", vec!["Next Operations &amp; Care → operations-and-care/index.html"]),
        (
            "operations-and-care/backups.html",
            vec![
                "Previous Restores → ../operations-and-care/restores.html",
                "Next People → ../people/index.html",
            ],
        ),
        ("about.html", vec!["Previous Leave → people/leave.html"]),
    ];
    for (url, expected) in walk {
        assert_eq!(neighbours(&sandbox, url), expected, "{url}");
    }
}

#[test]
fn a_gap_has_one_url_whether_its_page_is_a_file_or_a_folder() {
    for path in ["operations-and-care/backups.md", "operations-and-care/backups/index.md"] {
        let sandbox = handbook(&format!("-- {path}\nOur own words.\n"));
        let page = sandbox.page("operations-and-care/backups.html");
        assert!(page.contains("<h1>Backups</h1>") && page.contains("Our own words."), "{page}");
    }
}

#[test]
fn a_page_bound_by_its_front_matter_keeps_its_url_and_the_gaps_url_leads_to_it() {
    let sandbox = handbook(
        "-- how/we-back-up.md\n---\ngap: operations-and-care/backups\n---\n# How we back up\n\nWords.\n",
    );
    assert!(sandbox.page("how/we-back-up.html").contains("How we back up</h1>"));
    let moved = sandbox.page("operations-and-care/backups.html");
    assert!(moved.contains("url=../how/we-back-up.html"), "{moved}");
    assert_eq!(sandbox.gap("operations-and-care/backups")["pages"][0], "how/we-back-up.html");
}

#[test]
fn several_pages_of_one_gap_are_listed_at_its_url() {
    let sandbox = handbook(
        "-- a.md
---
gap: operations-and-care/backups
---
# First
-- b.md
---
gap: operations-and-care/backups
---
# Second
",
    );
    let page = sandbox.page("operations-and-care/backups.html");
    let list = between(&page, "<ul class=\"pages\">", "</ul>");
    assert_eq!(links(list), ["First → ../a.html", "Second → ../b.html"]);
}

#[test]
fn a_missing_gap_says_what_is_missing_and_how_to_start() {
    let page = handbook("").page("operations-and-care/backups.html");
    for text in [
        "This page has not been written yet.",
        "Nobody knows how.",
        "lacuna new operations-and-care/backups",
        "content/operations-and-care/backups.md",
        "<li>At a glance</li>",
    ] {
        assert!(page.contains(text), "no {text} in {page}");
    }
}

#[test]
fn only_pages_that_are_worth_it_may_be_indexed() {
    let robots = "<meta name=\"robots\" content=\"noindex\">";
    let open = handbook("-- book.toml\n[output.html]\nindexable = true\n");
    assert!(open.page("operations-and-care/backups.html").contains(robots));
    assert!(!open.page("index.html").contains(robots));
    assert!(handbook("").page("index.html").contains(robots));
}

#[test]
fn old_addresses_lead_to_the_new_ones() {
    let sandbox = Sandbox::new(
        "
        -- book.toml
        [output.html.redirect]
        \"/gone/a.html\" = \"/guide/new.html\"
        \"gone/b.html\" = \"guide/new.html#part\"
        \"gone/c.html\" = \"https://a.org/x#y\"
        -- guide/new.md
        ---
        aliases: [old.html, v1/old.md, older/]
        ---
        # New & better
        ## Part
        ",
    );
    for (old, target) in [
        ("old.html", "guide/new.html"),
        ("v1/old.html", "../guide/new.html"),
        ("older/index.html", "../guide/new.html"),
        ("gone/a.html", "../guide/new.html"),
        ("gone/b.html", "../guide/new.html#part"),
        ("gone/c.html", "https://a.org/x#y"),
    ] {
        let page = sandbox.page(old);
        assert!(page.contains(&format!("content=\"0; url={target}\"")), "{old}: {page}");
        assert!(page.contains(&format!("<a href=\"{target}\">")), "{old}: {page}");
    }
}

#[test]
fn the_page_for_unknown_addresses_links_from_the_root() {
    for (site_url, base) in [
        ("", "/"),
        ("site-url = \"https://a.org\"", "/"),
        ("site-url = \"https://a.org/hand/book/\"", "/hand/book/"),
    ] {
        let sandbox = Sandbox::new(&format!("-- book.toml\n[output.html]\n{site_url}\n"));
        let page = sandbox.page("404.html");
        assert!(page.contains(&format!("<base href=\"{base}\">")), "{page}");
        assert!(!sandbox.page("index.html").contains("<base"));
    }
}

#[test]
fn what_must_be_absolute_is_written_only_with_an_address() {
    let without = handbook("");
    assert_eq!(without.page("robots.txt"), "User-agent: *\nDisallow: /\n");
    let urls = pages(&without);
    assert!(!urls.iter().any(|url| url == "sitemap.xml" || url == "feed.xml"), "{urls:?}");
    assert!(!without.page("index.html").contains("rel=\"canonical\""));

    let with = handbook(
        "-- book.toml\n[output.html]\nsite-url = \"https://a.org/b\"\nindexable = true\n-- a b.md\n# A\n",
    );
    assert_eq!(
        with.page("robots.txt"),
        "User-agent: *\nAllow: /\nSitemap: https://a.org/b/sitemap.xml\n"
    );
    assert!(
        with.page("a b.html")
            .contains("<link rel=\"canonical\" href=\"https://a.org/b/a%20b.html\">")
    );
    assert!(with.page("feed.xml").contains(
        "<link rel=\"self\" type=\"application/atom+xml\" href=\"https://a.org/b/feed.xml\"/>"
    ));
    let sitemap = with.page("sitemap.xml");
    let listed: Vec<&str> =
        sitemap.split("<loc>").skip(1).map(|rest| rest.split("</loc>").next().unwrap()).collect();
    assert_eq!(
        listed,
        [
            "https://a.org/b/",
            "https://a.org/b/a%20b.html",
            "https://a.org/b/operations-and-care/",
            "https://a.org/b/people/",
            "https://a.org/b/status/",
        ]
    );
}

#[test]
fn a_long_section_lists_a_window_around_the_page() {
    let pages: String = (0..300).map(|n| format!("-- big/p{n:03}.md\n# Page {n:03}\n")).collect();
    let sandbox = Sandbox::new(&pages);
    for (number, above, below) in [(0, false, true), (150, true, true), (299, true, false)] {
        let url = format!("big/p{number:03}.html");
        let lines = menu(&sandbox, &url);
        let entries = lines.iter().filter(|line| line.starts_with("Page ")).count();
        assert!(entries <= 200, "{entries}");
        assert!(lines.contains(&format!("Page {number:03} → ../{url}")), "{lines:?}");
        let page = sandbox.page(&url);
        assert_eq!((page.contains("more above"), page.contains("more below")), (above, below));
    }
}

#[test]
fn more_than_fifty_sections_are_listed_by_a_window_around_the_open_one() {
    let sections = |count: usize| {
        let section =
            |n| format!("-- s{n:02}/index.md\n# Section {n:02}\n-- s{n:02}/a.md\n# Page {n:02}\n");
        Sandbox::new(&(0..count).map(section).collect::<String>())
    };
    let listed = |sandbox: &Sandbox, url: &str| -> Vec<String> {
        let lines = menu(sandbox, url).into_iter().filter(|line| line.starts_with("Section "));
        lines.map(|line| line[.."Section 00".len()].to_string()).collect()
    };
    assert_eq!(listed(&sections(50), "index.html").len(), 50);
    let sandbox = sections(80);
    let around = listed(&sandbox, "s40/a.html");
    assert!(around.len() < 50 && around.contains(&"Section 40".to_string()), "{around:?}");
    assert!(listed(&sandbox, "s79/a.html").contains(&"Section 79".to_string()));
    assert!(menu(&sandbox, "s40/a.html").iter().any(|line| line.starts_with("Page 40")));
}

#[test]
fn there_is_a_badge_for_the_whole_each_tier_area_and_gap_with_its_twin() {
    let sandbox = handbook("");
    sandbox.build();
    let badges: Vec<String> = sandbox
        .output()
        .into_keys()
        .filter_map(|url| Some(url.strip_prefix("badges/")?.to_string()))
        .collect();
    let names = [
        "area/operations-and-care",
        "area/people",
        "coverage",
        "gap/operations-and-care/backups",
        "gap/operations-and-care/restores",
        "gap/people/leave",
        "tier/critical",
        "tier/nice-to-have",
    ];
    let expected: Vec<String> =
        names.iter().flat_map(|name| [format!("{name}.json"), format!("{name}.svg")]).collect();
    assert_eq!(badges, expected);
}

#[test]
fn a_badge_has_the_colour_and_the_word_of_its_status() {
    let sandbox = handbook("-- operations-and-care/backups.md\nOnly words.\n");
    for (badge, color, message) in [
        ("gap/operations-and-care/restores", "#b3261e", "missing"),
        ("gap/operations-and-care/backups", "#8a4b08", "outline"),
        ("tier/critical", "#b3261e", "0 of 2 approved"),
        ("coverage", "#b3261e", "0 of 3 approved"),
    ] {
        let svg = sandbox.page(&format!("badges/{badge}.svg"));
        assert!(
            svg.contains(&format!("fill=\"{color}\""))
                && svg.contains(&format!(">{message}</text>")),
            "{svg}"
        );
        let json: serde_json::Value =
            serde_json::from_str(&sandbox.page(&format!("badges/{badge}.json"))).unwrap();
        assert_eq!(
            (json["color"].as_str(), json["message"].as_str()),
            (Some(color), Some(message))
        );
    }
}

#[test]
fn a_badge_says_what_it_rests_on() {
    let svg = handbook("").page("badges/gap/people/leave.svg");
    assert_eq!(between(&svg, "<desc>", "</desc>"), "No page closes this gap.");
    assert_eq!(between(&svg, "<title>", "</title>"), "Leave: missing");
}

#[test]
fn the_list_of_pages_names_what_people_wrote() {
    let sandbox = handbook(
        "-- book.toml
[owners.ops]
-- operations-and-care/backups.md
---
owner: ops
---
Only words.
-- about.md
# About us
",
    );
    let list: serde_json::Value = serde_json::from_str(&sandbox.page("api/pages.json")).unwrap();
    let rows: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|page| {
            format!("{} {} {} {}", page["title"], page["url"], page["owner"], page["status"])
        })
        .collect();
    assert_eq!(
        rows,
        [
            "\"About us\" \"about.html\" null null",
            "\"Backups\" \"operations-and-care/backups.html\" \"ops\" \"outline\"",
        ]
    );
}

#[test]
fn all_links_of_all_pages_lead_to_files_of_the_output() {
    let sandbox = handbook(
        "-- index.md
# Home
-- how to/deep/page.md
# Deep
![](../flow.svg) [x](../../operations-and-care/backups.md)
-- how to/flow.svg
<svg/>
-- operations-and-care/backups/index.md
Words [r](restores.csv) [d](../../how%20to/deep/page.md#deep).
-- operations-and-care/backups/restores.csv
a,b
-- people/extra/more.md
---
gap: people/leave
aliases: [old/place.html]
---
# More
",
    );
    sandbox.build();
    let output = sandbox.output();
    let mut broken = Vec::new();
    for (url, page) in output.iter().filter(|(url, _)| url.ends_with(".html")) {
        for attribute in ["href=\"", "src=\""] {
            for value in page.split(attribute).skip(1) {
                let value = value.split('"').next().unwrap();
                let path = value.split(['?', '#']).next().unwrap();
                if path.is_empty() || path == "/" {
                    continue;
                }
                let folder = url.rsplit_once('/').map_or("", |(folder, _)| folder);
                let target = lacuna::base::SitePath::new(&format!("{folder}/{path}"))
                    .and_then(|path| lacuna::base::percent_decode(path.as_str()));
                if !target.is_some_and(|target| output.contains_key(&target)) {
                    broken.push(format!("{url}: {value}"));
                }
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

/// Titles that would do harm where they are not escaped.
const HOSTILE: &[(&str, &str)] = &[
    ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    ("A \"quoted\" & 'single' title", "A &quot;quoted&quot; &amp; &#39;single&#39; title"),
    ("]]> --> </title> {{ x }} {% y %}", "]]&gt; --&gt; &lt;/title&gt; {{ x }} {% y %}"),
    ("Plan 🎉 完", "Plan 🎉 完"),
    ("نسخ احتياطي", "نسخ احتياطي"),
];

#[test]
fn text_is_escaped_wherever_it_lands() {
    for (title, escaped) in HOSTILE {
        let yaml = serde_json::to_string(title).unwrap();
        let sandbox = Sandbox::new(&format!(
            "-- book.toml
[book]
title = {yaml}
description = {yaml}
[output.html]
site-url = \"https://a.org\"
[owners.x]
name = {yaml}
-- checklist.md
## Tier
### Area
- **Gap** {{#gap}}: It is {title}
-- index.md
---
title: {yaml}
description: {yaml}
---
Text.
-- area/gap.md
---
title: {yaml}
description: {yaml}
tags: [{yaml}]
owner: x
aliases: [old.html]
---
Text.
-- waivers.yaml
- gap: area/gap
  kind: accepted-risk
  reason: {yaml}
  requested_by: ann
  approved_by: {yaml}
  approved_on: 2026-11-01
  expires: 2027-05-01
"
        ));
        sandbox.build();
        let output = sandbox.output();
        let page = &output["area/gap.html"];
        assert_eq!(decoded(between(page, "<h1>", "</h1>")), *title);
        assert!(
            between(page, "<title>", "</title>").starts_with(&escape_variants(page, escaped)),
            "{page}"
        );
        assert_eq!(decoded(between(page, "name=\"description\" content=\"", "\"")), *title);
        for (url, text) in &output {
            // In a calendar it is text, and nothing else.
            if url.starts_with("assets/") || url.ends_with(".ics") {
                continue;
            }
            match url.ends_with(".json") {
                true => drop(serde_json::from_str::<serde_json::Value>(text).expect(url)),
                false => assert!(!text.contains("<script>alert"), "{url}"),
            }
        }
        let status: serde_json::Value = serde_json::from_str(&output["api/status.json"]).unwrap();
        assert_eq!(status["title"], *title);
        let svg = &output["badges/gap/area/gap.svg"];
        assert!(
            decoded(between(svg, "<desc>", "</desc>")).starts_with(title.trim_end_matches('.')),
            "{svg}"
        );
        let feed = &output["feed.xml"];
        assert_eq!(decoded(between(feed, "<title>", "</title>")), *title);
        assert_eq!(decoded(between(&output["old.html"], "<h1>", "</h1>")), *title);
    }
}

/// Text as it was before it was escaped, however that was done.
fn decoded(html: &str) -> String {
    assert!(!html.contains('<'), "{html}");
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&#x2F;", "/")
        .replace("&amp;", "&")
}

/// The template language escapes some more characters than are needed.
fn escape_variants(page: &str, escaped: &str) -> String {
    let title = between(page, "<title>", "</title>");
    if title.contains("&#x27;") || title.contains("&#x2F;") {
        return escaped.replace("&#39;", "&#x27;").replace('/', "&#x2F;");
    }
    escaped.to_string()
}

#[test]
fn generated_text_of_a_hostile_checklist_stays_text() {
    let sandbox = Sandbox::new(
        "
        -- checklist.md
        ## <b>Tier</b>
        ### <img src=x onerror=alert(1)>
        - **<script>x</script>** {#gap}: <i>all</i> of \"it\" & more
        ",
    );
    sandbox.build();
    for (url, text) in sandbox.output() {
        for tag in ["<b>Tier", "<img src=x", "<script>x", "<i>all"] {
            assert!(
                url.starts_with("assets/") || url.ends_with(".json") || !text.contains(tag),
                "{url} has {tag}"
            );
        }
    }
}

#[test]
fn a_right_to_left_language_is_told_to_browsers() {
    let page = Sandbox::new("-- book.toml\n[book]\nlanguage = \"ar\"\n").page("index.html");
    assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">"), "{page}");
}

#[test]
fn own_style_sheets_and_scripts_are_copied_and_linked() {
    let sandbox = Sandbox::new(
        "
        -- book.toml
        [output.html]
        additional-css = [\"themes/own.css\"]
        additional-js = [\"themes/own.js\"]
        -- themes/own.css
        a {}
        -- themes/own.js
        b();
        -- a/b.md
        # B
        ",
    );
    let page = sandbox.page("a/b.html");
    assert!(page.contains("<link rel=\"stylesheet\" href=\"../themes/own.css\">"), "{page}");
    assert!(page.contains("<script src=\"../themes/own.js\" defer></script>"), "{page}");
    assert_eq!(sandbox.page("themes/own.js"), "b();\n");
}

#[test]
fn a_book_without_a_checklist_has_no_status() {
    let sandbox = Sandbox::new("-- index.md\n# Home\n");
    let urls: Vec<String> = {
        sandbox.build();
        sandbox.output().into_keys().collect()
    };
    assert!(!urls.iter().any(|url| url.contains("status") || url.contains("badges")), "{urls:?}");
    assert!(!sandbox.page("index.html").contains("status/index.html"));
}

#[test]
fn the_edit_link_names_the_file() {
    let sandbox = Sandbox::new(
        "-- book.toml\n[output.html]\nedit-url-template = \"https://a.org/edit/{path}\"\n-- a b/c.md\n# C\n",
    );
    assert!(
        sandbox
            .page("a b/c.html")
            .contains("<a href=\"https://a.org/edit/content/a%20b/c.md\">Edit this page</a>")
    );
}

#[test]
fn an_index_bound_to_no_gap_introduces_its_area() {
    let sandbox = handbook("-- people/index.md\nAll about people.\n");
    let page = sandbox.page("people/index.html");
    assert!(page.contains("<h1>People</h1>") && page.contains("All about people."), "{page}");
    assert!(page.contains("<h2 id=\"gaps\">In this area</h2>"), "{page}");
}

#[test]
fn two_pages_for_one_gap_by_path_are_a_collision() {
    check_findings(
        &format!("{CHECKLIST}-- people/leave.md\nA\n-- people/leave/index.md\nB\n"),
        &[
            "content/people/leave/index.md:1:1: error[S001]: `people/leave.html` is taken by `content/people/leave.md`, so this file isn't published",
        ],
    );
}
