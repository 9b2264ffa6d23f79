//! Reads the Markdown of a checklist.
//!
//! First [`scan`] finds headings and items; then [`Builder`] decides which headings are tiers and
//! which are areas, since that depends on where the items stand.

use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::events::{Events, end_of};
use super::{Area, Checklist, Gap, Tier};
use crate::base::{SitePath, one_line, slug};
use crate::diag::{Diagnostic, Span};

/// Reads a checklist. What can't be read is a diagnostic.
pub fn read(path: &SitePath, text: &str) -> (Checklist, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let lines = scan(path, text, &mut diagnostics);
    let mut builder = Builder::new(path, &lines, &mut diagnostics);
    for item in &lines.items {
        builder.item(item);
    }
    let mut checklist = builder.checklist;
    strip_common_words(&mut checklist.tiers);
    for tier in 0..checklist.tiers.len() {
        checklist.tiers[tier].id = tier_id(&checklist.tiers, tier);
    }
    if checklist.gaps.is_empty() {
        diagnostics.push(no_gaps(path));
    }
    (checklist, diagnostics)
}

/// The parts of a checklist, before anything is decided.
#[derive(Default)]
struct Lines {
    headings: Vec<Heading>,
    items: Vec<Item>,
}

struct Heading {
    level: HeadingLevel,
    title: String,
    id: Option<String>,
    range: Range<usize>,
    /// Where its title ends.
    end: usize,
}

struct Item {
    /// The index of the heading that it stands under.
    heading: Option<usize>,
    title: String,
    id: Option<String>,
    missing: String,
    range: Range<usize>,
    /// Where its title ends.
    end: usize,
}

fn scan(path: &SitePath, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Lines {
    // Spaces for a byte order mark, so that places stay as they are.
    let text = text.replacen('\u{FEFF}', "   ", 1);
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let events: Vec<_> = Parser::new_ext(&text, options).into_offset_iter().collect();
    let mut scanner = Scanner { path, text: &text, diagnostics, lines: Lines::default() };
    let mut at = 0;
    while let Some((event, range)) = events.get(at) {
        let end = end_of(&events, at);
        match event {
            Event::Start(Tag::Heading { level, id, .. }) => {
                let id = id.as_ref().map(ToString::to_string);
                scanner.heading(*level, id, &events[at..end], range.clone());
            }
            Event::Start(Tag::Item) => scanner.item(&events[at..end], range.clone()),
            Event::Start(Tag::Table(_)) => scanner.unreadable(range.clone(), "a table"),
            Event::Start(Tag::BlockQuote(_)) if holds_items(&events[at..end]) => {
                scanner.unreadable(range.clone(), "a list in a quotation");
            }
            Event::Start(Tag::Paragraph) if is_strong(&events[at + 1].0) => {
                scanner.unreadable(range.clone(), "a paragraph that begins in bold");
            }
            Event::Start(Tag::List(_)) => {
                // Its items are looked at one by one.
                at += 1;
                continue;
            }
            _ => {}
        }
        at = end.max(at + 1);
    }
    scanner.lines
}

fn holds_items(events: &Events) -> bool {
    events.iter().any(|(event, _)| matches!(event, Event::Start(Tag::Item)))
}

fn is_strong(event: &Event) -> bool {
    matches!(event, Event::Start(Tag::Strong))
}

struct Scanner<'a> {
    path: &'a SitePath,
    text: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
    lines: Lines,
}

