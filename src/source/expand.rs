//! Directives: `{{#include file.sql:anchor}}`, `{{#var name}}`, `{{#table file.csv}}` and
//! `{{#value file.yaml key}}`, in text and in code alike. What has another name is hidden from
//! the Markdown, outside code: a theme may define it.
//!
//! The forms are mdBook's. Unlike there, a hole is an error with its place, anchor lines are left
//! out whichever way a file is included, code is never searched for further directives, and text
//! that stands indented (in a list, in a quotation) stays so on all of its lines.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memchr;

use super::fence::Fence;
use super::map::SourceMap;
use super::table::{self, TableOptions};
use super::{Fault, Reader, directive, front};
use crate::base::SitePath;
use crate::diag::{Diagnostic, Span};

/// What directives are filled in from.
pub(super) struct Context<'a> {
    pub reader: &'a Reader<'a>,
    pub variables: &'a BTreeMap<String, String>,
    /// What comes from files below this folder is named instead of filled in.
    pub named: Option<&'a str>,
}

/// A text with all its directives filled in.
#[derive(Default)]
pub(super) struct Expanded {
    pub text: String,
    pub map: SourceMap,
    pub includes: Vec<SitePath>,
    pub variables: Vec<String>,
}

/// Includes nest this deep at most, as in mdBook.
const DEEPEST: usize = 10;

/// A text larger than this isn't written by a person; includes in circles of many files end here.
const LARGEST: usize = 64 * 1024 * 1024;

/// Fills in the directives of a page from byte `body` on.
pub(super) fn expand(
    context: &Context,
    path: &SitePath,
    text: &str,
    body: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> Expanded {
    let mut out = Expanded::default();
    let mut writer = Writer { context, out: &mut out, diagnostics, stack: vec![path.clone()] };
    writer.text(path, text, body..text.len(), "");
    out.includes.sort();
    out.includes.dedup();
    out.variables.sort();
    out.variables.dedup();
    out
}

struct Writer<'a> {
    context: &'a Context<'a>,
    out: &'a mut Expanded,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// The files that are being included, outermost first.
    stack: Vec<SitePath>,
}

/// A directive as it stands in a file.
struct Directive<'a> {
    name: &'a str,
    arguments: &'a str,
    range: Range<usize>,
}

