//! Ranges of text, slugs, escaping.

use pulldown_cmark_escape::escape_html as escape_into;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A range of bytes within a file that the context names.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct TextRange {
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl TextRange {
    /// A range from byte offsets; offsets beyond 4 GiB are cut, as no source file is that long.
    pub fn new(start: usize, end: usize) -> Self {
        let cut = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: cut(start), end: cut(end.max(start)) }
    }
}

impl From<std::ops::Range<usize>> for TextRange {
    fn from(range: std::ops::Range<usize>) -> Self {
        Self::new(range.start, range.end)
    }
}

/// Turns a title into an id: NFC, lower case, letters and digits of any script kept, `&` read
/// as "and", every other run of characters one `-`. Empty when nothing is left.
pub fn slug(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    let mut gap = false;
    for char in title.replace('&', " and ").nfc().flat_map(char::to_lowercase) {
        if char.is_alphanumeric() || (is_combining_mark(char) && !out.is_empty() && !gap) {
            if gap && !out.is_empty() {
                out.push('-');
            }
            gap = false;
            out.push(char);
        } else {
            gap = true;
        }
    }
    out
}

/// True for letters of scripts that are written without spaces between words: Thai, Lao, Burmese,
/// Khmer, Kana, Han.
pub fn is_unspaced(char: char) -> bool {
    matches!(
        u32::from(char),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF
            | 0xF900..=0xFAFF | 0x20000..=0x3FFFF
    )
}

/// Escapes text for HTML, in text and in quoted attributes.
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    push_escaped(&mut out, text);
    out
}

/// Adds text to HTML, escaped as by [`escape_html`].
pub fn push_escaped(html: &mut String, text: &str) {
    escape_into(html, text).expect("writing to a string can't fail");
}

/// Escapes text for XML 1.0 and leaves out the characters that it forbids (section 2.2).
pub fn escape_xml(text: &str) -> String {
    let allowed = |char: &char| matches!(char, '\t' | '\n' | '\r') || is_xml_char(*char);
    escape_html(&text.chars().filter(allowed).collect::<String>())
}

fn is_xml_char(char: char) -> bool {
    char >= ' ' && !matches!(char, '\u{FFFE}' | '\u{FFFF}')
}

/// Folds white space into single spaces, so that the text fits on one line.
pub fn one_line(text: &str) -> String {
    if is_plain(text) {
        return text.trim_matches(' ').to_string();
    }
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// True for printable ASCII without two spaces in a row. Most text is so, and folding its white space
/// changes nothing but at its ends.
pub fn is_plain(text: &str) -> bool {
    // Each looks at all bytes, whatever comes first: so many are looked at at once.
    let bytes = text.as_bytes();
    let next = bytes.get(1..).unwrap_or_default();
    let other = |any: u8, byte: &u8| any | u8::from(!matches!(byte, b' '..=b'~'));
    let double = |any: u8, (a, b): (&u8, &u8)| any | u8::from(*a == b' ') & u8::from(*b == b' ');
    bytes.iter().fold(0, other) | bytes.iter().zip(next).fold(0, double) == 0
}

/// The candidate that is nearest to what was written, if any is near enough to be meant.
pub fn nearest<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let score = |candidate: &str| strsim::jaro_winkler(written, candidate);
    candidates
        .into_iter()
        .map(|candidate| (score(candidate), candidate))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| y.cmp(x)))
        .map(|(_, candidate)| candidate)
}

/// True when a text fits a pattern, in which `*` stands for any text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.rev().any(|at| matches(rest, &text[at..]))
}

/// `1 page`, `2 pages`.
pub fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_keeps_letters_of_any_script() {
        for (title, id) in [
            ("Security & Authentication", "security-and-authentication"),
            ("A/B Testing Framework", "a-b-testing-framework"),
            ("Nice-to-Have", "nice-to-have"),
            ("  Ünïcode — naïve  ", "ünïcode-naïve"),
            ("हिन्दी पाठ", "हिन्दी-पाठ"),
            ("<script>alert(1)</script>", "script-alert-1-script"),
            ("🎉", ""),
        ] {
            assert_eq!(slug(title), id);
        }
    }

    #[test]
    fn a_text_on_one_line_has_single_spaces() {
        for text in ["a b", " a b ", "  a \n b", "a\u{b}b\t", "\u{a0}a\u{2003}\u{3000}b"] {
            assert_eq!(one_line(text), "a b", "{text:?}");
        }
        assert_eq!(one_line(" "), "");
    }

    #[test]
    fn a_slug_does_not_depend_on_the_normal_form() {
        assert_eq!(slug("Cafe\u{301}"), slug("Caf\u{e9}"));
    }

    #[test]
    fn xml_text_has_no_forbidden_characters() {
        assert_eq!(escape_xml("a\0<b>\u{1}&\"\u{FFFF}"), "a&lt;b&gt;&amp;&quot;");
    }

    #[test]
    fn a_star_in_a_pattern_stands_for_any_text() {
        for (pattern, text) in [("*.py", "a.py"), ("test_*.py", "test_.py"), ("*", ""), ("a", "a")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("*.py", "a.pyc"), ("test_*.py", "a_test_b.py"), ("a", "ab")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        assert_eq!(nearest("descripton", ["title", "description"]), Some("description"));
        assert_eq!(nearest("xyzzy", ["title", "description"]), None);
    }
}
