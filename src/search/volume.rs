//! A volume: the parts of pages that hold each of its words.
//!
//! It knows all of them, also those that no file has room for, so that one can be taken out again.
//! Every entry has the signature of the words of its block, so that what has changed is seen
//! without a look at any page.

use foldhash::HashMap;
use serde::{Deserialize, Serialize};

use super::terms::Terms;

/// The words of a volume.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// The blocks that have words here, in order, and what these are known by.
    pub(super) blocks: Vec<(u64, u32)>,
    /// The words in the order of their letters.
    pub(super) words: Vec<(String, Vec<Posting>)>,
}

/// A word's weight in a part of a page. There are very many, so the number of the block is in two
/// halves, which take no more room than their bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Posting {
    high: u16,
    low: u16,
    pub part: u8,
    pub weight: u8,
}

impl Posting {
    fn new(block: u32, part: u8, weight: u8) -> Self {
        let [a, b, c, d] = block.to_be_bytes();
        let (high, low) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        Self { high, low, part, weight }
    }

    /// The block, by its number in the volume.
    pub(super) fn block(self) -> u32 {
        u32::from(self.high) << 16 | u32::from(self.low)
    }
}

/// Brings a volume up to date. Here a block is known by its number among all blocks of the site,
/// in the order of pages, whether it has words in the volume or not.
#[derive(Debug, Default)]
pub struct Builder {
    words: HashMap<String, Postings>,
    /// For each block whether its words must still be added.
    missing: Vec<bool>,
}

/// The postings of a word as they come: for each block its number in two halves, and then each part
/// with its weight in one number, of which the last is marked. While all pages of a large site are
/// counted that takes half of the room of [`Posting`]s. They lie in pieces, as a list that moves
/// whenever it grows would leave holes behind.
#[derive(Debug, Default)]
struct Postings {
    full: Vec<Vec<u16>>,
    last: Vec<u16>,
}

/// So many numbers are in a piece at the most.
const PIECE: usize = 8192;
/// A weight is below this, and behind it stands the part.
const WEIGHTS: u16 = 64;
/// The mark of the last part of a block.
const LAST: u16 = 1 << 15;

impl Postings {
    /// Adds the parts of a block, each with the weight that the word has in it.
    fn add(&mut self, block: u32, parts: impl ExactSizeIterator<Item = (u8, u8)>) {
        let needed = 2 + parts.len();
        let length = self.last.len();
        if length + needed > PIECE {
            self.full.push(std::mem::replace(&mut self.last, Vec::with_capacity(PIECE)));
        } else if self.last.capacity() - length < needed {
            // To double what is there would waste much in all.
            self.last.reserve_exact(needed.max((length / 4).min(PIECE - length)));
        }
        let Posting { high, low, .. } = Posting::new(block, 0, 0);
        self.last.extend([high, low]);
        let parts = parts.map(|(part, weight)| u16::from(part) * WEIGHTS + u16::from(weight));
        self.last.extend(parts);
        if let Some(last) = self.last.last_mut() {
            *last |= LAST;
        }
    }

    /// All, in order, with the numbers that the blocks have in the volume.
    fn sorted(self, numbers: &[u32]) -> Vec<Posting> {
        let mut all = Vec::new();
        for piece in self.full.iter().chain([&self.last]) {
            let mut rest = piece.iter().copied();
            while let Some((high, low)) = rest.next().zip(rest.next()) {
                let block = Posting { high, low, part: 0, weight: 0 }.block();
                let block = numbers[block as usize];
                for of_part in rest.by_ref() {
                    let [part, weight] = [(of_part & !LAST) / WEIGHTS, of_part % WEIGHTS]
                        .map(|small| u8::try_from(small).expect("it was made from one"));
                    all.push(Posting::new(block, part, weight));
                    if of_part & LAST != 0 {
                        break;
                    }
                }
            }
        }
        all.sort_unstable();
        all.shrink_to_fit();
        all
    }
}

