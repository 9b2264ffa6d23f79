//! Diagrams: a fence that is drawn becomes a picture for light pages and one for dark ones, with
//! its words and its source below.

use std::ops::Range;
use std::sync::Arc;

use super::Writer;
use crate::base::escape_html;
use crate::diagrams::{CAN_DRAW, Drawing, Fault, Shade, key, url};
use crate::parse::Piece;

/// The language of the fences that are drawn.
const LANGUAGE: &str = "mermaid";

impl Writer<'_> {
    /// The drawing of a fence, if it is to be one. What can't be drawn is reported.
    pub(super) fn drawing(
        &mut self,
        language: &str,
        code: &str,
        range: Range<usize>,
    ) -> Option<Arc<Drawing>> {
        let known =
            self.memory.drawings.filter(|_| self.options.diagrams && language == LANGUAGE)?;
        match known.draw(code) {
            Ok(drawing) => Some(drawing),
            Err(fault) => {
                self.lasting &= fault.lasting;
                self.undrawn(&fault, range);
                None
            }
        }
    }

    /// Writes what isn't code as the tab of that name, if it is to be one.
    pub(super) fn panel(&mut self, tab: Option<&str>, write: impl FnOnce(&mut Self)) {
        let Some(tab) = tab else { return write(self) };
        let name = escape_html(tab);
        self.push(&format!("<div class=\"panel\"><p class=\"code-title\">{name}</p>\n"));
        write(self);
        self.push("</div>\n");
    }

    /// Writes the pictures, the title, and the source of a diagram.
    pub(super) fn diagram(
        &mut self,
        drawing: &Drawing,
        title: Option<&str>,
        code: &str,
        range: Range<usize>,
    ) {
        let alternative = alternative(drawing, title).unwrap_or_else(|| {
            self.no_alternative(range);
            "Diagram".to_string()
        });
        let alternative = escape_html(&alternative);
        let name = drawing.name();
        self.push("<figure class=\"diagram\">\n<div role=\"group\" tabindex=\"0\" aria-label=\"Diagram\">");
        for (shade, class) in [(Shade::Light, "only-light"), (Shade::Dark, "only-dark")] {
            self.push(&format!("<img class=\"{class}\" src=\""));
            self.out.push(Piece::Made(url(&name, shade)));
            let (width, height) = (drawing.width, drawing.height);
            self.push(&format!(
                "\" alt=\"{alternative}\" width=\"{width}\" height=\"{height}\" loading=\"lazy\">"
            ));
        }
        self.push("</div>\n<figcaption>");
        if let Some(title) = title {
            self.push(&format!("<p>{}</p>\n", escape_html(title)));
        }
        self.push("<details><summary>Source of the diagram</summary>\n");
        self.frame(LANGUAGE, None, code);
        self.push("</details></figcaption></figure>\n");
        self.drawings.push((key(code), drawing.clone()));
    }

    fn undrawn(&mut self, fault: &Fault, range: Range<usize>) {
        let place = self.line_of(range, fault.line.unwrap_or(0));
        let message = format!("this diagram can't be drawn: {}", fault.message);
        let help = match CAN_DRAW {
            true => "mend it, or name its language `text` to show it as it is",
            false => {
                "install it with its default features; or set `diagrams = false` in \
                 `[output.html]` to show all diagrams as code"
            }
        };
        self.report("P013", place, message).help = Some(help.to_string());
    }

    fn no_alternative(&mut self, range: Range<usize>) {
        let place = self.line_of(range, 0);
        let message = "this diagram has no text alternative".to_string();
        self.report("P007", place, message).help =
            Some("say behind `accTitle:` what it shows, or give the fence a `title`".to_string());
    }

    /// The place of a line of a fence; 0 is the one that opens it.
    fn line_of(&self, range: Range<usize>, line: usize) -> Range<usize> {
        let mut lines = self.source.text[range.clone()].split_inclusive('\n');
        let start = range.start + lines.by_ref().take(line).map(str::len).sum::<usize>();
        let line = lines.next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        start + indent..start + line.trim_end().len().max(indent)
    }
}

/// What a diagram shows, in words: its own, else the title of its fence.
fn alternative(drawing: &Drawing, title: Option<&str>) -> Option<String> {
    let title = Some(drawing.title.as_str()).filter(|own| !own.is_empty()).or(title);
    let description = Some(drawing.description.as_str()).filter(|own| !own.is_empty());
    match (title, description) {
        (Some(title), Some(description)) => {
            Some(format!("{}. {description}", title.trim_end_matches('.')))
        }
        (text, None) | (None, text) => text.map(str::to_string),
    }
}
