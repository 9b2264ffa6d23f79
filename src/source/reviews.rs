//! Reviews beside pages, and waivers.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Map, Value};
use serde_yaml::Spanned;

use super::yaml;
use crate::base::{SitePath, TextRange, one_line};
use crate::config::{Interval, Person, is_same_person};
use crate::diag::{Diagnostic, Span};

/// One record of `<page>.reviews.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Who reviewed, or who was asked.
    pub by: String,
    /// When.
    pub on: Date,
    /// What came out.
    pub verdict: Verdict,
    /// How it was reviewed.
    pub method: Option<Method>,
    /// The text's last author when it was reviewed.
    pub author: Option<String>,
    /// The digest of the text that was reviewed.
    pub digest: Option<String>,
    /// What the reviewer wrote.
    pub note: Option<String>,
    /// Whether somebody else than the reviewer recorded it.
    pub on_behalf: bool,
    /// Whether the change since the approval before was so small that its due date stays.
    pub minor: bool,
    /// The line of the record.
    pub range: TextRange,
}

/// What came out of a review.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// Nothing yet: somebody was asked.
    Requested,
    /// The text is right.
    Approved,
    /// The text must change.
    ChangesRequested,
}

impl Verdict {
    /// As it is written.
    pub fn id(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::ChangesRequested => "changes-requested",
        }
    }
}

/// How a text was reviewed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    /// It was read.
    Read,
    /// Its steps were followed.
    RanTheSteps,
    /// It was compared with what it describes.
    ComparedWithSource,
}

impl Method {
    /// As it is written.
    pub fn id(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::RanTheSteps => "ran-the-steps",
            Self::ComparedWithSource => "compared-with-source",
        }
    }
}

/// A gap left open on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The id of the gap.
    pub gap: String,
    /// In which sense.
    pub kind: WaiverKind,
    /// Why.
    pub reason: String,
    /// Who asked for it.
    pub requested_by: Option<String>,
    /// Who allowed it.
    pub approved_by: String,
    /// When it was allowed.
    pub approved_on: Option<Date>,
    /// The last day that it holds.
    pub expires: Date,
    /// Where the matter is covered.
    pub url: Option<String>,
    /// Its place in the file.
    pub range: TextRange,
}

/// In which sense a gap is waived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WaiverKind {
    /// It doesn't concern us.
    NotApplicable,
    /// It is described elsewhere.
    CoveredElsewhere,
    /// It stays open, and we know it.
    AcceptedRisk,
}

impl WaiverKind {
    /// As it is written.
    pub fn id(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            Self::CoveredElsewhere => "covered-elsewhere",
            Self::AcceptedRisk => "accepted-risk",
        }
    }
}

/// The keys of a record, in the order in which they are written.
const KEYS: [&str; 9] =
    ["by", "on", "verdict", "method", "author", "digest", "note", "on_behalf", "minor"];

/// The file beside a text that holds its reviews: `keys.reviews.yaml` for the page `keys.md`,
/// `plans.csv.reviews.yaml` for a file that is no page, since `plans.yaml` may stand beside it.
pub fn reviews_path(path: &SitePath) -> SitePath {
    let stem = path.as_str().strip_suffix(".md").unwrap_or(path.as_str());
    SitePath::new(&format!("{stem}.reviews.yaml")).expect("a path with another ending is one")
}

/// Reads the reviews of a page, oldest first. A record with a fault doesn't count.
pub fn read_reviews(path: &SitePath, text: &str, found: &mut Vec<Diagnostic>) -> Vec<Review> {
    records(path, text, "R001", &KEYS, found, |record| {
        Some(Review {
            by: record.required("by")?,
            on: record.required_date("on")?,
            verdict: record.one_of(
                "verdict",
                &[Verdict::Requested, Verdict::Approved, Verdict::ChangesRequested],
                Verdict::id,
            )?,
            method: match record.has("method") {
                true => Some(record.one_of(
                    "method",
                    &[Method::Read, Method::RanTheSteps, Method::ComparedWithSource],
                    Method::id,
                )?),
                false => None,
            },
            author: record.text("author"),
            digest: record.text("digest"),
            note: record.text("note"),
            on_behalf: record.has("on_behalf"),
            minor: record.has("minor"),
            range: record.range,
        })
    })
}

/// Reads `waivers.yaml`. A record with a fault doesn't count.
pub fn read_waivers(
    path: &SitePath,
    text: &str,
    people: &BTreeMap<String, Person>,
    found: &mut Vec<Diagnostic>,
) -> Vec<Waiver> {
    let known =
        ["gap", "kind", "reason", "requested_by", "approved_by", "approved_on", "expires", "url"];
    records(path, text, "R002", &known, found, |record| {
        let waiver = Waiver {
            gap: record.required("gap")?,
            kind: record.one_of(
                "kind",
                &[
                    WaiverKind::NotApplicable,
                    WaiverKind::CoveredElsewhere,
                    WaiverKind::AcceptedRisk,
                ],
                WaiverKind::id,
            )?,
            reason: record.required("reason")?,
            requested_by: record.text("requested_by"),
            approved_by: record.required("approved_by")?,
            approved_on: Some(record.required_date("approved_on")?),
            expires: record.required_date("expires")?,
            url: record.text("url"),
            range: record.range,
        };
        record.allowed(waiver, people)
    })
}

