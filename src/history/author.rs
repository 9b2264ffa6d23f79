//! Who changed a text last, and what it said when it was approved.
//!
//! What counts is the digest: whoever only wraps lines or sets front matter isn't the author.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::log::Commit;
use super::{History, Text, text_at};
use crate::base::{Digest, Hasher, SitePath};
use crate::config::{Config, Identity};

/// A text right after one of the commits that touched it.
struct Step<'a> {
    commit: &'a Commit,
    /// The text after the commit; none when the commit removed it.
    after: Option<Text>,
    /// The texts in the commits that this one follows.
    before: Vec<Option<Text>>,
}

impl Step<'_> {
    fn changed_the_text(&self) -> bool {
        let digest = |text: &Option<Text>| text.as_ref().map(|text| text.digest.clone());
        self.before.iter().all(|before| digest(before) != digest(&self.after))
    }
}

/// Who wrote a text, as it was found before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Written {
    /// Of the text.
    digest: String,
    /// All files that were looked at, under each name that they had.
    files: Vec<SitePath>,
    /// Of the commits that touched these files: another one is looked at anew.
    commits: Digest,
    /// The authors, as by [`History::authors`].
    authors: Option<Vec<Identity>>,
}

impl History {
    /// The same as [`Self::authors`] of the text with this digest, which is read only if that
    /// wasn't found before.
    pub fn authors_of(
        &self,
        config: &Config,
        path: &SitePath,
        digest: &str,
        text: impl FnOnce() -> Option<Text>,
    ) -> Option<Vec<Identity>> {
        let known = self.known(path);
        let same = |known: &Written| {
            known.digest == digest && known.commits == self.commits_of(&known.files)
        };
        if let Some(known) = known.filter(same) {
            return known.authors;
        }
        let mut files = BTreeSet::new();
        let authors = self.look_for_authors(config, path, &text()?, &mut files);
        let files: Vec<SitePath> = files.into_iter().collect();
        let commits = self.commits_of(&files);
        let digest = digest.to_string();
        let written = Written { digest, files, commits, authors: authors.clone() };
        self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone(), written);
        authors
    }

    fn known(&self, path: &SitePath) -> Option<Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    /// All that was found so far, by the file.
    pub fn written(&self) -> BTreeMap<SitePath, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Knows what was found before.
    #[must_use]
    pub fn knowing(self, written: BTreeMap<SitePath, Written>) -> Self {
        Self { written: Mutex::new(written), ..self }
    }

    /// Of the commits that touched some files, or the settings.
    fn commits_of(&self, files: &[SitePath]) -> Digest {
        let settings = Config::path();
        let mut hasher = Hasher::default();
        for file in files.iter().chain(std::iter::once(&settings)) {
            let touches = self.log().touches.get(file).map_or(&[][..], Vec::as_slice);
            hasher.field(&touches.len().to_le_bytes());
            for index in touches {
                hasher.field(self.log().commits[*index].id.as_bytes());
            }
        }
        hasher.finish()
    }

    /// The authors of the last commit that changed what a text says, and of the merges after it
    /// that did: the author of a text as it stands is each of them. The one who wrote it is the
    /// last. None when it can't be known, or when `now`, the text on disk, isn't the committed one.
    pub fn authors(&self, config: &Config, path: &SitePath, now: &Text) -> Option<Vec<Identity>> {
        self.look_for_authors(config, path, now, &mut BTreeSet::new())
    }

    fn look_for_authors(
        &self,
        config: &Config,
        path: &SitePath,
        now: &Text,
        seen: &mut BTreeSet<SitePath>,
    ) -> Option<Vec<Identity>> {
        seen.extend(now.files.iter().cloned());
        let committed = text_at(&self.at(self.tip()), config, path)?;
        if committed.digest != now.digest {
            return None;
        }
        let mut authors = Vec::new();
        for step in self.steps(config, path, now) {
            let texts = step.before.iter().chain([&step.after]).flatten();
            seen.extend(texts.flat_map(|text| text.files.iter().cloned()));
            if step.changed_the_text() {
                authors.push(step.commit.author.clone());
                if step.commit.parents.len() < 2 {
                    return Some(authors);
                }
            }
        }
        None
    }

    /// The text in the history that has a digest.
    pub fn text_with(
        &self,
        config: &Config,
        path: &SitePath,
        now: &Text,
        digest: &str,
    ) -> Option<Text> {
        let all = self.steps(config, path, now);
        let texts = all.flat_map(|step| std::iter::once(step.after).chain(step.before));
        texts.flatten().find(|text| text.digest == digest)
    }

    /// The commits that may have changed a text, the newest first, under each name that it had.
    fn steps<'a>(
        &'a self,
        config: &'a Config,
        path: &SitePath,
        now: &Text,
    ) -> impl Iterator<Item = Step<'a>> {
        let mut path = path.clone();
        let mut files = now.files.clone();
        let mut next = 0;
        std::iter::from_fn(move || {
            let index = self.next_touch(&files, next)?;
            next = index + 1;
            let commit = &self.log().commits[index];
            let after = text_at(&self.at(&commit.id), config, &path);
            let moved = commit.changes.iter().find(|change| change.path == path);
            if let Some(from) = moved.and_then(|change| change.from.clone()) {
                path = from;
            }
            let texts = commit.parents.iter().map(|id| text_at(&self.at(id), config, &path));
            let before: Vec<Option<Text>> = texts.collect();
            if let Some(older) = before.iter().flatten().next() {
                files.clone_from(&older.files);
            }
            Some(Step { commit, after, before })
        })
    }

    /// The newest commit from `next` on that touched one of the files, or the settings.
    fn next_touch(&self, files: &[SitePath], next: usize) -> Option<usize> {
        let settings = Config::path();
        let files = files.iter().chain(std::iter::once(&settings));
        files.filter_map(|file| self.first_touch(file, next)).min()
    }

    /// The newest commit from `next` on that touched a file.
    pub(super) fn first_touch(&self, file: &SitePath, next: usize) -> Option<usize> {
        let touches = self.log().touches.get(file)?;
        touches.get(touches.partition_point(|index| *index < next)).copied()
    }
}
