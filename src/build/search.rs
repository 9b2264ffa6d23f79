//! The files of the search: which of them are still right, and how the others are made.
//!
//! What is known of a page's words without them ([`search::Signs`]) tells for each volume whether
//! it is as it was. Those that aren't are brought up to date from what an earlier build has left
//! of them and from the pages that differ; the files of the others are neither made nor read.

mod count;
mod shelves;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::Analysis;
use super::outputs::Key;
use super::plan::{Job, Jobs, Maker};
use crate::base::{Digest, Hasher};
use crate::parse::TextSection;
use crate::render::view::StatusView;
use crate::render::{self, Scene};
use crate::resolve::{Entry, EntryKind};
use crate::search::{self, Choice, Contents, Directory, Document, PARTS};
use crate::status::Status;
use count::{Counted, Page, count};
use shelves::{Recent, Shelf, shelves};

/// With more sections than this a list of them would help nobody.
const MOST_AREAS: usize = 100;

/// All that the files of the search are made from.
pub(super) struct Finder {
    directory: Directory,
    blocks: Blocks,
    shelves: Vec<Shelf>,
    recent: Recent,
    /// The lists of choices, by their keys.
    filters: BTreeMap<String, String>,
    /// Frequent words by their last letter, made when one is needed.
    endings: OnceLock<BTreeMap<char, String>>,
    /// Whether all is in one file.
    is_small: bool,
}

/// The parts of all pages, in blocks.
struct Blocks {
    /// By their entries.
    pages: Vec<Page>,
    /// In the order of pages.
    list: Vec<Block>,
    /// Their numbers there, in the order of their identifiers.
    order: Vec<u32>,
}

impl Blocks {
    /// All in the order of their identifiers, by their numbers.
    fn ordered(&self) -> impl Iterator<Item = (u32, &Block)> {
        self.order.iter().map(|number| (*number, &self.list[*number as usize]))
    }

    /// The blocks of each page, with the number of the first one.
    fn by_page(&self) -> impl Iterator<Item = (u32, &[Block])> {
        let mut number = 0;
        self.list.chunk_by(|a, b| a.entry == b.entry).map(move |page| {
            let first = number;
            number += u32::try_from(page.len()).expect("there are fewer pages");
            (first, page)
        })
    }

    /// The page of a block.
    fn page(&self, block: &Block) -> &Page {
        &self.pages[block.entry]
    }

    /// For each volume what tells whether the words of a block are the same.
    fn signs(&self, block: &Block) -> &[u32] {
        &self.page(block).signs.blocks[block.place]
    }

    /// How many parts a block has.
    fn parts(&self, block: &Block) -> usize {
        (self.page(block).signs.parts - block.place * PARTS).min(PARTS)
    }
}

/// A block of parts of a page.
struct Block {
    /// What it is known by.
    id: u64,
    /// The entry of its page.
    entry: usize,
    /// Its place among the blocks of its page.
    place: usize,
}

/// One file of the search.
#[derive(Clone, Debug)]
pub(super) enum Part {
    /// What leads to all others, and with it all others where they are small.
    Directory,
    /// A file of a volume, by its place among the keys of it.
    Words(usize, usize),
    /// Frequent words with a last letter.
    Ending(char),
    /// The pages of an area or with a status.
    Filter(String),
    /// What is shown of a part of a page, by block and number.
    Shown(usize, usize),
}

/// True for URLs that belong to the search.
pub(super) fn owns(url: &str) -> bool {
    url.starts_with("search/") && url.ends_with(".js")
}

/// Brings the search up to date, from what the cache or an earlier one knows; none when it is
/// switched off.
pub(super) fn find(maker: &Maker, earlier: Option<&Finder>) -> Option<Arc<Finder>> {
    if !maker.config.html.search.enable {
        return None;
    }
    let (analysis, scene) = (maker.analysis, maker.scene);
    let Counted { pages, builders, whole } = count(maker, earlier);
    let (blocks, bytes) = blocks(analysis, pages);
    let ids: Vec<u64> = blocks.list.iter().map(|block| block.id).collect();
    let length = search::id_length(&ids);
    let shelves = shelves(maker, &blocks, length, (builders, whole), earlier);
    let size: usize = shelves.iter().map(|shelf| shelf.contents.size).sum();
    let directory = directory(analysis, scene, &blocks, &shelves, length);
    let filters = filters(analysis, scene, &blocks, &directory);
    let is_small = size + bytes <= search::ONE_FILE;
    let endings = OnceLock::new();
    let recent = Recent::default();
    Some(Arc::new(Finder { directory, blocks, shelves, recent, filters, endings, is_small }))
}

/// The files of a search.
pub(super) fn jobs(finder: Option<&Arc<Finder>>) -> Jobs {
    let Some(finder) = finder else { return Jobs::new() };
    let mut parts = if finder.is_small { Vec::new() } else { finder.parts() };
    parts.push(("index".to_string(), Part::Directory));
    let job =
        |(key, part): (String, Part)| (search::url(&key), Job::Search(Arc::clone(finder), part));
    parts.into_par_iter().map(job).collect()
}

