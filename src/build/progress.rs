//! How far a build is, for whoever watches it from another thread.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How far a build is.
#[derive(Default)]
pub struct Progress {
    read: Count,
    made: Count,
}

/// How much of something is done.
#[derive(Default)]
pub(super) struct Count {
    done: AtomicUsize,
    all: AtomicUsize,
}

impl Progress {
    /// What is being done, how much of it is done, and of how much.
    pub fn now(&self) -> (&'static str, usize, usize) {
        let (name, count) = match self.made.all.load(Ordering::Relaxed) {
            0 => ("reading pages", &self.read),
            _ => ("making files", &self.made),
        };
        (name, count.done.load(Ordering::Relaxed), count.all.load(Ordering::Relaxed))
    }

    /// Pages that must be read.
    pub(super) fn read(&self) -> &Count {
        &self.read
    }

    /// Files of the output.
    pub(super) fn made(&self) -> &Count {
        &self.made
    }
}

impl Count {
    /// There is so much more to be done.
    pub(super) fn expect(&self, more: usize) {
        self.all.fetch_add(more, Ordering::Relaxed);
    }

    /// One more is done.
    pub(super) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}
