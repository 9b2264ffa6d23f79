//! `lacuna export`: the checklist, or what auditors ask for.

use serde_json::{Map, Value, json};

use super::arguments::{ExportFormat, ExportOptions, Global};
use super::console::Console;
use super::project::{Project, checklist};
use super::status::{cell, csv_cell};
use super::{Outcome, Verdict};
use crate::build::{Analysis, analyse};
use crate::checklist::Checklist;
use crate::config::is_same_person;
use crate::import::without_ids;
use crate::render;
use crate::source::Review;

/// Rows below the names of their columns.
struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<Option<String>>>,
}

pub(super) fn run(options: &ExportOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let analysis = analyse(&project.files, &project.config)?;
    let list = checklist(&analysis)?;
    let table = if options.reviews {
        reviews(&project, &analysis, options)
    } else if options.controls {
        controls(&project, &analysis)
    } else if options.format == ExportFormat::Md {
        let text = project.text(&list.path).unwrap_or_default();
        console.data(&without_ids(&list.path, &text));
        return Ok(Verdict::Fine);
    } else {
        gaps(list)
    };
    console.data(&match options.format {
        ExportFormat::Md => table.markdown(),
        ExportFormat::Csv => table.csv(),
        ExportFormat::Json => table.json(),
    });
    Ok(Verdict::Fine)
}

fn gaps(list: &Checklist) -> Table {
    let row = |gap: &crate::checklist::Gap| {
        let area = &list.areas[gap.area];
        let tier = list.tier_of(gap);
        vec![
            Some(gap.id.clone()),
            Some(gap.title.clone()),
            Some(gap.missing.clone()),
            Some(tier.title.clone()),
            Some(area.title.clone()),
            area.number.clone(),
        ]
    };
    let columns = &["id", "title", "missing", "tier", "area", "number"];
    Table { columns, rows: list.gaps.iter().map(row).collect() }
}

/// All records of reviews, the oldest first.
fn reviews(project: &Project, analysis: &Analysis, options: &ExportOptions) -> Table {
    let site = &analysis.site;
    let mut rows = Vec::new();
    for (path, reviews) in analysis.all_reviews() {
        let page = analysis.page(path);
        let gaps = page.map_or(Vec::new(), |page| {
            let closes = |gap: &usize| site.gaps[*gap].pages.contains(&page);
            (0..site.gaps.len()).filter(closes).collect()
        });
        let list = analysis.checklist.as_ref();
        let gaps = gaps.iter().filter_map(|gap| Some(list?.gaps[*gap].id.as_str()));
        let gaps = gaps.collect::<Vec<_>>().join(" ");
        let since = |review: &&Review| options.since.is_none_or(|since| review.on >= since);
        for review in reviews.iter().filter(since) {
            let attestation = analysis.history().attestation(path, review);
            rows.push(vec![
                Some(review.on.to_string()),
                Some(path.to_string()),
                Some(gaps.clone()).filter(|gaps| !gaps.is_empty()),
                Some(review.verdict.id().to_string()),
                Some(review.by.clone()),
                review.method.map(|method| method.id().to_string()),
                review.author.clone(),
                review.digest.clone(),
                attestation.as_ref().map(|attestation| attestation.commit().to_string()),
                Some(attested(project, review, attestation.as_ref()).to_string()),
                review.note.clone(),
            ]);
        }
    }
    rows.sort();
    let columns = &[
        "on", "path", "gap", "verdict", "by", "method", "author", "digest", "commit", "attested",
        "note",
    ];
    Table { columns, rows }
}

/// The most that a record proves.
fn attested(
    project: &Project,
    review: &Review,
    attestation: Option<&crate::history::Attestation>,
) -> &'static str {
    let is_by = |name: &str| is_same_person(&project.config.people, name, &review.by);
    match attestation {
        _ if review.on_behalf => "on-behalf",
        Some(commit) if commit.signers().iter().any(|name| is_by(name)) => "signature",
        Some(commit) if is_by(&commit.author().to_string()) => "commit",
        _ => "record",
    }
}

/// Which pages answer which control, with the status of their gaps.
fn controls(project: &Project, analysis: &Analysis) -> Table {
    let shared = analysis.shared(&project.config);
    let scene = analysis.scene(&project.config, &shared);
    let mut rows = Vec::new();
    for control in render::controls(&scene) {
        rows.extend(control.rows.into_iter().map(|row| {
            let (by, on, due) = match row.approval {
                Some(review) => (Some(review.by), Some(review.on), review.due),
                None => (None, None, None),
            };
            let status = row.status.map(|status| status.id.to_string());
            vec![Some(control.title.clone()), Some(row.path), row.gap, status, by, on, due]
        }));
    }
    Table { columns: &["control", "page", "gap", "status", "by", "on", "due"], rows }
}

impl Table {
    fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(self.columns).expect("memory takes all");
        for row in &self.rows {
            let cells = row.iter().map(|text| csv_cell(text.as_deref().unwrap_or_default()));
            writer.write_record(cells).expect("memory takes all");
        }
        let bytes = writer.into_inner().expect("memory takes all");
        String::from_utf8(bytes).expect("all fields are text")
    }

    fn json(&self) -> String {
        let row = |row: &Vec<Option<String>>| {
            let pairs = self.columns.iter().zip(row);
            let pair = |(column, text): (&&str, &Option<String>)| ((*column).into(), json!(text));
            Value::Object(pairs.map(pair).collect::<Map<_, _>>())
        };
        let all = json!({ "schema": 1, "rows": self.rows.iter().map(row).collect::<Vec<_>>() });
        format!("{}\n", serde_json::to_string_pretty(&all).expect("JSON values can be written"))
    }

    fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut out = line(self.columns.iter().map(ToString::to_string).collect());
        out += &line(self.columns.iter().map(|_| "---".to_string()).collect());
        for row in &self.rows {
            let shown = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
            out += &line(row.iter().map(shown).collect());
        }
        out
    }
}
