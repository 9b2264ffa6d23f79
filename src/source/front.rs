//! Front matter: YAML between `---` lines at the head of a page.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_yaml::Spanned;

use super::yaml;
use crate::base::{SitePath, Status, TextRange, one_line};
use crate::config::Interval;
use crate::diag::{Diagnostic, Span};

/// What a page says about itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FrontMatter {
    /// The title.
    pub title: Option<String>,
    /// The gaps that the page closes, beside the one that its path names.
    pub gaps: Vec<Located>,
    /// One sentence for search engines and lists.
    pub description: Option<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Its place among the pages of its folder; lower comes first.
    pub order: Option<i64>,
    /// Old output paths that lead here.
    pub aliases: Vec<Located>,
    /// Whether it isn't finished.
    pub draft: bool,
    /// Who keeps it true.
    pub owner: Option<Located>,
    /// Its kind, which decides the sections that it must have.
    pub kind: Option<String>,
    /// What it answers for an auditor.
    pub controls: Vec<String>,
    /// How long an approval lasts, instead of what its tier says.
    pub review_every: Option<Interval>,
    /// The status that the author believes it has.
    pub claim: Option<String>,
}

/// A text and where it stands in the page's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Located {
    /// The text.
    pub text: String,
    /// Its place.
    pub range: TextRange,
}

/// A page's text, cut in two.
pub(super) struct Cut<'a> {
    /// The YAML, and where it begins.
    pub yaml: Option<(&'a str, usize)>,
    /// Where the Markdown begins.
    pub body: usize,
    /// True when front matter begins and doesn't end.
    pub open: bool,
}

/// More than this is no front matter that a person wrote.
const LARGEST: usize = 64 * 1024;

/// Finds the front matter; a byte order mark is skipped.
pub(super) fn cut(text: &str) -> Cut<'_> {
    let bom = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let none = Cut { yaml: None, body: bom, open: false };
    let Some(first) = text[bom..].split_inclusive('\n').next() else { return none };
    if first.trim_end() != "---" {
        return none;
    }
    let start = bom + first.len();
    let mut end = start;
    for line in text[start..].split_inclusive('\n') {
        if matches!(line.trim_end(), "---" | "...") {
            return Cut {
                yaml: Some((&text[start..end], start)),
                body: end + line.len(),
                open: false,
            };
        }
        end += line.len();
        if end - start > LARGEST {
            break;
        }
    }
    // Without an end it is a thematic break, unless a key follows at once.
    let next = text[start..].lines().next().unwrap_or_default();
    let key = next.split_once(':').is_some_and(|(key, _)| KEYS.iter().any(|known| known.0 == key));
    Cut { open: key, ..none }
}

/// Reads the values. What is wrong is a diagnostic, and the other keys still count.
pub(super) fn read(
    path: &SitePath,
    cut: &Cut,
    kinds: &[&str],
    diagnostics: &mut Vec<Diagnostic>,
) -> FrontMatter {
    if cut.open {
        diagnostics.push(
            Diagnostic::new("F003", Some(Span::new(path, 0..3)), "front matter has no end")
                .help("close it with a line `---`"),
        );
    }
    let Some((text, base)) = cut.yaml else { return FrontMatter::default() };
    if text.trim().is_empty() {
        return FrontMatter::default();
    }
    let values = match yaml::read::<HashMap<Spanned<String>, Spanned<Value>>>(path, text, base) {
        Ok(values) => values,
        Err(fault) => {
            diagnostics.push(fault);
            return FrontMatter::default();
        }
    };
    let mut reader = Reader { path, kinds, diagnostics, front: FrontMatter::default() };
    let mut entries: Vec<_> = values
        .iter()
        .map(|(key, value)| {
            (yaml::range(text, key, base), yaml::range(text, value, base), key, value)
        })
        .collect();
    entries.sort_by_key(|entry| entry.0);
    for (key_range, range, key, value) in entries {
        reader.entry(&key.value, &value.value, key_range, range);
    }
    reader.front
}

