//! What templates can see: one [`PageView`] a page with its body, and nothing else.
//!
//! A value that isn't here can't reach a page, so the digest of a view and its body covers all
//! inputs of the page. Every `url` is relative to the root of the site, percent-encoded, without a leading slash;
//! templates put [`PageView::root`] before it. All text is plain text, to be escaped by the
//! template, except `body`.

mod lists;
mod machine;
mod nav;

use serde::Serialize;

use super::over_time::OverTimeView;
use super::prepared::Prepared;
use crate::config::Search;

pub use lists::{
    AttentionView, Choice, ControlRow, ControlView, DifferenceView, GapGroup, GapListView,
    PartView, ReviewerView, StatusPageView,
};
pub use machine::{
    Chapter, FeedEntry, FeedView, PrintView, RedirectView, SitemapEntry, SitemapView,
};
pub use nav::{NavSection, NavView};

/// All that the template of one page gets, besides `body`: the HTML of the page's own text, empty
/// where there is none.
#[derive(Debug, Serialize)]
pub struct PageView<'a> {
    /// What is the same on all pages.
    #[serde(skip)]
    pub site: &'a Prepared<SiteView>,
    /// The way from this page to the root of the site: empty, `../`, `../../` …
    pub root: String,
    /// The page itself.
    pub page: PageMeta,
    /// The sections above this page, outermost first, without the page itself.
    pub trail: Vec<Link>,
    /// The top-level sections, and the entries of the page's own section.
    #[serde(skip)]
    pub nav: &'a Prepared<NavView>,
    /// The headings of levels 2 and 3, in order.
    pub toc: Vec<TocEntry>,
    /// The page before this one in reading order.
    pub previous: Option<Link>,
    /// The page after this one in reading order.
    pub next: Option<Link>,
    /// How far the page can be trusted: one entry for each gap that it closes or stands for.
    pub trust: Vec<GapView>,
    /// What only the page's kind has.
    pub content: Content,
}

/// What only one kind of page has. Templates test `content.kind`.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// An ordinary page, or the guidance of a gap.
    Page,
    /// The page of a gap that nothing closes yet.
    Gap(GapStart),
    /// A page that lists the pages which close a gap together.
    GapPages {
        /// The pages, in reading order.
        pages: Vec<Link>,
    },
    /// The page of an area.
    Area(AreaView),
    /// A section of ordinary pages that has no text of its own.
    Section {
        /// The pages of the section, in reading order.
        pages: Vec<Link>,
    },
    /// The home page of a handbook with a checklist.
    Home(Box<HomeView>),
    /// The home page of a site without one.
    #[serde(rename = "home")]
    PlainHome {
        /// All top-level sections, when there are more than a page lists.
        sections: Vec<Link>,
    },
    /// The list of all gaps.
    Status(StatusPageView),
    /// The gaps that have something in common.
    List(GapListView),
    /// Which pages answer which control.
    Controls {
        /// The controls, in order.
        controls: Vec<ControlView>,
    },
    /// What has changed in a page since it was approved.
    Difference(DifferenceView),
    /// Many pages as one, for paper.
    Print(PrintView),
    /// The page for addresses that don't exist.
    NotFound {
        /// The path of `site-url`, for `<base href>`: it starts and ends with `/`.
        base: String,
    },
}

/// What is the same on all pages of a site.
#[derive(Debug, Serialize)]
pub struct SiteView {
    /// The title of the handbook.
    pub title: String,
    /// What the handbook is about, for search engines; may be empty.
    pub description: String,
    /// A BCP 47 language tag.
    pub language: String,
    /// `ltr` or `rtl`.
    pub direction: &'static str,
    /// False asks search engines to keep the whole site out of their index.
    pub indexable: bool,
    /// True when there is a checklist, and so a status page.
    pub checklist: bool,
    /// The address of the repository, for a link in the header.
    pub repository: Option<String>,
    /// Whether there is a feed.
    pub feed: bool,
    /// Whether there is a search, and whether keys open it.
    pub search: Search,
    /// Links of `[home] links`, for the home page.
    pub links: Vec<Link>,
    /// File name of a static file of the theme (`style.css`) → its URL with a version.
    pub assets: std::collections::BTreeMap<String, String>,
    /// URLs of `additional-css`.
    pub styles: Vec<String>,
    /// URLs of `additional-js`.
    pub scripts: Vec<String>,
    /// `lacuna 0.1.0`.
    pub generator: &'static str,
}

