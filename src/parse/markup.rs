//! Small pieces of markup: heading ids, alerts, attributes in raw HTML, bare addresses.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use memchr::memchr3;

/// The id of a heading, by mdBook's rule: lower case; letters, digits, `_` and `-` stay, white
/// space becomes `-`, the rest goes.
pub(super) fn heading_id(title: &str) -> String {
    let mut id = String::with_capacity(title.len());
    for char in title.trim().chars() {
        match char {
            _ if char.is_alphanumeric() || char == '_' || char == '-' => {
                id.extend(char.to_lowercase());
            }
            _ if char.is_whitespace() => id.push('-'),
            _ => {}
        }
    }
    if id.is_empty() { "section".to_string() } else { id }
}

/// A GitHub alert, as its first line announces it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Alert {
    /// The class: `note`, `tip`, `important`, `warning`, `caution`.
    pub kind: &'static str,
    /// The title without one of its own.
    pub title: &'static str,
    /// `+` for open, `-` for closed, none for not folding.
    pub fold: Option<char>,
    /// How much of the text the marker takes.
    pub length: usize,
}

const ALERTS: &[(&str, &str)] = &[
    ("note", "Note"),
    ("tip", "Tip"),
    ("important", "Important"),
    ("warning", "Warning"),
    ("caution", "Caution"),
];

/// Reads `[!NOTE]`, `[!NOTE]-` or `[!NOTE]+` at the head of a text.
pub(super) fn alert(text: &str) -> Option<Alert> {
    let (word, rest) = text.strip_prefix("[!")?.split_once(']')?;
    let (kind, title) = *ALERTS.iter().find(|(kind, _)| word.eq_ignore_ascii_case(kind))?;
    let fold = rest.chars().next().filter(|char| matches!(char, '+' | '-'));
    let length = "[!".len() + word.len() + "]".len() + fold.map_or(0, char::len_utf8);
    Some(Alert { kind, title, fold, length })
}

/// Addresses in plain text: `https://…`, `www.…`, `name@host`; with the URL of each.
pub(super) fn addresses(text: &str) -> Vec<(Range<usize>, String)> {
    // Most text has none, and the search costs more than this look.
    if memchr3(b':', b'.', b'@', text.as_bytes()).is_none()
        || !text.contains("://") && !text.contains("www.") && !text.contains('@')
    {
        return Vec::new();
    }
    let mut finder = LinkFinder::new();
    finder.url_must_have_scheme(false);
    finder.links(text).filter_map(|link| Some((link.start()..link.end(), url_of(&link)?))).collect()
}

/// The URL of an address; none for bare domains, which are mostly file names.
fn url_of(link: &linkify::Link) -> Option<String> {
    let text = link.as_str();
    match link.kind() {
        LinkKind::Email => Some(format!("mailto:{text}")),
        _ if text.starts_with("https://") || text.starts_with("http://") => Some(text.to_string()),
        _ if text.starts_with("www.") => Some(format!("http://{text}")),
        _ => None,
    }
}

/// What of a piece of raw HTML matters to the site.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Attribute<'a> {
    /// An `id` or `name`.
    Id(&'a str),
    /// An `href`.
    Href(Range<usize>),
    /// A `src`.
    Source(Range<usize>),
}

/// The attributes in a piece of raw HTML that name ids and addresses, with the places of the
/// values. A scanner, not a parser: it looks inside tags only, and at quoted values only.
pub(super) fn attributes(html: &str) -> Vec<Attribute<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = html[at..].find('<') {
        let start = at + open + 1;
        let Some(end) = tag_end(html, start) else { break };
        if html[start..].starts_with(|char: char| char.is_ascii_alphabetic()) {
            tag_attributes(html, start..end, &mut found);
        }
        at = end;
    }
    found
}

/// True when an attribute holds another character reference than `&amp;`.
pub(super) fn has_reference(value: &str) -> bool {
    let is_name = |name: &str| name.chars().all(|char| char.is_ascii_alphanumeric() || char == '#');
    let named = |rest: &str| rest.split_once(';').is_some_and(|(name, _)| is_name(name));
    value.split('&').skip(1).any(|rest| !rest.starts_with("amp;") && named(rest))
}

/// Where a tag ends, quoted values skipped.
fn tag_end(html: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    for (offset, char) in html[start..].char_indices() {
        match (quote, char) {
            (None, '>') => return Some(start + offset),
            (None, '"' | '\'') => quote = Some(char),
            (Some(open), _) if open == char => quote = None,
            _ => {}
        }
    }
    None
}

fn tag_attributes<'a>(html: &'a str, tag: Range<usize>, found: &mut Vec<Attribute<'a>>) {
    let mut at = tag.start;
    while let Some(equals) = html[at..tag.end].find('=') {
        let equals = at + equals;
        let name = html[at..equals].trim_end();
        let name = name.rsplit(|char: char| char.is_whitespace() || char == '/').next();
        let rest = &html[equals + 1..tag.end];
        let value_start = equals + 1 + (rest.len() - rest.trim_start().len());
        let quote = html[value_start..tag.end].chars().next();
        let Some(quote) = quote.filter(|char| matches!(char, '"' | '\'')) else {
            at = equals + 1;
            continue;
        };
        let value = value_start + 1;
        let Some(length) = html[value..tag.end].find(quote) else { return };
        let range = value..value + length;
        match name.map(str::to_ascii_lowercase).as_deref() {
            Some("id" | "name") => found.push(Attribute::Id(&html[range.clone()])),
            Some("href") => found.push(Attribute::Href(range.clone())),
            Some("src") => found.push(Attribute::Source(range.clone())),
            _ => {}
        }
        at = range.end + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heading_ids_follow_mdbook() {
        for (title, id) in [
            ("At a glance", "at-a-glance"),
            ("`cargo run` & co.", "cargo-run--co"),
            ("Überblick", "überblick"),
            ("¿?", "section"),
        ] {
            assert_eq!(heading_id(title), id);
        }
    }

    #[test]
    fn alerts_are_read_with_their_fold() {
        assert_eq!(
            alert("[!warning]- Mind the gap"),
            Some(Alert { kind: "warning", title: "Warning", fold: Some('-'), length: 11 })
        );
        assert_eq!(alert("[!NOTE]").unwrap().length, 7);
        assert_eq!(alert("[!FOO] x"), None);
    }

    #[test]
    fn addresses_are_found_and_file_names_are_not() {
        let urls = |text: &str| addresses(text).into_iter().map(|(_, url)| url).collect::<Vec<_>>();
        assert_eq!(
            urls("see https://example.org/a_(b), or www.example.org."),
            ["https://example.org/a_(b)", "http://www.example.org"]
        );
        assert_eq!(urls("mail ann@example.org now"), ["mailto:ann@example.org"]);
        assert_eq!(urls("main.rs and example.org"), Vec::<String>::new());
    }

    #[test]
    fn attributes_of_raw_html_are_found() {
        let html = "<a href='x.md' id=\"one\">href=\"no\"</a><img alt='a>b' src = \"y.png\">";
        let values: Vec<String> = attributes(html)
            .into_iter()
            .map(|found| match found {
                Attribute::Id(id) => format!("id {id}"),
                Attribute::Href(range) => format!("href {}", &html[range]),
                Attribute::Source(range) => format!("src {}", &html[range]),
            })
            .collect();
        assert_eq!(values, ["href x.md", "id one", "src y.png"]);
    }
}
