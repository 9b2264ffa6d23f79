//! A baseline: findings that were known when somebody began to check an old handbook. They are
//! shown, and don't count; new ones do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Diagnostic, Severity};

/// The findings that are known.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The form of the file.
    version: u8,
    findings: Vec<Known>,
}

/// Findings that are alike. Lines and columns are no part of it, so that text may move.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Known {
    code: String,
    #[serde(default)]
    path: String,
    message: String,
    count: usize,
}

/// The form that this program writes.
const VERSION: u8 = 1;

type Key = (String, String, String);

fn key(found: &Diagnostic) -> Key {
    let path = found.span.as_ref().map(|span| span.path.to_string());
    (found.rule.code.to_string(), path.unwrap_or_default(), found.message.clone())
}

impl Baseline {
    /// Takes all that could fail a check.
    pub fn of(found: &[Diagnostic]) -> Self {
        let mut counts: BTreeMap<Key, usize> = BTreeMap::new();
        for found in found.iter().filter(|found| found.severity != Severity::Note) {
            *counts.entry(key(found)).or_default() += 1;
        }
        let known = |((code, path, message), count)| Known { code, path, message, count };
        Self { version: VERSION, findings: counts.into_iter().map(known).collect() }
    }

    /// Reads a file; or says why it can't be read.
    pub fn read(text: &str) -> Result<Self, String> {
        let baseline: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match baseline.version {
            VERSION => Ok(baseline),
            version => Err(format!("its version is {version}, and this program reads {VERSION}")),
        }
    }

    /// The text of the file, one finding a line, so that a change of it can be read.
    pub fn text(&self) -> String {
        let line = |known: &Known| serde_json::to_string(known).expect("findings are plain data");
        let lines: Vec<String> =
            self.findings.iter().map(|known| format!("\n    {}", line(known))).collect();
        format!(
            "{{\n  \"version\": {},\n  \"findings\": [{}\n  ]\n}}\n",
            self.version,
            lines.join(",")
        )
    }

    /// Marks what is known, of equal findings as many as there were; returns how many of the
    /// baseline are gone.
    pub fn mark(&self, found: &mut [Diagnostic]) -> usize {
        let entry = |known: &Known| {
            ((known.code.clone(), known.path.clone(), known.message.clone()), known.count)
        };
        let mut left: BTreeMap<Key, usize> = self.findings.iter().map(entry).collect();
        for found in found.iter_mut().filter(|found| found.severity != Severity::Note) {
            if let Some(count) = left.get_mut(&key(found)).filter(|count| **count > 0) {
                *count -= 1;
                found.known = true;
            }
        }
        left.values().sum()
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.findings.iter().map(|known| known.count).sum()
    }

    /// True when nothing is known.
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }
}
