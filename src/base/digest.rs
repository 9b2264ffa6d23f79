//! Digests of content.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A BLAKE3 digest, cut to 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Digest([u8; 16]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::cut(&blake3::hash(bytes))
    }

    /// The bytes of the digest.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The first eight hex digits, enough to tell versions of one file apart.
    pub fn short(self) -> String {
        self.to_string()[..8].to_string()
    }

    /// The first eight bytes as a number, for spreading things evenly.
    pub fn number(self) -> u64 {
        let (head, _) = self.0.split_at(8);
        u64::from_be_bytes(head.try_into().expect("a digest has 16 bytes"))
    }

    fn cut(hash: &blake3::Hash) -> Self {
        let (head, _) = hash.as_bytes().split_at(16);
        Self(head.try_into().expect("a BLAKE3 hash has 32 bytes"))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Digest({self})")
    }
}

/// Takes a digest piece by piece. Each field is preceded by its length, so that `ab`, `c` and
/// `a`, `bc` differ.
#[derive(Default)]
pub struct Hasher {
    taken: blake3::Hasher,
    /// What isn't taken yet: BLAKE3 takes many bytes at once several times as fast as a few.
    waiting: Vec<u8>,
}

/// So many bytes wait at the most.
const MOST_WAITING: usize = 16 * 1024;
/// There is room for so many.
const ROOM: usize = 256;

impl Hasher {
    /// Adds one field.
    pub fn field(&mut self, bytes: &[u8]) {
        self.add(&(bytes.len() as u64).to_le_bytes());
        self.add(bytes);
    }

    /// The digest of all fields.
    pub fn finish(mut self) -> Digest {
        self.taken.update(&self.waiting);
        Digest::cut(&self.taken.finalize())
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.waiting.len() + bytes.len() <= MOST_WAITING {
            self.waiting.reserve(bytes.len().max(ROOM));
            return self.waiting.extend_from_slice(bytes);
        }
        self.taken.update(&self.waiting);
        self.waiting.clear();
        match bytes.len() > MOST_WAITING {
            true => drop(self.taken.update(bytes)),
            false => self.waiting.extend_from_slice(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_head_of_blake3() {
        // The BLAKE3 hash of the empty input, from the test vectors of its specification.
        assert_eq!(Digest::of(b"").to_string(), "af1349b9f5f9a1a6a0404dea36dcc949");
    }

    #[test]
    fn a_digest_does_not_depend_on_how_much_is_taken_at_once() {
        let fields: Vec<Vec<u8>> = (0..40).map(|n| vec![n; usize::from(n) * 900]).collect();
        let mut hasher = Hasher::default();
        let mut whole = Vec::new();
        for field in &fields {
            hasher.field(field);
            whole.extend((field.len() as u64).to_le_bytes());
            whole.extend(field);
        }
        assert_eq!(hasher.finish(), Digest::of(&whole));
    }

    #[test]
    fn fields_keep_their_borders() {
        let digest = |fields: &[&str]| {
            let mut hasher = Hasher::default();
            for field in fields {
                hasher.field(field.as_bytes());
            }
            hasher.finish()
        };
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
    }
}
