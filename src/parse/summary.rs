//! `SUMMARY.md`: the navigation as mdBook reads it.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Parser, Tag};

use super::plain;
use crate::base::{SitePath, one_line, percent_decode};
use crate::checklist::{Events, end_of};
use crate::diag::{Diagnostic, Span};

/// The navigation that `SUMMARY.md` asks for.
#[derive(Debug, Default)]
pub struct Summary {
    /// The chapters, in order.
    pub chapters: Vec<Chapter>,
}

/// A line of the navigation.
#[derive(Debug)]
pub struct Chapter {
    /// Its text.
    pub title: String,
    /// The page; none for a chapter that isn't written yet.
    pub path: Option<SitePath>,
    /// The heading over this chapter and those that follow.
    pub part: Option<String>,
    /// The chapters below it.
    pub children: Vec<Chapter>,
    /// Its place in the file.
    pub span: Span,
}

/// Reads `SUMMARY.md`. The first heading of level 1 is its title, further ones begin parts.
pub fn read_summary(path: &SitePath, text: &str) -> (Summary, Vec<Diagnostic>) {
    let events: Vec<_> = Parser::new(text).into_offset_iter().collect();
    let mut reader = Reader { path, diagnostics: Vec::new(), part: None };
    let chapters = reader.top(&events);
    (Summary { chapters }, reader.diagnostics)
}

struct Reader<'a> {
    path: &'a SitePath,
    diagnostics: Vec<Diagnostic>,
    /// The heading that the next chapter gets.
    part: Option<String>,
}

impl Reader<'_> {
    fn top(&mut self, events: &Events) -> Vec<Chapter> {
        let mut chapters = Vec::new();
        let mut titled = false;
        let mut at = 0;
        while at < events.len() {
            let end = end_of(events, at).max(at + 1);
            match &events[at].0 {
                Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => {
                    if titled {
                        self.part = Some(one_line(&plain(&events[at..end])));
                    }
                    titled = true;
                }
                Event::Start(Tag::List(_)) => chapters.extend(self.list(&events[at..end])),
                // Chapters before and after the numbered ones stand in paragraphs.
                Event::Start(Tag::Paragraph) => chapters.extend(self.links(&events[at..end])),
                _ => {}
            }
            at = end;
        }
        chapters
    }

    fn list(&mut self, events: &Events) -> Vec<Chapter> {
        let mut chapters = Vec::new();
        let mut at = 1;
        while at < events.len() {
            let end = end_of(events, at).max(at + 1);
            if matches!(events[at].0, Event::Start(Tag::Item)) {
                chapters.extend(self.item(&events[at..end]));
            }
            at = end;
        }
        chapters
    }

    fn item(&mut self, events: &Events) -> Option<Chapter> {
        let nested =
            events.iter().position(|(event, _)| matches!(event, Event::Start(Tag::List(_))));
        let own = &events[..nested.unwrap_or(events.len())];
        let Some(mut chapter) = self.links(own).into_iter().next() else {
            self.diagnostics.push(no_link(self.path, events[0].1.clone()));
            return None;
        };
        let mut at = nested.unwrap_or(events.len());
        while at < events.len() {
            let end = end_of(events, at).max(at + 1);
            if matches!(events[at].0, Event::Start(Tag::List(_))) {
                chapter.children.extend(self.list(&events[at..end]));
            }
            at = end;
        }
        Some(chapter)
    }

    fn links(&mut self, events: &Events) -> Vec<Chapter> {
        let mut chapters = Vec::new();
        for (index, (event, range)) in events.iter().enumerate() {
            if let Event::Start(Tag::Link { dest_url, .. }) = event {
                let title = one_line(&plain(&events[index..end_of(events, index)]));
                chapters.push(self.chapter(title, dest_url, range.clone()));
            }
        }
        chapters
    }

    fn chapter(&mut self, title: String, dest: &str, range: Range<usize>) -> Chapter {
        let decoded = percent_decode(dest).unwrap_or_else(|| dest.to_string());
        let path = if decoded.is_empty() { None } else { self.path.sibling(&decoded) };
        let span = Span::new(self.path, range);
        Chapter { title, path, part: self.part.take(), children: Vec::new(), span }
    }
}

fn no_link(path: &SitePath, range: Range<usize>) -> Diagnostic {
    let message = "this item has no link, so it is no chapter";
    Diagnostic::new("N003", Some(Span::new(path, range)), message)
        .help("write `- [Title](page.md)`, or `- [Title]()` for a page to come")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(chapters: &[Chapter], depth: usize, out: &mut Vec<String>) {
        for chapter in chapters {
            let part =
                chapter.part.as_deref().map(|part| format!("# {part} | ")).unwrap_or_default();
            let path = chapter.path.as_ref().map_or("-", SitePath::as_str);
            out.push(format!("{}{part}{} {path}", "  ".repeat(depth), chapter.title));
            outline(&chapter.children, depth + 1, out);
        }
    }

    #[test]
    fn chapters_are_read_as_in_mdbook() {
        let text = "# Summary\n\n[Preface](preface.md)\n\n# Part\n\n- [One](one.md)\n  - [Two](a/two.md)\n\
                    - [Draft]()\n\n---\n\n[End](end%20x.md)\n";
        let (summary, found) = read_summary(&SitePath::new("src/SUMMARY.md").unwrap(), text);
        let mut lines = Vec::new();
        outline(&summary.chapters, 0, &mut lines);
        assert_eq!(
            lines,
            [
                "Preface src/preface.md",
                "# Part | One src/one.md",
                "  Two src/a/two.md",
                "Draft -",
                "End src/end x.md",
            ]
        );
        assert!(found.is_empty());
    }

    #[test]
    fn an_item_without_a_link_is_reported() {
        let (_, found) = read_summary(&SitePath::new("SUMMARY.md").unwrap(), "- Intro\n");
        assert_eq!(found[0].rule.code, "N003");
    }
}
