//! Pages → the files that the search of a site is made of.
//!
//! Pure functions: the same pages give the same files. There is no server to ask, so a browser
//! fetches what a query needs: the directory, a file for each word, a file for each result. Each
//! is a script that hands its content over, since pages opened from disk may run scripts, but not
//! read files. A file has a bound, so that a query costs about the same at any size of the site;
//! what the site is too large for is left out by weight.
//!
//! Words are shared out among [`VOLUMES`] by their first letters, and nothing is known across
//! volumes but frequent words by their last letter. So an edit makes anew the volumes of the words
//! that it touches, and of these it changes the files of the words.
//!
//! `search.js` in the theme is the other half of this room.

mod cut;
mod fragments;
mod terms;
mod typos;
mod volume;
mod words;

pub use cut::{Contents, Cut};
pub use fragments::{PARTS, block_id, id_length};
pub use terms::{Signs, Terms, terms};
pub use typos::endings;
pub use volume::{Builder, Volume};
pub use words::{VOLUMES, volume_of};

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use fragments::shorten;

use crate::base::encode_path;
use crate::parse::TextSection;

/// A page as the search sees it.
#[derive(Clone, Debug)]
pub struct Document<'a> {
    /// Relative to the root of the site.
    pub url: &'a str,
    /// The title.
    pub title: &'a str,
    /// The area or section, by its number in the list of the [`Directory`].
    pub area: Option<usize>,
    /// The status of the gap behind it, by its id.
    pub status: Option<&'static str>,
    /// The text.
    pub sections: Cow<'a, [TextSection]>,
}

/// What readers may choose to see alone: an area, a status.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What stands for it in the index.
    pub key: String,
    /// The word that readers see.
    pub title: String,
    /// The sign that readers see; may be empty.
    pub glyph: &'static str,
}

/// What leads to all other files.
#[derive(Debug)]
pub struct Directory {
    /// How many parts all pages have.
    pub parts: usize,
    /// How long the identifier of a page is.
    pub id: usize,
    /// What readers may choose from, in the order in which they see it.
    pub areas: Vec<Choice>,
    /// The same for statuses.
    pub statuses: Vec<Choice>,
    /// The volumes that hold words.
    pub volumes: Vec<usize>,
    /// The volumes that have a list for misspelt words.
    pub typos: Vec<usize>,
    /// The letters that words end with which somebody may misspell.
    pub endings: String,
}

/// The form of the files; `search.js` reads this one.
const VERSION: u32 = 2;
/// Up to so many bytes in all, everything is one file: a query may cost as much.
pub const ONE_FILE: usize = 45_000;
/// The list of a filter names so many pages.
const MOST_FILTERED: usize = 800;

impl Directory {
    /// Writes the directory. The number of parts is rounded, so that it seldom changes.
    pub fn write(&self) -> String {
        let shown = |choice: &Choice| json!([choice.key, choice.title, choice.glyph]);
        let value = json!({
            "version": VERSION,
            "parts": rounded_up(self.parts),
            "id": self.id + 1,
            "areas": self.areas.iter().map(shown).collect::<Vec<_>>(),
            "statuses": self.statuses.iter().map(shown).collect::<Vec<_>>(),
            "volumes": self.volumes,
            "typos": self.typos,
            "endings": self.endings,
        });
        script("index", &value)
    }
}

/// What names the file of a part of a page. There may be very many, so they lie in folders.
pub fn part_key(block: u64, part: usize, length: usize) -> String {
    let id = fragments::identifier(block, part, length);
    let (folder, name) = id.split_at(2);
    format!("{folder}/{name}")
}

/// What is shown of a part of a page.
pub fn write_part(page: &Document, part: usize, key: &str) -> String {
    let parts = fragments::cut(&page.sections);
    let sections = parts.get(part).into_iter().flatten();
    let sections = sections.map(|piece| json!([piece.heading, piece.id, piece.text]));
    let shown = json!([
        encode_path(page.url),
        shorten(page.title),
        page.area,
        page.status.unwrap_or_default(),
        sections.collect::<Vec<_>>(),
    ]);
    script(key, &shown)
}

/// For each choice the pages that it leaves, by the block of each: key → script. `+` at the end of
/// a list says that there are more.
pub fn filters<'a>(
    pages: impl Iterator<Item = (u64, Option<&'a str>, Option<&'a str>)>,
    length: usize,
) -> BTreeMap<String, String> {
    let mut lists: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (block, area, status) in pages {
        let area = area.map(|area| format!("a-{area}"));
        let status = status.map(|status| format!("s-{status}"));
        for key in area.into_iter().chain(status) {
            let (count, list) = lists.entry(key).or_default();
            *count += 1;
            match (*count).cmp(&(MOST_FILTERED + 1)) {
                std::cmp::Ordering::Less => list.push_str(&fragments::page_id(block, length)),
                std::cmp::Ordering::Equal => list.push('+'),
                std::cmp::Ordering::Greater => {}
            }
        }
    }
    lists.into_iter().map(|(key, (_, list))| (key.clone(), script(&key, &list))).collect()
}

/// Writes a list of words.
pub fn write_list(key: &str, words: &str) -> String {
    script(key, &words)
}

/// A script that hands a value over. No tag stands in it, in case that somebody takes the file
/// for HTML.
fn script(key: &str, value: &impl Serialize) -> String {
    let value = serde_json::to_string(value).expect("plain data can be written");
    let value = value.replace('<', "\\u003c");
    format!("lacunaSearch({},{value});\n", Value::from(key))
}

/// Where a file is published. Letters beyond ASCII are written by their numbers, so that hosts
/// and file systems agree on the name.
pub fn url(key: &str) -> String {
    let mut url = "search/".to_string();
    for char in key.chars() {
        match char {
            'a'..='z' | '0'..='9' | '-' | '/' => url.push(char),
            '*' => url.push('_'),
            _ => url.push_str(&format!("={:x}", u32::from(char))),
        }
    }
    url + ".js"
}

/// The next power of two or three quarters of it: a count that seldom changes.
fn rounded_up(count: usize) -> usize {
    let power = count.next_power_of_two();
    if power * 3 / 4 >= count { power * 3 / 4 } else { power }
}
