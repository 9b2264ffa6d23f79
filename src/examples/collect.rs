//! Finds the examples of a book.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use super::folder::{Shelf, by_page};
use super::program::{Part, inline, program};
use super::{Example, Expected, Mode, Program};
use crate::base::{Digest, Hasher, SitePath, matches, nearest};
use crate::config::{Config, Format, Runner};
use crate::diag::Span;
use crate::files::Files;
use crate::parse::{Fence, PageFacts, hidden_prefix};
use crate::resolve::Site;
use crate::source::Tree;

/// What examples are found in.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// The files of the project.
    pub files: &'a dyn Files,
    /// Its settings.
    pub config: &'a Config,
    /// What the content folder holds.
    pub tree: &'a Tree,
    /// The site, for what pages link to.
    pub site: &'a Site,
    /// The facts of the pages.
    pub facts: &'a [Arc<PageFacts>],
    /// The code of the pages, in the same order.
    pub fences: &'a [Vec<Fence>],
}

/// The attributes of fences that say what is done with an example.
const ATTRIBUTES: [&str; 12] = [
    "after",
    "expect",
    "hidelines",
    "ignore",
    "name",
    "no_run",
    "runner",
    "schema",
    "service",
    "setup",
    "should_fail",
    "timeout",
];

/// Finds all examples, in the order of pages and lines, the files of a page after its fences.
pub fn collect(book: &Sources) -> Vec<Example> {
    let mut shelf = Shelf::new(book.files, book.config, book.tree);
    let mut beside = by_page(&book.config.src, book.tree);
    let mut found = Vec::new();
    for (index, (facts, fences)) in book.facts.iter().zip(book.fences).enumerate() {
        let files = beside.remove(&facts.path).unwrap_or_default();
        let has_fences = fences.iter().any(|fence| fence.span.is_some());
        if !has_fences && files.is_empty() {
            continue;
        }
        let links = &book.site.links[index];
        let around = shelf.around(&files, Some((facts.as_ref(), &**links)));
        let mut page = Page::new(&facts.path, book.config, around);
        page.fences(fences, &mut shelf);
        page.files(&files, &mut shelf);
        found.append(&mut page.finish(&mut shelf));
    }
    for (path, files) in beside {
        let around = shelf.around(&files, None);
        let mut page = Page::new(&path, book.config, around);
        page.files(&files, &mut shelf);
        found.append(&mut page.finish(&mut shelf));
    }
    found
}

/// A page whose examples are being found.
struct Page<'a> {
    path: &'a SitePath,
    config: &'a Config,
    /// The files around its examples.
    around: Arc<Vec<SitePath>>,
    found: Vec<Example>,
    /// The named fences: what must run before each, itself included.
    named: BTreeMap<&'a str, Result<Vec<Part<'a>>, &'static str>>,
    /// Which example has which name.
    names: BTreeMap<&'a str, usize>,
    /// The fences that are part of the next example.
    setup: Vec<Part<'a>>,
}

impl<'a> Page<'a> {
    fn new(path: &'a SitePath, config: &'a Config, around: BTreeSet<SitePath>) -> Self {
        Self {
            path,
            config,
            around: Arc::new(around.into_iter().collect()),
            found: Vec::new(),
            named: BTreeMap::new(),
            names: BTreeMap::new(),
            setup: Vec::new(),
        }
    }

    fn fences(&mut self, fences: &'a [Fence], shelf: &mut Shelf) {
        for fence in fences {
            let Some(span) = &fence.span else { continue };
            let line = shelf.line(&span.path, span.range.start);
            let part = Part { line: line + 1, fence };
            if fence.attribute("expect").is_some() {
                self.expect(&span.path, part);
            } else if let Some(runner) = self.runner(fence) {
                self.example(&span.path, part, &runner);
            } else if let Some(fault) = slip(fence) {
                let text = Runner::named("text");
                self.push(&span.path, part, &Arc::new(text), Mode::Fault(fault));
            }
        }
        if let Some(part) = self.setup.pop() {
            let runner = self.runner(part.fence).expect("set-up has a runner");
            let fault = "no example follows that this `setup` could be part of".to_string();
            let path = part.fence.span.as_ref().map_or(self.path, |span| &span.path);
            self.push(path, part, &runner, Mode::Fault(fault));
        }
    }

    /// What runs a fence: the runner that it names, else the first one for its language.
    fn runner(&self, fence: &Fence) -> Option<Arc<Runner>> {
        let runners = &self.config.examples.runners;
        let found = match fence.attribute("runner") {
            Some(name) => runners.iter().find(|runner| runner.name == name),
            None => runners.iter().find(|runner| runner.languages.contains(&fence.language)),
        };
        match (found, fence.attribute("runner")) {
            // Kept as a runner that is none, so that the example can say so.
            (None, Some(name)) => Some(Arc::new(Runner::named(name))),
            (found, _) => found.cloned(),
        }
    }

