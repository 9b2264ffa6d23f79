//! Finds what the content folder holds.

use crate::base::SitePath;
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::files::{Error, Files};

use super::{link_outside, unreadable_file};

/// The files of the content folder, each list sorted.
#[derive(Debug, Default)]
pub struct Tree {
    /// The Markdown pages.
    pub pages: Vec<SitePath>,
    /// What is copied as it is.
    pub assets: Vec<SitePath>,
    /// The reviews of pages.
    pub reviews: Vec<SitePath>,
    /// The checklist.
    pub checklist: Option<SitePath>,
    /// The waivers.
    pub waivers: Option<SitePath>,
    /// The navigation, as in mdBook.
    pub summary: Option<SitePath>,
}

/// Walks the content folder. Dot-files are left out; links that lead outside are reported.
pub fn scan(files: &dyn Files, config: &Config) -> Result<(Tree, Vec<Diagnostic>), Error> {
    let folder = config.root.join(&config.src);
    let walk = files.walk(&folder, &config.root).map_err(Error::at("read", &folder))?;
    let mut tree = Tree::default();
    let mut found = Vec::new();
    for path in &walk.files {
        // The output may lie inside the content; what we wrote is no content.
        if path.starts_with(&config.output) {
            continue;
        }
        match SitePath::below(&config.root, path) {
            Some(path) => tree.sort_in(path, &config.src),
            None => found.push(unnamable(path)),
        }
    }
    let place = |path| SitePath::below(&config.root, path);
    found
        .extend(walk.outside.iter().filter_map(|path| place(path)).map(|path| link_outside(&path)));
    // The walk sorts by parts of paths, which is another order where a name has a sign below `/`.
    for list in [&mut tree.pages, &mut tree.assets, &mut tree.reviews] {
        list.sort();
    }
    for (path, why) in &walk.unreadable {
        found.extend(place(path).map(|path| unreadable_file(&path, why)));
    }
    Ok((tree, found))
}

impl Tree {
    /// True when a path is a folder with files of the content.
    pub fn holds_below(&self, folder: &SitePath) -> bool {
        let folder = format!("{folder}/");
        [&self.pages, &self.assets, &self.reviews].into_iter().any(|list| {
            let first = list.partition_point(|path| *path.as_str() < *folder);
            list.get(first).is_some_and(|path| path.as_str().starts_with(&folder))
        })
    }

    /// True when a file is among those of the content.
    pub fn holds(&self, path: &SitePath) -> bool {
        let special = [&self.checklist, &self.waivers, &self.summary];
        let listed = |list: &Vec<SitePath>| list.binary_search(path).is_ok();
        listed(&self.pages)
            || listed(&self.assets)
            || listed(&self.reviews)
            || special.into_iter().flatten().any(|known| known == path)
    }

    fn sort_in(&mut self, path: SitePath, src: &str) {
        match path.strip(src) {
            Some("checklist.md") => self.checklist = Some(path),
            Some("SUMMARY.md") => self.summary = Some(path),
            Some("waivers.yaml") => self.waivers = Some(path),
            Some(name) if name.ends_with(".reviews.yaml") => self.reviews.push(path),
            Some(name) if is_page(name) => self.pages.push(path),
            _ => self.assets.push(path),
        }
    }
}

/// True for the name of a page.
pub fn is_page(name: &str) -> bool {
    name.ends_with(".md") || name.ends_with(".markdown")
}

fn unnamable(path: &std::path::Path) -> Diagnostic {
    let message = format!("the name of `{}` can't be part of a URL", path.display());
    Diagnostic::new("E002", None, message).help("use UTF-8 without `:` and `\\`")
}
