//! `lacuna approve`.

use super::arguments::{ApproveOptions, Global, ReviewMethod, ReviewVerdict};
use super::console::Console;
use super::project::Project;
use super::review::{compared, desk, recorded, refusal, reviewed};
use super::{Failure, Outcome, Verdict};
use crate::build::analyse;
use crate::review::Opinion;
use crate::source;

pub(super) fn run(options: &ApproveOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let analysis = analyse(&project.files, &project.config)?;
    let path = reviewed(&project, &analysis, &options.reviewed.gap)?;
    let opinion = opinion(options)?;
    let desk = desk(&project, &analysis);
    // Once it is recorded there is nothing to compare with any more.
    let change = if opinion.minor { desk.compare(&path).ok() } else { None };
    let made = desk.approve(&path, &opinion).map_err(|why| refusal(&analysis, &path, why))?;
    if let Some(change) = change {
        console.data(&compared(console, &path, &change));
    }
    recorded(console, &made);
    if opinion.on_behalf {
        console.say("it was recorded on behalf of somebody, so it lifts nothing above in review");
    }
    Ok(Verdict::Fine)
}

fn opinion(options: &ApproveOptions) -> Result<Opinion, Failure> {
    let verdict = match options.verdict {
        ReviewVerdict::Approved => source::Verdict::Approved,
        ReviewVerdict::ChangesRequested => source::Verdict::ChangesRequested,
    };
    if options.minor && verdict != source::Verdict::Approved {
        let message = "`--minor` goes with an approval, not with `changes-requested`";
        return Err(Failure::Usage(message.to_string()));
    }
    Ok(Opinion {
        by: options.by.clone(),
        method: match options.method {
            ReviewMethod::Read => source::Method::Read,
            ReviewMethod::RanTheSteps => source::Method::RanTheSteps,
            ReviewMethod::ComparedWithSource => source::Method::ComparedWithSource,
        },
        verdict,
        note: options.note.clone(),
        on_behalf: options.on_behalf,
        minor: options.minor,
    })
}
