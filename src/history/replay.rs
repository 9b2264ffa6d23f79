//! The project on earlier days, one after the other, by the blobs that each day changed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::History;
use super::git::{Object, git};
use crate::base::SitePath;
use crate::files::{Files, Kind};

/// A day on which something was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day of the commit; never before that of an earlier one.
    pub date: Date,
    /// The last commit of the day.
    pub commit: String,
    /// The files that the day changed, with their blobs; none for those that it removed.
    changes: BTreeMap<SitePath, Option<String>>,
}

impl Day {
    /// The files that the day changed.
    pub fn changed(&self) -> BTreeSet<SitePath> {
        self.changes.keys().cloned().collect()
    }
}

impl History {
    /// The last commit; none before the first one.
    pub fn head(&self) -> Option<String> {
        let answer = git(&self.repository.root, &["rev-parse", "--verify", "-q", "HEAD"])?;
        Some(answer.trim().to_string())
    }

    /// The days of the main line on which a file that `counts` was changed, the oldest first.
    pub fn days(&self, counts: impl Fn(&SitePath) -> bool) -> Vec<Day> {
        let arguments = ["log", "-z", "--raw", "--no-abbrev", "--no-renames", "--first-parent"];
        let more = ["--diff-merges=first-parent", "--reverse", "--format=%x01%H%x02%cs%x02"];
        let all = [&arguments[..], &more[..], &["--", "."]].concat();
        let log = git(&self.repository.root, &all).unwrap_or_default();
        let mut days: Vec<Day> = Vec::new();
        for text in log.split('\u{1}').skip(1) {
            let Some(mut day) = self.day(text, &counts) else { continue };
            if day.changes.is_empty() {
                continue;
            }
            match days.last_mut() {
                // A clock that ran behind doesn't turn time back.
                Some(last) if last.date >= day.date => {
                    last.changes.append(&mut day.changes);
                    last.commit = day.commit;
                }
                _ => days.push(day),
            }
        }
        days
    }

    fn day(&self, text: &str, counts: &impl Fn(&SitePath) -> bool) -> Option<Day> {
        let mut fields = text.splitn(3, '\u{2}');
        let commit = fields.next()?.to_string();
        let date = fields.next()?.parse().ok()?;
        let mut changes = BTreeMap::new();
        let mut parts = fields.next()?.split('\0').map(|part| part.trim_start_matches('\n'));
        while let Some(head) = parts.next() {
            // `:100644 100644 <old blob> <new blob> M`, then the path.
            let Some(head) = head.strip_prefix(':') else { continue };
            let words: Vec<&str> = head.split(' ').collect();
            let name = parts.next()?.strip_prefix(self.repository.prefix.as_str());
            let Some(path) = name.and_then(SitePath::new).filter(counts) else { continue };
            let is_file = words.get(1).is_some_and(|mode| mode.starts_with("100"));
            let blob = words.get(3).filter(|_| is_file).map(|blob| (*blob).to_string());
            changes.insert(path, blob);
        }
        Some(Day { date, commit, changes })
    }

    /// The files of the project before its first day.
    pub fn replay(&self) -> Replay<'_> {
        Replay { history: self, blobs: BTreeMap::new() }
    }
}

/// The files of the project on one day after the other.
#[derive(Debug)]
pub struct Replay<'a> {
    history: &'a History,
    blobs: BTreeMap<SitePath, String>,
}

impl Replay<'_> {
    /// Goes on to the next day.
    pub fn step(&mut self, day: &Day) {
        for (path, blob) in &day.changes {
            match blob {
                Some(blob) => drop(self.blobs.insert(path.clone(), blob.clone())),
                None => drop(self.blobs.remove(path)),
            }
        }
    }

    fn path(&self, path: &Path) -> Option<SitePath> {
        SitePath::below(&self.history.repository.root, path)
    }
}

impl Files for Replay<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let blob = self.path(path).and_then(|path| self.blobs.get(&path));
        match blob.and_then(|blob| self.history.repository.objects.read(blob)) {
            Some(Object::Blob(bytes)) => Ok(bytes),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let below = self.path(folder).ok_or(io::ErrorKind::NotFound)?;
        let inside = |path: &&SitePath| path.strip(below.as_str()).is_some();
        let root = &self.history.repository.root;
        Ok(self.blobs.keys().filter(inside).map(|path| path.on_disk(root)).collect())
    }

    fn kind(&self, path: &Path) -> Kind {
        let Some(path) = self.path(path) else { return Kind::Nothing };
        if self.blobs.contains_key(&path) {
            return Kind::File;
        }
        // The first name behind the folder's own, if any, is the first file in it.
        let folder = SitePath::new(&format!("{path}/ "));
        let next = folder.and_then(|first| self.blobs.range(first..).next());
        match next.is_some_and(|(file, _)| file.strip(path.as_str()).is_some()) {
            true => Kind::Folder,
            false => Kind::Nothing,
        }
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        match self.kind(path) {
            Kind::Nothing if path != self.history.repository.root => {
                Err(io::ErrorKind::NotFound.into())
            }
            _ => Ok(path.to_path_buf()),
        }
    }
}
