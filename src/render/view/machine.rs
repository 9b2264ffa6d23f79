//! What templates see besides pages: for paper, for other addresses, for programs.

use serde::Serialize;

use super::GapView;

/// Many pages as one, for paper.
#[derive(Debug, Serialize)]
pub struct PrintView {
    /// The pages, in reading order.
    pub chapters: Vec<Chapter>,
    /// Whether each begins on a new sheet.
    pub page_break: bool,
}

/// A page among others.
#[derive(Debug, Serialize)]
pub struct Chapter {
    /// What links to the page lead to.
    pub id: String,
    /// The id of its title, when links in the content may lead to it.
    pub heading_id: Option<String>,
    /// Its title.
    pub title: String,
    /// The page by itself.
    pub url: String,
    /// How far it can be trusted.
    pub trust: Vec<GapView>,
    /// The HTML of its text.
    pub body: String,
}

/// What the template of a redirect gets.
#[derive(Debug, Serialize)]
pub struct RedirectView {
    /// The title of the page that it leads to.
    pub title: String,
    /// Where it leads, relative to the page itself.
    pub target: String,
    /// The absolute address, when `site-url` is set.
    pub canonical: Option<String>,
    /// A BCP 47 language tag.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
}

/// What `sitemap.xml` gets.
#[derive(Debug, Serialize)]
pub struct SitemapView {
    /// The pages, in the order of their URLs.
    pub pages: Vec<SitemapEntry>,
}

/// One address of the sitemap.
#[derive(Debug, Serialize)]
pub struct SitemapEntry {
    /// The absolute address.
    pub url: String,
    /// The day of the last change.
    pub changed: Option<String>,
}

/// What `feed.xml` (Atom, RFC 4287) gets.
#[derive(Debug, Serialize)]
pub struct FeedView {
    /// The title of the feed.
    pub title: String,
    /// What tells this feed from others.
    pub id: String,
    /// The absolute address of the home page.
    pub home: String,
    /// The absolute address of the feed.
    pub url: String,
    /// The newest change, `2026-11-22T00:00:00Z`.
    pub updated: String,
    /// The newest first.
    pub entries: Vec<FeedEntry>,
}

/// One entry of the feed.
#[derive(Debug, Serialize)]
pub struct FeedEntry {
    /// The title of the page.
    pub title: String,
    /// What tells this entry from others.
    pub id: String,
    /// The absolute address.
    pub url: String,
    /// When it changed, `2026-11-22T00:00:00Z`.
    pub updated: String,
    /// One sentence; may be empty.
    pub summary: String,
}
