//! Reads HTML as far as tests need it: tags with their attributes.

use std::collections::BTreeMap;

/// A tag.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Tag {
    Start(String, BTreeMap<String, String>),
    End(String),
}

/// A start tag: its name, its attributes, and for a script the text within.
#[derive(Debug)]
pub(crate) struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub script: String,
}

/// All start tags of a page, in order. Comments and the text of scripts are passed over.
pub(crate) fn elements(html: &str) -> Vec<Element> {
    let mut found = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if let Some(length) = other_length(rest) {
            rest = &rest[length..];
            continue;
        }
        let Some((tag, after)) = tag(rest) else {
            rest = &rest[1..];
            continue;
        };
        rest = after;
        let Tag::Start(name, attributes) = tag else { continue };
        let mut script = String::new();
        if name == "script" {
            let end = rest.find("</script").unwrap_or(rest.len());
            script = rest[..end].to_string();
            rest = &rest[end..];
        }
        found.push(Element { name, attributes, script });
    }
    found
}

/// How long the comment, declaration or the like is that the text begins with.
pub(crate) fn other_length(text: &str) -> Option<usize> {
    let end = if text.starts_with("<!--") {
        "-->"
    } else if text.starts_with("<![CDATA[") {
        "]]>"
    } else if text.starts_with("<?") {
        "?>"
    } else if text.starts_with("<!") {
        ">"
    } else {
        return None;
    };
    Some(text.find(end).map_or(text.len(), |at| at + end.len()))
}

/// The tag that the text begins with, and the rest; none when it isn't one.
pub(crate) fn tag(text: &str) -> Option<(Tag, &str)> {
    let inner = text.strip_prefix('<')?;
    let (closing, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    if !inner.starts_with(|char: char| char.is_ascii_alphabetic()) {
        return None;
    }
    let end = inner.find(|char: char| !char.is_ascii_alphanumeric() && char != '-')?;
    let (name, mut rest) = inner.split_at(end);
    let mut attributes = BTreeMap::new();
    loop {
        rest = rest.trim_start_matches(|char: char| char.is_ascii_whitespace() || char == '/');
        if let Some(rest) = rest.strip_prefix('>') {
            let name = name.to_ascii_lowercase();
            let tag = if closing { Tag::End(name) } else { Tag::Start(name, attributes) };
            return Some((tag, rest));
        }
        let (name, value, after) = attribute(rest)?;
        attributes.insert(name.to_ascii_lowercase(), unescape(value));
        rest = after;
    }
}

/// The attribute that the text begins with: name, value, rest.
fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let end = text.find(|char: char| char.is_ascii_whitespace() || "=>/".contains(char))?;
    let (name, rest) = text.split_at(end);
    let Some(value) = rest.trim_start().strip_prefix('=').map(str::trim_start) else {
        return (!name.is_empty()).then_some((name, "", rest));
    };
    let quote = value.chars().next().filter(|char| matches!(char, '"' | '\''));
    match quote {
        Some(quote) => {
            let (value, rest) = value[1..].split_once(quote)?;
            Some((name, value, rest))
        }
        None => {
            let end = value.find(|char: char| char.is_ascii_whitespace() || char == '>')?;
            Some((name, &value[..end], &value[end..]))
        }
    }
}

/// Resolves the references that HTML writers use, and marks all others.
pub(crate) fn unescape(text: &str) -> String {
    const KNOWN: &[(&str, char)] = &[
        ("quot;", '"'),
        ("#39;", '\''),
        ("#x27;", '\''),
        ("lt;", '<'),
        ("gt;", '>'),
        ("amp;", '&'),
    ];
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let known = KNOWN.iter().find_map(|(name, char)| Some((part.strip_prefix(name)?, char)));
        match known {
            Some((rest, char)) => {
                out.push(*char);
                out.push_str(rest);
            }
            None => out.extend(["{reference}", part]),
        }
    }
    out
}
