//! One process with its children: started, watched, ended.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::files::{Account, Scratch};

/// What is started. There is no shell in between.
pub(super) struct Call<'a> {
    /// The program and its arguments.
    pub command: &'a [String],
    pub folder: &'a Path,
    /// All of its environment.
    pub environment: &'a [(OsString, OsString)],
    /// Whose process it is, if not ours.
    pub account: Option<Account>,
}

/// When a process is ended.
#[derive(Clone, Copy)]
pub(super) struct Limits<'a> {
    pub timeout: Duration,
    /// Bytes on both streams together.
    pub output: u64,
    /// Set when everything must end.
    pub stop: &'a AtomicBool,
}

/// How a process ended, and what it printed.
pub(super) struct Ended {
    pub end: End,
    pub out: String,
    pub err: String,
}

/// How a process ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum End {
    Succeeded,
    /// In words: `exit status 1`.
    Failed(String),
    TimedOut,
    PrintedTooMuch,
    Stopped,
    /// It couldn't be started, and why.
    NotStarted(String),
}

/// The streams go to files, not pipes: a child that lives on can't hold them up.
const OUT: &str = "stdout";
const ERR: &str = "stderr";

/// Starts a process in a group of its own and waits until it and its group have ended.
pub(super) fn run(call: &Call, limits: Limits, scratch: &Scratch) -> Ended {
    let silent = |end| Ended { end, out: String::new(), err: String::new() };
    if limits.stop.load(Ordering::Relaxed) {
        return silent(End::Stopped);
    }
    let mut child = match start(call, scratch) {
        Ok(child) => child,
        Err(why) => return silent(End::NotStarted(why)),
    };
    let end = watch(&mut child, limits, scratch);
    // What the process has left behind in its group ends with it.
    signal_group(&child, Signal::Kill);
    Ended { end, out: scratch.text(OUT, limits.output), err: scratch.text(ERR, limits.output) }
}

/// Starts a process in a group of its own, with its streams in two files of `scratch`.
pub(super) fn start(call: &Call, scratch: &Scratch) -> Result<Child, String> {
    let (program, arguments) = call.command.split_first().ok_or("there is no command")?;
    let stream = |name: &str| scratch.file(name).map_err(|error| error.to_string());
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(call.folder)
        .env_clear()
        .envs(call.environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(stream(OUT)?)
        .stderr(stream(ERR)?);
    set_apart(&mut command, call.account);
    command.spawn().map_err(|error| format!("can't start `{program}`: {error}"))
}

fn watch(child: &mut Child, limits: Limits, scratch: &Scratch) -> End {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return End::Succeeded,
            Ok(Some(status)) => return End::Failed(status.to_string()),
            Ok(None) => {}
            Err(error) => return End::NotStarted(error.to_string()),
        }
        let end = if limits.stop.load(Ordering::Relaxed) {
            Some(End::Stopped)
        } else if started.elapsed() >= limits.timeout {
            Some(End::TimedOut)
        } else if scratch.size(OUT) + scratch.size(ERR) > limits.output {
            Some(End::PrintedTooMuch)
        } else {
            None
        };
        if let Some(end) = end {
            finish(child, Duration::from_secs(1));
            return end;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Ends a process and its group: asked first, so that it can tidy up, then by force.
pub(super) fn finish(child: &mut Child, patience: Duration) {
    signal_group(child, Signal::Interrupt);
    let asked = Instant::now();
    while asked.elapsed() < patience && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(Duration::from_millis(5));
    }
    signal_group(child, Signal::Kill);
    // It has been killed, so waiting can only fail when it is gone already.
    drop(child.kill());
    drop(child.wait());
}

/// Whoever starts processes faster than they are found is left alone in the end.
const MOST_LOOKS: usize = 200;

/// Ends by force what was started with a folder in its environment and has left its group. One may
/// just be starting another, so they are looked for until there are none.
pub(super) fn end_strays(scratch: &Scratch) {
    for _ in 0..MOST_LOOKS {
        let strays = scratch.processes();
        if strays.is_empty() {
            return;
        }
        strays.into_iter().for_each(kill);
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[derive(Clone, Copy)]
enum Signal {
    Interrupt,
    Kill,
}

#[cfg(unix)]
fn set_apart(command: &mut Command, account: Option<Account>) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
    if let Some(account) = account {
        command.uid(account.user).gid(account.group);
    }
}

#[cfg(not(unix))]
fn set_apart(_: &mut Command, _: Option<Account>) {}

#[cfg(unix)]
fn signal_group(child: &Child, signal: Signal) {
    use rustix::process::{Pid, kill_process_group};
    let signal = match signal {
        Signal::Interrupt => rustix::process::Signal::INT,
        Signal::Kill => rustix::process::Signal::KILL,
    };
    // A group that has ended can't be told, which is as well.
    kill_process_group(Pid::from_child(child), signal).unwrap_or_default();
}

#[cfg(not(unix))]
fn signal_group(_: &Child, _: Signal) {}

#[cfg(unix)]
fn kill(number: i32) {
    use rustix::process::{Pid, Signal, kill_process};
    // One that has ended, or that isn't ours to end, can't be.
    if let Some(pid) = Pid::from_raw(number) {
        kill_process(pid, Signal::KILL).unwrap_or_default();
    }
}

#[cfg(not(unix))]
fn kill(_: i32) {}
