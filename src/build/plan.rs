//! What is to be written, and how each file is made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use foldhash::HashSet;
use serde::Serialize;

use super::cache::Cache;
use super::outputs::Key;
use super::pages::changed_meanwhile;
use super::search::{self, Finder, Part};
use super::{Analysis, Made};
use crate::base::{Digest, Hasher, SitePath};
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::diagrams::{Shade, url};
use crate::files::{Error, Files, Kind};
use crate::render::{self, PageView, Scene};
use crate::resolve::Outcome;

/// One file to be written.
#[derive(Clone, Debug)]
pub(super) enum Job {
    /// A copy of a file.
    Copy(PathBuf),
    /// What is already at hand.
    Bytes(Vec<u8>),
    /// A page, by its entry.
    Page(usize),
    /// `api/pages.json`.
    Pages,
    /// Many pages as one, for paper.
    Print(render::Print),
    /// What has changed in a page since it was approved.
    Difference(Arc<render::Difference>),
    /// A page as Markdown, by its entry.
    Twin(usize),
    /// `llms.txt`.
    Llms,
    /// The page for addresses that don't exist.
    NotFound,
    /// A redirect, by its number.
    Redirect(usize),
    /// `sitemap.xml`.
    Sitemap,
    /// `feed.xml`.
    Feed,
    /// `status/feed.xml`.
    StatusFeed,
    /// A file of the search.
    Search(Arc<Finder>, Part),
    /// A picture of a diagram: a page that shows it, its name, what it is for.
    Drawing(usize, String, Shade),
}

impl Job {
    /// True for what is rendered from a view of a page.
    pub(super) fn is_page(&self) -> bool {
        matches!(self, Self::Page(_) | Self::NotFound)
    }
}

/// How many files are rendered from a view of a page.
pub(super) fn pages(jobs: &Jobs) -> usize {
    jobs.iter().filter(|(_, job)| job.is_page()).count()
}

/// URLs and how each is made.
pub(super) type Jobs = Vec<(String, Job)>;

/// What is written beside the pages of a site, and what is wrong with it.
pub(super) struct Beside {
    pub jobs: Jobs,
    pub diagnostics: Vec<Diagnostic>,
}

/// What the site decides alone: its pages, and the files that are made of pages.
pub(super) fn of_site(config: &Config, analysis: &Analysis, scene: &Scene) -> Jobs {
    let site = &analysis.site;
    let mut jobs = twins(config, analysis, scene);
    jobs.push(("api/pages.json".to_string(), Job::Pages));
    let entries = site.entries.iter().enumerate();
    jobs.extend(entries.map(|(entry, page)| (page.url.clone(), Job::Page(entry))));
    let redirects = site.redirects.iter().enumerate();
    jobs.extend(redirects.map(|(number, to)| (to.from.clone(), Job::Redirect(number))));
    jobs.push(("404.html".to_string(), Job::NotFound));
    if config.html.site_url.is_some() {
        jobs.push(("sitemap.xml".to_string(), Job::Sitemap));
        jobs.push(("feed.xml".to_string(), Job::Feed));
        if analysis.checklist.is_some() {
            jobs.push(("status/feed.xml".to_string(), Job::StatusFeed));
        }
    }
    if config.html.print {
        let prints = render::prints(site, &config.book.title).into_iter();
        jobs.extend(prints.map(|print| (print.url.clone(), Job::Print(print))));
    }
    jobs
}

/// Everything else. A file of the content in the place of one that we make is reported and left
/// out; `is_page` tells the places that the site has taken.
pub(super) fn beside(
    files: &dyn Files,
    config: &Config,
    analysis: &Analysis,
    scene: &Scene,
    is_page: impl Fn(&str) -> bool,
) -> Beside {
    let made = made(config, analysis, scene);
    let mut taken: HashSet<String> = made.iter().map(|(url, _)| url.clone()).collect();
    let mut take = |url: &String| !is_page(url) && taken.insert(url.clone());
    let differences = analysis.differences.values().filter(|found| take(&found.url));
    let differences: Vec<_> = differences.cloned().collect();
    let mut diagnostics = Vec::new();
    let mut jobs = Jobs::new();
    let search = config.html.search.enable;
    let is_ours = |url: &str| search && search::owns(url);
    jobs.extend(drawings(analysis).filter(|(url, _)| take(url)));
    let mut copy = |path: &SitePath, url: String| match !is_ours(&url) && take(&url) {
        true => jobs.push((url, Job::Copy(path.on_disk(&config.root)))),
        false => diagnostics.push(in_our_place(path, &url)),
    };
    for (path, url) in &analysis.site.assets {
        copy(path, url.clone());
    }
    let mut missing = Vec::new();
    for name in config.html.styles.iter().chain(&config.html.scripts) {
        let path = SitePath::new(name);
        match path.filter(|path| files.kind(&path.on_disk(&config.root)) == Kind::File) {
            Some(path) => copy(&path, path.to_string()),
            None => missing.push(missing_addition(name)),
        }
    }
    diagnostics.extend(missing);
    jobs.extend(made);
    let page = |found: Arc<render::Difference>| (found.url.clone(), Job::Difference(found));
    jobs.extend(differences.into_iter().map(page));
    Beside { jobs, diagnostics: config.leveled(diagnostics) }
}

