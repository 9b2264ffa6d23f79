//! Remembers highlighted code by language and text, since highlighting costs more than all else.
//!
//! What is remembered depends on nothing but language and text, so it may come from anywhere: from
//! another page, or from an earlier version of the same one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Body, Piece, highlight};
use crate::base::{Digest, Hasher};

/// Highlighted code, by the digest of its language and its text.
#[derive(Default)]
pub struct CodeCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    html: HashMap<Digest, Arc<str>>,
    /// In bytes.
    size: usize,
}

/// So many bytes are kept at the most. Most blocks stand on one page only.
const MOST: usize = 16 * 1024 * 1024;

impl CodeCache {
    /// The HTML of some code, with the key that it is known by; none for an unknown language.
    pub(super) fn highlight(&self, language: &str, code: &str) -> Option<(Digest, Arc<str>)> {
        let mut hasher = Hasher::default();
        hasher.field(language.as_bytes());
        hasher.field(code.as_bytes());
        let key = hasher.finish();
        let known = self.kept().html.get(&key).cloned();
        let html = match known {
            Some(html) => html,
            None => self.keep(key, highlight::highlight(language, code)?.into()),
        };
        Some((key, html))
    }

    /// Keeps the code of a page for its next version.
    pub fn keep_all(&self, body: &Body) {
        for piece in &body.pieces {
            if let Piece::Code { key, html } = piece {
                self.keep(*key, html.as_str().into());
            }
        }
    }

    /// Lets go of everything, and of what this thread remembers of single lines.
    pub fn forget(&self) {
        *self.kept() = Kept::default();
        highlight::forget();
    }

    fn keep(&self, key: Digest, html: Arc<str>) -> Arc<str> {
        let mut kept = self.kept();
        if kept.size + html.len() > MOST {
            *kept = Kept::default();
        }
        if kept.html.insert(key, Arc::clone(&html)).is_none() {
            kept.size += html.len();
        }
        html
    }

    /// A panic elsewhere leaves entries that are whole.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
