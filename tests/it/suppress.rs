//! Suppressions in place, and baselines.

use lacuna::diag::{Baseline, Diagnostic, Span};

use super::support::{Sandbox, check_findings};
use lacuna::base::SitePath;

#[test]
fn a_comment_alone_on_its_line_covers_the_block_after_it() {
    check_findings(
        "
        -- page.md
        <!-- lacuna-ignore broken-link: written next week -->

        See [x](x.md)
        and [y](y.md).

        And [z](z.md).
        ",
        &["content/page.md:6:5: error[L001]: no page at `z.md`"],
    );
}

#[test]
fn a_comment_behind_text_covers_its_line() {
    check_findings(
        "
        -- page.md
        See [x](x.md) <!-- lacuna-ignore L001: by code, too -->
        and [y](y.md).
        ",
        &["content/page.md:2:5: error[L001]: no page at `y.md`"],
    );
}

#[test]
fn a_comment_may_name_several_rules_or_cover_the_file() {
    check_findings(
        "
        -- page.md
        # A

        ![x](https://a.org/x.png) [y](y.md) <!-- lacuna-ignore remote-image, broken-link: why -->

        <!-- lacuna-ignore-file broken-anchor: made by a script -->

        [z](#z)
        ",
        &[],
    );
}

#[test]
fn only_the_named_rule_is_suppressed() {
    check_findings(
        "
        -- page.md
        [x](x.md) [y](#y) <!-- lacuna-ignore broken-link: soon -->
        ",
        &["content/page.md:1:11: error[L002]: this page has no id `y`"],
    );
}

#[test]
fn yaml_has_a_form_of_its_own() {
    check_findings(
        "
        -- page.md
        ---
        owner: ops # lacuna-ignore unknown-owner: moves to the new team in May
        ---
        -- page.reviews.yaml
        # lacuna-ignore bad-review: kept as it was imported
        - by: ann
          on: 2026-11-01
          verdict: aproved

        - by: ann
          on: 2026-11-01
          verdict: refused
        ",
        &["content/page.reviews.yaml:6:3: error[R001]: `verdict` can't be `refused`"],
    );
}

#[test]
fn a_suppression_in_code_is_text() {
    check_findings(
        "
        -- page.md
        Write `<!-- lacuna-ignore broken-link: why -->`.

        ```html
        <!-- lacuna-ignore broken-link: why -->
        ```
        ",
        &[],
    );
}

#[test]
fn a_suppression_without_reason_or_with_an_unknown_rule_suppresses_nothing() {
    check_findings(
        "
        -- a.md
        [x](x.md) <!-- lacuna-ignore broken-link: -->
        -- b.md
        [x](x.md) <!-- lacuna-ignore broken-lnk: soon -->
        ",
        &[
            "content/a.md:1:1: error[L001]: no page at `x.md`",
            "content/a.md:1:11: error[X001]: this suppression gives no reason",
            "content/b.md:1:1: error[L001]: no page at `x.md`",
            "content/b.md:1:11: error[X001]: there is no rule `broken-lnk` to suppress",
        ],
    );
}

#[test]
fn a_suppressed_error_still_counts_for_the_status() {
    let words = "word ".repeat(200);
    let book = |text: &str| {
        format!(
            "-- checklist.md\n## T\n### A\n- **B**: c\n-- a/b.md\n---\nkind: concept\n---\n# B\n\n## At a glance\n\n{text} {words}\n"
        )
    };
    let gap = Sandbox::new(&book("[x](x.md) <!-- lacuna-ignore broken-link: soon -->")).gap("a/b");
    let failed = gap["evidence"].as_array().unwrap().iter().any(|row| row["rule"] == "no-errors");
    assert!(failed, "{gap}");
}

fn finding(path: &str, start: usize, message: &str) -> Diagnostic {
    let path = SitePath::new(path).unwrap();
    Diagnostic::new("L001", Some(Span::new(&path, start..start + 1)), message)
}

/// Which of some findings are new, by their messages, and how many of the baseline are gone.
#[track_caller]
fn check_baseline(known: &[Diagnostic], found: &[Diagnostic], new: &[&str], gone: usize) {
    let baseline = Baseline::read(&Baseline::of(known).text()).unwrap();
    let mut found = found.to_vec();
    assert_eq!(baseline.mark(&mut found), gone);
    let left: Vec<&str> =
        found.iter().filter(|f| f.fails(false)).map(|f| f.message.as_str()).collect();
    assert_eq!(left, new);
}

#[test]
fn a_known_finding_may_move() {
    check_baseline(&[finding("a.md", 3, "x")], &[finding("a.md", 90, "x")], &[], 0);
}

#[test]
fn of_equal_findings_only_as_many_as_were_known_are() {
    let (one, two) = (finding("a.md", 3, "x"), finding("a.md", 9, "x"));
    check_baseline(std::slice::from_ref(&one), &[one.clone(), two], &["x"], 0);
}

#[test]
fn a_finding_of_another_file_or_text_is_new() {
    let found = [finding("b.md", 3, "x"), finding("a.md", 3, "y")];
    check_baseline(&[finding("a.md", 3, "x")], &found, &["x", "y"], 1);
}

#[test]
fn a_file_of_another_form_is_refused() {
    for text in ["", "{}", "[]", r#"{"version":2,"findings":[]}"#] {
        assert!(Baseline::read(text).is_err(), "{text}");
    }
}
