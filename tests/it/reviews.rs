//! Recording reviews: what is recorded, what is refused, what is shown.

use super::repository::{GAP, PAGE, REVIEWS, Repository, full_page};

const APPROVE: &[&str] = &["approve", GAP, "--by", "ann", "--method", "read"];

/// Checks that an approval by `ann` is refused for a reason, and that nothing is written.
#[track_caller]
fn check_refused(repository: &Repository, more: &[&str], code: i32, reason: &str) {
    let before = repository.git(&["status", "--porcelain", "--untracked-files=all"]);
    let said = repository.refused("ann", code, &[APPROVE, more].concat());
    assert!(said.contains(reason), "{said}");
    assert_eq!(repository.git(&["status", "--porcelain", "--untracked-files=all"]), before);
}

#[test]
fn a_request_is_recorded_beside_the_page() {
    let repository = Repository::written();
    let page = repository.read(PAGE);
    repository.data(&["request", GAP, "--from", "Ann"]);
    let record = repository.read(REVIEWS);
    let (head, digest) = record.split_once("  digest: v1-").unwrap();
    assert_eq!(head, "- by: ann\n  on: 2026-11-22\n  verdict: requested\n");
    assert_eq!(digest.trim_end().len(), 32, "{record}");
    assert_eq!(repository.read(PAGE), page);
    assert_eq!(repository.standing(), "in-review");
}

#[test]
fn an_approval_is_added_below_what_stands_there() {
    let repository = Repository::written();
    repository.data(&["request", GAP, "--from", "ann"]);
    let requested = repository.read(REVIEWS);
    repository.commit("bea");
    repository.approve_with("ann", &["--note", "Tried: it's \"fine\"\n- by: eve"]);
    let text = repository.read(REVIEWS);
    let added = text.strip_prefix(&requested).expect("what stood there stays");
    let digest = requested.rsplit_once("digest: ").unwrap().1.trim();
    assert_eq!(
        added,
        format!(
            "- by: ann\n  on: 2026-11-22\n  verdict: approved\n  method: read\n  author: bea\n  \
             digest: {digest}\n  note: \"Tried: it's \\\"fine\\\"\\n- by: eve\"\n"
        )
    );
    assert_eq!(repository.standing(), "complete");
}

#[test]
fn changes_can_be_requested_of_a_page_that_is_not_ready() {
    let repository = Repository::new();
    repository.write(PAGE, "# Backups\n\nTODO: write it. But some words.\n\nMore of them.\n");
    repository.commit("bea");
    repository.approve_with("ann", &["--verdict", "changes-requested", "--note", "Go on"]);
    assert!(repository.read(REVIEWS).contains("verdict: changes-requested"));
}

#[test]
fn a_page_that_is_not_ready_is_not_approved() {
    let repository = Repository::written();
    let empty = format!("## Procedure\n\n{}", vec!["word"; 25].join(" "));
    repository.edit(PAGE, &empty, "## Procedure\n");
    repository.commit("bea");
    let reason = "`content/operations/backups.md` isn't ready for review\n  - required-sections: \
                  The section Procedure is empty. (content/operations/backups.md:15)";
    check_refused(&repository, &[], 2, reason);
    let said = repository.refused("bea", 2, &["request", GAP, "--from", "ann"]);
    assert!(said.contains(reason), "{said}");
}

#[test]
fn a_page_with_changes_that_are_not_committed_is_not_approved() {
    let repository = Repository::written();
    repository.edit(PAGE, "word word", "word other");
    check_refused(&repository, &[], 2, "`content/operations/backups.md` has changes that aren't");
    repository.commit("bea");
    repository.edit(PAGE, "# Backups\n", "# Backups\n\n[plan](plan.sql)\n");
    repository.write("content/operations/plan.sql", "one");
    repository.commit("bea");
    repository.write("content/operations/plan.sql", "two");
    check_refused(&repository, &[], 2, "`content/operations/plan.sql` has changes that aren't");
}

#[test]
fn a_page_that_was_never_committed_is_not_approved() {
    let repository = Repository::new();
    repository.write(PAGE, &full_page("Backups"));
    check_refused(&repository, &[], 2, "has changes that aren't committed");
    repository.write(".gitignore", "backups.md\n");
    check_refused(&repository, &[], 2, "has changes that aren't committed");
}

#[test]
fn nobody_approves_as_somebody_else() {
    let repository = Repository::written();
    let said = repository.refused("cat", 2, APPROVE);
    assert!(said.contains("git knows you as Cat <cat@example.org>, which isn't ann"), "{said}");
    let called = repository.lacuna_as("cat", &[APPROVE, &["--on-behalf"]].concat());
    assert_eq!(called.code, Some(0), "{}", called.err);
    assert!(repository.read(REVIEWS).ends_with("  on_behalf: true\n"));
    assert_eq!(repository.standing(), "in-review, review-unattested");
}

