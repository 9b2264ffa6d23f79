//! Runs examples, several at once, and one after the other within each.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::postgres::{Cluster, Clusters, RIGHT, syntax_query};
use super::process::{Call, End, Ended, Limits, end_strays, run as run_process};
use super::tools::Tools;
use super::verdict::{Fault, Names, verdict};
use super::{Bench, INTERRUPTED, Outcome, Report, parse};
use crate::base::Hasher;
use crate::config::Format;
use crate::diagrams::{CAN_DRAW, CANNOT_DRAW};
use crate::examples::{Example, Mode, Program};
use crate::files::Scratch;

/// Runs examples and reports on each, in their order.
pub fn run(bench: &Bench, examples: &[Example]) -> Vec<Report> {
    let hall = Hall { bench, tools: Tools::new(bench), clusters: Clusters::default() };
    let next = AtomicUsize::new(0);
    let reports: Vec<Mutex<Option<Report>>> = examples.iter().map(|_| Mutex::default()).collect();
    let work = || {
        while let Some(index) = Some(next.fetch_add(1, Ordering::Relaxed))
            && let Some(example) = examples.get(index)
        {
            let report = hall.report(example);
            (bench.ended)(example, &report);
            *reports[index].lock().expect("no one panics with it") = Some(report);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..bench.jobs.min(examples.len()) {
            scope.spawn(work);
        }
    });
    let report = |report: Mutex<Option<Report>>| {
        report.into_inner().ok().flatten().expect("each example has a report")
    };
    reports.into_iter().map(report).collect()
}

/// What all runs share.
struct Hall<'a> {
    bench: &'a Bench<'a>,
    tools: Tools<'a>,
    clusters: Clusters,
}

impl Hall<'_> {
    fn report(&self, example: &Example) -> Report {
        let ended = |outcome, tool: String, key| Report {
            outcome,
            on: self.bench.today,
            took: Duration::ZERO,
            tool,
            key,
            fresh: true,
        };
        let early = match &example.mode {
            Mode::Ignore(reason) => Some(Outcome::Ignored(reason.clone())),
            Mode::Fault(fault) => Some(Outcome::Failed(fault.clone())),
            _ if self.is_stopped() => Some(Outcome::NotRun(INTERRUPTED.to_string())),
            _ => self.hindrance(example).map(Outcome::NotRun),
        };
        if let Some(outcome) = early {
            return ended(outcome, String::new(), String::new());
        }
        let tool = self.tools.version(example);
        let key = key(example, &tool);
        if let Some(known) = self.bench.passed.get(&key) {
            let (took, on) = (known.took, known.on);
            return Report { took, on, fresh: false, ..ended(Outcome::Passed, tool, key) };
        }
        let started = Instant::now();
        let outcome = self.outcome(example);
        Report { took: started.elapsed(), ..ended(outcome, tool, key) }
    }

    fn is_stopped(&self) -> bool {
        self.bench.stop.load(Ordering::Relaxed)
    }

    /// Why an example can't be tried on this machine.
    fn hindrance(&self, example: &Example) -> Option<String> {
        let runner = &example.runner;
        if let Some(program) = self.tools.missing(example) {
            return Some(format!("`{program}` isn't installed"));
        }
        if runner.parse == Some(Format::Mermaid) && !CAN_DRAW {
            return Some(CANNOT_DRAW.to_string());
        }
        let can_check =
            !runner.check.is_empty() || runner.parse.is_some() || example.service.is_some();
        if example.mode == Mode::Check && !can_check {
            return Some(format!("the runner `{}` can't check without running", runner.name));
        }
        let no_validator = example.schema.is_some() && runner.schema_command.is_empty();
        no_validator.then(|| format!("the runner `{}` has no `schema-command`", runner.name))
    }

    fn outcome(&self, example: &Example) -> Outcome {
        let room = match Room::new(self, example) {
            Ok(room) => room,
            Err(Fault::Machine(why)) => return Outcome::NotRun(why),
            Err(Fault::Example(why)) => return Outcome::Failed(why),
        };
        let done = room.all();
        let after = room.tear_down();
        verdict(example, done.and_then(|out| after.map(|()| out)), &room.names)
    }
}

