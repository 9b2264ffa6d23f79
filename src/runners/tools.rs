//! Which tools this machine has, in which version.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Bench;
use super::process::{Call, Limits, run};
use crate::examples::{Example, Mode, Program};
use crate::files::{Kind, Scratch};

/// The tools of this machine, each looked for once.
pub(super) struct Tools<'a> {
    bench: &'a Bench<'a>,
    /// Where programs are looked for.
    path: OsString,
    versions: Mutex<HashMap<Vec<String>, String>>,
}

impl<'a> Tools<'a> {
    pub(super) fn new(bench: &'a Bench<'a>) -> Self {
        let path = bench.environment.get(OsStr::new("PATH")).cloned().unwrap_or_default();
        let path = match postgres_folder(bench) {
            Some(mut folder) => {
                folder.push(SEPARATOR);
                folder.push(path);
                folder
            }
            None => path,
        };
        Self { bench, path, versions: Mutex::default() }
    }

    /// What programs are looked for in.
    pub(super) fn path(&self) -> &OsStr {
        &self.path
    }

    /// A program that an example needs and that isn't there.
    pub(super) fn missing(&self, example: &Example) -> Option<String> {
        let needs = example.runner.needs.iter().map(String::as_str);
        let firsts = commands(example).into_iter().filter_map(|command| command.first());
        let service = example.service.map(|_| ["initdb", "postgres", "psql"]);
        needs
            .chain(firsts.map(String::as_str))
            .chain(service.into_iter().flatten())
            .find(|program| !self.has(program))
            .map(str::to_string)
    }

    fn has(&self, program: &str) -> bool {
        let is_file = |path: &Path| self.bench.files.kind(path) == Kind::File;
        if program.contains('/') {
            return is_file(Path::new(program));
        }
        let path = self.path.to_string_lossy();
        path.split(SEPARATOR).any(|folder| is_file(&Path::new(folder).join(program)))
    }

    /// The versions of the tools that an example is run with, in one line.
    pub(super) fn version(&self, example: &Example) -> String {
        let own = example.runner.version.clone();
        let schema = example.schema.as_ref().and(example.runner.schema_command.first());
        let schema = schema.map(|tool| vec![tool.clone(), "--version".to_string()]);
        let known = [own, schema.unwrap_or_default()];
        let asked = known.into_iter().filter(|command| !command.is_empty());
        let versions: Vec<String> = asked.map(|command| self.ask(command)).collect();
        match versions.is_empty() {
            true => format!("lacuna {}", env!("CARGO_PKG_VERSION")),
            false => versions.join(", "),
        }
    }

    fn ask(&self, command: Vec<String>) -> String {
        let mut versions = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        versions.entry(command).or_insert_with_key(|command| self.first_line(command)).clone()
    }

    /// The first line with a digit that a command prints; most tools print their version so.
    fn first_line(&self, command: &[String]) -> String {
        let Ok(scratch) = Scratch::new() else { return String::new() };
        let mut environment = self.bench.environment.clone();
        environment.insert("PATH".into(), self.path.clone());
        let environment: Vec<_> = environment.into_iter().collect();
        let call =
            Call { command, folder: scratch.path(), environment: &environment, account: None };
        let (timeout, stop) = (Duration::from_secs(20), &self.bench.stop);
        let limits = Limits { timeout, output: 100_000, stop };
        let ended = run(&call, limits, &scratch);
        let lines = ended.out.lines().chain(ended.err.lines());
        let mut with_digit = lines.filter(|line| line.chars().any(|char| char.is_ascii_digit()));
        with_digit.next().unwrap_or_default().trim().to_string()
    }
}

/// All commands that an example may start.
fn commands(example: &Example) -> Vec<&Vec<String>> {
    let runner = &example.runner;
    let main = match (&example.mode, &example.program) {
        (Mode::Check, _) => &runner.check,
        (_, Program::File) if !runner.file_command.is_empty() => &runner.file_command,
        _ => &runner.command,
    };
    let schema = example.schema.as_ref().map(|_| &runner.schema_command);
    runner.setup.iter().chain(&runner.teardown).chain([main]).chain(schema).collect()
}

/// What stands between the folders of a path.
const SEPARATOR: &str = if cfg!(windows) { ";" } else { ":" };

/// The programs of PostgreSQL's server, which Debian keeps out of the way; the newest of them.
fn postgres_folder(bench: &Bench) -> Option<OsString> {
    let folder = |version: u32| format!("/usr/lib/postgresql/{version}/bin");
    let has_server =
        |folder: &String| bench.files.kind(&Path::new(folder).join("initdb")) == Kind::File;
    (9..40).rev().map(folder).find(has_server).map(OsString::from)
}
