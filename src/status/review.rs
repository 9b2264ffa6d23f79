//! What reviews say of a text as it stands today.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Authors, CountedReview, Subject, Witness};
use crate::base::{Digest, SitePath};
use crate::checklist::Gap;
use crate::config::{Interval, is_same_person, person_key};
use crate::source::{Review, Verdict};

/// What the reviews of a text amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reviewed {
    /// Nobody was asked.
    No,
    /// Somebody was asked, and hasn't answered.
    Requested,
    /// The last word is that the text must change.
    ChangesRequested,
    /// The text isn't the one that was approved.
    Changed,
    /// By the text's own author.
    ByAuthor,
    /// The record doesn't prove enough, or was made by somebody else than the reviewer.
    Unattested,
    /// By nobody of those who may approve in this tier.
    NotApprover,
    /// Approved as it stands, but too long ago.
    Overdue,
    /// Approved as it stands.
    Approved,
}

/// The reviews of a text, weighed.
pub(super) struct Weighed {
    pub reviewed: Reviewed,
    /// The review that counts.
    pub counted: Option<CountedReview>,
    pub flags: Vec<&'static str>,
}

/// The approval of a text as it stands that counts: the newest one. What is dated in the future
/// hasn't happened.
pub fn approval_of<'a>(reviews: &'a [Review], digest: &str, today: Date) -> Option<&'a Review> {
    sorted(reviews, today).into_iter().rfind(|review| {
        review.verdict == Verdict::Approved && review.digest.as_deref() == Some(digest)
    })
}

/// The reviews that have happened, the oldest first; those of one day as they were written.
fn sorted(reviews: &[Review], today: Date) -> Vec<&Review> {
    let mut sorted: Vec<&Review> = reviews.iter().filter(|review| review.on <= today).collect();
    sorted.sort_by_key(|review| review.on);
    sorted
}

/// Weighs the reviews of a text that a gap rests on. `every` is how long an approval lasts.
pub(super) fn weigh(
    subject: &Subject,
    gap: &Gap,
    path: &SitePath,
    every: Option<Interval>,
) -> Weighed {
    let reviews = subject.reviews.get(path).map_or(&[][..], Vec::as_slice);
    let sorted = sorted(reviews, subject.today);
    let without = |reviewed, counted: Option<&Review>| {
        let review =
            |review: &Review| CountedReview { review: review.clone(), due: None, repeated: 0 };
        Weighed { reviewed, counted: counted.map(review), flags: Vec::new() }
    };
    let Some(last) = sorted.last().copied() else { return without(Reviewed::No, None) };
    let approved = |review: &&&Review| review.verdict == Verdict::Approved;
    let digest = subject.digests.get(path).map_or("", String::as_str);
    let Some(approval) = approval_of(reviews, digest, subject.today) else {
        let earlier = sorted.iter().copied().rfind(|review| review.verdict == Verdict::Approved);
        let mut weighed = match (last.verdict, earlier) {
            (Verdict::ChangesRequested, _) => without(Reviewed::ChangesRequested, Some(last)),
            (_, Some(earlier)) => without(Reviewed::Changed, Some(earlier)),
            _ => without(Reviewed::Requested, Some(last)),
        };
        weighed.flags.extend(earlier.map(|_| "changed-since-review"));
        return weighed;
    };
    let objection = sorted.iter().rfind(|review| review.verdict == Verdict::ChangesRequested);
    if let Some(objection) = objection.filter(|objection| is_later(&sorted, objection, approval)) {
        return without(Reviewed::ChangesRequested, Some(objection));
    }
    let due = due(subject, gap, path, every, &sorted, approval);
    let same = |review: &&&Review| approved(review) && review.digest == approval.digest;
    let repeated = sorted.iter().filter(same).count() - 1;
    let (reviewed, flags) = judge_approval(subject, gap, path, approval, due);
    let counted = CountedReview { review: approval.clone(), due: Some(due), repeated };
    Weighed { reviewed, counted: Some(counted), flags }
}