/// The pictures of diagrams, by the pages that show them.
fn drawings(analysis: &Analysis) -> impl Iterator<Item = (String, Job)> {
    analysis.pages.drawings().flat_map(|(page, name)| {
        [Shade::Light, Shade::Dark]
            .map(|shade| (url(name, shade), Job::Drawing(page, name.to_string(), shade)))
    })
}

/// The pages in Markdown, and the list of them.
fn twins(config: &Config, analysis: &Analysis, scene: &Scene) -> Jobs {
    if !config.html.markdown {
        return Vec::new();
    }
    let mut taken = HashSet::default();
    let entries = analysis.site.entries.iter().enumerate();
    let twins = entries
        .filter_map(|(entry, found)| Some((render::twin_url(scene, found)?, Job::Twin(entry))))
        .filter(|(url, _)| taken.insert(url.clone()));
    twins.chain(std::iter::once(("llms.txt".to_string(), Job::Llms))).collect()
}

/// What is small and made at once: badges, JSON, the theme's static files.
fn made(config: &Config, analysis: &Analysis, scene: &Scene) -> Jobs {
    let mut files: Vec<(String, Vec<u8>)> = vec![
        (".nojekyll".to_string(), Vec::new()),
        ("robots.txt".to_string(), render::robots(config).into_bytes()),
    ];
    let search = config.html.search.enable;
    let is_used = |name: &str| search || !matches!(name, "search.js" | "search.css");
    for (name, bytes) in analysis.theme.statics.iter().filter(|(name, _)| is_used(name)) {
        files.push((format!("assets/{name}"), bytes.clone()));
    }
    if let Some(cname) = &config.html.cname {
        files.push(("CNAME".to_string(), format!("{cname}\n").into_bytes()));
    }

    if let Some(list) = &analysis.checklist {
        let statuses = &analysis.statuses;
        let status = render::status_json(config, list, &analysis.site, statuses, scene.gaps);
        files.push(("api/status.json".to_string(), json(&status)));
        let calendars = render::calendars(config, scene);
        files.extend(calendars.into_iter().map(|(url, text)| (url, text.into_bytes())));
        let badges = render::badges(list, statuses, scene.gaps);
        files.extend(badges.into_iter().map(|(url, text)| (url, text.into_bytes())));
    }
    files.into_iter().map(|(url, bytes)| (url, Job::Bytes(bytes))).collect()
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut text = serde_json::to_string_pretty(value).expect("plain data can be written");
    text.push('\n');
    text.into_bytes()
}

/// Makes files, one at a time, in any order.
pub(super) struct Maker<'a> {
    pub files: &'a dyn Files,
    pub config: &'a Config,
    pub analysis: &'a Analysis,
    pub scene: &'a Scene<'a>,
    pub cache: Option<&'a Cache>,
}

/// A file that can be made.
pub(super) struct Ready<'a> {
    /// Of all that it is made from; none when only its bytes tell.
    pub key: Option<Key>,
    /// Makes it.
    pub make: Box<dyn FnOnce() -> Made + 'a>,
}

