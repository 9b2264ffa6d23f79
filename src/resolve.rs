//! All facts → one [`Site`]: URLs, navigation, the pages of each gap, links.
//!
//! Nothing here reads files or knows HTML. Given the same facts it gives the same site. It is the
//! only step that looks at all pages at once.

mod bind;
mod links;
mod nav;
mod redirects;
mod urls;

pub use links::{LinkTarget, Outcome, Targets};

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::base::{Digest, SitePath, Status};
use crate::checklist::Checklist;
use crate::diag::Diagnostic;
use crate::parse::{PageFacts, Summary};

/// The site as a whole. Pages are named by their index in the facts that it was made from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Site {
    /// All pages of the output, generated ones included.
    pub entries: Vec<Entry>,
    /// The navigation; the first section is the root.
    pub sections: Vec<Section>,
    /// Entries in reading order.
    pub reading: Vec<usize>,
    /// For each gap of the checklist where it is.
    pub gaps: Vec<GapPlace>,
    /// For each page what its links lead to, in the order of its links.
    pub links: Vec<Targets>,
    /// Of where everything is. What the links of a page lead to depends on it and on them alone.
    places: Digest,
    /// For each page its entry; none for one whose URL was taken.
    pub entry_of: Vec<Option<usize>>,
    /// Pages that only lead to others.
    pub redirects: Vec<Redirect>,
    /// Files that are copied, with their URL.
    pub assets: Vec<(SitePath, String)>,
}

/// A page of the output.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Relative to the root of the site.
    pub url: String,
    /// Its title.
    pub title: String,
    /// What it shows.
    pub kind: EntryKind,
    /// The page whose text it shows.
    pub page: Option<usize>,
    /// The gaps that it closes or stands for.
    pub gaps: Vec<usize>,
    /// The section that is open in its navigation.
    pub section: usize,
    /// Its place among the items of that section; 0 for the page that begins the section.
    pub place: usize,
}

/// What a page of the output shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum EntryKind {
    /// The home page.
    Home,
    /// A page of the content.
    Page,
    /// An area of the checklist, by its index.
    Area(usize),
    /// A gap that nothing closes, by its index.
    Gap(usize),
    /// A gap that several pages close, by its index.
    GapPages(usize),
    /// A folder without a page of its own.
    Folder,
    /// The list of all gaps.
    Status,
    /// The gaps that have something in common.
    List(GapList),
    /// Which pages answer which control.
    Controls,
}

/// What the gaps of a list have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum GapList {
    /// They are of one tier, by its index.
    Tier(usize),
    /// They have one of these.
    Having(Trait),
}

/// What gaps are listed by, besides their tier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Trait {
    /// Their status.
    Status(Status),
    /// A status of `in-review` or better.
    Written,
    /// Nobody who keeps them true.
    Unowned,
}

impl Trait {
    /// All of them.
    fn all() -> impl Iterator<Item = Self> {
        Status::ALL.into_iter().map(Self::Status).chain([Self::Written, Self::Unowned])
    }

    /// As it is written in addresses: `status/in-review.html`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Status(status) => status.id(),
            Self::Written => "written",
            Self::Unowned => "unowned",
        }
    }

    /// The title of its list.
    fn title(self) -> &'static str {
        match self {
            Self::Status(Status::Missing) => "Missing",
            Self::Status(Status::Outline) => "Outlines",
            Self::Status(Status::Draft) => "Drafts",
            Self::Status(Status::InReview) => "In review",
            Self::Status(Status::Stale) => "Overdue for review",
            Self::Status(Status::Complete) => "Complete",
            Self::Status(Status::Waived) => "Waived",
            Self::Written => "Written",
            Self::Unowned => "Without an owner",
        }
    }
}

impl Entry {
    /// True for a page that closes a gap or stands for one.
    fn is_gap(&self) -> bool {
        matches!(self.kind, EntryKind::Gap(_) | EntryKind::GapPages(_)) || !self.gaps.is_empty()
    }

