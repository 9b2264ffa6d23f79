//! What stops a change: limits, regressions, the comment of a pull request; on real repositories.

use serde_json::Value;
use snapbox::{assert_data_eq, str};

use super::repository::{PAGE, Repository, full_page};

const CHECK: &[&str] = &["check", "--format", "short", "--no-regression", "--base", "main"];

/// Checks what a check against `main` finds, without its hints, and its exit code.
#[track_caller]
fn check_change(repository: &Repository, code: i32, expected: &[&str]) {
    check_with(repository, CHECK, code, expected);
}

#[track_caller]
fn check_with(repository: &Repository, arguments: &[&str], code: i32, expected: &[&str]) {
    let called = repository.lacuna_as("ann", arguments);
    assert_eq!(called.out.lines().collect::<Vec<_>>(), expected, "{}", called.err);
    assert_eq!(called.code, Some(code), "{}", called.err);
}

/// An approved page on `main`, and a branch that is checked out.
fn branch() -> Repository {
    let repository = Repository::approved();
    repository.git(&["checkout", "-q", "-b", "change"]);
    repository
}

/// The page without what stands below one of its headings.
fn empty(repository: &Repository, section: &str) {
    let text = vec!["word"; 25].join(" ");
    let (old, new) = (format!("## {section}\n\n{text}\n"), format!("## {section}\n\n"));
    repository.edit(PAGE, &old, &new);
}

