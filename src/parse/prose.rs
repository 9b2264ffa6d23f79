//! Rules about the text of one page: one file a rule or two, (source, events) → diagnostics.

mod headings;
mod images;
mod paragraphs;
mod placeholders;
mod references;
mod wording;

use references::{Definition, Unresolved};
pub(super) use references::{definitions, unresolved};

use std::ops::Range;

use crate::checklist::Events;
use crate::diag::{Diagnostic, Span};
use crate::source::SourceFile;

/// The text of a page.
pub(super) struct Text<'a> {
    pub source: &'a SourceFile,
    pub events: &'a Events<'a>,
    /// What `[label]: address` defines, in order.
    pub definitions: &'a [Definition],
    /// What looks like a reference and has no definition, in order.
    pub unresolved: &'a [Unresolved],
    /// What is marked as still to be written.
    pub marked: &'a [Span],
}

impl Text<'_> {
    fn fault(&self, code: &str, range: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, self.source.map.span(range.into()), message)
    }
}

/// Runs all rules.
pub(super) fn check(text: &Text) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    headings::check(text, &mut found);
    images::check(text, &mut found);
    wording::check(text, &mut found);
    paragraphs::check(text, &mut found);
    references::check(text, &mut found);
    placeholders::check(text, &mut found);
    found
}
