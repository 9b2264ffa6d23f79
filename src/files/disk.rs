//! Files on disk.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ignore::{DirEntry, WalkBuilder};

use super::{Entry, Files, Kind, Lock, Stamp, Walk};

/// The files of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskFiles;

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        fs::read(path)
    }

    fn walk(&self, folder: &Path, root: &Path) -> io::Result<Walk> {
        let root = fs::canonicalize(root)?;
        let mut walk = Walk::default();
        let outside = Arc::new(Mutex::new(Vec::new()));
        let found = Arc::clone(&outside);
        let stays = move |entry: &DirEntry| {
            let stays = !entry.path_is_symlink() || leads_inside(entry, &root);
            if !stays {
                found.lock().expect("nothing in here panics").push(entry.path().to_path_buf());
            }
            stays
        };
        for entry in walker(folder).follow_links(true).filter_entry(stays).build() {
            match entry {
                Ok(entry) if is_file(&entry) => walk.files.push(entry.into_path()),
                Ok(_) => {}
                Err(error) => walk.unreadable.push(place_of(&error, folder)),
            }
        }
        walk.outside = std::mem::take(&mut *outside.lock().expect("nothing in there panics"));
        walk.outside.sort();
        walk.files.sort();
        Ok(walk)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for entry in self.entries(folder)? {
            match entry.is_folder {
                true => files.append(&mut self.list(&entry.path)?),
                false => files.push(entry.path),
            }
        }
        Ok(files)
    }

    /// Asks for each file by its name in the folder, which takes half the time of asking by its path.
    fn entries(&self, folder: &Path) -> io::Result<Vec<Entry>> {
        let entry = |found: io::Result<fs::DirEntry>| {
            let found = found?;
            let kind = found.file_type()?;
            let own_stamp =
                || found.metadata().ok().filter(fs::Metadata::is_file).as_ref().and_then(stamp);
            let path = found.path();
            let stamp = match (kind.is_dir(), kind.is_symlink()) {
                (true, _) => None,
                (_, true) => self.stamp(&path),
                _ => own_stamp(),
            };
            Ok(Entry { path, is_folder: kind.is_dir(), stamp })
        };
        let mut entries: Vec<Entry> =
            fs::read_dir(folder)?.map(entry).collect::<io::Result<_>>()?;
        // All have the same folder: their parts needn't be told apart.
        entries.sort_unstable_by(|a, b| a.path.as_os_str().cmp(b.path.as_os_str()));
        Ok(entries)
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        if !folder.is_dir() {
            fs::create_dir_all(folder)?;
        }
        let mut builder = tempfile::Builder::new();
        builder.prefix(".lacuna-");
        readable_by_all(&mut builder);
        let mut file = builder.tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        File::options().create(true).append(true).open(path)?.write_all(bytes)
    }

    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<Option<Stamp>> {
        let open = || File::options().write(true).create_new(true).open(path);
        let mut file = match open() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(path.parent().ok_or(io::ErrorKind::InvalidInput)?)?;
                open()?
            }
            other => other?,
        };
        if let Err(error) = file.write_all(bytes) {
            drop(file);
            // What can't be removed either is no news beside the first fault.
            fs::remove_file(path).ok();
            return Err(error);
        }
        Ok(stamp(&file.metadata()?))
    }

    fn remove(&self, path: &Path, root: &Path) -> io::Result<()> {
        fs::remove_file(path)?;
        let mut folder = path.parent();
        while let Some(above) = folder.filter(|folder| *folder != root) {
            // Fails for a folder that still holds something: that is where to stop.
            if fs::remove_dir(above).is_err() {
                break;
            }
            folder = above.parent();
        }
        Ok(())
    }

    fn kind(&self, path: &Path) -> Kind {
        match fs::metadata(path) {
            Ok(found) if found.is_file() => Kind::File,
            Ok(found) if found.is_dir() => Kind::Folder,
            _ => Kind::Nothing,
        }
    }

    fn resolve(&self, path: &Path) -> io::Result<PathBuf> {
        fs::canonicalize(path)
    }

    fn stamp(&self, path: &Path) -> Option<Stamp> {
        let found = fs::metadata(path).ok()?;
        if found.is_file() { stamp(&found) } else { None }
    }

    fn read_part(&self, path: &Path, part: Range<usize>) -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        // Nothing is made room for that isn't there.
        if part.end as u64 > file.metadata()?.len() || part.end < part.start {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        file.seek(SeekFrom::Start(part.start as u64))?;
        let mut bytes = vec![0; part.len()];
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Lock>> {
        let file = File::options().create(true).append(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

#[cfg(unix)]
fn stamp(found: &fs::Metadata) -> Option<Stamp> {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds =
        |seconds: i64, rest: i64| seconds.checked_mul(1_000_000_000)?.checked_add(rest);
    Some(Stamp {
        size: found.size(),
        modified: nanoseconds(found.mtime(), found.mtime_nsec())?,
        changed: nanoseconds(found.ctime(), found.ctime_nsec())?,
        number: found.ino(),
    })
}

/// Elsewhere the system doesn't say when a file was really changed.
#[cfg(not(unix))]
fn stamp(_: &fs::Metadata) -> Option<Stamp> {
    None
}

/// A file that another program can read, gone when it is dropped.
pub fn scratch_file(bytes: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new()?;
    file.write_all(bytes)?;
    file.flush()?;
    Ok(file)
}

fn walker(folder: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(folder);
    builder.standard_filters(false).hidden(true);
    builder
}

fn is_file(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| kind.is_file())
}

fn leads_inside(entry: &DirEntry, root: &Path) -> bool {
    // A link that can't be resolved goes on to the walk, which reports it.
    fs::canonicalize(entry.path()).map_or(true, |target| target.starts_with(root))
}

fn place_of(error: &ignore::Error, folder: &Path) -> (PathBuf, String) {
    match error {
        ignore::Error::WithPath { path, err } => (path.clone(), err.to_string()),
        ignore::Error::WithDepth { err, .. } => place_of(err, folder),
        ignore::Error::Loop { child, .. } => (child.clone(), "the link leads in a circle".into()),
        _ => (folder.to_path_buf(), error.to_string()),
    }
}

/// A temporary file is readable by its owner only, which a web server mostly isn't.
#[cfg(unix)]
fn readable_by_all(builder: &mut tempfile::Builder) {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(fs::Permissions::from_mode(0o644));
}

#[cfg(not(unix))]
fn readable_by_all(_: &mut tempfile::Builder) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removing_the_last_file_removes_its_folders() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a/b/c.txt");
        DiskFiles.write(&file, b"x").unwrap();
        DiskFiles.remove(&file, root.path()).unwrap();
        assert!(!root.path().join("a").exists());
        assert!(root.path().exists());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_root_is_reported_and_not_followed() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "x").unwrap();
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("page.md"), "x").unwrap();
        std::os::unix::fs::symlink(outside.path(), root.path().join("out")).unwrap();
        std::os::unix::fs::symlink("page.md", root.path().join("same.md")).unwrap();
        let walk = DiskFiles.walk(root.path(), root.path()).unwrap();
        assert_eq!(walk.files, [root.path().join("page.md"), root.path().join("same.md")]);
        assert_eq!(walk.outside, [root.path().join("out")]);
    }
}
