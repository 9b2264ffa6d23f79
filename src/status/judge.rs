//! The rules, in order.

use std::collections::BTreeSet;

use super::review::{Reviewed, Weighed, is_near, weigh};
use super::sections::{self, Fault};
use super::{CountedReview, Evidence, GapStatus, Outcome, Status, Subject};
use crate::base::{SitePath, plural};
use crate::checklist::Gap;
use crate::config::{SectionRule, person_key};
use crate::diag::{Diagnostic, Span};
use crate::examples::Results;
use crate::parse::Standing;
use crate::source::{Waiver, reviews_path};

/// Fewer own words than this are an outline.
const FEWEST_WORDS: usize = 150;

/// Judges all gaps, in the order of the checklist. A waiver for an unknown gap is a diagnostic.
pub fn judge(subject: &Subject) -> (Vec<GapStatus>, Vec<Diagnostic>) {
    let gaps = subject.checklist.gaps.iter().enumerate();
    let statuses = gaps.map(|(index, gap)| judge_gap(subject, index, gap)).collect();
    let mut found = unknown_waivers(subject);
    found.extend(sections::findings(subject));
    (statuses, found)
}

fn unknown_waivers(subject: &Subject) -> Vec<Diagnostic> {
    let unknown = |waiver: &&Waiver| subject.checklist.find(&waiver.gap).is_none();
    let report = |waiver: &Waiver| {
        // Waivers stand beside the checklist.
        let path = subject.checklist.path.sibling("waivers.yaml")?;
        let message = format!("the checklist has no gap `{}`", waiver.gap);
        let ids: Vec<&str> = subject.checklist.gaps.iter().map(|gap| gap.id.as_str()).collect();
        Some(
            Diagnostic::new("R002", Some(Span::new(&path, waiver.range)), message)
                .suggest(&waiver.gap, ids),
        )
    };
    subject.waivers.iter().filter(unknown).filter_map(report).collect()
}

fn judge_gap(subject: &Subject, index: usize, gap: &Gap) -> GapStatus {
    let pages = &subject.site.gaps[index].pages;
    let judged: Vec<GapStatus> = pages.iter().map(|page| judge_page(subject, gap, *page)).collect();
    let mut result = lowest(judged).unwrap_or_else(|| no_page(gap));
    for page in pages {
        result.examples.add(&subject.examples.page(&subject.facts[*page]));
    }
    if result.owner.is_none() {
        result.flags.push("unowned");
    }
    if let Some(waiver) = subject.waivers.iter().find(|waiver| waiver.gap == gap.id) {
        apply(subject, waiver, &mut result);
    }
    result
}

/// Of several pages the lowest counts; what was found of the others is flagged, too.
fn lowest(mut judged: Vec<GapStatus>) -> Option<GapStatus> {
    let lowest = (0..judged.len()).min_by_key(|index| judged[*index].status)?;
    let mut result = judged.remove(lowest);
    for other in judged {
        result.owner = result.owner.or(other.owner);
        // `due-soon` is said of what is complete.
        let more = other.flags.into_iter().filter(|flag| *flag != "due-soon");
        result.flags.extend(more);
    }
    result.flags.dedup();
    Some(result)
}

fn no_page(gap: &Gap) -> GapStatus {
    GapStatus {
        status: Status::Missing,
        evidence: vec![fails("page", "No page closes this gap.".to_string(), None)],
        because: "No page closes this gap.".to_string(),
        lift: Some(format!("Write the page: lacuna new {}.", gap.id)),
        flags: Vec::new(),
        owner: None,
        review: None,
        waiver: None,
        examples: Results::default(),
    }
}

/// A waiver that holds comes before all else; one that has ended is shown and changes nothing.
fn apply(subject: &Subject, waiver: &Waiver, result: &mut GapStatus) {
    let file = subject.checklist.path.sibling("waivers.yaml");
    let place = file.map(|path| Span::new(&path, waiver.range));
    if let Some(begins) = waiver.approved_on.filter(|day| *day > subject.today) {
        let detail = format!("The waiver begins on {begins}.");
        result.evidence.insert(0, fails("waiver", detail, place));
        return;
    }
    if subject.today > waiver.expires {
        result.flags.push("waiver-expired");
        let detail = format!("The waiver ended on {}.", waiver.expires);
        result.evidence.insert(0, fails("waiver", detail, place));
        return;
    }
    let detail = format!("Waived until {}: {}", waiver.expires, waiver.reason);
    result.status = Status::Waived;
    result.because = format!(
        "{} ({}, approved by {}, until {}).",
        waiver.reason.trim_end_matches('.'),
        waiver.kind.id().replace('-', " "),
        name(subject, &waiver.approved_by),
        waiver.expires
    );
    result.evidence = vec![Evidence { span: place, ..holds("waiver", detail) }];
    result.lift = None;
    result.waiver = Some(waiver.clone());
    if is_near(subject.today, waiver.expires) {
        result.flags.push("waiver-expiring");
    }
}

