//! A first look at a large site, before all of it is read.
//!
//! Of each page the head is read, which has its title; pages that close gaps, what these link to and
//! the page that somebody asks for are read whole. So what is shown is right, and only what only the
//! rest can tell is missing: findings, search, and pages that are made of others.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::ThreadPool;

use super::plan::Job;
use super::{Analysis, Changes, Engine, Snapshot, Wanted};
use crate::base::SitePath;
use crate::config::Config;
use crate::files::{Error, Files};
use crate::resolve::Outcome;

/// A site with fewer pages is read as soon as its heads.
const MANY: usize = 1_000;

/// Looks at a site that is being read by somebody else.
pub struct Glance {
    engine: Engine,
    config: Arc<Config>,
    /// Threads of its own: those of the others have long tasks.
    threads: ThreadPool,
}

impl Glance {
    /// Nothing has been looked at yet; none when the machine gives no threads.
    pub fn new(config: Arc<Config>) -> Option<Self> {
        let threads = rayon::ThreadPoolBuilder::new().build().ok()?;
        let mut engine = Engine::default();
        engine.whole = Some(BTreeSet::new());
        Some(Self { engine, config, threads })
    }

    /// A site that can show what is at a URL; none when all of it is read as soon.
    pub fn look(&mut self, files: &dyn Files, url: &str) -> Result<Option<Snapshot>, Error> {
        let Self { engine, config, threads } = self;
        threads.install(|| look(engine, files, config, url))
    }
}

fn look(
    engine: &mut Engine,
    files: &dyn Files,
    config: &Arc<Config>,
    url: &str,
) -> Result<Option<Snapshot>, Error> {
    let mut changes = match engine.has_looked() {
        true => Changes::Files(BTreeSet::new()),
        false => Changes::All,
    };
    loop {
        let analysis = engine.analyse(files, config, &changes, Wanted::Facts)?;
        if analysis.facts().len() < MANY {
            return Ok(None);
        }
        let whole = engine.whole.get_or_insert_default();
        let lacking = lacking(&analysis, whole, url);
        if lacking.is_empty() {
            let seen = whole.clone();
            return Ok(Some(Snapshot::glimpse(files, Arc::clone(config), analysis, seen)));
        }
        whole.extend(lacking.iter().cloned());
        changes = Changes::Files(lacking);
    }
}

/// The pages that must be read whole before what is at a URL can be shown.
fn lacking(analysis: &Analysis, whole: &BTreeSet<SitePath>, url: &str) -> BTreeSet<SitePath> {
    let (site, path) = (&analysis.site, |page: usize| &analysis.facts()[page].path);
    let closers = || site.entries.iter().filter(|entry| !entry.gaps.is_empty());
    let closers = || closers().filter_map(|entry| entry.page);
    let asked = site.entries.iter().filter(|entry| entry.url == url).filter_map(|entry| entry.page);
    let links = closers().flat_map(|page| &*site.links[page]);
    let linked = links.filter_map(|link| match link.outcome {
        Outcome::Page { entry, .. } => site.entries[entry].page,
        _ => None,
    });
    let pages = closers().chain(asked).chain(linked).map(path);
    pages.filter(|path| !whole.contains(*path)).cloned().collect()
}

impl Snapshot {
    /// True when all of the site was read.
    pub fn is_whole(&self) -> bool {
        self.seen.is_none()
    }

    /// True when what is at a URL can be shown, though not all of the site was read.
    pub fn can_show(&self, url: &str) -> bool {
        let Some(seen) = &self.seen else { return true };
        match self.planned_job(url) {
            Some(Job::Page(entry)) => {
                let page = self.analysis.site.entries[*entry].page;
                page.is_none_or(|page| seen.contains(&self.analysis.facts()[page].path))
            }
            Some(Job::Copy(_) | Job::Bytes(_) | Job::NotFound | Job::Redirect(_)) => true,
            _ => false,
        }
    }

    /// True for a page that can be shown once it is read.
    pub fn is_page(&self, url: &str) -> bool {
        matches!(self.planned_job(url), Some(Job::Page(_)))
    }
}