impl Writer<'_> {
    /// Writes a part of a file, line by line, each but the first behind `prefix`.
    fn text(&mut self, path: &SitePath, text: &str, part: Range<usize>, prefix: &str) {
        let mut fence = Fence::default();
        let mut start = part.start;
        // Most texts have no directive.
        let is_plain = !text[part.clone()].contains("{{");
        for (index, line) in text[part].split_inclusive('\n').enumerate() {
            if index > 0 && !prefix.is_empty() {
                self.made(path, start..start + 1, prefix);
            }
            let range = start..start + line.len();
            start = range.end;
            match is_plain {
                true => self.copied(path, text, range),
                false => self.line(path, text, range, fence.contains(line)),
            }
        }
    }

    fn line(&mut self, path: &SitePath, text: &str, line: Range<usize>, in_code: bool) {
        let mut rest = line.clone();
        let mut search = line.start;
        while let Some(offset) = text[search..line.end].find("{{") {
            let at = search + offset;
            let Some(found) = read(text, at..line.end) else {
                search = at + 1;
                continue;
            };
            let end = found.range.end;
            search = end;
            if at > rest.start && text.as_bytes()[at - 1] == b'\\' {
                self.copied(path, text, rest.start..at - 1);
                self.copied(path, text, at..end);
            } else {
                self.copied(path, text, rest.start..at);
                let in_code = in_code || text[line.start..at].matches('`').count() % 2 == 1;
                let prefix = indent(&text[line.start..at]);
                self.directive(path, text, &found, in_code, prefix);
            }
            rest = end..line.end;
        }
        self.copied(path, text, rest);
    }

    fn directive(
        &mut self,
        path: &SitePath,
        text: &str,
        found: &Directive,
        in_code: bool,
        prefix: &str,
    ) {
        let result = match found.name {
            "include" => self.include(path, found, prefix),
            "var" => self.variable(path, found),
            "table" => self.table(path, found, prefix),
            "value" => self.value(path, found, in_code),
            _ if in_code => Err(None),
            _ => {
                let written = &text[found.range.clone()];
                self.made(path, found.range.clone(), &directive::hidden(written));
                Ok(())
            }
        };
        if let Err(fault) = result {
            // What can't be filled in stays as it is, so that nothing is lost.
            self.copied(path, text, found.range.clone());
            self.diagnostics.extend(fault);
        }
    }

    fn include(
        &mut self,
        path: &SitePath,
        found: &Directive,
        prefix: &str,
    ) -> Result<(), Option<Diagnostic>> {
        let span = Span::new(path, found.range.clone());
        let (name, selection) = split_selection(found.arguments);
        if self.name_only(path, found, name) {
            return Ok(());
        }
        let (target, text) = self.read(&span, path, name)?;
        if self.stack.contains(&target) || self.stack.len() > DEEPEST {
            return Err(Some(include_loop(span, &self.stack, &target)));
        }
        if self.out.text.len() + text.len() > LARGEST {
            let message = "the page has grown beyond 64 MiB by its includes";
            return Err(Some(Diagnostic::new("D005", Some(span), message)));
        }
        let parts = select(&text, &target, &selection)
            .map_err(|fault| Some(fault.diagnostic(span, &text, &target)))?;
        let markdown = is_markdown(&target);
        self.stack.push(target.clone());
        for (index, part) in trim_end(&text, parts).into_iter().enumerate() {
            if index > 0 && !prefix.is_empty() {
                self.made(&target, part.start..part.start + 1, prefix);
            }
            match markdown {
                true => self.text(&target, &text, part, prefix),
                false => self.lines(&target, &text, part, prefix),
            }
        }
        self.stack.pop();
        Ok(())
    }

    /// Copies a part of a file as it is, with each line but the first behind `prefix`.
    fn lines(&mut self, path: &SitePath, text: &str, part: Range<usize>, prefix: &str) {
        if prefix.is_empty() {
            return self.copied(path, text, part);
        }
        let mut start = part.start;
        for (index, line) in text[part].split_inclusive('\n').enumerate() {
            if index > 0 {
                self.made(path, start..start + 1, prefix);
            }
            self.copied(path, text, start..start + line.len());
            start += line.len();
        }
    }

    fn variable(&mut self, path: &SitePath, found: &Directive) -> Result<(), Option<Diagnostic>> {
        let name = found.arguments;
        let Some(value) = self.context.variables.get(name) else {
            let span = Span::new(path, found.range.clone());
            return Err(Some(unknown_variable(span, name, self.context.variables)));
        };
        self.made(path, found.range.clone(), value);
        self.out.variables.push(name.to_string());
        Ok(())
    }

    fn table(
        &mut self,
        path: &SitePath,
        found: &Directive,
        prefix: &str,
    ) -> Result<(), Option<Diagnostic>> {
        let span = Span::new(path, found.range.clone());
        let bad = |message: &str| Some(Diagnostic::new("D009", Some(span.clone()), message));
        let (name, options) =
            TableOptions::parse(found.arguments).map_err(|message| bad(&message))?;
        if self.name_only(path, found, name) {
            return Ok(());
        }
        let (target, text) = self.read(&span, path, name)?;
        let rows = table::read(&target, &text).map_err(Some)?;
        let markdown = table::markdown(&rows, &options)
            .map_err(|message| Some(Diagnostic::new("D008", Some(span.clone()), message)))?;
        self.made(path, found.range.clone(), &markdown.replace('\n', &format!("\n{prefix}")));
        Ok(())
    }

    fn value(
        &mut self,
        path: &SitePath,
        found: &Directive,
        in_code: bool,
    ) -> Result<(), Option<Diagnostic>> {
        let span = Span::new(path, found.range.clone());
        let Some((name, key)) = found.arguments.split_once(char::is_whitespace) else {
            let message = "`value` takes a file and a key";
            let help = "write it as `{{#value file.yaml key}}`";
            return Err(Some(Diagnostic::new("D009", Some(span), message).help(help)));
        };
        if self.name_only(path, found, name) {
            return Ok(());
        }
        let (target, text) = self.read(&span, path, name)?;
        let value = table::value(&target, &text, key.trim()).map_err(Some)?;
        let Some(value) = value else {
            let message = format!("`{target}` has no value `{}`", key.trim());
            return Err(Some(Diagnostic::new("D002", Some(span), message)));
        };
        let value = if in_code { value } else { table::without_html(&value) };
        self.made(path, found.range.clone(), &value);
        Ok(())
    }

    /// Writes a directive whose file is reviewed on its own by its name; false for another one.
    fn name_only(&mut self, path: &SitePath, found: &Directive, name: &str) -> bool {
        let target = path.sibling(name);
        let below = self.context.named.zip(target.as_ref());
        let Some(below) = below.and_then(|(folder, target)| target.strip(folder)) else {
            return false;
        };
        let rest = found.arguments.strip_prefix(name).unwrap_or_default();
        let text = format!("{{{{#{} reference/{below}{rest}}}}}", found.name);
        self.made(path, found.range.clone(), &text);
        true
    }

    /// The file that a directive names, relative to the file that it stands in.
    fn read(
        &mut self,
        span: &Span,
        from: &SitePath,
        name: &str,
    ) -> Result<(SitePath, String), Option<Diagnostic>> {
        let fault =
            |code, message: String| Some(Diagnostic::new(code, Some(span.clone()), message));
        if name.is_empty() {
            return Err(fault("D009", "the directive names no file".to_string()));
        }
        let outside = || fault("D006", format!("`{name}` leads out of the project"));
        let target = from.sibling(name).ok_or_else(outside)?;
        // Named even if it doesn't exist: when it is made, the page must be read again.
        self.out.includes.push(target.clone());
        match self.context.reader.include_text(&target) {
            Ok(text) => Ok((target, text)),
            Err(Fault::Outside) => Err(outside()),
            Err(Fault::NotText) => {
                Err(fault("E001", format!("`{target}` isn't UTF-8, so it can't be included")))
            }
            Err(Fault::Missing) => Err(fault("D001", format!("no file at `{target}`"))),
        }
    }

    /// Copies a part of a file, with line ends as `\n`.
    fn copied(&mut self, path: &SitePath, text: &str, part: Range<usize>) {
        let mut start = part.start;
        if memchr(b'\r', &text.as_bytes()[part.clone()]).is_none() {
            self.out.map.copied(self.out.text.len(), path, start);
            return self.out.text.push_str(&text[part]);
        }
        for piece in text[part].split_inclusive("\r\n") {
            self.out.map.copied(self.out.text.len(), path, start);
            match piece.strip_suffix("\r\n") {
                Some(line) => self.out.text.extend([line, "\n"]),
                None => self.out.text.push_str(piece),
            }
            start += piece.len();
        }
    }

    fn made(&mut self, path: &SitePath, directive: Range<usize>, text: &str) {
        self.out.map.made(self.out.text.len(), path, directive.into());
        self.out.text.push_str(text);
    }
}

