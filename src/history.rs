//! When files changed, from git: one call for all of them.
//!
//! What can't be known is unknown, never guessed: without git, outside a repository, or in a
//! clone whose history was cut off.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use jiff::civil::Date;

use crate::base::SitePath;

/// When files changed.
#[derive(Debug, Default)]
pub struct History {
    changes: HashMap<SitePath, Date>,
    /// Why nothing is known.
    pub unknown: Option<Unknown>,
}

/// Why nothing is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// There is no git, or no repository.
    NoRepository,
    /// The clone has a part of the history only, so that every file would look new.
    Shallow,
}

/// Reads the history of a folder.
pub fn read(root: &Path) -> History {
    let unknown = |reason| History { changes: HashMap::new(), unknown: Some(reason) };
    match git(root, &["rev-parse", "--is-shallow-repository"]).as_deref().map(str::trim) {
        Some("false") => {}
        Some(_) => return unknown(Unknown::Shallow),
        None => return unknown(Unknown::NoRepository),
    }
    let arguments =
        ["log", "--format=%x00%as", "--name-only", "--no-renames", "--relative", "--", "."];
    match git(root, &arguments) {
        Some(log) => History { changes: parse(&log), unknown: None },
        // A repository without a commit.
        None => History::default(),
    }
}

/// The way from the top of the repository to a folder, with a slash at the end; empty at the top,
/// and without a repository.
pub fn prefix(root: &Path) -> String {
    let prefix = git(root, &["rev-parse", "--show-prefix"]).unwrap_or_default();
    prefix.trim_end_matches('\n').to_string()
}

impl History {
    /// The day on which a file last changed.
    pub fn changed(&self, path: &SitePath) -> Option<Date> {
        self.changes.get(path).copied()
    }
}

/// Runs git without anything that the repository's own settings could start.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let settings = ["core.quotepath=off", "core.fsmonitor=false", "log.showSignature=false"];
    let mut command = Command::new("git");
    command.arg("--no-pager").arg("-C").arg(root);
    for setting in settings {
        command.args(["-c", setting]);
    }
    let output = command.args(arguments).env("GIT_OPTIONAL_LOCKS", "0").output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Reads commits, newest first: a NUL, the day, then the names of the files.
fn parse(log: &str) -> HashMap<SitePath, Date> {
    let mut changes = HashMap::new();
    for commit in log.split('\0').skip(1) {
        let mut lines = commit.lines();
        let Some(day) = lines.next().and_then(|day| day.parse().ok()) else { continue };
        for path in lines.filter(|line| !line.is_empty()).filter_map(SitePath::new) {
            changes.entry(path).or_insert(day);
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_commit_counts() {
        let changes = parse("\x002026-11-02\n\na.md\n\x002026-01-01\n\na.md\nü b.md\n");
        let day = |name| changes.get(&SitePath::new(name).unwrap()).map(ToString::to_string);
        assert_eq!(day("a.md").as_deref(), Some("2026-11-02"));
        assert_eq!(day("ü b.md").as_deref(), Some("2026-01-01"));
    }
}
