//! From files to a site with judged gaps, before anything is rendered.
//!
//! An [`Engine`] remembers what it has read and parsed. A build starts with an empty one; the
//! preview keeps one and tells it what has changed. Both run the same code.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;

use super::judging;
use super::rules::Rules;
use super::texts::Texts;
use super::{Report, theme};
use crate::base::{Digest, Hasher, SitePath};
use crate::checklist::Checklist;
use crate::config::Config;
use crate::diag::{Diagnostic, Span, tidy};
use crate::examples;
use crate::files::{Error, Files, Kind};
use crate::history::{self, History};
use crate::lint;
use crate::parse::{self, Body, PageFacts, PageOwn, ParseOptions, Standing};
use crate::render::{Parts, Scene, Shared, Theme};
use crate::resolve::{self, Site};
use crate::source::{self, Review, SourceFile, Suppression, Tree};
use crate::status::{self, Evidence, GapStatus};

/// Everything that is known before the first page is rendered.
pub struct Analysis {
    /// What other pages may know of each page, in the order of paths.
    pub facts: Vec<Arc<PageFacts>>,
    pub(super) own: Vec<Arc<PageOwn>>,
    pub(super) bodies: Vec<Arc<Body>>,
    standings: Vec<Arc<Standing>>,
    tree: Arc<Tree>,
    /// What there should be.
    pub checklist: Option<Arc<Checklist>>,
    /// The site.
    pub site: Arc<Site>,
    /// The status of each gap, in the order of the checklist.
    pub statuses: Vec<GapStatus>,
    pub(super) theme: Arc<Theme>,
    history: Arc<History>,
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
    /// How much of it was done anew.
    work: Work,
}

/// How much was done anew.
#[derive(Clone, Copy, Debug, Default)]
struct Work {
    read: usize,
    parsed: usize,
    resolved: bool,
}

/// What has changed since the last time.
#[derive(Clone, Debug)]
pub enum Changes {
    /// Anything may have.
    All,
    /// These files have, and no others; a path that doesn't exist any more is one, too.
    Files(BTreeSet<SitePath>),
}

/// Reads, parses, resolves and judges, from nothing.
pub fn analyse(files: &dyn Files, config: &Config) -> Result<Analysis, Error> {
    Engine::default().analyse(files, config, &Changes::All)
}

/// Remembers what was read and parsed. An empty one makes a cold build.
#[derive(Default)]
pub struct Engine {
    tree: Option<(Arc<Tree>, Vec<Diagnostic>)>,
    pages: HashMap<SitePath, Page>,
    texts: Option<(Arc<Texts>, Vec<Diagnostic>)>,
    theme: Option<(Arc<Theme>, Vec<Diagnostic>)>,
    history: Option<Arc<History>>,
    site: Option<(Digest, Arc<Site>, Vec<Diagnostic>)>,
    rules: Rules,
}

/// A page as it was parsed.
#[derive(Clone)]
struct Page {
    /// Of all that parsing depends on.
    key: Digest,
    facts: Arc<PageFacts>,
    /// Of the facts, without the places of things in the text.
    facts_digest: Digest,
    standing: Arc<Standing>,
    own: Arc<PageOwn>,
    body: Arc<Body>,
    found: Arc<Vec<Diagnostic>>,
    suppressions: Arc<Vec<Suppression>>,
}

impl Engine {
    /// Brings everything up to date. What hasn't changed isn't done again.
    pub fn analyse(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
    ) -> Result<Analysis, Error> {
        let mut work = Work::default();
        let changes =
            if self.lost_folder(files, config, changes) { &Changes::All } else { changes };
        let (tree, mut found) = self.tree(files, config, changes)?;
        self.pages(files, config, changes, &tree, &mut work);
        let (theme, faults) = self.theme(files, config, changes);
        found.extend(faults);
        let (texts, faults) = self.texts(files, config, changes, &tree);
        found.extend(faults);
        let history = self.history(config, changes);
        let pages = Pages::collect(&tree, &self.pages, &mut found);
        let (site, faults) = self.site(config, &tree, &texts, &pages, &mut work);
        found.extend(faults);
        // What was found depends on the site and on the settings, besides the page.
        let same = !work.resolved && matches!(changes, Changes::Files(_));
        found.extend(self.rules.run(files, config, &site, &pages.facts, same));
        let mut found = config.leveled(found);
        let judged = judging::judge(files, config, &texts, &pages, &site, &mut found);
        let lines = judging::lines(files, config, &judged);
        Ok(Analysis {
            facts: pages.facts,
            own: pages.own,
            bodies: pages.bodies,
            standings: pages.standings,
            tree,
            checklist: texts.checklist.clone(),
            site,
            statuses: judged.statuses,
            digests: judged.digests,
            unready: judged.unready,
            theme,
            history,
            lines,
            suppressions: [&pages.suppressions[..], &texts.suppressions].concat(),
            texts,
            diagnostics: found,
            work,
        })
    }

