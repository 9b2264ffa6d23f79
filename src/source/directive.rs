//! Directives that themes fill in, on their way through the Markdown.
//!
//! Whether a theme defines one isn't known before the page is rendered. Until then a directive is
//! a run of characters that mean nothing in Markdown and that no text has: its bytes in the private
//! use area of Unicode, between two of its noncharacters.

use std::borrow::Cow;

use super::table;

const START: char = '\u{FDD0}';
const END: char = '\u{FDD1}';
/// Stands for the byte 0.
const ZERO: u32 = 0xF_0000;

/// A part of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// What is no directive.
    Text(&'a str),
    /// A directive as it was written.
    Directive(String),
}

/// Hides a directive from what reads Markdown.
pub fn hidden(written: &str) -> String {
    let letter = |byte: u8| char::from_u32(ZERO + u32::from(byte)).expect("it is in plane 15");
    std::iter::once(START).chain(written.bytes().map(letter)).chain([END]).collect()
}

/// Whether a text may have directives: most have none.
pub fn has_directives(text: &str) -> bool {
    !text.is_ascii() && text.contains(START)
}

/// The parts of a text, in order.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(START) {
        let Some((inner, after)) = after.split_once(END) else { break };
        let byte = |letter: char| u8::try_from((letter as u32).wrapping_sub(ZERO)).ok();
        let bytes: Option<Vec<u8>> = inner.chars().map(byte).collect();
        let written = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        parts.extend((!before.is_empty()).then_some(Part::Text(before)));
        parts.extend(written.map(Part::Directive));
        rest = after;
    }
    parts.extend((!rest.is_empty()).then_some(Part::Text(rest)));
    parts
}

/// A text with its directives as they were written.
pub fn as_written(text: &str) -> Cow<'_, str> {
    mapped(text, |written| written)
}

/// A text without its directives.
pub fn without_directives(text: &str) -> Cow<'_, str> {
    mapped(text, |_| String::new())
}

fn mapped(text: &str, change: impl Fn(String) -> String) -> Cow<'_, str> {
    if !has_directives(text) {
        return Cow::Borrowed(text);
    }
    let part = |part: Part| match part {
        Part::Text(text) => text.to_string(),
        Part::Directive(written) => change(written),
    };
    Cow::Owned(parts(text).into_iter().map(part).collect())
}

/// Arguments by their names, or what is wrong with them.
type Arguments = Result<Vec<(String, String)>, String>;

/// The name of a directive as it was written, and its arguments.
pub fn read(written: &str) -> (&str, Arguments) {
    let inner = written.trim_start_matches("{{").trim_end_matches("}}").trim();
    let inner = inner.trim_start_matches('#').trim_start();
    let (name, rest) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
    (name, arguments(rest))
}

fn arguments(text: &str) -> Arguments {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (name, value, after) = table::option(rest)?;
        let is_name = |name: &str| {
            name.starts_with(|char: char| char.is_ascii_alphabetic())
                && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_')
        };
        if !is_name(name) {
            return Err(format!("`{name}` isn't the name of an argument"));
        }
        if found.iter().any(|(known, _)| known == name) {
            return Err(format!("`{name}` stands twice"));
        }
        found.push((name.to_string(), value.to_string()));
        rest = after.trim_start();
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directive_comes_out_as_it_went_in() {
        let text = format!("a {}{} b", hidden("{{#x}}"), hidden("{{#é \"\n}}"));
        assert_eq!(as_written(&text), "a {{#x}}{{#é \"\n}} b");
        assert_eq!(without_directives(&text), "a  b");
        let [Part::Text("a "), Part::Directive(first), Part::Directive(_), Part::Text(" b")] =
            &parts(&text)[..]
        else {
            panic!("{:?}", parts(&text));
        };
        assert_eq!(first, "{{#x}}");
    }

    #[test]
    fn what_only_looks_like_one_is_no_directive() {
        for text in ["\u{FDD0}", "\u{FDD1}\u{FDD0}", "plain"] {
            assert_eq!(parts(text), [Part::Text(text)]);
        }
        assert_eq!(parts("\u{FDD0}x\u{FDD1}"), []);
    }

    #[test]
    fn arguments_have_names() {
        let owned = |list: &[(&str, &str)]| {
            Ok(list.iter().map(|(a, b)| ((*a).to_string(), (*b).to_string())).collect())
        };
        let check = |written: &str, expected| assert_eq!(read(written), ("x", expected));
        check("{{#x}}", owned(&[]));
        check("{{ # x a=\"1 2\"  b=3 }}", owned(&[("a", "1 2"), ("b", "3")]));
        check("{{#x some}}", Err("`some` isn't of the form `name=\"value\"`".to_string()));
        check("{{#x a=1 a=2}}", Err("`a` stands twice".to_string()));
        check("{{#x a-b=1}}", Err("`a-b` isn't the name of an argument".to_string()));
        check("{{#x a=\"1}}", Err("a quotation mark has no partner".to_string()));
    }
}
