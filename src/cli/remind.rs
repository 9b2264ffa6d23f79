//! `lacuna remind`.

use std::collections::BTreeMap;

use super::arguments::{Global, RemindFormat, RemindOptions};
use super::console::Console;
use super::project::{Project, checklist};
use super::status::cell;
use super::{Outcome, Verdict};
use crate::build::analyse;
use crate::render::view::GapView;

pub(super) fn run(options: &RemindOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let analysis = analyse(&project.files, &project.config)?;
    checklist(&analysis)?;
    let shared = analysis.shared(&project.config);
    let scene = analysis.scene(&project.config, &shared);
    let RemindFormat::Md = options.format;
    let text = reminders(scene.gaps);
    if text.is_empty() {
        console.say("nobody is to be reminded of anything");
    }
    console.data(&text);
    Ok(Verdict::Fine)
}

/// A heading for each owner, those without one first, and below it what waits for them.
fn reminders(gaps: &[GapView]) -> String {
    let mut by_owner: BTreeMap<Option<&str>, Vec<(String, String)>> = BTreeMap::new();
    for gap in gaps {
        let owner = gap.owner.as_ref().map(|owner| owner.name.as_str());
        let rows = reasons(gap).into_iter().map(|(day, reason)| {
            let title = cell(&gap.title);
            (day, format!("- **{title}** (`{}`): {}\n", gap.id, cell(&reason)))
        });
        by_owner.entry(owner).or_default().extend(rows);
    }
    let mut out = String::new();
    for (owner, mut rows) in by_owner.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        // What has waited longest comes first.
        rows.sort();
        let break_before = if out.is_empty() { "" } else { "\n" };
        let owner = owner.map_or("Without an owner".to_string(), cell);
        out += &format!("{break_before}## {owner}\n\n");
        out.extend(rows.into_iter().map(|(_, row)| row));
    }
    out
}

/// What somebody has to do about a gap, each with the day that it goes back to or falls due.
fn reasons(gap: &GapView) -> Vec<(String, String)> {
    let has = |flag: &str| gap.flags.iter().any(|known| known == flag);
    let mut reasons = Vec::new();
    if let Some(review) = &gap.review {
        let on = review.on.clone();
        match (&review.due, gap.status.id) {
            (Some(due), "stale") => {
                reasons.push((due.clone(), format!("the review is overdue since {due}")));
            }
            (Some(due), _) if has("due-soon") => {
                reasons.push((due.clone(), format!("the next review is due on {due}")));
            }
            (_, "in-review") if has("changed-since-review") => {
                reasons.push((on, "the text has changed since it was approved".to_string()));
            }
            (_, "in-review") => reasons.push((on, trimmed(&gap.because))),
            _ => {}
        }
    }
    if has("reference-changed") {
        reasons.push((String::new(), "a reference that it uses has changed".to_string()));
    }
    if let Some(waiver) = gap.waiver.as_ref().filter(|_| has("waiver-expiring")) {
        let expires = waiver.expires.clone();
        reasons.push((expires.clone(), format!("the waiver ends on {expires}")));
    }
    reasons
}

fn trimmed(sentence: &str) -> String {
    sentence.trim_end_matches('.').to_string()
}
