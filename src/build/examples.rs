//! What is recorded of the examples, for those who judge.

use std::sync::Arc;

use super::Changes;
use super::analyse::Parts;
use crate::base::SitePath;
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::examples::{self, Book, Example, LOCK, read_records};
use crate::files::Files;
use crate::parse::Fence;
use crate::resolve::Site;
use crate::source::{self, Tree};

/// What examples are found in.
pub(super) struct Sources<'a> {
    pub files: &'a dyn Files,
    pub config: &'a Config,
    pub tree: &'a Tree,
    pub site: &'a Site,
    pub pages: &'a Parts,
}

impl Sources<'_> {
    /// All examples.
    pub(super) fn collect(&self) -> Vec<Example> {
        let Self { files, config, tree, site, pages } = *self;
        let fences: Vec<Vec<Fence>> =
            (0..pages.facts.len()).map(|page| self.fences(page)).collect();
        let facts = &pages.facts;
        examples::collect(&examples::Sources { files, config, tree, site, facts, fences: &fences })
    }

    /// The code of a page; none when its text isn't any more what the site was made from.
    fn fences(&self, page: usize) -> Vec<Fence> {
        let Self { files, config, pages, .. } = self;
        let path = &pages.facts[page].path;
        pages.bodies[page].fences(*files, config, path).unwrap_or_default()
    }
}

/// What is recorded, looked at again only when something changes that it rests on.
#[derive(Default)]
pub(super) struct Recorded(Option<(Arc<Book>, Vec<Diagnostic>)>);

impl Recorded {
    pub(super) fn update(
        &mut self,
        sources: &Sources,
        changes: &Changes,
    ) -> (Arc<Book>, Vec<Diagnostic>) {
        let known = self.0.take().filter(|(book, _)| match changes {
            Changes::All => false,
            Changes::Files(paths) => paths.iter().all(|path| is_quiet(path, sources, book)),
        });
        let found = known.unwrap_or_else(|| recorded(sources));
        self.0 = Some(found.clone());
        found
    }
}

/// True for a page without examples, before and now.
fn is_quiet(path: &SitePath, sources: &Sources, book: &Book) -> bool {
    let page = sources.tree.pages.binary_search(path);
    page.is_ok_and(|page| !sources.pages.bodies[page].has_fences()) && !book.has(path)
}

/// Counts what is recorded of each page. A book without records, of which none are asked for,
/// isn't searched for examples.
fn recorded(sources: &Sources) -> (Arc<Book>, Vec<Diagnostic>) {
    let Config { root, require_examples, .. } = sources.config;
    let lock = SitePath::new(LOCK).expect("a plain name is a path");
    let bytes = sources.files.read(&lock.on_disk(root));
    if bytes.is_err() && !require_examples {
        return Default::default();
    }
    let text = String::from_utf8(bytes.unwrap_or_default()).unwrap_or_default();
    let (records, fault) = match read_records(&text) {
        Ok(records) => (records, None),
        Err(line) => {
            let why = format!("line {line} is no record; write it anew by `lacuna test --record`");
            (Vec::new(), Some(source::unreadable_file(&lock, &why)))
        }
    };
    let book = Book::new(&sources.collect(), &records);
    (Arc::new(book), fault.into_iter().collect())
}
