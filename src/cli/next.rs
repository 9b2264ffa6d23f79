//! `lacuna next`.

use super::arguments::{Global, NextOptions};
use super::console::Console;
use super::project::{Project, checklist, known};
use super::{Outcome, Verdict};
use crate::build::analyse;
use crate::render;

pub(super) fn run(options: &NextOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let analysis = analyse(&project.files, &project.config)?;
    let analysis = analysis.with_past(&project.files, &project.config);
    let list = checklist(&analysis)?;
    let tiers: Vec<&str> = list.tiers.iter().map(|tier| tier.id.as_str()).collect();
    let owners: Vec<&str> = project.config.owners.keys().map(String::as_str).collect();
    let tier = known("tier", options.tier.as_deref(), &tiers)?;
    let owner = known("owner", options.owner.as_deref(), &owners)?;
    let shared = analysis.shared(&project.config);
    let scene = analysis.scene(&project.config, &shared);
    let is_wanted = |gap: &usize| {
        let gap = &scene.gaps[*gap];
        let by = gap.owner.as_ref().map(|owner| owner.id.as_str());
        tier.is_none_or(|tier| gap.tier_id == tier) && owner.is_none_or(|owner| by == Some(owner))
    };
    let open: Vec<usize> = render::next(&scene, list).into_iter().filter(is_wanted).collect();
    let waiting = render::waiting(&scene, list.gaps.len());
    for index in open.iter().take(options.count) {
        let gap = &scene.gaps[*index];
        let waits = match waiting[*index] {
            0 => String::new(),
            1 => "1 page leads to it. ".to_string(),
            count => format!("{count} pages lead to it. "),
        };
        let age = scene.since(&gap.id).filter(|_| gap.status.id == "missing");
        let age = age.map_or(String::new(), |day| format!("On the list since {day}. "));
        console.data(&format!(
            "{} {:<9}  {}\n             {} tier. {waits}{age}{} {}\n",
            gap.status.glyph,
            gap.status.word,
            gap.id,
            gap.tier.title,
            gap.because,
            gap.lift.as_deref().unwrap_or_default(),
        ));
    }
    match open.len() {
        0 => console.say("nothing is left to write"),
        left if left > options.count => {
            console.say(&format!("and {} more", left - options.count));
        }
        _ => {}
    }
    Ok(Verdict::Fine)
}
