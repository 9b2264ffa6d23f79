//! Writes the HTML of a page from its events.
//!
//! There is no `style` attribute in what it writes, so that a strict content security policy
//! holds: alignment is a class. URLs are holes.

mod code;
mod diagram;
mod directives;
mod marks;
mod notes;
mod quotes;
mod raw;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use memchr::memchr;
use pulldown_cmark::{Alignment, CowStr, Event, LinkType, Tag, TagEnd};

use super::markup;
use super::math::Place;
use super::{Body, Heading, LinkRef, Memory, ParseOptions, Piece, plain};
use crate::base::{Digest, escape_html, one_line, push_escaped};
use crate::checklist::{Events, end_of};
use crate::diag::Diagnostic;
use crate::diagrams::Drawing;
use crate::source::{self, Part, SourceFile};

/// What writing a page gives.
pub(super) struct Written {
    pub body: Body,
    pub toc: Vec<Heading>,
    /// The id of each heading by the place where it begins.
    pub heading_ids: BTreeMap<usize, String>,
    pub anchors: Vec<String>,
    pub links: Vec<LinkRef>,
    pub diagnostics: Vec<Diagnostic>,
    pub lasting: bool,
}

/// Writes the body of a page; `heading` is the one that the template writes.
pub(super) fn write(
    source: &SourceFile,
    events: &Events,
    heading: Option<&(String, String)>,
    options: ParseOptions,
    memory: Memory,
) -> Written {
    let mut writer = Writer::new(source, options, memory);
    if let Some((_, id)) = heading {
        writer.take_id(id);
    }
    writer.events(events);
    writer.footnotes();
    writer.finish()
}

struct Writer<'a> {
    source: &'a SourceFile,
    options: ParseOptions<'a>,
    memory: Memory<'a>,
    out: Vec<Piece>,
    drawings: Vec<(Digest, Drawing)>,
    toc: Vec<Heading>,
    heading_ids: BTreeMap<usize, String>,
    ids: BTreeSet<String>,
    links: Vec<LinkRef>,
    diagnostics: Vec<Diagnostic>,
    /// Whether writing it again can give nothing else.
    lasting: bool,
    /// How each open quotation ends.
    quotes: Vec<&'static str>,
    /// How each open link ends.
    anchors_open: usize,
    table: Table,
    notes: Notes,
    /// Where the last of the tabs ends that stand together.
    tabs_end: usize,
}

/// So many bytes of HTML stand between two holes, or more.
const ROOM: usize = 512;

/// Where we are in a table.
#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    head: bool,
}

/// Footnotes: numbers are given in the order of the first reference.
#[derive(Default)]
struct Notes {
    numbers: BTreeMap<String, usize>,
    references: BTreeMap<String, usize>,
    order: Vec<String>,
    texts: BTreeMap<String, (Vec<Piece>, Range<usize>)>,
}

impl<'a> Writer<'a> {
    fn new(source: &'a SourceFile, options: ParseOptions<'a>, memory: Memory<'a>) -> Self {
        Self {
            source,
            options,
            memory,
            out: Vec::new(),
            drawings: Vec::new(),
            toc: Vec::new(),
            heading_ids: BTreeMap::new(),
            ids: BTreeSet::new(),
            links: Vec::new(),
            diagnostics: Vec::new(),
            lasting: true,
            quotes: Vec::new(),
            anchors_open: 0,
            table: Table::default(),
            notes: Notes::default(),
            tabs_end: usize::MAX,
        }
    }

    fn finish(self) -> Written {
        Written {
            body: Body { pieces: self.out, drawings: self.drawings },
            toc: self.toc,
            heading_ids: self.heading_ids,
            anchors: self.ids.into_iter().collect(),
            links: self.links,
            diagnostics: self.diagnostics,
            lasting: self.lasting,
        }
    }

    fn push(&mut self, html: &str) {
        // CommonMark, section 2.3: the character is replaced for security reasons.
        if memchr(0, html.as_bytes()).is_some() {
            return self.push(&html.replace('\0', "\u{FFFD}"));
        }
        self.last().push_str(html);
    }

