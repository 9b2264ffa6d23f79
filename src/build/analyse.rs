//! From files to a site with judged gaps, before anything is rendered.
//!
//! An [`Engine`] remembers what it has read and parsed. A build starts with an empty one; the
//! preview keeps one and tells it what has changed. Both run the same code.

mod parts;
mod reviews;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::cache::Cache;
use super::changes::Changes;
use super::clock::Clock;
use super::differences::{Approved, Differences};
use super::examples::Recorded;
use super::explain;
use super::judging;
use super::pages::{Done, Pages, Scope, Text};
use super::progress::Progress;
use super::rules::Rules;
use super::site::{self, Resolved};
use super::store::Store;
use super::texts::Texts;
use super::{Report, theme};
use crate::base::{Digest, SitePath};
use crate::checklist::Checklist;
use crate::config::Config;
use crate::diag::{Diagnostic, Span, tidy};
use crate::examples::Example;
use crate::files::{Error, Files, Kind};
use crate::history::{self, History};
use crate::lint;
use crate::parse::{Body, PageFacts, PageOwn};
use crate::render::{self, Scene, Shared, Theme};
use crate::resolve::Site;
use crate::source::{self, Suppression, Tree};
use crate::status::{self, Evidence, GapStatus, Point};
pub(super) use parts::Parts;

/// Everything that is known before the first page is rendered.
pub struct Analysis {
    pub(super) pages: Arc<Parts>,
    pub(super) store: Arc<Store>,
    tree: Arc<Tree>,
    /// What there should be.
    pub checklist: Option<Arc<Checklist>>,
    /// The site.
    pub site: Arc<Site>,
    /// The status of each gap, in the order of the checklist.
    pub statuses: Vec<GapStatus>,
    pub(super) theme: Arc<Theme>,
    history: Arc<History>,
    /// Coverage over time, where pages show it.
    pub(super) past: Arc<Vec<Point>>,
    /// What has changed since pages were approved, where pages show it.
    pub(super) differences: Arc<Differences>,
    /// What a review of each page that closes a gap is bound to.
    digests: BTreeMap<SitePath, String>,
    /// What keeps each of them from being reviewed.
    unready: BTreeMap<SitePath, Vec<Evidence>>,
    texts: Arc<Texts>,
    /// The lines of the places that evidence names.
    lines: HashMap<Span, usize>,
    /// All findings so far, at their levels.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings that are meant to be.
    suppressions: Vec<Suppression>,
    work: Work,
}

/// How much was done anew.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    read: usize,
    parsed: usize,
    resolved: bool,
}

impl Work {
    fn of(pages: &Pages) -> Self {
        let count = |least| pages.renewed().filter(|page| page.done >= least).count();
        Self { read: count(Done::Read), parsed: count(Done::Parsed), resolved: false }
    }
}

/// Reads, parses, resolves and judges.
pub fn analyse(files: &dyn Files, config: &Config) -> Result<Analysis, Error> {
    let mut engine = Engine::open(files, config);
    let analysis = engine.analyse(files, config, &Changes::All, Wanted::Facts)?;
    engine.close(files, config);
    Ok(analysis)
}

/// The same for the files of an earlier commit, by what was known then.
pub fn analyse_at(files: &dyn Files, config: &Config, commit: &str) -> Result<Analysis, Error> {
    let mut engine = Engine::with_history(history::read(&config.root).up_to(commit));
    engine.analyse(files, config, &Changes::All, Wanted::Facts)
}

/// Remembers what was read and parsed. An empty one makes a cold build.
#[derive(Default)]
pub struct Engine {
    /// Open from the start of a build to its end.
    pub(super) cache: Option<Cache>,
    pub(super) clock: Clock,
    pub(super) progress: Arc<Progress>,
    tree: Option<(Arc<Tree>, Vec<Diagnostic>)>,
    pages: Pages,
    /// Of the pages, in the order of a tree.
    parts: Option<(Arc<Tree>, Arc<Parts>)>,
    pub(super) store: Arc<Store>,
    /// The other files of a tree.
    texts: Option<(Arc<Tree>, Arc<Texts>, Vec<Diagnostic>)>,
    theme: Option<(Arc<Theme>, Vec<Diagnostic>)>,
    pub(super) history: Option<Arc<History>>,
    site: Option<Resolved>,
    rules: Rules,
    recorded: Recorded,
    pub(super) past: Option<Arc<Vec<Point>>>,
    pub(super) approved: Option<Approved>,
    keeps_good_theme: bool,
    /// While it is set, only these pages are read whole, and the heads of all others.
    pub(super) whole: Option<BTreeSet<SitePath>>,
}

