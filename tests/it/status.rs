//! Which status a gap has, by what its page, its reviews and waivers say.

use serde_json::Value;

use super::repository::{GAP, PAGE, SECTIONS, full_page};
use super::support::Sandbox;

const CHECKLIST: &str = "-- checklist.md
# List

## Critical

### Operations

- **Backups**: Nobody knows how.
- **Restores**: Nor this.

## Minor

### People

- **Leave**: Nobody says who is away.
";

/// So many words.
fn words(count: usize) -> String {
    vec!["word"; count].join(" ")
}

/// The full page with front matter.
fn full(front: &str) -> String {
    let front =
        if front.is_empty() { String::new() } else { format!("---\n{}\n---\n", front.trim()) };
    front + &full_page("Backups")
}

/// A book with the checklist, settings and the page of the gap.
fn book(settings: &str, page: &str) -> Sandbox {
    Sandbox::new(&format!(
        "-- book.toml\n{settings}\n{CHECKLIST}-- operations/backups.md\n{page}\n"
    ))
}

/// Writes a review of the page as it stands, by `ann`; the text's author is `bea`.
fn approve(sandbox: &Sandbox, page: &str, on: &str) {
    review(sandbox, page, &format!("by: ann\n  on: {on}\n  verdict: approved\n  author: bea"));
}

fn review(sandbox: &Sandbox, page: &str, record: &str) {
    let digest = sandbox.digest(page);
    let path = page.replace(".md", ".reviews.yaml");
    sandbox.write(&path, &format!("- {record}\n  digest: {digest}\n"));
}

/// Status and flags of the gap, the status first: `complete, due-soon`.
fn standing(sandbox: &Sandbox) -> String {
    standing_of(&sandbox.gap(GAP))
}

fn standing_of(gap: &Value) -> String {
    let flags = gap["flags"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap());
    // In memory there is no history.
    let flags = flags.filter(|flag| !matches!(*flag, "unowned" | "history-unknown"));
    std::iter::once(gap["status"].as_str().unwrap()).chain(flags).collect::<Vec<_>>().join(", ")
}

#[track_caller]
fn check_page(page: &str, expected: &str) {
    assert_eq!(standing(&book("", page)), expected, "{page}");
}