#[test]
fn a_pull_request_gets_a_comment_and_an_exit_code() {
    let repository = branch();
    empty(&repository, "Procedure");
    repository.write("content/people/leave.md", &full_page("Leave"));
    repository.commit("bea");
    check_change(
        &repository,
        1,
        &[
            "content/checklist.md:4:1: error[G007]: `operations/backups` was complete and is outline",
        ],
    );
    assert_data_eq!(
        repository.data(&["diff", "--base", "main"]),
        str![[r"
## Documentation gaps: 1 worse, 1 better

| Gap | Before | After | Why |
|---|---|---|---|
| Backups<br>`operations/backups` | ● complete | ▼ ◔ outline | The section Procedure is empty. |
| Leave<br>`people/leave` | ○ missing | ▲ ◑ draft | Nobody was asked to review it. |

Written 1 → 0, approved 1 → 0, of 3.

### What `lacuna check --no-regression` finds

- G007 `operations/backups` was complete and is outline: The section Procedure is empty

<sub>Compared with [..], which this has in common with `main`; both judged on 2026-11-22 by the rules of that commit.</sub>

"]]
    );
}

#[test]
fn the_comment_as_json_says_the_same() {
    let repository = branch();
    empty(&repository, "Procedure");
    let diff = repository.data(&["diff", "--base", "main", "--format", "json"]);
    let diff: Value = serde_json::from_str(&diff).unwrap();
    let change = &diff["changes"][0];
    assert_eq!(change["id"], "operations/backups");
    assert_eq!(
        (&change["before"]["status"], &change["after"]["status"]),
        (&"complete".into(), &"outline".into())
    );
    assert_eq!(diff["summary"]["before"]["approved"], 1);
    assert_eq!(diff["regressions"][0]["code"], "G007");
}

#[test]
fn a_change_without_effect_on_gaps_is_told_as_such() {
    let repository = branch();
    repository.write("content/about.md", "# About\n");
    repository.commit("bea");
    check_change(&repository, 0, &[]);
    assert!(
        repository
            .data(&["diff", "--base", "main"])
            .starts_with("## Documentation gaps: no change\n")
    );
}

#[test]
fn what_others_did_since_is_no_part_of_the_change() {
    let repository = branch();
    repository.git(&["checkout", "-q", "main"]);
    repository.write("content/people/leave.md", &full_page("Leave"));
    repository.commit("cat");
    repository.git(&["checkout", "-q", "change"]);
    check_change(&repository, 0, &[]);
}

#[test]
fn a_squash_merge_is_compared_with_the_commit_before_it() {
    let repository = branch();
    repository.write("content/people/leave.md", &full_page("Leave"));
    repository.commit("bea");
    empty(&repository, "Procedure");
    repository.commit("bea");
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["merge", "-q", "--squash", "change"]);
    repository.commit("cat");
    let diff = repository.data(&["diff", "--base", "HEAD~1"]);
    assert!(diff.starts_with("## Documentation gaps: 1 worse, 1 better\n"), "{diff}");
    // The branch is what was merged, whatever its own commits are called.
    repository.git(&["checkout", "-q", "change"]);
    let called = repository.lacuna_as("ann", CHECK);
    assert_eq!(called.code, Some(1), "compared with what both have in common: {}", called.out);
}

/// A clone of a repository with a part of its history, in a folder of its own.
fn shallow(repository: &Repository, depth: &str) -> String {
    let from = format!("file://{}", repository.path("").display());
    let to = repository.path(".git/clone").display().to_string();
    repository.git(&["clone", "-q", "--depth", depth, "--branch", "change", &from, &to]);
    to
}

#[test]
fn a_clone_that_does_not_reach_back_cannot_tell() {
    let repository = branch();
    empty(&repository, "Procedure");
    repository.commit("bea");
    let clone = shallow(&repository, "1");
    for arguments in [&["diff", "--base", "HEAD~1"][..], &["check", "--base", "origin/main"]] {
        let said = repository.refused("ann", 3, &[arguments, &["--root", &clone]].concat());
        assert!(said.contains("fetch-depth: 0"), "{said}");
    }
}

#[test]
fn a_clone_that_reaches_back_far_enough_can_tell() {
    let repository = branch();
    empty(&repository, "Procedure");
    repository.commit("bea");
    let clone = shallow(&repository, "2");
    let diff = repository.data(&["diff", "--base", "HEAD~1", "--root", &clone]);
    assert!(diff.starts_with("## Documentation gaps: 1 worse\n"), "{diff}");
}

#[test]
fn a_commit_that_is_not_there_is_a_wrong_call() {
    let repository = branch();
    let said = repository.refused("ann", 2, &["diff", "--base", "nothing"]);
    assert!(said.contains("there is no commit `nothing`"), "{said}");
    repository.refused("ann", 2, &["diff", "--base", "--output=x"]);
}

#[test]
fn without_a_repository_nobody_can_tell() {
    let repository = branch();
    std::fs::remove_dir_all(repository.path(".git")).unwrap();
    repository.refused("ann", 3, &["diff", "--base", "main"]);
}

#[test]
fn a_handbook_that_is_new_has_nothing_to_lose() {
    let repository = Repository::written();
    repository.git(&["checkout", "-q", "--orphan", "empty"]);
    repository.git(&["rm", "-q", "-r", "--cached", "."]);
    repository.git(&["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    let diff = repository.data(&["diff", "--base", "empty"]);
    assert!(diff.starts_with("## Documentation gaps: 3 new\n"), "{diff}");
}

#[test]
fn the_working_tree_is_not_touched() {
    let repository = branch();
    repository.write("content/people/leave.md", "# Not committed\n");
    let before = repository.git(&["status", "--porcelain"]);
    repository.data(&["diff", "--base", "main"]);
    assert_eq!(repository.git(&["status", "--porcelain"]), before);
}

#[test]
fn a_gap_that_is_gone_or_matters_less_is_a_regression() {
    let repository = branch();
    repository.edit("content/checklist.md", "- **Restores**: Nor this.\n", "");
    repository.edit(
        "content/checklist.md",
        "- **Leave**: Nobody says who is away.\n",
        "- **Leave**: Nobody says who is away.\n\n### Operations {#operations}\n",
    );
    repository.commit("bea");
    let called = repository.lacuna_as("ann", CHECK);
    assert_eq!(called.code, Some(1));
    assert!(called.out.contains("the gap `operations/restores` is gone"), "{}", called.out);
    repository.git(&["reset", "-q", "--hard", "main"]);
    repository.edit("content/checklist.md", "## Critical", "## Minor things");
    repository.edit("content/checklist.md", "## Minor\n", "## Critical\n");
    repository.write(
        "content/checklist.md",
        "# List\n## Critical\n### People\n- **Leave**: Nobody says who is away.\n## Minor\n\
         ### Operations\n- **Backups**: Nobody knows how.\n- **Restores**: Nor this.\n",
    );
    let called = repository.lacuna_as("ann", CHECK);
    let moved = "`operations/backups` was moved from the tier Critical to Minor";
    assert!(called.code == Some(1) && called.out.contains(moved), "{}", called.out);
}

#[test]
fn rules_cannot_be_weakened_to_pass() {
    let repository = Repository::written();
    repository.git(&["checkout", "-q", "-b", "change"]);
    let book = repository.read("book.toml");
    repository.write("book.toml", &format!("[review]\nsolo = true\n{book}"));
    repository.commit("bea");
    let approve = ["approve", "operations/backups", "--by", "bea", "--method", "read"];
    assert_eq!(repository.lacuna_as("bea", &approve).code, Some(0));
    repository.commit("bea");
    check_change(
        &repository,
        1,
        &["book.toml:1:1: error[G008]: `[review] solo` lets authors approve their own text"],
    );
    let diff = repository.data(&["diff", "--base", "main"]);
    assert!(diff.contains("| ◑ draft | ▲ ◕ in review |"), "by the rules of main: {diff}");
}

#[test]
fn each_weaker_rule_is_told() {
    let before = "\
[check]
require = { critical = \"complete\" }
max-unowned = 3
[tiers.critical]
review-every = \"6 months\"
approvers = [\"leads\"]
[review]
attest = \"commit\"
[status]
require-examples = true
[rules]
remote-image = \"error\"
";
    let repository = Repository::with_settings(before);
    repository.git(&["checkout", "-q", "-b", "change"]);
    for (old, new, told) in [
        ("\"complete\"", "\"draft\"", "`[check] require` asks `draft` of the tier `critical`"),
        ("max-unowned = 3", "max-unowned = 4", "`[check] max-unowned` allows more"),
        ("max-unowned = 3", "reapproval-days = 15", "`[check] reapproval-days` allows more"),
        ("6 months", "9 months", "`[tiers.critical] review-every` is longer"),
        ("[\"leads\"]", "[\"leads\", \"bea\"]", "`[tiers.critical] approvers` lets others"),
        ("[\"leads\"]", "[]", "`[tiers.critical] approvers` lets others"),
        ("[people.bea]", "[people.bea]\ngroups = [\"leads\"]", "`[people.bea]` joins `leads`"),
        ("[\"bea@", "[\"b@example.org\", \"bea@", "`[people.bea]` has a new address"),
        ("attest = \"commit\"", "", "`[review] attest` asks for less proof of an approval"),
        ("require-examples = true", "", "`[status] require-examples` doesn't ask for examples"),
        ("remote-image = \"error\"", "", "`[rules] remote-image` is no error any more"),
        ("[people.ann]", "[kinds.runbook]\nsections = []\n[people.ann]", "`[kinds.runbook]`"),
    ] {
        repository.edit("book.toml", old, new);
        let out = repository.lacuna_as("ann", CHECK).out;
        assert!(out.contains("error[G008]") && out.contains(told), "{new}: {out}");
        repository.git(&["checkout", "-q", "book.toml"]);
    }
}

#[test]
fn stricter_rules_are_no_regression() {
    let repository = branch();
    let book = repository.read("book.toml");
    repository.write("book.toml", &format!("[tiers.critical]\napprovers = [\"leads\"]\n{book}"));
    check_change(&repository, 0, &[]);
}

#[test]
fn a_changed_text_may_wait_for_its_approval() {
    let mut repository = Repository::approved();
    let book = repository.read("book.toml");
    repository
        .write("book.toml", &format!("[check]\nrequire = {{ critical = \"complete\" }}\n{book}"));
    repository.edit("content/checklist.md", "- **Restores**: Nor this.\n", "");
    repository.commit("cat");
    repository.git(&["checkout", "-q", "-b", "change"]);
    repository.set_today("2026-11-25");
    repository.edit(PAGE, "word word", "another word");
    repository.commit("bea");
    let note = "content/checklist.md:4:1: note[G005]: the text of `operations/backups` has changed since it was approved";
    check_change(&repository, 0, &[note]);
    repository.set_today("2026-12-09");
    check_change(&repository, 0, &[note]);
    repository.set_today("2026-12-10");
    check_change(
        &repository,
        1,
        &[
            "content/checklist.md:4:1: error[G001]: `operations/backups` is in review, and gaps of the tier `critical` must be complete",
        ],
    );
}

#[test]
fn what_the_calendar_changed_fails_scheduled_checks_only() {
    let mut repository = Repository::approved();
    let book = repository.read("book.toml");
    repository.write(
        "book.toml",
        &format!("[check]\nmax-overdue = 0\nrequire = {{ minor = \"complete\" }}\n{book}"),
    );
    repository.write(
        "content/waivers.yaml",
        "- gap: people/leave\n  kind: not-applicable\n  reason: We are never away.\n  requested_by: ann\n  \
         approved_by: bea\n  approved_on: 2026-11-01\n  expires: 2026-12-01\n",
    );
    repository.commit("cat");
    repository.set_today("2027-11-22");
    check_with(&repository, &["check", "--format", "short"], 0, &[]);
    check_with(
        &repository,
        &["check", "--format", "short", "--calendar"],
        1,
        &[
            "book.toml:1:1: error[G002]: 1 review overdue; `max-overdue` is 0",
            "content/checklist.md:8:1: error[G001]: `people/leave` is missing, and gaps of the tier `minor` must be complete",
            "content/checklist.md:8:1: error[G006]: the waiver of `people/leave` has ended",
        ],
    );
}

#[test]
fn limits_and_conditions_are_held() {
    let repository = Repository::with_settings("[check]\nmax-unowned = 2\n");
    check_with(
        &repository,
        &["check", "--format", "short"],
        1,
        &["book.toml:1:1: error[G003]: 3 gaps without owner; `max-unowned` is 2"],
    );
    let called =
        repository.lacuna_as("ann", &["check", "--fail-on", "missing", "--format", "short"]);
    assert_eq!(called.out.matches("error[G004]").count(), 3, "{}", called.out);
    let said = repository.refused("ann", 2, &["check", "--fail-on", "mising"]);
    assert!(said.contains("did you mean `missing`?"), "{said}");
    let other = Repository::with_settings("[check.require]\ncritcal = \"draft\"\n");
    let called = other.lacuna_as("ann", &["check", "--format", "short"]);
    assert!(
        called.out.contains("error[C002]: `[check] require` names the tier `critcal`"),
        "{}",
        called.out
    );
}

#[test]
fn what_was_published_must_not_vanish_without_an_alias() {
    let repository = branch();
    repository.write("content/about.md", "# About\n\n## Who we are\n");
    repository.write("content/old.md", "# Old\n");
    repository.commit("bea");
    repository.git(&["branch", "-f", "main"]);
    repository.git(&["mv", "content/old.md", "content/new.md"]);
    repository.edit("content/about.md", "## Who we are", "## We");
    let base = ["check", "--format", "short", "--base", "main"];
    check_with(
        &repository,
        &base,
        0,
        &[
            "warning[S007]: `old.html` was published and isn't any more",
            "content/about.md:1:1: note[S008]: links to `#who-we-are` of this page lead to its top now",
        ],
    );
    repository.write("content/new.md", "---\naliases: [old.html]\n---\n# New\n");
    repository.edit("content/about.md", "## We", "## We {#who-we-are}");
    check_with(&repository, &base, 0, &[]);
}
