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
    let mut report = build::build(&project.files, &project.config)?;
    let mut found = project.warnings.clone();
    found.append(&mut report.diagnostics);
    // Notes are what `lacuna check` is asked for.
    found.retain(|found| found.severity != Severity::Note);
    let verdict = project.findings(console, &found, options.strict);
    let output = project.config.output.strip_prefix(&project.config.root);
    let output = output.unwrap_or(&project.config.output).join("index.html");
    console.say(&format!(
        "built {} ({} written); open {}{}",
        plural(report.pages, "page"),
        plural(report.written, "file"),
        output.display(),
        counted(&found),
    ));
    console.detail(&report.to_string());
    if verdict == Verdict::Broken && options.strict && found.iter().all(|found| !found.is_error()) {
        console.say("warnings fail the build because of --strict");
    }
    Ok(verdict)
}
