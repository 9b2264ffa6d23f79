//! What reviews say of a page as it stands today.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{CountedReview, Subject};
use crate::base::Digest;
use crate::checklist::Gap;
use crate::config::Interval;
use crate::parse::PageFacts;
use crate::source::{Review, Verdict};

/// What the reviews of a page amount to.
#[derive(Debug, PartialEq, Eq)]
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
    /// Recorded by somebody else than the reviewer.
    Unattested,
    /// By nobody of those who may approve in this tier.
    NotApprover,
    /// Approved as it stands, but too long ago.
    Overdue,
    /// Approved as it stands.
    Approved,
}

/// Weighs the reviews of a page; with the review that counts.
pub(super) fn weigh(
    subject: &Subject,
    gap: &Gap,
    page: usize,
) -> (Reviewed, Option<CountedReview>) {
    let facts = &subject.facts[page];
    let none = Vec::new();
    let reviews = subject.reviews.get(&facts.path).unwrap_or(&none);
    // What is dated in the future hasn't happened.
    let happened = |review: &&Review| review.on <= subject.today;
    let mut sorted: Vec<&Review> = reviews.iter().filter(happened).collect();
    sorted.sort_by_key(|review| review.on);
    let digest = subject.digests.get(&facts.path).map(String::as_str);
    let Some(last) = sorted.last().copied() else { return (Reviewed::No, None) };
    let counted = |review: &Review, due| Some(CountedReview { review: review.clone(), due });
    let approvals = || sorted.iter().copied().filter(|review| review.verdict == Verdict::Approved);
    let Some(approval) =
        approvals().rfind(|review| digest.is_some() && review.digest.as_deref() == digest)
    else {
        return match (last.verdict, approvals().next_back()) {
            (Verdict::ChangesRequested, _) => (Reviewed::ChangesRequested, counted(last, None)),
            (_, Some(approval)) => (Reviewed::Changed, counted(approval, None)),
            _ => (Reviewed::Requested, counted(last, None)),
        };
    };
    if last.verdict == Verdict::ChangesRequested && last.on >= approval.on {
        return (Reviewed::ChangesRequested, counted(last, None));
    }
    let due = due(subject, gap, facts, &sorted, approval);
    (judge_approval(subject, gap, approval, due), counted(approval, Some(due)))
}

fn judge_approval(subject: &Subject, gap: &Gap, approval: &Review, due: Date) -> Reviewed {
    let by = approval.by.as_str();
    // An unknown author counts as the reviewer.
    let own = approval.author.as_deref().is_none_or(|author| author == by);
    let tier = subject.checklist.tier_of(gap);
    let approvers = subject.tiers.get(&tier.id).map_or(&[][..], |tier| &tier.approvers);
    if own && !subject.solo {
        Reviewed::ByAuthor
    } else if approval.on_behalf {
        Reviewed::Unattested
    } else if !approvers.is_empty() && !is_among(subject, by, approvers) {
        Reviewed::NotApprover
    } else if subject.today > due {
        Reviewed::Overdue
    } else {
        Reviewed::Approved
    }
}

fn is_among(subject: &Subject, person: &str, approvers: &[String]) -> bool {
    let groups = subject.people.get(person).map_or(&[][..], |person| &person.groups);
    approvers.iter().any(|approver| approver == person || groups.contains(approver))
}

/// When the next review is due: the interval in calendar months, less a share that depends on
/// the gap only, so that pages approved in one week don't fall due in one week. An approval of a
/// small change keeps the date of the one before it.
fn due(
    subject: &Subject,
    gap: &Gap,
    facts: &PageFacts,
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
    let interval = facts
        .front
        .review_every
        .or(settings.and_then(|settings| settings.review_every))
        .unwrap_or_else(|| Interval::of_rank(tier));
    // In per mille: up to half of the interval the first time, up to a fifth afterwards.
    let most = if first { 500 } else { 200 };
    let share = Digest::of(gap.id.as_bytes()).number() % (most + 1);
    interval.after(on, u16::try_from(share).expect("at most 500"))
}

/// True within thirty days before a day, and after it.
pub(super) fn is_near(today: Date, day: Date) -> bool {
    today >= day.saturating_sub(30.days())
}
