//! Blocks of code.

use std::ops::Range;

use pulldown_cmark::CodeBlockKind;

use super::Writer;
use crate::base::{escape_html, nearest, one_line};
use crate::parse::{Piece, fences, highlight};

impl Writer<'_> {
    /// Writes a block of code, highlighted if its language is known.
    pub(super) fn code(&mut self, kind: &CodeBlockKind, code: &str, range: Range<usize>) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => fences::language(info),
            CodeBlockKind::Indented => "",
        };
        let code = match kind {
            CodeBlockKind::Fenced(info) => &*fences::visible(info, code, self.options.hidelines),
            CodeBlockKind::Indented => code,
        };
        if !language.is_empty() && !highlight::knows(language) {
            self.unknown_language(language, range);
        }
        self.push("<div class=\"code\"");
        if !language.is_empty() {
            self.push(&format!(" data-language=\"{}\"", escape_html(language)));
        }
        self.push("><pre tabindex=\"0\"><code>");
        let known = self.code.filter(|_| !language.is_empty());
        match known.and_then(|known| known.highlight(language, code)) {
            // CommonMark, section 2.3, as in `push`.
            Some((key, html)) => {
                self.out.push(Piece::Code { key, html: html.replace('\0', "\u{FFFD}") });
            }
            None => self.push_escaped(code),
        }
        self.push("</code></pre></div>\n");
    }

    fn unknown_language(&mut self, language: &str, range: Range<usize>) {
        let line_end = self.source.text[range.clone()].find('\n');
        let line = range.start..line_end.map_or(range.end, |end| range.start + end);
        let names = highlight::names();
        let near = nearest(language, names.iter().copied());
        let help = near.map_or("use `text` for no highlighting".to_string(), |near| {
            format!("did you mean `{near}`?")
        });
        let message = format!("no highlighting for the language `{}`", one_line(language));
        self.report("P001", line, message).help = Some(help);
    }
}