/// What keeps a page from being reviewed; empty when it is ready.
pub fn unready(subject: &Subject, page: usize) -> Vec<Evidence> {
    let mut case = Case { subject, page, evidence: Vec::new() };
    let ready =
        !case.is_missing() && !case.is_outline() && !case.is_draft(Reviewed::Requested, false);
    let failed = |found: &Evidence| !ready && found.outcome == Outcome::Fails;
    case.evidence.into_iter().filter(failed).collect()
}

/// A page with the evidence found so far.
struct Case<'a> {
    subject: &'a Subject<'a>,
    page: usize,
    evidence: Vec<Evidence>,
}

fn judge_page(subject: &Subject, gap: &Gap, page: usize) -> GapStatus {
    let mut case = Case { subject, page, evidence: Vec::new() };
    let facts = &subject.facts[page];
    let weighed = weigh(subject, gap, &facts.path, facts.front.review_every);
    let reviewed = weighed.reviewed;
    let approved = matches!(reviewed, Reviewed::Approved | Reviewed::Overdue);
    let mut flags = weighed.flags.clone();
    let status = if case.is_missing() {
        Status::Missing
    } else if case.is_outline() {
        Status::Outline
    } else if case.is_draft(reviewed, approved) {
        Status::Draft
    } else {
        let status = case.in_review(gap, &weighed);
        status.min(case.references(gap, &mut flags))
    };
    if approved && case.first_error().is_some() {
        flags.push("broken");
    }
    let due = weighed.counted.as_ref().and_then(|counted| counted.due);
    if status == Status::Complete && due.is_some_and(|due| is_near(subject.today, due)) {
        flags.push("due-soon");
    }
    if facts.front.claim.as_deref().is_some_and(|claim| claim != status.id()) {
        flags.push("claim-differs");
    }
    let decisive = case.evidence.iter().find(|found| found.outcome == Outcome::Fails);
    let held = case.evidence.iter().rfind(|found| found.rule == "approved");
    let because = decisive.or(held).map_or(String::new(), |found| found.detail.clone());
    GapStatus {
        status,
        because,
        lift: lift(status, reviewed, gap, &case.evidence),
        evidence: case.evidence,
        flags,
        owner: facts.front.owner.as_ref().map(|owner| owner.text.clone()),
        review: weighed.counted,
        waiver: None,
        examples: Results::default(),
    }
}

