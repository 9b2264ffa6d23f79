//! A text as reviews see it, at any revision.

use std::collections::BTreeMap;

use crate::base::{Digest, SitePath};
use crate::config::Config;
use crate::files::Files;
use crate::parse::{self, ParseOptions, bound_digest};
use crate::source;

/// A text that can be reviewed, as it stood at one moment.
#[derive(Clone, Debug)]
pub struct Text {
    /// What a review of it is bound to.
    pub digest: String,
    /// The files that it was made from, its own first.
    pub files: Vec<SitePath>,
    /// The files beside it that it links to, with their digests.
    pub beside: BTreeMap<SitePath, Digest>,
    /// What there is to read: Markdown with all directives filled in, or the file as it is.
    pub words: String,
}

/// The text of a file in some version of the project; none when there is no such file.
///
/// The settings are those of that version, since texts use their variables; `config` gives the
/// place and the day.
pub fn text_at(files: &dyn Files, config: &Config, path: &SitePath) -> Option<Text> {
    files.read(&path.on_disk(&config.root)).ok()?;
    let book = files.read(&Config::path().on_disk(&config.root)).unwrap_or_default();
    let book = String::from_utf8_lossy(&book);
    let (then, _) = Config::read(&config.root, &book, config.today);
    let config = &Config { src: config.src.clone(), ..then };
    let source = source::read_page(files, config, path);
    let words = source.text.clone();
    let page = parse::parse(source, ParseOptions::from(&config.html), None);
    let digest_of = |path: &SitePath| {
        files.read(&path.on_disk(&config.root)).ok().map(|bytes| Digest::of(&bytes))
    };
    let digest = bound_digest(&page.facts, page.standing.digest, &config.src, digest_of);
    let linked = page.facts.files(&config.src);
    let beside = linked.iter().filter_map(|file| Some((file.clone(), digest_of(file)?))).collect();
    let mut all = vec![path.clone()];
    all.extend(page.facts.includes.iter().cloned());
    all.extend(linked);
    Some(Text { digest, files: all, beside, words })
}
