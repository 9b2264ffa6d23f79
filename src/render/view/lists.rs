//! What templates see of many gaps at once.

use serde::Serialize;

use super::{CoverageView, GapView, Link, ReviewView, StatusView, TierView};

/// What somebody must attend to.
#[derive(Debug, Serialize)]
pub struct AttentionView {
    /// How many gaps have no owner.
    pub unowned: usize,
    /// How many reviews are overdue.
    pub overdue: usize,
    /// Whose review is waited for, and for how many gaps.
    pub reviewers: Vec<ReviewerView>,
    /// The days on which the next approvals fall due, at most 100: a script counts those that
    /// have come since the site was built.
    pub due: Vec<String>,
}

/// Somebody whose review is waited for.
#[derive(Debug, Serialize)]
pub struct ReviewerView {
    /// The name.
    pub name: String,
    /// The list of the gaps.
    pub url: String,
    /// How many gaps.
    pub count: usize,
}

/// The gaps that have something in common.
#[derive(Debug, Serialize)]
pub struct GapListView {
    /// `tier`, or what they have in common: `missing`, `in-review`, `unowned` …
    pub list: &'static str,
    /// How many gaps the list has.
    pub total: usize,
    /// The counts, for a tier.
    pub tier: Option<TierView>,
    /// The gaps in groups: of a tier by status, those in review by reviewer, others by tier.
    pub groups: Vec<GapGroup>,
}

/// Gaps below one heading.
#[derive(Debug, Serialize)]
pub struct GapGroup {
    /// The id of the heading.
    pub id: String,
    /// The heading.
    pub title: String,
    /// The status that all of them have, in the list of a tier.
    pub status: Option<StatusView>,
    /// The gaps, in the order of the checklist, without their evidence.
    pub gaps: Vec<GapView>,
}

/// A control, and what answers it.
#[derive(Debug, Serialize)]
pub struct ControlView {
    /// The control as pages name it: `ISO 27001:2022 A.8.13`.
    pub title: String,
    /// One for each gap that a page closes, or one for a page that closes none.
    pub rows: Vec<ControlRow>,
}

/// A page that answers a control.
#[derive(Debug, Serialize)]
pub struct ControlRow {
    /// The page; none when it isn't published.
    pub page: Option<Link>,
    /// Its file.
    pub path: String,
    /// The id of a gap that it closes.
    pub gap: Option<String>,
    /// The status of that gap.
    pub status: Option<StatusView>,
    /// The approval that counts for it, if there is one.
    pub approval: Option<ReviewView>,
}

/// What the status page shows.
#[derive(Debug, Serialize)]
pub struct StatusPageView {
    /// The counts of all gaps.
    pub coverage: CoverageView,
    /// One entry a tier.
    pub tiers: Vec<TierView>,
    /// All gaps, in the order of the checklist, without their evidence.
    pub gaps: Vec<GapView>,
    /// The areas, for the filter: id and title.
    pub areas: Vec<Choice>,
    /// The owners, for the filter.
    pub owners: Vec<Choice>,
    /// The statuses that occur, for the filter.
    pub statuses: Vec<StatusView>,
    /// What somebody must attend to.
    pub attention: AttentionView,
    /// What to write next, at most 5.
    pub next: Vec<GapView>,
    /// The pages that list the gaps of a status, without an owner …, and controls when pages name any.
    pub lists: Vec<Link>,
}

/// What has changed in a page since it was approved.
#[derive(Debug, Serialize)]
pub struct DifferenceView {
    /// The page.
    pub page: Link,
    /// Who approved it.
    pub by: String,
    /// When.
    pub on: String,
    /// The lines of its source that have changed, with a line around each, in runs of neighbours.
    /// Empty when only a file has that the page shows or links to.
    pub excerpts: Vec<Vec<Vec<PartView>>>,
}

/// A part of a line.
#[derive(Debug, Serialize)]
pub struct PartView {
    /// `kept`, `removed` or `added`.
    pub mark: &'static str,
    /// The words.
    pub text: String,
}

/// An entry of a filter.
#[derive(Debug, Serialize)]
pub struct Choice {
    /// The value.
    pub id: String,
    /// The text.
    pub title: String,
}
