//! `lacuna review`, and what it shares with `request` and `approve`.

use super::arguments::{Global, ReviewOptions};
use super::console::Console;
use super::project::{Project, checklist, find_gap};
use super::{Failure, Outcome, Verdict};
use crate::base::{SitePath, plural};
use crate::build::{Analysis, analyse};
use crate::compare::{Line, Part, excerpts};
use crate::review::{Comparison, Desk, Recorded, Refusal};

pub(super) fn run(options: &ReviewOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let analysis = analyse(&project.files, &project.config)?;
    let path = reviewed(&project, &analysis, &options.reviewed.gap)?;
    let change = desk(&project, &analysis).compare(&path);
    let change = change.map_err(|why| refusal(&analysis, &path, why))?;
    console.data(&compared(console, &path, &change));
    Ok(Verdict::Fine)
}

pub(super) fn desk<'a>(project: &'a Project, analysis: &'a Analysis) -> Desk<'a> {
    Desk { files: &project.files, config: &project.config, analysis }
}

/// The text that somebody named: the page of a gap, or a page by its path.
pub(super) fn reviewed(
    project: &Project,
    analysis: &Analysis,
    name: &str,
) -> Result<SitePath, Failure> {
    let list = checklist(analysis)?;
    let src = &project.config.src;
    let below = SitePath::new(&format!("{src}/{name}"));
    let paths = [SitePath::new(name), below];
    if let Some(path) = paths.into_iter().flatten().find(|path| analysis.digest(path).is_some()) {
        return Ok(path);
    }
    let gap = find_gap(list, name)?;
    let pages = &analysis.site.gaps[gap].pages;
    let paths: Vec<&SitePath> = pages.iter().map(|page| &analysis.facts()[*page].path).collect();
    match paths.as_slice() {
        [path] => Ok((*path).clone()),
        [] => {
            let id = &list.gaps[gap].id;
            let help = format!("write it first: lacuna new {id}");
            Err(Failure::Helped(format!("no page closes `{id}`"), help))
        }
        several => {
            let names: Vec<String> = several.iter().map(|path| format!("`{path}`")).collect();
            let id = &list.gaps[gap].id;
            let message = format!("{} close `{id}`", plural(names.len(), "page"));
            Err(Failure::Helped(message, format!("name one of them: {}", names.join(", "))))
        }
    }
}

/// Says why nothing was recorded.
pub(super) fn refusal(analysis: &Analysis, path: &SitePath, why: Refusal) -> Failure {
    match why {
        Refusal::No(message, help) => Failure::Helped(message, help),
        Refusal::CannotTell(message, help) => Failure::CannotTell(message, help),
        Refusal::Failed(error) => error.into(),
        Refusal::Unready(found) => {
            let row = |row: &crate::status::Evidence| {
                let place = row.span.as_ref().map(|span| match analysis.line(row) {
                    Some(line) => format!(" ({}:{line})", span.path),
                    None => format!(" ({})", span.path),
                });
                format!("\n  - {}: {}{}", row.rule, row.detail, place.unwrap_or_default())
            };
            let rows: String = found.iter().map(row).collect();
            let message = format!("`{path}` isn't ready for review{rows}");
            Failure::Helped(message, "mend this first; nothing was recorded".to_string())
        }
    }
}

/// Says what was recorded, and what to do with it.
pub(super) fn recorded(console: &Console, made: &Recorded) {
    let Recorded { path, review } = made;
    console.say(&format!("{} by {}, recorded in {path}", review.verdict.id(), review.by));
    console.say(&format!("commit it: git add {path} && git commit"));
}

/// A comparison for people.
pub(super) fn compared(console: &Console, path: &SitePath, change: &Comparison) -> String {
    let since = match &change.since {
        None => return format!("{path} was never approved: all of it is to be read\n"),
        Some(since) => format!("approved by {} on {}", since.by, since.on),
    };
    if change.parts.is_empty() {
        return format!("{path} is as it was {since}\n");
    }
    let mut out = format!("{path} since it was {since}:\n\n");
    let marks = if console.colors_data() { COLORS } else { MARKS };
    let run = |run: &Vec<Line>| run.iter().map(|line| marked(line, marks)).collect::<String>();
    let runs: Vec<String> = excerpts(&change.parts).iter().map(run).collect();
    out += &runs.join("  …\n");
    for file in &change.files {
        out += &format!("\n{file} beside it has changed, too\n");
    }
    out
}

/// What stands around a removed and around an added text.
type Marks = [(&'static str, &'static str); 2];
const MARKS: Marks = [("[-", "-]"), ("{+", "+}")];
/// In colour, too, on a terminal that has them.
const COLORS: Marks = [("\u{1b}[31m[-", "-]\u{1b}[0m"), ("\u{1b}[32m{+", "+}\u{1b}[0m")];

fn marked(line: &Line, [removed, added]: Marks) -> String {
    let part = |part: &Part| match part {
        Part::Kept(text) => text.clone(),
        Part::Removed(text) => format!("{}{text}{}", removed.0, removed.1),
        Part::Added(text) => format!("{}{text}{}", added.0, added.1),
    };
    format!("  {}\n", line.parts.iter().map(part).collect::<String>())
}
