//! What may stop a change: gaps below what is asked of them, and a change that makes the handbook
//! worse.
//!
//! Pure. Both sides of a comparison are judged on one day and by the rules of the earlier side, so
//! that a change can't pass by weakening the rules in the same breath.

mod changes;
mod limits;
mod vanished;
mod weaker;

pub use changes::{Change, Kind, Place, changes, regressions};
pub use limits::{Limits, Occasion, limits};
pub use vanished::vanished;
pub use weaker::weaker;

use crate::checklist::{Checklist, Gap};
use crate::diag::Span;
use crate::status::GapStatus;

/// A checklist with the status of each gap.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// What there should be.
    pub list: &'a Checklist,
    /// In the order of the checklist.
    pub statuses: &'a [GapStatus],
}

impl<'a> Side<'a> {
    fn gaps(self) -> impl Iterator<Item = (&'a Gap, &'a GapStatus)> {
        self.list.gaps.iter().zip(self.statuses)
    }

    /// Where a gap stands in the checklist.
    fn span(self, gap: &Gap) -> Span {
        Span::new(&self.list.path, gap.range)
    }
}
