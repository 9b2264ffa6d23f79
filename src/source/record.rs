//! Adds a record to a file of reviews. What stands there stays as it is, byte for byte.

use super::{Review, read_reviews};
use crate::base::SitePath;

/// The text of a file of reviews with one more record at its end; none when the list is written
/// in a form that can't be added to, or can't be read.
pub fn append_review(path: &SitePath, text: &str, review: &Review) -> Option<String> {
    let item = text.lines().find(|line| line.trim_start().starts_with("- "));
    let indent = item.map_or("", |line| &line[..line.len() - line.trim_start().len()]);
    let mut out = text.to_string();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    for (index, (key, value)) in fields(review).into_iter().enumerate() {
        let dash = if index == 0 { "- " } else { "  " };
        out += &format!("{indent}{dash}{key}: {value}\n");
    }
    let same = |a: &Review, b: &Review| Review { range: b.range, ..a.clone() } == *b;
    let (mut old_faults, mut new_faults) = (Vec::new(), Vec::new());
    let old = read_reviews(path, text, &mut old_faults);
    let new = read_reviews(path, &out, &mut new_faults);
    let (last, earlier) = new.split_last()?;
    let added = same(review, last) && old.len() == earlier.len();
    (added && old_faults.len() == new_faults.len()).then_some(out)
}

/// The keys of a record with their values, as YAML.
fn fields(review: &Review) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("by", scalar(&review.by)),
        ("on", review.on.to_string()),
        ("verdict", review.verdict.id().to_string()),
    ];
    let text = |key, value: &Option<String>| value.as_deref().map(|value| (key, scalar(value)));
    fields.extend(review.method.map(|method| ("method", method.id().to_string())));
    fields.extend(text("author", &review.author));
    fields.extend(text("digest", &review.digest));
    fields.extend(text("note", &review.note));
    fields.extend(review.on_behalf.then(|| ("on_behalf", "true".to_string())));
    fields.extend(review.minor.then(|| ("minor", "true".to_string())));
    fields
}

/// A text as YAML: as it is when it can't be taken for anything else, else in double quotes.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|char: char| char.is_ascii_alphabetic())
        && text.chars().all(|char| char.is_ascii_alphanumeric() || "-_.@ ".contains(char))
        && !text.ends_with(' ')
        && !RESERVED.contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_string() } else { quoted(text) }
}

/// Words that some reader of YAML takes for something else than text.
const RESERVED: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan"];

/// In double quotes, with what YAML doesn't let stand there (section 5.1) as escapes.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(char),
            _ if char.is_alphanumeric() => out.push(char),
            _ => out += &format!("\\U{:08X}", u32::from(char)),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::TextRange;
    use crate::source::{Method, Verdict};

    fn path() -> SitePath {
        SitePath::new("content/a.reviews.yaml").unwrap()
    }

    fn review(by: &str, note: &str) -> Review {
        Review {
            by: by.to_string(),
            on: jiff::civil::date(2026, 11, 22),
            verdict: Verdict::Approved,
            method: Some(Method::RanTheSteps),
            author: Some("Bea <bea@example.org>".to_string()),
            digest: Some("v1-0123".to_string()),
            note: Some(note.to_string()),
            on_behalf: false,
            minor: true,
            range: TextRange::default(),
        }
    }

    #[test]
    fn a_record_is_added_in_the_form_that_is_documented() {
        assert_eq!(
            append_review(&path(), "", &review("ann", "Say who: \"us\".")).unwrap(),
            "- by: ann\n  on: 2026-11-22\n  verdict: approved\n  method: ran-the-steps\n  \
             author: \"Bea <bea@example.org>\"\n  digest: v1-0123\n  \
             note: \"Say who: \\\"us\\\".\"\n  minor: true\n"
        );
    }

    #[test]
    fn what_stands_there_stays() {
        for text in [
            "# By hand.\n- by: ann\n  on: 2026-11-20\n  verdict: requested",
            "---\n  - {by: ann, on: 2026-11-20, verdict: requested}\n\n# The end\n",
            "- by: ann\n  on: never\n  verdict: requested\n",
        ] {
            let added = append_review(&path(), text, &review("bea", "x")).unwrap();
            assert!(added.starts_with(text), "{added}");
        }
    }

    #[test]
    fn a_list_in_another_form_is_left_alone() {
        for text in
            ["[{by: ann, on: 2026-11-20, verdict: requested}]\n", "[]\n", "by: x\n", "- [\n"]
        {
            assert_eq!(append_review(&path(), text, &review("bea", "x")), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_recorded(by in "\\PC*[a-z]\\PC*", note in any::<String>()) {
            // The reader takes white space around a text away, and an empty one for none.
            let (by, note) = (by.trim(), note.trim());
            prop_assume!(!note.is_empty());
            prop_assert!(append_review(&path(), "", &review(by, note)).is_some(), "{by} {note}");
        }
    }
}