impl Volume {
    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        let word = |(word, postings): &(String, Vec<Posting>)| {
            size_of_val(&**postings) + word.len() + size_of::<(String, Vec<Posting>)>()
        };
        self.words.iter().map(word).sum::<usize>() + size_of_val(&*self.blocks)
    }

    /// True when it holds the words of these blocks, which are all that have words here, in order.
    pub fn holds(&self, blocks: impl Iterator<Item = (u64, u32)>) -> bool {
        blocks.eq(self.blocks.iter().copied())
    }
}

impl Builder {
    /// Takes over what an earlier volume says of blocks, which come by their numbers; how many
    /// there are in all is known. What it doesn't know is missing.
    pub fn take_over(
        &mut self,
        earlier: &Volume,
        blocks: impl Iterator<Item = (u32, (u64, u32))>,
        count: usize,
    ) {
        self.missing = vec![false; count];
        let mut moved: Vec<Option<u32>> = vec![None; earlier.blocks.len()];
        for (number, block) in blocks {
            match earlier.blocks.binary_search(&block) {
                Ok(known) => moved[known] = Some(number),
                Err(_) => self.missing[number as usize] = true,
            }
        }
        for (word, postings) in &earlier.words {
            let kept = postings.iter().filter_map(|posting| {
                let block = moved[posting.block() as usize]?;
                Some(Posting::new(block, posting.part, posting.weight))
            });
            let kept: Vec<Posting> = kept.collect();
            if kept.is_empty() {
                continue;
            }
            let postings = self.words.entry(word.clone()).or_default();
            for of_block in kept.chunk_by(|a, b| a.block() == b.block()) {
                let parts = of_block.iter().map(|posting| (posting.part, posting.weight));
                postings.add(of_block[0].block(), parts);
            }
        }
    }

    /// True when the words of a block must still be added.
    pub fn misses(&self, block: u32) -> bool {
        self.missing[block as usize]
    }

    /// Adds those words of a block that belong here.
    pub fn add(&mut self, block: u32, terms: &Terms, volume: usize) {
        for (word, terms) in terms.of(volume) {
            let parts = terms.iter().map(|term| (term.part, term.weight));
            match self.words.get_mut(word) {
                Some(known) => known.add(block, parts),
                None => self.words.entry(word.to_string()).or_default().add(block, parts),
            }
        }
    }

    /// The volume, in an order that doesn't depend on how it came about. The blocks are all that
    /// have words here, in order, by their numbers.
    pub fn finish(self, blocks: impl Iterator<Item = (u32, (u64, u32))>, count: usize) -> Volume {
        let mut own = Vec::new();
        let mut numbers = vec![0; count];
        for (number, block) in blocks {
            numbers[number as usize] = u32::try_from(own.len()).expect("there are fewer pages");
            own.push(block);
        }
        let words = self.words.into_iter();
        let words = words.map(|(word, postings)| (word, postings.sorted(&numbers)));
        let mut words: Vec<(String, Vec<Posting>)> = words.collect();
        words.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Volume { blocks: own, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postings_come_out_as_they_went_in_but_for_the_numbers_of_blocks() {
        let numbers: Vec<u32> = (0..90_000).map(|place| place * 40_001).collect();
        let mut postings = Postings::default();
        let mut all = Vec::new();
        for place in (0..90_000_u32).rev().step_by(29) {
            let parts: Vec<(u8, u8)> =
                (0..=31).step_by(1 + place as usize % 9).map(|n| (n, 61 - n)).collect();
            postings.add(place, parts.iter().copied());
            let posting = |(part, weight)| Posting::new(numbers[place as usize], part, weight);
            all.extend(parts.into_iter().map(posting));
        }
        assert!(postings.full.len() > 2);
        all.sort_unstable();
        assert_eq!(postings.sorted(&numbers), all);
    }
}
