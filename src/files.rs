//! Reading, walking and writing files, behind one trait with a disk and a memory form.
//!
//! No other room touches `std::fs`.

mod disk;
mod memory;
mod patterns;
mod scratch;

pub use disk::{DiskFiles, scratch_file};
pub use memory::MemoryFiles;
pub use patterns::Patterns;
pub use scratch::{Account, Scratch};

use std::any::Any;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The outside world, as far as it is files. Paths are absolute.
pub trait Files: Sync {
    /// Reads a whole file.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// All regular files below a folder, sorted by path. Symbolic links are followed as long as
    /// they stay below `root`; dot-files, and what is below dot-folders, are left out.
    fn walk(&self, folder: &Path, _root: &Path) -> io::Result<Walk> {
        let is_hidden = |path: &PathBuf| {
            let rest = path.strip_prefix(folder).unwrap_or(path);
            rest.iter().any(|part| part.to_string_lossy().starts_with('.'))
        };
        let files = self.list(folder)?.into_iter().filter(|path| !is_hidden(path)).collect();
        Ok(Walk { files, ..Walk::default() })
    }

    /// All regular files below a folder, dot-files included, links not followed, sorted.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;

    /// What lies in a folder itself, dot-files included, sorted.
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let mut entries: Vec<Entry> = Vec::new();
        for path in self.list(folder)? {
            let name = path.strip_prefix(folder).ok().and_then(|rest| rest.iter().next());
            let Some(own) = name.map(|name| folder.join(name)) else { continue };
            let (is_folder, stamp) = (own != path, self.stamp(&own));
            if entries.last().is_none_or(|last| last.path != own) {
                entries.push(Entry { path: own, is_folder, stamp });
            }
        }
        Ok(entries)
    }

    /// Writes a file as a whole: never half of it under its own name. Makes the folder. Refused
    /// where files can only be read.
    fn write(&self, _path: &Path, _bytes: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    /// Adds to the end of a file in one go, so that two who do aren't mixed up. Makes the file, not
    /// its folder.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let old = self.read(path).unwrap_or_default();
        self.write(path, &[&old, bytes].concat())
    }

    /// Writes a file that isn't there yet, from the start under its own name, and gives its stamp;
    /// `AlreadyExists` when there is something. Makes the folder. A crash can leave a part of it,
    /// so it is for what can be made again.
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<Option<Stamp>> {
        match self.kind(path) {
            Kind::Nothing => self.write(path, bytes).map(|()| self.stamp(path)),
            _ => Err(io::ErrorKind::AlreadyExists.into()),
        }
    }

    /// Removes a file, and the folders above it that have become empty, up to `root`. Refused where
    /// files can only be read.
    fn remove(&self, _path: &Path, _root: &Path) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    /// What is at a path, links followed.
    fn kind(&self, path: &Path) -> Kind;

    /// The path with all symbolic links resolved.
    fn resolve(&self, path: &Path) -> io::Result<PathBuf>;

    /// What tells this version of a file from others without reading it; none when there is no
    /// file, or when the system can't tell.
    fn stamp(&self, _path: &Path) -> Option<Stamp> {
        None
    }

    /// Reads a part of a file.
    fn read_part(&self, path: &Path, part: Range<usize>) -> io::Result<Vec<u8>> {
        let bytes = self.read(path)?;
        bytes.get(part).map(<[u8]>::to_vec).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// Keeps others from locking a file until the lock is dropped; none when somebody else has it.
    fn lock(&self, _path: &Path) -> io::Result<Option<Lock>> {
        Ok(Some(Box::new(())))
    }
}

/// Holds a lock for as long as it lives.
pub type Lock = Box<dyn Any + Send + Sync>;

/// What the system says of a file besides its content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stamp {
    /// In bytes.
    pub size: u64,
    /// When its content was changed, in nanoseconds; programs can set it to what they like.
    pub modified: i64,
    /// When anything about it was changed, in nanoseconds; nobody can set it.
    pub changed: i64,
    /// Its number on its disk: another one when a file takes the place of another.
    pub number: u64,
}

impl Stamp {
    /// The coarsest clock of a file system in use (FAT) ticks so slowly, in nanoseconds.
    const TICK: i64 = 2_000_000_000;

    /// True when every later change gives another stamp: the file was changed last before the
    /// clock ticked, as seen from a file that was written at a later moment. It is the rule by
    /// which git trusts its index ("racily clean" files).
    pub fn is_settled(&self, moment: &Self) -> bool {
        self.modified.max(self.changed).saturating_add(Self::TICK) < moment.changed
    }
}

/// What lies in a folder.
#[derive(Debug)]
pub struct Entry {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it is a folder; a link to one is not.
    pub is_folder: bool,
    /// As [`Files::stamp`] gives it.
    pub stamp: Option<Stamp>,
}

/// What tells this version of the program from others.
pub fn program() -> Option<Stamp> {
    DiskFiles.stamp(&std::env::current_exe().ok()?)
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