impl Scanner<'_> {
    fn heading(
        &mut self,
        level: HeadingLevel,
        id: Option<String>,
        events: &Events,
        range: Range<usize>,
    ) {
        let id = id.map(|id| self.checked_id(&id, &range));
        let inner = events.get(1..events.len() - 1).unwrap_or_default();
        let end = inner.iter().map(|(_, range)| range.end).max().unwrap_or(range.start);
        self.lines.headings.push(Heading { level, title: plain(events), id, range, end });
    }

    fn item(&mut self, events: &Events, range: Range<usize>) {
        let inline = first_inline(events);
        let Some(strong) = inline.first().filter(|(event, _)| is_strong(event)) else {
            return self.unreadable(range, "an item without a title in bold");
        };
        let end = end_of(inline, 0);
        let written = plain(&inline[..end]);
        let content_end = inline.iter().map(|(_, range)| range.end).max().unwrap_or(strong.1.end);
        let rest = &self.text[strong.1.end..content_end.max(strong.1.end)];
        let (id, rest) = take_id(rest);
        let (title, inside) = match written.trim_end().strip_suffix(':') {
            Some(title) => (title.trim(), true),
            None => (written.trim(), false),
        };
        let sentence = after_separator(rest);
        let missing = sentence.unwrap_or(rest).trim();
        if !inside && sentence.is_none() && !missing.is_empty() {
            self.unseparated(range.clone());
        }
        self.nested(events);
        let item = Item {
            heading: self.lines.headings.len().checked_sub(1),
            title: one_line(title),
            id: id.map(|id| self.checked_id(id, &range)),
            missing: one_line(missing),
            range,
            end: strong.1.end,
        };
        self.lines.items.push(item);
    }

    /// Items below an item are no gaps; each is reported.
    fn nested(&mut self, events: &Events) {
        for (event, range) in &events[1..] {
            if matches!(event, Event::Start(Tag::Item)) {
                self.unreadable(range.clone(), "an item below another");
            }
        }
    }

    fn unreadable(&mut self, range: Range<usize>, what: &str) {
        let line = range.start
            ..self.text[range.clone()].find('\n').map_or(range.end, |end| range.start + end);
        let message = format!("{what} isn't read as a gap");
        self.diagnostics.push(
            Diagnostic::new("K001", Some(Span::new(self.path, line)), message)
                .help("write `- **Title**: what is missing`"),
        );
    }

    /// The gap is kept, since its title and sentence can be told apart.
    fn unseparated(&mut self, range: Range<usize>) {
        let message = "this item has no `:` between its title and what is missing";
        self.diagnostics.push(
            Diagnostic::new("K001", Some(Span::new(self.path, range)), message)
                .help("write `- **Title**: what is missing`"),
        );
    }

    fn checked_id(&mut self, id: &str, range: &Range<usize>) -> String {
        let clean = slug(id);
        if clean != id {
            let message = format!("the id `{id}` is read as `{clean}`");
            let span = Span::new(self.path, range.clone());
            self.diagnostics.push(
                Diagnostic::new("K001", Some(span), message)
                    .help("an id has lower-case letters, digits and single `-`"),
            );
        }
        clean
    }
}

/// The inline events at the head of an item, without a task's box.
fn first_inline<'a, 'b>(events: &'b Events<'a>) -> &'b Events<'a> {
    let skipped = |event: &Event| {
        matches!(event, Event::Start(Tag::Item | Tag::Paragraph) | Event::TaskListMarker(_))
    };
    let start = events.iter().position(|(event, _)| !skipped(event)).unwrap_or(events.len());
    let block = |event: &Event| {
        matches!(event, Event::End(TagEnd::Item | TagEnd::Paragraph) | Event::Start(Tag::List(_)))
    };
    let length = events[start..].iter().position(|(event, _)| block(event));
    &events[start..length.map_or(events.len(), |length| start + length)]
}

/// The text of some events; HTML stays as it was written.
fn plain(events: &Events) -> String {
    let mut out = String::new();
    for (event, _) in events {
        match event {
            Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) | Event::Html(text) => {
                out.push_str(text);
            }
            Event::SoftBreak | Event::HardBreak => out.push(' '),
            _ => {}
        }
    }
    out
}

/// `{#id}` at the head of a text, and what comes after.
fn take_id(rest: &str) -> (Option<&str>, &str) {
    let inner = rest.trim_start().strip_prefix("{#").and_then(|inner| inner.split_once('}'));
    inner.map_or((None, rest), |(id, after)| (Some(id.trim()), after))
}

