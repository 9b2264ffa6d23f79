//! Blocks of code.

use std::ops::Range;

use pulldown_cmark::CodeBlockKind;

use super::{Writer, marks};
use crate::base::{escape_html, nearest, one_line};
use crate::parse::{Piece, fences, highlight};

impl Writer<'_> {
    /// Writes a block of code. Those with a `tab` that stand together are tabs of one box.
    pub(super) fn code_or_tab(&mut self, kind: &CodeBlockKind, code: &str, range: Range<usize>) {
        let is_tab = match kind {
            CodeBlockKind::Fenced(info) => fences::attribute(info, "tab").is_some(),
            CodeBlockKind::Indented => false,
        };
        if !is_tab {
            return self.code(kind, code, range);
        }
        let between = self.source.text.get(self.tabs_end..range.start);
        let follows = between.is_some_and(|between| between.trim().is_empty());
        if !(follows && self.take_back("</div>\n")) {
            self.push("<div class=\"tabs\">");
        }
        self.tabs_end = range.end;
        self.code(kind, code, range);
        self.push("</div>\n");
    }

    /// Writes a block of code, highlighted if its language is known.
    fn code(&mut self, kind: &CodeBlockKind, code: &str, range: Range<usize>) {
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
        let attribute = |name: &str| match kind {
            CodeBlockKind::Fenced(info) => fences::attribute(info, name),
            CodeBlockKind::Indented => None,
        };
        self.push("<div class=\"code\"");
        if !language.is_empty() {
            self.push(&format!(" data-language=\"{}\"", escape_html(language)));
        }
        self.push(">");
        if let Some(title) = attribute("title").or_else(|| attribute("tab")) {
            self.push(&format!("<p class=\"code-title\">{}</p>", escape_html(&title)));
        }
        self.push("<pre tabindex=\"0\"><code>");
        self.lines(language, code);
        self.push("</code></pre></div>\n");
    }

    /// The lines of a block of code.
    fn lines(&mut self, language: &str, code: &str) {
        let (plain, marks) = marks::take(code);
        let known = self.code.filter(|_| !language.is_empty());
        match known.and_then(|known| known.highlight(language, &plain)) {
            // CommonMark, section 2.3, as in `push`.
            Some((key, html)) if marks.is_empty() => {
                self.out.push(Piece::Code { key, html: html.replace('\0', "\u{FFFD}") });
            }
            // What is kept for a language and a text has no marks.
            Some((_, html)) => self.push(&marks::put(&html, &marks)),
            None => self.push(&marks::put(&escape_html(&plain), &marks)),
        }
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
