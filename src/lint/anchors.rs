//! L002 broken-anchor.

use std::collections::HashSet;

use super::Seen;
use crate::diag::Diagnostic;
use crate::resolve::Outcome;

/// A fragment must be an id of the page that it leads to. What is generated, and what nobody has
/// written yet, has no ids to compare with.
pub(super) fn check(seen: &Seen, ids: &[HashSet<&str>], found: &mut Vec<Diagnostic>) {
    let Outcome::Page { entry, fragment } = &seen.target.outcome else { return };
    if fragment.is_empty() || fragment == "top" {
        return;
    }
    let site = seen.subject.site;
    let Some(page) = site.entries[*entry].page else { return };
    if ids[page].contains(fragment.as_str()) {
        return;
    }
    let path = &seen.subject.facts[page].path;
    let own = *path == seen.page.path;
    let place = if own { "this page".to_string() } else { format!("`{path}`") };
    let message = format!("{place} has no id `{fragment}`");
    let mut fault = Diagnostic::new("L002", Some(seen.link.span.clone()), message);
    let near = crate::base::nearest(fragment, ids[page].iter().copied());
    fault.help = near.map(|near| format!("did you mean `#{near}`?"));
    found.push(fault);
}
