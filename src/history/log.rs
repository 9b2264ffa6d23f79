//! Reads all commits by one `git log`.

use std::path::Path;

use jiff::civil::Date;

use super::git::git;
use crate::base::SitePath;
use crate::config::Identity;

/// One commit, as far as it is about the project.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Commit {
    pub id: String,
    /// The commits that it follows: none for the first one, several for a merge.
    pub parents: Vec<String>,
    /// The author's day.
    pub day: Date,
    pub author: Identity,
    pub changes: Vec<Change>,
}

/// A file that a commit changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub path: SitePath,
    /// What it was called before.
    pub from: Option<SitePath>,
}

/// The commits that touched the project, the newest first and each before those that it follows.
/// A merge has the files that differ from all that was merged.
pub(super) fn read(root: &Path, prefix: &str, tip: &str) -> Vec<Commit> {
    let format = "--format=%x01%H%x02%P%x02%as%x02%an%x02%ae%x02";
    let arguments = ["log", "-z", "--name-status", "--find-renames", "--topo-order", format];
    let more = ["--diff-merges=combined", tip, "--", "."];
    // Without a commit git fails, and there is nothing to know.
    let log = git(root, &[&arguments[..], &more[..]].concat()).unwrap_or_default();
    log.split('\u{1}').filter_map(|text| commit(text, prefix)).collect()
}

fn commit(text: &str, prefix: &str) -> Option<Commit> {
    let mut fields = text.splitn(6, '\u{2}');
    let mut next = || fields.next();
    Some(Commit {
        id: next()?.to_string(),
        parents: next()?.split_whitespace().map(str::to_string).collect(),
        day: next()?.parse().ok()?,
        author: Identity { name: next()?.to_string(), email: next()?.to_string() },
        changes: changes(next()?, prefix),
    })
}

/// Reads `M`, path, `R100`, old path, new path …, each with a NUL at its end.
fn changes(text: &str, prefix: &str) -> Vec<Change> {
    let path = |name: &str| SitePath::new(name.strip_prefix(prefix)?);
    let mut fields = text.split('\0').map(|field| field.trim_start_matches('\n'));
    let mut fields = fields.by_ref().filter(|field| !field.is_empty());
    let mut changes = Vec::new();
    while let (Some(kind), Some(name)) = (fields.next(), fields.next()) {
        let moved = kind.starts_with(['R', 'C']) && kind[1..].parse::<u8>().is_ok();
        let (name, from) = match moved {
            true => (fields.next().unwrap_or_default(), path(name)),
            false => (name, None),
        };
        // Where a file was moved away from, it changed, too.
        if let Some(from) = from.clone().filter(|_| kind.starts_with('R')) {
            changes.push(Change { path: from, from: None });
        }
        changes.extend(path(name).map(|path| Change { path, from }));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_read_with_what_they_changed() {
        let text = "abc\u{2}d e\u{2}2026-11-02\u{2}Ann\u{2}ann@x\u{2}\0\nM\0book/ü b.md\0R090\0\
                    book/a.md\0book/c.md\0A\0elsewhere.md\0";
        let found = commit(text, "book/").unwrap();
        assert_eq!((found.id.as_str(), found.parents.len()), ("abc", 2));
        assert_eq!(found.day.to_string(), "2026-11-02");
        let show = |change: &Change| (change.path.to_string(), change.from.is_some());
        let changes: Vec<_> = found.changes.iter().map(show).collect();
        let expected = [("ü b.md", false), ("a.md", false), ("c.md", true)];
        assert_eq!(changes, expected.map(|(path, moved)| (path.to_string(), moved)));
    }

    #[test]
    fn a_merge_names_each_file_once() {
        let found = commit("abc\u{2}d e\u{2}2026-11-02\u{2}A\u{2}a\u{2}\0\0MM\0a.md\0", "");
        assert_eq!(found.unwrap().changes.len(), 1);
    }
}
