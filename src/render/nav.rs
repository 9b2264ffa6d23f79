//! Navigation as pages see it: bounded, whatever the size of the site.

use std::sync::OnceLock;

use super::gap::link;
use super::page::Scene;
use super::prepared::Prepared;
use super::view::{GapView, Link, NavSection, NavView};
use crate::base::encode_path;
use crate::resolve::{Entry, Item, Site};

/// A page lists at most so many top-level sections, and so many entries of its own.
const MOST_SECTIONS: usize = 50;
/// So many of more top-level sections than that: a list of half of them would help nobody, and
/// would make each page larger than that of a small site.
const SECTION_WINDOW: usize = 15;
const MOST_ENTRIES: usize = 200;
/// So many entries of a longer section, half of them shared with the next window.
const ENTRY_WINDOW: usize = 60;
const WINDOW_STEP: usize = ENTRY_WINDOW / 2;

/// The navigation of all sections, by section, then by window; made when it is needed first.
pub(super) type Navs = Vec<OnceLock<Vec<Prepared<NavView>>>>;

/// The navigation of a site of which none is made yet.
pub(super) fn unmade(site: &Site) -> Navs {
    site.sections.iter().map(|_| OnceLock::new()).collect()
}

impl<'a> Scene<'a> {
    /// The navigation of a section.
    pub(super) fn nav(&self, section: usize, window: usize) -> &'a Prepared<NavView> {
        let views = || nav_views(self.site, self.gaps, section);
        &self.shared.navs[section].get_or_init(views)[window]
    }
}

/// The navigation of a section, one view a window.
fn nav_views(site: &Site, gaps: &[GapView], section: usize) -> Vec<Prepared<NavView>> {
    let items = if section == 0 { 0 } else { site.sections[section].items.len() };
    let last = if items <= MOST_ENTRIES { 0 } else { (items - 1) / WINDOW_STEP };
    (0..=last).map(|window| Prepared::new(nav_view(site, gaps, section, window))).collect()
}

/// The number of the window that an entry is seen in.
pub(super) fn window(site: &Site, entry: &Entry) -> usize {
    let items = site.sections[entry.section].items.len();
    if entry.section == 0 || items <= MOST_ENTRIES { 0 } else { entry.place / WINDOW_STEP }
}

fn nav_view(site: &Site, gaps: &[GapView], section: usize, window: usize) -> NavView {
    let root = &site.sections[0];
    let chain = chain(site, section);
    let top = chain.first().map(|top| &site.sections[*top]);
    let sections = top_sections(site, chain.first().copied()).iter().map(|item| NavSection {
        title: item.title.clone(),
        number: item.section.and_then(|section| site.sections[section].number.clone()),
        url: encode_path(&item.url),
        part: item.part.clone(),
    });
    let item_link = |item: &Item| Link {
        title: item.title.clone(),
        url: encode_path(&item.url),
        status: item.gap.map(|gap| gaps[gap].status.clone()),
    };
    let items = if section == 0 { &[][..] } else { &site.sections[section].items };
    // A window reaches half a step to either side of the pages that see it.
    let length = if items.len() <= MOST_ENTRIES { MOST_ENTRIES } else { ENTRY_WINDOW };
    let start = (window * WINDOW_STEP).saturating_sub((length - WINDOW_STEP) / 2);
    let end = (start + length).min(items.len());
    NavView {
        sections: sections.collect(),
        more_sections: root.items.len() > MOST_SECTIONS,
        current: top.map(|top| encode_path(&top.url)),
        parents: chain
            .iter()
            .skip(1)
            .map(|section| {
                link(&site.sections[*section].title, encode_path(&site.sections[*section].url))
            })
            .collect(),
        entries: items[start..end].iter().map(item_link).collect(),
        entries_before: start,
        before: start.checked_sub(1).map(|before| item_link(&items[before])),
        entries_after: items.len() - end,
        after: items.get(end).map(item_link),
    }
}

/// The top-level items that a page lists; `open` is the section that it lies in.
fn top_sections(site: &Site, open: Option<usize>) -> &[Item] {
    let items = &site.sections[0].items;
    if items.len() <= MOST_SECTIONS {
        return items;
    }
    let place = items.iter().position(|item| item.section.is_some() && item.section == open);
    let start = place.unwrap_or(0).saturating_sub(SECTION_WINDOW / 2);
    let start = start.min(items.len() - SECTION_WINDOW);
    &items[start..start + SECTION_WINDOW]
}

/// All top-level sections, when pages can't list them.
pub(super) fn all_sections(site: &Site) -> Vec<Link> {
    let items = &site.sections[0].items;
    if items.len() <= MOST_SECTIONS {
        return Vec::new();
    }
    items.iter().map(|item| link(&item.title, encode_path(&item.url))).collect()
}

/// The sections from the top-level one down to this one; empty for the root.
pub(super) fn chain(site: &Site, section: usize) -> Vec<usize> {
    let mut chain = Vec::new();
    let mut at = section;
    while let Some(parent) = site.sections[at].parent {
        chain.push(at);
        at = parent;
    }
    chain.reverse();
    chain
}
