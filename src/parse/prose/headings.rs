//! P005 skipped-level, P006 duplicate-heading.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::Text;
use crate::base::one_line;
use crate::checklist::end_of;
use crate::diag::Diagnostic;
use crate::parse::plain;

/// A heading goes at most one level deeper than the one before, and has a name of its own among
/// those of its level below the same heading.
pub(super) fn check(text: &Text, found: &mut Vec<Diagnostic>) {
    // The title is of level 1, whether the page or the template writes it.
    let mut before = 1;
    let mut open: Vec<(u8, HashSet<String>)> = Vec::new();
    for (level, title, range) in headings(text) {
        if level > before + 1 {
            let message = format!("a heading of level {level} follows one of level {before}");
            let fault = text.fault("P005", range.clone(), message);
            found.push(fault.help(format!("make it one of level {}", before + 1)));
        }
        before = level;
        while open.last().is_some_and(|(last, _)| *last > level) {
            open.pop();
        }
        if open.last().is_none_or(|(last, _)| *last < level) {
            open.push((level, HashSet::new()));
        }
        let known = open.last_mut().map(|(_, known)| known).expect("one of this level is open");
        if !known.insert(title.to_lowercase()) {
            let message = format!("a second heading `{title}` at this level");
            found.push(text.fault("P006", range, message).help("say how they differ"));
        }
    }
}

fn headings<'a>(text: &'a Text) -> impl Iterator<Item = (u8, String, Range<usize>)> + 'a {
    text.events.iter().enumerate().filter_map(|(at, (event, range))| {
        let Event::Start(Tag::Heading { level, .. }) = event else { return None };
        let title = one_line(&plain(&text.events[at..end_of(text.events, at)]));
        Some((*level as u8, title, first_line(text, range)))
    })
}

/// A heading's range may go on to the next line.
fn first_line(text: &Text, range: &Range<usize>) -> Range<usize> {
    let length = text.source.text[range.clone()].trim_end().len();
    range.start..range.start + length
}
