//! Cuts pages into parts: what one result shows, and what is fetched to show it.

use std::collections::HashSet;
use std::ops::Range;

use crate::base::Digest;
use crate::parse::TextSection;

/// A part's file is at most about so many bytes long, so that a page of results stays small.
const LONGEST: usize = 2_700;
/// A title or a heading is shown up to so many characters.
const LONGEST_TITLE: usize = 120;
/// The parts of a page that share an identifier but for its last character: a block.
pub const PARTS: usize = 32;
/// A page has at most so many parts. What its text has beyond them isn't found: a page of that
/// length is data, and each part is cut out of the whole.
const MOST_PARTS: usize = 4 * PARTS;
/// Lower case only, since many file systems don't tell cases apart.
const DIGITS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// With more blocks than this identifiers are longer from the start.
const MANY_BLOCKS: usize = 2_000;

/// A section, or a piece of a long one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece<'a> {
    pub heading: &'a str,
    pub id: &'a str,
    pub text: &'a str,
}

/// Cuts a page into parts; there is always one.
pub(super) fn cut(sections: &[TextSection]) -> Vec<Vec<Piece<'_>>> {
    let piece = |(number, range): (usize, Range<usize>)| {
        let section: &TextSection = &sections[number];
        let (heading, id) = framed(section);
        Piece { heading, id, text: section.text[range].trim() }
    };
    let parts = pieces(sections).into_iter();
    parts.map(|part| part.into_iter().map(piece).collect()).collect()
}

/// What a block of parts is known by: a digest of its page's path, so that a page keeps its name
/// whatever happens to others.
pub fn block_id(url: &str, block: usize) -> u64 {
    match block {
        0 => Digest::of(url.as_bytes()).number(),
        _ => Digest::of(format!("{url}\0{block}").as_bytes()).number(),
    }
}

/// How long the identifier of a block must be for all of them to be different.
pub fn id_length(blocks: &[u64]) -> usize {
    let least = if blocks.len() > MANY_BLOCKS { 7 } else { 5 };
    let differ = |length: &usize| {
        let cut = |id: &u64| id & ((1 << (5 * length)) - 1);
        blocks.iter().map(cut).collect::<HashSet<_>>().len() == blocks.len()
    };
    (least..12).find(differ).unwrap_or(12)
}

pub(super) fn page_id(mut block: u64, length: usize) -> String {
    let mut id = String::with_capacity(length + 1);
    for _ in 0..length {
        id.push(char::from(DIGITS[(block % 32) as usize]));
        block /= 32;
    }
    id
}

/// The identifier of a part: all but its last character is that of the block.
pub(super) fn identifier(block: u64, part: usize, length: usize) -> String {
    let mut id = page_id(block, length);
    id.push(char::from(DIGITS[part % PARTS]));
    id
}

/// Fills parts with sections, one after the other; a long section is cut between words.
fn pieces(sections: &[TextSection]) -> Vec<Vec<(usize, Range<usize>)>> {
    let mut parts: Vec<Vec<(usize, Range<usize>)>> = vec![Vec::new()];
    let mut room = LONGEST;
    for (number, section) in sections.iter().enumerate() {
        let (heading, id) = framed(section);
        let frame = written(heading) + written(id) + 12;
        let mut at = 0;
        loop {
            let rest = &section.text[at..];
            let head = head(rest, room.saturating_sub(frame));
            let last = parts.last_mut().expect("there is one from the start");
            // A few words at the end of a part would help nobody.
            if last.is_empty() || head.len() == rest.len() || head.len() > LONGEST / 4 {
                last.push((number, at..at + head.len()));
                room = room.saturating_sub(frame + written(head));
                at += head.len();
                if at == section.text.len() {
                    break;
                }
            }
            if parts.len() == MOST_PARTS {
                return parts;
            }
            parts.push(Vec::new());
            room = LONGEST;
        }
    }
    parts
}

/// A heading and an id that have a bound. An id longer than any heading isn't worth its bytes:
/// then the page itself is opened.
fn framed(section: &TextSection) -> (&str, &str) {
    let id = if section.id.len() > 2 * LONGEST_TITLE { "" } else { &section.id };
    (shorten(&section.heading), id)
}

/// The longest head of a text that is at most so long when it is written, cut between words.
fn head(text: &str, most: usize) -> &str {
    let mut room = most;
    let mut end = 0;
    for chunk in text.as_bytes().chunks(CHUNK) {
        let size = chunk_written(chunk);
        if size > room {
            for byte in chunk {
                let Some(left) = room.checked_sub(1 + usize::from(more(*byte))) else { break };
                (room, end) = (left, end + 1);
            }
            let space = text.as_bytes()[..end].iter().rposition(|byte| *byte == b' ');
            let cut = space.filter(|cut| *cut > 0);
            return &text[..cut.unwrap_or_else(|| text.floor_char_boundary(end))];
        }
        (room, end) = (room - size, end + chunk.len());
    }
    text
}

/// How many bytes a text takes in JSON, at most.
fn written(text: &str) -> usize {
    text.as_bytes().chunks(CHUNK).map(chunk_written).sum()
}

/// What so many bytes take more fits into a byte, so that many are added at once.
const CHUNK: usize = 32;

fn chunk_written(chunk: &[u8]) -> usize {
    let add = |sum: u8, byte: &u8| sum + more(*byte);
    let more = match <&[u8; CHUNK]>::try_from(chunk) {
        Ok(whole) => whole.iter().fold(0, add),
        Err(_) => chunk.iter().fold(0, add),
    };
    chunk.len() + usize::from(more)
}

/// How many bytes more than itself a byte takes in JSON, at most.
fn more(byte: u8) -> u8 {
    let escaped = u8::from(byte == b'"') + u8::from(byte == b'\\');
    escaped + 5 * (u8::from(byte < 0x20) + u8::from(byte == b'<'))
}

pub(super) fn shorten(title: &str) -> &str {
    title.char_indices().nth(LONGEST_TITLE).map_or(title, |(cut, _)| &title[..cut])
}
