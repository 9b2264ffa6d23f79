//! `lacuna clean`.

use super::arguments::Global;
use super::console::Console;
use super::project::Project;
use super::{Outcome, Verdict};
use crate::base::plural;
use crate::build;

pub(super) fn run(global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let removed = build::clean(&project.files, &project.config)?;
    console.say(&format!("removed {}", plural(removed, "file")));
    Ok(Verdict::Fine)
}
