//! What a page's status is judged by: words, sections, placeholders, digest.

use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use serde::{Deserialize, Serialize};

use super::{LinkRef, plain, push_plain};
use crate::base::{Digest, SitePath, TextRange, is_unspaced, one_line};
use crate::checklist::{Events, end_of};
use crate::config::is_tip;
use crate::diag::Span;
use crate::source::{SourceFile, is_page};

/// What a page's status is judged by.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Standing {
    /// The digest of the text, without the files that it links to.
    pub digest: Digest,
    /// Where it links to, by relative paths, but for other pages.
    pub links: Vec<LinkRef>,
    /// Words of its own: no headings, no code, nothing that a template wrote.
    pub words: usize,
    /// The sections under headings of level 2.
    pub sections: Vec<Section>,
    /// Where something is still to be written.
    pub placeholders: Vec<Span>,
    /// Those of them that somebody marked, and no template wrote.
    pub marked: Vec<Span>,
    /// The page's file.
    pub path: SitePath,
}

/// A section under a heading of level 2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// Where the heading is.
    pub span: Option<Span>,
    /// Whether there is anything below it but placeholders and further headings.
    pub filled: bool,
    /// Its own words.
    pub words: usize,
    /// Whether it holds code, a picture or HTML.
    pub artefact: bool,
}

impl Standing {
    /// The files below the folder of the page that it links to and that are no pages, sorted. They
    /// are part of what a reviewer reads, unless they are reviewed on their own.
    pub fn files(&self, src: &str) -> Vec<SitePath> {
        let folder = self.path.folder();
        let reference = format!("{src}/reference");
        let is_beside = |path: &SitePath| {
            let apart = is_page(path.as_str())
                || path.as_str().ends_with(".reviews.yaml")
                || path.strip(&reference).is_some();
            path.strip(folder).is_some() && !apart
        };
        let mut files: Vec<SitePath> =
            self.links.iter().filter_map(|link| link.path(src)).filter(is_beside).collect();
        files.sort();
        files.dedup();
        files
    }
}

/// The links and images of a page that may lead to files beside it; of a large site most lead to
/// other pages, and there is no room for those twice.
fn links(source: &SourceFile, events: &Events) -> Vec<LinkRef> {
    let mut links = Vec::new();
    for (event, range) in events {
        let (dest, image) = match event {
            Event::Start(Tag::Link { dest_url, .. }) => (dest_url, false),
            Event::Start(Tag::Image { dest_url, .. }) => (dest_url, true),
            _ => continue,
        };
        let path = dest.split(['?', '#']).next().unwrap_or_default();
        let local = !path.is_empty() && !dest.contains("://") && !is_page(path);
        if let Some(span) = source.map.span(range.clone().into()).filter(|_| local) {
            links.push(LinkRef { dest: dest.to_string(), image, span });
        }
    }
    links
}

/// Paragraphs that begin so say that something is still to be written.
const MARKERS: &[&str] = &["TODO:", "TBD:", "TBC:", "FIXME:"];

/// True for a paragraph that says that something is still to be written.
pub(super) fn is_placeholder(paragraph: &str) -> bool {
    is_marked(paragraph) || is_tip(paragraph)
}

fn is_marked(paragraph: &str) -> bool {
    let paragraph = paragraph.trim_start();
    MARKERS.iter().any(|marker| paragraph.starts_with(marker))
}

/// Judges the events of a page.
pub(super) fn judge(source: &SourceFile, events: &Events, digest: Digest) -> Standing {
    let mut judge = Judge {
        source,
        standing: Standing {
            digest,
            links: links(source, events),
            words: 0,
            sections: Vec::new(),
            placeholders: Vec::new(),
            marked: Vec::new(),
            path: source.path.clone(),
        },
        text: String::new(),
    };
    let mut at = 0;
    while at < events.len() {
        at = judge.step(events, at);
    }
    judge.standing
}

struct Judge<'a> {
    source: &'a SourceFile,
    standing: Standing,
    /// Of the block at hand; kept for the room that it has.
    text: String,
}

