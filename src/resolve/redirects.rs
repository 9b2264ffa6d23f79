//! Old URLs: aliases of pages, redirects of `book.toml`, and gaps whose page lies elsewhere.

use std::collections::HashSet;
use std::sync::Arc;

use super::links::runs_script;
use super::urls::{Urls, collision};
use super::{Inputs, Redirect};
use crate::base::{SitePath, TextRange};
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::parse::PageFacts;
use crate::source::Located;

/// All redirects, sorted by the old URL.
pub(super) fn collect(
    inputs: &Inputs,
    facts: &[Arc<PageFacts>],
    urls: &Urls,
    found: &mut Vec<Diagnostic>,
) -> Vec<Redirect> {
    let mut collector = Collector { urls, found, seen: HashSet::new(), redirects: Vec::new() };
    for (index, page) in facts.iter().enumerate() {
        let Some(entry) = urls.entry_of[index] else { continue };
        for alias in &page.front.aliases {
            collector.alias(page, alias, entry);
        }
    }
    for (from, to) in inputs.redirects {
        collector.configured(from, to);
    }
    let mut redirects = collector.redirects;
    redirects.extend(urls.moved.iter().map(|(from, entry)| Redirect {
        from: from.clone(),
        to: urls.entries[*entry].url.clone(),
        tail: String::new(),
        title: urls.entries[*entry].title.clone(),
    }));
    redirects.sort_by(|a, b| a.from.cmp(&b.from));
    redirects
}

struct Collector<'a> {
    urls: &'a Urls,
    found: &'a mut Vec<Diagnostic>,
    seen: HashSet<String>,
    redirects: Vec<Redirect>,
}

impl Collector<'_> {
    fn alias(&mut self, page: &PageFacts, alias: &Located, entry: usize) {
        let Some(from) = alias_url(&alias.text) else {
            let span = Span::new(&page.path, alias.range);
            let message = format!("`{}` can't be an old path of this site", alias.text);
            self.found.push(
                Diagnostic::new("S004", Some(span), message).help("write it as `old/page.html`"),
            );
            return;
        };
        let entry = &self.urls.entries[entry];
        let redirect = Redirect {
            from,
            to: entry.url.clone(),
            tail: String::new(),
            title: entry.title.clone(),
        };
        self.add(redirect, &page.path, alias.range);
    }

    fn configured(&mut self, from: &str, to: &str) {
        let Some(from) = alias_url(from) else {
            let message = format!("`{from}` in `[output.html.redirect]` isn't a path of this site");
            self.found.push(Diagnostic::new("S004", Some(Span::file(&Config::path())), message));
            return;
        };
        if runs_script(to) {
            let message = format!("`{to}` in `[output.html.redirect]` would run a script");
            self.found.push(Diagnostic::new("S004", Some(Span::file(&Config::path())), message));
            return;
        }
        // A leading slash means the root of the site.
        let to = to.trim_start_matches('/');
        let (path, tail) = to.split_at(to.find(['?', '#']).unwrap_or(to.len()));
        let known = self.urls.entries.iter().find(|entry| entry.url == path);
        let title = known.map_or_else(|| to.to_string(), |entry| entry.title.clone());
        let redirect = Redirect { from, to: path.to_string(), tail: tail.to_string(), title };
        self.add(redirect, &Config::path(), TextRange::default());
    }

    fn add(&mut self, redirect: Redirect, path: &SitePath, place: TextRange) {
        if self.urls.taken.contains_key(&redirect.from) {
            self.found.push(shadowing(path, place, &redirect.from));
            return;
        }
        if !self.seen.insert(redirect.from.clone()) {
            self.found.push(collision(path, &redirect.from, "another alias"));
            return;
        }
        self.redirects.push(redirect);
    }
}

fn shadowing(path: &SitePath, place: TextRange, url: &str) -> Diagnostic {
    let message = format!("`{url}` is the address of something else, so it can't lead here");
    Diagnostic::new("S005", Some(Span::new(path, place)), message).help("remove the alias")
}

/// The output path that an alias means; none when it isn't one of a page of this site.
fn alias_url(text: &str) -> Option<String> {
    if text.contains(['?', '#', '\\', '<', '>', '"']) || text.contains("//") {
        return None;
    }
    let path = SitePath::new(text)?;
    let path = path.as_str();
    let last = path.rsplit('/').next().unwrap_or_default();
    match last.rsplit_once('.') {
        _ if path.is_empty() => None,
        Some((_, "html" | "htm")) => Some(path.to_string()),
        Some((_, "md")) => Some(format!("{}.html", path.trim_end_matches(".md"))),
        _ => Some(format!("{path}/index.html")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_is_an_output_path() {
        for (alias, url) in [
            ("old.html", Some("old.html")),
            ("/a/old.md", Some("a/old.html")),
            ("old/", Some("old/index.html")),
            ("v1.2", Some("v1.2/index.html")),
            ("../x.html", None),
            ("https://example.org/x.html", None),
            ("", None),
        ] {
            assert_eq!(alias_url(alias).as_deref(), url, "{alias}");
        }
    }
}
