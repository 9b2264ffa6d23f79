//! What the site and statuses are made from, each part in a list of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::Digest;
use crate::build::packed::Packed;
use crate::build::pages::{Page, Pages, Shown, Text};
use crate::diag::Diagnostic;
use crate::parse::{DirectiveUse, PageFacts, PageOwn, Standing};
use crate::source::{Suppression, Tree};

/// The results of parsing, each part in a list of its own, in the order of paths.
#[derive(Clone, Default)]
pub(in crate::build) struct Parts {
    pub facts: Vec<Arc<PageFacts>>,
    pub(super) digests: Vec<Digest>,
    pub standings: Vec<Packed<Standing>>,
    pub own: Vec<Packed<PageOwn>>,
    pub bodies: Vec<Arc<Text>>,
    /// What few pages have, by their numbers.
    remarks: BTreeMap<usize, Arc<Remarks>>,
}

/// What is to be said of a page.
struct Remarks {
    found: Vec<Diagnostic>,
    suppressions: Vec<Suppression>,
    shown: Option<Arc<Shown>>,
}

impl Parts {
    /// The parts of all pages.
    pub(super) fn collect(tree: &Tree, pages: &Pages) -> Self {
        let found = tree.pages.par_iter().filter_map(|path| pages.get(path));
        let found: Vec<&Page> = found.collect();
        let texts = found.par_iter().map(|page| Arc::new(pages.text(page))).collect();
        let digests = found.iter().map(|page| page.facts_digest);
        Self {
            facts: found.iter().map(|page| Arc::clone(&page.facts)).collect(),
            digests: digests.collect(),
            standings: found.iter().map(|page| page.standing.clone()).collect(),
            own: found.iter().map(|page| page.own.clone()).collect(),
            bodies: texts,
            remarks: found.iter().enumerate().filter_map(|(at, page)| remarks(at, page)).collect(),
        }
    }

    /// Brings up to date the pages that were worked on; there are as many as before.
    pub(super) fn renew(&mut self, tree: &Tree, pages: &Pages) {
        for page in pages.renewed() {
            let Ok(at) = tree.pages.binary_search(&page.facts.path) else { continue };
            self.facts[at] = Arc::clone(&page.facts);
            self.digests[at] = page.facts_digest;
            self.standings[at] = page.standing.clone();
            self.own[at] = page.own.clone();
            self.bodies[at] = Arc::new(pages.text(page));
            self.remarks.remove(&at);
            self.remarks.extend(remarks(at, page));
        }
    }

    /// What was found in pages, in their order.
    pub(super) fn found(&self) -> impl Iterator<Item = &Diagnostic> {
        self.remarks.values().flat_map(|of_page| &of_page.found)
    }

    /// The findings in pages that are meant to be.
    pub(super) fn suppressions(&self) -> impl Iterator<Item = &Suppression> {
        self.remarks.values().flat_map(|of_page| &of_page.suppressions)
    }

    /// The names of the drawings, with the numbers of the pages that they are on.
    pub(in crate::build) fn drawings(&self) -> impl Iterator<Item = (usize, &str)> {
        let shown = self.remarks.iter().filter_map(|(page, of)| Some((*page, of.shown.as_ref()?)));
        shown.flat_map(|(page, shown)| shown.drawings.iter().map(move |name| (page, name.as_str())))
    }

    /// The directives that are left to the theme, page by page.
    pub(super) fn directives(&self) -> impl Iterator<Item = &[DirectiveUse]> {
        let shown = self.remarks.values().filter_map(|of_page| of_page.shown.as_ref());
        shown.map(|shown| &*shown.directives)
    }

    /// Those of one page.
    pub(in crate::build) fn directives_of(&self, page: usize) -> &[DirectiveUse] {
        let shown = self.remarks.get(&page).and_then(|of_page| of_page.shown.as_ref());
        shown.map_or(&[], |shown| &shown.directives)
    }
}

fn remarks(at: usize, page: &Page) -> Option<(usize, Arc<Remarks>)> {
    let remarks = Remarks {
        found: page.found.clone(),
        suppressions: page.suppressions.clone(),
        shown: page.shown.clone(),
    };
    let is_empty =
        remarks.found.is_empty() && remarks.suppressions.is_empty() && remarks.shown.is_none();
    (!is_empty).then(|| (at, Arc::new(remarks)))
}