/// One map of a list, as it is read.
struct Record<'a> {
    path: &'a SitePath,
    code: &'static str,
    values: &'a Map<String, Value>,
    range: TextRange,
    found: &'a mut Vec<Diagnostic>,
}

/// Reads a list of maps; unknown keys are reported, and what `make` refuses is left out.
fn records<T>(
    path: &SitePath,
    text: &str,
    code: &'static str,
    known: &[&str],
    found: &mut Vec<Diagnostic>,
    make: impl Fn(&mut Record) -> Option<T>,
) -> Vec<T> {
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Vec::new();
    }
    let list = match yaml::read::<Vec<Spanned<Map<String, Value>>>>(path, text, 0) {
        Ok(list) => list,
        Err(fault) => {
            found.push(fault);
            return Vec::new();
        }
    };
    let mut made = Vec::new();
    for item in &list {
        let range = yaml::range(text, item, 0);
        let mut record = Record { path, code, values: &item.value, range, found };
        record.unknown_keys(known);
        made.extend(make(&mut record));
    }
    made
}

impl Record<'_> {
    fn report(&mut self, message: impl Into<String>) {
        let span = Span::new(self.path, self.range);
        self.found.push(Diagnostic::new(self.code, Some(span), message));
    }

    fn unknown_keys(&mut self, known: &[&str]) {
        let unknown: Vec<&String> =
            self.values.keys().filter(|key| !known.contains(&key.as_str())).collect();
        for key in unknown {
            let span = Span::new(self.path, self.range);
            let message = format!("unknown key `{}`", one_line(key));
            let report = Diagnostic::new(self.code, Some(span), message);
            self.found.push(report.suggest(key, known.iter().copied()));
        }
    }

    fn has(&self, key: &str) -> bool {
        self.values.get(key).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)))
    }

    fn text(&self, key: &str) -> Option<String> {
        match self.values.get(key)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_string()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        }
    }

    fn required(&mut self, key: &str) -> Option<String> {
        let text = self.text(key);
        if text.is_none() {
            self.report(format!("`{key}` is missing"));
        }
        text
    }

    fn required_date(&mut self, key: &str) -> Option<Date> {
        let text = self.required(key)?;
        let date = text.parse().ok();
        if date.is_none() {
            self.report(format!("`{key}` isn't a date such as `2026-11-22`"));
        }
        date
    }

    fn one_of<T: Copy>(&mut self, key: &str, all: &[T], id: fn(T) -> &'static str) -> Option<T> {
        let text = self.required(key)?;
        let known = all.iter().copied().find(|value| id(*value) == text);
        if known.is_none() {
            let span = Span::new(self.path, self.range);
            let message = format!("`{key}` can't be `{}`", one_line(&text));
            let report = Diagnostic::new(self.code, Some(span), message);
            self.found.push(report.suggest(&text, all.iter().map(|value| id(*value))));
        }
        known
    }

    /// The rules that a waiver as a whole must keep.
    fn allowed(&mut self, waiver: Waiver, people: &BTreeMap<String, Person>) -> Option<Waiver> {
        let own = |by: &String| is_same_person(people, by, &waiver.approved_by);
        let longest = waiver.approved_on.map(|on| Interval::months(12).after(on, 0));
        let fault = if waiver.requested_by.as_ref().is_some_and(own) {
            "a waiver is approved by somebody else than who asked for it"
        } else if longest.is_some_and(|longest| waiver.expires > longest) {
            "a waiver holds for twelve months at the most"
        } else if waiver.kind == WaiverKind::CoveredElsewhere && waiver.url.is_none() {
            "`covered-elsewhere` needs a `url`"
        } else if waiver.requested_by.is_none() {
            "`requested_by` is missing"
        } else {
            return Some(waiver);
        };
        self.report(fault);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reviews(text: &str) -> (Vec<Review>, Vec<String>) {
        let mut found = Vec::new();
        let list = read_reviews(&SitePath::new("a.reviews.yaml").unwrap(), text, &mut found);
        (list, found.into_iter().map(|found| found.message).collect())
    }

    #[test]
    fn a_review_is_read() {
        let (list, found) = reviews(
            "- by: ann\n  on: 2026-08-02\n  verdict: approved\n  method: ran-the-steps\n  \
             author: bea\n  digest: v1-0123\n",
        );
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(list[0].verdict, Verdict::Approved);
        assert_eq!(list[0].method, Some(Method::RanTheSteps));
    }

    #[test]
    fn a_faulty_review_does_not_count_and_is_reported() {
        let (list, found) = reviews("- by: ann\n  on: yesterday\n  verdict: approved\n  nite: x\n");
        assert!(list.is_empty());
        assert_eq!(found, ["unknown key `nite`", "`on` isn't a date such as `2026-11-22`"]);
    }

    #[test]
    fn a_waiver_needs_a_second_person_and_an_end_within_a_year() {
        let waivers = |by: &str, expires: &str| {
            let text = format!(
                "- gap: a/b\n  kind: accepted-risk\n  reason: r\n  requested_by: ann\n  \
                 approved_by: {by}\n  approved_on: 2026-01-01\n  expires: {expires}\n"
            );
            let mut found = Vec::new();
            let path = SitePath::new("waivers.yaml").unwrap();
            read_waivers(&path, &text, &BTreeMap::new(), &mut found).len()
        };
        assert_eq!(waivers("bea", "2026-12-31"), 1);
        assert_eq!(waivers("ann", "2026-12-31"), 0);
        assert_eq!(waivers("bea", "2027-01-02"), 0);
    }
}
