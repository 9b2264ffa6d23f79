//! From files to a site with judged gaps, before anything is rendered.

use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::Report;
use crate::base::{Digest, SitePath, nearest};
use crate::checklist::{self, Checklist};
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::files::{Error, Files, Kind};
use crate::history::{self, History};
use crate::lint;
use crate::parse::{self, Body, PageFacts, PageOwn, ParseOptions, ParsedPage, Standing};
use crate::render::{Parts, Scene, Theme, ThemeFile};
use crate::resolve::{self, Outcome, Site};
use crate::source::{self, Review, Tree, Waiver};
use crate::status::{self, GapStatus};

/// Everything that is known before the first page is rendered.
pub struct Analysis {
    /// What other pages may know of each page, in the order of paths.
    pub facts: Vec<PageFacts>,
    pub(super) own: Vec<PageOwn>,
    pub(super) bodies: Vec<Body>,
    /// What there should be.
    pub checklist: Option<Checklist>,
    /// The site.
    pub site: Site,
    /// The status of each gap, in the order of the checklist.
    pub statuses: Vec<GapStatus>,
    pub(super) theme: Theme,
    history: History,
    /// The lines of the places that evidence names.
    lines: HashMap<Span, usize>,
    /// All findings so far, at their levels.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads, parses, resolves and judges.
pub fn analyse(files: &dyn Files, config: &Config) -> Result<Analysis, Error> {
    let (tree, mut found) = source::scan(files, config)?;
    let ((parsed, history), (theme, theme_faults)) = rayon::join(
        || rayon::join(|| parse_pages(files, config, &tree), || history::read(&config.root)),
        || load_theme(files, config),
    );
    found.extend(theme_faults);
    let texts = Texts::read(files, config, &tree, &mut found);
    let mut pages = Pages::default();
    parsed.into_iter().for_each(|page| pages.push(page, &mut found));
    let (site, faults) = resolve::resolve(&inputs(config, &tree, &texts), &pages.facts);
    found.extend(faults);
    let subject = lint::Subject { site: &site, facts: &pages.facts, owners: &config.owners };
    found.extend(lint::run(&subject));
    let mut found = config.leveled(found);
    let statuses = judge(files, config, &texts, &pages, &site, &mut found);
    let lines = lines(files, config, &statuses);
    Ok(Analysis {
        facts: pages.facts,
        own: pages.own,
        bodies: pages.bodies,
        checklist: texts.checklist,
        site,
        statuses,
        theme,
        history,
        lines,
        diagnostics: found,
    })
}

impl Analysis {
    /// What pages share when they are rendered.
    pub fn scene<'a>(&'a self, config: &'a Config) -> Scene<'a> {
        Scene::new(Parts {
            config,
            site: &self.site,
            checklist: self.checklist.as_ref(),
            facts: &self.facts,
            history: &self.history,
            statuses: &self.statuses,
            assets: self.theme.assets(),
            lines: &self.lines,
        })
    }

    /// The report of a build that has come this far.
    pub(super) fn report(&self) -> Report {
        Report {
            read: self.facts.len(),
            parsed: self.facts.len(),
            resolved: true,
            diagnostics: self.diagnostics.clone(),
            ..Report::default()
        }
    }
}

/// The results of parsing, each part in a list of its own.
#[derive(Default)]
struct Pages {
    facts: Vec<PageFacts>,
    standings: Vec<Standing>,
    own: Vec<PageOwn>,
    bodies: Vec<Body>,
}

impl Pages {
    fn push(&mut self, page: ParsedPage, found: &mut Vec<Diagnostic>) {
        self.facts.push(page.facts);
        self.standings.push(page.standing);
        self.own.push(page.own);
        self.bodies.push(page.body);
        found.extend(page.diagnostics);
    }
}

fn parse_pages(files: &dyn Files, config: &Config, tree: &Tree) -> Vec<ParsedPage> {
    let options = ParseOptions::from(&config.html);
    let page = |path| parse::parse(source::read_page(files, config, path), options);
    tree.pages.par_iter().map(page).collect()
}

/// The files of the content that are no pages.
struct Texts {
    checklist: Option<Checklist>,
    summary: Option<parse::Summary>,
    waivers: Vec<Waiver>,
    reviews: BTreeMap<SitePath, Vec<Review>>,
}

impl Texts {
    fn read(files: &dyn Files, config: &Config, tree: &Tree, found: &mut Vec<Diagnostic>) -> Self {
        let checklist = tree.checklist.as_ref().map(|path| {
            let text = source::read_text(files, &config.root, path, found);
            let (checklist, faults) = checklist::read(path, &text);
            found.extend(faults);
            checklist
        });
        let summary = tree.summary.as_ref().map(|path| {
            let text = source::read_text(files, &config.root, path, found);
            let (summary, faults) = parse::read_summary(path, &text);
            found.extend(faults);
            summary
        });
        let waivers = tree.waivers.as_ref().map_or_else(Vec::new, |path| {
            let text = source::read_text(files, &config.root, path, found);
            source::read_waivers(path, &text, found)
        });
        let mut reviews = BTreeMap::new();
        for path in &tree.reviews {
            let text = source::read_text(files, &config.root, path, found);
            let list = source::read_reviews(path, &text, found);
            match reviewed(path, tree) {
                Some(page) => drop(reviews.insert(page, list)),
                None => found.push(lonely_reviews(path, tree)),
            }
        }
        Self { checklist, summary, waivers, reviews }
    }
}

/// The file that reviews stand beside: `keys.reviews.yaml` is about `keys.md`.
fn reviewed(path: &SitePath, tree: &Tree) -> Option<SitePath> {
    let stem = path.as_str().strip_suffix(".reviews.yaml")?;
    let of =
        |file: &&SitePath| file.as_str().rsplit_once('.').is_some_and(|(known, _)| known == stem);
    tree.pages.iter().find(of).or_else(|| tree.assets.iter().find(of)).cloned()
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

fn inputs<'a>(config: &'a Config, tree: &'a Tree, texts: &'a Texts) -> resolve::Inputs<'a> {
    resolve::Inputs {
        src: &config.src,
        title: &config.book.title,
        checklist: texts.checklist.as_ref(),
        summary: texts.summary.as_ref(),
        assets: &tree.assets,
        redirects: &config.html.redirects,
    }
}

