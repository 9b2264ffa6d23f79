//! `lacuna check`.

use super::arguments::{CheckFormat, CheckOptions, Global};
use super::console::Console;
use super::project::{Project, counted};
use super::{Outcome, Verdict};
use crate::base::plural;
use crate::build;
use crate::diag::{Format, print};
use crate::history;

pub(super) fn run(options: &CheckOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let mut report = build::check(&project.files, &project.config)?;
    let mut found = project.warnings.clone();
    found.append(&mut report.diagnostics);
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
