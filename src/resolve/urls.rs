//! One URL for each page, gap, area and file.

use std::collections::BTreeSet;
use std::sync::Arc;

use foldhash::HashMap;

use super::bind::Bindings;
use super::{Entry, EntryKind, GapList, GapPlace, Inputs, Trait};
use crate::base::{Digest, Hasher, SitePath};
use crate::diag::{Diagnostic, Span};
use crate::parse::{Chapter, PageFacts};

/// Everything that has a URL.
pub(super) struct Urls {
    /// The pages of the output, without their sections yet.
    pub entries: Vec<Entry>,
    pub entry_of: Vec<Option<usize>>,
    pub gaps: Vec<GapPlace>,
    /// For each area its entry.
    pub areas: Vec<usize>,
    pub assets: Vec<(SitePath, String)>,
    /// The index of a page by its path.
    pub pages: HashMap<SitePath, usize>,
    /// URLs that are taken, and by what.
    pub taken: HashMap<String, Owner>,
    /// URLs of gaps whose only page lies elsewhere, with that page's URL.
    pub moved: Vec<(String, usize)>,
}

/// What has a URL.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Owner {
    Entry(usize),
    Asset(SitePath),
    Redirect,
    /// A page outside the navigation that every site has.
    Fixed,
}

/// Gives each page its URL. The first in the order of paths keeps one that two want.
pub(super) fn place(
    inputs: &Inputs,
    facts: &[Arc<PageFacts>],
    bindings: &Bindings,
    found: &mut Vec<Diagnostic>,
) -> Urls {
    let mut placer = Placer { inputs, facts, bindings, found, urls: empty(inputs, facts) };
    placer.pages();
    placer.gaps();
    placer.areas();
    placer.fixed();
    placer.folders();
    placer.assets();
    placer.urls
}

impl Urls {
    /// Of all that decides what a link leads to.
    pub(super) fn places(&self, inputs: &Inputs, facts: &[Arc<PageFacts>]) -> Digest {
        let mut hasher = Hasher::default();
        hasher.field(inputs.src.as_bytes());
        let place =
            |entry: &Option<usize>| entry.map_or(u64::MAX, |entry| entry as u64).to_le_bytes();
        for (page, entry) in facts.iter().zip(&self.entry_of) {
            hasher.field(page.path.as_str().as_bytes());
            hasher.field(&place(entry));
        }
        for entry in &self.entries {
            hasher.field(entry.url.as_bytes());
            hasher.field(&[u8::from(entry.is_gap())]);
        }
        for (url, entry) in &self.moved {
            hasher.field(url.as_bytes());
            hasher.field(&place(&Some(*entry)));
        }
        self.assets.iter().for_each(|(_, url)| hasher.field(url.as_bytes()));
        hasher.finish()
    }
}

fn empty(inputs: &Inputs, facts: &[Arc<PageFacts>]) -> Urls {
    let gaps = inputs.checklist.map_or(0, |list| list.gaps.len());
    let pages = facts.iter().enumerate().map(|(index, page)| (page.path.clone(), index));
    Urls {
        entries: Vec::new(),
        entry_of: vec![None; facts.len()],
        gaps: vec![GapPlace::default(); gaps],
        areas: Vec::new(),
        assets: Vec::new(),
        pages: pages.collect(),
        taken: HashMap::from_iter([("404.html".to_string(), Owner::Fixed)]),
        moved: Vec::new(),
    }
}

struct Placer<'a> {
    inputs: &'a Inputs<'a>,
    facts: &'a [Arc<PageFacts>],
    bindings: &'a Bindings,
    found: &'a mut Vec<Diagnostic>,
    urls: Urls,
}

