//! HTML within Markdown: passed through with its addresses resolved, or shown as text.

use std::ops::Range;

use pulldown_cmark::Event;

use super::Writer;
use crate::checklist::Events;
use crate::parse::markup::{self, Attribute};
use crate::source::{self, Part};

impl Writer<'_> {
    /// A block of HTML comes line by line, and a tag may be longer than a line.
    pub(super) fn html_block(&mut self, events: &Events, at: usize) -> usize {
        let (mut html, mut range) = (String::new(), events[at].1.clone());
        let mut next = at;
        while let Some((Event::Html(line), place)) = events.get(next) {
            html.push_str(line);
            range.end = place.end;
            next += 1;
        }
        self.raw_html(&html, range);
        next
    }

    pub(super) fn raw_html(&mut self, html: &str, range: Range<usize>) {
        for part in source::parts(html) {
            match part {
                Part::Text(html) => self.html(html, range.clone()),
                Part::Directive(written) => self.directive(&written, true, range.clone()),
            }
        }
    }

    fn html(&mut self, html: &str, range: Range<usize>) {
        if !self.options.raw_html {
            return self.push_escaped(html);
        }
        let mut done = 0;
        for attribute in markup::attributes(html) {
            let (place, image) = match attribute {
                Attribute::Id(id) => {
                    self.take_id(id);
                    continue;
                }
                Attribute::Href(place) => (place, false),
                Attribute::Source(place) => (place, true),
            };
            // What other character references mean isn't known here, so such an address stays.
            if markup::has_reference(&html[place.clone()]) {
                continue;
            }
            self.push(&html[done..place.start]);
            let dest = html[place.clone()].replace("&amp;", "&");
            self.push_link(&dest, image, range.clone());
            done = place.end;
        }
        self.push(&html[done..]);
    }
}