/// What comes after the separator between a title and its sentence.
fn after_separator(rest: &str) -> Option<&str> {
    let trimmed = rest.trim_start();
    [":", "- ", "– ", "— "].iter().find_map(|separator| trimmed.strip_prefix(separator))
}

/// Decides what is a tier and what an area, and gives ids.
struct Builder<'a> {
    path: &'a SitePath,
    lines: &'a Lines,
    diagnostics: &'a mut Vec<Diagnostic>,
    checklist: Checklist,
    /// For each area the heading that it was made from.
    area_headings: Vec<Option<usize>>,
    /// For each tier the heading that it was made from.
    tier_headings: Vec<Option<usize>>,
    ids: BTreeSet<String>,
}

impl<'a> Builder<'a> {
    fn new(path: &'a SitePath, lines: &'a Lines, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        let title = title_heading(lines).map(|index| lines.headings[index].title.clone());
        let checklist = Checklist {
            path: path.clone(),
            title,
            tiers: Vec::new(),
            areas: Vec::new(),
            gaps: Vec::new(),
        };
        Self {
            path,
            lines,
            diagnostics,
            checklist,
            area_headings: Vec::new(),
            tier_headings: Vec::new(),
            ids: BTreeSet::new(),
        }
    }

    fn item(&mut self, item: &Item) {
        let title = title_heading(self.lines);
        let heading = item.heading.filter(|heading| Some(*heading) != title);
        let area = self.area(heading, item);
        let written = item.id.clone().unwrap_or_else(|| slug(&item.title));
        let slug = if written.is_empty() { "gap".to_string() } else { written };
        let area_id = self.checklist.areas[area].id.clone();
        let id = self.unique(&format!("{area_id}/{slug}"), &item.range);
        self.checklist.gaps.push(Gap {
            id,
            title: item.title.clone(),
            missing: item.missing.clone(),
            area,
            range: item.range.clone().into(),
            id_at: item.id.is_none().then_some(item.end),
        });
    }

    /// The index of the area of a heading, made when it is first needed.
    fn area(&mut self, heading: Option<usize>, item: &Item) -> usize {
        if let Some(known) = self.area_headings.iter().position(|known| *known == heading) {
            return known;
        }
        if heading.is_none() {
            self.diagnostics.push(no_areas(self.path, item.range.clone()));
        }
        let found = heading.map(|index| &self.lines.headings[index]);
        let id_at = found.filter(|heading| heading.id.is_none()).map(|heading| heading.end);
        let (number, title, id, range) = match found {
            Some(heading) => {
                let (number, title) = split_number(&heading.title);
                (number, title, heading.id.clone(), heading.range.clone())
            }
            None => {
                let title = self.checklist.title.clone().unwrap_or_else(|| "General".to_string());
                (None, title, None, item.range.clone())
            }
        };
        let tier = self.tier(heading);
        let written = id.unwrap_or_else(|| slug(&title));
        let written = if written.is_empty() { "area".to_string() } else { written };
        let id = self.unique(&written, &range);
        self.area_headings.push(heading);
        self.checklist.areas.push(Area { id, number, title, tier, id_at });
        self.checklist.areas.len() - 1
    }

    /// The index of the tier of an area's heading: the outermost heading above it.
    fn tier(&mut self, heading: Option<usize>) -> usize {
        let above = heading.and_then(|heading| self.outermost(heading));
        if let Some(known) = self.tier_headings.iter().position(|known| *known == above) {
            return known;
        }
        let heading = above.map(|index| &self.lines.headings[index]);
        let tier = match heading {
            Some(heading) => Tier {
                id: heading.id.clone().unwrap_or_default(),
                title: heading.title.clone(),
                id_at: heading.id.is_none().then_some(heading.end),
            },
            None => Tier { id: "gaps".to_string(), title: "Gaps".to_string(), id_at: None },
        };
        self.tier_headings.push(above);
        self.checklist.tiers.push(tier);
        self.checklist.tiers.len() - 1
    }

