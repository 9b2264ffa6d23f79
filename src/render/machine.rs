//! What machines read: redirects, sitemap, feed, robots.

use super::page::Scene;
use super::theme::Theme;
use super::view::{
    FeedEntry, FeedView, GapView, Link, PageMeta, RedirectView, SitemapEntry, SitemapView,
};
use crate::base::{encode_path, relative_url};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::parse::PageOwn;
use crate::resolve::{Entry, EntryKind, Redirect, Site};
use crate::status::Status;

use serde_json::{Value, json};

/// The feed lists so many changes at the most.
const FEED_LENGTH: usize = 30;
/// The feed of statuses.
const STATUS_FEED: &str = "status/feed.xml";

/// A page that leads to another.
pub fn redirect(
    theme: &Theme,
    scene: &Scene,
    config: &Config,
    to: &Redirect,
) -> Result<String, Diagnostic> {
    let absolute = to.to.contains("://");
    let target = match absolute {
        true => to.to.clone(),
        false => encode_path(&relative_url(&to.from, &to.to)),
    } + &to.tail;
    let canonical = if absolute { None } else { scene.canonical(&to.to) };
    let language = config.book.language.clone();
    let direction = if config.book.right_to_left { "rtl" } else { "ltr" };
    let title = to.title.clone();
    theme.other("redirect.html", &RedirectView { title, target, canonical, language, direction })
}

/// `sitemap.xml`; none without `site-url`.
pub fn sitemap(theme: &Theme, scene: &Scene, site: &Site) -> Option<Result<String, Diagnostic>> {
    scene.canonical("")?;
    let listed = site
        .entries
        .iter()
        .filter(|entry| !matches!(entry.kind, EntryKind::Gap(_) | EntryKind::List(_)));
    let mut pages: Vec<SitemapEntry> = listed
        .filter_map(|entry| {
            Some(SitemapEntry { url: scene.canonical(&entry.url)?, changed: scene.changed(entry) })
        })
        .collect();
    pages.sort_by(|a, b| a.url.cmp(&b.url));
    Some(theme.other("sitemap.xml", &SitemapView { pages }))
}

/// `feed.xml`: the pages that changed last; none without `site-url`.
pub fn feed(
    theme: &Theme,
    scene: &Scene,
    site: &Site,
    own: impl Fn(usize) -> PageOwn,
) -> Option<Result<String, Diagnostic>> {
    let home = scene.canonical("")?;
    let entry = |entry: &Entry| {
        let url = scene.canonical(&entry.url)?;
        Some(FeedEntry {
            title: entry.title.clone(),
            id: url.clone(),
            url,
            updated: time(&scene.changed(entry)?),
            summary: scene.description(entry, entry.page.map(&own).as_ref()),
        })
    };
    let entries = site.entries.iter().filter_map(entry).collect();
    let title = scene.config.book.title.clone();
    Some(write_feed(theme, scene, "feed.xml", (title, home), entries))
}

/// `status/feed.xml`: the gaps whose status changed last, as far as it is known when: statuses
/// that rest on a review, a date or a waiver. What a text alone decides has no day.
pub fn status_feed(
    theme: &Theme,
    scene: &Scene,
    site: &Site,
) -> Option<Result<String, Diagnostic>> {
    let url = scene.canonical(STATUS_FEED)?;
    let entry = |(index, gap): (usize, &GapView)| {
        let since = since(scene, index)?;
        let there = scene.canonical(&site.gaps[index].url)?;
        Some(FeedEntry {
            title: format!("{}: {}", gap.title, gap.status.word),
            id: format!("{there}#{}-{since}", gap.status.id),
            url: there,
            updated: time(&since),
            summary: gap.because.clone(),
        })
    };
    let entries = scene.gaps.iter().enumerate().filter_map(entry).collect();
    let title = format!("{}: statuses", scene.config.book.title);
    Some(write_feed(theme, scene, STATUS_FEED, (title, url), entries))
}

/// The day since which a gap has its status; none when that isn't recorded.
fn since(scene: &Scene, gap: usize) -> Option<String> {
    let found = &scene.statuses[gap];
    let review = found.review.as_ref();
    let changed = || {
        let page = scene.site.gaps[gap].pages.first()?;
        scene.changed(scene.site.entry(*page)?)
    };
    let day = match found.status {
        Status::Waived => found.waiver.as_ref()?.approved_on?,
        Status::Stale => review?.due?.tomorrow().ok()?,
        Status::InReview if found.flags.contains(&"changed-since-review") => return changed(),
        Status::InReview | Status::Complete => review?.review.on,
        Status::Missing | Status::Outline | Status::Draft => return None,
    };
    Some(day.to_string())
}

/// A feed with its title and id.
fn write_feed(
    theme: &Theme,
    scene: &Scene,
    path: &str,
    (title, id): (String, String),
    mut entries: Vec<FeedEntry>,
) -> Result<String, Diagnostic> {
    entries.sort_by(|a, b| (&b.updated, &a.url).cmp(&(&a.updated, &b.url)));
    entries.truncate(FEED_LENGTH);
    let today = time(&scene.config.today.to_string());
    let updated = entries.first().map_or(today, |entry| entry.updated.clone());
    let home = scene.canonical("").unwrap_or_default();
    let url = format!("{home}{path}");
    theme.other("feed.xml", &FeedView { title, id, home, url, updated, entries })
}

fn time(day: &str) -> String {
    format!("{day}T00:00:00Z")
}

/// What search engines read of a page (schema.org, JSON-LD), ready for a `<script>` element: none
/// where they aren't invited.
pub(super) fn structured(
    scene: &Scene,
    entry: &Entry,
    page: &PageMeta,
    trail: &[Link],
) -> Option<String> {
    let url = page.canonical.as_ref().filter(|_| scene.config.html.indexable && !page.noindex)?;
    let home = scene.canonical("")?;
    let site = json!({"@type": "WebSite", "name": scene.config.book.title, "url": home});
    let (kind, name) = match entry.kind {
        EntryKind::Home => ("WebSite", &scene.config.book.title),
        _ => ("TechArticle", &page.title),
    };
    let mut about = json!({
        "@context": "https://schema.org",
        "@type": kind,
        "name": name,
        "url": url,
        "inLanguage": scene.config.book.language,
    });
    let mut add = |key: &str, value: Value| about[key] = value;
    if !page.description.is_empty() {
        add("description", json!(page.description));
    }
    if let Some(day) = &page.changed {
        add("dateModified", json!(day));
    }
    if entry.kind != EntryKind::Home {
        add("headline", json!(page.title));
        add("isPartOf", site);
        let step = |(number, link): (usize, &Link)| {
            let item = format!("{home}{}", link.url.trim_end_matches("index.html"));
            json!({"@type": "ListItem", "position": number + 1, "name": link.title, "item": item})
        };
        let steps: Vec<Value> = trail.iter().enumerate().map(step).collect();
        add("breadcrumb", json!({"@type": "BreadcrumbList", "itemListElement": steps}));
    }
    // `</script>` would end the element, and `<!--` change how it is read.
    Some(about.to_string().replace('<', "\\u003c"))
}

/// `robots.txt`.
pub fn robots(config: &Config) -> String {
    if !config.html.indexable {
        return "User-agent: *\nDisallow: /\n".to_string();
    }
    let sitemap = config.html.site_url.as_ref();
    let sitemap = sitemap.map_or(String::new(), |site| format!("Sitemap: {site}sitemap.xml\n"));
    format!("User-agent: *\nAllow: /\n{sitemap}")
}