/// The blocks of all pages, and about how many bytes it takes to show them.
fn blocks(analysis: &Analysis, pages: Vec<Page>) -> (Blocks, usize) {
    let mut list = Vec::with_capacity(pages.len());
    let mut bytes = 0;
    for (entry, (found, page)) in analysis.site.entries.iter().zip(&pages).enumerate() {
        let signs = &page.signs;
        bytes += signs.bytes + signs.parts * (found.url.len() + found.title.len() + 60);
        list.extend((0..signs.blocks.len()).map(|place| {
            let id = search::block_id(&found.url, place);
            Block { id, entry, place }
        }));
    }
    let count = u32::try_from(list.len()).expect("there are fewer pages");
    let mut order: Vec<u32> = (0..count).collect();
    order.sort_unstable_by_key(|number| list[*number as usize].id);
    (Blocks { pages, list, order }, bytes)
}

/// The text of an entry without a page: what is missing.
fn missing(analysis: &Analysis, entry: &Entry) -> Vec<TextSection> {
    match (entry.kind, &analysis.checklist) {
        (EntryKind::Gap(gap) | EntryKind::GapPages(gap), Some(list)) => {
            let text = list.gaps[gap].missing.clone();
            vec![TextSection { text, ..TextSection::default() }]
        }
        _ => Vec::new(),
    }
}

thread_local! {
    /// The text of a page that this thread asked for last, by its digest: the parts of a page are
    /// written one after the other.
    static LAST: RefCell<Option<(Digest, Rc<[TextSection]>)>> = const { RefCell::new(None) };
}

fn sections(maker: &Maker, entry: usize) -> Option<Rc<[TextSection]>> {
    let entry = &maker.analysis.site.entries[entry];
    let Some(page) = entry.page else { return Some(missing(maker.analysis, entry).into()) };
    let text = maker.analysis.text(page);
    let digest = text.sections.digest;
    let last = LAST.with_borrow(Clone::clone).filter(|(known, _)| *known == digest);
    if let Some((_, sections)) = last {
        return Some(sections);
    }
    let path = &maker.analysis.facts()[page].path;
    let sections: Rc<[_]> = text.sections(maker.files, maker.config, path).ok()?.into();
    LAST.set(Some((digest, Rc::clone(&sections))));
    Some(sections)
}

fn directory(
    analysis: &Analysis,
    scene: &Scene,
    blocks: &Blocks,
    shelves: &[Shelf],
    length: usize,
) -> Directory {
    let with = |wanted: &dyn Fn(&Contents) -> bool| {
        let numbers = shelves.iter().enumerate();
        numbers.filter(|(_, shelf)| wanted(&shelf.contents)).map(|(number, _)| number).collect()
    };
    let has = |kind: &'static str| {
        move |contents: &Contents| contents.keys.iter().any(|key| key.starts_with(kind))
    };
    let mut endings: Vec<char> = shelves
        .iter()
        .flat_map(|shelf| shelf.contents.endings.iter().map(|(letter, _)| *letter))
        .collect();
    endings.sort_unstable();
    endings.dedup();
    Directory {
        parts: blocks.list.iter().map(|block| blocks.parts(block)).sum(),
        id: length,
        areas: areas(analysis),
        statuses: statuses(analysis, scene),
        volumes: with(&has("w-")),
        typos: with(&has("t-")),
        endings: endings.into_iter().collect(),
    }
}

/// The lists of choices.
fn filters(
    analysis: &Analysis,
    scene: &Scene,
    blocks: &Blocks,
    directory: &Directory,
) -> BTreeMap<String, String> {
    let first = blocks.list.chunk_by(|a, b| a.entry == b.entry).map(|page| &page[0]);
    let pages = first.map(|block| {
        let entry = &analysis.site.entries[block.entry];
        let area = blocks.page(block).area.map(|area| directory.areas[area].key.as_str());
        (block.id, area, status(scene, entry))
    });
    search::filters(pages, directory.id)
}

impl Finder {
    /// All files but the directory, by their keys.
    fn parts(&self) -> Vec<(String, Part)> {
        let shown = |(number, block): (usize, &Block)| {
            let (id, length) = (block.id, self.directory.id);
            let key = move |part| search::part_key(id, part, length);
            (0..self.blocks.parts(block)).map(move |part| (key(part), Part::Shown(number, part)))
        };
        let blocks = self.blocks.list.par_iter().enumerate();
        let mut parts: Vec<(String, Part)> = blocks.flat_map_iter(shown).collect();
        for (number, shelf) in self.shelves.iter().enumerate() {
            let keys = shelf.contents.keys.iter().enumerate();
            parts.extend(keys.map(|(place, key)| (key.clone(), Part::Words(number, place))));
        }
        let endings = self.directory.endings.chars();
        parts.extend(endings.map(|letter| (format!("e-{letter}"), Part::Ending(letter))));
        let filters = self.filters.keys();
        parts.extend(filters.map(|key| (key.clone(), Part::Filter(key.clone()))));
        parts
    }

