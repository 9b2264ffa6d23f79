//! Counts over gaps.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{GapStatus, Status};
use crate::checklist::{Checklist, Gap};

/// Counts over some gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// All of them.
    pub total: usize,
    /// Those that count: all but what doesn't apply or is covered elsewhere.
    pub applicable: usize,
    /// The waived ones.
    pub waived: usize,
    /// In review or better.
    pub written: usize,
    /// Complete.
    pub approved: usize,
    /// How many have each status, in the order of [`Status::ALL`].
    pub by_status: [usize; 7],
}

/// Coverage at the end of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// The day.
    pub date: Date,
    /// The last commit of the day.
    pub commit: String,
    /// The counts.
    pub coverage: Coverage,
    /// The gaps that weren't on the list at any point before.
    pub new: Vec<String>,
}

/// Since when each gap is on the list, as far as some points tell.
pub fn since(points: &[Point]) -> BTreeMap<&str, Date> {
    let pairs = points.iter().flat_map(|point| point.new.iter().map(|gap| (gap, point.date)));
    pairs.map(|(gap, day)| (gap.as_str(), day)).collect()
}

impl Coverage {
    /// Counts some gaps.
    pub fn of<'a>(gaps: impl IntoIterator<Item = &'a GapStatus>) -> Self {
        let mut coverage = Self::default();
        for gap in gaps {
            coverage.total += 1;
            coverage.by_status[gap.status as usize] += 1;
            coverage.applicable += usize::from(gap.is_applicable());
            match gap.status {
                Status::Waived => coverage.waived += 1,
                Status::Complete => coverage.approved += 1,
                _ => {}
            }
            let written = (Status::InReview..=Status::Complete).contains(&gap.status);
            coverage.written += usize::from(written);
        }
        coverage
    }

    /// Counts the gaps of a tier, by its index.
    pub fn of_tier(list: &Checklist, statuses: &[GapStatus], tier: usize) -> Self {
        let inside = |gap: &Gap| list.areas[gap.area].tier == tier;
        let gaps = list.gaps.iter().zip(statuses).filter(|(gap, _)| inside(gap));
        Self::of(gaps.map(|(_, status)| status))
    }

    /// Counts the gaps of an area, by its index.
    pub fn of_area(list: &Checklist, statuses: &[GapStatus], area: usize) -> Self {
        Self::of(list.gaps_of(area).map(|(gap, _)| &statuses[gap]))
    }

    /// The lowest status that occurs; waived only when there is nothing else.
    pub fn worst(&self) -> Option<Status> {
        Status::ALL.into_iter().find(|status| self.by_status[*status as usize] > 0)
    }
}

/// A share in percent: 100 only when it is all, 0 only when it is none.
pub fn percent(part: usize, whole: usize) -> u8 {
    if whole == 0 || part >= whole {
        return 100;
    }
    if part == 0 {
        return 0;
    }
    let rounded = (part * 200 + whole) / (whole * 2);
    u8::try_from(rounded.clamp(1, 99)).expect("at most 99")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_all_is_a_hundred_percent_and_only_none_is_zero() {
        let cases = [(0, 60, 0), (1, 1000, 1), (30, 60, 50), (999, 1000, 99), (60, 60, 100)];
        for (part, whole, shown) in cases {
            assert_eq!(percent(part, whole), shown, "{part} of {whole}");
        }
    }
}