    fn outermost(&self, heading: usize) -> Option<usize> {
        let title = title_heading(self.lines);
        let mut level = self.lines.headings[heading].level;
        let mut outermost = None;
        for index in (0..heading).rev().filter(|index| Some(*index) != title) {
            if self.lines.headings[index].level < level {
                level = self.lines.headings[index].level;
                outermost = Some(index);
            }
        }
        outermost
    }

    /// An id that nothing else has; a second use is reported and gets a number.
    fn unique(&mut self, id: &str, range: &Range<usize>) -> String {
        if self.ids.insert(id.to_string()) {
            return id.to_string();
        }
        let free = (2..)
            .map(|number| format!("{id}-{number}"))
            .find(|free| !self.ids.contains(free))
            .expect("numbers don't run out");
        self.ids.insert(free.clone());
        let span = Span::new(self.path, range.clone());
        let message = format!("the id `{id}` is taken; this one becomes `{free}`");
        self.diagnostics.push(
            Diagnostic::new("K002", Some(span), message)
                .help("give it an id of its own: `**Title** {#id}: …`"),
        );
        free
    }
}

/// The only heading of level 1, when it is the first heading: the title of the list.
fn title_heading(lines: &Lines) -> Option<usize> {
    let is_first = |heading: &Heading| heading.level == HeadingLevel::H1;
    let only = lines.headings.iter().filter(|heading| is_first(heading)).count() == 1;
    (only && lines.headings.first().is_some_and(is_first)).then_some(0)
}

/// `1. Title` and `1) Title` → the number and the title.
fn split_number(title: &str) -> (Option<String>, String) {
    let digits = title.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(0);
    let (number, rest) = title.split_at(digits);
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    let marked = rest.len() + digits < title.len() || number.ends_with('.');
    match !number.trim_end_matches('.').is_empty() && marked && rest.starts_with(' ') {
        true => (Some(number.trim_end_matches('.').to_string()), rest.trim().to_string()),
        false => (None, title.trim().to_string()),
    }
}

/// Where two or more tiers end in the same words, those are no part of their titles.
fn strip_common_words(tiers: &mut [Tier]) {
    let words: Vec<Vec<String>> = tiers
        .iter()
        .map(|tier| tier.title.split_whitespace().map(str::to_string).collect())
        .collect();
    for (index, tier) in tiers.iter_mut().enumerate() {
        let own = &words[index];
        let others = words.iter().enumerate().filter(|(other, _)| *other != index);
        let shared = others.map(|(_, other)| common_tail(own, other)).max().unwrap_or(0);
        if shared > 0 && shared < own.len() {
            tier.title = own[..own.len() - shared].join(" ");
        }
    }
}

