//! What `lacuna check` writes for programs. Whether SARIF and JSON are valid by their schemas is
//! looked at in `tests/formats`.

use std::path::Path;

use lacuna::diag::{Format, all, print};

use super::support::{Sandbox, parse_fixture};

/// Checks what the findings of a book give in a format.
#[track_caller]
fn check_format(fixture: &str, format: Format, expected: &str) {
    let sandbox = Sandbox::with_files(&parse_fixture(fixture));
    assert_eq!(sandbox.findings_as(format), expected);
}

#[test]
fn annotations_of_github_escape_what_would_end_them() {
    check_format(
        "-- a, b.md\nA [50%: x](y%25.md)\n",
        Format::Github { prefix: "docs/" },
        "::error file=docs/content/a%2C b.md,line=1,endLine=1,col=3,endColumn=20,\
         title=L001 broken-link::no page at `y%2525.md`%0A\
         help: write the path of a `.md` file, relative to this one\n",
    );
}

#[test]
fn an_annotation_of_a_whole_file_has_no_columns() {
    check_format(
        "-- a.md\nA\n-- robots.txt\nB\n",
        Format::Github { prefix: "" },
        "::error file=content/robots.txt,line=1,endLine=1,title=S001 url-collision::`robots.txt` \
         is taken by a file that Lacuna makes, so this one isn't published%0Ahelp: rename it\n",
    );
}

#[test]
fn junit_escapes_its_text_and_skips_what_does_not_fail() {
    let book = "-- page.md\n[x](a&b.md)\n\n![x](https://a.org/y.png)\n";
    let loose = Sandbox::new(book).findings_as(Format::Junit { strict: false });
    assert!(loose.contains("tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\""), "{loose}");
    assert!(loose.contains("message=\"no page at `a&amp;b.md`\""), "{loose}");
    let strict = Sandbox::new(book).findings_as(Format::Junit { strict: true });
    assert!(strict.contains("failures=\"2\" errors=\"0\" skipped=\"0\""), "{strict}");
}

#[test]
fn a_clean_book_is_one_test_that_passed() {
    let report = Sandbox::new("-- a.md\n# A\n").findings_as(Format::Junit { strict: true });
    assert!(report.contains("tests=\"1\" failures=\"0\""), "{report}");
}

#[test]
fn sarif_names_each_broken_rule_once() {
    let book = "-- page.md\n[x](a.md)\n\n[y](b.md)\n";
    let log = Sandbox::new(book).findings_as(Format::Sarif { prefix: "docs/" });
    let log: serde_json::Value = serde_json::from_str(&log).unwrap();
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"].as_array().unwrap().len(), 1);
    let result = &run["results"][1];
    assert_eq!(result["ruleId"], "L001");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "docs/content/page.md");
    assert_eq!(place["region"]["startLine"], 3);
}

#[test]
fn a_finding_that_has_moved_keeps_its_fingerprint() {
    let print = |book: &str| {
        let log = Sandbox::new(book).findings_as(Format::Sarif { prefix: "" });
        let log: serde_json::Value = serde_json::from_str(&log).unwrap();
        log["runs"][0]["results"][0]["partialFingerprints"].clone()
    };
    assert_eq!(print("-- a.md\n[x](b.md)\n"), print("-- a.md\n# A\n\nText. [x](b.md)\n"));
    assert_ne!(print("-- a.md\n[x](b.md)\n"), print("-- a.md\n[x](c.md)\n"));
}

#[test]
fn the_page_of_rules_is_that_of_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let written = std::fs::read_to_string(path).unwrap();
    assert!(
        written == all(),
        "docs/rules.md is old: cargo run -- explain --format md >docs/rules.md"
    );
}

#[test]
fn nothing_is_printed_of_no_findings_but_by_formats_with_a_frame() {
    let empty = |format| print(&[], format, &|_| None);
    for format in [Format::Short, Format::Json, Format::Github { prefix: "" }] {
        assert_eq!(empty(format), "");
    }
    assert!(empty(Format::Sarif { prefix: "" }).contains("\"results\": []"));
}
