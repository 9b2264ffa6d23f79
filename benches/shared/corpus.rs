//! A book of any size, always the same: pages of about 1,200 words with three blocks of code, six
//! links and a table each, in sections of 50 pages.

use std::fs;
use std::io;
use std::path::Path;

use super::code;

/// Its settings: only what the peers make, too.
const SETTINGS: &str = "[book]\ntitle = \"Benchmark\"\n\
    [output.html]\nmarkdown = false\nprint.enable = false\n";
const NO_SEARCH: &str = "search.enable = false\n";
/// So many pages lie in a section.
pub(crate) const SECTION: usize = 50;

/// How a corpus is made.
#[derive(Clone, Copy)]
pub(crate) struct Corpus {
    pub pages: usize,
    /// Whether the blocks of code name their language, and so are highlighted, and whether there is a
    /// search.
    pub rich: bool,
}

impl Corpus {
    /// What stands in its `book.toml`.
    pub(crate) fn settings(self) -> String {
        format!("{SETTINGS}{}", if self.rich { "" } else { NO_SEARCH })
    }

    /// Writes the book.
    pub(crate) fn write(self, root: &Path) -> io::Result<()> {
        fs::create_dir_all(root.join("content"))?;
        fs::write(root.join("book.toml"), self.settings())?;
        fs::write(root.join("content/index.md"), "# Benchmark\n\nA generated book.\n")?;
        for page in 0..self.pages {
            let path = root.join("content").join(path(page));
            if page % SECTION == 0 {
                let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
                fs::create_dir_all(folder)?;
                let title = format!("# Section {}\n\nPages of one kind.\n", page / SECTION);
                fs::write(folder.join("index.md"), title)?;
            }
            fs::write(path, self.text(page, "", ""))?;
        }
        Ok(())
    }

    /// The text of a page, with an addition to its title and to its first paragraph.
    pub(crate) fn text(self, page: usize, title: &str, addition: &str) -> String {
        let mut random = Random(page as u64 + 1);
        let mut text = format!("# {}{title}\n\n{addition}\n\n", heading(&mut random, page));
        for section in 0..6 {
            text.push_str(&format!("## {}\n\n", heading(&mut random, section)));
            for _ in 0..3 {
                paragraph(&mut text, &mut random, 62);
            }
            let to = random.below(self.pages);
            text.push_str(&format!("See [{}](../{}).\n\n", heading(&mut random, to), path(to)));
            if section % 2 == 0 {
                let (language, code) = code::block(&mut random, page * 3 + section);
                let language = if self.rich { language } else { "" };
                text.push_str(&format!("```{language}\n{code}```\n\n"));
            }
            if section == 3 {
                table(&mut text, &mut random);
            }
        }
        text
    }
}

/// The path of a page below the content.
pub(crate) fn path(page: usize) -> String {
    format!("section-{}/page-{page}.md", page / SECTION)
}

fn heading(random: &mut Random, number: usize) -> String {
    let (first, second) = (random.word(), random.word());
    format!("The {first} of the {second} {number}")
}

fn paragraph(text: &mut String, random: &mut Random, words: usize) {
    for word in 0..words {
        match (random.below(40), word % 12) {
            (0, _) => text.push_str(&format!("`{}_{}`", random.word(), random.word())),
            (1, _) => text.push_str(&format!("**{}**", random.word())),
            (2, _) => text.push_str(&format!("*{}*", random.word())),
            _ => text.push_str(random.word()),
        }
        text.push_str(if word % 12 == 11 { ".\n" } else { " " });
    }
    text.push_str("end.\n\n");
}

fn table(text: &mut String, random: &mut Random) {
    text.push_str("| Name | Meaning | Default |\n| --- | --- | ---: |\n");
    for _ in 0..6 {
        let (name, meaning) = (random.word(), random.word());
        text.push_str(&format!("| `{name}` | The {meaning} | {} |\n", random.below(1000)));
    }
    text.push('\n');
}

/// A linear congruential generator (Knuth, MMIX).
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = self.0.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % end.max(1)
    }

    pub(crate) fn word(&mut self) -> &'static str {
        let words: &[&str] = WORDS;
        words[self.below(words.len())]
    }
}

const WORDS: &[&str] = &[
    "access", "account", "address", "agent", "alarm", "answer", "archive", "audit", "backup",
    "balance", "batch", "branch", "budget", "buffer", "cache", "cause", "change", "channel",
    "check", "client", "cluster", "commit", "config", "contract", "copy", "counter", "customer",
    "cycle", "deadline", "default", "degree", "delay", "device", "digest", "domain", "editor",
    "element", "entry", "error", "event", "example", "export", "failure", "feature", "field",
    "filter", "flow", "folder", "format", "gateway", "group", "handle", "header", "history",
    "import", "index", "input", "invoice", "journal", "kernel", "label", "latency", "ledger",
    "limit", "listener", "locale", "machine", "manual", "margin", "measure", "member", "memory",
    "message", "method", "metric", "mirror", "module", "monitor", "network", "notice", "number",
    "object", "office", "option", "order", "output", "owner", "packet", "partner", "payment",
    "period", "person", "policy", "portal", "process", "product", "profile", "project", "queue",
    "quota", "reader", "record", "region", "release", "report", "request", "result", "review",
    "route", "sample", "schedule", "schema", "section", "segment", "server", "service", "session",
    "signal", "source", "stage", "status", "storage", "stream", "subject", "summary", "support",
    "switch", "system", "tenant", "thread", "ticket", "timeout", "token", "topic", "trace",
    "traffic", "transfer", "trigger", "update", "usage", "vendor", "version", "volume", "window",
    "worker", "writer",
];
