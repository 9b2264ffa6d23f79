//! Lists of words that a misspelt one may have been meant for.
//!
//! Most mistakes leave the first letters as they are: then the word stands in the same volume,
//! which has a list of its most frequent words. For the others there is a list of the words that
//! end with each letter. Each holds as many as a file has room for.

use std::collections::BTreeMap;

use super::cut::Contents;
use super::volume::Volume;
use crate::base::is_unspaced;

/// A file is at most so many bytes long.
const LONGEST: usize = 4_500;
/// So many bytes of it may come from one volume.
const LONGEST_SHARE: usize = 600;
/// In shorter words a mistake makes too many other words.
const SHORTEST: usize = 4;

/// The most frequent words of a volume, a space between.
pub(super) fn list(volume: &Volume) -> String {
    let mut list = String::new();
    for (_, word) in frequent(volume) {
        if list.len() + word.len() >= LONGEST {
            break;
        }
        push(&mut list, word);
    }
    list
}

/// For each letter the most frequent words of a volume that end with it.
pub(super) fn of_volume(volume: &Volume) -> Vec<(char, Vec<(u32, String)>)> {
    let mut endings: BTreeMap<char, (usize, Vec<(u32, String)>)> = BTreeMap::new();
    for (count, word) in frequent(volume) {
        let last = word.chars().next_back().expect("a word has letters");
        let (bytes, words) = endings.entry(last).or_default();
        *bytes += word.len() + 1;
        if *bytes <= LONGEST_SHARE {
            words.push((count, word.to_string()));
        }
    }
    endings.into_iter().map(|(letter, (_, words))| (letter, words)).collect()
}

/// The words that end with each letter, out of all volumes: a space between, the most frequent
/// ones first.
pub fn endings<'a>(volumes: impl Iterator<Item = &'a Contents>) -> BTreeMap<char, String> {
    let mut endings: BTreeMap<char, Vec<&(u32, String)>> = BTreeMap::new();
    for (letter, words) in volumes.flat_map(|contents| &contents.endings) {
        endings.entry(*letter).or_default().extend(words);
    }
    let written = |mut words: Vec<&(u32, String)>| {
        words.sort_unstable_by(|(a, word), (b, other)| b.cmp(a).then(word.cmp(other)));
        let mut list = String::new();
        for (_, word) in words {
            if list.len() + word.len() < LONGEST {
                push(&mut list, word);
            }
        }
        list
    };
    endings.into_iter().map(|(letter, words)| (letter, written(words))).collect()
}

fn push(list: &mut String, word: &str) {
    if !list.is_empty() {
        list.push(' ');
    }
    list.push_str(word);
}

/// The words that somebody may misspell, those first that stand in most parts. Counts go by powers
/// of two, so that a word's place changes seldom.
fn frequent(volume: &Volume) -> Vec<(u32, &str)> {
    let meant = volume.words.iter().filter(|(word, _)| is_meant(word));
    let mut frequent: Vec<(u32, &str)> =
        meant.map(|(word, postings)| (postings.len().ilog2(), word.as_str())).collect();
    frequent.sort_unstable_by(|(a, word), (b, other)| b.cmp(a).then(word.cmp(other)));
    frequent
}

/// True for what somebody may misspell: no numbers, no pairs of letters, and no syllables, since
/// there would be a list for each of the thousands.
fn is_meant(word: &str) -> bool {
    let is_letter = |char: char| char.is_alphabetic() && char < '\u{1100}' && !is_unspaced(char);
    word.chars().count() >= SHORTEST && word.chars().all(is_letter)
}
