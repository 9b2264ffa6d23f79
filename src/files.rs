//! Reading, walking and writing files, behind one trait with a disk and a memory form.
//!
//! No other room touches `std::fs`.

mod disk;
mod memory;
mod patterns;
mod scratch;

pub use disk::DiskFiles;
pub use memory::MemoryFiles;
pub use patterns::Patterns;
pub use scratch::{Account, Scratch};

use std::io;
use std::path::{Path, PathBuf};

/// The outside world, as far as it is files. Paths are absolute.
pub trait Files: Sync {
    /// Reads a whole file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// All regular files below a folder, sorted by path. Symbolic links are followed as long as
    /// they stay below `root`; dot-files, and what is below dot-folders, are left out.
    fn walk(&self, folder: &Path, root: &Path) -> io::Result<Walk>;

    /// All regular files below a folder, dot-files included, links not followed, sorted.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;

    /// Writes a file as a whole: never half of it under its own name. Makes the folder.
    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;

    /// Removes a file, and the folders above it that have become empty, up to `root`.
    fn remove(&self, path: &Path, root: &Path) -> io::Result<()>;

    /// What is at a path, links followed.
    fn kind(&self, path: &Path) -> Kind;

    /// The path with all symbolic links resolved.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf>;
}

/// What is at a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// Nothing, or something that is neither.
    Nothing,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Walk {
    /// The files, sorted by path.
    pub files: Vec<PathBuf>,
    /// Symbolic links that lead out of the root.
    pub outside: Vec<PathBuf>,
    /// What couldn't be read, and why.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// A failure of the machine: the command stops, and what was there before stays.
#[derive(Debug)]
pub struct Error {
    /// What was tried: `read`, `write` …
    pub action: &'static str,
    /// The file or folder.
    pub path: PathBuf,
    /// What the machine said.
    pub source: io::Error,
}

impl Error {
    /// For `map_err`.
    pub fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self { action, path, source }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "can't {} `{}`: {}", self.action, self.path.display(), self.source)
    }
}

impl std::error::Error for Error {}

/// Writes a file unless it holds these bytes already; true when it was written.
pub fn write_changed(files: &dyn Files, path: &Path, bytes: &[u8]) -> Result<bool, Error> {
    if files.read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    files.write(path, bytes).map_err(Error::at("write", path))?;
    Ok(true)
}
