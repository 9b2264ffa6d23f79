//! `lacuna status`.

use super::arguments::{Global, StatusFormat, StatusOptions};
use super::console::Console;
use super::project::{Project, checklist, find_gap, known};
use super::{Outcome, Verdict};
use crate::base::one_line;
use crate::build::{Analysis, analyse};
use crate::checklist::Checklist;
use crate::render::status_json;
use crate::render::view::GapView;
use crate::status::{Coverage, GapStatus, Status};

pub(super) fn run(options: &StatusOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let analysis = analyse(&project.files, &project.config)?;
    let list = checklist(&analysis)?;
    let shared = analysis.shared(&project.config);
    let scene = analysis.scene(&project.config, &shared);
    let wanted = wanted(list, options)?;
    let text = match (&options.gap, options.format) {
        (_, StatusFormat::Json) => {
            let statuses = &analysis.statuses;
            let mut all = status_json(&project.config, list, &analysis.site, statuses, scene.gaps);
            keep(&mut all, &wanted);
            let text = serde_json::to_string_pretty(&all).expect("JSON values can be written");
            format!("{text}\n")
        }
        (_, StatusFormat::Csv) => csv(scene.gaps, &wanted),
        (_, StatusFormat::Md) => markdown(scene.gaps, &wanted),
        (Some(_), StatusFormat::Table) => {
            wanted.iter().map(|gap| one(&scene.gaps[*gap], &texts(&analysis, *gap))).collect()
        }
        (None, StatusFormat::Table) => table(list, &analysis, scene.gaps, &wanted),
    };
    console.data(&text);
    Ok(Verdict::Fine)
}

/// The gaps that were asked for.
fn wanted(list: &Checklist, options: &StatusOptions) -> Result<Vec<usize>, super::Failure> {
    if let Some(name) = &options.gap {
        return Ok(vec![find_gap(list, name)?]);
    }
    let tiers: Vec<&str> = list.tiers.iter().map(|tier| tier.id.as_str()).collect();
    let areas: Vec<&str> = list.areas.iter().map(|area| area.id.as_str()).collect();
    let tier = known("tier", options.tier.as_deref(), &tiers)?;
    let area = known("area", options.area.as_deref(), &areas)?;
    let is_wanted = |gap: &usize| {
        let gap = &list.gaps[*gap];
        tier.is_none_or(|tier| list.tier_of(gap).id == tier)
            && area.is_none_or(|area| list.areas[gap.area].id == area)
    };
    Ok((0..list.gaps.len()).filter(is_wanted).collect())
}

/// Drops the gaps that weren't asked for; the counts stay those of all gaps.
fn keep(all: &mut serde_json::Value, wanted: &[usize]) {
    if let Some(gaps) = all.get_mut("gaps").and_then(serde_json::Value::as_array_mut) {
        let mut index = 0;
        gaps.retain(|_| {
            index += 1;
            wanted.contains(&(index - 1))
        });
    }
}

/// The pages of a gap, each with the digest that a review of it is bound to.
fn texts(analysis: &Analysis, gap: usize) -> Vec<String> {
    let pages = &analysis.site.gaps[gap].pages;
    let paths = pages.iter().map(|page| &analysis.facts()[*page].path);
    paths.filter_map(|path| Some(format!("{path} {}", analysis.digest(path)?))).collect()
}

/// One gap in plain words.
fn one(gap: &GapView, texts: &[String]) -> String {
    let mut lines = vec![
        format!("{} {}: {}", gap.status.glyph, gap.title, gap.status.word),
        format!("  {} · {} · {}", gap.id, gap.area.title, gap.tier.title),
    ];
    if !gap.missing.is_empty() {
        lines.push(format!("  missing: {}", gap.missing));
    }
    let owner = gap.owner.as_ref().map_or("nobody", |owner| &owner.name);
    lines.push(format!("  owner:   {owner}"));
    lines.extend(texts.iter().map(|text| format!("  text:    {text}")));
    lines.push("  evidence:".to_string());
    for row in &gap.evidence {
        let mark = match row.outcome {
            "holds" => "+",
            "unknown" => "?",
            _ => "-",
        };
        let place = match (&row.path, row.line) {
            (Some(path), Some(line)) => format!(" ({path}:{line})"),
            (Some(path), None) => format!(" ({path})"),
            _ => String::new(),
        };
        lines.push(format!("    {mark} {}: {}{place}", row.rule, row.detail));
    }
    if !gap.flags.is_empty() {
        lines.push(format!("  flags:   {}", gap.flags.join(", ")));
    }
    if let Some(lift) = &gap.lift {
        lines.push(format!("  next:    {lift}"));
    }
    format!("{}\n", lines.join("\n"))
}

