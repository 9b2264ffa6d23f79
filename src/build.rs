//! The engine: in which order the stages run, what runs in parallel, what is written.
//!
//! Two phases. First each page is read and parsed, in parallel; then [`resolve`](crate::resolve)
//! looks at all of them once; then each page is seen and rendered, in parallel, and written if
//! its bytes have changed. Results are kept in the order of paths, so that neither output nor
//! diagnostics depend on timing.

mod analyse;
mod authors;
mod cache;
mod changes;
mod differences;
mod examples;
mod clock;
mod explain;
mod glance;
mod judging;
mod output;
mod outputs;
mod packed;
mod pages;
mod past;
mod plan;
mod progress;
mod rules;
mod search;
mod site;
mod snapshot;
mod store;
mod theme;
mod texts;

pub use analyse::{Analysis, Engine, Wanted, analyse, analyse_at};
pub use changes::Changes;
pub use glance::Glance;
pub use output::clean;
pub use past::past;
pub use progress::Progress;
pub use snapshot::Snapshot;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use foldhash::HashSet;
use rayon::prelude::*;

use crate::config::Config;
use crate::diag::Diagnostic;
use crate::files::{Error, Files};
use crate::render::Scene;
use plan::{Beside, Jobs, Maker};

/// What a build did.
#[derive(Debug, Default)]
pub struct Report {
    /// Pages of the site, whether they were made anew or not.
    pub pages: usize,
    /// Pages that were read.
    pub read: usize,
    /// Pages that were parsed.
    pub parsed: usize,
    /// Whether the site was made anew.
    pub resolved: bool,
    /// Pages that were rendered.
    pub rendered: usize,
    /// Diagrams that were drawn.
    pub drawn: usize,
    /// Files that were written.
    pub written: usize,
    /// Files that were removed.
    pub removed: usize,
    /// All findings.
    pub diagnostics: Vec<Diagnostic>,
    /// How long each stage took.
    pub stages: Vec<(&'static str, Duration)>,
    /// Why one page was made, or not: line by line; empty when there is no such page.
    pub explained: Vec<String>,
}

impl std::fmt::Display for Report {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let resolved = if self.resolved { "yes" } else { "no" };
        write!(
            out,
            "read {}, parsed {}, resolved {resolved}, rendered {}, written {}, removed {}",
            self.read, self.parsed, self.rendered, self.written, self.removed
        )?;
        match self.drawn {
            0 => Ok(()),
            drawn => write!(out, ", drawn {drawn}"),
        }
    }
}

/// Builds the site into the output folder.
pub fn build(files: &dyn Files, config: &Config) -> Result<Report, Error> {
    build_watched(files, config, None, &Arc::default())
}

/// Builds the site into the output folder, says on the way how far it is, and explains one page: by
/// its path in the content, or by its URL.
pub fn build_watched(
    files: &dyn Files,
    config: &Config,
    page: Option<&str>,
    progress: &Arc<Progress>,
) -> Result<Report, Error> {
    output::check_folder(files, config)?;
    let mut engine = Engine::open(files, config);
    engine.progress = Arc::clone(progress);
    let mut analysis = engine.analyse(files, config, &Changes::All, Wanted::Bodies)?;
    // What comes needs the room.
    rayon::broadcast(|_| engine.store.forget());
    engine.clock.mark("site, rules, statuses");
    analysis.past = engine.past(files, config, &Changes::All, &analysis);
    engine.clock.mark("coverage over time");
    analysis.differences = engine.differences(files, config, &Changes::All, &analysis);
    engine.clock.mark("what changed since reviews");
    let shared = analysis.shared(config);
    let scene = analysis.scene(config, &shared);
    let (planned, faults) = planned(files, config, &analysis, &scene);
    engine.clock.mark("navigation and plan");
    let cache = engine.cache.as_ref();
    let maker = Maker { files, config, analysis: &analysis, scene: &scene, cache };
    // Pages come last, as they need all others.
    let mut jobs = search::jobs(search::find(&maker, None).as_ref());
    jobs.extend(planned);
    engine.clock.mark("search");
    let entry = page.and_then(|page| analysis.find(config, page));
    let url = entry.map(|entry| analysis.site.entries[entry].url.as_str());
    let done = output::write(&maker, &jobs, url, progress)?;
    engine.clock.mark("make and write");
    engine.close(files, config);
    engine.clock.mark("keep for the next build");
    let mut report = analysis.report();
    report.pages = plan::pages(&jobs);
    report.rendered = done.rendered;
    report.drawn = analysis.store.drawn();
    report.written = done.written;
    report.removed = done.removed;
    report.stages = std::mem::take(&mut engine.clock.stages);
    report.explained = entry.map_or_else(Vec::new, |entry| engine.explain(&analysis, entry));
    report.explained.extend(done.explained);
    report.diagnostics.extend(faults);
    report.diagnostics.extend(config.leveled(done.diagnostics));
    report.diagnostics = analysis.shown(config, report.diagnostics);
    leave((engine, analysis, shared, jobs));
    Ok(report)
}