/// Reads the directive that begins at the start of a range; none when it isn't one.
fn read(text: &str, range: Range<usize>) -> Option<Directive<'_>> {
    let inner = &text[range.start + 2..range.end];
    let end = inner.find("}}")?;
    let inner = inner[..end].trim().strip_prefix('#')?.trim_start();
    let (name, arguments) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    let valid = |name: &str| name.chars().all(|char| char.is_alphanumeric() || "-_".contains(char));
    if name.is_empty() || !valid(name) {
        return None;
    }
    let range = range.start..range.start + 2 + end + 2;
    Some(Directive { name, arguments: arguments.trim(), range })
}

/// The head of a line, when it only indents or quotes.
fn indent(head: &str) -> &str {
    if head.chars().all(|char| matches!(char, ' ' | '\t' | '>')) { head } else { "" }
}

/// Which part of a file is included.
#[derive(Debug, PartialEq, Eq)]
enum Selection<'a> {
    All,
    Anchor(&'a str),
    /// From a line to a line, from 1, both included; none for the end.
    Lines(usize, Option<usize>),
}

/// `file.rs`, `file.rs:anchor`, `file.rs:2`, `file.rs:2:10`, `file.rs::10`, `file.rs:2:`.
fn split_selection(arguments: &str) -> (&str, Selection<'_>) {
    let Some((file, rest)) = arguments.split_once(':') else {
        return (arguments, Selection::All);
    };
    let (first, second) = match rest.split_once(':') {
        Some((first, second)) => (first.trim(), Some(second.trim())),
        None => (rest.trim(), None),
    };
    let number = |text: &str| text.parse::<usize>().ok().filter(|line| *line > 0);
    let selection = match (number(first), second) {
        (Some(line), None) => Selection::Lines(line, Some(line)),
        (Some(from), Some("")) => Selection::Lines(from, None),
        (Some(from), Some(to)) if number(to).is_some() => Selection::Lines(from, number(to)),
        (None, Some(to)) if first.is_empty() && number(to).is_some() => {
            Selection::Lines(1, number(to))
        }
        (None, None) if first.is_empty() => Selection::All,
        _ => Selection::Anchor(rest.trim()),
    };
    (file.trim(), selection)
}

