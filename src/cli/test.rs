//! `lacuna test`.

mod memory;
mod print;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts;

use super::arguments::{Global, TestFormat, TestOptions};
use super::console::Console;
use super::project::{Project, find_gap};
use super::{Failure, Outcome, Verdict};
use crate::base::plural;
use crate::build::{Analysis, analyse};
use crate::examples::{Example, Mode};
use crate::runners::{self, Bench, Known, Report};
use memory::Keeper;

pub(super) fn run(options: &TestOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let analysis = analyse(&project.files, &project.config)?;
    let mut examples = analysis.examples(&project.files, &project.config);
    let all: BTreeSet<String> = examples.iter().map(|example| example.digest.to_string()).collect();
    let records = memory::records(&project)?;
    if options.changed {
        memory::changed(&mut examples, &records);
    }
    if !options.pages.is_empty() {
        let wanted = wanted(&analysis, &project, options)?;
        examples.retain(|example| wanted.iter().any(|prefix| is_below(example, prefix)));
    }
    if options.list {
        console.data(&print::list(&examples, options.format));
        console.say(&plural(examples.len(), "example"));
        return Ok(Verdict::Fine);
    }
    let known = memory::remembered(&project);
    let keeper = Keeper::open(&project, &known, options.record.then_some(&records[..]))?;
    let passed = if options.no_cache { BTreeMap::new() } else { known };
    let reports = work(&project, console, &examples, (passed, &keeper))?;
    keeper.close()?;
    let results: Vec<(&Example, &Report)> = examples.iter().zip(&reports).collect();
    console.data(&match options.format {
        TestFormat::Human => print::human(&results),
        TestFormat::Json => print::json(&results),
        TestFormat::Junit => print::junit(&results),
    });
    console.say(&print::summary(&results));
    if options.record {
        let count = memory::record(&project, &all, records, &results)?;
        console.say(&format!("recorded {} in examples.lock", plural(count, "result")));
    }
    judge(options, &results)
}

/// Errors where an example fails; with `--no-skip`, also where one wasn't run.
fn judge(options: &TestOptions, results: &[(&Example, &Report)]) -> Outcome {
    let count = |is: fn(&runners::Outcome) -> bool| {
        results.iter().filter(|(_, report)| is(&report.outcome)).count()
    };
    let interrupted = count(runners::Outcome::is_interrupted);
    if interrupted > 0 {
        let all = plural(results.len(), "example");
        return Err(Failure::Interrupted(format!("interrupted; {interrupted} of {all} not run")));
    }
    if count(|outcome| matches!(outcome, runners::Outcome::Failed(_))) > 0 {
        return Ok(Verdict::Broken);
    }
    let skipped = count(|outcome| matches!(outcome, runners::Outcome::NotRun(_)));
    if options.no_skip && skipped > 0 {
        let message =
            format!("{} couldn't be run, and --no-skip asks for all", plural(skipped, "example"));
        return Err(Failure::Helped(message, "install what is missing".to_string()));
    }
    let silent = count(|outcome| *outcome == runners::Outcome::Ignored(String::new()));
    if options.no_skip && silent > 0 {
        let message = format!("{} ignored without a reason", plural(silent, "example"));
        let help = "say why behind the fence: `ignore=\"needs a mailbox\"`".to_string();
        return Err(Failure::Helped(message, help));
    }
    Ok(Verdict::Fine)
}

/// The pages that were asked for: paths of files or folders, below which examples are wanted.
fn wanted(
    analysis: &Analysis,
    project: &Project,
    options: &TestOptions,
) -> Result<Vec<String>, Failure> {
    let mut wanted = Vec::new();
    for name in &options.pages {
        let trimmed = name.trim_start_matches("./").trim_end_matches('/');
        let known = |path: &str| {
            let on_disk = project.config.root.join(path);
            crate::files::Files::kind(&project.files, &on_disk) != crate::files::Kind::Nothing
        };
        let below = format!("{}/{trimmed}", project.config.src);
        if let Some(path) = [trimmed.to_string(), below].into_iter().find(|path| known(path)) {
            wanted.push(path);
            continue;
        }
        let Some(list) = analysis.checklist.as_deref() else {
            return Err(Failure::Usage(format!("there is no page `{name}`")));
        };
        let gap = find_gap(list, trimmed)?;
        let pages = &analysis.site.gaps[gap].pages;
        wanted.extend(pages.iter().map(|page| analysis.facts()[*page].path.to_string()));
    }
    Ok(wanted)
}

fn is_below(example: &Example, prefix: &str) -> bool {
    [&example.page, &example.path]
        .into_iter()
        .any(|path| path.as_str() == prefix || path.strip(prefix).is_some())
}

/// What asks the program to end.
#[cfg(unix)]
const SIGNALS: &[i32] = &[consts::SIGINT, consts::SIGTERM, consts::SIGHUP];
#[cfg(not(unix))]
const SIGNALS: &[i32] = &[consts::SIGINT, consts::SIGTERM];

fn work(
    project: &Project,
    console: &Console,
    examples: &[Example],
    (passed, keeper): (BTreeMap<String, Known>, &Keeper),
) -> Result<Vec<Report>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    // To end at once by a second signal would leave behind what the first one is about to end.
    for signal in SIGNALS {
        signal_hook::flag::register(*signal, Arc::clone(&stop))
            .map_err(|error| Failure::Usage(format!("can't listen to signals: {error}")))?;
    }
    let done = AtomicUsize::new(0);
    let total = examples.iter().filter(|example| !matches!(example.mode, Mode::Ignore(_))).count();
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let settings = &project.config.examples;
    let bench = Bench {
        files: &project.files,
        root: &project.config.root,
        environment: std::env::vars_os().collect(),
        jobs: settings.jobs.unwrap_or(processors).max(1),
        output_limit: settings.output_limit,
        today: project.config.today,
        passed,
        stop,
        ended: &|example, report| {
            keeper.keep(example, report);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            console.progress(&format!("{done} of {total} examples"));
        },
    };
    let reports = runners::run(&bench, examples);
    console.progress("");
    Ok(reports)
}
