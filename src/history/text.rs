//! A text as reviews see it, at any revision.

use std::collections::BTreeMap;

use crate::base::{Digest, SitePath};
use crate::config::Config;
use crate::files::Files;
use crate::parse::{self, ParseOptions, bound_digest, data_digest};
use crate::source::{self, is_page};

/// A text that can be reviewed, as it stood at one moment.
#[derive(Clone, Debug)]
pub struct Text {
    /// What a review of it is bound to.
    pub digest: String,
    /// The files that the digest depends on, its own first.
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
    let bytes = files.read(&path.on_disk(&config.root)).ok()?;
    if !is_page(path.as_str()) {
        return Some(Text {
            digest: data_digest(&bytes),
            files: vec![path.clone()],
            beside: BTreeMap::new(),
            words: String::from_utf8_lossy(&bytes).into_owned(),
        });
    }
    let then = settings_of(files, config);
    let source = source::read_page(files, &then, path);
    let standing = parse::standing(&source, ParseOptions::from(&then.html));
    let linked = standing.files(&config.src);
    let digest_of = |file: &SitePath| {
        files.read(&file.on_disk(&config.root)).ok().map(|bytes| Digest::of(&bytes))
    };
    let digest = bound_digest(&standing, &config.src, digest_of);
    let beside = linked.iter().filter_map(|file| Some((file.clone(), digest_of(file)?))).collect();
    let mut all = vec![path.clone()];
    all.extend(source.own_includes(&config.src).cloned());
    all.extend(linked);
    Some(Text { digest, files: all, beside, words: source::as_written(&source.text).into_owned() })
}

fn settings_of(files: &dyn Files, config: &Config) -> Config {
    let book = files.read(&Config::path().on_disk(&config.root)).unwrap_or_default();
    let (then, _) = Config::read(&config.root, &String::from_utf8_lossy(&book), config.today);
    Config { src: config.src.clone(), ..then }
}