impl Case<'_> {
    fn standing(&self) -> &Standing {
        &self.subject.standings[&self.page]
    }

    fn file(&self) -> Span {
        Span::file(&self.subject.facts[self.page].path)
    }

    fn is_missing(&mut self) -> bool {
        if self.standing().words > 0 {
            self.evidence.push(holds("page", "A page closes this gap.".to_string()));
            return false;
        }
        let detail = "The page has no words of its own.".to_string();
        self.evidence.push(fails("page", detail, Some(self.file())));
        true
    }

    fn is_outline(&mut self) -> bool {
        let mut found = self.sections();
        found.extend(self.standing().placeholders.iter().map(|span| {
            fails("no-placeholders", "A placeholder is left.".to_string(), Some(span.clone()))
        }));
        let words = self.standing().words;
        if words < FEWEST_WORDS {
            let detail = format!("It has {words} words of its own; {FEWEST_WORDS} are the least.");
            found.push(fails("own-words", detail, Some(self.file())));
        }
        if found.is_empty() {
            self.evidence.push(holds("required-sections", "All sections are filled.".to_string()));
            self.evidence.push(holds("own-words", format!("It has {words} words of its own.")));
            return false;
        }
        self.evidence.extend(found);
        true
    }

    /// What is wrong with the sections that the kind asks for.
    fn sections(&self) -> Vec<Evidence> {
        let rules = self.subject.sections_of(self.page).iter();
        rules.filter_map(|rule| self.section(rule)).collect()
    }

    fn section(&self, rule: &SectionRule) -> Option<Evidence> {
        match sections::fault(self.standing(), rule)? {
            Fault::Absent => {
                let detail = format!("The section {} is absent.", rule.titles.join(" or "));
                Some(fails("required-sections", detail, Some(self.file())))
            }
            Fault::Empty(section) => {
                let detail = format!("The section {} is empty.", section.title);
                Some(fails("required-sections", detail, section.span.clone()))
            }
            Fault::Thin(_) => None,
        }
    }

    fn is_draft(&mut self, reviewed: Reviewed, approved: bool) -> bool {
        let mut found = Vec::new();
        if self.subject.facts[self.page].front.draft {
            let detail = "The page says that it is a draft.".to_string();
            found.push(fails("not-a-draft", detail, Some(self.file())));
        }
        let error = self.first_error().filter(|_| !approved);
        if let Some(error) = error {
            let detail = format!("It has a finding: {}.", error.message.replace('`', ""));
            found.push(fails("no-errors", detail, error.span.clone()));
        }
        found.extend(self.examples());
        if reviewed == Reviewed::No {
            let detail = "Nobody was asked to review it.".to_string();
            found.push(fails("review-requested", detail, Some(self.file())));
        }
        if found.is_empty() {
            self.evidence.push(holds("no-errors", "Nothing is wrong with the text.".to_string()));
            return false;
        }
        self.evidence.extend(found);
        true
    }

    /// What is recorded of the page's examples: what stands against it. The rest is evidence.
    fn examples(&mut self) -> Vec<Evidence> {
        let results = self.subject.examples.page(&self.subject.facts[self.page]);
        let Results { total, passed, failed, on } = &results;
        let fails_when_run = "An example failed when it was last run.";
        let mut found: Vec<Evidence> = failed
            .iter()
            .map(|span| fails("examples-pass", fails_when_run.to_string(), Some(span.clone())))
            .collect();
        let left = total - results.run();
        if left > 0 {
            let detail =
                format!("{left} of {} not recorded as they stand.", plural(*total, "example"));
            match self.subject.require_examples {
                true => found.push(fails("examples-run", detail, None)),
                false => self.evidence.push(unknown("examples-run", detail)),
            }
        }
        if let Some(on) = on.filter(|_| *passed == *total) {
            let detail = format!("{} passed on {on}.", plural(*total, "example"));
            self.evidence.push(holds("examples-pass", detail));
        }
        found
    }

    /// The first error in the page's file or in a file that it includes.
    fn first_error(&self) -> Option<&Diagnostic> {
        let facts = &self.subject.facts[self.page];
        self.subject.findings.iter().filter(|found| found.is_error()).find(|found| {
            let path = found.span.as_ref().map(|span| &span.path);
            path.is_some_and(|path| *path == facts.path || facts.includes.contains(path))
        })
    }

    fn in_review(&mut self, gap: &Gap, weighed: &Weighed) -> Status {
        let path = &self.subject.facts[self.page].path;
        let counted = weighed.counted.as_ref();
        let (status, detail) = verdict(self.subject, gap, weighed.reviewed, counted);
        let record = counted.map(|counted| Span::new(&reviews_path(path), counted.review.range));
        let evidence = match status {
            Status::Complete => Evidence { span: record, ..holds("approved", detail) },
            Status::Stale => fails("review-in-time", detail, record),
            _ => fails("approved", detail, record),
        };
        self.evidence.push(evidence);
        if weighed.flags.contains(&"history-unknown") {
            let detail = "The history doesn't tell who wrote the text as it stands.".to_string();
            let outcome = Outcome::Unknown;
            self.evidence.push(Evidence { outcome, ..holds("history", detail) });
        }
        status
    }

    /// How high a page may stand by the references that it uses.
    fn references(&mut self, gap: &Gap, flags: &mut Vec<&'static str>) -> Status {
        let mut highest = Status::Complete;
        let used = self.used_references();
        for path in &used {
            let weighed = weigh(self.subject, gap, path, None);
            let status = match weighed.reviewed {
                Reviewed::Approved => continue,
                Reviewed::Overdue => Status::Stale,
                _ => Status::InReview,
            };
            let counted = weighed.counted.as_ref();
            let (_, detail) = verdict(self.subject, gap, weighed.reviewed, counted);
            let name = format!("reference/{}", path.strip(self.subject.reference).unwrap_or(""));
            let detail = format!("It uses {name}. {detail}");
            self.evidence.push(fails("references", detail, Some(Span::file(path))));
            if weighed.reviewed == Reviewed::Changed && !flags.contains(&"reference-changed") {
                flags.push("reference-changed");
            }
            highest = highest.min(status);
        }
        if highest == Status::Complete && !used.is_empty() {
            let count = plural(used.len(), "reference");
            let detail = format!("It uses {count}, approved as they stand.");
            self.evidence.push(holds("references", detail));
        }
        highest
    }

    /// The files that are reviewed on their own and that the page includes or links to.
    fn used_references(&self) -> BTreeSet<SitePath> {
        let facts = &self.subject.facts[self.page];
        let is_reference = |path: &&SitePath| {
            self.subject.digests.contains_key(*path)
                && path.strip(self.subject.reference).is_some()
                && **path != facts.path
        };
        facts.includes.iter().filter(is_reference).cloned().collect()
    }
}

