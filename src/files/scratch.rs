//! A temporary folder that is gone when its value is.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A temporary folder. What is in it may be written by programs that we don't know.
#[derive(Debug)]
pub struct Scratch(tempfile::TempDir);

impl Scratch {
    /// Makes an empty folder below that for temporary files, under a short name: the path of a
    /// Unix socket may have 107 bytes at most.
    pub fn new() -> io::Result<Self> {
        tempfile::Builder::new().prefix("lcn").rand_bytes(5).tempdir().map(Self)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Makes a folder in it.
    pub fn folder(&self, name: &str) -> io::Result<PathBuf> {
        let path = self.path().join(name);
        fs::create_dir_all(&path)?;
        Ok(path)
    }

    /// Writes a file in it, and the folders above that.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(self.path()))?;
        fs::write(path, bytes)
    }

    /// Makes a file in it that a program writes to.
    pub fn file(&self, name: &str) -> io::Result<File> {
        File::create(self.path().join(name))
    }

    /// How many bytes a file in it has.
    pub fn size(&self, name: &str) -> u64 {
        fs::metadata(self.path().join(name)).map_or(0, |found| found.len())
    }

    /// The first bytes of a file in it as text; what isn't UTF-8 is replaced.
    pub fn text(&self, name: &str, most: u64) -> String {
        let mut bytes = Vec::new();
        let read = File::open(self.path().join(name))
            .and_then(|file| file.take(most).read_to_end(&mut bytes));
        // What can't be read any more is as good as nothing printed.
        if read.is_err() {
            return String::new();
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The numbers of the processes that were started with it in their environment, whatever has
    /// become of those that started them. None where the system doesn't tell (`proc(5)`).
    pub fn processes(&self) -> Vec<i32> {
        let path = self.path().as_os_str().as_encoded_bytes();
        let number = |entry: fs::DirEntry| {
            let number = entry.file_name().to_str()?.parse().ok()?;
            let environment = fs::read(entry.path().join("environ")).ok()?;
            environment.windows(path.len()).any(|part| part == path).then_some(number)
        };
        fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(number).collect()
    }

    /// Makes it belong to an account.
    #[cfg(unix)]
    pub fn give_to(&self, account: Account) -> io::Result<()> {
        std::os::unix::fs::chown(self.path(), Some(account.user), Some(account.group))
    }
}

/// An account of this machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Account {
    /// The number of the user.
    pub user: u32,
    /// The number of the user's group.
    pub group: u32,
}

impl Account {
    /// The account with a name, from `/etc/passwd`.
    pub fn named(name: &str) -> Option<Self> {
        let text = fs::read_to_string("/etc/passwd").ok()?;
        text.lines().find_map(|line| {
            let mut fields = line.split(':');
            let found = fields.next() == Some(name);
            let mut numbers = fields.skip(1).map(str::parse);
            let (user, group) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
            found.then_some(Self { user, group })
        })
    }
}
