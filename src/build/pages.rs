//! All pages as they were parsed: which must be read, which must be parsed, what is kept.
//!
//! Pages lie in shards, by a number that depends on their path only. A shard is what one thread
//! works on and what one file of the cache holds: it is written as soon as its pages are parsed,
//! so that the bodies of a large site never fill the memory, and an edit writes one small file.

mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Changes;
use super::cache::Cache;
use super::packed::Packed;
use super::progress::Count;
use super::store::Store;
use crate::base::{Digest, Hasher, SitePath};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::files::{Files, Stamp};
use crate::parse::{self, Body, DirectiveUse, PageFacts, PageOwn, ParseOptions, Standing};
use crate::source::{self, SourceFile, Suppression, Tree};
use text::{Bytes, Kept};
pub(super) use text::{Place, Text, changed_meanwhile};

/// So many shards share all pages.
const SHARDS: usize = 64;
/// So many bytes of bodies a shard keeps in memory.
const MOST_HELD: usize = 512 * 1024;

/// A page as it was parsed.
#[derive(Serialize, Deserialize)]
pub(super) struct Page {
    /// Of all that parsing depends on.
    key: Digest,
    /// Of its file and of those that it includes; none when one of them must be read to be known.
    stamps: Option<Vec<Stamp>>,
    pub facts: Arc<PageFacts>,
    /// Of the facts, without the places of things in the text.
    pub facts_digest: Digest,
    pub standing: Packed<Standing>,
    pub own: Packed<PageOwn>,
    /// What it shows by directives and drawings; most pages have neither.
    pub shown: Option<Arc<Shown>>,
    pub found: Vec<Diagnostic>,
    pub suppressions: Vec<Suppression>,
    body: Option<Kept>,
    text: Kept,
    /// None when there is no code.
    fences: Option<Kept>,
    /// Whether no more than its head was read.
    #[serde(skip)]
    is_head: bool,
    /// Whether parsing it again can give nothing else.
    lasting: bool,
    #[serde(skip)]
    pub done: Done,
}

/// What of a page the whole site must know to show it.
#[derive(Serialize, Deserialize)]
pub(super) struct Shown {
    /// The directives that are left to the theme.
    pub directives: Vec<DirectiveUse>,
    /// The names of the drawings.
    pub drawings: Vec<String>,
}

/// What was done for a page in the last update.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug)]
pub(super) enum Done {
    /// Nothing: neither its file nor any that it includes has changed.
    #[default]
    Nothing,
    /// It was read, and is as it was.
    Read,
    /// It was parsed: it, what it includes, or how pages are read has changed.
    Parsed,
    /// It was parsed for the first time.
    New,
}

/// What an update needs to know.
pub(super) struct Scope<'a> {
    pub files: &'a dyn Files,
    pub config: &'a Config,
    pub cache: Option<&'a Cache>,
    pub store: &'a Store,
    pub progress: &'a Count,
    pub changes: &'a Changes,
    /// Whether bodies are wanted, too.
    pub bodies: bool,
    /// The pages that are read whole, if not all are.
    pub whole: Option<&'a BTreeSet<SitePath>>,
}

/// All pages.
#[derive(Default)]
pub(super) struct Pages {
    shards: Vec<Shard>,
    /// Of the settings that decide how pages are read.
    settings: Option<Digest>,
    /// The files that they were last compared with.
    tree: Option<Arc<Tree>>,
}

#[derive(Default)]
struct Shard {
    pages: BTreeMap<SitePath, Page>,
    /// The files that its pages include, or once did.
    included: BTreeSet<SitePath>,
    /// Where the bodies begin in its file.
    behind: usize,
    /// Whether it differs from its file.
    changed: bool,
    /// Whether bodies lie elsewhere than the last update left them.
    moved: bool,
    /// Whether the last update worked on it.
    renewed: bool,
}

impl Pages {
    /// Loads what the cache has.
    pub(super) fn load(files: &dyn Files, cache: Option<&Cache>) -> Self {
        let load = |number| cache.and_then(|cache| Shard::load(files, cache, number));
        let loaded: Vec<Option<(Digest, Shard)>> = (0..SHARDS).into_par_iter().map(load).collect();
        let settings = loaded.iter().flatten().map(|(settings, _)| *settings).next();
        let usable = |(known, mut shard): (Digest, Shard)| {
            if Some(known) != settings {
                shard.distrust();
            }
            shard
        };
        let shards = loaded.into_iter().map(|found| found.map(usable).unwrap_or_default());
        Self { shards: shards.collect(), settings, tree: None }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.shards.iter().all(|shard| shard.pages.is_empty())
    }

