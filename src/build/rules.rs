//! Runs the rules about the site, and remembers what they found.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::base::SitePath;
use crate::config::{Config, Owner};
use crate::diag::Diagnostic;
use crate::files::{Files, Kind};
use crate::lint::{self, CodeOwners};
use crate::parse::PageFacts;
use crate::resolve::Site;

/// What the rules about the site found.
#[derive(Default)]
pub(super) struct Rules {
    /// The facts of the pages that they were run over.
    seen: Vec<Arc<PageFacts>>,
    /// By the numbers of the pages; few have any.
    of_pages: BTreeMap<usize, Vec<Diagnostic>>,
    of_all: Vec<Diagnostic>,
}

impl Rules {
    /// Runs the rules. When site and settings are the `same` as before, only over the pages that
    /// have changed.
    pub(super) fn run(
        &mut self,
        files: &dyn Files,
        config: &Config,
        site: &Site,
        facts: &[Arc<PageFacts>],
        same: bool,
    ) -> Vec<Diagnostic> {
        let code_owners = code_owners(files, &config.root, &config.owners);
        let names = config.html.styles.iter().chain(&config.html.scripts);
        let extras: Vec<SitePath> = names.filter_map(|name| SitePath::new(name)).collect();
        let subject = lint::Subject {
            site,
            facts,
            owners: &config.owners,
            variables: &config.variables,
            extras: &extras,
            code_owners: code_owners.as_ref(),
        };
        if !same {
            self.seen.clear();
            self.of_pages.clear();
            self.of_all = lint::run_on_all(&subject);
        }
        self.check(&subject);
        self.of_pages.values().flatten().chain(&self.of_all).cloned().collect()
    }

    /// Checks the pages that aren't as they were.
    fn check(&mut self, subject: &lint::Subject) {
        let is_new = |page: &usize| {
            self.seen.get(*page).is_none_or(|seen| !Arc::ptr_eq(seen, &subject.facts[*page]))
        };
        let new: Vec<usize> = (0..subject.facts.len()).filter(is_new).collect();
        let checker = lint::Checker::new(subject);
        let found: Vec<_> = new.par_iter().map(|page| checker.page(*page)).collect();
        for (page, found) in new.into_iter().zip(found) {
            let facts = Arc::clone(&subject.facts[page]);
            match self.seen.get_mut(page) {
                Some(seen) => *seen = facts,
                None => self.seen.push(facts),
            }
            match found.is_empty() {
                true => drop(self.of_pages.remove(&page)),
                false => drop(self.of_pages.insert(page, found)),
            }
        }
    }
}

/// Where hosts look for the file.
const PLACES: &[&str] =
    &[".github/CODEOWNERS", ".gitlab/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// The nearest CODEOWNERS, up to the top of the repository; not looked for when no owner says what
/// it is called there.
fn code_owners(
    files: &dyn Files,
    root: &Path,
    owners: &BTreeMap<String, Owner>,
) -> Option<CodeOwners> {
    if owners.values().all(|owner| owner.handles.is_empty()) {
        return None;
    }
    for folder in root.ancestors() {
        let place = PLACES.iter().map(|place| folder.join(place));
        if let Some(bytes) = place.into_iter().find_map(|path| files.read(&path).ok()) {
            let prefix = SitePath::below(folder, root)?;
            let slash = if prefix.as_str().is_empty() { "" } else { "/" };
            let text = String::from_utf8_lossy(&bytes);
            return Some(CodeOwners::read(&text, &format!("{prefix}{slash}")));
        }
        if files.kind(&folder.join(".git")) != Kind::Nothing {
            return None;
        }
    }
    None
}
