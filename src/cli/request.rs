//! `lacuna request`.

use super::arguments::{Global, RequestOptions};
use super::console::Console;
use super::project::Project;
use super::review::{desk, recorded, refusal, reviewed};
use super::{Outcome, Verdict};
use crate::build::analyse;

pub(super) fn run(options: &RequestOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let analysis = analyse(&project.files, &project.config)?;
    let path = reviewed(&project, &analysis, &options.reviewed.gap)?;
    let made = desk(&project, &analysis).request(&path, &options.from);
    let made = made.map_err(|why| refusal(&analysis, &path, why))?;
    recorded(console, &made);
    Ok(Verdict::Fine)
}
