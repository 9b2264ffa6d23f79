//! The text of a page without markup, section by section: what the search looks through.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{TextSection, plain};
use crate::base::one_line;
use crate::checklist::{Events, end_of};
use crate::source::without_directives;

/// Headings of levels up to this one begin a section.
const DEEPEST: u8 = 3;

/// Cuts the text of a page into sections. `ids` has the id of each heading by its place.
pub(super) fn sections(events: &Events, ids: &BTreeMap<usize, String>) -> Vec<TextSection> {
    let mut sections = vec![TextSection::default()];
    let mut at = 0;
    while at < events.len() {
        let (event, range) = &events[at];
        let last = sections.last_mut().expect("there is one from the start");
        match event {
            Event::Start(Tag::Heading { level, .. }) if *level as u8 <= DEEPEST => {
                let end = end_of(events, at);
                let heading = one_line(&plain(&events[at..end]));
                let id = ids.get(&range.start).cloned().unwrap_or_default();
                sections.push(TextSection { heading, id, text: String::new() });
                at = end;
                continue;
            }
            Event::Text(text) => last.text.push_str(&without_directives(text)),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                last.text.push_str(text);
            }
            Event::SoftBreak | Event::HardBreak => space(&mut last.text),
            Event::End(tag) if ends_block(*tag) => space(&mut last.text),
            _ => {}
        }
        at += 1;
    }
    for section in &mut sections {
        section.text = one_line(&section.text);
    }
    sections.retain(|section| !section.text.is_empty() || !section.heading.is_empty());
    sections
}

/// One of several spaces is enough, and those at the beginning go.
fn space(text: &mut String) {
    if !text.is_empty() && !text.ends_with(' ') {
        text.push(' ');
    }
}

/// True where words on both sides don't belong together.
fn ends_block(tag: TagEnd) -> bool {
    !matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}
