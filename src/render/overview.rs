//! Views of many gaps: counts, what somebody must attend to, lists.

use std::collections::BTreeMap;

use super::gap::{coverage_view, status_view, tier_url};
use super::json::target;
use super::page::{Scene, next};
use super::view::{
    AttentionView, Choice, GapGroup, GapListView, GapView, Link, ReviewerView, StatusPageView,
    StatusView, TierView,
};
use crate::base::encode_path;
use crate::checklist::{Checklist, Tier};
use crate::resolve::{Entry, EntryKind, GapList, Trait};
use crate::status::{Coverage, GapStatus, Status};

/// So many days are told on which approvals fall due.
const MOST_DUE: usize = 100;
/// The address of the list of gaps that are in review.
const IN_REVIEW: &str = "status/in-review.html";

/// The page of all gaps.
pub(super) fn status_page(scene: &Scene, list: &Checklist) -> StatusPageView {
    let owners: BTreeMap<&str, &str> = scene
        .gaps
        .iter()
        .filter_map(|gap| gap.owner.as_ref())
        .map(|owner| (owner.id.as_str(), owner.name.as_str()))
        .collect();
    let choice =
        |(id, title): (&str, &str)| Choice { id: id.to_string(), title: title.to_string() };
    let occurs = |status: &&Status| with_status(scene, **status) > 0;
    let statuses: Vec<StatusView> =
        Status::ALL.iter().filter(occurs).map(|status| status_view(*status)).collect();
    StatusPageView {
        coverage: scene.coverage(),
        tiers: tiers(scene, list),
        gaps: scene.gaps.iter().map(listed).collect(),
        areas: list.areas.iter().map(|area| choice((&area.id, &area.title))).collect(),
        owners: owners.into_iter().map(choice).collect(),
        statuses,
        attention: attention(scene),
        next: first_to_write(scene, list),
        lists: lists(scene),
    }
}

/// The pages that list what has something in common: gaps, and what answers a control.
fn lists(scene: &Scene) -> Vec<Link> {
    let is_list = |entry: &&Entry| {
        matches!(entry.kind, EntryKind::List(GapList::Having(_)) | EntryKind::Controls)
    };
    let link = |entry: &Entry| Link {
        title: entry.title.clone(),
        url: encode_path(&entry.url),
        status: None,
    };
    scene.site.entries.iter().filter(is_list).map(link).collect()
}

/// A gap as lists show it. Without its evidence, which changes with each word that is written,
/// lists stay as they are while somebody types.
fn listed(gap: &GapView) -> GapView {
    GapView { evidence: Vec::new(), ..gap.clone() }
}

/// What to write next, as far as a page shows it.
pub(super) fn first_to_write(scene: &Scene, list: &Checklist) -> Vec<GapView> {
    next(scene, list).iter().take(5).map(|gap| listed(&scene.gaps[*gap])).collect()
}

fn with_status(scene: &Scene, status: Status) -> usize {
    scene.statuses.iter().filter(|found| found.status == status).count()
}

/// All tiers with their counts.
pub(super) fn tiers(scene: &Scene, list: &Checklist) -> Vec<TierView> {
    list.tiers.iter().enumerate().map(|(index, tier)| tier_view(scene, list, index, tier)).collect()
}

fn tier_view(scene: &Scene, list: &Checklist, index: usize, tier: &Tier) -> TierView {
    let target = Status::parse(target(scene.config, list, index));
    // There is nothing to do for it.
    let target = target.filter(|target| *target != Status::Missing);
    let reached = |(gap, found): &(usize, &GapStatus)| {
        let here = list.areas[list.gaps[*gap].area].tier == index;
        let there = |target| (target..=Status::Complete).contains(&found.status);
        here && found.is_applicable() && target.is_some_and(there)
    };
    TierView {
        id: tier.id.clone(),
        title: tier.title.clone(),
        url: tier_url(&tier.id),
        coverage: coverage_view(&Coverage::of_tier(list, scene.statuses, index)),
        target: target.map(status_view),
        reached: scene.statuses.iter().enumerate().filter(reached).count(),
    }
}