/// Takes something large apart while others go on, or not at all when the program ends before.
fn leave(done: impl Send + 'static) {
    rayon::spawn(move || drop(done));
}

/// What is written but for the search, the files that pages need first, and what is wrong with it.
fn planned(
    files: &dyn Files,
    config: &Config,
    analysis: &Analysis,
    scene: &Scene,
) -> (Jobs, Vec<Diagnostic>) {
    let of_site = plan::of_site(config, analysis, scene);
    let taken: HashSet<&str> = of_site.iter().map(|(url, _)| url.as_str()).collect();
    let Beside { mut jobs, diagnostics } =
        plan::beside(files, config, analysis, scene, |url| taken.contains(url));
    jobs.extend(of_site);
    (jobs, diagnostics)
}

/// Builds the site without writing it anywhere.
pub fn check(files: &dyn Files, config: &Config) -> Result<Report, Error> {
    check_and_keep(files, config).map(|(report, _)| report)
}

/// Builds the site without writing anything, and hands over what was known before.
pub fn check_and_keep(files: &dyn Files, config: &Config) -> Result<(Report, Analysis), Error> {
    make_all(files, config, Search::LeftOut, |_, _| {})
}

/// Builds the site into memory: the content of each file by its URL. Without coverage over time.
pub fn build_in_memory(
    files: &dyn Files,
    config: &Config,
) -> Result<(BTreeMap<String, Vec<u8>>, Report), Error> {
    let mut outputs = BTreeMap::new();
    let (report, _) = make_all(files, config, Search::Made, |url, bytes| {
        outputs.insert(url.to_string(), bytes);
    })?;
    Ok((outputs, report))
}

/// A file that was made: its bytes, a fault of content or theme, or one of the machine.
type Made = Result<Result<Vec<u8>, Box<Diagnostic>>, Error>;

/// So many files are made at once, so that those which nobody keeps don't fill the memory.
const AT_ONCE: usize = 512;

/// Whether the files of the search are made, too; nothing can be wrong with them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Search {
    Made,
    LeftOut,
}

/// Makes all files and hands each to `keep`, in order.
fn make_all(
    files: &dyn Files,
    config: &Config,
    search: Search,
    mut keep: impl FnMut(&str, Vec<u8>),
) -> Result<(Report, Analysis), Error> {
    let mut engine = Engine::open(files, config);
    let analysis = engine.analyse(files, config, &Changes::All, Wanted::Bodies)?;
    let shared = analysis.shared(config);
    let scene = analysis.scene(config, &shared);
    let (mut jobs, faults) = planned(files, config, &analysis, &scene);
    let cache = engine.cache.as_ref();
    let maker = Maker { files, config, analysis: &analysis, scene: &scene, cache };
    if search == Search::Made {
        jobs.extend(search::jobs(search::find(&maker, None).as_ref()));
    }
    let mut found = Vec::new();
    for part in jobs.chunks(AT_ONCE) {
        let made: Vec<Made> = part.par_iter().map(|(_, job)| (maker.ready(job).make)()).collect();
        for ((url, _), made) in part.iter().zip(made) {
            match made? {
                Ok(bytes) => keep(url, bytes),
                Err(fault) => found.push(*fault),
            }
        }
    }
    engine.close(files, config);
    let mut report = analysis.report();
    report.pages = plan::pages(&jobs);
    report.rendered = report.pages;
    report.diagnostics.extend(faults);
    report.diagnostics.extend(config.leveled(found));
    report.diagnostics = analysis.shown(config, report.diagnostics);
    Ok((report, analysis))
}