/// Of all that decides whether an example works.
fn key(example: &Example, tool: &str) -> String {
    let mut hasher = Hasher::default();
    hasher.field(example.digest.bytes());
    hasher.field(tool.as_bytes());
    hasher.field(env!("CARGO_PKG_VERSION").as_bytes());
    hasher.finish().to_string()
}

/// The folder of one example, with all that lies around it.
struct Room<'a> {
    hall: &'a Hall<'a>,
    example: &'a Example,
    scratch: Scratch,
    /// Where it runs: the folder of its page or file, below `book` in the scratch folder.
    folder: PathBuf,
    /// The name of its file in that folder.
    file: String,
    /// Its text.
    text: String,
    environment: Vec<(OsString, OsString)>,
    names: Names,
    /// Kept until the run is over.
    cluster: Option<Cluster>,
}

impl<'a> Room<'a> {
    fn new(hall: &'a Hall<'a>, example: &'a Example) -> Result<Self, Fault> {
        let machine = |error: std::io::Error| Fault::Machine(error.to_string());
        let scratch = Scratch::new().map_err(machine)?;
        for path in example.files.iter() {
            let bytes = hall.bench.files.read(&path.on_disk(hall.bench.root));
            // What a link or an include names and isn't there is the business of `check`.
            let Ok(bytes) = bytes else { continue };
            scratch.write(&format!("book/{path}"), &bytes).map_err(machine)?;
        }
        let (place, file, text) = match &example.program {
            Program::Text { text, .. } => {
                let file = format!("lacuna_example.{}", example.runner.extension);
                (&example.page, file, text.clone())
            }
            Program::File => {
                let bytes = hall.bench.files.read(&example.path.on_disk(hall.bench.root));
                let text = String::from_utf8(bytes.map_err(machine)?)
                    .map_err(|_| Fault::Example("the file isn't UTF-8".to_string()))?;
                (&example.path, example.path.name().to_string(), text)
            }
        };
        let folder = scratch.folder(&format!("book/{}", place.folder())).map_err(machine)?;
        if matches!(example.program, Program::Text { .. }) {
            let name = format!("book/{}/{file}", place.folder());
            scratch.write(&name, text.as_bytes()).map_err(machine)?;
        }
        let mut environment = environment(hall, example, &scratch).map_err(machine)?;
        let cluster = match example.service {
            Some(_) => Some({
                let stop = &hall.bench.stop;
                hall.clusters.start(&environment, stop).map_err(Fault::Machine)?
            }),
            None => None,
        };
        environment.extend(cluster.iter().flat_map(Cluster::environment));
        let names = Names::new(scratch.path(), place, &file, example);
        Ok(Self { hall, example, scratch, folder, file, text, environment, names, cluster })
    }

    /// Everything that an example is: set-up, parsing, running, validating. Gives what the
    /// example itself has printed.
    fn all(&self) -> Result<String, Fault> {
        let runner = &self.example.runner;
        for command in &runner.setup {
            self.command(command)?;
        }
        let fault = runner.parse.and_then(|format| parse::fault(format, &self.text));
        if let Some(fault) = fault {
            return Err(Fault::Example(fault));
        }
        let out = self.main()?;
        if let Some(schema) = &self.example.schema {
            let command: Vec<String> = runner
                .schema_command
                .iter()
                .map(|part| part.replace("{schema}", &self.path(schema.as_str())))
                .collect();
            self.command(&command)?;
        }
        Ok(out)
    }

    fn main(&self) -> Result<String, Fault> {
        let runner = &self.example.runner;
        let command = match (&self.example.mode, &self.example.program) {
            (Mode::Check, _) if runner.check.is_empty() && self.example.service.is_some() => {
                return self.sql_syntax();
            }
            (Mode::Check, _) => &runner.check,
            (_, Program::File) if !runner.file_command.is_empty() => &runner.file_command,
            _ => &runner.command,
        };
        if command.is_empty() { Ok(String::new()) } else { self.command(command) }
    }

