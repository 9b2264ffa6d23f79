//! The files that the search is made of: what a browser finds in them.

use std::collections::{BTreeMap, BTreeSet};

use lacuna::search::volume_of;
use serde_json::Value;

use super::support::{Sandbox, check_findings};

/// All that the files of the search hand over, by key.
fn files(output: &BTreeMap<String, String>) -> BTreeMap<String, Value> {
    let scripts = output.iter().filter(|(url, _)| url.starts_with("search/"));
    let calls = scripts.flat_map(|(_, script)| script.lines());
    let read = |line: &str| {
        let inside = line.strip_prefix("lacunaSearch(").unwrap().strip_suffix(");").unwrap();
        let pair: Vec<Value> = serde_json::from_str(&format!("[{inside}]")).unwrap();
        (pair[0].as_str().unwrap().to_string(), pair[1].clone())
    };
    calls.map(read).collect()
}

/// The lists of a word and its neighbours, and the key of their file, as the client finds them.
fn lists_of<'a>(files: &'a BTreeMap<String, Value>, word: &str) -> Option<(String, &'a Value)> {
    let volume = volume_of(word);
    if !files["index"]["volumes"].as_array().unwrap().contains(&volume.into()) {
        return None;
    }
    let top = format!("w-{volume}");
    if let Some(words) = files[&top].get("words") {
        return Some((top, words));
    }
    let mut tree = &files[&top]["tree"];
    let mut start = String::new();
    for letter in word.chars() {
        let next = format!("{start}{letter}");
        if tree.get(&next).is_some_and(Value::is_null) {
            tree = &files[&format!("{top}/d-{next}")]["tree"];
        }
        if tree.get(&next).is_some() {
            start = next;
            continue;
        }
        let letters = tree[&start].as_str().unwrap();
        let at = letters.chars().rfind(|known| *known <= letter)?;
        let key = format!("{top}/{start}{at}");
        return Some((key.clone(), &files[&key]));
    }
    let key = format!("{top}/{word}*");
    Some((key.clone(), &files[&key]))
}

/// The URLs of the pages that a word leads to, those first that it says most about.
fn found(output: &BTreeMap<String, String>, word: &str) -> Vec<String> {
    let files = files(output);
    let directory = &files["index"];
    let length = usize::try_from(directory["id"].as_u64().unwrap()).unwrap();
    let Some((_, lists)) = lists_of(&files, word) else { return Vec::new() };
    let Some(list) = lists.get(word) else { return Vec::new() };
    let groups = list.as_str().unwrap().split(' ').filter(|group| !group.starts_with('='));
    let ids = groups.flat_map(|group| group.as_bytes()[1..].chunks(length));
    let url = |id: &[u8]| {
        let (folder, name) = std::str::from_utf8(id).unwrap().split_at(2);
        files[&format!("{folder}/{name}")][0].as_str().unwrap().to_string()
    };
    let mut urls: Vec<String> = ids.map(url).collect();
    urls.dedup();
    urls
}

#[track_caller]
fn check_found(fixture: &str, word: &str, expected: &[&str]) {
    let sandbox = Sandbox::new(fixture);
    sandbox.build();
    assert_eq!(found(&sandbox.output(), word), expected);
}

/// A book that is too large for one file: `pages` pages of `length` words, each with some words
/// of its own.
fn large(pages: usize, length: usize) -> Sandbox {
    let sandbox = Sandbox::new("-- index.md\n# Home\n");
    for page in 0..pages {
        let word = |number: usize| format!("w{} common{number}", (page * 31 + number * 7) % 997);
        let text: Vec<String> = (0..length).map(word).collect();
        let text = text.join(" ");
        sandbox.write(
            &format!("content/p{page}.md"),
            &format!("# Page {page}\n\n## Part\n\n{text} finally\n"),
        );
    }
    sandbox
}