/// How much of each page is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// What is needed to judge it.
    Facts,
    /// Its text, too.
    Bodies,
}

impl Engine {
    /// One that judges by a history that was read before.
    pub(super) fn with_history(history: History) -> Self {
        Self { history: Some(Arc::new(history)), ..Self::default() }
    }

    /// An engine that knows what earlier builds have left, and keeps others from it until it is
    /// closed.
    pub fn open(files: &dyn Files, config: &Config) -> Self {
        let mut clock = Clock::default();
        let cache = Cache::open(files, config);
        let (pages, site) = rayon::join(
            || Pages::load(files, cache.as_ref()),
            || cache.as_ref().and_then(|cache| Resolved::load(files, cache)),
        );
        clock.mark("open the cache");
        Self { cache, clock, pages, site, ..Self::default() }
    }

    /// True when it knows of nothing yet, neither by itself nor by a cache.
    pub fn is_blank(&self) -> bool {
        self.cache.is_none() && !self.has_looked()
    }

    /// True when it knows no page.
    pub fn is_new(&self) -> bool {
        self.pages.is_empty()
    }

    pub(super) fn has_looked(&self) -> bool {
        self.tree.is_some()
    }

    /// From now on the theme stays as it was while a template of it can't be read.
    #[must_use]
    pub fn keep_good_theme(mut self) -> Self {
        self.keeps_good_theme = true;
        self
    }

    /// What was done for the page of an entry, and where it is.
    pub(super) fn explain(&self, analysis: &Analysis, entry: usize) -> Vec<String> {
        let entry = &analysis.site.entries[entry];
        let path = entry.page.map(|page| &analysis.facts()[page].path);
        let page = path.and_then(|path| self.pages.get(path));
        let source = page.map(|page| explain::source(page.done).to_string());
        let made = || "made by Lacuna: no file of the content is behind it".to_string();
        let from = path.map_or(entry.url.clone(), |path| format!("{path} → {}", entry.url));
        vec![from, source.unwrap_or_else(made)]
    }

    /// Leaves what it knows to later builds, if nobody else is at it.
    pub fn close(&mut self, files: &dyn Files, config: &Config) {
        let cache = self.cache.take().or_else(|| Cache::open(files, config));
        let Some(cache) = cache else { return };
        self.pages.save(files, &cache);
        if let Some(site) = &mut self.site {
            site.save(files, &cache);
        }
        self.save_authors(files, &cache);
    }

    /// Brings everything up to date. What hasn't changed isn't done again.
    pub fn analyse(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
        wanted: Wanted,
    ) -> Result<Analysis, Error> {
        let changes = self.widened(files, config, changes);
        let (tree, mut found) = self.tree(files, config, changes)?;
        self.clock.mark("find the files");
        let pages = self.read_pages(files, config, changes, wanted, &tree);
        self.clock.mark("read and parse");
        let (theme, texts, history) = self.beside(files, config, changes, &tree, &mut found);
        self.clock.mark("theme, reviews, history");
        let mut work = Work::of(&self.pages);
        found.extend(pages.found().cloned());
        let from = site::From { config, tree: &tree, texts: &texts, facts: &pages.facts };
        let site = self.site(&from, &pages.digests, &mut work, &mut found);
        found.extend(pages.directives().flat_map(|used| theme.check_directives(used)));
        // What was found depends on the site and on the settings, besides the page.
        let same = !work.resolved && matches!(changes, Changes::Files(_));
        found.extend(self.rules.run(files, config, &site, &pages.facts, same));
        let book =
            super::examples::Sources { files, config, tree: &tree, site: &site, pages: &pages };
        let (examples, faults) = self.recorded.update(&book, changes);
        found.extend(faults);
        let mut found = config.leveled(found);
        let known = judging::Known::new(&texts, &pages, &site, &examples, &history);
        let judged = judging::judge(files, config, &known, &mut found);
        let suppressions = pages.suppressions().chain(&texts.suppressions).cloned().collect();
        Ok(Analysis {
            lines: judging::lines(files, config, &history, &judged),
            pages,
            store: Arc::clone(&self.store),
            tree,
            checklist: texts.checklist.clone(),
            site,
            statuses: judged.statuses,
            digests: judged.digests,
            unready: judged.unready,
            theme,
            history,
            past: Arc::default(),
            differences: Arc::default(),
            suppressions,
            texts,
            diagnostics: found,
            work,
        })
    }

