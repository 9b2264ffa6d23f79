//! Navigation: sections and their items, from `SUMMARY.md`, or from the checklist and folders.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::urls::{Owner, Urls};
use super::{Entry, EntryKind, Inputs, Item, Section};
use crate::base::SitePath;
use crate::diag::{Diagnostic, Span};
use crate::parse::{Chapter, PageFacts, Summary};

/// The navigation, and the entries with their sections.
pub(super) struct Nav {
    pub entries: Vec<Entry>,
    pub sections: Vec<Section>,
    pub reading: Vec<usize>,
}

/// Builds the navigation.
pub(super) fn build(
    inputs: &Inputs,
    facts: &[Arc<PageFacts>],
    urls: &Urls,
    found: &mut Vec<Diagnostic>,
) -> Nav {
    let entries = urls.entries.clone();
    let root = match inputs.summary {
        Some(summary) => from_summary(inputs, facts, urls, summary, found),
        None => Folders { inputs, facts, urls, entries: &entries }.root(),
    };
    let mut flat = Flat { entries, sections: Vec::new(), reading: Vec::new() };
    flat.section(root, None);
    Nav { entries: flat.entries, sections: flat.sections, reading: flat.reading }
}

/// A place in the navigation, before it is cut into sections.
#[derive(Default)]
struct Node {
    title: String,
    url: String,
    /// The entry that stands here; none for a link to one that stands elsewhere.
    entry: Option<usize>,
    gap: Option<usize>,
    number: Option<String>,
    part: Option<String>,
    /// By what it is sorted among its neighbours.
    order: Option<i64>,
    children: Vec<Node>,
}

impl Node {
    fn of(entries: &[Entry], entry: usize) -> Self {
        let found = &entries[entry];
        Self {
            title: found.title.clone(),
            url: found.url.clone(),
            entry: Some(entry),
            gap: found.gaps.first().copied(),
            ..Self::default()
        }
    }
}

/// Navigation from the checklist first, then from the folders.
struct Folders<'a> {
    inputs: &'a Inputs<'a>,
    facts: &'a [Arc<PageFacts>],
    urls: &'a Urls,
    entries: &'a [Entry],
}

/// A folder of the output with what lies in it.
#[derive(Default)]
struct Folder {
    index: Option<usize>,
    pages: Vec<usize>,
    folders: BTreeMap<String, Folder>,
}

impl Folder {
    /// The folder with a name in it.
    fn below(&mut self, name: &str) -> &mut Self {
        if !self.folders.contains_key(name) {
            self.folders.insert(name.to_string(), Self::default());
        }
        self.folders.get_mut(name).expect("it is there now")
    }
}

impl Folders<'_> {
    fn root(&self) -> Node {
        let mut tree = self.tree();
        let home = tree.index.unwrap_or_default();
        let mut root = Node::of(self.entries, home);
        root.children = self.areas(&mut tree);
        let (pages, folders) = (std::mem::take(&mut tree.pages), std::mem::take(&mut tree.folders));
        let mut others = self.nodes(pages, folders);
        // Pages beside the checklist must not seem to belong to its last tier.
        if let Some(first) = others.first_mut().filter(|_| !root.children.is_empty()) {
            first.part = Some("More pages".to_string());
        }
        root.children.extend(others);
        root
    }

    /// All entries by their folders, without gaps and the status page.
    fn tree(&self) -> Folder {
        let mut root = Folder::default();
        for (index, entry) in self.entries.iter().enumerate() {
            if entry.is_status() {
                continue;
            }
            let (folder, name) = entry.url.rsplit_once('/').unwrap_or(("", &entry.url));
            let parts = folder.split('/').filter(|part| !part.is_empty());
            let place = parts.fold(&mut root, Folder::below);
            match name {
                "index.html" => place.index = Some(index),
                _ => place.pages.push(index),
            }
        }
        root
    }

    /// One node an area, with its gaps first; what they use is taken out of the tree.
    fn areas(&self, tree: &mut Folder) -> Vec<Node> {
        let Some(list) = self.inputs.checklist else { return Vec::new() };
        let mut nodes = Vec::new();
        let mut tier = None;
        for (index, area) in list.areas.iter().enumerate() {
            let mut folder = tree.folders.remove(&area.id).unwrap_or_default();
            let mut node = Node::of(self.entries, self.urls.areas[index]);
            node.number.clone_from(&area.number);
            if tier != Some(area.tier) {
                node.part = Some(list.tiers[area.tier].title.clone());
                tier = Some(area.tier);
            }
            for (gap, _) in list.gaps_of(index) {
                let child = self.gap(gap);
                folder.pages.retain(|page| Some(*page) != child.entry);
                node.children.push(child);
            }
            let folders = std::mem::take(&mut folder.folders);
            node.children.extend(self.nodes(folder.pages, folders));
            nodes.push(node);
        }
        nodes
    }

    fn gap(&self, gap: usize) -> Node {
        let url = &self.urls.gaps[gap].url;
        if let Some(Owner::Entry(entry)) = self.urls.taken.get(url) {
            return Node { gap: Some(gap), ..Node::of(self.entries, *entry) };
        }
        let moved = self.urls.moved.iter().find(|(from, _)| from == url);
        let title = self.inputs.checklist.map_or("", |list| &list.gaps[gap].title).to_string();
        let url = moved.map_or(url.clone(), |(_, entry)| self.entries[*entry].url.clone());
        Node { title, url, gap: Some(gap), ..Node::default() }
    }

    fn nodes(&self, pages: Vec<usize>, folders: BTreeMap<String, Folder>) -> Vec<Node> {
        let mut nodes: Vec<Node> = pages
            .into_iter()
            .map(|page| Node { order: self.order(page), ..Node::of(self.entries, page) })
            .collect();
        nodes.extend(folders.into_values().flat_map(|folder| self.folder(folder)));
        nodes.sort_by_cached_key(|node| {
            (node.order.unwrap_or(i64::MAX), node.title.to_lowercase(), node.url.clone())
        });
        nodes
    }

    /// A folder with what lies in it. One whose first page stands elsewhere, as that of all gaps
    /// does, gives its pages to the folder above.
    fn folder(&self, folder: Folder) -> Vec<Node> {
        let children = self.nodes(folder.pages, folder.folders);
        match folder.index {
            Some(index) => {
                let order = self.order(index);
                vec![Node { order, children, ..Node::of(self.entries, index) }]
            }
            None => children,
        }
    }

    fn order(&self, entry: usize) -> Option<i64> {
        self.entries[entry].page.and_then(|page| self.facts[page].front.order)
    }
}