    /// Puts away what the set-up has made. An interrupt doesn't keep it from that, as others may
    /// share it, but then it must be quick.
    fn tear_down(&self) -> Result<(), Fault> {
        let never = AtomicBool::new(false);
        let most = if self.hall.is_stopped() { Duration::from_secs(2) } else { Duration::MAX };
        let limits = self.limits();
        let limits = Limits { stop: &never, timeout: limits.timeout.min(most), ..limits };
        for command in &self.example.runner.teardown {
            self.told(self.start(&self.filled(command), limits))?;
        }
        Ok(())
    }

    /// Runs a command with the names of the example's file and folder filled in.
    fn command(&self, command: &[String]) -> Result<String, Fault> {
        self.told(self.start(&self.filled(command), self.limits()))
    }

    fn filled(&self, command: &[String]) -> Vec<String> {
        let file = self.file.as_str();
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let folder = self.folder.to_string_lossy();
        let fill = |part: &String| {
            part.replace("{file}", file).replace("{stem}", stem).replace("{folder}", &folder)
        };
        command.iter().map(fill).collect()
    }

    fn limits(&self) -> Limits<'a> {
        Limits {
            timeout: self.example.timeout,
            output: self.hall.bench.output_limit,
            stop: &self.hall.bench.stop,
        }
    }

    fn start(&self, command: &[String], limits: Limits) -> Ended {
        let call =
            Call { command, folder: &self.folder, environment: &self.environment, account: None };
        run_process(&call, limits, &self.scratch)
    }

    /// What was printed, or why there is nothing to say about it.
    fn told(&self, ended: Ended) -> Result<String, Fault> {
        let how = match ended.end {
            End::Succeeded => return Ok(ended.out),
            End::NotStarted(why) => return Err(Fault::Machine(why)),
            End::Stopped => return Err(Fault::Machine(INTERRUPTED.to_string())),
            End::TimedOut => format!("it takes longer than {} s", self.example.timeout.as_secs()),
            End::PrintedTooMuch => {
                format!("it prints more than {} bytes", self.hall.bench.output_limit)
            }
            End::Failed(status) => status,
        };
        Err(Fault::Example(format!("{how}\n{}\n{}", ended.out, ended.err)))
    }

    fn sql_syntax(&self) -> Result<String, Fault> {
        let query = syntax_query(&self.text);
        let command = ["psql", "-X", "-q", "-c", &query].map(str::to_string);
        let ended = self.start(&command, self.limits());
        // The query ends by an error in any case.
        if ended.err.contains(RIGHT) { Ok(String::new()) } else { self.told(ended) }
    }

    fn path(&self, path: &str) -> String {
        self.scratch.path().join("book").join(path).to_string_lossy().into_owned()
    }
}

impl Drop for Room<'_> {
    /// Nothing that was started in it lives on.
    fn drop(&mut self) {
        drop(self.cluster.take());
        end_strays(&self.scratch);
    }
}

/// A clean environment, with what the runner asks for.
fn environment(
    hall: &Hall,
    example: &Example,
    scratch: &Scratch,
) -> std::io::Result<Vec<(OsString, OsString)>> {
    let ours = &hall.bench.environment;
    let mut environment = vec![
        ("PATH".into(), hall.tools.path().to_owned()),
        ("HOME".into(), scratch.folder("home")?.into_os_string()),
        ("TMPDIR".into(), scratch.folder("tmp")?.into_os_string()),
        ("LC_ALL".into(), "C.UTF-8".into()),
        ("TZ".into(), "UTC".into()),
    ];
    let inherited = example.runner.inherit.iter().map(OsString::from);
    environment.extend(inherited.filter_map(|name| Some((name.clone(), ours.get(&name)?.clone()))));
    let own = &example.runner.env;
    environment.extend(own.iter().map(|(name, value)| (name.into(), value.into())));
    Ok(environment)
}
