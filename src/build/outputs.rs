//! What was written the last time: for each file what it was made from, and how it was left.
//!
//! A file whose inputs are the same, and that lies where we left it, is neither made nor compared.

use std::path::Path;

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use super::cache::Cache;
use crate::base::Digest;
use crate::config::Config;
use crate::files::{Files, Stamp};

/// The file of the cache.
const NAME: &str = "outputs";

/// What was written into one output folder, by URL.
#[derive(Default)]
pub(super) struct Outputs {
    records: HashMap<String, Record>,
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
        Self { records: ours.into_iter().flat_map(|(_, records)| records).collect() }
    }

    pub(super) fn get(&self, url: &str) -> Option<&Record> {
        self.records.get(url)
    }

    /// Keeps what was found out, if anything has changed.
    pub(super) fn save(
        &self,
        files: &dyn Files,
        config: &Config,
        cache: Option<&Cache>,
        new: &[(&str, Record)],
    ) {
        let same = |(url, record): &(&str, Record)| self.records.get(*url) == Some(record);
        if let Some(cache) = cache
            && !(new.len() == self.records.len() && new.iter().all(same))
        {
            // What can't be written is found out again.
            let _ = cache.write(files, NAME, &(folder_of(config), new), &[]);
        }
    }
}

impl Record {
    /// True when a file, with the stamp that it has now, is as it was left.
    pub(super) fn still_holds(&self, files: &dyn Files, path: &Path, now: Option<Stamp>) -> bool {
        let same = self.stamp.is_some() && now == self.stamp;
        same || files.read(path).is_ok_and(|bytes| Digest::of(&bytes) == self.bytes)
    }
}

fn folder_of(config: &Config) -> String {
    config.output.to_string_lossy().into_owned()
}