    fn read_pages(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
        wanted: Wanted,
        tree: &Arc<Tree>,
    ) -> Arc<Parts> {
        let scope = Scope {
            files,
            config,
            cache: self.cache.as_ref(),
            store: &self.store,
            progress: self.progress.read(),
            changes,
            bodies: wanted == Wanted::Bodies,
            whole: self.whole.as_ref(),
        };
        self.pages.update(&scope, tree);
        let known = self.parts.take().filter(|(known, _)| Arc::ptr_eq(known, tree));
        let parts = match known {
            Some((_, mut parts)) => {
                Arc::make_mut(&mut parts).renew(tree, &self.pages);
                parts
            }
            None => Arc::new(Parts::collect(tree, &self.pages)),
        };
        self.parts = Some((Arc::clone(tree), Arc::clone(&parts)));
        parts
    }

    /// What the site is made from besides its pages.
    fn beside(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
        tree: &Arc<Tree>,
        found: &mut Vec<Diagnostic>,
    ) -> (Arc<Theme>, Arc<Texts>, Arc<History>) {
        let (theme, faults) = self.theme(files, config, changes);
        found.extend(faults);
        let (texts, faults) = self.texts(files, config, changes, tree);
        found.extend(faults);
        (theme, texts, self.history(files, config, changes))
    }

    fn site(
        &mut self,
        from: &site::From,
        facts: &[Digest],
        work: &mut Work,
        found: &mut Vec<Diagnostic>,
    ) -> Arc<Site> {
        let key = from.key(facts);
        let resolved = match self.site.take() {
            Some(known) if known.key == key => known,
            earlier => {
                work.resolved = true;
                from.resolve(key, facts, earlier.as_ref())
            }
        };
        let resolved = self.site.insert(resolved);
        found.extend_from_slice(&resolved.found);
        Arc::clone(&resolved.site)
    }

    /// Everything when a folder is gone: whoever tells of that doesn't tell of the files in it.
    fn widened<'a>(&self, files: &dyn Files, config: &Config, changes: &'a Changes) -> &'a Changes {
        let Some((tree, _)) = &self.tree else { return changes };
        let is_lost = changes.any(|path| {
            tree.holds_below(path) && files.kind(&path.on_disk(&config.root)) != Kind::Folder
        });
        if is_lost { &Changes::All } else { changes }
    }

    /// The files of the content. They are looked for again when one has come or gone.
    fn tree(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
    ) -> Result<(Arc<Tree>, Vec<Diagnostic>), Error> {
        let same = |tree: &Tree| match changes {
            Changes::All => false,
            Changes::Files(paths) => paths.iter().all(|path| {
                path.strip(&config.src).is_none()
                    || tree.holds(path) == (files.kind(&path.on_disk(&config.root)) == Kind::File)
            }),
        };
        if self.tree.as_ref().is_none_or(|(tree, _)| !same(tree)) {
            let (tree, found) = source::scan(files, config)?;
            self.tree = Some((Arc::new(tree), found));
        }
        Ok(self.tree.clone().expect("it was just made"))
    }

    fn theme(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
    ) -> (Arc<Theme>, Vec<Diagnostic>) {
        if self.theme.is_none() || changes.any(|path| path.strip("themes").is_some()) {
            let (theme, found) = theme::load(files, config);
            let is_broken = found.iter().any(|found| found.rule.code == "T001");
            let good = self.theme.take().filter(|_| self.keeps_good_theme && is_broken);
            self.theme = Some((good.map_or_else(|| Arc::new(theme), |(good, _)| good), found));
        }
        self.theme.clone().expect("it was just made")
    }

    fn texts(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
        tree: &Arc<Tree>,
    ) -> (Arc<Texts>, Vec<Diagnostic>) {
        let is_read = self.texts.as_ref().is_some_and(|(known, texts, _)| {
            let special = [&tree.checklist, &tree.waivers, &tree.summary];
            let is_text = |path: &SitePath| {
                texts.sources.contains(path)
                    || special.into_iter().flatten().any(|known| known == path)
                    || path.as_str().ends_with(".reviews.yaml")
            };
            Arc::ptr_eq(known, tree) && !changes.any(is_text)
        });
        if !is_read {
            let mut found = Vec::new();
            let known = self.texts.as_ref().zip(changes.files());
            let earlier = known.map(|((_, texts, _), changed)| (&**texts, changed));
            let texts = Texts::read(files, config, tree, earlier, &mut found);
            self.texts = Some((Arc::clone(tree), Arc::new(texts), found));
        }
        let (_, texts, found) = self.texts.as_ref().expect("they were just read");
        (Arc::clone(texts), found.clone())
    }
}

