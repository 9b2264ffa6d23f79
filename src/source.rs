//! Content tree → source files: front matter cut off and read, directives expanded.
//!
//! This is the only room that knows YAML and CSV. It doesn't know Markdown beyond where code
//! fences begin and end, which decides whether an unknown directive is worth a warning.

mod directive;
mod expand;
mod fence;
mod front;
mod map;
mod record;
mod reviews;
mod scan;
mod suppress;
mod table;
mod yaml;

pub use directive::{
    Part, as_written, has_directives, hidden, parts, read as read_directive, without_directives,
};
pub use front::{FrontMatter, Located, schema};
pub use map::SourceMap;
pub use record::append_review;
pub use reviews::{
    Method, Review, Verdict, Waiver, WaiverKind, read_reviews, read_waivers, reviews_path,
};
pub use scan::{Tree, is_page, scan};
pub use suppress::{Suppression, suppressions};
pub use table::check_csv;
pub use yaml::check_yaml;

use std::path::Path;

use crate::base::{Digest, Hasher, SitePath};
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::files::Files;

/// A page as the parser gets it.
#[derive(Debug)]
pub struct SourceFile {
    /// Where it is.
    pub path: SitePath,
    /// Its front matter.
    pub front: FrontMatter,
    /// The Markdown, with all directives filled in but those of themes, and line ends `\n`.
    pub text: String,
    /// The same with what comes from `reference/` by its name only, which is what a review of the
    /// page is bound to; none when nothing does.
    pub bound: Option<String>,
    /// From places in `text` to places in files.
    pub map: SourceMap,
    /// The files that went into the text besides the page itself, sorted.
    pub includes: Vec<SitePath>,
    /// The variables that it uses, sorted.
    pub variables: Vec<String>,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings in the page's own file that are meant to be.
    pub suppressions: Vec<Suppression>,
    /// Of the file and of all that was filled in, with the places it came from.
    pub digest: Digest,
}

impl SourceFile {
    /// The files that went into the text and aren't reviewed on their own.
    pub fn own_includes(&self, src: &str) -> impl Iterator<Item = &SitePath> {
        let reference = format!("{src}/reference");
        self.includes.iter().filter(move |file| file.strip(&reference).is_none())
    }
}

/// So many bytes are the head of a page without a heading, about.
const LONGEST_HEAD: usize = 2_000;

/// Reads one page. Never fails: what can't be read is a diagnostic.
pub fn read_page(files: &dyn Files, config: &Config, path: &SitePath) -> SourceFile {
    read_part(files, config, path, |text| text)
}

/// Reads the head of a page, as if it had nothing else: its front matter, and its text up to the end
/// of the first heading.
pub fn read_head(files: &dyn Files, config: &Config, path: &SitePath) -> SourceFile {
    read_part(files, config, path, head)
}

/// A text up to the end of the first heading; of one without, its first bytes.
fn head(text: &str) -> &str {
    let body = front::cut(text).body;
    let mut end = body;
    let mut is_heading = false;
    for line in text[body..].split_inclusive('\n') {
        let is_blank = line.trim().is_empty();
        if is_heading && is_blank || end - body > LONGEST_HEAD {
            break;
        }
        is_heading |= line.trim_start().starts_with('#');
        end += line.len();
    }
    &text[..end]
}

fn read_part(
    files: &dyn Files,
    config: &Config,
    path: &SitePath,
    part: impl Fn(&str) -> &str,
) -> SourceFile {
    let reader = Reader { files, root: &config.root };
    let mut diagnostics = Vec::new();
    let text = reader.page_text(path, &mut diagnostics);
    let text = part(&text);
    let cut = front::cut(text);
    let kinds: Vec<&str> = config.kinds.keys().map(String::as_str).collect();
    let front = front::read(path, &cut, &kinds, &mut diagnostics);
    let mut context =
        expand::Context { reader: &reader, variables: &config.variables, named: None };
    let expanded = expand::expand(&context, path, text, cut.body, &mut diagnostics);
    let reference = format!("{}/reference", config.src);
    let uses_reference = expanded.includes.iter().any(|file| file.strip(&reference).is_some());
    let bound = uses_reference.then(|| {
        context.named = Some(&reference);
        // What was found is known already.
        expand::expand(&context, path, text, cut.body, &mut Vec::new()).text
    });
    let mut hasher = Hasher::default();
    hasher.field(text.as_bytes());
    if expanded.text != text[cut.body..] {
        hasher.field(expanded.text.as_bytes());
    }
    expanded.map.hash(&mut hasher);
    let digest = hasher.finish();
    SourceFile {
        path: path.clone(),
        front,
        text: expanded.text,
        bound,
        map: expanded.map,
        includes: expanded.includes,
        variables: expanded.variables,
        diagnostics,
        suppressions: suppressions(path, text),
        digest,
    }
}

/// Reads a file of the project as text; what isn't UTF-8 is replaced and reported.
pub fn read_text(
    files: &dyn Files,
    root: &Path,
    path: &SitePath,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    Reader { files, root }.page_text(path, diagnostics)
}

/// Reads the project's files, and no others.
struct Reader<'a> {
    files: &'a dyn Files,
    root: &'a Path,
}

/// Why a file that a directive names can't be used.
enum Fault {
    /// There is none, or it can't be read.
    Missing,
    /// A symbolic link leads out of the project.
    Outside,
    /// It isn't UTF-8.
    NotText,
}

impl Reader<'_> {
    fn page_text(&self, path: &SitePath, diagnostics: &mut Vec<Diagnostic>) -> String {
        let bytes = match self.files.read(&path.on_disk(self.root)) {
            Ok(bytes) => bytes,
            Err(error) => {
                diagnostics.push(unreadable_file(path, &error.to_string()));
                return String::new();
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                diagnostics.push(not_utf8(path, error.utf8_error().valid_up_to()));
                String::from_utf8_lossy(error.as_bytes()).into_owned()
            }
        }
    }

    /// The text of a file that a directive names.
    fn include_text(&self, path: &SitePath) -> Result<String, Fault> {
        let on_disk = path.on_disk(self.root);
        let real = self.files.resolve(&on_disk).map_err(|_| Fault::Missing)?;
        let root = self.files.resolve(self.root).map_err(|_| Fault::Missing)?;
        if !real.starts_with(root) {
            return Err(Fault::Outside);
        }
        let bytes = self.files.read(&real).map_err(|_| Fault::Missing)?;
        String::from_utf8(bytes).map_err(|_| Fault::NotText)
    }
}

/// Makes the diagnostic for a file that can't be read.
pub fn unreadable_file(path: &SitePath, why: &str) -> Diagnostic {
    Diagnostic::new("E002", Some(Span::file(path)), format!("can't read this file: {why}"))
}

/// Makes the diagnostic for a symbolic link that leads out of the project.
pub fn link_outside(path: &SitePath) -> Diagnostic {
    let message = "this symbolic link leads out of the project";
    Diagnostic::new("D006", Some(Span::file(path)), message).help("copy what it leads to")
}

fn not_utf8(path: &SitePath, at: usize) -> Diagnostic {
    // One byte long and never empty, so that the place is shown.
    let span = Span::new(path, at..at + 1);
    Diagnostic::new("E001", Some(span), format!("this file isn't UTF-8 (first at byte {at})"))
        .help("save it as UTF-8; what can't be read is shown as `\u{FFFD}`")
}
