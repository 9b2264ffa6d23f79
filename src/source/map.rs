//! From places in expanded text to places in files.

use crate::base::{Hasher, SitePath, TextRange};
use crate::diag::Span;

/// Where each part of an expanded text comes from.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SitePath>,
    segments: Vec<Segment>,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Where it begins in the expanded text; it ends where the next one begins.
    start: u32,
    file: u32,
    origin: Origin,
}

#[derive(Clone, Copy, Debug)]
enum Origin {
    /// Copied: the text begins here in the file.
    Copied(u32),
    /// Made from a directive: every place in it is the directive.
    Made(TextRange),
}

impl SourceMap {
    /// Says that text from `start` on is copied from a file.
    pub(super) fn copied(&mut self, start: usize, file: &SitePath, from: usize) {
        let from = TextRange::new(from, from).start;
        self.push(start, file, Origin::Copied(from));
    }

    /// Says that text from `start` on was made from a directive.
    pub(super) fn made(&mut self, start: usize, file: &SitePath, directive: TextRange) {
        self.push(start, file, Origin::Made(directive));
    }

    /// Adds the map to a digest: the same text may come from other places.
    pub(super) fn hash(&self, hasher: &mut Hasher) {
        self.files.iter().for_each(|file| hasher.field(file.as_str().as_bytes()));
        let mut numbers = Vec::with_capacity(self.segments.len() * 20);
        for Segment { start, file, origin } in &self.segments {
            let (kind, from, to) = match origin {
                Origin::Copied(from) => (0, *from, 0),
                Origin::Made(directive) => (1, directive.start, directive.end),
            };
            for number in [*start, *file, kind, from, to] {
                numbers.extend_from_slice(&number.to_le_bytes());
            }
        }
        hasher.field(&numbers);
    }

    fn push(&mut self, start: usize, file: &SitePath, origin: Origin) {
        let start = TextRange::new(start, start).start;
        let file = self.index(file);
        // What begins at the same place replaces a segment without text.
        if self.segments.last().is_some_and(|last| last.start == start) {
            self.segments.pop();
        }
        self.segments.push(Segment { start, file, origin });
    }

    fn index(&mut self, file: &SitePath) -> u32 {
        let known = self.files.iter().position(|known| known == file);
        let index = known.unwrap_or_else(|| {
            self.files.push(file.clone());
            self.files.len() - 1
        });
        u32::try_from(index).expect("a page has fewer than 4 billion includes")
    }

    /// The file that a place in the text comes from; none for an empty map.
    pub fn file(&self, offset: u32) -> Option<&SitePath> {
        self.segment(offset).and_then(|(segment, _)| self.files.get(segment.file as usize))
    }

    /// The place in a file that a range of the text comes from.
    pub fn span(&self, range: TextRange) -> Option<Span> {
        let (segment, next) = self.segment(range.start)?;
        let path = self.files.get(segment.file as usize)?.clone();
        let range = match segment.origin {
            Origin::Made(directive) => directive,
            Origin::Copied(from) => {
                let start = from + (range.start - segment.start);
                // A range that runs into another segment ends where its own does.
                let end = next.map_or(range.end, |next| range.end.min(next.start));
                TextRange { start, end: start + end.saturating_sub(range.start) }
            }
        };
        Some(Span { path, range })
    }

    /// The segment that a place lies in, and the next one.
    fn segment(&self, offset: u32) -> Option<(&Segment, Option<&Segment>)> {
        let after = self.segments.partition_point(|segment| segment.start <= offset);
        Some((self.segments.get(after.checked_sub(1)?)?, self.segments.get(after)))
    }
}
