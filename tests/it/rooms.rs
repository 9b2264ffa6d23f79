//! Holds the order of the rooms, what each alone may touch, the sizes of files and functions,
//! and the table of rules (ARCHITECTURE.md holds the same table for people).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lacuna::diag::rules;

/// The rooms in the order in which data flows. A room may name those above it and itself.
const ROOMS: &[&str] = &[
    "base",
    "compare",
    "diag",
    "files",
    "config",
    "source",
    "checklist",
    "diagrams",
    "parse",
    "resolve",
    "lint",
    "history",
    "examples",
    "status",
    "gate",
    "render",
    "search",
    "build",
    "serve",
    "runners",
    "external",
    "review",
    "import",
    "handbook",
    "cli",
];

/// What only some rooms may name.
const OWNED: &[(&str, &[&str])] = &[
    ("std::fs", &["files"]),
    ("tempfile", &["files"]),
    ("ignore::", &["files"]),
    ("aho_corasick", &["examples"]),
    ("toml::", &["config", "handbook", "cli"]),
    ("serde_yaml", &["source"]),
    ("csv::", &["source", "cli"]),
    ("pulldown_cmark", &["checklist", "parse"]),
    ("merman", &["diagrams"]),
    ("quick_xml", &["diagrams"]),
    ("syntect", &["parse"]),
    ("two_face", &["parse"]),
    ("linkify", &["parse"]),
    ("tera", &["render"]),
    ("rayon", &["build"]),
    ("tiny_http", &["serve"]),
    ("notify", &["serve"]),
    ("socket2", &["serve"]),
    ("ureq", &["external"]),
    ("annotate_snippets", &["diag"]),
    ("Command::new", &["history", "runners"]),
    ("process::Command", &["history", "runners"]),
    ("similar", &["compare"]),
    ("clap", &["cli"]),
    ("std::env", &["files", "cli"]),
    ("print!", &["cli"]),
    ("println!", &["cli"]),
    ("eprint!", &["cli"]),
    ("eprintln!", &["cli"]),
];

/// Functions longer than this are hard to read.
const LONGEST_FUNCTION: usize = 60;
/// Files longer than this hold more than one thought.
const LONGEST_FILE: usize = 500;

/// Functions that are too long. This list may only shrink.
const LONG_FUNCTIONS: &[&str] = &[];

/// Files that are too long, tests left out. This list may only shrink.
const LONG_FILES: &[&str] = &[];