    /// Of all that a file is made from; none when only its bytes tell.
    pub(super) fn key(&self, maker: &Maker, part: &Part) -> Option<Key> {
        match part {
            Part::Directory if self.is_small => Some(vec![self.whole_key(maker)]),
            Part::Words(number, _) => Some(vec![self.shelves[*number].key]),
            Part::Ending(_) => Some(vec![self.words_key()]),
            // Its URL says which of the parts it is.
            Part::Shown(block, _) => Some(vec![self.blocks.page(&self.blocks.list[*block]).shown]),
            Part::Directory | Part::Filter(_) => None,
        }
    }

    /// Of everything.
    fn whole_key(&self, maker: &Maker) -> Digest {
        let mut hasher = Hasher::default();
        hasher.field(self.directory.write().as_bytes());
        for (key, part) in self.parts() {
            hasher.field(key.as_bytes());
            for digest in self.key(maker, &part).unwrap_or_default() {
                hasher.field(digest.bytes());
            }
        }
        self.filters.values().for_each(|list| hasher.field(list.as_bytes()));
        hasher.finish()
    }

    /// Of all words.
    fn words_key(&self) -> Digest {
        let mut hasher = Hasher::default();
        self.shelves.iter().for_each(|shelf| hasher.field(shelf.key.bytes()));
        hasher.finish()
    }

    /// Writes a file.
    pub(super) fn write(&self, maker: &Maker, part: &Part) -> String {
        match part {
            Part::Directory if self.is_small => self.whole(maker),
            Part::Directory => self.directory.write(),
            Part::Words(number, place) => {
                let shelf = &self.shelves[*number];
                let held =
                    shelf.volume(maker, (&self.blocks, &self.recent), *number, self.directory.id);
                held.1.write(&held.0, &shelf.contents.keys[*place])
            }
            Part::Ending(letter) => {
                let contents = || self.shelves.iter().map(|shelf| &shelf.contents);
                let endings = self.endings.get_or_init(|| search::endings(contents()));
                let words = endings.get(letter).map_or("", String::as_str);
                search::write_list(&format!("e-{letter}"), words)
            }
            Part::Filter(key) => self.filters[key].clone(),
            Part::Shown(block, part) => self.shown(maker, *block, *part),
        }
    }

    fn whole(&self, maker: &Maker) -> String {
        let parts = self.parts().into_iter();
        let all = parts.map(|(_, part)| self.write(maker, &part)).collect::<String>();
        self.directory.write() + &all
    }

    fn shown(&self, maker: &Maker, number: usize, part: usize) -> String {
        let block = &self.blocks.list[number];
        let entry = &maker.analysis.site.entries[block.entry];
        let sections = sections(maker, block.entry);
        let document = Document {
            url: &entry.url,
            title: &entry.title,
            area: self.blocks.page(block).area,
            status: status(maker.scene, entry),
            sections: sections.as_deref().unwrap_or_default().into(),
        };
        let key = search::part_key(block.id, part, self.directory.id);
        search::write_part(&document, block.place * PARTS + part, &key)
    }
}

impl fmt::Debug for Finder {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Finder").field("directory", &self.directory).finish_non_exhaustive()
    }
}

fn status(scene: &Scene, entry: &Entry) -> Option<&'static str> {
    entry.gaps.first().map(|gap| scene.gaps[*gap].status.id)
}

/// The top-level section of an entry, by its number among these.
fn area(analysis: &Analysis, tops: &[usize], entry: &Entry) -> Option<usize> {
    let site = &analysis.site;
    let mut section = entry.section;
    while let Some(parent) = site.sections[section].parent.filter(|parent| *parent != 0) {
        section = parent;
    }
    tops.iter().position(|known| *known == section)
}

/// The sections that readers may choose from; none when they are too many.
fn top_sections(analysis: &Analysis) -> Vec<usize> {
    let items = analysis.site.sections[0].items.iter();
    let sections: Vec<usize> = items.filter_map(|item| item.section).collect();
    if sections.len() > MOST_AREAS { Vec::new() } else { sections }
}

fn areas(analysis: &Analysis) -> Vec<Choice> {
    let choice = |section: usize| {
        let section = &analysis.site.sections[section];
        let key = Digest::of(section.url.as_bytes()).short();
        Choice { key, title: section.title.clone(), glyph: "" }
    };
    top_sections(analysis).into_iter().map(choice).collect()
}

/// The statuses that occur.
fn statuses(analysis: &Analysis, scene: &Scene) -> Vec<Choice> {
    let entries = &analysis.site.entries;
    let occurs =
        |view: &StatusView| entries.iter().any(|entry| status(scene, entry) == Some(view.id));
    let choice = |view: StatusView| Choice {
        key: view.id.to_string(),
        title: view.word.to_string(),
        glyph: view.glyph,
    };
    let views = Status::ALL.iter().map(|status| render::status_view(*status));
    views.filter(occurs).map(choice).collect()
}
