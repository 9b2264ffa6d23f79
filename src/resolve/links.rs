//! What each link leads to.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Inputs;
use super::urls::{Owner, Urls};
use crate::base::{SitePath, encode_path, encode_url, percent_decode, relative_url};
use crate::parse::{LinkRef, PageFacts};

/// A link with the URL that is written for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTarget {
    /// Relative to the page, or absolute; not escaped for HTML yet.
    pub url: String,
    /// What it leads to.
    pub outcome: Outcome,
}

/// What a link leads to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Another site, or another program: `mailto:`.
    External,
    /// A scheme that would run a script; the link is taken out.
    Unsafe,
    /// A page of the output, by its entry, and a place on it.
    Page {
        /// The index in `Site::entries`.
        entry: usize,
        /// The part after `#`, decoded; empty without one.
        fragment: String,
    },
    /// A file that is copied.
    Asset(SitePath),
    /// Nothing that exists.
    Broken,
    /// A path out of the project.
    Outside,
}

/// What the links of a page lead to, in the order of its links.
pub type Targets = Arc<[LinkTarget]>;

/// Resolves the links of all pages but those of which it is known what they lead to.
pub(super) fn resolve(
    inputs: &Inputs,
    facts: &[Arc<PageFacts>],
    urls: &Urls,
    known: impl Fn(usize) -> Option<Targets> + Sync,
) -> Vec<Targets> {
    let resolver = Resolver { inputs, urls };
    let of_page = |index: usize| {
        let (entry, links) = (urls.entry_of[index], &facts[index].links);
        let links = || links.iter().map(|link| resolver.link(entry, link)).collect();
        known(index).unwrap_or_else(links)
    };
    (inputs.each)(facts.len(), &of_page)
}

struct Resolver<'a> {
    inputs: &'a Inputs<'a>,
    urls: &'a Urls,
}

impl Resolver<'_> {
    fn link(&self, entry: Option<usize>, link: &LinkRef) -> LinkTarget {
        let as_written = |outcome| LinkTarget { url: encode_url(&link.dest), outcome };
        match scheme(&link.dest) {
            Some(scheme) if is_unsafe(&scheme) => {
                return LinkTarget { url: "#".to_string(), outcome: Outcome::Unsafe };
            }
            Some(_) => return as_written(Outcome::External),
            None if link.dest.starts_with("//") => return as_written(Outcome::External),
            None => {}
        }
        // Without a page of its own there is nothing to be relative to.
        let Some(from) = entry else { return as_written(Outcome::External) };
        let (path, tail, fragment) = split(&link.dest);
        let outcome = if path.is_empty() {
            Outcome::Page { entry: from, fragment }
        } else {
            self.local(link, path, fragment)
        };
        let here = &self.urls.entries[from].url;
        let url = match &outcome {
            Outcome::Page { entry, .. } if *entry == from && path.is_empty() => tail.to_string(),
            Outcome::Page { entry, .. } => {
                let there = &self.urls.entries[*entry].url;
                format!("{}{tail}", encode_path(&relative_url(here, there)))
            }
            Outcome::Asset(asset) => {
                let there = asset.strip(self.inputs.src).unwrap_or_default();
                format!("{}{tail}", encode_path(&relative_url(here, there)))
            }
            Outcome::Outside => "#".to_string(),
            _ => encode_url(&link.dest),
        };
        LinkTarget { url, outcome }
    }

    fn local(&self, link: &LinkRef, path: &str, fragment: String) -> Outcome {
        if path.contains('%') && percent_decode(path).is_none() {
            return Outcome::Broken;
        }
        let Some(target) = link.path(self.inputs.src) else { return Outcome::Outside };
        if let Some(entry) = self.page(&target) {
            return Outcome::Page { entry, fragment };
        }
        let Some(below) = target.strip(self.inputs.src) else { return Outcome::Broken };
        match self.urls.taken.get(below) {
            Some(Owner::Asset(path)) => Outcome::Asset(path.clone()),
            Some(Owner::Entry(entry)) => Outcome::Page { entry: *entry, fragment },
            _ => Outcome::Broken,
        }
    }

    /// The entry that a source path means: a page, a folder, or a gap that isn't written.
    fn page(&self, target: &SitePath) -> Option<usize> {
        if let Some(entry) = self.page_at(target) {
            return Some(entry);
        }
        let below = target.strip(self.inputs.src)?;
        match below {
            "checklist.md" => return self.by_url("status/index.html"),
            // The home page is made when nobody wrote it.
            "index.md" => return self.by_url("index.html"),
            _ => {}
        }
        if below == "index.md" || below == "README.md" {
            return self.by_url("index.html");
        }
        let stem = below.strip_suffix(".md");
        if let Some(stem) = stem.map(|stem| stem.strip_suffix("/index").unwrap_or(stem)) {
            // The page of a gap may be a folder, may lie elsewhere, or not exist yet.
            return self.gap(stem).or_else(|| self.by_url(&format!("{stem}/index.html")));
        }
        let index =
            if below.is_empty() { "index.html".into() } else { format!("{below}/index.html") };
        self.by_url(&index).or_else(|| self.gap(below))
    }

    fn page_at(&self, path: &SitePath) -> Option<usize> {
        self.urls.pages.get(path).and_then(|page| self.urls.entry_of[*page])
    }

    fn gap(&self, id: &str) -> Option<usize> {
        let url = format!("{id}.html");
        let moved = self.urls.moved.iter().find(|(from, _)| *from == url).map(|(_, entry)| *entry);
        moved.or_else(|| {
            let entry = self.by_url(&url)?;
            self.urls.entries[entry].is_gap().then_some(entry)
        })
    }

    fn by_url(&self, url: &str) -> Option<usize> {
        match self.urls.taken.get(url) {
            Some(Owner::Entry(entry)) => Some(*entry),
            _ => None,
        }
    }
}

