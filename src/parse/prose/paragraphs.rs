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
        if is_short(&text.source.text[range.clone()]) {
            continue;
        }
        let words = plain(&text.events[at..end_of(text.events, at)]);
        if words.split_whitespace().count() > LONGEST {
            let message = format!("this paragraph has more than {LONGEST} words");
            found.push(
                text.fault("P009", range.clone(), message).help("divide it, or make it a list"),
            );
        }
    }
}

/// True for most short paragraphs, by a look at the bytes of the source: behind each word but the last
/// there is white space, unless it is written as a character reference.
fn is_short(source: &str) -> bool {
    let may_part = |byte: &u8| !byte.is_ascii_graphic() || *byte == b'&';
    source.bytes().filter(may_part).count() < LONGEST
}
