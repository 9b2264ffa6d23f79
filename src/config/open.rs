//! The settings of a project on disk.

use std::path::Path;

use jiff::civil::Date;

use super::Config;
use crate::diag::{Diagnostic, Span};
use crate::files::{Files, Kind};

impl Config {
    /// Reads the `book.toml` of a project, with its warnings. Fails with all findings when one of
    /// them is an error, or when the file can't be read.
    pub fn open(
        files: &dyn Files,
        root: &Path,
        today: Date,
    ) -> Result<(Self, Vec<Diagnostic>), Vec<Diagnostic>> {
        let text = read(files, root).map_err(|fault| vec![fault])?;
        let (mut config, found) = Self::read(root, &text, today);
        let found = config.leveled(found);
        if found.iter().any(Diagnostic::is_error) {
            return Err(found);
        }
        as_mdbook(files, &mut config, &text);
        Ok((config, found))
    }
}

fn read(files: &dyn Files, root: &Path) -> Result<String, Diagnostic> {
    let fault =
        |message: String| Diagnostic::new("C003", Some(Span::file(&Config::path())), message);
    let bytes = files.read(&Config::path().on_disk(root));
    let bytes = bytes.map_err(|error| fault(format!("`book.toml` can't be read: {error}")))?;
    String::from_utf8(bytes).map_err(|_| fault("`book.toml` isn't UTF-8".to_string()))
}

/// A book of mdBook keeps its pages in `src` without saying so.
fn as_mdbook(files: &dyn Files, config: &mut Config, text: &str) {
    let summary = config.root.join("src/SUMMARY.md");
    let unsaid = !text.contains("src") && config.src == "content";
    let absent = files.kind(&config.root.join("content")) == Kind::Nothing;
    if unsaid && absent && files.kind(&summary) == Kind::File {
        config.src = "src".to_string();
    }
}
