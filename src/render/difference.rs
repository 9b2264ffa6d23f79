//! What has changed in a page since it was approved, as a page that any host can show.

use std::sync::Arc;

use jiff::civil::Date;

use super::gap::link;
use super::page::{Scene, not_found};
use super::view::{Content, DifferenceView, PageView, PartView};
use crate::base::{encode_path, root_of};
use crate::compare::{Line, Part, difference, excerpts};

/// A page that isn't as it was when it was approved.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The page, by its number.
    pub page: usize,
    /// The URL of the page that shows the difference.
    pub url: String,
    /// Who approved it.
    pub by: String,
    /// When.
    pub on: Date,
    /// What it said then: Markdown with all directives filled in.
    pub approved: Arc<str>,
}

/// Where the difference of a page is shown.
pub fn difference_url(page: &str) -> String {
    format!("status/changes/{page}")
}

/// The view of a difference, without what differs.
pub fn difference_view<'a>(scene: &'a Scene, difference: &Difference) -> PageView<'a> {
    let mut view = not_found(scene);
    let entry = scene.site.entry(difference.page).expect("only pages with a URL have a difference");
    let page = link(&entry.title, encode_path(&entry.url));
    view.root = root_of(&difference.url);
    view.page.title = format!("What changed in {}", entry.title);
    view.page.url = encode_path(&difference.url);
    let home = link(&scene.config.book.title, "index.html".to_string());
    view.trail = vec![home, link("Status", "status/index.html".to_string()), page.clone()];
    let by = scene.config.people.get(&difference.by);
    view.content = Content::Difference(DifferenceView {
        page,
        by: by.map_or(&difference.by, |person| &person.name).clone(),
        on: difference.on.to_string(),
        excerpts: Vec::new(),
    });
    view
}

/// Puts what differs into the view of a difference.
pub fn put_excerpts(view: &mut PageView, approved: &str, now: &str) {
    let Content::Difference(found) = &mut view.content else { return };
    let part = |part: &Part| PartView {
        mark: match part {
            Part::Kept(_) => "kept",
            Part::Removed(_) => "removed",
            Part::Added(_) => "added",
        },
        text: part.text().to_string(),
    };
    let line = |line: &Line| line.parts.iter().map(part).collect();
    let runs = excerpts(&difference(approved, now));
    found.excerpts = runs.iter().map(|run| run.iter().map(line).collect()).collect();
}
