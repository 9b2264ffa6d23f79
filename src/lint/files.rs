//! S006 unused-file.

use std::collections::BTreeSet;

use super::Subject;
use crate::base::SitePath;
use crate::diag::{Diagnostic, Span};
use crate::resolve::Outcome;

/// Files that hosts and browsers look for by their names.
const BY_NAME: &[&str] = &["favicon.ico", "favicon.svg", "robots.txt", "_headers", "_redirects"];

/// A file that is published is linked to, shown or included by a page.
pub(super) fn check(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let targets = subject.site.links.iter().flat_map(|links| &**links).filter_map(|target| {
        match &target.outcome {
            Outcome::Asset(path) => Some(path),
            _ => None,
        }
    });
    let includes = subject.facts.iter().flat_map(|page| &page.includes);
    let used: BTreeSet<&SitePath> = targets.chain(includes).collect();
    let is_extra = |path: &SitePath| subject.extras.contains(path);
    for (path, _) in &subject.site.assets {
        if !used.contains(path) && !is_extra(path) && !BY_NAME.contains(&path.name()) {
            let message = "no page links to this file, shows it or includes it";
            let fault = Diagnostic::new("S006", Some(Span::file(path)), message);
            found.push(fault.help("it is published; remove it if nobody needs it"));
        }
    }
}