enum SelectFault<'a> {
    NoAnchor(&'a str),
    TooFewLines(usize),
}

impl SelectFault<'_> {
    fn diagnostic(&self, span: Span, text: &str, target: &SitePath) -> Diagnostic {
        match self {
            Self::NoAnchor(anchor) => {
                let message = format!("`{target}` has no anchor `{anchor}`");
                let names = text.lines().filter_map(|line| marker(line, "ANCHOR:"));
                Diagnostic::new("D002", Some(span), message)
                    .suggest(anchor, names.collect::<Vec<_>>())
            }
            Self::TooFewLines(from) => {
                let lines = text.lines().count();
                let message = format!("`{target}` has {lines} lines, so none from {from} on");
                Diagnostic::new("D003", Some(span), message)
            }
        }
    }
}

/// The parts of a file that a selection means, without the lines that mark anchors.
fn select<'a>(
    text: &str,
    path: &SitePath,
    selection: &Selection<'a>,
) -> Result<Vec<Range<usize>>, SelectFault<'a>> {
    let body = if is_markdown(path) { front::cut(text).body } else { 0 };
    let all = || lines_of(text, body);
    match *selection {
        Selection::All => Ok(unmarked(text, all())),
        Selection::Lines(from, to) => {
            let total = lines_of(text, 0).count();
            let last = to.unwrap_or(from.max(total));
            if from.max(last) > total {
                return Err(SelectFault::TooFewLines(from.max(total + 1)));
            }
            let count = (last + 1).saturating_sub(from);
            Ok(unmarked(text, lines_of(text, 0).skip(from - 1).take(count)))
        }
        Selection::Anchor(name) => {
            let is = |line: &Range<usize>, word| marker(&text[line.clone()], word) == Some(name);
            let mut lines = all().skip_while(|line| !is(line, "ANCHOR:"));
            if lines.next().is_none() {
                return Err(SelectFault::NoAnchor(name));
            }
            Ok(unmarked(text, lines.take_while(|line| !is(line, "ANCHOR_END:"))))
        }
    }
}

fn is_markdown(path: &SitePath) -> bool {
    matches!(path.extension(), "md" | "markdown")
}

/// The ranges of all lines from a place on, with their line ends.
fn lines_of(text: &str, from: usize) -> impl Iterator<Item = Range<usize>> {
    text[from..].split_inclusive('\n').scan(from, |start, line| {
        let range = *start..*start + line.len();
        *start = range.end;
        Some(range)
    })
}

/// Drops the lines that mark anchors and joins what stands together.
fn unmarked(text: &str, lines: impl Iterator<Item = Range<usize>>) -> Vec<Range<usize>> {
    let is_marker =
        |line: &str| marker(line, "ANCHOR:").is_some() || marker(line, "ANCHOR_END:").is_some();
    let mut parts: Vec<Range<usize>> = Vec::new();
    for line in lines.filter(|line| !is_marker(&text[line.clone()])) {
        match parts.last_mut().filter(|last| last.end == line.start) {
            Some(last) => last.end = line.end,
            None => parts.push(line),
        }
    }
    parts
}

/// The name in a line such as `# ANCHOR: name`.
fn marker<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let at = line.find(word)?;
    let before = line[..at].chars().next_back();
    // `ANCHOR:` must not be found in another word.
    if before.is_some_and(|char| char.is_alphanumeric() || char == '_') {
        return None;
    }
    line[at + word.len()..].split_whitespace().next()
}

/// Leaves out the line end of the last line: the line of the directive has its own.
fn trim_end(text: &str, mut parts: Vec<Range<usize>>) -> Vec<Range<usize>> {
    if let Some(last) = parts.last_mut() {
        let trimmed = text[last.clone()].trim_end_matches(['\n', '\r']).len();
        last.end = last.start + trimmed;
    }
    parts
}

fn unknown_variable(span: Span, name: &str, known: &BTreeMap<String, String>) -> Diagnostic {
    let message = format!("`[variables]` in `book.toml` doesn't set `{name}`");
    Diagnostic::new("D004", Some(span), message).suggest(name, known.keys().map(String::as_str))
}

fn include_loop(span: Span, stack: &[SitePath], target: &SitePath) -> Diagnostic {
    let chain: Vec<&str> = stack.iter().chain([target]).map(SitePath::as_str).collect();
    let message = match stack.contains(target) {
        true => format!("`{target}` includes itself"),
        false => format!("includes are nested deeper than {DEEPEST}"),
    };
    Diagnostic::new("D005", Some(span), message).help(chain.join(" → "))
}
