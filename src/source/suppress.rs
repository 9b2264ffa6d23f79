//! Suppressions: comments that say which finding is meant to be, and why.
//!
//! In Markdown `<!-- lacuna-ignore RULE: reason -->`, in YAML `# lacuna-ignore RULE: reason`. At the
//! end of a line it covers that line; alone on its line, what follows up to the next blank line.
//! `lacuna-ignore-file` covers the file.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::fence::Fence;
use super::front;
use crate::base::{SitePath, TextRange};
use crate::diag::Span;

/// A comment that suppresses findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// Where the comment is.
    pub span: Span,
    /// The names or codes of the rules, as written.
    pub rules: Vec<String>,
    /// Why; may be empty, which is a fault.
    pub reason: String,
    /// The places that it covers, within the same file.
    pub covers: TextRange,
}

const WORD: &str = "lacuna-ignore";

/// The suppressions in a file.
pub fn suppressions(path: &SitePath, text: &str) -> Vec<Suppression> {
    // Hardly any file has one.
    if !text.contains(WORD) {
        return Vec::new();
    }
    let markdown = matches!(path.extension(), "md" | "markdown");
    let body = if markdown { front::cut(text).body } else { text.len() };
    let mut fence = Fence::default();
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let comment = match range.start >= body {
            true if fence.contains(line) => None,
            true => html_comment(line),
            false => hash_comment(line),
        };
        let read = comment.and_then(|(place, inner)| read(path, text, &range, place, inner));
        found.extend(read);
    }
    found
}

/// The comment in a line of Markdown, and its inside; none in code.
fn html_comment(line: &str) -> Option<(Range<usize>, &str)> {
    let word = line.find(WORD)?;
    let open = line[..word].rfind("<!--")?;
    let inner = &line[open + 4..];
    let length = inner.find("-->")?;
    let in_code = line[..open].matches('`').count() % 2 == 1;
    (!in_code).then(|| (open..open + 4 + length + 3, &inner[..length]))
}

/// The comment in a line of YAML, and its inside.
fn hash_comment(line: &str) -> Option<(Range<usize>, &str)> {
    let head = line[..line.find(WORD)?].trim_end();
    let open = head.strip_suffix('#')?.len();
    Some((open..line.trim_end().len(), &line[open + 1..]))
}

fn read(
    path: &SitePath,
    text: &str,
    line: &Range<usize>,
    place: Range<usize>,
    inner: &str,
) -> Option<Suppression> {
    let rest = inner.trim().strip_prefix(WORD)?;
    let (whole, rest) = match rest.strip_prefix("-file") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if !rest.is_empty() && !rest.starts_with([' ', '\t', ':']) {
        return None;
    }
    let (rules, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let words = rules.split([',', ' ', '\t']).filter(|word| !word.is_empty());
    let alone = text[line.start..line.start + place.start].trim().is_empty()
        && text[line.start + place.end..line.end].trim().is_empty();
    let end = match (whole, alone) {
        (true, _) => text.len(),
        (_, true) => line.end + block_length(&text[line.end..]),
        _ => line.end,
    };
    let start = if whole { 0 } else { line.start };
    Some(Suppression {
        span: Span::new(path, line.start + place.start..line.start + place.end),
        rules: words.map(str::to_string).collect(),
        reason: reason.trim().to_string(),
        covers: TextRange::new(start, end),
    })
}

/// How long blank lines and the block after them are.
fn block_length(text: &str) -> usize {
    let mut length = 0;
    let mut begun = false;
    for line in text.split_inclusive('\n') {
        let blank = line.trim().is_empty();
        if begun && blank {
            break;
        }
        begun |= !blank;
        length += line.len();
    }
    length
}
