//! L003 missing-image, L004 remote-image.

use super::Seen;
use super::links::suggestion;
use crate::diag::Diagnostic;
use crate::resolve::Outcome;

/// An image must be a file of the site.
pub(super) fn check(seen: &Seen, found: &mut Vec<Diagnostic>) {
    if !seen.link.image {
        return;
    }
    let span = Some(seen.link.span.clone());
    let dest = &seen.link.dest;
    match &seen.target.outcome {
        Outcome::Broken | Outcome::Page { .. } => {
            let mut fault = Diagnostic::new("L003", span, format!("no image at `{dest}`"));
            fault.help = suggestion(seen).map(|near| format!("did you mean `{near}`?"));
            found.push(fault);
        }
        Outcome::External => {
            let message = format!("the image `{dest}` is on another site");
            found.push(Diagnostic::new("L004", span, message).help("keep a copy beside the page"));
        }
        _ => {}
    }
}
