//! Draws Mermaid diagrams: a text → one picture for light pages and one for dark ones, as SVG.
//!
//! Knows neither pages nor files. Texts are data that anybody may have written: drawing one takes
//! bounded time and memory, never ends the program, and gives a picture that runs nothing, leads
//! nowhere and names nothing outside itself. A program that was built without the feature
//! `diagrams` draws none.

#[cfg(feature = "diagrams")]
mod clean;
#[cfg(feature = "diagrams")]
mod draw;
#[cfg(feature = "diagrams")]
mod widths;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use crate::base::{Digest, Hasher};

/// Whether this program can draw.
pub const CAN_DRAW: bool = cfg!(feature = "diagrams");

/// Why a program can't that was built without the feature.
pub const CANNOT_DRAW: &str = "this program was built without diagrams";

/// A diagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    /// SVG for light pages.
    pub light: String,
    /// SVG for dark pages.
    pub dark: String,
    /// Its width in pixels, where there is room for it.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its `accTitle`; may be empty.
    pub title: String,
    /// Its `accDescr`; may be empty.
    pub description: String,
}

/// What kind of page a picture is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shade {
    /// A light one.
    Light,
    /// A dark one.
    Dark,
}

/// Where the picture of a drawing is, by its name, from the root of the site.
pub fn url(name: &str, shade: Shade) -> String {
    match shade {
        Shade::Light => format!("assets/diagrams/{name}.svg"),
        Shade::Dark => format!("assets/diagrams/{name}-dark.svg"),
    }
}

impl Drawing {
    /// One of its pictures.
    pub fn svg(&self, shade: Shade) -> &str {
        match shade {
            Shade::Light => &self.light,
            Shade::Dark => &self.dark,
        }
    }

    /// A name that no other drawing has.
    pub fn name(&self) -> String {
        let mut hasher = Hasher::default();
        hasher.field(self.light.as_bytes());
        hasher.field(self.dark.as_bytes());
        hasher.finish().to_string()
    }
}

/// Why a text can't be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line of the text, from 1, if it is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// Whether the text is the reason. Where time ran out, another attempt may go well.
    pub lasting: bool,
}

/// Draws a text.
#[cfg(feature = "diagrams")]
pub fn draw(text: &str) -> Result<Drawing, Fault> {
    draw::draw(text)
}

/// Draws nothing.
#[cfg(not(feature = "diagrams"))]
pub fn draw(_: &str) -> Result<Drawing, Fault> {
    Err(Fault { line: None, message: CANNOT_DRAW.to_string(), lasting: true })
}

/// What has been drawn, by text, so that it is drawn once.
#[derive(Default)]
pub struct Drawings {
    kept: Mutex<Kept>,
    drawn: AtomicUsize,
}

/// What drawing a text gave.
pub type Drawn = Result<Arc<Drawing>, Arc<Fault>>;

#[derive(Default)]
struct Kept {
    drawn: HashMap<Digest, Arc<OnceLock<Drawn>>>,
    /// In bytes.
    size: usize,
}

/// So many bytes are kept at the most. Most diagrams stand on one page only.
const MOST: usize = 16 * 1024 * 1024;

impl Drawings {
    /// The picture of a text. Whoever asks while another draws it waits for that one.
    pub fn draw(&self, text: &str) -> Drawn {
        let key = key(text);
        let place = Arc::clone(self.kept().drawn.entry(key).or_default());
        let drawn = place.get_or_init(|| {
            let drawn = draw(text).map(Arc::new).map_err(Arc::new);
            if let Ok(drawing) = &drawn {
                self.drawn.fetch_add(1, Ordering::Relaxed);
                self.weigh(key, &place, drawing);
            }
            drawn
        });
        if drawn.as_ref().is_err_and(|fault| !fault.lasting) {
            self.kept().drawn.remove(&key);
        }
        drawn.clone()
    }

    /// Keeps what was drawn before, by the key of its text.
    pub fn keep(&self, key: Digest, drawing: &Drawing) {
        let place = Arc::new(OnceLock::from(Ok(Arc::new(drawing.clone()))));
        self.weigh(key, &place, drawing);
    }

    /// Lets go of all that is kept.
    pub fn forget(&self) {
        *self.kept() = Kept::default();
    }

    /// How many texts were drawn.
    pub fn drawn(&self) -> usize {
        self.drawn.load(Ordering::Relaxed)
    }

    /// Lets go of all the others when they are too many.
    fn weigh(&self, key: Digest, place: &Arc<OnceLock<Drawn>>, drawing: &Drawing) {
        let mut kept = self.kept();
        let size = drawing.light.len() + drawing.dark.len();
        if kept.size + size > MOST {
            *kept = Kept::default();
        }
        kept.drawn.insert(key, Arc::clone(place));
        kept.size += size;
    }

    /// A panic elsewhere leaves entries that are whole.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the picture of a text is known by.
pub fn key(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}