/// What somebody must attend to.
pub(super) fn attention(scene: &Scene) -> AttentionView {
    let unowned = scene.statuses.iter().filter(|found| found.flags.contains(&"unowned"));
    let in_order = |group: (usize, GapGroup)| ReviewerView {
        name: group.1.title,
        url: format!("{IN_REVIEW}#{}", group.1.id),
        count: group.1.gaps.len(),
    };
    let complete = scene.gaps.iter().filter(|gap| gap.status.id == Status::Complete.id());
    let mut due: Vec<String> =
        complete.filter_map(|gap| gap.review.as_ref()?.due.clone()).collect();
    due.sort();
    due.truncate(MOST_DUE);
    AttentionView {
        unowned: unowned.count(),
        overdue: with_status(scene, Status::Stale),
        reviewers: by_reviewer(scene).into_iter().enumerate().map(in_order).collect(),
        due,
    }
}

/// The list behind a number.
pub(super) fn gap_list(scene: &Scene, list: &Checklist, what: GapList) -> GapListView {
    let groups = match what {
        GapList::Tier(tier) => by_status(scene, list, tier),
        GapList::Having(Trait::Status(Status::InReview)) => by_reviewer(scene),
        GapList::Having(what) => by_tier(scene, list, what),
    };
    let (name, tier) = match what {
        GapList::Tier(tier) => ("tier", Some(tier_view(scene, list, tier, &list.tiers[tier]))),
        GapList::Having(what) => (what.id(), None),
    };
    let total = groups.iter().map(|group| group.gaps.len()).sum();
    GapListView { list: name, total, tier, groups }
}

/// The gaps of a tier, the worst first.
fn by_status(scene: &Scene, list: &Checklist, tier: usize) -> Vec<GapGroup> {
    let group = |status: &Status| {
        let here = |gap: &usize| {
            list.areas[list.gaps[*gap].area].tier == tier && scene.statuses[*gap].status == *status
        };
        GapGroup {
            id: status.id().to_string(),
            title: status.word().to_string(),
            status: Some(status_view(*status)),
            gaps: (0..scene.gaps.len()).filter(here).map(|gap| listed(&scene.gaps[gap])).collect(),
        }
    };
    Status::ALL.iter().map(group).filter(|group| !group.gaps.is_empty()).collect()
}

/// The gaps that are in review, by whose turn it is: the one who has the most first.
fn by_reviewer(scene: &Scene) -> Vec<GapGroup> {
    let mut found: BTreeMap<String, Vec<GapView>> = BTreeMap::new();
    for gap in scene.gaps.iter().filter(|gap| gap.status.id == Status::InReview.id()) {
        let by = gap.review.as_ref().map_or("Nobody yet", |review| &review.by);
        found.entry(by.to_string()).or_default().push(listed(gap));
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|(_, gaps)| std::cmp::Reverse(gaps.len()));
    let group = |(number, (title, gaps)): (usize, (String, Vec<GapView>))| GapGroup {
        id: format!("reviewer-{}", number + 1),
        title,
        status: None,
        gaps,
    };
    found.into_iter().enumerate().map(group).collect()
}

fn by_tier(scene: &Scene, list: &Checklist, what: Trait) -> Vec<GapGroup> {
    let group = |(index, tier): (usize, &Tier)| {
        let here = |gap: &usize| {
            list.areas[list.gaps[*gap].area].tier == index && has(&scene.statuses[*gap], what)
        };
        GapGroup {
            id: format!("tier-{}", tier.id),
            title: tier.title.clone(),
            status: None,
            gaps: (0..scene.gaps.len()).filter(here).map(|gap| listed(&scene.gaps[gap])).collect(),
        }
    };
    list.tiers.iter().enumerate().map(group).filter(|group| !group.gaps.is_empty()).collect()
}

fn has(found: &GapStatus, what: Trait) -> bool {
    match what {
        Trait::Unowned => found.flags.contains(&"unowned"),
        Trait::Written => (Status::InReview..=Status::Complete).contains(&found.status),
        Trait::Status(status) => found.status == status,
    }
}
