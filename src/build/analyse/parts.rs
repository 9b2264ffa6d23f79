//! What the site and statuses are made from, each part in a list of its own.

use std::sync::Arc;

use super::Work;
use crate::base::Digest;
use crate::build::pages::{Done, Pages, Text};
use crate::diag::Diagnostic;
use crate::parse::{PageFacts, PageOwn, Standing};
use crate::source::{Suppression, Tree};

/// The results of parsing, each part in a list of its own, in the order of paths.
#[derive(Default)]
pub(in crate::build) struct Parts {
    pub facts: Vec<Arc<PageFacts>>,
    pub(super) digests: Vec<Digest>,
    pub standings: Vec<Arc<Standing>>,
    pub(super) own: Vec<Arc<PageOwn>>,
    pub(super) bodies: Vec<Text>,
    pub(super) suppressions: Vec<Suppression>,
}

impl Parts {
    pub(super) fn collect(
        tree: &Tree,
        known: &Pages,
        work: &mut Work,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut parts = Self::default();
        for page in tree.pages.iter().filter_map(|path| known.get(path)) {
            work.read += usize::from(page.done >= Done::Read);
            work.parsed += usize::from(page.done >= Done::Parsed);
            parts.facts.push(Arc::clone(&page.facts));
            parts.digests.push(page.facts_digest);
            parts.standings.push(Arc::clone(&page.standing));
            parts.own.push(Arc::clone(&page.own));
            parts.bodies.push(known.text(page));
            parts.suppressions.extend(page.suppressions.iter().cloned());
            found.extend(page.found.iter().cloned());
        }
        parts
    }
}