    pub(super) fn get(&self, path: &SitePath) -> Option<&Page> {
        self.shards.get(shard_of(path))?.pages.get(path)
    }

    /// How to get at the body of a page, and at its text.
    pub(super) fn text(&self, page: &Page) -> Text {
        let number = shard_of(&page.facts.path);
        let place = |kept: &Kept| self.shards[number].place(number, kept);
        Text {
            key: page.key,
            body: page.body.as_ref().map(place),
            sections: place(&page.text),
            fences: page.fences.as_ref().map(place),
        }
    }

    /// Reads and parses what may have changed, and forgets what isn't among the pages of the tree any
    /// more.
    pub(super) fn update(&mut self, scope: &Scope, tree: &Arc<Tree>) {
        self.shards.resize_with(SHARDS, Shard::default);
        let settings = settings(scope.config);
        let as_before = self.settings.replace(settings).is_none_or(|known| known == settings);
        if !as_before {
            self.shards.iter_mut().for_each(Shard::distrust);
        }
        let known = self.tree.replace(Arc::clone(tree));
        let paths = match known.filter(|known| as_before && Arc::ptr_eq(known, tree)) {
            Some(_) => None,
            None => Some(by_shard(&tree.pages)),
        };
        self.shards.par_iter_mut().enumerate().for_each(|(number, shard)| {
            if paths.is_none() && shard.is_quiet(scope) {
                shard.rest();
                return;
            }
            shard.update(scope, paths.as_ref().map(|paths| &*paths[number]));
            shard.save(scope.files, scope.cache, settings, number);
            shard.release();
            shard.moved = false;
        });
    }

    /// The pages that may not be as they were before the last update.
    pub(super) fn renewed(&self) -> impl Iterator<Item = &Page> {
        self.shards.iter().filter(|shard| shard.renewed).flat_map(|shard| shard.pages.values())
    }

    /// Writes what has changed since it was read from the cache.
    pub(super) fn save(&mut self, files: &dyn Files, cache: &Cache) {
        let Some(settings) = self.settings else { return };
        let shards = self.shards.par_iter_mut().enumerate();
        shards.for_each(|(number, shard)| shard.save(files, Some(cache), settings, number));
    }
}

impl Shard {
    fn load(files: &dyn Files, cache: &Cache, number: usize) -> Option<(Digest, Self)> {
        let found = cache.read::<(Digest, Vec<Page>)>(files, &name(number))?;
        let (settings, pages) = found.values;
        let included = pages.iter().flat_map(|page| page.facts.includes.iter().cloned()).collect();
        let pages = pages.into_iter().map(|page| (page.facts.path.clone(), page)).collect();
        Some((settings, Self { pages, included, behind: found.end, ..Self::default() }))
    }

    /// From now on pages must be read to be known.
    fn distrust(&mut self) {
        for page in self.pages.values_mut() {
            page.stamps = None;
        }
    }

    /// True when none of its pages can have changed, nor anything that they include.
    fn is_quiet(&self, scope: &Scope) -> bool {
        let holds = |path| self.pages.contains_key(path) || self.included.contains(path);
        let files = scope.changes.files();
        !scope.bodies && !self.moved && files.is_some_and(|files| !files.iter().any(holds))
    }

    /// Nothing is done for its pages this time.
    fn rest(&mut self) {
        if std::mem::take(&mut self.renewed) {
            self.pages.values_mut().for_each(|page| page.done = Done::Nothing);
        }
    }

    /// Brings its pages up to date; without `paths` they are those that it has.
    fn update(&mut self, scope: &Scope, paths: Option<&[&SitePath]>) {
        self.renewed = true;
        let mut todo: Vec<SitePath> = Vec::new();
        // Both are sorted.
        if let Some(paths) = paths.filter(|paths| !self.pages.keys().eq(paths.iter().copied())) {
            let known: BTreeSet<&SitePath> = paths.iter().copied().collect();
            self.pages.retain(|path, _| known.contains(path));
            self.changed = true;
            let new = paths.iter().filter(|path| !self.pages.contains_key(**path));
            todo.extend(new.map(|path| (*path).clone()));
        }
        for (path, page) in &mut self.pages {
            page.done = Done::Nothing;
            if page.may_have_changed(scope) {
                todo.push(path.clone());
            }
        }
        self.changed |= !todo.is_empty();
        scope.progress.expect(todo.len());
        for path in todo {
            let done = self.read(scope, &path);
            scope.progress.step();
            if let Some(page) = self.pages.get_mut(&path) {
                page.done = done;
            }
        }
    }

