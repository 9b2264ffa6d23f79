//! Each status and flag of a gap, and how one becomes another, in real repositories.

use proptest::prelude::*;

use super::repository::{GAP, PAGE, REVIEWS, Repository, full_page};

/// One thing that somebody does.
type Step = fn(&mut Repository);

const WRITE: Step = |book| {
    book.write(PAGE, &full_page("Backups"));
    book.commit("bea");
};
const OUTLINE: Step = |book| {
    book.write(PAGE, "# Backups\n\n## At a glance\n\nSome words of our own.\n");
    book.commit("bea");
};
const ASK: Step = |book| {
    book.data(&["request", GAP, "--from", "ann"]);
    book.commit("bea");
};
const APPROVE: Step = |book| {
    book.approve("ann");
    book.commit("ann");
};
const OBJECT: Step = |book| {
    book.approve_with("ann", &["--verdict", "changes-requested"]);
    book.commit("ann");
};
const ON_BEHALF: Step = |book| {
    let arguments = ["approve", GAP, "--by", "ann", "--method", "read", "--on-behalf"];
    assert_eq!(book.lacuna_as("bea", &arguments).code, Some(0));
    book.commit("bea");
};
const CHANGE: Step = |book| {
    book.edit(PAGE, "word word", "word other");
    book.commit("bea");
};
const CHANGE_BACK: Step = |book| {
    book.edit(PAGE, "word other", "word word");
    book.commit("bea");
};
const WRAP: Step = |book| {
    book.edit(PAGE, "word word word", "word\nword word");
    book.commit("ann");
};
/// The approver writes the same words again: git knows no other author of the text any more.
const REWRITE: Step = |book| {
    let text = book.read(PAGE);
    std::fs::remove_file(book.path(PAGE)).unwrap();
    book.commit("ann");
    book.write(PAGE, &text);
    book.commit("ann");
};
const BREAK: Step = |book| {
    let page = book.read(PAGE);
    book.write("content/index.md", "# Home\n");
    book.write(PAGE, &format!("{page}\n[gone](../index.md#gone)\n"));
    book.commit("bea");
};
const LOSE_TARGET: Step = |book| {
    std::fs::remove_file(book.path("content/other.md")).unwrap();
    book.commit("bea");
};
const DRAFT: Step = |book| {
    book.edit(PAGE, "# Backups", "---\ndraft: true\n---\n# Backups");
    book.commit("bea");
};
const CLAIM: Step = |book| {
    book.edit(PAGE, "# Backups", "---\nclaim: missing\n---\n# Backups");
    book.commit("bea");
};
const REMOVE: Step = |book| {
    std::fs::remove_file(book.path(PAGE)).unwrap();
    book.commit("bea");
};
const WAIVE: Step = |book| {
    book.write(
        "content/waivers.yaml",
        "- gap: operations/backups\n  kind: accepted-risk\n  reason: r\n  requested_by: ann\n  \
         approved_by: bea\n  approved_on: 2026-11-01\n  expires: 2027-02-01\n",
    );
    book.commit("bea");
};
const FORGET_WAIVER: Step = |book| {
    std::fs::remove_file(book.path("content/waivers.yaml")).unwrap();
    book.commit("bea");
};
const NEXT_MONTH: Step = |book| book.set_today("2027-01-10");
const NEXT_YEAR: Step = |book| book.set_today("2027-11-30");
const LOSE_HISTORY: Step = |book| std::fs::remove_dir_all(book.path(".git")).unwrap();
const UNCOMMIT: Step = |book| {
    book.git(&["rm", "-q", "--cached", PAGE]);
    book.git_as("bea", &["commit", "-q", "-m", "Forget the page"]);
};
const USE_REFERENCE: Step = |book| {
    book.write("content/reference/plans.csv", "plan,days\nfree,30\n");
    book.edit(PAGE, "# Backups\n", "# Backups\n\n{{#table ../reference/plans.csv}}\n");
    book.commit("bea");
};
const APPROVE_REFERENCE: Step = |book| {
    book.data(&["approve", "reference/plans.csv", "--by", "ann", "--method", "read"]);
    book.commit("ann");
};
const CHANGE_REFERENCE: Step = |book| {
    book.edit("content/reference/plans.csv", "30", "60");
    book.commit("bea");
};