/// The path, the rest as written (query and fragment), and the fragment decoded.
fn split(dest: &str) -> (&str, &str, String) {
    let end = dest.find(['?', '#']).unwrap_or(dest.len());
    let (path, tail) = dest.split_at(end);
    let fragment = tail.split_once('#').map_or("", |(_, fragment)| fragment);
    (path, tail, percent_decode(fragment).unwrap_or_else(|| fragment.to_string()))
}

/// The scheme of an absolute URL (RFC 3986, section 3.1), as a browser would read it: control
/// characters and spaces before it and line breaks within it don't count.
fn scheme(dest: &str) -> Option<String> {
    if !dest.contains(':') {
        return None;
    }
    let clean: String = dest
        .trim_start_matches(|char: char| char <= ' ')
        .chars()
        .filter(|char| !matches!(char, '\t' | '\n' | '\r'))
        .take(32)
        .collect();
    let (scheme, _) = clean.split_once(':')?;
    let mut chars = scheme.chars();
    let first = chars.next().is_some_and(|char| char.is_ascii_alphabetic());
    let rest = chars.all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char));
    (first && rest).then(|| scheme.to_ascii_lowercase())
}

/// True for an address that would run a script.
pub(super) fn runs_script(url: &str) -> bool {
    scheme(url).is_some_and(|scheme| is_unsafe(&scheme))
}

fn is_unsafe(scheme: &str) -> bool {
    matches!(scheme, "javascript" | "vbscript" | "data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_are_read_as_browsers_do() {
        for (dest, expected) in [
            ("https://a", Some("https")),
            (" \u{1}JavaScript:alert(1)", Some("javascript")),
            ("java\nscript:alert(1)", Some("javascript")),
            ("a/b:c.md", None),
            ("page.md#x:y", None),
            ("1:2", None),
        ] {
            assert_eq!(scheme(dest).as_deref(), expected, "{dest:?}");
        }
    }
}
