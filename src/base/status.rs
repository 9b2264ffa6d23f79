//! The statuses of a gap.

use serde::{Deserialize, Serialize};

/// How far the documentation of a gap is, from nothing to approved; `waived` stands apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Status {
    /// No page, or one without words of its own.
    Missing,
    /// Sections, words or decisions are still to come.
    Outline,
    /// Written, but not ready for, or not in, review.
    Draft,
    /// Somebody was asked, or something stands against the approval.
    InReview,
    /// Approved, but the review is overdue.
    Stale,
    /// Approved as it stands, in time, by somebody else.
    Complete,
    /// Left open on purpose.
    Waived,
}

impl Status {
    /// All of them, the worst first.
    pub const ALL: [Self; 7] = [
        Self::Missing,
        Self::Outline,
        Self::Draft,
        Self::InReview,
        Self::Stale,
        Self::Complete,
        Self::Waived,
    ];

    /// Reads the word that is written in files.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.id() == word)
    }

    /// As it is written in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Outline => "outline",
            Self::Draft => "draft",
            Self::InReview => "in-review",
            Self::Stale => "stale",
            Self::Complete => "complete",
            Self::Waived => "waived",
        }
    }

    /// As people read it.
    pub fn word(self) -> &'static str {
        if self == Self::InReview { "in review" } else { self.id() }
    }

    /// One character that tells it without colour.
    pub fn glyph(self) -> &'static str {
        match self {
            Self::Missing => "○",
            Self::Outline => "◔",
            Self::Draft => "◑",
            Self::InReview => "◕",
            Self::Stale => "↻",
            Self::Complete => "●",
            Self::Waived => "–",
        }
    }
}
