//! SARIF 2.1.0 (OASIS), for code scanning and editors.

use serde_json::{Value, json};

use super::place::Sources;
use super::{Diagnostic, Level, Rule, rules};
use crate::base::{Hasher, encode_path};

/// The whole log: one run, with the rules that were broken.
pub(super) fn log(diagnostics: &[Diagnostic], prefix: &str, sources: &mut Sources) -> String {
    let broken = |rule: &&Rule| diagnostics.iter().any(|found| found.rule == *rule);
    let rules: Vec<&Rule> = rules().filter(broken).collect();
    let results: Vec<Value> =
        diagnostics.iter().map(|found| result(found, &rules, prefix, sources)).collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Lacuna",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.iter().copied().map(descriptor).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let text = serde_json::to_string_pretty(&log).expect("JSON values can be written");
    format!("{text}\n")
}

fn descriptor(rule: &Rule) -> Value {
    let (level, enabled) = match rule.level {
        Level::At(severity) => (severity.word(), true),
        Level::Off => ("warning", false),
    };
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.what },
        "fullDescription": { "text": rule.why },
        "help": {
            "text": format!("Bad:\n{}\n\nGood:\n{}", rule.bad, rule.good),
            "markdown": super::page(rule),
        },
        "defaultConfiguration": { "level": level, "enabled": enabled },
    })
}

fn result(found: &Diagnostic, rules: &[&Rule], prefix: &str, sources: &mut Sources) -> Value {
    let help = found.help.as_ref().map_or(String::new(), |help| format!("; {help}"));
    let mut result = json!({
        "ruleId": found.rule.code,
        "ruleIndex": rules.iter().position(|rule| *rule == found.rule),
        "level": found.severity.word(),
        "message": { "text": format!("{}{help}", found.message) },
        "partialFingerprints": { "lacunaFinding/v1": fingerprint(found) },
    });
    if found.known {
        result["baselineState"] = json!("unchanged");
    }
    if let Some(location) = location(found, prefix, sources) {
        result["locations"] = json!([location]);
    }
    result
}

fn location(found: &Diagnostic, prefix: &str, sources: &mut Sources) -> Option<Value> {
    let span = found.span.as_ref()?;
    let uri = encode_path(&format!("{prefix}{}", span.path));
    let mut location = json!({ "artifactLocation": { "uri": uri, "uriBaseId": "%SRCROOT%" } });
    let region = sources.region(span).filter(|_| span.range.end > 0);
    if let Some(region) = region {
        location["region"] = json!({
            "startLine": region.start.line,
            "startColumn": region.start.column,
            "endLine": region.end.line,
            "endColumn": region.end.column,
        });
    }
    Some(json!({ "physicalLocation": location }))
}

/// The same for a finding whose line has moved.
fn fingerprint(found: &Diagnostic) -> String {
    let mut hasher = Hasher::default();
    let path = found.span.as_ref().map_or("", |span| span.path.as_str());
    for part in [found.rule.code, path, &found.message] {
        hasher.field(part.as_bytes());
    }
    hasher.finish().to_string()
}