fn judge(
    files: &dyn Files,
    config: &Config,
    texts: &Texts,
    pages: &Pages,
    site: &Site,
    found: &mut Vec<Diagnostic>,
) -> Vec<GapStatus> {
    let Some(checklist) = &texts.checklist else { return Vec::new() };
    let assets = linked_assets(files, config, site);
    let (statuses, faults) = status::judge(&status::Subject {
        checklist,
        site,
        facts: &pages.facts,
        standings: &pages.standings,
        reviews: &texts.reviews,
        waivers: &texts.waivers,
        findings: found,
        assets: &assets,
        tiers: &config.tiers,
        kinds: &config.kinds,
        people: &config.people,
        solo: config.review.solo,
        today: config.today,
    });
    found.extend(config.leveled(faults));
    statuses
}

/// The digests of the files that pages of gaps link to.
fn linked_assets(files: &dyn Files, config: &Config, site: &Site) -> BTreeMap<SitePath, Digest> {
    let pages = site.gaps.iter().flat_map(|gap| &gap.pages);
    let paths =
        pages.flat_map(|page| &site.links[*page]).filter_map(|target| match &target.outcome {
            Outcome::Asset(path) => Some(path),
            _ => None,
        });
    let digest = |path: &SitePath| {
        let bytes = files.read(&path.on_disk(&config.root)).ok()?;
        Some((path.clone(), Digest::of(&bytes)))
    };
    paths.filter_map(digest).collect()
}

/// The lines of all places that evidence names.
fn lines(files: &dyn Files, config: &Config, statuses: &[GapStatus]) -> HashMap<Span, usize> {
    let rows = statuses.iter().flat_map(|status| &status.evidence);
    let spans = rows.filter_map(|row| row.span.as_ref()).filter(|span| span.range.end > 0);
    let mut texts: HashMap<SitePath, Vec<u8>> = HashMap::new();
    let mut lines = HashMap::new();
    for span in spans {
        let read = || files.read(&span.path.on_disk(&config.root)).unwrap_or_default();
        let text = texts.entry(span.path.clone()).or_insert_with(read);
        let head = &text[..(span.range.start as usize).min(text.len())];
        lines.insert(span.clone(), head.iter().filter(|byte| **byte == b'\n').count() + 1);
    }
    lines
}

/// The theme that `book.toml` names, over the one inside the program.
fn load_theme(files: &dyn Files, config: &Config) -> (Theme, Vec<Diagnostic>) {
    let Some(name) = &config.html.theme else { return Theme::load(None, &[]) };
    let folder = SitePath::new(&format!("themes/{name}"));
    let on_disk = folder.as_ref().map(|folder| folder.on_disk(&config.root));
    let Some(on_disk) = on_disk.filter(|path| files.kind(path) == Kind::Folder) else {
        let (theme, mut found) = Theme::load(None, &[]);
        // The default theme's name means the default theme when there is no such folder.
        if name != "handbook" {
            found.push(missing_theme(name));
        }
        return (theme, found);
    };
    let walk = files.walk(&on_disk, &config.root).unwrap_or_default();
    let file = |path: &std::path::PathBuf| {
        let name = SitePath::below(&on_disk, path)?.to_string();
        Some(ThemeFile { name, bytes: files.read(path).ok()? })
    };
    let theme_files: Vec<ThemeFile> = walk.files.iter().filter_map(file).collect();
    Theme::load(folder, &theme_files)
}

fn missing_theme(name: &str) -> Diagnostic {
    let message = format!("there is no theme in `themes/{name}`; the default one is used");
    Diagnostic::new("T002", Some(Span::file(&Config::path())), message)
        .help("leave `theme` out for the default theme")
}
