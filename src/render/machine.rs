//! What machines read: redirects, sitemap, feed, robots.

use super::page::Scene;
use super::theme::Theme;
use super::view::{FeedEntry, FeedView, RedirectView, SitemapEntry, SitemapView};
use crate::base::{encode_path, relative_url};
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::parse::PageOwn;
use crate::resolve::{EntryKind, Redirect, Site};
use std::sync::Arc;

/// The feed lists so many changes at the most.
const FEED_LENGTH: usize = 30;

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
    let listed = site.entries.iter().filter(|entry| !matches!(entry.kind, EntryKind::Gap(_)));
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
    config: &Config,
    site: &Site,
    own: &[Arc<PageOwn>],
) -> Option<Result<String, Diagnostic>> {
    let home = scene.canonical("")?;
    let time = |day: &str| format!("{day}T00:00:00Z");
    let mut entries: Vec<FeedEntry> = site
        .entries
        .iter()
        .filter_map(|entry| {
            Some(FeedEntry {
                title: entry.title.clone(),
                url: scene.canonical(&entry.url)?,
                updated: time(&scene.changed(entry)?),
                summary: scene.description(entry, entry.page.map(|page| &*own[page])),
            })
        })
        .collect();
    entries.sort_by(|a, b| (&b.updated, &a.url).cmp(&(&a.updated, &b.url)));
    entries.truncate(FEED_LENGTH);
    let today = time(&config.today.to_string());
    let updated = entries.first().map_or(today, |entry| entry.updated.clone());
    let url = format!("{home}feed.xml");
    let title = config.book.title.clone();
    Some(theme.other("feed.xml", &FeedView { title, home, url, updated, entries }))
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
