//! One source file → facts, standing, own, body, diagnostics.
//!
//! Pure, and never fails: what can't be read stays as text and is reported. Parsing doesn't know
//! URLs; a link is a numbered hole in the [`Body`], filled in when the site is known.

mod code;
mod digest;
mod fences;
mod highlight;
mod html;
mod markup;
mod math;
mod prose;
mod standing;
mod summary;
mod text;

pub use code::CodeCache;
pub use digest::{bound_digest, data_digest};
pub use fences::{Fence, hidden_prefix};
pub use highlight::names as languages;
pub use standing::{Section, Standing};
pub use summary::{Chapter, Summary, read_summary};

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Options, Parser, Tag, TextMergeWithOffset};
use serde::{Deserialize, Serialize};

use crate::base::{Digest, Hasher, SitePath, one_line, percent_decode};
use crate::checklist::{Events, end_of};
use crate::config::Html;
use crate::diag::{Diagnostic, Span};
use crate::diagrams::{Drawing, Drawings};
use crate::source::{FrontMatter, SourceFile, Suppression, without_directives};

/// A page after parsing.
#[derive(Debug)]
pub struct ParsedPage {
    /// What other pages may know.
    pub facts: PageFacts,
    /// What its status is judged by.
    pub standing: Standing,
    /// What only its own view may know.
    pub own: PageOwn,
    /// Its HTML.
    pub body: Body,
    /// Its text, for the search; empty when there is none.
    pub text: Vec<TextSection>,
    /// Its code, which may be run.
    pub fences: Vec<Fence>,
    /// What was found, with what was found when it was read.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings that are meant to be.
    pub suppressions: Vec<Suppression>,
    /// Whether parsing it again can give nothing else: false when time ran out for a diagram.
    pub lasting: bool,
}

/// What all other pages may know of a page.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageFacts {
    /// Where it is.
    pub path: SitePath,
    /// Its front matter.
    pub front: FrontMatter,
    /// The text of the heading that it begins with, and its id.
    pub heading: Option<(String, String)>,
    /// All ids that a link can lead to.
    pub anchors: Vec<String>,
    /// Its links and images, in order: hole `n` of the body is number `n`.
    pub links: Vec<LinkRef>,
    /// The files that its text was made from, besides its own.
    pub includes: Vec<SitePath>,
    /// The variables that it uses.
    pub variables: Vec<String>,
}

impl PageFacts {
    /// Of everything but the places of things in the text, so that typing in a paragraph isn't
    /// news to the rest of the site. Places of gaps and aliases count: they are in findings.
    pub fn digest(&self) -> Digest {
        let mut hasher = Hasher::default();
        let front = &self.front;
        let meta = (
            (&self.path, &front.title, &front.gaps, &front.description, &front.tags),
            (front.order, &front.aliases, front.draft, &front.kind, &front.controls),
            (front.owner.as_ref().map(|owner| &owner.text), &front.review_every, &front.claim),
            (&self.heading, &self.anchors, &self.includes, &self.variables),
        );
        hasher.field(format!("{meta:?}").as_bytes());
        for link in &self.links {
            hasher.field(link.dest.as_bytes());
            hasher.field(link.span.path.as_str().as_bytes());
            hasher.field(&[u8::from(link.image)]);
        }
        hasher.finish()
    }
}

/// What no other page may know.
#[derive(Debug, Serialize, Deserialize)]
pub struct PageOwn {
    /// The headings of levels 2 and 3.
    pub toc: Vec<Heading>,
    /// The first paragraph, for lists and search engines; may be empty.
    pub excerpt: String,
    /// The directives that are left to the theme, in order.
    pub directives: Vec<DirectiveUse>,
    /// The names of the drawings in its body.
    pub drawings: Vec<String>,
}

/// A section of a page without markup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextSection {
    /// The heading over it; empty at the top of the page.
    pub heading: String,
    /// The id of the heading.
    pub id: String,
    /// The text, on one line.
    pub text: String,
}

/// A heading of the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// From 1 to 6.
    pub level: u8,
    /// Its text.
    pub title: String,
    /// Its id within the page.
    pub id: String,
}

/// A link or an image as it was written.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinkRef {
    /// What was written, with character references resolved.
    pub dest: String,
    /// Whether it is an image.
    pub image: bool,
    /// Its place; relative paths start from the folder of the file.
    pub span: Span,
}

impl LinkRef {
    /// The source path that is meant, if it lies within the project; a leading slash means the
    /// content folder.
    pub fn path(&self, src: &str) -> Option<SitePath> {
        let end = self.dest.find(['?', '#']).unwrap_or(self.dest.len());
        let decoded = percent_decode(&self.dest[..end]).filter(|path| !path.is_empty())?;
        let absolute = decoded.strip_prefix('/').map(|rest| format!("/{src}/{rest}"));
        self.span.path.sibling(absolute.as_deref().unwrap_or(&decoded))
    }
}

