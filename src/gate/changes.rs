//! What a change did to the gaps. G007 regression.

use std::collections::{HashMap, HashSet};

use super::Side;
use super::limits::awaits_reapproval;
use crate::checklist::Gap;
use crate::diag::{Diagnostic, Span};
use crate::status::{GapStatus, Status};

/// What became of a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// Its title, after the change if it is still there.
    pub title: String,
    /// What became of it.
    pub kind: Kind,
    /// Before; none for a new gap.
    pub before: Option<Place>,
    /// After; none for one that is gone.
    pub after: Option<Place>,
}

/// What became of a gap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Its status is higher.
    Better,
    /// Its status is lower.
    Worse,
    /// Its approved text has changed, so that it waits for another approval.
    Reapproval,
    /// It was waived, or is no longer.
    Waiver,
    /// It matters more now.
    Raised,
    /// It matters less now.
    Lowered,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
}

impl Kind {
    /// As it is written in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Reapproval => "reapproval",
            Self::Waiver => "waiver",
            Self::Raised => "raised",
            Self::Lowered => "lowered",
            Self::Added => "added",
            Self::Removed => "removed",
        }
    }

    /// True for what must not happen unnoticed.
    pub fn is_regression(self) -> bool {
        matches!(self, Self::Worse | Self::Lowered | Self::Removed)
    }
}

/// A gap on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its status.
    pub status: Status,
    /// Its flags.
    pub flags: Vec<&'static str>,
    /// What the status rests on.
    pub because: String,
    /// The title of its tier.
    pub tier: String,
    /// The place of its tier; the first matters most.
    rank: usize,
    /// Whether only the change of its text stands against it.
    awaits_reapproval: bool,
}

impl Place {
    fn new(side: Side, gap: &Gap, status: &GapStatus) -> Self {
        let rank = side.list.areas[gap.area].tier;
        Self {
            status: status.status,
            flags: status.flags.clone(),
            because: status.because.clone(),
            tier: side.list.tiers[rank].title.clone(),
            rank,
            awaits_reapproval: awaits_reapproval(status),
        }
    }
}

/// All gaps that came, went or have another status or tier: in the order of the later checklist,
/// then those that are gone. A side without a checklist has no gaps.
pub fn changes(before: Option<Side>, after: Option<Side>) -> Vec<Change> {
    let earlier: HashMap<&str, Place> =
        before.into_iter().flat_map(places).map(|(gap, place)| (gap.id.as_str(), place)).collect();
    let mut changes: Vec<Change> = after
        .into_iter()
        .flat_map(places)
        .filter_map(|(gap, place)| change(gap, earlier.get(gap.id.as_str()).cloned(), Some(place)))
        .collect();
    let known: HashSet<&str> =
        after.iter().flat_map(|side| &side.list.gaps).map(|gap| gap.id.as_str()).collect();
    let gone = before.into_iter().flat_map(places).filter(|(gap, _)| !known.contains(&*gap.id));
    changes.extend(gone.filter_map(|(gap, place)| change(gap, Some(place), None)));
    changes
}

fn places(side: Side<'_>) -> impl Iterator<Item = (&Gap, Place)> {
    side.gaps().map(move |(gap, status)| (gap, Place::new(side, gap, status)))
}

fn change(gap: &Gap, before: Option<Place>, after: Option<Place>) -> Option<Change> {
    let kind = match (&before, &after) {
        (Some(before), Some(after)) => kind(before, after)?,
        (None, _) => Kind::Added,
        (_, None) => Kind::Removed,
    };
    Some(Change { id: gap.id.clone(), title: gap.title.clone(), kind, before, after })
}

fn kind(before: &Place, after: &Place) -> Option<Kind> {
    let approved = matches!(before.status, Status::Complete | Status::Stale);
    match (before.status, after.status) {
        _ if after.rank > before.rank => Some(Kind::Lowered),
        (old, new) if old == new && after.rank < before.rank => Some(Kind::Raised),
        (old, new) if old == new => None,
        (Status::Waived, _) | (_, Status::Waived) => Some(Kind::Waiver),
        (old, new) if new > old => Some(Kind::Better),
        _ if approved && after.awaits_reapproval => Some(Kind::Reapproval),
        _ => Some(Kind::Worse),
    }
}

/// The changes that made a gap worse.
pub fn regressions(changes: &[Change], after: Option<Side>) -> Vec<Diagnostic> {
    let place = |id: &str| {
        let side = after?;
        let gap = side.list.gaps.iter().find(|gap| gap.id == id);
        Some(gap.map_or_else(|| Span::file(&side.list.path), |gap| side.span(gap)))
    };
    let worse = changes.iter().filter(|change| change.kind.is_regression());
    worse.map(|change| regression(change, place(&change.id))).collect()
}

fn regression(change: &Change, span: Option<Span>) -> Diagnostic {
    let id = &change.id;
    let (Some(before), Some(after)) = (&change.before, &change.after) else {
        let message = format!("the gap `{id}` is gone from the checklist");
        let help = "a waiver leaves it open on purpose; a new title keeps its id by `{#id}`";
        return Diagnostic::new("G007", span, message).help(help);
    };
    let message = match change.kind {
        Kind::Lowered => {
            format!("`{id}` was moved from the tier {} to {}", before.tier, after.tier)
        }
        _ => format!("`{id}` was {} and is {}", before.status.word(), after.status.word()),
    };
    Diagnostic::new("G007", span, message).help(after.because.trim_end_matches('.').to_string())
}