/// The page as such.
#[derive(Debug, Serialize)]
pub struct PageMeta {
    /// The title, once.
    pub title: String,
    /// One sentence for search engines and link previews; may be empty.
    pub description: String,
    /// The page's URL.
    pub url: String,
    /// The absolute address, when `site-url` is set.
    pub canonical: Option<String>,
    /// True asks search engines to leave this page out.
    pub noindex: bool,
    /// The id of the title, when links in the content may lead to it.
    pub heading_id: Option<String>,
    /// What search engines read of the page, as the JSON-LD of a `<script>` element: print it with
    /// `| safe`. Only where they are invited.
    pub structured: Option<String>,
    /// This page and all below it as one, for paper.
    pub print_url: Option<String>,
    /// The text of the page as Markdown.
    pub markdown_url: Option<String>,
    /// Where to edit the text, after `edit-url-template`.
    pub edit_url: Option<String>,
    /// Where to see the source of the text, after `source-url-template`.
    pub source_url: Option<String>,
    /// Where to report a mistake, after `report-url-template`.
    pub report_url: Option<String>,
    /// The files that the text links to, once each, in the order of their first link.
    pub files: Vec<FileView>,
    /// The day of the last change of the text, `2026-11-22`.
    pub changed: Option<String>,
    /// The page's tags.
    pub tags: Vec<String>,
}

/// A file that is published with a page.
#[derive(Debug, Serialize)]
pub struct FileView {
    /// Its name, without the folder.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// `512 bytes`, `1.2 kB`.
    pub size: String,
}

/// A title that leads somewhere.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    /// The text of the link.
    pub title: String,
    /// Where it leads.
    pub url: String,
    /// The status of the gap behind it.
    pub status: Option<StatusView>,
}

/// A heading of the page.
#[derive(Debug, Clone, Serialize)]
pub struct TocEntry {
    /// 2 or 3.
    pub level: u8,
    /// The text of the heading.
    pub title: String,
    /// Its id within the page.
    pub id: String,
}

/// A status in words: the id is one of `waived`, `missing`, `outline`, `draft`, `in-review`,
/// `stale`, `complete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusView {
    /// The id, for classes.
    pub id: &'static str,
    /// The word that people read.
    pub word: &'static str,
    /// One character that tells it without colour.
    pub glyph: &'static str,
}

/// One gap with all that is known of it.
#[derive(Debug, Clone, Serialize)]
pub struct GapView {
    /// `area/gap`.
    pub id: String,
    /// The title.
    pub title: String,
    /// What is missing, word for word from the checklist; may be empty.
    pub missing: String,
    /// The URL of the gap.
    pub url: String,
    /// The tier's title and the list of its gaps.
    pub tier: Link,
    /// The id of the tier, for filters.
    pub tier_id: String,
    /// The area's title and page.
    pub area: Link,
    /// The id of the area, for filters.
    pub area_id: String,
    /// The status.
    pub status: StatusView,
    /// What the status rests on, in one sentence.
    pub because: String,
    /// What would lift it, in one sentence; none when it is complete.
    pub lift: Option<String>,
    /// Each rule that was looked at, in order, down to the one that decided.
    pub evidence: Vec<EvidenceView>,
    /// Further findings: `unowned`, `due-soon` …
    pub flags: Vec<String>,
    /// Who keeps it true.
    pub owner: Option<OwnerView>,
    /// The review that counts.
    pub review: Option<ReviewView>,
    /// The page that shows what has changed since the text was approved.
    pub changes: Option<String>,
    /// The waiver, when the gap is waived.
    pub waiver: Option<WaiverView>,
    /// What is recorded of the examples of its pages, if they have any that were run.
    pub examples: Option<ExamplesView>,
}

/// One rule and what it found.
#[derive(Debug, Clone, Serialize)]
pub struct EvidenceView {
    /// The id of the rule, such as `required-sections`.
    pub rule: &'static str,
    /// `holds`, `fails`, `unknown`.
    pub outcome: &'static str,
    /// What was found, in one sentence.
    pub detail: String,
    /// The file it was found in.
    pub path: Option<String>,
    /// The line in that file, from 1.
    pub line: Option<usize>,
}

/// Somebody who keeps a page true.
#[derive(Debug, Clone, Serialize)]
pub struct OwnerView {
    /// The key in `[owners]`.
    pub id: String,
    /// The name that people read.
    pub name: String,
    /// An address: `mailto:` or `https:`.
    pub contact: Option<String>,
}