/// Checks what a gap is after each of some steps.
#[track_caller]
fn check_life(steps: &[(Step, &str)]) {
    check_life_with("", steps);
}

#[track_caller]
fn check_life_with(settings: &str, steps: &[(Step, &str)]) {
    let mut book = Repository::with_settings(settings);
    for (index, (step, expected)) in steps.iter().enumerate() {
        step(&mut book);
        assert_eq!(book.standing(), *expected, "after step {index}");
    }
}

#[test]
fn a_gap_goes_from_missing_to_complete_and_back() {
    check_life(&[
        (|_| {}, "missing"),
        (OUTLINE, "outline"),
        (WRITE, "draft"),
        (ASK, "in-review"),
        (OBJECT, "in-review"),
        (CHANGE, "in-review"),
        (APPROVE, "complete"),
        (WRAP, "complete"),
        (CHANGE_BACK, "in-review, changed-since-review"),
        (APPROVE, "complete"),
        (DRAFT, "draft"),
        (REMOVE, "missing"),
    ]);
}

#[test]
fn an_approval_holds_until_it_is_due() {
    check_life(&[
        (WRITE, "draft"),
        (APPROVE, "complete"),
        (NEXT_MONTH, "complete"),
        (NEXT_YEAR, "stale"),
        (APPROVE, "complete"),
    ]);
}

#[test]
fn a_review_is_due_soon_before_it_is_due() {
    let mut book = Repository::approved();
    let due: jiff::civil::Date = book.due().parse().unwrap();
    for (days, expected) in
        [(31, "complete"), (30, "complete, due-soon"), (0, "complete, due-soon"), (-1, "stale")]
    {
        book.set_today(&due.saturating_sub(jiff::Span::new().days(days)).to_string());
        assert_eq!(book.standing(), expected, "{days} days before {due}");
    }
}

#[test]
fn a_text_that_is_as_it_was_approved_is_approved_again() {
    // Whoever takes a change back is the author of the text, which isn't the approver here.
    check_life(&[
        (WRITE, "draft"),
        (APPROVE, "complete"),
        (CHANGE, "in-review, changed-since-review"),
        (CHANGE_BACK, "complete"),
    ]);
}

#[test]
fn an_objection_after_the_approval_counts() {
    check_life(&[
        (WRITE, "draft"),
        (APPROVE, "complete"),
        (OBJECT, "in-review"),
        (ASK, "in-review"),
        (APPROVE, "complete"),
    ]);
}

#[test]
fn an_approval_on_behalf_of_somebody_lifts_nothing() {
    check_life(&[
        (WRITE, "draft"),
        (ON_BEHALF, "in-review, review-unattested"),
        (APPROVE, "complete"),
    ]);
}

#[test]
fn whoever_becomes_the_author_has_approved_their_own_text() {
    check_life(&[(WRITE, "draft"), (APPROVE, "complete"), (REWRITE, "in-review, self-reviewed")]);
    check_life_with(
        "[review]\nsolo = true\n",
        &[(WRITE, "draft"), (APPROVE, "complete"), (REWRITE, "complete")],
    );
}

#[test]
fn an_author_that_is_not_known_may_be_the_reviewer() {
    check_life(&[
        (WRITE, "draft"),
        (APPROVE, "complete"),
        (UNCOMMIT, "in-review, self-reviewed, history-unknown"),
    ]);
}

#[test]
fn without_a_history_the_record_counts_and_that_is_said() {
    check_life(&[
        (WRITE, "draft"),
        (APPROVE, "complete"),
        (LOSE_HISTORY, "complete, history-unknown"),
        (
            |book| book.edit(REVIEWS, "  author: bea\n", ""),
            "in-review, self-reviewed, history-unknown",
        ),
    ]);
}

#[test]
fn a_shallow_clone_says_that_it_does_not_know() {
    let book = Repository::approved();
    book.commit("cat");
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", book.path("").display());
    let to = clone.path().to_str().unwrap();
    book.git(&["clone", "-q", "--depth", "1", &from, to]);
    let text = book.data(&["status", GAP, "--root", to]);
    assert!(text.contains("history-unknown"), "{text}");
    assert!(text.contains("? history: The history doesn't tell who wrote"), "{text}");
}

