//! F005 codeowners-differ.

use super::Subject;
use crate::base::SitePath;
use crate::diag::{Diagnostic, Span};
use crate::files::Patterns;
use crate::parse::PageFacts;

/// Who must approve changes of which files, as the host of the repository reads it.
pub struct CodeOwners {
    /// For each pattern its owners; the last one that matches counts.
    patterns: Patterns,
    owners: Vec<Vec<String>>,
    /// From the folder of the file to that of `book.toml`, with a slash at the end; may be empty.
    prefix: String,
}

impl CodeOwners {
    /// Reads a file. Lines that aren't understood are left out.
    pub fn read(text: &str, prefix: &str) -> Self {
        let line = |line: &str| {
            let line = line.split(" #").next().unwrap_or_default().trim();
            // `[Section]` and `^[Section]` are GitLab's.
            if line.is_empty() || line.starts_with(['#', '[', '^']) {
                return None;
            }
            let mut words = line.split_whitespace().map(str::to_string);
            Some((words.next()?, words.collect()))
        };
        let (patterns, owners): (Vec<String>, Vec<Vec<String>>) =
            text.lines().filter_map(line).unzip();
        Self { patterns: Patterns::new(&patterns), owners, prefix: prefix.to_string() }
    }

    fn of(&self, path: &SitePath) -> Option<&[String]> {
        let index = self.patterns.last_match(&format!("{}{path}", self.prefix))?;
        self.owners.get(index).map(Vec::as_slice)
    }
}

/// The owner of a page is one of those whom CODEOWNERS asks about its file.
pub(super) fn check(page: &PageFacts, subject: &Subject, found: &mut Vec<Diagnostic>) {
    let (Some(code_owners), Some(written)) = (subject.code_owners, &page.front.owner) else {
        return;
    };
    let Some(owner) = subject.owners.get(&written.text) else { return };
    let Some(others) = code_owners.of(&page.path).filter(|others| !others.is_empty()) else {
        return;
    };
    let is_named = |handle: &String| others.iter().any(|other| other.eq_ignore_ascii_case(handle));
    if owner.handles.is_empty() || owner.handles.iter().any(is_named) {
        return;
    }
    let message = format!(
        "the owner is `{}`, and CODEOWNERS names {} for this file",
        written.text,
        others.join(", ")
    );
    let span = Span::new(&page.path, written.range);
    let help =
        format!("name one of {} in CODEOWNERS, or another owner here", owner.handles.join(", "));
    found.push(Diagnostic::new("F005", Some(span), message).help(help));
}
