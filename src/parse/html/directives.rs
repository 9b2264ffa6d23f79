//! Directives that themes fill in: holes in the body, with links that are checked like all others.

use std::ops::Range;

use pulldown_cmark::{Event, Tag};

use super::Writer;
use crate::checklist::{Events, end_of};
use crate::diag::Span;
use crate::parse::{DirectiveUse, LinkRef, Piece};
use crate::source::{self, Part};

impl Writer<'_> {
    /// Writes a paragraph that holds nothing but directives: what a theme makes of them needs no
    /// paragraph around it. Returns the index of what comes next; none for other paragraphs.
    pub(super) fn directives_alone(&mut self, events: &Events, at: usize) -> Option<usize> {
        let end = end_of(events, at);
        let inner = &events[at + 1..end - 1];
        let is_one = |text: &str| {
            if !source::has_directives(text) {
                return text.trim().is_empty();
            }
            source::parts(text).iter().all(|part| match part {
                Part::Text(text) => text.trim().is_empty(),
                Part::Directive(_) => true,
            })
        };
        let alone = inner.iter().all(|(event, _)| match event {
            Event::Text(text) => is_one(text),
            event => matches!(event, Event::SoftBreak | Event::HardBreak),
        });
        if !matches!(events[at].0, Event::Start(Tag::Paragraph)) || !alone {
            return None;
        }
        for (event, range) in inner {
            let Event::Text(text) = event else { continue };
            for part in source::parts(text) {
                if let Part::Directive(written) = part {
                    self.directive(&written, true, range.clone());
                }
            }
        }
        Some(end)
    }

    /// Leaves a hole for what a theme makes of a directive.
    pub(super) fn directive(&mut self, written: &str, block: bool, range: Range<usize>) {
        // Text comes in runs; the place of the directive in this one is where it is hidden.
        let hidden = source::hidden(written);
        let found = self.source.text.get(range.clone()).and_then(|text| text.find(&hidden));
        let range =
            found.map_or(range.clone(), |at| range.start + at..range.start + at + hidden.len());
        let (name, arguments) = source::read_directive(written);
        let mut used = DirectiveUse {
            name: name.to_string(),
            fault: None,
            block,
            values: Vec::new(),
            links: Vec::new(),
            span: self.source.map.span(range.clone().into()),
            written: written.to_string(),
        };
        match arguments {
            Ok(arguments) => {
                for (name, value) in arguments {
                    match name.as_str() {
                        "href" | "src" => {
                            used.links.push((name.clone(), self.links.len()));
                            self.add_link(&value, name == "src", range.clone());
                        }
                        _ => used.values.push((name, value)),
                    }
                }
            }
            Err(fault) => used.fault = Some(fault),
        }
        self.out.push(Piece::Directive(Box::new(used)));
    }

    /// Keeps a link; the hole for its URL stands elsewhere.
    pub(super) fn add_link(&mut self, dest: &str, image: bool, range: Range<usize>) {
        let span = self.source.map.span(range.into());
        let span = span.unwrap_or_else(|| Span::file(&self.source.path));
        self.links.push(LinkRef { dest: dest.to_string(), image, span });
    }
}
