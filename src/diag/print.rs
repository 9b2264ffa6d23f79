//! Prints diagnostics. Lines and columns are computed here and nowhere else.

use std::collections::HashMap;
use std::fmt::Write;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde::Serialize;

use super::{Diagnostic, Severity, Span};
use crate::base::{SitePath, plural};

/// How diagnostics are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// With the lines around each place, in colour where that is wanted.
    Human {
        /// Whether to use colour.
        color: bool,
    },
    /// One line each: `path:line:column: severity[code]: message`.
    Short,
    /// One JSON object a line.
    Json,
}

/// Gives the text of a source file; none when it can't be read.
pub type SourceText<'a> = dyn Fn(&SitePath) -> Option<String> + 'a;

/// Writes all diagnostics in one format.
pub fn print(diagnostics: &[Diagnostic], format: Format, text: &SourceText) -> String {
    let mut sources = Sources { read: text, texts: HashMap::new() };
    let mut out = String::new();
    for diagnostic in diagnostics {
        match format {
            Format::Human { color } => out += &human(diagnostic, color, &mut sources),
            Format::Short => out += &short(diagnostic, &mut sources),
            Format::Json => out += &json(diagnostic, &mut sources),
        }
    }
    out
}

/// `2 errors, 1 warning`; empty when there is nothing.
pub fn print_summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|found| found.severity == severity).count();
    [(count(Severity::Error), "error"), (count(Severity::Warning), "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| plural(count, noun))
        .collect::<Vec<_>>()
        .join(", ")
}

struct Sources<'a> {
    read: &'a SourceText<'a>,
    texts: HashMap<SitePath, Option<String>>,
}

impl Sources<'_> {
    fn text(&mut self, path: &SitePath) -> Option<&str> {
        let read = self.read;
        self.texts.entry(path.clone()).or_insert_with(|| read(path)).as_deref()
    }
}

/// A line and a column, both from 1; columns count characters.
#[derive(Serialize, Clone, Copy)]
struct Position {
    line: usize,
    column: usize,
}

fn position(text: &str, offset: usize) -> Position {
    let head = &text[..text.floor_char_boundary(offset.min(text.len()))];
    let start = head.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: head.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: head[start..].chars().count() + 1,
    }
}

fn human(diagnostic: &Diagnostic, color: bool, sources: &mut Sources) -> String {
    let message = printable(&diagnostic.message);
    let help = diagnostic.help.as_deref().map(printable);
    let path = diagnostic.span.as_ref().map(|span| printable(span.path.as_str()));
    let window = diagnostic.span.as_ref().and_then(|span| window(span, sources));
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&message).id(diagnostic.rule.code));
    match (&window, &path) {
        (Some(window), Some(path)) => {
            let place = AnnotationKind::Primary.span(window.start..window.end);
            let snippet = Snippet::source(&window.text).path(path.as_str()).line_start(window.line);
            group = group.element(snippet.annotation(place));
        }
        (None, Some(path)) => group = group.element(Origin::path(path.as_str())),
        _ => {}
    }
    if let Some(help) = &help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    format!("{}\n\n", renderer.decor_style(DecorStyle::Ascii).render(&[group]))
}

/// The lines that a place touches, with the place relative to them.
struct Window {
    text: String,
    line: usize,
    start: usize,
    end: usize,
}

/// At most this many lines and bytes of a place are shown.
const WINDOW_LINES: usize = 3;
const WINDOW_BYTES: usize = 2_000;

/// None when the place is the file as a whole or the file can't be read.
fn window(span: &Span, sources: &mut Sources) -> Option<Window> {
    if span.range.end == 0 {
        return None;
    }
    let text = sources.text(&span.path)?;
    let start = text.floor_char_boundary((span.range.start as usize).min(text.len()));
    let end = text.ceil_char_boundary((span.range.end as usize).min(text.len())).max(start);
    let head = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let head = text.ceil_char_boundary(head.max(start.saturating_sub(WINDOW_BYTES)));
    let tail: usize =
        text[head..].split_inclusive('\n').take(WINDOW_LINES).map(str::len).sum::<usize>() + head;
    let tail = text.floor_char_boundary(tail.min(start + WINDOW_BYTES)).max(start);
    let end = end.clamp(start, tail);
    let tail = text[end..tail].find('\n').map_or(tail, |newline| end + newline);
    Some(Window {
        text: text[head..tail].to_string(),
        line: position(text, start).line,
        start: start - head,
        end: end - head,
    })
}

fn short(diagnostic: &Diagnostic, sources: &mut Sources) -> String {
    let mut out = String::new();
    if let Some(span) = &diagnostic.span {
        let start = sources.text(&span.path).map(|text| position(text, span.range.start as usize));
        let start = start.unwrap_or(Position { line: 1, column: 1 });
        let path = printable(span.path.as_str());
        write!(out, "{path}:{}:{}: ", start.line, start.column).expect("strings take all");
    }
    let (severity, code) = (diagnostic.severity.word(), diagnostic.rule.code);
    let message = printable(&diagnostic.message);
    writeln!(out, "{severity}[{code}]: {message}").expect("strings take all");
    out
}

/// The shape of one line of `--format json`.
#[derive(Serialize)]
struct JsonLine<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    path: Option<&'a str>,
    start: Option<Position>,
    end: Option<Position>,
    help: Option<&'a str>,
}

fn json(diagnostic: &Diagnostic, sources: &mut Sources) -> String {
    let span = diagnostic.span.as_ref();
    let mut place = |offset: fn(&Span) -> u32| {
        let span = span?;
        Some(position(sources.text(&span.path)?, offset(span) as usize))
    };
    let line = JsonLine {
        code: diagnostic.rule.code,
        name: diagnostic.rule.name,
        severity: diagnostic.severity.word(),
        message: &diagnostic.message,
        path: span.map(|span| span.path.as_str()),
        start: place(|span| span.range.start),
        end: place(|span| span.range.end),
        help: diagnostic.help.as_deref(),
    };
    let text = serde_json::to_string(&line).expect("a diagnostic is plain data");
    format!("{text}\n")
}

/// Shows control characters by name, so that content can't drive the terminal.
fn printable(text: &str) -> String {
    let show = |char: char| match char {
        '\n' | '\t' => char.to_string(),
        _ if char.is_control() => char.escape_default().to_string(),
        // Marks that turn the direction of text could make a message read as another.
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => char.escape_unicode().to_string(),
        _ => char.to_string(),
    };
    text.chars().map(show).collect()
}