#[test]
fn a_title_counts_more_than_a_heading_and_that_more_than_text() {
    check_found(
        "
        -- a.md
        # One
        Of backups and other things.
        -- b.md
        # Two
        ## Backups
        Other things.
        -- c.md
        # Backups
        Other things.
        ",
        "backups",
        &["c.html", "b.html", "a.html"],
    );
}

#[test]
fn a_short_text_counts_more_than_a_long_one() {
    let long = "Filler words stand here. ".repeat(60);
    check_found(
        &format!("-- a.md\n# A\nA key. {long}\n-- b.md\n# B\nA key.\n"),
        "key",
        &["b.html", "a.html"],
    );
}

#[test]
fn code_tables_and_alternative_texts_are_found_and_html_is_not() {
    let fixture = "
        -- a.md
        # A
        ```sh
        pg_dump --compress
        ```

        | Column |
        |---|
        | cell |

        ![picture](a.png) <span class=\"hidden\">inline</span>
        -- a.png
        ";
    for word in ["dump", "compress", "cell", "picture", "inline"] {
        check_found(fixture, word, &["a.html"]);
    }
    check_found(fixture, "hidden", &[]);
}

#[test]
fn a_missing_gap_is_found_as_missing() {
    let sandbox = Sandbox::new(
        "
        -- checklist.md
        # List
        ## Critical
        ### Operations
        - **Backups**: Nobody knows how to restore
        ",
    );
    sandbox.build();
    let output = sandbox.output();
    assert_eq!(found(&output, "restore"), ["operations/backups.html"]);
    let files = files(&output);
    let page = files.values().find(|file| file[0] == "operations/backups.html").unwrap();
    assert_eq!(page[3], "missing");
    let statuses = &files["index"]["statuses"];
    assert_eq!(statuses[0][0], "missing");
    assert_eq!(files["s-missing"].as_str().unwrap().len(), 5);
}

#[test]
fn a_small_site_gets_one_file() {
    let sandbox = Sandbox::new("-- index.md\n# Home\nWords.\n");
    sandbox.build();
    let output = sandbox.output();
    let urls: Vec<&String> = output.keys().filter(|url| url.starts_with("search/")).collect();
    assert_eq!(urls, ["search/index.js"]);
}

#[test]
fn every_word_of_a_large_site_is_found_in_a_file_of_bounded_size() {
    let sandbox = large(40, 300);
    sandbox.build();
    let output = sandbox.output();
    let files = files(&output);
    let mut words = BTreeSet::new();
    for (key, file) in files.iter().filter(|(key, _)| key.starts_with("w-")) {
        let lists = file.get("words").unwrap_or(file);
        let is_word = |word: &&String| !word.ends_with('*') && *word != "tree";
        for word in lists.as_object().unwrap().keys().filter(is_word) {
            let (found, lists) = lists_of(&files, word).unwrap();
            assert_eq!((&found, lists.get(word).is_some()), (key, true), "{word}");
            words.insert(word.clone());
        }
    }
    assert!(words.len() > 700, "{}", words.len());
    let longest = output.iter().filter(|(url, _)| url.starts_with("search/"));
    let longest = longest.map(|(url, script)| (script.len(), url)).max().unwrap();
    assert!(longest.0 < 7_000, "{longest:?}");
}

/// What a build after a change writes for the search; the output is that of a cold build.
#[track_caller]
fn check_changed(change: impl Fn(&Sandbox)) -> Vec<String> {
    let sandbox = large(40, 300);
    sandbox.build();
    let before = sandbox.output();
    change(&sandbox);
    sandbox.build();
    let after = sandbox.output();
    let cold = large(40, 300);
    change(&cold);
    cold.build();
    assert!(after == cold.output(), "the output differs from that of a cold build");
    let ours = after.iter().filter(|(url, _)| url.starts_with("search/"));
    let changed = ours.filter(|(url, script)| before.get(*url) != Some(*script));
    changed.map(|(url, _)| url.clone()).collect()
}