    /// The HTML since the last hole.
    fn last(&mut self) -> &mut String {
        if !matches!(self.out.last(), Some(Piece::Html(_))) {
            self.out.push(Piece::Html(String::with_capacity(ROOM)));
        }
        match self.out.last_mut() {
            Some(Piece::Html(last)) => last,
            _ => unreachable!("it was just pushed"),
        }
    }

    /// Takes an end back that was just written, if it was.
    fn take_back(&mut self, end: &str) -> bool {
        let Some(Piece::Html(last)) = self.out.last_mut() else { return false };
        let Some(length) = last.strip_suffix(end).map(str::len) else { return false };
        last.truncate(length);
        true
    }

    fn push_escaped(&mut self, text: &str) {
        let text = source::as_written(text);
        match memchr(0, text.as_bytes()).is_some() {
            true => self.push(&escape_html(&text)),
            false => push_escaped(self.last(), &text),
        }
    }

    /// Leaves a hole for the URL of a link.
    fn push_link(&mut self, dest: &str, image: bool, range: Range<usize>) {
        self.out.push(Piece::Link(self.links.len()));
        self.add_link(dest, image, range);
    }

    fn report(&mut self, code: &str, range: Range<usize>, message: String) -> &mut Diagnostic {
        let span = self.source.map.span(range.into());
        self.diagnostics.push(Diagnostic::new(code, span, message));
        self.diagnostics.last_mut().expect("one was pushed")
    }

    fn events(&mut self, events: &Events) {
        let mut at = 0;
        while at < events.len() {
            at = self.event(events, at);
        }
    }

