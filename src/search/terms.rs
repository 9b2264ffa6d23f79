//! Which words a page has, and how much each says about it.
//!
//! BM25 for each of title, headings and text, summed with weights (Robertson and Zaragoza, "The
//! Probabilistic Relevance Framework", 2009). Nothing here depends on other pages: parts of pages
//! have a bound, so a fixed length stands for the mean one, and how rare a word is the client
//! reckons with. Lengths are rounded, so that a word more doesn't change what others say.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::fragments::{self, PARTS, Piece};
use super::rounded_up;
use super::words::{VOLUMES, volume_of, words};
use crate::base::{Digest, Hasher};
use crate::parse::TextSection;

/// How soon a word that is said again says nothing new, and how much length counts.
const SATURATION: f32 = 1.4;
const LENGTH: f32 = 0.6;
/// What a part has in words, about, and the least that counts.
const USUAL_LENGTH: f32 = 256.0;
const SHORTEST: usize = 16;
/// What a word in a title and in a heading counts, against one in the text.
const TITLE: f32 = 3.0;
const HEADING: f32 = 1.5;
/// The title speaks for the page, so for its first part above all.
const TITLE_ELSEWHERE: f32 = 0.3;
/// Weights are rounded to steps, from 1 to [`MOST_WEIGHT`].
const STEPS_A_POINT: f32 = 4.5;
const MOST_WEIGHT: f32 = 61.0;

/// A word in a part of a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// The volume that it belongs to.
    pub volume: usize,
    /// The word.
    pub word: String,
    /// The part, by its number in the block.
    pub part: u8,
    /// How much the word says about the part.
    pub weight: u8,
}

/// What tells whether the words of a page are the same as before, volume by volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signs {
    /// How many parts the page has.
    pub parts: usize,
    /// How many bytes of text.
    pub bytes: usize,
    /// For each block of parts and each volume a digest of the words; 0 when there are none.
    blocks: Vec<Vec<u32>>,
}

/// The signs of a page whose title isn't known yet.
pub fn signs(sections: &[TextSection]) -> Signs {
    let terms = terms("", sections);
    let sign = |terms: &Vec<Term>| {
        let mut signs = vec![0; VOLUMES];
        for group in terms.chunk_by(|a, b| a.volume == b.volume) {
            let mut hasher = Hasher::default();
            for term in group {
                hasher.field(term.word.as_bytes());
                hasher.field(&[term.part, term.weight]);
            }
            signs[group[0].volume] = short(hasher.finish());
        }
        signs
    };
    let bytes = sections.iter().map(|section| section.text.len() + section.heading.len()).sum();
    Signs { parts: fragments::count(sections), bytes, blocks: terms.iter().map(sign).collect() }
}

impl Signs {
    /// The same with a title, block by block.
    pub fn titled(&self, title: &str) -> Vec<Vec<u32>> {
        let mut blocks = self.blocks.clone();
        let mut volumes = Vec::new();
        words(title, |word| volumes.push(volume_of(word)));
        volumes.sort_unstable();
        volumes.dedup();
        for signs in &mut blocks {
            for &volume in &volumes {
                let mut hasher = Hasher::default();
                hasher.field(&signs[volume].to_le_bytes());
                hasher.field(title.as_bytes());
                signs[volume] = short(hasher.finish());
            }
        }
        blocks
    }
}

/// The beginning of a digest; never 0.
fn short(digest: Digest) -> u32 {
    u32::try_from(digest.number() >> 32).expect("32 bits are left").max(1)
}

/// The words of a page, block by block, each in order.
pub fn terms(title: &str, sections: &[TextSection]) -> Vec<Vec<Term>> {
    let parts = fragments::cut(sections);
    let mut counter = Counter::default();
    let blocks = parts.chunks(PARTS).enumerate();
    let block = |(block, parts): (usize, &[Vec<Piece>])| {
        let mut terms = Vec::new();
        for (number, part) in (0..).zip(parts) {
            let share = if block == 0 && number == 0 { 1.0 } else { TITLE_ELSEWHERE };
            counter.count(title, share, part);
            counter.take(number, &mut terms);
        }
        terms.sort_unstable();
        terms
    };
    blocks.map(block).collect()
}

/// How often each word stands in a part.
#[derive(Default)]
struct Counter {
    counts: HashMap<String, Counts>,
    /// The words of the text, how ever often the same.
    length: usize,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    title: f32,
    headings: f32,
    text: f32,
}

impl Counter {
    fn count(&mut self, title: &str, share: f32, part: &[Piece]) {
        let length = length(title);
        self.add(title, |counts| counts.title += share / length);
        for piece in part {
            let length = self::length(piece.heading);
            self.add(piece.heading, |counts| counts.headings += 1.0 / length);
            self.length += self.add(piece.text, |counts| counts.text += 1.0);
        }
    }

    /// Counts the words of a text, and gives their number.
    fn add(&mut self, text: &str, count: impl Fn(&mut Counts)) -> usize {
        let mut number = 0;
        words(text, |word| {
            number += 1;
            if let Some(counts) = self.counts.get_mut(word) {
                count(counts);
            } else {
                count(self.counts.entry(word.to_string()).or_default());
            }
        });
        number
    }

    /// Gives each word with its weight, and forgets the counts.
    fn take(&mut self, part: u8, terms: &mut Vec<Term>) {
        let words = u16::try_from(rounded_up(std::mem::take(&mut self.length).max(SHORTEST)));
        let length = 1.0 - LENGTH + LENGTH * f32::from(words.unwrap_or(u16::MAX)) / USUAL_LENGTH;
        terms.extend(self.counts.drain().map(|(word, counts)| Term {
            volume: volume_of(&word),
            word,
            part,
            weight: counts.weight(length),
        }));
    }
}

impl Counts {
    fn weight(self, length: f32) -> u8 {
        let saturated =
            |count: f32, length: f32| count * (SATURATION + 1.0) / (count + SATURATION * length);
        let points = TITLE * saturated(self.title, 1.0)
            + HEADING * saturated(self.headings, 1.0)
            + saturated(self.text, length);
        let step = (points * STEPS_A_POINT).round().clamp(1.0, MOST_WEIGHT);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 61")]
        let step = step as u8;
        step
    }
}

/// The square root of the number of words: in a long title each says less.
fn length(text: &str) -> f32 {
    let mut count: u16 = 0;
    words(text, |_| count = count.saturating_add(1));
    f32::from(count.max(1)).sqrt()
}
