//! Cuts a volume into files.
//!
//! A tree over the beginnings of words: what is too large for one file is cut by its next letter,
//! and small neighbours share a file. So a word finds its file by the tree alone, and a new word
//! moves none but its neighbours. Where a beginning was cut, a list of its own holds what all
//! words that begin so say, so that a search for half a word costs one file, too.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::fragments::identifier;
use super::volume::{Posting, Volume};
use super::words::volume_of;
use super::{script, typos};

/// A file of words is at most about so many bytes long.
const LONGEST: usize = 4_800;
/// A piece of a tree is at most about so many bytes long.
const LONGEST_PIECE: usize = 2_000;
/// A word's list holds the so many parts that it says most about.
const MOST: usize = 300;
/// A digit for each weight.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// How a volume is cut.
#[derive(Debug)]
pub struct Cut {
    number: usize,
    /// How long the identifier of a block is.
    length: usize,
    /// What each file holds, by its key.
    files: BTreeMap<String, Held>,
    /// About how many bytes all files have.
    size: usize,
}

/// What a file holds.
#[derive(Debug)]
enum Held {
    /// Words, as a range of all of them, and where a beginning was cut what all its words say.
    Words(Range<usize>, Option<All>),
    /// A piece of the tree.
    Tree(Piece),
    /// Words that a misspelt one may have been meant for.
    Typos(String),
}

/// What all words with a beginning say.
#[derive(Debug)]
struct All {
    start: String,
    best: Vec<Posting>,
    /// In how many parts they stand; the list may be shorter.
    count: usize,
}

/// What was cut → the letters with which its files begin, in order; none where the rest is in a
/// piece of its own.
type Piece = BTreeMap<String, Option<String>>;

/// What must be known of a volume while its words aren't at hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// The keys of its files.
    pub keys: Vec<String>,
    /// About how many bytes they have.
    pub size: usize,
    /// For each letter the most frequent words that end with it, those first, each with the
    /// logarithm of its count.
    pub endings: Vec<(char, Vec<(u32, String)>)>,
}

impl Cut {
    /// Cuts a volume; identifiers of blocks are as long as it is said.
    pub fn new(volume: &Volume, number: usize, length: usize) -> Self {
        let best = volume.words.iter().map(|(_, postings)| best(postings)).collect();
        let sizes: Vec<usize> =
            volume.words.iter().map(|(word, list)| size(word, list.len(), length)).collect();
        let size = sizes.iter().sum();
        let mut cutter =
            Cutter { volume, number, best, sizes, tree: BTreeMap::new(), files: BTreeMap::new() };
        if size <= LONGEST {
            cutter.files.insert(top(number), Held::Words(0..volume.words.len(), None));
        } else {
            cutter.branch("", 0..volume.words.len());
            pieces("", &cutter.tree, number, &mut cutter.files);
        }
        let mut files = cutter.files;
        let typos = typos::list(volume);
        if !typos.is_empty() {
            files.insert(typos_key(number), Held::Typos(typos));
        }
        if volume.words.is_empty() {
            files.clear();
        }
        Self { number, length, files, size }
    }

    /// What must be known of it while its words aren't at hand.
    pub fn contents(&self, volume: &Volume) -> Contents {
        let keys = self.files.keys().cloned().collect();
        Contents { keys, size: self.size, endings: typos::of_volume(volume) }
    }

    /// Writes a file; empty when there is none with this key.
    pub fn write(&self, volume: &Volume, key: &str) -> String {
        match self.files.get(key) {
            Some(Held::Words(range, all)) => self.words(volume, key, range.clone(), all.as_ref()),
            Some(Held::Tree(piece)) => script(key, &json!({ "tree": piece })),
            Some(Held::Typos(words)) => script(key, words),
            None => String::new(),
        }
    }

    fn words(&self, volume: &Volume, key: &str, range: Range<usize>, all: Option<&All>) -> String {
        let mut lists = BTreeMap::new();
        for (word, postings) in &volume.words[range] {
            let list = self.list(volume, &best(postings), postings.len());
            lists.insert(word.clone(), list);
        }
        if let Some(All { start, best, count }) = all {
            lists.insert(format!("{start}*"), self.list(volume, best, *count));
        }
        match key == top(self.number) {
            true => script(key, &json!({ "words": lists })),
            false => script(key, &lists),
        }
    }

    /// A list as it is written: `=` and the count where it was cut, then a digit for each weight
    /// with the identifiers of its parts.
    fn list(&self, volume: &Volume, postings: &[Posting], count: usize) -> String {
        let mut out = String::new();
        if count > postings.len() {
            out = format!("={count}");
        }
        let mut before = None;
        for posting in postings {
            if before != Some(posting.weight) {
                if !out.is_empty() {
                    out.push(' ');
                }
                out.push(char::from(DIGITS[usize::from(posting.weight)]));
                before = Some(posting.weight);
            }
            let (block, _) = volume.blocks[posting.block() as usize];
            out.push_str(&identifier(block, usize::from(posting.part), self.length));
        }
        out
    }
}

