//! Standings, checklist, reviews, waivers, findings and the day → each gap's status with its
//! evidence. Pure: given the same it judges the same.
//!
//! A status is the first rule that matches, from `waived` down. Nothing that a page says of
//! itself can lift it; only text, reviews and waivers do.

mod coverage;
mod judge;
mod review;
mod sections;

pub use crate::base::Status;
pub use coverage::{Coverage, Point, percent, since};
pub use judge::{judge, unready};
pub use review::approval_of;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;

use crate::base::SitePath;
use crate::checklist::Checklist;
use crate::config::{Kind, Person, SectionRule, TierSettings};
use crate::diag::{Diagnostic, Span};
use crate::examples::{Book, Results};
use crate::parse::{PageFacts, Standing};
use crate::resolve::Site;
use crate::source::{Review, Waiver};

/// Words that stand beside a status.
pub const FLAGS: [&str; 10] = [
    "changed-since-review",
    "reference-changed",
    "self-reviewed",
    "review-unattested",
    "broken",
    "unowned",
    "due-soon",
    "claim-differs",
    "waiver-expiring",
    "waiver-expired",
];

/// What was found about a gap.
#[derive(Clone, Debug)]
pub struct GapStatus {
    /// The status.
    pub status: Status,
    /// Each rule that was looked at, down to the one that decided.
    pub evidence: Vec<Evidence>,
    /// What it rests on, in one sentence.
    pub because: String,
    /// What would lift it, in one sentence.
    pub lift: Option<String>,
    /// Further findings.
    pub flags: Vec<&'static str>,
    /// The key of the owner.
    pub owner: Option<String>,
    /// The review that counts.
    pub review: Option<CountedReview>,
    /// The waiver that holds.
    pub waiver: Option<Waiver>,
    /// What is recorded of the examples of its pages.
    pub examples: Results,
}

impl GapStatus {
    /// True when the gap is left out of the denominator.
    pub fn is_applicable(&self) -> bool {
        let open = |waiver: &Waiver| waiver.kind == crate::source::WaiverKind::AcceptedRisk;
        self.waiver.as_ref().is_none_or(open)
    }
}

/// One rule and what it found.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The id of the rule.
    pub rule: &'static str,
    /// What came out.
    pub outcome: Outcome,
    /// One sentence.
    pub detail: String,
    /// Where.
    pub span: Option<Span>,
}

/// What came out of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is as it should be.
    Holds,
    /// It isn't.
    Fails,
    /// It can't be known.
    Unknown,
}

impl Outcome {
    /// As it is written in files.
    pub fn id(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Fails => "fails",
            Self::Unknown => "unknown",
        }
    }
}

/// A review with the day that it lasts until.
#[derive(Clone, Debug)]
pub struct CountedReview {
    /// The record.
    pub review: Review,
    /// When the next one is due; none without an approval.
    pub due: Option<Date>,
    /// How often the text was approved again without a change.
    pub repeated: usize,
}

/// What git says of a text that is approved as it stands.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Those who changed the text last.
    pub authors: Authors,
    /// Whether the record proves as much as the handbook asks for.
    pub attested: bool,
}

/// Those who changed a text last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Authors {
    /// As git knows them.
    Known(Vec<String>),
    /// The text isn't committed as it stands.
    Uncommitted,
    /// There is no history, or a part of it only: the record's word counts.
    NoHistory,
}

/// All that gaps are judged by.
pub struct Subject<'a> {
    /// What there should be.
    pub checklist: &'a Checklist,
    /// Which pages close what.
    pub site: &'a Site,
    /// The facts of the pages.
    pub facts: &'a [Arc<PageFacts>],
    /// The standings of the pages that close a gap or name their kind, by their numbers.
    pub standings: &'a BTreeMap<usize, Standing>,
    /// Reviews by the page that they stand beside, oldest first.
    pub reviews: &'a BTreeMap<SitePath, Vec<Review>>,
    /// All waivers.
    pub waivers: &'a [Waiver],
    /// All findings, at their levels.
    pub findings: &'a [Diagnostic],
    /// What is recorded of the examples.
    pub examples: &'a Book,
    /// Whether a page is a draft as long as its examples aren't recorded as they stand.
    pub require_examples: bool,
    /// What a review of each text that can be reviewed is bound to.
    pub digests: &'a BTreeMap<SitePath, String>,
    /// What git says of those that are approved as they stand.
    pub witnesses: &'a BTreeMap<SitePath, Witness>,
    /// The folder of the files that are reviewed on their own.
    pub reference: &'a str,
    /// Settings of tiers by id.
    pub tiers: &'a BTreeMap<String, TierSettings>,
    /// The kinds of pages.
    pub kinds: &'a BTreeMap<String, Kind>,
    /// Who reviews.
    pub people: &'a BTreeMap<String, Person>,
    /// Whether authors may approve their own text.
    pub solo: bool,
    /// The day.
    pub today: Date,
}

impl Subject<'_> {
    /// The sections that the kind of a page asks for.
    fn sections_of(&self, page: usize) -> &[SectionRule] {
        let kind = self.facts[page].front.kind.as_deref().unwrap_or("guidance");
        self.kinds.get(kind).map_or(&[], |kind| &kind.sections)
    }
}
