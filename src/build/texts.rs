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
    /// The files that all this was read from.
    pub sources: BTreeSet<SitePath>,
    /// Findings in these files that are meant to be.
    pub suppressions: Vec<Suppression>,
    /// Of the checklist and the summary.
    pub digest: Digest,
}

impl Texts {
    pub(super) fn read(
        files: &dyn Files,
        config: &Config,
        tree: &Tree,
        found: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut suppressions = Vec::new();
        let mut read = |path: &SitePath, found: &mut Vec<Diagnostic>| {
            let text = source::read_text(files, &config.root, path, found);
            suppressions.extend(source::suppressions(path, &text));
            text
        };
        let mut hasher = Hasher::default();
        let checklist = tree.checklist.as_ref().map(|path| {
            let text = read(path, found);
            hasher.field(text.as_bytes());
            let (checklist, faults) = checklist::read(path, &text);
            found.extend(faults);
            Arc::new(checklist)
        });
        hasher.field(b"summary");
        let summary = tree.summary.as_ref().map(|path| {
            let text = read(path, found);
            hasher.field(text.as_bytes());
            let (summary, faults) = parse::read_summary(path, &text);
            found.extend(faults);
            summary
        });
        let waivers = tree.waivers.as_ref().map_or_else(Vec::new, |path| {
            let text = read(path, found);
            source::read_waivers(path, &text, &config.people, found)
        });
        let mut reviews = BTreeMap::new();
        for path in &tree.reviews {
            let text = read(path, found);
            let list = source::read_reviews(path, &text, found);
            match reviewed(path, tree) {
                Some(page) => drop(reviews.insert(page, list)),
                None => found.push(lonely_reviews(path, tree)),
            }
        }
        let special = [&tree.checklist, &tree.summary, &tree.waivers];
        let sources = special.into_iter().flatten().chain(&tree.reviews).cloned().collect();
        let digest = hasher.finish();
        Self { checklist, summary, waivers, reviews, sources, suppressions, digest }
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
