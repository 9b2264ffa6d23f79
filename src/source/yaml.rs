//! YAML, with one set of options for all files.

use serde::de::DeserializeOwned;
use serde_yaml::{Location, Spanned};

use crate::base::{SitePath, TextRange, one_line};
use crate::diag::{Diagnostic, Span};

/// Reads YAML 1.2: `no`, `010` and `1_000` stay text; a key that stands twice is an error.
///
/// `base` is where the text begins in the file, for places in diagnostics.
pub(super) fn read<T: DeserializeOwned>(
    path: &SitePath,
    text: &str,
    base: usize,
) -> Result<T, Diagnostic> {
    serde_yaml::from_str_with_options(text, options()).map_err(|error| {
        let start = error.location().map_or(base, |location| offset(text, location) + base);
        let span = Span::new(path, start..start + 1);
        Diagnostic::new("F003", Some(span), first_line(&error.to_string()))
    })
}

/// What is wrong with a text of one or more documents, with its line; none when nothing is.
pub fn check_yaml(text: &str) -> Option<(usize, String)> {
    let read = serde_yaml::from_multiple_with_options::<serde_json::Value>(text, options());
    let error = read.err()?;
    let line = error.location().map_or(1, |location| location.line());
    Some((usize::try_from(line).unwrap_or(1), first_line(&error.to_string())))
}

fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
    }
}

/// The range of a value in its file.
pub(super) fn range<T>(text: &str, value: &Spanned<T>, base: usize) -> TextRange {
    let start = offset(text, value.referenced) + base;
    let length = value.referenced.span().byte_len().unwrap_or(1).max(1);
    TextRange::new(start, start + usize::try_from(length).unwrap_or(1))
}

/// The byte offset of a place; by line and column where the parser gives no bytes.
fn offset(text: &str, location: Location) -> usize {
    if let Some(bytes) = location.span().byte_offset() {
        return usize::try_from(bytes).unwrap_or(0).min(text.len());
    }
    let line = usize::try_from(location.line()).unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let column = usize::try_from(location.column()).unwrap_or(1).saturating_sub(1);
    start + text[start..].chars().take(column).map(char::len_utf8).sum::<usize>()
}

/// The message without the place that the parser writes after it, as we show our own, and
/// without its advice to programmers.
fn first_line(message: &str) -> String {
    let line = one_line(message);
    let cut = [" at line ", "; defined at", ", set DuplicateKeyPolicy"]
        .iter()
        .filter_map(|ours| line.find(ours))
        .min();
    let line = cut.map_or(line.as_str(), |at| &line[..at]);
    line.strip_prefix("error: ").unwrap_or(line).to_string()
}
