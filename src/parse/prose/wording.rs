//! P008 vague-link.

use pulldown_cmark::{Event, Tag};

use super::Text;
use crate::base::one_line;
use crate::checklist::end_of;
use crate::diag::Diagnostic;
use crate::parse::plain;

/// Texts that say nothing about where a link leads.
const VAGUE: &[&str] = &[
    "click here",
    "click",
    "here",
    "this",
    "link",
    "this link",
    "this page",
    "read more",
    "more",
    "see here",
    "hier",
    "hier klicken",
    "ici",
    "cliquez ici",
];

/// A link says where it leads without the words around it (WCAG 2.2, success criterion 2.4.9).
pub(super) fn check(text: &Text, found: &mut Vec<Diagnostic>) {
    for (at, (event, range)) in text.events.iter().enumerate() {
        let Event::Start(Tag::Link { .. }) = event else { continue };
        let words = one_line(&plain(&text.events[at..end_of(text.events, at)]));
        let bare = words.trim_matches(|char: char| !char.is_alphanumeric()).to_lowercase();
        if VAGUE.contains(&bare.as_str()) {
            let message = format!("`{words}` doesn't say where this link leads");
            found.push(text.fault("P008", range.clone(), message).help("name what is there"));
        }
    }
}
