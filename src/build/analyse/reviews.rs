//! What commands about reviews ask of an analysis.

use std::collections::BTreeMap;

use super::Analysis;
use crate::base::SitePath;
use crate::history::History;
use crate::source::Review;
use crate::status::Evidence;

impl Analysis {
    /// What a review of a page is bound to; none for one that closes no gap.
    pub fn digest(&self, path: &SitePath) -> Option<&str> {
        self.digests.get(path).map(String::as_str)
    }

    /// What keeps a page that closes a gap from being reviewed.
    pub fn unready(&self, path: &SitePath) -> &[Evidence] {
        self.unready.get(path).map_or(&[], Vec::as_slice)
    }

    /// What git knows.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// The reviews of a file, in the order in which they stand there.
    pub fn reviews(&self, path: &SitePath) -> &[Review] {
        self.texts.reviews.get(path).map_or(&[], Vec::as_slice)
    }

    /// All reviews, by the file that they are about.
    pub fn all_reviews(&self) -> &BTreeMap<SitePath, Vec<Review>> {
        &self.texts.reviews
    }

    /// The line that a piece of evidence is about.
    pub fn line(&self, evidence: &Evidence) -> Option<usize> {
        self.lines.get(evidence.span.as_ref()?).copied()
    }
}
