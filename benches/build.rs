//! How long builds take: cold, with nothing changed, after the edit of one page; beside the floor
//! and, with `--peers`, beside mdBook and Hugo where they are installed.
//!
//! `cargo bench --bench build -- 1000 10000` measures two sizes. Everything is measured by turns,
//! A B C A B C, so that a machine that is busy for a while is so for all of them; the figures are
//! medians, and how many times the floor's they are. `--plain` leaves the languages of code away, so
//! that nothing is highlighted, and the search; `--rounds 5` measures five times. `MDBOOK` and `HUGO` name programs
//! that aren't in the path.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
#![expect(clippy::unwrap_used, reason = "a benchmark that can't go on has nothing to say")]

#[expect(dead_code, reason = "each benchmark uses a part of it")]
mod shared;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use shared::corpus::Corpus;
use shared::{floor, peers};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, root, output] = words.as_slice()
        && word == "floor"
    {
        floor::run(Path::new(root), Path::new(output)).unwrap();
        return;
    }
    let has = |name: &str| words.iter().any(|word| word == name);
    let rounds = words.iter().position(|word| word == "--rounds");
    let rounds = rounds.and_then(|at| words.get(at + 1)).and_then(|count| count.parse().ok());
    let sizes: Vec<usize> = words.iter().filter_map(|word| word.parse().ok()).collect();
    let sizes = sizes.into_iter().filter(|size| Some(*size) != rounds);
    let sizes: Vec<usize> = sizes.collect();
    let sizes = if sizes.is_empty() { vec![1000] } else { sizes };
    let rounds = rounds.unwrap_or(3);
    let measure = |pages: usize| {
        let corpus = Corpus { pages, rich: !has("--plain") };
        let folder = tempfile::tempdir().unwrap();
        measure(corpus, folder.path(), rounds, has("--peers"));
        folder
    };
    // What was made for one size isn't removed before the next one is measured: see `put_away`.
    drop(sizes.into_iter().map(measure).collect::<Vec<_>>());
}

/// One measured run.
#[derive(Clone, Copy)]
struct Run {
    time: Duration,
    /// The most memory that was in use, in KiB; 0 where the system doesn't say.
    memory: u64,
}

/// A row of the table.
struct Row {
    name: String,
    runs: Vec<Run>,
}

fn measure(corpus: Corpus, folder: &Path, rounds: usize, with_peers: bool) {
    let root = folder.join("book");
    corpus.write(&root).unwrap();
    let peers = if with_peers { peers::all(&root, folder) } else { Vec::new() };
    let mut rows: Vec<Row> = Vec::new();
    for round in 0..rounds {
        let mut put = |name: &str, run: Run| match rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.runs.push(run),
            None => rows.push(Row { name: name.to_string(), runs: vec![run] }),
        };
        let output = folder.join("floor");
        put_away(&output);
        let this = std::env::current_exe().unwrap();
        put("floor", run(Command::new(this).arg("floor").args([&root, &output])));
        put_away(&root.join("book"));
        put_away(&root.join(".lacuna"));
        put("cold", lacuna(&root));
        put("nothing changed, at once", lacuna(&root));
        put("nothing changed", lacuna(&root));
        let page = (round * 7919 + 11) % corpus.pages;
        let path = root.join("content").join(shared::corpus::path(page));
        fs::write(&path, corpus.text(page, "", &format!("Edit {round}."))).unwrap();
        put("one text edited", lacuna(&root));
        fs::write(&path, corpus.text(page, &format!(" {round}"), "")).unwrap();
        put("one title edited", lacuna(&root));
        for peer in &peers {
            put_away(&peer.output);
            put(&peer.name, run(&mut peer.command()));
        }
    }
    print(corpus, &root, &rows);
}

fn lacuna(root: &Path) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lacuna"));
    run(command.arg("-q").arg("build").arg("--root").arg(root))
}

/// Runs a program to its end.
fn run(command: &mut Command) -> Run {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let status = PathBuf::from(format!("/proc/{}/status", child.id()));
    let mut memory = 0;
    let code = loop {
        memory = peak(&status).unwrap_or(memory).max(memory);
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    assert!(code.success(), "{command:?}: {code}");
    Run { time: start.elapsed(), memory }
}

/// The most memory that a process has used.
fn peak(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn print(corpus: Corpus, root: &Path, rows: &[Row]) {
    let floor = median(&rows[0]).as_secs_f64();
    let size = output_size(&root.join("book"));
    println!("\n{} pages, {} MB of output", corpus.pages, size / 1_000_000);
    println!("| {:28} | {:>8} | {:>9} | {:>6} |", "", "seconds", "× floor", "MB");
    for row in rows {
        let time = median(row).as_secs_f64();
        let memory = row.runs.iter().map(|run| run.memory).max().unwrap_or(0) / 1000;
        let times = time / floor;
        println!("| {:28} | {time:>8.3} | {times:>8.1} | {memory:>6} |", row.name);
    }
}

fn median(row: &Row) -> Duration {
    let mut times: Vec<Duration> = row.runs.iter().map(|run| run.time).collect();
    times.sort();
    times[times.len() / 2]
}

fn output_size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => output_size(&entry.path()),
            false => entry.metadata().unwrap().len(),
        })
        .sum()
}

/// Takes a folder out of the way. It isn't removed before the end: a file system may look twice at
/// what was removed a moment ago before it makes new files, and whoever comes next would pay for that.
fn put_away(folder: &Path) {
    let places = (0..).map(|number| folder.with_extension(format!("away-{number}")));
    if let Some(free) = places.into_iter().find(|place| !place.exists())
        && folder.exists()
    {
        fs::rename(folder, free).unwrap();
    }
}