impl Placer<'_> {
    fn pages(&mut self) {
        for (index, page) in self.facts.iter().enumerate() {
            let url = self.page_url(index);
            if let Some(owner) = self.urls.taken.get(&url) {
                self.found.push(collision(&page.path, &url, &self.name(owner)));
                continue;
            }
            let gaps = self.bindings.gaps_of[index].clone();
            for gap in &gaps {
                self.urls.gaps[*gap].pages.push(index);
            }
            let kind = if url == "index.html" { EntryKind::Home } else { EntryKind::Page };
            let title = self.title(index);
            let entry = self.add(url, title, kind, Some(index), gaps);
            self.urls.entry_of[index] = Some(entry);
        }
    }

    fn page_url(&self, index: usize) -> String {
        if let (Some(gap), Some(list)) = (self.bindings.by_path[index], self.inputs.checklist) {
            return format!("{}.html", list.gaps[gap].id);
        }
        let path = &self.facts[index].path;
        let readme_is_index = || {
            let folder = path.folder();
            let index =
                if folder.is_empty() { "index.md".into() } else { format!("{folder}/index.md") };
            SitePath::new(&index).is_none_or(|index| !self.urls.pages.contains_key(&index))
        };
        output_url(path, self.inputs.src, readme_is_index)
    }

    fn title(&self, index: usize) -> String {
        let page = &self.facts[index];
        let gap = match (self.bindings.by_path[index], self.inputs.checklist) {
            (Some(gap), Some(list)) => Some(list.gaps[gap].title.clone()),
            _ => None,
        };
        let heading = page.heading.as_ref().map(|(title, _)| title.clone());
        let home = (page.path.strip(self.inputs.src) == Some("index.md"))
            .then(|| self.inputs.title.to_string());
        let title = page.front.title.clone().or(gap).or(heading).or(home);
        title.unwrap_or_else(|| humanise(stem(&page.path)))
    }

    fn gaps(&mut self) {
        let Some(list) = self.inputs.checklist else { return };
        for (index, gap) in list.gaps.iter().enumerate() {
            let url = format!("{}.html", gap.id);
            self.urls.gaps[index].url.clone_from(&url);
            let pages = self.urls.gaps[index].pages.clone();
            let here = pages.iter().any(|page| self.bindings.by_path[*page] == Some(index));
            match pages.as_slice() {
                _ if here => {}
                [] => self.generated(url, gap.title.clone(), EntryKind::Gap(index), vec![index]),
                [page] => self.moved(url, *page),
                _ => {
                    let kind = EntryKind::GapPages(index);
                    self.generated(url, gap.title.clone(), kind, vec![index]);
                }
            }
        }
    }

    fn moved(&mut self, url: String, page: usize) {
        let Some(entry) = self.urls.entry_of[page] else { return };
        if self.urls.taken.contains_key(&url) {
            return;
        }
        self.urls.taken.insert(url.clone(), Owner::Redirect);
        self.urls.moved.push((url, entry));
    }

    fn areas(&mut self) {
        let Some(list) = self.inputs.checklist else { return };
        for (index, area) in list.areas.iter().enumerate() {
            let url = format!("{}/index.html", area.id);
            let entry = match self.urls.taken.get(&url) {
                // The page that introduces the area becomes the area's page.
                Some(Owner::Entry(entry)) => {
                    let entry = *entry;
                    self.urls.entries[entry].kind = EntryKind::Area(index);
                    if self.front_title(entry).is_none() {
                        self.urls.entries[entry].title.clone_from(&area.title);
                    }
                    entry
                }
                _ => self.add(url, area.title.clone(), EntryKind::Area(index), None, Vec::new()),
            };
            self.urls.areas.push(entry);
        }
    }

    fn front_title(&self, entry: usize) -> Option<&str> {
        let page = self.urls.entries[entry].page?;
        self.facts[page].front.title.as_deref()
    }

    /// The home page, the status page and the lists behind its numbers.
    fn fixed(&mut self) {
        // A book begins with its first chapter, as in mdBook.
        let summary = self.inputs.summary.filter(|_| self.inputs.checklist.is_none());
        let first = summary.and_then(|summary| self.first_chapter(&summary.chapters));
        if let Some(entry) = first.filter(|_| !self.urls.taken.contains_key("index.html")) {
            self.urls.taken.insert("index.html".to_string(), Owner::Redirect);
            self.urls.moved.push(("index.html".to_string(), entry));
        } else if !self.urls.taken.contains_key("index.html") {
            let title = self.inputs.title.to_string();
            self.add("index.html".to_string(), title, EntryKind::Home, None, Vec::new());
        }
        let Some(list) = self.inputs.checklist else { return };
        let mut page = |name: &str, title: &str, kind| {
            self.generated(format!("status/{name}.html"), title.to_string(), kind, Vec::new());
        };
        page("index", "Status", EntryKind::Status);
        for (index, tier) in list.tiers.iter().enumerate() {
            let kind = EntryKind::List(GapList::Tier(index));
            page(&format!("tier-{}", tier.id), &tier.title, kind);
        }
        for list in Trait::all() {
            page(list.id(), list.title(), EntryKind::List(GapList::Having(list)));
        }
        if self.facts.iter().any(|page| !page.front.controls.is_empty()) {
            self.generated(
                CONTROLS.to_string(),
                "Controls".into(),
                EntryKind::Controls,
                Vec::new(),
            );
        }
    }

    /// A page that lists its pages for each folder that has none of its own. A navigation that
    /// people wrote needs none.
    fn folders(&mut self) {
        if self.inputs.summary.is_some() {
            return;
        }
        let mut folders = BTreeSet::new();
        for entry in &self.urls.entries {
            let mut path = entry.url.as_str();
            while let Some((folder, _)) =
                path.rsplit_once('/').filter(|(at, _)| !folders.contains(at))
            {
                folders.insert(folder);
                path = folder;
            }
        }
        let folders: Vec<String> = folders.into_iter().map(str::to_string).collect();
        for folder in folders {
            let url = format!("{folder}/index.html");
            if !self.urls.taken.contains_key(&url) {
                let title = humanise(folder.rsplit('/').next().unwrap_or(&folder));
                self.add(url, title, EntryKind::Folder, None, Vec::new());
            }
        }
    }

    fn first_chapter(&self, chapters: &[Chapter]) -> Option<usize> {
        chapters.iter().find_map(|chapter| {
            let page = chapter.path.as_ref().and_then(|path| self.urls.pages.get(path));
            let entry = page.and_then(|page| self.urls.entry_of[*page]);
            entry.or_else(|| self.first_chapter(&chapter.children))
        })
    }

    fn assets(&mut self) {
        for path in self.inputs.assets {
            let Some(url) = path.strip(self.inputs.src) else { continue };
            match self.urls.taken.get(url) {
                Some(owner) => self.found.push(collision(path, url, &self.name(owner))),
                None => {
                    self.urls.taken.insert(url.to_string(), Owner::Asset(path.clone()));
                    self.urls.assets.push((path.clone(), url.to_string()));
                }
            }
        }
    }

    /// A page that we make; one of the content in its place is reported and kept.
    fn generated(&mut self, url: String, title: String, kind: EntryKind, gaps: Vec<usize>) {
        match self.urls.taken.get(&url) {
            Some(Owner::Entry(entry)) if self.urls.entries[*entry].page.is_some() => {
                let page = self.urls.entries[*entry].page.unwrap_or_default();
                let path = &self.facts[page].path;
                self.found.push(collision(path, &url, "a page that Lacuna makes"));
            }
            Some(_) => {}
            None => drop(self.add(url, title, kind, None, gaps)),
        }
    }

    fn add(
        &mut self,
        url: String,
        title: String,
        kind: EntryKind,
        page: Option<usize>,
        gaps: Vec<usize>,
    ) -> usize {
        let entry = self.urls.entries.len();
        self.urls.taken.insert(url.clone(), Owner::Entry(entry));
        self.urls.entries.push(Entry { url, title, kind, page, gaps, section: 0, place: 0 });
        entry
    }

    fn name(&self, owner: &Owner) -> String {
        match owner {
            Owner::Asset(path) => format!("`{path}`"),
            Owner::Redirect => "a redirect".to_string(),
            Owner::Fixed => "a page that Lacuna makes".to_string(),
            Owner::Entry(entry) => match self.urls.entries[*entry].page {
                Some(page) => format!("`{}`", self.facts[page].path),
                None => "a page that Lacuna makes".to_string(),
            },
        }
    }
}

