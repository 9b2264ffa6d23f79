//! Which files lie around an example when it runs.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::{Digest, SitePath};
use crate::config::Config;
use crate::files::Files;
use crate::parse::PageFacts;
use crate::resolve::{LinkTarget, Outcome};
use crate::source::Tree;

/// The files of the project, read once.
pub(super) struct Shelf<'a> {
    files: &'a dyn Files,
    config: &'a Config,
    tree: &'a Tree,
    read: BTreeMap<SitePath, (Digest, String)>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(files: &'a dyn Files, config: &'a Config, tree: &'a Tree) -> Self {
        Self { files, config, tree, read: BTreeMap::new() }
    }

    /// The digest of a file and its text; what isn't UTF-8 has none.
    fn file(&mut self, path: &SitePath) -> &(Digest, String) {
        self.read.entry(path.clone()).or_insert_with(|| {
            let bytes = self.files.read(&path.on_disk(&self.config.root)).unwrap_or_default();
            (Digest::of(&bytes), String::from_utf8(bytes).unwrap_or_default())
        })
    }

    pub(super) fn digest(&mut self, path: &SitePath) -> Digest {
        self.file(path).0
    }

    pub(super) fn text(&mut self, path: &SitePath) -> &str {
        &self.file(path).1
    }

    /// The line of a byte of a file, from 1.
    pub(super) fn line(&mut self, path: &SitePath, byte: u32) -> usize {
        let text = self.text(path).as_bytes();
        let head = &text[..(byte as usize).min(text.len())];
        head.iter().filter(|byte| **byte == b'\n').count() + 1
    }

    /// Adds the shared data that some files name, and what that names in turn.
    fn with_reference(&mut self, found: &mut BTreeSet<SitePath>) {
        let folder = format!("{}/reference", self.config.src);
        let tree = self.tree;
        let shared: Vec<&SitePath> =
            tree.assets.iter().filter(|path| path.strip(&folder).is_some()).collect();
        let mut open: Vec<SitePath> = found.iter().cloned().collect();
        while let Some(path) = open.pop() {
            let text = self.text(&path).to_string();
            for path in shared.iter().filter(|path| text.contains(path.name())) {
                if found.insert((*path).clone()) {
                    open.push((*path).clone());
                }
            }
        }
    }

    /// The files around the examples of a page: those beside it, those that it includes or links
    /// to, those that all examples may read, and the shared data that any of them names.
    pub(super) fn around(
        &mut self,
        beside: &[SitePath],
        facts: Option<(&PageFacts, &[LinkTarget])>,
    ) -> BTreeSet<SitePath> {
        let mut found: BTreeSet<SitePath> = beside.iter().cloned().collect();
        found.extend(self.config.examples.files.iter().filter_map(|path| SitePath::new(path)));
        if let Some((facts, links)) = facts {
            found.extend(facts.includes.iter().cloned());
            found.extend(links.iter().filter_map(|link| match &link.outcome {
                Outcome::Asset(path) => Some(path.clone()),
                _ => None,
            }));
        }
        self.with_reference(&mut found);
        found
    }
}

/// The files of the content by the page that they stand beside: the `index.md` of their folder,
/// or of the nearest one above it other than the top. The others stand for themselves.
pub(super) fn by_page(src: &str, tree: &Tree) -> BTreeMap<SitePath, Vec<SitePath>> {
    let pages: BTreeSet<&SitePath> = tree.pages.iter().collect();
    let owner = |path: &SitePath| {
        let mut folder = path.folder();
        loop {
            let page = SitePath::new(&format!("{folder}/index.md"))?;
            if (folder != src || path.folder() == src) && pages.contains(&page) {
                return Some(page);
            }
            folder = folder.rsplit_once('/')?.0;
        }
    };
    let mut found: BTreeMap<SitePath, Vec<SitePath>> = BTreeMap::new();
    for path in &tree.assets {
        found.entry(owner(path).unwrap_or_else(|| path.clone())).or_default().push(path.clone());
    }
    found
}
