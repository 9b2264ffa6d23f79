//! S007 vanished-url, S008 vanished-anchor.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::base::nearest;
use crate::diag::{Diagnostic, Span};
use crate::parse::PageFacts;
use crate::resolve::Site;

/// What was published before and can't be reached any more.
pub fn vanished(
    before: (&Site, &[Arc<PageFacts>]),
    after: (&Site, &[Arc<PageFacts>]),
) -> Vec<Diagnostic> {
    let known: HashSet<&str> = urls(after.0).collect();
    let gone = urls(before.0).filter(|url| !known.contains(url));
    let mut found: Vec<Diagnostic> = gone.map(|url| vanished_url(url, after.0)).collect();
    let pages: HashMap<&str, &PageFacts> = pages(after).collect();
    for (url, old) in self::pages(before) {
        let Some(page) = pages.get(url) else { continue };
        let known: HashSet<&String> = page.anchors.iter().collect();
        let gone = old.anchors.iter().filter(|anchor| !known.contains(anchor));
        found.extend(gone.map(|anchor| vanished_anchor(anchor, page)));
    }
    found
}

/// All that can be asked for: pages, redirects, files.
fn urls(site: &Site) -> impl Iterator<Item = &str> {
    let pages = site.entries.iter().map(|entry| entry.url.as_str());
    let redirects = site.redirects.iter().map(|redirect| redirect.from.as_str());
    pages.chain(redirects).chain(site.assets.iter().map(|(_, url)| url.as_str()))
}

fn pages<'a>(
    (site, facts): (&'a Site, &'a [Arc<PageFacts>]),
) -> impl Iterator<Item = (&'a str, &'a PageFacts)> {
    site.entries.iter().filter_map(|entry| Some((entry.url.as_str(), &*facts[entry.page?])))
}

fn vanished_url(url: &str, now: &Site) -> Diagnostic {
    let message = format!("`{url}` was published and isn't any more");
    let near = nearest(url, now.entries.iter().map(|entry| entry.url.as_str()));
    let place = near.map_or("the page that took its place".to_string(), |near| format!("`{near}`"));
    Diagnostic::new("S007", None, message)
        .help(format!("add it to `aliases` of {place}, or to `[output.html.redirect]`"))
}

fn vanished_anchor(anchor: &str, page: &PageFacts) -> Diagnostic {
    let message = format!("links to `#{anchor}` of this page lead to its top now");
    Diagnostic::new("S008", Some(Span::file(&page.path)), message)
        .help(format!("write `{{#{anchor}}}` after the heading that took its place"))
}