/// HTML with holes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// The parts, in order.
    pub pieces: Vec<Piece>,
    /// The diagrams in it, with the keys of their texts.
    pub drawings: Vec<(Digest, Drawing)>,
}

/// A part of a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Piece {
    /// HTML as it is.
    Html(String),
    /// The URL of a link, by its number in [`PageFacts::links`].
    Link(usize),
    /// What the theme makes of a directive.
    Directive(Box<DirectiveUse>),
    /// The URL of a file that is made for the page, from the root of the site.
    Made(String),
    /// Highlighted code.
    Code {
        /// Of its language and its text.
        key: Digest,
        /// Its HTML.
        html: String,
    },
}

/// A directive that is left to the theme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectiveUse {
    /// Its name.
    pub name: String,
    /// As it was written, which is what is shown when the theme doesn't define it.
    pub written: String,
    /// What is wrong with its arguments.
    pub fault: Option<String>,
    /// Whether it stands by itself, and in no paragraph.
    pub block: bool,
    /// Its arguments.
    pub values: Vec<(String, String)>,
    /// Those that are addresses, by the numbers of their links in [`PageFacts::links`].
    pub links: Vec<(String, usize)>,
    /// Its place.
    pub span: Option<Span>,
}

impl Body {
    /// The same with other HTML around the holes.
    #[must_use]
    pub fn map_html(&self, change: impl Fn(&str) -> String) -> Self {
        let change = |piece: &Piece| match piece {
            Piece::Html(html) => Piece::Html(change(html)),
            other => other.clone(),
        };
        Self { pieces: self.pieces.iter().map(change).collect(), drawings: Vec::new() }
    }

    /// The HTML, with each hole filled by the escaped URL that is given for it, or by what is made
    /// of a directive; `root` leads from the page to the root of the site.
    pub fn fill<'a, E>(
        &self,
        root: &str,
        url: impl Fn(usize) -> &'a str,
        directive: impl Fn(&DirectiveUse) -> Result<String, E>,
    ) -> Result<String, E> {
        let length = |piece: &Piece| match piece {
            Piece::Html(html) | Piece::Code { html, .. } => html.len(),
            Piece::Link(number) => url(*number).len(),
            Piece::Directive(_) => 0,
            Piece::Made(file) => root.len() + file.len(),
        };
        let mut out = String::with_capacity(self.pieces.iter().map(length).sum());
        for piece in &self.pieces {
            match piece {
                Piece::Html(html) | Piece::Code { html, .. } => out.push_str(html),
                Piece::Link(number) => out.push_str(&crate::base::escape_html(url(*number))),
                Piece::Directive(used) => out.push_str(&directive(used)?),
                Piece::Made(file) => out.extend([root, file]),
            }
        }
        Ok(out)
    }

    fn directives(&self) -> Vec<DirectiveUse> {
        let used = |piece: &Piece| match piece {
            Piece::Directive(used) => Some((**used).clone()),
            _ => None,
        };
        self.pieces.iter().filter_map(used).collect()
    }
}

/// Which extensions of Markdown are read, and how.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct ParseOptions<'a> {
    /// Whether HTML is passed through.
    pub raw_html: bool,
    /// Whether straight quotes become typographic ones.
    pub smart_punctuation: bool,
    /// Whether definition lists are read.
    pub definition_lists: bool,
    /// Whether GitHub alerts are read.
    pub alerts: bool,
    /// How lines of code begin that aren't shown, by language.
    pub hidelines: &'a BTreeMap<String, String>,
    /// Whether formulas in LaTeX stand between dollar signs.
    pub math: bool,
    /// Whether the text is kept for the search.
    pub search: bool,
    /// Whether diagrams are drawn.
    pub diagrams: bool,
}

impl<'a> From<&'a Html> for ParseOptions<'a> {
    fn from(html: &'a Html) -> Self {
        Self {
            raw_html: html.raw_html,
            smart_punctuation: html.smart_punctuation,
            definition_lists: html.definition_lists,
            alerts: html.admonitions,
            math: html.math,
            hidelines: &html.hidelines,
            search: html.search.enable,
            diagrams: html.diagrams,
        }
    }
}

/// What was made before and is expensive: what isn't there isn't wanted.
#[derive(Clone, Copy, Default)]
pub struct Memory<'a> {
    /// Highlighted code. Without it none is highlighted, which takes a tenth of the time and
    /// changes nothing but the body.
    pub code: Option<&'a CodeCache>,
    /// Diagrams. Without it none is drawn, and none that can't be drawn is found.
    pub drawings: Option<&'a Drawings>,
}

impl Memory<'_> {
    /// Keeps what is in the body of a page for its next version.
    pub fn keep(&self, body: &Body) {
        if let Some(code) = self.code {
            code.keep_all(body);
        }
        if let Some(known) = self.drawings {
            body.drawings.iter().for_each(|(key, drawing)| known.keep(*key, drawing));
        }
    }
}