/// A review as a reader sees it.
#[derive(Debug, Clone, Serialize)]
pub struct ReviewView {
    /// The reviewer's name.
    pub by: String,
    /// `2026-11-22`.
    pub on: String,
    /// `read`, `ran the steps`, `compared with the source`; empty for a request.
    pub method: String,
    /// `requested`, `approved`, `changes-requested`.
    pub verdict: String,
    /// The day the next review is due.
    pub due: Option<String>,
    /// What the reviewer wrote; may be empty.
    pub note: String,
}

/// What is recorded of examples.
#[derive(Clone, Debug, Serialize)]
pub struct ExamplesView {
    /// The day of the oldest record.
    pub on: String,
    /// How many passed as they stand.
    pub passed: usize,
    /// How many there are.
    pub total: usize,
}

/// A gap that is left open on purpose.
#[derive(Debug, Clone, Serialize)]
pub struct WaiverView {
    /// `not-applicable`, `covered-elsewhere`, `accepted-risk`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// Who approved it.
    pub by: String,
    /// The day it ends.
    pub expires: String,
    /// Where it is covered.
    pub url: Option<String>,
}

/// How to start the page of a gap.
#[derive(Debug, Serialize)]
pub struct GapStart {
    /// `lacuna new area/gap`.
    pub command: String,
    /// The file that the command writes.
    pub path: String,
    /// The sections that its kind asks for.
    pub sections: Vec<String>,
}

/// Counts over some gaps.
#[derive(Debug, Clone, Serialize)]
pub struct CoverageView {
    /// All of them.
    pub total: usize,
    /// Without the waived ones that leave the denominator.
    pub applicable: usize,
    /// The waived ones.
    pub waived: usize,
    /// In review or better.
    pub written: usize,
    /// Complete.
    pub approved: usize,
    /// `written` of `applicable`: 100 only when it is all of them, 0 only when none.
    pub written_percent: u8,
    /// `approved` of `applicable`, likewise.
    pub approved_percent: u8,
    /// The counts in the order complete … missing, waived; without zeros.
    pub by_status: Vec<StatusCount>,
    /// Coverage over time; only of all gaps, and none where git doesn't tell.
    pub over_time: Option<OverTimeView>,
    /// True when it can't be told, since the clone has a part of the history only.
    pub shallow: bool,
}

/// How many gaps have a status.
#[derive(Debug, Clone, Serialize)]
pub struct StatusCount {
    /// The status.
    pub status: StatusView,
    /// How many.
    pub count: usize,
}

/// An area with its gaps.
#[derive(Debug, Serialize)]
pub struct AreaView {
    /// The number as written in the checklist: `1`.
    pub number: Option<String>,
    /// The tier.
    pub tier: Link,
    /// The counts.
    pub coverage: CoverageView,
    /// The gaps, in the order of the checklist.
    pub gaps: Vec<GapView>,
}

/// What the home page shows of the checklist.
#[derive(Debug, Serialize)]
pub struct HomeView {
    /// The counts of all gaps.
    pub coverage: CoverageView,
    /// One entry a tier.
    pub tiers: Vec<TierView>,
    /// The gap map: one row an area.
    pub map: Vec<MapRow>,
    /// The largest number of gaps in one area: the columns of the map.
    pub columns: usize,
    /// What to write next, at most 5.
    pub next: Vec<GapView>,
    /// What somebody must attend to.
    pub attention: AttentionView,
    /// All top-level sections, when there are more than a page lists.
    pub sections: Vec<Link>,
}

/// A tier with its counts.
#[derive(Debug, Serialize)]
pub struct TierView {
    /// The id, for classes and filters.
    pub id: String,
    /// The title.
    pub title: String,
    /// The list of its gaps.
    pub url: String,
    /// The counts.
    pub coverage: CoverageView,
    /// The status that all of its gaps are to reach, when there is anything to do for it.
    pub target: Option<StatusView>,
    /// How many of the applicable ones have reached it.
    pub reached: usize,
}

/// A row of the gap map.
#[derive(Debug, Serialize)]
pub struct MapRow {
    /// The area's title and page.
    pub area: Link,
    /// The number of the area.
    pub number: Option<String>,
    /// The tier's title, on the first row of each tier only.
    pub tier: Option<String>,
    /// The gaps.
    pub cells: Vec<Link>,
}
