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

/// What was found on each page, with the facts that it was found in.
type Findings = Vec<(Arc<PageFacts>, Vec<Diagnostic>)>;

/// What the rules about the site found.
#[derive(Default)]
pub(super) struct Rules {
    of_pages: Findings,
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
            self.of_pages.clear();
            self.of_all = lint::run_on_all(&subject);
        }
        self.of_pages = check(&subject, &self.of_pages);
        let of_pages = self.of_pages.iter().flat_map(|(_, found)| found);
        of_pages.chain(&self.of_all).cloned().collect()
    }
}

/// Checks all pages. Those that are still as they were keep what was found earlier, which must have
/// been in the same site.
fn check(subject: &lint::Subject, earlier: &Findings) -> Findings {
    let checker = lint::Checker::new(subject);
    let check = |(index, facts): (usize, &Arc<PageFacts>)| {
        let known = earlier.get(index).filter(|(known, _)| Arc::ptr_eq(known, facts));
        let found = known.map_or_else(|| checker.page(index), |(_, found)| found.clone());
        (Arc::clone(facts), found)
    };
    subject.facts.par_iter().enumerate().map(check).collect()
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
