//! Kinds of pages: the sections that each asks for, and what to write there.

use std::collections::BTreeMap;

use crate::base::one_line;

/// A kind of page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The sections, in order.
    pub sections: Vec<SectionRule>,
}

/// A section that a page must have: a heading of level 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionRule {
    /// The headings that will do.
    pub titles: Vec<String>,
}

impl Kind {
    /// A kind from headings as written in `book.toml`: `Template|Example` for either.
    pub fn new(sections: &[impl AsRef<str>]) -> Self {
        let sections = sections.iter().map(|section| SectionRule::new(section.as_ref())).collect();
        Self { sections }
    }
}

impl SectionRule {
    fn new(written: &str) -> Self {
        let titles = written.split('|').map(|title| title.trim().to_string()).collect();
        Self { titles }
    }

    /// The heading that a new page gets.
    pub fn title(&self) -> &str {
        self.titles.first().map_or("", String::as_str)
    }

    /// True when a heading is this section, whatever its case.
    pub fn accepts(&self, heading: &str) -> bool {
        let heading = heading.trim();
        self.titles.iter().any(|title| is_same(title, heading))
    }

    /// What to write there; the same words on every new page, so that they don't count as its own.
    pub fn tip(&self) -> &'static str {
        let title = self.title();
        TIPS.iter().find(|(known, _)| *known == title).map_or(OTHER_TIP, |(_, tip)| tip)
    }
}

/// Without making a text of either: this is asked of each heading on each day of the history.
fn is_same(one: &str, other: &str) -> bool {
    if one.is_ascii() && other.is_ascii() {
        return one.eq_ignore_ascii_case(other);
    }
    one.chars().flat_map(char::to_lowercase).eq(other.chars().flat_map(char::to_lowercase))
}

/// So many bytes tell of most paragraphs that they are no tip; no tip has a quote there.
const HEAD: usize = 4;

/// Whether a paragraph is one that `lacuna new` wrote, in straight quotes or typographic ones.
pub fn is_tip(paragraph: &str) -> bool {
    let paragraph = paragraph.trim_start();
    let begins_so = |tip: &&str| tip.as_bytes().get(..HEAD) == paragraph.as_bytes().get(..HEAD);
    let mut tips = TIPS.iter().map(|(_, tip)| *tip).chain([OTHER_TIP]).filter(begins_so);
    tips.any(|tip| one_line(paragraph).replace('\u{2019}', "'") == tip)
}

pub(super) fn defaults() -> BTreeMap<String, Kind> {
    DEFAULTS.iter().map(|(id, sections)| ((*id).to_string(), Kind::new(sections))).collect()
}

const DEFAULTS: &[(&str, &[&str])] = &[
    (
        "guidance",
        &[
            "At a glance",
            "Why it matters",
            "Guidance",
            "Procedure",
            "Template|Example",
            "Acceptance criteria",
            "References",
        ],
    ),
    ("runbook", &["At a glance", "Procedure", "If a step fails", "Escalate"]),
    ("policy", &["At a glance", "Guidance", "Acceptance criteria", "References"]),
    ("template", &["At a glance", "Template", "How to fill it", "References"]),
    ("how-to", &["At a glance", "Procedure"]),
    ("reference", &["At a glance", "Reference"]),
    ("concept", &["At a glance"]),
];

const OTHER_TIP: &str = "Say what belongs here.";

const TIPS: &[(&str, &str)] = &[
    ("At a glance", "State the decision in three to five lines that can be read alone."),
    ("Why it matters", "Say what goes wrong without this, in two short paragraphs at the most."),
    (
        "Guidance",
        "Give the rules with figures and defaults, and the reason for each that isn't obvious.",
    ),
    (
        "Procedure",
        "Number the steps, with commands and expected results, who does it and how long it takes.",
    ),
    ("Template", "Include a working artefact from a file beside this page."),
    ("Acceptance criteria", "List what somebody else can check, one line each."),
    ("References", "Name the standards this rests on, by number and section."),
    ("If a step fails", "Say for each step what to do when its result isn't the expected one."),
    ("Escalate", "Say who is called, when, and with which facts at hand."),
    ("How to fill it", "Say what goes into each blank, and who decides it."),
    ("Reference", "Give the facts as tables that can be looked up."),
];
