//! Rules about the site as a whole: one file a rule, (site, facts) → diagnostics.
//!
//! Rules about the text of one page stand where the text is read; those about URLs and
//! navigation, where these are made.

mod anchors;
mod codeowners;
mod files;
mod images;
mod links;
mod owners;
mod suppress;
mod variables;

pub use codeowners::CodeOwners;
pub use suppress::suppress;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::SitePath;
use crate::config::Owner;
use crate::diag::Diagnostic;
use crate::parse::{LinkRef, PageFacts};
use crate::resolve::{LinkTarget, Site};

/// What rules look at.
pub struct Subject<'a> {
    /// The site.
    pub site: &'a Site,
    /// The facts that it was made from.
    pub facts: &'a [Arc<PageFacts>],
    /// The keys of `[owners]`.
    pub owners: &'a BTreeMap<String, Owner>,
    /// `[variables]`.
    pub variables: &'a BTreeMap<String, String>,
    /// Files that `book.toml` adds to all pages.
    pub extras: &'a [SitePath],
    /// What CODEOWNERS says, if there is one.
    pub code_owners: Option<&'a CodeOwners>,
}

/// Runs the rules that look at one page, in any order.
pub struct Checker<'a> {
    subject: &'a Subject<'a>,
    ids: anchors::Ids<'a>,
}

impl<'a> Checker<'a> {
    /// Gets ready for all pages.
    pub fn new(subject: &'a Subject<'a>) -> Self {
        Self { subject, ids: anchors::Ids::new(subject.facts) }
    }

    /// What is found on a page.
    pub fn page(&self, index: usize) -> Vec<Diagnostic> {
        page(self.subject, index, &self.ids)
    }
}

/// Runs the rules that look at all pages at once.
pub fn run_on_all(subject: &Subject) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    files::check(subject, &mut found);
    variables::check(subject, &mut found);
    found
}

fn page(subject: &Subject, index: usize, ids: &anchors::Ids) -> Vec<Diagnostic> {
    let page = &subject.facts[index];
    let mut found = Vec::new();
    owners::check(page, subject.owners, &mut found);
    codeowners::check(page, subject, &mut found);
    for (link, target) in page.links.iter().zip(&*subject.site.links[index]) {
        let seen = Seen { subject, page, link, target };
        links::check(&seen, &mut found);
        images::check(&seen, &mut found);
        anchors::check(&seen, ids, &mut found);
    }
    found
}

/// One link and what it leads to.
struct Seen<'a> {
    subject: &'a Subject<'a>,
    page: &'a PageFacts,
    link: &'a LinkRef,
    target: &'a LinkTarget,
}
