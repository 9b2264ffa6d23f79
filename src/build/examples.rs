//! What is recorded of the examples, for those who judge.

use std::sync::Arc;

use super::Changes;
use crate::base::SitePath;
use crate::config::Config;
use crate::diag::Diagnostic;
use crate::examples::{self, Book, LOCK, Sources, read_records};
use crate::source;

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
    let page = sources.facts.binary_search_by(|facts| facts.path.cmp(path));
    page.is_ok_and(|page| sources.standings[page].fences.is_empty()) && !book.has(path)
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
    let book = Book::new(&examples::collect(sources), &records);
    (Arc::new(book), fault.into_iter().collect())
}
