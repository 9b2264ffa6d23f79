//! What is remembered of results: `.lacuna/examples.jsonl`, which can be deleted, and
//! `examples.lock`, which is part of the book.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::cli::project::Project;
use crate::examples::{Example, LOCK, Record, Recorded, read_records, write_record, write_records};
use crate::files::{self, Files, write_changed};
use crate::runners::{Known, Outcome, Report};

/// A line of it: what passed, under the digest of the example with the version of its tool.
#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    #[serde(flatten)]
    known: Known,
}

const MEMORY: &str = ".lacuna/examples.jsonl";

/// What passed before. A line that can't be read isn't there; of more than so many, none are.
pub(super) fn remembered(project: &Project) -> BTreeMap<String, Known> {
    const MOST: usize = 100_000;
    let bytes = project.files.read(&project.config.root.join(MEMORY)).unwrap_or_default();
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    if lines.len() > MOST {
        return BTreeMap::new();
    }
    let read = |line: &&[u8]| serde_json::from_slice::<Line>(line).ok();
    lines.iter().filter_map(read).map(|line| (line.key, line.known)).collect()
}

/// Where results are kept as they come, so that a run that ends early loses none: a line at the
/// end of what is remembered and, if it is asked for, one at the end of what is recorded.
pub(super) struct Keeper<'a> {
    project: &'a Project,
    records: bool,
    /// The first failure of the machine.
    failed: Mutex<Option<files::Error>>,
}

impl<'a> Keeper<'a> {
    /// Makes both files ready for more lines.
    pub(super) fn open(
        project: &'a Project,
        known: &BTreeMap<String, Known>,
        records: Option<&[Record]>,
    ) -> Result<Self, files::Error> {
        let write = |name: &str, bytes: &[u8]| {
            write_changed(&project.files, &project.config.root.join(name), bytes)
        };
        write(".lacuna/.gitignore", b"*\n")?;
        if known.is_empty() {
            write(MEMORY, b"")?;
        }
        if let Some(records) = records {
            write(LOCK, write_records(records.to_vec()).as_bytes())?;
        }
        Ok(Self { project, records: records.is_some(), failed: Mutex::default() })
    }

    /// Keeps what came out of an example now. What was remembered is kept already, and is recorded
    /// with all others when the run is over.
    pub(super) fn keep(&self, example: &Example, report: &Report) {
        if !report.fresh {
            return;
        }
        if report.outcome == Outcome::Passed {
            let known = Known { on: report.on, took: report.took };
            let line = Line { key: report.key.clone(), known };
            let line = serde_json::to_string(&line).expect("texts and numbers can be written");
            self.append(MEMORY, &(line + "\n"));
        }
        if let Some(record) = made(example, report).filter(|_| self.records) {
            self.append(LOCK, &write_record(&record));
        }
    }

    fn append(&self, name: &str, line: &str) {
        let path = self.project.config.root.join(name);
        let done = self.project.files.append(&path, line.as_bytes());
        if let Err(error) = done.map_err(files::Error::at("write", &path)) {
            self.failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    }

    /// Says whether all could be kept.
    pub(super) fn close(self) -> Result<(), files::Error> {
        self.failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// The records of the book.
pub(super) fn records(project: &Project) -> Result<Vec<Record>, super::Failure> {
    let Ok(bytes) = project.files.read(&project.config.root.join(LOCK)) else {
        return Ok(Vec::new());
    };
    let text = String::from_utf8(bytes).unwrap_or_default();
    let records = read_records(&text).map_err(|line| {
        super::Failure::Helped(
            format!("line {line} of `{LOCK}` is no record"),
            format!("delete `{LOCK}`, and run `lacuna test --record`"),
        )
    })?;
    // A run that was killed has left what it knew behind what was known before.
    let last = records.into_iter().map(|record| (record.example.clone(), record));
    Ok(last.collect::<BTreeMap<_, _>>().into_values().collect())
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
