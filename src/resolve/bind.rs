//! Which pages close which gaps.

use super::Inputs;
use crate::checklist::Checklist;
use crate::diag::{Diagnostic, Span};
use crate::parse::PageFacts;
use std::sync::Arc;

/// The bindings between pages and gaps.
pub(super) struct Bindings {
    /// For each page the gap that its path names.
    pub by_path: Vec<Option<usize>>,
    /// For each page all gaps that it closes, the one of its path first.
    pub gaps_of: Vec<Vec<usize>>,
}

/// Binds pages by their paths and by `gap:`.
pub(super) fn bind(
    inputs: &Inputs,
    facts: &[Arc<PageFacts>],
    found: &mut Vec<Diagnostic>,
) -> Bindings {
    let mut bindings = Bindings { by_path: Vec::new(), gaps_of: Vec::new() };
    let index = Index::new(inputs.checklist);
    for page in facts {
        let by_path = index.by_path(page.path.strip(inputs.src).unwrap_or_default());
        let mut gaps: Vec<usize> = by_path.into_iter().collect();
        for written in &page.front.gaps {
            match index.find(&written.text) {
                Some(gap) if !gaps.contains(&gap) => gaps.push(gap),
                Some(_) => {}
                None => found.push(unknown_gap(page, written, inputs.checklist)),
            }
        }
        bindings.by_path.push(by_path);
        bindings.gaps_of.push(gaps);
    }
    bindings
}

struct Index<'a>(std::collections::HashMap<&'a str, usize>);

impl<'a> Index<'a> {
    fn new(checklist: Option<&'a Checklist>) -> Self {
        let gaps = checklist.into_iter().flat_map(|list| list.gaps.iter().enumerate());
        Self(gaps.map(|(index, gap)| (gap.id.as_str(), index)).collect())
    }

    fn find(&self, id: &str) -> Option<usize> {
        self.0.get(id).copied()
    }

    /// `area/gap.md` or `area/gap/index.md`.
    fn by_path(&self, path: &str) -> Option<usize> {
        let stem = path.strip_suffix(".md")?;
        self.find(stem.strip_suffix("/index").unwrap_or(stem))
    }
}

fn unknown_gap(
    page: &PageFacts,
    written: &crate::source::Located,
    checklist: Option<&Checklist>,
) -> Diagnostic {
    let span = Span::new(&page.path, written.range);
    let message = format!("the checklist has no gap `{}`", written.text);
    let found = Diagnostic::new("K003", Some(span), message);
    match checklist {
        Some(list) => {
            let ids: Vec<&str> = list.gaps.iter().map(|gap| gap.id.as_str()).collect();
            found.suggest(&written.text, ids)
        }
        None => found.help("there is no checklist.md in the content folder"),
    }
}
