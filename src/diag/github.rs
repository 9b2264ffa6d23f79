//! Workflow commands of GitHub Actions, which become annotations of a pull request.

use super::place::Sources;
use super::{Diagnostic, Severity};

/// One command a line; `prefix` leads from the top of the repository to the project.
pub(super) fn line(diagnostic: &Diagnostic, prefix: &str, sources: &mut Sources) -> String {
    let command = match diagnostic.severity {
        _ if diagnostic.known => "notice",
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(span) = &diagnostic.span {
        properties.push(("file", format!("{prefix}{}", span.path)));
        if let Some(region) = sources.region(span) {
            properties.push(("line", region.start.line.to_string()));
            properties.push(("endLine", region.end.line.to_string()));
            // Columns are taken only for a place within one line.
            if region.start.line == region.end.line && span.range.end > 0 {
                properties.push(("col", region.start.column.to_string()));
                properties.push(("endColumn", region.end.column.to_string()));
            }
        }
    }
    let known = if diagnostic.known { " (known)" } else { "" };
    let rule = diagnostic.rule;
    properties.push(("title", format!("{} {}{known}", rule.code, rule.name)));
    let properties: Vec<String> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let help = diagnostic.help.as_ref().map(|help| format!("\nhelp: {help}"));
    let message = format!("{}{}", diagnostic.message, help.unwrap_or_default());
    format!("::{command} {}::{}\n", properties.join(","), data(&message))
}

/// Escapes what stands after `::`, as the runner undoes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property, which commas and colons would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
