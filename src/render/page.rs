//! Views of pages.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::civil::Date;

use super::difference::Difference;
use super::files::{file_view, filled, is_web};
use super::gap::{GapSource, area_url, coverage_view, gap_views, link, tier_url};
use super::machine::structured;
use super::nav::{Navs, all_sections, chain, unmade, window};
use super::over_time::over_time;
use super::overview::{attention, first_to_write, gap_list, status_page, tiers};
use super::prepared::Prepared;
use super::theme::Theme;
use super::view::{
    AreaView, Content, CoverageView, GapStart, GapView, HomeView, Link, MapRow, PageMeta, PageView,
    SiteView, TocEntry,
};
use crate::base::{Digest, Hasher, SitePath, encode_path, root_of};
use crate::checklist::Checklist;
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::history::{History, Unknown};
use crate::parse::{Body, PageFacts, PageOwn};
use crate::resolve::{Entry, EntryKind, Outcome, Site};
use crate::status::{Coverage, GapStatus, Point, Status, since};

/// The whole site, ready to be seen page by page.
pub struct Scene<'a> {
    pub(super) config: &'a Config,
    pub(super) site: &'a Site,
    checklist: Option<&'a Checklist>,
    pub(super) facts: &'a [Arc<PageFacts>],
    history: &'a History,
    pub(super) statuses: &'a [GapStatus],
    past: &'a [Point],
    pub(super) shared: &'a Shared,
    /// One a gap.
    pub gaps: &'a [GapView],
}

/// What pages share, made once for a site.
pub struct Shared {
    gaps: Vec<GapView>,
    site: Prepared<SiteView>,
    pub(super) navs: Arc<Navs>,
    /// Where each entry stands in reading order.
    places: Vec<Option<usize>>,
    /// Where many pages are printed as one.
    printed: Vec<String>,
}

/// What a scene is made from.
pub struct Parts<'a> {
    /// The settings.
    pub config: &'a Config,
    /// The site.
    pub site: &'a Site,
    /// What there should be.
    pub checklist: Option<&'a Checklist>,
    /// The facts of the pages.
    pub facts: &'a [Arc<PageFacts>],
    /// When files changed.
    pub history: &'a History,
    /// The status of each gap.
    pub statuses: &'a [GapStatus],
    /// Coverage over time; empty where it isn't known.
    pub past: &'a [Point],
    /// What has changed since pages were approved, by the page.
    pub differences: &'a BTreeMap<usize, Arc<Difference>>,
}

impl Shared {
    /// Makes what pages share. The navigation may be that of an earlier version with the same
    /// site and the same statuses.
    pub fn new(
        parts: &Parts,
        assets: BTreeMap<String, String>,
        lines: &HashMap<Span, usize>,
        earlier: Option<Arc<Navs>>,
    ) -> Self {
        let gaps = parts.checklist.map_or_else(Vec::new, |checklist| {
            gap_views(&GapSource {
                checklist,
                site: parts.site,
                statuses: parts.statuses,
                owners: &parts.config.owners,
                people: &parts.config.people,
                lines,
                differences: parts.differences,
            })
        });
        let site = Prepared::new(site_view(parts, assets));
        let navs = || Arc::new(unmade(parts.site));
        let navs = earlier.unwrap_or_else(navs);
        let mut places = vec![None; parts.site.entries.len()];
        for (place, entry) in parts.site.reading.iter().enumerate() {
            places[*entry] = Some(place);
        }
        let prints = || super::prints(parts.site, &parts.config.book.title);
        let printed = if parts.config.html.print { prints() } else { Vec::new() };
        let printed = printed.into_iter().map(|print| print.url).collect();
        Self { gaps, site, navs, places, printed }
    }

    /// True when all that pages share looks the same, the details of gaps apart.
    pub fn looks_like(&self, earlier: &Self) -> bool {
        Arc::ptr_eq(&self.navs, &earlier.navs) && self.site.digest == earlier.site.digest
    }

    /// The navigation, for a later version.
    pub fn navs(&self) -> Arc<Navs> {
        Arc::clone(&self.navs)
    }
}

impl<'a> Scene<'a> {
    /// A site with what its pages share.
    pub fn new(parts: &Parts<'a>, shared: &'a Shared) -> Self {
        Self {
            config: parts.config,
            site: parts.site,
            checklist: parts.checklist,
            facts: parts.facts,
            history: parts.history,
            statuses: parts.statuses,
            past: parts.past,
            shared,
            gaps: &shared.gaps,
        }
    }

    /// A link to an entry, with the status behind it.
    fn link_to(&self, entry: usize) -> Link {
        let entry = &self.site.entries[entry];
        let status = entry.gaps.first().map(|gap| self.gaps[*gap].status.clone());
        Link { title: entry.title.clone(), url: encode_path(&entry.url), status }
    }

