//! D010 unused-variable.

use std::collections::BTreeSet;

use super::Subject;
use crate::config::Config;
use crate::diag::{Diagnostic, Span};

/// A variable of `book.toml` stands in some page.
pub(super) fn check(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let used: BTreeSet<&String> = subject.facts.iter().flat_map(|page| &page.variables).collect();
    for name in subject.variables.keys().filter(|name| !used.contains(name)) {
        let message = format!("no page uses the variable `{name}`");
        let span = Span::file(&Config::path());
        found.push(Diagnostic::new("D010", Some(span), message).help("remove it"));
    }
}
