//! `lacuna check`.

mod links;

use std::cell::OnceCell;
use std::path::Path;

use super::arguments::{CheckFormat, CheckOptions, Global};
use super::compare::Comparison;
use super::console::Console;
use super::project::{Project, counted, known};
use super::{Failure, Outcome, Verdict};
use crate::base::plural;
use crate::build::{self, Analysis};
use crate::diag::{Baseline, Diagnostic, Format, print, tidy};
use crate::files::{DiskFiles, Error, Files, write_changed};
use crate::gate::{self, Limits, Occasion, Side};
use crate::history;
use crate::status::{FLAGS, Status};

pub(super) fn run(options: &CheckOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let (mut report, analysis) = build::check_and_keep(&project.files, &project.config)?;
    let mut found = project.warnings.clone();
    found.append(&mut report.diagnostics);
    found.extend(gates(options, &project, &analysis)?);
    if options.external {
        found.extend(links::external(&project, &analysis, console)?);
    }
    if let Some(name) = &options.base {
        let comparison = Comparison::of(&project, name)?;
        found.extend(comparison.vanished());
        if options.no_regression {
            found.extend(comparison.regressions(&project));
        }
    }
    tidy(&mut found);
    if let Some(path) = &options.baseline {
        let here = std::env::current_dir().map_err(|error| Failure::Usage(error.to_string()))?;
        baseline(&here.join(path), options.update_baseline, &mut found, console)?;
    }
    let prefix = history::prefix(&project.config.root);
    let format = match options.format {
        CheckFormat::Human => console.human(),
        CheckFormat::Short => Format::Short,
        CheckFormat::Json => Format::Json,
        CheckFormat::Sarif => Format::Sarif { prefix: &prefix },
        CheckFormat::Github => Format::Github { prefix: &prefix },
        CheckFormat::Junit => Format::Junit { strict: options.strict },
    };
    console.data(&print(&found, format, &|path| project.text(path)));
    // Not those that were read: a page that is as it was isn't read again.
    let pages = plural(analysis.facts().len(), "page");
    match found.is_empty() {
        true => console.say(&format!("checked {pages}, nothing found")),
        false => console.say(&format!("checked {pages}{}", counted(&found))),
    }
    Ok(Verdict::of(&found, options.strict))
}

/// What the gaps are held against.
fn gates(
    options: &CheckOptions,
    project: &Project,
    analysis: &Analysis,
) -> Result<Vec<Diagnostic>, Failure> {
    let Some(list) = analysis.checklist.as_deref() else { return Ok(Vec::new()) };
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.id()).chain(FLAGS).collect();
    for word in &options.fail_on {
        known("status or flag", Some(word), &words)?;
    }
    let history = OnceCell::new();
    let changed_on = |gap: usize| {
        let approved = analysis.statuses[gap].review.as_ref()?.review.on;
        let history = history.get_or_init(|| history::read(&project.config.root));
        let pages = analysis.site.gaps[gap].pages.iter();
        pages
            .filter_map(|page| history.changed_after(&analysis.facts()[*page].path, approved))
            .min()
    };
    let limits = Limits {
        check: &project.config.check,
        occasion: if options.calendar { Occasion::Calendar } else { Occasion::Change },
        fail_on: &options.fail_on,
        today: project.config.today,
        changed_on: &changed_on,
    };
    let side = Side { list, statuses: &analysis.statuses };
    Ok(project.config.leveled(gate::limits(&limits, side)))
}

/// Marks what a baseline holds, or makes it hold all that was found.
fn baseline(
    path: &Path,
    update: bool,
    found: &mut [Diagnostic],
    console: &Console,
) -> Result<(), Failure> {
    if update {
        let baseline = Baseline::of(found);
        write_changed(&DiskFiles, path, baseline.text().as_bytes())?;
        console.say(&format!("{} holds {}", path.display(), plural(baseline.len(), "finding")));
    }
    let bytes = DiskFiles.read(path).map_err(Error::at("read", path))?;
    let baseline = Baseline::read(&String::from_utf8_lossy(&bytes)).map_err(|why| {
        let message = format!("`{}` is no baseline: {why}", path.display());
        Failure::Helped(message, "`--update-baseline` writes it anew".to_string())
    })?;
    let gone = baseline.mark(found);
    if gone > 0 {
        let findings = plural(gone, "finding");
        console.say(&format!("{findings} fewer than the baseline holds: use --update-baseline"));
    }
    Ok(())
}
