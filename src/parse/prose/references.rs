//! P010 unknown-reference, P011 unused-reference.

use std::collections::HashSet;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, RefDefs, Tag};

use super::Text;
use crate::base::one_line;
use crate::diag::Diagnostic;

/// A line `[label]: address`.
pub(in crate::parse) struct Definition {
    pub label: String,
    pub dest: String,
    pub range: Range<usize>,
}

/// `[text][label]` or `[label][]` whose label nobody defines.
pub(in crate::parse) struct Unresolved {
    pub label: String,
    pub range: Range<usize>,
}

/// What the parser knows to be defined, in order.
pub(in crate::parse) fn definitions(known: &RefDefs) -> Vec<Definition> {
    let mut definitions: Vec<Definition> = known
        .iter()
        .map(|(label, known)| Definition {
            label: label.to_string(),
            dest: known.dest.to_string(),
            range: known.span.clone(),
        })
        .collect();
    // The parser keeps them in no order.
    definitions.sort_by_key(|definition| definition.range.start);
    definitions
}

/// Notes what the parser asks about. `[text]` alone may be meant as it stands, and `[^note]` is a
/// footnote.
pub(in crate::parse) fn unresolved<'a>(
    found: &mut Vec<Unresolved>,
) -> impl FnMut(BrokenLink<'a>) -> Option<(CowStr<'a>, CowStr<'a>)> {
    |link| {
        let by_label = matches!(link.link_type, LinkType::Reference | LinkType::Collapsed);
        if by_label && !link.reference.starts_with('^') {
            found.push(Unresolved { label: link.reference.to_string(), range: link.span });
        }
        None
    }
}

/// A reference has a definition, and a definition is referred to.
pub(super) fn check(text: &Text, found: &mut Vec<Diagnostic>) {
    let known = text.definitions.iter().map(|definition| definition.label.as_str());
    for reference in text.unresolved.iter().filter(|reference| !is_index(text, reference)) {
        let message = format!("no line defines the reference `{}`", one_line(&reference.label));
        let fault = text.fault("P010", reference.range.clone(), message);
        found.push(fault.suggest(&reference.label, known.clone()));
    }
    let used = used(text);
    let is_unused = |label: &str| !used.contains(&folded(label));
    for definition in text.definitions.iter().filter(|definition| !is_comment(definition)) {
        if is_unused(&definition.label) {
            let message = format!("nothing refers to `{}`", one_line(&definition.label));
            found.push(text.fault("P011", definition.range.clone(), message).help("remove it"));
        }
    }
}

/// `matrix[i][j]` in plain text is no reference.
fn is_index(text: &Text, reference: &Unresolved) -> bool {
    let before = text.source.text[..reference.range.start].chars().next_back();
    before.is_some_and(|char| char.is_alphanumeric() || char == '_')
}

/// `[//]: # (words)` is how comments are written that no reader of Markdown shows.
fn is_comment(definition: &Definition) -> bool {
    matches!(definition.dest.as_str(), "#" | "")
}

fn used(text: &Text) -> HashSet<String> {
    let label = |event: &Event| match event {
        Event::Start(Tag::Link { id, .. } | Tag::Image { id, .. }) if !id.is_empty() => {
            Some(folded(id))
        }
        _ => None,
    };
    text.events.iter().filter_map(|(event, _)| label(event)).collect()
}

/// Labels match whatever their case and white space (CommonMark, section 6.3).
fn folded(label: &str) -> String {
    one_line(label).to_lowercase()
}