impl<'a> Maker<'a> {
    /// Gets a file ready. A page that can't be rendered is a diagnostic.
    pub(super) fn ready(&'a self, job: &'a Job) -> Ready<'a> {
        let theme = &self.analysis.theme;
        match job {
            Job::Copy(path) => Ready {
                key: self.copy_key(path),
                make: Box::new(|| self.files.read(path).map(Ok).map_err(Error::at("read", path))),
            },
            Job::Bytes(bytes) => made_from(move || Ok(bytes.clone())),
            Job::Pages => made_from(|| Ok(pages_json(self.analysis, self.scene))),
            Job::Search(finder, part) => Ready {
                key: finder.key(self, part),
                make: Box::new(move || Ok(Ok(finder.write(self, part).into_bytes()))),
            },
            Job::Drawing(page, name, shade) => self.drawing(*page, name, *shade),
            Job::Page(entry) => self.page(*entry),
            Job::NotFound => {
                let view = render::not_found(self.scene);
                let key = self.page_key(&view, Digest::of(b""));
                let make = move || Ok(text(theme.page(&view, "")));
                Ready { key: Some(key), make: Box::new(make) }
            }
            Job::Print(print) => self.print(print),
            Job::Difference(found) => self.difference(found),
            Job::Twin(entry) => self.twin(*entry),
            Job::Llms => made_from(|| {
                Ok(render::llms(self.scene, |page| self.analysis.own(page)).into_bytes())
            }),
            Job::Redirect(number) => made_from(|| {
                let to = &self.analysis.site.redirects[*number];
                render::redirect(theme, self.scene, self.config, to).map(String::into_bytes)
            }),
            Job::Sitemap => made_from(|| {
                let made = render::sitemap(theme, self.scene, &self.analysis.site);
                made.unwrap_or(Ok(String::new())).map(String::into_bytes)
            }),
            Job::Feed => made_from(|| {
                let own = |page| self.analysis.own(page);
                let made = render::feed(theme, self.scene, &self.analysis.site, own);
                made.unwrap_or(Ok(String::new())).map(String::into_bytes)
            }),
            Job::StatusFeed => made_from(|| {
                let made = render::status_feed(theme, self.scene, &self.analysis.site);
                made.unwrap_or(Ok(String::new())).map(String::into_bytes)
            }),
        }
    }

    /// Runs the template of a file that has one, without the text of its page: what fails is found
    /// without making all of it.
    pub(super) fn rehearse(&self, job: &Job) -> Result<(), Box<Diagnostic>> {
        match job {
            Job::Copy(_)
            | Job::Bytes(_)
            | Job::Pages
            | Job::Search(..)
            | Job::Drawing(..)
            | Job::Twin(_)
            | Job::Llms => Ok(()),
            Job::Print(print) => {
                let view = render::print_view(self.scene, print);
                text(self.analysis.theme.page(&view, "")).map(drop)
            }
            Job::Difference(found) => {
                let view = render::difference_view(self.scene, found);
                text(self.analysis.theme.page(&view, "")).map(drop)
            }
            Job::Page(entry) => text(self.analysis.theme.page(&self.view(*entry), "")).map(drop),
            // Whatever the machine says against them is told to whoever asks.
            Job::NotFound | Job::Redirect(_) | Job::Sitemap | Job::Feed | Job::StatusFeed => {
                (self.ready(job).make)().map_or(Ok(()), |made| made.map(drop))
            }
        }
    }

    fn view(&self, entry: usize) -> PageView<'_> {
        let page = self.analysis.site.entries[entry].page;
        let own = page.map(|page| self.analysis.own(page));
        let linked = page.map_or_else(Vec::new, |page| self.linked_files(page));
        render::page_view(self.scene, entry, own.as_ref(), &linked)
    }

    fn print(&'a self, print: &'a render::Print) -> Ready<'a> {
        let mut view = render::print_view(self.scene, print);
        let page_of = |entry: &usize| self.analysis.site.entries[*entry].page;
        let bodies: Option<Vec<Digest>> =
            print.entries.iter().filter_map(page_of).map(|page| self.filled_digest(page)).collect();
        let key = bodies.map(|bodies| {
            let mut hasher = Hasher::default();
            for body in bodies {
                hasher.field(body.bytes());
            }
            self.page_key(&view, hasher.finish())
        });
        let make = move || {
            let body = |page| self.analysis.body(self.files, self.config, page);
            let theme = &self.analysis.theme;
            let put = render::put_chapters(self.scene, theme, print, &mut view, body);
            Ok(put.and_then(|()| text(theme.page(&view, ""))))
        };
        Ready { key, make: Box::new(make) }
    }

    fn difference(&'a self, found: &'a render::Difference) -> Ready<'a> {
        let mut view = render::difference_view(self.scene, found);
        let now = self.analysis.text(found.page);
        let mut key = self.page_key(&view, now.key());
        key.push(Digest::of(found.approved.as_bytes()));
        let make = move || {
            let path = &self.analysis.facts()[found.page].path;
            Ok(now.expanded(self.files, self.config, path).and_then(|now| {
                render::put_excerpts(&mut view, &found.approved, &now);
                text(self.analysis.theme.page(&view, ""))
            }))
        };
        Ready { key: Some(key), make: Box::new(make) }
    }

    /// Its name says all that is in it.
    fn drawing(&'a self, page: usize, name: &'a str, shade: Shade) -> Ready<'a> {
        let make = move || {
            let body = match self.analysis.body(self.files, self.config, page) {
                Ok(body) => body,
                Err(fault) => return Ok(Err(fault)),
            };
            let known = body.drawings.iter().map(|(_, drawing)| drawing);
            let drawing = known.into_iter().find(|drawing| drawing.name() == name);
            let path = &self.analysis.facts()[page].path;
            let drawing = drawing.ok_or_else(|| Box::new(changed_meanwhile(path)));
            Ok(drawing.map(|drawing| drawing.svg(shade).as_bytes().to_vec()))
        };
        Ready { key: Some(vec![Digest::of(url(name, shade).as_bytes())]), make: Box::new(make) }
    }

    fn twin(&'a self, entry: usize) -> Ready<'a> {
        let found = &self.analysis.site.entries[entry];
        let head = render::twin_head(self.scene, found);
        let mut key = vec![Digest::of(head.as_bytes())];
        key.extend(found.page.map(|page| self.analysis.text(page).key()));
        let make = move || match found.page {
            Some(page) => {
                let path = &self.analysis.facts()[page].path;
                let body = self.analysis.text(page).expanded(self.files, self.config, path);
                Ok(body.map(|body| format!("{head}{}", body.trim_start()).into_bytes()))
            }
            None => Ok(Ok(head.into_bytes())),
        };
        Ready { key: Some(key), make: Box::new(make) }
    }

    /// Of a body with the URLs of its links; none when no code is highlighted in it yet.
    fn filled_digest(&self, page: usize) -> Option<Digest> {
        let mut hasher = Hasher::default();
        hasher.field(self.analysis.text(page).body_digest()?.bytes());
        hasher.field(render::links_digest(self.scene, page).bytes());
        for used in self.analysis.pages.directives_of(page) {
            hasher.field(self.analysis.theme.directive_digest(&used.name).bytes());
        }
        Some(hasher.finish())
    }

    fn page(&'a self, entry: usize) -> Ready<'a> {
        let theme = &self.analysis.theme;
        let page = self.analysis.site.entries[entry].page;
        let view = self.view(entry);
        let Some(page) = page else {
            let key = self.page_key(&view, Digest::of(b""));
            let make = move || Ok(text(theme.page(&view, "")));
            return Ready { key: Some(key), make: Box::new(make) };
        };
        let key = self.filled_digest(page).map(|body| self.page_key(&view, body));
        let make = move || match self.analysis.body(self.files, self.config, page) {
            Ok(body) => {
                let filled = render::fill(self.scene, theme, page, &body);
                Ok(text(filled.and_then(|body| theme.page(&view, &body))))
            }
            Err(fault) => Ok(Err(fault)),
        };
        Ready { key, make: Box::new(make) }
    }

    /// The files that a page links to, with their sizes.
    fn linked_files(&self, page: usize) -> Vec<(SitePath, u64)> {
        let (facts, targets) = (&self.analysis.facts()[page], &self.analysis.site.links[page]);
        let mut found: Vec<(SitePath, u64)> = Vec::new();
        for (link, target) in facts.links.iter().zip(&**targets) {
            let Outcome::Asset(path) = &target.outcome else { continue };
            if link.image || found.iter().any(|(known, _)| known == path) {
                continue;
            }
            let on_disk = path.on_disk(&self.config.root);
            let read = || self.files.read(&on_disk).ok().map(|bytes| bytes.len() as u64);
            let size = self.files.stamp(&on_disk).map(|stamp| stamp.size).or_else(read);
            found.extend(size.map(|size| (path.clone(), size)));
        }
        found
    }

    /// Theme, site, navigation, frame, body.
    fn page_key(&self, view: &PageView, body: Digest) -> Key {
        let theme = self.analysis.theme.digest;
        vec![theme, view.site.digest, view.nav.digest, render::digest(view), body]
    }

    /// A file that the system says is the same needn't be read.
    fn copy_key(&self, path: &Path) -> Option<Key> {
        let stamp = self.files.stamp(path)?;
        let trusted = self.cache.is_some_and(|cache| cache.trusts(&stamp));
        trusted.then(|| vec![render::digest(&(path.to_string_lossy(), stamp))])
    }
}

fn made_from<'a>(make: impl FnOnce() -> Result<Vec<u8>, Diagnostic> + 'a) -> Ready<'a> {
    Ready { key: None, make: Box::new(|| Ok(make().map_err(Box::new))) }
}

fn text(made: Result<String, Diagnostic>) -> Result<Vec<u8>, Box<Diagnostic>> {
    made.map(String::into_bytes).map_err(Box::new)
}

fn pages_json(analysis: &Analysis, scene: &Scene) -> Vec<u8> {
    let owner = |facts: &Arc<crate::parse::PageFacts>| {
        facts.front.owner.as_ref().map(|owner| owner.text.clone())
    };
    let owners: Vec<Option<String>> = analysis.facts().iter().map(owner).collect();
    json(&render::pages_json(scene, &analysis.site, &owners))
}

fn in_our_place(path: &SitePath, url: &str) -> Diagnostic {
    let message =
        format!("`{url}` is taken by a file that Lacuna makes, so this one isn't published");
    Diagnostic::new("S001", Some(Span::file(path)), message).help("rename it")
}

fn missing_addition(name: &str) -> Diagnostic {
    let message = format!("no file at `{name}`, which `[output.html]` adds to all pages");
    Diagnostic::new("C002", Some(Span::file(&Config::path())), message)
}
