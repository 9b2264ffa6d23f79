//! Quotations and alerts.

use pulldown_cmark::{Event, Tag, TagEnd};

use super::Writer;
use crate::checklist::Events;
use crate::parse::markup;

impl Writer<'_> {
    /// A quotation, or an alert when its first line says so.
    pub(super) fn quote(&mut self, events: &Events, at: usize) -> usize {
        let alert = match (events.get(at + 1), events.get(at + 2)) {
            (Some((Event::Start(Tag::Paragraph), _)), Some((Event::Text(text), range))) => {
                let alert = if self.options.alerts { markup::alert(text) } else { None };
                alert.map(|alert| (alert, text, range))
            }
            _ => None,
        };
        let Some((alert, text, range)) = alert else {
            self.push("<blockquote>\n");
            self.quotes.push("</blockquote>\n");
            return at + 1;
        };
        let class = format!("class=\"alert alert-{}\"", alert.kind);
        let (open, title, close) = match alert.fold {
            None => (format!("<div {class} role=\"note\">"), "p", "</div>\n"),
            Some('+') => (format!("<details {class} open>"), "summary", "</details>\n"),
            Some(_) => (format!("<details {class}>"), "summary", "</details>\n"),
        };
        self.quotes.push(close);
        self.push(&format!("{open}<{title} class=\"alert-title\">"));
        // The rest of the first line is the title, markup included.
        let own = text[alert.length..].trim_start();
        let line_end = events[at + 3..]
            .iter()
            .position(|(event, _)| is_line_end(event))
            .map_or(events.len(), |length| at + 3 + length);
        if own.is_empty() && line_end == at + 3 {
            self.push(alert.title);
        }
        self.text(own, range.clone());
        self.events(&events[at + 3..line_end]);
        self.push(&format!("</{title}>\n"));
        let next = events.get(line_end).map(|(event, _)| event);
        if let Some(Event::SoftBreak | Event::HardBreak) = next {
            self.push("<p>");
        }
        // The end of the paragraph must not be written when the title was all of it.
        line_end + 1
    }
}

fn is_line_end(event: &Event) -> bool {
    matches!(event, Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph))
}