    fn example(&mut self, path: &SitePath, part: Part<'a>, runner: &Arc<Runner>) {
        let fence = part.fence;
        if fence.attribute("setup").is_some() {
            self.setup.push(part);
            if let Some(name) = fence.attribute("name") {
                self.named.insert(name, Ok(vec![part]));
            }
            return;
        }
        let mode = mode(fence, runner);
        let before = self.before(fence);
        let mode = match &before {
            Err(fault) => Mode::Fault(fault.clone()),
            Ok(_) => mode,
        };
        let mut parts = before.unwrap_or_default();
        parts.append(&mut self.setup);
        parts.push(part);
        if let Some(name) = fence.attribute("name") {
            self.names.insert(name, self.found.len());
            let usable = match mode {
                Mode::Run => Ok(parts.clone()),
                Mode::Fail(_) => Err("must fail"),
                Mode::Check => Err("isn't run"),
                Mode::Ignore(_) => Err("is ignored"),
                Mode::Fault(_) => Err("can't be run"),
            };
            self.named.insert(name, usable);
        }
        let hidelines = &self.config.html.hidelines;
        let hidden = hidden_prefix(&fence.attributes, &fence.language, hidelines);
        let (text, marked) = program(runner, hidden, &parts);
        self.push(path, part, runner, mode);
        let example = self.found.last_mut().expect("it was just pushed");
        example.program = Program::Text { text, marked };
        example.expected = inline(runner, &fence.code);
    }

    /// What must run before an example.
    fn before(&self, fence: &Fence) -> Result<Vec<Part<'a>>, String> {
        let Some(name) = fence.attribute("after") else { return Ok(Vec::new()) };
        match self.named.get(name) {
            Some(Ok(parts)) => Ok(parts.clone()),
            Some(Err(why)) => Err(format!("it comes after `{name}`, which {why}")),
            None => Err(match nearest(name, self.named.keys().copied()) {
                Some(near) => {
                    format!("no example above it is named `{name}`; did you mean `{near}`?")
                }
                None => format!("no example above it is named `{name}`"),
            }),
        }
    }

    fn push(&mut self, path: &SitePath, part: Part, runner: &Arc<Runner>, mode: Mode) {
        let fence = part.fence;
        let seconds = fence.attribute("timeout").and_then(|seconds| seconds.parse().ok());
        let schema = fence.attribute("schema").and_then(|name| self.path.sibling(name));
        let service = match fence.attribute("service") {
            Some("postgresql") => Some(crate::config::Service::Postgresql),
            _ => runner.service,
        };
        self.found.push(Example {
            page: self.path.clone(),
            path: path.clone(),
            line: part.line - 1,
            span: fence.span.clone().unwrap_or_else(|| Span::file(path)),
            runner: Arc::clone(runner),
            mode,
            program: Program::File,
            expected: None,
            schema,
            service,
            timeout: seconds.map_or(runner.timeout, Duration::from_secs),
            files: Arc::clone(&self.around),
            digest: Digest::of(b""),
        });
    }

    /// A fence that says what an example prints: the one that it names, else the last one.
    fn expect(&mut self, path: &SitePath, part: Part) {
        let name = part.fence.attribute("expect").unwrap_or_default();
        let index = match name {
            "" => self.found.len().checked_sub(1),
            name => self.names.get(name).copied(),
        };
        let text = part.fence.code.clone();
        let expected = match part.fence.language.as_str() {
            "json" => Expected::Json(text),
            _ => Expected::Text(text),
        };
        match index.and_then(|index| self.found.get_mut(index)) {
            Some(example) => example.expected = Some(expected),
            None => {
                let fault = match name {
                    "" => "no example stands above this `expect`".to_string(),
                    name => format!("no example above this `expect` is named `{name}`"),
                };
                self.push(path, part, &Arc::new(Runner::named("expect")), Mode::Fault(fault));
            }
        }
    }

    fn files(&mut self, files: &[SitePath], shelf: &mut Shelf) {
        let files = files.iter().filter(|path| path.strip(&self.config.src).is_some());
        for path in files {
            let Some((runner, mode)) = self.file_runner(path) else { continue };
            self.found.push(Example {
                page: self.path.clone(),
                path: path.clone(),
                line: 1,
                span: Span::file(path),
                service: runner.service,
                timeout: runner.timeout,
                mode,
                schema: named_schema(path, runner.parse, shelf.text(path)),
                runner,
                program: Program::File,
                expected: None,
                files: Arc::clone(&self.around),
                digest: Digest::of(b""),
            });
        }
    }

    /// What runs or checks a file: the runner with the longest pattern that its name matches.
    fn file_runner(&self, path: &SitePath) -> Option<(Arc<Runner>, Mode)> {
        let below = path.strip(&self.config.src)?;
        let fits = |pattern: &String| matches(pattern, path.name());
        let mut best: Option<(usize, Arc<Runner>, Mode)> = None;
        for runner in &self.config.examples.runners {
            let run = runner.files.iter().map(|pattern| (pattern, Mode::Run));
            let check = runner.check_files.iter().map(|pattern| (pattern, Mode::Check));
            for (pattern, mode) in run.chain(check).filter(|(pattern, _)| fits(pattern)) {
                if best.as_ref().is_none_or(|(length, ..)| pattern.len() > *length) {
                    best = Some((pattern.len(), Arc::clone(runner), mode));
                }
            }
        }
        let (_, runner, mode) = best?;
        let ignored = |(pattern, _): &&(String, String)| {
            matches(pattern, if pattern.contains('/') { below } else { path.name() })
        };
        let reason = self.config.examples.ignore.iter().find(ignored);
        Some((runner, reason.map_or(mode, |(_, reason)| Mode::Ignore(reason.clone()))))
    }

    /// The examples with their digests, and with the page itself around those that name it.
    fn finish(self, shelf: &mut Shelf) -> Vec<Example> {
        let mut found = self.found;
        for example in &mut found {
            complete(example, self.path, shelf);
            example.digest = digest(example, shelf);
        }
        found
    }
}

