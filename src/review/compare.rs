//! What has changed since a text was approved.

use crate::base::SitePath;
use crate::compare::{Part, difference};
use crate::source::Review;

/// What has changed since a text was approved.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The approval; none when there never was one.
    pub since: Option<Review>,
    /// The text of today, with what was taken out, in order; empty when it is the same.
    pub parts: Vec<Part>,
    /// The files beside the text that have changed, too.
    pub files: Vec<SitePath>,
}

impl Comparison {
    pub(super) fn same(since: &Review) -> Self {
        Self { since: Some(since.clone()), parts: Vec::new(), files: Vec::new() }
    }

    pub(super) fn new(since: Option<&Review>, old: &str, new: &str) -> Self {
        Self { since: since.cloned(), parts: difference(old, new), files: Vec::new() }
    }

    #[must_use]
    pub(super) fn beside(mut self, files: Vec<SitePath>) -> Self {
        self.files = files;
        self
    }
}