#[test]
fn an_edit_rewrites_the_files_of_its_words_only() {
    let changed = check_changed(|sandbox| {
        sandbox.edit("content/p7.md", "finally", "finally finale");
    });
    let kinds = |start: &str| changed.iter().filter(|url| url.starts_with(start)).count();
    // What is shown of the page, the new word, and the lists of words that may be misspelt.
    assert_eq!(kinds("search/w-"), 1, "{changed:?}");
    assert_eq!(changed.len(), 4, "{changed:?}");
}

#[test]
fn whatever_changes_the_search_is_that_of_a_cold_build() {
    check_changed(|sandbox| sandbox.remove("content/p3.md"));
    check_changed(|sandbox| sandbox.write("content/new.md", "# New\n\ncommon1 and other words\n"));
    check_changed(|sandbox| sandbox.edit("content/p5.md", "# Page 5", "# Leaf 5"));
    check_changed(|sandbox| sandbox.edit("content/p6.md", "common", "special"));
    check_changed(|sandbox| {
        sandbox.write("content/p8.md", &format!("# 8\n\n{}", "many words. ".repeat(9_000)));
    });
}

#[test]
fn a_damaged_volume_in_the_cache_is_as_none() {
    let sandbox = large(40, 300);
    sandbox.build();
    let before = sandbox.output();
    for number in 0..64 {
        sandbox.write(&format!(".lacuna/words-{number:02}"), "damaged");
    }
    for url in before.keys().filter(|url| url.starts_with("search/w-")) {
        sandbox.remove(&format!("book/{url}"));
    }
    sandbox.build();
    assert!(sandbox.output() == before);
    sandbox.edit("content/p7.md", "finally", "finally finale");
    sandbox.build();
    assert_eq!(found(&sandbox.output(), "finale"), ["p7.html"]);
}

#[test]
fn a_word_in_very_many_pages_has_a_list_of_bounded_length() {
    let sandbox = large(500, 20);
    sandbox.build();
    let output = sandbox.output();
    let files = files(&output);
    let (_, lists) = lists_of(&files, "page").unwrap();
    assert!(lists["page"].as_str().unwrap().starts_with("=500 "), "{lists}");
    assert_eq!(found(&output, "page").len(), 300);
}

#[test]
fn the_search_can_be_left_out() {
    let sandbox =
        Sandbox::new("-- book.toml\n[output.html.search]\nenable = false\n-- index.md\n# Home\n");
    let page = sandbox.page("index.html");
    assert!(!page.contains("data-search"), "{page}");
    assert!(!sandbox.output().keys().any(|url| url.contains("search")));
}

#[test]
fn the_keys_can_be_left_out() {
    let book = "-- book.toml\n[output.html.search]\nkeys = false\n-- index.md\n# Home\n";
    let page = Sandbox::new(book).page("index.html");
    assert!(page.contains("data-search") && !page.contains("aria-keyshortcuts"), "{page}");
}

#[test]
fn a_file_in_the_place_of_the_search_is_reported() {
    check_findings(
        "
        -- index.md
        # Home
        -- search/w-a.js
        mine
        ",
        &[
            "content/search/w-a.js:1:1: error[S001]: `search/w-a.js` is taken by a file that Lacuna makes, so this one isn't published",
        ],
    );
}

#[test]
fn a_page_that_grows_by_a_part_is_found_by_its_title_there_too() {
    let long = format!("# Quagga\n\n{}", "Stripes are seen again.\n\n".repeat(200));
    let grown = Sandbox::new("-- index.md\n# Home\n-- quagga.md\n# Quagga\nStripes.\n");
    grown.build();
    grown.write("content/quagga.md", &long);
    grown.build();
    let fresh = Sandbox::new("-- index.md\n# Home\n");
    fresh.write("content/quagga.md", &long);
    fresh.build();
    assert_eq!(grown.output()["search/index.js"], fresh.output()["search/index.js"]);
}
