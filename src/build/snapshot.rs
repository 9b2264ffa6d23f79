//! A site at one moment, from which any page can be made when it is asked for.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use foldhash::HashMap;

use super::clock::Clock;
use super::plan::{self, Job, Maker};
use super::search::{self, Finder};
use super::{Analysis, Changes, Engine, Made, Wanted};
use crate::base::SitePath;
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::files::{Error, Files};
use crate::render::Shared;
use crate::render::view::GapView;

/// A site at one moment.
pub struct Snapshot {
    config: Arc<Config>,
    pub(super) analysis: Analysis,
    shared: Shared,
    /// What the site decides alone, by URL.
    pages: Arc<HashMap<String, Job>>,
    /// All else but the search.
    beside: HashMap<String, Job>,
    /// The pages that were read whole, if not all were.
    pub(super) seen: Option<BTreeSet<SitePath>>,
    /// The search, made when the first of its files is asked for.
    search: OnceLock<Search>,
    /// The last search that was made before, of which most is still right.
    earlier: Option<Arc<Finder>>,
    /// What was found before any page was rendered.
    pub diagnostics: Vec<Diagnostic>,
}

/// The search of a site, and how each of its files is made.
struct Search {
    finder: Option<Arc<Finder>>,
    jobs: HashMap<String, Job>,
}

impl Snapshot {
    /// Brings an engine up to date and keeps what it found, and what is still right of an earlier
    /// snapshot.
    pub fn take(
        engine: &mut Engine,
        files: &dyn Files,
        config: Arc<Config>,
        changes: &Changes,
        earlier: Option<&Self>,
    ) -> Result<Self, Error> {
        engine.clock = Clock::default();
        let mut analysis = engine.analyse(files, &config, changes, Wanted::Facts)?;
        analysis.past = engine.past(files, &config, changes, &analysis);
        analysis.differences = engine.differences(files, &config, changes, &analysis);
        let finder = earlier.and_then(Self::finder);
        let is_known = |earlier: &&Self| {
            changes.files().is_some() && Arc::ptr_eq(&earlier.analysis.site, &analysis.site)
        };
        let pages = earlier.filter(is_known).map(|earlier| Arc::clone(&earlier.pages));
        let earlier = earlier.map(|earlier| (&earlier.analysis, &earlier.shared));
        let shared = analysis.shared_after(&config, earlier);
        let (snapshot, faults) = Self::planned(files, config, analysis, shared, pages);
        let found = [&snapshot.analysis.diagnostics[..], &faults].concat();
        let diagnostics = snapshot.analysis.shown(&snapshot.config, found);
        Ok(Self { earlier: finder, diagnostics, ..snapshot })
    }

    /// What can be seen of a site that wasn't read whole but for some pages. Nothing is said against
    /// it, as too little is known of it.
    pub(super) fn glimpse(
        files: &dyn Files,
        config: Arc<Config>,
        analysis: Analysis,
        seen: BTreeSet<SitePath>,
    ) -> Self {
        let shared = analysis.shared(&config);
        let (snapshot, _) = Self::planned(files, config, analysis, shared, None);
        Self { seen: Some(seen), ..snapshot }
    }

    /// A site with all that can be asked of it, and what is wrong with its plan.
    fn planned(
        files: &dyn Files,
        config: Arc<Config>,
        analysis: Analysis,
        shared: Shared,
        pages: Option<Arc<HashMap<String, Job>>>,
    ) -> (Self, Vec<Diagnostic>) {
        let scene = analysis.scene(&config, &shared);
        let of_site = || Arc::new(plan::of_site(&config, &analysis, &scene).into_iter().collect());
        let pages: Arc<HashMap<String, Job>> = pages.unwrap_or_else(of_site);
        let is_page = |url: &str| pages.contains_key(url);
        let beside = plan::beside(files, &config, &analysis, &scene, is_page);
        let snapshot = Self {
            config,
            analysis,
            shared,
            pages,
            beside: beside.jobs.into_iter().collect(),
            seen: None,
            search: OnceLock::new(),
            earlier: None,
            diagnostics: Vec::new(),
        };
        (snapshot, beside.diagnostics)
    }

    /// The last search that was made.
    fn finder(&self) -> Option<Arc<Finder>> {
        let made = self.search.get().and_then(|search| search.finder.clone());
        made.or_else(|| self.earlier.clone())
    }

    /// The bytes at a URL; none when there is nothing.
    pub fn render(&self, files: &dyn Files, url: &str) -> Option<Made> {
        self.with_maker(files, |maker| {
            let job = self.job(maker, url)?;
            Some((maker.ready(job).make)())
        })
    }

