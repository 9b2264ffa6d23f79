//! The site, made again only when something that it is made from has changed.

use std::sync::Arc;

use rayon::prelude::*;

use super::cache::Cache;
use super::texts::Texts;
use crate::base::{Digest, Hasher};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::files::Files;
use crate::parse::PageFacts;
use crate::resolve::{self, Site};
use crate::source::Tree;

/// A site as it was resolved.
pub(super) struct Resolved {
    /// Of all that it was made from.
    pub key: Digest,
    /// Of the facts of each page.
    facts: Vec<Digest>,
    pub site: Arc<Site>,
    pub found: Vec<Diagnostic>,
    /// Whether the cache has it.
    saved: bool,
}

/// The file of the cache that holds the site.
const SITE: &str = "site";

/// What a site is made from.
pub(super) struct From<'a> {
    pub config: &'a Config,
    pub tree: &'a Tree,
    pub texts: &'a Texts,
    pub facts: &'a [Arc<PageFacts>],
}

impl Resolved {
    pub(super) fn load(files: &dyn Files, cache: &Cache) -> Option<Self> {
        let found = cache.read::<(Digest, Vec<Digest>, Site, Vec<Diagnostic>)>(files, SITE)?;
        let (key, facts, site, found) = found.values;
        Some(Self { key, facts, site: Arc::new(site), found, saved: true })
    }

    pub(super) fn save(&mut self, files: &dyn Files, cache: &Cache) {
        if !self.saved {
            let values = (self.key, &self.facts, &*self.site, &self.found);
            self.saved = cache.write(files, SITE, &values, &[]).is_some();
        }
    }
}

impl From<'_> {
    /// The site, with what is still right of one that was made before.
    pub(super) fn resolve(
        &self,
        key: Digest,
        facts: &[Digest],
        earlier: Option<&Resolved>,
    ) -> Resolved {
        let inputs = resolve::Inputs {
            src: &self.config.src,
            title: &self.config.book.title,
            checklist: self.texts.checklist.as_deref(),
            summary: self.texts.summary.as_ref(),
            assets: &self.tree.assets,
            redirects: &self.config.html.redirects,
            each: &|count, of_page| (0..count).into_par_iter().map(of_page).collect(),
        };
        let earlier =
            earlier.map(|earlier| resolve::Earlier { site: &earlier.site, facts: &earlier.facts });
        let (site, found) = resolve::resolve(&inputs, self.facts, facts, earlier.as_ref());
        Resolved { key, facts: facts.to_vec(), site: Arc::new(site), found, saved: false }
    }

    /// Of all that the site is made from, with the digests of the facts.
    pub(super) fn key(&self, facts: &[Digest]) -> Digest {
        let Self { config, tree, texts, .. } = self;
        let mut hasher = Hasher::default();
        for digest in facts {
            hasher.field(digest.bytes());
        }
        hasher.field(texts.digest.bytes());
        hasher.field(config.src.as_bytes());
        hasher.field(config.book.title.as_bytes());
        hasher.field(format!("{:?}", config.html.redirects).as_bytes());
        for path in &tree.assets {
            hasher.field(path.as_str().as_bytes());
        }
        hasher.finish()
    }
}