/// True when a record stands behind another one: on a later day, or later in the file.
fn is_later(sorted: &[&Review], one: &Review, other: &Review) -> bool {
    let place = |wanted: &Review| sorted.iter().position(|review| std::ptr::eq(*review, wanted));
    place(one) > place(other)
}

/// What an approval of the text as it stands is worth, with all that stands against it.
fn judge_approval(
    subject: &Subject,
    gap: &Gap,
    path: &SitePath,
    approval: &Review,
    due: Date,
) -> (Reviewed, Vec<&'static str>) {
    let mut flags = Vec::new();
    let witness = subject.witnesses.get(path);
    let own = is_own(subject, approval, witness) && !subject.solo;
    let unattested = approval.on_behalf || witness.is_some_and(|witness| !witness.attested);
    let unknown = witness.is_none_or(|witness| !matches!(witness.authors, Authors::Known(_)));
    flags.extend(own.then_some("self-reviewed"));
    flags.extend(unattested.then_some("review-unattested"));
    flags.extend(unknown.then_some("history-unknown"));
    let tier = subject.checklist.tier_of(gap);
    let approvers = subject.tiers.get(&tier.id).map_or(&[][..], |tier| &tier.approvers);
    let reviewed = if own {
        Reviewed::ByAuthor
    } else if unattested {
        Reviewed::Unattested
    } else if !approvers.is_empty() && !is_among(subject, &approval.by, approvers) {
        Reviewed::NotApprover
    } else if subject.today > due {
        Reviewed::Overdue
    } else {
        Reviewed::Approved
    };
    (reviewed, flags)
}

/// True when a text may have been approved by its own author. What git says and what the record
/// says must both be somebody else; who can't be known may be the reviewer.
fn is_own(subject: &Subject, approval: &Review, witness: Option<&Witness>) -> bool {
    let is_reviewer = |author: &str| is_same_person(subject.people, author, &approval.by);
    let recorded = approval.author.as_deref();
    match witness.map(|witness| &witness.authors) {
        Some(Authors::Known(authors)) => {
            authors.iter().any(|author| is_reviewer(author)) || recorded.is_some_and(is_reviewer)
        }
        Some(Authors::Uncommitted) => true,
        Some(Authors::NoHistory) | None => recorded.is_none_or(is_reviewer),
    }
}

fn is_among(subject: &Subject, written: &str, approvers: &[String]) -> bool {
    let person = person_key(subject.people, written);
    let groups = subject.people.get(person).map_or(&[][..], |person| &person.groups);
    approvers.iter().any(|approver| approver == person || groups.contains(approver))
}

/// When the next review is due: the interval in calendar months, less a share that depends on
/// the gap only, so that pages approved in one week don't fall due in one week. An approval of a
/// small change keeps the date of the one before it.
fn due(
    subject: &Subject,
    gap: &Gap,
    path: &SitePath,
    every: Option<Interval>,
    sorted: &[&Review],
    approval: &Review,
) -> Date {
    let whole = |review: &&&Review| review.verdict == Verdict::Approved && !review.minor;
    let earlier = sorted.iter().take_while(|review| !std::ptr::eq(**review, approval));
    let earlier: Vec<&Review> = earlier.filter(whole).copied().collect();
    let before = earlier.last().filter(|_| approval.minor);
    let (on, first) = match before {
        Some(before) => (before.on, earlier.len() == 1),
        None => (approval.on, earlier.is_empty()),
    };
    let tier = subject.checklist.areas[gap.area].tier;
    let settings = subject.tiers.get(&subject.checklist.tiers[tier].id);
    let written = every.or(settings.and_then(|settings| settings.review_every));
    let every = written.unwrap_or_else(|| Interval::of_rank(tier));
    // In per mille: up to half of the interval the first time, up to a fifth afterwards.
    let most = if first { 500 } else { 200 };
    let name = path.strip(subject.reference).unwrap_or(&gap.id);
    let share = Digest::of(name.as_bytes()).number() % (most + 1);
    every.after(on, u16::try_from(share).expect("at most 500"))
}

/// True within thirty days before a day, and after it.
pub(super) fn is_near(today: Date, day: Date) -> bool {
    today >= day.saturating_sub(30.days())
}
