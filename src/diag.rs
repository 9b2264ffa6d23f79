//! Diagnostics: what is wrong with content, theme or configuration, and how it is shown.
//!
//! A diagnostic is made by a constructor function next to the rule that it belongs to, so that
//! the wording of a rule lives in one place. This room knows the table of [rules](rules()) and how
//! diagnostics are printed; it doesn't know when one is due.

mod baseline;
mod github;
mod json;
mod junit;
mod page;
mod place;
mod print;
mod rules;
mod sarif;

pub use baseline::Baseline;
pub use json::schema;
pub use page::{all, page};
pub use place::SourceText;
pub use print::{Format, print, print_summary};
pub use rules::{Rule, rule, rules};

use serde::{Deserialize, Serialize};

use crate::base::{SitePath, TextRange};

/// A place in a source file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Span {
    /// The file.
    pub path: SitePath,
    /// The bytes within it; empty at 0 for the file as a whole.
    pub range: TextRange,
}

impl Span {
    /// A place in a file.
    pub fn new(path: &SitePath, range: impl Into<TextRange>) -> Self {
        Self { path: path.clone(), range: range.into() }
    }

    /// The file as a whole.
    pub fn file(path: &SitePath) -> Self {
        Self { path: path.clone(), range: TextRange::default() }
    }
}

/// How much a diagnostic weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Severity {
    /// The output is wrong or incomplete.
    Error,
    /// The output is right, but hardly what was meant.
    Warning,
    /// Worth a look; never a reason to fail.
    Note,
}

impl Severity {
    /// The word that is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// The level of a rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// Shown as this, and counted.
    At(Severity),
    /// Not shown.
    Off,
}

impl Level {
    /// The word that `[rules]` in `book.toml` takes.
    pub fn word(self) -> &'static str {
        match self {
            Self::At(severity) => severity.word(),
            Self::Off => "off",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        let at = [Severity::Error, Severity::Warning, Severity::Note].map(Self::At);
        at.into_iter().chain([Self::Off]).find(|level| level.word() == word)
    }
}

/// One finding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The rule that is broken.
    #[serde(with = "rules::as_code")]
    pub rule: &'static Rule,
    /// After the levels of `book.toml`.
    pub severity: Severity,
    /// One line: the thing, then the fault; lower case, no full stop.
    pub message: String,
    /// Where; none for the site as a whole.
    pub span: Option<Span>,
    /// What to do next.
    pub help: Option<String>,
    /// Whether a baseline holds it, so that it is shown and doesn't count.
    pub known: bool,
}

impl Diagnostic {
    /// A finding about a rule, at its default level.
    pub fn new(code: &str, span: Option<Span>, message: impl Into<String>) -> Self {
        let rule = rules::by_code(code);
        // What is off by default is dropped later, where the settings are known.
        let severity = match rule.level {
            Level::At(severity) => severity,
            Level::Off => Severity::Warning,
        };
        Self { rule, severity, message: message.into(), span, help: None, known: false }
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers the nearest of some names, if one is near; else lists them when they are few.
    #[must_use]
    pub fn suggest<'a>(
        self,
        written: &str,
        names: impl IntoIterator<Item = &'a str> + Clone,
    ) -> Self {
        if let Some(name) = crate::base::nearest(written, names.clone()) {
            return self.help(format!("did you mean `{name}`?"));
        }
        let all: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
        match all.len() {
            1..=12 => self.help(format!("known are {}", all.join(", "))),
            _ => self,
        }
    }

    /// True when the output is wrong.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// True when it makes a command fail: an error does, and a warning if it is told to, unless
    /// it was known before.
    pub fn fails(&self, strict: bool) -> bool {
        let counts = self.is_error() || (strict && self.severity == Severity::Warning);
        counts && !self.known
    }
}

/// Sorts by place and rule, and drops what was found twice.
pub fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (&a.span, a.rule.code, &a.message).cmp(&(&b.span, b.rule.code, &b.message))
    });
    diagnostics
        .dedup_by(|a, b| (a.rule.code, &a.span, &a.message) == (b.rule.code, &b.span, &b.message));
}
