//! The checklist: Markdown → tiers, areas, gaps.
//!
//! Text of the checklist is kept as text, never as HTML. A line that can't be read is reported.

mod events;
mod read;

pub(crate) use events::{Events, end_of};
pub use read::read;

use crate::base::{SitePath, TextRange};

/// What there should be.
#[derive(Clone, Debug)]
pub struct Checklist {
    /// The file that it was read from.
    pub path: SitePath,
    /// The heading of the whole list.
    pub title: Option<String>,
    /// In the order of the file, which is the order of their weight.
    pub tiers: Vec<Tier>,
    /// In the order of the file.
    pub areas: Vec<Area>,
    /// In the order of the file.
    pub gaps: Vec<Gap>,
}

/// How much some areas matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The slug of its title.
    pub id: String,
    /// Without the words that all tiers end in.
    pub title: String,
    /// Where `{#id}` would be written; none when it is there, or no heading is.
    pub id_at: Option<usize>,
}

/// A part of the handbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// The slug of its title, and the folder of its pages.
    pub id: String,
    /// As written before the title.
    pub number: Option<String>,
    /// Without its number.
    pub title: String,
    /// The index of its tier.
    pub tier: usize,
    /// Where `{#id}` would be written; none when it is there, or no heading is.
    pub id_at: Option<usize>,
}

/// A piece of documentation that there should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// `area/gap`.
    pub id: String,
    /// The title.
    pub title: String,
    /// What is missing, word for word; may be empty.
    pub missing: String,
    /// The index of its area.
    pub area: usize,
    /// Its place in the file.
    pub range: TextRange,
    /// Where `{#id}` would be written; none when it is there.
    pub id_at: Option<usize>,
}

impl Checklist {
    /// The tier of a gap.
    pub fn tier_of(&self, gap: &Gap) -> &Tier {
        &self.tiers[self.areas[gap.area].tier]
    }

    /// The index of a gap by its id.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.gaps.iter().position(|gap| gap.id == id)
    }

    /// The gaps of an area, with their indices.
    pub fn gaps_of(&self, area: usize) -> impl Iterator<Item = (usize, &Gap)> {
        self.gaps.iter().enumerate().filter(move |(_, gap)| gap.area == area)
    }
}

impl Gap {
    /// The part of the id after the area.
    pub fn slug(&self) -> &str {
        self.id.rsplit_once('/').map_or(self.id.as_str(), |(_, slug)| slug)
    }
}