/// Only what the status of a page is judged by.
pub fn standing(source: &SourceFile, options: ParseOptions) -> Standing {
    standing_of(source, &events(&source.text, options), options)
}

fn standing_of(source: &SourceFile, all: &Events, options: ParseOptions) -> Standing {
    let digest = match &source.bound {
        Some(text) => digest::digest(&events(text, options)),
        None => digest::digest(all),
    };
    standing::judge(source, all, digest)
}

fn events<'a>(text: &'a str, options: ParseOptions) -> Vec<(Event<'a>, std::ops::Range<usize>)> {
    let parser = Parser::new_ext(text, extensions(options)).into_offset_iter();
    TextMergeWithOffset::new(parser).collect()
}

/// An event comes with so many bytes of text or more, as a rule.
const BYTES_AN_EVENT: usize = 10;

/// Parses one page.
pub fn parse(source: SourceFile, options: ParseOptions, memory: Memory) -> ParsedPage {
    let mut unresolved = Vec::new();
    let look = prose::unresolved(&mut unresolved);
    let parser =
        Parser::new_with_broken_link_callback(&source.text, extensions(options), Some(look));
    let definitions = prose::definitions(parser.reference_definitions());
    let mut events = Vec::with_capacity(source.text.len() / BYTES_AN_EVENT);
    events.extend(TextMergeWithOffset::new(parser.into_offset_iter()));
    let (heading, body) = split_heading(&events);
    let mut written = html::write(&source, &events[body..], heading.as_ref(), options, memory);
    let standing = standing_of(&source, &events, options);
    let fences = fences::fences(&source, &events);
    let excerpt = excerpt(&events);
    let drawings = written.body.drawings.iter().map(|(_, drawing)| drawing.name()).collect();
    let mut prose = prose::check(&prose::Text {
        source: &source,
        events: &events,
        definitions: &definitions,
        unresolved: &unresolved,
        marked: &standing.marked,
    });
    let text = match options.search {
        true => text::sections(&events[body..], &written.heading_ids),
        false => Vec::new(),
    };
    let mut diagnostics = source.diagnostics;
    diagnostics.append(&mut written.diagnostics);
    diagnostics.append(&mut prose);
    ParsedPage {
        facts: PageFacts {
            path: source.path,
            front: source.front,
            heading,
            anchors: written.anchors,
            links: written.links,
            includes: source.includes,
            variables: source.variables,
        },
        standing,
        own: PageOwn { toc: written.toc, excerpt, directives: written.body.directives(), drawings },
        body: written.body,
        text,
        fences,
        diagnostics,
        suppressions: source.suppressions,
        lasting: written.lasting,
    }
}

fn extensions(options: ParseOptions) -> Options {
    let mut extensions = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    extensions.set(Options::ENABLE_SMART_PUNCTUATION, options.smart_punctuation);
    extensions.set(Options::ENABLE_DEFINITION_LIST, options.definition_lists);
    extensions.set(Options::ENABLE_MATH, options.math);
    extensions
}

/// The heading of level 1 that a page begins with, and where the rest begins. The template
/// writes the heading, so that it can put the status of the page under it.
fn split_heading(events: &Events) -> (Option<(String, String)>, usize) {
    let Some((Event::Start(Tag::Heading { level, id, .. }), _)) = events.first() else {
        return (None, 0);
    };
    if *level as u8 != 1 {
        return (None, 0);
    }
    let end = end_of(events, 0);
    let title = one_line(&plain(&events[..end]));
    let id = id.as_ref().map_or_else(|| markup::heading_id(&title), ToString::to_string);
    (Some((title, id)), end)
}

/// The text of some events, without markup.
fn plain(events: &Events) -> String {
    let mut out = String::new();
    push_plain(&mut out, events);
    out
}

fn push_plain(out: &mut String, events: &Events) {
    for (event, _) in events {
        match event {
            Event::Text(text) => out.push_str(&without_directives(text)),
            Event::Code(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                out.push_str(text);
            }
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
}

/// The first paragraph that somebody wrote, cut at a word after 200 characters.
fn excerpt(events: &Events) -> String {
    let paragraphs = events
        .iter()
        .enumerate()
        .filter(|(_, (event, _))| matches!(event, Event::Start(Tag::Paragraph)))
        .map(|(start, _)| one_line(&plain(&events[start..end_of(events, start)])));
    let Some(text) = paragraphs.into_iter().find(|text| !standing::is_placeholder(text)) else {
        return String::new();
    };
    let Some((cut, _)) = text.char_indices().nth(200) else { return text };
    let cut = text[..cut].rfind(' ').unwrap_or(cut);
    format!("{} …", &text[..cut])
}
