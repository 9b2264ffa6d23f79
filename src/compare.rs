//! Compares two versions of a text word by word. How lines are broken is no difference.

use similar::{ChangeTag, TextDiff};

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

/// A line of today's text, with what was taken out of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its words, and the white space between them, in order.
    pub parts: Vec<Part>,
    /// Whether anything in it has changed.
    pub changed: bool,
}

impl Part {
    /// The text, whatever became of it.
    pub fn text(&self) -> &str {
        match self {
            Self::Kept(text) | Self::Removed(text) | Self::Added(text) => text,
        }
    }

    /// Another text of which the same became.
    fn with(&self, text: &str) -> Self {
        let text = text.to_string();
        match self {
            Self::Kept(_) => Self::Kept(text),
            Self::Removed(_) => Self::Removed(text),
            Self::Added(_) => Self::Added(text),
        }
    }
}

/// The words of both versions in one list.
pub fn difference<'a>(old: &'a str, new: &'a str) -> Vec<Part> {
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

/// The lines that have changed, with a line around each, in runs of neighbours.
pub fn excerpts(parts: &[Part]) -> Vec<Vec<Line>> {
    let lines = lines(parts);
    let near = |index: usize| {
        let (first, last) = (index.saturating_sub(1), (index + 1).min(lines.len() - 1));
        lines[first..=last].iter().any(|line| line.changed)
    };
    let shown: Vec<bool> = (0..lines.len()).map(near).collect();
    let mut runs: Vec<Vec<Line>> = Vec::new();
    for (index, line) in lines.into_iter().enumerate().filter(|(index, _)| shown[*index]) {
        match runs.last_mut().filter(|_| index > 0 && shown[index - 1]) {
            Some(run) => run.push(line),
            None => runs.push(vec![line]),
        }
    }
    runs
}

/// All lines. White space is never taken out or new.
fn lines(parts: &[Part]) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    for part in parts {
        for (index, piece) in part.text().split('\n').enumerate() {
            if index > 0 {
                lines.push(Line::default());
            }
            let line = lines.last_mut().expect("there is always a line");
            let words = piece.trim_start();
            let space = &piece[..piece.len() - words.len()];
            line.parts.extend((!space.is_empty()).then(|| Part::Kept(space.to_string())));
            if !words.is_empty() {
                line.changed |= !matches!(part, Part::Kept(_));
                line.parts.push(part.with(words));
            }
        }
    }
    lines
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
        difference(old, new).iter().map(show).collect()
    }

    #[test]
    fn words_are_compared_and_lines_are_not() {
        assert_eq!(show("a b\nc d\n", "a b c\nd"), "a b c\nd");
        assert_eq!(show("keep 30 days", "keep\n90 days"), "keep[-\n30-]{+ 90+} days");
        assert_eq!(show("", "new\n\ntext"), "{+new\n\ntext+}");
        assert_eq!(show("a b c", "a c"), "a[- b-] c");
    }

    #[test]
    fn changed_lines_are_shown_with_a_line_around_each() {
        let old = "1\n2\n3\n4 kept\n5\n6\n7\n8\n9";
        let new = "1\n2\n3\n4 new\n5\n6\n7\n8\n10";
        let text = |line: &Line| line.parts.iter().map(Part::text).collect::<String>();
        let shown: Vec<Vec<String>> = excerpts(&difference(old, new))
            .iter()
            .map(|lines| lines.iter().map(text).collect())
            .collect();
        assert_eq!(shown, [vec!["3", "4 kept new", "5"], vec!["8", "9 10"]]);
        assert!(excerpts(&difference("a b", "a\nb")).is_empty());
    }
}
