//! `lacuna build`.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use super::arguments::{BuildOptions, Global};
use super::console::Console;
use super::project::{Project, counted};
use super::{Failure, Outcome, Verdict};
use crate::base::plural;
use crate::build::{self, Progress};
use crate::diag::Severity;

pub(super) fn run(options: &BuildOptions, global: &Global, console: &Console) -> Outcome {
    let mut project = Project::open(global, console)?;
    if let Some(folder) = &options.dest_dir {
        let here = std::env::current_dir().map_err(|error| Failure::Usage(error.to_string()))?;
        project.config.output = here.join(folder);
    }
    let explain = options.explain.as_deref();
    let progress = Arc::default();
    let mut report = watched(console, &progress, || {
        build::build_watched(&project.files, &project.config, explain, &progress)
    })?;
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

/// A build that takes longer says how far it is …
const LONG: Duration = Duration::from_secs(1);
/// … so often.
const OFTEN: Duration = Duration::from_millis(100);
/// So many characters are a whole bar.
const BAR: usize = 24;

/// Does some work, and says on a terminal how far it is.
fn watched<T>(console: &Console, progress: &Progress, work: impl FnOnce() -> T) -> T {
    let (end, ended) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut pause = LONG;
            while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                console.progress(&bar(progress.now()));
                pause = OFTEN;
            }
            if pause == OFTEN {
                console.progress("");
            }
        });
        let done = work();
        drop(end);
        done
    })
}

/// `[======            ] 250 of 1000, reading pages`
fn bar((what, done, all): (&str, usize, usize)) -> String {
    let full = (done * BAR).checked_div(all).unwrap_or_default().min(BAR);
    format!("[{:BAR$}] {done} of {all}, {what}", "=".repeat(full))
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_grows_with_what_is_done() {
        assert_eq!(
            bar(("reading pages", 0, 0)),
            format!("[{}] 0 of 0, reading pages", " ".repeat(24))
        );
        assert_eq!(
            bar(("making files", 1, 4)),
            format!("[======{}] 1 of 4, making files", " ".repeat(18))
        );
        assert_eq!(
            bar(("making files", 4, 4)),
            format!("[{}] 4 of 4, making files", "=".repeat(24))
        );
    }
}
