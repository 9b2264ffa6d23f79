//! Arguments, printing, exit codes: one file a command.
//!
//! Data goes to standard output, everything else to standard error. This is the only room that
//! looks at the environment and the clock.

mod approve;
mod arguments;
mod build;
mod check;
mod clean;
mod compare;
mod console;
mod diff;
mod explain;
mod export;
mod history;
mod init;
mod new;
mod next;
mod project;
mod remind;
mod request;
mod review;
mod schema;
mod serve;
mod status;
mod test;
mod workflow;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::diag::Diagnostic;
use crate::files;
use arguments::{Arguments, Command};
use console::Console;

/// Why a command stops.
enum Failure {
    /// The machine, or the way that the command was called.
    Usage(String),
    /// The same, with what to do next.
    Helped(String, String),
    /// The history is needed, and absent; with what to do next.
    CannotTell(String, String),
    /// Faults in `book.toml`.
    Config(Vec<Diagnostic>),
    /// Somebody pressed ^C; what that left undone.
    Interrupted(String),
}

impl From<files::Error> for Failure {
    fn from(error: files::Error) -> Self {
        Self::Usage(error.to_string())
    }
}

impl Failure {
    /// The exit code.
    fn code(&self) -> u8 {
        match self {
            Self::CannotTell(..) => 3,
            Self::Interrupted(_) => 130,
            _ => 2,
        }
    }
}

/// What a command found: whether content or theme break a rule.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Fine,
    Broken,
}

impl Verdict {
    /// Errors break the rules, and warnings do when they are told to.
    fn of(diagnostics: &[Diagnostic], strict: bool) -> Self {
        let broken = diagnostics.iter().any(|found| found.fails(strict));
        if broken { Self::Broken } else { Self::Fine }
    }
}

type Outcome = Result<Verdict, Failure>;

/// Runs the program: 0 fine, 1 content or theme breaks a rule, 2 usage, `book.toml` or machine,
/// 3 the history is needed and absent, 130 it was interrupted.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no faults, and a closed pipe is none either.
            let code = if error.use_stderr() { 2 } else { 0 };
            drop(error.print());
            return ExitCode::from(code);
        }
    };
    let console = Arc::new(Console::new(&arguments.global));
    match dispatch(&arguments, &console) {
        Ok(Verdict::Fine) => ExitCode::SUCCESS,
        Ok(Verdict::Broken) => ExitCode::from(1),
        Err(failure) => {
            console.failure(&failure);
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(arguments: &Arguments, console: &Arc<Console>) -> Outcome {
    let global = &arguments.global;
    match &arguments.command {
        Command::Init(options) => init::run(options, global, console),
        Command::New(options) => new::run(options, global, console),
        Command::Next(options) => next::run(options, global, console),
        Command::Build(options) => build::run(options, global, console),
        Command::Serve(options) => serve::run(options, global, console),
        Command::Check(options) => check::run(options, global, console),
        Command::Status(options) => status::run(options, global, console),
        Command::Request(options) => request::run(options, global, console),
        Command::Approve(options) => approve::run(options, global, console),
        Command::Review(options) => review::run(options, global, console),
        Command::Test(options) => test::run(options, global, console),
        Command::Diff(options) => diff::run(options, global, console),
        Command::History(options) => history::run(options, global, console),
        Command::Remind(options) => remind::run(options, global, console),
        Command::Export(options) => export::run(options, global, console),
        Command::Explain(options) => explain::run(options, console),
        Command::Schema(options) => Ok(schema::run(options, console)),
        Command::Clean => clean::run(global, console),
        Command::Completions(options) => Ok(schema::completions(options, console)),
    }
}
