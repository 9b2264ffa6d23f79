//! Views of gaps, statuses and counts.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::difference::Difference;
use super::view::{
    CoverageView, EvidenceView, ExamplesView, GapView, Link, OwnerView, ReviewView, StatusCount,
    StatusView, WaiverView,
};
use crate::base::encode_path;
use crate::checklist::Checklist;
use crate::config::{Owner, Person};
use crate::diag::Span;
use crate::resolve::Site;
use crate::source::Method;
use crate::status::{Coverage, GapStatus, Status, percent};

/// A status in words.
pub fn status_view(status: Status) -> StatusView {
    StatusView { id: status.id(), word: status.word(), glyph: status.glyph() }
}

/// What gap views are made from.
pub(super) struct GapSource<'a> {
    pub checklist: &'a Checklist,
    pub site: &'a Site,
    pub statuses: &'a [GapStatus],
    pub owners: &'a BTreeMap<String, Owner>,
    pub people: &'a BTreeMap<String, Person>,
    /// The lines of places, from 1.
    pub lines: &'a HashMap<Span, usize>,
    /// What has changed since pages were approved, by the page.
    pub differences: &'a BTreeMap<usize, Arc<Difference>>,
}

/// One view a gap, in the order of the checklist.
pub(super) fn gap_views(source: &GapSource) -> Vec<GapView> {
    (0..source.checklist.gaps.len()).map(|index| gap_view(source, index)).collect()
}

fn gap_view(source: &GapSource, index: usize) -> GapView {
    let gap = &source.checklist.gaps[index];
    let found = &source.statuses[index];
    let area = &source.checklist.areas[gap.area];
    let tier = source.checklist.tier_of(gap);
    GapView {
        id: gap.id.clone(),
        title: gap.title.clone(),
        missing: gap.missing.clone(),
        url: encode_path(place(source.site, index)),
        tier: link(&tier.title, tier_url(&tier.id)),
        tier_id: tier.id.clone(),
        area: link(&area.title, area_url(&area.id)),
        area_id: area.id.clone(),
        status: status_view(found.status),
        because: found.because.clone(),
        lift: found.lift.clone(),
        evidence: found.evidence.iter().map(|row| evidence(source, row)).collect(),
        flags: found.flags.iter().map(ToString::to_string).collect(),
        owner: found.owner.as_ref().map(|id| owner(source.owners, id)),
        examples: examples(found),
        review: review(source.people, found),
        changes: changes(source, index),
        waiver: waiver(source.people, found),
    }
}

/// Where a reader finds a gap: its only page, else its own URL.
fn place(site: &Site, gap: usize) -> &str {
    let place = &site.gaps[gap];
    match place.pages.as_slice() {
        [page] => site.entry(*page).map_or(&place.url, |entry| &entry.url),
        _ => &place.url,
    }
}

/// The page that shows what has changed in the first of the pages of which there is one.
fn changes(source: &GapSource, gap: usize) -> Option<String> {
    let mut pages = source.site.gaps[gap].pages.iter();
    let difference = pages.find_map(|page| source.differences.get(page))?;
    Some(encode_path(&difference.url))
}

fn evidence(source: &GapSource, row: &crate::status::Evidence) -> EvidenceView {
    EvidenceView {
        rule: row.rule,
        outcome: row.outcome.id(),
        detail: row.detail.clone(),
        path: row.span.as_ref().map(|span| span.path.to_string()),
        line: row.span.as_ref().and_then(|span| source.lines.get(span).copied()),
    }
}

fn owner(owners: &BTreeMap<String, Owner>, id: &str) -> OwnerView {
    let known = owners.get(id);
    OwnerView {
        id: id.to_string(),
        name: known.map_or_else(|| id.to_string(), |owner| owner.name.clone()),
        contact: known.and_then(|owner| owner.contact.clone()),
    }
}

fn examples(found: &GapStatus) -> Option<ExamplesView> {
    let results = &found.examples;
    let on = results.on?.to_string();
    Some(ExamplesView { on, passed: results.passed, total: results.total })
}

fn review(people: &BTreeMap<String, Person>, found: &GapStatus) -> Option<ReviewView> {
    let counted = found.review.as_ref()?;
    let review = &counted.review;
    Some(ReviewView {
        by: name(people, &review.by),
        on: review.on.to_string(),
        method: review.method.map_or("", method_words).to_string(),
        verdict: review.verdict.id().to_string(),
        due: counted.due.map(|due| due.to_string()),
        note: review.note.clone().unwrap_or_default(),
    })
}

fn method_words(method: Method) -> &'static str {
    match method {
        Method::Read => "read",
        Method::RanTheSteps => "ran the steps",
        Method::ComparedWithSource => "compared with the source",
    }
}

fn waiver(people: &BTreeMap<String, Person>, found: &GapStatus) -> Option<WaiverView> {
    let waiver = found.waiver.as_ref()?;
    Some(WaiverView {
        kind: waiver.kind.id().to_string(),
        reason: waiver.reason.clone(),
        by: name(people, &waiver.approved_by),
        expires: waiver.expires.to_string(),
        url: waiver
            .url
            .clone()
            .filter(|url| url.starts_with("https://") || url.starts_with("http://")),
    })
}

fn name(people: &BTreeMap<String, Person>, id: &str) -> String {
    people.get(id).map_or_else(|| id.to_string(), |person| person.name.clone())
}

/// The list of a tier.
pub(super) fn tier_url(id: &str) -> String {
    format!("status/tier-{}.html", encode_path(id))
}

/// The page of an area.
pub(super) fn area_url(id: &str) -> String {
    format!("{}/index.html", encode_path(id))
}

pub(super) fn link(title: &str, url: String) -> Link {
    Link { title: title.to_string(), url, status: None }
}

/// Counts as templates see them: the best status first, without zeros.
pub(super) fn coverage_view(coverage: &Coverage) -> CoverageView {
    let order = Status::ALL[..6].iter().rev().chain(&Status::ALL[6..]);
    let count = |status: &Status| {
        let count = coverage.by_status[*status as usize];
        (count > 0).then(|| StatusCount { status: status_view(*status), count })
    };
    CoverageView {
        total: coverage.total,
        applicable: coverage.applicable,
        waived: coverage.waived,
        written: coverage.written,
        approved: coverage.approved,
        written_percent: percent(coverage.written, coverage.applicable),
        approved_percent: percent(coverage.approved, coverage.applicable),
        by_status: order.filter_map(count).collect(),
        over_time: None,
        shallow: false,
    }
}