#[test]
fn a_reviewer_may_be_named_by_key_name_or_address() {
    for name in ["ann", "Ann", "ann@example.org"] {
        let repository = Repository::written();
        repository.data(&["approve", GAP, "--by", name, "--method", "ran-the-steps"]);
        assert!(repository.read(REVIEWS).starts_with("- by: ann\n"), "{name}");
    }
}

#[test]
fn somebody_unknown_is_refused_with_the_nearest_name() {
    let repository = Repository::written();
    let said = repository.refused("bea", 2, &["request", GAP, "--from", "anne"]);
    assert!(said.contains("`[people]` in book.toml has no `anne`"), "{said}");
    assert!(said.contains("did you mean `ann`?"), "{said}");
}

#[test]
fn where_no_people_are_listed_anybody_may_review() {
    let repository = Repository::written();
    repository.write("book.toml", "");
    repository.data(&["request", GAP, "--from", "Dora: \"the\" #1"]);
    assert!(repository.read(REVIEWS).starts_with("- by: \"Dora: \\\"the\\\" #1\"\n"));
    repository.commit("bea");
    repository.data(&["approve", GAP, "--by", "Ann", "--method", "read"]);
    assert!(repository.read(REVIEWS).contains("  author: \"Bea <bea@example.org>\"\n"));
    let own = ["approve", GAP, "--by", "bea@example.org", "--method", "read"];
    let said = repository.refused("bea", 2, &own);
    assert!(said.contains("bea@example.org changed this text last"), "{said}");
}

#[test]
fn nobody_approves_their_own_text() {
    let repository = Repository::written();
    repository.edit(PAGE, "word word", "word other");
    repository.commit("ann");
    check_refused(&repository, &[], 2, "ann changed this text last");
    let said = repository.refused("bea", 2, &["request", GAP, "--from", "ann"]);
    assert!(said.contains("ann changed this text last"), "{said}");
}

#[test]
fn authors_approve_their_own_text_where_the_handbook_allows_it() {
    let repository = Repository::with_settings("[review]\nsolo = true\n");
    repository.write(PAGE, &full_page("Backups"));
    repository.commit("ann");
    repository.approve("ann");
    assert_eq!(repository.standing(), "complete");
}

#[test]
fn the_author_is_who_changed_what_the_text_says() {
    for (old, new) in [
        ("word word word", "word\nword word"),
        ("# Backups\n", "---\ntags: [x]\n---\n# Backups\n"),
        ("word\n\n## Why", "word  \n\n\n## Why"),
    ] {
        let repository = Repository::written();
        repository.edit(PAGE, old, new);
        repository.commit("ann");
        repository.approve("ann");
        assert!(repository.read(REVIEWS).contains("author: bea"), "{old:?} → {new:?}");
    }
}

#[test]
fn whoever_changes_what_a_page_includes_is_an_author() {
    let repository = Repository::written();
    repository.edit(PAGE, "# Backups\n", "# Backups\n\n{{#include part.txt}} {{#var days}}\n");
    repository.write("content/operations/part.txt", "one");
    repository.edit("book.toml", "[people.ann]", "[variables]\ndays = 3\n[people.ann]");
    repository.commit("bea");
    repository.write("content/operations/part.txt", "two");
    repository.commit("ann");
    check_refused(&repository, &[], 2, "ann changed this text last");
    repository.write("content/operations/part.txt", "three");
    repository.commit("bea");
    repository.edit("book.toml", "days = 3", "days = 4");
    repository.commit("ann");
    check_refused(&repository, &[], 2, "ann changed this text last");
}

#[test]
fn moving_a_page_does_not_make_an_author() {
    let repository = Repository::written();
    repository.write("content/operations/backups/index.md", &repository.read(PAGE));
    std::fs::remove_file(repository.path(PAGE)).unwrap();
    repository.commit("ann");
    repository.approve("ann");
    let record = repository.read("content/operations/backups/index.reviews.yaml");
    assert!(record.contains("author: bea"), "{record}");
}

#[test]
fn whoever_hides_a_change_in_a_merge_is_an_author() {
    let repository = Repository::written();
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.commit("cat");
    repository.git(&["checkout", "-q", "main"]);
    repository.commit("cat");
    repository.git_as("ann", &["merge", "-q", "--no-commit", "--no-ff", "side"]);
    repository.edit(PAGE, "word word", "word hidden");
    repository.commit("ann");
    check_refused(&repository, &[], 2, "ann changed this text last");
}

#[test]
fn who_wrote_a_text_is_looked_for_again_when_its_commits_are_others() {
    let repository = Repository::written();
    repository.approve("ann");
    assert_eq!(repository.standing(), "complete");
    assert!(repository.path(".lacuna/authors").exists());
    repository.git_as("ann", &["commit", "-q", "--amend", "--no-edit", "--reset-author"]);
    assert_eq!(repository.standing(), "in-review, self-reviewed");
}

