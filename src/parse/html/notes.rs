//! Footnotes: numbered by their first reference, written at the end of the page.

use std::ops::Range;

use super::Writer;
use crate::base::one_line;
use crate::checklist::Events;
use crate::parse::Piece;

impl Writer<'_> {
    pub(super) fn footnote_reference(&mut self, name: &str) {
        let next = self.notes.numbers.len() + 1;
        let number = *self.notes.numbers.entry(name.to_string()).or_insert_with(|| {
            self.notes.order.push(name.to_string());
            next
        });
        let uses = self.notes.references.entry(name.to_string()).or_default();
        *uses += 1;
        let id = if *uses == 1 { number.to_string() } else { format!("{number}-{uses}") };
        self.push(&format!(
            "<sup class=\"footnote-ref\" id=\"fnref-{id}\"><a href=\"#fn-{number}\">{number}</a></sup>"
        ));
    }

    /// Keeps the text of a footnote for the end of the page.
    pub(super) fn footnote(&mut self, name: &str, inner: &Events, range: Range<usize>) {
        let outer = std::mem::take(&mut self.out);
        self.events(inner);
        let text = std::mem::replace(&mut self.out, outer);
        if self.notes.texts.contains_key(name) {
            let message = format!("the footnote `{}` is defined twice", one_line(name));
            self.report("P002", range, message);
            return;
        }
        self.notes.texts.insert(name.to_string(), (text, range));
    }

    pub(super) fn footnotes(&mut self) {
        let mut notes = std::mem::take(&mut self.notes);
        if !notes.order.is_empty() {
            self.push("<section class=\"footnotes\" aria-label=\"Footnotes\">\n<ol>\n");
            for (index, name) in notes.order.iter().enumerate() {
                let (text, _) = notes.texts.remove(name).unwrap_or_default();
                let uses = notes.references.get(name).copied().unwrap_or(0);
                self.note(index + 1, text, uses);
            }
            self.push("</ol>\n</section>\n");
        }
        for (name, (_, range)) in notes.texts {
            let message = format!("the footnote `{}` isn't referred to", one_line(&name));
            self.report("P004", range, message);
        }
    }

    /// A footnote with a way back to each of its references.
    fn note(&mut self, number: usize, text: Vec<Piece>, uses: usize) {
        self.push(&format!("<li id=\"fn-{number}\">"));
        for piece in text {
            match piece {
                Piece::Html(html) => self.push(&html),
                other => self.out.push(other),
            }
        }
        // The ways back belong to the last line of the note.
        let in_paragraph = self.take_back("</p>\n");
        for uses in 1..=uses {
            let (id, place) = match uses {
                1 => (number.to_string(), String::new()),
                _ => (format!("{number}-{uses}"), format!(", place {uses}")),
            };
            self.push(&format!(
                "<a class=\"footnote-back\" href=\"#fnref-{id}\" \
                 aria-label=\"Back to reference {number}{place}\">↩</a>"
            ));
        }
        self.push(if in_paragraph { "</p>\n</li>\n" } else { "</li>\n" });
    }
}
