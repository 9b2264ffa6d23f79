//! Q004 placeholder-left.

use super::Text;
use crate::diag::Diagnostic;

/// Nothing is marked as still to be written.
pub(super) fn check(text: &Text, found: &mut Vec<Diagnostic>) {
    for span in text.marked {
        let message = "something is still to be written here";
        found.push(Diagnostic::new("Q004", Some(span.clone()), message));
    }
}