    /// The absolute address of a page.
    pub fn canonical(&self, url: &str) -> Option<String> {
        let site = self.config.html.site_url.as_ref()?;
        let path =
            url.strip_suffix("index.html").filter(|rest| rest.is_empty() || rest.ends_with('/'));
        Some(format!("{site}{}", encode_path(path.unwrap_or(url))))
    }

    /// The day on which the text of an entry changed.
    pub fn changed(&self, entry: &Entry) -> Option<String> {
        let page = entry.page?;
        self.history.changed(&self.facts[page].path).map(|day| day.to_string())
    }

    /// The counts of all gaps, today and over time.
    pub(super) fn coverage(&self) -> CoverageView {
        let now = Coverage::of(self.statuses);
        let over_time = over_time(self.past, &now, self.config.today);
        let shallow = self.history.unknown == Some(Unknown::Shallow);
        CoverageView { over_time, shallow, ..coverage_view(&now) }
    }

    /// Since when a gap is on the list, if git tells.
    pub fn since(&self, gap: &str) -> Option<Date> {
        since(self.past).get(gap).copied()
    }

    /// One sentence about an entry.
    pub fn description(&self, entry: &Entry, own: Option<&PageOwn>) -> String {
        let front = entry.page.and_then(|page| self.facts[page].front.description.clone());
        if let Some(text) = front {
            return text;
        }
        if let EntryKind::Gap(gap) = entry.kind {
            return self.gaps[gap].missing.clone();
        }
        if entry.kind == EntryKind::Status {
            let all = Coverage::of(self.statuses);
            let (written, approved, applicable) = (all.written, all.approved, all.applicable);
            return format!("Of {applicable} gaps {written} are written, and {approved} approved.");
        }
        own.map_or(String::new(), |own| own.excerpt.clone())
    }
}

/// The body of a page, with the URLs of its links and with what the theme makes of its directives.
pub fn fill(scene: &Scene, theme: &Theme, page: usize, body: &Body) -> Result<String, Diagnostic> {
    let url = |link: usize| scene.site.links[page][link].url.as_str();
    let root = scene.site.entry(page).map(|entry| root_of(&entry.url)).unwrap_or_default();
    body.fill(&root, url, |used| theme.directive(used, &root, url))
}

/// The digest of the URLs that a body is filled with.
pub fn links_digest(scene: &Scene, page: usize) -> Digest {
    let mut hasher = Hasher::default();
    for link in &*scene.site.links[page] {
        hasher.field(link.url.as_bytes());
    }
    hasher.finish()
}

/// The view of one entry, with what only its own page knows, and the files that it links to with
/// their sizes in bytes.
pub fn page_view<'a>(
    scene: &'a Scene,
    entry: usize,
    own: Option<&PageOwn>,
    files: &[(SitePath, u64)],
) -> PageView<'a> {
    let found = &scene.site.entries[entry];
    let toc = own.map_or_else(Vec::new, |own| {
        let entry = |heading: &crate::parse::Heading| TocEntry {
            level: heading.level,
            title: heading.title.clone(),
            id: heading.id.clone(),
        };
        own.toc.iter().map(entry).collect()
    });
    let neighbour = |step: isize| {
        let place = scene.shared.places[entry]?.checked_add_signed(step)?;
        scene.site.reading.get(place).map(|entry| scene.link_to(*entry))
    };
    let trail = trail(scene, found);
    let mut page = page_meta(scene, found, own);
    page.structured = structured(scene, found, &page, &trail);
    page.files = files.iter().map(|(path, size)| file_view(scene, path, *size)).collect();
    PageView {
        site: &scene.shared.site,
        root: root_of(&found.url),
        page,
        trail,
        nav: scene.nav(found.section, window(scene.site, found)),
        toc,
        previous: neighbour(-1),
        next: neighbour(1),
        trust: found.gaps.iter().map(|gap| scene.gaps[*gap].clone()).collect(),
        content: content(scene, found),
    }
}

/// The page for addresses that don't exist.
pub fn not_found<'a>(scene: &'a Scene) -> PageView<'a> {
    let base = scene.config.html.base_path.clone();
    let page = PageMeta {
        title: "Page not found".to_string(),
        description: String::new(),
        url: "404.html".to_string(),
        canonical: None,
        noindex: true,
        heading_id: None,
        structured: None,
        print_url: None,
        markdown_url: None,
        edit_url: None,
        source_url: None,
        report_url: None,
        files: Vec::new(),
        changed: None,
        tags: Vec::new(),
    };
    PageView {
        site: &scene.shared.site,
        root: String::new(),
        page,
        trail: Vec::new(),
        nav: scene.nav(0, 0),
        toc: Vec::new(),
        previous: None,
        next: None,
        trust: Vec::new(),
        content: Content::NotFound { base },
    }
}