/// The key of the file that leads to the others of a volume.
fn top(number: usize) -> String {
    format!("w-{number}")
}

fn typos_key(number: usize) -> String {
    format!("t-{number}")
}

/// How many bytes the list of a word takes, about.
fn size(word: &str, count: usize, length: usize) -> usize {
    let list = count.min(MOST);
    word.len() + list * (length + 1) + 2 * DIGITS.len().min(list) + 14
}

/// The postings that say most, in that order.
fn best(postings: &[Posting]) -> Vec<Posting> {
    let order = |posting: &Posting| (u8::MAX - posting.weight, posting.block(), posting.part);
    let mut best = postings.to_vec();
    if best.len() > MOST {
        best.select_nth_unstable_by_key(MOST, order);
        best.truncate(MOST);
    }
    best.sort_unstable_by_key(order);
    best
}

struct Cutter<'a> {
    volume: &'a Volume,
    number: usize,
    /// The best postings of each word.
    best: Vec<Vec<Posting>>,
    /// The bytes of each word.
    sizes: Vec<usize>,
    tree: BTreeMap<String, String>,
    files: BTreeMap<String, Held>,
}

impl Cutter<'_> {
    /// Cuts the words that begin alike by their next letter.
    fn branch(&mut self, start: &str, range: Range<usize>) {
        let mut at = range.start;
        // Words that begin with less than a volume is chosen by may stand in others, too.
        if !start.is_empty() && volume_of(start) == self.number {
            let own = usize::from(self.volume.words[at].0 == start);
            let all = self.together(start, range.clone());
            self.files.insert(self.key(&format!("{start}*")), Held::Words(at..at + own, Some(all)));
            at += own;
        }
        let mut letters = String::new();
        // The file that has room left, where it begins, and how much.
        let mut open: Option<(String, usize, usize)> = None;
        while at < range.end {
            let next = self.letter(at, start.len());
            let same = |word: &usize| self.letter(*word, start.len()) == next;
            let end = (at..range.end).take_while(same).last().expect("the first is one") + 1;
            let size: usize = self.sizes[at..end].iter().sum();
            let key = format!("{start}{next}");
            match open.take() {
                _ if size > LONGEST && end - at > 1 => self.branch(&key, at..end),
                Some((file, from, room)) if size <= room => {
                    self.files.insert(file.clone(), Held::Words(from..end, None));
                    open = Some((file, from, room - size));
                }
                _ => {
                    letters.push(next);
                    let file = self.key(&key);
                    self.files.insert(file.clone(), Held::Words(at..end, None));
                    open = Some((file, at, LONGEST.saturating_sub(size)));
                }
            }
            at = end;
        }
        self.tree.insert(start.to_string(), letters);
    }

    fn key(&self, name: &str) -> String {
        format!("{}/{name}", top(self.number))
    }

    /// The letter of a word behind its first bytes.
    fn letter(&self, word: usize, start: usize) -> char {
        let rest = &self.volume.words[word].0[start..];
        rest.chars().next().expect("only the first word of a branch ends with its beginning")
    }

    /// What several words together say: for each part, the most that one of them does. The best
    /// of all are among the best of each.
    fn together(&self, start: &str, words: Range<usize>) -> All {
        let mut all: Vec<Posting> = self.best[words].iter().flatten().copied().collect();
        all.sort_unstable_by_key(|posting| {
            (posting.block(), posting.part, u8::MAX - posting.weight)
        });
        all.dedup_by_key(|posting| (posting.block(), posting.part));
        All { start: start.to_string(), best: best(&all), count: all.len() }
    }
}

/// Cuts the tree into pieces: the first one is the top of the volume, the others have the
/// beginnings for their keys that they are about.
fn pieces(
    start: &str,
    tree: &BTreeMap<String, String>,
    number: usize,
    files: &mut BTreeMap<String, Held>,
) {
    let below = |start: &str| {
        let start = start.to_string();
        tree.range(start.clone()..).take_while(move |(key, _)| key.starts_with(&start))
    };
    let size = |start: &str| -> usize {
        below(start).map(|(key, letters)| key.len() + letters.len() + 6).sum()
    };
    let all_fit = size(start) <= LONGEST_PIECE;
    let mut own = Piece::new();
    for (key, letters) in below(start) {
        // The beginning one letter longer that this one belongs to.
        let next = key[start.len()..].chars().next().map(|letter| format!("{start}{letter}"));
        match next.filter(|next| !all_fit && size(next) > LONGEST_PIECE / 16) {
            None => drop(own.insert(key.clone(), Some(letters.clone()))),
            Some(next) => {
                if own.insert(next.clone(), None).is_none() {
                    pieces(&next, tree, number, files);
                }
            }
        }
    }
    let top = top(number);
    let key = if start.is_empty() { top } else { format!("{top}/d-{start}") };
    files.insert(key, Held::Tree(own));
}