#[test]
fn an_error_in_an_approved_text_breaks_it() {
    check_life(&[
        (WRITE, "draft"),
        (
            |book| {
                let page = book.read(PAGE);
                book.write("content/other.md", "# Other\n");
                book.write(PAGE, &format!("{page}\n[other](../other.md)\n"));
                book.commit("bea");
            },
            "draft",
        ),
        (APPROVE, "complete"),
        (LOSE_TARGET, "complete, broken"),
    ]);
}

#[test]
fn an_error_in_a_text_that_is_not_approved_makes_a_draft() {
    check_life(&[(WRITE, "draft"), (ASK, "in-review"), (BREAK, "draft")]);
}

#[test]
fn a_claim_is_compared_and_never_obeyed() {
    check_life(&[(WRITE, "draft"), (APPROVE, "complete"), (CLAIM, "complete, claim-differs")]);
}

#[test]
fn a_waiver_comes_before_all_and_ends() {
    check_life(&[
        (WAIVE, "waived"),
        (WRITE, "waived"),
        (NEXT_MONTH, "waived, waiver-expiring"),
        (NEXT_YEAR, "draft, waiver-expired"),
        (FORGET_WAIVER, "draft"),
    ]);
}

#[test]
fn a_page_stands_no_higher_than_its_references() {
    check_life(&[
        (WRITE, "draft"),
        (USE_REFERENCE, "draft"),
        (APPROVE, "in-review"),
        (APPROVE_REFERENCE, "complete"),
        (CHANGE_REFERENCE, "in-review, reference-changed"),
        (APPROVE_REFERENCE, "complete"),
    ]);
}

#[test]
fn a_reference_has_an_author_of_its_own() {
    let book = Repository::approved();
    book.write("content/reference/plans.csv", "plan\nfree\n");
    book.commit("ann");
    let said = book.refused(
        "ann",
        2,
        &["approve", "reference/plans.csv", "--by", "ann", "--method", "read"],
    );
    assert!(said.contains("ann changed this text last"), "{said}");
    let approve = ["approve", "reference/plans.csv", "--by", "bea", "--method", "read"];
    assert_eq!(book.lacuna_as("bea", &approve).code, Some(0));
    assert!(book.read("content/reference/plans.csv.reviews.yaml").starts_with("- by: bea\n"));
}

#[test]
fn references_that_differ_in_their_ending_are_reviewed_each_on_its_own() {
    let book = Repository::approved();
    book.write("content/reference/plans.csv", "plan\nfree\n");
    book.write("content/reference/plans.yaml", "plan: free\n");
    book.edit(
        PAGE,
        "# Backups\n",
        "# Backups\n\n{{#table ../reference/plans.csv}}\n\n{{#include ../reference/plans.yaml}}\n",
    );
    book.commit("bea");
    book.approve("ann");
    for (file, standing) in [("plans.csv", "in-review"), ("plans.yaml", "complete")] {
        let name = format!("reference/{file}");
        book.data(&["approve", &name, "--by", "ann", "--method", "read"]);
        book.commit("ann");
        assert_eq!(book.standing(), standing, "with {file}");
    }
}

#[test]
fn the_tier_may_say_who_approves() {
    let settings = "[tiers.critical]\napprovers = [\"cat\"]\n";
    check_life_with(settings, &[(WRITE, "draft"), (APPROVE, "in-review")]);
    let settings = "[tiers.critical]\napprovers = [\"ann\"]\n";
    check_life_with(settings, &[(WRITE, "draft"), (APPROVE, "complete")]);
}

#[test]
fn a_record_may_have_to_be_committed_by_the_reviewer() {
    let by_bea: Step = |book| {
        book.approve("ann");
        book.commit("bea");
    };
    let settings = "[review]\nattest = \"commit\"\n";
    let written = (WRITE, "draft");
    check_life_with(settings, &[written, (by_bea, "in-review, review-unattested")]);
    check_life_with(
        settings,
        &[
            written,
            (|book| book.approve("ann"), "in-review, review-unattested"),
            (|book| book.commit("ann"), "complete"),
            // Whoever touches the file later isn't the one who recorded it.
            (
                |book| {
                    book.data(&["request", GAP, "--from", "cat"]);
                    book.commit("bea");
                },
                "complete",
            ),
        ],
    );
}

