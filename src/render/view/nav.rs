//! What templates see of the navigation.

use serde::Serialize;

use super::Link;

/// The navigation of one section; the same for all of its pages that lie near each other.
#[derive(Debug, Serialize)]
pub struct NavView {
    /// The top-level sections, closed: all of them up to 50, else those around the open one.
    pub sections: Vec<NavSection>,
    /// True when there are more top-level sections than are listed; the home page lists all.
    pub more_sections: bool,
    /// URL of the top-level section that is open; none on the home page.
    pub current: Option<String>,
    /// The sections between the top-level section and the open one, outermost first.
    pub parents: Vec<Link>,
    /// The entries of the open section: all of them up to 200, else those around the page.
    pub entries: Vec<Link>,
    /// How many entries come before the first one listed.
    pub entries_before: usize,
    /// The entry before the first one listed, whose page lists those around it.
    pub before: Option<Link>,
    /// How many entries come after the last one listed.
    pub entries_after: usize,
    /// The entry after the last one listed.
    pub after: Option<Link>,
}

/// A top-level section.
#[derive(Debug, Clone, Serialize)]
pub struct NavSection {
    /// Its title.
    pub title: String,
    /// Its number, as written in the checklist.
    pub number: Option<String>,
    /// Its first page.
    pub url: String,
    /// A label over this section and those that follow: the tier, or the part.
    pub part: Option<String>,
}
