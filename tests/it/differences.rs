//! What readers see of a text that isn't the approved one, and of a history that was cut off.

use crate::repository::{PAGE, Repository};

const SHOWN: &str = "book/status/changes/operations/backups.html";
const LINK: &str = "<a href=\"../status/changes/operations/backups.html\">";

/// A handbook whose approved page was changed and committed.
fn changed() -> Repository {
    let repository = Repository::approved();
    repository.edit(PAGE, "word", "new");
    repository.commit("bea");
    repository
}

#[test]
fn a_page_leads_to_what_has_changed_since_its_approval() {
    let repository = changed();
    repository.data(&["build"]);
    let page = repository.read("book/operations/backups.html");
    assert!(page.contains(LINK), "{page}");
    let shown = repository.read(SHOWN);
    assert!(shown.contains("<del>word</del> <ins>new</ins> word"), "{shown}");
    assert!(shown.contains("Since Ann approved <a href=\"../../../operations/backups.html\">"));
    assert_eq!(shown.matches("<pre").count(), 1);
}

#[test]
fn what_was_approved_is_looked_for_once() {
    let repository = changed();
    repository.data(&["build"]);
    let again = repository.lacuna_as("ann", &["build"]);
    assert!(again.err.contains("0 files written"), "{}", again.err);
    // The text on disk is compared, committed or not.
    repository.edit(PAGE, "new", "newer");
    repository.data(&["build"]);
    assert!(repository.read(SHOWN).contains("<ins>newer</ins>"));
}

#[test]
fn a_text_that_is_the_approved_one_again_has_no_difference() {
    let repository = changed();
    repository.data(&["build"]);
    repository.edit(PAGE, "new", "word");
    repository.data(&["build"]);
    assert!(!repository.path(SHOWN).exists());
    assert!(!repository.read("book/operations/backups.html").contains("status/changes"));
}

#[test]
fn a_file_that_has_changed_beside_the_same_words_is_told() {
    let repository = Repository::written();
    repository.write("content/operations/plan.txt", "one\n");
    repository.edit(PAGE, "## Why", "[plan](plan.txt)\n\n## Why");
    repository.commit("bea");
    repository.approve("ann");
    repository.write("content/operations/plan.txt", "two\n");
    repository.commit("bea");
    repository.data(&["build"]);
    assert!(repository.read(SHOWN).contains("The words are the same; a file has changed"));
}

#[test]
fn a_cut_off_history_is_told_and_not_guessed() {
    let repository = changed();
    let whole = repository.path("");
    let clone = repository.path("clone");
    let from = format!("file://{}", whole.display());
    repository.git(&["clone", "-q", "--depth", "1", &from, clone.to_str().unwrap()]);
    let root = clone.to_str().unwrap();
    repository.data(&["--root", root, "build"]);
    for page in ["index.html", "status/index.html"] {
        let html = repository.read(&format!("clone/book/{page}"));
        assert!(html.contains("a clone that has only a part of the history"), "{page}");
    }
    let page = repository.read("clone/book/operations/backups.html");
    assert!(page.contains("changed since review") && !page.contains("status/changes"), "{page}");
    assert!(!repository.path("clone/book/status/changes").exists());
    repository.data(&["build"]);
    assert!(!repository.read("book/index.html").contains("a part of the history"));
}
