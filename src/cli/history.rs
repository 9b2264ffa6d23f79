//! `lacuna history`.

use serde_json::{Value, json};

use super::arguments::{Global, HistoryFormat, HistoryOptions};
use super::console::Console;
use super::project::Project;
use super::{Failure, Outcome, Verdict};
use crate::base::plural;
use crate::build::past;
use crate::history::{self, Unknown};
use crate::status::{Point, Status};

pub(super) fn run(options: &HistoryOptions, global: &Global, console: &Console) -> Outcome {
    let project = Project::open(global, console)?;
    let history = history::read(&project.config.root);
    if let Some(unknown) = history.unknown {
        return Err(absent(unknown));
    }
    let points = past(&project.files, &project.config, &history);
    console.data(&match options.format {
        HistoryFormat::Json => json_of(&points),
        HistoryFormat::Csv => csv_of(&points),
    });
    console.detail(&plural(points.len(), "day"));
    Ok(Verdict::Fine)
}

fn absent(unknown: Unknown) -> Failure {
    match unknown {
        Unknown::Shallow => Failure::CannotTell(
            "this clone has only a part of the history".to_string(),
            "fetch the rest: git fetch --unshallow".to_string(),
        ),
        Unknown::NoRepository | Unknown::Past => Failure::CannotTell(
            "there is no git repository, so there is no history".to_string(),
            "commit the handbook".to_string(),
        ),
    }
}

fn json_of(points: &[Point]) -> String {
    let point = |point: &Point| {
        let by_status = Status::ALL.map(|status| {
            (status.id().to_string(), Value::from(point.coverage.by_status[status as usize]))
        });
        json!({
            "date": point.date.to_string(),
            "commit": point.commit,
            "total": point.coverage.total,
            "applicable": point.coverage.applicable,
            "waived": point.coverage.waived,
            "written": point.coverage.written,
            "approved": point.coverage.approved,
            "by_status": Value::Object(by_status.into_iter().collect()),
        })
    };
    let points: Vec<Value> = points.iter().map(point).collect();
    let all = json!({ "schema": 1, "points": points });
    format!("{}\n", serde_json::to_string_pretty(&all).expect("JSON values can be written"))
}

fn csv_of(points: &[Point]) -> String {
    let statuses = Status::ALL.map(Status::id).join(",");
    let mut out = format!("date,commit,total,applicable,written,approved,{statuses}\n");
    for Point { date, commit, coverage, .. } in points {
        let counts: Vec<String> = coverage.by_status.iter().map(ToString::to_string).collect();
        out += &format!(
            "{date},{commit},{},{},{},{},{}\n",
            coverage.total,
            coverage.applicable,
            coverage.written,
            coverage.approved,
            counts.join(",")
        );
    }
    out
}
