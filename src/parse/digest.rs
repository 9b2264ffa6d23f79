//! The digest that a review is bound to, version 1.
//!
//! It is taken over the CommonMark events of a page: each element by name with what readers see
//! of it, text with white space folded, code as it stands. Front matter, the wrapping of lines,
//! trailing space, the choice of list markers, blank lines between items and the style of quotes
//! and dashes don't count.

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use super::Standing;
use crate::base::{Digest, Hasher, SitePath, is_plain};
use crate::checklist::Events;

/// What a review of a page is bound to: its text, with the files beside it that it links to. It
/// reads `v1-` and 32 hex digits.
pub fn bound_digest(
    standing: &Standing,
    src: &str,
    mut digest_of: impl FnMut(&SitePath) -> Option<Digest>,
) -> String {
    let mut hasher = Hasher::default();
    hasher.field(standing.digest.to_string().as_bytes());
    for path in standing.files(src) {
        let name = path.strip(standing.path.folder()).unwrap_or_default();
        if let Some(digest) = digest_of(&path) {
            hasher.field(name.as_bytes());
            hasher.field(digest.to_string().as_bytes());
        }
    }
    format!("v1-{}", hasher.finish())
}

/// What a review of a file that is no page is bound to: its bytes, whatever its line ends.
pub fn data_digest(bytes: &[u8]) -> String {
    let mut hasher = Hasher::default();
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    for line in lines {
        hasher.field(line.strip_suffix(b"\r").unwrap_or(line));
    }
    format!("v1-{}", hasher.finish())
}

/// The digest of a page's events.
pub(super) fn digest(events: &Events) -> Digest {
    let mut writer = Writer::default();
    for (event, _) in events {
        writer.event(event);
    }
    writer.flush();
    writer.hasher.finish()
}

#[derive(Default)]
struct Writer {
    hasher: Hasher,
    text: String,
    in_code: bool,
}

impl Writer {
    fn event(&mut self, event: &Event) {
        match event {
            Event::Text(text) if self.in_code => self.field("code", text),
            Event::Text(text) => self.text.push_str(text),
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.field("break", ""),
            Event::Code(code) => self.field("inline-code", code),
            Event::Html(html) | Event::InlineHtml(html) => self.field("html", html),
            Event::InlineMath(math) | Event::DisplayMath(math) => self.field("math", math),
            Event::FootnoteReference(name) => self.field("note", name),
            Event::Rule => self.field("rule", ""),
            Event::TaskListMarker(done) => self.field("task", if *done { "x" } else { " " }),
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(*tag),
        }
    }

    fn start(&mut self, tag: &Tag) {
        match tag {
            // An item's paragraph says only that there is a blank line between the items.
            Tag::Paragraph => {}
            Tag::Heading { level, .. } => self.field("heading", &(*level as u8).to_string()),
            Tag::BlockQuote(_) => self.field("quote", ""),
            Tag::CodeBlock(kind) => {
                let info = match kind {
                    CodeBlockKind::Fenced(info) => info,
                    CodeBlockKind::Indented => "",
                };
                self.field("block", info);
                self.in_code = true;
            }
            Tag::List(first) => {
                self.field("list", &first.map_or(String::new(), |first| first.to_string()));
            }
            Tag::FootnoteDefinition(name) => self.field("definition", name),
            Tag::Link { dest_url, title, .. } => {
                self.field("link", dest_url);
                self.field("title", title);
            }
            Tag::Image { dest_url, title, .. } => {
                self.field("image", dest_url);
                self.field("title", title);
            }
            Tag::Table(alignments) => self.field("table", &format!("{alignments:?}")),
            _ => self.field("start", name(tag.to_end())),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        self.flush();
        match tag {
            TagEnd::Paragraph => {}
            TagEnd::CodeBlock => {
                self.in_code = false;
                self.field("end", "");
            }
            _ => self.field("end", ""),
        }
    }

    fn field(&mut self, name: &str, value: &str) {
        self.flush();
        self.hasher.field(name.as_bytes());
        self.hasher.field(value.as_bytes());
    }

    /// Writes the text so far, folded.
    fn flush(&mut self) {
        if self.text.is_empty() {
            return;
        }
        self.hasher.field(b"text");
        match is_plain(&self.text) {
            true => self.hasher.field(self.text.as_bytes()),
            false => self.hasher.field(fold(&self.text).as_bytes()),
        }
        self.text.clear();
    }
}

/// The elements that have nothing but a name.
fn name(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::Item => "item",
        TagEnd::DefinitionList => "definitions",
        TagEnd::DefinitionListTitle => "term",
        TagEnd::DefinitionListDefinition => "meaning",
        TagEnd::TableHead => "head",
        TagEnd::TableRow => "row",
        TagEnd::TableCell => "cell",
        TagEnd::Emphasis => "emphasis",
        TagEnd::Strong => "strong",
        TagEnd::Strikethrough => "struck",
        _ => "other",
    }
}

/// Folds white space into single spaces, and typographic signs into those that are typed.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '!'..='~' => out.push(char),
            _ if char.is_whitespace() => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            '\u{2018}' | '\u{2019}' => out.push('\''),
            '\u{201C}' | '\u{201D}' => out.push('"'),
            '\u{2013}' => out.push_str("--"),
            '\u{2014}' => out.push_str("---"),
            '\u{2026}' => out.push_str("..."),
            _ => out.push(char),
        }
    }
    out
}
