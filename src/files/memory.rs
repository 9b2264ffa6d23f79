//! Files in memory, for tests and for the preview's output.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use super::{Files, Kind, Walk};

/// Files that live as long as the value does.
#[derive(Debug, Default)]
pub struct MemoryFiles(Mutex<BTreeMap<PathBuf, Vec<u8>>>);

impl MemoryFiles {
    fn files(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Vec<u8>>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.files().get(path).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn walk(&self, folder: &Path, _root: &Path) -> io::Result<Walk> {
        let hidden = |path: &Path| {
            let rest = path.strip_prefix(folder).unwrap_or(path);
            rest.iter().any(|part| part.to_string_lossy().starts_with('.'))
        };
        let files = self.list(folder)?.into_iter().filter(|path| !hidden(path)).collect();
        Ok(Walk { files, ..Walk::default() })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        Ok(self.files().keys().filter(|path| path.starts_with(folder)).cloned().collect())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.files().insert(path.to_path_buf(), bytes.to_vec());
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
}
