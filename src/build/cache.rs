//! What earlier builds have found out, in `.lacuna/` beside `book.toml`.
//!
//! A few files of our own, each as a whole: a mark of the program's version, the digest of what
//! follows, then the values. Whatever can't be read, or isn't what was written, isn't there: any
//! trouble means an empty cache, never a failure. Nothing is synchronised to the disk, since the
//! digests tell what a crash has left behind.
//!
//! A cache is held by one process at a time, which opens, uses and closes it within one build.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use postcard::ser_flavors::Size;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::base::{Digest, Hasher};
use crate::config::Config;
use crate::files::{self, Files, Lock, Stamp};
use crate::history;

/// The folder of the cache.
pub(super) const FOLDER: &str = ".lacuna";
/// A build waits so long for one that is at work.
const PATIENCE: Duration = Duration::from_millis(200);
/// The length of what stands before the values: program, digest, length of the values.
const HEAD: usize = 40;

/// The open cache of a project.
pub(super) struct Cache {
    folder: PathBuf,
    /// Of the program; another version reads and writes other values.
    program: Digest,
    /// What the clock of the disk said when the cache was opened.
    moment: Option<Stamp>,
    _lock: Lock,
}

/// The values of a file, and where what is behind them begins.
pub(super) struct Found<T> {
    pub values: T,
    pub end: usize,
}

impl Cache {
    /// Opens the cache; none when another process holds it, when it can't be written, or when it
    /// came with the repository: a cache is believed, so it must be our own.
    pub(super) fn open(files: &dyn Files, config: &Config) -> Option<Self> {
        let folder = config.root.join(FOLDER);
        if files.kind(&folder) == files::Kind::Nothing {
            files.write(&folder.join(".gitignore"), b"*\n").ok()?;
        } else if history::tracks(&config.root, FOLDER) {
            return None;
        }
        let lock = lock(files, &folder.join("lock"))?;
        let clock = folder.join("clock");
        let moment = files.write(&clock, b"").ok().and_then(|()| files.stamp(&clock));
        Some(Self { folder, program: program(), moment, _lock: lock })
    }

    /// True for a file that needn't be read again as long as it keeps this stamp.
    pub(super) fn trusts(&self, stamp: &Stamp) -> bool {
        self.moment.is_some_and(|moment| stamp.is_settled(&moment))
    }

    /// Reads the values of a file.
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        files: &dyn Files,
        name: &str,
    ) -> Option<Found<T>> {
        let path = self.path(name);
        let head = files.read_part(&path, 0..HEAD).ok()?;
        let (program, rest) = head.split_at(16);
        let (digest, length) = rest.split_at(16);
        if program != self.program.bytes() {
            return None;
        }
        let length = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
        let end = HEAD.checked_add(length)?;
        let values = files.read_part(&path, HEAD..end).ok()?;
        if digest != Digest::of(&values).bytes() {
            return None;
        }
        Some(Found { values: postcard::from_bytes(&values).ok()?, end })
    }

    /// Writes the values of a file, and bytes behind them, which begin where it says.
    pub(super) fn write(
        &self,
        files: &dyn Files,
        name: &str,
        values: &impl Serialize,
        behind: &[&[u8]],
    ) -> Option<usize> {
        // A list that grows would take up to three times the room on its way.
        let length = postcard::serialize_with_flavor(values, Size::default()).ok()?;
        let behind_length: usize = behind.iter().map(|part| part.len()).sum();
        let mut bytes = Vec::with_capacity(HEAD + length + behind_length);
        bytes.resize(HEAD, 0);
        let mut bytes = postcard::to_extend(values, bytes).ok()?;
        let end = bytes.len();
        let (program, digest) = (self.program.bytes(), Digest::of(&bytes[HEAD..]));
        let length = ((end - HEAD) as u64).to_le_bytes();
        bytes[..HEAD].copy_from_slice(&[program, digest.bytes(), &length].concat());
        for part in behind {
            bytes.extend_from_slice(part);
        }
        files.write(&self.path(name), &bytes).ok()?;
        Some(end)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Takes the lock, if need be after a while.
fn lock(files: &dyn Files, path: &Path) -> Option<Lock> {
    let end = Instant::now() + PATIENCE;
    loop {
        match files.lock(path) {
            Ok(Some(lock)) => return Some(lock),
            Ok(None) if Instant::now() < end => std::thread::sleep(PATIENCE / 20),
            Ok(None) | Err(_) => return None,
        }
    }
}

/// Of the version of the program, and of the file that it was started from.
fn program() -> Digest {
    let mut hasher = Hasher::default();
    hasher.field(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.field(format!("{:?}", files::program()).as_bytes());
    hasher.finish()
}
