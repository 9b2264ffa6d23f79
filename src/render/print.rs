//! Many pages as one, for paper: an area, or the whole handbook.
//!
//! Each page becomes a chapter. Links between chapters lead to places on the same page, so all ids
//! of a chapter begin with its own.

use std::collections::HashMap;

use super::nav::chain;
use super::page::{Scene, not_found};
use super::theme::Theme;
use super::view::{Chapter, Content, PageView, PrintView};
use crate::base::{encode_path, relative_url, root_of};
use crate::diag::Diagnostic;
use crate::parse::Body;
use crate::resolve::{Entry, LinkTarget, Outcome, Site};

/// More chapters than these make no page that a browser could print.
const MOST_CHAPTERS: usize = 1000;
/// Stands between the id of a chapter and an id within it. No path has it, and an address may.
const SEPARATOR: &str = "?";
/// The attributes that name ids, as they are written in HTML.
const NAMING: [&str; 5] = [" id=\"", " href=\"#", " for=\"", " aria-labelledby=\"", " name=\""];

/// What is printed as one page.
#[derive(Clone, Debug)]
pub struct Print {
    /// Its URL.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Its chapters, by their entries, in reading order.
    pub entries: Vec<usize>,
}

/// The whole site and each of its top-level sections, as far as they can be printed.
pub fn prints(site: &Site, title: &str) -> Vec<Print> {
    let mut of_section: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut all = Vec::new();
    for entry in &site.reading {
        let found = &site.entries[*entry];
        if found.is_status() {
            continue;
        }
        all.push(*entry);
        if let Some(top) = chain(site, found.section).first() {
            of_section.entry(*top).or_default().push(*entry);
        }
    }
    let whole = Print { url: "print.html".to_string(), title: title.to_string(), entries: all };
    let sections = site.sections.iter().enumerate().filter_map(|(index, section)| {
        let entries = of_section.remove(&index)?;
        let url = format!("{}print.html", section.url.strip_suffix("index.html")?);
        Some(Print { url, title: section.title.clone(), entries })
    });
    let named = |entry: &&Entry| entry.url.ends_with("print.html");
    let taken: Vec<&Entry> = site.entries.iter().filter(named).collect();
    let fits = |print: &Print| {
        (2..=MOST_CHAPTERS).contains(&print.entries.len())
            && taken.iter().all(|entry| entry.url != print.url)
    };
    std::iter::once(whole).chain(sections).filter(fits).collect()
}

/// The view of a printed page, with empty bodies.
pub fn print_view<'a>(scene: &'a Scene, print: &Print) -> PageView<'a> {
    let mut view = not_found(scene);
    view.root = root_of(&print.url);
    view.page.title.clone_from(&print.title);
    view.page.url = encode_path(&print.url);
    let chapter = |entry: &usize| {
        let found = &scene.site.entries[*entry];
        let page = found.page.map(|page| &scene.facts[page]);
        let heading = page.and_then(|page| page.heading.as_ref());
        let id = chapter_id(&found.url);
        Chapter {
            heading_id: heading.map(|(_, heading)| format!("{id}{SEPARATOR}{heading}")),
            id,
            title: found.title.clone(),
            url: encode_path(&found.url),
            trust: found.gaps.iter().map(|gap| scene.gaps[*gap].clone()).collect(),
            body: String::new(),
        }
    };
    let chapters = print.entries.iter().map(chapter).collect();
    let page_break = scene.config.html.print_breaks;
    view.content = Content::Print(PrintView { chapters, page_break });
    view
}

/// Puts the texts of pages into their chapters. The first one that can't be had ends it.
pub fn put_chapters<E: From<Diagnostic>>(
    scene: &Scene,
    theme: &Theme,
    print: &Print,
    view: &mut PageView,
    body: impl Fn(usize) -> Result<Body, E>,
) -> Result<(), E> {
    let root = root_of(&print.url);
    let Content::Print(whole) = &mut view.content else { return Ok(()) };
    let ids = whole.chapters.iter().map(|chapter| chapter.id.clone());
    let places: HashMap<usize, String> = print.entries.iter().copied().zip(ids).collect();
    for (entry, chapter) in print.entries.iter().zip(&mut whole.chapters) {
        let Some(page) = scene.site.entries[*entry].page else { continue };
        let links = scene.site.links[page].iter();
        let urls: Vec<String> = links.map(|link| address(scene, print, &places, link)).collect();
        let named = |html: &str| with_prefix(html, &chapter.id);
        let url = |link: usize| urls[link].as_str();
        let directive = |used: &_| theme.directive(used, &root, url).map(|html| named(&html));
        chapter.body = body(page)?.map_html(named).fill(&root, url, directive)?;
    }
    Ok(())
}

/// HTML whose own ids begin with a prefix. Where the text of a page has quotation marks they are
/// escaped, so what looks like an attribute is one.
fn with_prefix(html: &str, prefix: &str) -> String {
    NAMING.iter().fold(html.to_string(), |html, attribute| {
        html.replace(attribute, &format!("{attribute}{prefix}{SEPARATOR}"))
    })
}

/// Where a link leads on a printed page.
fn address(
    scene: &Scene,
    print: &Print,
    places: &HashMap<usize, String>,
    link: &LinkTarget,
) -> String {
    let tail = link.url.find(['?', '#']).map_or("", |at| &link.url[at..]);
    match &link.outcome {
        Outcome::Page { entry, fragment } => match places.get(entry) {
            Some(id) if fragment.is_empty() => format!("#{id}"),
            Some(id) => {
                let written = link.url.split_once('#').map_or("", |(_, written)| written);
                format!("#{id}{SEPARATOR}{written}")
            }
            None => {
                let there = &scene.site.entries[*entry].url;
                encode_path(&relative_url(&print.url, there)) + tail
            }
        },
        Outcome::Asset(path) => {
            let there = path.strip(&scene.config.src).unwrap_or_default();
            encode_path(&relative_url(&print.url, there)) + tail
        }
        _ => link.url.clone(),
    }
}

/// The id of a chapter: the address of its page without the end that all have.
fn chapter_id(url: &str) -> String {
    let stem = url.strip_suffix("index.html").or_else(|| url.strip_suffix(".html"));
    match stem.unwrap_or(url) {
        "" => "/".to_string(),
        // What must be encoded in an address can't stand in an id, and the other way round.
        stem => encode_path(stem).replace('%', "~"),
    }
}
