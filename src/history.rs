//! What git knows: who changed which text last and when, what a text said at a commit, who
//! committed a review.
//!
//! What can't be known is unknown, never guessed: without git, outside a repository, or in a
//! clone whose history was cut off. No other room starts git.

mod attest;
mod author;
mod base;
mod git;
mod log;
mod replay;
mod revision;
mod text;

pub use attest::Attestation;
pub use author::Written;
pub use base::{NoBase, base};
pub use replay::{Day, Replay};
pub use revision::Revision;
pub use text::{Text, text_at};

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Mutex, OnceLock};

use jiff::civil::Date;

use crate::base::SitePath;
use crate::config::Identity;
use git::{Objects, git};
use log::Commit;

/// What git knows about the files of a project.
#[derive(Debug, Default)]
pub struct History {
    /// Read when it is first asked for.
    log: OnceLock<Log>,
    repository: Repository,
    /// The commit up to which it is read; none for the one that is checked out.
    tip: Option<String>,
    /// Who wrote texts, as far as that was looked for.
    written: Mutex<BTreeMap<SitePath, Written>>,
    /// Why nothing is known.
    pub unknown: Option<Unknown>,
}

/// What changed when.
#[derive(Debug, Default)]
struct Log {
    /// All commits that touched the project, the newest first.
    commits: Vec<Commit>,
    /// The commits that touched a file, by their index, the newest first.
    touches: HashMap<SitePath, Vec<usize>>,
}

/// Where the repository is.
#[derive(Debug, Default)]
struct Repository {
    root: std::path::PathBuf,
    /// The path of the project within the repository: empty, or with a slash at the end.
    prefix: String,
    objects: Objects,
}

/// Why nothing is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unknown {
    /// There is no git, or no repository.
    NoRepository,
    /// The clone has a part of the history only, so that every file would look new.
    Shallow,
    /// An earlier day is looked at, when the records of reviews were believed.
    Past,
}

/// Reads the history of a folder.
pub fn read(root: &Path) -> History {
    let unknown = |reason| History { unknown: Some(reason), ..History::default() };
    let Some(answer) = git(root, &["rev-parse", "--is-shallow-repository", "--show-prefix"]) else {
        return unknown(Unknown::NoRepository);
    };
    let mut lines = answer.lines();
    let whole = lines.next() == Some("false");
    let prefix = lines.next().unwrap_or_default().to_string();
    let repository = Repository { root: root.to_path_buf(), prefix, objects: Objects::new(root) };
    if !whole {
        return History { repository, ..unknown(Unknown::Shallow) };
    }
    History { repository, ..History::default() }
}

/// The way from the top of the repository to a folder, with a slash at the end; empty at the top,
/// and without a repository.
pub fn prefix(root: &Path) -> String {
    let prefix = git(root, &["rev-parse", "--show-prefix"]).unwrap_or_default();
    prefix.trim_end_matches('\n').to_string()
}

/// True when git keeps anything of a folder.
pub fn tracks(root: &Path, folder: &str) -> bool {
    git(root, &["ls-files", "--", folder]).is_some_and(|files| !files.is_empty())
}

impl History {
    /// Knows nothing, since an earlier day is looked at.
    pub fn of_the_past() -> Self {
        Self { unknown: Some(Unknown::Past), ..Self::default() }
    }

    /// What was known at an earlier commit.
    #[must_use]
    pub fn up_to(self, commit: &str) -> Self {
        Self { tip: Some(commit.to_string()), ..self }
    }

    /// True when an earlier day is looked at, when records of reviews were believed.
    pub fn is_past(&self) -> bool {
        self.unknown == Some(Unknown::Past)
    }

    /// True when it doesn't change with what is checked out.
    pub fn is_fixed(&self) -> bool {
        self.is_past() || self.tip.is_some()
    }

    fn tip(&self) -> &str {
        self.tip.as_deref().unwrap_or("HEAD")
    }

    /// The day on which a file last changed.
    pub fn changed(&self, path: &SitePath) -> Option<Date> {
        let newest = self.log().touches.get(path)?.first()?;
        Some(self.log().commits[*newest].day)
    }

    fn log(&self) -> &Log {
        self.log.get_or_init(|| match self.unknown {
            None => {
                let Repository { root, prefix, .. } = &self.repository;
                Log::new(log::read(root, prefix, self.tip()))
            }
            Some(_) => Log::default(),
        })
    }

    /// The first day after another on which a file changed, or that day itself if it last changed
    /// then; none when it is unknown.
    pub fn changed_after(&self, path: &SitePath, day: Date) -> Option<Date> {
        let log = self.log();
        let days = log.touches.get(path)?.iter().map(|index| log.commits[*index].day);
        let later = days.clone().filter(|changed| *changed > day).min();
        later.or_else(|| days.max().filter(|changed| *changed == day))
    }

    /// The files as they were after a commit.
    pub fn at(&self, commit: &str) -> Revision<'_> {
        Revision::new(&self.repository, commit)
    }

    /// The files that differ from the last commit, new ones included; none when git can't say.
    pub fn uncommitted(&self, paths: &[SitePath]) -> Option<Vec<SitePath>> {
        let names = paths.iter().map(SitePath::as_str);
        let mut arguments = vec!["status", "--porcelain", "-z", "--no-renames"];
        arguments.extend(["--untracked-files=all", "--ignored=matching", "--"]);
        arguments.extend(names);
        let answer = git(&self.repository.root, &arguments)?;
        let name = |entry: &str| {
            let path = entry.get(3..)?.strip_prefix(&self.repository.prefix)?.to_string();
            SitePath::new(&path)
        };
        Some(answer.split('\0').filter_map(name).collect())
    }
}

impl Log {
    fn new(commits: Vec<Commit>) -> Self {
        let mut touches: HashMap<SitePath, Vec<usize>> = HashMap::new();
        for (index, commit) in commits.iter().enumerate() {
            for change in &commit.changes {
                touches.entry(change.path.clone()).or_default().push(index);
            }
        }
        Self { commits, touches }
    }
}

/// Who git takes whoever is at work for; none when it wasn't told.
pub fn identity(root: &Path) -> Option<Identity> {
    let answer = git(root, &["var", "GIT_AUTHOR_IDENT"])?;
    // Behind the address come the time and the zone.
    let end = answer.rfind('>')? + 1;
    Some(Identity::parse(&answer[..end]))
}
