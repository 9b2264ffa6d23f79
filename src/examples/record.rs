//! `examples.lock`: what came out of the examples, kept with the content.
//!
//! One line for each example, so that two people's records merge. A record is about an example as
//! long as the digest is the same.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Example, Mode};
use crate::base::SitePath;
use crate::diag::Span;
use crate::parse::PageFacts;

/// Where records are kept, in the folder of `book.toml`.
pub const LOCK: &str = "examples.lock";

/// What came out of one example.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Record {
    /// The page that it belongs to.
    pub page: String,
    /// What ran it.
    pub runner: String,
    /// Its digest.
    pub example: String,
    /// What came out.
    pub outcome: Recorded,
    /// When it ran.
    pub on: Date,
    /// The version of the tool.
    pub tool: String,
}

/// What came out of an example that was run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Recorded {
    /// It works.
    Passed,
    /// It doesn't.
    Failed,
}

const HEAD: &str =
    "# Written by `lacuna test --record`: which examples ran, when, and with what.\n";

/// Reads records; else the number of the line that is none.
pub fn read_records(text: &str) -> Result<Vec<Record>, usize> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
    lines.map(|(index, line)| serde_json::from_str(line).map_err(|_| index + 1)).collect()
}

/// Writes records, sorted.
pub fn write_records(mut records: Vec<Record>) -> String {
    records.sort();
    records.dedup();
    std::iter::once(HEAD.to_string()).chain(records.iter().map(write_record)).collect()
}

/// Writes one record: a line.
pub fn write_record(record: &Record) -> String {
    serde_json::to_string(record).expect("texts and dates can be written") + "\n"
}

/// What is recorded of the examples of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Results {
    /// How many there are, without those that are ignored.
    pub total: usize,
    /// How many passed as they stand.
    pub passed: usize,
    /// Those that failed as they stand.
    pub failed: Vec<Span>,
    /// The day of the oldest of these records.
    pub on: Option<Date>,
}

impl Results {
    /// How many were run as they stand.
    pub fn run(&self) -> usize {
        self.passed + self.failed.len()
    }

    /// Adds those of another page.
    pub fn add(&mut self, other: &Self) {
        self.total += other.total;
        self.passed += other.passed;
        self.failed.extend(other.failed.iter().cloned());
        self.on = self.on.into_iter().chain(other.on).min();
    }
}

/// What is recorded of all examples.
#[derive(Clone, Debug, Default)]
pub struct Book(BTreeMap<SitePath, Results>);

impl Book {
    /// Counts for each page what is recorded of its examples as they stand.
    pub fn new(examples: &[Example], records: &[Record]) -> Self {
        let known: HashMap<&str, &Record> =
            records.iter().map(|record| (record.example.as_str(), record)).collect();
        let mut pages: BTreeMap<SitePath, Results> = BTreeMap::new();
        for example in examples.iter().filter(|found| !matches!(found.mode, Mode::Ignore(_))) {
            let results = pages.entry(example.page.clone()).or_default();
            results.total += 1;
            let Some(record) = known.get(example.digest.to_string().as_str()) else { continue };
            results.on = results.on.into_iter().chain([record.on]).min();
            match record.outcome {
                Recorded::Passed => results.passed += 1,
                Recorded::Failed => results.failed.push(example.span.clone()),
            }
        }
        Self(pages)
    }

    /// True when a page has examples.
    pub fn has(&self, page: &SitePath) -> bool {
        self.0.contains_key(page)
    }

    /// Of a page, with the shared files that it includes.
    pub fn page(&self, facts: &PageFacts) -> Results {
        let mut results = Results::default();
        let paths = facts.includes.iter().chain([&facts.path]);
        paths.filter_map(|path| self.0.get(path)).for_each(|found| results.add(found));
        results
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn records_are_read_as_they_were_written() {
        let record = |example: &str| Record {
            page: "content/a.md".to_string(),
            runner: "sh".to_string(),
            example: example.to_string(),
            outcome: Recorded::Passed,
            on: date(2026, 11, 22),
            tool: "sh \"1\"".to_string(),
        };
        let text = write_records(vec![record("b"), record("a"), record("a")]);
        assert_eq!(read_records(&text), Ok(vec![record("a"), record("b")]));
        assert_eq!(read_records(&format!("{text}<<<<<<< HEAD\n")), Err(4));
    }
}
