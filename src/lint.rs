//! Rules about the site as a whole: one file a rule, (site, facts) → diagnostics.
//!
//! Rules about the text of one page stand where the text is read; those about URLs and
//! navigation, where these are made.

mod anchors;
mod images;
mod links;
mod owners;

use std::collections::HashSet;
use std::sync::Arc;

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
    pub owners: &'a std::collections::BTreeMap<String, Owner>,
}

/// Runs all rules.
pub fn run(subject: &Subject) -> Vec<Diagnostic> {
    let anchors: Vec<HashSet<&str>> = subject.facts.iter().map(|page| ids(page)).collect();
    let mut found = Vec::new();
    for (index, page) in subject.facts.iter().enumerate() {
        owners::check(page, subject.owners, &mut found);
        for (link, target) in page.links.iter().zip(&subject.site.links[index]) {
            let seen = Seen { subject, page, link, target };
            links::check(&seen, &mut found);
            images::check(&seen, &mut found);
            anchors::check(&seen, &anchors, &mut found);
        }
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

fn ids(page: &PageFacts) -> HashSet<&str> {
    page.anchors.iter().map(String::as_str).collect()
}
