//! The files of a project as they were after a commit.

use std::io;
use std::path::{Path, PathBuf};

use super::Repository;
use super::git::{Object, git};
use crate::base::SitePath;
use crate::files::{Files, Kind};

/// The files as they were after a commit. They can be read, not written.
#[derive(Debug)]
pub struct Revision<'a> {
    repository: &'a Repository,
    commit: String,
}

impl<'a> Revision<'a> {
    pub(super) fn new(repository: &'a Repository, commit: &str) -> Self {
        Self { repository, commit: commit.to_string() }
    }

    fn object(&self, path: &Path) -> Option<Object> {
        let path = SitePath::below(&self.repository.root, path)?;
        let name = format!("{}:{}{path}", self.commit, self.repository.prefix);
        self.repository.objects.read(&name)
    }
}

impl Files for Revision<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.object(path) {
            Some(Object::Blob(bytes)) => Ok(bytes),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let root = &self.repository.root;
        let below = SitePath::below(root, folder).ok_or(io::ErrorKind::NotFound)?;
        let name = format!("{below}/");
        let mut arguments = vec!["ls-tree", "-r", "-z", self.commit.as_str()];
        if !below.as_str().is_empty() {
            arguments.push(&name);
        }
        let answer = git(root, &arguments).ok_or(io::ErrorKind::NotFound)?;
        // Links and submodules have modes of their own.
        let file = |entry: &str| {
            let (head, name) = entry.split_once('\t')?;
            let path = SitePath::new(name)?;
            head.starts_with("100").then(|| path.on_disk(root))
        };
        let mut files: Vec<PathBuf> = answer.split('\0').filter_map(file).collect();
        files.sort();
        Ok(files)
    }

    fn kind(&self, path: &Path) -> Kind {
        match self.object(path) {
            Some(Object::Blob(_)) => Kind::File,
            Some(Object::Tree) => Kind::Folder,
            _ => Kind::Nothing,
        }
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        match self.kind(path) {
            Kind::Nothing if path != self.repository.root => Err(io::ErrorKind::NotFound.into()),
            _ => Ok(path.to_path_buf()),
        }
    }
}
