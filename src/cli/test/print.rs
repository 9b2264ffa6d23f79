//! How examples and their results are printed.

use serde_json::{Value, json};

use crate::base::{escape_xml, one_line, plural};
use crate::cli::arguments::TestFormat;
use crate::examples::{Example, Mode};
use crate::runners::{Outcome, Report};

/// All examples and what would be done with them.
pub(super) fn list(examples: &[Example], format: TestFormat) -> String {
    if format == TestFormat::Json {
        let row = |example: &Example| {
            json!({
                "page": example.page.as_str(),
                "path": example.path.as_str(),
                "line": example.line,
                "runner": example.runner.name,
                "mode": mode(example),
            })
        };
        return pretty(&json!({ "examples": examples.iter().map(row).collect::<Vec<_>>() }));
    }
    let row = |example: &Example| {
        format!("{}  {}  {}\n", place(example), example.runner.name, mode(example))
    };
    examples.iter().map(row).collect()
}

fn mode(example: &Example) -> String {
    match &example.mode {
        Mode::Run => "run".to_string(),
        Mode::Fail(_) => "must fail".to_string(),
        Mode::Check => "syntax only".to_string(),
        Mode::Ignore(reason) if reason.is_empty() => "ignored without a reason".to_string(),
        Mode::Ignore(reason) => format!("ignored: {reason}"),
        Mode::Fault(fault) => format!("wrong: {fault}"),
    }
}

fn place(example: &Example) -> String {
    format!("{}:{}", example.path, example.line)
}

/// What didn't pass, with what it printed; those that were ignored are in the list only, and of
/// those that an interrupt kept from running the number is said.
pub(super) fn human(results: &[(&Example, &Report)]) -> String {
    let mut out = String::new();
    for (example, report) in results {
        let verb = match report.outcome {
            Outcome::Failed(_) => "fails",
            Outcome::NotRun(_) if !report.outcome.is_interrupted() => "isn't run",
            Outcome::Passed | Outcome::NotRun(_) | Outcome::Ignored(_) => continue,
        };
        let mut lines = report.outcome.message().lines();
        let first = lines.next().unwrap_or_default();
        out +=
            &format!("{}: this {} example {verb}: {first}\n", place(example), example.runner.name);
        lines.for_each(|line| out += &format!("    {line}\n"));
    }
    out
}

/// Everything, for programs.
pub(super) fn json(results: &[(&Example, &Report)]) -> String {
    let row = |(example, report): &(&Example, &Report)| {
        json!({
            "page": example.page.as_str(),
            "path": example.path.as_str(),
            "line": example.line,
            "runner": example.runner.name,
            "outcome": report.outcome.id(),
            "seconds": seconds(report),
            "message": report.outcome.message(),
        })
    };
    pretty(&json!({ "examples": results.iter().map(row).collect::<Vec<_>>() }))
}

/// To the millisecond.
fn seconds(report: &Report) -> f64 {
    (report.took.as_secs_f64() * 1000.0).round() / 1000.0
}

fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).expect("JSON values can be written");
    format!("{text}\n")
}

/// The report that pipelines read: a suite for each page.
pub(super) fn junit(results: &[(&Example, &Report)]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for page in results.chunk_by(|(a, _), (b, _)| a.page == b.page) {
        let count = |id: &str| page.iter().filter(|(_, report)| report.outcome.id() == id).count();
        let skipped = count("not-run") + count("ignored");
        out += &format!(
            "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{skipped}\">\n",
            escape_xml(page[0].0.page.as_str()),
            page.len(),
            count("failed"),
        );
        out.extend(page.iter().map(|(example, report)| case(example, report)));
        out += "</testsuite>\n";
    }
    out + "</testsuites>\n"
}

fn case(example: &Example, report: &Report) -> String {
    let message = report.outcome.message();
    let first = escape_xml(message.lines().next().unwrap_or_default());
    let inner = match report.outcome {
        Outcome::Passed => String::new(),
        Outcome::Failed(_) => {
            format!("<failure message=\"{first}\">{}</failure>", escape_xml(message))
        }
        Outcome::NotRun(_) | Outcome::Ignored(_) => format!("<skipped message=\"{first}\"/>"),
    };
    format!(
        "<testcase classname=\"{}\" name=\"{} ({})\" file=\"{}\" line=\"{}\" time=\"{:.3}\">{inner}</testcase>\n",
        escape_xml(example.page.as_str()),
        escape_xml(&place(example)),
        escape_xml(&one_line(&example.runner.name)),
        escape_xml(example.path.as_str()),
        example.line,
        report.took.as_secs_f64(),
    )
}

/// `12 examples: 10 passed, 1 failed, 1 ignored`.
pub(super) fn summary(results: &[(&Example, &Report)]) -> String {
    let count = |id: &str| results.iter().filter(|(_, report)| report.outcome.id() == id).count();
    let parts: Vec<String> = [
        ("passed", "passed"),
        ("failed", "failed"),
        ("not-run", "not run"),
        ("ignored", "ignored"),
    ]
    .into_iter()
    .map(|(id, word)| (count(id), word))
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    let total = plural(results.len(), "example");
    let remembered = results.iter().filter(|(_, report)| !report.fresh).count();
    let remembered = match remembered {
        0 => String::new(),
        count => format!(" ({count} remembered)"),
    };
    if parts.is_empty() { total } else { format!("{total}: {}{remembered}", parts.join(", ")) }
}
