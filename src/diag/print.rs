//! Prints diagnostics: for people here, for programs in files of their own.

use std::fmt::Write;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::place::{Sources, position};
use super::{Diagnostic, Severity, SourceText, Span, github, json, junit, sarif};
use crate::base::plural;

/// How diagnostics are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format<'a> {
    /// With the lines around each place, in colour where that is wanted.
    Human {
        /// Whether to use colour.
        color: bool,
    },
    /// One line each: `path:line:column: severity[code]: message`.
    Short,
    /// One JSON object a line.
    Json,
    /// Workflow commands of GitHub Actions.
    Github {
        /// From the top of the repository to the project, with a slash at the end; may be empty.
        prefix: &'a str,
    },
    /// SARIF 2.1.0.
    Sarif {
        /// From the top of the repository to the project, with a slash at the end; may be empty.
        prefix: &'a str,
    },
    /// JUnit XML.
    Junit {
        /// Whether warnings are failures, too.
        strict: bool,
    },
}

/// Writes all diagnostics in one format.
pub fn print(diagnostics: &[Diagnostic], format: Format, text: &SourceText) -> String {
    let mut sources = Sources::new(text);
    let mut each = |line: &dyn Fn(&Diagnostic, &mut Sources) -> String| {
        diagnostics.iter().map(|found| line(found, &mut sources)).collect()
    };
    match format {
        Format::Human { color } => each(&|found, sources| human(found, color, sources)),
        Format::Short => each(&short),
        Format::Json => each(&json::line),
        Format::Github { prefix } => each(&|found, sources| github::line(found, prefix, sources)),
        Format::Sarif { prefix } => sarif::log(diagnostics, prefix, &mut sources),
        Format::Junit { strict } => junit::report(diagnostics, strict, &mut sources),
    }
}

/// `2 errors, 1 warning, 3 known`; empty when there is nothing.
pub fn print_summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| {
        let counts = |found: &&Diagnostic| found.severity == severity && !found.known;
        diagnostics.iter().filter(counts).count()
    };
    let mut parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (count(severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| plural(count, noun))
        .collect();
    let known = diagnostics.iter().filter(|found| found.known).count();
    if known > 0 {
        parts.push(format!("{known} known"));
    }
    parts.join(", ")
}

fn human(diagnostic: &Diagnostic, color: bool, sources: &mut Sources) -> String {
    let message = printable(&told(diagnostic));
    let help = diagnostic.help.as_deref().map(printable);
    let path = diagnostic.span.as_ref().map(|span| printable(span.path.as_str()));
    let window = diagnostic.span.as_ref().and_then(|span| window(span, sources));
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
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
        let start = sources.text(&span.path).unwrap_or_default();
        let start = position(start, span.range.start as usize);
        let path = printable(span.path.as_str());
        write!(out, "{path}:{}:{}: ", start.line, start.column).expect("strings take all");
    }
    let (severity, code) = (diagnostic.severity.word(), diagnostic.rule.code);
    let message = printable(&told(diagnostic));
    writeln!(out, "{severity}[{code}]: {message}").expect("strings take all");
    out
}

/// The message, with what a baseline says of it.
fn told(diagnostic: &Diagnostic) -> String {
    let known = if diagnostic.known { " (known)" } else { "" };
    format!("{}{known}", diagnostic.message)
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