    /// True when a folder is gone: whoever tells of that doesn't tell of the files in it.
    fn lost_folder(&self, files: &dyn Files, config: &Config, changes: &Changes) -> bool {
        let Some((tree, _)) = &self.tree else { return false };
        changes.any(|path| {
            tree.holds_below(path) && files.kind(&path.on_disk(&config.root)) != Kind::Folder
        })
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

    fn pages(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
        tree: &Tree,
        work: &mut Work,
    ) {
        let touched = |path: &SitePath| match (changes, self.pages.get(path)) {
            (Changes::All, _) | (_, None) => true,
            (Changes::Files(paths), Some(page)) => {
                paths.contains(path) || page.facts.includes.iter().any(|file| paths.contains(file))
            }
        };
        let todo: Vec<&SitePath> = tree.pages.iter().filter(|path| touched(path)).collect();
        let options = ParseOptions::from(&config.html);
        let read = |path: &&SitePath| {
            let source = source::read_page(files, config, path);
            let key = parse_key(&source, options);
            let known = self.pages.get(*path).filter(|page| page.key == key);
            match known {
                Some(page) => (page.clone(), false),
                None => (Page::new(source, key, options), true),
            }
        };
        let made: Vec<(Page, bool)> = todo.par_iter().map(read).collect();
        work.read = made.len();
        work.parsed = made.iter().filter(|(_, parsed)| *parsed).count();
        for (path, (page, _)) in todo.into_iter().zip(made) {
            self.pages.insert(path.clone(), page);
        }
        if self.pages.len() > tree.pages.len() {
            let known: BTreeSet<&SitePath> = tree.pages.iter().collect();
            self.pages.retain(|path, _| known.contains(path));
        }
    }

    fn theme(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
    ) -> (Arc<Theme>, Vec<Diagnostic>) {
        if self.theme.is_none() || changes.any(|path| path.strip("themes").is_some()) {
            let (theme, found) = theme::load(files, config);
            self.theme = Some((Arc::new(theme), found));
        }
        self.theme.clone().expect("it was just made")
    }

    fn texts(
        &mut self,
        files: &dyn Files,
        config: &Config,
        changes: &Changes,
        tree: &Tree,
    ) -> (Arc<Texts>, Vec<Diagnostic>) {
        let is_text = |path: &SitePath| {
            let special = [&tree.checklist, &tree.waivers, &tree.summary];
            let gone = self.texts.as_ref().is_some_and(|(texts, _)| texts.sources.contains(path));
            gone || special.into_iter().flatten().any(|known| known == path)
                || path.as_str().ends_with(".reviews.yaml")
        };
        if self.texts.is_none() || changes.any(is_text) {
            let mut found = Vec::new();
            let texts = Texts::read(files, config, tree, &mut found);
            self.texts = Some((Arc::new(texts), found));
        }
        self.texts.clone().expect("it was just made")
    }

    fn history(&mut self, config: &Config, changes: &Changes) -> Arc<History> {
        if matches!(changes, Changes::All) || self.history.is_none() {
            self.history = Some(Arc::new(history::read(&config.root)));
        }
        self.history.clone().expect("it was just made")
    }

    /// The site, made again only when something that it is made from has changed.
    fn site(
        &mut self,
        config: &Config,
        tree: &Tree,
        texts: &Texts,
        pages: &Pages,
        work: &mut Work,
    ) -> (Arc<Site>, Vec<Diagnostic>) {
        let key = site_key(config, tree, texts, &pages.digests);
        if self.site.as_ref().is_none_or(|(known, ..)| *known != key) {
            work.resolved = true;
            let (site, found) = resolve::resolve(&inputs(config, tree, texts), &pages.facts);
            self.site = Some((key, Arc::new(site), found));
        }
        let (_, site, found) = self.site.as_ref().expect("it was just made");
        (Arc::clone(site), found.clone())
    }
}

impl Changes {
    fn any(&self, wanted: impl Fn(&SitePath) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::Files(paths) => paths.iter().any(wanted),
        }
    }
}

