//! Counts the words of the pages that nobody has counted yet.

use std::sync::Arc;

use foldhash::HashMap;
use rayon::prelude::*;

use super::{Finder, area, missing, sections, status, top_sections};
use crate::base::Digest;
use crate::build::plan::Maker;
use crate::render;
use crate::resolve::Entry;
use crate::search::{self, Builder, Signs, Terms, VOLUMES};

/// The words of so many pages are counted at once.
pub(super) const AT_ONCE: usize = 256;
/// The file of the cache with the signs of all pages.
const NAME: &str = "signs";

/// A page, by its place among the entries of the site.
pub(super) struct Page {
    /// Of all that its words come from; none when its text has changed meanwhile.
    words: Option<Digest>,
    pub signs: Arc<Signs>,
    /// Whether its words are in the builders.
    pub is_counted: bool,
    /// Of all that is shown of its parts.
    pub shown: Digest,
    /// Its area, by its number in the directory.
    pub area: Option<usize>,
}

/// What is known of the words of all pages.
pub(super) struct Counted {
    pub pages: Vec<Page>,
    /// For each volume the words of the pages that were counted.
    pub builders: Vec<Builder>,
    /// False when the text of a page has changed meanwhile.
    pub whole: bool,
}

/// The signs of pages, by what their words came from.
type Known = HashMap<Digest, Arc<Signs>>;

/// What an earlier search knows, or else the cache.
fn known(maker: &Maker, earlier: Option<&Finder>) -> Known {
    if let Some(finder) = earlier {
        let signed = signed(&finder.blocks.pages);
        return signed.map(|(words, signs)| (words, Arc::clone(signs))).collect();
    }
    let found = maker.cache.and_then(|cache| cache.read::<Vec<_>>(maker.files, NAME));
    found.map(|found| found.values.into_iter().collect()).unwrap_or_default()
}

/// The signs of the pages that are as they were read.
fn signed(pages: &[Page]) -> impl Iterator<Item = (Digest, &Arc<Signs>)> {
    pages.iter().filter_map(|page| Some((page.words?, &page.signs)))
}

/// Counts the words of the pages whose signs aren't known.
pub(super) fn count(maker: &Maker, earlier: Option<&Finder>) -> Counted {
    let known = known(maker, earlier);
    let tops = top_sections(maker.analysis);
    let page = |entry: &Entry| {
        let (words, shown, area) = digests(maker, &tops, entry);
        let signs = known.get(&words).cloned();
        let is_counted = signs.is_none();
        Page { words: Some(words), signs: signs.unwrap_or_default(), is_counted, shown, area }
    };
    let mut pages: Vec<Page> = maker.analysis.site.entries.par_iter().map(page).collect();
    let mut builders: Vec<Builder> = (0..VOLUMES).map(|_| Builder::default()).collect();
    let mut whole = true;
    let new: Vec<usize> = (0..pages.len()).filter(|place| pages[*place].is_counted).collect();
    // The first page whose blocks have no numbers yet, and the number of the first of them.
    let mut next = (0, 0);
    for places in new.chunks(AT_ONCE) {
        let found: Vec<_> = places.par_iter().map(|place| terms(maker, *place)).collect();
        let mut counted: Vec<(u32, Vec<Terms>)> = Vec::with_capacity(places.len());
        for (&place, found) in places.iter().zip(found) {
            let page = &mut pages[place];
            if found.is_none() {
                page.words = None;
                whole = false;
            }
            let (signs, terms) = found.unwrap_or_default();
            page.signs = Arc::new(signs);
            let before = pages[next.0..place].iter().map(|page| page.signs.blocks.len());
            next = (place, next.1 + before.sum::<usize>());
            counted.push((u32::try_from(next.1).expect("there are fewer pages"), terms));
        }
        builders.par_iter_mut().enumerate().for_each(|(volume, builder)| {
            for (first, terms) in &counted {
                for (block, terms) in (*first..).zip(terms) {
                    builder.add(block, terms, volume);
                }
            }
        });
    }
    if let Some(cache) = maker.cache.filter(|_| whole && !new.is_empty()) {
        let signed: Vec<_> = signed(&pages).collect();
        // What can't be written is counted again.
        let _ = cache.write(maker.files, NAME, &signed, &[]);
    }
    Counted { pages, builders, whole }
}

/// Of what the words of an entry come from, of what is shown of it, and its area.
fn digests(maker: &Maker, tops: &[usize], entry: &Entry) -> (Digest, Digest, Option<usize>) {
    let analysis = maker.analysis;
    let text = match entry.page {
        Some(page) => analysis.text(page).sections.digest,
        None => render::digest(&missing(analysis, entry)),
    };
    let (area, status) = (area(analysis, tops, entry), status(maker.scene, entry));
    let words = render::digest(&(&entry.title, text));
    (words, render::digest(&(&entry.url, area, status, words)), area)
}

/// The words of an entry, block by block; none when its text has changed meanwhile.
pub(super) fn terms(maker: &Maker, entry: usize) -> Option<(Signs, Vec<Terms>)> {
    let sections = sections(maker, entry)?;
    Some(search::terms(&maker.analysis.site.entries[entry].title, &sections))
}
