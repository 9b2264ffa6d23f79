//! The commit that a change is compared with.

use std::path::Path;

use super::git::git;

/// Why there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoBase {
    /// There is no git, or no repository.
    NoRepository,
    /// The repository has no such commit.
    NoCommit,
    /// The clone has a part of the history only, and not this one.
    CutOff,
}

/// The last commit that a branch, tag or commit has in common with the one that is checked out:
/// what others did since is no part of the change. Without a common one, the named one itself.
pub fn base(root: &Path, name: &str) -> Result<String, NoBase> {
    let cut_off = match git(root, &["rev-parse", "--is-shallow-repository"]).as_deref() {
        Some(answer) => answer.trim() != "false",
        None => return Err(NoBase::NoRepository),
    };
    let commit = format!("{name}^{{commit}}");
    let named = git(root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]);
    let named = named.ok_or(if cut_off { NoBase::CutOff } else { NoBase::NoCommit })?;
    let named = named.trim().to_string();
    match git(root, &["merge-base", &named, "HEAD"]) {
        Some(common) => Ok(common.trim().to_string()),
        None if cut_off => Err(NoBase::CutOff),
        None => Ok(named),
    }
}
