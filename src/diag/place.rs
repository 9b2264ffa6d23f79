//! Lines and columns of findings. They are computed here and nowhere else.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::Span;
use crate::base::SitePath;

/// Gives the text of a source file; none when it can't be read.
pub type SourceText<'a> = dyn Fn(&SitePath) -> Option<String> + 'a;

/// The texts of files, each read once.
pub(super) struct Sources<'a> {
    read: &'a SourceText<'a>,
    texts: HashMap<SitePath, Option<String>>,
}

/// A line and a column, both from 1; columns count characters.
#[derive(Serialize, JsonSchema, Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character within the line, from 1.
    pub column: usize,
}

/// The first position of a place, and the one after its last character.
#[derive(Clone, Copy)]
pub(super) struct Region {
    pub start: Position,
    pub end: Position,
}

impl<'a> Sources<'a> {
    pub(super) fn new(read: &'a SourceText<'a>) -> Self {
        Self { read, texts: HashMap::new() }
    }

    pub(super) fn text(&mut self, path: &SitePath) -> Option<&str> {
        let read = self.read;
        self.texts.entry(path.clone()).or_insert_with(|| read(path)).as_deref()
    }

    /// None when the file can't be read.
    pub(super) fn region(&mut self, span: &Span) -> Option<Region> {
        let text = self.text(&span.path)?;
        let start = position(text, span.range.start as usize);
        Some(Region { start, end: position(text, span.range.end as usize) })
    }
}

pub(super) fn position(text: &str, offset: usize) -> Position {
    let head = &text[..text.floor_char_boundary(offset.min(text.len()))];
    let start = head.rfind('\n').map_or(0, |newline| newline + 1);
    Position {
        line: head.bytes().filter(|byte| *byte == b'\n').count() + 1,
        column: head[start..].chars().count() + 1,
    }
}
