//! P009 long-paragraph.

use pulldown_cmark::{Event, Tag};

use super::Text;
use crate::checklist::end_of;
use crate::diag::Diagnostic;
use crate::parse::plain;

/// More words than this are hard to find one's way in.
const LONGEST: usize = 150;

/// A paragraph has at most so many words.
pub(super) fn check(text: &Text, found: &mut Vec<Diagnostic>) {
    for (at, (event, range)) in text.events.iter().enumerate() {
        // A word and a space are two bytes at the least.
        if !matches!(event, Event::Start(Tag::Paragraph)) || range.len() < 2 * LONGEST {
            continue;
        }
        let words = plain(&text.events[at..end_of(text.events, at)]).split_whitespace().count();
        if words > LONGEST {
            let message = format!("this paragraph has more than {LONGEST} words");
            found.push(
                text.fault("P009", range.clone(), message).help("divide it, or make it a list"),
            );
        }
    }
}
