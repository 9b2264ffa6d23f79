//! What is expensive to make, by what it is made from, so that an edit elsewhere on its page costs
//! nothing.

use crate::diagrams::Drawings;
use crate::parse::{CodeCache, Memory};

/// Highlighted code and diagrams.
#[derive(Default)]
pub(super) struct Store {
    code: CodeCache,
    drawings: Drawings,
}

impl Store {
    /// How many texts were drawn.
    pub(super) fn drawn(&self) -> usize {
        self.drawings.drawn()
    }

    /// Lets go of everything, and of what this thread remembers.
    pub(super) fn forget(&self) {
        self.code.forget();
        self.drawings.forget();
    }

    /// For a page whose body is wanted.
    pub(super) fn for_body(&self) -> Memory<'_> {
        Memory { code: Some(&self.code), ..self.for_findings() }
    }

    /// For a page that is only judged.
    pub(super) fn for_findings(&self) -> Memory<'_> {
        Memory { code: None, drawings: Some(&self.drawings) }
    }
}
