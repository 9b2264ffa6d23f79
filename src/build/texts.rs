//! The files of the content that are no pages: checklist, summary, waivers, reviews.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::base::{Digest, Hasher, SitePath, nearest};
use crate::checklist::{self, Checklist};
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::files::Files;
use crate::parse;
use crate::source::{self, Review, Suppression, Tree, Waiver};

/// The files of the content that are no pages.
pub(super) struct Texts {
    pub checklist: Option<Arc<Checklist>>,
    pub summary: Option<parse::Summary>,
    pub waivers: Vec<Waiver>,
    pub reviews: BTreeMap<SitePath, Vec<Review>>,
    /// What each file of records says.
    records: BTreeMap<SitePath, Arc<Records>>,
    /// The files that all this was read from.
    pub sources: BTreeSet<SitePath>,
    /// Findings in these files that are meant to be.
    pub suppressions: Vec<Suppression>,
    /// Of the checklist and the summary.
    pub digest: Digest,
}

/// The records of one file, reviews or waivers, and what was found in it.
struct Records {
    reviews: Vec<Review>,
    waivers: Vec<Waiver>,
    found: Vec<Diagnostic>,
    suppressions: Vec<Suppression>,
}

impl Texts {
    /// Reads all of them, but for the records of an earlier time whose files haven't changed since.
    pub(super) fn read(
        files: &dyn Files,
        config: &Config,
        tree: &Tree,
        earlier: Option<(&Self, &BTreeSet<SitePath>)>,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut suppressions = Vec::new();
        let mut hasher = Hasher::default();
        let mut read = |path: &SitePath, found: &mut Vec<Diagnostic>| {
            let text = source::read_text(files, &config.root, path, found);
            suppressions.extend(source::suppressions(path, &text));
            hasher.field(text.as_bytes());
            text
        };
        let checklist = tree.checklist.as_ref().map(|path| {
            let (checklist, faults) = checklist::read(path, &read(path, found));
            found.extend(faults);
            Arc::new(checklist)
        });
        let summary = tree.summary.as_ref().map(|path| {
            let (summary, faults) = parse::read_summary(path, &read(path, found));
            found.extend(faults);
            summary
        });
        // The same text may be either of them.
        hasher.field(&[u8::from(checklist.is_some()), u8::from(summary.is_some())]);
        let mut texts = Self {
            checklist,
            summary,
            waivers: Vec::new(),
            reviews: BTreeMap::new(),
            records: BTreeMap::new(),
            sources: tree.checklist.iter().chain(&tree.summary).cloned().collect(),
            suppressions,
            digest: hasher.finish(),
        };
        for path in tree.waivers.iter().chain(&tree.reviews) {
            let same = earlier.filter(|(_, changed)| !changed.contains(path));
            let known = same.and_then(|(texts, _)| texts.records.get(path).cloned());
            let read = || Arc::new(Records::read(files, config, tree, path));
            texts.add(path, tree, known.unwrap_or_else(read), found);
        }
        texts
    }

    fn add(
        &mut self,
        path: &SitePath,
        tree: &Tree,
        records: Arc<Records>,
        found: &mut Vec<Diagnostic>,
    ) {
        found.extend(records.found.iter().cloned());
        self.suppressions.extend(records.suppressions.iter().cloned());
        if tree.waivers.as_ref() == Some(path) {
            self.waivers.clone_from(&records.waivers);
        } else if let Some(page) = reviewed(path, tree) {
            self.reviews.insert(page, records.reviews.clone());
        } else {
            found.push(lonely_reviews(path, tree));
        }
        self.sources.insert(path.clone());
        self.records.insert(path.clone(), records);
    }
}

impl Records {
    fn read(files: &dyn Files, config: &Config, tree: &Tree, path: &SitePath) -> Self {
        let mut found = Vec::new();
        let text = source::read_text(files, &config.root, path, &mut found);
        let (mut reviews, mut waivers) = (Vec::new(), Vec::new());
        if tree.waivers.as_ref() == Some(path) {
            waivers = source::read_waivers(path, &text, &config.people, &mut found);
        } else {
            reviews = source::read_reviews(path, &text, &mut found);
        }
        Self { reviews, waivers, found, suppressions: source::suppressions(path, &text) }
    }
}

/// The file that reviews stand beside.
fn reviewed(path: &SitePath, tree: &Tree) -> Option<SitePath> {
    let stem = path.as_str().strip_suffix(".reviews.yaml")?;
    let page = tree.pages.iter().find(|page| page.as_str().strip_suffix(".md") == Some(stem));
    page.or_else(|| tree.assets.iter().find(|file| file.as_str() == stem)).cloned()
}

fn lonely_reviews(path: &SitePath, tree: &Tree) -> Diagnostic {
    let stem = path.as_str().trim_end_matches(".reviews.yaml");
    let page = format!("{stem}.md");
    let message = format!("there is no page `{page}` that these reviews could be about");
    let mut fault = Diagnostic::new("R001", Some(Span::file(path)), message);
    let near = nearest(&page, tree.pages.iter().map(SitePath::as_str));
    fault.help = near.map(|near| format!("rename it with its page; did you mean `{near}`?"));
    fault
}
