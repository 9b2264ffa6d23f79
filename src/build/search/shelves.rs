//! Brings the volumes of the search up to date: from what an earlier build has left of them, and
//! from the pages that differ.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use super::count::{AT_ONCE, terms};
use super::{Block, Blocks, Finder};
use crate::base::Digest;
use crate::build::cache::Cache;
use crate::build::plan::Maker;
use crate::files::Kind;
use crate::search::{Builder, Contents, Cut, Signs, Terms, VOLUMES, Volume};

/// The file of the cache that says what volumes hold; that of a volume has its number behind it.
const NAME: &str = "search";

/// So many bytes of words are held from counting them to writing them. What goes beyond lies in the
/// cache only, and is read again, a few volumes at a time.
const MOST_HELD: usize = 32 * 1024 * 1024;
/// The keys of so many volumes are gathered in one pass over the blocks.
const KEYS_AT_ONCE: usize = VOLUMES / 8;

/// A volume, whether its words are at hand or not.
pub(super) struct Shelf {
    /// Of the words, and of how they are written.
    pub key: Digest,
    pub contents: Contents,
    volume: OnceLock<Held>,
    /// Whether the words aren't to stay in memory.
    is_large: bool,
}

type Held = Arc<(Volume, Cut)>;

/// The volumes of large sites that were read last, by their numbers.
#[derive(Default)]
pub(super) struct Recent(Mutex<VecDeque<(usize, Held)>>);

impl Recent {
    fn get(&self, number: usize, make: impl FnOnce() -> Held) -> Held {
        let list = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = list().iter().find(|(known, _)| *known == number).map(|(_, held)| held.clone());
        known.unwrap_or_else(|| {
            let made = make();
            let mut list = list();
            list.push_front((number, Arc::clone(&made)));
            // Files of volumes come one after the other, to each thread at another place.
            list.truncate(rayon::current_num_threads() + 1);
            made
        })
    }
}

/// Brings all volumes up to date, with the words that were counted.
pub(super) fn shelves(
    maker: &Maker,
    blocks: &Blocks,
    length: usize,
    (counted, whole): (Vec<Builder>, bool),
    earlier: Option<&Finder>,
) -> Vec<Shelf> {
    let keys = keys(blocks, length);
    let known = Known::new(maker, earlier);
    let kept: Vec<Option<Shelf>> =
        keys.iter().enumerate().map(|(number, key)| known.shelf(maker, number, *key)).collect();
    let builders = counted.into_iter().enumerate().filter(|(number, _)| kept[*number].is_none());
    let mut builders: Vec<(usize, Builder)> = builders.collect();
    builders.par_iter_mut().for_each(|(number, builder)| {
        let others = signed(blocks, *number);
        let others =
            others.filter(|(block, _)| !blocks.page(&blocks.list[*block as usize]).is_counted);
        builder.take_over(&known.volume(maker, *number), others, blocks.list.len());
    });
    let whole = fill(maker, blocks, &mut builders, true) && whole;
    let cache = maker.cache.filter(|_| whole);
    let held = AtomicUsize::new(0);
    let make = |(number, builder): (usize, Builder)| {
        let volume = builder.finish(signed(blocks, number), blocks.list.len());
        let room = || held.fetch_add(volume.size(), Relaxed) + volume.size() <= MOST_HELD;
        let is_kept = cache.is_some_and(|cache| keep(maker, cache, number, &volume));
        let is_large = is_kept && !room();
        (number, Shelf::new(keys[number], volume, number, length, is_large))
    };
    let made: Vec<(usize, Shelf)> = builders.into_par_iter().map(make).collect();
    let any_made = !made.is_empty();
    let mut shelves: Vec<Option<Shelf>> = kept;
    for (number, shelf) in made {
        shelves[number] = Some(shelf);
    }
    let shelves: Vec<Shelf> = shelves.into_iter().flatten().collect();
    if let Some(cache) = cache.filter(|_| any_made) {
        let kept: Vec<_> = shelves.iter().map(|shelf| (shelf.key, &shelf.contents)).collect();
        // What can't be written is made again.
        let _ = cache.write(maker.files, NAME, &kept, &[]);
    }
    shelves
}

/// For each volume a key: of its words, and of how long identifiers are.
fn keys(blocks: &Blocks, length: usize) -> Vec<Digest> {
    let length = u8::try_from(length).unwrap_or(u8::MAX);
    let of_some = |first: usize| {
        let mut volumes = vec![vec![length]; KEYS_AT_ONCE];
        for (_, block) in blocks.ordered() {
            let signed = volumes.iter_mut().zip(&blocks.signs(block)[first..]);
            for (bytes, sign) in signed.filter(|(_, sign)| **sign != 0) {
                bytes.extend_from_slice(&block.id.to_le_bytes());
                bytes.extend_from_slice(&sign.to_le_bytes());
            }
        }
        volumes.iter().map(|bytes| Digest::of(bytes)).collect::<Vec<Digest>>()
    };
    let firsts = (0..VOLUMES).into_par_iter().step_by(KEYS_AT_ONCE);
    firsts.flat_map_iter(of_some).collect()
}

