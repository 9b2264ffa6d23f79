//! `lacuna build`.

use super::arguments::{BuildOptions, Global};
use super::console::Console;
use super::project::{Project, counted};
use super::{Failure, Outcome, Verdict};
use crate::base::plural;
use crate::build;
use crate::diag::Severity;

pub(super) fn run(options: &BuildOptions, global: &Global, console: &Console) -> Outcome {
    let mut project = Project::open(global, console)?;
    if let Some(folder) = &options.dest_dir {
        let here = std::env::current_dir().map_err(|error| Failure::Usage(error.to_string()))?;
        project.config.output = here.join(folder);
    }
    let explain = options.explain.as_deref();
    let mut report = build::build_explained(&project.files, &project.config, explain)?;
    if let Some(page) = explain.filter(|_| report.explained.is_empty()) {
        let message = format!("the site has no page `{page}`");
        let help = "name it by its path below the content, or by its URL".to_string();
        return Err(Failure::Helped(message, help));
    }
    let mut found = project.warnings.clone();
    found.append(&mut report.diagnostics);
    // Notes are what `lacuna check` is asked for.
    found.retain(|found| found.severity != Severity::Note);
    let verdict = project.findings(console, &found, options.strict);
    let output = project.config.output.strip_prefix(&project.config.root);
    let output = output.unwrap_or(&project.config.output).join("index.html");
    console.say(&format!(
        "built {} ({} rendered, {} written); open {}{}",
        plural(report.pages, "page"),
        report.rendered,
        plural(report.written, "file"),
        output.display(),
        counted(&found),
    ));
    console.detail(&report.to_string());
    if let Some((page, reasons)) = report.explained.split_first() {
        console.data(&format!("{page}\n  {}\n", reasons.join("\n  ")));
    }
    if options.timings {
        for (stage, took) in &report.stages {
            console.data(&format!("{:>9.1} ms  {stage}\n", took.as_secs_f64() * 1000.0));
        }
    }
    if verdict == Verdict::Broken && options.strict && found.iter().all(|found| !found.is_error()) {
        console.say("warnings fail the build because of --strict");
    }
    Ok(verdict)
}