fn site_view(parts: &Parts, assets: BTreeMap<String, String>) -> SiteView {
    let config = parts.config;
    SiteView {
        title: config.book.title.clone(),
        description: config.book.description.clone(),
        language: config.book.language.clone(),
        direction: if config.book.right_to_left { "rtl" } else { "ltr" },
        indexable: config.html.indexable,
        checklist: parts.checklist.is_some(),
        repository: config.html.repository.clone().filter(|url| is_web(url)),
        feed: config.html.site_url.is_some(),
        search: config.html.search,
        links: home_links(parts),
        assets,
        styles: config.html.styles.iter().map(|path| encode_path(path)).collect(),
        scripts: config.html.scripts.iter().map(|path| encode_path(path)).collect(),
        generator: concat!("lacuna ", env!("CARGO_PKG_VERSION")),
    }
}

/// `[home] links`: a page by its path, or an address.
fn home_links(parts: &Parts) -> Vec<Link> {
    let url = |page: &str| {
        let path = SitePath::new(&format!("{}/{page}", parts.config.src));
        let index = parts.facts.iter().position(|facts| Some(&facts.path) == path.as_ref());
        index.and_then(|index| parts.site.entry(index)).map(|entry| encode_path(&entry.url))
    };
    let links = parts.config.home_links.iter();
    let address = |page: &str| if is_web(page) { Some(page.to_string()) } else { url(page) };
    links.filter_map(|(title, page)| Some(link(title, address(page)?))).collect()
}

/// The sections above an entry, and the home page.
fn trail(scene: &Scene, entry: &Entry) -> Vec<Link> {
    if entry.kind == EntryKind::Home {
        return Vec::new();
    }
    let mut trail = vec![link(&scene.config.book.title, "index.html".to_string())];
    if matches!(entry.kind, EntryKind::List(_) | EntryKind::Controls) {
        trail.push(link("Status", "status/index.html".to_string()));
    }
    for section in chain(scene.site, entry.section) {
        let section = &scene.site.sections[section];
        if section.url != entry.url {
            trail.push(link(&section.title, encode_path(&section.url)));
        }
    }
    trail
}

fn page_meta(scene: &Scene, entry: &Entry, own: Option<&PageOwn>) -> PageMeta {
    let facts = entry.page.map(|page| &scene.facts[page]);
    let html = &scene.config.html;
    let path = facts.map(|facts| facts.path.as_str());
    let at_source = |template: &Option<String>| filled(template.as_deref(), entry, path?);
    PageMeta {
        title: entry.title.clone(),
        description: scene.description(entry, own),
        url: encode_path(&entry.url),
        canonical: scene.canonical(&entry.url),
        noindex: matches!(entry.kind, EntryKind::Gap(_) | EntryKind::List(_)),
        heading_id: facts.and_then(|facts| facts.heading.as_ref()).map(|(_, id)| id.clone()),
        structured: None,
        print_url: print_url(scene, entry),
        markdown_url: super::twin_url(scene, entry).map(|url| encode_path(&url)),
        edit_url: at_source(&html.edit_url),
        source_url: at_source(&html.source_url),
        report_url: filled(html.report_url.as_deref(), entry, path.unwrap_or_default()),
        files: Vec::new(),
        changed: scene.changed(entry),
        tags: facts.map_or_else(Vec::new, |facts| facts.front.tags.clone()),
    }
}

/// Where a page is printed together with all below it.
fn print_url(scene: &Scene, entry: &Entry) -> Option<String> {
    let printed = scene.shared.printed.iter();
    let folder = entry.url.strip_suffix("index.html")?;
    printed
        .filter(|url| url.strip_suffix("print.html") == Some(folder))
        .map(|url| encode_path(url))
        .next()
}

fn content(scene: &Scene, entry: &Entry) -> Content {
    match entry.kind {
        EntryKind::Page => Content::Page,
        EntryKind::Gap(gap) => Content::Gap(start(scene, gap)),
        EntryKind::GapPages(gap) => Content::GapPages { pages: gap_pages(scene, gap) },
        EntryKind::Area(area) => area_content(scene, area),
        EntryKind::Folder => Content::Section { pages: section_pages(scene, entry) },
        EntryKind::Home => match scene.checklist {
            Some(list) => Content::Home(Box::new(home(scene, list))),
            None => Content::PlainHome { sections: all_sections(scene.site) },
        },
        EntryKind::Status => match scene.checklist {
            Some(list) => Content::Status(status_page(scene, list)),
            None => Content::Page,
        },
        EntryKind::List(what) => match scene.checklist {
            Some(list) => Content::List(gap_list(scene, list, what)),
            None => Content::Page,
        },
        EntryKind::Controls => Content::Controls { controls: super::controls(scene) },
    }
}

