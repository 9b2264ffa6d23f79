//! Which words a page has, and how much each says about it.
//!
//! BM25 for each of title, headings and text, summed with weights (Robertson and Zaragoza, "The
//! Probabilistic Relevance Framework", 2009). Nothing here depends on other pages: parts of pages
//! have a bound, so a fixed length stands for the mean one, and how rare a word is the client
//! reckons with. Lengths are rounded, so that a word more doesn't change what others say.

use std::hash::BuildHasher;

use foldhash::quality::FixedState;
use foldhash::{HashMap, HashMapExt};
use serde::{Deserialize, Serialize};

use super::fragments::{self, PARTS, Piece};
use super::rounded_up;
use super::words::{VOLUMES, volume_of, words};
use crate::parse::TextSection;

/// How soon a word that is said again says nothing new, and how much length counts.
const SATURATION: f32 = 1.4;
const LENGTH: f32 = 0.6;
/// What a part has in words, about, and the least that counts.
const USUAL_LENGTH: f32 = 256.0;
const SHORTEST: usize = 16;
/// A page has about so many different words, or fewer.
const USUAL_WORDS: usize = 400;
/// What a word in a title and in a heading counts, against one in the text.
const TITLE: f32 = 3.0;
const HEADING: f32 = 1.5;
/// The title speaks for the page, so for its first part above all.
const TITLE_ELSEWHERE: f32 = 0.3;
/// Weights are rounded to steps, from 1 to [`MOST_WEIGHT`].
const STEPS_A_POINT: f32 = 4.5;
const MOST_WEIGHT: f32 = 61.0;

/// The words of a block of parts of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Each once, one after the other, and where they end.
    words: String,
    ends: Vec<u32>,
    /// In order.
    list: Vec<Term>,
}

/// A word in a part of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Term {
    /// The volume that it belongs to.
    volume: u8,
    /// The word, by its number among those of the block.
    word: u32,
    /// The part, by its number in the block.
    pub part: u8,
    /// How much the word says about the part.
    pub weight: u8,
}

impl Terms {
    /// The words that belong to a volume, each with the parts that it stands in.
    pub(super) fn of(&self, volume: usize) -> impl Iterator<Item = (&str, &[Term])> {
        let start = self.list.partition_point(|term| usize::from(term.volume) < volume);
        let end = self.list.partition_point(|term| usize::from(term.volume) <= volume);
        let words = self.list[start..end].chunk_by(|a, b| a.word == b.word);
        words.map(|terms| (self.word(terms[0].word), terms))
    }

    fn word(&self, number: u32) -> &str {
        let number = number as usize;
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.words[start as usize..self.ends[number] as usize]
    }
}

/// What tells whether the words of a page are the same as before, volume by volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signs {
    /// How many parts the page has.
    pub parts: usize,
    /// How many bytes of text.
    pub bytes: usize,
    /// For each block of parts and each volume a digest of the words; 0 when there are none.
    pub blocks: Vec<Vec<u32>>,
}

impl Terms {
    /// For each volume a number that depends on the words, but not on their order.
    fn signs(&self) -> Vec<u32> {
        let state = FixedState::default();
        let mut sums = [0_u64; VOLUMES];
        for term in &self.list {
            let one = state.hash_one((self.word(term.word), term.part, term.weight));
            let sum = &mut sums[usize::from(term.volume)];
            *sum = sum.wrapping_add(one | 1);
        }
        sums.map(|sum| if sum == 0 { 0 } else { short(sum) }).to_vec()
    }
}

/// The upper half of a number; never 0.
fn short(number: u64) -> u32 {
    u32::try_from(number >> 32).expect("32 bits are left").max(1)
}

/// The words of a page, block by block, and their signs.
pub fn terms(title: &str, sections: &[TextSection]) -> (Signs, Vec<Terms>) {
    let parts = fragments::cut(sections);
    let block = |(block, parts): (usize, &[Vec<Piece>])| {
        let mut counter =
            Counter { numbers: HashMap::with_capacity(USUAL_WORDS), ..Counter::default() };
        for (number, part) in (0..).zip(parts) {
            let share = if block == 0 && number == 0 { 1.0 } else { TITLE_ELSEWHERE };
            counter.count(title, share, part);
            counter.take(number);
        }
        counter.found.list.sort_unstable_by_key(|term| (term.volume, term.word, term.part));
        counter.found
    };
    let terms: Vec<Terms> = parts.chunks(PARTS).enumerate().map(block).collect();
    let bytes = sections.iter().map(|section| section.text.len() + section.heading.len()).sum();
    let blocks = terms.iter().map(Terms::signs).collect();
    (Signs { parts: parts.len(), bytes, blocks }, terms)
}

/// Counts how often each word stands in a part, one part after the other.
#[derive(Default)]
struct Counter {
    found: Terms,
    /// The words of the block by their numbers.
    numbers: HashMap<String, u32>,
    /// By the numbers of the words.
    counts: Vec<Counts>,
    /// The volumes that they belong to.
    volumes: Vec<u8>,
    /// The numbers of the words of this part.
    seen: Vec<u32>,
    /// The words of its text, how ever often the same.
    length: usize,
}

#[derive(Clone, Copy, Default)]
struct Counts {
    is_seen: bool,
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
            let word = self.number(word);
            let counts = &mut self.counts[word as usize];
            if !std::mem::replace(&mut counts.is_seen, true) {
                self.seen.push(word);
            }
            count(counts);
        });
        number
    }

    fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let bounded = |count: usize| u32::try_from(count).expect("a block has a bound");
        let number = bounded(self.counts.len());
        self.numbers.insert(word.to_string(), number);
        self.found.words.push_str(word);
        self.found.ends.push(bounded(self.found.words.len()));
        self.counts.push(Counts::default());
        self.volumes.push(u8::try_from(volume_of(word)).expect("there are 64"));
        number
    }

    /// Weighs the words of a part, and begins with the next one.
    fn take(&mut self, part: u8) {
        let words = u16::try_from(rounded_up(std::mem::take(&mut self.length).max(SHORTEST)));
        let length = 1.0 - LENGTH + LENGTH * f32::from(words.unwrap_or(u16::MAX)) / USUAL_LENGTH;
        for word in self.seen.drain(..) {
            let counts = std::mem::take(&mut self.counts[word as usize]);
            let volume = self.volumes[word as usize];
            let weight = counts.weight(length);
            self.found.list.push(Term { volume, word, part, weight });
        }
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
