//! A PostgreSQL cluster for one example: empty, on a Unix socket in a temporary folder, gone
//! afterwards.

use std::ffi::OsString;
use std::path::Path;
use std::process::Child;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::INTERRUPTED;
use super::process::{Call, End, Limits, finish, run, start};
use crate::files::{Account, Scratch};

/// Where clusters come from: `initdb` takes a second, so it runs once, and its result is copied.
#[derive(Default)]
pub(super) struct Clusters {
    first: OnceLock<Result<Scratch, String>>,
}

/// A running cluster; it ends when this value does.
pub(super) struct Cluster {
    server: Child,
    scratch: Scratch,
}

/// What is said when a syntax is right. See [`syntax_query`].
pub(super) const RIGHT: &str = "lacuna: the syntax is right";

/// How long the server may take to start.
const PATIENCE: Duration = Duration::from_mins(1);

impl Clusters {
    /// Starts a cluster of its own for one example.
    pub(super) fn start(
        &self,
        environment: &[(OsString, OsString)],
        stop: &AtomicBool,
    ) -> Result<Cluster, String> {
        let first = self.first.get_or_init(|| first(environment, stop));
        let first = first.as_ref().map_err(Clone::clone)?;
        let scratch = owned_scratch()?;
        // Copied by the account that it belongs to, so that the copy does, too.
        let from = text(&first.path().join("data"));
        call(&["cp", "-R", &from, "data"], environment, stop, &scratch)?;
        let sockets = format!("unix_socket_directories={}", scratch.path().display());
        // What servers share lies in their folder and goes with it, also when they are killed.
        let shared = "dynamic_shared_memory_type=mmap";
        let settings = ["listen_addresses=", &sockets, "fsync=off", "timezone=UTC", shared];
        let mut command = vec!["postgres", "-D", "data"];
        command.extend(settings.iter().flat_map(|setting| ["-c", setting]));
        let command: Vec<String> = command.into_iter().map(str::to_string).collect();
        let call =
            Call { command: &command, folder: scratch.path(), environment, account: account() };
        let server = start(&call, &scratch)?;
        let mut cluster = Cluster { server, scratch };
        cluster.wait(stop)?;
        Ok(cluster)
    }
}

impl Cluster {
    /// What tells clients where it is.
    pub(super) fn environment(&self) -> Vec<(OsString, OsString)> {
        let folder = self.scratch.path().as_os_str().to_owned();
        let rest = [("PGUSER", "postgres"), ("PGDATABASE", "postgres")];
        let rest = rest.map(|(name, value)| (name.into(), value.into()));
        std::iter::once(("PGHOST".into(), folder)).chain(rest).collect()
    }

    /// Waits until it takes connections, as `pg_ctl` does: by what it writes into its own file.
    fn wait(&mut self, stop: &AtomicBool) -> Result<(), String> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if stop.load(Ordering::Relaxed) {
                return Err(INTERRUPTED.to_string());
            }
            if self.scratch.text("data/postmaster.pid", 1000).contains("ready") {
                return Ok(());
            }
            if !matches!(self.server.try_wait(), Ok(None)) {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(format!("PostgreSQL doesn't start:\n{}", self.scratch.text("stderr", 10_000)))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        finish(&mut self.server, Duration::from_secs(10));
    }
}

/// Makes the cluster that the others are copied from.
fn first(environment: &[(OsString, OsString)], stop: &AtomicBool) -> Result<Scratch, String> {
    let scratch = owned_scratch()?;
    let command = "initdb -D data -U postgres -A trust -E UTF8 --no-locale --no-sync";
    call(&command.split(' ').collect::<Vec<_>>(), environment, stop, &scratch)?;
    Ok(scratch)
}

/// `initdb` and the server refuse to run as root; then they run as `postgres`, an account that
/// packages of the server make.
fn account() -> Option<Account> {
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        return Account::named("postgres");
    }
    None
}

fn owned_scratch() -> Result<Scratch, String> {
    let scratch = Scratch::new().map_err(|error| error.to_string())?;
    #[cfg(unix)]
    if let Some(account) = account() {
        scratch.give_to(account).map_err(|error| error.to_string())?;
    }
    Ok(scratch)
}

fn call(
    command: &[&str],
    environment: &[(OsString, OsString)],
    stop: &AtomicBool,
    scratch: &Scratch,
) -> Result<(), String> {
    let command: Vec<String> = command.iter().map(ToString::to_string).collect();
    let call = Call { command: &command, folder: scratch.path(), environment, account: account() };
    let limits = Limits { timeout: PATIENCE, output: 1_000_000, stop };
    let ended = run(&call, limits, scratch);
    match ended.end {
        End::Succeeded => Ok(()),
        End::NotStarted(why) => Err(why),
        End::Stopped => Err(INTERRUPTED.to_string()),
        _ => Err(format!("`{}` fails:\n{}", command[0], ended.err.trim_end())),
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// One query whose syntax PostgreSQL checks without running any of it: the server parses a query
/// as a whole before it runs its first statement, and that one ends it by an error.
///
/// What only `psql` knows, commands with a backslash and variables, is taken out before.
pub(super) fn syntax_query(sql: &str) -> String {
    let line = |line: &str| match line.trim_start().starts_with('\\') {
        true => "\n".to_string(),
        false => without_variables(line),
    };
    let body: String = sql.split_inclusive('\n').map(line).collect();
    format!("do $lacuna$ begin raise exception '{RIGHT}'; end $lacuna$; {body}")
}

/// `:'name'` becomes `'name'`, `:"name"` becomes `"name"`, `:name` becomes `name`.
fn without_variables(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut before = ' ';
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        let next = chars.peek().copied().unwrap_or(' ');
        let begins = next.is_ascii_alphabetic() || matches!(next, '\'' | '"');
        let stands_alone = before.is_whitespace() || matches!(before, '(' | ',' | '=');
        if char != ':' || !begins || !stands_alone {
            out.push(char);
        }
        before = char;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_psql_knows_is_taken_out_before_the_syntax_is_checked() {
        let query = syntax_query("\\set a 1\nselect :'a', x::text, :b from t[1:2];\n");
        let (_, body) = query.split_once("$lacuna$; ").unwrap();
        assert_eq!(body, "\nselect 'a', x::text, b from t[1:2];\n");
    }
}