impl Analysis {
    /// What other pages may know of each page, in the order of paths.
    pub fn facts(&self) -> &[Arc<PageFacts>] {
        &self.pages.facts
    }

    /// What only the view of each page may know.
    pub(super) fn own(&self, page: usize) -> PageOwn {
        self.pages.own[page].get()
    }

    /// The number of a page, by its path.
    pub fn page(&self, path: &SitePath) -> Option<usize> {
        self.facts().binary_search_by(|facts| facts.path.cmp(path)).ok()
    }

    /// The findings that are to be shown, of these: sorted, without what is meant to be, and with
    /// what is wrong with suppressions. Statuses are judged before, by all findings.
    pub(super) fn shown(&self, config: &Config, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let (mut shown, faults) = lint::suppress(found, &self.suppressions);
        shown.extend(config.leveled(faults));
        tidy(&mut shown);
        shown
    }

    /// All examples.
    pub fn examples(&self, files: &dyn Files, config: &Config) -> Vec<Example> {
        let Self { tree, site, pages, .. } = self;
        super::examples::Sources { files, config, tree, site, pages }.collect()
    }

    /// What pages share when they are rendered.
    pub fn shared(&self, config: &Config) -> Shared {
        self.shared_after(config, None)
    }

    /// What pages share, with what can be kept of an earlier version.
    pub(super) fn shared_after(
        &self,
        config: &Config,
        earlier: Option<(&Self, &Shared)>,
    ) -> Shared {
        let statuses = |analysis: &Self| -> Vec<status::Status> {
            analysis.statuses.iter().map(|status| status.status).collect()
        };
        let same = earlier.filter(|(analysis, _)| {
            Arc::ptr_eq(&analysis.site, &self.site) && statuses(analysis) == statuses(self)
        });
        let navs = same.map(|(_, shared)| shared.navs());
        Shared::new(&self.parts(config), self.theme.assets(), &self.lines, navs)
    }

    /// The site, ready to be seen page by page.
    pub fn scene<'a>(&'a self, config: &'a Config, shared: &'a Shared) -> Scene<'a> {
        Scene::new(&self.parts(config), shared)
    }

    fn parts<'a>(&'a self, config: &'a Config) -> render::Parts<'a> {
        render::Parts {
            config,
            site: &self.site,
            checklist: self.checklist.as_deref(),
            facts: self.facts(),
            history: &self.history,
            statuses: &self.statuses,
            past: &self.past,
            differences: &self.differences,
        }
    }

    /// The entry that somebody means by a path below the content or by a URL.
    pub(super) fn find(&self, config: &Config, name: &str) -> Option<usize> {
        let is_page = |entry: &usize| {
            let entry = &self.site.entries[*entry];
            let path = entry.page.map(|page| &self.facts()[page].path);
            let path =
                path.filter(|path| path.as_str() == name || path.strip(&config.src) == Some(name));
            entry.url == name || path.is_some()
        };
        (0..self.site.entries.len()).find(is_page)
    }

    /// The body of a page.
    pub(super) fn body(
        &self,
        files: &dyn Files,
        config: &Config,
        page: usize,
    ) -> Result<Body, Box<Diagnostic>> {
        self.text(page).body(files, config, &self.facts()[page].path, &self.store)
    }

    /// How to get at the text of a page.
    pub(super) fn text(&self, page: usize) -> &Text {
        &self.pages.bodies[page]
    }

    /// The report of a build that has come this far.
    pub(super) fn report(&self) -> Report {
        Report {
            read: self.work.read,
            parsed: self.work.parsed,
            resolved: self.work.resolved,
            diagnostics: self.diagnostics.clone(),
            ..Report::default()
        }
    }
}
