//! P007 no-alternative.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::Text;
use crate::checklist::end_of;
use crate::diag::Diagnostic;
use crate::parse::plain;

/// An image says in words what it shows (WCAG 2.2, success criterion 1.1.1).
pub(super) fn check(text: &Text, found: &mut Vec<Diagnostic>) {
    for (at, (event, range)) in text.events.iter().enumerate() {
        match event {
            Event::Start(Tag::Image { .. }) => {
                let words = plain(&text.events[at..end_of(text.events, at)]);
                if words.trim().is_empty() {
                    found.push(no_alternative(text, range.clone()));
                }
            }
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => {
                let html = &text.source.text[range.clone()];
                let mute = mute_images(html).into_iter();
                found.extend(mute.map(|tag| {
                    no_alternative(text, range.start + tag.start..range.start + tag.end)
                }));
            }
            _ => {}
        }
    }
}

fn no_alternative(text: &Text, range: Range<usize>) -> Diagnostic {
    text.fault("P007", range, "this image has no text alternative")
        .help("say in the brackets what it shows; `<img alt=\"\">` if it shows nothing new")
}

/// The tags `<img …>` without an `alt`.
fn mute_images(html: &str) -> Vec<Range<usize>> {
    // Lower case in ASCII alone keeps the places.
    let lower = html.to_ascii_lowercase();
    let tag = |(start, _): (usize, &str)| {
        let length = lower[start..].find('>')? + 1;
        let tag = &lower[start..start + length];
        let is_tag = tag[4..].starts_with(|char: char| char.is_whitespace() || "/>".contains(char));
        let has_alt = tag.split(char::is_whitespace).any(|word| word.starts_with("alt"));
        (is_tag && !has_alt).then_some(start..start + length)
    };
    lower.match_indices("<img").filter_map(tag).collect()
}