fn common_tail(a: &[String], b: &[String]) -> usize {
    a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

/// The id that was written, else the slug of the title, unlike those of the tiers before it.
fn tier_id(tiers: &[Tier], index: usize) -> String {
    let tier = &tiers[index];
    let wanted = if tier.id.is_empty() { slug(&tier.title) } else { tier.id.clone() };
    let wanted = if wanted.is_empty() { "tier".to_string() } else { wanted };
    let taken = |id: &str| tiers[..index].iter().any(|tier| tier.id == id);
    match taken(&wanted) {
        true => (2..)
            .map(|number| format!("{wanted}-{number}"))
            .find(|id| !taken(id))
            .expect("numbers don't run out"),
        false => wanted,
    }
}

fn no_areas(path: &SitePath, range: Range<usize>) -> Diagnostic {
    let message = "this gap stands under no heading of an area";
    Diagnostic::new("K004", Some(Span::new(path, range)), message)
        .help("put `## Tier` and `### Area` above it")
}

fn no_gaps(path: &SitePath) -> Diagnostic {
    Diagnostic::new("K005", Some(Span::file(path)), "the checklist has no gaps")
        .help("write each as `- **Title**: what is missing`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> (Checklist, Vec<String>) {
        let (list, found) = read(&SitePath::new("content/checklist.md").unwrap(), text);
        (list, found.iter().map(|found| format!("{} {}", found.rule.code, found.message)).collect())
    }

    fn gaps(list: &Checklist) -> Vec<String> {
        let show = |gap: &Gap| {
            format!("{} {}: {} | {}", list.tier_of(gap).id, gap.id, gap.title, gap.missing)
        };
        list.gaps.iter().map(show).collect()
    }

    #[test]
    fn tiers_areas_and_gaps_are_read() {
        let (list, found) = check(
            "# List\n\n## Critical Missing Information\n\n### 1. Security & Keys\n- **API Keys**: \
             None at all\n- **Access**: x\n\n## Nice-to-Have Missing Information\n### 12) A/B\n\
             - **C/D** - y\n",
        );
        assert_eq!(found, Vec::<String>::new());
        assert_eq!(list.title.as_deref(), Some("List"));
        let tier = &list.tiers[0];
        assert_eq!((tier.id.as_str(), tier.title.as_str()), ("critical", "Critical"));
        assert_eq!(list.tiers[1].id, "nice-to-have");
        assert_eq!(list.areas[0].number.as_deref(), Some("1"));
        assert_eq!(list.areas[1].number.as_deref(), Some("12"));
        assert_eq!(
            gaps(&list),
            [
                "critical security-and-keys/api-keys: API Keys | None at all",
                "critical security-and-keys/access: Access | x",
                "nice-to-have a-b/c-d: C/D | y",
            ]
        );
    }

    #[test]
    fn bullets_and_separators_of_all_kinds_are_read() {
        for line in [
            "- **T**: m",
            "* **T:** m",
            "+ **T** - m",
            "- **T** – m",
            "- **T** — m",
            "- [ ] **T**: m",
            "- **T** {#t}: m",
            "-   **T**:\n    m",
            "- __T__: m",
        ] {
            let (list, found) = check(&format!("## A\n### B\n{line}\n"));
            assert_eq!(found, Vec::<String>::new(), "{line}");
            assert_eq!(gaps(&list), ["a b/t: T | m"], "{line}");
        }
    }

    #[test]
    fn a_line_that_is_no_gap_is_reported() {
        for (line, what) in [
            ("- plain", "an item without a title in bold"),
            ("- **T** m", "this item has no `:` between its title and what is missing"),
            ("> - **T**: m", "a list in a quotation"),
            ("**T**: m", "a paragraph that begins in bold"),
            ("| a | b |\n|---|---|\n| 1 | 2 |", "a table"),
            ("- **T**: m\n  - **U**: n", "an item below another"),
        ] {
            let (_, found) = check(&format!("## A\n### B\n- **X**: x\n\n{line}\n"));
            assert!(found[0].contains(what), "{line}: {found:?}");
        }
    }

    #[test]
    fn ids_are_unique_and_a_second_use_is_reported() {
        let (list, found) = check("## A\n### B\n- **T**: 1\n- **t**: 2\n");
        assert_eq!(gaps(&list), ["a b/t: T | 1", "a b/t-2: t | 2"]);
        assert_eq!(found, ["K002 the id `b/t` is taken; this one becomes `b/t-2`"]);
    }

    #[test]
    fn a_list_without_headings_is_kept_in_one_area() {
        let (list, found) = check("- **T**: 1\n- **U**: 2\n");
        assert_eq!(gaps(&list), ["gaps general/t: T | 1", "gaps general/u: U | 2"]);
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn areas_without_tiers_are_read() {
        let (list, found) = check("# L\n## Operations\n- **T**: 1\n## Sales\n- **U**: 2\n");
        assert_eq!(gaps(&list), ["gaps operations/t: T | 1", "gaps sales/u: U | 2"]);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn hostile_titles_stay_text() {
        let (list, _) =
            check("## A\n### B\n- **<script>alert(1)</script> \"x\" 🎉 שלום**: <b>m</b>\n");
        assert_eq!(list.gaps[0].title, "<script>alert(1)</script> \"x\" 🎉 שלום");
        assert_eq!(list.gaps[0].missing, "<b>m</b>");
        assert_eq!(list.gaps[0].id, "b/script-alert-1-script-x-שלום");
    }
}