    /// Reads a page, and parses it unless it is as it was.
    fn read(&mut self, scope: &Scope, path: &SitePath) -> Done {
        let options = ParseOptions::from(&scope.config.html);
        let is_head = scope.wants_head(path);
        let read = if is_head { source::read_head } else { source::read_page };
        let source = read(scope.files, scope.config, path);
        let stamps = stamps(scope, path, &source.includes);
        let key = parse_key(&source, options);
        let same = |page: &&mut Page| {
            page.key == key && page.lasting && (page.body.is_some() || !scope.bodies)
        };
        if let Some(page) = self.pages.get_mut(path).filter(same) {
            (page.stamps, page.is_head) = (stamps, is_head);
            return Done::Read;
        }
        if let Some(body) = self.body(scope, path) {
            scope.store.for_body().keep(&body);
        }
        self.included.extend(source.includes.iter().cloned());
        let page = Page { is_head, ..Page::new(scope, source, key, stamps) };
        match self.pages.insert(path.clone(), page) {
            Some(_) => Done::Parsed,
            None => Done::New,
        }
    }

    /// The body of a page as it was.
    fn body(&self, scope: &Scope, path: &SitePath) -> Option<Body> {
        let body = self.pages.get(path)?.body.as_ref()?;
        self.place(shard_of(path), body).read(scope.files, scope.config)
    }

    fn place(&self, number: usize, kept: &Kept) -> Place {
        let stored = kept.stored.as_ref();
        Place {
            digest: kept.digest,
            memory: kept.memory.clone(),
            stored: stored.map(|at| (number, self.behind + at.start..self.behind + at.end)),
        }
    }

    /// Writes the shard if it has changed.
    fn save(&mut self, files: &dyn Files, cache: Option<&Cache>, settings: Digest, number: usize) {
        let Some(cache) = cache.filter(|_| self.changed) else { return };
        self.moved = true;
        let old = files.read(&cache.path(&name(number))).unwrap_or_default();
        let (mut behind, mut end) = (Vec::new(), 0);
        for kept in self.pages.values_mut().flat_map(Page::kept) {
            let stored = kept.stored.take();
            let stored = || {
                let place = stored?;
                let bytes = old.get(self.behind + place.start..self.behind + place.end)?;
                // Another process may have written the file since.
                (Digest::of(bytes) == kept.digest).then_some(Bytes::Stored(bytes))
            };
            let memory = kept.memory.clone();
            if let Some(bytes) = memory.map(Bytes::Held).or_else(stored) {
                kept.stored = Some(end..end + bytes.len());
                end += bytes.len();
                behind.push(bytes);
            }
        }
        let behind: Vec<&[u8]> = behind.iter().map(|bytes| &**bytes).collect();
        let pages: Vec<&Page> = self.pages.values().collect();
        match cache.write(files, &name(number), &(settings, pages), &behind) {
            Some(end) => (self.behind, self.changed) = (end, false),
            None => self.forget_places(),
        }
    }

    fn forget_places(&mut self) {
        for kept in self.pages.values_mut().flat_map(Page::kept) {
            kept.stored = None;
        }
    }

    /// Lets go of bodies and texts, those that were parsed last at last. What isn't kept anywhere is
    /// parsed again when it is needed.
    fn release(&mut self) {
        let mut held = 0;
        let (new, old): (Vec<&mut Page>, Vec<&mut Page>) =
            self.pages.values_mut().partition(|page| page.done >= Done::Parsed);
        for kept in new.into_iter().chain(old).flat_map(Page::kept) {
            held += kept.memory.as_ref().map_or(0, |bytes| bytes.len());
            if held > MOST_HELD {
                kept.memory = None;
            }
        }
    }
}

impl Shown {
    fn of(own: &PageOwn) -> Option<Self> {
        let (directives, drawings) = (own.directives.clone(), own.drawings.clone());
        let has_none = directives.is_empty() && drawings.is_empty();
        (!has_none).then_some(Self { directives, drawings })
    }
}

