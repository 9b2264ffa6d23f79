//! Walking over Markdown events; shared with the room that parses pages.

use std::ops::Range;

use pulldown_cmark::Event;

/// Events and where each stands in the text.
pub(crate) type Events<'a> = [(Event<'a>, Range<usize>)];

/// The index after the end of the element that begins at an index.
pub(crate) fn end_of(events: &Events, start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, (event, _)) in events.iter().enumerate().skip(start) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    events.len()
}
