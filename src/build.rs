//! The engine: in which order the stages run, what runs in parallel, what is written.
//!
//! Two phases. First each page is read and parsed, in parallel; then [`resolve`](crate::resolve)
//! looks at all of them once; then each page is seen and rendered, in parallel, and written if
//! its bytes have changed. Results are kept in the order of paths, so that neither output nor
//! diagnostics depend on timing.

mod analyse;
mod judging;
mod output;
mod plan;
mod rules;
mod snapshot;
mod theme;
mod texts;

pub use analyse::{Analysis, Changes, Engine, analyse};
pub use output::clean;
pub use snapshot::Snapshot;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::config::Config;
use crate::diag::Diagnostic;
use crate::files::{Error, Files};

/// What a build did.
#[derive(Debug, Default)]
pub struct Report {
    /// Pages that were read.
    pub read: usize,
    /// Pages that were parsed.
    pub parsed: usize,
    /// Whether the site was made anew.
    pub resolved: bool,
    /// Pages that were rendered.
    pub rendered: usize,
    /// Files that were written.
    pub written: usize,
    /// Files that were removed.
    pub removed: usize,
    /// All findings.
    pub diagnostics: Vec<Diagnostic>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let resolved = if self.resolved { "yes" } else { "no" };
        write!(
            out,
            "read {}, parsed {}, resolved {resolved}, rendered {}, written {}, removed {}",
            self.read, self.parsed, self.rendered, self.written, self.removed
        )
    }
}

/// Builds the site into the output folder.
pub fn build(files: &dyn Files, config: &Config) -> Result<Report, Error> {
    output::check_folder(files, config)?;
    let analysis = analyse(files, config)?;
    let shared = analysis.shared(config);
    let scene = analysis.scene(config, &shared);
    let plan = plan::plan(files, config, &analysis, &scene);
    let mut report = analysis.report();
    report.diagnostics.extend(plan.diagnostics);
    let written = output::write(files, config, &plan.jobs, |job| {
        plan::run(files, config, &analysis, &scene, job)
    })?;
    report.rendered = plan.jobs.iter().filter(|(_, job)| job.is_page()).count();
    report.written = written.written;
    report.removed = written.removed;
    report.diagnostics.extend(config.leveled(written.diagnostics));
    report.diagnostics = analysis.shown(config, report.diagnostics);
    Ok(report)
}

/// Builds the site without writing anything.
pub fn check(files: &dyn Files, config: &Config) -> Result<Report, Error> {
    make_all(files, config, |_, _| {})
}

/// Builds the site into memory: the content of each file by its URL.
pub fn build_in_memory(
    files: &dyn Files,
    config: &Config,
) -> Result<(BTreeMap<String, Vec<u8>>, Report), Error> {
    let mut outputs = BTreeMap::new();
    let report = make_all(files, config, |url, bytes| {
        outputs.insert(url.to_string(), bytes);
    })?;
    Ok((outputs, report))
}

/// A file that was made: its bytes, a fault of content or theme, or one of the machine.
type Made = Result<Result<Vec<u8>, Box<Diagnostic>>, Error>;

/// So many files are made at once, so that those which nobody keeps don't fill the memory.
const AT_ONCE: usize = 512;

/// Makes all files and hands each to `keep`, in order.
fn make_all(
    files: &dyn Files,
    config: &Config,
    mut keep: impl FnMut(&str, Vec<u8>),
) -> Result<Report, Error> {
    let analysis = analyse(files, config)?;
    let shared = analysis.shared(config);
    let scene = analysis.scene(config, &shared);
    let plan = plan::plan(files, config, &analysis, &scene);
    let mut found = Vec::new();
    for part in plan.jobs.chunks(AT_ONCE) {
        let make =
            |(_, job): &(String, plan::Job)| plan::run(files, config, &analysis, &scene, job);
        let made: Vec<Made> = part.par_iter().map(make).collect();
        for ((url, _), made) in part.iter().zip(made) {
            match made? {
                Ok(bytes) => keep(url, bytes),
                Err(fault) => found.push(*fault),
            }
        }
    }
    let mut report = analysis.report();
    report.rendered = plan.jobs.iter().filter(|(_, job)| job.is_page()).count();
    report.diagnostics.extend(plan.diagnostics);
    report.diagnostics.extend(config.leveled(found));
    report.diagnostics = analysis.shown(config, report.diagnostics);
    Ok(report)
}
