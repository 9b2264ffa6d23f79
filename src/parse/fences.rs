//! Fenced code blocks, with what stands behind their language.
//!
//! The language comes first, as CommonMark has it, so that other programs highlight the block and
//! leave the rest alone: `python should_fail="not found" timeout=5`. Readers see none of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use pulldown_cmark::{CodeBlockKind, Event, Tag};
use serde::{Deserialize, Serialize};

use super::plain;
use crate::checklist::{Events, end_of};
use crate::diag::Span;
use crate::source::SourceFile;

/// A fenced code block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fence {
    /// The language; may be empty.
    pub language: String,
    /// What stands behind the language, in order: names with values, which may be empty.
    pub attributes: Vec<(String, String)>,
    /// The code, with all directives filled in.
    pub code: String,
    /// Where it is, from the opening fence on.
    pub span: Option<Span>,
}

impl Fence {
    /// The value of an attribute; empty for one that stands alone.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let named = |(known, _): &&(String, String)| known == name;
        self.attributes.iter().find(named).map(|(_, value)| value.as_str())
    }
}

/// The fences of a page, in order.
pub(super) fn fences(source: &SourceFile, events: &Events) -> Vec<Fence> {
    let fence = |(at, (event, range)): (usize, &(Event, _))| {
        let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) = event else { return None };
        let range: std::ops::Range<usize> = std::ops::Range::clone(range);
        Some(Fence {
            language: language(info).to_string(),
            attributes: attributes(info),
            code: plain(&events[at..end_of(events, at)]),
            span: source.map.span(range.into()),
        })
    };
    events.iter().enumerate().filter_map(fence).collect()
}

/// What separates the words behind a fence, in mdBook's form and in others.
const SEPARATORS: [char; 5] = [' ', '\t', ',', '{', '}'];

/// The language of a fence: the first word of what stands behind it, as in mdBook.
pub(super) fn language(info: &str) -> &str {
    info.trim().split(SEPARATORS).next().unwrap_or_default()
}

/// The words behind the language: `name`, `name=value` or `name="some words"`.
fn attributes(info: &str) -> Vec<(String, String)> {
    let info = info.trim();
    let mut rest = &info[language(info).len()..];
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(SEPARATORS);
        if rest.is_empty() {
            return found;
        }
        let length = rest.find(SEPARATORS).unwrap_or(rest.len());
        let name = &rest[..rest[..length].find('=').unwrap_or(length)];
        let after = &rest[name.len()..];
        let value = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => after[..length - name.len()].trim_start_matches('='),
        };
        found.push((name.to_string(), value.to_string()));
        rest = match after.strip_prefix("=\"") {
            Some(quoted) => quoted[value.len()..].trim_start_matches('"'),
            None => &rest[length..],
        };
    }
}

/// The value of a word behind the language; none when it isn't there or has no value.
pub(super) fn attribute(info: &str, name: &str) -> Option<String> {
    let named = |(known, value): &(String, String)| known == name && !value.is_empty();
    attributes(info).into_iter().find(named).map(|(_, value)| value)
}

/// How the hidden lines of a fence begin: as the fence says, else as `book.toml` says of its
/// language.
pub fn hidden_prefix<'a>(
    attributes: &'a [(String, String)],
    language: &str,
    hidelines: &'a BTreeMap<String, String>,
) -> Option<&'a str> {
    let own = attributes.iter().find(|(name, _)| name == "hidelines").map(|(_, value)| value);
    own.or_else(|| hidelines.get(language)).map(String::as_str).filter(|prefix| !prefix.is_empty())
}

/// The code that readers see: without the lines that are hidden, by mdBook's rules. They begin
/// with a prefix; in Rust with `# `, and `##` stands for `#`.
pub(super) fn visible<'a>(
    info: &str,
    code: &'a str,
    hidelines: &BTreeMap<String, String>,
) -> Cow<'a, str> {
    let attributes = attributes(info);
    if let Some(prefix) = hidden_prefix(&attributes, language(info), hidelines) {
        let shown = |line: &&str| !line.trim_start().starts_with(prefix);
        return code.split_inclusive('\n').filter(shown).collect();
    }
    if language(info) != "rust" {
        return code.into();
    }
    code.split_inclusive('\n').filter_map(visible_rust).collect::<String>().into()
}

fn visible_rust(line: &str) -> Option<Cow<'_, str>> {
    let text = line.trim_start();
    let Some(rest) = text.strip_prefix('#') else { return Some(line.into()) };
    if rest.starts_with('#') {
        return Some(format!("{}{rest}", &line[..line.len() - text.len()]).into());
    }
    let hidden = rest.trim_end().is_empty() || rest.starts_with(' ');
    (!hidden).then(|| line.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(info: &str, expected_language: &str, expected: &[(&str, &str)]) {
        let found = attributes(info);
        let found: Vec<(&str, &str)> =
            found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!((language(info), found.as_slice()), (expected_language, expected));
    }

    #[test]
    fn attributes_stand_behind_the_language_in_mdbooks_form_or_with_spaces() {
        check("", "", &[]);
        check("rust,no_run", "rust", &[("no_run", "")]);
        check("rust, ignore, edition2024", "rust", &[("ignore", ""), ("edition2024", "")]);
        check("python timeout=5 name=keys", "python", &[("timeout", "5"), ("name", "keys")]);
        check("python {no_run}", "python", &[("no_run", "")]);
    }

    #[test]
    fn hidden_lines_are_not_shown() {
        let hidelines = BTreeMap::from([("sh".to_string(), "!".to_string())]);
        let shown = |info, code| visible(info, code, &hidelines).into_owned();
        assert_eq!(shown("python hidelines=~", "~import re\nx = 1\n  ~y\n"), "x = 1\n");
        assert_eq!(shown("python", "~import re\n"), "~import re\n");
        let rust = "# use x;\n#\n#[test]\nfn f() {}\n## not hidden\n";
        assert_eq!(shown("rust,no_run", rust), "#[test]\nfn f() {}\n# not hidden\n");
        assert_eq!(shown("sh", "# a comment\n!set -e\n"), "# a comment\n");
        assert_eq!(shown("sh hidelines=~", "!shown\n~hidden\n"), "!shown\n");
        assert_eq!(shown("sh hidelines=", "!shown\n"), "!shown\n");
    }

    #[test]
    fn a_value_in_quotes_may_hold_spaces_and_commas() {
        check(
            "sh ignore=\"needs a mailbox, and a person\" name=x",
            "sh",
            &[("ignore", "needs a mailbox, and a person"), ("name", "x")],
        );
        check("sh ignore=\"never closed", "sh", &[("ignore", "never closed")]);
        check("sh a=\"\"b =c ==", "sh", &[("a", ""), ("b", ""), ("", "c"), ("", "")]);
    }
}
