//! One JSON object a line, for programs. Its schema is part of what is promised.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::Diagnostic;
use super::place::{Position, Sources};

/// A finding of `lacuna check --format json`: one line.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "finding", deny_unknown_fields)]
struct Finding<'a> {
    /// The code of the rule: a letter and three digits. It never changes its meaning.
    code: &'a str,
    /// The name of the rule, as in `[rules]`.
    name: &'a str,
    /// `error`, `warning` or `note`.
    severity: &'a str,
    /// The thing, then the fault, on one line.
    message: &'a str,
    /// The file, relative to the folder of `book.toml`; null for the site as a whole.
    path: Option<&'a str>,
    /// Where it begins; null without a file that can be read.
    start: Option<Position>,
    /// After its last character; equal to `start` for the file as a whole.
    end: Option<Position>,
    /// What to do.
    help: Option<&'a str>,
    /// Whether a baseline holds it, so that it doesn't fail the check.
    known: bool,
}

pub(super) fn line(diagnostic: &Diagnostic, sources: &mut Sources) -> String {
    let span = diagnostic.span.as_ref();
    let region = span.and_then(|span| sources.region(span));
    let finding = Finding {
        code: diagnostic.rule.code,
        name: diagnostic.rule.name,
        severity: diagnostic.severity.word(),
        message: &diagnostic.message,
        path: span.map(|span| span.path.as_str()),
        start: region.map(|region| region.start),
        end: region.map(|region| region.end),
        help: diagnostic.help.as_deref(),
        known: diagnostic.known,
    };
    let text = serde_json::to_string(&finding).expect("a finding is plain data");
    format!("{text}\n")
}

/// The JSON Schema of one line.
pub fn schema() -> Value {
    schemars::schema_for!(Finding).to_value()
}