#[test]
fn without_the_history_nobody_can_tell() {
    let repository = Repository::written();
    repository.commit("cat");
    let path = repository.path("");
    let clone = tempfile::tempdir().unwrap();
    let (from, to) = (format!("file://{}", path.display()), clone.path().to_str().unwrap());
    repository.git(&["clone", "-q", "--depth", "1", &from, to]);
    let said = repository.refused("ann", 3, &[APPROVE, &["--root", to]].concat());
    assert!(said.contains("this clone has only a part of the history"), "{said}");
    std::fs::remove_dir_all(repository.path(".git")).unwrap();
    check_no_repository(&repository);
}

#[track_caller]
fn check_no_repository(repository: &Repository) {
    let said = repository.refused("ann", 3, APPROVE);
    assert!(said.contains("there is no git repository"), "{said}");
}

#[test]
fn somebody_is_not_asked_twice_about_the_same_text() {
    let repository = Repository::written();
    repository.data(&["request", GAP, "--from", "ann"]);
    let said = repository.refused("bea", 2, &["request", GAP, "--from", "ann"]);
    assert!(said.contains("ann was asked to review this text on 2026-11-22 already"), "{said}");
    repository.data(&["request", GAP, "--from", "cat"]);
}

#[test]
fn a_page_is_named_where_a_gap_has_several() {
    let repository = Repository::written();
    repository.write(
        "content/more.md",
        &full_page("More").replace("# More", "---\ngap: operations/backups\n---\n# More"),
    );
    repository.commit("bea");
    let said = repository.refused("ann", 2, APPROVE);
    assert!(said.contains("2 pages close `operations/backups`"), "{said}");
    repository.data(&["approve", "more.md", "--by", "ann", "--method", "read"]);
    assert_eq!(repository.standing(), "draft", "the other page waits");
    repository.data(&["approve", PAGE, "--by", "ann", "--method", "read"]);
    assert_eq!(repository.standing(), "complete");
}

#[test]
fn a_gap_without_a_page_has_nothing_to_review() {
    let said = Repository::new().refused("ann", 2, APPROVE);
    assert!(said.contains("no page closes `operations/backups`"), "{said}");
}

#[test]
fn a_list_in_a_form_of_its_own_is_left_alone() {
    let repository = Repository::written();
    repository.write(REVIEWS, "[{by: cat, on: 2026-11-20, verdict: requested}]\n");
    check_refused(&repository, &[], 2, "can't add to `content/operations/backups.reviews.yaml`");
}

#[test]
fn a_review_shows_what_has_changed_since_the_approval() {
    let repository = Repository::written();
    let text = "# Backups\n\nWe keep them for 30 days,\nthen they go.\n\nThe end of it.\n";
    repository.edit(PAGE, "# Backups\n", text);
    repository.commit("bea");
    repository.approve("ann");
    repository.commit("ann");
    assert_eq!(
        repository.data(&["review", GAP]),
        "content/operations/backups.md is as it was approved by ann on 2026-11-22\n"
    );
    repository.edit(PAGE, "for 30 days,\nthen", "for 90\ndays, then");
    repository.edit(PAGE, "The end of", "The very end");
    repository.commit("bea");
    assert_eq!(
        repository.data(&["review", GAP]),
        "content/operations/backups.md since it was approved by ann on 2026-11-22:\n\n\
         \x20 \n  We keep them for [-30-] {+90+}\n  days, then they go.\n  \n  \
         The {+very+} end [-of-] it.\n  \n"
    );
}

#[test]
fn a_text_that_was_never_approved_is_to_be_read_as_a_whole() {
    assert_eq!(
        Repository::written().data(&["review", GAP]),
        "content/operations/backups.md was never approved: all of it is to be read\n"
    );
}

#[test]
fn an_approved_text_that_is_in_no_commit_cannot_be_compared() {
    let repository = Repository::approved();
    let text = repository.read(REVIEWS);
    let digest = text.rsplit_once("digest: ").unwrap().1.trim();
    repository.edit(REVIEWS, digest, "v1-00000000000000000000000000000000");
    let said = repository.refused("ann", 3, &["review", GAP]);
    assert!(said.contains("no commit has the text of"), "{said}");
}

#[test]
fn a_small_change_shows_itself_when_it_is_approved_and_keeps_the_due_date() {
    let mut repository = Repository::approved();
    check_refused(&repository, &["--minor"], 2, "the text is the one that was approved");
    let due = repository.due();
    repository.edit(PAGE, "# Backups", "# All backups");
    repository.set_today("2026-11-30");
    repository.commit("bea");
    let called = repository.lacuna_as("ann", &[APPROVE, &["--minor"]].concat());
    assert_eq!(called.code, Some(0), "{}", called.err);
    assert!(called.out.contains("# [-Backups-] {+All backups+}"), "{}", called.out);
    assert!(repository.read(REVIEWS).ends_with("  minor: true\n"));
    assert_eq!(repository.due(), due);
    repository.approve("ann");
    assert_ne!(repository.due(), due);
}

#[test]
fn a_first_approval_is_never_a_small_one() {
    check_refused(&Repository::written(), &["--minor"], 2, "was never approved");
}