/// What is done with a fence.
fn mode(fence: &Fence, runner: &Runner) -> Mode {
    let flag = |name: &str| fence.attribute(name).map(str::to_string);
    if let Some(fault) = slip(fence).or_else(|| fault(fence, runner)) {
        return Mode::Fault(fault);
    }
    if let Some(reason) = flag("ignore") {
        return Mode::Ignore(reason);
    }
    if flag("no_run").is_some() {
        return Mode::Check;
    }
    flag("should_fail").map_or(Mode::Run, Mode::Fail)
}

/// What is wrong with the value of an attribute.
fn fault(fence: &Fence, runner: &Runner) -> Option<String> {
    if runner.languages.is_empty() && runner.command.is_empty() && runner.parse.is_none() {
        return Some(format!("there is no runner `{}`", runner.name));
    }
    let timeout = fence.attribute("timeout").filter(|seconds| seconds.parse::<u64>().is_err());
    if let Some(seconds) = timeout {
        return Some(format!("`timeout` is a number of seconds, not `{seconds}`"));
    }
    let service = fence.attribute("service").filter(|name| *name != "postgresql");
    service.map(|name| format!("there is no service `{name}`; `postgresql` is the only one"))
}

/// An attribute that is nearly one of ours.
fn slip(fence: &Fence) -> Option<String> {
    let foreign = |name: &str| ATTRIBUTES.contains(&name) || name == "should_panic";
    fence.attributes.iter().filter(|(name, _)| !foreign(name)).find_map(|(name, _)| {
        let near = nearest(name, ATTRIBUTES)?;
        (near.len().abs_diff(name.len()) <= 1)
            .then(|| format!("unknown attribute `{name}`; did you mean `{near}`?"))
    })
}

/// The schema that a file names itself: `$schema` in JSON, the comment of editors in YAML.
fn named_schema(path: &SitePath, format: Option<Format>, text: &str) -> Option<SitePath> {
    let name = match format? {
        Format::Json => {
            let value: serde_json::Value = serde_json::from_str(text).ok()?;
            value.get("$schema")?.as_str()?.to_string()
        }
        Format::Yaml => {
            let line = text.lines().find(|line| line.contains("yaml-language-server:"))?;
            line.split("$schema=").nth(1)?.split_whitespace().next()?.to_string()
        }
        _ => return None,
    };
    if name.contains("://") { None } else { path.sibling(&name) }
}

/// Adds what only this example needs: its schema, and pages when its text speaks of `.md`.
fn complete(example: &mut Example, page: &SitePath, shelf: &mut Shelf) {
    let text = match &example.program {
        Program::Text { text, .. } => text.clone(),
        Program::File => shelf.text(&example.path).to_string(),
    };
    // Whether it reads one page or looks for all of them can't be told apart.
    let pages = if text.contains(".md") { shelf.pages_around(page) } else { Vec::new() };
    let mut files: BTreeSet<SitePath> = example.files.iter().cloned().collect();
    let before = files.len();
    files.extend(example.schema.iter().cloned().chain(pages));
    if files.len() > before {
        example.files = Arc::new(files.into_iter().collect());
    }
}

/// Of all that decides whether an example works, but for the tools.
fn digest(example: &Example, shelf: &mut Shelf) -> Digest {
    let mut hasher = Hasher::default();
    hasher.field(format!("{:?}", example.runner).as_bytes());
    let (path, program) = match &example.program {
        Program::Text { text, .. } => (&example.page, text.trim_start_matches('\n')),
        Program::File => (&example.path, ""),
    };
    hasher.field(path.as_str().as_bytes());
    hasher.field(program.as_bytes());
    let rest = (&example.mode, &example.expected, &example.schema, example.service);
    hasher.field(format!("{rest:?} {:?}", example.timeout).as_bytes());
    for path in example.files.iter() {
        hasher.field(path.as_str().as_bytes());
        hasher.field(shelf.digest(path).bytes());
    }
    hasher.finish()
}
