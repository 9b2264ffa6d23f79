//! The body of a page and its text: where they are kept, and how they are had again.

use std::ops::{Deref, Range};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{name, parse_key};
use crate::base::{Digest, SitePath};
use crate::build::cache::FOLDER;
use crate::build::store::Store;
use crate::config::Config;
use crate::diag::{Diagnostic, Span};
use crate::files::Files;
use crate::parse::{self, Body, Fence, Memory, ParseOptions, ParsedPage, TextSection};
use crate::source;

/// The body of a page or its text, as bytes, and where it is kept.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    pub digest: Digest,
    #[serde(skip)]
    pub memory: Option<Arc<[u8]>>,
    /// Behind the values of the shard's file.
    pub stored: Option<Range<usize>>,
}

/// How to get at the body of a page, and at its text.
pub(in crate::build) struct Text {
    pub(super) key: Digest,
    /// None when no code is highlighted in it yet.
    pub body: Option<Place>,
    pub sections: Place,
    pub(super) fences: Option<Place>,
}

/// Where something of a page is kept.
pub(in crate::build) struct Place {
    pub digest: Digest,
    pub(super) memory: Option<Arc<[u8]>>,
    /// The shard whose file holds it.
    pub(super) stored: Option<(usize, Range<usize>)>,
}

impl Kept {
    /// Of a value that takes about so many bytes.
    pub(super) fn new(value: &impl Serialize, size: usize) -> Self {
        let room = Vec::with_capacity(size);
        let bytes = postcard::to_extend(value, room).expect("text can be written");
        Self { digest: Digest::of(&bytes), memory: Some(bytes.into()), stored: None }
    }
}

/// What is kept, wherever it is.
pub(super) enum Bytes<'a> {
    Held(Arc<[u8]>),
    Stored(&'a [u8]),
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Held(bytes) => bytes,
            Self::Stored(bytes) => bytes,
        }
    }
}

impl Text {
    /// The body of a page. One that is kept nowhere is parsed again; none when its text isn't the
    /// one that the rest of the site was made from.
    pub(in crate::build) fn body(
        &self,
        files: &dyn Files,
        config: &Config,
        path: &SitePath,
        store: &Store,
    ) -> Result<Body, Box<Diagnostic>> {
        let kept = self.body.as_ref().and_then(|place| place.read(files, config));
        kept.map_or_else(
            || self.parse_again(files, config, path, store.for_body()).map(|page| page.body),
            Ok,
        )
    }

    /// The text of a page, as the body.
    pub(in crate::build) fn sections(
        &self,
        files: &dyn Files,
        config: &Config,
        path: &SitePath,
    ) -> Result<Vec<TextSection>, Box<Diagnostic>> {
        let kept = self.sections.read(files, config);
        let again = || self.parse_again(files, config, path, Memory::default());
        kept.map_or_else(|| again().map(|page| page.text), Ok)
    }

    /// The code of a page, as the body.
    pub(in crate::build) fn fences(
        &self,
        files: &dyn Files,
        config: &Config,
        path: &SitePath,
    ) -> Result<Vec<Fence>, Box<Diagnostic>> {
        let Some(place) = &self.fences else { return Ok(Vec::new()) };
        let kept = place.read(files, config);
        let again = || self.parse_again(files, config, path, Memory::default());
        kept.map_or_else(|| again().map(|page| page.fences), Ok)
    }

    /// Whether the page has any code.
    pub(in crate::build) fn has_fences(&self) -> bool {
        self.fences.is_some()
    }

    /// Of the body; none when it hasn't been made yet.
    pub(in crate::build) fn body_digest(&self) -> Option<Digest> {
        self.body.as_ref().map(|body| body.digest)
    }

    /// Of all that the text of the page is made from.
    pub(in crate::build) fn key(&self) -> Digest {
        self.key
    }

    /// The text after directives; none when it isn't the one that the rest of the site was made
    /// from.
    pub(in crate::build) fn expanded(
        &self,
        files: &dyn Files,
        config: &Config,
        path: &SitePath,
    ) -> Result<String, Box<Diagnostic>> {
        let source = source::read_page(files, config, path);
        match parse_key(&source, ParseOptions::from(&config.html)) == self.key {
            true => Ok(source::as_written(&source.text).into_owned()),
            false => Err(Box::new(changed_meanwhile(path))),
        }
    }

    fn parse_again(
        &self,
        files: &dyn Files,
        config: &Config,
        path: &SitePath,
        memory: Memory,
    ) -> Result<ParsedPage, Box<Diagnostic>> {
        let options = ParseOptions::from(&config.html);
        let source = source::read_page(files, config, path);
        match parse_key(&source, options) == self.key {
            true => Ok(parse::parse(source, options, memory)),
            false => Err(Box::new(changed_meanwhile(path))),
        }
    }
}

impl Place {
    pub(super) fn read<T: DeserializeOwned>(
        &self,
        files: &dyn Files,
        config: &Config,
    ) -> Option<T> {
        if let Some(bytes) = self.memory.as_deref() {
            return postcard::from_bytes(bytes).ok();
        }
        let (shard, place) = self.stored.as_ref()?;
        let path = config.root.join(FOLDER).join(name(*shard));
        let bytes = files.read_part(&path, place.clone()).ok()?;
        // The file may be damaged, or another process may have written it since.
        if Digest::of(&bytes) == self.digest { postcard::from_bytes(&bytes).ok() } else { None }
    }
}

pub(in crate::build) fn changed_meanwhile(path: &SitePath) -> Diagnostic {
    let message = "this file was changed while the site was being made; its page stays as it was";
    Diagnostic::new("E002", Some(Span::file(path)), message).help("build again")
}