    /// Runs the template of a URL without the text of its page, and says what fails.
    pub fn rehearse(&self, files: &dyn Files, url: &str) -> Option<Diagnostic> {
        let job = self.planned_job(url)?;
        self.with_maker(files, |maker| maker.rehearse(job).err().map(|fault| *fault))
    }

    fn with_maker<T>(&self, files: &dyn Files, run: impl FnOnce(&Maker) -> T) -> T {
        let scene = &self.analysis.scene(&self.config, &self.shared);
        let (config, analysis) = (&*self.config, &self.analysis);
        run(&Maker { files, config, analysis, scene, cache: None })
    }

    /// The URLs of the pages that may look different from how they did in an earlier snapshot,
    /// besides their own text; sorted.
    pub fn pages_since(&self, earlier: Option<&Self>) -> Vec<&str> {
        let same = earlier.filter(|earlier| self.shares_all_with(earlier));
        let entries = self.analysis.site.entries.iter();
        let is_new = |page: usize| {
            let own = &self.analysis.pages.own[page];
            same.is_none_or(|same| !same.analysis.pages.own[page].is_same(own))
        };
        let pages = entries.filter(|entry| entry.page.map_or(same.is_none(), is_new));
        let all = self.pages.iter().chain(&self.beside);
        let rest = all.filter(|(_, job)| same.is_none() && !matches!(job, Job::Page(_)));
        let mut urls: Vec<&str> = pages.map(|entry| entry.url.as_str()).collect();
        urls.extend(rest.map(|(url, _)| url.as_str()));
        urls.sort_unstable();
        urls
    }

    /// True when all that pages share is as it was.
    fn shares_all_with(&self, earlier: &Self) -> bool {
        Arc::ptr_eq(&self.analysis.theme, &earlier.analysis.theme)
            && Arc::ptr_eq(&self.analysis.site, &earlier.analysis.site)
            && self.shared.looks_like(&earlier.shared)
    }

    /// True when there is something at a URL.
    pub fn has(&self, url: &str) -> bool {
        self.planned_job(url).is_some() || search::owns(url)
    }

    /// How the file at a URL is made, unless it belongs to the search.
    pub(super) fn planned_job(&self, url: &str) -> Option<&Job> {
        self.pages.get(url).or_else(|| self.beside.get(url))
    }

    fn job(&self, maker: &Maker, url: &str) -> Option<&Job> {
        let known = self.planned_job(url);
        if known.is_some() || !search::owns(url) {
            return known;
        }
        let make = || {
            let finder = search::find(maker, self.earlier.as_deref());
            let jobs = search::jobs(finder.as_ref()).into_iter().collect();
            Search { finder, jobs }
        };
        self.search.get_or_init(make).jobs.get(url)
    }

    /// The gaps that a page closes or stands for.
    pub fn gaps(&self, url: &str) -> Vec<&GapView> {
        let scene = self.analysis.scene(&self.config, &self.shared);
        let entry = self.analysis.site.entries.iter().find(|entry| entry.url == url);
        let gaps = entry.map_or(&[][..], |entry| &entry.gaps);
        gaps.iter().map(|gap| &scene.gaps[*gap]).collect()
    }

    /// The URL of the page that a source file is, if it is one.
    pub fn url_of(&self, path: &SitePath) -> Option<&str> {
        let page = self.analysis.page(path)?;
        self.analysis.site.entry(page).map(|entry| entry.url.as_str())
    }

    /// True for a page that only leads to another one.
    pub fn is_redirect(&self, url: &str) -> bool {
        matches!(self.planned_job(url), Some(Job::Redirect(_)))
    }

    /// The URL of a file that is published as it is.
    pub fn file_url(&self, path: &SitePath) -> Option<String> {
        let asset = self.analysis.site.assets.iter().find(|(asset, _)| asset == path);
        asset
            .map(|(_, url)| url.clone())
            .or_else(|| self.additions().find(|known| known == path).map(|path| path.to_string()))
    }

    /// The files outside the content folder that the site is made from.
    pub fn outside(&self) -> BTreeSet<SitePath> {
        let includes = self.analysis.facts().iter().flat_map(|facts| &facts.includes).cloned();
        let all = includes.chain(self.additions());
        all.filter(|path| path.strip(&self.config.src).is_none()).collect()
    }

    /// The style sheets and scripts that `book.toml` adds.
    fn additions(&self) -> impl Iterator<Item = SitePath> {
        let html = &self.config.html;
        html.styles.iter().chain(&html.scripts).filter_map(|name| SitePath::new(name))
    }
}
