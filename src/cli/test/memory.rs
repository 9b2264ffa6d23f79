//! What is remembered of results: `.lacuna/examples.json`, which can be deleted, and
//! `examples.lock`, which is part of the book.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::cli::project::Project;
use crate::examples::{Example, LOCK, Record, Recorded, read_records, write_records};
use crate::files::{self, Files, write_changed};
use crate::runners::{Known, Outcome, Report};

/// What passed, by the digest of the example with the version of its tool.
#[derive(Default, Serialize, Deserialize)]
struct Memory(BTreeMap<String, Known>);

const MEMORY: &str = ".lacuna/examples.json";

/// What passed before; any trouble with the file means nothing.
pub(super) fn remembered(project: &Project) -> BTreeMap<String, Known> {
    let bytes = project.files.read(&project.config.root.join(MEMORY)).unwrap_or_default();
    serde_json::from_slice::<Memory>(&bytes).unwrap_or_default().0
}

/// Keeps what has passed. What wasn't tested this time stays, as long as no more than so many are
/// kept.
pub(super) fn remember(
    project: &Project,
    mut known: BTreeMap<String, Known>,
    reports: &[Report],
) -> Result<(), files::Error> {
    const MOST: usize = 100_000;
    if known.len() > MOST {
        known.clear();
    }
    for report in reports.iter().filter(|report| report.outcome == Outcome::Passed) {
        known.insert(report.key.clone(), Known { on: report.on, took: report.took });
    }
    let root = &project.config.root;
    write_changed(&project.files, &root.join(".lacuna/.gitignore"), b"*\n")?;
    let bytes = serde_json::to_vec(&Memory(known)).expect("a map of numbers can be written");
    write_changed(&project.files, &root.join(MEMORY), &bytes)?;
    Ok(())
}

/// The records of the book.
pub(super) fn records(project: &Project) -> Result<Vec<Record>, super::Failure> {
    let Ok(bytes) = project.files.read(&project.config.root.join(LOCK)) else {
        return Ok(Vec::new());
    };
    let text = String::from_utf8(bytes).unwrap_or_default();
    read_records(&text).map_err(|line| {
        super::Failure::Helped(
            format!("line {line} of `{LOCK}` is no record"),
            format!("delete `{LOCK}`, and run `lacuna test --record`"),
        )
    })
}

/// Records what came out. Of what wasn't run this time a record stays if its example does.
pub(super) fn record(
    project: &Project,
    all: &BTreeSet<String>,
    before: Vec<Record>,
    results: &[(&Example, &Report)],
) -> Result<usize, files::Error> {
    let new: Vec<Record> =
        results.iter().filter_map(|(example, report)| made(example, report)).collect();
    let count = new.len();
    let fresh: BTreeSet<&str> = new.iter().map(|record| record.example.as_str()).collect();
    let stays =
        |record: &Record| all.contains(&record.example) && !fresh.contains(record.example.as_str());
    let kept: Vec<Record> = before.into_iter().filter(stays).collect();
    let text = write_records(new.iter().cloned().chain(kept).collect());
    write_changed(&project.files, &project.config.root.join(LOCK), text.as_bytes())?;
    Ok(count)
}

fn made(example: &Example, report: &Report) -> Option<Record> {
    let outcome = match report.outcome {
        Outcome::Passed => Recorded::Passed,
        Outcome::Failed(_) => Recorded::Failed,
        Outcome::NotRun(_) | Outcome::Ignored(_) => return None,
    };
    Some(Record {
        page: example.page.to_string(),
        runner: example.runner.name.clone(),
        example: example.digest.to_string(),
        outcome,
        on: report.on,
        tool: report.tool.clone(),
    })
}

/// The examples that aren't recorded as passed as they stand.
pub(super) fn changed(examples: &mut Vec<Example>, records: &[Record]) {
    let passed = |record: &&Record| record.outcome == Recorded::Passed;
    let passed: BTreeSet<&str> =
        records.iter().filter(passed).map(|record| record.example.as_str()).collect();
    examples.retain(|example| !passed.contains(example.digest.to_string().as_str()));
}