    /// Writes one event, or an element as a whole; returns the index of what comes next.
    fn event(&mut self, events: &Events, at: usize) -> usize {
        let (event, range) = &events[at];
        match event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                let end = end_of(events, at);
                self.heading(*level as u8, id.as_ref(), &events[at + 1..end - 1], range.clone());
                return end;
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let end = end_of(events, at);
                self.code_or_tab(kind, &code_text(&events[at..end]), range.clone());
                return end;
            }
            Event::Start(Tag::Image { dest_url, title, .. }) => {
                let end = end_of(events, at);
                self.image(dest_url, title, &plain(&events[at..end]), range.clone());
                return end;
            }
            Event::Start(Tag::FootnoteDefinition(name)) => {
                let end = end_of(events, at);
                self.footnote(name, &events[at + 1..end - 1], range.clone());
                return end;
            }
            Event::Start(Tag::BlockQuote(_)) => return self.quote(events, at),
            Event::Start(Tag::Paragraph) => {
                if let Some(end) = self.directives_alone(events, at) {
                    return end;
                }
                self.push("<p>");
            }
            Event::Start(Tag::DefinitionListTitle) => {
                let end = end_of(events, at);
                self.term(&events[at + 1..end - 1]);
                return end;
            }
            Event::Start(tag) => self.start(tag, item_head(&events[at + 1..]), range.clone()),
            Event::End(tag) => self.end(*tag),
            Event::Text(text) => self.text(text, range.clone()),
            Event::Code(code) => {
                self.push("<code>");
                self.push_escaped(code);
                self.push("</code>");
            }
            Event::Html(_) => return self.html_block(events, at),
            Event::InlineHtml(html) => self.raw_html(html, range.clone()),
            Event::FootnoteReference(name) => self.footnote_reference(name),
            Event::SoftBreak => self.push("\n"),
            Event::HardBreak => self.push("<br>\n"),
            Event::Rule => self.push("<hr>\n"),
            Event::TaskListMarker(done) => self.task_box(*done),
            Event::InlineMath(formula) => self.formula(formula, Place::Inline, range.clone()),
            Event::DisplayMath(formula) => self.formula(formula, Place::Block, range.clone()),
        }
        at + 1
    }

    fn start(&mut self, tag: &Tag, next: &Events, range: Range<usize>) {
        match tag {
            Tag::List(None) => self.push("<ul>\n"),
            Tag::List(Some(1)) => self.push("<ol>\n"),
            Tag::List(Some(first)) => self.push(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => {
                let task = next.iter().any(|(event, _)| matches!(event, Event::TaskListMarker(_)));
                self.push(if task { "<li class=\"task\">" } else { "<li>" });
            }
            Tag::DefinitionList => self.push("<dl>\n"),
            Tag::DefinitionListDefinition => self.push("<dd>"),
            Tag::Table(alignments) => {
                self.table = Table { alignments: alignments.clone(), column: 0, head: true };
                self.push(
                    "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"Table\">",
                );
                self.push("<table>\n<thead>\n<tr>");
            }
            Tag::TableRow => {
                self.table.column = 0;
                self.push("<tr>");
            }
            Tag::TableCell => self.cell(),
            Tag::Emphasis => self.push("<em>"),
            Tag::Strong => self.push("<strong>"),
            Tag::Strikethrough => self.push("<del>"),
            Tag::Link { link_type: LinkType::Email, dest_url, title, .. } => {
                self.link(&format!("mailto:{dest_url}"), title, range);
            }
            Tag::Link { dest_url, title, .. } => self.link(dest_url, title, range),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph => self.push("</p>\n"),
            TagEnd::List(true) => self.push("</ol>\n"),
            TagEnd::List(false) => self.push("</ul>\n"),
            TagEnd::Item => self.push("</li>\n"),
            TagEnd::DefinitionList => self.push("</dl>\n"),
            TagEnd::DefinitionListDefinition => self.push("</dd>\n"),
            TagEnd::TableHead => {
                self.table.head = false;
                self.push("</tr>\n</thead>\n<tbody>\n");
            }
            TagEnd::TableRow => self.push("</tr>\n"),
            TagEnd::TableCell => {
                self.table.column += 1;
                self.push(if self.table.head { "</th>" } else { "</td>" });
            }
            TagEnd::Table => self.push("</tbody>\n</table></div>\n"),
            TagEnd::Emphasis => self.push("</em>"),
            TagEnd::Strong => self.push("</strong>"),
            TagEnd::Strikethrough => self.push("</del>"),
            TagEnd::Link => {
                self.anchors_open = self.anchors_open.saturating_sub(1);
                self.push("</a>");
            }
            TagEnd::BlockQuote(_) => {
                let close = self.quotes.pop().unwrap_or("</blockquote>\n");
                self.push(close);
            }
            _ => {}
        }
    }

    fn cell(&mut self) {
        let alignment = self.table.alignments.get(self.table.column).copied();
        let class = match alignment.unwrap_or(Alignment::None) {
            Alignment::None => "",
            Alignment::Left => " class=\"align-left\"",
            Alignment::Center => " class=\"align-center\"",
            Alignment::Right => " class=\"align-right\"",
        };
        let tag = if self.table.head { "<th scope=\"col\"" } else { "<td" };
        self.push(tag);
        self.push(class);
        self.push(">");
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if !source::has_directives(text) {
            return self.plain_text(text, range);
        }
        for part in source::parts(text) {
            match part {
                Part::Text(text) => self.plain_text(text, range.clone()),
                Part::Directive(written) => self.directive(&written, false, range.clone()),
            }
        }
    }

    fn plain_text(&mut self, text: &str, range: Range<usize>) {
        if memchr(b'[', text.as_bytes()).is_some() {
            self.missing_notes(text, &range);
        }
        if self.anchors_open > 0 {
            return self.push_escaped(text);
        }
        let mut done = 0;
        for (place, url) in markup::addresses(text) {
            self.push_escaped(&text[done..place.start]);
            self.push("<a href=\"");
            self.push_link(&url, false, range.clone());
            self.push("\">");
            self.push_escaped(&text[place.clone()]);
            self.push("</a>");
            done = place.end;
        }
        self.push_escaped(&text[done..]);
    }

    /// A reference to a footnote that isn't defined stays in the text.
    fn missing_notes(&mut self, text: &str, range: &Range<usize>) {
        for (at, _) in text.match_indices("[^") {
            let Some((name, _)) = text[at + 2..].split_once(']') else { return };
            if !name.is_empty() && !name.contains(char::is_whitespace) {
                let message = format!("the footnote `{}` isn't defined", one_line(name));
                self.report("P003", range.clone(), message);
            }
        }
    }

    fn link(&mut self, dest: &str, title: &str, range: Range<usize>) {
        self.anchors_open += 1;
        self.push("<a href=\"");
        self.push_link(dest, false, range);
        self.push("\"");
        self.title(title);
        self.push(">");
    }

    fn image(&mut self, dest: &str, title: &str, text: &str, range: Range<usize>) {
        let class = match dest.rsplit_once('#').map(|(_, fragment)| fragment) {
            Some("only-dark" | "gh-dark-mode-only") => "class=\"only-dark\" ",
            Some("only-light" | "gh-light-mode-only") => "class=\"only-light\" ",
            _ => "",
        };
        self.push(&format!("<img {class}src=\""));
        self.push_link(dest, true, range);
        self.push("\" alt=\"");
        self.push_escaped(text);
        self.push("\"");
        self.title(title);
        self.push(">");
    }

    fn title(&mut self, title: &str) {
        if !title.is_empty() {
            self.push(" title=\"");
            self.push_escaped(title);
            self.push("\"");
        }
    }

    fn task_box(&mut self, done: bool) {
        let (checked, label) = if done { (" checked", "Done") } else { ("", "To do") };
        self.push(&format!("<input type=\"checkbox\" disabled{checked} aria-label=\"{label}\"> "));
    }

    fn heading(&mut self, level: u8, id: Option<&CowStr>, inner: &Events, range: Range<usize>) {
        let title = one_line(&plain(inner));
        let place = range.start;
        let id = match id {
            Some(id) => self.explicit_id(id, range),
            None => self.free_id(markup::heading_id(&title)),
        };
        self.push(&format!("<h{level} id=\"{}\">", escape_html(&id)));
        self.events(inner);
        let (id_text, title_text) = (escape_html(&id), escape_html(&title));
        self.push(&format!(
            "<a class=\"anchor\" href=\"#{id_text}\" aria-label=\"Link to section {title_text}\">\
             #</a></h{level}>\n"
        ));
        self.heading_ids.insert(place, id.clone());
        if matches!(level, 2 | 3) {
            self.toc.push(Heading { level, title, id });
        }
    }

    fn take_id(&mut self, id: &str) -> bool {
        self.ids.insert(id.to_string())
    }

    fn explicit_id(&mut self, id: &str, range: Range<usize>) -> String {
        if !self.take_id(id) {
            let message = format!("the id `{}` stands twice on this page", one_line(id));
            self.report("P002", range, message);
        }
        id.to_string()
    }

    /// The id, or the id with the first free number.
    fn free_id(&mut self, id: String) -> String {
        if self.take_id(&id) {
            return id;
        }
        let free = (1..)
            .map(|number| format!("{id}-{number}"))
            .find(|free| !self.ids.contains(free))
            .expect("numbers don't run out");
        self.take_id(&free);
        free
    }

    fn term(&mut self, inner: &Events) {
        let id = self.free_id(markup::heading_id(&plain(inner)));
        self.push(&format!("<dt id=\"{}\">", escape_html(&id)));
        self.events(inner);
        self.push("</dt>\n");
    }
}

/// The text of a block of code.
fn code_text(events: &Events) -> String {
    let text = |(event, _): &(Event, _)| match event {
        Event::Text(text) => Some(source::as_written(text).into_owned()),
        _ => None,
    };
    events.iter().filter_map(text).collect()
}

/// The events at the head of an item, where the box of a task stands; after the start of a
/// paragraph when there are blank lines between the items.
fn item_head<'a, 'b>(after: &'b Events<'a>) -> &'b Events<'a> {
    let loose = matches!(after.first(), Some((Event::Start(Tag::Paragraph), _)));
    &after[..after.len().min(if loose { 2 } else { 1 })]
}