impl Page {
    fn new(source: SourceFile, key: Digest, options: ParseOptions) -> Self {
        let page = parse::parse(source, options);
        Self {
            key,
            facts_digest: page.facts.digest(),
            facts: Arc::new(page.facts),
            standing: Arc::new(page.standing),
            own: Arc::new(page.own),
            body: Arc::new(page.body),
            found: Arc::new(page.diagnostics),
            suppressions: Arc::new(page.suppressions),
        }
    }
}

/// Of all that parsing depends on: the source with what was found in it, and the options.
fn parse_key(source: &SourceFile, options: ParseOptions) -> Digest {
    let mut hasher = Hasher::default();
    hasher.field(source.digest.bytes());
    hasher.field(format!("{options:?}").as_bytes());
    for found in &source.diagnostics {
        hasher.field(format!("{} {:?} {}", found.rule.code, found.span, found.message).as_bytes());
    }
    hasher.finish()
}

/// Of all that the site is made from.
fn site_key(config: &Config, tree: &Tree, texts: &Texts, facts: &[Digest]) -> Digest {
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

impl Analysis {
    /// What a review of a page is bound to; none for one that closes no gap.
    pub fn digest(&self, path: &SitePath) -> Option<&str> {
        self.digests.get(path).map(String::as_str)
    }

    /// The findings that are to be shown, of these: sorted, without what is meant to be, and with
    /// what is wrong with suppressions. Statuses are judged before, by all findings.
    pub(super) fn shown(&self, config: &Config, found: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let (mut shown, faults) = lint::suppress(found, &self.suppressions);
        shown.extend(config.leveled(faults));
        tidy(&mut shown);
        shown
    }

    /// What keeps a page that closes a gap from being reviewed.
    pub fn unready(&self, path: &SitePath) -> &[Evidence] {
        self.unready.get(path).map_or(&[], Vec::as_slice)
    }

    /// What git knows.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The reviews of a file, in the order in which they stand there.
    pub fn reviews(&self, path: &SitePath) -> &[Review] {
        self.texts.reviews.get(path).map_or(&[], Vec::as_slice)
    }

    /// The line that a piece of evidence is about.
    pub fn line(&self, evidence: &Evidence) -> Option<usize> {
        self.lines.get(evidence.span.as_ref()?).copied()
    }

    /// What examples are found in.
    pub fn book<'a>(&'a self, files: &'a dyn Files, config: &'a Config) -> examples::Book<'a> {
        examples::Book {
            files,
            config,
            tree: &self.tree,
            site: &self.site,
            facts: &self.facts,
            standings: &self.standings,
        }
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

    fn parts<'a>(&'a self, config: &'a Config) -> Parts<'a> {
        Parts {
            config,
            site: &self.site,
            checklist: self.checklist.as_deref(),
            facts: &self.facts,
            history: &self.history,
            statuses: &self.statuses,
        }
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

/// The results of parsing, each part in a list of its own, in the order of paths.
#[derive(Default)]
pub(super) struct Pages {
    pub facts: Vec<Arc<PageFacts>>,
    digests: Vec<Digest>,
    pub standings: Vec<Arc<Standing>>,
    own: Vec<Arc<PageOwn>>,
    bodies: Vec<Arc<Body>>,
    suppressions: Vec<Suppression>,
}

impl Pages {
    fn collect(tree: &Tree, known: &HashMap<SitePath, Page>, found: &mut Vec<Diagnostic>) -> Self {
        let mut pages = Self::default();
        for page in tree.pages.iter().filter_map(|path| known.get(path)) {
            pages.facts.push(Arc::clone(&page.facts));
            pages.digests.push(page.facts_digest);
            pages.standings.push(Arc::clone(&page.standing));
            pages.own.push(Arc::clone(&page.own));
            pages.bodies.push(Arc::clone(&page.body));
            pages.suppressions.extend(page.suppressions.iter().cloned());
            found.extend(page.found.iter().cloned());
        }
        pages
    }
}

fn inputs<'a>(config: &'a Config, tree: &'a Tree, texts: &'a Texts) -> resolve::Inputs<'a> {
    resolve::Inputs {
        src: &config.src,
        title: &config.book.title,
        checklist: texts.checklist.as_deref(),
        summary: texts.summary.as_ref(),
        assets: &tree.assets,
        redirects: &config.html.redirects,
    }
}
