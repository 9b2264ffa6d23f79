//! Files in memory, for tests and for the preview's output.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard};

use super::{Files, Kind, Stamp};

/// Files that live as long as the value does.
#[derive(Debug, Default)]
pub struct MemoryFiles {
    files: Mutex<BTreeMap<PathBuf, File>>,
    /// How many files were written so far.
    writes: AtomicI64,
}

#[derive(Debug)]
struct File {
    bytes: Vec<u8>,
    /// The number of its writing.
    written: i64,
}

/// Between two writings time goes by, in nanoseconds, so that every version has its own stamp.
const PAUSE: i64 = 10_000_000_000;

impl MemoryFiles {
    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, File>> {
        self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files()
            .get(path)
            .map(|file| file.bytes.clone())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        Ok(self.files().keys().filter(|path| path.starts_with(folder)).cloned().collect())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let written = self.writes.fetch_add(1, Ordering::SeqCst);
        self.files().insert(path.to_path_buf(), File { bytes: bytes.to_vec(), written });
        Ok(())
    }

    fn remove(&self, path: &Path, _root: &Path) -> io::Result<()> {
        self.files().remove(path).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn kind(&self, path: &Path) -> Kind {
        let files = self.files();
        if files.contains_key(path) {
            return Kind::File;
        }
        match files.keys().any(|file| file.starts_with(path)) {
            true => Kind::Folder,
            false => Kind::Nothing,
        }
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        match self.kind(path) {
            Kind::Nothing => Err(io::ErrorKind::NotFound.into()),
            _ => Ok(path.to_path_buf()),
        }
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let files = self.files();
        let file = files.get(path)?;
        let time = file.written * PAUSE;
        Some(Stamp { size: file.bytes.len() as u64, modified: time, changed: time, number: 0 })
    }
}
