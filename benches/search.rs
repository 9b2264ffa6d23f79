//! What the search of a large site takes: time to make it, bytes of its files, bytes of a query.
//!
//! `cargo bench --bench search -- 10000 FOLDER…` cuts the text of all files below folders into
//! that many pages of about 2.4 kB, builds them, edits one and builds again, and asks 400 queries
//! of one to four words, each taken from one page. Real text, since invented words are too few or
//! too many.

#![expect(clippy::unwrap_used, reason = "a bench that can't go on has failed")]
#![expect(clippy::print_stdout, reason = "this is what it is for")]

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use lacuna::build::{Report, build};
use lacuna::config::Config;
use lacuna::files::{DiskFiles, Files};
use lacuna::search::{url, volume_of};

const PAGE: usize = 2_400;
const QUERIES: usize = 400;
/// What the client shows at once.
const SHOWN: usize = 5;

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [pages, folders @ ..] = arguments.as_slice() else {
        return println!("search: give a number of pages and folders with text");
    };
    let mut texts = Vec::new();
    for folder in folders {
        gather(Path::new(folder), pages.parse().unwrap(), &mut texts);
    }
    let book = tempfile::tempdir().unwrap();
    for (number, text) in texts.iter().enumerate() {
        write(book.path(), number, text);
    }
    let day = jiff::civil::date(2026, 11, 25);
    let (config, _) = Config::read(book.path(), "[book]\ntitle = \"Search\"\n", day);
    print("a cold build", &build(&DiskFiles, &config).unwrap());
    print("without a change", &build(&DiskFiles, &config).unwrap());
    write(book.path(), texts.len() / 2, &format!("{} serendipity", texts[texts.len() / 2]));
    print("after an edit", &build(&DiskFiles, &config).unwrap());
    let sizes = sizes(&config.output);
    println!(
        "{} pages, {} kB of text: {} files, {} kB; directory {} B",
        texts.len(),
        texts.iter().map(String::len).sum::<usize>() / 1000,
        sizes.len(),
        sizes.values().sum::<usize>() / 1000,
        sizes[&url("index")],
    );
    queries(&texts, &config.output, &sizes);
}

fn print(what: &str, report: &Report) {
    let all: Duration = report.stages.iter().map(|(_, took)| *took).sum();
    let search = report.stages.iter().find(|(stage, _)| *stage == "search").unwrap().1;
    println!("{what}: {all:.2?}, of which the search {search:.2?}; written {}", report.written);
}

/// Cuts the files below a folder into pages, at line ends.
fn gather(folder: &Path, most: usize, texts: &mut Vec<String>) {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|one| one.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if texts.len() >= most {
            return;
        }
        if path.is_dir() {
            gather(&path, most, texts);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let lines: Vec<&str> = text.lines().filter(|line| line.len() < 200).collect();
            let words = lines.join(" ");
            let mut rest = words.as_str();
            while rest.len() > PAGE / 2 && texts.len() < most {
                let cut = rest.char_indices().map(|(at, _)| at).find(|at| *at >= PAGE);
                let (page, after) = rest.split_at(cut.unwrap_or(rest.len()));
                texts.push(page.split_whitespace().collect::<Vec<_>>().join(" "));
                rest = after;
            }
        }
    }
}

/// Writes a page: a title of its first words, and its text as one line of code, so that nothing in
/// it is taken for markup.
fn write(book: &Path, number: usize, text: &str) {
    let is_plain = |char: char| char.is_alphanumeric() || char == ' ';
    let title: Vec<&str> = text.split(' ').take(5).collect();
    let title: String = title.join(" ").chars().filter(|char| is_plain(*char)).collect();
    let path = book.join(format!("content/section-{}/page-{number}.md", number / 50));
    let text = format!("# {number} {title}\n\n## Part\n\n~~~~~~~~~~text\n{text}\n~~~~~~~~~~\n");
    DiskFiles.write(&path, text.as_bytes()).unwrap();
}

/// The bytes of each file of the search, by URL.
fn sizes(output: &Path) -> HashMap<String, usize> {
    let files = DiskFiles.list(&output.join("search")).unwrap();
    let size = |path: &std::path::PathBuf| {
        let url = path.strip_prefix(output).unwrap().to_string_lossy().into_owned();
        (url, usize::try_from(path.metadata().unwrap().len()).unwrap())
    };
    files.iter().map(size).collect()
}

/// Prints what queries fetch, as `search.js` fetches it, with the directory.
fn queries(texts: &[String], output: &Path, sizes: &HashMap<String, usize>) {
    let is_shown = |url: &str| url.matches('/').count() == 2 && !url.starts_with("search/w-");
    let shown = sizes.iter().filter(|(url, _)| is_shown(url)).map(|(_, size)| *size);
    let longest = shown.max().unwrap_or(0);
    let mut costs: Vec<usize> = (0..QUERIES)
        .map(|query| {
            let text = &texts[query * 7919 % texts.len()];
            let is_word =
                |word: &&str| word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_lowercase());
            let words: Vec<&str> = text.split(' ').filter(is_word).collect();
            let asked = (0..=query % 4)
                .filter_map(|number| words.get((query * 31 + number * 17) % words.len().max(1)));
            let mut urls: Vec<String> = asked.flat_map(|word| urls_of(output, word)).collect();
            urls.sort();
            urls.dedup();
            let words: usize = urls.iter().map(|url| sizes[url]).sum();
            sizes[&url("index")] + words + SHOWN * longest
        })
        .collect();
    costs.sort_unstable();
    println!(
        "a query fetches at most: median {} B, largest {} B; the longest part of a page {longest} B",
        costs[QUERIES / 2],
        costs[QUERIES - 1],
    );
}

/// The files that lead to a word, and its own.
fn urls_of(output: &Path, word: &str) -> Vec<String> {
    let read = |url: &str| {
        let script = std::fs::read_to_string(output.join(url)).unwrap();
        let value = script.split_once(',').unwrap().1.trim_end().strip_suffix(");").unwrap();
        serde_json::from_str::<Value>(value).unwrap()["tree"].take()
    };
    let top = format!("w-{}", volume_of(word));
    let mut urls = vec![url(&top)];
    let mut tree = match output.join(&urls[0]).exists() {
        true => read(&urls[0]),
        false => return Vec::new(),
    };
    if tree.is_null() {
        return urls;
    }
    let mut start = String::new();
    for letter in word.chars() {
        let next = format!("{start}{letter}");
        if tree.get(&next).is_some_and(Value::is_null) {
            urls.push(url(&format!("{top}/d-{next}")));
            tree = read(urls.last().unwrap());
        }
        if tree.get(&next).is_none() {
            let letters = tree[&start].as_str().unwrap();
            let at = letters.chars().rfind(|known| *known <= letter).unwrap_or(letter);
            urls.push(url(&format!("{top}/{start}{at}")));
            return urls;
        }
        start = next;
    }
    urls.push(url(&format!("{top}/{start}*")));
    urls
}