    /// True for what `status/` holds: it is in no section of the navigation.
    pub fn is_status(&self) -> bool {
        matches!(self.kind, EntryKind::Status | EntryKind::List(_) | EntryKind::Controls)
    }
}

/// A part of the navigation.
#[derive(Debug, Serialize, Deserialize)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// Where it begins.
    pub url: String,
    /// The number of its area.
    pub number: Option<String>,
    /// A label over it and those that follow.
    pub part: Option<String>,
    /// The section above it; none for the root.
    pub parent: Option<usize>,
    /// What it lists.
    pub items: Vec<Item>,
}

/// A line of the navigation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    /// Its text.
    pub title: String,
    /// Where it leads.
    pub url: String,
    /// The gap behind it.
    pub gap: Option<usize>,
    /// The section that it begins.
    pub section: Option<usize>,
    /// A label over it and those that follow.
    pub part: Option<String>,
}

/// Where a gap is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GapPlace {
    /// Its URL, for ever.
    pub url: String,
    /// The pages that close it, in the order of their paths.
    pub pages: Vec<usize>,
}

/// An old URL that leads to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    /// The old URL.
    pub from: String,
    /// Where it leads: relative to the root, or absolute.
    pub to: String,
    /// The query and the fragment after it.
    pub tail: String,
    /// The title of the page that it leads to.
    pub title: String,
}

/// What is known of the whole site besides its pages.
pub struct Inputs<'a> {
    /// The folder of the content.
    pub src: &'a str,
    /// The title of the home page.
    pub title: &'a str,
    /// What there should be.
    pub checklist: Option<&'a Checklist>,
    /// The navigation, when people wrote one.
    pub summary: Option<&'a Summary>,
    /// Files to be copied, sorted.
    pub assets: &'a [SitePath],
    /// `[output.html.redirect]`.
    pub redirects: &'a BTreeMap<String, String>,
    /// Calls a function for each page, by its number, and gives the results in order.
    pub each: &'a Each,
}

/// Calls a function for so many pages, one by one or side by side.
pub type Each = dyn Fn(usize, &(dyn Fn(usize) -> Targets + Sync)) -> Vec<Targets> + Sync;

/// A site that was made before.
pub struct Earlier<'a> {
    /// The site.
    pub site: &'a Site,
    /// For each of its pages the digest of its facts.
    pub facts: &'a [Digest],
}

/// Makes the site of pages, each with the digest of its facts. What can't be placed is a
/// diagnostic. Of an earlier site the links are taken over that can't have changed.
pub fn resolve(
    inputs: &Inputs,
    facts: &[Arc<PageFacts>],
    digests: &[Digest],
    earlier: Option<&Earlier>,
) -> (Site, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let bindings = bind::bind(inputs, facts, &mut found);
    let urls = urls::place(inputs, facts, &bindings, &mut found);
    let nav = nav::build(inputs, facts, &urls, &mut found);
    let places = urls.places(inputs, facts);
    let earlier = earlier.filter(|earlier| earlier.site.places == places);
    let links = links::resolve(inputs, facts, &urls, |page| {
        let earlier = earlier.filter(|earlier| earlier.facts[page] == digests[page])?;
        Some(Arc::clone(&earlier.site.links[page]))
    });
    let redirects = redirects::collect(inputs, facts, &urls, &mut found);
    let site = Site {
        entries: nav.entries,
        sections: nav.sections,
        reading: nav.reading,
        gaps: urls.gaps,
        links,
        places,
        entry_of: urls.entry_of,
        redirects,
        assets: urls.assets,
    };
    (site, found)
}

impl Site {
    /// The entry of a page; none for one that isn't published.
    pub fn entry(&self, page: usize) -> Option<&Entry> {
        self.entry_of.get(page).copied().flatten().map(|entry| &self.entries[entry])
    }
}