impl Judge<'_> {
    /// Looks at one event and returns the index of the next one to look at.
    fn step(&mut self, events: &Events, at: usize) -> usize {
        let (event, range) = &events[at];
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let end = end_of(events, at);
                if *level == HeadingLevel::H2 {
                    self.section(one_line(&plain(&events[at..end])), range.clone());
                }
                end
            }
            Event::Start(Tag::CodeBlock(_)) => {
                let end = end_of(events, at);
                if !plain(&events[at..end]).trim().is_empty() {
                    self.artefact();
                }
                end
            }
            Event::Start(Tag::HtmlBlock) => {
                let end = end_of(events, at);
                if !is_comment(&events[at..end]) {
                    self.artefact();
                }
                end
            }
            Event::Start(Tag::Image { .. }) => {
                self.artefact();
                at + 1
            }
            _ if is_inline(event) => {
                let length = events[at..].iter().take_while(|(event, _)| is_inline(event)).count();
                self.block(&events[at..at + length]);
                at + length
            }
            _ => at + 1,
        }
    }

    fn section(&mut self, title: String, range: Range<usize>) {
        let span = self.span(range.into());
        self.standing.sections.push(Section {
            title,
            span,
            filled: false,
            words: 0,
            artefact: false,
        });
    }

    /// Something other than words stands in the section.
    fn artefact(&mut self) {
        if let Some(section) = self.standing.sections.last_mut() {
            section.filled = true;
            section.artefact = true;
        }
    }

    /// A run of inline events: a paragraph, an item, a cell.
    fn block(&mut self, events: &Events) {
        self.text.clear();
        push_plain(&mut self.text, events);
        if is_placeholder(&self.text) {
            let start = events.first().map_or(0, |(_, range)| range.start);
            let end = events.last().map_or(start, |(_, range)| range.end);
            let span = self.span(TextRange::new(start, end));
            if is_marked(&self.text) {
                self.standing.marked.extend(span.clone());
            }
            self.standing.placeholders.extend(span);
            return;
        }
        let image = |event: &Event| matches!(event, Event::Start(Tag::Image { .. }));
        if events.iter().any(|(event, _)| image(event)) {
            self.artefact();
        }
        let words = words(&self.text);
        self.standing.words += words;
        if let Some(section) = self.standing.sections.last_mut().filter(|_| words > 0) {
            section.filled = true;
            section.words += words;
        }
    }

    fn span(&self, range: TextRange) -> Option<Span> {
        self.source.map.span(range)
    }
}

/// True for a block of HTML that readers see nothing of.
fn is_comment(events: &Events) -> bool {
    let mut html = String::new();
    for (event, _) in events {
        if let Event::Html(line) = event {
            html.push_str(line);
        }
    }
    let html = html.trim();
    html.starts_with("<!--") && html.find("-->").is_some_and(|end| end + 3 == html.len())
}

fn is_inline(event: &Event) -> bool {
    match event {
        Event::Text(_)
        | Event::Code(_)
        | Event::InlineMath(_)
        | Event::DisplayMath(_)
        | Event::InlineHtml(_)
        | Event::SoftBreak
        | Event::HardBreak
        | Event::FootnoteReference(_) => true,
        Event::Start(tag) => is_inline_tag(tag.to_end()),
        Event::End(tag) => is_inline_tag(*tag),
        _ => false,
    }
}

fn is_inline_tag(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link | TagEnd::Image
    )
}

/// Counts words: runs of letters and digits between spaces; each character of a script that is
/// written without spaces counts as one.
fn words(text: &str) -> usize {
    if text.is_ascii() {
        let tokens = text.as_bytes().split(|byte| matches!(byte, b'\t'..=b'\r' | b' '));
        return tokens.filter(|token| token.iter().any(u8::is_ascii_alphanumeric)).count();
    }
    let in_token = |token: &str| {
        let unspaced = token.chars().filter(|char| is_unspaced(*char)).count();
        let spaced = token.chars().any(|char| char.is_alphanumeric() && !is_unspaced(char));
        unspaced + usize::from(spaced)
    };
    text.split_whitespace().map(in_token).sum()
}