/// What the reviews of a text make of it, in a word and in a sentence.
fn verdict(
    subject: &Subject,
    gap: &Gap,
    reviewed: Reviewed,
    counted: Option<&CountedReview>,
) -> (Status, String) {
    let by = counted.map_or("nobody", |counted| name(subject, &counted.review.by));
    let on = counted.map(|counted| counted.review.on.to_string()).unwrap_or_default();
    let due = counted.and_then(|counted| counted.due).map(|due| due.to_string());
    let due = due.unwrap_or_default();
    let again = match counted.map_or(0, |counted| counted.repeated) {
        0 => String::new(),
        times => format!(" Approved again without a change: {}.", plural(times, "time")),
    };
    let in_review = |detail| (Status::InReview, detail);
    match reviewed {
        Reviewed::No => (Status::Draft, "Nobody was asked to review it.".to_string()),
        Reviewed::Requested => in_review(format!("{by} was asked to review it on {on}.")),
        Reviewed::ChangesRequested => in_review(format!("{by} asked for changes on {on}.")),
        Reviewed::Changed => in_review("The text has changed since it was approved.".to_string()),
        Reviewed::ByAuthor => in_review(format!(
            "The approval of {on} is by the text's own author, or the author is unknown."
        )),
        Reviewed::Unattested => {
            let on_behalf = counted.is_some_and(|counted| counted.review.on_behalf);
            in_review(match on_behalf {
                true => format!("The approval of {on} was recorded on behalf of {by}."),
                false => format!("The record of {on} doesn't prove that {by} approved it."),
            })
        }
        Reviewed::NotApprover => {
            let tier = &subject.checklist.tier_of(gap).title;
            in_review(format!("{by} is not among the approvers of the tier {tier}."))
        }
        Reviewed::Overdue => (
            Status::Stale,
            format!("Approved by {by} on {on}; the next review was due on {due}.{again}"),
        ),
        Reviewed::Approved => (
            Status::Complete,
            format!("Approved by {by} on {on}; the next review is due on {due}.{again}"),
        ),
    }
}

/// What readers know somebody by.
fn name<'a>(subject: &'a Subject, written: &'a str) -> &'a str {
    let key = person_key(subject.people, written);
    subject.people.get(key).map_or(written, |person| &person.name)
}

/// What would lift the status, in one sentence.
fn lift(status: Status, reviewed: Reviewed, gap: &Gap, evidence: &[Evidence]) -> Option<String> {
    let id = &gap.id;
    let failed: Vec<&Evidence> =
        evidence.iter().filter(|found| found.outcome == Outcome::Fails).collect();
    let words = match status {
        Status::Complete | Status::Waived => return None,
        Status::Missing => "Write the page.".to_string(),
        Status::Outline => format!("Mend {} in the evidence.", plural(failed.len(), "point")),
        Status::Draft if failed.iter().any(|found| found.rule == "no-errors") => {
            "Mend the finding; lacuna check shows all of them.".to_string()
        }
        Status::Draft if failed.iter().any(|found| found.rule == "not-a-draft") => {
            "Take draft: true out of the front matter, then ask for review.".to_string()
        }
        Status::Draft if failed.iter().any(|found| found.rule == "examples-pass") => {
            "Mend the example; lacuna test shows what it prints.".to_string()
        }
        Status::Draft if failed.iter().any(|found| found.rule == "examples-run") => {
            "Run the examples: lacuna test --record.".to_string()
        }
        Status::Draft => {
            format!("Ask for review: lacuna request {id} --from WHO.")
        }
        Status::InReview | Status::Stale if failed.iter().all(|row| row.rule == "references") => {
            let path = failed.first().and_then(|row| row.span.as_ref()).map(|span| &span.path);
            let name = path.map_or("the reference", SitePath::as_str);
            format!("Have {name} approved, with lacuna request and lacuna approve.")
        }
        Status::Stale => format!("Review it again: lacuna approve {id} --by WHO --method HOW."),
        Status::InReview => match reviewed {
            Reviewed::Requested => "The reviewer approves it, or asks for changes.".to_string(),
            Reviewed::ChangesRequested => "Change the text as the reviewer asked.".to_string(),
            Reviewed::Unattested => {
                "The reviewer records and commits the approval, signed if the book asks for that."
                    .to_string()
            }
            Reviewed::NotApprover => "One of the tier's approvers approves it.".to_string(),
            _ => "Somebody other than the author approves the text as it stands.".to_string(),
        },
    };
    Some(words)
}

fn holds(rule: &'static str, detail: String) -> Evidence {
    Evidence { rule, outcome: Outcome::Holds, detail, span: None }
}

fn unknown(rule: &'static str, detail: String) -> Evidence {
    Evidence { rule, outcome: Outcome::Unknown, detail, span: None }
}

fn fails(rule: &'static str, detail: String, span: Option<Span>) -> Evidence {
    Evidence { rule, outcome: Outcome::Fails, detail, span }
}
