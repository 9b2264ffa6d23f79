//! F004 unknown-owner.

use std::collections::BTreeMap;

use crate::config::Owner;
use crate::diag::{Diagnostic, Span};
use crate::parse::PageFacts;

/// An `owner` must be a key of `[owners]`.
pub(super) fn check(
    page: &PageFacts,
    owners: &BTreeMap<String, Owner>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(owner) = &page.front.owner else { return };
    if !owners.contains_key(&owner.text) {
        let span = Span::new(&page.path, owner.range);
        let message = format!("`[owners]` in `book.toml` has no `{}`", owner.text);
        let unknown = Diagnostic::new("F004", Some(span), message);
        found.push(unknown.suggest(&owner.text, owners.keys().map(String::as_str)));
    }
}
