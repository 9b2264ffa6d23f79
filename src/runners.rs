//! Runs examples, each in a folder of its own, and says what came out.
//!
//! This is the only room that starts the programs of a book, and only `lacuna test` calls it:
//! nothing that builds, checks or previews a site can name it.

mod parse;
mod postgres;
mod process;
mod run;
mod tools;
mod verdict;

pub use run::run;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::examples::Example;
use crate::files::Files;

/// What runs are made with.
pub struct Bench<'a> {
    /// The files of the project.
    pub files: &'a dyn Files,
    /// The folder of `book.toml`.
    pub root: &'a Path,
    /// Our own environment, of which examples see what their runner asks for.
    pub environment: BTreeMap<OsString, OsString>,
    /// How many examples run at once.
    pub jobs: usize,
    /// Output beyond so many bytes fails an example.
    pub output_limit: u64,
    /// The day that results are about.
    pub today: Date,
    /// What passed before, by [`Report::key`].
    pub passed: BTreeMap<String, Known>,
    /// Set when everything must end.
    pub stop: Arc<AtomicBool>,
    /// Called when an example has ended, on the thread that ran it.
    pub ended: &'a (dyn Fn(&Example, &Report) + Sync),
}

/// Why an example wasn't run to its end, or not begun, once [`Bench::stop`] is set.
pub const INTERRUPTED: &str = "it was interrupted";

/// When an example passed, and how long it took.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Known {
    /// The day.
    pub on: Date,
    /// The time.
    pub took: Duration,
}

/// What came out of one example.
#[derive(Clone, Debug)]
pub struct Report {
    /// What came out.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
    /// The version of the tool; empty when there is none.
    pub tool: String,
    /// The digest of the example with the version of its tool.
    pub key: String,
    /// When it ran.
    pub on: Date,
    /// Whether it was run now, and not remembered.
    pub fresh: bool,
}

/// What came out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It works.
    Passed,
    /// It doesn't: in one line, then what it printed.
    Failed(String),
    /// It couldn't be tried.
    NotRun(String),
    /// It was left alone, for a reason; empty for none.
    Ignored(String),
}

impl Outcome {
    /// As it is written in reports.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "failed",
            Self::NotRun(_) => "not-run",
            Self::Ignored(_) => "ignored",
        }
    }

    /// True for what an interrupt has kept from running.
    pub fn is_interrupted(&self) -> bool {
        matches!(self, Self::NotRun(why) if why == INTERRUPTED)
    }

    /// What is said about it; empty for one that passed.
    pub fn message(&self) -> &str {
        match self {
            Self::Passed => "",
            Self::Failed(message) | Self::NotRun(message) | Self::Ignored(message) => message,
        }
    }
}