struct Reader<'a> {
    path: &'a SitePath,
    kinds: &'a [&'a str],
    diagnostics: &'a mut Vec<Diagnostic>,
    front: FrontMatter,
}

/// The keys, with what each takes: for `lacuna schema page` and for "did you mean".
const KEYS: &[(&str, &str)] = &[
    ("title", "a text"),
    ("gap", "the id of a gap, or a list of them"),
    ("description", "a text"),
    ("tags", "a list of texts"),
    ("order", "a whole number"),
    ("aliases", "a list of paths"),
    ("draft", "`true` or `false`"),
    ("owner", "a key of `[owners]`"),
    ("kind", "a kind of page"),
    ("controls", "a list of texts"),
    ("review_every", "an interval such as `6 months`"),
    ("claim", "a status"),
];

impl Reader<'_> {
    fn entry(&mut self, key: &str, value: &Value, key_range: TextRange, range: TextRange) {
        if value.is_null() && KEYS.iter().any(|known| known.0 == key) {
            return;
        }
        let taken = match key {
            "title" => text(value).map(|text| self.front.title = Some(text)),
            "gap" => located(value, range).map(|gaps| self.front.gaps = gaps),
            "description" => text(value).map(|text| self.front.description = Some(text)),
            "tags" => texts(value).map(|tags| self.front.tags = tags),
            "order" => value.as_i64().map(|order| self.front.order = Some(order)),
            "aliases" => located(value, range).map(|aliases| self.front.aliases = aliases),
            "draft" => value.as_bool().map(|draft| self.front.draft = draft),
            "owner" => text(value).map(|text| self.front.owner = Some(Located { text, range })),
            "kind" => one_of(value, self.kinds).map(|kind| self.front.kind = Some(kind)),
            "controls" => texts(value).map(|controls| self.front.controls = controls),
            "review_every" => text(value)
                .and_then(|text| Interval::parse(&text))
                .map(|interval| self.front.review_every = Some(interval)),
            "claim" => one_of(value, &Status::ALL.map(Status::id))
                .map(|claim| self.front.claim = Some(claim)),
            _ => {
                let found = unknown_key(self.path, key, key_range);
                return self.diagnostics.push(found);
            }
        };
        if taken.is_none() {
            let found = self.bad_value(key, value, range);
            self.diagnostics.push(found);
        }
    }

    fn bad_value(&self, key: &str, value: &Value, range: TextRange) -> Diagnostic {
        let takes = KEYS.iter().find(|known| known.0 == key).map_or("", |known| known.1);
        let span = Span::new(self.path, range);
        let message = format!("`{key}` takes {takes}");
        let found = Diagnostic::new("F002", Some(span), message);
        let written = value.as_str().unwrap_or_default();
        match key {
            "kind" => found.suggest(written, self.kinds.iter().copied()),
            "claim" => found.suggest(written, Status::ALL.map(Status::id)),
            _ => found,
        }
    }
}

fn unknown_key(path: &SitePath, key: &str, range: TextRange) -> Diagnostic {
    let span = Span::new(path, range);
    let message = format!("unknown key `{}` in front matter", one_line(key));
    Diagnostic::new("F001", Some(span), message).suggest(key, KEYS.iter().map(|known| known.0))
}

fn one_of(value: &Value, known: &[&str]) -> Option<String> {
    text(value).filter(|text| known.contains(&text.as_str()))
}

/// A text on one line; numbers and truth values are taken as they are written.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(one_line(text)),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// A list of texts; one text stands for a list of one.
fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        _ => text(value).map(|text| vec![text]),
    }
}

fn located(value: &Value, range: TextRange) -> Option<Vec<Located>> {
    let texts = texts(value)?;
    Some(texts.into_iter().map(|text| Located { text, range }).collect())
}

/// The JSON Schema of front matter.
pub fn schema() -> Value {
    schemars::schema_for!(FrontSchema).to_value()
}