fn from_summary(
    inputs: &Inputs,
    facts: &[Arc<PageFacts>],
    urls: &Urls,
    summary: &Summary,
    found: &mut Vec<Diagnostic>,
) -> Node {
    let mut reader = Chapters { urls, seen: vec![false; urls.entries.len()], found };
    let mut root = match urls.taken.get("index.html") {
        Some(Owner::Entry(home)) => Node::of(&urls.entries, *home),
        _ => Node { title: inputs.title.to_string(), ..Node::default() },
    };
    root.children = reader.nodes(&summary.chapters);
    // A home page that is a chapter is read where the chapter stands.
    root.entry = root.entry.filter(|home| !reader.seen[*home]);
    for (index, page) in facts.iter().enumerate() {
        let Some(entry) = urls.entry_of[index] else { continue };
        if !reader.seen[entry] && urls.entries[entry].kind == EntryKind::Page {
            reader.found.push(orphan(&page.path));
        }
    }
    root
}

struct Chapters<'a> {
    urls: &'a Urls,
    seen: Vec<bool>,
    found: &'a mut Vec<Diagnostic>,
}

impl Chapters<'_> {
    fn nodes(&mut self, chapters: &[Chapter]) -> Vec<Node> {
        let (mut nodes, mut part) = (Vec::new(), None);
        for chapter in chapters {
            // The label over a chapter that isn't there goes to the next one.
            part = chapter.part.clone().or(part);
            if let Some(node) = self.node(chapter) {
                nodes.push(Node { part: part.take(), ..node });
            }
        }
        nodes
    }

    fn node(&mut self, chapter: &Chapter) -> Option<Node> {
        let entry = match &chapter.path {
            Some(path) => self.entry(path, &chapter.span),
            None => None,
        };
        let children = self.nodes(&chapter.children);
        let mut node = match entry {
            Some(entry) => Node::of(&self.urls.entries, entry),
            // A chapter without a page leads to its first child.
            None => Node { url: children.first()?.url.clone(), ..Node::default() },
        };
        node.title.clone_from(&chapter.title);
        node.children = children;
        Some(node)
    }

    fn entry(&mut self, path: &SitePath, span: &Span) -> Option<usize> {
        let page = self.urls.pages.get(path);
        let Some(entry) = page.and_then(|page| self.urls.entry_of[*page]) else {
            let known = self.urls.pages.keys().map(SitePath::as_str);
            let near = crate::base::nearest(path.as_str(), known);
            let message = format!("no page at `{path}`");
            let mut fault = Diagnostic::new("N002", Some(span.clone()), message);
            fault.help = near.map(|near| format!("did you mean `{near}`?"));
            self.found.push(fault);
            return None;
        };
        if std::mem::replace(&mut self.seen[entry], true) {
            let message = format!("`{path}` stands twice in the summary");
            self.found.push(Diagnostic::new("N002", Some(span.clone()), message));
            return None;
        }
        Some(entry)
    }
}

fn orphan(path: &SitePath) -> Diagnostic {
    Diagnostic::new("N001", Some(Span::file(path)), "no line of `SUMMARY.md` leads to this page")
        .help("add `- [Title](path.md)`")
}

/// Cuts the tree into sections, and numbers the pages in reading order.
struct Flat {
    entries: Vec<Entry>,
    sections: Vec<Section>,
    reading: Vec<usize>,
}

impl Flat {
    fn section(&mut self, node: Node, parent: Option<usize>) -> usize {
        let index = self.sections.len();
        self.sections.push(Section {
            title: node.title,
            url: node.url,
            number: node.number,
            part: node.part,
            parent,
            items: Vec::new(),
        });
        if let Some(entry) = node.entry {
            self.read(entry, index, 0);
        }
        for (place, child) in node.children.into_iter().enumerate() {
            let mut item = Item {
                title: child.title.clone(),
                url: child.url.clone(),
                gap: child.gap,
                section: None,
                part: child.part.clone(),
            };
            if child.children.is_empty() && child.number.is_none() {
                if let Some(entry) = child.entry {
                    self.read(entry, index, place);
                }
            } else {
                item.section = Some(self.section(child, Some(index)));
            }
            self.sections[index].items.push(item);
        }
        index
    }

    fn read(&mut self, entry: usize, section: usize, place: usize) {
        self.entries[entry].section = section;
        self.entries[entry].place = place;
        self.reading.push(entry);
    }
}
