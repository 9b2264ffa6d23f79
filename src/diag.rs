//! Diagnostics: what is wrong with content, theme or configuration, and how it is shown.
//!
//! A diagnostic is made by a constructor function next to the rule that it belongs to, so that
//! the wording of a rule lives in one place. This room knows the table of [rules](RULES) and how
//! diagnostics are printed; it doesn't know when one is due.

mod print;
mod rules;

pub use print::{Format, SourceText, print, print_summary};
pub use rules::{RULES, Rule, rule};

use crate::base::{SitePath, TextRange};

/// A place in a source file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The output is wrong or incomplete.
    Error,
    /// The output is right, but hardly what was meant.
    Warning,
}

impl Severity {
    /// The word that is printed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// After the levels of `book.toml`.
    pub severity: Severity,
    /// One line: the thing, then the fault; lower case, no full stop.
    pub message: String,
    /// Where; none for the site as a whole.
    pub span: Option<Span>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding about a rule, at its default level.
    pub fn new(code: &str, span: Option<Span>, message: impl Into<String>) -> Self {
        let rule = rules::by_code(code);
        let message = message.into();
        Self { rule, severity: rule.severity, message, span, help: None }
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
}

/// Sorts by place and rule, and drops what was found twice.
pub fn tidy(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (&a.span, a.rule.code, &a.message).cmp(&(&b.span, b.rule.code, &b.message))
    });
    diagnostics
        .dedup_by(|a, b| (a.rule.code, &a.span, &a.message) == (b.rule.code, &b.span, &b.message));
}
