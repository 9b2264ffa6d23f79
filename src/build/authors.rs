//! What git knows, with what was found of the authors of texts before.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::cache::Cache;
use super::{Changes, Engine};
use crate::base::SitePath;
use crate::config::Config;
use crate::files::Files;
use crate::history::{self, History, Written};

/// The file that keeps who wrote what.
const FILE: &str = "authors";

impl Engine {
    pub(super) fn history(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
    ) -> Arc<History> {
        let is_fixed = self.history.as_ref().is_some_and(|history| history.is_fixed());
        if !is_fixed && (matches!(changes, Changes::All) || self.history.is_none()) {
            let written = match &self.history {
                Some(earlier) => earlier.written(),
                None => self.cache.as_ref().map_or_else(BTreeMap::new, |cache| kept(files, cache)),
            };
            self.history = Some(Arc::new(history::read(&config.root).knowing(written)));
        }
        self.history.clone().expect("it was just made")
    }

    /// Keeps who wrote what for later builds.
    pub(super) fn save_authors(&self, files: &dyn Files, cache: &Cache) {
        let written = self.history.as_ref().map_or_else(BTreeMap::new, |found| found.written());
        if written != kept(files, cache) {
            // Without it the next build asks git again.
            cache.write(files, FILE, &written, &[]);
        }
    }
}

fn kept(files: &dyn Files, cache: &Cache) -> BTreeMap<SitePath, Written> {
    cache.read(files, FILE).map(|found| found.values).unwrap_or_default()
}