fn table(list: &Checklist, analysis: &Analysis, gaps: &[GapView], wanted: &[usize]) -> String {
    let statuses: Vec<&GapStatus> = wanted.iter().map(|gap| &analysis.statuses[*gap]).collect();
    let mut lines = Vec::new();
    let mut area = None;
    for gap in wanted {
        let here = list.gaps[*gap].area;
        if area != Some(here) {
            area = Some(here);
            let found = &list.areas[here];
            let number = found.number.as_ref().map(|number| format!("{number}. "));
            let tier = &list.tiers[found.tier].title;
            lines.push(format!("\n{}{} ({tier})", number.unwrap_or_default(), found.title));
        }
        let gap = &gaps[*gap];
        let flags = match gap.flags.is_empty() {
            true => String::new(),
            false => format!("  [{}]", gap.flags.join(", ")),
        };
        lines.push(format!("  {} {:<9}  {}{flags}", gap.status.glyph, gap.status.word, gap.id));
    }
    lines.push(format!("\n{}", summary(&Coverage::of(statuses))));
    format!("{}\n", lines.join("\n").trim_start())
}

/// `57 missing, 3 draft · written 0 of 60 · approved 0 of 60`.
fn summary(coverage: &Coverage) -> String {
    let parts: Vec<String> = Status::ALL
        .iter()
        .map(|status| (coverage.by_status[*status as usize], status.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    let of = |count: usize| format!("{count} of {}", coverage.applicable);
    format!(
        "{} · written {} · approved {}",
        parts.join(", "),
        of(coverage.written),
        of(coverage.approved)
    )
}

/// Text in a cell of a Markdown table.
pub(super) fn cell(text: &str) -> String {
    one_line(text).replace('|', "\\|").replace('<', "&lt;")
}

fn csv(gaps: &[GapView], wanted: &[usize]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["id", "title", "tier", "area", "status", "owner", "flags", "because", "url"];
    let rows = wanted.iter().map(|gap| &gaps[*gap]).map(|gap| {
        let owner = gap.owner.as_ref().map_or("", |owner| &owner.id);
        let flags = gap.flags.join(" ");
        [
            csv_cell(&gap.id),
            csv_cell(&gap.title),
            gap.tier_id.clone(),
            gap.area_id.clone(),
            gap.status.id.to_string(),
            csv_cell(owner),
            flags,
            csv_cell(&gap.because),
            gap.url.clone(),
        ]
    });
    writer.write_record(header).expect("memory takes all");
    rows.for_each(|row| writer.write_record(&row).expect("memory takes all"));
    let bytes = writer.into_inner().expect("memory takes all");
    String::from_utf8(bytes).expect("all fields are text")
}

/// A cell that a spreadsheet can't take for a formula.
pub(super) fn csv_cell(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{text}"),
        false => text.to_string(),
    }
}

fn markdown(gaps: &[GapView], wanted: &[usize]) -> String {
    let mut out = String::from("| Status | Gap | Tier | Because |\n| --- | --- | --- | --- |\n");
    for gap in wanted.iter().map(|gap| &gaps[*gap]) {
        out += &format!(
            "| {} {} | {} | {} | {} |\n",
            gap.status.glyph,
            gap.status.word,
            cell(&gap.title),
            cell(&gap.tier.title),
            cell(&gap.because)
        );
    }
    out
}