impl Scope<'_> {
    /// True when the head of a page is enough.
    fn wants_head(&self, path: &SitePath) -> bool {
        self.whole.is_some_and(|whole| !whole.contains(path))
    }
}

impl Page {
    fn new(scope: &Scope, source: SourceFile, key: Digest, stamps: Option<Vec<Stamp>>) -> Self {
        let memory = match scope.bodies {
            true => scope.store.for_body(),
            false => scope.store.for_findings(),
        };
        let size = source.text.len();
        let page = parse::parse(source, ParseOptions::from(&scope.config.html), memory);
        // Tags and classes take more than the text.
        let body = scope.bodies.then(|| Kept::new(&page.body, 3 * size));
        Self {
            key,
            stamps,
            facts_digest: page.facts.digest(),
            facts: Arc::new(page.facts),
            standing: Packed::new(&page.standing),
            shown: Shown::of(&page.own).map(Arc::new),
            own: Packed::new(&page.own),
            found: page.diagnostics,
            suppressions: page.suppressions,
            body,
            text: Kept::new(&page.text, size + size / 8),
            fences: (!page.fences.is_empty()).then(|| Kept::new(&page.fences, size)),
            is_head: false,
            lasting: page.lasting,
            done: Done::New,
        }
    }

    fn kept(&mut self) -> impl Iterator<Item = &mut Kept> {
        self.body.as_mut().into_iter().chain([&mut self.text]).chain(&mut self.fences)
    }

    /// False only when neither its file nor any that it includes can have changed.
    fn may_have_changed(&self, scope: &Scope) -> bool {
        let lacks_body = scope.bodies && self.body.is_none();
        if lacks_body || self.is_head && !scope.wants_head(&self.facts.path) {
            return true;
        }
        match scope.changes {
            Changes::All if !self.lasting => true,
            Changes::Files(paths) => self.inputs().any(|path| paths.contains(path)),
            Changes::All => {
                let stamp = |path: &SitePath| scope.files.stamp(&path.on_disk(&scope.config.root));
                let Some(known) = &self.stamps else { return true };
                self.inputs().zip(known).any(|(path, known)| stamp(path) != Some(*known))
            }
        }
    }

    fn inputs(&self) -> impl Iterator<Item = &SitePath> {
        std::iter::once(&self.facts.path).chain(&self.facts.includes)
    }
}

/// The pages of each shard, in order.
fn by_shard(paths: &[SitePath]) -> Vec<Vec<&SitePath>> {
    let mut shards = vec![Vec::new(); SHARDS];
    for path in paths {
        shards[shard_of(path)].push(path);
    }
    shards
}

/// The shard of a page (FNV-1a, 32 bits).
fn shard_of(path: &SitePath) -> usize {
    let step = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    path.as_str().as_bytes().iter().fold(0x811c_9dc5, step) as usize % SHARDS
}

/// The stamps of all files of a page, if all of them can be trusted.
fn stamps(scope: &Scope, path: &SitePath, includes: &[SitePath]) -> Option<Vec<Stamp>> {
    let cache = scope.cache?;
    let stamp = |path: &SitePath| {
        let stamp = scope.files.stamp(&path.on_disk(&scope.config.root));
        stamp.filter(|stamp| cache.trusts(stamp))
    };
    std::iter::once(path).chain(includes).map(stamp).collect()
}

/// Of the settings that decide how pages are read.
fn settings(config: &Config) -> Digest {
    let mut hasher = Hasher::default();
    let kinds: Vec<&String> = config.kinds.keys().collect();
    let options = ParseOptions::from(&config.html);
    hasher.field(format!("{:?}", (&config.src, &config.variables, kinds, options)).as_bytes());
    hasher.finish()
}

fn name(shard: usize) -> String {
    format!("pages-{shard:02}")
}

/// Of all that parsing depends on: the source with what was found in it, and the options.
fn parse_key(source: &SourceFile, options: ParseOptions) -> Digest {
    let mut hasher = Hasher::default();
    hasher.field(source.digest.bytes());
    hasher.field(format!("{options:?}").as_bytes());
    for found in &source.diagnostics {
        hasher.field(format!("{} {:?} {}", found.rule.code, found.span, found.message).as_bytes());
    }
    hasher.field(format!("{:?}", source.suppressions).as_bytes());
    hasher.finish()
}
