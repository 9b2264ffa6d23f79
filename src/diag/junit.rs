//! JUnit XML: what continuous integration shows as tests. Each finding is a test that failed, or
//! one that was skipped if it is no reason to fail.

use super::Diagnostic;
use super::place::Sources;
use crate::base::escape_xml;

/// The whole report.
pub(super) fn report(diagnostics: &[Diagnostic], strict: bool, sources: &mut Sources) -> String {
    let mut cases: Vec<String> =
        diagnostics.iter().map(|diagnostic| case(diagnostic, strict, sources)).collect();
    if cases.is_empty() {
        cases.push("    <testcase classname=\"lacuna\" name=\"nothing found\"/>\n".to_string());
    }
    let failures = diagnostics.iter().filter(|diagnostic| diagnostic.fails(strict)).count();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"0\"", cases.len());
    let skipped = diagnostics.len() - failures;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lacuna\" {counts}>\n  \
         <testsuite name=\"lacuna check\" {counts} skipped=\"{skipped}\">\n{}  </testsuite>\n\
         </testsuites>\n",
        cases.concat()
    )
}

fn case(diagnostic: &Diagnostic, strict: bool, sources: &mut Sources) -> String {
    let rule = diagnostic.rule;
    let region = diagnostic.span.as_ref().and_then(|span| sources.region(span));
    let path = diagnostic.span.as_ref().map_or("lacuna", |span| span.path.as_str());
    let place = region
        .map_or(String::new(), |region| format!(":{}:{}", region.start.line, region.start.column));
    let help = diagnostic.help.as_ref().map_or(String::new(), |help| format!("\nhelp: {help}"));
    let text = format!("{path}{place}: {}{help}", diagnostic.message);
    let message = escape_xml(&diagnostic.message);
    let result = match diagnostic.fails(strict) {
        true => {
            let code = rule.code;
            format!(
                "<failure type=\"{code}\" message=\"{message}\">{}</failure>",
                escape_xml(&text)
            )
        }
        false => format!("<skipped message=\"{message}\"/>"),
    };
    format!(
        "    <testcase classname=\"{}\" name=\"{}\">{result}</testcase>\n",
        escape_xml(path),
        escape_xml(&format!("{} {}{place}", rule.code, rule.name)),
    )
}
