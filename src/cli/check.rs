//! `lacuna check`.

use std::path::Path;

use super::arguments::{CheckFormat, CheckOptions, Global};
use super::console::Console;
use super::project::{Project, counted};
use super::{Failure, Outcome, Verdict};
use crate::base::plural;
use crate::build;
use crate::diag::{Baseline, Diagnostic, Format, print};
use crate::files::{DiskFiles, Error, Files, write_changed};
use crate::history;

pub(super) fn run(options: &CheckOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let mut report = build::check(&project.files, &project.config)?;
    let mut found = project.warnings.clone();
    found.append(&mut report.diagnostics);
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
    let pages = plural(report.read, "page");
    match found.is_empty() {
        true => console.say(&format!("checked {pages}, nothing found")),
        false => console.say(&format!("checked {pages}{}", counted(&found))),
    }
    Ok(Verdict::of(&found, options.strict))
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