#[test]
fn a_record_may_have_to_be_signed() {
    let settings = "[review]\nattest = \"signature\"\n";
    let book = Repository::with_settings(settings);
    book.write(PAGE, &full_page("Backups"));
    book.commit("bea");
    for who in ["ann", "bea", "eve"] {
        book.make_key(who);
    }
    let key = |who: &str| book.read(&format!(".keys/{who}.pub"));
    let allowed = format!("ann@example.org {}bea@example.org {}", key("ann"), key("bea"));
    book.write(".keys/allowed", &allowed);
    book.write(".gitignore", ".keys\n");
    book.git(&["config", "gpg.ssh.allowedSignersFile", ".keys/allowed"]);
    book.commit("bea");
    for (signer, expected) in [
        (None, "in-review, review-unattested"),
        (Some("bea"), "in-review, review-unattested"),
        (Some("eve"), "in-review, review-unattested"),
        (Some("ann"), "complete"),
    ] {
        book.approve("ann");
        match signer {
            None => book.commit("ann"),
            Some(signer) => book.commit_signed("ann", signer),
        }
        assert_eq!(book.standing(), expected, "signed by {signer:?}");
        if expected != "complete" {
            book.git(&["reset", "-q", "--hard", "HEAD~1"]);
        }
    }
    // The same commit without its key among those allowed proves nothing.
    book.write(".keys/allowed", &format!("bea@example.org {}", key("bea")));
    assert_eq!(book.standing(), "in-review, review-unattested");
}

/// What may happen to a page in the property below.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// Somebody writes one of three texts and commits it.
    Write(usize, usize),
    /// Somebody calls `approve`, which may refuse, and commits.
    Approve(usize),
    /// Somebody approves on behalf of somebody else.
    OnBehalf(usize, usize),
    /// Somebody is asked.
    Ask(usize),
    /// Days go by.
    Wait(i8),
}

const PEOPLE: [&str; 3] = ["ann", "bea", "cat"];

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..3_usize, 0..3_usize).prop_map(|(who, text)| Event::Write(who, text)),
        3 => (0..3_usize).prop_map(Event::Approve),
        1 => (0..3_usize, 0..3_usize).prop_map(|(by, who)| Event::OnBehalf(by, who)),
        1 => (0..3_usize).prop_map(Event::Ask),
        1 => (1..100_i8).prop_map(Event::Wait),
    ]
}

/// What the property itself knows: who wrote the text as it stands, and who approved which text.
#[derive(Default)]
struct Known {
    text: Option<usize>,
    author: Option<usize>,
    approvals: Vec<(usize, usize)>,
}

impl Known {
    fn apply(&mut self, book: &mut Repository, event: Event) {
        match event {
            Event::Write(who, text) => {
                book.write(PAGE, &full_page("Backups").replacen("word", ["a", "b", "c"][text], 1));
                book.commit(PEOPLE[who]);
                if self.text != Some(text) {
                    (self.text, self.author) = (Some(text), Some(who));
                }
            }
            Event::Approve(who) => {
                let name = PEOPLE[who];
                let called =
                    book.lacuna_as(name, &["approve", GAP, "--by", name, "--method", "read"]);
                book.commit(name);
                if called.code == Some(0) {
                    self.approvals.push((who, self.text.expect("it was approved")));
                }
            }
            Event::OnBehalf(by, who) => {
                let name = PEOPLE[who];
                let arguments = ["approve", GAP, "--by", name, "--method", "read", "--on-behalf"];
                book.lacuna_as(PEOPLE[by], &arguments);
                book.commit(PEOPLE[by]);
            }
            Event::Ask(who) => {
                book.lacuna_as("cat", &["request", GAP, "--from", PEOPLE[who]]);
                book.commit("cat");
            }
            Event::Wait(days) => book.wait(days),
        }
    }

    fn is_approved_by_another(&self) -> bool {
        let approved =
            |(who, text): &(usize, usize)| Some(*text) == self.text && self.author != Some(*who);
        self.approvals.iter().any(approved)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_complete_without_an_approval_of_its_text_by_somebody_else(
        events in proptest::collection::vec(event(), 1..9),
    ) {
        let mut book = Repository::new();
        let mut known = Known::default();
        for event in events {
            known.apply(&mut book, event);
            let standing = book.standing();
            let complete = standing.starts_with("complete") || standing.starts_with("stale");
            prop_assert!(!complete || known.is_approved_by_another(), "{standing} after {event:?}");
        }
    }
}
