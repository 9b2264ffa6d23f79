//! Which files lie around an example when it runs.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aho_corasick::AhoCorasick;

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
    names: Names<'a>,
    /// The names that stand in each file, by their numbers.
    named: BTreeMap<SitePath, Arc<[usize]>>,
}

impl<'a> Shelf<'a> {
    pub(super) fn new(files: &'a dyn Files, config: &'a Config, tree: &'a Tree) -> Self {
        let (read, named) = (BTreeMap::new(), BTreeMap::new());
        Self { files, config, tree, read, names: Names::new(config, tree), named }
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

    /// Adds what some files name, and what that names in turn.
    fn with_named(&mut self, found: &mut BTreeSet<SitePath>) {
        let mut open: Vec<SitePath> = found.iter().cloned().collect();
        while let Some(path) = open.pop() {
            for name in self.named_in(&path).iter() {
                for path in &self.names.meant[*name].1 {
                    if !found.contains(*path) {
                        found.insert((*path).clone());
                        open.push((*path).clone());
                    }
                }
            }
        }
    }

    /// The names that stand in a file, looked for once.
    fn named_in(&mut self, path: &SitePath) -> Arc<[usize]> {
        if let Some(known) = self.named.get(path) {
            return Arc::clone(known);
        }
        let text = self.text(path).to_string();
        let found: Arc<[usize]> = self.names.stand_in(&text).into();
        self.named.insert(path.clone(), Arc::clone(&found));
        found
    }

    /// The pages in the folder of a file and below it.
    pub(super) fn pages_around(&self, path: &SitePath) -> Vec<SitePath> {
        let below = |page: &&SitePath| page.strip(path.folder()).is_some();
        self.tree.pages.iter().filter(below).cloned().collect()
    }

    /// The files around the examples of a page: those beside it, those that it includes or links
    /// to, those that all examples may read, and what any of them names.
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
        self.with_named(&mut found);
        found
    }
}

/// The names by which files of other folders are used, and the files that are meant by each: shared
/// data by its file name, the files of another folder by the name of the folder.
struct Names<'a> {
    /// Finds all of them in one pass.
    automaton: AhoCorasick,
    meant: Vec<(Named, Vec<&'a SitePath>)>,
}

/// How a file of another folder is named by those that use it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Named {
    /// By its own name.
    File,
    /// By that of its folder, as a part of a path.
    Folder,
}

impl<'a> Names<'a> {
    fn new(config: &Config, tree: &'a Tree) -> Self {
        let shared = format!("{}/reference", config.src);
        let mut meant: BTreeMap<(Named, &str), Vec<&SitePath>> = BTreeMap::new();
        for path in tree.assets.iter().filter(|path| path.folder() != config.src.as_str()) {
            let name = match path.strip(&shared) {
                Some(_) => (Named::File, path.name()),
                None => (Named::Folder, path.folder().rsplit('/').next().unwrap_or_default()),
            };
            meant.entry(name).or_default().push(path);
        }
        let automaton = AhoCorasick::new(meant.keys().map(|(_, name)| name))
            .expect("the names of some files fit into an automaton");
        let meant = meant.into_iter().map(|((named, _), files)| (named, files)).collect();
        Self { automaton, meant }
    }

    /// The numbers of the names that stand in a text.
    fn stand_in(&self, text: &str) -> Vec<usize> {
        let border = |char: Option<char>| matches!(char, Some('/' | '"' | '\''));
        let mut found = BTreeSet::new();
        for at in self.automaton.find_overlapping_iter(text) {
            let name = at.pattern().as_usize();
            let stands = match self.meant[name].0 {
                Named::File => true,
                Named::Folder => {
                    border(text[..at.start()].chars().next_back())
                        && border(text[at.end()..].chars().next())
                }
            };
            if stands {
                found.insert(name);
            }
        }
        found.into_iter().collect()
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