fn start(scene: &Scene, gap: usize) -> GapStart {
    let id = &scene.gaps[gap].id;
    let guidance = scene.config.kinds.get("guidance");
    let sections = guidance.map_or(&[][..], |kind| &kind.sections);
    GapStart {
        command: format!("lacuna new {id}"),
        path: format!("{}/{id}.md", scene.config.src),
        sections: sections.iter().map(|section| section.titles.join(" or ")).collect(),
    }
}

fn gap_pages(scene: &Scene, gap: usize) -> Vec<Link> {
    let pages = &scene.site.gaps[gap].pages;
    pages
        .iter()
        .filter_map(|page| scene.site.entry_of[*page])
        .map(|entry| scene.link_to(entry))
        .collect()
}

fn section_pages(scene: &Scene, entry: &Entry) -> Vec<Link> {
    let items = &scene.site.sections[entry.section].items;
    items.iter().map(|item| link(&item.title, encode_path(&item.url))).collect()
}

fn area_content(scene: &Scene, area: usize) -> Content {
    let Some(list) = scene.checklist else { return Content::Page };
    let found = &list.areas[area];
    let tier = &list.tiers[found.tier];
    Content::Area(AreaView {
        number: found.number.clone(),
        tier: link(&tier.title, tier_url(&tier.id)),
        coverage: coverage_view(&Coverage::of_area(list, scene.statuses, area)),
        gaps: list.gaps_of(area).map(|(gap, _)| scene.gaps[gap].clone()).collect(),
    })
}

fn home(scene: &Scene, list: &Checklist) -> HomeView {
    let map = map(scene, list);
    HomeView {
        coverage: scene.coverage(),
        tiers: tiers(scene, list),
        columns: map.iter().map(|row| row.cells.len()).max().unwrap_or(0),
        map,
        next: first_to_write(scene, list),
        attention: attention(scene),
        sections: all_sections(scene.site),
    }
}

/// What to write next: the tier that matters most first, in it what most other pages lead to,
/// then what is furthest from done, then what nobody has touched for longest, or is on the list for
/// longest.
pub fn next(scene: &Scene, list: &Checklist) -> Vec<usize> {
    let open = |gap: &usize| scene.statuses[*gap].status < Status::InReview;
    let mut gaps: Vec<usize> = (0..list.gaps.len()).filter(open).collect();
    let waiting = waiting(scene, list.gaps.len());
    let since = since(scene.past);
    gaps.sort_by_key(|gap| {
        let tier = list.areas[list.gaps[*gap].area].tier;
        let page = scene.site.gaps[*gap].pages.first();
        let changed = page.and_then(|page| scene.history.changed(&scene.facts[*page].path));
        let age = changed.or_else(|| since.get(list.gaps[*gap].id.as_str()).copied());
        (tier, Reverse(waiting[*gap]), scene.statuses[*gap].status, age)
    });
    gaps
}

/// How many pages lead to each gap, without its own.
pub fn waiting(scene: &Scene, gaps: usize) -> Vec<usize> {
    let mut counts = vec![0; gaps];
    for (page, links) in scene.site.links.iter().enumerate() {
        let mut led: Vec<usize> = links
            .iter()
            .filter_map(|link| match link.outcome {
                Outcome::Page { entry, .. } => Some(&scene.site.entries[entry].gaps),
                _ => None,
            })
            .flatten()
            .copied()
            .filter(|gap| !scene.site.gaps[*gap].pages.contains(&page))
            .collect();
        led.sort_unstable();
        led.dedup();
        for gap in led {
            counts[gap] += 1;
        }
    }
    counts
}

fn map(scene: &Scene, list: &Checklist) -> Vec<MapRow> {
    let mut rows: Vec<MapRow> = Vec::new();
    let mut tier = None;
    for (index, area) in list.areas.iter().enumerate() {
        let first = tier != Some(area.tier);
        tier = Some(area.tier);
        let cell = |(gap, _): (usize, &crate::checklist::Gap)| {
            let gap = &scene.gaps[gap];
            let status = Some(gap.status.clone());
            Link { title: gap.title.clone(), url: gap.url.clone(), status }
        };
        rows.push(MapRow {
            area: link(&area.title, area_url(&area.id)),
            number: area.number.clone(),
            tier: first.then(|| list.tiers[area.tier].title.clone()),
            cells: list.gaps_of(index).map(cell).collect(),
        });
    }
    rows
}
