//! Blocks of code.

use std::ops::Range;

use pulldown_cmark::CodeBlockKind;

use super::{Writer, marks};
use crate::base::{escape_html, nearest, one_line};
use crate::diag::Diagnostic;
use crate::parse::math::{self, Fault, Place};
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
        if language == "math" {
            if self.formula_block(code, &range) {
                return;
            }
        } else if !language.is_empty() && !highlight::knows(language) {
            self.unknown_language(language, range.clone());
        }
        let attribute = |name: &str| match kind {
            CodeBlockKind::Fenced(info) => fences::attribute(info, name),
            CodeBlockKind::Indented => None,
        };
        let title = attribute("title");
        let tab = attribute("tab");
        match self.drawing(language, code, range.clone()) {
            Some(drawing) => self.panel(tab.as_deref(), |writer| {
                writer.diagram(&drawing, title.as_deref(), code, range);
            }),
            None => self.frame(language, title.or(tab).as_deref(), code),
        }
    }

    /// Writes code in a frame, with its title.
    pub(super) fn frame(&mut self, language: &str, title: Option<&str>, code: &str) {
        self.push("<div class=\"code\"");
        if !language.is_empty() {
            self.push(&format!(" data-language=\"{}\"", escape_html(language)));
        }
        self.push(">");
        if let Some(title) = title {
            self.push(&format!("<p class=\"code-title\">{}</p>", escape_html(title)));
        }
        self.push("<pre tabindex=\"0\"><code>");
        self.lines(language, code);
        self.push("</code></pre></div>\n");
    }

    /// The lines of a block of code.
    fn lines(&mut self, language: &str, code: &str) {
        let (plain, marks) = marks::take(code);
        let known = self.memory.code.filter(|_| !language.is_empty());
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

    /// Writes a formula; one that can't be drawn is shown as it was written.
    pub(super) fn formula(&mut self, formula: &str, place: Place, range: Range<usize>) {
        // GitHub's other form, in which nothing else is read as Markdown: $`x`$.
        let bare = formula.strip_prefix('`').and_then(|formula| formula.strip_suffix('`'));
        let formula = bare.unwrap_or(formula).trim();
        match math::mathml(formula, place) {
            Ok(mathml) if place == Place::Inline => self.push(&mathml),
            Ok(mathml) => self.push(&framed(&mathml)),
            Err(fault) => {
                let found = self.unreadable_formula(formula, &range, fault);
                let help = "write it in the LaTeX that KaTeX knows, and `\\$` for a dollar sign";
                found.help = Some(help.to_string());
                let written = &self.source.text[range];
                self.push("<code>");
                self.push_escaped(written);
                self.push("</code>");
            }
        }
    }

    /// Writes a block of the language `math`; false when it can't be drawn.
    fn formula_block(&mut self, code: &str, range: &Range<usize>) -> bool {
        let formula = code.trim();
        match math::mathml(formula, Place::Block) {
            Ok(mathml) => self.push(&format!("<p>{}</p>\n", framed(&mathml))),
            Err(fault) => {
                let found = self.unreadable_formula(formula, range, fault);
                found.help = Some("write it in the LaTeX that KaTeX knows".to_string());
                return false;
            }
        }
        true
    }

    fn unreadable_formula(
        &mut self,
        formula: &str,
        range: &Range<usize>,
        fault: Fault,
    ) -> &mut Diagnostic {
        // In a quotation a formula of several lines stands otherwise than it was read.
        let start = self.source.text[range.clone()].find(formula).map(|at| range.start + at);
        let place = match (start, fault.place) {
            (Some(start), Some(place)) => start + place.start..start + place.end,
            (Some(start), None) => start..start + formula.find('\n').unwrap_or(formula.len()),
            (None, _) => range.start..range.start + 1,
        };
        let message = format!("this formula can't be drawn: {}", fault.message);
        self.report("P012", place, message)
    }
}

/// A formula on lines of its own, which can be scrolled when it is wide.
fn framed(mathml: &str) -> String {
    format!(
        "<span class=\"formula\" role=\"group\" tabindex=\"0\" aria-label=\"Formula\">{mathml}</span>"
    )
}