/// The front matter of a page.
#[derive(JsonSchema)]
#[schemars(title = "front matter", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is wanted")]
struct FrontSchema {
    /// The title; else that of the gap, else the first heading.
    title: Option<String>,
    /// The ids of the gaps that the page closes.
    gap: Option<OneOrMany>,
    /// One sentence for search engines and lists.
    description: Option<String>,
    /// Words to find it by.
    tags: Option<OneOrMany>,
    /// Its place among the pages of its folder; lower comes first.
    order: Option<i64>,
    /// Old output paths that lead here.
    aliases: Option<OneOrMany>,
    /// Whether it isn't finished.
    draft: Option<bool>,
    /// A key of `[owners]` in `book.toml`.
    owner: Option<String>,
    /// guidance, runbook, policy, template, how-to, reference, concept, or one of `[kinds]`.
    kind: Option<String>,
    /// What it answers for an auditor: `ISO 27001:2022 A.8.13`.
    controls: Option<OneOrMany>,
    /// How long an approval lasts: `6 months`.
    review_every: Option<String>,
    /// The status that the author believes it has.
    claim: Option<Claim>,
}

#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is wanted")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its schema is wanted")]
enum Claim {
    Missing,
    Outline,
    Draft,
    InReview,
    Stale,
    Complete,
    Waived,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> (FrontMatter, Vec<String>) {
        let path = SitePath::new("content/a.md").unwrap();
        let mut found = Vec::new();
        let front = read(&path, &cut(text), &["guidance", "runbook"], &mut found);
        let show = |found: &Diagnostic| {
            let range = found.span.as_ref().unwrap().range;
            let place = text.get(range.start as usize..range.end as usize).unwrap_or("?");
            let help = found.help.as_deref().unwrap_or_default();
            format!("{} `{place}` {}; {help}", found.rule.code, found.message)
        };
        (front, found.iter().map(show).collect())
    }

    #[test]
    fn all_keys_are_read() {
        let (front, found) = check(
            "---\ntitle: Keys\ngap: [a/b, c/d]\ndraft: true\norder: 3\nowner: ops\nkind: runbook\n\
             review_every: 3 months\nclaim: complete\n---\n# Body\n",
        );
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(front.title.as_deref(), Some("Keys"));
        assert_eq!(front.gaps.len(), 2);
        assert!(front.draft && front.review_every.is_some());
        assert_eq!(front.owner.unwrap().text, "ops");
    }

    #[test]
    fn an_unknown_key_is_shown_in_place_and_the_rest_counts() {
        let (front, found) = check("---\ntitle: Keys\ndescripton: x\n---\n");
        assert_eq!(
            found,
            ["F001 `descripton` unknown key `descripton` in front matter; did you mean \
              `description`?"]
        );
        assert_eq!(front.title.as_deref(), Some("Keys"));
    }

    #[test]
    fn a_bad_value_is_shown_in_place() {
        let (_, found) = check("---\ndraft: maybe\nkind: runbok\norder: x\n---\n");
        assert_eq!(
            found,
            [
                "F002 `maybe` `draft` takes `true` or `false`; ",
                "F002 `runbok` `kind` takes a kind of page; did you mean `runbook`?",
                "F002 `x` `order` takes a whole number; ",
            ]
        );
    }

    #[test]
    fn bad_yaml_is_a_diagnostic() {
        for text in ["---\ntitle: [a\n---\n", "---\na: 1\na: 2\n---\n", "---\n- x\n---\n"] {
            let (_, found) = check(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].starts_with("F003"), "{found:?}");
        }
    }

    #[test]
    fn a_bomb_of_aliases_is_refused() {
        let mut text = String::from("---\na0: &a0 [x,x,x,x,x,x,x,x,x]\n");
        for i in 1..9 {
            let inner = vec![format!("*a{}", i - 1); 9].join(",");
            text += &format!("a{i}: &a{i} [{inner}]\n");
        }
        let (_, found) = check(&(text + "---\n"));
        assert!(found[0].starts_with("F003"), "{found:?}");
    }

    #[test]
    fn a_thematic_break_is_no_front_matter() {
        assert_eq!(check("---\n\nText.\n").1, Vec::<String>::new());
        assert!(check("---\ntitle: x\n\nText.\n").1[0].contains("has no end"));
    }
}