/// The page of all controls.
const CONTROLS: &str = "status/controls.html";

/// The URL of an ordinary page.
fn output_url(path: &SitePath, src: &str, readme_is_index: impl Fn() -> bool) -> String {
    let below = path.strip(src).unwrap_or(path.as_str());
    let stem = below.rsplit_once('.').map_or(below, |(stem, _)| stem);
    let (folder, name) = stem.rsplit_once('/').map_or(("", stem), |(folder, name)| (folder, name));
    let name =
        if name.eq_ignore_ascii_case("readme") && readme_is_index() { "index" } else { name };
    if folder.is_empty() { format!("{name}.html") } else { format!("{folder}/{name}.html") }
}

fn stem(path: &SitePath) -> &str {
    let name = path.name();
    match name.rsplit_once('.').map_or(name, |(stem, _)| stem) {
        "index" | "README" => path.folder().rsplit('/').next().unwrap_or_default(),
        stem => stem,
    }
}

/// `how-to-use` reads "How to use".
pub(super) fn humanise(name: &str) -> String {
    let text = name.replace(['-', '_'], " ");
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => "Untitled".to_string(),
    }
}

/// Two sources for one URL.
pub(super) fn collision(path: &SitePath, url: &str, other: &str) -> Diagnostic {
    let message = format!("`{url}` is taken by {other}, so this file isn't published");
    Diagnostic::new("S001", Some(Span::file(path)), message).help("rename one of them")
}