/// Each finding that failed: rule, path and line, detail.
fn failures(sandbox: &Sandbox) -> Vec<String> {
    let gap = sandbox.gap(GAP);
    let rows = gap["evidence"].as_array().unwrap().clone();
    let failed = rows.iter().filter(|row| row["outcome"] == "fails");
    failed
        .map(|row| {
            let line = row["line"].as_u64().map_or(String::new(), |line| format!(":{line}"));
            let path = row["path"].as_str().unwrap_or("-");
            format!(
                "{} {path}{line} {}",
                row["rule"].as_str().unwrap(),
                row["detail"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn a_gap_without_words_is_missing() {
    assert_eq!(standing(&Sandbox::new(CHECKLIST)), "missing");
    for page in [
        "",
        "# Backups\n",
        "# Backups\n\n## At a glance\n\n### More\n",
        "# Backups\n\n## At a glance\n\nTODO: write it.\n",
        "# Backups\n\n```sql\nselect 1 from words that are code;\n```\n",
        "# Backups\n\n<!-- words in a comment are for nobody -->\n",
    ] {
        check_page(page, "missing");
    }
}

#[test]
fn a_full_page_that_nobody_was_asked_to_review_is_a_draft() {
    check_page(&full(""), "draft");
}

#[test]
fn a_page_is_an_outline_while_a_section_is_absent_or_empty() {
    for replacement in [
        "",
        "## References\n",
        "## References\n\n### Books\n",
        "## References\n\n<!-- to come -->\n",
        "## Further reading\n\nword\n",
        "### References\n\nword\n",
    ] {
        let page = full("").replace(&format!("## References\n\n{}\n", words(25)), replacement);
        check_page(&page, "outline");
    }
}

#[test]
fn a_section_may_hold_anything_that_readers_see() {
    for content in [
        "- one\n",
        "| a |\n|---|\n| b |\n",
        "```text\ncode\n```\n",
        "![flow](https://a.org/x.png)\n",
        "> quoted\n",
        "### Deeper\n\nword\n",
        "<table><tr><td>x</td></tr></table>\n",
    ] {
        let page = full("").replace(
            &format!("## References\n\n{}\n", words(25)),
            &format!("## References\n\n{content}"),
        );
        check_page(&page, "draft");
    }
}

#[test]
fn a_section_is_found_whatever_its_case_and_by_either_name() {
    check_page(&full("").replace("## Example", "## TEMPLATE"), "draft");
    check_page(&full("").replace("## Example", "## Sample"), "outline");
}

#[test]
fn a_page_is_an_outline_while_a_placeholder_is_left() {
    for placeholder in [
        "TODO: say it",
        "TBD: say it",
        "TBC: say it",
        "FIXME: say it",
        "- TODO: say it",
        "1. **TODO:** say it",
        "> TODO: say it",
        "| a |\n|---|\n| TBD: x |",
        "Name the standards this rests on, by number and section.",
        "Give the rules with figures and defaults, and the reason for each that isn't obvious.",
        "Say for each step what to do when its result isn't the expected one.",
        "Say what belongs here.",
    ] {
        check_page(&format!("{}\n{placeholder}\n", full("")), "outline");
    }
}

#[test]
fn what_only_looks_like_a_placeholder_is_none() {
    for text in [
        "Write `TODO:` before it",
        "The TODO: of today",
        "Todo: lists are lists",
        "TODO list",
        "```text\nTODO: x\n```",
        "    TODO: x",
    ] {
        check_page(&format!("{}\n{text}\n", full("")), "draft");
    }
}

#[test]
fn a_page_of_fewer_than_150_words_is_an_outline() {
    let sections = |first: usize| {
        let section = |(index, title): (usize, &&str)| {
            format!("\n## {title}\n\n{}\n", words(if index == 0 { first } else { 20 }))
        };
        format!("# Backups\n{}", SECTIONS.iter().enumerate().map(section).collect::<String>())
    };
    check_page(&sections(29), "outline");
    check_page(&sections(30), "draft");
}

#[test]
fn words_in_tables_and_lists_count_and_those_of_headings_and_code_do_not() {
    let short = full("").replace(&words(25), &words(20));
    for (more, expected) in [
        (format!("| {} |\n|---|\n| {} |\n", words(5), words(5)), "draft"),
        (format!("- {}\n- {}\n", words(5), words(5)), "draft"),
        (format!("> {}\n", words(10)), "draft"),
        (format!("### {}\n", words(10)), "outline"),
        (format!("```text\n{}\n```\n", words(10)), "outline"),
        (format!("TODO: {}\n", words(10)), "outline"),
    ] {
        check_page(&format!("{short}\n{more}"), expected);
    }
}

#[test]
fn characters_of_scripts_without_spaces_count_as_words() {
    check_page(&full("").replace(&words(25), &"文".repeat(25)), "draft");
}

#[test]
fn a_page_that_says_it_is_a_draft_is_one() {
    let sandbox = book("", &full("draft: true"));
    approve(&sandbox, PAGE, "2026-11-20");
    assert_eq!(standing(&sandbox), "draft");
}

#[test]
fn a_page_with_an_error_is_a_draft_though_review_was_requested() {
    let sandbox = book("", &format!("{}\n[x](gone.md)\n", full("")));
    review(&sandbox, PAGE, "by: ann\n  on: 2026-11-20\n  verdict: requested");
    assert_eq!(standing(&sandbox), "draft");
    assert_eq!(
        failures(&sandbox),
        [format!("no-errors {PAGE}:31 It has a finding: no page at gone.md.")]
    );
}

#[test]
fn an_error_in_an_included_file_counts_for_the_page() {
    let sandbox = book("", &format!("{}\n{{{{#include part.txt}}}}\n", full("")));
    sandbox.write("content/operations/part.txt", "[x](gone.md)\n");
    review(&sandbox, PAGE, "by: ann\n  on: 2026-11-20\n  verdict: requested");
    assert_eq!(standing(&sandbox), "draft");
}

#[test]
fn a_warning_does_not_count_and_a_rule_that_is_off_neither() {
    for level in ["warning", "off"] {
        let settings = format!("[rules]\nbroken-link = \"{level}\"");
        let sandbox = book(&settings, &format!("{}\n[x](gone.md)\n", full("")));
        review(&sandbox, PAGE, "by: ann\n  on: 2026-11-20\n  verdict: requested");
        assert_eq!(standing(&sandbox), "in-review", "{level}");
    }
}

#[test]
fn an_error_in_an_approved_text_is_a_flag() {
    let sandbox = book("", &format!("{}\n[x](gone.md)\n", full("")));
    approve(&sandbox, PAGE, "2026-11-20");
    assert_eq!(standing(&sandbox), "complete, broken");
}

#[test]
fn a_review_decides_the_status_of_a_full_page() {
    for (record, expected) in [
        ("by: ann\n  on: 2026-11-20\n  verdict: requested", "in-review"),
        ("by: ann\n  on: 2026-11-20\n  verdict: changes-requested", "in-review"),
        ("by: ann\n  on: 2026-11-20\n  verdict: approved\n  author: bea", "complete"),
        (
            "by: ann\n  on: 2026-11-20\n  verdict: approved\n  author: ann",
            "in-review, self-reviewed",
        ),
        ("by: ann\n  on: 2026-11-20\n  verdict: approved", "in-review, self-reviewed"),
        (
            "by: ann\n  on: 2026-11-20\n  verdict: approved\n  author: bea\n  on_behalf: cat",
            "in-review, review-unattested",
        ),
        ("by: ann\n  on: 2024-11-20\n  verdict: approved\n  author: bea", "stale"),
    ] {
        let sandbox = book("", &full(""));
        review(&sandbox, PAGE, record);
        assert_eq!(standing(&sandbox), expected, "{record}");
    }
}

#[test]
fn authors_may_approve_their_own_text_where_the_book_allows_it() {
    let sandbox = book("[review]\nsolo = true", &full(""));
    review(&sandbox, PAGE, "by: ann\n  on: 2026-11-20\n  verdict: approved\n  author: ann");
    assert_eq!(standing(&sandbox), "complete");
}

#[test]
fn an_approval_is_bound_to_what_the_text_says() {
    for (old, new, expected) in [
        ("word word", "word other", "in-review, changed-since-review"),
        ("## Example", "## Template", "in-review, changed-since-review"),
        ("word word word word", "word word\nword word", "complete"),
        ("# Backups\n", "---\ntitle: Backups\ntags: [x]\n---\n# Backups\n\n", "complete"),
        ("- one\n- two", "* one\n\n* two", "complete"),
        ("\"so\"", "“so”", "complete"),
        ("plain", "*plain*", "in-review, changed-since-review"),
        ("a  b", "a   b", "in-review, changed-since-review"),
    ] {
        let extra = "\n- one\n- two\n\nThey say \"so\" plain\n\n```text\na  b\n```\n";
        let sandbox = book("", &format!("{}{extra}", full("")));
        approve(&sandbox, PAGE, "2026-11-20");
        sandbox.edit(PAGE, old, new);
        assert_eq!(standing(&sandbox), expected, "{old:?} → {new:?}");
    }
}

#[test]
fn an_approval_is_bound_to_the_values_of_variables() {
    let page = format!("{}\nEvery {{{{#var days}}}} days.\n", full(""));
    let first = book("[variables]\ndays = 30", &page);
    let second = book("[variables]\ndays = 90", &page);
    assert_ne!(first.digest(PAGE), second.digest(PAGE));
}

#[test]
fn an_approval_is_bound_to_the_files_beside_the_page_that_it_links_to() {
    let page = "content/operations/backups/index.md";
    let text = format!("{}\n[plan](plan.sql)\n{{{{#include part.txt}}}}\n", full(""));
    for (file, expected) in [
        ("plan.sql", "in-review, changed-since-review"),
        ("part.txt", "in-review, changed-since-review"),
        ("other.sql", "complete"),
    ] {
        let sandbox = Sandbox::new(&format!("{CHECKLIST}-- operations/backups/index.md\n{text}"));
        for name in ["plan.sql", "part.txt", "other.sql"] {
            sandbox.write(&format!("content/operations/backups/{name}"), "one");
        }
        approve(&sandbox, page, "2026-11-20");
        assert_eq!(standing(&sandbox), "complete");
        sandbox.write(&format!("content/operations/backups/{file}"), "two");
        assert_eq!(standing(&sandbox), expected, "{file}");
    }
}

#[test]
fn the_last_word_of_reviewers_counts() {
    for (later, expected) in [
        ("- by: cat\n  on: 2026-11-21\n  verdict: changes-requested\n", "in-review"),
        ("- by: cat\n  on: 2026-11-21\n  verdict: requested\n", "complete"),
        ("- by: cat\n  on: 2026-11-01\n  verdict: changes-requested\n", "complete"),
    ] {
        let sandbox = book("", &full(""));
        approve(&sandbox, PAGE, "2026-11-20");
        let path = PAGE.replace(".md", ".reviews.yaml");
        sandbox.edit(&path, "- by: ann", &format!("{later}- by: ann"));
        assert_eq!(standing(&sandbox), expected, "{later}");
    }
}

#[test]
fn an_unknown_digest_matches_nothing_and_is_no_error() {
    let sandbox = book("", &full(""));
    sandbox.write(
        "content/operations/backups.reviews.yaml",
        "- by: ann\n  on: 2026-11-20\n  verdict: approved\n  author: bea\n  digest: v9-0\n",
    );
    assert_eq!(standing(&sandbox), "in-review, changed-since-review");
    assert_eq!(sandbox.findings(), "");
}

#[test]
fn an_approval_falls_due_after_the_interval() {
    for (front, on, expected) in [
        ("review_every: 20 days", "2026-11-20", "complete, due-soon"),
        ("review_every: 10 days", "2026-11-01", "stale"),
        ("review_every: 10 years", "2021-12-01", "complete"),
        ("title: Backups", "2026-05-01", "stale"),
    ] {
        let sandbox = book("", &full(front));
        approve(&sandbox, PAGE, on);
        assert_eq!(standing(&sandbox), expected, "{front}");
    }
}

#[test]
fn the_interval_of_a_tier_is_set_in_the_book() {
    let sandbox = book("[tiers.critical]\nreview-every = \"10 years\"", &full(""));
    approve(&sandbox, PAGE, "2022-05-01");
    assert_eq!(standing(&sandbox), "complete");
}

#[test]
fn an_approval_on_the_due_day_still_holds() {
    let sandbox = book("", &full(""));
    approve(&sandbox, PAGE, "2026-11-20");
    let due = sandbox.gap(GAP)["review"]["due"].as_str().unwrap().to_string();
    let mut sandbox = sandbox;
    sandbox.config().today = due.parse().unwrap();
    assert_eq!(standing(&sandbox), "complete, due-soon");
    sandbox.config().today = sandbox.config().today.tomorrow().unwrap();
    assert_eq!(standing(&sandbox), "stale");
}

#[test]
fn a_tier_may_name_who_approves() {
    let people = "[people.ann]\nname = \"Ann\"\ngroups = [\"leads\"]\n";
    for (approvers, expected) in
        [("\"ann\"", "complete"), ("\"leads\"", "complete"), ("\"cat\"", "in-review")]
    {
        let settings = format!("{people}[tiers.critical]\napprovers = [{approvers}]");
        let sandbox = book(&settings, &full(""));
        approve(&sandbox, PAGE, "2026-11-20");
        assert_eq!(standing(&sandbox), expected, "{approvers}");
    }
}

/// A waiver of the gap.
fn waiver(kind: &str, expires: &str, more: &str) -> String {
    format!(
        "- gap: {GAP}\n  kind: {kind}\n  reason: We are small.\n  requested_by: ann\n  \
         approved_by: bea\n  approved_on: 2026-06-01\n  expires: {expires}\n{more}"
    )
}

#[test]
fn nobody_approves_a_waiver_of_their_own_under_another_name() {
    let people = "[people.ann]\nemails = [\"ann@example.org\"]\n";
    let sandbox = book(people, "# Backups\n");
    let text = waiver("accepted-risk", "2027-05-01", "");
    sandbox.write(
        "content/waivers.yaml",
        &text.replace("approved_by: bea", "approved_by: ANN@example.org"),
    );
    assert_eq!(standing(&sandbox), "missing");
    assert!(sandbox.findings().contains("a waiver is approved by somebody else"));
}

#[test]
fn a_waiver_holds_to_its_last_day() {
    for (expires, expected) in [
        ("2027-05-01", "waived"),
        ("2026-12-10", "waived, waiver-expiring"),
        ("2026-11-22", "waived, waiver-expiring"),
        ("2026-11-21", "missing, waiver-expired"),
    ] {
        let sandbox = Sandbox::new(CHECKLIST);
        sandbox.write("content/waivers.yaml", &waiver("not-applicable", expires, ""));
        assert_eq!(standing(&sandbox), expected, "{expires}");
    }
}

#[test]
fn a_waiver_comes_before_all_else() {
    let sandbox = book("", &full(""));
    approve(&sandbox, PAGE, "2026-11-20");
    sandbox.write("content/waivers.yaml", &waiver("accepted-risk", "2027-05-01", ""));
    assert_eq!(standing(&sandbox), "waived");
}

#[test]
fn only_what_concerns_us_is_in_the_denominator() {
    for (kind, more, applicable) in [
        ("not-applicable", "", 2),
        ("covered-elsewhere", "  url: https://a.org\n", 2),
        ("accepted-risk", "", 3),
    ] {
        let sandbox = Sandbox::new(CHECKLIST);
        sandbox.write("content/waivers.yaml", &waiver(kind, "2027-05-01", more));
        let summary = &sandbox.status()["summary"];
        assert_eq!(
            [&summary["total"], &summary["applicable"], &summary["waived"]],
            [3, applicable, 1],
            "{kind}"
        );
    }
}

#[test]
fn a_waiver_with_a_fault_does_not_hold() {
    for (text, finding) in [
        (waiver("covered-elsewhere", "2027-05-01", ""), "`covered-elsewhere` needs a `url`"),
        (
            waiver("not-applicable", "2027-06-02", ""),
            "a waiver holds for twelve months at the most",
        ),
        (
            waiver("not-applicable", "2027-05-01", "").replace("by: bea", "by: ann"),
            "a waiver is approved by somebody else than who asked for it",
        ),
        (waiver("not-aplicable", "2027-05-01", ""), "`kind` can't be `not-aplicable`"),
        (waiver("not-applicable", "soon", ""), "`expires` isn't a date such as `2026-11-22`"),
        (
            waiver("not-applicable", "2027-05-01", "").replace("  reason: We are small.\n", ""),
            "`reason` is missing",
        ),
        (
            waiver("not-applicable", "2027-05-01", "").replace("  requested_by: ann\n", ""),
            "`requested_by` is missing",
        ),
    ] {
        let sandbox = Sandbox::new(CHECKLIST);
        sandbox.write("content/waivers.yaml", &text);
        assert_eq!(standing(&sandbox), "missing");
        assert_eq!(
            sandbox.findings(),
            format!("content/waivers.yaml:1:3: error[R002]: {finding}\n")
        );
    }
}

#[test]
fn a_kind_decides_the_sections() {
    for (kind, sections) in [
        ("runbook", &["At a glance", "Procedure", "If a step fails", "Escalate"][..]),
        ("policy", &["At a glance", "Guidance", "Acceptance criteria", "References"]),
        ("template", &["At a glance", "Template", "How to fill it", "References"]),
        ("how-to", &["At a glance", "Procedure"]),
        ("reference", &["At a glance", "Reference"]),
        ("concept", &["At a glance"]),
    ] {
        let section = |title: &&str| format!("\n## {title}\n\n{}\n", words(150));
        let all: String = sections.iter().map(section).collect();
        let page = |text: &str| format!("---\nkind: {kind}\n---\n# Backups\n{text}");
        check_page(&page(&all), "draft");
        let last = section(sections.last().unwrap());
        check_page(&page(&all.replace(&last, &format!("{}\n", words(150)))), "outline");
    }
}

#[test]
fn the_book_may_define_kinds() {
    let settings = "[kinds.memo]\nsections = [\"Decision|Vote\"]";
    let page = |title: &str| format!("---\nkind: memo\n---\n## {title}\n\n{}\n", words(150));
    assert_eq!(standing(&book(settings, &page("Vote"))), "draft");
    assert_eq!(standing(&book(settings, &page("Note"))), "outline");
}

#[test]
fn a_claim_is_compared_and_never_obeyed() {
    check_page(&full("claim: complete"), "draft, claim-differs");
    check_page(&full("claim: draft"), "draft");
}

#[test]
fn a_gap_without_an_owner_is_flagged() {
    let flags = |page: &str| book("[owners.ops]", page).gap(GAP)["flags"].clone();
    assert_eq!(flags(&full("")), serde_json::json!(["unowned"]));
    assert_eq!(flags(&full("owner: ops")), serde_json::json!([]));
}

#[test]
fn of_several_pages_the_lowest_counts() {
    let sandbox = book("", &full(""));
    sandbox.write("content/more.md", &format!("---\ngap: {GAP}\n---\nOnly a line.\n"));
    approve(&sandbox, PAGE, "2026-11-20");
    assert_eq!(standing(&sandbox), "outline");
}

#[test]
fn a_page_may_close_several_gaps() {
    let sandbox = book("", &full("gap: [operations/restores, people/leave]"));
    for gap in ["operations/backups", "operations/restores", "people/leave"] {
        assert_eq!(sandbox.gap(gap)["status"], "draft", "{gap}");
    }
}

#[test]
fn evidence_names_rule_file_and_line() {
    let page =
        full("").replace("## References\n", "## References\n\nTODO: name them\n\n## Notes\n");
    assert_eq!(
        failures(&book("", &page)),
        [
            format!("required-sections {PAGE}:27 The section References is empty."),
            format!("no-placeholders {PAGE}:29 A placeholder is left."),
        ]
    );
}

#[test]
fn evidence_in_an_included_text_names_its_own_file() {
    let sandbox = book("", &format!("{}\n{{{{#include part.md}}}}\n", full("")));
    sandbox.write("content/operations/part.md", "Some text.\n\nTBD: more\n");
    assert_eq!(
        failures(&sandbox),
        ["no-placeholders content/operations/part.md:3 A placeholder is left."]
    );
}

#[test]
fn every_status_says_what_it_rests_on_and_what_would_lift_it() {
    let missing = Sandbox::new(CHECKLIST).gap(GAP);
    assert_eq!(missing["because"], "No page closes this gap.");
    assert_eq!(missing["lift"], "Write the page: lacuna new operations/backups.");

    let sandbox = book("", &full(""));
    assert_eq!(sandbox.gap(GAP)["because"], "Nobody was asked to review it.");
    approve(&sandbox, PAGE, "2026-11-20");
    let complete = sandbox.gap(GAP);
    let due = complete["review"]["due"].as_str().unwrap();
    assert_eq!(
        complete["because"],
        format!("Approved by ann on 2026-11-20; the next review is due on {due}.")
    );
    assert_eq!(complete["lift"], Value::Null);
}

#[test]
fn what_was_just_started_from_a_template_has_no_words_of_its_own() {
    let tips = [
        "State the decision in three to five lines that can be read alone.",
        "1. TODO: Number the steps, with commands and expected results, who does it and how long it takes.",
        "- [ ] TODO: List what somebody else can check, one line each.",
    ];
    check_page(&format!("# Backups\n\n## At a glance\n\n{}\n", tips.join("\n\n")), "missing");
}

#[test]
fn counts_tell_what_is_written_and_what_is_approved() {
    let sandbox = book("", &full(""));
    approve(&sandbox, PAGE, "2026-11-20");
    let asked = "content/operations/restores.md";
    sandbox.write(asked, &full(""));
    review(&sandbox, asked, "by: ann\n  on: 2026-11-20\n  verdict: requested");
    let summary = sandbox.status()["summary"].clone();
    let count = |key: &str| summary[key].as_u64().unwrap();
    assert_eq!([count("applicable"), count("written"), count("approved")], [3, 2, 1]);
    let home = sandbox.page("index.html");
    assert!(home.contains("67 %: in review or better"), "{home}");
    assert!(home.contains("33 %: reviewed and in time"), "{home}");
}

/// What reviews are bound to must never change without a new version, or all reviews are lost.
#[test]
fn digests_are_those_of_the_test_vectors() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/digest-v1.json");
    let all: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for vector in all["vectors"].as_array().unwrap() {
        let files = vector["files"].as_object().unwrap().iter();
        let mut files: std::collections::BTreeMap<String, String> =
            files.map(|(name, text)| (name.clone(), text.as_str().unwrap().to_string())).collect();
        let list = "# L\n## T\n### O\n- **P**: x\n";
        files.insert("content/checklist.md".to_string(), list.to_string());
        let digest = Sandbox::with_files(&files).digest(vector["text"].as_str().unwrap());
        assert_eq!(digest, vector["digest"].as_str().unwrap(), "{}", vector["name"]);
    }
}
