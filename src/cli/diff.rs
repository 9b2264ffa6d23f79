//! `lacuna diff`: what a change did to the gaps, as the comment of a pull request.

use serde::Serialize;

use super::arguments::{DiffFormat, DiffOptions, Global};
use super::compare::Comparison;
use super::console::Console;
use super::project::Project;
use super::status::cell;
use super::{Outcome, Verdict};
use crate::diag::Diagnostic;
use crate::gate::{Change, Kind, Place, Side};
use crate::status::Coverage;

pub(super) fn run(options: &DiffOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let comparison = Comparison::of(&project, &options.base)?;
    let mut report = Report {
        base: Base { name: &options.base, commit: &comparison.commit },
        today: project.config.today.to_string(),
        before: comparison.before().map(Figures::of),
        after: comparison.after().map(Figures::of),
        changes: comparison.changes(),
        regressions: comparison.regressions(&project),
    };
    // What must not be overlooked comes first.
    report.changes.sort_by_key(|change| !change.kind.is_regression());
    console.data(&match options.format {
        DiffFormat::Md => markdown(&report),
        DiffFormat::Json => json(&report),
    });
    Ok(Verdict::Fine)
}

struct Report<'a> {
    base: Base<'a>,
    today: String,
    before: Option<Figures>,
    after: Option<Figures>,
    changes: Vec<Change>,
    regressions: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Base<'a> {
    name: &'a str,
    commit: &'a str,
}

#[derive(Serialize, Clone, Copy)]
struct Figures {
    total: usize,
    applicable: usize,
    written: usize,
    approved: usize,
}

impl Figures {
    fn of(side: Side) -> Self {
        let Coverage { total, applicable, written, approved, .. } = Coverage::of(side.statuses);
        Self { total, applicable, written, approved }
    }
}

/// So many rows are shown in a comment.
const ROWS: usize = 60;

fn markdown(report: &Report) -> String {
    let mut out = format!("## Documentation gaps: {}\n\n", headline(&report.changes));
    if !report.changes.is_empty() {
        out += "| Gap | Before | After | Why |\n|---|---|---|---|\n";
        out.extend(report.changes.iter().take(ROWS).map(row));
        let more = report.changes.len().saturating_sub(ROWS);
        if more > 0 {
            out += &format!("\n… and {more} more.\n");
        }
        out.push('\n');
    }
    out += &figures(report.before, report.after);
    if !report.regressions.is_empty() {
        out += "\n### What `lacuna check --no-regression` finds\n\n";
        out.extend(report.regressions.iter().map(regression));
    }
    let commit: String = report.base.commit.chars().take(8).collect();
    out + &format!(
        "\n<sub>Compared with {commit}, which this has in common with `{}`; both judged on {} by \
         the rules of that commit.</sub>\n",
        report.base.name.replace('`', ""),
        report.today
    )
}

/// `1 worse, 2 better`.
fn headline(changes: &[Change]) -> String {
    let count = |kind| changes.iter().filter(|change| change.kind == kind).count();
    let parts: Vec<String> = [
        (Kind::Worse, "worse"),
        (Kind::Removed, "removed"),
        (Kind::Lowered, "moved to a lower tier"),
        (Kind::Reapproval, "to be approved again"),
        (Kind::Better, "better"),
        (Kind::Waiver, "waived or no longer waived"),
        (Kind::Raised, "moved to a higher tier"),
        (Kind::Added, "new"),
    ]
    .into_iter()
    .map(|(kind, words)| (count(kind), words))
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{count} {words}"))
    .collect();
    if parts.is_empty() { "no change".to_string() } else { parts.join(", ") }
}

fn row(change: &Change) -> String {
    let mark = match change.kind {
        Kind::Better | Kind::Raised => "▲ ",
        kind if kind.is_regression() => "▼ ",
        _ => "",
    };
    let before = change.before.as_ref().map_or("–".to_string(), |place| standing(change, place));
    let after = change.after.as_ref().map_or("gone".to_string(), |place| standing(change, place));
    let because = change.after.as_ref().map_or("", |place| &place.because);
    format!(
        "| {}<br>`{}` | {before} | {mark}{after} | {} |\n",
        cell(&change.title),
        cell(&change.id),
        cell(because)
    )
}

fn standing(change: &Change, place: &Place) -> String {
    let status = format!("{} {}", place.status.glyph(), place.status.word());
    match change.kind {
        Kind::Lowered | Kind::Raised => format!("{status}, {}", cell(&place.tier)),
        _ => status,
    }
}

fn figures(before: Option<Figures>, after: Option<Figures>) -> String {
    let Some(after) = after else { return "There is no checklist.\n".to_string() };
    let before = before.unwrap_or(Figures { total: 0, applicable: 0, written: 0, approved: 0 });
    let step = |old: usize, new: usize| match old == new {
        true => new.to_string(),
        false => format!("{old} → {new}"),
    };
    format!(
        "Written {}, approved {}, of {}.\n",
        step(before.written, after.written),
        step(before.approved, after.approved),
        step(before.applicable, after.applicable)
    )
}

fn regression(found: &Diagnostic) -> String {
    let help = found.help.as_ref().map_or(String::new(), |help| format!(": {help}"));
    format!("- {} {}{}\n", found.rule.code, cell(&found.message), cell(&help))
}

fn json(report: &Report) -> String {
    let changes = report.changes.iter().map(|change| {
        serde_json::json!({
            "id": change.id,
            "title": change.title,
            "change": change.kind.id(),
            "before": change.before.as_ref().map(place),
            "after": change.after.as_ref().map(place),
        })
    });
    let regressions = report.regressions.iter().map(|found| {
        serde_json::json!({
            "code": found.rule.code,
            "severity": found.severity.word(),
            "message": found.message,
            "help": found.help,
        })
    });
    let value = serde_json::json!({
        "schema": 1,
        "base": report.base,
        "today": report.today,
        "summary": { "before": report.before, "after": report.after },
        "changes": changes.collect::<Vec<_>>(),
        "regressions": regressions.collect::<Vec<_>>(),
    });
    let text = serde_json::to_string_pretty(&value).expect("JSON values can be written");
    format!("{text}\n")
}

fn place(place: &Place) -> serde_json::Value {
    serde_json::json!({
        "status": place.status.id(),
        "flags": place.flags,
        "because": place.because,
        "tier": place.tier,
    })
}
