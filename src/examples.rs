//! What the examples of a book are: fences and files beside pages that have a runner.
//!
//! Nothing here runs anything; that is the room `runners`, which stands below all that builds a
//! site. An example is its program with all that lies in its folder when it runs, so that its
//! digest says whether a result is still about it.

mod collect;
mod folder;
mod program;
mod record;

pub use collect::{Sources, collect};
pub use program::MARKER;
pub use record::{
    Book, LOCK, Record, Recorded, Results, read_records, write_record, write_records,
};

use std::sync::Arc;
use std::time::Duration;

use crate::base::{Digest, SitePath};
use crate::config::{Runner, Service};
use crate::diag::Span;

/// One example.
#[derive(Clone, Debug)]
pub struct Example {
    /// The page that it belongs to; the file itself where no page stands above it.
    pub page: SitePath,
    /// Where it is written.
    pub path: SitePath,
    /// The line there, from 1.
    pub line: usize,
    /// The place there.
    pub span: Span,
    /// What runs it.
    pub runner: Arc<Runner>,
    /// What is done with it.
    pub mode: Mode,
    /// What is run.
    pub program: Program,
    /// What it must print.
    pub expected: Option<Expected>,
    /// The schema that it must obey.
    pub schema: Option<SitePath>,
    /// What must be there while it runs.
    pub service: Option<Service>,
    /// How long it may take.
    pub timeout: Duration,
    /// The files that lie around it, sorted.
    pub files: Arc<Vec<SitePath>>,
    /// Of all that decides whether it works, but for the tools.
    pub digest: Digest,
}

/// What is done with an example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    /// It is run.
    Run,
    /// It is run and must fail; what it prints must hold the text, if there is one.
    Fail(String),
    /// Its syntax is checked.
    Check,
    /// It is left alone, for a reason; empty for none.
    Ignore(String),
    /// What stands behind the fence can't be meant.
    Fault(String),
}

/// What is run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Program {
    /// A file beside the page, as it is.
    File,
    /// The text of a file that is written for it.
    Text {
        /// Padded, so that its lines have the numbers that they have in the page.
        text: String,
        /// Whether it begins with other examples and then prints [`MARKER`].
        marked: bool,
    },
}

/// What an example must print.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expected {
    /// This text, but for space at the ends of lines and at the end.
    Text(String),
    /// A JSON value equal to this one.
    Json(String),
}