/// The blocks that have words in a volume, in order, by their numbers.
fn signed(blocks: &Blocks, volume: usize) -> impl Iterator<Item = (u32, (u64, u32))> {
    let signs =
        blocks.ordered().map(move |(number, block)| (number, block, blocks.signs(block)[volume]));
    let signed = signs.filter(|(_, _, sign)| *sign != 0);
    signed.map(|(number, block, sign)| (number, (block.id, sign)))
}

/// Adds the words that volumes miss. False when the text of a page has changed meanwhile.
fn fill(
    maker: &Maker,
    blocks: &Blocks,
    builders: &mut [(usize, Builder)],
    in_parallel: bool,
) -> bool {
    let is_missed = |number: u32| builders.iter().any(|(_, builder)| builder.misses(number));
    let pages: Vec<(u32, &[Block])> = blocks
        .by_page()
        .filter(|(first, page)| (*first..).zip(*page).any(|(number, _)| is_missed(number)))
        .collect();
    let mut whole = true;
    for pages in pages.chunks(AT_ONCE) {
        let terms = |(_, page): &(u32, &[Block])| terms(maker, page[0].entry);
        let terms: Vec<Option<(Signs, Vec<Terms>)>> = match in_parallel {
            true => pages.par_iter().map(terms).collect(),
            false => pages.iter().map(terms).collect(),
        };
        whole &= terms.iter().all(Option::is_some);
        let add = |(volume, builder): &mut (usize, Builder)| {
            for ((first, _), terms) in pages.iter().zip(&terms) {
                let terms = terms.iter().flat_map(|(_, terms)| terms);
                for (number, terms) in (*first..).zip(terms) {
                    if builder.misses(number) {
                        builder.add(number, terms, *volume);
                    }
                }
            }
        };
        match in_parallel {
            true => builders.par_iter_mut().for_each(add),
            false => builders.iter_mut().for_each(add),
        }
    }
    whole
}

/// What was known before.
struct Known<'a> {
    earlier: Option<&'a Finder>,
    stored: Vec<(Digest, Contents)>,
}

impl<'a> Known<'a> {
    fn new(maker: &Maker, earlier: Option<&'a Finder>) -> Self {
        let found = maker.cache.and_then(|cache| cache.read(maker.files, NAME));
        Self { earlier, stored: found.map(|found| found.values).unwrap_or_default() }
    }

    /// A volume that is as it was.
    fn shelf(&self, maker: &Maker, number: usize, key: Digest) -> Option<Shelf> {
        if let Some(finder) = self.earlier {
            let shelf = finder.shelves.get(number).filter(|shelf| shelf.key == key)?;
            let (contents, volume) = (shelf.contents.clone(), shelf.volume.clone());
            return Some(Shelf { key, contents, volume, is_large: shelf.is_large });
        }
        let (_, contents) = self.stored.get(number).filter(|(known, _)| *known == key)?;
        // It may be needed later.
        let cache = maker.cache?;
        let is_there = maker.files.kind(&cache.path(&name(number))) == Kind::File;
        let (contents, volume) = (contents.clone(), OnceLock::new());
        is_there.then_some(Shelf { key, contents, volume, is_large: true })
    }

    /// The words of a volume, as they were.
    fn volume(&self, maker: &Maker, number: usize) -> Volume {
        let in_memory = self.earlier.and_then(|finder| finder.shelves[number].volume.get());
        match in_memory {
            Some(held) => held.0.clone(),
            None => stored(maker, number),
        }
    }
}

fn stored(maker: &Maker, number: usize) -> Volume {
    let found = maker.cache.and_then(|cache| cache.read(maker.files, &name(number)));
    found.map(|found| found.values).unwrap_or_default()
}

/// Keeps a volume for later. What can't be written is made again.
fn keep(maker: &Maker, cache: &Cache, number: usize, volume: &Volume) -> bool {
    cache.write(maker.files, &name(number), volume, &[]).is_some()
}

fn name(number: usize) -> String {
    format!("words-{number:02}")
}

impl Shelf {
    fn new(key: Digest, volume: Volume, number: usize, length: usize, is_large: bool) -> Self {
        let cut = Cut::new(&volume, number, length);
        let contents = cut.contents(&volume);
        let volume = match is_large {
            true => OnceLock::new(),
            false => OnceLock::from(Arc::new((volume, cut))),
        };
        Self { key, contents, volume, is_large }
    }

    /// The words of the volume. Whoever waits for them may hold a thread, so none is asked for help.
    pub(super) fn volume(
        &self,
        maker: &Maker,
        (blocks, recent): (&Blocks, &Recent),
        number: usize,
        length: usize,
    ) -> Held {
        let make = || {
            let mut volume = stored(maker, number);
            if !volume.holds(signed(blocks, number).map(|(_, block)| block)) {
                let mut builder = Builder::default();
                builder.take_over(&volume, signed(blocks, number), blocks.list.len());
                let mut builders = [(number, builder)];
                fill(maker, blocks, &mut builders, false);
                let [(_, builder)] = builders;
                volume = builder.finish(signed(blocks, number), blocks.list.len());
            }
            let cut = Cut::new(&volume, number, length);
            Arc::new((volume, cut))
        };
        match self.is_large {
            true => recent.get(number, make),
            false => Arc::clone(self.volume.get_or_init(make)),
        }
    }
}
