//! What comes out of a run, in words.

use std::path::Path;

use super::Outcome;
use crate::base::SitePath;
use crate::examples::{Example, Expected, MARKER, Mode, Program};

/// Why a run ended early.
pub(super) enum Fault {
    /// The example doesn't work: one line, then what it printed.
    Example(String),
    /// It couldn't be tried.
    Machine(String),
}

/// How names in output are changed into those that the author knows.
pub(super) struct Names(Vec<(String, String)>);

impl Names {
    pub(super) fn new(scratch: &Path, place: &SitePath, file: &str, example: &Example) -> Self {
        let mut names = vec![(format!("{}/book/", scratch.display()), String::new())];
        if matches!(example.program, Program::Text { .. }) {
            names.push((file.to_string(), place.name().to_string()));
            let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
            names.push((stem.to_string(), place.name().to_string()));
        }
        Self(names)
    }

    fn known(&self, text: &str) -> String {
        self.0.iter().fold(text.to_string(), |text, (from, to)| text.replace(from, to))
    }
}

/// Judges what an example has printed, or why it ended early.
pub(super) fn verdict(example: &Example, done: Result<String, Fault>, names: &Names) -> Outcome {
    let marked = matches!(example.program, Program::Text { marked: true, .. });
    let outcome = match (done, &example.mode) {
        (Err(Fault::Machine(why)), _) => Outcome::NotRun(why),
        (Ok(_), Mode::Fail(_)) => Outcome::Failed("it should fail, and works".to_string()),
        (Ok(out), _) => match own_output(&out, marked) {
            Some(out) => compare(example.expected.as_ref(), out),
            None => Outcome::Failed("it never begins: what stands before it ends early".into()),
        },
        (Err(Fault::Example(words)), _) if marked && !words.contains(MARKER) => {
            Outcome::Failed(format!("what it comes after fails: {}", tidy(&words)))
        }
        (Err(Fault::Example(words)), Mode::Fail(wanted)) => failed_rightly(example, wanted, &words),
        (Err(Fault::Example(words)), _) => Outcome::Failed(tidy(&words)),
    };
    match outcome {
        Outcome::Failed(message) => Outcome::Failed(names.known(&message)),
        Outcome::NotRun(message) => Outcome::NotRun(names.known(&message)),
        outcome => outcome,
    }
}

/// What was printed after the marker, if there must be one.
fn own_output(out: &str, marked: bool) -> Option<&str> {
    if !marked {
        return Some(out);
    }
    out.split_once(MARKER).map(|(_, own)| own.strip_prefix('\n').unwrap_or(own))
}

/// An example that must fail must say what it was expected to say.
fn failed_rightly(example: &Example, wanted: &str, words: &str) -> Outcome {
    let wanted = match &example.expected {
        Some(Expected::Text(text) | Expected::Json(text)) => text.trim(),
        None => wanted,
    };
    if words.starts_with("it takes longer") {
        return Outcome::Failed(tidy(words));
    }
    match words.contains(wanted) {
        true => Outcome::Passed,
        false => Outcome::Failed(format!("it fails without saying `{wanted}`\n{}", tidy(words))),
    }
}

fn compare(expected: Option<&Expected>, out: &str) -> Outcome {
    let differs = |expected: &str, found: &str| {
        Outcome::Failed(format!(
            "it prints something else\nexpected:\n{}\nprinted:\n{}",
            indented(expected),
            indented(found)
        ))
    };
    match expected {
        None => Outcome::Passed,
        Some(Expected::Text(text)) => match trimmed(text) == trimmed(out) {
            true => Outcome::Passed,
            false => differs(&trimmed(text), &trimmed(out)),
        },
        Some(Expected::Json(text)) => {
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text);
            match (value(text), value(out)) {
                (Ok(wanted), Ok(found)) if wanted == found => Outcome::Passed,
                (Err(fault), _) => {
                    Outcome::Failed(format!("what it must print isn't JSON: {fault}"))
                }
                _ => differs(&trimmed(text), &trimmed(out)),
            }
        }
    }
}

/// Without space at the ends of lines and blank lines at the end.
fn trimmed(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_string()
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// So many lines of what was printed are shown: the last ones.
const SHOWN: usize = 40;

/// The first line, then the last lines of the rest, without blank ones and our own.
fn tidy(words: &str) -> String {
    let mut lines = words.lines().filter(|line| !line.trim().is_empty() && !line.contains(MARKER));
    let head = lines.next().unwrap_or_default().to_string();
    let rest: Vec<&str> = lines.collect();
    let cut = rest.len().saturating_sub(SHOWN);
    let mut out = vec![head];
    if cut > 0 {
        out.push(format!("… {cut} more lines before these"));
    }
    out.extend(rest[cut..].iter().map(|line| (*line).to_string()));
    out.join("\n")
}
