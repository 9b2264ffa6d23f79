//! Compares two versions of a text word by word. How lines are broken is no difference.

use similar::{ChangeTag, TextDiff};

use crate::base::SitePath;
use crate::source::Review;

/// What has changed since a text was approved.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The approval; none when there never was one.
    pub since: Option<Review>,
    /// The text of today, with what was taken out, in order; empty when it is the same.
    pub parts: Vec<Part>,
    /// The files beside the text that have changed, too.
    pub files: Vec<SitePath>,
}

/// A run of words with the white space before each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// In both versions.
    Kept(String),
    /// In the approved version only.
    Removed(String),
    /// In today's version only.
    Added(String),
}

impl Comparison {
    pub(super) fn same(since: &Review) -> Self {
        Self { since: Some(since.clone()), parts: Vec::new(), files: Vec::new() }
    }

    pub(super) fn new(since: Option<&Review>, old: &str, new: &str) -> Self {
        Self { since: since.cloned(), parts: parts(old, new), files: Vec::new() }
    }

    #[must_use]
    pub(super) fn beside(mut self, files: Vec<SitePath>) -> Self {
        self.files = files;
        self
    }
}

/// The words of both versions in one list.
fn parts<'a>(old: &'a str, new: &'a str) -> Vec<Part> {
    let (old, new) = (words(old), words(new));
    let bare = |words: &[&'a str]| -> Vec<&'a str> {
        words.iter().map(|word| word.trim_start()).collect()
    };
    let (old_words, new_words) = (bare(&old), bare(&new));
    let diff = TextDiff::from_slices(&old_words, &new_words);
    let mut parts: Vec<Part> = Vec::new();
    for change in diff.iter_all_changes() {
        let (tag, old_at, new_at) = (change.tag(), change.old_index(), change.new_index());
        let word = match tag {
            ChangeTag::Delete => old[old_at.expect("it was in the old text")],
            _ => new[new_at.expect("it is in the new text")],
        };
        match (tag, parts.last_mut()) {
            (ChangeTag::Equal, Some(Part::Kept(text)))
            | (ChangeTag::Delete, Some(Part::Removed(text)))
            | (ChangeTag::Insert, Some(Part::Added(text))) => text.push_str(word),
            (ChangeTag::Equal, _) => parts.push(Part::Kept(word.to_string())),
            (ChangeTag::Delete, _) => parts.push(Part::Removed(word.to_string())),
            (ChangeTag::Insert, _) => parts.push(Part::Added(word.to_string())),
        }
    }
    (1..parts.len()).for_each(|at| put_in_place(&mut parts[at - 1..=at]));
    parts
}

/// Puts what was taken out where that stands which came instead, on the same line.
fn put_in_place(pair: &mut [Part]) {
    if let [Part::Removed(old), Part::Added(new)] = pair {
        let (old_words, new_words) = (old.trim_start(), new.trim_start());
        let space = &new[..new.len() - new_words.len()];
        (*old, *new) = (format!("{space}{old_words}"), format!(" {new_words}"));
    }
}

/// The words of a text, each with the white space before it.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text.trim_end();
    while !rest.is_empty() {
        let start = rest.len() - rest.trim_start().len();
        let end = rest[start..].find(char::is_whitespace).map_or(rest.len(), |end| start + end);
        let (word, tail) = rest.split_at(end);
        words.push(word);
        rest = tail;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(old: &str, new: &str) -> String {
        let show = |part: &Part| match part {
            Part::Kept(text) => text.clone(),
            Part::Removed(text) => format!("[-{text}-]"),
            Part::Added(text) => format!("{{+{text}+}}"),
        };
        parts(old, new).iter().map(show).collect()
    }

    #[test]
    fn words_are_compared_and_lines_are_not() {
        assert_eq!(show("a b\nc d\n", "a b c\nd"), "a b c\nd");
        assert_eq!(show("keep 30 days", "keep\n90 days"), "keep[-\n30-]{+ 90+} days");
        assert_eq!(show("", "new\n\ntext"), "{+new\n\ntext+}");
        assert_eq!(show("a b c", "a c"), "a[- b-] c");
    }
}
