//! Paths of source files.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A path relative to the project's root: `/`-separated, without `.`, `..` or empty parts.
///
/// It can't leave the root, so whatever holds one needs no further check for that.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct SitePath(Arc<str>);

impl SitePath {
    /// Reads a path as written by a person; none when it would leave the root.
    pub fn new(text: &str) -> Option<Self> {
        normalise("", text).map(|path| Self(path.into()))
    }

    /// The path of a file below `root`; none when it isn't below it or isn't UTF-8.
    pub fn below(root: &Path, path: &Path) -> Option<Self> {
        let relative = path.strip_prefix(root).ok()?;
        if let Some(text) = relative.to_str().filter(|text| Self::is_plain(text)) {
            return Some(Self(text.into()));
        }
        let parts: Option<Vec<&str>> =
            relative.components().map(|part| part.as_os_str().to_str()).collect();
        Self::new(&parts?.join("/"))
    }

    /// A path written relative to the folder of this file; none when it would leave the root.
    pub fn sibling(&self, relative: &str) -> Option<Self> {
        normalise(self.folder(), relative).map(|path| Self(path.into()))
    }

    /// A path written relative to this folder; none when it would leave the root.
    pub fn join(&self, relative: &str) -> Option<Self> {
        normalise(&self.0, relative).map(|path| Self(path.into()))
    }

    /// The text of the path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that the file is in; empty for the root.
    pub fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The last part.
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The part of the name after the last dot; empty without one.
    pub fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The rest of the path below a folder; none when it isn't below it.
    pub fn strip(&self, folder: &str) -> Option<&str> {
        if folder.is_empty() {
            return Some(&self.0);
        }
        self.0.strip_prefix(folder)?.strip_prefix('/')
    }

    /// Where the file is on disk.
    pub fn on_disk(&self, root: &Path) -> PathBuf {
        on_disk(root, &self.0)
    }

    /// True for the text of a path: nothing in it is to be resolved.
    pub fn is_plain(text: &str) -> bool {
        let is_allowed = |byte| !matches!(byte, b'\\' | b'\0' | b':');
        let is_plain = |part: &str| !matches!(part, "" | "." | "..");
        text.is_empty() || text.bytes().all(is_allowed) && text.split('/').all(is_plain)
    }
}

/// Where something below a folder is on disk, by its parts with `/` between them.
pub fn on_disk(root: &Path, below: &str) -> PathBuf {
    let mut path = PathBuf::with_capacity(root.as_os_str().len() + below.len() + 1);
    path.push(root);
    path.extend(below.split('/'));
    path
}

thread_local! {
    /// The path that was read last: a page names itself many times.
    static LAST: RefCell<Option<SitePath>> = const { RefCell::new(None) };
}

/// Joins and resolves `.` and `..`; none when `..` goes above the root.
///
/// A leading `/` means the root, as it does in links. Back slashes separate, too, so that no
/// path means one thing here and another to Windows.
fn normalise(folder: &str, text: &str) -> Option<String> {
    let mut parts: Vec<&str> = match text.starts_with('/') {
        true => Vec::new(),
        false => folder.split('/').filter(|part| !part.is_empty()).collect(),
    };
    for part in text.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ if part.contains(['\0', ':']) => return None,
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

impl<'de> Deserialize<'de> for SitePath {
    /// Reads a path that was written from one; anything else is an error.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        LAST.with_borrow_mut(|last| {
            if let Some(same) = last.as_ref().filter(|last| last.as_str() == text) {
                return Ok(same.clone());
            }
            if !Self::is_plain(text) {
                return Err(de::Error::custom("this is no path of the project"));
            }
            Ok(last.insert(Self(text.into())).clone())
        })
    }
}

impl fmt::Display for SitePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for SitePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?}", &*self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_the_root() {
        for text in ["..", "../x", "a/../../x", "a/..\\..\\..\\x", "C:/x", "a\0b"] {
            assert_eq!(SitePath::new(text), None, "{text}");
        }
    }

    #[test]
    fn a_plain_path_is_read_as_it_stands() {
        for text in
            ["", "a", "a/b.md", "/a", "a/", "a//b", "./a", "a/.", "a/../b", "a\\b", "C:a", "é/ü"]
        {
            let read = SitePath::new(text);
            let same = read.as_ref().is_some_and(|path| path.as_str() == text);
            assert_eq!(SitePath::is_plain(text), same, "{text}");
        }
    }

    #[test]
    fn a_sibling_is_resolved_from_the_folder() {
        let page = SitePath::new("content/guide/a.md").unwrap();
        let path = |text| page.sibling(text).map(|path| path.to_string());
        assert_eq!(path("../b.md").as_deref(), Some("content/b.md"));
        assert_eq!(path("./x/y.md").as_deref(), Some("content/guide/x/y.md"));
        assert_eq!(path("/content/c.md").as_deref(), Some("content/c.md"));
        assert_eq!(path("../../../c.md"), None);
    }
}
