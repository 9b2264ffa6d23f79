//! L002 broken-anchor.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use super::Seen;
use crate::diag::Diagnostic;
use crate::parse::PageFacts;
use crate::resolve::Outcome;

/// The ids of all pages. A set is made only of a page that has many and is linked to.
pub(super) struct Ids<'a> {
    facts: &'a [Arc<PageFacts>],
    sets: OnceLock<Vec<OnceLock<HashSet<&'a str>>>>,
}

/// So many ids are compared one by one.
const FEW: usize = 64;

impl<'a> Ids<'a> {
    pub(super) fn new(facts: &'a [Arc<PageFacts>]) -> Self {
        Self { facts, sets: OnceLock::new() }
    }

    fn contains(&self, page: usize, id: &str) -> bool {
        let ids = &self.facts[page].anchors;
        if ids.len() <= FEW {
            return ids.iter().any(|known| known == id);
        }
        let set = || ids.iter().map(String::as_str).collect();
        let sets = self.sets.get_or_init(|| vec![OnceLock::new(); self.facts.len()]);
        sets[page].get_or_init(set).contains(id)
    }
}

/// A fragment must be an id of the page that it leads to. What is generated, and what nobody has
/// written yet, has no ids to compare with.
pub(super) fn check(seen: &Seen, ids: &Ids, found: &mut Vec<Diagnostic>) {
    let Outcome::Page { entry, fragment } = &seen.target.outcome else { return };
    if fragment.is_empty() || fragment == "top" {
        return;
    }
    let site = seen.subject.site;
    let Some(page) = site.entries[*entry].page else { return };
    if ids.contains(page, fragment) {
        return;
    }
    let path = &seen.subject.facts[page].path;
    let own = *path == seen.page.path;
    let place = if own { "this page".to_string() } else { format!("`{path}`") };
    let message = format!("{place} has no id `{fragment}`");
    let mut fault = Diagnostic::new("L002", Some(seen.link.span.clone()), message);
    let near = crate::base::nearest(fragment, ids.facts[page].anchors.iter().map(String::as_str));
    fault.help = near.map(|near| format!("did you mean `#{near}`?"));
    found.push(fault);
}
