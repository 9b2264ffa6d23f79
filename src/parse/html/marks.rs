//! Marks on lines of code, by a comment at the end of the line: `// [!code highlight]`, `++`, `--`.
//!
//! They move with their line when others are written above it, as numbers of lines don't.

use std::collections::BTreeMap;

/// How a comment begins, in any language; what ends in another one stands before it.
const OPENERS: [&str; 8] = ["<!--", "//", "#", "--", ";", "%", "/*", "'"];
/// How one ends that doesn't end with its line.
const CLOSERS: [&str; 3] = ["", "*/", "-->"];

/// What is said of a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Mark {
    /// Look here.
    Highlight,
    /// It is new.
    Added,
    /// It goes.
    Removed,
}

impl Mark {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "highlight" => Some(Self::Highlight),
            "++" => Some(Self::Added),
            "--" => Some(Self::Removed),
            _ => None,
        }
    }

    fn element(self) -> &'static str {
        match self {
            Self::Highlight => "span",
            Self::Added => "ins",
            Self::Removed => "del",
        }
    }
}

/// The code without the comments that mark lines, and the marks by the number of the line, from 0.
pub(super) fn take(code: &str) -> (String, BTreeMap<usize, Mark>) {
    let (mut out, mut marks) = (String::with_capacity(code.len()), BTreeMap::new());
    for (number, line) in code.split_inclusive('\n').enumerate() {
        let Some((text, mark)) = marked(line) else {
            out.push_str(line);
            continue;
        };
        out.push_str(text);
        out.push('\n');
        marks.insert(number, mark);
    }
    (out, marks)
}

fn marked(line: &str) -> Option<(&str, Mark)> {
    let (before, comment) = line.rsplit_once("[!code ")?;
    let (word, after) = comment.split_once(']')?;
    let mark = Mark::parse(word.trim()).filter(|_| CLOSERS.contains(&after.trim()))?;
    let before = before.trim_end();
    let text = OPENERS.iter().find_map(|opener| before.strip_suffix(opener))?;
    Some((text.trim_end(), mark))
}

/// Puts elements around the marked lines of highlighted code, in which nothing crosses the end of
/// a line.
pub(super) fn put(html: &str, marks: &BTreeMap<usize, Mark>) -> String {
    let mut out = String::with_capacity(html.len());
    for (number, line) in html.split_inclusive('\n').enumerate() {
        match marks.get(&number).map(|mark| mark.element()) {
            Some(element) => {
                out.push_str(&format!("<{element} class=\"line\">{line}</{element}>"));
            }
            None => out.push_str(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, Mark)>) {
        assert_eq!(marked(line), expected, "{line}");
    }

    #[test]
    fn a_mark_is_a_comment_at_the_end_of_a_line() {
        check("a(); // [!code highlight]\n", Some(("a();", Mark::Highlight)));
        check("a: 1  # [!code ++]", Some(("a: 1", Mark::Added)));
        check("select 1 -- [!code --]", Some(("select 1", Mark::Removed)));
        check("<p> <!-- [!code ++] -->", Some(("<p>", Mark::Added)));
        check("a { } /* [!code highlight] */", Some(("a { }", Mark::Highlight)));
        check("[!code highlight]", None);
        check("// [!code focus]", None);
        check("// [!code ++] and more", None);
        check("# [!code ++", None);
    }
}