#[test]
fn a_room_names_only_rooms_above_it() {
    let rank = |room: &str| ROOMS.iter().position(|known| *known == room);
    let mut broken = Vec::new();
    for file in sources() {
        let Some(room) = file.room() else { continue };
        let own = rank(&room).unwrap_or_else(|| panic!("{room} isn't in the list of rooms"));
        for named in file.rooms_named() {
            if rank(&named).is_some_and(|named| named > own) {
                broken.push(format!("{} names {named}", file.name));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn the_list_of_rooms_is_that_of_the_library() {
    let library = sources().into_iter().find(|file| file.name == "lib.rs").unwrap();
    let declared: BTreeSet<String> = library.modules().into_iter().collect();
    let listed: BTreeSet<String> = ROOMS.iter().map(ToString::to_string).collect();
    assert_eq!(declared, listed);
}

#[test]
fn what_a_room_owns_no_other_room_touches() {
    let mut broken = Vec::new();
    for file in sources() {
        let Some(room) = file.room() else { continue };
        for (name, owners) in OWNED {
            if !owners.contains(&room.as_str()) && file.names(name) {
                broken.push(format!("{} names {name}", file.name));
            }
        }
    }
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn every_file_begins_by_saying_what_it_does() {
    let silent: Vec<String> = sources()
        .into_iter()
        .filter(|file| !file.text.starts_with("//! "))
        .map(|file| file.name)
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn every_file_is_part_of_the_program() {
    let all = sources();
    let by_name: BTreeMap<&str, &Source> =
        all.iter().map(|file| (file.name.as_str(), file)).collect();
    let mut reached: BTreeSet<String> = BTreeSet::new();
    let mut open = vec!["lib.rs".to_string(), "main.rs".to_string()];
    while let Some(name) = open.pop() {
        let folder = match name.as_str() {
            "lib.rs" | "main.rs" => String::new(),
            _ => format!("{}/", name.trim_end_matches(".rs")),
        };
        let modules = by_name[name.as_str()].modules();
        open.extend(modules.into_iter().map(|module| format!("{folder}{module}.rs")));
        reached.insert(name);
    }
    let lost: Vec<&&str> = by_name.keys().filter(|name| !reached.contains(**name)).collect();
    assert_eq!(lost, Vec::<&&str>::new());
}

#[test]
fn functions_are_short() {
    let long: Vec<String> = sources()
        .iter()
        .flat_map(|file| {
            let long = file.functions().into_iter().filter(|(_, lines)| *lines > LONGEST_FUNCTION);
            long.map(|(name, _)| format!("{} {name}", file.name)).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(long, LONG_FUNCTIONS);
}

#[test]
fn files_are_short() {
    let long: Vec<String> = sources()
        .into_iter()
        .filter(|file| file.code.lines().count() > LONGEST_FILE)
        .map(|file| file.name)
        .collect();
    assert_eq!(long, LONG_FILES);
}

#[test]
fn every_code_in_the_sources_is_a_rule_and_every_rule_is_used() {
    let used: BTreeSet<String> = sources()
        .iter()
        .filter(|file| !file.name.starts_with("diag/rules/"))
        .flat_map(|file| codes(&file.code))
        .collect();
    let known: BTreeSet<String> = rules().map(|rule| rule.code.to_string()).collect();
    assert_eq!(used, known);
}

#[test]
fn every_rule_is_explained() {
    for rule in rules() {
        for part in [rule.what, rule.why, rule.bad, rule.good] {
            assert!(!part.trim().is_empty(), "{} has a part without words", rule.code);
        }
        assert!(rule.what.ends_with('.') && rule.why.ends_with('.'), "{}", rule.code);
    }
}

#[test]
fn rules_are_sorted_by_codes_that_are_unique() {
    let codes: Vec<&str> = rules().map(|rule| rule.code).collect();
    let sorted: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(codes, sorted.into_iter().collect::<Vec<_>>());
}

#[test]
fn names_of_rules_are_unique_and_in_kebab_case() {
    let names: BTreeSet<&str> = rules().map(|rule| rule.name).collect();
    assert_eq!(names.len(), rules().count());
    let kebab = |name: &&&str| !name.chars().all(|c| c.is_ascii_lowercase() || "-8".contains(c));
    assert_eq!(names.iter().find(kebab), None);
}

#[test]
fn the_theme_inside_the_program_is_the_one_on_disk() {
    let folder = root().join("themes/handbook");
    let on_disk: BTreeSet<String> = below(&folder)
        .iter()
        .map(|path| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_string())
        .collect();
    let inside: BTreeSet<String> =
        lacuna::render::default_files().map(ToString::to_string).collect();
    assert_eq!(inside, on_disk);
}

/// A file below `src`.
struct Source {
    /// Below `src`: `build/plan.rs`.
    name: String,
    text: String,
    /// The text without tests, and blank lines for comments.
    code: String,
}

impl Source {
    /// The room that the file belongs to; none for the roots of the library and the program.
    fn room(&self) -> Option<String> {
        let room = self.name.split('/').next()?.trim_end_matches(".rs");
        (!matches!(room, "lib" | "main")).then(|| room.to_string())
    }

    /// All rooms that the file names, by `crate::room` or, in the room's own file, `super::room`.
    fn rooms_named(&self) -> BTreeSet<String> {
        let above = if self.name.contains('/') { "crate::" } else { "super::" };
        let mut named = BTreeSet::new();
        for root in ["crate::", above] {
            for (at, _) in self.code.match_indices(root) {
                let rest = &self.code[at + root.len()..];
                let inner = rest.strip_prefix('{').map(|inner| inner.split('}').next().unwrap());
                let paths = inner.map_or(vec![rest], |inner| inner.split(',').collect());
                named.extend(paths.iter().map(|path| word(path)));
            }
        }
        named
    }

    /// True when a name stands in the code as words of their own.
    fn names(&self, name: &str) -> bool {
        let is_word = |char: Option<char>| char.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let ends_open = !is_word(name.chars().next_back());
        self.code.match_indices(name).any(|(at, _)| {
            let before = self.code[..at].chars().next_back();
            let after = self.code[at + name.len()..].chars().next();
            !is_word(before) && (ends_open || !is_word(after))
        })
    }

    /// The modules that the file declares in files of their own.
    fn modules(&self) -> Vec<String> {
        let module = |line: &str| {
            let line = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ");
            line.strip_prefix("mod ")?.strip_suffix(';').map(str::to_string)
        };
        self.code.lines().filter_map(module).collect()
    }

    /// The functions with their lengths in lines, signature included.
    fn functions(&self) -> Vec<(String, usize)> {
        let lines: Vec<&str> = self.code.lines().collect();
        let mut functions = Vec::new();
        for (first, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let Some((head, rest)) = line.split_once("fn ") else { continue };
            let is_head = head.split_whitespace().all(|word| {
                word.starts_with("pub") || matches!(word, "const" | "async" | "unsafe" | "in")
            });
            if !is_head || line.trim_end().ends_with(';') {
                continue;
            }
            let end = format!("{}}}", " ".repeat(indent));
            let length = match line.trim_end().ends_with('}') {
                true => 1,
                false => lines[first..].iter().position(|line| **line == end).unwrap() + 1,
            };
            functions.push((word(rest), length));
        }
        functions
    }
}

fn word(text: &str) -> String {
    let name = |char: &char| char.is_alphanumeric() || *char == '_';
    text.trim_start().chars().take_while(name).collect()
}

/// All literals of the form of a code.
fn codes(code: &str) -> Vec<String> {
    let is_code = |text: &&str| {
        let (letter, digits) = text.split_at(1);
        letter.starts_with(|char: char| char.is_ascii_uppercase())
            && digits.chars().all(|char| char.is_ascii_digit())
    };
    let literal = |(at, _): (usize, &str)| {
        let text = code.get(at + 1..at + 5)?;
        let closed = code[at + 5..].starts_with('"');
        (closed && text.is_ascii()).then_some(text)
    };
    code.match_indices('"').filter_map(literal).filter(is_code).map(str::to_string).collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let folder = root().join("src");
    let source = |path: &PathBuf| {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_string();
        let text = std::fs::read_to_string(path).unwrap();
        let code = code_of(&text);
        Source { name, text, code }
    };
    below(&folder)
        .iter()
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
        .map(source)
        .collect()
}

/// The text up to its tests, with a blank line for each comment, so that lengths stay.
fn code_of(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap();
    let no_comment = |line| if str::trim_start(line).starts_with("//") { "" } else { line };
    code.lines().map(no_comment).collect::<Vec<_>>().join("\n") + "\n"
}

/// All files below a folder, sorted.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(below(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}
