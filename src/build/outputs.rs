//! What was written the last time: for each file what it was made from, and how it was left.
//!
//! A file whose inputs are the same, and that lies where we left it, is neither made nor compared.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::cache::Cache;
use crate::base::Digest;
use crate::config::Config;
use crate::files::{Files, Stamp};

/// The file of the cache.
const NAME: &str = "outputs";

/// What was written into one output folder.
#[derive(Default)]
pub(super) struct Outputs {
    /// By URL, in the order in which they were planned.
    records: Vec<(String, Record)>,
    /// Their places in the order of URLs, made when the plan is another one.
    order: OnceLock<Vec<usize>>,
}

/// A file as it was left.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// What it was made from; none when that isn't known before it is made.
    pub key: Option<Key>,
    /// Of its bytes.
    pub bytes: Digest,
    /// Right after it was written under its name.
    pub stamp: Option<Stamp>,
}

/// Of all that a file is made from, part by part.
pub(super) type Key = Vec<Digest>;

impl Outputs {
    /// What was written into the output folder; nothing when another one was built last.
    pub(super) fn load(files: &dyn Files, config: &Config, cache: Option<&Cache>) -> Self {
        let found = cache.and_then(|cache| {
            cache.read::<(String, Vec<(String, Record)>)>(files, NAME).map(|found| found.values)
        });
        let ours = found.filter(|(folder, _)| *folder == folder_of(config));
        let records = ours.map_or_else(Vec::new, |(_, records)| records);
        Self { records, order: OnceLock::new() }
    }

    /// How a file was left that is planned at a place; it is looked for elsewhere if it was planned
    /// at another one.
    pub(super) fn get(&self, place: usize, url: &str) -> Option<&Record> {
        let of = |place: &usize| self.records[*place].0.as_str();
        if let Some((known, record)) = self.records.get(place)
            && known == url
        {
            return Some(record);
        }
        let order = self.order.get_or_init(|| {
            let mut order: Vec<usize> = (0..self.records.len()).collect();
            order.sort_unstable_by(|a, b| of(a).cmp(of(b)));
            order
        });
        let found = order.binary_search_by(|place| of(place).cmp(url)).ok()?;
        Some(&self.records[order[found]].1)
    }

    /// How many files were left.
    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    /// Keeps how files are left now.
    pub(super) fn save(
        files: &dyn Files,
        config: &Config,
        cache: Option<&Cache>,
        new: &[(&str, Cow<Record>)],
    ) {
        if let Some(cache) = cache {
            // What can't be written is found out again.
            let _ = cache.write(files, NAME, &(folder_of(config), new), &[]);
        }
    }
}

impl Record {
    /// True when a file, with the stamp that it has now, is as it was left.
    pub(super) fn still_holds(
        &self,
        files: &dyn Files,
        path: impl Fn() -> PathBuf,
        now: Option<Stamp>,
    ) -> bool {
        let same = self.stamp.is_some() && now == self.stamp;
        same || files.read(&path()).is_ok_and(|bytes| Digest::of(&bytes) == self.bytes)
    }
}

fn folder_of(config: &Config) -> String {
    config.output.to_string_lossy().into_owned()
}
