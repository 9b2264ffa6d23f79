//! Who changed a text last, and what it said when it was approved.
//!
//! What counts is the digest: whoever only wraps lines or sets front matter isn't the author.

use super::log::Commit;
use super::{History, Text, text_at};
use crate::base::SitePath;
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

impl History {
    /// The authors of the last commit that changed what a text says, and of the merges after it
    /// that did: the author of a text as it stands is each of them. The one who wrote it is the
    /// last. None when it can't be known, or when `now`, the text on disk, isn't the committed one.
    pub fn authors(&self, config: &Config, path: &SitePath, now: &Text) -> Option<Vec<Identity>> {
        let committed = text_at(&self.at(self.tip()), config, path)?;
        if committed.digest != now.digest {
            return None;
        }
        let mut authors = Vec::new();
        for step in self.steps(config, path, now) {
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
