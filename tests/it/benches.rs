//! The benchmarks' book, with few pages, so that it can't rot. Nothing here is timed.

#[path = "../../benches/shared/mod.rs"]
mod shared;

use std::collections::BTreeSet;

use lacuna::build::build;
use lacuna::config::Config;
use lacuna::files::DiskFiles;
use shared::corpus::{Corpus, path};
use shared::{code, corpus, floor, peers};

use super::support::TODAY;

#[test]
fn the_book_of_the_benchmarks_builds_without_a_finding() {
    let folder = tempfile::tempdir().unwrap();
    let corpus = Corpus { pages: 20, rich: true };
    corpus.write(folder.path()).unwrap();
    let (config, _) = Config::read(folder.path(), &corpus.settings(), TODAY);
    let report = build(&DiskFiles, &config).unwrap();
    assert_eq!(report.diagnostics.len(), 0, "{:?}", report.diagnostics.first());
    // The pages, their section, home and the page for addresses that don't exist.
    assert_eq!((report.parsed, report.rendered), (22, 23));
    let page = folder.path().join("content").join(path(7));
    std::fs::write(page, corpus.text(7, "", "Edited.")).unwrap();
    // The page, what the search shows of its end, and the lists of its new word.
    assert_eq!(build(&DiskFiles, &config).unwrap().written, 7);
    assert_eq!(floor::run(folder.path(), &folder.path().join("floor")).unwrap(), 22);
}

#[test]
fn no_two_blocks_of_code_are_alike() {
    let mut random = corpus::Random(1);
    let blocks: BTreeSet<String> =
        (0..400).map(|number| code::block(&mut random, number).1).collect();
    assert_eq!(blocks.len(), 400);
}

#[test]
fn peers_get_the_same_pages() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("book");
    Corpus { pages: 3, rich: false }.write(&root).unwrap();
    for peer in peers::all(&root, folder.path()) {
        assert!(peer.output.starts_with(folder.path()), "{}", peer.name);
        assert!(peer.command().get_args().len() > 0, "{}", peer.name);
        assert!(peer.serve(3000).get_args().any(|word| word == "3000"), "{}", peer.name);
        assert!(peer.content.join(path(2)).is_file(), "{}", peer.name);
        assert!(peer.url(&path(2)).starts_with("/section-0/page-2"), "{}", peer.name);
    }
}
